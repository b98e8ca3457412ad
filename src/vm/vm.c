/* vm.c: start-up, running code objects, and what C code asks about the running frame. */
#include "vm/vm.h"
#include "vm/run.h"
#include "heap/barrier.h"
#include "object/bytes.h"
#include "object/error.h"
#include "object/str.h"
#include "object/type_internal.h"

int vm_optimize;
bool vm_no_columns;

/* ---- running code */

static Value builtins_for(Value globals)
{
    Value builtins = dict_get_str(globals, NAME("__builtins__"));
    if (builtins && type_of(builtins) == &module_type) builtins = module_dict(builtins);
    if (builtins) return builtins;
    Frame *f = thread_self->frame;
    if (f) return frame_builtins(f);
    Value module = import_module("builtins");
    return module ? module_dict(module) : 0;
}

Value vm_eval_code_closure(Value code, Value globals, Value locals, Value closure)
{
    if (type_of(code) != &code_type) return raise_type("code object expected");
    if (!is_dict(globals)) return raise_system("globals must be a real dict");
    CodeObj *c = (CodeObj *)code;
    if (!vm_verify_all(c)) return 0;
    if (!dict_get_str(globals, NAME("__builtins__"))) {
        Value builtins = builtins_for(globals);
        if (!builtins || !dict_set(globals, NAME("__builtins__"), builtins)) return 0;
    }
    Value v = function_new(code, globals, 0);
    if (!v) return 0;
    FunctionObj *function = (FunctionObj *)v;
    if (!function->builtins) {
        function->builtins = builtins_for(globals);
        gc_barrier(function);
        if (!function->builtins) return 0;
    }
    if (closure) SET(function, closure, closure);
    if (c->nfreevars && (!closure || tuple_size(closure) != c->nfreevars)) return raise_type("code object requires a closure of %d cells", c->nfreevars);
    return vm_run_code(function, locals ? locals : globals);
}

Value vm_eval_code(Value code, Value globals, Value locals) { return vm_eval_code_closure(code, globals, locals, 0); }

/* ---- the running frame */

Value vm_globals(void)
{
    Frame *f = thread_self->frame;
    return f ? frame_globals(f) : 0;
}

Value vm_builtins(void)
{
    Frame *f = thread_self->frame;
    if (f) return frame_builtins(f);
    Value module = import_module("builtins");
    return module ? module_dict(module) : 0;
}

Value vm_locals(void)
{
    Frame *f = thread_self->frame;
    return f ? frame_locals(f) : raise_system("frame does not exist");
}

Value vm_current_code(void)
{
    Frame *f = thread_self->frame;
    return f ? VALUE(f->code) : 0;
}

Value vm_frame_object(int depth)
{
    Frame *f = thread_self->frame;
    while (f && depth-- > 0) f = f->previous;
    return f ? frame_object(f) : raise_value("call stack is not deep enough");
}

Value vm_thread_frame(Thread *thread) { return thread->frame ? frame_object(thread->frame) : 0; }

Value vm_frame_of_generator(Value generator)
{
    GeneratorObj *gen = (GeneratorObj *)generator;
    return gen->state == GEN_CLOSED ? NONE : frame_object(&gen->frame);
}

/* The register of the running function's __class__ cell, or -1. */
static int class_register(CodeObj *c)
{
    Value name = NAME("__class__");
    for (int n = c->nlocalsplus - c->nfreevars; n < c->nlocalsplus; n++)
        if (tuple_get(c->localsplusnames, n) == name || str_equal(tuple_get(c->localsplusnames, n), name)) return n;
    return -1;
}

static bool first_in_cell(CodeObj *c, Value first) { return first && (bytes_data(c->localspluskinds)[0] & LOCAL_CELL) && type_of(first) == &cell_type; }

static bool super_frame(Value *type, Value *object)
{
    Frame *f = thread_self->frame;
    if (!f) return raise_runtime("super(): no current frame");
    CodeObj *c = f->code;
    if (c->argcount == 0) return raise_runtime("super(): no arguments");
    Value first = f->r[0];
    if (first_in_cell(c, first)) first = ((CellObj *)first)->value;
    if (!first) return raise_runtime("super(): arg[0] deleted");
    int n = class_register(c);
    if (n < 0) return raise_runtime("super(): __class__ cell not found");
    Value cell = f->r[n];
    if (!cell || type_of(cell) != &cell_type) return raise_runtime("super(): bad __class__ cell");
    Value cls = ((CellObj *)cell)->value;
    if (!cls) return raise_runtime("super(): empty __class__ cell");
    if (!is_type(cls)) return raise_runtime("super(): __class__ is not a type (%s)", type_of(cls)->name);
    *type = cls;
    *object = first;
    return true;
}

/* The attribute that stands behind `cls` in the MRO of `type`. */
static Value behind_class(Type *type, Type *cls, Value name)
{
    int64_t count = type->mro ? tuple_size(type->mro) : 0, i = 0;
    while (i < count && tuple_get(type->mro, i) != VALUE(cls)) i++;
    for (i++; i < count; i++) {
        Value dict = type_dict((Type *)tuple_get(type->mro, i)), found = dict ? dict_get_str(dict, name) : 0;
        if (found) return found;
    }
    return 0;
}

bool vm_super_site(Frame *f, Value name, SuperSite *site)
{
    CodeObj *c = f->code;
    Value self = c->argcount ? f->r[0] : 0;
    int n = class_register(c);
    if (n < 0 || !self || name == NAME("__class__")) return false;
    *site = (SuperSite){.class_register = (uint16_t)n, .in_cell = first_in_cell(c, self)};
    if (site->in_cell) self = ((CellObj *)self)->value;
    Value cell = f->r[n], cls = cell && type_of(cell) == &cell_type ? ((CellObj *)cell)->value : 0;
    if (!self || !cls || !is_type(cls)) return false;
    site->is_class = is_type(self) && type_is_subtype((Type *)self, (Type *)cls);
    if (!site->is_class && !is_instance_of(self, (Type *)cls)) return false;
    Type *type = site->is_class ? (Type *)self : type_of(self);
    site->type_version = type_version(type);
    site->class_version = type_version((Type *)cls);
    Value found = behind_class(type, (Type *)cls, name);
    if (!found || !site->type_version || !site->class_version) {
        error_clear();
        return false;
    }
    if (!site->is_class) site->bind = (type_of(found)->flags & TYPE_METHOD_DESCRIPTOR) != 0;
    else if (has_flag(found, TYPE_TYPE)) return false;
    else if (type_of(found) == &classmethod_type) {
        found = ((WrappedObj *)found)->callable;
        site->bind = found && type_of(found) == &function_type;
    } else if (type_of(found) == &staticmethod_type) found = ((WrappedObj *)found)->callable;
    else if (type_of(found) != &native_type && type_of(found) != &function_type) return false;
    site->found = found;
    return found && (site->is_class || site->bind) &&
           (type_of(found) == &function_type || type_of(found) == &native_type || type_of(found) == &native_method_type || type_of(found) == &slot_wrapper_type);
}

/* ---- roots: frames of all threads (their registers on the register stack are scanned with it) */

static void trace_frames(void)
{
    for (Thread *t = thread_first(); t; t = t->next)
        for (Frame *f = t->frame; f; f = f->previous) {
            gc_visit(VALUE(f->code));
            gc_visit(VALUE(f->function));
            gc_visit(f->locals);
            gc_visit(f->object);
            gc_visit(f->extra);
            if (f->generator) {
                gc_visit(VALUE(f->generator));
                gc_visit_values(f->generator->registers, f->generator->register_count);
                gc_visit(f->generator->handled.exception);
            }
        }
}

bool async_generator_init(void);

void vm_init(void)
{
    async_generator_init();
    vm_trace_init();
    function_type.call = vm_call_function;
    super_frame_hook = super_frame;
    gc_root_tracer(trace_frames);
}
