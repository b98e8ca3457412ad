/* sys_info.c: the attributes of sys that describe the build, the machine and the command line. */
#include "module/sys_info.h"
#include <float.h>
#include <gnu/libc-version.h>

enum { PYTHON_MAJOR = 3, PYTHON_MINOR = 11, PYTHON_MICRO = 2 };

/* The top-level modules of Python 3.11's standard library, on all platforms. */
/* clang-format off */
static const char *const standard_library[] = {
    "__future__", "_abc", "_aix_support", "_ast", "_asyncio", "_bisect", "_blake2", "_bootsubprocess", "_bz2", "_codecs", "_codecs_cn",
    "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr", "_codecs_tw", "_collections", "_collections_abc", "_compat_pickle",
    "_compression", "_contextvars", "_crypt", "_csv", "_ctypes", "_curses", "_curses_panel", "_datetime", "_dbm", "_decimal",
    "_elementtree", "_frozen_importlib", "_frozen_importlib_external", "_functools", "_gdbm", "_hashlib", "_heapq", "_imp", "_io",
    "_json", "_locale", "_lsprof", "_lzma", "_markupbase", "_md5", "_msi", "_multibytecodec", "_multiprocessing", "_opcode",
    "_operator", "_osx_support", "_overlapped", "_pickle", "_posixshmem", "_posixsubprocess", "_py_abc", "_pydecimal", "_pyio",
    "_queue", "_random", "_scproxy", "_sha1", "_sha256", "_sha3", "_sha512", "_signal", "_sitebuiltins", "_socket", "_sqlite3", "_sre",
    "_ssl", "_stat", "_statistics", "_string", "_strptime", "_struct", "_symtable", "_thread", "_threading_local", "_tkinter",
    "_tokenize", "_tracemalloc", "_typing", "_uuid", "_warnings", "_weakref", "_weakrefset", "_winapi", "_zoneinfo", "abc", "aifc",
    "antigravity", "argparse", "array", "ast", "asynchat", "asyncio", "asyncore", "atexit", "audioop", "base64", "bdb", "binascii",
    "bisect", "builtins", "bz2", "cProfile", "calendar", "cgi", "cgitb", "chunk", "cmath", "cmd", "code", "codecs", "codeop",
    "collections", "colorsys", "compileall", "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg", "crypt",
    "csv", "ctypes", "curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "distutils", "doctest", "email",
    "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch", "fractions", "ftplib",
    "functools", "gc", "genericpath", "getopt", "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac",
    "html", "http", "idlelib", "imaplib", "imghdr", "imp", "importlib", "inspect", "io", "ipaddress", "itertools", "json", "keyword",
    "lib2to3", "linecache", "locale", "logging", "lzma", "mailbox", "mailcap", "marshal", "math", "mimetypes", "mmap", "modulefinder",
    "msilib", "msvcrt", "multiprocessing", "netrc", "nis", "nntplib", "nt", "ntpath", "nturl2path", "numbers", "opcode", "operator",
    "optparse", "os", "ossaudiodev", "pathlib", "pdb", "pickle", "pickletools", "pipes", "pkgutil", "platform", "plistlib", "poplib",
    "posix", "posixpath", "pprint", "profile", "pstats", "pty", "pwd", "py_compile", "pyclbr", "pydoc", "pydoc_data", "pyexpat",
    "queue", "quopri", "random", "re", "readline", "reprlib", "resource", "rlcompleter", "runpy", "sched", "secrets", "select",
    "selectors", "shelve", "shlex", "shutil", "signal", "site", "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd",
    "sqlite3", "sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string", "stringprep", "struct",
    "subprocess", "sunau", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile", "telnetlib", "tempfile", "termios",
    "textwrap", "this", "threading", "time", "timeit", "tkinter", "token", "tokenize", "tomllib", "trace", "traceback", "tracemalloc",
    "tty", "turtle", "turtledemo", "types", "typing", "unicodedata", "unittest", "urllib", "uu", "uuid", "venv", "warnings", "wave",
    "weakref", "webbrowser", "winreg", "winsound", "wsgiref", "xdrlib", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib",
    "zoneinfo",
};
/* clang-format on */

Value string_list(const StringList *list)
{
    Value result = list_new(0);
    for (size_t i = 0; result && i < list->count; i++) {
        Value item = str_from_fs(list->items[i], strlen(list->items[i]));
        if (!item || !list_append(result, item)) return 0;
    }
    return result;
}

static bool set_text(const char *name, const char *text) { return sys_set(name, text ? str_from_fs(text, strlen(text)) : NONE); }
static bool set_int(const char *name, int64_t n) { return sys_set(name, int_new(n)); }

static Value version_info(void)
{
    static const StructSeqField fields[] = {{"major", "Major release number"},   {"minor", "Minor release number"},
                                            {"micro", "Patch release number"},   {"releaselevel", "'alpha', 'beta', 'candidate' or 'final'"},
                                            {"serial", "Serial release number"}, {0}};
    static Type *type;
    if (!type && (type = structseq_type("sys.version_info", "Version information as a named tuple.", fields, 5))) type->flags |= TYPE_DISALLOW_NEW;
    return type ? structseq_new(type, (Value[]){int_new(PYTHON_MAJOR), int_new(PYTHON_MINOR), int_new(PYTHON_MICRO), NAME("final"), int_new(0)}) : 0;
}

bool sys_update_flags(void)
{
    static const StructSeqField fields[] = {{"debug", "-d"},
                                            {"inspect", "-i"},
                                            {"interactive", "-i"},
                                            {"optimize", "-O or -OO"},
                                            {"dont_write_bytecode", "-B"},
                                            {"no_user_site", "-s"},
                                            {"no_site", "-S"},
                                            {"ignore_environment", "-E"},
                                            {"verbose", "-v"},
                                            {"bytes_warning", "-b"},
                                            {"quiet", "-q"},
                                            {"hash_randomization", "-R"},
                                            {"isolated", "-I"},
                                            {"dev_mode", "-X dev"},
                                            {"utf8_mode", "-X utf8"},
                                            {"warn_default_encoding", "-X warn_default_encoding"},
                                            {"safe_path", "-P"},
                                            {"int_max_str_digits", "-X int_max_str_digits"},
                                            {0}};
    static Type *type;
    if (!type && (type = structseq_type("sys.flags", "Flags given on the command line or by environment variables.", fields, 18))) type->flags |= TYPE_DISALLOW_NEW;
    const Config *c = &config;
    return type && sys_set("flags", structseq_new(type, (Value[]){int_new(c->debug), int_new(c->inspect), int_new(c->interactive), int_new(c->optimize),
                                                                  int_new(c->dont_write_bytecode), int_new(c->no_user_site), int_new(c->no_site), int_new(c->ignore_environment),
                                                                  int_new(c->verbose), int_new(c->bytes_warning), int_new(c->quiet), int_new(c->hash_random || c->hash_seed),
                                                                  int_new(c->isolated), bool_value(c->dev_mode), int_new(c->utf8_mode), int_new(c->warn_default_encoding),
                                                                  bool_value(c->safe_path), int_new(c->int_max_str_digits)}));
}

static Value float_info(void)
{
    static const StructSeqField fields[] = {{"max", 0}, {"max_exp", 0},  {"max_10_exp", 0}, {"min", 0},   {"min_exp", 0}, {"min_10_exp", 0},
                                            {"dig", 0}, {"mant_dig", 0}, {"epsilon", 0},    {"radix", 0}, {"rounds", 0},  {0}};
    Type *type = structseq_type("sys.float_info", "Limits of the float type.", fields, 11);
    return type ? structseq_new(type, (Value[]){float_new(DBL_MAX), int_new(DBL_MAX_EXP), int_new(DBL_MAX_10_EXP), float_new(DBL_MIN), int_new(DBL_MIN_EXP),
                                                int_new(DBL_MIN_10_EXP), int_new(DBL_DIG), int_new(DBL_MANT_DIG), float_new(DBL_EPSILON), int_new(FLT_RADIX), int_new(1)})
                : 0;
}

static Value int_info(void)
{
    static const StructSeqField fields[] = {{"bits_per_digit", 0}, {"sizeof_digit", 0}, {"default_max_str_digits", 0}, {"str_digits_check_threshold", 0}, {0}};
    Type *type = structseq_type("sys.int_info", "How ints are stored and limited, in the terms of 3.11.", fields, 4);
    return type ? structseq_new(type, (Value[]){int_new(30), int_new(4), int_new(4300), int_new(640)}) : 0;
}

static Value hash_info(void)
{
    static const StructSeqField fields[] = {{"width", 0},     {"modulus", 0},   {"inf", 0},       {"nan", 0},    {"imag", 0},
                                            {"algorithm", 0}, {"hash_bits", 0}, {"seed_bits", 0}, {"cutoff", 0}, {0}};
    Type *type = structseq_type("sys.hash_info", "How hashes of numbers and strings are made.", fields, 9);
    return type ? structseq_new(type, (Value[]){int_new(64), int_new((1ll << 61) - 1), int_new(314159), int_new(0), int_new(1000003), NAME("siphash13"), int_new(64), int_new(128),
                                                int_new(0)})
                : 0;
}

static Value thread_info(void)
{
    static const StructSeqField fields[] = {{"name", 0}, {"lock", 0}, {"version", 0}, {0}};
    Type *type = structseq_type("sys.thread_info", "The thread library.", fields, 3);
    Value version = type ? str_format_c("NPTL %s", gnu_get_libc_version()) : 0;
    return version ? structseq_new(type, (Value[]){NAME("pthread"), NAME("semaphore"), version}) : 0;
}

static Value implementation(int64_t hexversion, Value version)
{
    Value d = dict_new();
    bool ok = d && dict_set_cstring(d, "name", NAME("krait")) && dict_set_cstring(d, "cache_tag", NAME("cpython-311")) && dict_set_cstring(d, "version", version) &&
              dict_set_cstring(d, "hexversion", int_new(hexversion)) && dict_set_cstring(d, "_multiarch", NAME("x86_64-linux-gnu"));
    return ok ? namespace_new(d) : 0;
}

static Value library_names(void)
{
    Value list = list_new(0);
    for (size_t i = 0; list && i < sizeof standard_library / sizeof *standard_library; i++) {
        Value name = str_intern_cstring(standard_library[i]);
        if (!name || !list_append(list, name)) return 0;
    }
    return list ? frozenset_new(list) : 0;
}

static Value builtin_names(void)
{
    static const char *const names[] = {
#define MODULE(c_name, name) name,
#include "module/modules.def"
#undef MODULE
    };
    Value list = list_new(0);
    for (size_t i = 0; list && i < sizeof names / sizeof *names; i++) {
        if (!module_find(names[i])) continue;
        Value name = str_intern_cstring(names[i]);
        if (!name || !list_append(list, name)) return 0;
    }
    return list && list_sort(list, 0, false) ? list_to_tuple(list) : 0;
}

/* -X name=value options as the dict sys._xoptions. */
static Value x_options(void)
{
    Value d = dict_new();
    for (size_t i = 0; d && i < config.x_options.count; i++) {
        const char *text = config.x_options.items[i], *equals = strchr(text, '=');
        Value name = equals ? str_from_fs(text, (size_t)(equals - text)) : str_from_fs(text, strlen(text));
        Value value = equals ? str_from_fs(equals + 1, strlen(equals + 1)) : TRUE;
        if (!name || !value || !dict_set(d, name, value)) return 0;
    }
    return d;
}

static bool add_paths(void)
{
    const char *prefixes[] = {"prefix", "exec_prefix", "base_prefix", "base_exec_prefix"};
    for (int i = 0; i < 4; i++)
        if (!set_text(prefixes[i], config.prefix)) return false;
    return set_text("executable", config.executable) && set_text("_base_executable", config.executable) && set_text("platlibdir", "lib") && set_text("_home", 0) &&
           set_text("_framework", "") && set_text("pycache_prefix", config.pycache_prefix);
}

bool sys_add_info(Value module)
{
    int64_t hexversion = PYTHON_MAJOR << 24 | PYTHON_MINOR << 16 | PYTHON_MICRO << 8 | 0xf0;
    Value version = version_info();
    return version && sys_set("version_info", version) && sys_set("version", str_from_cstring(FULL_VERSION)) && set_int("hexversion", hexversion) && set_int("api_version", 1013) &&
           sys_set("implementation", implementation(hexversion, version)) && set_text("platform", "linux") && set_text("byteorder", "little") && set_int("maxsize", INT64_MAX) &&
           set_int("maxunicode", 0x10ffff) && sys_set("float_info", float_info()) && set_text("float_repr_style", "short") && sys_set("int_info", int_info()) &&
           sys_set("hash_info", hash_info()) && sys_set("thread_info", thread_info()) && set_text("abiflags", "") &&
           set_text("copyright", "Copyright (c) 2026 The Krait authors.\nAll Rights Reserved.") && sys_set("_git", tuple_pack(3, NAME("Krait"), NAME(""), NAME(""))) &&
           sys_set("stdlib_module_names", library_names()) && sys_set("builtin_module_names", builtin_names()) && sys_set("meta_path", list_new(0)) &&
           sys_set("path_hooks", list_new(0)) && sys_set("path_importer_cache", dict_new());
}

bool sys_configure(void)
{
    Value argv = list_new(0), path = list_new(0);
    return sys_set("warnoptions", string_list(&config.warn_options)) && sys_set("_xoptions", x_options()) && sys_set("orig_argv", string_list(&config.original_args)) && argv &&
           sys_set("argv", argv) && sys_set("dont_write_bytecode", bool_value(config.dont_write_bytecode)) && add_paths() && path && sys_set("path", path) && sys_update_flags();
}
