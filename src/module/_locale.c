/* _locale.c: the C library's locale, for module locale. */
#include "module/module.h"
#include "module/config.h"
#include <errno.h>
#include <langinfo.h>
#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

static Value error_type;

/* Text of the C library in the current locale's encoding. */
static Value locale_text(const char *text) { return str_from_fs(text, strlen(text)); }

static NATIVE(locale_setlocale)
{
    int category;
    const char *name = 0;
    if (!number_as_int(args[0], &category)) return 0;
    if (category < LC_CTYPE || category > LC_ALL) return raise_format((Type *)error_type, "invalid locale category");
    if (args[1] && args[1] != NONE) {
        size_t size;
        if (!is_str(args[1])) return raise_bad_argument("setlocale", "2", "str or None", args[1]);
        if (!(name = str_utf8(args[1], &size))) return 0;
        if (strlen(name) != size) return raise_value("embedded null character");
    }
    const char *result = setlocale(category, name);
    if (!result) return raise_format((Type *)error_type, name ? "unsupported locale setting" : "locale query failed");
    return locale_text(result);
}

/* "\3\3" to [3, 3, 0]. */
static Value grouping_list(const char *grouping)
{
    Value list = list_new(0);
    if (!list || !*grouping) return list;
    do
        if (!list_append(list, small_int(*grouping))) return 0;
    while (*grouping && *grouping++ != CHAR_MAX && *grouping);
    if (grouping[-1] != CHAR_MAX && !list_append(list, small_int(0))) return 0;
    return list;
}

static NATIVE(locale_localeconv)
{
    const struct lconv *l = localeconv();
    Value result = dict_new();
    if (!result) return 0;
#define TEXT(field) dict_set_cstring(result, #field, locale_text(l->field))
#define NUMBER(field) dict_set_cstring(result, #field, small_int(l->field))
    bool ok = TEXT(int_curr_symbol) && TEXT(currency_symbol) && TEXT(mon_decimal_point) && TEXT(mon_thousands_sep) &&
              dict_set_cstring(result, "mon_grouping", grouping_list(l->mon_grouping)) && TEXT(positive_sign) && TEXT(negative_sign) && NUMBER(int_frac_digits) &&
              NUMBER(frac_digits) && NUMBER(p_cs_precedes) && NUMBER(p_sep_by_space) && NUMBER(n_cs_precedes) && NUMBER(n_sep_by_space) && NUMBER(p_sign_posn) &&
              NUMBER(n_sign_posn) && TEXT(decimal_point) && TEXT(thousands_sep) && dict_set_cstring(result, "grouping", grouping_list(l->grouping));
#undef TEXT
#undef NUMBER
    return ok ? result : 0;
}

/* The string as wide characters; 0 with exception. */
static wchar_t *wide_text(Value v)
{
    int64_t length = str_length(v);
    wchar_t *wide = gc_buffer_raw((size_t)(length + 1) * sizeof *wide);
    for (int64_t i = 0; wide && i < length; i++) {
        wide[i] = (wchar_t)str_char(v, i);
        if (!wide[i]) return (wchar_t *)raise_value("embedded null character");
    }
    if (wide) wide[length] = 0;
    return wide;
}

static NATIVE(locale_strcoll)
{
    if (!is_str(args[0])) return raise_bad_argument("strcoll", "1", "str", args[0]);
    if (!is_str(args[1])) return raise_bad_argument("strcoll", "2", "str", args[1]);
    wchar_t *a = wide_text(args[0]), *b = a ? wide_text(args[1]) : 0;
    return b ? int_new(wcscoll(a, b)) : 0;
}

static NATIVE(locale_strxfrm)
{
    if (!is_str(args[0])) return raise_bad_argument("strxfrm", "argument", "str", args[0]);
    wchar_t *text = wide_text(args[0]);
    if (!text) return 0;
    errno = 0;
    size_t size = wcsxfrm(0, text, 0);
    if (errno && errno != ERANGE) return raise_errno();
    wchar_t *out = gc_buffer_raw((size + 1) * sizeof *out);
    if (!out) return 0;
    size = wcsxfrm(out, text, size + 1);
    /* The C library may produce what is not a character; these are split as they are. */
    StrBuilder b = {0};
    for (size_t i = 0; i < size; i++)
        if (!str_builder_char(&b, (uint32_t)out[i] & 0x1fffff)) return 0;
    return str_builder_finish(&b);
}

static NATIVE(locale_nl_langinfo)
{
    int key;
    if (!number_as_int(args[0], &key)) return 0;
    static const int known[] = {ABDAY_1,     ABDAY_7,   DAY_1,     DAY_7,      ABMON_1,    ABMON_12,   MON_1,   MON_12,  RADIXCHAR, RADIXCHAR, THOUSEP,
                                THOUSEP,     CRNCYSTR,  CRNCYSTR,  D_FMT,      D_FMT,      T_FMT,      T_FMT,   D_T_FMT, D_T_FMT,   AM_STR,    AM_STR,
                                PM_STR,      PM_STR,    CODESET,   CODESET,    T_FMT_AMPM, T_FMT_AMPM, ERA,     ERA,     ERA_D_FMT, ERA_D_FMT, ERA_D_T_FMT,
                                ERA_D_T_FMT, ERA_T_FMT, ERA_T_FMT, ALT_DIGITS, ALT_DIGITS, YESEXPR,    YESEXPR, NOEXPR,  NOEXPR,    _DATE_FMT, _DATE_FMT};
    for (size_t i = 0; i < sizeof known / sizeof *known; i += 2)
        if (key >= known[i] && key <= known[i + 1]) return locale_text(nl_langinfo(key));
    return raise_value("unsupported langinfo constant");
}

/* CPython puts a locale with UTF-8 in the place of the C locale (PEP 538), unless it is told not to, or LC_ALL stands in the way. Here the C locale stays, and means UTF-8 then. */
static bool replaces_c_locale(void)
{
    const char *all = getenv("LC_ALL"), *wish = config.ignore_environment ? 0 : getenv("PYTHONCOERCECLOCALE");
    return (!all || !*all) && !(wish && !strcmp(wish, "0"));
}

static NATIVE(locale_getencoding)
{
    const char *name = nl_langinfo(CODESET);
    if (!name || !*name || (!strncmp(name, "ANSI_X3", 7) && replaces_c_locale())) name = "UTF-8";
    return str_from_cstring(name);
}

static const char *text_argument(const char *function, const char *position, Value v)
{
    if (!is_str(v)) return (const char *)raise_bad_argument(function, position, "str", v);
    return str_utf8(v, 0);
}

static NATIVE(locale_gettext)
{
    const char *text = text_argument("gettext", "argument", args[0]);
    return text ? locale_text(gettext(text)) : 0;
}

/* A str or None. */
static bool domain_argument(const char *function, Value v, const char **text)
{
    *text = 0;
    if (v == NONE) return true;
    if (!is_str(v)) return raise_bad_argument(function, "1", "str or None", v);
    return (*text = str_utf8(v, 0)) != 0;
}

static NATIVE(locale_dgettext)
{
    const char *domain, *text = text_argument("dgettext", "2", args[1]);
    return text && domain_argument("dgettext", args[0], &domain) ? locale_text(dgettext(domain, text)) : 0;
}

static NATIVE(locale_dcgettext)
{
    int category;
    const char *domain, *text = text_argument("dcgettext", "2", args[1]);
    if (!text || !number_as_int(args[2], &category) || !domain_argument("dcgettext", args[0], &domain)) return 0;
    return locale_text(dcgettext(domain, text, category));
}

static NATIVE(locale_textdomain)
{
    const char *domain;
    if (!domain_argument("textdomain", args[0], &domain)) return 0;
    const char *current = textdomain(domain);
    return current ? locale_text(current) : raise_errno();
}

static NATIVE(locale_bindtextdomain)
{
    const char *domain = text_argument("bindtextdomain", "1", args[0]), *directory = 0;
    if (!domain) return 0;
    if (!*domain) return raise_format((Type *)error_type, "domain must be a non-empty string");
    if (args[1] != NONE && !(directory = path_bytes(args[1], 0))) return 0;
    const char *current = bindtextdomain(domain, directory);
    return current ? locale_text(current) : raise_errno();
}

static NATIVE(locale_bind_textdomain_codeset)
{
    const char *domain = text_argument("bind_textdomain_codeset", "1", args[0]), *codeset = 0;
    if (!domain || (args[1] != NONE && !(codeset = text_argument("bind_textdomain_codeset", "2", args[1])))) return 0;
    const char *current = bind_textdomain_codeset(domain, codeset);
    return current ? locale_text(current) : NONE;
}

static const NativeDef locale_functions[] = {
    {"setlocale", "(category, locale=<unrepresentable>, /)", locale_setlocale, "Sets or queries the locale of a category."},
    {"localeconv", "()", locale_localeconv, "How numbers and money are written, as a dict."},
    {"strcoll", "(os1, os2, /)", locale_strcoll, "Compares two strings by the locale's order."},
    {"strxfrm", "(string, /)", locale_strxfrm, "A string that sorts by its characters as the given one does by the locale."},
    {"nl_langinfo", "(key, /)", locale_nl_langinfo, "A piece of information about the locale."},
    {"getencoding", "()", locale_getencoding, "The encoding of the locale."},
    {"gettext", "(msg, /)", locale_gettext, "The translation of a message."},
    {"dgettext", "(domain, msg, /)", locale_dgettext, "The translation of a message in a domain."},
    {"dcgettext", "(domain, msg, category, /)", locale_dcgettext, "The translation of a message in a domain and category."},
    {"textdomain", "(domain, /)", locale_textdomain, "Sets or queries the domain of messages."},
    {"bindtextdomain", "(domain, dir, /)", locale_bindtextdomain, "Sets or queries the directory of a domain."},
    {"bind_textdomain_codeset", "(domain, codeset, /)", locale_bind_textdomain_codeset, "Sets or queries the encoding of a domain."},
    {0},
};

static bool locale_init(Value module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
#define C(name) {#name, name}
        C(LC_CTYPE), C(LC_TIME),  C(LC_COLLATE), C(LC_MONETARY), C(LC_MESSAGES), C(LC_NUMERIC),  C(LC_ALL),    C(CHAR_MAX),   C(DAY_1),     C(DAY_2),   C(DAY_3),
        C(DAY_4),    C(DAY_5),    C(DAY_6),      C(DAY_7),       C(ABDAY_1),     C(ABDAY_2),     C(ABDAY_3),   C(ABDAY_4),    C(ABDAY_5),   C(ABDAY_6), C(ABDAY_7),
        C(MON_1),    C(MON_2),    C(MON_3),      C(MON_4),       C(MON_5),       C(MON_6),       C(MON_7),     C(MON_8),      C(MON_9),     C(MON_10),  C(MON_11),
        C(MON_12),   C(ABMON_1),  C(ABMON_2),    C(ABMON_3),     C(ABMON_4),     C(ABMON_5),     C(ABMON_6),   C(ABMON_7),    C(ABMON_8),   C(ABMON_9), C(ABMON_10),
        C(ABMON_11), C(ABMON_12), C(RADIXCHAR),  C(THOUSEP),     C(YESEXPR),     C(NOEXPR),      C(CRNCYSTR),  C(D_T_FMT),    C(D_FMT),     C(T_FMT),   C(AM_STR),
        C(PM_STR),   C(CODESET),  C(T_FMT_AMPM), C(ERA),         C(ERA_D_FMT),   C(ERA_D_T_FMT), C(ERA_T_FMT), C(ALT_DIGITS), C(_DATE_FMT),
#undef C
    };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    error_type = module_new_exception("locale.Error", VALUE(&exc_Exception), 0);
    gc_root(&error_type);
    return module_add(module, "Error", error_type);
}

const ModuleDef module__locale = {.name = "_locale", .doc = "Support for POSIX locales.", .functions = locale_functions, .init = locale_init};
