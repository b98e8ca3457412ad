/* enter.h: how handlers start Python functions: a frame is linked over a window of registers, and the machine goes on in it. */
#pragma once
#include "vm/interp.h"

static inline uint32_t poll(Thread *t) { return atomic_load_explicit(&t->interrupt, memory_order_relaxed); }

/* Links a frame over `window`, whose first nargs registers are bound, without checks: those are the caller's. */
static inline void link_frame(Thread *t, Frame *f, Frame *new, FunctionObj *function, Lowered *low, Value *window, size_t nargs, uint32_t flags)
{
    new->previous = f;
    new->pc = lowered_words(low);
    new->r = window;
    new->k = low->k;
    Value *top = window + low->register_count;
    new->top = top;
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
    t->stack_top = top;
    for (size_t n = nargs; n < (size_t)low->locals_count; n++) window[n] = 0;
}

static inline bool room_for(Thread *t, Lowered *low, Value *window, Frame *new) { return window + low->register_count + 64 < (Value *)new && t->recursion_depth < recursion_limit; }

/* The handler works for the frame from here on. */
#define SWITCH_TO(frame) \
    do { \
        f = (frame); \
        pc = f->pc; \
        r = f->r; \
        k = f->k; \
    } while (0)
#define RUN(frame) \
    do { \
        SWITCH_TO(frame); \
        NEXT; \
    } while (0)
/* Goes on in the frame, whose call has given the value. */
#define RETURN_TO(frame, value) \
    do { \
        SWITCH_TO(frame); \
        r[pc[-1].dest] = (value); \
        NEXT; \
    } while (0)

static inline bool may_enter(Thread *t, Lowered *low, Value *window) { return LIKELY(!poll(t)) && LIKELY(room_for(t, low, window, (Frame *)t->vm - 1)); }

/* Unlinks a frame that nobody looks at and that is no generator's. */
static inline void pop_plain(Thread *t, Frame *f)
{
    Frame *previous = f->previous;
    t->vm = f + 1;
    t->frame = previous;
    t->recursion_depth--;
    t->stack_top = LIKELY(previous != 0) ? previous->top : t->stack;
}

/* Starts a special method, a function in Python, to finish the instruction behind whose first word pc is (vm_finish_special). 0: it needs the long way, by C. */
static inline Frame *start_special(Thread *t, Frame *f, const Word *pc, Value method, size_t nargs, Value a, Value b, Value c)
{
    FunctionObj *function = (FunctionObj *)method;
    Lowered *low = code_lowered((CodeObj *)function->code);
    Value *window = f->top;
    if (UNLIKELY(!low || low->simple_args != (int64_t)nargs || !may_enter(t, low, window))) return 0;
    f->pc = pc;
    window[0] = a;
    if (nargs > 1) window[1] = b;
    if (nargs > 2) window[2] = c;
    t->recursion_depth++;
    Frame *new = (Frame *)t->vm - 1;
    link_frame(t, f, new, function, low, window, nargs, FRAME_SPECIAL);
    return new;
}

/* The function in Python that `type` has as special method, or 0. */
static inline Value python_method(Type *type, Value name)
{
    Value method = type_lookup(type, name);
    return method && has_type(method, &function_type) ? method : 0;
}
