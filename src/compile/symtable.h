/* symtable.h: which name belongs to which scope.
 *
 * One `Scope` for each module, class, function, lambda and comprehension (and one for each set of annotations under `from __future__ import
 * annotations`, which nothing else sees). Symbols carry CPython's flag bits, the scope of the name in bits 11 and up, so that a `_symtable` module
 * can show them as they are. Scopes are found by the address of their tree node.
 */
#pragma once
#include "syntax/parser.h"

/* Names to numbers, in order of insertion; keyed by address, as identifiers are interned. */
typedef struct NameMap {
    const Text **names;
    uint32_t *values;
    uint32_t count, room, *index, mask;
} NameMap;
uint32_t *name_map_find(const NameMap *map, const Text *name);                   /* 0 if absent; valid until the next addition */
uint32_t *name_map_add(Arena *arena, NameMap *map, const Text *name);            /* new entries hold 0 */
/* The index of `name`, which is added if it is new. */
uint32_t name_map_index(Arena *arena, NameMap *map, const Text *name);

enum {
    SYM_GLOBAL = 1,
    SYM_LOCAL = 2,
    SYM_PARAM = 4,
    SYM_NONLOCAL = 8,
    SYM_USE = 0x10,
    SYM_FREE = 0x20,
    SYM_FREE_CLASS = 0x40,
    SYM_IMPORT = 0x80,
    SYM_ANNOT = 0x100,
    SYM_COMP_ITER = 0x200,
    SYM_BOUND = SYM_LOCAL | SYM_PARAM | SYM_IMPORT,
    SYM_SCOPE_SHIFT = 11,
    SYM_SCOPE_MASK = 15,
};
typedef enum SymScope { SCOPE_NONE, SCOPE_LOCAL, SCOPE_GLOBAL_EXPLICIT, SCOPE_GLOBAL_IMPLICIT, SCOPE_FREE, SCOPE_CELL } SymScope;

typedef enum ScopeKind { SCOPE_FUNCTION, SCOPE_CLASS, SCOPE_MODULE, SCOPE_ANNOTATION } ScopeKind;
typedef enum CompKind { COMP_NONE, COMP_LIST, COMP_DICT, COMP_SET, COMP_GENERATOR } CompKind;

typedef struct Directive {
    struct Directive *next;
    const Text *name;
    int lineno, col_offset, end_lineno, end_col_offset;
} Directive;

typedef struct Scope Scope;
struct Scope {
    Scope *parent, *first_child, *last_child, *sibling;
    const void *key;             /* the tree node */
    ScopeKind kind;
    CompKind comprehension;
    const Text *name;
    NameMap symbols;             /* name to flags */
    NameMap params;              /* parameters in order */
    Directive *directives;       /* global and nonlocal statements, newest last */
    Directive **last_directive;
    bool nested, free, child_free, generator, coroutine, varargs, varkeywords, returns_value, needs_class_closure;
    bool comp_iter_target;
    int comp_iter_expr;
    int lineno, col_offset, end_lineno, end_col_offset;
};

/* Names the compiler itself speaks of, interned in the source's table. */
typedef struct KnownNames {
    const Text *dunder_debug, *dunder_class, *dunder_name, *dunder_module, *dunder_qualname, *dunder_classcell, *dunder_doc, *dunder_annotations, *dunder_future, *super, *module,
        *lambda, *listcomp, *setcomp, *dictcomp, *genexpr, *dot_zero, *return_, *join, *empty, *annotation, *top, *star;
} KnownNames;
void known_names_init(KnownNames *known, Source *source);

typedef struct ScopeSlot {
    const void *key;
    Scope *scope;
} ScopeSlot;
typedef struct Symbols {
    Source *source;
    const KnownNames *known;
    Scope *top;
    ScopeSlot *slots;            /* open addressing on the node's address */
    uint32_t count, mask;
    int future_flags, depth;
    Scope *current;
    const Text *private_name;
    jmp_buf *bail;
} Symbols;

/* Fills `symbols` for `tree`. On an error source->error is set and control goes to `bail`. */
void symbols_build(Symbols *symbols, Source *source, const KnownNames *known, Mod *tree, int future_flags, jmp_buf *bail);
Scope *symbols_find(const Symbols *symbols, const void *key);
/* Flags of a (mangled) name in a scope, 0 if it is unknown there; and its resolved scope. */
uint32_t scope_flags(const Scope *scope, const Text *name);
SymScope scope_of(const Scope *scope, const Text *name);

/* The features of `from __future__` that the module asks for, as flags, and the last such line. false with source->error set. */
bool future_scan(Source *source, const KnownNames *known, Mod *tree, int *flags, int *last_line);
