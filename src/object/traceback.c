/* traceback.c: traceback objects, the linked list from the frame that handles an exception to the frame that raised it. */
#include "object/container.h"
#include "object/exception.h"
#include "object/function.h"
#include "object/number.h"
#include "object/str.h"

static void traceback_trace(Obj *object)
{
    TracebackObj *tb = (TracebackObj *)object;
    gc_visit(tb->next);
    gc_visit(tb->frame);
}

Value traceback_new(Value next, Value frame, int lasti, int lineno)
{
    TracebackObj *tb = gc_alloc(TracebackObj, &traceback_type);
    if (!tb) return 0;
    tb->next = next == NONE ? 0 : next;
    tb->frame = frame;
    tb->lasti = lasti;
    tb->lineno = lineno;
    return VALUE(tb);
}

int traceback_line(TracebackObj *tb)
{
    if (tb->lineno != LINE_LATER) return tb->lineno;
    Value code = object_getattr(tb->frame, NAME("f_code"));
    if (!code) error_clear();
    tb->lineno = -1;
    if (code && type_of(code) == &code_type) code_position((CodeObj *)code, tb->lasti, &tb->lineno, 0, 0, 0);
    return tb->lineno;
}

static Value traceback_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value in[4];
    if (!native_bind("TracebackType", "(tb_next, tb_frame, tb_lasti, tb_lineno)", &signature, args, nargs, kwnames, in)) return 0;
    if (in[0] != NONE && type_of(in[0]) != &traceback_type) { return raise_type("expected traceback object or None, got '%T'", in[0]); }
    if (type_of(in[1]) != &frame_type) return raise_bad_argument("TracebackType", "tb_frame", "frame", in[1]);
    int lasti, lineno;
    if (!number_as_int(in[2], &lasti) || !number_as_int(in[3], &lineno)) return 0;
    return traceback_new(in[0], in[1], lasti, lineno);
}

static Value traceback_get_next(Value self)
{
    Value next = ((TracebackObj *)self)->next;
    return next ? next : NONE;
}

static bool traceback_set_next(Value self, Value next)
{
    if (!next) return raise_type("can't delete tb_next attribute");
    if (next == NONE) next = 0;
    else if (type_of(next) != &traceback_type) return raise_type("expected traceback object, got '%T'", next);
    for (Value at = next; at; at = ((TracebackObj *)at)->next) {
        if (at == self) return raise_value("traceback loop detected");
    }
    SET((TracebackObj *)self, next, next);
    return true;
}

static NATIVE(traceback_dir)
{
    static const char *const names[] = {"tb_frame", "tb_next", "tb_lasti", "tb_lineno"};
    Value list = list_new(0);
    for (int i = 0; list && i < 4; i++) {
        Value name = str_from_cstring(names[i]);
        if (!name || !list_append(list, name)) return 0;
    }
    return list;
}

static Value traceback_get_line(Value self) { return int_new(traceback_line((TracebackObj *)self)); }

static const NativeDef traceback_methods[] = {{"__dir__", "(self, /)", traceback_dir, "Names of the attributes."}, {0}};
static const GetSetDef traceback_getset[] = {{"tb_next", traceback_get_next, traceback_set_next, "the next traceback, towards the raise"}, {"tb_lineno", traceback_get_line}, {0}};
static const MemberDef traceback_members[] = {
    {"tb_frame", MEMBER_VALUE, offsetof(TracebackObj, frame), false, 0},
    {"tb_lasti", MEMBER_INT, offsetof(TracebackObj, lasti), false, 0},
    {0},
};

Type traceback_type = {
    TYPE_INIT("traceback", TracebackObj),
    .doc = "TracebackType(tb_next, tb_frame, tb_lasti, tb_lineno)\n--\n\nCreate a new traceback object.",
    .trace = traceback_trace,
    .new = traceback_make,
    .methods = traceback_methods,
    .getset = traceback_getset,
    .members = traceback_members,
};
