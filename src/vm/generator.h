/* generator.h: what generators, coroutines and async generators share. */
#pragma once
#include "vm/frame.h"
#include "vm/run.h"
#include "vm/vm.h"
#include "object/error.h"
#include "heap/barrier.h"

/* Links the frame of a generator that waits (or has not begun, and gets None) into the chain above f. The caller has checked the state, the recursion limit and that nothing traces. */
static inline void generator_resume(Thread *t, Frame *f, GeneratorObj *gen, Value value, uint32_t flags)
{
    Frame *g = &gen->frame;
    t->recursion_depth++;
    g->previous = f;
    g->top = t->stack_top;
    g->flags = (g->flags & (FRAME_OBJECT | FRAME_TRACED | FRAME_STARTED)) | FRAME_GENERATOR | flags;
    gen->state = GEN_RUNNING;
    gen->handled.previous = t->handled;
    t->handled = &gen->handled;
    t->frame = g;
    gen->registers[g->pc[-1].dest] = value;
}
const char *generator_word(GeneratorObj *gen);
Value generator_waits_on(GeneratorObj *gen);
/* The result of a resumption as gen.send() gives it: 0 with StopIteration, for async generators StopAsyncIteration, when it ended. */
Value generator_outcome(GeneratorObj *gen, int status, Value result);
bool generator_close(GeneratorObj *gen);
/* gen.throw(); status as Type.send. close_on_exit: a GeneratorExit closes the sub-iterator instead of being thrown into it. value, traceback may be 0. */
int generator_throw(GeneratorObj *gen, bool close_on_exit, Value type, Value value, Value traceback, Value *result);
Value generator_next(Value self);
Value generator_repr(Value self);
/* Raises StopAsyncIteration. */
Value async_stop(void);
Value async_anext(Value self);
NATIVE(async_method_asend);
NATIVE(async_method_athrow);
NATIVE(async_method_aclose);
/* The iterator that `await v` runs. */
Value awaitable_iterator(Value v);
