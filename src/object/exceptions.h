/* exceptions.h: what the files exceptions*.c share: the pieces of BaseException that other exceptions build on, and the slots that exceptions.c puts into the type table. */
#pragma once
#include "object/container.h"
#include "object/exception.h"
#include "object/function.h"
#include "object/number.h"
#include "object/str.h"

Value exception_make(Type *type, Value *args, size_t nargs, Value kwnames);            /* BaseException.__new__ */
bool exception_init(Value self, Value *args, size_t nargs, Value kwnames);             /* BaseException.__init__: no keywords */
bool exception_init_args(Value self, Value *args, size_t nargs);                       /* the same, keywords being the caller's business */
Value exception_str(Value self);
void exception_trace(Obj *object);
bool exception_no_keywords(Value self, Value kwnames);
/* `self.args` and so on after a (type, args[, state]) tuple. */
Value exception_reduced(Value self, Value args, Value state);

bool stop_iteration_init(Value self, Value *args, size_t nargs, Value kwnames), system_exit_init(Value self, Value *args, size_t nargs, Value kwnames),
    import_error_init(Value self, Value *args, size_t nargs, Value kwnames), name_error_init(Value self, Value *args, size_t nargs, Value kwnames),
    attribute_error_init(Value self, Value *args, size_t nargs, Value kwnames), os_error_init(Value self, Value *args, size_t nargs, Value kwnames),
    syntax_error_init(Value self, Value *args, size_t nargs, Value kwnames), unicode_decode_error_init(Value self, Value *args, size_t nargs, Value kwnames),
    unicode_encode_error_init(Value self, Value *args, size_t nargs, Value kwnames), unicode_translate_error_init(Value self, Value *args, size_t nargs, Value kwnames),
    exception_group_init(Value self, Value *args, size_t nargs, Value kwnames);
Value os_error_make(Type *type, Value *args, size_t nargs, Value kwnames), exception_group_make(Type *type, Value *args, size_t nargs, Value kwnames),
    memory_error_make(Type *type, Value *args, size_t nargs, Value kwnames);
Value key_error_str(Value self), import_error_str(Value self), os_error_str(Value self), syntax_error_str(Value self), unicode_decode_error_str(Value self),
    unicode_encode_error_str(Value self), unicode_translate_error_str(Value self), exception_group_str(Value self);
void stop_iteration_trace(Obj *), import_error_trace(Obj *), name_error_trace(Obj *), attribute_error_trace(Obj *), os_error_trace(Obj *), syntax_error_trace(Obj *),
    unicode_error_trace(Obj *), exception_group_trace(Obj *);
extern const MemberDef stop_iteration_members[], system_exit_members[], import_error_members[], name_error_members[], attribute_error_members[], os_error_members[],
    syntax_error_members[], unicode_error_members[], exception_group_members[];
extern const NativeDef import_error_methods[], os_error_methods[], exception_group_methods[];
extern const GetSetDef os_error_getset[];
