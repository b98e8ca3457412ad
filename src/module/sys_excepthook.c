/* sys_excepthook.c: how an uncaught exception is shown.
 *
 * The text is CPython's: the chain of causes and contexts, tracebacks with source lines and carets, exception groups in their frames, notes, the place of a syntax
 * error, suggestions for misspelt names. It is gathered in one string and written at once, so that threads do not mix their output. Where standard error is a terminal and NO_COLOR is
 * unset, the error's line is coloured.
 */
#include "module/sys.h"
#include "vm/source_line.h"
#include "module/suggestion.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { GROUP_WIDTH = 15, GROUP_DEPTH = 10, REPEATS_SHOWN = 3 };

typedef struct Printer {
    StrBuilder out;
    Value seen;              /* set of ids of exceptions already shown */
    int depth;               /* of nested groups */
    bool need_close;
    bool at_line_start;
    bool color;
} Printer;

/* ---------------------------------------------------------------- output */

static void indent(Printer *p, const char *tail)
{
    for (int i = 0; i < p->depth; i++) str_builder_cstring(&p->out, "  ");
    str_builder_cstring(&p->out, tail);
}

/* Adds text; every line of it gets the margin of the groups around it. */
static void emit(Printer *p, Value text)
{
    for (int64_t i = 0; text && i < str_length(text); i++) {
        uint32_t c = str_char(text, i);
        if (p->at_line_start && p->depth) indent(p, "| ");
        p->at_line_start = c == '\n';
        str_builder_char(&p->out, c);
    }
    if (!text) error_clear();
}

static void emit_c(Printer *p, const char *text)
{
    Value s = str_from_cstring(text);
    emit(p, s);
}

static void emit_color(Printer *p, const char *code)
{
    if (p->color) str_builder_cstring(&p->out, code);
}

/* ---------------------------------------------------------------- traceback */

static Value frame_code(Value frame)
{
    Value code = frame ? object_getattr(frame, NAME("f_code")) : 0;
    if (!code) error_clear();
    return code && type_of(code) == &code_type ? code : 0;
}

/* The line of the source under the frame's heading, with carets under the part that failed. */
static void emit_source(Printer *p, CodeObj *code, int lineno, int lasti)
{
    Value line = source_line(code->filename, lineno);
    if (!line) return;
    int64_t end = str_length(line), first = 0;
    while (end > 0 && unicode_is_space(str_char(line, end - 1))) end--;
    while (first < end && unicode_is_space(str_char(line, first))) first++;
    if (first == end) return;
    Value shown = str_substring(line, first, end);
    Value row = shown ? str_format_c("    %U\n", shown) : 0;
    emit(p, row);
    Value carets = lasti < 0 ? 0 : source_carets(code, lasti, lineno, line, first, end);
    if (carets) {
        emit_color(p, "\033[1;31m");
        Value marks = str_format_c("    %U", carets);
        emit(p, marks);
        emit_color(p, "\033[0m");
        emit_c(p, "\n");
    }
    error_clear();
}

static void emit_frame(Printer *p, CodeObj *code, int lineno, int lasti)
{
    Value head = str_format_c("  File \"%U\", line %d, in %U\n", code->filename, lineno, code->name);
    emit(p, head);
    emit_source(p, code, lineno, lasti);
}

static void emit_repeats(Printer *p, long count)
{
    if (count <= REPEATS_SHOWN) return;
    count -= REPEATS_SHOWN;
    Value text = str_format_c("  [Previous line repeated %ld more time%s]\n", count, count > 1 ? "s" : "");
    emit(p, text);
}

/* How many entries of the traceback are shown: sys.tracebacklimit, else 1000. */
static long traceback_limit(void)
{
    Value limit = sys_get("tracebacklimit");
    int64_t n;
    if (!limit || !is_int(limit)) return 1000;
    int overflow = int_as_int64_overflow(limit, &n);
    return overflow ? (overflow > 0 ? 1000000000 : 0) : n;
}

static void emit_traceback(Printer *p, Value traceback)
{
    long limit = traceback_limit(), length = 0, repeats = 0;
    if (limit <= 0) return;
    for (Value t = traceback; t && t != NONE; t = ((TracebackObj *)t)->next) length++;
    CodeObj *last = 0;
    int last_line = -1;
    for (Value t = traceback; t && t != NONE; t = ((TracebackObj *)t)->next) {
        if (length-- > limit) continue;
        TracebackObj *tb = (TracebackObj *)t;
        CodeObj *code = (CodeObj *)frame_code(tb->frame);
        if (!code) continue;
        int line = traceback_line(tb);
        bool same = last && code->filename == last->filename && code->name == last->name && line == last_line;
        if (!same) {
            emit_repeats(p, repeats);
            repeats = 0;
        }
        last = code, last_line = line;
        if (++repeats <= REPEATS_SHOWN) emit_frame(p, code, line, tb->lasti);
    }
    emit_repeats(p, repeats);
}

/* ---------------------------------------------------------------- the last line */

/* An attribute that is a number, or 0. */
static int64_t number_of(Value v)
{
    int64_t n = 0;
    if (v && is_int(v)) int_as_int64_overflow(v, &n);
    return n;
}

/* The text of a SyntaxError with the carets below. As in CPython, offsets count bytes of UTF-8 here, which is right for errors in sources without a cookie; of several lines, those
 * before the one that the offset is in are left out. */
static void emit_syntax_text(Printer *p, SyntaxErrorObj *e)
{
    size_t size;
    const char *text = e->text && is_str(e->text) ? str_utf8(e->text, &size) : 0;
    if (!text) {
        error_clear();
        return;
    }
    int64_t from = number_of(e->offset) - 1, to = number_of(e->end_offset) - 1, length = (int64_t)size;
    if (number_of(e->end_lineno) > number_of(e->lineno)) to = length;
    while (length && (*text == ' ' || *text == '\t' || *text == '\f')) text++, from--, to--, length--;
    if (length && text[length - 1] == '\n') length--;
    if (from > length) from = length;
    for (const char *newline; from > 0 && (newline = memchr(text, '\n', (size_t)from));) {
        int64_t skipped = newline + 1 - text;
        text += skipped, from -= skipped, to -= skipped, length -= skipped;
    }
    emit(p, str_format_c("    %U\n", str_from_utf8(text, (size_t)length)));
    if (from < 0) return;
    if (to > length) to = length;
    emit_c(p, "    ");
    for (int64_t i = 0; i < from; i++) emit_c(p, " ");
    emit_color(p, "\033[1;31m");
    for (int64_t i = from; i < to || i == from; i++) emit_c(p, "^");
    emit_color(p, "\033[0m");
    emit_c(p, "\n");
}

static void emit_syntax_place(Printer *p, SyntaxErrorObj *e)
{
    Value filename = e->filename && e->filename != NONE ? e->filename : NAME("<string>");
    Value text = str_format_c("  File \"%S\", line %S\n", filename, e->lineno);
    emit(p, text);
    emit_syntax_text(p, e);
}

static Value type_label(Value exception)
{
    Type *type = type_of(exception);
    Value module = object_getattr(VALUE(type), NAME("__module__")), name = object_getattr(VALUE(type), NAME("__qualname__"));
    if (!module || !is_str(module) || !name) {
        error_clear();
        return name ? str_format_c("<unknown>.%S", name) : str_from_cstring("<unknown>");
    }
    if (str_equal_ascii(module, "builtins") || str_equal_ascii(module, "__main__")) return name;
    return str_format_c("%U.%S", module, name);
}

static void emit_notes(Printer *p, Value exception)
{
    Value notes = object_getattr_opt(exception, NAME("__notes__"));
    if (!notes) {
        error_clear();
        return;
    }
    if (!is_list(notes) && !is_tuple(notes)) {
        Value text = object_repr(notes);
        if (!text) {
            error_clear();
            text = str_from_cstring("<__notes__ repr() failed>");
        }
        emit(p, text);
        return;
    }
    Value list = object_to_list(notes);
    for (int64_t i = 0; list && i < list_size(list); i++) {
        Value text = object_str(list_get(list, i));
        if (!text) {
            error_clear();
            text = str_from_cstring("<note str() failed>");
        }
        emit(p, text);
        emit_c(p, "\n");
    }
    error_clear();
}

/* "ValueError: text" and the notes. */
static void emit_exception_line(Printer *p, Value exception)
{
    SyntaxErrorObj *place = (SyntaxErrorObj *)exception;
    bool syntax = is_instance_of(exception, &exc_SyntaxError) && place->lineno && place->lineno != NONE;
    Value text = syntax && place->msg ? object_str(place->msg) : 0;
    if (syntax) emit_syntax_place(p, place);
    else text = object_str(exception);
    if (!text) {
        error_clear();
        text = str_from_cstring(syntax ? "<no detail available>" : "<exception str() failed>");
    }
    emit_color(p, "\033[1;35m");
    Value label = type_label(exception);
    emit(p, label);
    emit_color(p, "\033[0m");
    if (text && str_length(text)) {
        emit_c(p, ": ");
        emit(p, text);
    }
    Value suggestion = suggestion_for(exception);
    if (suggestion) {
        Value hint = str_format_c(". Did you mean: %R?", suggestion);
        emit(p, hint);
    }
    error_clear();
    emit_c(p, "\n");
    emit_notes(p, exception);
}

/* ---------------------------------------------------------------- one exception, groups, the chain */

static void emit_chain(Printer *p, Value exception);

static void emit_plain(Printer *p, Value exception)
{
    Value traceback = ((Exception *)exception)->traceback;
    if (traceback && traceback != NONE && traceback_limit() > 0) {
        emit_c(p, "Traceback (most recent call last):\n");
        emit_traceback(p, traceback);
    }
    emit_exception_line(p, exception);
}

static void emit_group_member(Printer *p, Value members, int64_t i)
{
    int64_t count = tuple_size(members), shown = count <= GROUP_WIDTH ? count : GROUP_WIDTH + 1;
    bool last = i == shown - 1, truncated = i >= GROUP_WIDTH;
    if (last) p->need_close = true;
    char title[80];
    if (truncated) snprintf(title, sizeof title, "%s+---------------- ... ----------------\n", i ? "  " : "+-");
    else snprintf(title, sizeof title, "%s+---------------- %ld ----------------\n", i ? "  " : "+-", (long)i + 1);
    indent(p, title);
    p->at_line_start = true;
    p->depth++;
    if (!truncated) emit_chain(p, tuple_get(members, i));
    else {
        Value text = str_format_c("and %ld more exception%s\n", (long)(count - GROUP_WIDTH), count - GROUP_WIDTH > 1 ? "s" : "");
        emit(p, text);
    }
    if (last && p->need_close) {
        indent(p, "+------------------------------------\n");
        p->need_close = false;
    }
    p->depth--;
}

static void emit_group(Printer *p, Value exception)
{
    ExceptionGroupObj *group = (ExceptionGroupObj *)exception;
    bool top = p->depth == 0;
    if (p->depth > GROUP_DEPTH) {
        emit_c(p, "... (max_group_depth is 10)\n");
        return;
    }
    if (top) p->depth = 1;
    Value traceback = group->base.traceback;
    if (traceback && traceback != NONE) {
        indent(p, top ? "+ " : "| ");
        p->at_line_start = false;
        emit_c(p, "Exception Group Traceback (most recent call last):\n");
        emit_traceback(p, traceback);
    }
    emit_exception_line(p, exception);
    if (group->excs && is_tuple(group->excs))
        for (int64_t i = 0; i < tuple_size(group->excs) && i <= GROUP_WIDTH; i++) emit_group_member(p, group->excs, i);
    if (top) p->depth = 0;
}

static bool seen_before(Printer *p, Value exception)
{
    Value id = int_new(object_id(exception));
    return !id || set_contains(p->seen, id) == 1;
}

static void emit_chain(Printer *p, Value exception)
{
    if (!recursion_enter(" while printing an exception")) {
        error_clear();
        return;
    }
    Exception *e = (Exception *)exception;
    Value id = int_new(object_id(exception));
    if (id) set_add(p->seen, id);
    Value cause = e->cause && e->cause != NONE ? e->cause : 0;
    Value context = !cause && !e->suppress_context && e->context && e->context != NONE ? e->context : 0;
    if (cause && !seen_before(p, cause)) {
        emit_chain(p, cause);
        emit_c(p, "\nThe above exception was the direct cause of the following exception:\n\n");
    } else if (context && !seen_before(p, context)) {
        emit_chain(p, context);
        emit_c(p, "\nDuring handling of the above exception, another exception occurred:\n\n");
    }
    if (is_instance_of(exception, &exc_BaseExceptionGroup)) emit_group(p, exception);
    else emit_plain(p, exception);
    recursion_leave();
}

static bool use_color(void)
{
    const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if ((no_color && *no_color) || !terminal || !strcmp(terminal, "dumb") || !isatty(2)) return false;
    Value file = sys_get("stderr"), own = sys_get("__stderr__");
    return file && file == own;
}

bool excepthook_print(Value exception)
{
    if (sys_get("stderr") == NONE) return error_clear(), true; /* a program without standard error */
    Printer p = {.seen = set_new(0), .at_line_start = true, .color = use_color()};
    if (!p.seen) return error_clear(), false;
    emit_chain(&p, exception);
    error_clear();
    Value text = str_builder_finish(&p.out);
    if (!text) return error_clear(), false;
    sys_write_stderr("%U", text);
    Value file = sys_get("stderr");
    if (file && file != NONE) call_method_0(file, NAME("flush"));
    error_clear();
    return true;
}

/* ---------------------------------------------------------------- the end of a program */

/* The status that SystemExit(code) asks for; text is printed. */
static int exit_status(Value code)
{
    if (!code || code == NONE) return 0;
    int64_t n;
    if (is_int(code)) return int_as_int64_overflow(code, &n) ? 255 : (int)(n & 0xff);
    sys_flush();
    sys_write_stderr("%S\n", code);
    return 1;
}

static void exception_hook(Value exception)
{
    Value hook = sys_get("excepthook"), traceback = ((Exception *)exception)->traceback;
    sys_set("last_type", VALUE(type_of(exception)));
    sys_set("last_value", exception);
    sys_set("last_traceback", traceback ? traceback : NONE);
    if (!hook) {
        sys_write_stderr("sys.excepthook is missing\n");
        excepthook_print(exception);
        return;
    }
    if (call_3(hook, VALUE(type_of(exception)), exception, traceback ? traceback : NONE)) return;
    Value second = error_take();
    if (second && is_instance_of(second, &exc_SystemExit)) {
        error_restore(second);
        return;
    }
    sys_write_stderr("Error in sys.excepthook:\n");
    if (second) excepthook_print(second);
    sys_write_stderr("\nOriginal exception was:\n");
    excepthook_print(exception);
}

int sys_report_exception(void)
{
    Value exception = error_take();
    if (!exception) return 0;
    if (is_instance_of(exception, &exc_SystemExit)) return exit_status(((StopIterationObj *)exception)->value);
    bool interrupted = is_instance_of(exception, &exc_KeyboardInterrupt);
    sys_flush();
    exception_hook(exception);
    if (thread_self->exception && (exception = error_take()) && is_instance_of(exception, &exc_SystemExit)) return exit_status(((StopIterationObj *)exception)->value);
    return interrupted ? 130 : 1;
}
