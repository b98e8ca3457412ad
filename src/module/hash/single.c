/* single.c: the modules of single algorithms: _md5, _sha1, _sha256, _sha512, _sha3. */
#include "module/hash/hash.h"

#define SIGNATURE "(string=b'', *, usedforsecurity=True)"
/* A constructor function and its type. The default of `string` is not a literal the binder knows, so it arrives as 0. */
#define ALGORITHM(function, type, type_name) \
    static Type type = HASH_TYPE(type_name); \
    static NATIVE(new_##function) { return hash_new(&type, #function, args[0]); }

ALGORITHM(md5, md5_type, "_md5.md5")
ALGORITHM(sha1, sha1_type, "_sha1.sha1")
ALGORITHM(sha224, sha224_type, "_sha256.sha224")
ALGORITHM(sha256, sha256_type, "_sha256.sha256")
ALGORITHM(sha384, sha384_type, "_sha512.sha384")
ALGORITHM(sha512, sha512_type, "_sha512.sha512")

static const NativeDef md5_functions[] = {{"md5", SIGNATURE, new_md5, "A new MD5 hash.", 0}, {0}};
static const NativeDef sha1_functions[] = {{"sha1", SIGNATURE, new_sha1, "A new SHA-1 hash.", 0}, {0}};
static const NativeDef sha256_functions[] = {{"sha224", SIGNATURE, new_sha224, "A new SHA-224 hash.", 0}, {"sha256", SIGNATURE, new_sha256, "A new SHA-256 hash.", 0}, {0}};
static const NativeDef sha512_functions[] = {{"sha384", SIGNATURE, new_sha384, "A new SHA-384 hash.", 0}, {"sha512", SIGNATURE, new_sha512, "A new SHA-512 hash.", 0}, {0}};

static bool add(Value module, const char *name, Type *type) { return type_ready(type) && module_add(module, name, VALUE(type)); }
static bool md5_init(Value m) { return add(m, "MD5Type", &md5_type); }
static bool sha1_init(Value m) { return add(m, "SHA1Type", &sha1_type); }
static bool sha256_init(Value m) { return add(m, "SHA224Type", &sha224_type) && add(m, "SHA256Type", &sha256_type); }
static bool sha512_init(Value m) { return add(m, "SHA384Type", &sha384_type) && add(m, "SHA512Type", &sha512_type); }

const ModuleDef module__md5 = {"_md5", "MD5.", md5_functions, md5_init};
const ModuleDef module__sha1 = {"_sha1", "SHA-1.", sha1_functions, sha1_init};
const ModuleDef module__sha256 = {"_sha256", "SHA-224 and SHA-256.", sha256_functions, sha256_init};
const ModuleDef module__sha512 = {"_sha512", "SHA-384 and SHA-512.", sha512_functions, sha512_init};

/* ---------------------------------------------------------------- SHA-3: its constructors are the types */

static Value sha3_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value bound[2];
    const char *name = strchr(type->name, '.') + 1;
    return native_bind(name, "(data=<unrepresentable>, /, *, usedforsecurity=True)", &signature, args, nargs, kwnames, bound) ? hash_new(type, name, bound[0]) : 0;
}
static Value rate_bits(Value self) { return int_new(EVP_MD_block_size(((HashObj *)self)->md) * 8); }
static Value capacity_bits(Value self) { return int_new(1600 - EVP_MD_block_size(((HashObj *)self)->md) * 8); }
static bool is_shake(Value self) { return ((HashObj *)self)->name[3] == 'k'; }
static Value suffix(Value self) { return bytes_new(is_shake(self) ? "\x1f" : "\x06", 1); }
static Value name_of(Value self) { return str_from_cstring(((HashObj *)self)->name); }
static Value digest_size(Value self) { return int_new(is_shake(self) ? 0 : EVP_MD_size(((HashObj *)self)->md)); }
static Value block_size(Value self) { return int_new(EVP_MD_block_size(((HashObj *)self)->md)); }
static const GetSetDef sha3_getset[] = {{"name", name_of, 0, 0},
                                        {"digest_size", digest_size, 0, 0},
                                        {"block_size", block_size, 0, 0},
                                        {"_rate_bits", rate_bits, 0, 0},
                                        {"_capacity_bits", capacity_bits, 0, 0},
                                        {"_suffix", suffix, 0, 0},
                                        {0}};
#define SHA3_TYPE(type_name, method_table) \
    {TYPE_INIT(type_name, HashObj), .flags = TYPE_FINALIZE | TYPE_FREES, .new = sha3_new, .finalize = hash_finalize, .methods = method_table, .getset = sha3_getset}
static Type sha3_types[] = {SHA3_TYPE("_sha3.sha3_224", hash_methods), SHA3_TYPE("_sha3.sha3_256", hash_methods),      SHA3_TYPE("_sha3.sha3_384", hash_methods),
                            SHA3_TYPE("_sha3.sha3_512", hash_methods), SHA3_TYPE("_sha3.shake_128", hash_xof_methods), SHA3_TYPE("_sha3.shake_256", hash_xof_methods)};

static bool sha3_init(Value module)
{
    for (size_t i = 0; i < sizeof sha3_types / sizeof *sha3_types; i++)
        if (!module_add_type(module, &sha3_types[i])) return false;
    return module_add_str(module, "implementation", "OpenSSL");
}
const ModuleDef module__sha3 = {"_sha3", "SHA-3 and SHAKE.", 0, sha3_init};
