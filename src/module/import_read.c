/* import_read.c: from the bytes of a cache to code that may run.
 *
 * The functions replace importlib's _compile_bytecode and zipimport's _unmarshal_code. Those believe the file. Here all code in it passes the verifier before any of it runs, so that a damaged cache is an
 * ImportError that names the file, not whatever happens later when some function of the module is called. Where CPython's marshal has an exception of its own for the damage, the
 * ImportError is that one, too: who expects the EOFError of a cut file gets it.
 */
#include "module/import.h"
#include "module/config.h"
#include "heap/barrier.h"
#include "object/bytes.h"
#include "object/exception.h"
#include "vm/marshal.h"
#include "vm/vm.h"

/* A class that is ImportError and `other`, whose name it has, so that it reads as CPython's message. */
static Value import_error_and(Type *other)
{
    Value name = str_from_cstring(other->name), bases = name ? tuple_pack(2, VALUE(&exc_ImportError), VALUE(other)) : 0, dict = bases ? dict_new() : 0;
    return dict && dict_set_cstring(dict, "__module__", NAME("builtins")) ? call_3(VALUE(&type_type), name, bases, dict) : 0;
}

static Value raise_import_error(Value type, Value message, Value name, Value path)
{
    Value error = message ? call_1(type, message) : 0;
    if (!error) return 0;
    SET((ImportErrorObj *)error, name, name);
    SET((ImportErrorObj *)error, path, path);
    return raise_object(error, 0);
}

static Type *damage_kind(void)
{
    static Type *const kinds[] = {&exc_EOFError, &exc_TypeError, &exc_ValueError, &exc_SystemError, &exc_OverflowError, 0};
    Type *const *kind = kinds;
    while (*kind && !error_matches(*kind)) kind++;
    return *kind;
}

uint64_t import_raise_bad_main(void)
{
    if (!thread_self->exception) return raise_runtime("Bad code object in .pyc file");
    return damage_kind() ? raise_from(&exc_RuntimeError, "Bad code object in .pyc file") : 0;
}

/* The pending exception says what is wrong with the file, unless it is about something else. The main program of a folder or an archive is not imported (and runpy would take an
 * ImportError for there being none). */
static Value raise_damaged(bool marshal, Value name, Value path)
{
    Type *kind = damage_kind();
    if (!kind) return 0;
    if (is_str(name) && str_equal_ascii(name, "__main__")) return import_raise_bad_main();
    Value reason = error_take();
    Value type = marshal ? import_error_and(kind) : VALUE(&exc_ImportError);
    return type ? raise_import_error(type, str_format_c("cannot load %R: %S", path, reason), name, path) : 0;
}

static NATIVE(compile_bytecode)
{
    Value name = args[1], path = args[2], source_path = args[3];
    Buffer b;
    if (!buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    Value code = marshal_load_bytes(b.data, (size_t)b.length);
    buffer_release(&b);
    if (!code) return raise_damaged(true, name, path);
    if (type_of(code) != &code_type) return raise_import_error(VALUE(&exc_ImportError), str_format_c("Non-code object in %R", path), name, path);
    if (config.verbose && !call_method_2(importlib_bootstrap, NAME("_verbose_message"), str_from_cstring("code object from {!r}"), path)) return 0;
    if (source_path != NONE && !import_fix_filename(code, source_path)) return 0;
    return vm_verify_all((CodeObj *)code) ? code : raise_damaged(false, name, path);
}

static const NativeDef compile_bytecode_def = {"_compile_bytecode", "(data, name=None, bytecode_path=None, source_path=None)", compile_bytecode,
                                               "The code in the bytes of a cache.", 0};

/* An archive's cache: zipimport's own function finds out whether it fits its source, and reads it; None when it does not fit. An ImportError makes zipimport look whether the archive
 * has the source, too. */
static Value zip_unmarshal;

static NATIVE(unmarshal_code)
{
    enum { HEADER = 16 };
    Value path = args[1], name = args[3], all[6] = {0, args[0], path, args[2], name, args[4]}, code = object_call(zip_unmarshal, all + 1, 5, 0);
    if (!code) return is_bytes(args[4]) && bytes_size(args[4]) >= HEADER ? raise_damaged(true, name, path) : 0;
    return code == NONE || vm_verify_all((CodeObj *)code) ? code : raise_damaged(false, name, path);
}

static const NativeDef unmarshal_code_def = {"_unmarshal_code", "(self, pathname, fullpath, fullname, data)", unmarshal_code, "The code in the bytes of an archive's cache.", 0};

bool import_install_zip_reader(Value zipimport)
{
    gc_root(&zip_unmarshal);
    zip_unmarshal = object_getattr(zipimport, NAME("_unmarshal_code"));
    Value function = zip_unmarshal ? native_new(&unmarshal_code_def, 0, NAME("zipimport")) : 0;
    return function && module_set(zipimport, "_unmarshal_code", function);
}

bool import_install_reader(Value external)
{
    Value function = native_new(&compile_bytecode_def, 0, NAME("_frozen_importlib_external"));
    return function && module_set(external, "_compile_bytecode", function);
}
