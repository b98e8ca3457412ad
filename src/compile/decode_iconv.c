/* decode_iconv.c: source in rare encodings, for programs that have the front end but no Python codecs.
 *
 * Python spells its encodings more freely than iconv() does ("koi8_r", "cp1252", "euc_jp"), so a name is tried in a few spellings. Only what is ASCII
 * compatible may be a source encoding; iconv()'s other encodings are refused by the tokenizer, which meets null bytes.
 */
#include "compile/compile.h"
#include <iconv.h>
#include <string.h>

static iconv_t open_encoding(const char *name)
{
    /* iconv() takes a name without letters for the locale's encoding. */
    if (!strpbrk(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")) return (iconv_t)-1;
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd != (iconv_t)-1) return cd;
    char spelling[64];
    size_t n = strlen(name);
    if (n >= sizeof spelling) return cd;
    for (size_t i = 0; i <= n; i++) spelling[i] = name[i] == '_' ? '-' : name[i];
    cd = iconv_open("UTF-8", spelling);
    if (cd != (iconv_t)-1) return cd;
    size_t kept = 0;
    for (size_t i = 0; i <= n; i++)
        if (name[i] != '_' && name[i] != '-') spelling[kept++] = name[i];
    return iconv_open("UTF-8", spelling);
}

bool decode_with_iconv(Source *source, const char *encoding, const char *bytes, size_t size, const char **utf8, size_t *utf8_size)
{
    iconv_t cd = open_encoding(encoding);
    if (cd == (iconv_t)-1) return false;
    size_t room = size * 4 + 16;
    char *out = arena_alloc(source->arena, room + 1), *in = (char *)bytes, *at = out;
    bool ok = iconv(cd, &in, &size, &at, &room) != (size_t)-1;
    iconv_close(cd);
    *utf8 = out;
    *utf8_size = (size_t)(at - out);
    return ok;
}
