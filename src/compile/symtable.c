/* symtable.c: builds scopes from a tree, in two passes.
 *
 * The first pass walks the tree and records what each scope does with each name. The second resolves names: a name that a scope does not
 * bind is looked for in the enclosing functions (classes are skipped, except for `__class__`); where it is found it becomes a cell, and all scopes
 * between pass it on as a free variable.
 */
#include "compile/symtable.h"
#include "compile/internal.h"

/* ---- maps ------------------------------------------------------------------------------------------------------------------------ */

enum { LINEAR_LIMIT = 8 };

static int64_t map_position(const NameMap *map, const Text *name)
{
    if (!map->index) {
        for (uint32_t i = 0; i < map->count; i++)
            if (map->names[i] == name) return i;
        return -1;
    }
    for (uint32_t k = name->hash & map->mask;; k = (k + 1) & map->mask) {
        uint32_t i = map->index[k];
        if (!i) return -1;
        if (map->names[i - 1] == name) return i - 1;
    }
}

uint32_t *name_map_find(const NameMap *map, const Text *name)
{
    int64_t i = map_position(map, name);
    return i < 0 ? 0 : &map->values[i];
}

static void map_enter(NameMap *map, uint32_t i)
{
    uint32_t k = map->names[i]->hash & map->mask;
    while (map->index[k]) k = (k + 1) & map->mask;
    map->index[k] = i + 1;
}

static void map_grow(Arena *arena, NameMap *map)
{
    uint32_t room = map->room ? map->room * 2 : 4;
    const Text **names = arena_array(arena, const Text *, room);
    uint32_t *values = arena_array(arena, uint32_t, room);
    if (map->count) {
        memcpy(names, map->names, map->count * sizeof *names);
        memcpy(values, map->values, map->count * sizeof *values);
    }
    map->names = names;
    map->values = values;
    map->room = room;
    if (room > LINEAR_LIMIT) {
        map->mask = room * 2 - 1;
        map->index = arena_array(arena, uint32_t, (size_t)map->mask + 1);
        for (uint32_t i = 0; i < map->count; i++) map_enter(map, i);
    }
}

uint32_t *name_map_add(Arena *arena, NameMap *map, const Text *name)
{
    int64_t i = map_position(map, name);
    if (i >= 0) return &map->values[i];
    if (map->count == map->room) map_grow(arena, map);
    map->names[map->count] = name;
    map->values[map->count] = 0;
    if (map->index) map_enter(map, map->count);
    return &map->values[map->count++];
}

uint32_t name_map_index(Arena *arena, NameMap *map, const Text *name) { return (uint32_t)(name_map_add(arena, map, name) - map->values); }

/* ---- names ----------------------------------------------------------------------------------------------------------------------- */

void known_names_init(KnownNames *known, Source *source)
{
    struct {
        const Text **slot;
        const char *text;
    } all[] = {
        {&known->dunder_debug, "__debug__"},
        {&known->dunder_class, "__class__"},
        {&known->dunder_name, "__name__"},
        {&known->dunder_module, "__module__"},
        {&known->dunder_qualname, "__qualname__"},
        {&known->dunder_classcell, "__classcell__"},
        {&known->dunder_doc, "__doc__"},
        {&known->dunder_annotations, "__annotations__"},
        {&known->dunder_future, "__future__"},
        {&known->super, "super"},
        {&known->module, "<module>"},
        {&known->lambda, "<lambda>"},
        {&known->listcomp, "<listcomp>"},
        {&known->setcomp, "<setcomp>"},
        {&known->dictcomp, "<dictcomp>"},
        {&known->genexpr, "<genexpr>"},
        {&known->dot_zero, ".0"},
        {&known->return_, "return"},
        {&known->join, "join"},
        {&known->empty, ""},
        {&known->annotation, "_annotation"},
        {&known->top, "top"},
        {&known->star, "*"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) *all[i].slot = text_intern(&source->names, all[i].text, strlen(all[i].text));
}

const Text *mangle_name(Source *source, const Text *cls, const Text *name)
{
    if (!cls || name->length < 3 || name->bytes[0] != '_' || name->bytes[1] != '_') return name;
    if (name->bytes[name->length - 1] == '_' && name->bytes[name->length - 2] == '_') return name;
    if (memchr(name->bytes, '.', name->length)) return name;
    const char *stem = cls->bytes;
    while (*stem == '_') stem++;
    if (!*stem) return name;
    size_t stem_length = cls->length - (size_t)(stem - cls->bytes), length = 1 + stem_length + name->length;
    char *buffer = arena_alloc(source->arena, length + 1);
    buffer[0] = '_';
    memcpy(buffer + 1, stem, stem_length);
    memcpy(buffer + 1 + stem_length, name->bytes, name->length);
    return text_intern(&source->names, buffer, length);
}

uint32_t scope_flags(const Scope *scope, const Text *name)
{
    const uint32_t *flags = name_map_find(&scope->symbols, name);
    return flags ? *flags : 0;
}

SymScope scope_of(const Scope *scope, const Text *name) { return (scope_flags(scope, name) >> SYM_SCOPE_SHIFT) & SYM_SCOPE_MASK; }

/* ---- scopes ---------------------------------------------------------------------------------------------------------------------- */

#define POSITION(node) (node)->lineno, (node)->col_offset, (node)->end_lineno, (node)->end_col_offset

/* CPython counts columns of these errors in bytes. */
[[noreturn]] static void fail(Symbols *st, int lineno, int col, int end_lineno, int end_col, const char *format, ...) __attribute__((format(printf, 6, 7)));
[[noreturn]] static void fail(Symbols *st, int lineno, int col, int end_lineno, int end_col, const char *format, ...)
{
    char stack[512];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(stack, sizeof stack, format, arguments);
    va_end(arguments);
    char *message = stack;
    if (n >= (int)sizeof stack) {
        message = arena_alloc(st->source->arena, (size_t)n + 1);
        va_start(arguments, format);
        vsnprintf(message, (size_t)n + 1, format, arguments);
        va_end(arguments);
    }
    compile_error_set(st->source, ERROR_SYNTAX, lineno, col + 1, end_lineno, end_col + 1, message);
    st->source->error.bare_args = true;
    longjmp(*st->bail, 1);
}

static inline uint32_t key_hash(const void *key) { return (uint32_t)(((uintptr_t)key >> 3) * 0x9e3779b1u >> 7); }

static void slots_grow(Symbols *st)
{
    uint32_t mask = st->mask ? st->mask * 2 + 1 : 63;
    ScopeSlot *slots = arena_array(st->source->arena, ScopeSlot, (size_t)mask + 1);
    for (uint32_t i = 0; st->slots && i <= st->mask; i++) {
        if (!st->slots[i].key) continue;
        uint32_t k = key_hash(st->slots[i].key) & mask;
        while (slots[k].key) k = (k + 1) & mask;
        slots[k] = st->slots[i];
    }
    st->slots = slots;
    st->mask = mask;
}

static ScopeSlot *slot_of(const Symbols *st, const void *key)
{
    uint32_t k = key_hash(key) & st->mask;
    while (st->slots[k].key && st->slots[k].key != key) k = (k + 1) & st->mask;
    return &st->slots[k];
}

Scope *symbols_find(const Symbols *symbols, const void *key) { return slot_of(symbols, key)->scope; }

static Scope *enter(Symbols *st, const Text *name, ScopeKind kind, const void *key, int lineno, int col, int end_lineno, int end_col)
{
    if (st->count * 2 >= st->mask) slots_grow(st);
    Scope *scope = arena_new(st->source->arena, Scope), *parent = st->current;
    scope->kind = kind;
    scope->name = name;
    scope->key = key;
    scope->parent = parent;
    scope->lineno = lineno, scope->col_offset = col, scope->end_lineno = end_lineno, scope->end_col_offset = end_col;
    scope->last_directive = &scope->directives;
    ScopeSlot *slot = slot_of(st, key);
    st->count += !slot->key;
    *slot = (ScopeSlot){key, scope};
    st->current = scope;
    if (!parent) return scope;
    scope->nested = parent->nested || parent->kind == SCOPE_FUNCTION;
    scope->comp_iter_expr = parent->comp_iter_expr;
    if (kind == SCOPE_ANNOTATION) return scope;
    if (parent->last_child) parent->last_child->sibling = scope;
    else parent->first_child = scope;
    parent->last_child = scope;
    return scope;
}

static void leave(Symbols *st) { st->current = st->current->parent; }

static void add_in(Symbols *st, const Text *name, uint32_t flag, Scope *scope, int lineno, int col, int end_lineno, int end_col)
{
    const Text *mangled = mangle_name(st->source, st->private_name, name);
    Arena *arena = st->source->arena;
    uint32_t *entry = name_map_add(arena, &scope->symbols, mangled), value = *entry;
    if ((flag & SYM_PARAM) && (value & SYM_PARAM)) fail(st, lineno, col, end_lineno, end_col, "duplicate argument '%s' in function definition", name->bytes);
    value |= flag;
    if (scope->comp_iter_target) {
        if (value & (SYM_GLOBAL | SYM_NONLOCAL))
            fail(st, lineno, col, end_lineno, end_col, "comprehension inner loop cannot rebind assignment expression target '%s'", name->bytes);
        value |= SYM_COMP_ITER;
    }
    *entry = value;
    if (flag & SYM_PARAM) name_map_add(arena, &scope->params, mangled);
    else if (flag & SYM_GLOBAL) *name_map_add(arena, &st->top->symbols, mangled) |= flag;
}

static inline void add(Symbols *st, const Text *name, uint32_t flag, int lineno, int col, int end_lineno, int end_col)
{
    add_in(st, name, flag, st->current, lineno, col, end_lineno, end_col);
}

static uint32_t lookup(Symbols *st, const Text *name) { return scope_flags(st->current, mangle_name(st->source, st->private_name, name)); }

static void record_directive(Symbols *st, const Text *name, int lineno, int col, int end_lineno, int end_col)
{
    Directive *d = arena_new(st->source->arena, Directive);
    *d = (Directive){0, mangle_name(st->source, st->private_name, name), lineno, col, end_lineno, end_col};
    *st->current->last_directive = d;
    st->current->last_directive = &d->next;
}

/* ---- first pass ------------------------------------------------------------------------------------------------------------------ */

static void visit_expr(Symbols *st, Expr *e);
static void visit_stmt(Symbols *st, Stmt *s);
static void visit_pattern(Symbols *st, Pattern *p);

static void deeper(Symbols *st)
{
    if (++st->depth <= st->source->tree_depth && (char *)__builtin_frame_address(0) >= st->source->stack_limit) return;
    compile_error_set(st->source, ERROR_RECURSION, 0, 0, 0, 0, "maximum recursion depth exceeded during compilation");
    longjmp(*st->bail, 1);
}

static void visit_exprs(Symbols *st, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++)
        if (seq->items[i]) visit_expr(st, seq_at(Expr *, seq, i));
}
static void visit_opt(Symbols *st, Expr *e)
{
    if (e) visit_expr(st, e);
}
static void visit_stmts(Symbols *st, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) visit_stmt(st, seq_at(Stmt *, seq, i));
}
static void visit_keywords(Symbols *st, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) visit_expr(st, seq_at(Keyword *, seq, i)->value);
}

static void visit_params(Symbols *st, const Seq *args)
{
    for (uint32_t i = 0; i < seq_count(args); i++) {
        Arg *arg = seq_at(Arg *, args, i);
        add(st, arg->arg, SYM_PARAM, POSITION(arg));
    }
}

static void visit_arguments(Symbols *st, Arguments *a)
{
    visit_params(st, a->posonlyargs);
    visit_params(st, a->args);
    visit_params(st, a->kwonlyargs);
    if (a->vararg) {
        add(st, a->vararg->arg, SYM_PARAM, POSITION(a->vararg));
        st->current->varargs = true;
    }
    if (a->kwarg) {
        add(st, a->kwarg->arg, SYM_PARAM, POSITION(a->kwarg));
        st->current->varkeywords = true;
    }
}

static void visit_annotation(Symbols *st, Expr *annotation)
{
    bool future = st->future_flags & FUTURE_ANNOTATIONS;
    if (future) enter(st, st->known->annotation, SCOPE_ANNOTATION, annotation, POSITION(annotation));
    visit_expr(st, annotation);
    if (future) leave(st);
}

static void visit_arg_annotations(Symbols *st, const Seq *args)
{
    for (uint32_t i = 0; i < seq_count(args); i++) visit_opt(st, seq_at(Arg *, args, i)->annotation);
}

static void visit_annotations(Symbols *st, const void *key, Stmt *s, Arguments *a, Expr *returns)
{
    bool future = st->future_flags & FUTURE_ANNOTATIONS;
    if (future) enter(st, st->known->annotation, SCOPE_ANNOTATION, key, POSITION(s));
    visit_arg_annotations(st, a->posonlyargs);
    visit_arg_annotations(st, a->args);
    if (a->vararg) visit_opt(st, a->vararg->annotation);
    if (a->kwarg) visit_opt(st, a->kwarg->annotation);
    visit_arg_annotations(st, a->kwonlyargs);
    if (future) leave(st);
    if (returns) visit_annotation(st, returns);
}

static void visit_function(Symbols *st, Stmt *s, bool is_async)
{
    add(st, s->FunctionDef.name, SYM_LOCAL, POSITION(s));
    Arguments *a = s->FunctionDef.args;
    visit_exprs(st, a->defaults);
    visit_exprs(st, a->kw_defaults);
    visit_annotations(st, s, s, a, s->FunctionDef.returns);
    visit_exprs(st, s->FunctionDef.decorator_list);
    Scope *scope = enter(st, s->FunctionDef.name, SCOPE_FUNCTION, s, POSITION(s));
    scope->coroutine = is_async;
    visit_arguments(st, a);
    visit_stmts(st, s->FunctionDef.body);
    leave(st);
}

static void visit_class(Symbols *st, Stmt *s)
{
    add(st, s->ClassDef.name, SYM_LOCAL, POSITION(s));
    visit_exprs(st, s->ClassDef.bases);
    visit_keywords(st, s->ClassDef.keywords);
    visit_exprs(st, s->ClassDef.decorator_list);
    enter(st, s->ClassDef.name, SCOPE_CLASS, s, POSITION(s));
    const Text *outer = st->private_name;
    st->private_name = s->ClassDef.name;
    visit_stmts(st, s->ClassDef.body);
    st->private_name = outer;
    leave(st);
}

static void visit_declaration(Symbols *st, Stmt *s, const Seq *names, bool global)
{
    const char *word = global ? "global" : "nonlocal";
    for (uint32_t i = 0; i < seq_count(names); i++) {
        const Text *name = seq_at(const Text *, names, i);
        uint32_t flags = lookup(st, name);
        if (flags & SYM_PARAM) fail(st, POSITION(s), "name '%s' is parameter and %s", name->bytes, word);
        if (flags & SYM_USE) fail(st, POSITION(s), "name '%s' is used prior to %s declaration", name->bytes, word);
        if (flags & SYM_ANNOT) fail(st, POSITION(s), "annotated name '%s' can't be %s", name->bytes, word);
        if (flags & SYM_LOCAL) fail(st, POSITION(s), "name '%s' is assigned to before %s declaration", name->bytes, word);
        add(st, name, global ? SYM_GLOBAL : SYM_NONLOCAL, POSITION(s));
        record_directive(st, name, POSITION(s));
    }
}

static void visit_ann_assign(Symbols *st, Stmt *s)
{
    Expr *target = s->AnnAssign.target;
    if (target->kind == Expr_Name) {
        const Text *name = target->Name.id;
        uint32_t flags = lookup(st, name);
        if ((flags & (SYM_GLOBAL | SYM_NONLOCAL)) && st->current != st->top && s->AnnAssign.simple)
            fail(st, POSITION(s), "annotated name '%s' can't be %s", name->bytes, flags & SYM_GLOBAL ? "global" : "nonlocal");
        if (s->AnnAssign.simple) add(st, name, SYM_ANNOT | SYM_LOCAL, POSITION(target));
        else if (s->AnnAssign.value) add(st, name, SYM_LOCAL, POSITION(target));
    } else {
        visit_expr(st, target);
    }
    visit_annotation(st, s->AnnAssign.annotation);
    visit_opt(st, s->AnnAssign.value);
}

static void visit_alias(Symbols *st, Alias *a)
{
    const Text *name = a->asname ? a->asname : a->name;
    if (name->length == 1 && name->bytes[0] == '*') {
        if (st->current->kind != SCOPE_MODULE) fail(st, POSITION(a), "import * only allowed at module level");
        return;
    }
    const char *dot = memchr(name->bytes, '.', name->length);
    if (dot) name = text_intern(&st->source->names, name->bytes, (size_t)(dot - name->bytes));
    add(st, name, SYM_IMPORT, POSITION(a));
}

static void visit_handlers(Symbols *st, const Seq *handlers)
{
    for (uint32_t i = 0; i < seq_count(handlers); i++) {
        ExceptHandler *h = seq_at(ExceptHandler *, handlers, i);
        visit_opt(st, h->ExceptHandler.type);
        if (h->ExceptHandler.name) add(st, h->ExceptHandler.name, SYM_LOCAL, POSITION(h));
        visit_stmts(st, h->ExceptHandler.body);
    }
}

static void visit_with(Symbols *st, const Seq *items, const Seq *body)
{
    for (uint32_t i = 0; i < seq_count(items); i++) {
        WithItem *item = seq_at(WithItem *, items, i);
        visit_expr(st, item->context_expr);
        visit_opt(st, item->optional_vars);
    }
    visit_stmts(st, body);
}

static void visit_match(Symbols *st, Stmt *s)
{
    visit_expr(st, s->Match.subject);
    for (uint32_t i = 0; i < seq_count(s->Match.cases); i++) {
        MatchCase *m = seq_at(MatchCase *, s->Match.cases, i);
        visit_pattern(st, m->pattern);
        visit_opt(st, m->guard);
        visit_stmts(st, m->body);
    }
}

static void visit_stmt(Symbols *st, Stmt *s)
{
    deeper(st);
    switch (s->kind) {
    case Stmt_FunctionDef: visit_function(st, s, false); break;
    case Stmt_AsyncFunctionDef: visit_function(st, s, true); break;
    case Stmt_ClassDef: visit_class(st, s); break;
    case Stmt_Return:
        if (s->Return.value) {
            visit_expr(st, s->Return.value);
            st->current->returns_value = true;
        }
        break;
    case Stmt_Delete: visit_exprs(st, s->Delete.targets); break;
    case Stmt_Assign:
        visit_exprs(st, s->Assign.targets);
        visit_expr(st, s->Assign.value);
        break;
    case Stmt_AugAssign:
        visit_expr(st, s->AugAssign.target);
        visit_expr(st, s->AugAssign.value);
        break;
    case Stmt_AnnAssign: visit_ann_assign(st, s); break;
    case Stmt_For:
    case Stmt_AsyncFor:
        visit_expr(st, s->For.target);
        visit_expr(st, s->For.iter);
        visit_stmts(st, s->For.body);
        visit_stmts(st, s->For.orelse);
        break;
    case Stmt_While:
    case Stmt_If:
        visit_expr(st, s->If.test);
        visit_stmts(st, s->If.body);
        visit_stmts(st, s->If.orelse);
        break;
    case Stmt_With:
    case Stmt_AsyncWith: visit_with(st, s->With.items, s->With.body); break;
    case Stmt_Match: visit_match(st, s); break;
    case Stmt_Raise:
        visit_opt(st, s->Raise.exc);
        visit_opt(st, s->Raise.cause);
        break;
    case Stmt_Try:
    case Stmt_TryStar:
        visit_stmts(st, s->Try.body);
        visit_stmts(st, s->Try.orelse);
        visit_handlers(st, s->Try.handlers);
        visit_stmts(st, s->Try.finalbody);
        break;
    case Stmt_Assert:
        visit_expr(st, s->Assert.test);
        visit_opt(st, s->Assert.msg);
        break;
    case Stmt_Import:
    case Stmt_ImportFrom: {
        const Seq *names = s->kind == Stmt_Import ? s->Import.names : s->ImportFrom.names;
        for (uint32_t i = 0; i < seq_count(names); i++) visit_alias(st, seq_at(Alias *, names, i));
        break;
    }
    case Stmt_Global: visit_declaration(st, s, s->Global.names, true); break;
    case Stmt_Nonlocal: visit_declaration(st, s, s->Nonlocal.names, false); break;
    case Stmt_Expr: visit_expr(st, s->Expr.value); break;
    default: break;
    }
    st->depth--;
}

static void not_in_annotation(Symbols *st, Expr *e, const char *what)
{
    if (st->current->kind == SCOPE_ANNOTATION) fail(st, POSITION(e), "'%s' can not be used within an annotation", what);
}

/* `:=` inside a comprehension binds in the nearest enclosing function or module. */
static void extend_named_expr(Symbols *st, Expr *target)
{
    const Text *name = target->Name.id;
    for (Scope *scope = st->current; scope; scope = scope->parent) {
        if (scope->comprehension) {
            uint32_t flags = scope_flags(scope, mangle_name(st->source, st->private_name, name));
            if ((flags & SYM_COMP_ITER) && (flags & (SYM_LOCAL | SYM_GLOBAL)))
                fail(st, POSITION(target), "assignment expression cannot rebind comprehension iteration variable '%s'", name->bytes);
            continue;
        }
        if (scope->kind == SCOPE_FUNCTION) {
            uint32_t flags = scope_flags(scope, mangle_name(st->source, st->private_name, name));
            add(st, name, flags & SYM_GLOBAL ? SYM_GLOBAL : SYM_NONLOCAL, POSITION(target));
            record_directive(st, name, POSITION(target));
            add_in(st, name, SYM_LOCAL, scope, POSITION(target));
            return;
        }
        if (scope->kind == SCOPE_MODULE) {
            add(st, name, SYM_GLOBAL, POSITION(target));
            record_directive(st, name, POSITION(target));
            add_in(st, name, SYM_GLOBAL, scope, POSITION(target));
            return;
        }
        if (scope->kind == SCOPE_CLASS) fail(st, POSITION(target), "assignment expression within a comprehension cannot be used in a class body");
    }
}

static void visit_named_expr(Symbols *st, Expr *e)
{
    not_in_annotation(st, e, "named expression");
    if (st->current->comp_iter_expr > 0) fail(st, POSITION(e), "assignment expression cannot be used in a comprehension iterable expression");
    if (st->current->comprehension) extend_named_expr(st, e->NamedExpr.target);
    visit_expr(st, e->NamedExpr.value);
    visit_expr(st, e->NamedExpr.target);
}

static void visit_comprehension(Symbols *st, Expr *e, const Text *name, CompKind kind, const Seq *generators, Expr *elt, Expr *value)
{
    bool is_generator = kind == COMP_GENERATOR;
    Comprehension *first = seq_at(Comprehension *, generators, 0);
    st->current->comp_iter_expr++;
    visit_expr(st, first->iter);
    st->current->comp_iter_expr--;
    Scope *scope = enter(st, name, SCOPE_FUNCTION, e, POSITION(e));
    scope->comprehension = kind;
    if (first->is_async) scope->coroutine = true;
    add(st, st->known->dot_zero, SYM_PARAM, POSITION(e));
    scope->comp_iter_target = true;
    visit_expr(st, first->target);
    scope->comp_iter_target = false;
    visit_exprs(st, first->ifs);
    for (uint32_t i = 1; i < seq_count(generators); i++) {
        Comprehension *c = seq_at(Comprehension *, generators, i);
        scope->comp_iter_target = true;
        visit_expr(st, c->target);
        scope->comp_iter_target = false;
        scope->comp_iter_expr++;
        visit_expr(st, c->iter);
        scope->comp_iter_expr--;
        visit_exprs(st, c->ifs);
        if (c->is_async) scope->coroutine = true;
    }
    visit_opt(st, value);
    visit_expr(st, elt);
    scope->generator = is_generator;
    bool is_async = scope->coroutine && !is_generator;
    leave(st);
    if (is_async) st->current->coroutine = true;
}

static void visit_yield(Symbols *st, Expr *e, Expr *value)
{
    not_in_annotation(st, e, "yield expression");
    visit_opt(st, value);
    st->current->generator = true;
    CompKind kind = st->current->comprehension;
    if (!kind) return;
    const char *where = kind == COMP_LIST ? "list comprehension" : kind == COMP_SET ? "set comprehension" : kind == COMP_DICT ? "dict comprehension" : "generator expression";
    fail(st, POSITION(e), "'yield' inside %s", where);
}

static void visit_lambda(Symbols *st, Expr *e)
{
    visit_exprs(st, e->Lambda.args->defaults);
    visit_exprs(st, e->Lambda.args->kw_defaults);
    enter(st, st->known->lambda, SCOPE_FUNCTION, e, POSITION(e));
    visit_arguments(st, e->Lambda.args);
    visit_expr(st, e->Lambda.body);
    leave(st);
}

static void visit_name(Symbols *st, Expr *e)
{
    add(st, e->Name.id, e->Name.ctx == ExprContext_Load ? SYM_USE : SYM_LOCAL, POSITION(e));
    /* super() needs the class it stands in. */
    if (e->Name.ctx == ExprContext_Load && st->current->kind == SCOPE_FUNCTION && e->Name.id == st->known->super) add(st, st->known->dunder_class, SYM_USE, POSITION(e));
}

static void visit_expr(Symbols *st, Expr *e)
{
    deeper(st);
    switch (e->kind) {
    case Expr_BoolOp: visit_exprs(st, e->BoolOp.values); break;
    case Expr_NamedExpr: visit_named_expr(st, e); break;
    case Expr_BinOp:
        visit_expr(st, e->BinOp.left);
        visit_expr(st, e->BinOp.right);
        break;
    case Expr_UnaryOp: visit_expr(st, e->UnaryOp.operand); break;
    case Expr_Lambda: visit_lambda(st, e); break;
    case Expr_IfExp:
        visit_expr(st, e->IfExp.test);
        visit_expr(st, e->IfExp.body);
        visit_expr(st, e->IfExp.orelse);
        break;
    case Expr_Dict:
        visit_exprs(st, e->Dict.keys);
        visit_exprs(st, e->Dict.values);
        break;
    case Expr_Set: visit_exprs(st, e->Set.elts); break;
    case Expr_ListComp: visit_comprehension(st, e, st->known->listcomp, COMP_LIST, e->ListComp.generators, e->ListComp.elt, 0); break;
    case Expr_SetComp: visit_comprehension(st, e, st->known->setcomp, COMP_SET, e->SetComp.generators, e->SetComp.elt, 0); break;
    case Expr_DictComp: visit_comprehension(st, e, st->known->dictcomp, COMP_DICT, e->DictComp.generators, e->DictComp.key, e->DictComp.value); break;
    case Expr_GeneratorExp: visit_comprehension(st, e, st->known->genexpr, COMP_GENERATOR, e->GeneratorExp.generators, e->GeneratorExp.elt, 0); break;
    case Expr_Await:
        not_in_annotation(st, e, "await expression");
        visit_expr(st, e->Await.value);
        st->current->coroutine = true;
        break;
    case Expr_Yield: visit_yield(st, e, e->Yield.value); break;
    case Expr_YieldFrom: visit_yield(st, e, e->YieldFrom.value); break;
    case Expr_Compare:
        visit_expr(st, e->Compare.left);
        visit_exprs(st, e->Compare.comparators);
        break;
    case Expr_Call:
        visit_expr(st, e->Call.func);
        visit_exprs(st, e->Call.args);
        visit_keywords(st, e->Call.keywords);
        break;
    case Expr_FormattedValue:
        visit_expr(st, e->FormattedValue.value);
        visit_opt(st, e->FormattedValue.format_spec);
        break;
    case Expr_JoinedStr: visit_exprs(st, e->JoinedStr.values); break;
    case Expr_Attribute: visit_expr(st, e->Attribute.value); break;
    case Expr_Subscript:
        visit_expr(st, e->Subscript.value);
        visit_expr(st, e->Subscript.slice);
        break;
    case Expr_Starred: visit_expr(st, e->Starred.value); break;
    case Expr_Slice:
        visit_opt(st, e->Slice.lower);
        visit_opt(st, e->Slice.upper);
        visit_opt(st, e->Slice.step);
        break;
    case Expr_Name: visit_name(st, e); break;
    case Expr_List: visit_exprs(st, e->List.elts); break;
    case Expr_Tuple: visit_exprs(st, e->Tuple.elts); break;
    default: break;
    }
    st->depth--;
}

static void visit_patterns(Symbols *st, const Seq *seq)
{
    for (uint32_t i = 0; i < seq_count(seq); i++) visit_pattern(st, seq_at(Pattern *, seq, i));
}

static void visit_pattern(Symbols *st, Pattern *p)
{
    deeper(st);
    switch (p->kind) {
    case Pattern_MatchValue: visit_expr(st, p->MatchValue.value); break;
    case Pattern_MatchSequence: visit_patterns(st, p->MatchSequence.patterns); break;
    case Pattern_MatchStar:
        if (p->MatchStar.name) add(st, p->MatchStar.name, SYM_LOCAL, POSITION(p));
        break;
    case Pattern_MatchMapping:
        visit_exprs(st, p->MatchMapping.keys);
        visit_patterns(st, p->MatchMapping.patterns);
        if (p->MatchMapping.rest) add(st, p->MatchMapping.rest, SYM_LOCAL, POSITION(p));
        break;
    case Pattern_MatchClass:
        visit_expr(st, p->MatchClass.cls);
        visit_patterns(st, p->MatchClass.patterns);
        visit_patterns(st, p->MatchClass.kwd_patterns);
        break;
    case Pattern_MatchAs:
        if (p->MatchAs.pattern) visit_pattern(st, p->MatchAs.pattern);
        if (p->MatchAs.name) add(st, p->MatchAs.name, SYM_LOCAL, POSITION(p));
        break;
    case Pattern_MatchOr: visit_patterns(st, p->MatchOr.patterns); break;
    default: break;
    }
    st->depth--;
}

/* ---- second pass ----------------------------------------------------------------------------------------------------------------- */

static void set_scope(uint32_t *flags, SymScope scope) { *flags = (*flags & ((1u << SYM_SCOPE_SHIFT) - 1)) | (uint32_t)scope << SYM_SCOPE_SHIFT; }

/* The function (or, for __class__, the class) around `scope` that binds `name`, or 0. */
static Scope *find_binding(Symbols *st, Scope *scope, const Text *name)
{
    for (Scope *p = scope->parent; p; p = p->parent) {
        if (p->kind == SCOPE_CLASS) {
            if (name == st->known->dunder_class) return p;
            continue;
        }
        if (p->kind != SCOPE_FUNCTION) return 0;
        switch (scope_of(p, name)) {
        case SCOPE_LOCAL:
        case SCOPE_CELL: return p;
        case SCOPE_GLOBAL_EXPLICIT: return 0;
        default: break;
        }
    }
    return 0;
}

/* Hands `name` through the scopes between its user and `binding`, which is made to keep it in a cell. */
static void propagate_free(Symbols *st, Scope *scope, Scope *binding, const Text *name)
{
    for (Scope *p = scope->parent; p != binding; p = p->parent) {
        p->child_free = true;
        uint32_t *flags = name_map_find(&p->symbols, name);
        if (!flags) {
            set_scope(name_map_add(st->source->arena, &p->symbols, name), SCOPE_FREE);
        } else if (p->kind == SCOPE_CLASS && (*flags & (SYM_BOUND | SYM_GLOBAL))) {
            *flags |= SYM_FREE_CLASS;
        }
    }
    binding->child_free = true;
    if (binding->kind == SCOPE_CLASS) binding->needs_class_closure = true;
    else set_scope(name_map_find(&binding->symbols, name), SCOPE_CELL);
}

[[noreturn]] static void fail_at_directive(Symbols *st, Scope *scope, const Text *name, const char *format)
{
    Directive *d = scope->directives;
    while (d && d->name != name) d = d->next;
    Directive none = {0};
    if (!d) d = &none;
    char buffer[512];
    snprintf(buffer, sizeof buffer, format, name->bytes);
    fail(st, POSITION(d), "%s", buffer);
}

static void resolve_name(Symbols *st, Scope *scope, const Text *name, uint32_t *slot)
{
    uint32_t flags = *slot;
    if (flags & SYM_GLOBAL) {
        if (flags & SYM_NONLOCAL) fail_at_directive(st, scope, name, "name '%s' is nonlocal and global");
        set_scope(slot, SCOPE_GLOBAL_EXPLICIT);
        return;
    }
    if (flags & SYM_NONLOCAL) {
        if (scope->kind == SCOPE_MODULE) fail_at_directive(st, scope, name, "nonlocal declaration not allowed at module level");
        Scope *binding = find_binding(st, scope, name);
        if (!binding) fail_at_directive(st, scope, name, "no binding for nonlocal '%s' found");
        set_scope(slot, SCOPE_FREE);
        scope->free = true;
        propagate_free(st, scope, binding, name);
        return;
    }
    if (flags & SYM_BOUND) {
        set_scope(slot, SCOPE_LOCAL);
        return;
    }
    Scope *binding = find_binding(st, scope, name);
    if (binding) {
        set_scope(slot, SCOPE_FREE);
        scope->free = true;
        propagate_free(st, scope, binding, name);
        return;
    }
    if (scope->nested) scope->free = true;
    set_scope(slot, SCOPE_GLOBAL_IMPLICIT);
}

static void resolve(Symbols *st, Scope *scope)
{
    for (uint32_t i = 0; i < scope->symbols.count; i++) resolve_name(st, scope, scope->symbols.names[i], &scope->symbols.values[i]);
    for (Scope *child = scope->first_child; child; child = child->sibling) {
        resolve(st, child);
        if (child->free || child->child_free) scope->child_free = true;
    }
}

void symbols_build(Symbols *st, Source *source, const KnownNames *known, Mod *tree, int future_flags, jmp_buf *bail)
{
    *st = (Symbols){.source = source, .known = known, .future_flags = future_flags, .bail = bail};
    st->top = enter(st, known->top, SCOPE_MODULE, tree, 0, 0, 0, 0);
    switch (tree->kind) {
    case Mod_Module: visit_stmts(st, tree->Module.body); break;
    case Mod_Interactive: visit_stmts(st, tree->Interactive.body); break;
    case Mod_Expression: visit_expr(st, tree->Expression.body); break;
    default: break;
    }
    resolve(st, st->top);
}

/* ---- from __future__ ------------------------------------------------------------------------------------------------------------- */

static bool future_feature(Source *source, const Stmt *s, const Text *name, int *flags)
{
    static const struct {
        const char *name;
        int flag;
    } features[] = {
        {"nested_scopes", 0},    {"generators", 0},
        {"division", 0},         {"absolute_import", 0},
        {"with_statement", 0},   {"print_function", 0},
        {"unicode_literals", 0}, {"barry_as_FLUFL", FUTURE_BARRY_AS_BDFL},
        {"generator_stop", 0},   {"annotations", FUTURE_ANNOTATIONS},
    };
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        if (strcmp(name->bytes, features[i].name) == 0) {
            *flags |= features[i].flag;
            return true;
        }
    }
    char message[160];
    if (strcmp(name->bytes, "braces") == 0) strcpy(message, "not a chance");
    else snprintf(message, sizeof message, "future feature %.100s is not defined", name->bytes);
    compile_error_set(source, ERROR_SYNTAX, s->lineno, s->col_offset + 1, s->lineno, OFFSET_NONE, message);
    source->error.bare_args = true;
    return false;
}

bool future_scan(Source *source, const KnownNames *known, Mod *tree, int *flags, int *last_line)
{
    *last_line = -1;
    if (tree->kind != Mod_Module && tree->kind != Mod_Interactive) return true;
    const Seq *body = tree->Module.body;
    bool done = false;
    int line = 0;
    for (uint32_t i = body_docstring(body) ? 1 : 0; i < seq_count(body); i++) {
        const Stmt *s = seq_at(Stmt *, body, i);
        if (done && s->lineno > line) return true;
        line = s->lineno;
        if (s->kind != Stmt_ImportFrom || s->ImportFrom.module != known->dunder_future) {
            done = true;
            continue;
        }
        if (done) { /* on the line of the first other statement; here CPython counts the column from 0 */
            compile_error_set(source, ERROR_SYNTAX, s->lineno, s->col_offset, s->lineno, OFFSET_NONE, "from __future__ imports must occur at the beginning of the file");
            source->error.bare_args = true;
            return false;
        }
        for (uint32_t k = 0; k < seq_count(s->ImportFrom.names); k++)
            if (!future_feature(source, s, seq_at(Alias *, s->ImportFrom.names, k)->name, flags)) return false;
        *last_line = s->lineno;
    }
    return true;
}
