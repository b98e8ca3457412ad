/* descr.h: the structs of the descriptors that types are filled with, for the files of object/ and the inline caches of the VM. */
#pragma once
#include "object/function.h"

/* getset_descriptor */
typedef struct GetSetObj {
    Obj head;
    Type *owner;
    Value name;
    const GetSetDef *def;
} GetSetObj;
/* member_descriptor: a field of the C struct, or one of __slots__ */
typedef struct MemberObj {
    Obj head;
    Type *owner;
    Value name;
    const char *doc;
    uint32_t offset;
    MemberKind kind;
    bool writable;
} MemberObj;
/* slot wrapper (`int.__add__`) and method-wrapper (`(1).__add__`) */
typedef struct SlotDef SlotDef;
typedef struct WrapperObj {
    Obj head;
    Type *owner;
    Value name;
    const SlotDef *def;
    void *function;
} WrapperObj;
typedef struct MethodWrapperObj {
    Obj head;
    WrapperObj *wrapper;
    Value self;
} MethodWrapperObj;

Value getset_new(Type *owner, const GetSetDef *def);
Value member_new(Type *owner, const MemberDef *def);
Value slot_member_new(Type *owner, Value name, uint32_t offset);   /* for __slots__ */
Value member_get(MemberObj *member, Obj *object);
Value native_method_new(Type *owner, const NativeDef *def);        /* method_descriptor, or classmethod_descriptor by its flags */
Value wrapper_new(Type *owner, const SlotDef *def, void *function);

/* "(self, x=1, /)" as __text_signature__ shows it ("($self, x=1, /)" for methods); None without signature. */
Value signature_text(const char *signature, bool method);
Value signature_text_of_function(const char *signature);   /* of a module's function: "($module, x, /)" */
/* __doc__ and __text_signature__ of a doc string that begins with "name(...)\n--\n\n". */
Value doc_without_signature(const char *name, const char *doc);
Value doc_signature(const char *name, const char *doc);
/* Raises TypeError and returns false unless nargs is exactly/at least/at most as CPython's arity check says: "name expected 1 argument, got 0". */
bool args_check_count(const char *name, int64_t nargs, int64_t min, int64_t max);
/* "name() takes no keyword arguments" when there are any. */
bool args_no_keywords(const char *name, Value kwnames);
static inline size_t kw_count(Value kwnames) { return kwnames ? (size_t)((VarObj *)kwnames)->size : 0; }
