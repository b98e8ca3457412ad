/* function.h: code, functions, methods, native functions, modules, descriptors, and the other objects that calls go through. */
#pragma once
#include "object/object.h"

/* A code object. The first part, up to `code`, has PyCodeObject's layout; `lowered` is the VM's register code, made on first call. */
typedef struct CodeObj {
    Obj head;
    int64_t size;                            /* of the code in units */
    Value consts, names, exceptiontable;     /* tuple, tuple, bytes */
    int flags, warmup_unused;
    int argcount, posonlyargcount, kwonlyargcount, stacksize, firstlineno;
    int nlocalsplus, nlocals, ncellvars_pure /* cells that are not parameters */, ncellvars, nfreevars;
    Value localsplusnames, localspluskinds;  /* tuple, bytes */
    Value filename, name, qualname, linetable;
    Value weaklist;
    Value code;                              /* bytes: the instructions as stored (caches zero) */
    Value varnames, cellvars, freevars;      /* tuples made on demand, or 0 */
    void *lowered;                           /* vm/lower.h; a heap buffer */
    uint32_t verified;                       /* CODE_SOUND ...: what vm/verify.c has found; 0: not looked at yet */
    void *extra;
} CodeObj;
extern Type code_type;
enum {
    CO_OPTIMIZED = 1,
    CO_NEWLOCALS = 2,
    CO_VARARGS = 4,
    CO_VARKEYWORDS = 8,
    CO_NESTED = 16,
    CO_GENERATOR = 32,
    CO_COROUTINE = 128,
    CO_ITERABLE_COROUTINE = 256,
    CO_ASYNC_GENERATOR = 512
};
enum { CODE_SOUND = 1, CODE_ALL_SOUND /* and the code among its constants, or it comes from the front end */, CODE_WALKED /* while those are looked at */ };
enum { LOCAL_FAST = 0x20, LOCAL_CELL = 0x40, LOCAL_FREE = 0x80 };
/* Line (and column) of the instruction at byte offset `offset` of the stored code; -1: none. Any out pointer may be 0. */
void code_position(CodeObj *code, int offset, int *line, int *end_line, int *column, int *end_column);

/* The lines (-1: none) of all `units` 16-bit units of the code. */
void code_lines(CodeObj *code, int *lines, int units);

/* PyFunctionObject's fields, same order. */
typedef struct FunctionObj {
    Obj head;
    Value globals, builtins, name, qualname, code, defaults, kwdefaults, closure, doc, dict, weaklist, module, annotations;
    void *native_vectorcall;
    uint32_t version;        /* changes with code, defaults, kwdefaults; for call caches */
} FunctionObj;
extern Type function_type;
Value function_new(Value code, Value globals, Value qualname);

typedef struct MethodObj {
    Obj head;
    Value function, self;
    Value weaklist;
    void *native_vectorcall;
} MethodObj;   /* bound method */
extern Type method_type;
Value method_new(Value function, Value self);

/* How the words of a signature string are bound; made once for a NativeDef (object/native.c). */
typedef struct Signature Signature;
/* builtin_function_or_method (also bound methods of built-in types: self set), PyCFunctionObject's place. */
typedef struct NativeObj {
    Obj head;
    const NativeDef *def;
    Value self /* 0: none */;
    Value module;
    Signature *signature;
    Type *owner;
} NativeObj;
/* method_descriptor / classmethod_descriptor of a built-in type: takes self as first argument. */
typedef struct NativeMethodObj {
    Obj head;
    Type *owner;
    Value name;
    const NativeDef *def;
    Signature *signature;
} NativeMethodObj;
extern Type native_type /* builtin_function_or_method */, native_method_type /* method_descriptor */, native_classmethod_type, getset_type, member_type, slot_wrapper_type,
    method_wrapper_type;
Value native_new(const NativeDef *def, Value self, Value module);
/* For the VM: when a call with exactly `nargs` positional arguments needs no binding, the function can be called on them as they are. */
bool native_is_direct(const NativeDef *def, Signature **cache, size_t nargs);
/* For NATIVE_VECTOR functions that parse their own: binds by another signature into out[], which has one word a parameter.
 * function_name 0: errors say "function" (for signatures with parameters that have names). */
bool native_bind(const char *function_name, const char *signature, Signature **cache, Value *args, size_t nargs, Value kwnames, Value *out);

typedef struct PropertyObj {
    Obj head;
    Value get, set, del, doc, name;
    bool getter_doc;
} PropertyObj;
extern Type property_type, classmethod_type, staticmethod_type, super_type;
typedef struct WrappedObj {
    Obj head;
    Value callable;
    Value dict;
} WrappedObj;   /* classmethod, staticmethod */
Value super_new(Type *type, Value object);
/* super() without arguments needs the running frame: the VM sets this hook. false with RuntimeError. */
extern bool (*super_frame_hook)(Value *type, Value *object);

typedef struct ModuleObj {
    Obj head;
    Value dict;
    const struct ModuleDef *def;
    void *state;
    Value weaklist;
    Value name;
} ModuleObj;
extern Type module_type;
Value module_new(Value name);          /* empty module with __name__, __doc__, __package__, __loader__, __spec__ */
static inline Value module_dict(Value module) { return ((ModuleObj *)module)->dict; }
bool module_set(Value module, const char *name, Value value);

/* Generators, coroutines, async generators: object/generator.c owns the type, vm/ the running. */
extern Type generator_type, coroutine_type, async_generator_type, frame_type, traceback_type, coroutine_wrapper_type;
extern Type weakref_type, weak_proxy_type, weak_callable_proxy_type;
Value weakref_new(Value target, Value callback /* 0 */);
Value weakref_target(Value ref);       /* the target, or NONE */
