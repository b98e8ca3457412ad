/* thread.h: the state of one OS thread that runs Python, and the lock they take turns with.
 *
 * All state that is not an object hangs off `Thread`; `thread_self` is thread-local and never 0 in code that touches objects. A thread holds the
 * interpreter lock whenever it touches an object; blocking calls go between thread_release() and thread_acquire().
 */
#pragma once
#include "heap/value.h"
#include <pthread.h>
#include <stdatomic.h>

typedef struct Frame Frame;   /* vm/frame.h */
typedef struct Thread Thread;

/* Why the interpreter must stop at the next safe point; bits of Thread.interrupt. */
enum { INTERRUPT_SIGNAL = 1, INTERRUPT_COLLECT = 2, INTERRUPT_YIELD = 4, INTERRUPT_TRACE = 8, INTERRUPT_ASYNC_EXC = 16, INTERRUPT_FINALIZE = 32, INTERRUPT_CALLS = 64 };

/* The chain of exceptions being handled (sys.exc_info): one record per active generator and one for the thread, as CPython's exc_info stack. */
typedef struct HandledExc {
    Value exception;
    struct HandledExc *previous;
} HandledExc;

struct Thread {
    atomic_uint interrupt;         /* polled at back-edges and calls */
    Value exception;               /* the pending exception (an instance), or 0 */
    HandledExc *handled, handled_base;
    Frame *frame;                  /* the running frame, or 0 */
    Value *stack, *stack_end, *stack_top;   /* register stack: [stack, stack_top) holds live values (conservatively scanned) */
    char *c_stack_limit;           /* C code below this address must raise RecursionError */
    char *c_stack_base;            /* highest address: where scanning of the C stack ends */
    int recursion_depth;           /* Python frames and guarded C calls on this thread */
    Thread *next, *previous;       /* all threads of the interpreter */
    unsigned long id;              /* threading.get_ident() */
    unsigned long serial;          /* counts threads from 1: never used again, in the child of a fork neither */
    Value dict;                    /* for modules' thread-local data (_thread._local, contextvars, ...) */
    Value context;                 /* current contextvars.Context or 0 */
    Value async_exception;         /* to raise at the next safe point */
    Value trace_function, profile_function;   /* sys.settrace / setprofile, or 0 */
    int tracing;                   /* > 0 while a trace function runs */
    Value asyncgen_firstiter, asyncgen_finalizer;
    int coroutine_origin_depth;
    void *vm;                      /* private to vm/ */
    void *saved_sp;                /* the C stack pointer while the lock is released or waited for */
    uint64_t saved_registers[16];  /* callee-saved registers at the same moment */
};

extern _Thread_local Thread *thread_self;

/* The pending exception, no longer pending; 0: none. */
static inline Value error_take(void)
{
    Value exception = thread_self->exception;
    thread_self->exception = 0;
    return exception;
}
static inline void error_restore(Value exception) { thread_self->exception = exception; }   /* makes it pending as it is (no context) */
static inline void error_clear(void) { thread_self->exception = 0; }

/* The interpreter lock. thread_release saves registers and stack pointer for the collector, which may run meanwhile in another thread. */
void thread_release(void);
void thread_acquire(void);
/* Statements that may block and touch no object. errno survives. */
#define BLOCKING(statements) \
    do { \
        thread_release(); \
        statements; \
        thread_acquire(); \
    } while (0)
/* Called at safe points when INTERRUPT_YIELD is set: lets a waiting thread run. */
void thread_yield(void);
/* The state of a thread that is to be started, with a register stack of its own (smaller than asked for when the address space is limited); 0: no memory, no exception is
 * set. The new thread attaches it, which takes the lock; the first to do so is the main thread. One that did not start is discarded. */
Thread *thread_new(size_t register_stack_values);
void thread_attach(Thread *t);
void thread_discard(Thread *t);
/* The calling thread runs Python no more: drops its state and the lock. */
void thread_detach(void);
/* No thread is attached any more, nor was ever: the only one is about to end the process (heap/image.c). */
void thread_forget(void);
/* The child after fork: only this thread is left. What the others referred to stays alive for ever, and is not finalized at exit. */
void thread_after_fork(void);
/* Whether the thread is running finalizers of what a collection found dead. */
bool thread_finalizes(const Thread *thread);
/* How many forks lie between the first process and this one. What the C library shares between threads (a mutex, a condition) is of no use after a fork: another thread may have
 * been holding it. So who keeps such things notes this number beside them, and makes them anew when it is another. */
extern unsigned thread_forks;
Thread *thread_first(void);
/* Whether a thread of the interpreter has this id: the C library believes any number. */
bool thread_known(unsigned long id);
/* Whether the thread of this serial number lives: after a fork, what it was in the middle of is nobody's. */
bool thread_serial_known(unsigned long serial);
extern Thread *main_thread;   /* who runs signal handlers; never freed */

extern int recursion_limit;   /* sys.setrecursionlimit */
/* Guards C recursion that Python code can drive (repr, compare, calls through slots...). false: RecursionError is set ("maximum recursion depth exceeded" + where, e.g.
 * " while calling a Python object"). Checks both the Python depth and what is left of the C stack. Each true needs one recursion_leave. */
bool recursion_enter(const char *where);
static inline void recursion_leave(void) { thread_self->recursion_depth--; }

/* Is the C stack nearly used up? For recursion that is deep but harmless (iterators over iterators, hashes of tuples in tuples): raise RecursionError then. */
static inline bool c_stack_low(void) { return (char *)__builtin_frame_address(0) < thread_self->c_stack_limit; }
static inline size_t c_stack_left(void)
{
    char *here = (char *)__builtin_frame_address(0), *limit = thread_self->c_stack_limit;
    return here > limit ? (size_t)(here - limit) : 0;
}
/* The same where nothing but the stack bounds the recursion: the doors through which one object reaches another (attributes, items, length, hash...). false: RecursionError. */
bool c_stack_exceeded(void);
static inline bool c_stack_check(void) { return __builtin_expect(!c_stack_low(), 1) || c_stack_exceeded(); }
/* Where a quarter of the C stack that is left is used up. The front end's passes that count stop here: the code generator walks the same tree without
 * counting, with larger frames. */
static inline char *c_stack_quarter(void)
{
    return (char *)__builtin_frame_address(0) - c_stack_left() / 4;
}

/* Everything rare at once: signals, collection, other threads. Returns false when an exception was raised (by a signal handler, ...). */
bool safe_point_slow(void);
static inline bool safe_point(void) { return __builtin_expect(atomic_load_explicit(&thread_self->interrupt, memory_order_relaxed) == 0, 1) || safe_point_slow(); }
/* Signals alone, for loops of C over iterators, which may be endless. No other thread comes in between: programs count on such a loop being one step. false: a handler raised. */
bool hear_signals_slow(void);
static inline bool hear_signals(void) { return __builtin_expect(!(atomic_load_explicit(&thread_self->interrupt, memory_order_relaxed) & INTERRUPT_SIGNAL), 1) || hear_signals_slow(); }
/* Sets interrupt bits of a thread; async-signal-safe. */
void thread_interrupt(Thread *thread, unsigned bits);
/* sys.setswitchinterval, in microseconds. */
extern long thread_switch_interval_us;
/* Set when the interpreter begins to close: threads but the main one then never get the lock again. */
extern atomic_bool thread_finalizing;
/* What a room wants done at safe points for an INTERRUPT_* bit (signals: module/_signal.c). */
void safe_point_handler(unsigned bit, bool (*handler)(void));
