/* iterators.c: the iterators over no type in particular: over __getitem__ (seq_iter_new), iter(f, sentinel), and reversed. */
#include "object/sequence.h"

/* --- iterator: over anything with __getitem__, until IndexError or StopIteration */

typedef struct SeqIter {
    Obj head;
    int64_t index;
    Value sequence; /* 0: exhausted */
} SeqIter;

static void seq_iter_trace(Obj *o) { gc_visit(((SeqIter *)o)->sequence); }

Value seq_iter_new(Value sequence)
{
    SeqIter *it = gc_alloc(SeqIter, &seq_iterator_type);
    if (it) it->sequence = sequence;
    return VALUE(it);
}

static Value item_at(Value sequence, int64_t index)
{
    Type *type = type_of(sequence);
    return type->seq_item ? type->seq_item(sequence, index) : object_getitem(sequence, int_new(index));
}

static Value seq_iter_next(Value self)
{
    SeqIter *it = (SeqIter *)self;
    if (!it->sequence) return 0;
    if (it->index == INT64_MAX) return raise_overflow("iter index too large");
    Value item = item_at(it->sequence, it->index);
    if (item) {
        it->index++;
        return item;
    }
    if (error_clear_if(&exc_IndexError) || error_clear_if(&exc_StopIteration)) it->sequence = 0;
    return 0;
}

static NATIVE(seq_iter_length_hint)
{
    SeqIter *it = (SeqIter *)args[0];
    if (!it->sequence) return small_int(0);
    if (!type_of(it->sequence)->length) return NOT_IMPLEMENTED;
    int64_t length = object_length(it->sequence);
    if (length < 0) return 0;
    return int_new(length > it->index ? length - it->index : 0);
}

static NATIVE(seq_iter_reduce)
{
    SeqIter *it = (SeqIter *)args[0];
    return it->sequence ? reduce_iterator("iter", it->sequence, int_new(it->index)) : reduce_iterator("iter", tuple_empty, 0);
}

static NATIVE(seq_iter_setstate)
{
    SeqIter *it = (SeqIter *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (it->sequence) it->index = index < 0 ? 0 : index;
    return NONE;
}

static const NativeDef seq_iter_methods[] = {
    {"__length_hint__", "(self, /)", seq_iter_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", seq_iter_reduce, "Return state information for pickling.", 0},
    {"__setstate__", "(self, object, /)", seq_iter_setstate, "Set state information for unpickling.", 0},
    {0},
};

Type seq_iterator_type = {
    TYPE_INIT("iterator", SeqIter), .flags = TYPE_DISALLOW_NEW, .trace = seq_iter_trace, .iter = iter_self, .next = seq_iter_next, .methods = seq_iter_methods,
};

/* --- callable_iterator: iter(callable, sentinel) */

typedef struct CallIter {
    Obj head;
    Value callable, sentinel; /* both 0: exhausted */
} CallIter;

static void call_iter_trace(Obj *o)
{
    gc_visit(((CallIter *)o)->callable);
    gc_visit(((CallIter *)o)->sentinel);
}

Value callable_iterator_new(Value callable, Value sentinel)
{
    CallIter *it = gc_alloc(CallIter, &callable_iterator_type);
    if (!it) return 0;
    it->callable = callable, it->sentinel = sentinel;
    return VALUE(it);
}

static Value call_iter_next(Value self)
{
    CallIter *it = (CallIter *)self;
    if (!it->callable) return 0;
    Value result = call_0(it->callable);
    if (result && it->sentinel) {   /* the call may have exhausted the iterator itself */
        int same = object_equal(it->sentinel, result);
        if (same == 0) return result;
        if (same > 0) it->callable = it->sentinel = 0;
        return 0;
    }
    if (!result && error_clear_if(&exc_StopIteration)) it->callable = it->sentinel = 0;
    return 0;
}

static NATIVE(call_iter_reduce)
{
    CallIter *it = (CallIter *)args[0];
    if (!it->callable) return reduce_iterator("iter", tuple_empty, 0);
    Value iter = import_attr("builtins", "iter");
    Value arguments = iter ? tuple_pack(2, it->callable, it->sentinel) : 0;
    return arguments ? tuple_pack(2, iter, arguments) : 0;
}

static const NativeDef call_iter_methods[] = {{"__reduce__", "(self, /)", call_iter_reduce, "Return state information for pickling.", 0}, {0}};

Type callable_iterator_type = {
    TYPE_INIT("callable_iterator", CallIter), .flags = TYPE_DISALLOW_NEW, .trace = call_iter_trace, .iter = iter_self, .next = call_iter_next, .methods = call_iter_methods,
};

/* --- reversed */

typedef struct ReversedObj {
    Obj head;
    int64_t index;
    Value sequence;
} ReversedObj;

static void reversed_trace(Obj *o) { gc_visit(((ReversedObj *)o)->sequence); }

static Value reversed_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!check_no_keywords("reversed", type, &reversed_type, kwnames) || !check_positional("reversed", nargs, 0, 1, 1)) return 0;
    Value sequence = args[0];
    Value method = object_lookup_special(sequence, NAME("__reversed__"));
    if (method == NONE) return raise_type("'%.200s' object is not reversible", type_of(sequence)->name);
    if (method) return call_0(method);
    if (thread_self->exception) return 0;
    if (!type_of(sequence)->getitem || is_dict(sequence)) return raise_type("'%.200s' object is not reversible", type_of(sequence)->name);
    int64_t length = object_length(sequence);
    if (length < 0) return 0;
    ReversedObj *it = NEW_OF(ReversedObj, type, reversed_type);
    if (!it) return 0;
    it->index = length - 1;
    SET(it, sequence, sequence);
    return VALUE(it);
}

static Value reversed_next(Value self)
{
    ReversedObj *it = (ReversedObj *)self;
    if (!it->sequence) return 0;
    if (it->index >= 0) {
        Value item = item_at(it->sequence, it->index);
        if (item) {
            it->index--;
            return item;
        }
        if (!error_clear_if(&exc_IndexError)) error_clear_if(&exc_StopIteration);
    }
    it->index = -1;
    it->sequence = 0;
    return 0;
}

static NATIVE(reversed_length_hint)
{
    ReversedObj *it = (ReversedObj *)args[0];
    if (!it->sequence) return small_int(0);
    int64_t length = object_length(it->sequence);
    if (length < 0) return 0;
    return int_new(length < it->index + 1 ? 0 : it->index + 1);
}

static NATIVE(reversed_reduce)
{
    ReversedObj *it = (ReversedObj *)args[0];
    Value arguments = tuple_pack(1, it->sequence ? it->sequence : tuple_empty);
    if (!arguments) return 0;
    return it->sequence ? tuple_pack(3, VALUE(it->head.type), arguments, int_new(it->index)) : tuple_pack(2, VALUE(it->head.type), arguments);
}

static NATIVE(reversed_setstate)
{
    ReversedObj *it = (ReversedObj *)args[0];
    int64_t index;
    if (!int_as_count(args[1], &index)) return 0;
    if (!it->sequence) return NONE;
    int64_t length = object_length(it->sequence);
    if (length < 0) return 0;
    it->index = index < -1 ? -1 : index > length - 1 ? length - 1 : index;
    return NONE;
}

static const NativeDef reversed_methods[] = {
    {"__length_hint__", "(self, /)", reversed_length_hint, "Private method returning an estimate of len(list(it)).", 0},
    {"__reduce__", "(self, /)", reversed_reduce, "Return state information for pickling.", 0},
    {"__setstate__", "(self, object, /)", reversed_setstate, "Set state information for unpickling.", 0},
    {0},
};

Type reversed_type = {
    TYPE_INIT("reversed", ReversedObj),
    .flags = TYPE_BASE,
    .doc = "Return a reverse iterator over the values of the given sequence.",
    .trace = reversed_trace,
    .new = reversed_make,
    .iter = iter_self,
    .next = reversed_next,
    .methods = reversed_methods,
};
