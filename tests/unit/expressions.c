/* expressions.c: evaluates expressions in prefix form without the VM, one a line, and prints repr or the error: for comparing the built-in types and modules with
 * /usr/bin/python3.11 (tests/unit/expressions.py writes the lines and compares).
 *
 *   I dec | F hexfloat | S hex | Y hex | N T X E (None True False ...) | V builtin | W module | A name e | C npos nkw f args... (name value)... | B op a b | U op a |
 *   M op a b | G a key | Q a b c (pow) | L n items | P n items | D n (k v)... | Z start stop step
 */
#include "module/module.h"
#include "module/import.h"
#include "module/sys.h"
#include "vm/vm.h"
#include <stdio.h>
#include <stdlib.h>

#define TYPE(name) extern Type name;
#include "object/types.def"
#undef TYPE

static char *at;

static char *word(void)
{
    while (*at == ' ') at++;
    char *start = at;
    while (*at && *at != ' ' && *at != '\n') at++;
    if (*at) *at++ = 0;
    return start;
}

static Value eval(void);

static size_t from_hex(char *hex)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        sscanf(hex + 2 * i, "%2x", &byte);
        hex[i] = (char)byte;
    }
    return n;
}

static Value module_named(const char *name)
{
    Value found = dict_get_cstring(sys_modules(), name);
    if (found) return found;
    const ModuleDef *def = module_find(name);
    Value module = def ? module_create(def) : raise_format(&exc_ImportError, "no %s", name);
    if (module) dict_set_cstring(sys_modules(), name, module);
    return module;
}

static Value eval_call(void)
{
    int npos = atoi(word()), nkw = atoi(word());
    Value f = eval(), args[40] = {0}, names = nkw ? tuple_new(nkw) : 0;
    for (int i = 0; i < npos; i++) {
        args[1 + i] = eval();
        if (!args[1 + i] && f) f = 0;
    }
    for (int i = 0; i < nkw; i++) {
        tuple_items(names)[i] = str_intern_cstring(word());
        args[1 + npos + i] = eval();
    }
    return f ? object_call(f, args + 1, (size_t)npos, names) : 0;
}

static Value eval(void)
{
    char kind = *word();
    switch (kind) {
    case 'I': {
        char *text = word();
        return int_from_ascii(text, strlen(text), 10, NONE);
    }
    case 'F': return float_new(strtod(word(), 0));
    case 'S': {
        char *text = word();
        return str_from_utf8_surrogatepass(text + 1, from_hex(text + 1));
    }
    case 'Y': {
        char *text = word();
        return bytes_new(text + 1, from_hex(text + 1));
    }
    case 'N': return NONE;
    case 'T': return TRUE;
    case 'X': return FALSE;
    case 'E': return ELLIPSIS;
    case 'V': return object_getattr(module_named("builtins"), str_intern_cstring(word()));
    case 'W': return module_named(word());
    case 'A': {
        Value name = str_intern_cstring(word()), v = eval();
        return v ? object_getattr(v, name) : 0;
    }
    case 'C': return eval_call();
    case 'B': {
        int op = atoi(word());
        Value a = eval(), b = eval();
        return a && b ? op == BINARY_POWER ? number_power(a, b, NONE) : number_binary(a, b, (BinaryOp)op) : 0;
    }
    case 'U': {
        int op = atoi(word());
        Value a = eval();
        return a ? number_unary(a, (UnaryOpKind)op) : 0;
    }
    case 'M': {
        int op = atoi(word());
        Value a = eval(), b = eval();
        return a && b ? object_compare(a, b, (CompareOp)op) : 0;
    }
    case 'G': {
        Value a = eval(), b = eval();
        return a && b ? object_getitem(a, b) : 0;
    }
    case 'L':
    case 'P': {
        int n = atoi(word());
        Value list = list_new(0);
        for (int i = 0; i < n; i++) {
            Value v = eval();
            if (!v || !list_append(list, v)) return 0;
        }
        return kind == 'L' ? list : list_to_tuple(list);
    }
    case 'D': {
        int n = atoi(word());
        Value dict = dict_new();
        for (int i = 0; i < n; i++) {
            Value k = eval(), v = eval();
            if (!k || !v || !dict_set(dict, k, v)) return 0;
        }
        return dict;
    }
    case 'Z': {
        Value a = eval(), b = eval(), c = eval();
        return slice_new(a, b, c);
    }
    }
    return raise_runtime("bad expression");
}

static void print(Value v, const char *before)
{
    size_t size;
    const char *text = v ? str_utf8(v, &size) : 0;
    printf("%s%s\n", before, text ? text : "<unprintable>");
    thread_self->exception = 0;
}

int main(void)
{
    static Type *const all[] = {
#define TYPE(name) &name,
#include "object/types.def"
    };
    heap_init();
    hash_init(0);
    thread_attach(thread_new(1 << 16));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!type_ready(all[i])) return 1;
    }
    if (!errors_init()) return 1;
    if (!sys_start()) return 1;
    /* The one thing of the Python library that a native module asks for when it starts: a stand-in. */
    Value sequence = namespace_new(0), abc = namespace_new(0);
    object_setattr(sequence, NAME("register"), object_getattr(module_named("builtins"), NAME("id")));
    object_setattr(abc, NAME("MutableSequence"), sequence);
    dict_set_cstring(sys_modules(), "collections.abc", abc);
    char *line = 0;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        at = line;
        Value v = eval(), text = v ? object_repr(v) : 0;
        if (text) print(text, "");
        else {
            Value e = error_take();
            Value shown = object_str(e);
            printf("%s ", type_name_of(e));
            print(shown, "");
        }
        fflush(stdout);
    }
    return 0;
}
