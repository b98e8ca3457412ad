/* marshal.c: the marshal module; the work is in vm/marshal.c. */
#include "module/module.h"
#include "vm/marshal.h"

static bool version_argument(Value v, int *version) { return number_as_int(v, version); }

static NATIVE(marshal_dump)
{
    int version;
    if (!version_argument(args[2], &version)) return 0;
    Value bytes = marshal_dump_bytes(args[0], version);
    return bytes ? call_method_1(args[1], NAME("write"), bytes) : 0;
}

static NATIVE(marshal_dumps)
{
    int version;
    return version_argument(args[1], &version) ? marshal_dump_bytes(args[0], version) : 0;
}

static NATIVE(marshal_load)
{
    Value probe = call_method_1(args[0], NAME("read"), small_int(0));
    if (!probe) return 0;
    if (!is_bytes(probe)) return raise_type("file.read() returned not bytes but %.100T", probe);
    return marshal_load_file(args[0]);
}

static NATIVE(marshal_loads)
{
    Buffer b;
    if (!buffer_get(args[0], &b, BUFFER_SIMPLE)) return 0;
    Value v = marshal_load_bytes(b.data, (size_t)b.length);
    buffer_release(&b);
    return v;
}

static const NativeDef functions[] = {
    {"dump", "(value, file, version=4, /)", marshal_dump, "Write the value to the open binary file.", 0},
    {"load", "(file, /)", marshal_load, "Read one value from the open binary file.", 0},
    {"dumps", "(value, version=4, /)", marshal_dumps, "Return the bytes that dump() would write.", 0},
    {"loads", "(bytes, /)", marshal_loads, "Convert the bytes-like object to a value; bytes behind it are ignored.", 0},
    {0},
};

static bool init(Value module) { return module_add_int(module, "version", 4); }

const ModuleDef module_marshal = {"marshal", "Reading and writing Python values in the binary format of .pyc files.", functions, init};
