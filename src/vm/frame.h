/* frame.h: activations of code, and the generators that own one.
 *
 * The register stack of a thread (Thread.stack .. stack_end) is used from both ends: windows of registers grow up from `stack`, Frame records grow down from `stack_end`
 * (Thread.vm is the lowest one in use); they meet only in a RecursionError. A callee's window begins at its arguments, inside the window of its caller. A generator has its
 * Frame and its window inside the generator object; they are linked into the chain while it runs. Thread.stack_top is always the end of the running frame's window (or
 * that of the frame below a running generator), so that the collector and C code that starts further Python code find their place.
 */
#pragma once
#include "heap/thread.h"
#include "object/container.h"
#include "object/function.h"

typedef union Word Word;
typedef struct Lowered Lowered;
typedef struct GeneratorObj GeneratorObj;

/* Why leaving a frame is not the plain case; the RETURN fast path tests for 0. */
enum {
    FRAME_ENTRY = 1,       /* started by C code: its result returns from vm_run */
    FRAME_OBJECT = 2,      /* a frame object looks at it */
    FRAME_INIT = 4,        /* runs __init__ for a call of a class: `extra` is the instance to deliver */
    FRAME_FOR_ITER = 8,    /* generator resumed by FOR_ITER */
    FRAME_SEND = 16,       /* generator resumed by SEND */
    FRAME_GENERATOR = 32,  /* its window belongs to `generator` */
    FRAME_TRACED = 64,     /* runs the traced form of its code */
    FRAME_STARTED = 128,   /* tracing: the call event has been reported */
    FRAME_SPECIAL = 512,   /* a special method whose result finishes the instruction that the caller is in */
    FRAME_NEW = 256,       /* runs __new__ for CALL_NEW: `extra` is the class */
    FRAME_BETWEEN = 1024,  /* at a safe point: pc is at the instruction that is to come, not inside one */
};

struct Frame {
    Frame *previous;       /* who started it; 0 at the bottom */
    const Word *pc;        /* the next instruction; valid whenever this frame is not in the middle of a plain instruction */
    Value *r;              /* registers: locals, cells, free variables, stack */
    Value *k;              /* constants */
    Value *top;            /* end of the window (of the register stack's use, for generators) */
    CodeObj *code;
    FunctionObj *function;
    Value locals;          /* namespace of module and class code, or 0 */
    Value object;          /* FrameObj or 0 */
    Value extra;           /* FRAME_INIT: the instance */
    Value result;          /* a value on its way through a slow return; else anything: not for the collector */
    GeneratorObj *generator;
    uint32_t flags;
    uint32_t last_traced;  /* tracing: unit of the last line event + 1 */
    uint32_t resume_line_word; /* RERAISE with a place: word + 1 that f_lasti tells while the exception passes; else 0 */
    uint32_t reserved;
};

static inline Value frame_globals(const Frame *f) { return f->function->globals; }

/* Where names without a scope live. A module's code that is called as a function has no namespace of its own: it uses the globals. */
static inline Value vm_name_locals(Frame *f)
{
    if (__builtin_expect(!f->locals && !(f->code->flags & CO_OPTIMIZED), 0)) f->locals = frame_globals(f);
    return f->locals;
}
static inline Value frame_builtins(const Frame *f) { return f->function->builtins; }

enum { GEN_CREATED, GEN_SUSPENDED, GEN_RUNNING, GEN_CLOSED };

/* A generator, coroutine or async generator: the type tells. The registers follow. */
struct GeneratorObj {
    Obj head;
    Frame frame;
    HandledExc handled;
    Value name, qualname, code;
    Value weaklist;
    uint8_t state;
    bool yielded;              /* how the last resumption of an entry frame ended: by a yield */
    bool closed_async;         /* async generator: aclose() or exhaustion */
    bool hooks_inited, running_async, warned;
    uint32_t register_count;
    Value origin;              /* cr_origin or 0 */
    Value finalizer;           /* async generators: ag_finalizer or 0 */
    Value registers[];
};

/* A frame object. `frame` is the activation while it lasts; afterwards `own`, with its registers in a buffer. */
typedef struct FrameObj {
    Obj head;
    Frame *frame;
    Frame own;
    Value back;                /* f_back of a finished frame: FrameObj or 0 */
    Value trace;               /* f_trace or 0 */
    Value locals_dict;         /* what f_locals has shown, or 0 */
    GeneratorObj *generator;
    int32_t register_count;    /* once finished */
    int jump_line;             /* tracing: f_lineno was set: line to go to */
    int event_line;            /* line of the event being traced, 0: none */
    bool trace_lines, trace_opcodes, cleared, executing, jumped;
    int may_jump;              /* 1 inside a line event, 2 inside another event of a trace function */
    Value registers[];         /* once finished: what they were. Room is taken from the start, since the end of an activation cannot fail. */
} FrameObj;

/* The frame's object, made when there is none. 0: MemoryError. */
Value frame_object(Frame *f);
/* The activation ends: what the object shows is copied into it. */
void frame_object_detach(Frame *f);
/* In the child of a fork, before thread_after_fork: frames of threads that are no more keep what they show. */
void frames_after_fork(void);
/* Offset (bytes) of the instruction that `f` is at: f_lasti. -1: before the first. */
int frame_lasti(const Frame *f);
int frame_line(const Frame *f);
/* locals() of the frame: the namespace, or the dict of the fast locals brought up to date. */
Value frame_locals(Frame *f);
/* Stores what the dict of f_locals says into the fast locals (after a trace function ran). */
void frame_locals_to_fast(Frame *f);
/* Sets f_lineno: jumps there (vm/jump.c). */
bool frame_set_line(FrameObj *frame, int64_t line);
