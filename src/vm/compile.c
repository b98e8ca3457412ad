/* compile.c: source text to code objects: the bridge from the front end, which knows no objects, to the runtime. */
#include "vm/vm.h"
#include "compile/compile.h"
#include "vm/marshal.h"
#include "vm/source_line.h"
#include "object/container.h"
#include "object/number.h"
#include "object/str.h"
#include <stdlib.h>
#include <unistd.h>

#pragma weak compile_source
#pragma weak marshal_code

/* The front end asks for source in an encoding that it does not know itself. */
static bool decode_source(Source *source, const char *encoding, const char *bytes, size_t size, const char **utf8, size_t *utf8_size)
{
    Value text = str_decode(bytes, size, encoding, 0);
    const char *decoded = text ? str_utf8(text, utf8_size) : 0;
    if (!decoded) {
        if (source->is_script) error_clear_if(&exc_LookupError), error_clear_if(&exc_UnicodeError);   /* the front end says that there is a problem */
        return false;
    }
    char *copy = arena_alloc(source->arena, *utf8_size + 1);
    memcpy(copy, decoded, *utf8_size);
    *utf8 = copy;
    return true;
}

static Type *error_type(ErrorKind kind)
{
    switch (kind) {
    case ERROR_INDENTATION: return &exc_IndentationError;
    case ERROR_TAB: return &exc_TabError;
    case ERROR_VALUE: return &exc_ValueError;
    case ERROR_OVERFLOW: return &exc_OverflowError;
    case ERROR_MEMORY: return &exc_MemoryError;
    case ERROR_RECURSION: return &exc_RecursionError;
    case ERROR_SYSTEM: return &exc_SystemError;
    case ERROR_TYPE: return &exc_TypeError;
    default: return &exc_SyntaxError;
    }
}

Value vm_text(const Text *text) { return text ? str_from_utf8_surrogatepass(text->bytes, text->length) : NONE; }
static Value place(int n) { return n == OFFSET_NONE ? NONE : small_int(n); }

/* The compiler knows no source text: the line of its error is read from the file. */
static Value error_line(Value filename, int lineno)
{
    Value line = source_line(filename, lineno);
    return line ? str_format_c("%U\n", line) : NONE;
}

/* An exception whose only argument is the message, with its place in the attributes. */
static Value bare_syntax_error(const SyntaxError *e, Type *type, Value message, Value filename, Value line)
{
    Value args = tuple_pack(1, message), exception = args ? object_call_tuple(VALUE(type), args, 0) : 0;
    const struct {
        const char *name;
        Value value;
    } fields[] = {{"filename", filename}, {"lineno", place(e->lineno)}, {"offset", place(e->offset)}, {"end_lineno", place(e->end_lineno)}, {"end_offset", place(e->end_offset)},
                  {"text", line}};
    for (size_t i = 0; exception && i < sizeof fields / sizeof *fields; i++)
        if (!object_setattr(exception, str_intern_cstring(fields[i].name), fields[i].value)) return 0;
    return exception;
}

Value vm_syntax_error(const SyntaxError *e, Value filename)
{
    Type *type = error_type(e->kind);
    Value message = vm_text(e->message);
    if (!message) return 0;
    if (e->incomplete && type == &exc_SyntaxError) {
        Value incomplete = dict_get_cstring(vm_builtins(), "_IncompleteInputError");
        if (incomplete) type = (Type *)incomplete;
    }
    if (!e->has_position || !type_is_subtype(type, &exc_SyntaxError)) return raise_value_of(type, message);
    Value line = e->line ? str_decode(e->line->bytes, e->line->length, "utf-8", "replace") : error_line(filename, e->lineno);
    if (!line) return 0;
    if (e->bare_args) {
        Value exception = bare_syntax_error(e, type, message, filename, line);
        return exception ? raise_instance(exception) : 0;
    }
    Value where = e->lineno == 0 && !e->line ? tuple_pack(4, filename, small_int(0), small_int(-1), NONE)   /* the source as a whole could not be read */
                                             : tuple_pack(6, filename, place(e->lineno), place(e->offset), line, place(e->end_lineno), place(e->end_offset));
    Value args = where ? tuple_pack(2, message, where) : 0;
    Value exception = args ? object_call_tuple(VALUE(type), args, 0) : 0;
    return exception ? raise_instance(exception) : 0;
}

/* Issues the front end's warnings; one that is an error becomes a SyntaxError at its place. */
static bool issue_warnings(const FrontWarning *w, Value filename)
{
    for (; w; w = w->next) {
        Value message = vm_text(w->message);
        if (!message) return false;
        Type *category = w->deprecation ? &exc_DeprecationWarning : &exc_SyntaxWarning;
        if (warn_explicit(category, message, filename, w->lineno, 0)) continue;
        if (!error_matches(category)) return false;
        error_clear();
        SyntaxError e = {.kind = ERROR_SYNTAX,
                         .message = w->message,
                         .lineno = w->lineno,
                         .offset = w->col_offset + 1,
                         .end_lineno = w->end_lineno,
                         .end_offset = w->end_col_offset + 1,
                         .has_position = true};
        vm_syntax_error(&e, filename);
        return false;
    }
    return true;
}

bool vm_front_end_report(Source *source, Value filename, bool ok)
{
    if (thread_self->exception) {   /* raised by decoding */
        if (!error_matches(&exc_UnicodeError) && !error_matches(&exc_LookupError)) return false;
        Value text = object_str(error_take()), where = tuple_pack(4, filename, small_int(0), small_int(-1), NONE), args = text && where ? tuple_pack(2, text, where) : 0;
        Value exception = args ? object_call_tuple(VALUE(&exc_SyntaxError), args, 0) : 0;
        return exception && raise_instance(exception);
    }
    if (!issue_warnings(source->warnings, filename)) return false;
    if (!ok) vm_syntax_error(&source->error, filename);
    return ok;
}

Value vm_front_end_run(const FrontEndInput *input, Value (*work)(Source *source, Value filename, void *context), void *context)
{
    const char *name = str_utf8(input->filename, 0);
    if (!name) {
        if (error_matches(&exc_MemoryError)) return 0;
        error_clear();
        name = "?";
    }
    Arena arena;
    Source source;
    jmp_buf out_of_memory;
    GmpTry outer = gmp_try;
    arena_init(&arena);
    if (setjmp(out_of_memory)) {
        arena_free(&arena);
        return gmp_abandoned(outer);
    }
    arena.on_out_of_memory = &out_of_memory;
    source_init(&source, &arena, input->text, input->size, name);
    source.stack_limit = c_stack_quarter();
    char *here = (char *)__builtin_frame_address(0);
    source.stack_in_use = here - thread_self->c_stack_limit < thread_self->c_stack_base - here;
    int64_t calls_left = (int64_t)recursion_limit - thread_self->recursion_depth;
    source.tree_depth = (int)(calls_left < 1 << 28 ? calls_left * 3 : 1 << 28);
    source.mode = (ParseMode)input->mode;
    source.flags = input->flags & ~VM_COMPILE_SCRIPT;
    source.is_script = input->flags & VM_COMPILE_SCRIPT;
    source.shows_bom = input->mode == PARSE_FILE && input->size > 3 && memcmp(input->text, "\xef\xbb\xbf", 3) == 0 && access(name, R_OK) == 0;
    source.optimize = input->optimize < 0 ? vm_optimize : input->optimize;
    source.feature_version = input->feature_version;
    source.decode = decode_source;
    source.max_int_digits = int_max_str_digits;
    Value result = work(&source, input->filename, context);
    arena_free(&arena);
    return result;
}

static Value compile_work(Source *source, Value filename, void *context)
{
    CodeUnit *unit = compile_source(source);
    size_t size = 0;
    const char *bytes = unit ? marshal_code(source, unit, &size) : 0;
    return vm_front_end_report(source, filename, bytes != 0) ? marshal_load_compiled(bytes, size) : 0;
}

Value vm_compile(const char *text, size_t size, Value filename, int mode, int flags, int optimize, int feature_version)
{
    if (!compile_source) return raise_format(&exc_NotImplementedError, "this build has no compiler");
    FrontEndInput input = {.text = text, .size = size, .filename = filename, .mode = mode, .flags = flags, .optimize = optimize, .feature_version = feature_version};
    return vm_front_end_run(&input, compile_work, 0);
}
