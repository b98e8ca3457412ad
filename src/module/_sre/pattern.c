/* pattern.c: module _sre: re.Pattern with its methods, scanners, and compile. */
#include "module/_sre/sre.h"
#include <ctype.h>

static Pattern *po(Value v) { return (Pattern *)v; }

static void pattern_trace(Obj *object)
{
    Pattern *p = (Pattern *)object;
    gc_visit(p->pattern);
    gc_visit(p->groupindex);
    gc_visit(p->indexgroup);
    if (p->code) gc_visit_buffer(p->code);
    if (p->insts) gc_visit_buffer(p->insts);
    if (p->sets) gc_visit_buffer(p->sets);
    if (p->prefix) gc_visit_buffer(p->prefix);
}

/* The matcher for (string, pos, endpos) in args[1..3]. */
static bool matcher_arguments(Matcher *m, Value *args)
{
    int64_t start, end;
    return number_as_count(args[2], &start) && number_as_count(args[3], &end) && matcher_init(m, po(args[0]), args[1], start, end);
}

static Value match_result(Matcher *m, int status, int64_t pos)
{
    Value result = status < 0 ? 0 : status == 0 ? NONE : match_new(m, pos, m->end);
    matcher_release(m);
    return result;
}

static NATIVE(pattern_match)
{
    Matcher m;
    if (!matcher_arguments(&m, args)) return 0;
    return match_result(&m, matcher_match(&m), m.start);
}

static NATIVE(pattern_fullmatch)
{
    Matcher m;
    if (!matcher_arguments(&m, args)) return 0;
    m.full = true;
    return match_result(&m, matcher_match(&m), m.start);
}

static NATIVE(pattern_search)
{
    Matcher m;
    if (!matcher_arguments(&m, args)) return 0;
    int64_t pos = m.start;
    return match_result(&m, matcher_search(&m), pos);
}

/* Moves the matcher behind the match it has found, so that the next one is another. */
static void matcher_advance(Matcher *m)
{
    m->must_advance = m->position == m->start;
    m->start = m->position;
}

/* The text of group i (1...) of the match found; `otherwise` if unset. */
static Value matcher_group(const Matcher *m, int64_t i, Value otherwise)
{
    int64_t start = m->registers[REG_MARKS + 2 * (i - 1)], end = m->registers[REG_MARKS + 2 * (i - 1) + 1];
    return start >= 0 && end >= start ? matcher_slice(m, start, end) : otherwise;
}

static Value findall_item(const Matcher *m)
{
    int64_t groups = m->pattern->groups;
    Value empty = is_str(m->string) ? str_empty : bytes_empty;
    if (groups == 0) return matcher_slice(m, m->start, m->position);
    if (groups == 1) return matcher_group(m, 1, empty);
    Value item = tuple_new(groups);
    for (int64_t i = 0; item && i < groups; i++) {
        Value text = matcher_group(m, i + 1, empty);
        if (!text) return 0;
        SET((TupleObj *)item, items[i], text);
    }
    return item;
}

static NATIVE(pattern_findall)
{
    Matcher m;
    Value list = list_new(0);
    int status = 1;
    if (!list || !matcher_arguments(&m, args)) return 0;
    while (m.start <= m.end && (status = matcher_search(&m)) > 0) {
        Value item = findall_item(&m);
        if (!item || !list_append(list, item)) {
            status = -1;
            break;
        }
        matcher_advance(&m);
    }
    matcher_release(&m);
    return status < 0 ? 0 : list;
}

static bool split_run(Matcher *m, Value list, int64_t max)
{
    int64_t last = m->start, done = 0;
    while (max == 0 || done < max) {
        int status = matcher_search(m);
        if (status < 0) return false;
        if (status == 0) break;
        Value piece = matcher_slice(m, last, m->start);
        if (!piece || !list_append(list, piece)) return false;
        for (int64_t i = 1; i <= m->pattern->groups; i++)
            if (!(piece = matcher_group(m, i, NONE)) || !list_append(list, piece)) return false;
        done++;
        last = m->position;
        matcher_advance(m);
    }
    Value rest = matcher_slice(m, last, m->end);
    return rest && list_append(list, rest);
}

static NATIVE(pattern_split)
{
    Matcher m;
    int64_t max;
    Value list = list_new(0);
    if (!list || !number_as_count(args[2], &max) || !matcher_init(&m, po(args[0]), args[1], 0, INT64_MAX)) return 0;
    bool ok = split_run(&m, list, max);
    matcher_release(&m);
    return ok ? list : 0;
}

/* --- sub */
/* What replaces a match: a function, or a text without escapes. */
static Value sub_filter(Value self, Value replacement)
{
    if (is_callable(replacement)) return replacement;
    if (is_str(replacement)) {
        if (str_find_char(replacement, '\\', 0, INT64_MAX, 1) < 0) return replacement;
    } else if (has_buffer(replacement)) {
        Buffer b;
        if (buffer_get(replacement, &b, BUFFER_SIMPLE)) {
            bool literal = !b.length || !memchr(b.data, '\\', (size_t)b.length);
            buffer_release(&b);
            if (literal) return replacement;
        } else error_clear();
    }
    Value compile = import_attr("re", "_subx");
    return compile ? call_2(compile, self, replacement) : 0;
}

static bool sub_run(Matcher *m, Value filter, Value list, int64_t max, int64_t *count)
{
    bool callable = is_callable(filter);
    int64_t last = m->start;
    *count = 0;
    while (max == 0 || *count < max) {
        int status = matcher_search(m);
        if (status < 0) return false;
        if (status == 0) break;
        if (last < m->start) {
            Value piece = matcher_slice(m, last, m->start);
            if (!piece || !list_append(list, piece)) return false;
        }
        Value item = filter;
        if (callable) {
            Value match = match_new(m, 0, m->end);
            if (!match || !(item = call_1(filter, match))) return false;
        }
        if (item != NONE && !list_append(list, item)) return false;
        last = m->position;
        ++*count;
        matcher_advance(m);
    }
    if (last < m->end) {
        Value rest = matcher_slice(m, last, m->end);
        if (!rest || !list_append(list, rest)) return false;
    }
    return true;
}

static Value sub_method(Value *args, bool with_count)
{
    Matcher m;
    int64_t max, count;
    Value list = list_new(0);
    if (!list || !number_as_count(args[3], &max)) return 0;
    Value filter = sub_filter(args[0], args[1]);
    if (!filter || !matcher_init(&m, po(args[0]), args[2], 0, INT64_MAX)) return 0;
    bool ok = sub_run(&m, filter, list, max, &count);
    bool text = is_str(args[2]);
    matcher_release(&m);
    if (!ok) return 0;
    Value result = text ? str_join(str_empty, list) : bytes_join(bytes_empty, list);
    return result && with_count ? tuple_pack(2, result, int_new(count)) : result;
}

static NATIVE(pattern_sub) { return sub_method(args, false); }
static NATIVE(pattern_subn) { return sub_method(args, true); }

/* --- scanners */
/* `view` holds the text of a mutable buffer in place. */
typedef struct Scanner {
    Obj head;
    Value pattern, string, view;
    int64_t first, start, end;
    bool done, must_advance;
} Scanner;

static void scanner_trace(Obj *object)
{
    gc_visit(((Scanner *)object)->pattern);
    gc_visit(((Scanner *)object)->string);
    gc_visit(((Scanner *)object)->view);
}

static Value scanner_next(Value self, int (*run)(Matcher *))
{
    Scanner *s = (Scanner *)self;
    Matcher m;
    if (s->done) return NONE;
    if (!matcher_init(&m, po(s->pattern), s->string, s->start, s->end)) return 0;
    m.must_advance = s->must_advance;
    int status = m.start > m.end ? 0 : run(&m);
    Value result = status < 0 ? 0 : status ? match_new(&m, s->first, m.end) : NONE;
    if (status == 0) s->done = true;
    else if (status > 0) {
        s->must_advance = m.position == m.start;
        s->start = m.position;
    }
    matcher_release(&m);
    return result;
}

static NATIVE(scanner_match) { return scanner_next(args[0], matcher_match); }
static NATIVE(scanner_search) { return scanner_next(args[0], matcher_search); }

static const NativeDef scanner_methods[] = {
    {"match", "(self, /)", scanner_match, "The match at the scanner's position, or None."},
    {"search", "(self, /)", scanner_search, "The next match, or None."},
    {0},
};

static const MemberDef scanner_members[] = {{"pattern", MEMBER_VALUE, offsetof(Scanner, pattern), false, "The pattern."}, {0}};

Type scanner_type = {TYPE_INIT("_sre.SRE_Scanner", Scanner), .flags = TYPE_DISALLOW_NEW | TYPE_IMMUTABLE, .trace = scanner_trace, .methods = scanner_methods,
                     .members = scanner_members};

static NATIVE(pattern_scanner)
{
    Matcher m;
    if (!matcher_arguments(&m, args)) return 0;
    Scanner *s = gc_alloc(Scanner, &scanner_type);
    if (s) {
        s->pattern = args[0];
        s->string = args[1];
        s->first = s->start = m.start;
        s->end = m.end;
        if (!is_str(args[1]) && !is_bytes(args[1])) SET(s, view, memoryview_new(args[1]));
    }
    matcher_release(&m);
    return s && !thread_self->exception ? VALUE(s) : 0;
}

static NATIVE(pattern_finditer)
{
    Value scanner = pattern_scanner(args, nargs, 0), search = scanner ? object_getattr(scanner, NAME("search")) : 0;
    Value iter = search ? import_attr("builtins", "iter") : 0;
    return iter ? call_2(iter, search, NONE) : 0;
}

/* --- other methods and slots of re.Pattern */
static NATIVE(pattern_copy) { return args[0]; }

static Value pattern_repr(Value v)
{
    static const char *const names[] = {"re.TEMPLATE", "re.IGNORECASE", "re.LOCALE", "re.MULTILINE", "re.DOTALL", "re.UNICODE", "re.VERBOSE", "re.DEBUG", "re.ASCII"};
    const Pattern *p = po(v);
    int flags = p->flags;
    if (p->is_bytes == 0 && (flags & (FLAG_LOCALE | FLAG_UNICODE | FLAG_ASCII)) == FLAG_UNICODE) flags &= ~FLAG_UNICODE;
    Value text = object_repr(p->pattern);
    StrBuilder b = {0};
    if (!text || !str_builder_cstring(&b, "re.compile(") || !str_builder_slice(&b, text, 0, 200)) return 0;
    const char *gap = ", ";
    for (int i = 0; i < 9; i++) {
        if (!(flags & 1 << i)) continue;
        if (!str_builder_cstring(&b, gap) || !str_builder_cstring(&b, names[i])) return 0;
        flags &= ~(1 << i);
        gap = "|";
    }
    if (flags) {
        Value rest = str_format_c("%s0x%x", gap, (unsigned)flags);
        if (!rest || !str_builder_str(&b, rest)) return 0;
    }
    return str_builder_char(&b, ')') ? str_builder_finish(&b) : 0;
}

static bool pattern_hash(Value v, int64_t *hash)
{
    const Pattern *p = po(v);
    int64_t text;
    if (!object_hash(p->pattern, &text)) return false;
    *hash = text ^ hash_bytes(p->code, (size_t)p->code_size * sizeof *p->code) ^ p->flags ^ p->is_bytes ^ p->code_size;
    if (*hash == -1) *hash = -2;
    return true;
}

static Value pattern_compare(Value a, Value b, CompareOp op)
{
    if ((op != CMP_EQ && op != CMP_NE) || type_of(a) != type_of(b)) return NOT_IMPLEMENTED;
    const Pattern *p = po(a), *q = po(b);
    int equal = p == q;
    if (!equal && p->flags == q->flags && p->is_bytes == q->is_bytes && p->code_size == q->code_size && !memcmp(p->code, q->code, (size_t)p->code_size * sizeof *p->code))
        equal = object_equal(p->pattern, q->pattern);
    return equal < 0 ? 0 : bool_value(equal == (op == CMP_EQ));
}

static Value pattern_groupindex(Value v) { return mappingproxy_new(po(v)->groupindex); }

static const NativeDef pattern_methods[] = {
    {"match", "(self, /, string, pos=0, endpos=9223372036854775807)", pattern_match, "The match at the start of the string, or None."},
    {"fullmatch", "(self, /, string, pos=0, endpos=9223372036854775807)", pattern_fullmatch, "The match of all of the string, or None."},
    {"search", "(self, /, string, pos=0, endpos=9223372036854775807)", pattern_search, "The first match anywhere in the string, or None."},
    {"sub", "(self, /, repl, string, count=0)", pattern_sub, "The string with matches replaced."},
    {"subn", "(self, /, repl, string, count=0)", pattern_subn, "(the string with matches replaced, how many)."},
    {"findall", "(self, /, string, pos=0, endpos=9223372036854775807)", pattern_findall, "The list of all matches that do not overlap."},
    {"split", "(self, /, string, maxsplit=0)", pattern_split, "The list of the parts between matches."},
    {"finditer", "(self, /, string, pos=0, endpos=9223372036854775807)", pattern_finditer, "An iterator over all matches that do not overlap."},
    {"scanner", "(self, /, string, pos=0, endpos=9223372036854775807)", pattern_scanner, 0},
    {"__copy__", "(self, /)", pattern_copy, 0},
    {"__deepcopy__", "(self, memo, /)", pattern_copy, 0},
    CLASS_GETITEM,
    {0},
};

static const GetSetDef pattern_getset[] = {{"groupindex", pattern_groupindex, 0, "The numbers of the named groups, by name."}, {0}};

static const MemberDef pattern_members[] = {
    {"pattern", MEMBER_VALUE, offsetof(Pattern, pattern), false, "The text it was compiled from."},
    {"flags", MEMBER_INT, offsetof(Pattern, flags), false, "The flags."},
    {"groups", MEMBER_INT64, offsetof(Pattern, groups), false, "The number of groups."},
    {0},
};

Type pattern_type = {
    TYPE_INIT("re.Pattern", Pattern),
    .flags = TYPE_DISALLOW_NEW | TYPE_IMMUTABLE | TYPE_WEAKREF_OK,
    .doc = "Compiled regular expression object.",
    .trace = pattern_trace,
    .repr = pattern_repr,
    .hash = pattern_hash,
    .compare = pattern_compare,
    .methods = pattern_methods,
    .getset = pattern_getset,
    .members = pattern_members,
};

/* --- module functions */
static bool code_words(Pattern *p, Value list)
{
    p->code_size = list_size(list);
    p->code = gc_buffer((size_t)(p->code_size + 1) * sizeof *p->code);
    if (!p->code) return false;
    gc_barrier(p);
    for (int64_t i = 0; i < p->code_size && i < list_size(list); i++) {
        Value item = list_get(list, i);
        uint64_t word;
        if (!is_int(item)) return raise_type("an integer is required");
        if (!int_as_uint64(item, &word)) return false;
        if (word > UINT32_MAX) return raise_overflow("regular expression code size limit exceeded");
        p->code[i] = (uint32_t)word;
    }
    return true;
}

static NATIVE(sre_compile)
{
    Value text = args[0];
    int flags;
    int64_t groups;
    if (!number_as_int(args[1], &flags)) return 0;
    if (!is_list(args[2])) return raise_bad_argument("compile", "code", "list", args[2]);
    if (!number_as_count(args[3], &groups)) return 0;
    if (!is_dict(args[4])) return raise_bad_argument("compile", "groupindex", "dict", args[4]);
    if (!is_tuple(args[5])) return raise_bad_argument("compile", "indexgroup", "tuple", args[5]);
    if (groups < 0 || groups > 100000000) return raise_runtime("invalid SRE code");
    Pattern *p = gc_alloc(Pattern, &pattern_type);
    if (!p) return 0;
    p->is_bytes = -1;
    if (text != NONE && is_str(text)) p->is_bytes = 0;
    else if (text != NONE) {
        if (!has_buffer(text)) return raise_type("expected string or bytes-like object, got '%.200T'", text);
        p->is_bytes = 1;
    }
    p->flags = flags;
    p->groups = groups;
    p->pattern = text;
    p->groupindex = args[4];
    p->indexgroup = args[5];
    gc_barrier(p);
    if (!code_words(p, args[2]) || !pattern_translate(p)) return 0;
    return VALUE(p);
}

static bool character(Value v, uint32_t *c)
{
    int n;
    if (!number_as_int(v, &n)) return false;
    *c = (uint32_t)n;
    return true;
}

static NATIVE(ascii_iscased)
{
    uint32_t c;
    return character(args[0], &c) ? bool_value(c < 128 && isalpha((int)c)) : 0;
}

static NATIVE(unicode_iscased)
{
    uint32_t c;
    return character(args[0], &c) ? bool_value(c != sre_lower(c, 3) || c != sre_upper(c, 3)) : 0;
}

static NATIVE(ascii_tolower)
{
    uint32_t c;
    return character(args[0], &c) ? int_new((int32_t)sre_lower(c, 1)) : 0;
}

static NATIVE(unicode_tolower)
{
    uint32_t c;
    return character(args[0], &c) ? int_new((int32_t)sre_lower(c, 3)) : 0;
}

static NATIVE(getcodesize) { return small_int(SRE_CODE_SIZE); }

static const NativeDef sre_functions[] = {
    {"compile", "(pattern, flags, code, groups, groupindex, indexgroup)", sre_compile, "A pattern object from opcodes."},
    {"getcodesize", "()", getcodesize, "The bytes of an opcode."},
    {"ascii_iscased", "(character, /)", ascii_iscased, 0},
    {"unicode_iscased", "(character, /)", unicode_iscased, 0},
    {"ascii_tolower", "(character, /)", ascii_tolower, 0},
    {"unicode_tolower", "(character, /)", unicode_tolower, 0},
    {0},
};

static bool sre_init(Value module)
{
    if (!type_ready(&pattern_type) || !type_ready(&match_type) || !type_ready(&scanner_type)) return false;
    return module_add_int(module, "MAGIC", SRE_MAGIC) && module_add_int(module, "CODESIZE", SRE_CODE_SIZE) && module_add(module, "MAXREPEAT", int_new(SRE_MAX_REPEAT)) &&
           module_add_int(module, "MAXGROUPS", SRE_MAX_GROUPS) && module_add_str(module, "copyright", " SRE 2.2.2 opcodes ");
}

const ModuleDef module__sre = {.name = "_sre", .functions = sre_functions, .init = sre_init};
