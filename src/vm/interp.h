/* interp.h: how the handlers of the register machine are written.
 *
 * One C function an instruction. The machine's state is its arguments, which the calling convention preserve_none keeps in registers (the first four in registers that C
 * calls preserve), and each handler ends in a tail call of the next one. On entry `pc` is behind the instruction's first word, `i` is that word's op. A handler that calls what may
 * run Python code, raise, or look at frames does SAVE() first. On failure it does ERROR, with the exception pending; `pc` must still be inside the instruction.
 */
#pragma once
#include "vm/lower.h"
#include "vm/run.h"
#include "object/error.h"
#include "object/number.h"
#include "object/str.h"
#include "object/exception.h"
#include "heap/barrier.h"

#define STATE const Word *pc, Value *r, Value *k, Frame *f, Thread *t, uint64_t i
#define STATE_ARGS pc, r, k, f, t, i
typedef __attribute__((preserve_none)) Value Handler(STATE);
#define HANDLER(name) __attribute__((preserve_none)) Value name(STATE)
#define OPCODE(name) HANDLER(op_##name)
#define COLD __attribute__((noinline, cold))
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define LIKELY(x) __builtin_expect(!!(x), 1)

#define OP(name, words, kinds, meaning) HANDLER(op_##name);
#include "vm/ops.def"
extern Handler *const vm_handlers[] __attribute__((visibility("hidden")));
HANDLER(vm_unwind);            /* an exception is pending */
HANDLER(vm_unwind_again);      /* the same, raised again: no new traceback entry for this frame */
HANDLER(vm_interrupted);       /* safe point before the instruction at pc */
HANDLER(vm_deliver);           /* f has been left by return: f->result goes to where its flags say */
/* Special methods in Python (ops_special.c). The handler of an instruction that meets an instance of a class goes on here; these do it whole, with or without such a method. */
HANDLER(vm_special_binary);
HANDLER(vm_special_compare);
HANDLER(vm_special_unary);
HANDLER(vm_special_truth);
HANDLER(vm_special_getitem);
HANDLER(vm_special_setitem);
HANDLER(vm_special_contains);
HANDLER(vm_special_iter);
HANDLER(vm_special_next);
HANDLER(vm_finish_special);    /* f->result is what the method of f's instruction has returned */

/* Operands: a load each from the word just passed, which is one instruction; taking them out of a word in a register would be two or three. */
#define A (pc[-1].a)
#define B (pc[-1].b)
#define C (pc[-1].c)
#define JUMP16 ((int16_t)pc[-1].c)
#define JUMP32 (pc[-1].jump)
#define TAIL(handler) __attribute__((musttail)) return handler(STATE_ARGS)
#define NEXT \
    do { \
        i = pc->op; \
        __attribute__((musttail)) return vm_handlers[i](pc + 1, r, k, f, t, i); \
    } while (0)
/* To the instruction `n` words behind this one's first. */
#define SKIP(n) \
    do { \
        pc += (n) - 1; \
        NEXT; \
    } while (0)
#define SAVE() (f->pc = pc)
#define ERROR TAIL(vm_unwind)
/* R[a] := value */
#define GIVE(value) \
    do { \
        r[A] = (value); \
        NEXT; \
    } while (0)
/* R[a] := value, which is 0 on failure */
#define RESULT(value) \
    do { \
        Value result_ = (value); \
        if (UNLIKELY(!result_)) ERROR; \
        GIVE(result_); \
    } while (0)
#define POLL() \
    do { \
        if (UNLIKELY(atomic_load_explicit(&t->interrupt, memory_order_relaxed))) TAIL(vm_interrupted); \
    } while (0)

/* Is it an instance of a class written in Python? */
static inline bool is_instance(Value v) { return is_pointer(v) && as_obj(v)->type->flags & TYPE_HEAP; }
static inline bool has_type(Value v, const Type *type) { return is_pointer(v) && as_obj(v)->type == type; }
/* As SKIP, with a safe point: after calls of natives, which may have asked for one. */
#define POLL_AFTER(n) \
    do { \
        pc += (n) - 1; \
        POLL(); \
        NEXT; \
    } while (0)
/* Inline caches: the instruction's own op, and the words behind its first. */
#define BECOME(opcode) (((Word *)pc)[-1].op = (opcode))
#define CACHE(n) (((Word *)pc)[n])
/* Takes a jump; all that may go back have the safe point. */
#define TAKE(offset) \
    do { \
        pc += (offset); \
        POLL(); \
        NEXT; \
    } while (0)
