/* hash.c: message digests over OpenSSL's EVP interface. */
#include "module/hash/hash.h"
#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* --- memory for OpenSSL
 *
 * OpenSSL does not survive a failed allocation: some of its ways out leave a lock held, and some of its tables are then never made. So where malloc has none, it gets pieces of a
 * reserve, enough for all that it makes when it is first used. Untouched, the reserve costs nothing. It is whole again when all its pieces have come back.
 */
enum { RESERVE = 256 << 10, PIECE_HEADER = 16 };
static struct {
    pthread_mutex_t mutex;
    size_t used, pieces;
    _Alignas(16) char bytes[RESERVE];
} reserve __attribute__((section(".bss.image")));

static bool in_reserve(const void *memory) { return (const char *)memory >= reserve.bytes && (const char *)memory < reserve.bytes + RESERVE; }

static void *reserve_take(size_t size)
{
    char *piece = 0;
    size_t step = PIECE_HEADER + ((size + 15) & ~(size_t)15);
    pthread_mutex_lock(&reserve.mutex);
    if (step > size && step <= RESERVE - reserve.used) {
        piece = reserve.bytes + reserve.used + PIECE_HEADER;
        *(size_t *)(piece - PIECE_HEADER) = size;
        reserve.used += step;
        reserve.pieces++;
    }
    pthread_mutex_unlock(&reserve.mutex);
    return piece;
}

static void memory_drop(void *memory, const char *file, int line)
{
    if (!in_reserve(memory)) return free(memory);
    pthread_mutex_lock(&reserve.mutex);
    if (!--reserve.pieces) reserve.used = 0;
    pthread_mutex_unlock(&reserve.mutex);
}

static void *memory_get(size_t size, const char *file, int line)
{
    void *memory = size ? malloc(size) : 0;
    return memory || !size ? memory : reserve_take(size);
}

static void *memory_change(void *old, size_t size, const char *file, int line)
{
    if (!old) return memory_get(size, file, line);
    if (!size) return memory_drop(old, file, line), (void *)0;
    void *new = in_reserve(old) ? 0 : realloc(old, size);
    if (new || !(new = reserve_take(size))) return new;
    size_t old_size = in_reserve(old) ? *(size_t *)((char *)old - PIECE_HEADER) : malloc_usable_size(old);
    memcpy(new, old, old_size < size ? old_size : size);
    memory_drop(old, file, line);
    return new;
}

/* Before OpenSSL asks for anything; not in an image, for its variables are not. */
__attribute__((constructor)) static void memory_init(void) { CRYPTO_set_mem_functions(memory_get, memory_change, memory_drop); }

/* --- algorithms */

/* With what OpenSSL has for the name, once it was asked: it looks long. */
static struct {
    const char *name, *openssl;
    EVP_MD *md;
} algorithms[] = {
    {"md5", "MD5"},
    {"sha1", "SHA1"},
    {"sha224", "SHA224"},
    {"sha256", "SHA256"},
    {"sha384", "SHA384"},
    {"sha512", "SHA512"},
    {"sha512_224", "SHA512-224"},
    {"sha512_256", "SHA512-256"},
    {"sha3_224", "SHA3-224"},
    {"sha3_256", "SHA3-256"},
    {"sha3_384", "SHA3-384"},
    {"sha3_512", "SHA3-512"},
    {"shake_128", "SHAKE128"},
    {"shake_256", "SHAKE256"},
    {"blake2s", "BLAKE2s256"},
    {"blake2b", "BLAKE2b512"},
};
enum { ALGORITHM_COUNT = sizeof algorithms / sizeof *algorithms };

const EVP_MD *hash_algorithm(const char *name)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (strcasecmp(name, algorithms[i].name)) continue;
        if (!algorithms[i].md) algorithms[i].md = EVP_MD_fetch(0, algorithms[i].openssl, 0);
        return algorithms[i].md;
    }
    return EVP_get_digestbyname(name);
}

/* hashlib's name for what OpenSSL calls otherwise. */
static const char *public_name(const EVP_MD *md)
{
    for (size_t i = 0; i < ALGORITHM_COUNT; i++)
        if (algorithms[i].md == md) return algorithms[i].name;
    for (size_t i = 0; i < ALGORITHM_COUNT; i++)
        if (EVP_get_digestbyname(algorithms[i].openssl) == md || EVP_MD_is_a(md, algorithms[i].openssl)) return algorithms[i].name;
    return OBJ_nid2ln(EVP_MD_type(md));
}

Value hash_error(void)
{
    unsigned long code = ERR_peek_last_error();
    const char *library = ERR_lib_error_string(code), *reason = ERR_reason_error_string(code);
    ERR_clear_error();
    if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) return raise_memory();
    if (!reason) return raise_value("unknown reasons");
    return library ? raise_value("[%s] %s", library, reason) : raise_value("%s", reason);
}

bool hash_data(Value data, Buffer *buffer)
{
    if (is_str(data)) return raise_type("Strings must be encoded before hashing");
    if (!has_buffer(data)) return raise_type("object supporting the buffer API required");
    if (!buffer_get(data, buffer, BUFFER_SIMPLE)) return false;
    if (buffer->ndim <= 1) return true;
    buffer_release(buffer);
    return raise_format(&exc_BufferError, "Buffer must be single dimension");
}

static bool update(HashObj *h, Value data)
{
    Buffer b;
    int ok;
    if (!hash_data(data, &b)) return false;
    hash_enter(&h->free);
    if (b.length >= RELEASE_LOCK_FROM) BLOCKING(ok = EVP_DigestUpdate(h->context, b.data, (size_t)b.length));
    else ok = EVP_DigestUpdate(h->context, b.data, (size_t)b.length);
    hash_leave(&h->free);
    buffer_release(&b);
    return ok || hash_error();
}

static HashObj *alloc(Type *type)
{
    HashObj *h = gc_alloc(HashObj, type);
    if (h && !(h->context = EVP_MD_CTX_new())) return (HashObj *)raise_memory();
    if (h) sem_init(&h->free, 0, 1);
    return h;
}

Value hash_new(Type *type, const char *name, Value data)
{
    const EVP_MD *md = hash_algorithm(name);
    if (!md) return raise_value("unsupported hash type %s", name);
    HashObj *h = alloc(type);
    if (!h) return 0;
    h->md = md;
    h->name = public_name(md);
    if (!EVP_DigestInit_ex(h->context, md, 0)) return hash_error();
    return !data || update(h, data) ? VALUE(h) : 0;
}

void hash_finalize(Obj *object)
{
    EVP_MD_CTX_free(((HashObj *)object)->context);
    ((HashObj *)object)->context = 0;
}

static NATIVE(hash_update_method) { return update((HashObj *)args[0], args[1]) ? NONE : 0; }

/* What h has hashed so far, into `copy`. */
static bool copy_context(EVP_MD_CTX *copy, HashObj *h)
{
    hash_enter(&h->free);
    int ok = EVP_MD_CTX_copy(copy, h->context);
    hash_leave(&h->free);
    return ok;
}

static NATIVE(hash_copy)
{
    HashObj *h = (HashObj *)args[0], *copy = alloc(h->head.type);
    if (!copy) return 0;
    copy->md = h->md, copy->name = h->name;
    return copy_context(copy->context, h) ? VALUE(copy) : hash_error();
}

static Value hex_text(const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    Value s = str_alloc((int64_t)size * 2, 127);
    uint8_t *out = s ? str_data(s) : 0;
    for (size_t i = 0; s && i < size; i++) out[2 * i] = (uint8_t)digits[data[i] >> 4], out[2 * i + 1] = (uint8_t)digits[data[i] & 15];
    return s;
}

/* The digest so far: of a copy, since finishing changes the context. length 0: the algorithm's own. */
static Value digest(HashObj *h, int64_t length, bool xof, bool hex)
{
    size_t size = xof ? (size_t)length : (size_t)EVP_MD_size(h->md);
    Value bytes = bytes_new(0, size);
    EVP_MD_CTX *copy = bytes ? EVP_MD_CTX_new() : 0;
    if (!copy) return bytes ? raise_memory() : 0;
    bool ok = copy_context(copy, h) && (!size || (xof ? EVP_DigestFinalXOF(copy, bytes_data(bytes), size) : EVP_DigestFinal_ex(copy, bytes_data(bytes), 0)));
    EVP_MD_CTX_free(copy);
    if (!ok) return hash_error();
    return hex ? hex_text(bytes_data(bytes), size) : bytes;
}
static NATIVE(hash_digest) { return digest((HashObj *)args[0], 0, false, false); }
static NATIVE(hash_hexdigest) { return digest((HashObj *)args[0], 0, false, true); }

static Value xof_digest(Value *args, bool hex)
{
    int64_t length;
    if (!number_as_count(args[1], &length)) return 0;
    if (length < 0 || length >= 1 << 29) return raise_value("length is too large or negative");
    return digest((HashObj *)args[0], length, true, hex);
}
static NATIVE(hash_xof_digest) { return xof_digest(args, false); }
static NATIVE(hash_xof_hexdigest) { return xof_digest(args, true); }

static bool is_xof(HashObj *h) { return (EVP_MD_flags(h->md) & EVP_MD_FLAG_XOF) != 0; }
static Value get_name(Value self) { return str_from_cstring(((HashObj *)self)->name); }
static Value get_digest_size(Value self) { return int_new(is_xof((HashObj *)self) ? 0 : EVP_MD_size(((HashObj *)self)->md)); }
static Value get_block_size(Value self) { return int_new(EVP_MD_block_size(((HashObj *)self)->md)); }

const GetSetDef hash_getset[] = {
    {"name", get_name, 0, "The algorithm's name."}, {"digest_size", get_digest_size, 0, "Bytes of the digest."}, {"block_size", get_block_size, 0, "Bytes of a block."}, {0}};
const NativeDef hash_methods[] = {
    {"update", "(self, obj, /)", hash_update_method, "Hash more bytes.", 0},
    {"copy", "(self, /)", hash_copy, "A copy of the state.", 0},
    {"digest", "(self, /)", hash_digest, "The digest as bytes.", 0},
    {"hexdigest", "(self, /)", hash_hexdigest, "The digest as hexadecimal text.", 0},
    {0},
};
const NativeDef hash_xof_methods[] = {
    {"update", "(self, obj, /)", hash_update_method, "Hash more bytes.", 0},
    {"copy", "(self, /)", hash_copy, "A copy of the state.", 0},
    {"digest", "(self, /, length)", hash_xof_digest, "So many bytes of the digest.", 0},
    {"hexdigest", "(self, /, length)", hash_xof_hexdigest, "So many bytes of the digest as hexadecimal text.", 0},
    {0},
};
