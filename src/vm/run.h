/* run.h: frames come and go: what the interpreter, calls, generators and unwinding share. */
#pragma once
#include "vm/lower.h"

/* Runs `f`, which is linked as the thread's frame with FRAME_ENTRY set, until it returns (or yields). 0 with the exception. */
Value vm_run(Thread *t, Frame *f);

/* The same with an exception pending, which is raised where the frame is. */
Value vm_run_raise(Thread *t, Frame *f);

/* A frame for `function` with its window at `window` (arguments bound, other locals cleared by the caller). 0 with RecursionError. Does not count recursion. */
Frame *vm_push_frame(Thread *t, FunctionObj *function, Lowered *low, Value *window, uint32_t flags);
/* Unlinks the running frame. */
void vm_pop_frame(Thread *t, Frame *f);
/* Lowest Frame record in use: Thread.vm, set on first use. */
static inline Frame *vm_frame_floor(Thread *t) { return t->vm ? (Frame *)t->vm : (Frame *)t->stack_end; }

static inline Lowered *frame_lowered(const Frame *f)
{
    Lowered *low = code_lowered(f->code);
    return f->flags & FRAME_TRACED ? low->traced_form : low;
}

/* Binds arguments as a call of `function` does: fills all of `window`'s locals plus. args and window must not overlap. */
bool vm_bind(FunctionObj *function, Value *window, const Value *args, size_t nargs, Value kwnames);
/* Starts a Python function from inside the interpreter: args lie at `args` in the running frame's window and may be overwritten. 0 with the exception. */
Frame *vm_enter(Thread *t, FunctionObj *function, Value *args, size_t nargs, Value kwnames, uint32_t flags);
/* A call from C. */
Value vm_call_function(Value function, Value *args, size_t nargs, Value kwnames);
/* Runs the body of a class: function's code in `namespace`. */
Value vm_call_class_body(Value function, Value namespace);
/* A frame as vm_push_frame makes it, for code with namespace `locals`; from C. */
Value vm_run_code(FunctionObj *function, Value locals);

void vm_unbound_local(CodeObj *code, uint32_t local);
void vm_unbound_cell(CodeObj *code, uint32_t index);
void vm_name_error(Value name);
Value vm_load_name(Frame *f, Value name);
bool vm_import_star(Frame *f, Value module);
Value vm_import_name(Frame *f, Value name, Value level, Value from);
Value vm_import_from(Value module, Value name);
Value vm_make_function(Frame *f, Value *parts, uint32_t flags);
Value vm_next_raising(Value iterator);
bool vm_unpack(Value sequence, Value *out, int64_t count);
bool vm_unpack_ex(Value sequence, Value *out, int64_t before, int64_t after);
Value vm_match_class(Value subject, Value cls, int64_t nargs, Value names);
Value vm_match_keys(Value subject, Value keys);
/* Lays *args and **kwargs (0: none) out behind the window of the running frame, as Type.call wants them; Thread.stack_top is their end. 0 with an exception. */
Value *vm_spread(Frame *f, Value function, Value args, Value kwargs, size_t *nargs, Value *kwnames);
bool vm_dict_merge(Value dict, Value update, Value function);
Value vm_build_class_lookup(Frame *f);

/* What super().name of the running function means, for an inline cache. */
typedef struct SuperSite {
    Value found;
    uint16_t class_register;    /* holds the cell of __class__ */
    bool in_cell, is_class;     /* the first argument: lies in a cell; is a class */
    bool bind;                  /* `found` takes the first argument as self */
    uint32_t type_version, class_version;   /* of the first argument (or its type), and of __class__ */
} SuperSite;
/* false, without exception: it cannot be cached. */
bool vm_super_site(Frame *f, Value name, SuperSite *site);

/* Exceptions (unwind.c) */
Value vm_reraise_star(Value original, Value list);
bool vm_check_except_types(Value types, bool star);
void vm_add_traceback(Frame *f);

/* Generators (object/generator.c): a new one that takes over the running frame `f`; the frame is unlinked. */
Value generator_take_frame(Thread *t, Frame *f, uint32_t live);
/* Links the generator's frame as the running one, resumed with `value` (ignored when just created; then it must be None). false with an exception. */
bool generator_link(Thread *t, GeneratorObj *gen, Value value, uint32_t flags);
/* The generator's frame ended, by return or by an exception (which is converted as PEP 479 says). */
void generator_finished(Thread *t, GeneratorObj *gen, bool failed);
/* As Type.send. */
int generator_send(Value gen, Value value, Value *result);
static inline bool is_generator_like(Value v) { return is_pointer(v) && (as_obj(v)->type == &generator_type || as_obj(v)->type == &coroutine_type); }
Value vm_get_awaitable(Value v, int where);
Value vm_yield_from_iter(Frame *f, Value v);
Value vm_get_aiter(Value v);
Value vm_get_anext(Value v);
Value async_gen_wrap(Value v);

/* Tracing (trace.c) */
bool vm_trace_point(Thread *t, Frame *f, uint32_t unit);
bool vm_trace_return(Thread *t, Frame *f, Value value);   /* value 0: by an exception */
bool vm_trace_exception(Thread *t, Frame *f);
bool vm_tracing(Thread *t);
bool vm_profile_native(Thread *t, Frame *f, const char *event, Value function, Value self);
void vm_trace_init(void);
/* The frame got a local trace function: it goes on in the traced form unless it is the running one (which follows at its next safe point). */
bool vm_trace_watch(Frame *f);
/* A generator made before tracing began is about to be resumed: it goes on in the traced form of its code. false: MemoryError. */
bool vm_trace_resume(Frame *f);
