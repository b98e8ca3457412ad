/* frame.c: frame objects, the view on an activation that tracebacks, debuggers and sys._getframe have. Made only when somebody looks. */
#include "vm/frame.h"
#include "vm/run.h"
#include "object/bytes.h"
#include "object/error.h"
#include "object/number.h"
#include "object/str.h"
#include "heap/barrier.h"

int frame_lasti(const Frame *f)
{
    if (f->resume_line_word) return (int)frame_lowered(f)->units[f->resume_line_word - 1] * 2;
    Lowered *low = frame_lowered(f);
    if (!low || !f->pc) return -1;
    int64_t word = f->pc - low->words;
    if (word <= 0) return -1;
    if (word > low->word_count) word = low->word_count;
    return (int)low->units[word - 1] * 2;
}

int frame_line(const Frame *f)
{
    int lasti = frame_lasti(f), line;
    if (lasti < 0) return f->code->firstlineno;
    Lowered *low = frame_lowered(f);
    if (low && low->lines) return low->lines[lasti / 2];
    code_position(f->code, lasti, &line, 0, 0, 0);
    return line;
}

static bool make_object(Frame *f)
{
    FrameObj *o = gc_new(&frame_type, sizeof(FrameObj) + sizeof(Value) * (size_t)f->code->nlocalsplus);
    if (!o) return false;
    o->frame = f;
    o->generator = f->generator;
    o->trace_lines = true;
    o->executing = true;
    f->object = VALUE(o);
    f->flags |= FRAME_OBJECT;
    if (f->generator) gc_barrier(f->generator);
    return true;
}

/* A frame that has an object has callers that have theirs, for f_back once it is over: where a frame ends nothing may fail. (A generator's has no f_back then.) */
Value frame_object(Frame *f)
{
    for (Frame *g = f; g && !g->object; g = g->flags & FRAME_GENERATOR ? 0 : g->previous) {
        if (make_object(g)) continue;
        for (; f != g; f = f->previous) {
            f->object = 0;
            f->flags &= ~(uint32_t)FRAME_OBJECT;
        }
        return 0;
    }
    return f->object;
}

void frame_object_detach(Frame *f)
{
    FrameObj *o = (FrameObj *)f->object;
    o->own = *f;
    o->own.previous = 0;
    o->own.object = VALUE(o);
    o->own.generator = 0;
    o->executing = false;
    o->register_count = f->code->nlocalsplus;
    memcpy(o->registers, f->r, sizeof(Value) * (size_t)o->register_count);
    o->own.r = o->own.top = o->registers;
    o->frame = &o->own;
    o->generator = 0;
    if (f->previous && !(f->flags & FRAME_GENERATOR)) o->back = f->previous->object;
    f->object = 0;
    f->flags &= ~(uint32_t)FRAME_OBJECT;
    gc_barrier(o);
}

void frames_after_fork(void)
{
    for (Thread *t = thread_first(); t; t = t->next) {
        if (t == thread_self) continue;
        for (Frame *f = t->frame, *previous; f; f = previous) {
            previous = f->previous;
            if (f->flags & FRAME_GENERATOR) f->previous = 0;   /* lies in the generator, which runs for ever */
            else if (f->object) frame_object_detach(f);
        }
    }
}

static void frame_trace(Obj *object)
{
    FrameObj *o = (FrameObj *)object;
    gc_visit(o->back);
    gc_visit(o->trace);
    gc_visit(o->locals_dict);
    gc_visit(VALUE(o->generator));
    if (o->frame == &o->own) {
        gc_visit(VALUE(o->own.code));
        gc_visit(VALUE(o->own.function));
        gc_visit(o->own.locals);
        gc_visit_values(o->registers, (size_t)o->register_count);
    }
}

/* ---- locals */

static Value local_value(Frame *f, int n, uint8_t kind, int registers)
{
    if (n >= registers) return 0;
    Value v = f->r[n];
    if (v && (kind & (LOCAL_CELL | LOCAL_FREE)) && type_of(v) == &cell_type) v = ((CellObj *)v)->value;
    return v;
}

static int visible_registers(Frame *f)
{
    FrameObj *o = (FrameObj *)f->object;
    return o && o->frame == &o->own ? o->register_count : f->code->nlocalsplus;
}

Value frame_locals(Frame *f)
{
    CodeObj *c = f->code;
    Value locals = f->locals;
    bool optimized = (c->flags & CO_OPTIMIZED) != 0;
    if (!locals) {
        FrameObj *o = (FrameObj *)frame_object(f);
        if (!o) return 0;
        if (!o->locals_dict) {
            Value dict = dict_new();
            if (!dict) return 0;
            SET(o, locals_dict, dict);
        }
        locals = o->locals_dict;
    }
    const uint8_t *kinds = bytes_data(c->localspluskinds);
    int registers = visible_registers(f);
    for (int n = 0; n < c->nlocalsplus; n++) {
        if ((kinds[n] & LOCAL_FREE) && !optimized) continue;
        Value name = tuple_get(c->localsplusnames, n), v = local_value(f, n, kinds[n], registers);
        if (v) {
            if (!object_setitem(locals, name, v)) return 0;
        } else if (type_of(locals) == &dict_type) {
            if (dict_delete(locals, name) < 0) return 0;
        } else if (!object_delitem(locals, name) && !error_clear_if(&exc_KeyError)) return 0;
    }
    return locals;
}

void frame_locals_to_fast(Frame *f)
{
    FrameObj *o = (FrameObj *)f->object;
    CodeObj *c = f->code;
    if (!o || !o->locals_dict || f->locals) return;
    const uint8_t *kinds = bytes_data(c->localspluskinds);
    int registers = visible_registers(f);
    for (int n = 0; n < c->nlocalsplus && n < registers; n++) {
        Value v = dict_get_str(o->locals_dict, tuple_get(c->localsplusnames, n)), old = f->r[n];
        if (!v) continue;   /* code may count on a local that is assigned: only new values pass */
        if (old && (kinds[n] & (LOCAL_CELL | LOCAL_FREE))) {
            if (type_of(old) == &cell_type) SET((CellObj *)old, value, v);
        } else if (!(kinds[n] & (LOCAL_CELL | LOCAL_FREE))) {
            f->r[n] = v;
            if (f->generator) gc_barrier(f->generator);
            if (o->frame == &o->own) gc_barrier(o);
        }
    }
}

/* ---- attributes */

static FrameObj *self_frame(Value v) { return (FrameObj *)v; }

static Value frame_get_back(Value self)
{
    FrameObj *o = self_frame(self);
    if (o->frame == &o->own) return o->back ? o->back : NONE;
    Frame *previous = o->frame->previous;
    if (o->frame->generator && o->frame->generator->state != GEN_RUNNING) return NONE;
    return previous ? frame_object(previous) : NONE;
}
static Value frame_get_code(Value self) { return VALUE(self_frame(self)->frame->code); }
static Value frame_get_globals(Value self) { return frame_globals(self_frame(self)->frame); }
static Value frame_get_builtins(Value self) { return frame_builtins(self_frame(self)->frame); }
static Value frame_get_locals(Value self) { return frame_locals(self_frame(self)->frame); }
static Value frame_get_lasti(Value self) { return int_new(frame_lasti(self_frame(self)->frame)); }
static Value frame_get_lineno(Value self)
{
    FrameObj *o = self_frame(self);
    int line = o->event_line ? o->event_line : frame_line(o->frame);
    return line < 0 ? NONE : int_new(line);
}
static bool frame_set_lineno(Value self, Value value)
{
    int64_t line;
    if (!value) return raise_attribute("cannot delete attribute");
    if (!is_small_int(value) && type_of(value) != &int_type) return raise_value("lineno must be an integer");
    if (!number_as_int64(value, &line)) return false;
    return frame_set_line(self_frame(self), line);
}
static Value frame_get_trace(Value self) { return self_frame(self)->trace ? self_frame(self)->trace : NONE; }
static bool frame_set_trace(Value self, Value value)
{
    FrameObj *o = self_frame(self);
    SET(o, trace, value == NONE ? 0 : value);
    return !o->trace || o->frame == &o->own || vm_trace_watch(o->frame);
}
static Value frame_get_trace_lines(Value self) { return bool_value(self_frame(self)->trace_lines); }
static bool set_flag(bool *flag, Value value)
{
    if (!value) return raise_type("can't delete numeric/char attribute");
    if (value != TRUE && value != FALSE) return raise_type("attribute value type must be bool");
    *flag = value == TRUE;
    return true;
}
static bool frame_set_trace_lines(Value self, Value value) { return set_flag(&self_frame(self)->trace_lines, value); }
static Value frame_get_trace_opcodes(Value self) { return bool_value(self_frame(self)->trace_opcodes); }
static bool frame_set_trace_opcodes(Value self, Value value)
{
    if (value != TRUE && value != FALSE) return raise_type("attribute value type must be bool");
    self_frame(self)->trace_opcodes = value == TRUE;
    return true;
}

static NATIVE(frame_clear)
{
    FrameObj *o = self_frame(args[0]);
    if (o->frame != &o->own) {
        GeneratorObj *gen = o->frame->generator;
        if (!gen || gen->state == GEN_RUNNING) return raise_runtime("cannot clear an executing frame");
        Value result = call_method_0(VALUE(gen), NAME("close"));
        if (!result) return 0;
    }
    if (o->frame == &o->own) memset(o->registers, 0, sizeof(Value) * (size_t)o->register_count);
    o->locals_dict = 0;
    o->trace = 0;
    o->cleared = true;
    return NONE;
}

static NATIVE(frame_sizeof)
{
    FrameObj *o = self_frame(args[0]);
    return int_new((int64_t)(sizeof(FrameObj) + sizeof(Value) * (size_t)o->frame->code->nlocalsplus));
}

static Value frame_repr(Value self)
{
    FrameObj *o = self_frame(self);
    CodeObj *c = o->frame->code;
    return str_format_c("<frame at %p, file %R, line %d, code %S>", (void *)o, c->filename, frame_line(o->frame), c->name);
}

static const NativeDef frame_methods[] = {
    {"clear", "(self, /)", frame_clear, "Drops the references that the frame's locals hold.", 0},
    {"__sizeof__", "(self, /)", frame_sizeof, "Size in memory, in bytes.", 0},
    {0},
};
static const GetSetDef frame_getset[] = {
    {"f_back", frame_get_back, 0, "The caller's frame."},
    {"f_code", frame_get_code, 0, "The code being run."},
    {"f_globals", frame_get_globals, 0, "Global names."},
    {"f_builtins", frame_get_builtins, 0, "Built-in names."},
    {"f_locals", frame_get_locals, 0, "Local names."},
    {"f_lasti", frame_get_lasti, 0, "Index of the last attempted instruction."},
    {"f_lineno", frame_get_lineno, frame_set_lineno, "The line being run."},
    {"f_trace", frame_get_trace, frame_set_trace, "The local trace function."},
    {"f_trace_lines", frame_get_trace_lines, frame_set_trace_lines, "Whether line events are wanted."},
    {"f_trace_opcodes", frame_get_trace_opcodes, frame_set_trace_opcodes, "Whether opcode events are wanted."},
    {0},
};

Type frame_type = {
    TYPE_INIT("frame", FrameObj), .flags = TYPE_DISALLOW_NEW, .trace = frame_trace, .repr = frame_repr, .methods = frame_methods, .getset = frame_getset,
};
