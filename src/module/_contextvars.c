/* _contextvars.c: Context, ContextVar and Token.
 *
 * A context's variables are an ordinary dict. Copying a context shares the dict and marks it; whoever wants to change a shared one takes a copy of its own first, so that
 * copy_context(), which asyncio calls for every callback, costs nothing.
 */
#include "module/module.h"
#include "object/dict.h"

typedef struct ContextObj {
    Obj head;
    Value variables, previous;
    bool shared, entered;
} ContextObj;
typedef struct VarObject {
    Obj head;
    Value name, otherwise; /* 0: no default */
} VarObject;
typedef struct TokenObj {
    Obj head;
    Value context, variable, old; /* 0: there was none */
    bool used;
} TokenObj;
static Type context_type, contextvar_type, token_type, missing_type;
static alignas(16) Obj token_missing = {.type = &missing_type, .gc = GC_STATIC};

static inline ContextObj *as_context(Value v) { return (ContextObj *)v; }

static void context_trace(Obj *o) { gc_visit(((ContextObj *)o)->variables), gc_visit(((ContextObj *)o)->previous); }
static void variable_trace(Obj *o) { gc_visit(((VarObject *)o)->name), gc_visit(((VarObject *)o)->otherwise); }
static void token_trace(Obj *o) { gc_visit(((TokenObj *)o)->context), gc_visit(((TokenObj *)o)->variable), gc_visit(((TokenObj *)o)->old); }

/* --- Context */

static Value context_new(Value variables, bool shared)
{
    ContextObj *context = variables ? gc_alloc(ContextObj, &context_type) : 0;
    if (!context) return 0;
    context->variables = variables;
    context->shared = shared;
    return VALUE(context);
}

static Value context_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (nargs || (kwnames && tuple_size(kwnames))) return raise_type("Context() does not accept any arguments");
    return context_new(dict_new(), false);
}

static Value context_copy_of(ContextObj *context)
{
    context->shared = true;
    return context_new(context->variables, true);
}

static ContextObj *current_context(void)
{
    if (!thread_self->context) thread_self->context = context_new(dict_new(), false);
    return as_context(thread_self->context);
}

/* A dict that only this context has. */
static Value own_variables(ContextObj *context)
{
    if (context->shared) {
        Value copy = dict_copy(context->variables);
        if (!copy) return 0;
        SET(context, variables, copy);
        context->shared = false;
    }
    return context->variables;
}

static bool check_key(Value key) { return type_of(key) == &contextvar_type || raise_type("a ContextVar key was expected, got %R", key); }

static Value context_getitem(Value self, Value key)
{
    if (!check_key(key)) return 0;
    Value value = dict_get(as_context(self)->variables, key);
    return value || thread_self->exception ? value : raise_key(key);
}

static int context_contains(Value self, Value key) { return check_key(key) ? dict_contains(as_context(self)->variables, key) : -1; }
static int64_t context_length(Value self) { return dict_size(as_context(self)->variables); }

static Value context_compare(Value a, Value b, CompareOp op)
{
    if (type_of(a) != &context_type || type_of(b) != &context_type || (op != CMP_EQ && op != CMP_NE)) return NOT_IMPLEMENTED;
    return object_compare(as_context(a)->variables, as_context(b)->variables, op);
}

/* Iterators go over what the context holds now, whatever is set meanwhile. */
static Value context_iterate(Value self, Type *type)
{
    as_context(self)->shared = true;
    return dict_iter_new(as_context(self)->variables, type);
}

static Value context_iter(Value self) { return context_iterate(self, &dict_keyiterator_type); }
static NATIVE(context_keys) { return context_iterate(args[0], &dict_keyiterator_type); }
static NATIVE(context_values) { return context_iterate(args[0], &dict_valueiterator_type); }
static NATIVE(context_items) { return context_iterate(args[0], &dict_itemiterator_type); }
static NATIVE(context_copy) { return context_copy_of(as_context(args[0])); }

static NATIVE(context_get)
{
    if (!check_key(args[1])) return 0;
    Value value = dict_get(as_context(args[0])->variables, args[1]);
    return value || thread_self->exception ? value : args[2];
}

static NATIVE(context_run)
{
    if (nargs < 2) return raise_type("run() missing 1 required positional argument");
    ContextObj *context = as_context(args[0]);
    if (context->entered) return raise_runtime("cannot enter context: %R is already entered", args[0]);
    SET(context, previous, thread_self->context);
    context->entered = true;
    thread_self->context = VALUE(context);
    Value result = object_call(args[1], args + 2, nargs - 2, kwnames);
    thread_self->context = context->previous;
    context->previous = 0;
    context->entered = false;
    return result;
}

static const NativeDef context_methods[] = {
    {"run", 0, context_run, 0, NATIVE_VECTOR},
    {"get", "(self, key, default=None, /)", context_get, "Return the value for `key` if `key` has the value in the context object.\n\nIf `key` does not exist, return `default`.",
     0},
    {"items", "(self, /)", context_items, "Return all variables and their values in the context object.", 0},
    {"keys", "(self, /)", context_keys, "Return a list of all variables in the context object.", 0},
    {"values", "(self, /)", context_values, "Return a list of all variables' values in the context object.", 0},
    {"copy", "(self, /)", context_copy, "Return a shallow copy of the context object.", 0},
    {0},
};

static Type context_type = {
    TYPE_INIT("_contextvars.Context", ContextObj),
    .flags = TYPE_WEAKREF_OK,
    .trace = context_trace,
    .new = context_make,
    .compare = context_compare,
    .iter = context_iter,
    .length = context_length,
    .getitem = context_getitem,
    .contains = context_contains,
    .methods = context_methods,
};

/* --- ContextVar */

static Value variable_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    Value otherwise = 0;
    for (int64_t i = 0; kwnames && i < tuple_size(kwnames); i++) {
        if (!str_equal_ascii(tuple_get(kwnames, i), "default")) return raise_type("'%U' is an invalid keyword argument for ContextVar()", tuple_get(kwnames, i));
        otherwise = args[(int64_t)nargs + i];
    }
    if (nargs != 1) return raise_type("ContextVar() takes %s 1 positional argument (%zu given)", nargs ? "at most" : "exactly", nargs);
    if (!is_str(args[0])) return raise_type("context variable name must be a str");
    VarObject *variable = gc_alloc(VarObject, &contextvar_type);
    if (!variable) return 0;
    variable->name = args[0];
    variable->otherwise = otherwise;
    return VALUE(variable);
}

static Value variable_repr(Value self)
{
    VarObject *variable = (VarObject *)self;
    if (!variable->otherwise) return str_format_c("<ContextVar name=%R at %p>", variable->name, (void *)self);
    int entered = repr_enter(self);
    if (entered) return entered < 0 ? 0 : str_format_c("<ContextVar name=%R default=... at %p>", variable->name, (void *)self);
    Value text = str_format_c("<ContextVar name=%R default=%R at %p>", variable->name, variable->otherwise, (void *)self);
    repr_leave(self);
    return text;
}

static NATIVE(variable_get)
{
    VarObject *variable = (VarObject *)args[0];
    if (thread_self->context) {
        Value value = dict_get(as_context(thread_self->context)->variables, args[0]);
        if (value || thread_self->exception) return value;
    }
    if (args[1]) return args[1];
    return variable->otherwise ? variable->otherwise : raise_value_of(&exc_LookupError, args[0]);
}

static NATIVE(variable_set)
{
    ContextObj *context = current_context();
    TokenObj *token = context ? gc_alloc(TokenObj, &token_type) : 0;
    Value variables = token ? own_variables(context) : 0;
    if (!variables) return 0;
    token->context = VALUE(context);
    token->variable = args[0];
    token->old = dict_get(variables, args[0]);
    gc_barrier(token);
    if (thread_self->exception || !dict_set(variables, args[0], args[1])) return 0;
    return VALUE(token);
}

static NATIVE(variable_reset)
{
    TokenObj *token = (TokenObj *)args[1];
    if (type_of(args[1]) != &token_type) return raise_type("expected an instance of Token, got %R", args[1]);
    if (token->used) return raise_runtime("%R has already been used once", args[1]);
    if (token->variable != args[0]) return raise_value("%R was created by a different ContextVar", args[1]);
    ContextObj *context = current_context();
    if (!context) return 0;
    if (token->context != VALUE(context)) return raise_value("%R was created in a different Context", args[1]);
    token->used = true;
    Value variables = own_variables(context);
    if (!variables) return 0;
    if (token->old) return dict_set(variables, args[0], token->old) ? NONE : 0;
    int deleted = dict_delete(variables, args[0]);
    return deleted < 0 ? 0 : deleted ? NONE : raise_value_of(&exc_LookupError, args[0]);
}

static const NativeDef variable_methods[] = {
    {"get", "(self, default=<unrepresentable>, /)", variable_get,
     "Return a value for the context variable for the current context.\n\nIf there is no value for the variable in the current context, the method returns the default argument,\n"
     "if given, or the default of the variable; without either it raises a LookupError.",
     0},
    {"set", "(self, value, /)", variable_set,
     "Call to set a new value for the context variable in the current context.\n\nReturns a Token object that can be used to restore the variable to its previous value\nvia the "
     "`ContextVar.reset()` method.",
     0},
    {"reset", "(self, token, /)", variable_reset,
     "Reset the context variable.\n\nThe variable is reset to the value it had before the `ContextVar.set()` that created the token was used.", 0},
    CLASS_GETITEM,
    {0},
};
static const MemberDef variable_members[] = {{"name", MEMBER_VALUE, offsetof(VarObject, name), false, 0}, {0}};

static Type contextvar_type = {TYPE_INIT("_contextvars.ContextVar", VarObject),
                               .flags = TYPE_WEAKREF_OK,
                               .trace = variable_trace,
                               .new = variable_make,
                               .repr = variable_repr,
                               .methods = variable_methods,
                               .members = variable_members};

/* --- Token */

static Value missing_repr(Value self) { return str_from_cstring("<Token.MISSING>"); }
static Type missing_type = {TYPE_INIT("Token.MISSING", Obj), .flags = TYPE_DISALLOW_NEW, .repr = missing_repr};

static Value token_make(Type *type, Value *args, size_t nargs, Value kwnames) { return raise_runtime("Tokens can only be created by ContextVars"); }

static Value token_repr(Value self)
{
    TokenObj *token = (TokenObj *)self;
    return str_format_c("<Token%s var=%R at %p>", token->used ? " used" : "", token->variable, (void *)self);
}

static Value token_get_var(Value self) { return ((TokenObj *)self)->variable; }
static Value token_get_old(Value self) { return ((TokenObj *)self)->old ? ((TokenObj *)self)->old : VALUE(&token_missing); }
static const GetSetDef token_getset[] = {{"var", token_get_var, 0, 0}, {"old_value", token_get_old, 0, 0}, {0}};
static const NativeDef token_methods[] = {CLASS_GETITEM, {0}};

static Type token_type = {TYPE_INIT("_contextvars.Token", TokenObj), .trace = token_trace, .new = token_make, .repr = token_repr, .getset = token_getset, .methods = token_methods};

/* --- the module */

static NATIVE(copy_context)
{
    ContextObj *context = current_context();
    return context ? context_copy_of(context) : 0;
}

static bool contextvars_init(Value module)
{
    return type_ready(&missing_type) && module_add_type(module, &context_type) && module_add_type(module, &contextvar_type) && module_add_type(module, &token_type) &&
           type_fill(&token_type) && dict_set_cstring(token_type.dict, "MISSING", VALUE(&token_missing));
}

static const NativeDef contextvars_functions[] = {{"copy_context", "()", copy_context, 0, 0}, {0}};
const ModuleDef module__contextvars = {"_contextvars", "Context Variables", contextvars_functions, contextvars_init};
