/* import.h: the import statement's work in C; everything that is not a plain lookup in sys.modules is done by importlib. */
#pragma once
#include "module/frozen.h"
#include "module/module.h"

/* __import__(name, globals, locals, fromlist, level). globals and fromlist may be 0 or None. */
Value import_level(Value name, Value globals, Value fromlist, int level);
/* importlib.import_module for an absolute name given as a str: the module itself ("a.b" gives a.b). */
Value import_absolute(Value name);
/* The global import lock; a thread may take it again. import_unlock: false when the calling thread has not got it. */
void import_lock(void);
bool import_unlock(void);
/* Makes and runs a frozen module, without importlib. */
Value import_frozen(const FrozenModule *frozen);
/* importlib's _bootstrap is loaded and installed: built-in and frozen modules can be imported. */
bool import_start(void);
/* Puts our way of writing caches in the place of importlib's (import_write.c). */
bool import_install_writer(Value external);
/* And our way of reading them (import_read.c), from files and from archives. */
bool import_install_reader(Value external);
bool import_install_zip_reader(Value zipimport);
/* The main program's cache is no code, or what the pending exception says. */
uint64_t import_raise_bad_main(void);
/* _imp._fix_co_filename: false for arguments of other types, or too deep a nesting. */
bool import_fix_filename(Value code, Value path);
/* And _bootstrap_external and zipimport: files can, too. Sets sys._stdlib_dir. */
bool import_start_external(void);
/* The module _frozen_importlib, once loaded. */
extern Value importlib_bootstrap;
