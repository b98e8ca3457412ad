/* signature.c: signature strings of native functions, "(self, index=-1, /)": parsing, binding of arguments, and CPython's arity errors.
 *
 * CPython words its errors by how the C function is declared; the signature tells which of those ways it would be:
 *   no parameter             list.clear() takes no arguments (1 given)
 *   one, positional only     list.append() takes exactly one argument (2 given)
 *   all positional only      insert expected 2 arguments, got 1
 *   anything with keywords   sort() takes no positional arguments; f() missing required argument 'x' (pos 1)
 */
#include "object/signature.h"
#include "heap/image.h"
#include "object/container.h"
#include "object/keep.h"
#include "object/number.h"
#include "object/str.h"
#include <ctype.h>
#include <stdlib.h>

/* --- parsing */

static Value parse_default(const char *text, size_t length)
{
    if (length == 4 && !memcmp(text, "None", 4)) return NONE;
    if (length == 4 && !memcmp(text, "True", 4)) return TRUE;
    if (length == 5 && !memcmp(text, "False", 5)) return FALSE;
    if (length == 2 && !memcmp(text, "()", 2)) return tuple_empty ? tuple_empty : tuple_new(0);
    if (length >= 2 && (text[0] == '\'' || text[0] == '"') && text[length - 1] == text[0]) {
        char buffer[128];
        size_t n = 0;
        for (size_t i = 1; i + 1 < length && n < sizeof buffer - 1; i++) {
            char c = text[i];
            if (c == '\\' && i + 2 < length) {
                c = text[++i];
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
            }
            buffer[n++] = c;
        }
        buffer[n] = 0;
        return str_intern_cstring(buffer);
    }
    if (length && (isdigit((unsigned char)text[0]) || text[0] == '-' || text[0] == '.')) {
        char buffer[64], *end;
        if (length >= sizeof buffer) return 0;
        memcpy(buffer, text, length);
        buffer[length] = 0;
        long long n = strtoll(buffer, &end, 0);
        if (!*end) return int_new(n);
        double d = strtod(buffer, &end);
        if (!*end) return float_new(d);
    }
    return 0;
}

/* The end of one parameter: the next comma or closing parenthesis outside of quotes and brackets. */
static const char *parameter_end(const char *p)
{
    int depth = 0;
    for (char quote = 0; *p; p++) {
        if (quote) {
            if (*p == '\\' && p[1]) p++;
            else if (*p == quote) quote = 0;
        } else if (*p == '\'' || *p == '"') quote = *p;
        else if (*p == '(' || *p == '[' || *p == '{') depth++;
        else if ((*p == ')' || *p == ']' || *p == '}') && depth-- == 0) return p;
        else if (*p == ',' && depth == 0) return p;
    }
    return p;
}

/* false: memory lacks. A default without a value is what the function itself knows how to read. */
static bool add_parameter(Signature *s, const char *p, const char *end, bool keyword_only)
{
    Parameter *parameter = &s->parameters[s->count];
    const char *equals = memchr(p, '=', end - p), *name_end = equals ? equals : end;
    if (*p == '$') p++;
    const char *colon = memchr(p, ':', name_end - p);
    if (colon) name_end = colon;
    while (name_end > p && name_end[-1] == ' ') name_end--;
    char name[80];
    size_t length = name_end - p < 79 ? (size_t)(name_end - p) : 79;
    memcpy(name, p, length);
    name[length] = 0;
    parameter->name = str_intern_cstring(name);
    if (!parameter->name || !value_keep(parameter->name)) return false;
    parameter->required = !equals;
    if (equals) {
        const char *text = equals + 1;
        while (*text == ' ') text++;
        while (end > text && end[-1] == ' ') end--;
        parameter->value = parse_default(text, end - text);
        if (parameter->value ? is_pointer(parameter->value) && !value_keep(parameter->value) : thread_self->exception != 0) return false;
    }
    if (s->count == 0 && (!strcmp(name, "self") || !strcmp(name, "cls") || (!strcmp(name, "type") && !equals))) s->has_self = true;
    if (!keyword_only) {
        s->positional++;
        if (!equals) s->required = s->positional;
    } else {
        s->keyword_only++;
        if (!equals) s->required_keyword_only++;
    }
    s->count++;
    return true;
}

Signature *signature_parse(const char *text)
{
    Signature *s = lasting_alloc(sizeof(Signature));
    if (!s) return (Signature *)raise_memory();
    s->varargs = s->varkw = -1;
    bool keyword_only = false, slash = false;
    for (const char *p = text + 1; *p && *p != ')';) {
        while (*p == ' ' || *p == '\n') p++;
        const char *end = parameter_end(p);
        if (s->count >= SIGNATURE_MAX) break;
        if (*p == '/') {
            s->positional_only = s->positional;
            slash = true;
        } else if (p[0] == '*' && p[1] == '*') {
            s->varkw = s->count++;
        } else if (*p == '*') {
            if (end - p > 1) s->varargs = s->count++;
            keyword_only = true;
        } else if (end > p && !add_parameter(s, p, end, keyword_only)) {
            lasting_free(s);
            return 0;
        }
        p = *end == ',' ? end + 1 : end;
    }
    if (s->has_self && !slash && s->positional_only == 0) s->positional_only = 1;
    s->simple = s->positional_only == s->positional && s->keyword_only == 0 && s->varkw < 0;
    s->fixed = s->varargs < 0 && s->varkw < 0 && s->required_keyword_only == 0;
    return s;
}

/* One parsed signature for each text (by address: the texts are constants). */
static struct {
    const char *text;
    Signature *signature;
} *parsed;
static size_t parsed_used, parsed_capacity;

static void parsed_grow(void)
{
    size_t capacity = parsed_capacity ? parsed_capacity * 2 : 1024;
    typeof(parsed) table = lasting_alloc(capacity * sizeof *parsed);
    if (!table) return;
    for (size_t i = 0; i < parsed_capacity; i++) {
        if (!parsed[i].text) continue;
        size_t h = ((uintptr_t)parsed[i].text * 0x9e3779b97f4a7c15ull >> 20) & (capacity - 1);
        while (table[h].text) h = (h + 1) & (capacity - 1);
        table[h] = parsed[i];
    }
    lasting_free(parsed);
    parsed = table;
    parsed_capacity = capacity;
}

Signature *signature_of(const char *text)
{
    if (!text) text = "(*args, **kwargs)";
    if (parsed_used * 2 >= parsed_capacity) parsed_grow();
    if (!parsed) return signature_parse(text);
    size_t h = ((uintptr_t)text * 0x9e3779b97f4a7c15ull >> 20) & (parsed_capacity - 1);
    while (parsed[h].text) {
        if (parsed[h].text == text) return parsed[h].signature;
        h = (h + 1) & (parsed_capacity - 1);
    }
    Signature *s = signature_parse(text);
    if (!s) return 0;
    parsed[h].text = text;
    parsed[h].signature = s;
    parsed_used++;
    return s;
}

/* --- binding */

/* The name of the function and its parentheses; some constructors have no name in their errors. */
#define BARE(name) (name)->bare ? (name)->bare : "function", (name)->bare ? "()" : ""

static bool arity_error_simple(const Signature *s, FunctionName *name, size_t nargs)
{
    size_t hidden = s->has_self ? 1 : 0;
    int64_t given = (int64_t)(nargs - hidden), min = s->required - (int)hidden, max = s->positional - (int)hidden;
    if (min < 0) min = 0;
    if (s->varargs >= 0) max = INT64_MAX;
    if (max == 0) return raise_type("%.200s takes no arguments (%lld given)", function_name_full(name), (long long)given);
    if (min == 1 && max == 1) return raise_type("%.200s takes exactly one argument (%lld given)", function_name_full(name), (long long)given);
    return args_check_count(name->bare, given, min, max);
}

static bool arity_error_positional(const Signature *s, FunctionName *name, size_t nargs, size_t nkw)
{
    size_t hidden = s->has_self ? 1 : 0;
    int64_t given = (int64_t)(nargs - hidden), max = s->positional - (int)hidden, all = max + s->keyword_only;
    int64_t min_positional = s->required - (int)hidden, min_only = s->positional_only - (int)hidden;
    if (min_only > min_positional) min_only = min_positional;
    if (s->varkw < 0 && given + (int64_t)nkw > all)
        return raise_type("%.200s%s takes at most %lld %sargument%s (%lld given)", BARE(name), (long long)all, given == 0 ? "keyword " : "", all == 1 ? "" : "s",
                          (long long)(given + (int64_t)nkw));
    if (max == 0) return raise_type("%.200s%s takes no positional arguments", BARE(name));
    if (given > max)
        return raise_type("%.200s%s takes %s %lld positional argument%s (%lld given)", BARE(name), min_positional < max ? "at most" : "exactly", (long long)max,
                          max == 1 ? "" : "s", (long long)given);
    return raise_type("%.200s%s takes %s %lld positional argument%s (%lld given)", BARE(name), min_only < max ? "at least" : "exactly", (long long)min_only,
                      min_only == 1 ? "" : "s", (long long)given);
}

/* The parameter that a keyword names, or -1; positional-only ones have no names. */
static int find_keyword(const Signature *s, Value key)
{
    for (int i = s->positional_only; i < s->count; i++)
        if (s->parameters[i].name == key) return i;
    for (int i = s->positional_only; i < s->count; i++)
        if (s->parameters[i].name && str_equal(s->parameters[i].name, key)) return i;
    return -1;
}

/* Keywords that do not fit (or -1): errors about them come after those about what is missing. */
typedef struct Unfit {
    int64_t twice, unknown;
} Unfit;

static bool bind_keywords(const Signature *s, Value *values, Value kwnames, Value *out, Unfit *unfit)
{
    *unfit = (Unfit){-1, -1};
    for (int64_t k = 0; k < tuple_size(kwnames); k++) {
        Value key = tuple_get(kwnames, k);
        if (!is_str(key)) return raise_type("keywords must be strings");
        int i = find_keyword(s, key);
        if (i >= 0) {
            if (!out[i]) out[i] = values[k];
            else if (unfit->twice < 0) unfit->twice = k;
        } else if (s->varkw >= 0) {
            if (!out[s->varkw] && !(out[s->varkw] = dict_new())) return false;
            if (!dict_set(out[s->varkw], key, values[k])) return false;
        } else if (unfit->unknown < 0) {
            unfit->unknown = k;
        }
    }
    return true;
}

static bool check_unfit(const Signature *s, FunctionName *name, Value kwnames, const Unfit *unfit)
{
    if (unfit->twice >= 0) {
        Value key = tuple_get(kwnames, unfit->twice);
        return raise_type("argument for %.200s%s given by name ('%U') and position (%d)", BARE(name), key, find_keyword(s, key) + 1 - (s->has_self ? 1 : 0));
    }
    if (unfit->unknown < 0) return true;
    return raise_type("'%S' is an invalid keyword argument for %.200s%s", tuple_get(kwnames, unfit->unknown), name->bare ? name->bare : "this function", name->bare ? "()" : "");
}

static bool bind_missing(const Signature *s, FunctionName *name, size_t nargs, size_t nkw, Value *out)
{
    for (int i = 0; i < s->count; i++) {
        if (out[i] || i == s->varargs || i == s->varkw) continue;
        const Parameter *parameter = &s->parameters[i];
        if (!parameter->required) {
            out[i] = parameter->value;
            continue;
        }
        if (i < s->positional_only) return s->simple ? arity_error_simple(s, name, nargs) : arity_error_positional(s, name, nargs, 0);
        return raise_type("%.200s%s missing required argument '%U' (pos %d)", BARE(name), parameter->name, i + 1 - (s->has_self ? 1 : 0));
    }
    return true;
}

bool signature_bind(const Signature *s, FunctionName *name, Value *args, size_t nargs, Value kwnames, Value *out)
{
    size_t nkw = kw_count(kwnames), positional = (size_t)s->positional;
    if (!nkw && s->fixed && nargs <= positional && nargs >= (size_t)s->required) {
        for (size_t i = 0; i < nargs; i++) out[i] = args[i];
        for (int i = (int)nargs; i < s->count; i++) out[i] = s->parameters[i].value;
        return true;
    }
    if (s->has_self && nargs == 0) return raise_type("unbound method %.200s needs an argument", function_name_full(name));
    if (nkw && s->simple) return raise_type("%.200s takes no keyword arguments", function_name_full(name));
    bool too_many = nargs > positional && s->varargs < 0;
    if (too_many || (s->simple && nargs < (size_t)s->required)) {
        if (s->simple) return arity_error_simple(s, name, nargs);
        return arity_error_positional(s, name, nargs, nkw);
    }
    if (!s->simple && s->varargs < 0 && s->varkw < 0 && nargs + nkw > (size_t)s->count) return arity_error_positional(s, name, nargs, nkw);
    memset(out, 0, s->count * sizeof(Value));
    size_t direct = nargs < positional ? nargs : positional;
    values_copy(out, args, direct);
    if (s->varargs >= 0) {
        out[s->varargs] = tuple_from(args + direct, (int64_t)(nargs - direct));
        if (!out[s->varargs]) return false;
    }
    Unfit unfit;
    if (nkw && !bind_keywords(s, args + nargs, kwnames, out, &unfit)) return false;
    return bind_missing(s, name, nargs, nkw, out) && (!nkw || check_unfit(s, name, kwnames, &unfit));
}

bool native_bind(const char *function_name, const char *signature, Signature **cache, Value *args, size_t nargs, Value kwnames, Value *out)
{
    Signature *s = *cache;
    if (!s && !(s = *cache = signature_of(signature))) return false;
    FunctionName name = {.bare = function_name};
    return signature_bind(s, &name, args, nargs, kwnames, out);
}

/* --- the checks that functions with arguments of their own use */

bool args_check_count(const char *name, int64_t nargs, int64_t min, int64_t max)
{
    if (nargs < min) return raise_type("%.200s expected %s%lld argument%s, got %lld", name, min == max ? "" : "at least ", (long long)min, min == 1 ? "" : "s", (long long)nargs);
    if (nargs > max) return raise_type("%.200s expected %s%lld argument%s, got %lld", name, min == max ? "" : "at most ", (long long)max, max == 1 ? "" : "s", (long long)nargs);
    return true;
}

bool args_no_keywords(const char *name, Value kwnames) { return kw_count(kwnames) == 0 || raise_type("%.200s() takes no keyword arguments", name); }

/* --- texts */

Value signature_text(const char *signature, bool method)
{
    if (!signature) return NONE;
    const char *p = signature + 1;
    if (!method || *p == '$' || *p == '*' || *p == ')') return str_from_cstring(signature);
    return str_format_c("($%s", p);
}

Value signature_text_of_function(const char *signature)
{
    if (!signature) return NONE;
    const char *rest = signature + 1;
    if (*rest == ')') return str_from_cstring("($module, /)");
    return str_format_c(strstr(signature, ", /") ? "($module, %s" : "($module, /, %s", rest);
}

/* The end of a leading "name(...)\n--\n\n" in a doc string, or 0. *open: its parenthesis. */
static const char *doc_signature_end(const char *name, const char *doc, const char **open)
{
    if (!doc) return 0;
    const char *dot = strrchr(name, '.');
    if (dot) name = dot + 1;
    size_t length = strlen(name);
    if (strncmp(doc, name, length) || doc[length] != '(') return 0;
    const char *end = strstr(doc, ")\n--\n\n"), *blank = strstr(doc, "\n\n");
    if (!end || (blank && blank < end)) return 0;
    *open = doc + length;
    return end;
}

Value doc_without_signature(const char *name, const char *doc)
{
    const char *open, *end = doc_signature_end(name, doc, &open);
    if (end) doc = end + 6;
    return doc && *doc ? str_from_cstring(doc) : doc && !end ? str_from_cstring("") : NONE;
}

Value doc_signature(const char *name, const char *doc)
{
    const char *open, *end = doc_signature_end(name, doc, &open);
    return end ? str_from_utf8(open, end + 1 - open) : NONE;
}
