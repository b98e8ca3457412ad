/* type_head.h: the part of a type that the heap reads.
 *
 * A Type (object/type.h) begins with it: first the very layout of CPython 3.11's PyTypeObject, then how the collector finds what an instance refers to and what to do when it dies.
 * The rest of a type, what can be done with its instances, is not the heap's business.
 */
#pragma once
#include "heap/value.h"

#define TYPE_HEAP (1ull << 9)         /* Type.flags, as Py_TPFLAGS_HEAPTYPE: made at run time */
#define TYPE_FINALIZE (1ull << 32)    /* instances have `finalize` or __del__ */
#define TYPE_FREES (1ull << 40)       /* `finalize` only gives back memory of a C library: there is no need of it at exit */

typedef struct TypeHead {
    /* PyTypeObject of CPython 3.11 (408 bytes) */
    VarObj head;
    const char *name;              /* "list", "collections.deque": as tp_name */
    int64_t basic_size, item_size;
    void *native_dealloc;
    int64_t native_vectorcall_offset;
    void *native_getattr, *native_setattr, *native_as_async, *native_repr, *native_as_number, *native_as_sequence, *native_as_mapping, *native_hash, *native_call, *native_str,
        *native_getattro, *native_setattro, *native_as_buffer;
    uint64_t flags;
    const char *doc;
    void *native_traverse, *native_clear, *native_richcompare;
    int64_t weaklist_offset;
    void *native_iter, *native_iternext, *native_methods, *native_members, *native_getset;
    Type *base;
    Value dict;
    void *native_descr_get, *native_descr_set;
    int64_t dict_offset;
    void *native_init, *native_alloc, *native_new, *native_free, *native_is_gc;
    Value bases;                   /* tuple */
    Value mro;                     /* tuple */
    Value cache, subclasses;       /* subclasses: list of weak references, or 0 */
    Value weaklist;
    void *native_del;
    uint32_t version;              /* changes when the type or a base of it changes; 0: not assigned yet (type_version) */
    void *native_finalize, *native_vectorcall;

    void (*trace)(Obj *);          /* visits all values; 0: the base's */
    void (*finalize)(Obj *);       /* native cleanup when found dead (close a file); must not run Python unless it is a __del__ */
    /* An instance whose 32-bit word at leaf_offset has all leaf_bits set refers to nothing: it is not traced. 0: there are none such. */
    uint32_t leaf_offset, leaf_bits;
} TypeHead;

static inline TypeHead *type_head(const Obj *o) { return (TypeHead *)o->type; }
static inline bool type_is_static(const Type *type) { return (((const Obj *)type)->gc & GC_STATIC) != 0; }
