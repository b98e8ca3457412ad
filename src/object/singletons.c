/* singletons.c: None, Ellipsis and NotImplemented. */
#include "object/container.h"

alignas(16) Obj none_object = {.type = &none_type, .gc = GC_STATIC};
alignas(16) Obj ellipsis_object = {.type = &ellipsis_type, .gc = GC_STATIC};
alignas(16) Obj not_implemented_object = {.type = &not_implemented_type, .gc = GC_STATIC};

static bool no_arguments(const char *name, size_t nargs, Value kwnames) { return nargs || (kwnames && tuple_size(kwnames)) ? raise_type("%s takes no arguments", name) : true; }

#define SINGLETON_NEW(name, type_text, value) \
    static Value name(Type *type, Value *args, size_t nargs, Value kwnames) { return no_arguments(type_text, nargs, kwnames) ? value : 0; }
SINGLETON_NEW(none_make, "NoneType", NONE)
SINGLETON_NEW(ellipsis_make, "EllipsisType", ELLIPSIS)
SINGLETON_NEW(not_implemented_make, "NotImplementedType", NOT_IMPLEMENTED)

static Value none_repr(Value v) { return NAME("None"); }
static int none_truth(Value v) { return 0; }
Type none_type = {
    TYPE_INIT("NoneType", Obj),
    .repr = none_repr,
    .truth = none_truth,
    .new = none_make,
};

static Value ellipsis_repr(Value v) { return NAME("Ellipsis"); }
static NATIVE(ellipsis_reduce) { return NAME("Ellipsis"); }
static const NativeDef ellipsis_methods[] = {{"__reduce__", 0, ellipsis_reduce, 0, NATIVE_VECTOR | NATIVE_NO_KEYWORDS}, {0}};
Type ellipsis_type = {TYPE_INIT("ellipsis", Obj), .repr = ellipsis_repr, .new = ellipsis_make, .methods = ellipsis_methods};

static Value not_implemented_repr(Value v) { return NAME("NotImplemented"); }
static NATIVE(not_implemented_reduce) { return NAME("NotImplemented"); }
static int not_implemented_truth(Value v) { return warn_format(&exc_DeprecationWarning, 1, "NotImplemented should not be used in a boolean context") ? 1 : -1; }
static const NativeDef not_implemented_methods[] = {{"__reduce__", 0, not_implemented_reduce, 0, NATIVE_VECTOR | NATIVE_NO_KEYWORDS}, {0}};
Type not_implemented_type = {
    TYPE_INIT("NotImplementedType", Obj), .repr = not_implemented_repr, .truth = not_implemented_truth, .new = not_implemented_make, .methods = not_implemented_methods,
};
