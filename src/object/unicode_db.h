/* unicode_db.h: what the Unicode character database (14.0) says beyond what str's methods need: names, categories, decompositions, normal forms. For module unicodedata and the
 * error handler namereplace. `old` asks for Unicode 3.2. */
#pragma once
#include "object/str.h"

enum { UNICODE_NAME_SIZE = 256 };
/* The name of c, 0-terminated; its length, 0 if it has none. */
size_t unicode_name(uint32_t c, char out[UNICODE_NAME_SIZE]);
/* The same as the error handler namereplace shows it: CPython's table numbers aliases from U+F0000 on and named sequences from U+F0200 on, and the handler takes those for characters. */
size_t unicode_replacement_name(uint32_t c, char out[UNICODE_NAME_SIZE]);
/* The named sequence of that name (any case): its characters (up to 4, then zeros) or 0. */
const uint32_t *unicode_named_sequence(const char *name, size_t length);
const char *unicode_category(uint32_t c, bool old), *unicode_bidirectional(uint32_t c, bool old), *unicode_east_asian_width(uint32_t c, bool old);
int unicode_combining(uint32_t c, bool old);
bool unicode_mirrored(uint32_t c, bool old);
bool unicode_assigned_3_2(uint32_t c);
int unicode_decimal_3_2(uint32_t c);     /* -1: none */
/* The decomposition's tag ("" for a canonical one) and characters; the number of these, 0: none. */
int unicode_decomposition(uint32_t c, bool old, const char **tag, const uint32_t **to);

typedef enum NormalForm { FORM_NFD, FORM_NFKD, FORM_NFC, FORM_NFKC, FORM_INVALID } NormalForm;
NormalForm unicode_form(const char *name);
typedef enum QuickCheck { CHECK_YES, CHECK_NO, CHECK_MAYBE } QuickCheck;
/* yes_only: does not look for NO. */
QuickCheck unicode_quick_check(Value s, NormalForm form, bool old, bool yes_only);
Value unicode_normalize(Value s, NormalForm form, bool old);
