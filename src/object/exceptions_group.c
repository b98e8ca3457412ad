/* exceptions_group.c: BaseExceptionGroup and ExceptionGroup: several exceptions raised as one, and what except* needs of them. */
#include "object/exceptions.h"
#include <sys/types.h>

/* How split and subgroup choose: by exception type(s), by a predicate, or (for except* internals) by identity with members of a list of leaves. */
typedef enum MatchKind { MATCH_TYPE, MATCH_PREDICATE } MatchKind;

void exception_group_trace(Obj *object)
{
    exception_trace(object);
    gc_visit(((ExceptionGroupObj *)object)->msg);
    gc_visit(((ExceptionGroupObj *)object)->excs);
}

static bool is_group(Value v) { return is_instance_of(v, &exc_BaseExceptionGroup); }

Value exception_group_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (nargs != 2) return raise_type("BaseExceptionGroup.__new__() takes exactly 2 arguments (%zu given)", nargs);
    Value msg = args[0], given = args[1];
    if (!is_str(msg)) return raise_bad_argument("BaseExceptionGroup.__new__", "argument 1", "str", msg);
    Type *given_type = type_of(given);
    if (is_dict(given) || !(given_type->seq_item || is_list(given) || is_tuple(given) || given_type->getitem) || has_flag(given, TYPE_SET)) {
        return raise_type("second argument (exceptions) must be a sequence");
    }
    Value copy[2] = {msg, given};
    Value excs = object_to_tuple(given);
    if (!excs) return 0;
    if (!tuple_size(excs)) return raise_value("second argument (exceptions) must be a non-empty sequence");
    bool base = false;
    for (int64_t i = 0; i < tuple_size(excs); i++) {
        Value e = tuple_get(excs, i);
        if (!is_exception(e)) return raise_value("Item %lld of second argument (exceptions) is not an exception", (long long)i);
        base |= !is_instance_of(e, &exc_Exception);
    }
    if (type == &exc_BaseExceptionGroup) {
        if (!base) type = &exc_ExceptionGroup;
    } else if (type == &exc_ExceptionGroup) {
        if (base) return raise_type("Cannot nest BaseExceptions in an ExceptionGroup");
    } else if (base && type_is_subtype(type, &exc_Exception)) {
        return raise_type("Cannot nest BaseExceptions in '%.200s'", type->name);
    }
    Value self = exception_make(type, copy, 2, 0);
    if (!self) return 0;
    ExceptionGroupObj *group = (ExceptionGroupObj *)self;
    group->msg = msg;
    group->excs = excs;
    gc_barrier(group);
    return self;
}

bool exception_group_init(Value self, Value *args, size_t nargs, Value kwnames) { return exception_init(self, args, nargs, kwnames); }

Value exception_group_str(Value self)
{
    ExceptionGroupObj *group = (ExceptionGroupObj *)self;
    int64_t count = tuple_size(group->excs);
    return str_format_c("%S (%zd sub-exception%s)", group->msg, (ssize_t)count, count > 1 ? "s" : "");
}

/* --- parts */

Value exception_group_part(Value original, Value list)
{
    if (!list_size(list)) return NONE;
    Value part = call_method_1(original, NAME("derive"), list);
    if (!part) return 0;
    if (!is_group(part)) return raise_type("derive must return an instance of BaseExceptionGroup");
    Exception *from = (Exception *)original, *to = (Exception *)part;
    to->traceback = from->traceback;
    to->context = from->context;
    to->cause = from->cause;
    to->suppress_context = true;    /* as setting the cause does, even to none */
    gc_barrier(to);
    Value notes = object_getattr_opt(original, NAME("__notes__"));
    if (!notes) return thread_self->exception ? 0 : part;
    if (is_list(notes) || is_tuple(notes)) {
        Value copy = object_to_list(notes);
        if (!copy || !object_setattr(part, NAME("__notes__"), copy)) return 0;
    }
    return part;
}

static bool is_exception_type(Value v) { return is_type(v) && ((Type *)v)->flags & TYPE_EXCEPTION; }

static bool matcher_kind(Value matcher, MatchKind *kind)
{
    if (type_of(matcher) == &function_type) {
        *kind = MATCH_PREDICATE;
        return true;
    }
    *kind = MATCH_TYPE;
    bool good = is_exception_type(matcher);
    if (type_of(matcher) == &tuple_type) {
        good = true;
        for (int64_t i = 0; good && i < tuple_size(matcher); i++) good = is_exception_type(tuple_get(matcher, i));
    }
    return good ? true : raise_type("expected a function, exception type or tuple of exception types");
}

/* 1, 0, -1. An identity matcher is a list of leaf exceptions and matches these only (not groups). */
static int matches(Value exception, Value matcher, MatchKind kind)
{
    switch (kind) {
    case MATCH_TYPE: return exception_matches(exception, matcher);
    case MATCH_PREDICATE: {
        Value result = call_1(matcher, exception);
        return result ? object_truth(result) : -1;
    }
    }
    return 0;
}

/* Splits into *match and *rest (NONE where there is nothing); rest may be 0: not wanted. */
static bool split(Value exception, Value matcher, MatchKind kind, Value *match, Value *rest)
{
    *match = NONE;
    if (rest) *rest = NONE;
    int whole = matches(exception, matcher, kind);
    if (whole < 0) return false;
    if (whole) {
        *match = exception;
        return true;
    }
    if (!is_group(exception)) {
        if (rest) *rest = exception;
        return true;
    }
    Value excs = ((ExceptionGroupObj *)exception)->excs, hits = list_new(0), misses = list_new(0);
    if (!hits || !misses || !recursion_enter(" in exceptiongroup_split_recursive")) return false;
    bool good = true;
    for (int64_t i = 0; good && i < tuple_size(excs); i++) {
        Value inner_match, inner_rest;
        good = split(tuple_get(excs, i), matcher, kind, &inner_match, rest ? &inner_rest : 0);
        if (good && inner_match != NONE) good = list_append(hits, inner_match);
        if (good && rest && inner_rest != NONE) good = list_append(misses, inner_rest);
    }
    recursion_leave();
    if (!good) return false;
    *match = exception_group_part(exception, hits);
    if (!*match) return false;
    if (rest) *rest = exception_group_part(exception, misses);
    return !rest || *rest;
}

static NATIVE(group_split)
{
    MatchKind kind;
    Value match, rest, self = args[0], matcher;
    if (nargs != 2) return raise_type("split expected 1 argument, got %zu", nargs - 1);
    matcher = args[1];
    if (!matcher_kind(matcher, &kind) || !split(self, matcher, kind, &match, &rest)) return 0;
    return tuple_pack(2, match, rest);
}

static NATIVE(group_subgroup)
{
    MatchKind kind;
    Value match;
    if (nargs != 2) return raise_type("subgroup expected 1 argument, got %zu", nargs - 1);
    return matcher_kind(args[1], &kind) && split(args[0], args[1], kind, &match, 0) ? match : 0;
}

static NATIVE(group_derive)
{
    if (nargs != 2) return raise_type("derive expected 1 argument, got %zu", nargs - 1);
    return call_2(VALUE(&exc_BaseExceptionGroup), ((ExceptionGroupObj *)args[0])->msg, args[1]);
}

const NativeDef exception_group_methods[] = {
    CLASS_GETITEM,
    {"derive", 0, group_derive, "A group with the same message around other exceptions.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"split", 0, group_split, "The part that matches, and the rest.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"subgroup", 0, group_subgroup, "The part that matches.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {0},
};
const MemberDef exception_group_members[] = {
    {"message", MEMBER_VALUE, offsetof(ExceptionGroupObj, msg), false, "exception message"},
    {"exceptions", MEMBER_VALUE, offsetof(ExceptionGroupObj, excs), false, "nested exceptions"},
    {0},
};
