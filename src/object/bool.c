/* bool.c: True and False, two static ints. */
#include "object/container.h"
#include "object/number.h"

/* Their layout is an int's, so that arithmetic takes them as they are; value.h knows them by their header. */
static alignas(16) IntObj true_storage = {.head = {.type = &bool_type, .gc = GC_STATIC}, .size = 1, .limbs = true_storage.small, .small = {1}};
static alignas(16) IntObj false_storage = {.head = {.type = &bool_type, .gc = GC_STATIC}, .size = 0, .limbs = false_storage.small};
extern Obj true_object __attribute__((alias("true_storage")));
extern Obj false_object __attribute__((alias("false_storage")));

static Value bool_repr(Value v) { return v == TRUE ? NAME("True") : NAME("False"); }

#define BOOL_BINARY(name, symbol, otherwise) \
    static Value name(Value a, Value b) \
    { \
        if (type_of(a) == &bool_type && type_of(b) == &bool_type) return bool_value((a == TRUE) symbol(b == TRUE)); \
        return is_int(a) && is_int(b) ? otherwise(a, b) : NOT_IMPLEMENTED; \
    }
BOOL_BINARY(bool_and, &, int_and)
BOOL_BINARY(bool_or, |, int_or)
BOOL_BINARY(bool_xor, ^, int_xor)

static Value bool_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (kwnames && tuple_size(kwnames)) return raise_type("bool() takes no keyword arguments");
    if (nargs > 1) return raise_type("bool expected at most 1 argument, got %zu", nargs);
    int truth = nargs ? object_truth(args[0]) : 0;
    return truth < 0 ? 0 : bool_value(truth);
}

Type bool_type = {
    TYPE_INIT("bool", IntObj),
    .base = &int_type,
    .flags = TYPE_INT | TYPE_MATCH_SELF,
    .doc = "bool(x) -> bool\n\nTrue when the argument x is true, False otherwise.",
    .new = bool_make,
    .repr = bool_repr,
    .binary = {[BINARY_AND] = bool_and, [BINARY_OR] = bool_or, [BINARY_XOR] = bool_xor},
};
