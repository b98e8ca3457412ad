/* options.c: the command line and the environment.
 *
 * The options and variables are CPython 3.11's, and so are the errors for wrong ones. On top of them: -o and -oo for -O and -OO, PYTHONOPTIMAZE for a misspelt PYTHONOPTIMIZE (with a
 * line on standard error), and -X max-heap=SIZE.
 */
#include "main/options.h"
#include "main/help.h"
#include "module/sys_info.h"
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Config config = {.int_max_str_digits = -1, .hash_random = true, .prefix = "/usr", .stdlib = "/usr/lib/python3.11"};

static const char *program;
static bool pycache_prefix_given, hash_random_given;   /* -X pycache_prefix and -R win over the environment even where they say the default */

static void *must(void *memory)
{
    if (memory) return memory;
    fputs("krait: the interpreter could not start: out of memory\n", stderr);
    exit(1);
}

static void list_add(StringList *list, const char *text)
{
    list->items = must(realloc(list->items, (list->count + 1) * sizeof *list->items));
    list->items[list->count++] = (char *)text;
}

static int fatal_config(const char *step, const char *message)
{
    fprintf(stderr, "Fatal Python error: config_init_%s: %s\nPython runtime state: preinitialized\n\n", step, message);
    return 1;
}

/* A whole decimal int, as CPython takes it from variables and -X options. */
static bool parse_int(const char *text, long *out)
{
    char *end;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (end == text || *end || errno || n > INT_MAX || n < INT_MIN) return false;
    *out = n;
    return true;
}

/* ---------------------------------------------------------------- the environment */

/* The variable's value, or 0 where it is unset, empty or ignored. */
static const char *environment(const char *name)
{
    const char *value = config.ignore_environment ? 0 : getenv(name);
    return value && *value ? value : 0;
}

/* Flags: a number counts as itself, anything else as 1; the greater of the option and the variable wins. */
static void environment_flag(const char *name, int *flag)
{
    const char *value = environment(name);
    if (!value) return;
    long n;
    if (!parse_int(value, &n) || n < 0) n = 1;
    if (n > *flag) *flag = (int)n;
}

static void environment_optimize(void)
{
    static const char misspelt[] = "PYTHONOPTIMAZE";
    if (!getenv("PYTHONOPTIMIZE") && environment(misspelt)) {
        fprintf(stderr, "krait: %s is taken as PYTHONOPTIMIZE, which is the right spelling\n", misspelt);
        environment_flag(misspelt, &config.optimize);
    } else environment_flag("PYTHONOPTIMIZE", &config.optimize);
}

static int read_hash_seed(void)
{
    const char *seed = environment("PYTHONHASHSEED");
    if (!seed || hash_random_given || !strcmp(seed, "random")) return -1;
    char *end;
    errno = 0;
    unsigned long n = strtoul(seed, &end, 10);
    if (*end || errno || n > 4294967295ul) return fatal_config("hash_seed", "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
    config.hash_random = false;
    config.hash_seed = n;
    return -1;
}

static int read_int_max_str_digits(const char *text, const char *error)
{
    long n;
    if (!parse_int(text, &n) || n < 0 || (n && n < 640)) return fatal_config("int_max_str_digits", error);
    config.int_max_str_digits = (int)n;
    return -1;
}

static void read_environment_warnings(void)
{
    const char *value = environment("PYTHONWARNINGS");
    if (!value) return;
    char *copy = must(strdup(value));
    for (char *item = strtok(copy, ","); item; item = strtok(0, ",")) list_add(&config.warn_options, item);
}

static int read_environment(void)
{
    environment_optimize();
    environment_flag("PYTHONDEBUG", &config.debug);
    environment_flag("PYTHONVERBOSE", &config.verbose);
    if (environment("PYTHONDONTWRITEBYTECODE")) config.dont_write_bytecode = 1;
    environment_flag("PYTHONUNBUFFERED", &config.unbuffered);
    environment_flag("PYTHONPROFILEIMPORTTIME", &config.import_time);
    environment_flag("PYTHONTRACEMALLOC", &config.tracemalloc);
    if (environment("PYTHONINSPECT")) config.inspect = 1;
    if (environment("PYTHONNOUSERSITE")) config.no_user_site = 1;
    if (environment("PYTHONSAFEPATH")) config.safe_path = 1;
    if (environment("PYTHONDEVMODE")) config.dev_mode = 1;
    if (environment("PYTHONFAULTHANDLER")) config.faulthandler = 1;
    if (environment("PYTHONNODEBUGRANGES")) config.no_debug_ranges = true;
    if (environment("PYTHONWARNDEFAULTENCODING")) config.warn_default_encoding = 1;
    if (!pycache_prefix_given) config.pycache_prefix = environment("PYTHONPYCACHEPREFIX");
    config.python_path = environment("PYTHONPATH");
    config.startup_file = environment("PYTHONSTARTUP");
    config.io_encoding = environment("PYTHONIOENCODING");
    config.home = environment("PYTHONHOME");
    const char *utf8 = environment("PYTHONUTF8");
    if (utf8 && config.utf8_mode < 0) {
        if (strcmp(utf8, "0") && strcmp(utf8, "1")) {
            fputs("Fatal Python error: preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value\nPython runtime state: preinitializing\n\n", stderr);
            return 1;
        }
        config.utf8_mode = *utf8 == '1';
    }
    read_environment_warnings();
    int status = read_hash_seed();
    const char *digits = environment("PYTHONINTMAXSTRDIGITS");
    if (status < 0 && digits && config.int_max_str_digits < 0) status = read_int_max_str_digits(digits, "PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.");
    return status;
}

/* ---------------------------------------------------------------- -X */

/* "512M": bytes, with K, M, G. 0: not a size. */
static size_t parse_heap_size(const char *text)
{
    char *end;
    double n = strtod(text, &end);
    double unit = *end == 'k' || *end == 'K' ? 1024. : *end == 'm' || *end == 'M' ? 1048576. : *end == 'g' || *end == 'G' ? 1073741824. : 1;
    if (unit != 1) end++;
    return end == text || *end || !(n > 0) || n * unit > 1e18 ? 0 : (size_t)(n * unit);
}

static int implementation_option(const char *text)
{
    const char *equals = strchr(text, '='), *value = equals ? equals + 1 : 0;
    size_t size = equals ? (size_t)(equals - text) : strlen(text);
#define IS(name) (size == sizeof name - 1 && !memcmp(text, name, sizeof name - 1))
    list_add(&config.x_options, text);
    if (IS("dev") && !value) config.dev_mode = 1;
    else if (IS("faulthandler")) config.faulthandler = 1;
    else if (IS("importtime")) config.import_time = 1;
    else if (IS("frozen_modules")) {
        if (value && *value && strcmp(value, "on") && strcmp(value, "off")) {
            fputs("Fatal Python error: bad value for option -X frozen_modules (expected \"on\" or \"off\")\nPython runtime state: preinitialized\n\n", stderr);
            return 1;
        }
        config.no_frozen_modules = value && !strcmp(value, "off");
    } else if (IS("no_debug_ranges")) config.no_debug_ranges = true;
    else if (IS("warn_default_encoding")) config.warn_default_encoding = 1;
    else if (IS("showrefcount")) config.show_refcount = 1;
    else if (IS("pycache_prefix")) pycache_prefix_given = true, config.pycache_prefix = value && *value ? value : 0;
    else if (IS("tracemalloc")) config.tracemalloc = value ? atoi(value) : 1;
    else if (IS("utf8")) {
        if (value && strcmp(value, "0") && strcmp(value, "1")) {
            fputs("Fatal Python error: preconfig_init_utf8_mode: invalid -X utf8 option value\nPython runtime state: preinitializing\n\n", stderr);
            return 1;
        }
        config.utf8_mode = !value || *value == '1';
    } else if (IS("int_max_str_digits")) {
        int status = read_int_max_str_digits(value ? value : "", "-X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.");
        if (status >= 0) return status;
    } else if (IS("max-heap")) {
        config.max_heap = value ? parse_heap_size(value) : 0;
        if (!config.max_heap) return fatal_config("max_heap", "-X max-heap: a size is expected, such as 512M");
    }
#undef IS
    return -1;
}

/* ---------------------------------------------------------------- the command line */

static int usage_error(void)
{
    fprintf(stderr, "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n", program);
    return 2;
}

static int unknown_option(const char *option, bool is_long)
{
    if (is_long) fprintf(stderr, "unknown option %s\n", option);
    else fprintf(stderr, "Unknown option: -%c\n", *option);
    return usage_error();
}

static int print_version(int count)
{
    puts(count > 1 ? "Python " FULL_VERSION : "Python " PYTHON_VERSION " (Krait " KRAIT_VERSION ")");
    return 0;
}

static int long_option(char **argv, int *index)
{
    const char *name = argv[*index] + 2;
    if (!strcmp(name, "help")) return help_print(HELP_OPTIONS, program), 0;
    if (!strcmp(name, "help-env")) return help_print(HELP_ENVIRONMENT, program), 0;
    if (!strcmp(name, "help-xoptions")) return help_print(HELP_X_OPTIONS, program), 0;
    if (!strcmp(name, "help-all")) return help_print(HELP_ALL, program), 0;
    if (!strcmp(name, "version")) return print_version(1);
    if (!strcmp(name, "check-hash-based-pycs")) {
        const char *value = argv[*index + 1];
        if (!value) {
            fputs("Argument expected for the --check-hash-based-pycs options\n", stderr);
            return usage_error();
        }
        if (strcmp(value, "always") && strcmp(value, "never") && strcmp(value, "default")) {
            fputs("--check-hash-based-pycs must be one of 'default', 'always', or 'never'\n", stderr);
            return usage_error();
        }
        config.check_hash_pycs = value;
        ++*index;
        return -1;
    }
    return unknown_option(argv[*index], true);
}

/* The value of an option like -c: the rest of this word, or the next. 0: an error was reported. */
static const char *option_value(char **argv, int *index, const char *rest, char option)
{
    if (*rest) return rest;
    const char *value = argv[*index + 1];
    if (!value) {
        fprintf(stderr, "Argument expected for the -%c option\n", option);
        usage_error();
        return 0;
    }
    ++*index;
    return value;
}

/* One letter that takes no value; false for an unknown one. */
static bool flag_option(char option, int *version, bool *help)
{
    switch (option) {
    case 'b': config.bytes_warning++; break;
    case 'd': config.debug++; break;
    case 'i': config.inspect++, config.interactive++; break;
    case 'I': config.isolated = 1, config.ignore_environment = 1, config.no_user_site = 1, config.safe_path = 1; break;
    case 'O':
    case 'o': config.optimize++; break;
    case 'P': config.safe_path = 1; break;
    case 'B': config.dont_write_bytecode = 1; break;
    case 's': config.no_user_site = 1; break;
    case 'S': config.no_site = 1; break;
    case 'E': config.ignore_environment = 1; break;
    case 't': break;
    case 'u': config.unbuffered++; break;
    case 'v': config.verbose++; break;
    case 'x': config.skip_first_line = 1; break;
    case 'q': config.quiet++; break;
    case 'R': hash_random_given = true; break;
    case 'h':
    case '?': *help = true; break;
    case 'V': ++*version; break;
    default: return false;
    }
    return true;
}

/* The letters of one word. Returns -1 to go on, -2 when the options end here (-c, -m), or a status. */
static int short_options(char **argv, int *index, int *version, bool *help)
{
    for (const char *p = argv[*index] + 1; *p; p++) {
        if (*p == 'c' || *p == 'm') {
            const char *value = option_value(argv, index, p + 1, *p);
            if (!value) return 2;
            if (*p == 'c') config.command = value;
            else config.module = value;
            return -2;
        }
        if (*p == 'W' || *p == 'X') {
            const char *value = option_value(argv, index, p + 1, *p);
            if (!value) return 2;
            if (*p == 'X') return implementation_option(value);
            list_add(&config.warn_options, value);
            return -1;
        }
        if (*p == 'J') {
            fputs("-J is reserved for Jython\n", stderr);
            return usage_error();
        }
        if (!flag_option(*p, version, help)) return unknown_option(p, false);
    }
    return -1;
}

static int read_command_line(int argc, char **argv)
{
    int version = 0, i = 1;
    bool help = false;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        int status;
        if (!strcmp(argv[i], "--")) {
            i++;
            break;
        }
        status = argv[i][1] == '-' ? long_option(argv, &i) : short_options(argv, &i, &version, &help);
        if (status >= 0) return status;
        if (status == -2) {
            i++;
            break;
        }
    }
    if (help) return help_print(HELP_OPTIONS, program), 0;
    if (version) return print_version(version);
    if (!config.command && !config.module && i < argc) {
        config.script = argv[i++];
        if (!strcmp(config.script, "-")) config.script = 0;
        config.args.items = argv + i - 1;
    } else config.args.items = argv + i - 1;
    config.args.items++;
    config.args.count = (size_t)(argc - i);
    return -1;
}

/* ---------------------------------------------------------------- where things are */

static void find_executable(void)
{
    char buffer[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", buffer, sizeof buffer - 1);
    config.executable = n > 0 ? must(strndup(buffer, (size_t)n)) : "";
}

static void find_library(void)
{
    if (!config.home) return;
    char *home = must(strdup(config.home)), *colon = strchr(home, ':');
    if (colon) *colon = 0;
    config.prefix = home;
    char *stdlib;
    config.stdlib = must(asprintf(&stdlib, "%s/lib/python3.11", home) < 0 ? 0 : stdlib);
}

/* The locale that the variables name is C or POSIX (or one that is not installed, as setlocale then keeps C). */
static bool options_c_locale(void)
{
    const char *locale = setlocale(LC_CTYPE, 0);
    return !strcmp(locale, "C") || !strcmp(locale, "POSIX");
}

bool options_lenient_locale(void)
{
    const char *locale = setlocale(LC_CTYPE, 0);
    return options_c_locale() || !strcmp(locale, "C.UTF-8") || !strcmp(locale, "C.utf8") || !strcmp(locale, "UTF-8");
}

int options_read(int argc, char **argv)
{
    program = argv[0];
    config.utf8_mode = -1;
    setlocale(LC_CTYPE, "");
    for (int i = 0; i < argc; i++) list_add(&config.original_args, argv[i]);
    int status = read_command_line(argc, argv);
    if (status >= 0) return status;
    StringList command_line_warnings = config.warn_options;
    config.warn_options = (StringList){0};
    if ((status = read_environment()) >= 0) return status;
    if (config.dev_mode) {
        config.faulthandler = 1;
        bool has_default = false;
        for (size_t i = 0; i < config.warn_options.count; i++) has_default |= !strcmp(config.warn_options.items[i], "default");
        if (!has_default) {
            StringList rest = config.warn_options;
            config.warn_options = (StringList){0};
            list_add(&config.warn_options, "default");
            for (size_t i = 0; i < rest.count; i++) list_add(&config.warn_options, rest.items[i]);
        }
    }
    for (size_t i = 0; i < command_line_warnings.count; i++) list_add(&config.warn_options, command_line_warnings.items[i]);
    if (config.bytes_warning) list_add(&config.warn_options, config.bytes_warning > 1 ? "error::BytesWarning" : "default::BytesWarning");
    if (config.utf8_mode < 0) config.utf8_mode = options_c_locale();
    find_executable();
    find_library();
    return -1;
}
