/* builtins_code.c: the built-in functions that compile and run code: compile, eval, exec, __build_class__. */
#include "module/builtins.h"
#include "module/ast_convert.h"
#include "vm/vm.h"
#include "syntax/parser.h"

/* ---------------------------------------------------------------- compile */

enum {
    PYCF_KNOWN = PYCF_SOURCE_IS_UTF8 | PYCF_DONT_IMPLY_DEDENT | PYCF_ONLY_AST | PYCF_IGNORE_COOKIE | PYCF_TYPE_COMMENTS | PYCF_ALLOW_TOP_LEVEL_AWAIT | PYCF_ALLOW_INCOMPLETE_INPUT,
    FUTURE_KNOWN = 0x10 /* nested_scopes */ | 0x20000 | 0x40000 | 0x80000 | 0x100000 | 0x200000 | FUTURE_BARRY_AS_BDFL | FUTURE_GENERATOR_STOP | FUTURE_ANNOTATIONS
};

/* The future flags of the code that is running, which compile(), eval() and exec() inherit. */
static int inherited_flags(void)
{
    CodeObj *code = (CodeObj *)vm_current_code();
    return code ? code->flags & FUTURE_KNOWN : 0;
}

const char *builtin_source_text(Value source, const char *function, const char *expected, size_t *size, int *flags, Buffer *keep)
{
    keep->owner = 0;
    const char *text;
    if (is_str(source)) {
        *flags |= PYCF_IGNORE_COOKIE;
        if (!(text = str_utf8(source, size))) return 0;
    } else if (has_buffer(source)) {
        if (!buffer_get(source, keep, BUFFER_SIMPLE)) return 0;
        text = keep->data, *size = (size_t)keep->length;
    } else return (const char *)raise_type("%s() arg 1 must be a %s object", function, expected);
    if (memchr(text, 0, *size)) {
        if (keep->owner) buffer_release(keep);
        return (const char *)raise_value("source code string cannot contain null bytes");
    }
    return text;
}

static int mode_of(Value mode, int flags)
{
    if (str_equal_ascii(mode, "exec")) return PARSE_FILE;
    if (str_equal_ascii(mode, "eval")) return PARSE_EVAL;
    if (str_equal_ascii(mode, "single")) return PARSE_SINGLE;
    if (str_equal_ascii(mode, "func_type")) {
        if (flags & PYCF_ONLY_AST) return PARSE_FUNC_TYPE;
        raise_value("compile() mode 'func_type' requires flag PyCF_ONLY_AST");
        return -1;
    }
    raise_value(flags & PYCF_ONLY_AST ? "compile() mode must be 'exec', 'eval', 'single' or 'func_type'" : "compile() mode must be 'exec', 'eval' or 'single'");
    return -1;
}

NATIVE(builtin_compile)
{
    int flags, optimize, feature_version;
    Value filename = path_str(args[1]);
    if (!filename) return 0;
    if (!is_str(args[2])) return raise_bad_argument("compile", "mode", "str", args[2]);
    int dont_inherit = object_truth(args[4]);
    if (dont_inherit < 0 || !number_as_int(args[3], &flags) || !number_as_int(args[5], &optimize) || !number_as_int(args[6], &feature_version)) return 0;
    if (flags & ~(PYCF_KNOWN | FUTURE_KNOWN)) return raise_value("compile(): unrecognised flags");
    if (optimize < -1 || optimize > 2) return raise_value("compile(): invalid optimize value");
    if (!dont_inherit) flags |= inherited_flags();
    int mode = mode_of(args[2], flags);
    if (mode < 0) return 0;
    if (!(flags & PYCF_ONLY_AST)) feature_version = -1;
    int is_tree = ast_is_node(args[0]);
    if (is_tree < 0) return 0;
    if (is_tree) return flags & PYCF_ONLY_AST ? args[0] : ast_compile(args[0], filename, mode, flags, optimize);
    Buffer keep;
    size_t size;
    const char *text = builtin_source_text(args[0], "compile", "string, bytes or AST", &size, &flags, &keep);
    if (!text || !sys_audit("compile", 2, args[0], filename)) return 0;
    Value result = flags & PYCF_ONLY_AST ? ast_parse(text, size, filename, mode, flags, feature_version < 0 ? 11 : feature_version)
                                         : vm_compile(text, size, filename, mode, flags, optimize, 11);
    if (keep.owner) buffer_release(&keep);
    return result;
}

/* ---------------------------------------------------------------- eval and exec */

static bool check_namespaces(const char *function, Value *globals, Value *locals)
{
    if (*globals != NONE && !is_dict(*globals)) return raise_type("%s() globals must be a dict, not %.100T", function, *globals);
    if (*locals != NONE && !type_of(*locals)->getitem) return raise_type("%s() locals must be a mapping or None, not %.100T", function, *locals);
    if (*globals == NONE) {
        if (!(*globals = vm_globals())) return raise_system("globals and locals cannot be NULL");
        if (*locals == NONE && !(*locals = vm_locals())) return false;
    } else if (*locals == NONE) *locals = *globals;
    Value name = NAME("__builtins__");
    return dict_get_str(*globals, name) || dict_set(*globals, name, vm_builtins());
}

NATIVE(builtin_eval)
{
    Value source = args[0], globals = args[1], locals = args[2];
    if (locals != NONE && !type_of(locals)->getitem) return raise_type("locals must be a mapping");
    if (globals != NONE && !is_dict(globals)) return raise_type(type_of(globals)->getitem ? "globals must be a real dict; try eval(code, {}, mapping)" : "globals must be a dict");
    if (!check_namespaces("eval", &globals, &locals)) return 0;
    if (type_of(source) == &code_type) {
        if (!sys_audit("exec", 1, source)) return 0;
        if (((CodeObj *)source)->nfreevars) return raise_type("code object passed to eval() may not contain free variables");
        return vm_eval_code(source, globals, locals);
    }
    int flags = inherited_flags();
    Buffer keep;
    size_t size;
    const char *text = builtin_source_text(source, "eval", "string, bytes or code", &size, &flags, &keep);
    if (!text) return 0;
    while (size && (*text == ' ' || *text == '\t')) text++, size--;
    Value code = vm_compile(text, size, NAME("<string>"), PARSE_EVAL, flags, -1, 11);
    if (keep.owner) buffer_release(&keep);
    return code ? vm_eval_code(code, globals, locals) : 0;
}

static bool check_closure(CodeObj *code, Value closure)
{
    int64_t free_count = code->nfreevars;
    if (!free_count) return closure == NONE || raise_type("cannot use a closure with this code object");
    bool ok = closure != NONE && type_of(closure) == &tuple_type && tuple_size(closure) == free_count;
    for (int64_t i = 0; ok && i < free_count; i++) ok = type_of(tuple_get(closure, i)) == &cell_type;
    if (ok) return true;
    if (closure == NONE) return raise_type("code object requires a closure of exactly length %zd", (size_t)free_count);
    return raise_type("code object requires a closure of exactly length %zd", (size_t)free_count);
}

NATIVE(builtin_exec)
{
    Value source = args[0], globals = args[1], locals = args[2], closure = args[3];
    if (!check_namespaces("exec", &globals, &locals)) return 0;
    if (type_of(source) == &code_type) {
        if (!check_closure((CodeObj *)source, closure) || !sys_audit("exec", 1, source)) return 0;
        if (closure == NONE) return vm_eval_code(source, globals, locals) ? NONE : 0;
        return vm_eval_code_closure(source, globals, locals, closure) ? NONE : 0;
    }
    if (closure != NONE) return raise_type("closure can only be used when source is a code object");
    int flags = inherited_flags();
    Buffer keep;
    size_t size;
    const char *text = builtin_source_text(source, "exec", "string, bytes or code", &size, &flags, &keep);
    if (!text) return 0;
    Value code = vm_compile(text, size, NAME("<string>"), PARSE_FILE, flags, -1, 11);
    if (keep.owner) buffer_release(&keep);
    return code && vm_eval_code(code, globals, locals) ? NONE : 0;
}

/* ---------------------------------------------------------------- __build_class__ */

/* The bases with those that are not classes replaced by what their __mro_entries__ gives; the same tuple when nothing changed. */
static Value resolve_bases(Value bases)
{
    Value result = 0;
    for (int64_t i = 0; i < tuple_size(bases); i++) {
        Value base = tuple_get(bases, i), method = 0;
        if (!is_type(base) && !(method = object_getattr_opt(base, NAME("__mro_entries__"))) && thread_self->exception) return 0;
        if (!method) {
            if (result && !list_append(result, base)) return 0;
            continue;
        }
        Value entries = call_1(method, bases);
        if (!entries) return 0;
        if (!is_tuple(entries)) return raise_type("__mro_entries__ must return a tuple");
        if (!result && !(result = list_from(tuple_items(bases), i))) return 0;
        if (!list_extend(result, entries)) return 0;
    }
    return result ? list_to_tuple(result) : bases;
}

/* Takes `metaclass` out of the keyword arguments. */
static Value class_keywords(Value *values, Value kwnames, Value *metaclass)
{
    Value dict = dict_new();
    for (int64_t i = 0; dict && kwnames && i < tuple_size(kwnames); i++) {
        if (str_equal_ascii(tuple_get(kwnames, i), "metaclass")) *metaclass = values[i];
        else if (!dict_set(dict, tuple_get(kwnames, i), values[i])) return 0;
    }
    return dict;
}

static Value prepare_namespace(Value meta, Value name, Value bases, Value keywords)
{
    Value prepare = object_getattr_opt(meta, NAME("__prepare__"));
    if (!prepare) return thread_self->exception ? 0 : dict_new();
    Value arguments = tuple_pack(2, name, bases);
    Value namespace = arguments ? object_call_tuple(prepare, arguments, keywords) : 0;
    if (namespace && !type_of(namespace)->getitem) {
        if (is_type(meta)) return raise_type("%.200N.__prepare__() must return a mapping, not %.200T", (Type *)meta, namespace);
        return raise_type("<metaclass>.__prepare__() must return a mapping, not %.200T", namespace);
    }
    return namespace;
}

static bool check_class_cell(Value cell, Value cls, Value name)
{
    if (type_of(cell) != &cell_type || !is_type(cls)) return true;
    Value inside = ((CellObj *)cell)->value;
    if (inside == cls) return true;
    if (!inside) return raise_runtime("__class__ not set defining %.200R as %.200R. Was __classcell__ propagated to type.__new__?", name, cls);
    return raise_type("__class__ set to %.200R defining %.200R as %.200R", inside, name, cls);
}

NATIVE(builtin_build_class)
{
    if (nargs < 2) return raise_type("__build_class__: not enough arguments");
    Value function = args[0], name = args[1];
    if (type_of(function) != &function_type) return raise_type("__build_class__: func must be a function");
    if (!is_str(name)) return raise_type("__build_class__: name is not a string");
    Value original_bases = tuple_from(args + 2, (int64_t)nargs - 2), bases = original_bases ? resolve_bases(original_bases) : 0;
    Value meta = 0, keywords = bases ? class_keywords(args + nargs, kwnames, &meta) : 0;
    if (!keywords) return 0;
    if (!meta) meta = tuple_size(bases) ? VALUE(type_of(tuple_get(bases, 0))) : VALUE(&type_type);
    if (is_type(meta) && !(meta = VALUE(type_calculate_meta((Type *)meta, bases)))) return 0;
    Value namespace = prepare_namespace(meta, name, bases, keywords);
    Value cell = namespace ? vm_call_class_body(function, namespace) : 0;
    if (!cell) return 0;
    if (bases != original_bases && !object_setitem(namespace, NAME("__orig_bases__"), original_bases)) return 0;
    Value arguments = tuple_pack(3, name, bases, namespace);
    Value cls = arguments ? object_call_tuple(meta, arguments, keywords) : 0;
    return cls && check_class_cell(cell, cls, name) ? cls : 0;
}
