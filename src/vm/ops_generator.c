/* ops_generator.c: handlers that make generators, leave them and resume them, without C recursion: a generator's frame is linked into the chain and unlinked again. */
#include "vm/enter.h"
#include "vm/generator.h"

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
    SWITCH_TO(previous);
    if (flags & FRAME_SPECIAL) {
        f->result = gen;
        TAIL(vm_finish_special);
    }
    if (UNLIKELY(flags & FRAME_INIT)) {
        raise_type("__init__() should return None, not '%.200s'", type_of(gen)->name);
        ERROR;
    }
    r[pc[-1].dest] = gen;
    NEXT;
}

/* All that a yield needs but the value's way. The place (pc behind the final word) tells the rest: see generator_waits_on. */
static inline void suspend(Thread *t, Frame *f, GeneratorObj *gen, const Word *pc)
{
    f->pc = pc + 2;
    gen->state = GEN_SUSPENDED;
    t->handled = gen->handled.previous;
    t->frame = f->previous;
    t->stack_top = f->top;
    t->recursion_depth--;
    f->previous = 0;
}

static __attribute__((noinline)) HANDLER(yield_slow)
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
    Frame *previous = f->previous;
    gen->yielded = true;
    suspend(t, f, gen, pc);
    gc_barrier(gen);
    if (flags & FRAME_ENTRY) return value;
    RETURN_TO(previous, value);
}
OPCODE(YIELD)
{
    GeneratorObj *gen = f->generator;
    if (UNLIKELY(!gen || f->flags & (FRAME_TRACED | FRAME_ENTRY) || gen->head.gc & (GC_OLD | GC_EXPOSED))) TAIL(yield_slow);
    Value value = r[A];
    Frame *previous = f->previous;
    suspend(t, f, gen, pc);
    RETURN_TO(previous, value);
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

static __attribute__((noinline)) HANDLER(send_slow)
{
    Value iterator = r[A], value = r[B], result = 0;
    f->pc = pc + 1;
    if (is_generator_like(iterator) && !poll(t)) {
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
OPCODE(SEND)
{
    Value iterator = r[A];
    if (UNLIKELY(!is_generator_like(iterator))) TAIL(send_slow);
    GeneratorObj *gen = (GeneratorObj *)iterator;
    if (UNLIKELY(gen->state != GEN_SUSPENDED || poll(t) || t->recursion_depth >= recursion_limit)) TAIL(send_slow);
    f->pc = pc + 1;
    generator_resume(t, f, gen, r[B], FRAME_SEND);
    f = &gen->frame;
    pc = f->pc;
    r = gen->registers;
    k = f->k;
    NEXT;
}

/* Another state than the usual, a safe point due, tracing, or recursion: with all checks. */
static __attribute__((noinline)) HANDLER(link_slow)
{
    GeneratorObj *gen = (GeneratorObj *)r[A];
    f->pc = pc + 1;
    if (UNLIKELY(!generator_link(t, gen, NONE, FRAME_FOR_ITER))) ERROR;
    RUN(&gen->frame);
}

/* FOR_ITER over a generator: resumes it in place. */
OPCODE(FOR_GENERATOR)
{
    Value iterator = r[A];
    if (UNLIKELY(!has_type(iterator, &generator_type))) TAIL(op_FOR_ITER);
    GeneratorObj *gen = (GeneratorObj *)iterator;
    if (UNLIKELY(gen->state > GEN_SUSPENDED)) TAIL(op_FOR_ITER);
    if (UNLIKELY(poll(t) || t->recursion_depth >= recursion_limit)) TAIL(link_slow);
    f->pc = pc + 1;
    generator_resume(t, f, gen, NONE, FRAME_FOR_ITER);
    f = &gen->frame;
    pc = f->pc;
    r = gen->registers;
    k = f->k;
    NEXT;
}
