/* ops_call.c: the handler table, and handlers of calls and returns.
 *
 * A call of a Python function with as many positional arguments as it has parameters only links a new frame over its arguments. Natives whose signature fits the call are
 * called on the registers as they lie. All else goes through call_value, out of line.
 */
#include "vm/interp.h"

Handler *const vm_handlers[] = {
#define OP(name, words, kinds, meaning) op_##name,
#include "vm/ops.def"
};

/* ---- entering and leaving frames */

static inline uint32_t poll(Thread *t) { return atomic_load_explicit(&t->interrupt, memory_order_relaxed); }

/* Links a frame over `window`, whose first nargs registers are bound, without checks: those are the caller's. */
static inline void link_frame(Thread *t, Frame *f, Frame *new, FunctionObj *function, Lowered *low, Value *window, size_t nargs, uint32_t flags)
{
    new->previous = f;
    new->pc = lowered_words(low);
    new->r = window;
    new->k = low->k;
    new->top = window + low->register_count;
    new->code = low->code;
    new->function = function;
    new->locals = 0;
    new->object = 0;
    new->extra = 0;
    new->generator = 0;
    new->flags = flags;
    new->last_traced = 0;
    new->resume_line_word = 0;
    t->vm = new;
    t->frame = new;
    t->stack_top = new->top;
    for (size_t n = nargs; n < (size_t)low->locals_count; n++) window[n] = 0;
}

static inline bool room_for(Thread *t, Lowered *low, Value *window, Frame *new)
{
    return window + low->register_count + 64 < (Value *)new && t->recursion_depth < recursion_limit;
}

/* A function whose parameters are just the arguments given: the next call from here takes the short way. */
static void remember_callee(const Word *pc, Value callee, size_t nargs)
{
    if (!has_type(callee, &function_type)) return;
    Lowered *low = code_lowered((CodeObj *)((FunctionObj *)callee)->code);
    if (low && low->simple_args == (int64_t)nargs) ((Word *)pc)[0].pointer = low;
}

#define RUN(frame) do { \
        f = (frame); \
        pc = f->pc; \
        r = f->r; \
        k = f->k; \
        NEXT; \
    } while (0)

/* A call that is more than linking a frame. `callee` on args[0..n): starts a Python frame (*entered) or gives the value. */
typedef struct Outcome { Value value; Frame *entered; } Outcome;

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
    return type->head.head.type == &type_type && type->new == object_type.new && !(type->flags & (TYPE_ABSTRACT | TYPE_DISALLOW_NEW)) && (type->flags & TYPE_HEAP) && type->item_size == 0;
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
    if (UNLIKELY(t->profile_function) && (type == &native_type || type == &native_method_type) && (t->frame->flags & FRAME_TRACED)) return call_profiled(t, callee, args, nargs, kwnames);
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
        raise_type("'%.200s' object is not callable", type_name(type));
        return (Outcome){0, 0};
    }
    return (Outcome){type->call(callee, args, nargs, kwnames), 0};
}

/* The NativeDef of a native callee that takes exactly these arguments as they lie, or 0. */
static const NativeDef *direct_native(Value callee, size_t nargs)
{
    if (has_type(callee, &native_type)) {
        NativeObj *native = (NativeObj *)callee;
        if (!native->self && native_is_direct(native->def, &native->signature, nargs)) return native->def;
    }
    return 0;
}

static const NativeDef *direct_method(Value callee, Value *args, size_t nargs)
{
    if (has_type(callee, &native_method_type) && nargs > 0) {
        NativeMethodObj *method = (NativeMethodObj *)callee;
        if (type_of(args[0]) == method->owner && native_is_direct(method->def, &method->signature, nargs)) return method->def;
    }
    return 0;
}

/* A class whose instances are made by allocation and an __init__ in Python with just these arguments: the site becomes CALL_CLASS. */
static void remember_class(const Word *pc, Value callee, size_t nargs)
{
    Type *type = (Type *)callee;
    if (!has_type(callee, &type_type) || !has_plain_new(type)) return;
    uint32_t version = type_version(type);
    Value init = type_lookup(type, NAME("__init__"));
    if (!version || !init || !has_type(init, &function_type)) return;
    Lowered *low = code_lowered((CodeObj *)((FunctionObj *)init)->code);
    if (!low || low->simple_args != (int64_t)nargs + 1) return;
    Word *w = (Word *)pc;
    w[0].pointer = low;
    w[1] = (Word){.version = version};
    w[2].value = init;
    w[-1].op = OP_CALL_CLASS;
}

/* CALL of anything but a matching Python function: pc[0] caches the definition of a direct native. */
static __attribute__((noinline)) HANDLER(call_other)
{
    Value callee = r[C], *args = r + A + 2, value;
    size_t nargs = B;
    f->pc = pc + 4;
    if (LIKELY(!t->profile_function) && has_type(callee, &native_type) && ((NativeObj *)callee)->def == pc[0].pointer && !((NativeObj *)callee)->self) {
        args[-1] = callee;
        value = ((NativeObj *)callee)->def->function(args, nargs, 0);
    } else {
        const NativeDef *def = direct_native(callee, nargs);
        if (def) ((Word *)pc)[0].pointer = (void *)def;
        else remember_callee(pc, callee, nargs);
        if (i == OP_CALL) remember_class(pc, callee, nargs);
        r[A + 1] = callee;
        Outcome o = call_value(t, callee, args, nargs, 0);
        if (o.entered) RUN(o.entered);
        value = o.value;
    }
    if (UNLIKELY(!value)) ERROR;
    r[pc[3].dest] = value;
    POLL_AFTER(5);
}

static COLD HANDLER(call_class_miss)
{
    ((Word *)pc)[-1].op = OP_CALL;
    ((Word *)pc)[0].pointer = 0;
    i = pc[-1].op;
    TAIL(call_other);
}

OPCODE(CALL_CLASS)
{
    Value callee = r[C];
    if (UNLIKELY(!has_type(callee, &type_type) || ((Type *)callee)->version != pc[1].version)) TAIL(call_class_miss);
    Lowered *low = pc[0].pointer;
    FunctionObj *init = (FunctionObj *)pc[2].value;
    Value *window = r + A + 1;
    if (UNLIKELY(poll(t) || !room_for(t, low, window, f - 1) || code_lowered((CodeObj *)init->code) != low)) TAIL(call_class_miss);
    f->pc = pc + 4;
    Value self = type_alloc((Type *)callee, 0);
    if (UNLIKELY(!self)) ERROR;
    window[0] = self;
    t->recursion_depth++;
    Frame *new = f - 1;
    link_frame(t, f, new, init, low, window, (size_t)B + 1, FRAME_INIT);
    new->extra = self;
    k = low->k;
    f = new;
    r = window;
    pc = lowered_words(low);
    NEXT;
}

static __attribute__((noinline)) HANDLER(call_method_other)
{
    Value callee = r[A], *args = r + A + 1, value;
    size_t nargs = (size_t)B + 1;
    if (!callee) callee = r[A + 1], args = r + A + 2, nargs = B;
    f->pc = pc + 2;
    const NativeDef *def = pc[0].pointer;
    if (def && LIKELY(!t->profile_function) && has_type(callee, &native_method_type) && ((NativeMethodObj *)callee)->def == def && nargs == (size_t)B + 1 &&
        type_of(args[0]) == ((NativeMethodObj *)callee)->owner)
        value = def->function(args, nargs, 0);
    else if (def && LIKELY(!t->profile_function) && has_type(callee, &native_type) && ((NativeObj *)callee)->def == def && !((NativeObj *)callee)->self && nargs == B)
        value = def->function(args, nargs, 0);
    else {
        def = r[A] ? direct_method(callee, args, nargs) : direct_native(callee, nargs);
        if (def) ((Word *)pc)[0].pointer = (void *)def;
        else if (r[A]) remember_callee(pc, callee, nargs);
        Outcome o = call_value(t, callee, args, nargs, 0);
        if (o.entered) RUN(o.entered);
        value = o.value;
    }
    if (UNLIKELY(!value)) ERROR;
    r[pc[1].dest] = value;
    POLL_AFTER(3);
}

/* pc[0] caches the Lowered of the last function that took just these arguments. The new pc is computed from the cache, not from the callee: so the next instruction does not wait
 * for the chain of loads from the callee to its code, which only the (well predicted) comparison needs. */
#define CALL_HANDLER(name, fetch, first, count, last_word, other, new_frame, ON_WINDOW) \
    OPCODE(name) \
    { \
        Value callee = fetch; \
        if (LIKELY(callee && has_type(callee, &function_type))) { \
            FunctionObj *function = (FunctionObj *)callee; \
            Lowered *low = pc[0].pointer; \
            Value *args = first, *window = ON_WINDOW; \
            if (LIKELY(low == code_lowered((CodeObj *)function->code)) && LIKELY(low != 0)) { \
                low = pc[0].pointer; \
                __asm__("" : "+r"(low)); \
                Frame *new = (new_frame) - 1; \
                if (LIKELY(!poll(t)) && LIKELY(room_for(t, low, window, new))) { \
                    f->pc = pc + (last_word); \
                    t->recursion_depth++; \
                    if (window != args) memcpy(window, args, sizeof(Value) * (size_t)(count)); \
                    link_frame(t, f, new, function, low, window, (size_t)(count), 0); \
                    k = low->k; \
                    f = new; \
                    r = window; \
                    pc = lowered_words(low); \
                    NEXT; \
                } \
            } \
        } \
        TAIL(other); \
    }
CALL_HANDLER(CALL, r[C], r + A + 2, B, 4, call_other, f, args)
CALL_HANDLER(CALL_COPY, r[C], r + A + 2, B, 4, call_other, (Frame *)t->vm, f->top)

CALL_HANDLER(CALL_METHOD, r[A], r + A + 1, B + 1, 2, call_method_other, f, args)
CALL_HANDLER(CALL_METHOD_COPY, r[A], r + A + 1, B + 1, 2, call_method_other, (Frame *)t->vm, f->top)

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
    Value v = vm_call_ex(r[A], r[B], C == 65535 ? 0 : r[C]);
    if (UNLIKELY(!v)) ERROR;
    r[pc[0].dest] = v;
    SKIP(2);
}

/* ---- returning */

/* Leaves the frame whose result is f->result. */
HANDLER(vm_deliver)
{
    Value value = f->result;
    uint32_t flags = f->flags;
    f->pc = pc;   /* for who looks at the frame later */
    if (flags & FRAME_TRACED) {
        if (!vm_trace_return(t, f, value)) ERROR;
    }
    if (flags & FRAME_INIT) {
        if (value != NONE) {
            SAVE();
            raise_type("__init__() should return None, not '%.200s'", type_name_of(value));
            ERROR;
        }
        value = f->extra;
    }
    GeneratorObj *gen = f->generator;
    Frame *previous = f->previous;
    vm_pop_frame(t, f);
    if (gen) {
        generator_finished(t, gen, false);
        gen->yielded = false;
    }
    if (flags & FRAME_ENTRY) return value;
    f = previous;
    pc = f->pc;
    r = f->r;
    k = f->k;
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

#define LEAVE(value) do { \
        Value value_ = (value); \
        Frame *previous = f->previous; \
        t->vm = f + 1; \
        t->frame = previous; \
        t->recursion_depth--; \
        t->stack_top = previous->top; \
        f = previous; \
        pc = f->pc; \
        r = f->r; \
        k = f->k; \
        r[pc[-1].dest] = value_; \
        NEXT; \
    } while (0)

static __attribute__((noinline)) HANDLER(return_slow)
{
    f->result = r[A];
    TAIL(vm_deliver);
}
static __attribute__((noinline)) HANDLER(return_k_slow)
{
    Value value = k[(uint32_t)JUMP32];
    if (LIKELY(f->flags == FRAME_INIT && value == NONE)) LEAVE(f->extra);
    f->result = value;
    TAIL(vm_deliver);
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

/* ---- generators */

OPCODE(RETURN_GENERATOR)
{
    if (UNLIKELY(f->generator)) {
        SAVE();
        raise_system("generator made twice");
        ERROR;
    }
    f->pc = pc + 1;
    uint32_t flags = f->flags;
    Frame *previous = f->previous;
    Value gen = generator_take_frame(t, f, (uint32_t)f->code->nlocalsplus);
    if (UNLIKELY(!gen)) ERROR;
    if (flags & FRAME_ENTRY) return gen;
    f = previous;
    pc = f->pc;
    r = f->r;
    k = f->k;
    r[pc[-1].dest] = gen;
    NEXT;
}

OPCODE(YIELD)
{
    GeneratorObj *gen = f->generator;
    Value value = r[A];
    if (UNLIKELY(!gen)) {
        SAVE();
        raise_system("yield outside a generator");
        ERROR;
    }
    uint32_t flags = f->flags;
    if (UNLIKELY(flags & FRAME_TRACED)) {
        f->pc = pc;
        if (!vm_trace_return(t, f, value)) ERROR;
    }
    f->pc = pc + 2;
    gen->yield_from = B == 65535 ? -1 : B;
    gen->send_exit = (uint32_t)pc[0].bits;
    gen->live = C;
    gen->yielded = true;
    Frame *previous = f->previous;
    gen->state = GEN_SUSPENDED;
    t->handled = gen->handled.previous;
    t->frame = previous;
    t->stack_top = f->top;
    t->recursion_depth--;
    f->previous = 0;
    for (uint32_t n = C; n < gen->register_count; n++) r[n] = 0;
    gc_barrier(gen);
    if (flags & FRAME_ENTRY) return value;
    f = previous;
    pc = f->pc;
    r = f->r;
    k = f->k;
    r[pc[-1].dest] = value;
    NEXT;
}

/* iterator.send(value) for what is no generator, or while tracing: as Type.send. */
static int send_any(Thread *t, Frame *f, Value iterator, Value value, Value *out)
{
    Type *type = type_of(iterator);
    bool traced = t->trace_function && !t->tracing && (f->flags & FRAME_TRACED);
    if (type->send && !traced) return type->send(iterator, value, out);
    Value result;
    if (value == NONE && type->next) result = vm_next_raising(iterator);
    else result = call_method_1(iterator, NAME("send"), value);
    *out = result ? result : NONE;
    if (result) return 1;
    if (!t->exception) return 0;
    if (!error_matches(&exc_StopIteration)) return -1;
    if (traced && !vm_trace_exception(t, f)) return -1;
    Value stop = error_take(), got = ((StopIterationObj *)stop)->value;
    if (got) *out = got;
    return 0;
}

OPCODE(SEND)
{
    Value iterator = r[A], value = r[B], result = 0;
    f->pc = pc + 1;
    if (LIKELY(is_generator_like(iterator)) && LIKELY(!poll(t))) {
        GeneratorObj *gen = (GeneratorObj *)iterator;
        if (gen->state <= GEN_SUSPENDED) {
            if (UNLIKELY(!generator_link(t, gen, value, FRAME_SEND))) ERROR;
            RUN(&gen->frame);
        }
    }
    int status = send_any(t, f, iterator, value, &result);
    if (UNLIKELY(status < 0)) ERROR;
    if (status == 0) {
        r[A] = result;
        pc += pc[0].exit;
        NEXT;
    }
    r[pc[0].dest] = result;
    SKIP(2);
}

/* FOR_ITER over a generator: resumes it in place. */
OPCODE(FOR_GENERATOR)
{
    Value iterator = r[A];
    if (LIKELY(has_type(iterator, &generator_type))) {
        GeneratorObj *gen = (GeneratorObj *)iterator;
        if (LIKELY(gen->state == GEN_SUSPENDED) && LIKELY(!poll(t)) && LIKELY(t->recursion_depth < recursion_limit)) {
            f->pc = pc + 1;
            Frame *g = &gen->frame;
            t->recursion_depth++;
            g->previous = f;
            g->top = t->stack_top;
            g->flags = (g->flags & (FRAME_OBJECT | FRAME_TRACED | FRAME_STARTED)) | FRAME_GENERATOR | FRAME_FOR_ITER;
            gen->state = GEN_RUNNING;
            gen->yield_from = -1;
            gen->handled.previous = t->handled;
            t->handled = &gen->handled;
            t->frame = g;
            f = g;
            pc = g->pc;
            r = gen->registers;
            k = g->k;
            r[pc[-1].dest] = NONE;
            NEXT;
        }
        if (LIKELY(gen->state <= GEN_SUSPENDED)) {
            f->pc = pc + 1;
            if (UNLIKELY(!generator_link(t, gen, NONE, FRAME_FOR_ITER))) ERROR;
            RUN(&gen->frame);
        }
    }
    TAIL(op_FOR_ITER);
}
