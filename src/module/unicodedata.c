/* unicodedata.c: the Unicode character database as a module, and as of Unicode 3.2 as the object ucd_3_2_0. */
#include "module/module.h"
#include "base/unicode.h"
#include "object/unicode_db.h"

typedef struct Ucd {
    Obj head;
    Value version;
} Ucd;
static void ucd_trace(Obj *object) { gc_visit(((Ucd *)object)->version); }

static bool get_char(const char *function, const char *position, Value v, uint32_t *c)
{
    if (!is_str(v) || str_length(v) != 1) return raise_bad_argument(function, position, "a unicode character", v);
    *c = str_char(v, 0);
    return true;
}

/* Every function exists twice: for the module (args from 0) and as a method of UCD (args[0] is ucd_3_2_0). */
#define TWICE(name, max_args) \
    static NATIVE(name##_new) { return name(args, false); } \
    static NATIVE(name##_old) { return name(args + 1, true); }

static Value db_category(Value *args, bool old)
{
    uint32_t c;
    return get_char("category", "argument", args[0], &c) ? str_intern_cstring(unicode_category(c, old)) : 0;
}

static Value db_bidirectional(Value *args, bool old)
{
    uint32_t c;
    return get_char("bidirectional", "argument", args[0], &c) ? str_intern_cstring(unicode_bidirectional(c, old)) : 0;
}

static Value db_east_asian_width(Value *args, bool old)
{
    uint32_t c;
    return get_char("east_asian_width", "argument", args[0], &c) ? str_intern_cstring(unicode_east_asian_width(c, old)) : 0;
}

static Value db_combining(Value *args, bool old)
{
    uint32_t c;
    return get_char("combining", "argument", args[0], &c) ? int_new(unicode_combining(c, old)) : 0;
}

static Value db_mirrored(Value *args, bool old)
{
    uint32_t c;
    return get_char("mirrored", "argument", args[0], &c) ? int_new(unicode_mirrored(c, old)) : 0;
}

static Value db_decimal(Value *args, bool old)
{
    uint32_t c;
    if (!get_char("decimal", "1", args[0], &c)) return 0;
    int value = old ? unicode_decimal_3_2(c) : unicode_decimal_value(c);
    return value >= 0 ? int_new(value) : args[1] ? args[1] : raise_value("not a decimal");
}

static Value db_digit(Value *args, bool old)
{
    uint32_t c;
    if (!get_char("digit", "1", args[0], &c)) return 0;
    int value = unicode_digit_value(c);
    return value >= 0 ? int_new(value) : args[1] ? args[1] : raise_value("not a digit");
}

static Value db_numeric(Value *args, bool old)
{
    uint32_t c;
    if (!get_char("numeric", "1", args[0], &c)) return 0;
    bool has = unicode_is_numeric(c) && !(old && !unicode_assigned_3_2(c));
    return has ? float_new(unicode_numeric_value(c)) : args[1] ? args[1] : raise_value("not a numeric character");
}

static Value db_decomposition(Value *args, bool old)
{
    uint32_t c;
    const char *tag;
    const uint32_t *to;
    if (!get_char("decomposition", "argument", args[0], &c)) return 0;
    int count = unicode_decomposition(c, old, &tag, &to);
    StrBuilder b = {0};
    if (count && !str_builder_cstring(&b, tag)) return 0;
    for (int i = 0; i < count; i++) {
        Value code = str_format_c(b.length ? " %04X" : "%04X", to[i]);
        if (!code || !str_builder_str(&b, code)) return 0;
    }
    return str_builder_finish(&b);
}

static Value db_name(Value *args, bool old)
{
    uint32_t c;
    char name[UNICODE_NAME_SIZE];
    if (!get_char("name", "1", args[0], &c)) return 0;
    size_t length = old && !unicode_assigned_3_2(c) ? 0 : unicode_name(c, name);
    return length ? str_from_utf8(name, length) : args[1] ? args[1] : raise_value("no such name");
}

static Value lookup_failed(const char *name, size_t size)
{
    Value text = codec_utf8_decode(name, size, "replace", 0), message = text ? str_format_c("undefined character name '%U'", text) : 0;
    return message ? raise_key(message) : 0;
}

static Value lookup_text(const char *name, size_t size, bool old)
{
    if (size > UNICODE_NAME_SIZE) {
        Value message = str_from_cstring("name too long");
        return message ? raise_key(message) : 0;
    }
    const uint32_t *sequence = old ? 0 : unicode_named_sequence(name, size);
    if (sequence) {
        int count = 0;
        while (count < 4 && sequence[count]) count++;
        return str_from_kind(4, sequence, count);
    }
    int32_t c = unicode_lookup_name(name, size);
    if (c < 0) return lookup_failed(name, size);
    /* Unicode 3.2 had no aliases. */
    char own[UNICODE_NAME_SIZE];
    if (old && (!unicode_assigned_3_2((uint32_t)c) || unicode_name((uint32_t)c, own) != size || strncasecmp(own, name, size))) return lookup_failed(name, size);
    return str_from_char((uint32_t)c);
}

static Value db_lookup(Value *args, bool old)
{
    if (is_str(args[0])) {
        size_t size;
        const char *name = str_utf8(args[0], &size);
        return name ? lookup_text(name, size, old) : 0;
    }
    Buffer b;
    if (!buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    Value result = lookup_text(b.data, (size_t)b.length, old);
    buffer_release(&b);
    return result;
}

static bool form_arguments(const char *function, Value *args, NormalForm *form)
{
    if (!is_str(args[0])) return raise_bad_argument(function, "1", "str", args[0]);
    if (!is_str(args[1])) return raise_bad_argument(function, "2", "str", args[1]);
    const char *name = str_utf8(args[0], 0);
    if (!name) return false;
    *form = unicode_form(name);
    return true;
}

static Value db_normalize(Value *args, bool old)
{
    NormalForm form;
    if (!form_arguments("normalize", args, &form)) return 0;
    if (!str_length(args[1])) return str_empty;
    return form == FORM_INVALID ? raise_value("invalid normalization form") : unicode_normalize(args[1], form, old);
}

static Value db_is_normalized(Value *args, bool old)
{
    NormalForm form;
    if (!form_arguments("is_normalized", args, &form)) return 0;
    if (!str_length(args[1])) return TRUE;
    if (form == FORM_INVALID) return raise_value("invalid normalization form");
    QuickCheck check = unicode_quick_check(args[1], form, old, false);
    if (check == CHECK_YES || (check == CHECK_NO && !old)) return bool_value(check == CHECK_YES);
    Value normal = unicode_normalize(args[1], form, old);
    return normal ? bool_value(str_equal(normal, args[1])) : 0;
}

TWICE(db_category, 1)
TWICE(db_bidirectional, 1) TWICE(db_east_asian_width, 1) TWICE(db_combining, 1) TWICE(db_mirrored, 1) TWICE(db_decimal, 2) TWICE(db_digit, 2) TWICE(db_numeric, 2)
    TWICE(db_decomposition, 1) TWICE(db_name, 2) TWICE(db_lookup, 1) TWICE(db_normalize, 2) TWICE(db_is_normalized, 2)

#define FUNCTIONS(SELF, WHICH) \
    {"decimal", "(" SELF "chr, default=<unrepresentable>, /)", db_decimal_##WHICH, "The decimal digit a character is, as an int."}, \
        {"digit", "(" SELF "chr, default=<unrepresentable>, /)", db_digit_##WHICH, "The digit a character is, as an int."}, \
        {"numeric", "(" SELF "chr, default=<unrepresentable>, /)", db_numeric_##WHICH, "The number a character is, as a float."}, \
        {"category", "(" SELF "chr, /)", db_category_##WHICH, "The general category."}, \
        {"bidirectional", "(" SELF "chr, /)", db_bidirectional_##WHICH, "The bidirectional class."}, \
        {"combining", "(" SELF "chr, /)", db_combining_##WHICH, "The canonical combining class."}, \
        {"mirrored", "(" SELF "chr, /)", db_mirrored_##WHICH, "Whether the character is mirrored in text from right to left."}, \
        {"east_asian_width", "(" SELF "chr, /)", db_east_asian_width_##WHICH, "The East Asian width."}, \
        {"decomposition", "(" SELF "chr, /)", db_decomposition_##WHICH, "The decomposition mapping."}, \
        {"name", "(" SELF "chr, default=<unrepresentable>, /)", db_name_##WHICH, "The name of a character."}, \
        {"lookup", "(" SELF "name, /)", db_lookup_##WHICH, "The character of that name."}, \
        {"is_normalized", "(" SELF "form, unistr, /)", db_is_normalized_##WHICH, "Whether the text is in the normal form 'NFC', 'NFKC', 'NFD' or 'NFKD'."}, \
        {"normalize", "(" SELF "form, unistr, /)", db_normalize_##WHICH, "The text in the normal form."}, {0}

        static const NativeDef unicodedata_functions[] = {FUNCTIONS("", new)};
static const NativeDef ucd_methods[] = {FUNCTIONS("self, ", old)};
static const MemberDef ucd_members[] = {{"unidata_version", MEMBER_VALUE, offsetof(Ucd, version), false, 0}, {0}};
static Type ucd_type = {TYPE_INIT("unicodedata.UCD", Ucd), .flags = TYPE_DISALLOW_NEW | TYPE_IMMUTABLE, .trace = ucd_trace, .methods = ucd_methods, .members = ucd_members};

static bool unicodedata_init(Value module)
{
    if (!module_add_str(module, "unidata_version", "14.0.0") || !module_add_type(module, &ucd_type)) return false;
    Ucd *old = gc_alloc(Ucd, &ucd_type);
    if (!old) return false;
    SET(old, version, str_intern_cstring("3.2.0"));
    return module_add(module, "ucd_3_2_0", VALUE(old));
}

const ModuleDef module_unicodedata = {
    .name = "unicodedata", .doc = "The Unicode character database, version 14.0.0.", .functions = unicodedata_functions, .init = unicodedata_init};
