/* _crypt.c: hashes of passwords by the C library's crypt(). */
#include "module/module.h"
#include "object/str_methods.h"
#include <crypt.h>
#include <errno.h>

static NATIVE(crypt_crypt)
{
    const char *word = str_cstring_argument("crypt", "1", args[0]), *salt = word ? str_cstring_argument("crypt", "2", args[1]) : 0;
    if (!salt) return 0;
    struct crypt_data data = {0};
    const char *hash = crypt_r(word, salt, &data);
    return hash ? str_from_cstring(hash) : raise_errno();
}

static const NativeDef functions[] = {
    {"crypt", "(word, salt, /)", crypt_crypt, "Hash a *word* with the given *salt* and return the hashed password.", 0},
    {0},
};
const ModuleDef module__crypt = {"_crypt", 0, functions, 0};
