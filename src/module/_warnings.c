/* _warnings.c: the core of warnings: which are shown, once or always, and which become exceptions.
 *
 * The filters, the default action and the registry of what was shown are plain Python objects that the `warnings` module shares and changes; _filters_mutated() tells that they changed. Until that
 * module has been imported, warnings are printed from here, so that a program without warnings never loads it.
 */
#include "module/module.h"
#include "module/sys.h"
#include "vm/source_line.h"
#include "vm/vm.h"

static Value filters, once_registry, default_action;
static int64_t filters_version = 1;

/* The attribute of the warnings module if that is imported, else our own. */
static Value shared(const char *name, Value own)
{
    Value module = dict_get_cstring(sys_modules(), "warnings");
    Value v = module && is_instance_of(module, &module_type) ? dict_get_cstring(module_dict(module), name) : 0;
    return v ? v : own;
}

/* ---------------------------------------------------------------- filters */

/* Whether a filter's pattern (None, a str that must be equal, or a compiled expression) accepts the text. */
static int pattern_matches(Value pattern, Value text)
{
    if (pattern == NONE) return 1;
    if (type_of(pattern) == &str_type) return str_equal(pattern, text);
    Value result = call_method_1(pattern, NAME("match"), text);
    return result ? object_truth(result) : -1;
}

/* The action for the warning: a str. *item is the filter that gave it. */
static Value find_action(Value category, Value text, int lineno, Value module, Value *item)
{
    Value list = shared("filters", filters);
    if (is_list(list)) filters = list;   /* what holds when `warnings` loses the name */
    if (!is_list(list)) return raise_value("_warnings.filters must be a list");
    for (int64_t i = 0; i < list_size(list); i++) {
        Value filter = list_get(list, i);
        if (!is_tuple(filter) || tuple_size(filter) != 5) return raise_value("_warnings.filters item %zd isn't a 5-tuple", (size_t)i);
        Value *f = tuple_items(filter);
        if (!is_str(f[0])) return raise_type("action must be a string, not '%.200T'", f[0]);
        int message_ok = pattern_matches(f[1], text);
        if (message_ok < 0) return 0;
        int category_ok = message_ok ? object_is_subclass(category, f[2]) : 0;
        if (category_ok < 0) return 0;
        int module_ok = category_ok ? pattern_matches(f[3], module) : 0;
        if (module_ok < 0) return 0;
        int64_t line;
        if (!module_ok) continue;
        if (!number_as_int64(f[4], &line)) return 0;
        if (line == 0 || line == lineno) return *item = filter, f[0];
    }
    Value action = shared("defaultaction", default_action);
    if (!is_str(action)) return raise_type("_warnings.defaultaction must be a string, not '%.200T'", action);
    *item = NONE;
    return action;
}

/* ---------------------------------------------------------------- what was shown already */

/* 1: the key is in the registry; -1 on error. A registry made before the filters changed is emptied. */
static int already_warned(Value registry, Value key, bool set)
{
    Value version = dict_get_cstring(registry, "version");
    int64_t n = 0;
    if (version && is_small_int(version)) n = small_int_value(version);
    if (n != filters_version) {
        dict_clear(registry);
        if (!dict_set_cstring(registry, "version", int_new(filters_version))) return -1;
    } else {
        Value seen = dict_get(registry, key);
        if (!seen && thread_self->exception) return -1;
        int truth = seen ? object_truth(seen) : 0;
        if (truth) return truth;
    }
    return !set || dict_set(registry, key, TRUE) ? 0 : -1;
}

static int update_registry(Value registry, Value text, Value category, bool with_line)
{
    Value key = with_line ? tuple_pack(3, text, category, small_int(0)) : tuple_pack(2, text, category);
    return key ? already_warned(registry, key, true) : -1;
}

/* ---------------------------------------------------------------- showing */

static bool print_warning(Value filename, int lineno, Value text, Value category, Value source_text)
{
    Value name = object_getattr(category, NAME("__name__"));
    if (!name) return false;
    sys_write_stderr("%S:%d: %S: %S\n", filename, lineno, name, text);
    Value line = source_text ? source_text : source_line(filename, lineno);
    if (line && is_str(line)) {
        Value stripped = call_method_0(line, NAME("strip"));
        if (stripped && str_length(stripped)) sys_write_stderr("  %U\n", stripped);
        error_clear();
    }
    return true;
}

static bool show_warning(Value message, Value text, Value category, Value filename, int lineno, Value line, Value source)
{
    Value module = dict_get_cstring(sys_modules(), "warnings");
    if (!module && source && source != NONE) {
        if (!(module = import_module("warnings"))) error_clear();
    }
    Value show = module ? object_getattr_opt(module, NAME("_showwarnmsg")) : 0;
    if (!show) return !thread_self->exception && print_warning(filename, lineno, text, category, line);
    if (!is_callable(show)) return raise_type("warnings._showwarnmsg() must be set to a callable");
    Value make = object_getattr(module, NAME("WarningMessage"));
    Value args[] = {0, message, category, filename, int_new(lineno), NONE, NONE, source ? source : NONE};
    Value item = make ? object_call(make, args + 1, 7, 0) : 0;
    return item && call_1(show, item);
}

/* Everything there is to know about one warning. registry: dict or NONE. */
static bool issue(Value message, Value category, Value filename, int lineno, Value module, Value registry, Value line, Value source)
{
    if (!filters) return true;   /* start-up: nobody could have asked for it yet */
    if (registry != NONE && !is_dict(registry)) return raise_type("'registry' must be a dict or None");
    Value text = message;
    int is_warning = object_is_instance(message, VALUE(&exc_Warning));
    if (is_warning < 0) return false;
    if (is_warning) {
        if (!(text = object_str(message))) return false;
        category = VALUE(type_of(message));
    } else if (!(message = call_1(category, message))) return false;
    if (!is_str(text) && !(text = object_str(text))) return false;
    if (!module) {
        int64_t n = str_length(filename);
        module = !n ? NAME("<unknown>") : n > 3 && str_find(filename, NAME(".py"), n - 3, n) >= 0 ? str_substring(filename, 0, n - 3) : filename;
        if (!module) return false;
    }
    Value key = tuple_pack(3, text, category, int_new(lineno)), item;
    if (!key) return false;
    if (registry != NONE) {
        int seen = already_warned(registry, key, false);
        if (seen) return seen > 0;
    }
    Value action = find_action(category, text, lineno, module, &item);
    if (!action) return false;
    if (str_equal_ascii(action, "error")) return raise_instance(message);
    if (str_equal_ascii(action, "ignore")) return true;
    int seen = 0;
    if (!str_equal_ascii(action, "always")) {
        if (registry != NONE && !dict_set(registry, key, TRUE)) return false;
        if (str_equal_ascii(action, "once")) {
            Value once = shared("onceregistry", once_registry);
            if (!is_dict(once)) return raise_type("_warnings.onceregistry must be a dict, not '%.200T'", once);
            seen = update_registry(registry == NONE ? once : registry, text, category, false);
        } else if (str_equal_ascii(action, "module")) {
            if (registry != NONE) seen = update_registry(registry, text, category, true);
        } else if (!str_equal_ascii(action, "default")) return raise_runtime("Unrecognized action (%R) in warnings.filters:\n %R", action, item);
    }
    return seen < 0 ? false : seen || show_warning(message, text, category, filename, lineno, line, source);
}

/* ---------------------------------------------------------------- where the warning comes from */

static Value frame_part(Value frame, Value name) { return object_getattr(frame, name); }

static bool is_internal_frame(Value frame)
{
    Value code = frame_part(frame, NAME("f_code"));
    if (!code || type_of(code) != &code_type) return error_clear(), false;
    Value filename = ((CodeObj *)code)->filename;
    return str_find(filename, NAME("importlib"), 0, str_length(filename)) >= 0 && str_find(filename, NAME("_bootstrap"), 0, str_length(filename)) >= 0;
}

static Value next_external(Value frame)
{
    do {
        frame = frame_part(frame, NAME("f_back"));
    } while (frame && frame != NONE && is_internal_frame(frame));
    return frame;
}

/* The frame `stacklevel` calls up; NONE when there is none. Frames of importlib do not count unless the caller is one. */
static Value frame_at(int64_t stacklevel)
{
    Value frame = vm_frame_object(0);
    if (!frame) return error_clear_if(&exc_ValueError) ? NONE : 0;
    if (stacklevel <= 0 || is_internal_frame(frame)) {
        while (--stacklevel > 0 && frame && frame != NONE) frame = frame_part(frame, NAME("f_back"));
        return frame;
    }
    while (--stacklevel > 0 && frame && frame != NONE) frame = next_external(frame);
    return frame;
}

static bool do_warn(Value message, Value category, int64_t stacklevel, Value source)
{
    Value frame = frame_at(stacklevel), globals, filename = NAME("sys");
    int64_t lineno = 1;
    if (!frame) return false;
    if (frame == NONE) globals = module_dict(sys_module);
    else {
        globals = frame_part(frame, NAME("f_globals"));
        Value code = globals ? frame_part(frame, NAME("f_code")) : 0, line = code ? frame_part(frame, NAME("f_lineno")) : 0;
        if (!line) return false;
        filename = ((CodeObj *)code)->filename;
        if (is_small_int(line)) lineno = small_int_value(line);
    }
    Value registry = dict_get_cstring(globals, "__warningregistry__");
    if (!registry && (!(registry = dict_new()) || !dict_set_cstring(globals, "__warningregistry__", registry))) return false;
    Value module = dict_get_cstring(globals, "__name__");
    if (!module || !is_str(module)) module = NAME("<string>");
    return issue(message, category, filename, (int)lineno, module, registry, 0, source);
}

bool warnings_warn(Type *category, Value message, int stacklevel) { return do_warn(message, VALUE(category), stacklevel, 0); }

bool warn_explicit(Type *category, Value message, Value filename, int lineno, Value module) { return issue(message, VALUE(category), filename, lineno, module, NONE, 0, 0); }

/* ---------------------------------------------------------------- the module */

/* The class of the warning: that of a Warning instance, else `category`, by default UserWarning. */
static Value category_of(Value message, Value category)
{
    int is_warning = object_is_instance(message, VALUE(&exc_Warning));
    if (is_warning < 0) return 0;
    if (is_warning) return VALUE(type_of(message));
    if (!category || category == NONE) return VALUE(&exc_UserWarning);
    int ok = is_type(category) ? object_is_subclass(category, VALUE(&exc_Warning)) : 0;
    if (ok < 0) return 0;
    return ok ? category : raise_type("category must be a Warning subclass, not '%T'", category);
}

static NATIVE(warnings_warn_function)
{
    int64_t stacklevel;
    Value category = category_of(args[0], args[1]);
    return category && number_as_int64(args[2], &stacklevel) && do_warn(args[0], category, stacklevel, args[3]) ? NONE : 0;
}

/* The line of the source that a loader's get_source gives, when module_globals names one. */
static Value loader_line(Value globals, int lineno)
{
    if (globals == NONE) return 0;
    if (!is_dict(globals)) return raise_type("module_globals must be a dict, not '%.200T'", globals);
    Value loader = dict_get_cstring(globals, "__loader__"), name = dict_get_cstring(globals, "__name__");
    if (!loader || loader == NONE || !name) return 0;
    Value get_source = object_getattr_opt(loader, NAME("get_source"));
    Value source = get_source ? call_1(get_source, name) : 0;
    if (!source || source == NONE) return 0;
    if (!is_str(source)) return raise_type("descriptor 'splitlines' for 'str' objects doesn't apply to a '%.100T' object", source);
    Value split = object_getattr(VALUE(&str_type), NAME("splitlines")), lines = split ? call_1(split, source) : 0;   /* whatever a subclass says */
    if (!lines) return 0;
    return lineno >= 1 && lineno <= list_size(lines) ? list_get(lines, lineno - 1) : raise_index("list index out of range");
}

static NATIVE(warnings_warn_explicit)
{
    int lineno;
    if (!is_str(args[2])) return raise_bad_argument("warn_explicit", "filename", "str", args[2]);
    if (!number_as_int(args[3], &lineno)) return 0;
    Value line = loader_line(args[6], lineno);
    if (!line && thread_self->exception) return 0;
    return issue(args[0], args[1], args[2], lineno, args[4] == NONE ? 0 : args[4], args[5], line, args[7]) ? NONE : 0;
}

static NATIVE(warnings_filters_mutated)
{
    filters_version++;
    return NONE;
}

static const NativeDef functions[] = {
    {"warn", "(message, category=None, stacklevel=1, source=None)", warnings_warn_function, "Issue a warning, or maybe ignore it or raise an exception.", 0},
    {"warn_explicit", "(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)", warnings_warn_explicit,
     "Issue a warning for a given place.", 0},
    {"_filters_mutated", "()", warnings_filters_mutated, "To be called when the filters have changed.", 0},
    {0},
};

static bool add_filter(const char *action, Type *category, Value module)
{
    Value item = tuple_pack(5, str_intern_cstring(action), NONE, VALUE(category), module, small_int(0));
    return item && list_append(filters, item);
}

static bool init(Value module)
{
    gc_root(&filters);
    gc_root(&once_registry);
    gc_root(&default_action);
    filters = list_new(0), once_registry = dict_new(), default_action = NAME("default");
    return filters && once_registry && add_filter("default", &exc_DeprecationWarning, NAME("__main__")) && add_filter("ignore", &exc_DeprecationWarning, NONE) &&
           add_filter("ignore", &exc_PendingDeprecationWarning, NONE) && add_filter("ignore", &exc_ImportWarning, NONE) && add_filter("ignore", &exc_ResourceWarning, NONE) &&
           module_add(module, "filters", filters) && module_add(module, "_onceregistry", once_registry) && module_add(module, "_defaultaction", default_action);
}

const ModuleDef module__warnings = {"_warnings", "The core of the warnings module.", functions, init};
