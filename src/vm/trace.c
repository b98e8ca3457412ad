/* trace.c: sys.settrace and sys.setprofile.
 *
 * While a trace or profile function is set, functions start in the traced form of their register code, which has a trace point before every stored instruction; the plain
 * form knows nothing of tracing. Frames that were running already are moved to the traced form at the next safe point (INTERRUPT_TRACE stays set as long as tracing is on) when
 * somebody gave them a local trace function, or when profiling. Both forms agree in registers, so that only pc changes: Lowered.ordinals maps it.
 *
 * When events come, and in which order, is CPython 3.11's.
 */
#include "vm/run.h"
#include "object/str.h"
#include "object/bytes.h"
#include "object/exception.h"
#include "heap/barrier.h"

bool vm_tracing(Thread *t) { return t->trace_function || t->profile_function; }

/* Calls `function` (frame, event, arg). 0 with the exception. */
static Value call_event(Thread *t, Frame *f, Value function, const char *event, Value arg)
{
    FrameObj *object = (FrameObj *)frame_object(f);
    Value name = str_intern_cstring(event);
    if (!object || !name) return 0;
    if (!f->locals && object->locals_dict && !frame_locals(f)) return 0;
    t->tracing++;
    int line = object->event_line;
    object->event_line = 0;
    object->may_jump = event[0] == 'l' ? 1 : event[0] == 'c' && event[1] == 'a' ? 3 : event[0] == 'o' ? 1 : 2;
    Value result = call_3(function, VALUE(object), name, arg);
    object->may_jump = 0;
    object->event_line = line;
    t->tracing--;
    frame_locals_to_fast(f);
    if (!result && t->exception) vm_add_traceback(f);
    return result;
}

static void stop_tracing(Thread *t, bool profile)
{
    if (profile) t->profile_function = 0;
    else t->trace_function = 0;
    if (!vm_tracing(t)) atomic_fetch_and(&t->interrupt, ~(unsigned)INTERRUPT_TRACE);
}

/* An event for the trace function: the global one for `call`, else the frame's own. */
static bool trace_event(Thread *t, Frame *f, const char *event, Value arg)
{
    if (!t->trace_function || t->tracing) return true;
    FrameObj *object = (FrameObj *)f->object;
    bool is_call = event[0] == 'c';
    Value function = is_call ? t->trace_function : object ? object->trace : 0;
    if (!function) return true;
    Value result = call_event(t, f, function, event, arg);
    object = (FrameObj *)f->object;
    if (!result) {
        stop_tracing(t, false);
        if (object) object->trace = 0;
        return false;
    }
    if (result != NONE && object) SET(object, trace, result);
    return true;
}

static bool profile_event(Thread *t, Frame *f, const char *event, Value arg)
{
    if (!t->profile_function || t->tracing) return true;
    if (call_event(t, f, t->profile_function, event, arg)) return true;
    stop_tracing(t, true);
    return false;
}

static uint8_t op_at(CodeObj *code, uint32_t unit) { return bytes_data(code->code)[2 * unit]; }

/* Line and opcode events before the instruction at `unit`; `previous` is the one that ran before it, or -1. */
static bool line_event(Thread *t, Frame *f, uint32_t unit, int64_t previous)
{
    FrameObj *object = (FrameObj *)f->object;
    if (!object || !object->trace) return true;
    uint32_t entry = 0, units = (uint32_t)(bytes_size(f->code->code) / 2);
    while (entry < units && op_at(f->code, entry) != BC_RESUME) entry++;
    const int *lines = frame_lowered(f)->lines;
    int last_line = previous <= (int64_t)entry ? -1 : lines[previous], line = lines[unit];
    if (line != -1 && object->trace_lines && (line != last_line || ((int64_t)unit < previous && op_at(f->code, unit) != BC_SEND)) && !trace_event(t, f, "line", NONE)) return false;
    object = (FrameObj *)f->object;
    return !object->trace_opcodes || trace_event(t, f, "opcode", NONE);
}

bool vm_trace_point(Thread *t, Frame *f, uint32_t unit)
{
    int64_t previous = (int64_t)f->last_traced - 1;
    f->last_traced = unit + 1;
    if (!vm_tracing(t) || t->tracing) return true;
    if (op_at(f->code, unit) == BC_RESUME) return trace_event(t, f, "call", NONE) && profile_event(t, f, "call", NONE);
    return !t->trace_function || line_event(t, f, unit, previous);
}

bool vm_trace_return(Thread *t, Frame *f, Value value)
{
    if (!vm_tracing(t) || t->tracing) return true;
    if (value) return trace_event(t, f, "return", value) && profile_event(t, f, "return", value);
    Value pending = error_take();
    bool ok = trace_event(t, f, "return", NONE) && profile_event(t, f, "return", NONE);
    if (ok) error_restore(pending);
    return ok;
}

bool vm_trace_exception(Thread *t, Frame *f)
{
    if (!t->trace_function || t->tracing) return true;
    Value pending = error_take(), traceback = ((Exception *)pending)->traceback;
    Value arg = tuple_pack(3, VALUE(type_of(pending)), pending, traceback ? traceback : NONE);
    bool ok = arg && trace_event(t, f, "exception", arg);
    if (ok) error_restore(pending);
    return ok;
}

static Value method_bind(Value method, Value self) { return native_new(((NativeMethodObj *)method)->def, self, 0); }

/* A call of a native function from traced code, for profilers. */
bool vm_profile_native(Thread *t, Frame *f, const char *event, Value function, Value self)
{
    if (!t->profile_function || t->tracing) return true;
    if (type_of(function) == &native_method_type && self) {   /* shown as the bound function */
        Value bound = method_bind(function, self);
        if (bound) function = bound;
        else error_clear();
    }
    Value pending = error_take();
    bool ok = profile_event(t, f, event, function);
    if (ok && pending) error_restore(pending);
    return ok;
}

/* ---- moving running frames to the traced form */

static bool move_to_traced(Frame *f)
{
    Lowered *plain = code_lowered(f->code), *traced = vm_lower_traced(f->code);
    if (!traced) return false;
    uint32_t word = (uint32_t)(f->pc - plain->words), from = 0, to = traced->word_count;
    while (from < to) {   /* the first word with this ordinal: the trace point before the instruction, if any */
        uint32_t middle = (from + to) / 2;
        if (traced->ordinals[middle] < word) from = middle + 1;
        else to = middle;
    }
    if (from >= traced->word_count) return true;
    f->last_traced = word ? plain->units[word - 1] + 1 : 0;
    f->pc = traced->words + from;
    f->flags |= FRAME_TRACED;
    return true;
}

bool vm_trace_resume(Frame *f)
{
    Thread *t = thread_self;
    return !vm_tracing(t) || t->tracing || (f->flags & FRAME_TRACED) || move_to_traced(f);
}

/* Whether the frame goes on from its pc: it is between two instructions, or what it waits for was called without C between. In C in the middle of an instruction it goes on with
 * the words that it had, so it is moved when it comes to a safe point of its own. */
static bool goes_on_from_pc(const Frame *f, const Frame *newer) { return f->flags & FRAME_BETWEEN || (newer && !(newer->flags & FRAME_ENTRY)); }

bool vm_trace_watch(Frame *f)
{
    Thread *t = thread_self;
    if (!vm_tracing(t) || f == t->frame || (f->flags & FRAME_TRACED)) return true;
    for (Frame *newer = t->frame; newer; newer = newer->previous)
        if (newer->previous == f) return !goes_on_from_pc(f, newer) || move_to_traced(f);
    return true;
}

static bool trace_safe_point(void)
{
    Thread *t = thread_self;
    if (!vm_tracing(t) || t->tracing) return true;
    for (Frame *f = t->frame, *newer = 0; f; newer = f, f = f->previous) {
        FrameObj *object = (FrameObj *)f->object;
        bool wanted = !(f->flags & FRAME_TRACED) && (t->profile_function || (object && object->trace));
        if (wanted && goes_on_from_pc(f, newer) && !move_to_traced(f)) return false;
    }
    return true;
}

void vm_trace_init(void) { safe_point_handler(INTERRUPT_TRACE, trace_safe_point); }
