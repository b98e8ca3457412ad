/* generator.c: generators and coroutines: the types, and how their frames come to run and to rest.
 *
 * A generator owns its frame and its registers. To resume it is to link the frame into the thread's chain; a yield unlinks it. The interpreter does both without C
 * recursion (FOR_ITER, SEND); C code resumes through generator_send, and exceptions are thrown in by linking the frame and unwinding from where it waits. Async generators, which
 * share the structure, are in async_generator.c.
 */
#include "vm/generator.h"
#include "object/bytes.h"
#include "object/exception.h"
#include "object/number.h"
#include "object/str.h"

static GeneratorObj *as_gen(Value v) { return (GeneratorObj *)v; }

const char *generator_word(GeneratorObj *gen)
{
    Type *type = gen->head.type;
    return type == &coroutine_type ? "coroutine" : type == &async_generator_type ? "async generator" : "generator";
}

/* ---- making, linking, unlinking */

static Value coroutine_origin(Thread *t, Frame *f)
{
    int depth = t->coroutine_origin_depth;
    Value list = list_new(0);
    for (; list && f && depth > 0; f = f->previous, depth--) {
        Value entry = tuple_pack(3, f->code->filename, int_new(frame_line(f)), f->code->name);
        if (!entry || !list_append(list, entry)) return 0;
    }
    return list ? list_to_tuple(list) : 0;
}

Value generator_take_frame(Thread *t, Frame *f, uint32_t live)
{
    Lowered *low = frame_lowered(f);
    CodeObj *code = f->code;
    Type *type = code->flags & CO_COROUTINE ? &coroutine_type : code->flags & CO_ASYNC_GENERATOR ? &async_generator_type : &generator_type;
    GeneratorObj *gen = gc_new(type, sizeof(GeneratorObj) + sizeof(Value) * low->register_count);
    if (!gen) return 0;
    Value origin = 0;
    if (t->coroutine_origin_depth > 0 && type == &coroutine_type && !(origin = coroutine_origin(t, f->previous))) return 0;
    if ((type != &generator_type || bytes_size(code->exceptiontable) > 0) && !gc_want_finalizer(&gen->head)) return 0;
    /* Field by field: the frame has been written so a moment ago (values_copy). */
    Frame *g = &gen->frame;
    g->pc = f->pc;
    g->r = gen->registers;
    g->k = f->k;
    g->top = f->top;
    g->code = f->code;
    g->function = f->function;
    g->locals = f->locals;
    g->object = f->object;
    g->generator = gen;
    g->last_traced = f->last_traced;
    g->resume_line_word = f->resume_line_word;
    g->flags = (f->flags & (FRAME_OBJECT | FRAME_TRACED | FRAME_STARTED)) | FRAME_GENERATOR;
    gen->register_count = low->register_count;
    gen->name = f->function->name;
    gen->qualname = f->function->qualname;
    gen->code = VALUE(code);
    gen->origin = origin;
    values_copy(gen->registers, f->r, live);
    if (f->object) {
        FrameObj *object = (FrameObj *)f->object;
        object->frame = &gen->frame;
        object->generator = gen;
        gc_barrier(object);
        f->object = 0;
    }
    gc_barrier(gen);
    vm_pop_frame(t, f);
    return VALUE(gen);
}

static bool forget_top(Obj *o, void *context)
{
    if (o->type == &generator_type || o->type == &coroutine_type || o->type == &async_generator_type) ((GeneratorObj *)o)->frame.top = 0;
    return true;
}

void vm_forget_stack(void) { gc_each_object(forget_top, 0); }

bool generator_link(Thread *t, GeneratorObj *gen, Value value, uint32_t flags)
{
    if (gen->state == GEN_RUNNING) return raise_value("%s already executing", generator_word(gen));
    if (gen->state == GEN_CREATED && value != NONE) return raise_type("can't send non-None value to a just-started %s", generator_word(gen));
    if (t->recursion_depth >= recursion_limit) return raise_recursion("");
    if (!vm_trace_resume(&gen->frame)) return false;
    generator_resume(t, t->frame, gen, value, flags);
    return true;
}

void generator_finished(Thread *t, GeneratorObj *gen, bool failed)
{
    gen->state = GEN_CLOSED;
    gc_finalizer_done(&gen->head);
    t->handled = gen->handled.previous;
    gen->handled = (HandledExc){0, 0};
    gen->frame.previous = 0;
    for (uint32_t n = 0; n < gen->register_count; n++) {
        gen->registers[n] = 0;
        __asm__ volatile("");   /* few: not worth a call of memset */
    }
    if (!failed) return;
    if (error_matches(&exc_StopIteration)) raise_from(&exc_RuntimeError, "%s raised StopIteration", generator_word(gen));
    else if (gen->head.type == &async_generator_type && error_matches(&exc_StopAsyncIteration)) raise_from(&exc_RuntimeError, "async generator raised StopAsyncIteration");
}

/* ---- resuming from C */

static int finish_run(GeneratorObj *gen, Value result, Value *out)
{
    *out = result;
    return !result ? -1 : gen->yielded;
}

int generator_send(Value self, Value value, Value *result)
{
    GeneratorObj *gen = as_gen(self);
    Thread *t = thread_self;
    if (gen->state == GEN_CLOSED) {
        if (gen->head.type == &coroutine_type) return raise_runtime("cannot reuse already awaited coroutine"), -1;
        *result = NONE;
        return 0;
    }
    if (!recursion_enter("")) return -1;
    Value *top = t->stack_top, v = 0;
    if (generator_link(t, gen, value, FRAME_ENTRY)) v = vm_run(t, &gen->frame);
    t->stack_top = top;
    recursion_leave();
    return finish_run(gen, v, result);
}

/* Raises the pending exception inside the generator. */
static int send_exception(GeneratorObj *gen, bool closing, Value *result)
{
    Thread *t = thread_self;
    Value exception = error_take();
    if (gen->state == GEN_CLOSED) {
        if (gen->head.type == &coroutine_type && !closing) return raise_runtime("cannot reuse already awaited coroutine"), -1;
        error_restore(exception);
        return -1;
    }
    if (gen->state == GEN_RUNNING) return raise_value("%s already executing", generator_word(gen)), -1;
    if (!recursion_enter("")) return -1;
    Value *top = t->stack_top, v = 0;
    if (generator_link(t, gen, NONE, FRAME_ENTRY)) {
        if (gen->handled.exception) raise_instance(exception);   /* while it handles another: that is the context */
        else error_restore(exception);
        v = vm_run_raise(t, &gen->frame);
    }
    t->stack_top = top;
    recursion_leave();
    return finish_run(gen, v, result);
}

/* The YIELD where a suspended generator waits: pc is behind its final word. */
static const Word *waiting_place(const GeneratorObj *gen) { return gen->frame.pc - 3; }

/* The register of the iterator that the generator's `yield from` or await waits for; NO_REGISTER: none. */
static uint32_t waiting_register(const GeneratorObj *gen) { return gen->state == GEN_SUSPENDED ? waiting_place(gen)->b : (uint32_t)NO_REGISTER; }

Value generator_waits_on(GeneratorObj *gen)
{
    uint32_t reg = waiting_register(gen);
    return reg != NO_REGISTER ? gen->registers[reg] : 0;
}

/* As gen.send returns: 0 with StopIteration (or StopAsyncIteration) when it ended. */
Value generator_outcome(GeneratorObj *gen, int status, Value result)
{
    if (status != 0) return status < 0 ? 0 : result;
    if (gen->head.type == &async_generator_type) return async_stop();
    return raise_stop_iteration(result == NONE ? 0 : result);
}

Value async_stop(void)
{
    error_clear();
    Value exception = exception_new(&exc_StopAsyncIteration, tuple_empty);
    return exception ? raise_instance(exception) : 0;
}

/* ---- throw and close */

static bool close_iterator(Value iterator)
{
    if (is_generator_like(iterator)) return generator_close(as_gen(iterator));
    Value close = object_getattr_opt(iterator, NAME("close"));
    if (!close) {
        if (thread_self->exception) error_unraisable(iterator, 0);
        return true;
    }
    return call_0(close) != 0;
}

bool generator_close(GeneratorObj *gen)
{
    Value result, waits = generator_waits_on(gen);
    if (gen->state == GEN_CREATED) {
        gen->state = GEN_CLOSED;
        if (gen->frame.object) frame_object_detach(&gen->frame);
        memset(gen->registers, 0, sizeof(Value) * gen->register_count);
        return true;
    }
    if (gen->state == GEN_CLOSED) return true;
    bool failed = false;
    if (waits) {
        if (c_stack_low()) return raise_recursion("");
        gen->state = GEN_RUNNING;
        failed = !close_iterator(waits);
        gen->state = GEN_SUSPENDED;
    }
    if (!failed) {
        Value exception = exception_new(&exc_GeneratorExit, tuple_empty);
        if (!exception) return false;
        error_restore(exception);
    }
    int status = send_exception(gen, true, &result);
    if (status == 1) return raise_runtime("%s ignored GeneratorExit", generator_word(gen));
    if (status == 0) return true;
    return error_clear_if(&exc_StopIteration) || error_clear_if(&exc_GeneratorExit);
}

/* Makes an exception of throw()'s arguments pending. */
static bool pend_thrown(Value type, Value value, Value traceback)
{
    if (traceback == NONE) traceback = 0;
    if (traceback && type_of(traceback) != &traceback_type) return raise_type("throw() third argument must be a traceback object");
    Value exception;
    if (is_type(type) && type_is_subtype((Type *)type, &exc_BaseException)) {
        if (value && is_instance_of(value, (Type *)type)) exception = value;
        else if (!value || value == NONE) exception = call_0(type);
        else exception = is_tuple(value) ? object_call_tuple(type, value, 0) : call_1(type, value);
        if (exception && !is_exception(exception)) exception = raise_type("calling %R should have returned an instance of BaseException, not %R", type, VALUE(type_of(exception)));
        if (!exception) return true;   /* the failure is thrown instead */
    } else if (is_exception(type)) {
        if (value && value != NONE) return raise_type("instance exception may not have a separate value");
        exception = type;
    } else return raise_type("exceptions must be classes or instances deriving from BaseException, not %s", type_of(type)->name);
    if (traceback) SET((Exception *)exception, traceback, traceback);
    error_restore(exception);
    return true;
}

/* Resumes behind the SEND loop with `value` in register `reg`. */
static int resume_behind(GeneratorObj *gen, uint32_t reg, Value value, Value *result)
{
    Thread *t = thread_self;
    if (!recursion_enter("")) return -1;
    Value *top = t->stack_top, v = 0;
    if (generator_link(t, gen, NONE, FRAME_ENTRY)) {   /* what is sent lands where the loop would take it from: nobody reads it */
        Frame *f = &gen->frame;
        f->pc = frame_lowered(f)->words + waiting_place(gen)[1].bits;
        f->r[reg] = value;
        v = vm_run(t, f);
    }
    t->stack_top = top;
    recursion_leave();
    return finish_run(gen, v, result);
}

/* The sub-iterator is done, with `value` or (0) with the pending exception: the generator goes on behind its SEND loop. */
static int after_waiting(GeneratorObj *gen, Value value, Value *result)
{
    uint32_t reg = waiting_register(gen);
    if (reg == NO_REGISTER) return value ? generator_send(VALUE(gen), value, result) : send_exception(gen, false, result);
    if (!value) return send_exception(gen, false, result);
    return resume_behind(gen, reg, value, result);
}

int generator_throw(GeneratorObj *gen, bool close_on_exit, Value type, Value value, Value traceback, Value *result)
{
    Value waits = generator_waits_on(gen);
    if (waits) {
        if (c_stack_low()) return raise_recursion(""), -1;
        bool is_exit = close_on_exit && ((is_type(type) && type_is_subtype((Type *)type, &exc_GeneratorExit)) || is_instance_of(type, &exc_GeneratorExit));
        gen->state = GEN_RUNNING;
        if (is_exit) {
            bool closed = close_iterator(waits);
            gen->state = GEN_SUSPENDED;
            if (!closed) return send_exception(gen, false, result);
            goto here;
        }
        Value v = 0;
        Frame *f = &gen->frame;
        Thread *t = thread_self;
        if (is_generator_like(waits)) {
            f->previous = t->frame;   /* so that tracebacks and sys._getframe see who waits */
            Value *top = f->top;
            f->top = t->stack_top;
            t->frame = f;
            int status = generator_throw(as_gen(waits), close_on_exit, type, value, traceback, &v);
            t->frame = f->previous;
            f->previous = 0;
            f->top = top;
            v = generator_outcome(as_gen(waits), status, v);
        } else {
            Value method = object_getattr_opt(waits, NAME("throw"));
            if (!method) {
                gen->state = GEN_SUSPENDED;
                if (thread_self->exception) return -1;
                goto here;
            }
            Value args[4] = {0, type, value ? value : NONE, traceback ? traceback : NONE};
            v = object_call(method, args + 1, traceback ? 3 : value ? 2 : 1, 0);
        }
        gen->state = GEN_SUSPENDED;
        if (v) {
            gen->yielded = true;
            *result = v;
            return 1;
        }
        if (error_matches(&exc_StopIteration)) {
            Value stop = error_take(), got = ((StopIterationObj *)stop)->value;
            return after_waiting(gen, got ? got : NONE, result);
        }
        return after_waiting(gen, 0, result);
    }
here:
    if (!pend_thrown(type, value, traceback)) return -1;
    return send_exception(gen, false, result);
}

/* ---- finalization */

static void finalize(Obj *object)
{
    GeneratorObj *gen = (GeneratorObj *)object;
    if (gen->state == GEN_CLOSED || gen->state == GEN_RUNNING) return;
    Value pending = error_take();
    if (gen->head.type == &async_generator_type && gen->finalizer && !gen->closed_async) {
        if (!call_1(gen->finalizer, VALUE(gen))) error_unraisable(VALUE(gen), 0);
    } else if (gen->head.type == &coroutine_type && gen->state == GEN_CREATED) {
        Value warn = import_attr("warnings", "_warn_unawaited_coroutine");
        if (warn) call_1(warn, VALUE(gen));
        else {
            error_clear();
            warn_format(&exc_RuntimeWarning, 1, "coroutine '%S' was never awaited", gen->qualname);
        }
        if (thread_self->exception) error_unraisable(VALUE(gen), 0);
        gen->state = GEN_CLOSED;
    } else if (!generator_close(gen) && thread_self->exception) error_unraisable(VALUE(gen), 0);
    if (pending) error_restore(pending);
}

static void generator_trace(Obj *object)
{
    GeneratorObj *gen = (GeneratorObj *)object;
    gc_visit(VALUE(gen->frame.code));
    gc_visit(VALUE(gen->frame.function));
    gc_visit(gen->frame.locals);
    gc_visit(gen->frame.object);
    gc_visit(gen->frame.extra);
    gc_visit(gen->handled.exception);
    gc_visit(gen->name);
    gc_visit(gen->qualname);
    gc_visit(gen->code);
    gc_visit(gen->origin);
    gc_visit(gen->finalizer);
    /* What is dead while the generator waits must not keep anything alive; nor may it be there, pointing to what is gone, when the generator goes on. */
    if (gen->state == GEN_SUSPENDED) {
        uint32_t live = waiting_place(gen)->c;
        memset(gen->registers + live, 0, sizeof(Value) * (gen->register_count - live));
    }
    gc_visit_values(gen->registers, gen->register_count);
}

/* ---- methods */

Value generator_next(Value self)
{
    Value result;
    GeneratorObj *gen = as_gen(self);
    Thread *t = thread_self;
    int status;
    if (gen->state == GEN_SUSPENDED && !atomic_load_explicit(&t->interrupt, memory_order_relaxed) && t->recursion_depth < recursion_limit && !c_stack_low()) {
        Value *top = t->stack_top;
        generator_resume(t, t->frame, gen, NONE, FRAME_ENTRY);
        Value v = vm_run(t, &gen->frame);
        t->stack_top = top;
        status = finish_run(gen, v, &result);
    } else status = generator_send(self, NONE, &result);
    if (status != 0) return status < 0 ? 0 : result;
    return result == NONE ? 0 : generator_outcome(gen, 0, result);
}

NATIVE(generator_method_send)
{
    Value result;
    int status = generator_send(args[0], args[1], &result);
    return generator_outcome(as_gen(args[0]), status, result);
}
NATIVE(generator_method_throw)
{
    Value result;
    int status = generator_throw(as_gen(args[0]), true, args[1], args[2], args[3], &result);
    return generator_outcome(as_gen(args[0]), status, result);
}
NATIVE(generator_method_close) { return generator_close(as_gen(args[0])) ? NONE : 0; }
static NATIVE(generator_sizeof) { return int_new((int64_t)(sizeof(GeneratorObj) + sizeof(Value) * as_gen(args[0])->register_count)); }

Value generator_get_name(Value self) { return as_gen(self)->name; }
Value generator_get_qualname(Value self) { return as_gen(self)->qualname; }
bool generator_set_name(Value self, Value value)
{
    if (!value || !is_str(value)) return raise_type("__name__ must be set to a string object");
    SET(as_gen(self), name, value);
    return true;
}
bool generator_set_qualname(Value self, Value value)
{
    if (!value || !is_str(value)) return raise_type("__qualname__ must be set to a string object");
    SET(as_gen(self), qualname, value);
    return true;
}
Value generator_get_running(Value self) { return bool_value(as_gen(self)->state == GEN_RUNNING); }
Value generator_get_suspended(Value self) { return bool_value(as_gen(self)->state == GEN_SUSPENDED); }
Value generator_get_frame(Value self) { return vm_frame_of_generator(self); }
Value generator_get_code(Value self) { return as_gen(self)->code; }
Value generator_get_waits(Value self)
{
    Value v = generator_waits_on(as_gen(self));
    return v ? v : NONE;
}

Value generator_repr(Value self)
{
    const char *word = type_of(self) == &async_generator_type ? "async_generator" : type_of(self) == &coroutine_type ? "coroutine" : "generator";
    return str_format_c("<%s object %S at %p>", word, as_gen(self)->qualname, (void *)self);
}

static const NativeDef generator_methods[] = {
    {"send", "(self, arg, /)", generator_method_send, "Resumes the generator with a value; the next one yielded, or StopIteration.", 0},
    {"throw", "(self, typ, val=<unrepresentable>, tb=<unrepresentable>, /)", generator_method_throw, "Raises an exception inside; the next value yielded, or StopIteration.", 0},
    {"close", "(self, /)", generator_method_close, "Raises GeneratorExit inside.", 0},
    CLASS_GETITEM,
    {"__sizeof__", "(self, /)", generator_sizeof, "Size in memory, in bytes.", 0},
    {0},
};
static const GetSetDef generator_getset[] = {
    {"__name__", generator_get_name, generator_set_name, "Name of the generator."},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "Qualified name of the generator."},
    {"gi_yieldfrom", generator_get_waits, 0, "The iterator that yield from waits on, or None."},
    {"gi_running", generator_get_running, 0, 0},
    {"gi_suspended", generator_get_suspended, 0, 0},
    {"gi_frame", generator_get_frame, 0, 0},
    {"gi_code", generator_get_code, 0, 0},
    {0},
};
Type generator_type = {
    TYPE_INIT("generator", GeneratorObj),
    .flags = TYPE_DISALLOW_NEW | TYPE_WEAKREF_OK,
    .trace = generator_trace,
    .finalize = finalize,
    .repr = generator_repr,
    .iter = iter_self,
    .next = generator_next,
    .send = generator_send,
    .methods = generator_methods,
    .getset = generator_getset,
};

/* ---- coroutines */

typedef struct WrapperObj {
    Obj head;
    Value coroutine;
} WrapperObj;
static void wrapper_trace(Obj *o) { gc_visit(((WrapperObj *)o)->coroutine); }
static Value coroutine_await(Value self)
{
    WrapperObj *w = gc_alloc(WrapperObj, &coroutine_wrapper_type);
    if (w) w->coroutine = self;
    return VALUE(w);
}
static Value inner(Value self) { return ((WrapperObj *)self)->coroutine; }
static Value wrapper_next(Value self)
{
    Value result;
    int status = generator_send(inner(self), NONE, &result);
    return generator_outcome(as_gen(inner(self)), status, result);
}
static int wrapper_send(Value self, Value value, Value *result) { return generator_send(inner(self), value, result); }
static NATIVE(wrapper_method_send)
{
    args[0] = inner(args[0]);
    return generator_method_send(args, nargs, kwnames);
}
static NATIVE(wrapper_method_throw)
{
    args[0] = inner(args[0]);
    return generator_method_throw(args, nargs, kwnames);
}
static NATIVE(wrapper_method_close)
{
    args[0] = inner(args[0]);
    return generator_method_close(args, nargs, kwnames);
}
static const NativeDef wrapper_methods[] = {
    {"send", "(self, arg, /)", wrapper_method_send, "Sends a value into coroutine; gives what it yields next, or raises StopIteration.", 0},
    {"throw", "(self, typ, val=<unrepresentable>, tb=<unrepresentable>, /)", wrapper_method_throw, "Raises an exception inside.", 0},
    {"close", "(self, /)", wrapper_method_close, "Raises GeneratorExit inside.", 0},
    {0},
};
Type coroutine_wrapper_type = {
    TYPE_INIT("coroutine_wrapper", WrapperObj),
    .flags = TYPE_DISALLOW_NEW,
    .doc = "A wrapper object implementing __await__ for coroutines.",
    .trace = wrapper_trace,
    .iter = iter_self,
    .next = wrapper_next,
    .send = wrapper_send,
    .methods = wrapper_methods,
};

static NATIVE(coroutine_method_await) { return coroutine_await(args[0]); }
static Value coroutine_get_origin(Value self) { return as_gen(self)->origin ? as_gen(self)->origin : NONE; }
static const NativeDef coroutine_methods[] = {
    {"send", "(self, arg, /)", generator_method_send, "Sends a value into coroutine; gives what it yields next, or raises StopIteration.", 0},
    {"throw", "(self, typ, val=<unrepresentable>, tb=<unrepresentable>, /)", generator_method_throw, "Raises an exception in coroutine.", 0},
    {"close", "(self, /)", generator_method_close, "Raises GeneratorExit inside coroutine.", 0},
    CLASS_GETITEM,
    {"__sizeof__", "(self, /)", generator_sizeof, "Size in memory, in bytes.", 0},
    {"__await__", "(self, /)", coroutine_method_await, "Return an iterator to be used in await expression.", 0},
    {0},
};
static const GetSetDef coroutine_getset[] = {
    {"__name__", generator_get_name, generator_set_name, "Name of the coroutine."},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "Qualified name of the coroutine."},
    {"cr_await", generator_get_waits, 0, "What the coroutine waits on, or None."},
    {"cr_running", generator_get_running, 0, 0},
    {"cr_suspended", generator_get_suspended, 0, 0},
    {"cr_frame", generator_get_frame, 0, 0},
    {"cr_code", generator_get_code, 0, 0},
    {"cr_origin", coroutine_get_origin, 0, 0},
    {0},
};
Type coroutine_type = {
    TYPE_INIT("coroutine", GeneratorObj),
    .flags = TYPE_DISALLOW_NEW | TYPE_WEAKREF_OK,
    .trace = generator_trace,
    .finalize = finalize,
    .repr = generator_repr,
    .send = generator_send,
    .await = coroutine_await,
    .methods = coroutine_methods,
    .getset = coroutine_getset,
};

/* ---- async generators: the type; its awaitables are in async_generator.c */

static Value async_get_running(Value self) { return bool_value(as_gen(self)->running_async); }
static const NativeDef async_methods[] = {
    {"asend", "(self, arg, /)", async_method_asend, "Awaitable that resumes the generator with a value.", 0},
    {"athrow", "(self, typ, val=<unrepresentable>, tb=<unrepresentable>, /)", async_method_athrow, "Awaitable that raises an exception inside.", 0},
    {"aclose", "(self, /)", async_method_aclose, "Awaitable that raises GeneratorExit inside.", 0},
    CLASS_GETITEM,
    {"__sizeof__", "(self, /)", generator_sizeof, "Size in memory, in bytes.", 0},
    {0},
};
static const GetSetDef async_getset[] = {
    {"__name__", generator_get_name, generator_set_name, "Name of the generator."},
    {"__qualname__", generator_get_qualname, generator_set_qualname, "Qualified name of the generator."},
    {"ag_await", generator_get_waits, 0, "What the generator waits on, or None."},
    {"ag_running", async_get_running, 0, 0},
    {"ag_suspended", generator_get_suspended, 0, 0},
    {"ag_frame", generator_get_frame, 0, 0},
    {"ag_code", generator_get_code, 0, 0},
    {0},
};
Type async_generator_type = {
    TYPE_INIT("async_generator", GeneratorObj),
    .flags = TYPE_DISALLOW_NEW | TYPE_WEAKREF_OK,
    .trace = generator_trace,
    .finalize = finalize,
    .repr = generator_repr,
    .aiter = iter_self,
    .anext = async_anext,
    .methods = async_methods,
    .getset = async_getset,
};

/* ---- what await, yield from and async for get */

static bool is_iterable_coroutine(Value v) { return is_pointer(v) && as_obj(v)->type == &generator_type && (((CodeObj *)as_gen(v)->code)->flags & CO_ITERABLE_COROUTINE); }

Value awaitable_iterator(Value v)
{
    if (type_of(v) == &coroutine_type || is_iterable_coroutine(v)) return v;
    Type *type = type_of(v);
    if (!type->await) return raise_type("object %.100s can't be used in 'await' expression", type->name);
    Value result = type->await(v);
    if (!result) return 0;
    if (type_of(result) == &coroutine_type || is_iterable_coroutine(result)) return raise_type("__await__() returned a coroutine");
    if (!is_iterator(result)) return raise_type("__await__() returned non-iterator of type '%.100s'", type_of(result)->name);
    return result;
}

Value vm_get_awaitable(Value v, int where)
{
    Type *type = type_of(v);
    if (where && type != &coroutine_type && !type->await && !is_iterable_coroutine(v))
        return raise_type("'async with' received an object from %s that does not implement __await__: %.100s", where == 1 ? "__aenter__" : "__aexit__", type->name);
    Value result = awaitable_iterator(v);
    if (result && type_of(result) == &coroutine_type && generator_waits_on(as_gen(result))) return raise_runtime("coroutine is being awaited already");
    return result;
}

Value vm_yield_from_iter(Frame *f, Value v)
{
    if (type_of(v) == &coroutine_type) {
        if (f->code->flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE)) return v;
        return raise_type("cannot 'yield from' a coroutine object in a non-coroutine generator");
    }
    return type_of(v) == &generator_type ? v : object_iter(v);
}

Value vm_get_aiter(Value v)
{
    Type *type = type_of(v);
    if (!type->aiter) return raise_type("'async for' requires an object with __aiter__ method, got %.100s", type->name);
    Value iterator = type->aiter(v);
    if (iterator && !type_of(iterator)->anext)
        return raise_type("'async for' received an object from __aiter__ that does not implement __anext__: %.100s", type_of(iterator)->name);
    return iterator;
}

Value vm_get_anext(Value v)
{
    Type *type = type_of(v);
    if (type == &async_generator_type) return type->anext(v);
    if (!type->anext) return raise_type("'async for' requires an iterator with __anext__ method, got %.100s", type->name);
    Value next = type->anext(v);
    if (!next) return 0;
    Value awaitable = awaitable_iterator(next);
    if (!awaitable) return raise_from(&exc_TypeError, "'async for' received an invalid object from __anext__: %.100s", type_of(next)->name);
    return awaitable;
}
