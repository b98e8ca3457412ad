/* _hashlib.c: digests by name, HMAC and key derivation, over OpenSSL. */
#include "module/hash/hash.h"
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>

static Value unsupported;   /* UnsupportedDigestmodError */

static Value hash_repr(Value v) { return str_format_c("<%s %s object @ %p>", ((HashObj *)v)->name, type_of(v)->name, (void *)v); }
static Type hash_type = {TYPE_INIT("_hashlib.HASH", HashObj),
                         .flags = TYPE_BASE | TYPE_DISALLOW_NEW | TYPE_FINALIZE | TYPE_FREES,
                         .repr = hash_repr,
                         .finalize = hash_finalize,
                         .methods = hash_methods,
                         .getset = hash_getset};
static Type xof_type = {TYPE_INIT("_hashlib.HASHXOF", HashObj),
                        .flags = TYPE_BASE | TYPE_DISALLOW_NEW | TYPE_FINALIZE | TYPE_FREES,
                        .base = &hash_type,
                        .repr = hash_repr,
                        .finalize = hash_finalize,
                        .methods = hash_xof_methods};

static Value new_by_name(const char *name, Value data)
{
    const EVP_MD *md = hash_algorithm(name);
    return hash_new(md && EVP_MD_flags(md) & EVP_MD_FLAG_XOF ? &xof_type : &hash_type, name, data);
}

static NATIVE(hashlib_new)
{
    if (!is_str(args[0])) return raise_type("name must be a string");
    const char *name = str_utf8(args[0], 0);
    return name ? new_by_name(name, args[1]) : 0;
}

#define OPENSSL(name) \
    static NATIVE(openssl_##name) { return new_by_name(#name, args[0]); }
OPENSSL(md5)
OPENSSL(sha1) OPENSSL(sha224) OPENSSL(sha256) OPENSSL(sha384) OPENSSL(sha512) OPENSSL(sha3_224) OPENSSL(sha3_256) OPENSSL(sha3_384) OPENSSL(sha3_512) OPENSSL(shake_128)
    OPENSSL(shake_256)

/* ---------------------------------------------------------------- HMAC */

    typedef struct HmacObj {
    Obj head;
    HMAC_CTX *context;
    sem_t free;               /* hash_enter() */
    const EVP_MD *md;
} HmacObj;
static Type hmac_type;

/* The algorithm of a digestmod argument: a name, or one of our constructors. */
static const EVP_MD *digestmod(Value v)
{
    const EVP_MD *md = 0;
    if (is_str(v)) {
        const char *name = str_utf8(v, 0);
        if (!name) return 0;
        md = hash_algorithm(name);
    } else if (type_of(v) == &native_type && !strncmp(((NativeObj *)v)->def->name, "openssl_", 8)) md = hash_algorithm(((NativeObj *)v)->def->name + 8);
    return md ? md : (const EVP_MD *)raise_format((Type *)unsupported, is_str(v) ? "Unsupported digestmod %S" : "Unsupported digestmod %R", v);
}

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"   /* HMAC_* are the interface whose contexts can be copied */
static bool hmac_update(HmacObj *h, Value data)
{
    Buffer b;
    int ok;
    if (!hash_data(data, &b)) return false;
    hash_enter(&h->free);
    if (b.length >= RELEASE_LOCK_FROM) BLOCKING(ok = HMAC_Update(h->context, b.data, (size_t)b.length));
    else ok = HMAC_Update(h->context, b.data, (size_t)b.length);
    hash_leave(&h->free);
    buffer_release(&b);
    return ok || hash_error();
}

static HmacObj *hmac_alloc(const EVP_MD *md)
{
    HmacObj *h = gc_alloc(HmacObj, &hmac_type);
    if (h && !(h->context = HMAC_CTX_new())) return (HmacObj *)raise_memory();
    if (!h) return 0;
    sem_init(&h->free, 0, 1);
    h->md = md;
    return h;
}

static NATIVE(hashlib_hmac_new)
{
    Buffer key;
    if (!args[2]) return raise_type("Missing required parameter 'digestmod'.");
    const EVP_MD *md = digestmod(args[2]);
    HmacObj *h = md ? hmac_alloc(md) : 0;
    if (!h || !buffer_get(args[0], &key, BUFFER_SIMPLE)) return 0;
    int ok = key.length <= INT_MAX && HMAC_Init_ex(h->context, key.length ? key.data : "", (int)key.length, md, 0);
    buffer_release(&key);
    if (!ok) return hash_error();
    return !args[1] || args[1] == NONE || hmac_update(h, args[1]) ? VALUE(h) : 0;
}

static void hmac_finalize(Obj *o)
{
    HMAC_CTX_free(((HmacObj *)o)->context);
    ((HmacObj *)o)->context = 0;
}

/* A new object with what h has hashed so far. */
static HmacObj *hmac_copied(HmacObj *h)
{
    HmacObj *copy = hmac_alloc(h->md);
    if (!copy) return 0;
    hash_enter(&h->free);
    int ok = HMAC_CTX_copy(copy->context, h->context);
    hash_leave(&h->free);
    return ok ? copy : (HmacObj *)hash_error();
}

static NATIVE(hmac_copy) { return VALUE(hmac_copied((HmacObj *)args[0])); }

static NATIVE(hmac_digest_method)
{
    HmacObj *copy = hmac_copied((HmacObj *)args[0]);
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size;
    if (!copy) return 0;
    if (!HMAC_Final(copy->context, out, &size)) return hash_error();
    hmac_finalize(&copy->head);
    return bytes_new(out, size);
}
#pragma clang diagnostic pop

static NATIVE(hmac_update_method) { return hmac_update((HmacObj *)args[0], args[1]) ? NONE : 0; }
static NATIVE(hmac_hexdigest)
{
    Value bytes = hmac_digest_method(args, 1, 0);
    return bytes ? call_method_0(bytes, NAME("hex")) : 0;
}
static Value hmac_name(Value v)
{
    Value hash = hash_new(&hash_type, EVP_MD_get0_name(((HmacObj *)v)->md), 0);
    return hash ? str_format_c("hmac-%s", ((HashObj *)hash)->name) : 0;
}
static Value hmac_digest_size(Value v) { return int_new(EVP_MD_size(((HmacObj *)v)->md)); }
static Value hmac_block_size(Value v) { return int_new(EVP_MD_block_size(((HmacObj *)v)->md)); }
static Value hmac_repr(Value v)
{
    Value name = hmac_name(v), algorithm = name ? str_substring(name, 5, str_length(name)) : 0;
    return algorithm ? str_format_c("<%U HMAC object @ %p>", algorithm, (void *)v) : 0;
}
static const NativeDef hmac_methods[] = {{"update", "(self, /, msg)", hmac_update_method, 0, 0},
                                         {"digest", "(self, /)", hmac_digest_method, 0, 0},
                                         {"hexdigest", "(self, /)", hmac_hexdigest, 0, 0},
                                         {"copy", "(self, /)", hmac_copy, 0, 0},
                                         {0}};
static const GetSetDef hmac_getset[] = {{"name", hmac_name, 0, 0}, {"digest_size", hmac_digest_size, 0, 0}, {"block_size", hmac_block_size, 0, 0}, {0}};
static Type hmac_type = {TYPE_INIT("_hashlib.HMAC", HmacObj),
                         .flags = TYPE_BASE | TYPE_DISALLOW_NEW | TYPE_FINALIZE | TYPE_FREES,
                         .repr = hmac_repr,
                         .finalize = hmac_finalize,
                         .methods = hmac_methods,
                         .getset = hmac_getset};

static NATIVE(hashlib_hmac_digest)
{
    Buffer key, message;
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const EVP_MD *md = digestmod(args[2]);
    if (!md || !buffer_get(args[0], &key, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(args[1], &message, BUFFER_SIMPLE)) return buffer_release(&key), (Value)0;
    void *done = 0;
    bool fits = key.length <= INT_MAX;
    if (fits) BLOCKING(done = HMAC(md, key.length ? key.data : "", (int)key.length, message.data, (size_t)message.length, out, &size));
    buffer_release(&key);
    buffer_release(&message);
    if (!fits) return raise_overflow("key is too long.");
    return done ? bytes_new(out, size) : hash_error();
}

/* ---------------------------------------------------------------- key derivation, comparison */

static NATIVE(hashlib_pbkdf2_hmac)
{
    Buffer password, salt;
    int64_t iterations, length;
    if (!is_str(args[0])) return raise_bad_argument("pbkdf2_hmac", "hash_name", "str", args[0]);
    const char *name = str_utf8(args[0], 0);
    const EVP_MD *md = name ? hash_algorithm(name) : 0;
    if (!md) return name ? raise_value("unsupported hash type %s", name) : 0;
    if (!number_as_int64(args[3], &iterations)) return 0;
    if (iterations < 1) return raise_value("iteration value must be greater than 0.");
    if (iterations > INT_MAX) return raise_overflow("iteration value is too great.");
    if (args[4] == NONE) length = EVP_MD_size(md);
    else if (!number_as_int64(args[4], &length)) return 0;
    if (length < 1) return raise_value("key length must be greater than 0.");
    if (length > INT_MAX) return raise_overflow("key length is too great.");
    Value key = bytes_new(0, (size_t)length);
    if (!key || !buffer_get(args[1], &password, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(args[2], &salt, BUFFER_SIMPLE)) return buffer_release(&password), (Value)0;
    int ok = 0;
    bool fits = password.length <= INT_MAX && salt.length <= INT_MAX;
    if (fits) BLOCKING(ok = PKCS5_PBKDF2_HMAC(password.data, (int)password.length, salt.data, (int)salt.length, (int)iterations, md, (int)length, bytes_data(key)));
    buffer_release(&password);
    buffer_release(&salt);
    if (!fits) return raise_overflow("password or salt is too long.");
    return ok ? key : hash_error();
}

static NATIVE(hashlib_scrypt)
{
    Buffer password, salt;
    uint64_t n, r, p;
    int64_t maxmem, length;
    if (args[1] == NONE) return raise_type("salt is required");
    if (args[2] == NONE || !is_int(args[2])) return raise_type("n is required and must be an unsigned int");
    if (!int_as_uint64(args[2], &n)) return 0;
    if (n < 2 || n & (n - 1)) return raise_value("n must be a power of 2.");
    if (args[3] == NONE || !is_int(args[3])) return raise_type("r is required and must be an unsigned int");
    if (args[4] == NONE || !is_int(args[4])) return raise_type("p is required and must be an unsigned int");
    if (!int_as_uint64(args[3], &r) || !int_as_uint64(args[4], &p) || !number_as_int64(args[5], &maxmem) || !number_as_int64(args[6], &length)) return 0;
    if (maxmem < 0 || maxmem > INT_MAX) return raise_value("maxmem must be positive and smaller than %d", INT_MAX);
    if (length < 1 || length > INT_MAX) return raise_value("dklen must be greater than 0 and smaller than %d", INT_MAX);
    if (!EVP_PBE_scrypt(0, 0, 0, 0, n, r, p, (uint64_t)maxmem, 0, 0)) {
        ERR_clear_error();
        return raise_value("Invalid parameter combination for n, r, p, maxmem.");
    }
    Value key = bytes_new(0, (size_t)length);
    if (!key || !buffer_get(args[0], &password, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(args[1], &salt, BUFFER_SIMPLE)) return buffer_release(&password), (Value)0;
    int ok;
    BLOCKING(ok = EVP_PBE_scrypt(password.data, (size_t)password.length, salt.data, (size_t)salt.length, n, r, p, (uint64_t)maxmem, bytes_data(key), (size_t)length));
    buffer_release(&password);
    buffer_release(&salt);
    return ok ? key : hash_error();
}

/* In a time that does not tell where the values differ. */
static NATIVE(hashlib_compare_digest)
{
    if (is_str(args[0]) && is_str(args[1])) {
        if (!str_is_ascii(args[0]) || !str_is_ascii(args[1])) return raise_type("comparing strings with non-ASCII characters is not supported");
        int64_t n = str_length(args[0]);
        return bool_value(n == str_length(args[1]) && CRYPTO_memcmp(str_data(args[0]), str_data(args[1]), (size_t)n) == 0);
    }
    Buffer a, b;
    if (!has_buffer(args[0]) || !has_buffer(args[1])) return raise_type("unsupported operand types(s) or combination of types: '%.100T' and '%.100T'", args[0], args[1]);
    if (!buffer_get(args[0], &a, BUFFER_SIMPLE)) return 0;
    if (!buffer_get(args[1], &b, BUFFER_SIMPLE)) return buffer_release(&a), (Value)0;
    bool same = a.length == b.length && CRYPTO_memcmp(a.data, b.data, (size_t)a.length) == 0;
    buffer_release(&a);
    buffer_release(&b);
    return bool_value(same);
}

static NATIVE(hashlib_get_fips_mode) { return int_new(EVP_default_properties_is_fips_enabled(0)); }

/* ---------------------------------------------------------------- the module */

#define SIGNATURE "(string=b'', *, usedforsecurity=True)"
#define O(name) {"openssl_" #name, SIGNATURE, openssl_##name, "A new hash.", 0}
static const NativeDef functions[] = {
    {"new", "(name, string=b'', *, usedforsecurity=True)", hashlib_new, "A new hash by name.", 0},
    O(md5),
    O(sha1),
    O(sha224),
    O(sha256),
    O(sha384),
    O(sha512),
    O(sha3_224),
    O(sha3_256),
    O(sha3_384),
    O(sha3_512),
    O(shake_128),
    O(shake_256),
    {"hmac_new", "(key, msg=b'', digestmod=<unrepresentable>)", hashlib_hmac_new, "A new HMAC.", 0},
    {"hmac_digest", "(key, msg, digest)", hashlib_hmac_digest, "An HMAC in one step.", 0},
    {"pbkdf2_hmac", "(hash_name, password, salt, iterations, dklen=None)", hashlib_pbkdf2_hmac, "Password based key derivation 2 with HMAC.", 0},
    {"scrypt", "(password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64)", hashlib_scrypt, "The scrypt key derivation.", 0},
    {"compare_digest", "(a, b, /)", hashlib_compare_digest, "Compare without telling by time where they differ.", 0},
    {"get_fips_mode", "()", hashlib_get_fips_mode, "Whether OpenSSL is in FIPS mode.", 0},
    {0},
};

static void add_name(EVP_MD *md, void *list)
{
    const char *names[] = {"md5",      "sha1",     "sha224",    "sha256",    "sha384",  "sha512",  "sha512_224", "sha512_256", "sha3_224", "sha3_256",
                           "sha3_384", "sha3_512", "shake_128", "shake_256", "blake2s", "blake2b", "sm3",        "ripemd160",  "md5-sha1"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const EVP_MD *known = hash_algorithm(names[i]);
        if (known && EVP_MD_is_a(md, EVP_MD_get0_name(known))) set_add(*(Value *)list, str_intern_cstring(names[i]));
    }
}

static bool init(Value module)
{
    gc_root(&unsupported);
    Value names = set_new(0);
    if (!names || !type_ready(&hash_type) || !type_ready(&xof_type) || !type_ready(&hmac_type)) return false;
    EVP_MD_do_all_provided(0, add_name, &names);
    Value constructors = thread_self->exception ? 0 : dict_new();   /* add_name cannot tell */
    for (const NativeDef *def = functions; constructors && def->name; def++) {
        if (strncmp(def->name, "openssl_", 8)) continue;
        Value function = dict_get_cstring(module_dict(module), def->name), name = str_intern_cstring(def->name + 8);
        if (!function || !name || !dict_set(constructors, function, name)) return false;
    }
    unsupported = module_new_exception("_hashlib.UnsupportedDigestmodError", VALUE(&exc_ValueError), "Unsupported digestmod.");
    return unsupported && constructors && module_add(module, "HASH", VALUE(&hash_type)) && module_add(module, "HASHXOF", VALUE(&xof_type)) &&
           module_add(module, "HMAC", VALUE(&hmac_type)) && module_add(module, "UnsupportedDigestmodError", unsupported) &&
           module_add(module, "openssl_md_meth_names", frozenset_new(names)) && module_add(module, "_constructors", mappingproxy_new(constructors));
}

const ModuleDef module__hashlib = {"_hashlib", "Message digests of OpenSSL.", functions, init};
