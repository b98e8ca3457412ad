/* _symtable.c: the compiler's symbol tables as objects, for the library's `symtable`.
 *
 * The front end's Scopes (compile/symtable.h) live in an arena that ends with the call, so they are copied: one object a scope, its symbols in a dict from name to flags. The flags and
 * the kinds of scope have CPython's numbers already.
 */
#include "compile/symtable.h"
#include "module/builtins.h"
#include "vm/vm.h"

typedef struct TableObj {
    Obj head;
    Value id, name, symbols, varnames, children;
    int32_t nested, type, lineno;
} TableObj;

static void table_trace(Obj *o)
{
    TableObj *t = (TableObj *)o;
    gc_visit(t->id), gc_visit(t->name), gc_visit(t->symbols), gc_visit(t->varnames), gc_visit(t->children);
}

static Value table_repr(Value self)
{
    TableObj *t = (TableObj *)self;
    return str_format_c("<symtable entry %U(%R), line %d>", t->name, t->id, t->lineno);
}

static const MemberDef table_members[] = {
    {"id", MEMBER_VALUE, offsetof(TableObj, id)},
    {"name", MEMBER_VALUE, offsetof(TableObj, name)},
    {"symbols", MEMBER_VALUE, offsetof(TableObj, symbols)},
    {"varnames", MEMBER_VALUE, offsetof(TableObj, varnames)},
    {"children", MEMBER_VALUE, offsetof(TableObj, children)},
    {"nested", MEMBER_INT, offsetof(TableObj, nested)},
    {"type", MEMBER_INT, offsetof(TableObj, type)},
    {"lineno", MEMBER_INT, offsetof(TableObj, lineno)},
    {0},
};
static Type table_type = {TYPE_INIT("symtable entry", TableObj), .flags = TYPE_DISALLOW_NEW, .trace = table_trace, .repr = table_repr, .members = table_members};

static Value text_value(const Text *text)
{
    Value s = str_from_utf8(text->bytes, text->length);
    return s ? str_intern(s) : 0;
}

/* The compiler calls them "<lambda>" and "<listcomp>". */
static Value scope_name(const Scope *scope)
{
    const Text *name = scope->name;
    if (name->length < 3 || name->bytes[0] != '<') return text_value(name);
    Value s = str_from_utf8(name->bytes + 1, name->length - 2);
    return s ? str_intern(s) : 0;
}

static Value scope_symbols(const Scope *scope)
{
    Value dict = dict_new();
    for (uint32_t i = 0; dict && i < scope->symbols.count; i++) {
        Value name = text_value(scope->symbols.names[i]);
        if (!name || !dict_set(dict, name, int_new(scope->symbols.values[i]))) return 0;
    }
    return dict;
}

static Value scope_params(const Scope *scope)
{
    Value list = list_new(0);
    for (uint32_t i = 0; list && i < scope->params.count; i++)
        if (!list_append(list, text_value(scope->params.names[i]))) return 0;
    return list;
}

static Value scope_value(const Scope *scope)
{
    if (!recursion_enter(" during symtable construction")) return 0;
    Value id = int_new((int64_t)(intptr_t)scope->key), name = scope_name(scope), symbols = scope_symbols(scope), params = scope_params(scope), children = list_new(0);
    bool ok = name && symbols && params && children;
    for (const Scope *child = scope->first_child; ok && child; child = child->sibling)
        if (child->kind != SCOPE_ANNOTATION) ok = list_append(children, scope_value(child));
    recursion_leave();
    TableObj *t = ok ? gc_alloc(TableObj, &table_type) : 0;
    if (!t) return 0;
    t->id = id, t->name = name, t->symbols = symbols, t->varnames = params, t->children = children;
    t->nested = scope->nested, t->type = scope->kind, t->lineno = scope->lineno;
    return VALUE(t);
}

static Scope *source_scopes(Source *source)
{
    Mod *tree = parse(source);
    if (!tree) return 0;
    KnownNames known;
    known_names_init(&known, source);
    int flags = source->flags, last_line;
    if (!future_scan(source, &known, tree, &flags, &last_line)) return 0;
    Symbols *symbols = arena_new(source->arena, Symbols);
    jmp_buf bail;
    if (setjmp(bail)) return 0;
    symbols_build(symbols, source, &known, tree, flags, &bail);
    return symbols->top;
}

static Value symtable_work(Source *source, Value filename, void *context)
{
    Scope *top = source_scopes(source);
    return vm_front_end_report(source, filename, top != 0) ? scope_value(top) : 0;
}

static NATIVE(symtable_symtable)
{
    Value filename = path_str(args[1]);
    if (!filename) return 0;
    if (!is_str(args[2])) return raise_bad_argument("symtable", "3", "str", args[2]);
    int mode = str_equal_ascii(args[2], "exec") ? PARSE_FILE : str_equal_ascii(args[2], "eval") ? PARSE_EVAL : str_equal_ascii(args[2], "single") ? PARSE_SINGLE : -1;
    FrontEndInput input = {.filename = filename, .mode = mode, .feature_version = 11};
    Buffer keep;
    if (!(input.text = builtin_source_text(args[0], "symtable", "string or bytes", &input.size, &input.flags, &keep))) return 0;
    Value table = mode < 0 ? raise_value("symtable() arg 3 must be 'exec' or 'eval' or 'single'") : vm_front_end_run(&input, symtable_work, 0);
    if (keep.owner) buffer_release(&keep);
    return table;
}

static const NativeDef functions[] = {
    {"symtable", "(source, filename, startstr, /)", symtable_symtable, "Return symbol and scope dictionaries used internally by compiler.", 0},
    {0},
};

static bool init(Value module)
{
    static const struct {
        const char *name;
        int value;
    } constants[] = {
        {"USE", SYM_USE},
        {"DEF_GLOBAL", SYM_GLOBAL},
        {"DEF_NONLOCAL", SYM_NONLOCAL},
        {"DEF_LOCAL", SYM_LOCAL},
        {"DEF_PARAM", SYM_PARAM},
        {"DEF_FREE", SYM_FREE},
        {"DEF_FREE_CLASS", SYM_FREE_CLASS},
        {"DEF_IMPORT", SYM_IMPORT},
        {"DEF_BOUND", SYM_BOUND},
        {"DEF_ANNOT", SYM_ANNOT},
        {"TYPE_FUNCTION", SCOPE_FUNCTION},
        {"TYPE_CLASS", SCOPE_CLASS},
        {"TYPE_MODULE", SCOPE_MODULE},
        {"LOCAL", SCOPE_LOCAL},
        {"GLOBAL_EXPLICIT", SCOPE_GLOBAL_EXPLICIT},
        {"GLOBAL_IMPLICIT", SCOPE_GLOBAL_IMPLICIT},
        {"FREE", SCOPE_FREE},
        {"CELL", SCOPE_CELL},
        {"SCOPE_OFF", SYM_SCOPE_SHIFT},
        {"SCOPE_MASK", SYM_SCOPE_MASK},
    };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return type_ready(&table_type);
}
const ModuleDef module__symtable = {"_symtable", 0, functions, init};
