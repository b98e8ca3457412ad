/* async_generator.c: what asynchronous generators hand out to be awaited: the awaitables of asend(), athrow() and aclose(), and the mark of yielded values.
 *
 * The body of an async generator yields two kinds of values through one channel: what its awaits pass up to the event loop, as it is, and what `yield` gives, wrapped in a
 * WrappedValue. An awaitable passes the first on and turns the second into the result of the await (StopIteration with the value).
 */
#include "vm/generator.h"

typedef struct WrappedValue {
    Obj head;
    Value value;
} WrappedValue;
static void wrapped_trace(Obj *o) { gc_visit(((WrappedValue *)o)->value); }
static Type wrapped_value_type = {TYPE_INIT("async_generator_wrapped_value", WrappedValue), .flags = TYPE_DISALLOW_NEW, .trace = wrapped_trace};

Value async_gen_wrap(Value v)
{
    WrappedValue *w = gc_alloc(WrappedValue, &wrapped_value_type);
    if (w) w->value = v;
    return VALUE(w);
}
static bool is_wrapped(Value v) { return is_pointer(v) && as_obj(v)->type == &wrapped_value_type; }

enum { AWAIT_INIT, AWAIT_ITER, AWAIT_CLOSED };
/* One struct for all three; aclose() has no thrown type. */
typedef struct AwaitObj {
    Obj head;
    GeneratorObj *gen;
    Value value /* of asend */, type, argument, traceback;
    int state;
} AwaitObj;
extern Type async_asend_type, async_athrow_type;

static void await_trace(Obj *o)
{
    AwaitObj *a = (AwaitObj *)o;
    gc_visit(VALUE(a->gen));
    gc_visit(a->value);
    gc_visit(a->type);
    gc_visit(a->argument);
    gc_visit(a->traceback);
}

static bool init_hooks(GeneratorObj *gen)
{
    Thread *t = thread_self;
    if (gen->hooks_inited) return true;
    gen->hooks_inited = true;
    if (t->asyncgen_finalizer) SET(gen, finalizer, t->asyncgen_finalizer);
    return !t->asyncgen_firstiter || call_1(t->asyncgen_firstiter, VALUE(gen));
}

static AwaitObj *await_new(Type *type, Value gen)
{
    if (!init_hooks((GeneratorObj *)gen)) return 0;
    AwaitObj *a = gc_alloc(AwaitObj, type);
    if (a) a->gen = (GeneratorObj *)gen;
    return a;
}

Value async_anext(Value self) { return VALUE(await_new(&async_asend_type, self)); }
NATIVE(async_method_asend)
{
    AwaitObj *a = await_new(&async_asend_type, args[0]);
    if (a) SET(a, value, args[1]);
    return VALUE(a);
}
NATIVE(async_method_athrow)
{
    AwaitObj *a = await_new(&async_athrow_type, args[0]);
    if (!a) return 0;
    a->type = args[1];
    a->argument = args[2];
    a->traceback = args[3];
    gc_barrier(a);
    return VALUE(a);
}
NATIVE(async_method_aclose) { return VALUE(await_new(&async_athrow_type, args[0])); }

/* What the generator gave, as the await shows it: 0 with StopIteration(value) for a yielded value. */
static Value unwrap(GeneratorObj *gen, Value v)
{
    if (!v) {
        if (!thread_self->exception) async_stop();
        if (error_matches(&exc_StopAsyncIteration) || error_matches(&exc_GeneratorExit)) gen->closed_async = true;
        gen->running_async = false;
        return 0;
    }
    if (!is_wrapped(v)) return v;
    gen->running_async = false;
    return raise_stop_iteration(((WrappedValue *)v)->value);
}

static Value resume(GeneratorObj *gen, Value value)
{
    Value result;
    int status = generator_send(VALUE(gen), value, &result);
    return generator_outcome(gen, status, result);
}
static Value throw_in(GeneratorObj *gen, bool close_on_exit, Value type, Value value, Value traceback)
{
    Value result;
    int status = generator_throw(gen, close_on_exit, type, value, traceback, &result);
    return generator_outcome(gen, status, result);
}

/* ---- asend() and __anext__() */

/* As Type.send: 1 what the generator's awaits pass up, 0 what it has yielded, -1 failed. */
static int asend_step(AwaitObj *a, Value value, Value *result)
{
    GeneratorObj *gen = a->gen;
    if (a->state == AWAIT_CLOSED) return raise_runtime("cannot reuse already awaited __anext__()/asend()"), -1;
    if (a->state == AWAIT_INIT) {
        if (gen->running_async) return raise_runtime("anext(): asynchronous generator is already running"), -1;
        if (value == NONE && a->value) value = a->value;
        a->state = AWAIT_ITER;
    }
    gen->running_async = true;
    Value v = resume(gen, value);
    if (v && !is_wrapped(v)) {
        *result = v;
        return 1;
    }
    a->state = AWAIT_CLOSED;
    if (!v) return unwrap(gen, 0), -1;
    gen->running_async = false;
    *result = ((WrappedValue *)v)->value;
    return 0;
}
static int asend_slot_send(Value self, Value value, Value *result) { return asend_step((AwaitObj *)self, value, result); }

static Value asend_send(AwaitObj *a, Value value)
{
    Value result;
    int status = asend_step(a, value, &result);
    return status < 0 ? 0 : status ? result : raise_stop_iteration(result);
}

static Value asend_throw(AwaitObj *a, Value *args)
{
    if (a->state == AWAIT_CLOSED) return raise_runtime("cannot reuse already awaited __anext__()/asend()");
    Value v = unwrap(a->gen, throw_in(a->gen, true, args[1], args[2], args[3]));
    if (!v) a->state = AWAIT_CLOSED;
    return v;
}

/* ---- athrow() and aclose() */

static Value ignored_exit(AwaitObj *a)
{
    a->gen->running_async = false;
    a->state = AWAIT_CLOSED;
    return raise_runtime("async generator ignored GeneratorExit");
}

static Value athrow_failed(AwaitObj *a)
{
    a->gen->running_async = false;
    a->state = AWAIT_CLOSED;
    if (!a->type && (error_clear_if(&exc_StopAsyncIteration) || error_clear_if(&exc_GeneratorExit))) return raise_stop_iteration(0);
    return 0;
}

static Value athrow_start(AwaitObj *a, Value value)
{
    GeneratorObj *gen = a->gen;
    if (gen->running_async) {
        a->state = AWAIT_CLOSED;
        return raise_runtime(a->type ? "athrow(): asynchronous generator is already running" : "aclose(): asynchronous generator is already running");
    }
    if (gen->closed_async) {
        a->state = AWAIT_CLOSED;
        return async_stop();
    }
    if (value != NONE) return raise_runtime("can't send non-None value to a just-started coroutine");
    a->state = AWAIT_ITER;
    gen->running_async = true;
    Value v;
    if (!a->type) {
        gen->closed_async = true;
        v = throw_in(gen, false, VALUE(&exc_GeneratorExit), 0, 0);
        if (v && is_wrapped(v)) return ignored_exit(a);
    } else v = unwrap(gen, throw_in(gen, false, a->type, a->argument, a->traceback));
    return v ? v : athrow_failed(a);
}

static Value athrow_send(AwaitObj *a, Value value)
{
    GeneratorObj *gen = a->gen;
    if (a->state == AWAIT_CLOSED) return raise_runtime("cannot reuse already awaited aclose()/athrow()");
    if (gen->state == GEN_CLOSED) {
        a->state = AWAIT_CLOSED;
        return raise_stop_iteration(0);
    }
    if (a->state == AWAIT_INIT) return athrow_start(a, value);
    Value v = resume(gen, value);
    if (a->type) return unwrap(gen, v);
    if (v) return is_wrapped(v) ? ignored_exit(a) : v;
    return athrow_failed(a);
}

static Value athrow_throw(AwaitObj *a, Value *args)
{
    if (a->state == AWAIT_CLOSED) return raise_runtime("cannot reuse already awaited aclose()/athrow()");
    Value v = throw_in(a->gen, true, args[1], args[2], args[3]);
    if (a->type) return unwrap(a->gen, v);
    if (v && is_wrapped(v)) return ignored_exit(a);
    if (!v && (error_clear_if(&exc_StopAsyncIteration) || error_clear_if(&exc_GeneratorExit))) return raise_stop_iteration(0);
    return v;
}

/* ---- the types */

static Value asend_next(Value self) { return asend_send((AwaitObj *)self, NONE); }
static Value athrow_next(Value self) { return athrow_send((AwaitObj *)self, NONE); }
static NATIVE(asend_method_send) { return asend_send((AwaitObj *)args[0], args[1]); }
static NATIVE(athrow_method_send) { return athrow_send((AwaitObj *)args[0], args[1]); }
static NATIVE(asend_method_throw) { return asend_throw((AwaitObj *)args[0], args); }
static NATIVE(athrow_method_throw) { return athrow_throw((AwaitObj *)args[0], args); }
static NATIVE(await_method_close)
{
    ((AwaitObj *)args[0])->state = AWAIT_CLOSED;
    return NONE;
}

#define AWAIT_METHODS(kind) \
    static const NativeDef kind##_methods[] = { \
        {"send", "(self, arg, /)", kind##_method_send, "Resumes with a value.", 0}, \
        {"throw", "(self, typ, val=<unrepresentable>, tb=<unrepresentable>, /)", kind##_method_throw, "Raises an exception inside.", 0}, \
        {"close", "(self, /)", await_method_close, "Ends the awaitable.", 0}, \
        {0}, \
    };
AWAIT_METHODS(asend)
AWAIT_METHODS(athrow)

Type async_asend_type = {
    TYPE_INIT("async_generator_asend", AwaitObj),
    .flags = TYPE_DISALLOW_NEW,
    .trace = await_trace,
    .iter = iter_self,
    .await = iter_self,
    .next = asend_next,
    .send = asend_slot_send,
    .methods = asend_methods,
};
Type async_athrow_type = {
    TYPE_INIT("async_generator_athrow", AwaitObj),
    .flags = TYPE_DISALLOW_NEW,
    .trace = await_trace,
    .iter = iter_self,
    .await = iter_self,
    .next = athrow_next,
    .methods = athrow_methods,
};

bool async_generator_init(void) { return type_ready(&wrapped_value_type); }
