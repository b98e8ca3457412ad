/* _pickle.h: what the files of the module _pickle share: _pickle.c (the module, PickleBuffer, names of globals), _pickle_write.c (Pickler), _pickle_read.c (Unpickler). */
#pragma once
#include "module/module.h"
#include "object/dict.h"
#include "object/sequence.h"
#include "object/set.h"

enum { PICKLE_DEFAULT = 4, PICKLE_HIGHEST = 5, BATCH_SIZE = 1000, FRAME_MIN = 4, FRAME_TARGET = 64 * 1024, FRAME_HEADER = 9 };

/* clang-format off */
enum Opcode {
    OP_MARK = '(', OP_STOP = '.', OP_POP = '0', OP_POP_MARK = '1', OP_DUP = '2', OP_FLOAT = 'F', OP_INT = 'I', OP_BININT = 'J', OP_BININT1 = 'K', OP_LONG = 'L', OP_BININT2 = 'M',
    OP_NONE = 'N', OP_PERSID = 'P', OP_BINPERSID = 'Q', OP_REDUCE = 'R', OP_STRING = 'S', OP_BINSTRING = 'T', OP_SHORT_BINSTRING = 'U', OP_UNICODE = 'V', OP_BINUNICODE = 'X',
    OP_APPEND = 'a', OP_BUILD = 'b', OP_GLOBAL = 'c', OP_DICT = 'd', OP_EMPTY_DICT = '}', OP_APPENDS = 'e', OP_GET = 'g', OP_BINGET = 'h', OP_INST = 'i', OP_LONG_BINGET = 'j', OP_LIST = 'l',
    OP_EMPTY_LIST = ']', OP_OBJ = 'o', OP_PUT = 'p', OP_BINPUT = 'q', OP_LONG_BINPUT = 'r', OP_SETITEM = 's', OP_TUPLE = 't', OP_EMPTY_TUPLE = ')', OP_SETITEMS = 'u', OP_BINFLOAT = 'G',
    OP_PROTO = 0x80, OP_NEWOBJ, OP_EXT1, OP_EXT2, OP_EXT4, OP_TUPLE1, OP_TUPLE2, OP_TUPLE3, OP_NEWTRUE, OP_NEWFALSE, OP_LONG1, OP_LONG4,
    OP_BINBYTES = 'B', OP_SHORT_BINBYTES = 'C',
    OP_SHORT_BINUNICODE = 0x8c, OP_BINUNICODE8, OP_BINBYTES8, OP_EMPTY_SET, OP_ADDITEMS, OP_FROZENSET, OP_NEWOBJ_EX, OP_STACK_GLOBAL, OP_MEMOIZE, OP_FRAME,
    OP_BYTEARRAY8 = 0x96, OP_NEXT_BUFFER, OP_READONLY_BUFFER,
};
/* clang-format on */

/* What pickling needs from Python modules. All are roots. */
typedef struct PickleState {
    Value pickle_error, pickling_error, unpickling_error;
    Value dispatch_table, extension_registry, inverted_registry, extension_cache;   /* copyreg */
    Value names_2to3, imports_2to3, names_3to2, imports_3to2;                        /* _compat_pickle */
    Value codecs_encode, getattr, partial;
} PickleState;
extern PickleState pickle_state;
Value pickling_error(const char *format, ...);
Value unpickling_error(const char *format, ...);

/* The attribute at a dotted path, and the object that has it; 0 with AttributeError. `nested`: dots mean attributes of attributes. */
Value pickle_get_global(Value object, Value name, bool nested, Value *parent);
Value pickle_import(Value name);   /* the module; 0 with exception */

extern Type pickler_type, unpickler_type, pickler_memo_type, unpickler_memo_type, picklebuffer_type;
/* The buffer of a PickleBuffer; 0 with ValueError: it has been released. */
const Buffer *picklebuffer_get(Value v);
NATIVE(pickle_dump);
NATIVE(pickle_dumps);
NATIVE(pickle_load);
NATIVE(pickle_loads);
