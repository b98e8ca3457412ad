/* type.h: what a type is to the C code.
 *
 * A `Type` begins with the very layout of CPython 3.11's PyTypeObject (native extensions read it through macros); the function pointers in that head are for native code
 * only and stay 0 until a type is exposed. Behind it stand Krait's own slots, which all of Krait uses: one C function pointer an operation.
 *
 * Built-in types are constant tables: a static Type with slots filled in by designated initializers and up to three tables (methods, getset, members). `type_ready`
 * inherits slots from the base; the type's dict, with the method descriptors and the slot wrappers (`__add__`), is filled when first looked at.
 * A class written in Python is a heap Type whose slots are the slot_* functions (object/type_slots.c), which look the dunder method up; so C code calls slots and never asks
 * whether a type is native.
 */
#pragma once
#include "heap/barrier.h"
#include "heap/type_head.h"

/* A native function. args: for a plain signature, one word a parameter in order (0: not given and without default; *args a tuple, **kwargs a dict or 0), nargs their number,
 * kwnames 0. For NATIVE_VECTOR: the positional arguments as passed (nargs of them), then the values of the keyword arguments, whose names are the tuple kwnames (0: none).
 * Returns a value, or 0 with an exception set. The words at args may be overwritten by the callee. */
typedef Value (*NativeFn)(Value *args, size_t nargs, Value kwnames);
#define NATIVE(name) Value name(Value *args, size_t nargs, Value kwnames)

enum {
    NATIVE_VECTOR = 1,   /* takes args as passed; the signature is only for __text_signature__ (0: none) */
    NATIVE_CLASS = 2,    /* class method: args[0] is the class */
    NATIVE_STATIC = 4,   /* static method (`__new__` included): no self */
    NATIVE_COEXIST = 8,  /* wins over the wrapper of a slot of the same name */
    NATIVE_NO_KEYWORDS = 16, /* NATIVE_VECTOR only: reject keyword arguments ("f() takes no keyword arguments") */
};

/* "(self, index=-1, /)": names, `/`, `*`, `*args`, `**kwargs`, defaults. A default that is an int, float, string, None, True or False literal, or () is passed to the function;
 * `<unrepresentable>` or any other text means that the word is 0 when the argument is absent. Functions of modules have no self ("(x, /)"; "($module, x, /)" is not used).
 * Binding, __text_signature__ and the arity errors come from it. */
typedef struct NativeDef {
    const char *name;
    const char *signature;
    NativeFn function;
    const char *doc;
    int flags;
} NativeDef;

typedef struct GetSetDef {
    const char *name;
    Value (*get)(Value self);
    bool (*set)(Value self, Value value);   /* value 0: delete. 0: read-only attribute */
    const char *doc;
} GetSetDef;

typedef enum MemberKind { MEMBER_VALUE, MEMBER_VALUE_OR_NONE, MEMBER_INT, MEMBER_INT64, MEMBER_BOOL, MEMBER_DOUBLE, MEMBER_CSTRING } MemberKind;
/* MEMBER_VALUE: 0 raises AttributeError; MEMBER_VALUE_OR_NONE: 0 reads as None. */
typedef struct MemberDef {
    const char *name;
    MemberKind kind;
    uint32_t offset;
    bool writable;
    const char *doc;
} MemberDef;

typedef enum CompareOp { CMP_LT, CMP_LE, CMP_EQ, CMP_NE, CMP_GT, CMP_GE } CompareOp;

/* clang-format off */
typedef enum BinaryOp {
    BINARY_ADD, BINARY_AND, BINARY_FLOOR_DIVIDE, BINARY_LSHIFT, BINARY_MATRIX_MULTIPLY, BINARY_MULTIPLY, BINARY_REMAINDER,
    BINARY_OR, BINARY_POWER, BINARY_RSHIFT, BINARY_SUBTRACT, BINARY_TRUE_DIVIDE, BINARY_XOR, BINARY_DIVMOD,
    BINARY_COUNT
} BinaryOp;   /* 0..12 as BINARY_OP's argument in the bytecode; +13 there is the in-place form */
/* clang-format on */

typedef enum { UNARY_NEGATIVE, UNARY_POSITIVE, UNARY_ABS, UNARY_INVERT, UNARY_COUNT } UnaryOpKind;

/* The buffer protocol (memoryview, bytes-like arguments). */
typedef struct Buffer {
    void *data;
    Value owner;           /* the object to release */
    int64_t length;        /* bytes */
    int64_t itemsize;
    bool readonly;
    int ndim;
    const char *format;    /* struct syntax; 0: "B" */
    int64_t *shape, *strides, *suboffsets;
    void *internal;
    int64_t one_dim[2];    /* where shape and strides of simple buffers live */
} Buffer;
enum { BUFFER_SIMPLE = 0, BUFFER_WRITABLE = 1, BUFFER_FORMAT = 4, BUFFER_ND = 8, BUFFER_STRIDES = 0x18, BUFFER_FULL = 0x11c };

/* clang-format off */
enum {   /* Type.flags: the low 32 bits have CPython's Py_TPFLAGS_* values */
    TYPE_SEQUENCE = 1 << 5, TYPE_MAPPING = 1 << 6, TYPE_DISALLOW_NEW = 1 << 7, TYPE_IMMUTABLE = 1 << 8, /* TYPE_HEAP = 1 << 9, */ TYPE_BASE = 1 << 10, TYPE_READY = 1 << 12,
    TYPE_METHOD_DESCRIPTOR = 1 << 17, TYPE_ABSTRACT = 1 << 20, TYPE_MATCH_SELF = 1 << 22,
    TYPE_INT = 1 << 24, TYPE_LIST = 1 << 25, TYPE_TUPLE = 1 << 26, TYPE_BYTES = 1 << 27, TYPE_STR = 1 << 28, TYPE_DICT = 1 << 29, TYPE_EXCEPTION = 1 << 30,
};
/* clang-format on */
#define TYPE_TYPE (1ull << 31)
/* TYPE_FINALIZE (1ull << 32), TYPE_FREES (1ull << 40): heap/type_head.h */
#define TYPE_FILLED (1ull << 33)        /* the dict has its descriptors */
#define TYPE_NO_WEAKREF (1ull << 34)    /* instances cannot be weakly referenced */
#define TYPE_FLOAT (1ull << 35)
#define TYPE_SET (1ull << 36)           /* set or frozenset */
#define TYPE_INHERITED (1ull << 39)     /* a static type has its base's flags and slots: what type_ready does only once, however often memory lacks for the rest */
#define TYPE_CUSTOM_MRO (1ull << 38)    /* a metaclass's mro() decided: lookups are not cached */
#define TYPE_OWN_MODULE_NAME (1ull << 41) /* __module__ is not interned, as that of CPython's types made from a spec: pickles show whether two names are one object */
#define TYPE_WEAKREF_OK (1ull << 37)    /* built-in type whose instances can be weakly referenced */

#define FLAGS_OF(operator) \
    (TYPE_FINALIZE operator TYPE_FREES operator TYPE_FILLED operator TYPE_NO_WEAKREF operator TYPE_FLOAT operator TYPE_SET operator TYPE_INHERITED operator TYPE_CUSTOM_MRO \
     operator TYPE_OWN_MODULE_NAME operator TYPE_WEAKREF_OK)
static_assert(FLAGS_OF(+) == FLAGS_OF(|), "two flags have one bit");
#undef FLAGS_OF

struct Type {
    struct TypeHead;               /* heap/type_head.h: PyTypeObject of CPython 3.11, and trace and finalize */

    const NativeDef *methods;      /* ended by a name of 0 */
    const GetSetDef *getset;
    const MemberDef *members;

    Value (*repr)(Value);
    Value (*str)(Value);
    bool (*hash)(Value, int64_t *hash);   /* 0 in a type that defines compare: unhashable */
    Value (*call)(Value self, Value *args, size_t nargs, Value kwnames);   /* args as in NATIVE_VECTOR; args[-1] may be overwritten */
    Value (*getattr)(Value self, Value name);
    bool (*setattr)(Value self, Value name, Value value);   /* value 0: delete */
    Value (*compare)(Value, Value, CompareOp);   /* NOT_IMPLEMENTED where it does not know */
    Value (*iter)(Value);
    Value (*next)(Value);          /* 0 without an exception: exhausted */
    Value (*descr_get)(Value self, Value object, Type *owner);   /* object 0: through the class */
    bool (*descr_set)(Value self, Value object, Value value);    /* value 0: delete */
    bool (*init)(Value self, Value *args, size_t nargs, Value kwnames);
    Value (*new)(Type *type, Value *args, size_t nargs, Value kwnames);
    Value (*await)(Value);
    Value (*aiter)(Value);
    Value (*anext)(Value);
    /* gen.send(value): 1 yielded (*result), 0 returned (*result), -1 raised. 0: use next/send */
    int (*send)(Value self, Value value, Value *result);

    Value (*binary[BINARY_COUNT])(Value, Value);   /* either operand may be of this type, as CPython's nb_*; power: modulo absent */
    Value (*inplace[BINARY_COUNT])(Value, Value);
    Value (*power3)(Value, Value, Value);          /* pow(a, b, c) */
    Value (*unary[UNARY_COUNT])(Value);
    int (*truth)(Value);           /* 1, 0, -1 with exception */
    Value (*to_int)(Value);        /* __int__ */
    Value (*to_float)(Value);      /* __float__ */
    Value (*index)(Value);         /* __index__ */

    int64_t (*length)(Value);      /* -1 with exception */
    Value (*getitem)(Value, Value key);
    bool (*setitem)(Value, Value key, Value value);   /* value 0: delete */
    int (*contains)(Value, Value item);   /* 1, 0, -1 */
    Value (*concat)(Value, Value);        /* sq_concat, tried after binary[BINARY_ADD] */
    Value (*repeat)(Value, int64_t);      /* sq_repeat */
    Value (*inplace_concat)(Value, Value);
    Value (*inplace_repeat)(Value, int64_t);
    Value (*seq_item)(Value, int64_t);    /* sq_item for sequences whose getitem is not enough (old iteration protocol); may be 0 */
    bool (*get_buffer)(Value, Buffer *, int flags);
    void (*release_buffer)(Value, Buffer *);

    /* Attributes of instances (object/shape.h). */
    int32_t attrs_offset;          /* of the attribute words in an instance; 0: none; -1: at the end of a variable-sized instance */
    uint32_t inline_slots;         /* attribute slots inside the instance, after the first attribute word */
    uint32_t root_shape;           /* shape id of a fresh instance */
    int32_t slots_count;           /* __slots__ values */
    /* Heap types. */
    Value heap_name, heap_qualname, heap_slots, heap_module;
    char *heap_doc;
    void *specialization;          /* caches private to vm/ */
    int32_t slots_offset;          /* where this class's own __slots__ values begin (slots_count of them) */
    uint64_t own_slots[2];         /* which slots a static type defined itself, by index in the table of object/type_slots.c */
};

extern Type type_type, object_type;

/* A static type's constant part:  Type list_type = { TYPE_INIT("list", List), .flags = TYPE_BASE|..., .repr = list_repr, ... }; base object unless .base says otherwise. */
#define TYPE_INIT(type_name, Struct) .head = {.head = {.type = &type_type, .gc = GC_STATIC}}, .name = (type_name), .basic_size = sizeof(Struct)

/* Completes a static type: inherits slots, sets mro, bases. Idempotent and cheap; recursive to the base. Every static type is readied before an instance of it exists (TYPES in
 * object/types.def are readied at start; other modules' types in the module's init). */
bool type_ready(Type *type);
/* Fills the dict of a static type with its descriptors if that has not been done. */
bool type_fill(Type *type);
/* The attribute `name` (interned str) along the MRO, or 0 without exception. Uses the global method cache. */
Value type_lookup(Type *type, Value name);
/* The type's version for inline caches (assigned when 0). 0: versions have run out. */
uint32_t type_version(Type *type);
/* Must be called after the dict of a class changed that is being made, with nothing below it yet: a new version, slots set. */
void type_modified(Type *type);
static inline bool is_subtype_fast(Type *type, Type *base) { return type == base; }
bool type_is_subtype(Type *type, Type *base);
static inline bool is_instance_of(Value v, Type *type)
{
    Type *t = type_of(v);
    return t == type || type_is_subtype(t, type);
}
static inline bool has_flag(Value v, uint64_t flag) { return (type_of(v)->flags & flag) != 0; }
#define is_type(v) has_flag(v, TYPE_TYPE)
#define is_str(v) has_flag(v, TYPE_STR)
#define is_int(v) (is_small_int(v) || has_flag(v, TYPE_INT))       /* bool and subclasses included */
#define is_float(v) (is_small_float(v) || has_flag(v, TYPE_FLOAT)) /* subclasses included */
#define is_bytes(v) has_flag(v, TYPE_BYTES)
#define is_tuple(v) has_flag(v, TYPE_TUPLE)
#define is_list(v) has_flag(v, TYPE_LIST)
#define is_dict(v) has_flag(v, TYPE_DICT)
#define is_exception(v) has_flag(v, TYPE_EXCEPTION)
/* The getattr slot of types, for inline caches to compare with. */
Value type_getattr(Value self, Value name);
Value type_getattr_opt(Value self, Value name);   /* 0 without exception when missing */
/* A new class, as type(name, bases, dict) makes it with the metaclass `meta`. */
Value type_new_class(Type *meta, Value name, Value bases, Value dict, Value *kwvalues, Value kwnames);
/* The metaclass that `bases` call for, starting from meta; 0 with TypeError. */
Type *type_calculate_meta(Type *meta, Value bases);
/* A fresh instance: type->new of object: zeroed, attributes empty. `items` for variable-sized types. */
Value type_alloc(Type *type, int64_t items);
/* The same as a `new` slot, for types whose `init` reads the arguments. */
Value type_new_plain(Type *type, Value *args, size_t nargs, Value kwnames);
/* type(v).__name__ without the module part of static types. */
const char *type_name(Type *type);
#define type_name_of(v) type_name(type_of(v))
/* As error messages call a type: static types with their module ("array.array"), classes without. */
static inline const char *type_full_name(Type *type) { return type->flags & TYPE_HEAP ? type_name(type) : type->name; }
