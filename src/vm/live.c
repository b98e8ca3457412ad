/* live.c: clearing registers that hold nothing any more.
 *
 * A register keeps its last value until it is written again, and the collector, which scans windows whole, takes it for alive. That is harmless for a program, but a program that
 * asks for a collection (gc.collect()) and then looks whether an object has died wants to see it dead. So before such a collection the registers above what the stack of
 * each frame held before its present instruction are cleared. This relies on every frame's pc being up to date, as it is inside a call.
 */
#include "vm/lower.h"
#include "vm/vm.h"

static void clear(Value *from, Value *to)
{
    for (; from < to; from++) *from = 0;
}

/* bound: where the window of the frame above begins, or 0. */
static void clear_frame(Frame *f, Value *bound)
{
    Lowered *low = code_lowered(f->code);
    if (low && (f->flags & FRAME_TRACED)) low = low->traced_form;
    if (!low || !f->pc) return;
    int64_t word = f->pc - low->words - !(f->flags & FRAME_BETWEEN);
    if (word < 0 || word >= low->word_count) return;
    bool own_window = (f->flags & FRAME_GENERATOR) != 0;
    Value *limit = own_window ? f->r + low->register_count : f->top;
    if (!own_window && bound && bound >= f->r && bound < limit) limit = bound;
    uint32_t live = low->live[word];
    if (live & LIVE_CALL && !(f->flags & FRAME_BETWEEN)) {
        int64_t first = word;
        while (first > 0 && (low->live[first - 1] & LIVE_CALL) && low->units[first - 1] == low->units[word]) first--;
        Word call = low->words[first];
        for (int n = 0; n < 2; n++)
            if (call.a + n != call.c && f->r + call.a + n < limit) f->r[call.a + n] = 0;
    }
    clear(f->r + (live & ~LIVE_CALL), limit);
}

/* What calls that have returned left on the C stack: the collection's own frames would cover it with their holes. */
static __attribute__((noinline)) void clear_c_stack(void)
{
    volatile Value hole[4096];
    for (size_t n = 0; n < sizeof hole / sizeof hole[0]; n++) hole[n] = 0;
}

void vm_clear_dead(void)
{
    clear_c_stack();
    Value *bound = 0;
    for (Frame *f = thread_self->frame; f; f = f->previous) {
        clear_frame(f, bound);
        if (!(f->flags & FRAME_GENERATOR)) bound = f->r;
    }
}
