/* config.h: what the command line and the environment asked for.
 *
 * main/options.c fills the one `config` before anything starts; sys, site's helpers and the import system read it. Strings are file-system
 * encoded C strings that live for ever. After start-up Python code looks at sys.flags and the other attributes of sys, not here.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct StringList {
    char **items;
    size_t count;
} StringList;

typedef struct Config {
    int debug, inspect, interactive, optimize, dont_write_bytecode, no_user_site, no_site, ignore_environment, verbose, bytes_warning, quiet, isolated, dev_mode, safe_path,
        unbuffered, skip_first_line, warn_default_encoding, import_time, faulthandler, show_refcount;
    int utf8_mode;
    int int_max_str_digits;          /* -1: the default */
    bool hash_random;                /* false: hash_seed is used */
    unsigned long hash_seed;
    size_t max_heap;                 /* -X max-heap, bytes; 0: none */
    int tracemalloc;
    bool no_debug_ranges;
    bool no_frozen_modules;          /* -X frozen_modules=off */
    const char *command;             /* -c */
    const char *module;              /* -m */
    const char *script;              /* file, directory, zip; 0 with command and module 0: standard input */
    StringList args;                 /* sys.argv[1:] */
    StringList original_args;        /* sys.orig_argv */
    StringList warn_options, x_options;
    const char *pycache_prefix;
    const char *check_hash_pycs;     /* "default", "always", "never" */
    const char *home;                /* PYTHONHOME */
    const char *python_path;         /* PYTHONPATH */
    const char *startup_file;        /* PYTHONSTARTUP */
    const char *io_encoding;         /* PYTHONIOENCODING */
    const char *platlibdir;
    const char *executable;          /* absolute path of this program, or "" */
    const char *prefix, *stdlib;     /* "/usr", "/usr/lib/python3.11" */
} Config;
extern Config config;
