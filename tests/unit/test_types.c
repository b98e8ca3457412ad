/* test_types.c: the type system without the VM: static types, classes made from C, attributes, calls of native functions. */
#include "module/module.h"
#include "object/shape.h"
#include <stdio.h>
#include <stdlib.h>

#define TYPE(name) extern Type name;
#include "object/types.def"
#undef TYPE

static int failures;
static void check_text(Value v, const char *expected, int line)
{
    Value exception = thread_self->exception;
    if (!v && exception) {
        error_clear();
        v = str_format_c("%T: %S", exception, exception);
    }
    Value text = v ? object_str(v) : 0;
    const char *got = text ? str_utf8(text, 0) : "(nothing)";
    if (strcmp(got, expected)) {
        printf("line %d: expected %s\n         got      %s\n", line, expected, got);
        failures++;
    }
}
#define EXPECT(value, text) check_text((value), (text), __LINE__)

static Value attr(Value v, const char *name) { return object_getattr(v, str_intern_cstring(name)); }
static Value method(Value v, const char *name, size_t n, Value a, Value b)
{
    Value args[] = {a, b};
    return call_method(v, str_intern_cstring(name), args, n);
}
static Value new_class(const char *name, Value bases, Value dict) { return call_3(VALUE(&type_type), str_from_cstring(name), bases, dict); }

static void test_static(void)
{
    EXPECT(object_repr(VALUE(&list_type)), "<class 'list'>");
    Value list = call_0(VALUE(&list_type));
    EXPECT(method(list, "append", 1, small_int(3), 0), "None");
    EXPECT(list, "[3]");
    EXPECT(method(list, "append", 0, 0, 0), "TypeError: list.append() takes exactly one argument (0 given)");
    EXPECT(method(list, "append", 2, NONE, NONE), "TypeError: list.append() takes exactly one argument (2 given)");
    EXPECT(method(list, "clear", 1, NONE, NONE), "TypeError: list.clear() takes no arguments (1 given)");
    EXPECT(method(list, "insert", 1, NONE, NONE), "TypeError: insert expected 2 arguments, got 1");
    EXPECT(attr(list, "nope"), "AttributeError: 'list' object has no attribute 'nope'");
    EXPECT(attr(VALUE(&list_type), "nope"), "AttributeError: type object 'list' has no attribute 'nope'");
    EXPECT(method(small_int(2), "__add__", 1, small_int(3), 0), "5");
    EXPECT(method(small_int(2), "__add__", 0, 0, 0), "TypeError: expected 1 argument, got 0");
    EXPECT(attr(VALUE(&int_type), "__add__"), "<slot wrapper '__add__' of 'int' objects>");
    EXPECT(attr(VALUE(&bool_type), "__mro__"), "(<class 'bool'>, <class 'int'>, <class 'object'>)");
    EXPECT(attr(VALUE(&list_type), "append"), "<method 'append' of 'list' objects>");
    EXPECT(attr(VALUE(&exc_KeyError), "__mro__"), "(<class 'KeyError'>, <class 'LookupError'>, <class 'Exception'>, <class 'BaseException'>, <class 'object'>)");
    EXPECT(number_binary(small_int(1), list, BINARY_ADD), "TypeError: unsupported operand type(s) for +: 'int' and 'list'");
    EXPECT(number_binary(list, small_int(2), BINARY_MULTIPLY), "[3, 3]");
    EXPECT(object_getattr(VALUE(&type_type), NAME("__class__")), "<class 'type'>");
    EXPECT(call_1(VALUE(&type_type), small_int(1)), "<class 'int'>");
    EXPECT(bool_value(object_is_instance(TRUE, VALUE(&int_type))), "True");
    EXPECT((Value)object_setattr(VALUE(&int_type), NAME("x"), NONE), "TypeError: cannot set 'x' attribute of immutable type 'int'");
}

static void test_classes(void)
{
    Value a = new_class("A", tuple_new(0), dict_new()), b = new_class("B", tuple_pack(1, a), dict_new());
    EXPECT(b, "<class 'B'>");
    EXPECT(attr(b, "__mro__"), "(<class 'B'>, <class 'A'>, <class 'object'>)");
    EXPECT(call_method_0(a, NAME("__subclasses__")), "[<class 'B'>]");
    Value o = call_0(b);
    for (int i = 0; i < 100; i++) {
        char name[16];
        sprintf(name, "x%d", i);
        if (!object_setattr(o, str_intern_cstring(name), small_int(i))) EXPECT(0, "?");
    }
    EXPECT(attr(o, "x0"), "0");
    EXPECT(attr(o, "x99"), "99");
    EXPECT(attr(o, "x100"), "AttributeError: 'B' object has no attribute 'x100'");
    Value p = call_0(b);
    for (int i = 0; i < 20; i++) {
        char name[16];
        sprintf(name, "y%d", i);
        if (!object_setattr(p, str_intern_cstring(name), small_int(i))) EXPECT(0, "?");
    }
    EXPECT(bool_value(as_obj(p)->shape != 0), "True");
    gc_collect(2, true);
    EXPECT(attr(p, "y19"), "19");
    EXPECT((Value)!object_setattr(p, NAME("y19"), 0) ? 0 : NONE, "None");
    EXPECT((Value)!object_setattr(p, NAME("y3"), 0) ? 0 : NONE, "None");
    EXPECT(bool_value(as_obj(p)->shape == 0), "True");
    EXPECT(attr(p, "y18"), "18");
    EXPECT(attr(call_0(a), "__dict__"), "{}");
    Value dict = dict_new();
    dict_set_cstring(dict, "__slots__", tuple_pack(2, str_from_cstring("u"), str_from_cstring("__v")));
    Value c = new_class("_C", tuple_new(0), dict), q = call_0(c);
    EXPECT(attr(q, "u"), "AttributeError: '_C' object has no attribute 'u'");
    EXPECT(object_setattr(q, NAME("_C__v"), small_int(7)) ? attr(q, "_C__v") : 0, "7");
    EXPECT((Value)object_setattr(q, NAME("w"), small_int(7)), "AttributeError: '_C' object has no attribute 'w'");
    EXPECT(new_class("D", tuple_pack(2, VALUE(&int_type), VALUE(&list_type)), dict_new()), "TypeError: multiple bases have instance lay-out conflict");
    EXPECT(new_class("D", tuple_pack(2, a, b), dict_new()), "TypeError: Cannot create a consistent method resolution\norder (MRO) for bases A, B");
    EXPECT(new_class("D", tuple_pack(1, VALUE(&bool_type)), dict_new()), "TypeError: type 'bool' is not an acceptable base type");
    Value l = new_class("L", tuple_pack(1, VALUE(&list_type)), dict_new()), x = call_0(l);
    EXPECT(method(x, "append", 1, small_int(1), 0), "None");
    EXPECT((Value)!object_setattr(x, NAME("z"), small_int(5)) ? 0 : x, "[1]");
    EXPECT(attr(x, "z"), "5");
    Value t = new_class("T", tuple_pack(1, VALUE(&tuple_type)), dict_new()), y = call_1(t, x);
    EXPECT((Value)!object_setattr(y, NAME("z"), small_int(6)) ? 0 : y, "(1,)");
    gc_collect(2, true);
    EXPECT(attr(y, "z"), "6");
    EXPECT(number_binary(y, y, BINARY_ADD), "(1, 1)");
    EXPECT(call_1(a, NONE), "TypeError: A() takes no arguments");
    /* A slot set later from a native function: __len__ of A instances. */
    EXPECT(object_setattr(a, NAME("__len__"), attr(VALUE(&list_type), "__len__")) ? NONE : 0, "None");
    EXPECT((Value)(object_length(call_0(b)) + 1), "TypeError: descriptor '__len__' requires a 'list' object but received a 'B'");
    EXPECT(attr(attr(super_new((Type *)l, x), "append"), "__self__"), "[1]");
}

int main(void)
{
    heap_init();
    thread_attach(thread_new(1 << 16));
    if (!names_make()) return 1;
#define TYPE(name) \
    if (!type_ready(&name)) return 1;
#include "object/types.def"
#undef TYPE
#define EXCEPTION(Name, Base) \
    if (!type_ready(&exc_##Name)) return 1;
#include "object/exceptions.def"
    test_static();
    test_classes();
    printf("%d failures\n", failures);
    return failures != 0;
}
