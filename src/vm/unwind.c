/* unwind.c: a pending exception looks for its handler, frame by frame; and the interpreter's door from C. */
#include "vm/interp.h"
#include "object/type_internal.h"

Value vm_run(Thread *t, Frame *f)
{
    const Word *pc = f->pc;
    uint64_t i = pc->op;
    return vm_handlers[i](pc + 1, f->r, f->k, f, t, i);
}

Value vm_run_raise(Thread *t, Frame *f) { return vm_unwind(f->pc, f->r, f->k, f, t, 0); }

void vm_add_traceback(Frame *f)
{
    Value exception = error_take();
    Value object = frame_object(f);
    Value previous = ((Exception *)exception)->traceback;
    int lasti = frame_lasti(f);
    Value traceback = object ? traceback_new(previous == NONE ? 0 : previous, object, lasti, lasti < 0 ? frame_line(f) : LINE_LATER) : 0;
    if (!traceback) return;   /* the MemoryError takes the exception's place: one without its traceback would be a surprise */
    SET((Exception *)exception, traceback, traceback);
    error_restore(exception);
}

static LoweredHandler *find_handler(Lowered *low, uint32_t word)
{
    uint32_t from = 0, to = low->handler_count;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        LoweredHandler *h = &low->handlers[middle];
        if (word < h->start) to = middle;
        else if (word >= h->end) from = middle + 1;
        else return h;
    }
    return 0;
}

/* An exception has left a special method: what the instruction that f is in makes of it. true: it ends the loop. */
static bool special_failed(Frame *f)
{
    Word site = f->pc[-1];
    if (site.op >= OP_FOR_ITER && site.op <= OP_FOR_GENERATOR) {
        if (!error_clear_if(&exc_StopIteration)) return false;
        f->pc += f->pc[0].exit;
        return true;
    }
    if (site.op >= OP_LOAD_ATTR && site.op <= OP_LOAD_ATTR_POLY) attribute_error_complete(f->r[site.b], f->pc[0].value);
    return false;
}

/* Deeper calls that are over left their pointers below the C stack's end, and the next calls' frames, where the collector looks, would take them over unwritten. That costs
 * nothing worth telling, but after a MemoryError the one that keeps the garbage alive is one too many. */
static __attribute__((noinline)) void clear_dead_stack(Thread *t)
{
    enum { DEAD_STACK = 16 << 10 };
    char dead[DEAD_STACK];
    if (dead > t->c_stack_limit) memset(dead, 0, sizeof dead);
    __asm__ volatile("" ::"r"(dead) : "memory");
}

/* Leaves frames until one handles the exception. Returns the frame, with its pc at the handler; 0: C code gets it. */
static Frame *unwind(Thread *t, Frame *f, bool again)
{
    for (;;) {
        Lowered *low = frame_lowered(f);
        uint32_t word = (uint32_t)(f->pc - low->words);
        word = word ? word - 1 : 0;
        if (!again) {
            vm_add_traceback(f);
            if (__builtin_expect(t->trace_function && (f->flags & FRAME_TRACED), 0)) vm_trace_exception(t, f);
        }
        LoweredHandler *h = find_handler(low, word);
        if (h) {
            Value exception = error_take();
            if (__builtin_expect(has_type(exception, &exc_MemoryError), 0)) clear_dead_stack(t);
            if (h->lasti) f->r[h->reg - 1] = small_int((int64_t)low->units[f->resume_line_word ? f->resume_line_word - 1 : word] * 2);
            f->r[h->reg] = exception;
            f->pc = low->words + h->target;
            f->resume_line_word = 0;
            return f;
        }
        if (f->flags & FRAME_TRACED) vm_trace_return(t, f, 0);
        uint32_t flags = f->flags;
        GeneratorObj *gen = f->generator;
        Frame *previous = f->previous;
        vm_pop_frame(t, f);
        /* Whoever catches a MemoryError needs what this frame held: a later frame's window would keep it alive here. */
        if (!(flags & FRAME_GENERATOR)) memset(f->r, 0, (size_t)(f->top - f->r) * sizeof(Value));
        if (gen) {
            gen->yielded = false;
            generator_finished(t, gen, true);
        }
        if (flags & FRAME_ENTRY) return 0;
        if (flags & FRAME_SPECIAL && special_failed(previous)) return previous;
        f = previous;
        again = false;
    }
}

/* What is called with an error but without an exception is a bug of a native function; it must not crash. */
static void require_exception(Thread *t)
{
    if (!t->exception) raise_system("error return without exception set");
}

/* On in the frame that handles the exception. A handler that is not behind what raised can make a loop without any jump, so it has the safe point of one. */
HANDLER(vm_handle)
{
    bool back = f->pc <= pc;
    pc = f->pc;
    r = f->r;
    k = f->k;
    if (back) POLL();
    NEXT;
}

HANDLER(vm_unwind)
{
    require_exception(t);
    f->pc = pc;
    f = unwind(t, f, false);
    if (!f) return 0;
    TAIL(vm_handle);
}

HANDLER(vm_unwind_again)
{
    require_exception(t);
    f = unwind(t, f, true);
    if (!f) return 0;
    TAIL(vm_handle);
}

HANDLER(vm_interrupted)
{
    f->pc = pc;
    f->flags |= FRAME_BETWEEN;
    bool ok = safe_point_slow();
    f->flags &= ~(uint32_t)FRAME_BETWEEN;
    pc = f->pc;   /* tracing may have begun: the frame runs in other code then */
    if (!ok) {
        pc++;   /* into the instruction that is to come */
        ERROR;
    }
    NEXT;
}
