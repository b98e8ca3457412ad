/* anext.c: the awaitable that anext(iterator, default) returns: like the iterator's own, but at its end gives the default. */
#include "vm/generator.h"

typedef struct AnextAwaitable {
    Obj head;
    Value wrapped, otherwise;
} AnextAwaitable;

static void anext_trace(Obj *o)
{
    gc_visit(((AnextAwaitable *)o)->wrapped);
    gc_visit(((AnextAwaitable *)o)->otherwise);
}

/* What StopAsyncIteration becomes: the end of the await, with the default as its value. */
static Value finish(AnextAwaitable *a, Value result)
{
    if (!result && thread_self->exception && error_clear_if(&exc_StopAsyncIteration)) return raise_stop_iteration(a->otherwise);
    return result;
}

/* The iterator behind the awaitable; a coroutine is none itself, but its __await__ is. */
static Value inner(AnextAwaitable *a)
{
    Value iterator = awaitable_iterator(a->wrapped);
    if (!iterator || type_of(iterator)->next) return iterator;
    Value wrapper = type_of(iterator)->await ? type_of(iterator)->await(iterator) : raise_type("object %.100T can't be used in 'await' expression", iterator);
    if (wrapper && !type_of(wrapper)->next) return raise_type("%.100T object is not an iterator", wrapper);
    return wrapper;
}

static Value anext_next(Value v)
{
    AnextAwaitable *a = (AnextAwaitable *)v;
    Value iterator = inner(a);
    return iterator ? finish(a, type_of(iterator)->next(iterator)) : 0;
}

static Value forward(AnextAwaitable *a, Value name, Value *args, size_t nargs)
{
    Value iterator = inner(a);
    return iterator ? finish(a, call_method(iterator, name, args, nargs)) : 0;
}
static NATIVE(anext_send) { return forward((AnextAwaitable *)args[0], NAME("send"), args + 1, nargs - 1); }
static NATIVE(anext_throw) { return forward((AnextAwaitable *)args[0], NAME("throw"), args + 1, nargs - 1); }
static NATIVE(anext_close) { return forward((AnextAwaitable *)args[0], NAME("close"), args + 1, nargs - 1); }

static const NativeDef methods[] = {
    {"send", 0, anext_send, "Send a value into the awaitable.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"throw", 0, anext_throw, "Raise an exception in the awaitable.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"close", 0, anext_close, "Close the awaitable.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {0},
};

Type anext_awaitable_type = {TYPE_INIT("anext_awaitable", AnextAwaitable),
                             .flags = TYPE_DISALLOW_NEW,
                             .trace = anext_trace,
                             .iter = iter_self,
                             .await = iter_self,
                             .next = anext_next,
                             .methods = methods};

Value anext_awaitable_new(Value awaitable, Value otherwise)
{
    AnextAwaitable *a = gc_alloc(AnextAwaitable, &anext_awaitable_type);
    if (a) a->wrapped = awaitable, a->otherwise = otherwise;
    return VALUE(a);
}
