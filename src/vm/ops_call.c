/* ops_call.c: the handler table, and handlers of calls and returns.
 *
 * A call of a Python function with as many positional arguments as it has parameters only links a new frame over its arguments. Natives whose signature fits the call are
 * called on the registers as they lie. All else goes through call_value, out of line.
 */
#include "vm/enter.h"
#include "object/container.h"
#include "object/signature.h"
#include "object/type_internal.h"
#include "object/type_slot_functions.h"

Handler *const vm_handlers[] = {
#define OP(name, words, kinds, meaning) op_##name,
#include "vm/ops.def"
};

/* ---- callables */

/* A call that is more than linking a frame. `callee` on args[0..n): starts a Python frame (*entered) or gives the value. */
typedef struct Outcome {
    Value value;
    Frame *entered;
} Outcome;

static Outcome call_class(Thread *t, Value cls, Value *args, size_t nargs, Value kwnames)
{
    Type *type = (Type *)cls;
    Value init = type_lookup(type, NAME("__init__"));
    if (!init || !has_type(init, &function_type)) return (Outcome){type_of(cls)->call(cls, args, nargs, kwnames), 0};
    Value self = type_alloc(type, 0);
    if (!self) return (Outcome){0, 0};
    args[-1] = self;
    Frame *frame = vm_enter(t, (FunctionObj *)init, args - 1, nargs + 1, kwnames, FRAME_INIT);
    if (frame) frame->extra = self;
    return (Outcome){0, frame};
}

/* May instances be made by allocation alone, then __init__? */
static bool has_plain_new(Type *type)
{
    return type->head.head.type == &type_type && type->new == object_type.new && !(type->flags & (TYPE_ABSTRACT | TYPE_DISALLOW_NEW)) && (type->flags & TYPE_HEAP) &&
           type->item_size == 0;
}

/* args[-1] may be overwritten. */
static Outcome call_profiled(Thread *t, Value callee, Value *args, size_t nargs, Value kwnames)
{
    Frame *f = t->frame;
    Value self = nargs > 0 ? args[0] : 0;
    if (!vm_profile_native(t, f, "c_call", callee, self)) return (Outcome){0, 0};
    Value result = type_of(callee)->call(callee, args, nargs, kwnames);
    if (!vm_profile_native(t, f, result ? "c_return" : "c_exception", callee, self)) result = 0;
    return (Outcome){result, 0};
}

static __attribute__((noinline)) Outcome call_value(Thread *t, Value callee, Value *args, size_t nargs, Value kwnames)
{
    Type *type = type_of(callee);
    if (UNLIKELY(t->profile_function) && (type == &native_type || type == &native_method_type) && (t->frame->flags & FRAME_TRACED))
        return call_profiled(t, callee, args, nargs, kwnames);
    if (type == &function_type) return (Outcome){0, vm_enter(t, (FunctionObj *)callee, args, nargs, kwnames, 0)};
    if (type == &method_type) {
        MethodObj *method = (MethodObj *)callee;
        if (has_type(method->function, &function_type)) {
            args[-1] = method->self;
            return (Outcome){0, vm_enter(t, (FunctionObj *)method->function, args - 1, nargs + 1, kwnames, 0)};
        }
    }
    if (type == &type_type && has_plain_new((Type *)callee)) return call_class(t, callee, args, nargs, kwnames);
    if (!type->call) {
        raise_type("'%.200s' object is not callable", type->name);
        return (Outcome){0, 0};
    }
    return (Outcome){type->call(callee, args, nargs, kwnames), 0};
}

/* ---- calls

   The generic instructions CALL and CALL_METHOD look at what they call and rewrite themselves to the form for it; a form whose guess fails goes to call_any, which rewrites again.
   After CALL_LIMIT times a site stays generic. */

enum { CALL_LIMIT = 16 };
enum { SUPER_CELL = 1, SUPER_CLASS = 2, SUPER_BIND = 4 };   /* CALL_SUPER: the first argument is in a cell; it is a class; it is the method's self */
typedef enum CallForm { FORM_CALL, FORM_METHOD, FORM_ATTR } CallForm;

#define FETCH_CALL \
    Value callee = r[C], *args = r + A + 2; \
    size_t nargs = B
#define FETCH_METHOD \
    Value callee = r[A], *args = r + A + 1; \
    size_t nargs = (size_t)B + 1
#define FETCH_ATTR \
    Value callee = r[A] ? 0 : r[A + 1], *args = r + A + 2; \
    size_t nargs = B

static inline bool callee_is(Value callee, const Type *type) { return LIKELY(callee != 0) && LIKELY(has_type(callee, type)); }

static uint16_t generic_form(const Frame *f, CallForm form)
{
    bool copy = f->code->flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR);
    return form == FORM_CALL ? (copy ? OP_CALL_COPY : OP_CALL) : copy ? OP_CALL_METHOD_COPY : OP_CALL_METHOD;
}

/* Where a callee's window begins: at its arguments, unless those lie in a generator. */
static inline Value *callee_window(const Frame *f, Value *args) { return UNLIKELY(f->flags & FRAME_GENERATOR) ? f->top : args; }

/* Can the call go on with defaults for what it lacks? */
static inline bool defaults_cover(FunctionObj *function, Lowered *low, size_t nargs)
{
    int64_t missing = low->simple_args - (int64_t)nargs;
    return missing > 0 && function->defaults && missing <= tuple_size(function->defaults);
}
static inline void fill_defaults(FunctionObj *function, Lowered *low, Value *window, size_t nargs)
{
    size_t missing = (size_t)low->simple_args - nargs;
    const Value *from = tuple_items(function->defaults) + tuple_size(function->defaults) - missing;
    for (size_t n = 0; n < missing; n++) window[nargs + n] = from[n];
}

/* Starts `function` with its arguments bound: `bound` of them, in `window`. */
#define ENTER(function, low, window, bound, flags, instance) \
    do { \
        Lowered *low_ = (low); \
        Value *window_ = (window); \
        Frame *new_ = (Frame *)t->vm - 1; \
        t->recursion_depth++; \
        link_frame(t, f, new_, (function), low_, window_, (size_t)(bound), (flags)); \
        new_->extra = (instance); \
        k = low_->k; \
        f = new_; \
        r = window_; \
        pc = lowered_words(low_); \
        NEXT; \
    } while (0)

/* The form for a native callee that takes these arguments as they lie, or with its defaults added. */
static uint16_t specialize_native(const NativeDef *def, Signature **cache, size_t nargs, Word *w, uint16_t op)
{
    Signature *s = 0;
    if (!native_is_direct(def, cache, nargs)) {
        s = *cache;
        if (!s || !s->fixed || nargs > (size_t)s->positional || nargs < (size_t)s->required) return 0;
    }
    w[0].pointer = (void *)def;
    w[1].pointer = s;
    return op;
}

/* Is it the function of that name in the module builtins? */
static bool is_builtin(NativeObj *native, const char *name)
{
    Value module = native->module && has_type(native->module, &module_type) ? ((ModuleObj *)native->module)->name : 0;
    return !native->self && !strcmp(native->def->name, name) && module && is_str(module) && str_equal_ascii(module, "builtins");
}

static uint16_t specialize_class(Type *type, size_t nargs, Word *w, CallForm form)
{
    uint32_t version = type_version(type);
    if (type == &type_type && nargs == 1 && form == FORM_CALL) return OP_CALL_TYPE_OF;
    if (!version || type == &type_type || form == FORM_METHOD || type->flags & (TYPE_ABSTRACT | TYPE_DISALLOW_NEW) || !type->new) return 0;
    if (has_plain_new(type)) {
        Value init = type_lookup(type, NAME("__init__"));
        if (init && has_type(init, &function_type)) {
            Lowered *low = code_lowered((CodeObj *)((FunctionObj *)init)->code);
            if (!low || (low->simple_args != (int64_t)nargs + 1 && !defaults_cover((FunctionObj *)init, low, nargs + 1))) return 0;
            w[0].pointer = low;
            w[1] = (Word){.version = version};
            w[2].value = init;
            return form == FORM_CALL ? OP_CALL_CLASS : OP_CALL_ATTR_CLASS;
        }
    }
    if (type->new == slot_new) {
        Value new = type_lookup(type, NAME("__new__"));
        if (!new || !has_type(new, &staticmethod_type) || type->init != object_type.init || form != FORM_CALL) return 0;
        new = ((WrappedObj *)new)->callable;
        if (!new || !has_type(new, &function_type)) return 0;
        Lowered *low = code_lowered((CodeObj *)((FunctionObj *)new)->code);
        if (!low || (low->simple_args != (int64_t)nargs + 1 && !defaults_cover((FunctionObj *)new, low, nargs + 1))) return 0;
        w[0].pointer = low;
        w[1] = (Word){.version = version};
        w[2].value = new;
        return OP_CALL_NEW;
    }
    w[1] = (Word){.version = version};
    return form == FORM_CALL ? OP_CALL_TYPE : OP_CALL_ATTR_TYPE;
}

static uint16_t specialize_object(Value callee, size_t nargs, Word *w)
{
    Type *type = type_of(callee);
    uint32_t version = type_version(type);
    Value method = type_lookup(type, NAME("__call__"));
    if (!version || !method || !has_type(method, &function_type)) return 0;
    Lowered *low = code_lowered((CodeObj *)((FunctionObj *)method)->code);
    if (!low || (low->simple_args != (int64_t)nargs + 1 && !defaults_cover((FunctionObj *)method, low, nargs + 1))) return 0;
    w[0].pointer = low;
    w[1] = (Word){.version = version};
    w[2].value = method;
    return OP_CALL_OBJECT;
}

/* super() whose result is only asked for a method by the next instruction. */
static uint16_t specialize_super(Frame *f, const Word *pc, Word *w)
{
    Word next = pc[4];
    SuperSite site;
    if (next.op < OP_LOAD_METHOD || next.op > OP_LOAD_METHOD_ATTR || next.b != pc[3].dest || next.a != pc[3].dest || !vm_super_site(f, pc[5].value, &site)) return 0;
    w[0] = (Word){.version = site.class_register, .index = (site.in_cell ? SUPER_CELL : 0) | (site.is_class ? SUPER_CLASS : 0) | (site.bind ? SUPER_BIND : 0)};
    w[1] = (Word){.version = site.type_version, .index = site.class_version};
    w[2].value = site.found;
    return OP_CALL_SUPER;
}

static uint16_t special_form(Frame *f, const Word *pc, Value callee, size_t nargs, CallForm form)
{
    Word *w = (Word *)pc;
    Type *type = type_of(callee);
    if (type == &function_type) {
        Lowered *low = code_lowered((CodeObj *)((FunctionObj *)callee)->code);
        if (!low) return 0;
        w[0].pointer = low;
        if (low->simple_args == (int64_t)nargs) return form == FORM_ATTR ? OP_CALL_ATTR : generic_form(f, form);
        if (!defaults_cover((FunctionObj *)callee, low, nargs)) return 0;
        return form == FORM_CALL ? OP_CALL_DEFAULTS : form == FORM_METHOD ? OP_CALL_METHOD_DEFAULTS : OP_CALL_ATTR_DEFAULTS;
    }
    if (form == FORM_METHOD) {
        if (type != &native_method_type) return 0;
        NativeMethodObj *method = (NativeMethodObj *)callee;
        if (method->owner == &list_type && nargs == 2 && !strcmp(method->def->name, "append")) {
            w[0].pointer = (void *)method->def;
            return OP_CALL_METHOD_APPEND;
        }
        return specialize_native(method->def, &method->signature, nargs, w, OP_CALL_METHOD_NATIVE);
    }
    if (type == &native_type) {
        NativeObj *native = (NativeObj *)callee;
        if (form == FORM_CALL && nargs == 1 && is_builtin(native, "len")) {
            w[0].pointer = (void *)native->def;
            return OP_CALL_LEN;
        }
        return specialize_native(native->def, &native->signature, nargs + (native->self != 0), w, form == FORM_CALL ? OP_CALL_NATIVE : OP_CALL_ATTR_NATIVE);
    }
    if (type == &method_type) {
        Value function = ((MethodObj *)callee)->function;
        Lowered *low = has_type(function, &function_type) ? code_lowered((CodeObj *)((FunctionObj *)function)->code) : 0;
        if (!low || low->simple_args != (int64_t)nargs + 1) return 0;
        w[0].pointer = low;
        return form == FORM_CALL ? OP_CALL_BOUND : OP_CALL_ATTR_BOUND;
    }
    if (callee == VALUE(&super_type) && nargs == 0 && form == FORM_CALL) return specialize_super(f, pc, w);
    if (type == &type_type) return specialize_class((Type *)callee, nargs, w, form);
    return type->call == slot_call && form == FORM_CALL ? specialize_object(callee, nargs, w) : 0;
}

/* Rewrites the call at pc for what it calls now. */
static __attribute__((noinline)) void specialize_call(Frame *f, const Word *pc, Value callee, size_t nargs, CallForm form)
{
    Word *w = (Word *)pc;
    uint16_t special = 0;
    w[0].bits = 0;
    if (w[3].aux < CALL_LIMIT) special = special_form(f, pc, callee, nargs, form);
    if (w[3].aux < CALL_LIMIT) {
        if (!special) w[0].bits = 0;
        w[3].aux++;
    }
    uint16_t op = special ? special : generic_form(f, form);
    if (w[-1].op != op) w[-1].op = op;
}

/* Any call: whatever the callable, and when the guess of a special form has failed. */
static __attribute__((noinline)) HANDLER(call_any)
{
    CallForm form = pc[-1].op < OP_CALL_METHOD ? FORM_CALL : r[A] ? FORM_METHOD : FORM_ATTR;
    Value callee = form == FORM_CALL ? r[C] : form == FORM_METHOD ? r[A] : r[A + 1], *args = r + A + (form == FORM_METHOD ? 1 : 2);
    size_t nargs = form == FORM_METHOD ? (size_t)B + 1 : B;
    f->pc = pc + 4;
    if (LIKELY(!poll(t))) specialize_call(f, pc, callee, nargs, form);
    if (form == FORM_CALL) r[A + 1] = callee;
    Outcome o = call_value(t, callee, args, nargs, 0);
    if (o.entered) RUN(o.entered);
    if (UNLIKELY(!o.value)) ERROR;
    r[pc[3].dest] = o.value;
    POLL_AFTER(5);
}

/* pc[0] caches the Lowered of the last function that took just these arguments. The new pc is computed from the cache, not from the callee: so the next instruction does not wait
 * for the chain of loads from the callee to its code, which only the (well predicted) comparison needs. */
#define CALL_HANDLER(name, FETCH, new_frame, ON_WINDOW) \
    OPCODE(name) \
    { \
        FETCH; \
        if (callee_is(callee, &function_type)) { \
            FunctionObj *function = (FunctionObj *)callee; \
            Lowered *low = pc[0].pointer, *own = code_lowered((CodeObj *)function->code); \
            Value *window = ON_WINDOW; \
            if (UNLIKELY(low != own) && own && own->simple_args == (int64_t)nargs) ((Word *)pc)[0].pointer = low = own; \
            if (LIKELY(low == own) && LIKELY(low != 0) && LIKELY(low->simple_args == (int64_t)nargs)) { /* another function's code may lie where that of a dead one was */ \
                low = pc[0].pointer; \
                __asm__("" : "+r"(low)); \
                Frame *new = (new_frame) - 1; \
                if (LIKELY(!poll(t)) && LIKELY(room_for(t, low, window, new))) { \
                    f->pc = pc + 4; \
                    t->recursion_depth++; \
                    if (window != args) values_copy(window, args, nargs); \
                    link_frame(t, f, new, function, low, window, nargs, 0); \
                    k = low->k; \
                    f = new; \
                    r = window; \
                    pc = lowered_words(low); \
                    NEXT; \
                } \
            } \
        } \
        TAIL(call_any); \
    }
CALL_HANDLER(CALL, FETCH_CALL, f, args)
CALL_HANDLER(CALL_COPY, FETCH_CALL, (Frame *)t->vm, f->top)
CALL_HANDLER(CALL_METHOD, FETCH_METHOD, f, args)
CALL_HANDLER(CALL_METHOD_COPY, FETCH_METHOD, (Frame *)t->vm, f->top)
CALL_HANDLER(CALL_ATTR, FETCH_ATTR, (Frame *)t->vm, callee_window(f, args))

#define CALL_DEFAULTS_HANDLER(name, FETCH) \
    OPCODE(name) \
    { \
        FETCH; \
        if (callee_is(callee, &function_type)) { \
            FunctionObj *function = (FunctionObj *)callee; \
            Lowered *low = pc[0].pointer; \
            Value *window = callee_window(f, args); \
            if (LIKELY(low == code_lowered((CodeObj *)function->code)) && LIKELY(may_enter(t, low, window)) && LIKELY(defaults_cover(function, low, nargs))) { \
                f->pc = pc + 4; \
                if (window != args) values_copy(window, args, nargs); \
                fill_defaults(function, low, window, nargs); \
                ENTER(function, low, window, low->simple_args, 0, 0); \
            } \
        } \
        TAIL(call_any); \
    }
CALL_DEFAULTS_HANDLER(CALL_DEFAULTS, FETCH_CALL)
CALL_DEFAULTS_HANDLER(CALL_METHOD_DEFAULTS, FETCH_METHOD)
CALL_DEFAULTS_HANDLER(CALL_ATTR_DEFAULTS, FETCH_ATTR)

/* A native call whose last arguments are defaults. */
static __attribute__((noinline)) Value call_filled(NativeFn function, const Signature *s, const Value *args, size_t nargs)
{
    Value out[SIGNATURE_MAX];
    values_copy(out, args, nargs);
    for (size_t n = nargs; n < (size_t)s->count; n++) out[n] = s->parameters[n].value;
    return function(out, (size_t)s->count, 0);
}

static inline Value call_native_cached(const Word *pc, const NativeDef *def, Value *args, size_t nargs)
{
    return LIKELY(!pc[1].pointer) ? def->function(args, nargs, 0) : call_filled(def->function, pc[1].pointer, args, nargs);
}

#define NATIVE_RESULT(value) \
    do { \
        Value value_ = (value); \
        if (UNLIKELY(!value_)) ERROR; \
        r[pc[3].dest] = value_; \
        POLL_AFTER(5); \
    } while (0)

#define CALL_NATIVE_HANDLER(name, FETCH) \
    OPCODE(name) \
    { \
        FETCH; \
        if (callee_is(callee, &native_type) && LIKELY(((NativeObj *)callee)->def == pc[0].pointer) && LIKELY(!t->profile_function)) { \
            f->pc = pc + 4; \
            args[-1] = callee; \
            if (((NativeObj *)callee)->self) *--args = ((NativeObj *)callee)->self, nargs++; \
            NATIVE_RESULT(call_native_cached(pc, pc[0].pointer, args, nargs)); \
        } \
        TAIL(call_any); \
    }
CALL_NATIVE_HANDLER(CALL_NATIVE, FETCH_CALL)
CALL_NATIVE_HANDLER(CALL_ATTR_NATIVE, FETCH_ATTR)

OPCODE(CALL_METHOD_NATIVE)
{
    FETCH_METHOD;
    if (callee_is(callee, &native_method_type) && LIKELY(((NativeMethodObj *)callee)->def == pc[0].pointer) && LIKELY(!t->profile_function) &&
        LIKELY(is_instance_of(args[0], ((NativeMethodObj *)callee)->owner))) {
        f->pc = pc + 4;
        NATIVE_RESULT(call_native_cached(pc, pc[0].pointer, args, nargs));
    }
    TAIL(call_any);
}

OPCODE(CALL_METHOD_APPEND)
{
    Value callee = r[A], *args = r + A + 1;
    if (callee_is(callee, &native_method_type) && LIKELY(((NativeMethodObj *)callee)->def == pc[0].pointer) && LIKELY(!t->profile_function) &&
        LIKELY(has_type(args[0], &list_type))) {
        ListObj *list = (ListObj *)args[0];
        if (LIKELY(list->size < list->allocated)) list->items[list->size++] = args[1];
        else {
            f->pc = pc + 4;
            if (UNLIKELY(!list_append(args[0], args[1]))) ERROR;
        }
        gc_barrier(list);
        r[pc[3].dest] = NONE;
        POLL_AFTER(5);
    }
    TAIL(call_any);
}

OPCODE(CALL_LEN)
{
    FETCH_CALL;
    if (callee_is(callee, &native_type) && LIKELY(((NativeObj *)callee)->def == pc[0].pointer) && LIKELY(!t->profile_function)) {
        Value v = args[0];
        if (LIKELY(is_pointer(v))) {
            Type *type = as_obj(v)->type;
            if (type == &list_type || type == &dict_type || type == &str_type || type == &tuple_type) {
                r[pc[3].dest] = small_int(((VarObj *)v)->size);
                SKIP(5);
            }
            if (type->length == slot_length) {
                Value method = type_lookup(type, NAME("__len__"));
                Frame *frame = method && has_type(method, &function_type) ? start_special(t, f, pc, method, 1, v, 0, 0) : 0;
                if (LIKELY(frame != 0)) RUN(frame);
            }
        }
        f->pc = pc + 4;
        args[-1] = callee;
        NATIVE_RESULT(((NativeObj *)callee)->def->function(args, nargs, 0));
    }
    TAIL(call_any);
}

/* args[-1] is free: it takes the method's self. */
#define CALL_BOUND_HANDLER(name, FETCH) \
    OPCODE(name) \
    { \
        FETCH; \
        if (callee_is(callee, &method_type) && LIKELY(has_type(((MethodObj *)callee)->function, &function_type))) { \
            FunctionObj *function = (FunctionObj *)((MethodObj *)callee)->function; \
            Lowered *low = pc[0].pointer; \
            Value *window = callee_window(f, args - 1); \
            if (LIKELY(low == code_lowered((CodeObj *)function->code)) && LIKELY(may_enter(t, low, window)) && LIKELY(low->simple_args == (int64_t)nargs + 1)) { \
                f->pc = pc + 4; \
                if (window != args - 1) values_copy(window + 1, args, nargs); \
                window[0] = ((MethodObj *)callee)->self; \
                ENTER(function, low, window, nargs + 1, 0, 0); \
            } \
        } \
        TAIL(call_any); \
    }
CALL_BOUND_HANDLER(CALL_BOUND, FETCH_CALL)
CALL_BOUND_HANDLER(CALL_ATTR_BOUND, FETCH_ATTR)

/* Does pc[0] still hold the register code of the cached function pc[2], and can it be entered with nargs arguments? */
static inline bool cached_function_fits(Thread *t, const Word *pc, Value *window, size_t nargs)
{
    FunctionObj *function = (FunctionObj *)pc[2].value;
    Lowered *low = pc[0].pointer;
    return LIKELY(code_lowered((CodeObj *)function->code) == low) && LIKELY(may_enter(t, low, window)) &&
           (low->simple_args == (int64_t)nargs || defaults_cover(function, low, nargs));
}
/* Puts `self` and the arguments into the window, and defaults behind them. */
static inline void bind_with_self(const Word *pc, Value *window, Value self, Value *args, size_t nargs)
{
    FunctionObj *function = (FunctionObj *)pc[2].value;
    Lowered *low = pc[0].pointer;
    if (window != args - 1) values_copy(window + 1, args, nargs);
    window[0] = self;
    if (UNLIKELY(low->simple_args != (int64_t)nargs + 1)) fill_defaults(function, low, window, nargs + 1);
}

#define CALL_CLASS_HANDLER(name, FETCH) \
    OPCODE(name) \
    { \
        FETCH; \
        Value *window = callee_window(f, args - 1); \
        if (callee_is(callee, &type_type) && LIKELY(((Type *)callee)->version == pc[1].version) && cached_function_fits(t, pc, window, nargs + 1)) { \
            f->pc = pc + 4; \
            Value self = type_alloc((Type *)callee, 0); \
            if (UNLIKELY(!self)) ERROR; \
            bind_with_self(pc, window, self, args, nargs); \
            Lowered *low = pc[0].pointer; \
            ENTER((FunctionObj *)pc[2].value, low, window, low->simple_args, FRAME_INIT, self); \
        } \
        TAIL(call_any); \
    }
CALL_CLASS_HANDLER(CALL_CLASS, FETCH_CALL)
CALL_CLASS_HANDLER(CALL_ATTR_CLASS, FETCH_ATTR)

/* The arguments stay where they are, behind the window, for an __init__ of what __new__ returns (finish_new). */
OPCODE(CALL_NEW)
{
    FETCH_CALL;
    Value *window = f->top;
    if (callee_is(callee, &type_type) && LIKELY(((Type *)callee)->version == pc[1].version) && cached_function_fits(t, pc, window, nargs + 1)) {
        f->pc = pc + 4;
        bind_with_self(pc, window, callee, args, nargs);
        Lowered *low = pc[0].pointer;
        ENTER((FunctionObj *)pc[2].value, low, window, low->simple_args, FRAME_NEW, callee);
    }
    TAIL(call_any);
}

OPCODE(CALL_OBJECT)
{
    FETCH_CALL;
    Value *window = callee_window(f, args - 1);
    if (LIKELY(is_pointer(callee)) && LIKELY(as_obj(callee)->type->version == pc[1].version) && cached_function_fits(t, pc, window, nargs + 1)) {
        f->pc = pc + 4;
        bind_with_self(pc, window, callee, args, nargs);
        Lowered *low = pc[0].pointer;
        ENTER((FunctionObj *)pc[2].value, low, window, low->simple_args, 0, 0);
    }
    TAIL(call_any);
}

#define CALL_TYPE_HANDLER(name, FETCH) \
    OPCODE(name) \
    { \
        FETCH; \
        if (callee_is(callee, &type_type) && LIKELY(((Type *)callee)->version == pc[1].version)) { \
            Type *type = (Type *)callee; \
            f->pc = pc + 4; \
            args[-1] = callee; \
            Value made = type->new(type, args, nargs, 0); \
            if (LIKELY(made != 0) && type_of(made)->init != object_type.init && !init_made(type, made, args, nargs)) made = 0; \
            NATIVE_RESULT(made); \
        } \
        TAIL(call_any); \
    }
static inline bool init_made(Type *type, Value made, Value *args, size_t nargs)
{
    Type *other = type_of(made);
    return (other != type && !type_is_subtype(other, type)) || other->init(made, args, nargs, 0);
}
CALL_TYPE_HANDLER(CALL_TYPE, FETCH_CALL)
CALL_TYPE_HANDLER(CALL_ATTR_TYPE, FETCH_ATTR)

OPCODE(CALL_TYPE_OF)
{
    if (UNLIKELY(r[C] != VALUE(&type_type))) TAIL(call_any);
    r[pc[3].dest] = VALUE(type_of(r[A + 2]));
    SKIP(5);
}

OPCODE(CALL_SUPER)
{
    if (LIKELY(r[C] == VALUE(&super_type))) {
        uint32_t bits = pc[0].index;
        Value self = r[0], cell = r[pc[0].version], cls = LIKELY(cell && has_type(cell, &cell_type)) ? ((CellObj *)cell)->value : 0;
        if (bits & SUPER_CELL) self = LIKELY(self && has_type(self, &cell_type)) ? ((CellObj *)self)->value : 0;
        if (LIKELY(self && cls) && LIKELY(is_pointer(cls)) && LIKELY(as_obj(cls)->type->flags & TYPE_TYPE) && LIKELY(((Type *)cls)->version == pc[1].index)) {
            Type *type = type_of(self);
            if (UNLIKELY(bits & SUPER_CLASS)) type = type->flags & TYPE_TYPE ? (Type *)self : 0;
            if (LIKELY(type && type->version == pc[1].version)) {
                uint16_t to = pc[4].a;
                r[to] = bits & SUPER_BIND ? pc[2].value : 0;
                r[to + 1] = bits & SUPER_BIND ? self : pc[2].value;
                pc += 4 + op_words[OP_LOAD_METHOD];
                NEXT;
            }
        }
    }
    TAIL(call_any);
}

OPCODE(CALL_KW)
{
    Value callee = r[A], *args = r + A + 1, kwnames = k[pc[0].bits];
    size_t nargs = (size_t)B + 1;
    if (!callee) callee = r[A + 1], args = r + A + 2, nargs = B;
    f->pc = pc + 2;
    Outcome o = call_value(t, callee, args, nargs - (size_t)tuple_size(kwnames), kwnames);
    if (o.entered) RUN(o.entered);
    if (UNLIKELY(!o.value)) ERROR;
    r[pc[1].dest] = o.value;
    SKIP(3);
}

OPCODE(CALL_EX)
{
    f->pc = pc + 1;
    size_t nargs;
    Value callee = r[A], kwnames, *args = vm_spread(f, callee, r[B], C == NO_REGISTER ? 0 : r[C], &nargs, &kwnames);
    if (UNLIKELY(!args)) ERROR;
    Outcome o = call_value(t, callee, args, nargs, kwnames);
    if (o.entered) RUN(o.entered);
    t->stack_top = f->top;
    if (UNLIKELY(!o.value)) ERROR;
    r[pc[0].dest] = o.value;
    SKIP(2);
}

/* ---- returning */

/* CALL_NEW in `caller` got something else than an instance of `type`: when it is one of a subclass, its __init__ is due. */
static bool finish_new(Type *type, Value made, Frame *caller)
{
    Type *other = type_of(made);
    if (!type_is_subtype(other, type) || other->init == object_type.init) return true;
    Word call = caller->pc[-5];
    return other->init(made, caller->r + call.a + 2, call.b, 0);
}

/* Leaves the frame whose result is f->result. */
HANDLER(vm_deliver)
{
    Value value = f->result;
    uint32_t flags = f->flags;
    f->pc = pc;   /* for who looks at the frame later */
    if (flags & FRAME_TRACED) {
        if (!vm_trace_return(t, f, value)) ERROR;
    }
    Value returned = value;
    if (flags & FRAME_INIT) value = f->extra;
    GeneratorObj *gen = f->generator;
    Frame *previous = f->previous;
    Type *made = flags & FRAME_NEW ? (Type *)f->extra : 0;
    vm_pop_frame(t, f);
    if (gen) {
        generator_finished(t, gen, false);
        gen->yielded = false;
    }
    if (flags & FRAME_ENTRY) return value;
    SWITCH_TO(previous);
    if (flags & FRAME_SPECIAL) {
        f->result = value;
        TAIL(vm_finish_special);
    }
    if (flags & FRAME_INIT && UNLIKELY(returned != NONE)) {
        raise_type("__init__() should return None, not '%.200s'", type_of(returned)->name);
        ERROR;
    }
    if (made && UNLIKELY(type_of(value) != made) && !finish_new(made, value, f)) ERROR;
    if (flags & FRAME_FOR_ITER) {
        if (UNLIKELY(f->flags & FRAME_TRACED) && t->trace_function && !t->tracing && value != NONE) {   /* CPython shows this StopIteration to tracers */
            raise_stop_iteration(value);
            if (!vm_trace_exception(t, f)) ERROR;
            error_clear();
        }
        pc += pc[-1].exit - 1;
        NEXT;
    }
    if (flags & FRAME_SEND) {
        r[pc[-2].a] = value;
        pc += pc[-1].exit - 1;
        NEXT;
    }
    r[pc[-1].dest] = value;
    NEXT;
}

#define LEAVE(value) \
    do { \
        Value value_ = (value); \
        Frame *previous = f->previous; \
        t->vm = f + 1; \
        t->frame = previous; \
        t->recursion_depth--; \
        t->stack_top = previous->top; \
        RETURN_TO(previous, value_); \
    } while (0)

/* Returns the value where nothing but one flag stands in the way; else goes on. */
#define LEAVE_FLAGGED(value) \
    do { \
        Value flagged_ = (value); \
        uint32_t flags_ = f->flags; \
        if (flags_ == FRAME_SPECIAL) { \
            pop_plain(t, f); \
            SWITCH_TO(f->previous); \
            f->result = flagged_; \
            TAIL(vm_finish_special); \
        } \
        if (flags_ == FRAME_ENTRY) { \
            pop_plain(t, f); \
            return flagged_; \
        } \
        f->result = flagged_; \
        TAIL(vm_deliver); \
    } while (0)

static __attribute__((noinline)) HANDLER(return_slow) { LEAVE_FLAGGED(r[A]); }
static __attribute__((noinline)) HANDLER(return_k_slow)
{
    Value value = k[(uint32_t)JUMP32];
    if (LIKELY(f->flags == FRAME_INIT && value == NONE)) LEAVE(f->extra);
    LEAVE_FLAGGED(value);
}

OPCODE(RETURN)
{
    if (UNLIKELY(f->flags)) TAIL(return_slow);
    LEAVE(r[A]);
}
OPCODE(RETURN_K)
{
    if (UNLIKELY(f->flags)) TAIL(return_k_slow);
    LEAVE(k[(uint32_t)JUMP32]);
}

OPCODE(MAKE_FUNCTION)
{
    SAVE();
    RESULT(vm_make_function(f, r + B, C));
}
