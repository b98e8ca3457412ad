/* call.c: binding arguments to the parameters of Python functions, and calls that come from C. */
#include "vm/enter.h"
#include "vm/vm.h"
#include "object/error.h"
#include "object/str.h"

/* ---- frames */

Frame *vm_push_frame(Thread *t, FunctionObj *function, Lowered *low, Value *window, uint32_t flags)
{
    if (!t->vm) t->vm = (void *)((uintptr_t)t->stack_end & ~15ull);
    Frame *f = (Frame *)t->vm - 1;
    if (window + low->register_count + 64 >= (Value *)f) {
        raise_recursion("");
        return 0;
    }
    *f = (Frame){.previous = t->frame, .pc = low->words, .r = window, .k = low->k, .top = window + low->register_count, .code = low->code, .function = function, .flags = flags};
    t->vm = f;
    t->frame = f;
    t->stack_top = f->top;
    return f;
}

void vm_pop_frame(Thread *t, Frame *f)
{
    if (f->object) frame_object_detach(f);
    t->frame = f->previous;
    t->recursion_depth--;
    if (!(f->flags & FRAME_GENERATOR)) t->vm = f + 1;
    t->stack_top = f->previous ? f->previous->top : t->stack;
}

/* ---- messages */

static Value local_name(CodeObj *code, int64_t n) { return tuple_get(code->localsplusnames, n); }

static void too_many_positional(FunctionObj *function, CodeObj *code, int64_t given, const Value *window)
{
    int64_t kwonly_given = 0, defaults = function->defaults ? tuple_size(function->defaults) : 0;
    for (int64_t n = code->argcount; n < code->argcount + code->kwonlyargcount; n++) kwonly_given += window[n] != 0;
    bool plural = defaults ? true : code->argcount != 1;
    Value takes = defaults ? str_format_c("from %zd to %zd", (size_t)(code->argcount - defaults), (size_t)code->argcount) : str_format_c("%zd", (size_t)code->argcount);
    Value kwonly = kwonly_given
                       ? str_format_c(" positional argument%s (and %zd keyword-only argument%s)", given != 1 ? "s" : "", (size_t)kwonly_given, kwonly_given != 1 ? "s" : "")
                       : str_empty;
    if (!takes || !kwonly) return;
    raise_type("%U() takes %U positional argument%s but %zd%U %s given", function->qualname, takes, plural ? "s" : "", (size_t)given, kwonly,
               given == 1 && !kwonly_given ? "was" : "were");
}

static void missing_arguments(FunctionObj *function, CodeObj *code, int64_t from, int64_t to, const Value *window, const char *kind)
{
    int64_t missing = 0, seen = 0;
    for (int64_t n = from; n < to; n++) missing += !window[n];
    StrBuilder b = {0};
    for (int64_t n = from; n < to; n++) {
        if (window[n]) continue;
        seen++;
        if (seen > 1) str_builder_cstring(&b, missing == 2 ? " and " : seen == missing ? ", and " : ", ");
        Value name = object_repr(local_name(code, n));
        if (!name || !str_builder_str(&b, name)) return;
    }
    Value names = str_builder_finish(&b);
    if (names) raise_type("%U() missing %i required %s argument%s: %U", function->qualname, (int)missing, kind, missing == 1 ? "" : "s", names);
}

/* Positional-only parameters that were given by keyword, all in one message. true: there were some. */
static bool positional_only_by_keyword(FunctionObj *function, CodeObj *code, Value kwnames)
{
    StrBuilder b = {0};
    bool any = false;
    for (int64_t p = 0; p < code->posonlyargcount; p++)
        for (int64_t n = 0; n < tuple_size(kwnames); n++) {
            int same = object_equal(local_name(code, p), tuple_get(kwnames, n));
            if (same < 0) return true;
            if (!same) continue;
            if (any) str_builder_cstring(&b, ", ");
            str_builder_str(&b, local_name(code, p));
            any = true;
        }
    if (!any) return false;
    Value names = str_builder_finish(&b);
    if (names) raise_type("%U() got some positional-only arguments passed as keyword arguments: '%U'", function->qualname, names);
    return true;
}

/* ---- binding */

/* Index of the parameter that keyword `name` names, -1: none, -2: exception. */
static int64_t find_parameter(CodeObj *code, Value name)
{
    int64_t end = code->argcount + code->kwonlyargcount;
    const Value *names = tuple_items(code->localsplusnames);
    for (int64_t n = code->posonlyargcount; n < end; n++)
        if (names[n] == name) return n;
    for (int64_t n = code->posonlyargcount; n < end; n++) {
        int same = object_equal(name, names[n]);
        if (same < 0) return -2;
        if (same) return n;
    }
    return -1;
}

static bool bind_keywords(FunctionObj *function, CodeObj *code, Value *window, const Value *values, Value kwnames, Value extra)
{
    for (int64_t n = 0; n < tuple_size(kwnames); n++) {
        Value name = tuple_get(kwnames, n);
        if (!is_str(name)) return raise_type("%U() keywords must be strings", function->qualname);
        int64_t p = find_parameter(code, name);
        if (p == -2) return false;
        if (p == -1) {
            if (extra) {
                if (!dict_set(extra, name, values[n])) return false;
                continue;
            }
            if (code->posonlyargcount && positional_only_by_keyword(function, code, kwnames)) return false;
            if (thread_self->exception) return false;
            return raise_type("%U() got an unexpected keyword argument '%S'", function->qualname, name);
        }
        if (window[p]) return raise_type("%U() got multiple values for argument '%S'", function->qualname, name);
        window[p] = values[n];
    }
    return true;
}

static bool fill_defaults(FunctionObj *function, CodeObj *code, Value *window)
{
    int64_t defaults = function->defaults ? tuple_size(function->defaults) : 0, first = code->argcount - defaults;
    for (int64_t n = 0; n < first; n++)
        if (!window[n]) {
            missing_arguments(function, code, 0, first, window, "positional");
            return false;
        }
    for (int64_t n = first < 0 ? 0 : first; n < code->argcount; n++)
        if (!window[n]) window[n] = tuple_get(function->defaults, n - first);
    int64_t end = code->argcount + code->kwonlyargcount;
    bool missing = false;
    for (int64_t n = code->argcount; n < end; n++) {
        if (window[n]) continue;
        if (function->kwdefaults) window[n] = dict_get(function->kwdefaults, local_name(code, n));
        if (!window[n] && thread_self->exception) return false;
        missing |= !window[n];
    }
    if (missing) missing_arguments(function, code, code->argcount, end, window, "keyword-only");
    return !missing;
}

bool vm_bind(FunctionObj *function, Value *window, const Value *args, size_t nargs, Value kwnames)
{
    CodeObj *code = (CodeObj *)function->code;
    size_t positional = nargs < (size_t)code->argcount ? nargs : (size_t)code->argcount;
    int64_t after = code->argcount + code->kwonlyargcount;
    memset(window, 0, sizeof(Value) * (size_t)code->nlocalsplus);
    memcpy(window, args, sizeof(Value) * positional);
    if (code->flags & CO_VARARGS) {
        window[after] = tuple_from(args + positional, (int64_t)(nargs - positional));
        if (!window[after++]) return false;
    }
    Value extra = 0;
    if (code->flags & CO_VARKEYWORDS) {
        extra = window[after] = dict_new();
        if (!extra) return false;
    }
    if (kwnames && !bind_keywords(function, code, window, args + nargs, kwnames, extra)) return false;
    if (nargs > (size_t)code->argcount && !(code->flags & CO_VARARGS)) {
        too_many_positional(function, code, (int64_t)nargs, window);
        return false;
    }
    return fill_defaults(function, code, window);
}

/* ---- starting functions */

static Lowered *lowered_for(Thread *t, FunctionObj *function, uint32_t *flags)
{
    CodeObj *code = (CodeObj *)function->code;
    if (__builtin_expect(vm_tracing(t) && !t->tracing, 0)) {
        Lowered *low = vm_lower_traced(code);
        *flags |= FRAME_TRACED;
        return low;
    }
    return vm_lower(code);
}

enum { MAX_BOUND = 24 };   /* parameters of functions that are bound without asking anything */

/* A function without *args and **kwargs, its keyword arguments named by the very strings of the parameters. Leaves args as they were when it is not so simple. */
static bool bind_simple(FunctionObj *function, Lowered *low, Value *window, Value *args, size_t nargs, Value kwnames)
{
    CodeObj *code = low->code;
    int64_t keywords = kwnames ? tuple_size(kwnames) : 0, positional = code->argcount, parameters = positional + code->kwonlyargcount;
    if (code->flags & (CO_VARARGS | CO_VARKEYWORDS) || (int64_t)nargs > positional || (int64_t)nargs + keywords > parameters || parameters > MAX_BOUND) return false;
    const Value *names = tuple_items(code->localsplusnames);
    Value bound[MAX_BOUND];
    for (int64_t n = (int64_t)nargs; n < parameters; n++) bound[n] = 0;
    for (int64_t n = 0; n < keywords; n++) {
        int64_t place = nargs > (size_t)code->posonlyargcount ? (int64_t)nargs : code->posonlyargcount;
        while (place < parameters && names[place] != tuple_get(kwnames, n)) place++;
        if (place == parameters || bound[place]) return false;
        bound[place] = args[nargs + (size_t)n];
    }
    int64_t defaults = function->defaults ? tuple_size(function->defaults) : 0, first = positional - defaults;
    for (int64_t n = (int64_t)nargs; n < parameters; n++) {
        if (bound[n]) continue;
        if (n < positional) bound[n] = n >= first ? tuple_get(function->defaults, n - first) : 0;
        else bound[n] = function->kwdefaults && type_of(function->kwdefaults) == &dict_type ? dict_get_str(function->kwdefaults, names[n]) : 0;
        if (!bound[n]) return false;
    }
    if (window != args) values_copy(window, args, nargs);
    values_copy(window + nargs, bound + nargs, (size_t)parameters - nargs);
    for (int64_t n = parameters; n < low->locals_count; n++) window[n] = 0;
    return true;
}

/* The keyword arguments as a dict for **kwargs, when none of them names a parameter. 0 without exception: not so simple. */
static Value keywords_alone(CodeObj *code, const Value *values, Value kwnames)
{
    int64_t keywords = tuple_size(kwnames), parameters = code->argcount;
    const Value *names = tuple_items(code->localsplusnames);
    for (int64_t n = 0; n < keywords; n++) {
        Value name = tuple_get(kwnames, n);
        if (type_of(name) != &str_type || !((StrObj *)name)->interned) return 0;
        for (int64_t p = code->posonlyargcount; p < parameters; p++)
            if (names[p] == name) return 0;
    }
    Value dict = dict_new();
    for (int64_t n = 0; dict && n < keywords; n++)
        if (!dict_set(dict, tuple_get(kwnames, n), values[n])) return 0;
    return dict;
}

/* A function with *args, perhaps **kwargs, no keyword-only parameters, and enough positional arguments. false, perhaps with an exception: not so simple. */
static bool bind_variadic(Thread *t, Lowered *low, Value *window, Value *args, size_t nargs, Value kwnames)
{
    CodeObj *code = low->code;
    size_t positional = (size_t)code->argcount, at = positional;
    bool takes_keywords = code->flags & CO_VARKEYWORDS;
    if (!(code->flags & CO_VARARGS) || code->kwonlyargcount || nargs < positional || (kwnames && !takes_keywords)) return false;
    Value dict = !takes_keywords ? 0 : kwnames ? keywords_alone(code, args + nargs, kwnames) : dict_new();
    if (takes_keywords && !dict) return false;
    Value rest = tuple_from(args + positional, (int64_t)(nargs - positional));
    if (!rest) return false;
    if (window != args) values_copy(window, args, positional);
    window[at++] = rest;
    if (takes_keywords) window[at++] = dict;
    for (; at < (size_t)low->locals_count; at++) window[at] = 0;
    return true;
}

/* Binds where it can be done in place. window: at the arguments, or clear of them. false, perhaps with an exception: vm_bind is to do it. */
static bool bind_plainly(Thread *t, FunctionObj *function, Lowered *low, Value *window, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames || low->simple_args < (int64_t)nargs) return bind_simple(function, low, window, args, nargs, kwnames) || bind_variadic(t, low, window, args, nargs, kwnames);
    size_t n = nargs, parameters = (size_t)low->simple_args;
    if (parameters > nargs) {
        size_t defaults = function->defaults ? (size_t)tuple_size(function->defaults) : 0;
        if (parameters - nargs > defaults) return false;
        if (window != args) values_copy(window, args, nargs);
        values_copy(window + nargs, tuple_items(function->defaults) + defaults - (parameters - nargs), parameters - nargs);
        n = parameters;
    } else if (window != args) values_copy(window, args, nargs);
    for (; n < (size_t)low->locals_count; n++) window[n] = 0;
    return true;
}

Frame *vm_enter(Thread *t, FunctionObj *function, Value *args, size_t nargs, Value kwnames, uint32_t flags)
{
    Frame *f = t->frame;
    Lowered *low = code_lowered((CodeObj *)function->code);
    if (__builtin_expect(!low || poll(t), 0)) {
        if (!safe_point()) return 0;
        low = lowered_for(t, function, &flags);
        if (!low) return 0;
    }
    if (t->recursion_depth >= recursion_limit) {
        raise_recursion("");
        return 0;
    }
    size_t total = nargs + (kwnames ? (size_t)tuple_size(kwnames) : 0);
    /* A generator's window is in the heap and has no room for that of a callee. */
    Value *window = f->flags & FRAME_GENERATOR ? f->top : args, *aside = f->top;
    if (aside < window + low->register_count) aside = window + low->register_count;
    if (aside + total + 64 >= (Value *)vm_frame_floor(t) - sizeof(Frame)) {
        raise_recursion("");
        return 0;
    }
    if (!bind_plainly(t, function, low, window, args, nargs, kwnames)) {
        if (t->exception) return 0;
        /* The arguments step aside, above the caller's window and clear of the new one. */
        memmove(aside, args, sizeof(Value) * total);
        t->stack_top = aside + total;
        bool bound = vm_bind(function, window, aside, nargs, kwnames);
        t->stack_top = f->top;
        if (!bound) return 0;
    }
    Frame *new = (Frame *)t->vm - 1;
    if (__builtin_expect(!room_for(t, low, window, new), 0)) {
        raise_recursion("");
        return 0;
    }
    t->recursion_depth++;
    link_frame(t, f, new, function, low, window, (size_t)low->locals_count, flags);
    return new;
}

static Value run_bound(Thread *t, FunctionObj *function, Lowered *low, Value *window, Value locals, uint32_t flags)
{
    Value *top = t->stack_top;
    Frame *f = vm_push_frame(t, function, low, window, FRAME_ENTRY | flags);
    if (!f) {
        recursion_leave();
        return 0;
    }
    f->locals = locals;
    Value result = vm_run(t, f);   /* leaving the frame undoes recursion_enter */
    t->stack_top = top;
    return result;
}

Value vm_call_function(Value callee, Value *args, size_t nargs, Value kwnames)
{
    Thread *t = thread_self;
    FunctionObj *function = (FunctionObj *)callee;
    uint32_t flags = 0;
    Lowered *low = code_lowered((CodeObj *)function->code);
    Value *window = t->stack_top, *top = window;
    if (__builtin_expect(low && !kwnames && low->simple_args == (int64_t)nargs && t->vm && !c_stack_low(), 1) && may_enter(t, low, window)) {
        values_copy(window, args, nargs);
        Frame *frame = (Frame *)t->vm - 1;
        t->recursion_depth++;
        link_frame(t, t->frame, frame, function, low, window, nargs, FRAME_ENTRY);
        Value result = vm_run(t, frame);
        t->stack_top = top;
        return result;
    }
    if (!safe_point()) return 0;
    low = lowered_for(t, function, &flags);
    if (!low || !recursion_enter("")) return 0;
    if (window + low->register_count + 64 >= (Value *)vm_frame_floor(t) - sizeof(Frame)) {
        recursion_leave();
        return raise_recursion("");
    }
    t->stack_top = window + low->register_count;
    bool bound = bind_plainly(t, function, low, window, args, nargs, kwnames);
    if (!bound && !t->exception) {
        memset(window, 0, sizeof(Value) * (size_t)low->register_count);
        bound = vm_bind(function, window, args, nargs, kwnames);
    }
    t->stack_top = top;
    if (!bound) {
        recursion_leave();
        return 0;
    }
    return run_bound(t, function, low, window, 0, flags);
}

Value vm_run_code(FunctionObj *function, Value locals)
{
    Thread *t = thread_self;
    uint32_t flags = 0;
    if (!safe_point()) return 0;
    Lowered *low = lowered_for(t, function, &flags);
    if (!low || !recursion_enter("")) return 0;
    Value *window = t->stack_top;
    if (window + low->register_count + 64 >= (Value *)vm_frame_floor(t) - sizeof(Frame)) {
        recursion_leave();
        return raise_recursion("");
    }
    memset(window, 0, sizeof(Value) * low->register_count);
    if (low->simple_args) {
        Value *top = t->stack_top;
        t->stack_top = window + low->register_count;
        bool bound = vm_bind(function, window, window, 0, 0);
        t->stack_top = top;
        if (!bound) {
            recursion_leave();
            return 0;
        }
    }
    return run_bound(t, function, low, window, locals, flags);
}

Value vm_call_class_body(Value function, Value namespace) { return vm_run_code((FunctionObj *)function, namespace); }

/* ---- f(*args, **kwargs) */

static Value function_text(Value function)
{
    Value qualname = object_getattr_opt(function, NAME("__qualname__"));
    if (!qualname || !is_str(qualname)) {
        error_clear();
        return object_str(function);
    }
    Value module = object_getattr_opt(function, NAME("__module__"));
    error_clear();
    if (module && is_str(module) && !str_equal_ascii(module, "builtins")) return str_format_c("%U.%U()", module, qualname);
    return str_format_c("%U()", qualname);
}

/* *args is to be a tuple, **kwargs a dict. */
static bool make_plain(Value function, Value *args, Value *kwargs)
{
    if (type_of(*args) != &tuple_type) {
        if (!type_of(*args)->iter && !type_of(*args)->getitem) {
            Value text = function_text(function);
            return text && raise_type("%U argument after * must be an iterable, not %.200s", text, type_of(*args)->name);
        }
        if (!(*args = object_to_tuple(*args))) return false;
    }
    if (*kwargs && type_of(*kwargs) != &dict_type) {
        Value dict = dict_new();
        if (!dict || !vm_dict_merge(dict, *kwargs, function)) return false;
        *kwargs = dict;
    }
    return true;
}

Value *vm_spread(Frame *f, Value function, Value args, Value kwargs, size_t *nargs, Value *kwnames)
{
    Thread *t = thread_self;
    if (!make_plain(function, &args, &kwargs)) return 0;
    size_t count = (size_t)tuple_size(args), keywords = kwargs ? (size_t)dict_size(kwargs) : 0;
    Value *out = f->top + 1;
    if (out + count + keywords + 64 >= (Value *)vm_frame_floor(t) - sizeof(Frame)) return raise_recursion(""), (Value *)0;
    *nargs = count;
    *kwnames = 0;
    out[-1] = 0;
    for (size_t n = 0; n < count; n++) out[n] = tuple_get(args, (int64_t)n);
    if (!keywords) {
        t->stack_top = out + count;
        return out;
    }
    int64_t position = 0;
    Value key, names = tuple_new((int64_t)keywords);
    if (!names) return 0;
    for (size_t n = 0; n < keywords && dict_next(kwargs, &position, &key, &out[count + n]); n++) {
        if (!is_str(key)) return raise_type("keywords must be strings"), (Value *)0;
        tuple_items(names)[n] = key;
    }
    *kwnames = names;
    t->stack_top = out + count + keywords;
    return out;
}

bool vm_dict_merge(Value dict, Value update, Value function)
{
    if (dict_merge(dict, update, 2) >= 0) return true;
    if (error_matches(&exc_AttributeError)) {
        error_clear();
        Value text = function_text(function);
        return text && raise_type("%U argument after ** must be a mapping, not %.200s", text, type_of(update)->name);
    }
    if (error_matches(&exc_KeyError)) {
        Value args = ((Exception *)thread_self->exception)->args;
        if (args && is_tuple(args) && tuple_size(args) == 1) {
            Value key = tuple_get(args, 0), text;
            error_clear();
            text = function_text(function);
            if (!text) return false;
            return raise_type("%U got multiple values for keyword argument '%S'", text, key);
        }
    }
    return false;
}
