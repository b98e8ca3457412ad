/* ops_except.c: handlers of exceptions, `with`, awaiting, and the rare rest. */
#include "vm/interp.h"
#include "object/exception.h"

static COLD HANDLER(damaged_stack)
{
    SAVE();
    raise_system("exception expected on the stack");
    ERROR;
}

OPCODE(PUSH_EXC_INFO)
{
    Value exception = r[A];
    if (UNLIKELY(!is_exception(exception))) TAIL(damaged_stack);
    Value previous = t->handled->exception;
    r[A] = previous ? previous : NONE;
    r[A + 1] = exception;
    t->handled->exception = exception;
    NEXT;
}
OPCODE(POP_EXCEPT)
{
    Value previous = r[A];
    if (UNLIKELY(previous != NONE && !is_exception(previous))) TAIL(damaged_stack);
    t->handled->exception = previous == NONE ? 0 : previous;
    NEXT;
}

static bool is_exception_class(Value v) { return is_type(v) && type_is_subtype((Type *)v, &exc_BaseException); }

bool vm_check_except_types(Value types, bool star)
{
    if (is_tuple(types)) {
        for (int64_t n = 0; n < tuple_size(types); n++)
            if (!is_exception_class(tuple_get(types, n))) return raise_type("catching classes that do not inherit from BaseException is not allowed");
    } else if (!is_exception_class(types)) return raise_type("catching classes that do not inherit from BaseException is not allowed");
    if (!star) return true;
    int64_t count = is_tuple(types) ? tuple_size(types) : 1;
    for (int64_t n = 0; n < count; n++)
        if (type_is_subtype((Type *)(is_tuple(types) ? tuple_get(types, n) : types), &exc_BaseExceptionGroup))
            return raise_type("catching ExceptionGroup with except* is not allowed. Use except instead.");
    return true;
}

OPCODE(CHECK_EXC_MATCH)
{
    SAVE();
    Value exception = r[B], types = r[C];
    if (LIKELY(type_of(types) == &type_type) && as_obj(types) == (Obj *)type_of(exception)) {
        r[A] = TRUE;
        NEXT;
    }
    if (UNLIKELY(!vm_check_except_types(types, false))) ERROR;
    int matches = exception_matches(exception, types);
    if (UNLIKELY(matches < 0)) ERROR;
    r[A] = bool_value(matches);
    NEXT;
}

/* The part of `exception` that except* with `types` takes: None, or the match, and *rest. 0: exception. */
static Value split_group(Value exception, Value types, Value *rest)
{
    *rest = exception;
    if (exception == NONE) return NONE;
    int matches = exception_matches(exception, types);
    if (matches < 0) return 0;
    if (matches) {
        *rest = NONE;
        if (is_instance_of(exception, &exc_BaseExceptionGroup)) return exception;
        Value single = tuple_pack(1, exception), args = single ? tuple_pack(2, str_empty, single) : 0;
        Value group = args ? object_call_tuple(VALUE(&exc_ExceptionGroup), args, 0) : 0;
        if (!group && error_clear_if(&exc_TypeError)) group = object_call_tuple(VALUE(&exc_BaseExceptionGroup), args, 0);
        return group;
    }
    if (!is_instance_of(exception, &exc_BaseExceptionGroup)) return NONE;
    Value pair = call_method_1(exception, NAME("split"), types);
    if (!pair) return 0;
    if (!is_tuple(pair)) return raise_type("%.200s.split must return a tuple, not %.200s", type_of(exception)->name, type_of(pair)->name);
    if (tuple_size(pair) < 2) return raise_type("%.200s.split must return a 2-tuple, got tuple of size %zd", type_of(exception)->name, (size_t)tuple_size(pair));
    Value match = tuple_get(pair, 0);
    *rest = tuple_get(pair, 1);
    if (match != NONE && !is_exception(match)) return raise_type("%.200s.split must return exception groups or None, not %.200s", type_of(exception)->name, type_of(match)->name);
    return match;
}

OPCODE(CHECK_EG_MATCH)
{
    SAVE();
    Value rest;
    if (UNLIKELY(!vm_check_except_types(r[A + 1], true))) ERROR;
    if (UNLIKELY(r[A] != NONE && !is_exception(r[A]))) TAIL(damaged_stack);
    Value match = split_group(r[A], r[A + 1], &rest);
    if (UNLIKELY(!match)) ERROR;
    if (match == NONE) {
        r[A + 1] = NONE;
        NEXT;
    }
    r[A] = rest;
    r[A + 1] = match;
    t->handled->exception = match;
    NEXT;
}

static bool same_origin(Exception *a, Exception *b) { return a->notes == b->notes && a->traceback == b->traceback && a->cause == b->cause && a->context == b->context; }

static bool collect_leaf_ids(Value exception, Value set)
{
    if (exception == NONE) return true;
    if (!is_instance_of(exception, &exc_BaseExceptionGroup)) return set_add(set, int_new((int64_t)exception)) >= 0;
    Value excs = ((ExceptionGroupObj *)exception)->excs;
    if (!recursion_enter(" in collect_exception_group_leaves")) return false;
    bool good = true;
    for (int64_t n = 0; good && n < tuple_size(excs); n++) good = collect_leaf_ids(tuple_get(excs, n), set);
    recursion_leave();
    return good;
}

/* The part of group `original` with just the leaves in `ids`. */
static Value project(Value original, Value ids)
{
    if (!is_instance_of(original, &exc_BaseExceptionGroup)) {
        int found = set_contains(ids, int_new((int64_t)original));
        return found < 0 ? 0 : found ? original : NONE;
    }
    ExceptionGroupObj *group = (ExceptionGroupObj *)original;
    Value list = list_new(0);
    if (!list || !recursion_enter(" in exceptiongroup_split_recursive")) return 0;
    bool good = true;
    for (int64_t n = 0; good && n < tuple_size(group->excs); n++) {
        Value part = project(tuple_get(group->excs, n), ids);
        good = part && (part == NONE || list_append(list, part));
    }
    recursion_leave();
    return good ? exception_group_part(original, list) : 0;
}

Value vm_reraise_star(Value original, Value list)
{
    if (!is_list(list)) return raise_system("list expected");
    if (!is_exception(original)) return raise_system("exception expected on the stack");
    if (list_size(list) == 0) return NONE;
    if (!is_instance_of(original, &exc_BaseExceptionGroup) && list_get(list, 0) != NONE) return list_get(list, 0);
    Value raised = list_new(0), ids = set_new(0);
    if (!raised || !ids) return 0;
    for (int64_t n = 0; n < list_size(list); n++) {
        Value e = list_get(list, n);
        if (e == NONE) continue;
        if (is_exception(e) && same_origin((Exception *)e, (Exception *)original)) {
            if (!collect_leaf_ids(e, ids)) return 0;
        } else if (!list_append(raised, e)) return 0;
    }
    Value rest = project(original, ids);
    if (!rest) return 0;
    if (list_size(raised) == 0) return rest;
    if (rest != NONE && !list_append(raised, rest)) return 0;
    Value args = tuple_pack(2, str_empty, raised);
    Value group = args ? object_call_tuple(VALUE(&exc_ExceptionGroup), args, 0) : 0;
    if (!group && args && error_clear_if(&exc_TypeError)) group = object_call_tuple(VALUE(&exc_BaseExceptionGroup), args, 0);
    return group;
}

OPCODE(PREP_RERAISE_STAR)
{
    SAVE();
    RESULT(vm_reraise_star(r[B], r[C]));
}

OPCODE(RERAISE)
{
    Value exception = r[A];
    if (UNLIKELY(!is_exception(exception))) TAIL(damaged_stack);
    SAVE();
    t->exception = exception;
    if (B != 65535 && is_small_int(r[B])) {
        /* The traceback is to say where the exception came from, not where `finally` ended. */
        uint32_t word = lowered_word_of_unit(frame_lowered(f), (uint32_t)(small_int_value(r[B]) / 2));
        if (word != UINT32_MAX) f->resume_line_word = word + 1;
    }
    TAIL(vm_unwind_again);
}

OPCODE(RAISE)
{
    SAVE();
    if (A == 0) {
        Value exception = 0;
        for (HandledExc *h = t->handled; h && !exception; h = h->previous)
            if (h->exception) exception = h->exception;
        if (!exception) {
            raise_runtime("No active exception to reraise");
            ERROR;
        }
        t->exception = exception;
        TAIL(vm_unwind_again);
    }
    raise_object(r[B], A == 2 ? r[C] : 0);
    ERROR;
}

OPCODE(LOAD_ASSERTION_ERROR)
{
    r[A] = VALUE(&exc_AssertionError);
    NEXT;
}
OPCODE(LOAD_BUILD_CLASS)
{
    SAVE();
    RESULT(vm_build_class_lookup(f));
}

/* ---- with */

/* __enter__ of a class in Python runs in a frame of its own, as a call would; 0: something else is called for. */
static FunctionObj *python_enter(Value manager, Value *exit)
{
    Type *type = type_of(manager);
    if (!(type->flags & TYPE_HEAP)) return 0;
    Value enter = type_lookup(type, NAME("__enter__")), leave = enter && has_type(enter, &function_type) ? type_lookup(type, NAME("__exit__")) : 0;
    if (!leave || !has_type(leave, &function_type)) return 0;
    *exit = method_new(leave, manager);
    return *exit ? (FunctionObj *)enter : 0;
}

static Value enter_exit(Value manager, bool async, Value *exit)
{
    Value enter = object_lookup_special(manager, async ? NAME("__aenter__") : NAME("__enter__"));
    if (!enter) {
        if (!thread_self->exception)
            raise_type("'%.200s' object does not support the %s protocol", type_of(manager)->name, async ? "asynchronous context manager" : "context manager");
        return 0;
    }
    *exit = object_lookup_special(manager, async ? NAME("__aexit__") : NAME("__exit__"));
    if (!*exit) {
        if (!thread_self->exception)
            raise_type("'%.200s' object does not support the %s protocol (missed %s method)", type_of(manager)->name, async ? "asynchronous context manager" : "context manager",
                       async ? "__aexit__" : "__exit__");
        return 0;
    }
    return call_0(enter);
}

#define WITH_HANDLER(name, async) WITH_HANDLER_NAMED(op_##name, async)
#define WITH_HANDLER_NAMED(name, async) \
    HANDLER(name) \
    { \
        SAVE(); \
        Value exit = 0, result = enter_exit(r[B], async, &exit); \
        if (UNLIKELY(!result)) ERROR; \
        r[A] = exit; \
        r[pc[0].dest] = result; \
        SKIP(2); \
    }
static WITH_HANDLER_NAMED(before_with_other, false)

    OPCODE(BEFORE_WITH)
{
    f->pc = pc + 1;
    Value manager = r[B], exit = 0;
    FunctionObj *enter = python_enter(manager, &exit);
    if (UNLIKELY(!enter)) {
        if (t->exception) ERROR;
        TAIL(before_with_other);
    }
    r[A] = exit;
    r[A + 2] = manager;   /* registers have two to spare above the stack */
    f = vm_enter(t, enter, r + A + 2, 1, 0, 0);
    if (UNLIKELY(!f)) {
        f = t->frame;
        ERROR;
    }
    pc = f->pc;
    r = f->r;
    k = f->k;
    NEXT;
}
WITH_HANDLER(BEFORE_ASYNC_WITH, true)

OPCODE(WITH_EXCEPT_START)
{
    SAVE();
    Value exception = r[C];
    if (UNLIKELY(!is_exception(exception))) TAIL(damaged_stack);
    Value traceback = ((Exception *)exception)->traceback;
    RESULT(call_3(r[B], VALUE(type_of(exception)), exception, traceback ? traceback : NONE));
}

/* ---- awaiting */

OPCODE(GET_AWAITABLE)
{
    SAVE();
    RESULT(vm_get_awaitable(r[B], C));
}
OPCODE(GET_YIELD_FROM_ITER)
{
    SAVE();
    RESULT(vm_yield_from_iter(f, r[B]));
}
OPCODE(GET_AITER)
{
    SAVE();
    RESULT(vm_get_aiter(r[B]));
}
OPCODE(GET_ANEXT)
{
    SAVE();
    RESULT(vm_get_anext(r[B]));
}
OPCODE(ASYNC_GEN_WRAP)
{
    SAVE();
    RESULT(async_gen_wrap(r[B]));
}
OPCODE(END_ASYNC_FOR)
{
    SAVE();
    Value exception = r[B];
    if (UNLIKELY(!is_exception(exception))) TAIL(damaged_stack);
    int matches = exception_matches(exception, VALUE(&exc_StopAsyncIteration));
    if (UNLIKELY(matches < 0)) ERROR;
    if (matches) NEXT;
    t->exception = exception;
    TAIL(vm_unwind_again);
}

/* ---- the rest */

OPCODE(PRINT_EXPR)
{
    SAVE();
    Value sys = import_module("sys"), hook = sys ? object_getattr_opt(sys, NAME("displayhook")) : 0;
    if (UNLIKELY(!hook)) {
        if (!t->exception) raise_runtime("lost sys.displayhook");
        ERROR;
    }
    if (UNLIKELY(!call_1(hook, r[A]))) ERROR;
    NEXT;
}
OPCODE(SETUP_ANNOTATIONS)
{
    SAVE();
    Value locals = f->locals, name = NAME("__annotations__"), found;
    if (UNLIKELY(!locals)) {
        raise_system("no locals found when setting up annotations");
        ERROR;
    }
    if (is_dict(locals)) found = dict_get_str(locals, name);
    else {
        found = object_getitem(locals, name);
        if (!found && !error_clear_if(&exc_KeyError)) ERROR;
    }
    if (!found) {
        Value dict = dict_new();
        if (UNLIKELY(!dict || !object_setitem(locals, name, dict))) ERROR;
    }
    NEXT;
}
OPCODE(TRACE)
{
    SAVE();
    f->pc = pc;
    if (UNLIKELY(!vm_trace_point(t, f, (uint32_t)JUMP32))) ERROR;
    pc = f->pc;   /* a debugger may have moved it */
    NEXT;
}
