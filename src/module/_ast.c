/* _ast.c: the classes of the `ast` module, and the way between their instances and the front end's tree.
 *
 * Everything comes from syntax/ast.def: one table of node kinds, each with its fields, their types and where they lie in the C structs. The two conversions walk that table, so a new node needs no code here.
 * The classes are made when first asked for.
 */
#include "module/ast_convert.h"
#include "module/ast_tables.h"
#include "vm/marshal.h"
#include "object/shape.h"
#include "vm/vm.h"
#include "compile/compile.h"

/* ---------------------------------------------------------------- the base class AST */

typedef struct AstObj {
    Obj head;
    Value attrs;
} AstObj;

/* A class attribute that must be a tuple of names. */
static Value names_attribute(Value v, Value name)
{
    Value names = object_getattr_opt(v, name);
    if (!names) return thread_self->exception ? 0 : tuple_empty;
    return object_to_tuple(names);
}

static bool ast_init(Value self, Value *args, size_t nargs, Value kwnames)
{
    Value fields = names_attribute(VALUE(type_of(self)), NAME("_fields"));
    if (!fields) return false;
    int64_t count = tuple_size(fields);
    if ((int64_t)nargs > count) return raise_type("%.400T constructor takes at most %zd positional argument%s", self, (size_t)count, count == 1 ? "" : "s");
    for (size_t i = 0; i < nargs; i++)
        if (!object_setattr(self, tuple_get(fields, (int64_t)i), args[i])) return false;
    for (int64_t i = 0; kwnames && i < tuple_size(kwnames); i++) {
        Value name = tuple_get(kwnames, i);
        for (size_t k = 0; k < nargs; k++)
            if (str_equal(tuple_get(fields, (int64_t)k), name)) return raise_type("%.400T got multiple values for argument '%U'", self, name);
        if (!object_setattr(self, name, args[nargs + (size_t)i])) return false;
    }
    return true;
}

static NATIVE(ast_reduce)
{
    Value dict = instance_dict(as_obj(args[0]));
    return dict ? tuple_pack(3, VALUE(type_of(args[0])), tuple_empty, dict) : thread_self->exception ? 0 : tuple_pack(2, VALUE(type_of(args[0])), tuple_empty);
}

static const NativeDef ast_methods[] = {{"__reduce__", "(self, /)", ast_reduce, "Helper for pickle.", 0}, {0}};
static const GetSetDef ast_getset[] = {{"__dict__", object_get_dict, object_set_dict, 0}, {0}};
static void ast_trace(Obj *o)
{
    if (!(o->type->flags & TYPE_HEAP)) instance_trace_attributes(o);
}

static Type ast_type = {TYPE_INIT("ast.AST", AstObj),
                        .flags = TYPE_BASE | TYPE_WEAKREF_OK,
                        .attrs_offset = offsetof(AstObj, attrs),
                        .new = type_new_plain,
                        .init = ast_init,
                        .trace = ast_trace,
                        .methods = ast_methods,
                        .getset = ast_getset};

/* ---------------------------------------------------------------- making the classes */

static Value classes;   /* tuple: the class of each kind in ast_kinds */
static Value enum_instances;

static Value name_tuple(const AstKind *kind)
{
    Value names = tuple_new(kind->field_count);
    for (int i = 0; names && i < kind->field_count; i++)
        if (!(tuple_items(names)[i] = str_intern_cstring(kind->fields[i].name))) return 0;
    return names;
}

static const char *const position_names[] = {"lineno", "col_offset", "end_lineno", "end_col_offset"};

static Value attribute_tuple(void) { return tuple_pack(4, NAME("lineno"), NAME("col_offset"), NAME("end_lineno"), NAME("end_col_offset")); }

/* "BinOp(expr left, operator op, expr right)" */
static bool add_signature(StrBuilder *b, const AstKind *kind)
{
    static const char *const marks[] = {[AST_REQUIRED] = "", [AST_OPTIONAL] = "?", [AST_SEQUENCE] = "*", [AST_SEQUENCE_OF_OPTIONAL] = "*"};
    str_builder_cstring(b, kind->name);
    for (int i = 0; i < kind->field_count; i++) {
        str_builder_cstring(b, i ? ", " : "(");
        str_builder_cstring(b, ast_type_names[kind->fields[i].type]);
        str_builder_cstring(b, marks[kind->fields[i].form]);
        str_builder_cstring(b, " ");
        str_builder_cstring(b, kind->fields[i].name);
    }
    return !kind->field_count || str_builder_cstring(b, ")");
}

/* The text of the grammar: for a sum type, all its alternatives. */
static Value class_doc(const AstKind *kind)
{
    StrBuilder b = {0};
    if (kind->role != AST_SUM) {
        return add_signature(&b, kind) && !thread_self->exception ? str_builder_finish(&b) : 0;
    }
    str_builder_cstring(&b, kind->name);
    bool simple = true, first = true;
    for (int i = 0; i < ast_kind_count; i++)
        if (ast_kinds[i].parent == kind - ast_kinds && ast_kinds[i].field_count) simple = false;
    for (int i = 0; i < ast_kind_count; i++) {
        if (ast_kinds[i].parent != kind - ast_kinds) continue;
        if (first) str_builder_cstring(&b, " = ");
        else {
            if (!simple) {
                str_builder_cstring(&b, "\n");
                for (size_t n = 0; n < strlen(kind->name); n++) str_builder_cstring(&b, " ");
            }
            str_builder_cstring(&b, " | ");
        }
        first = false;
        add_signature(&b, &ast_kinds[i]);
    }
    return thread_self->exception ? 0 : str_builder_finish(&b);   /* of any of the pieces */
}

static Value make_class(const AstKind *kind)
{
    Value base = kind->parent >= 0 ? tuple_get(classes, kind->parent) : VALUE(&ast_type);
    Value dict = dict_new(), fields = name_tuple(kind), name = str_intern_cstring(kind->name), bases = tuple_pack(1, base);
    bool ok = dict && fields && name && bases && dict_set_cstring(dict, "_fields", fields) && dict_set_cstring(dict, "__match_args__", fields) &&
              dict_set_cstring(dict, "__module__", NAME("ast")) && dict_set_cstring(dict, "__doc__", class_doc(kind));
    if (ok && kind->parent < 0) ok = dict_set_cstring(dict, "_attributes", kind->has_position ? attribute_tuple() : tuple_empty);
    for (int i = 0; ok && i < kind->field_count; i++)
        if (kind->fields[i].form == AST_OPTIONAL) ok = dict_set_cstring(dict, kind->fields[i].name, NONE);
    if (ok && kind->parent < 0 && kind->has_position) ok = dict_set_cstring(dict, "end_lineno", NONE) && dict_set_cstring(dict, "end_col_offset", NONE);
    return ok ? type_new_class(&type_type, name, bases, dict, 0, 0) : 0;
}

static bool make_classes(void)
{
    if (classes) return true;
    ast_tables_fill();
    if (!type_ready(&ast_type) || !type_fill(&ast_type)) return false;
    if (!dict_set_cstring(ast_type.dict, "_fields", tuple_empty) || !dict_set_cstring(ast_type.dict, "_attributes", tuple_empty) ||
        !dict_set_cstring(ast_type.dict, "__match_args__", tuple_empty))
        return false;
    gc_root(&classes);
    gc_root(&enum_instances);
    Value all = tuple_new(ast_kind_count), instances = tuple_new(ast_kind_count);
    if (!all || !instances) return false;
    classes = all;
    for (int i = 0; i < ast_kind_count; i++) {
        Value cls = make_class(&ast_kinds[i]);
        if (!cls) return classes = 0, false;
        tuple_items(all)[i] = cls;
        gc_barrier(as_obj(all));
        Value instance = ast_kinds[i].role == AST_ITEM ? call_0(cls) : NONE;
        if (!instance) return classes = 0, false;
        tuple_items(instances)[i] = instance;
        gc_barrier(as_obj(instances));
    }
    enum_instances = instances;
    return true;
}

int ast_is_node(Value v) { return classes ? object_is_instance(v, VALUE(&ast_type)) : 0; }

/* ---------------------------------------------------------------- constants */

static Value constant_value(const Const *c)
{
    switch (c->kind) {
    case CONST_NONE: return NONE;
    case CONST_FALSE: return FALSE;
    case CONST_TRUE: return TRUE;
    case CONST_ELLIPSIS: return ELLIPSIS;
    case CONST_INT: {
        int64_t n = c->integer.size < 0 ? -(int64_t)c->integer.size : c->integer.size;
        return int_from_limbs(c->integer.limbs, (size_t)n, c->integer.size < 0);
    }
    case CONST_FLOAT: return float_new(c->number.real);
    case CONST_COMPLEX: return complex_new(c->number.real, c->number.imag);
    case CONST_STR: {
        Value s = vm_text(c->text);
        return s ? str_intern(s) : 0;
    }
    case CONST_BYTES: return bytes_new(c->text->bytes, c->text->length);
    case CONST_TUPLE:
    case CONST_FROZENSET: {
        Value tuple = tuple_new(c->tuple.count);
        for (uint32_t i = 0; tuple && i < c->tuple.count; i++) {
            Value item = constant_value(c->tuple.items[i]);
            if (!item) return 0;
            tuple_items(tuple)[i] = item;
            gc_barrier((void *)tuple);
        }
        return tuple && c->kind == CONST_FROZENSET ? frozenset_new(tuple) : tuple;
    }
    default: return raise_system("constant of an unknown kind in a syntax tree");
    }
}

static const Text *value_text(Source *source, Value v, bool intern)
{
    Value bytes = str_encode(v, "utf-8", "surrogatepass");
    if (!bytes) return 0;
    const char *data = (const char *)bytes_data(bytes);
    size_t size = (size_t)bytes_size(bytes);
    return intern ? text_intern(&source->names, data, size) : text_new(source->arena, data, size);
}

static const Const *value_constant(Source *source, Value v);

static bool value_items(Source *source, Value items, Const *c)
{
    c->tuple.count = (uint32_t)tuple_size(items);
    c->tuple.items = arena_array(source->arena, const Const *, c->tuple.count + 1);
    for (uint32_t i = 0; i < c->tuple.count; i++)
        if (!(c->tuple.items[i] = value_constant(source, tuple_get(items, i)))) return false;
    return true;
}

static const Const *value_constant(Source *source, Value v)
{
    Const *c = arena_new(source->arena, Const);
    Type *type = type_of(v);
    if (v == NONE) c->kind = CONST_NONE;
    else if (v == TRUE) c->kind = CONST_TRUE;
    else if (v == FALSE) c->kind = CONST_FALSE;
    else if (v == ELLIPSIS) c->kind = CONST_ELLIPSIS;
    else if (type == &int_type) {
        IntView view;
        mpz_srcptr z = int_view(v, &view);
        size_t n = mpz_size(z);
        c->kind = CONST_INT;
        c->integer.size = (int32_t)(mpz_sgn(z) < 0 ? -(int64_t)n : (int64_t)n);
        c->integer.limbs = arena_array(source->arena, mp_limb_t, n + 1);
        for (size_t i = 0; i < n; i++) c->integer.limbs[i] = mpz_getlimbn(z, (mp_size_t)i);
    } else if (type == &float_type) c->kind = CONST_FLOAT, c->number.real = float_value(v);
    else if (type == &complex_type) c->kind = CONST_COMPLEX, c->number.real = ((ComplexObj *)v)->real, c->number.imag = ((ComplexObj *)v)->imag;
    else if (type == &str_type) {
        c->kind = CONST_STR;
        if (!(c->text = value_text(source, v, false))) return 0;
    } else if (type == &bytes_type) c->kind = CONST_BYTES, c->text = text_new(source->arena, (const char *)bytes_data(v), (size_t)bytes_size(v));
    else if (type == &tuple_type || type == &frozenset_type) {
        c->kind = type == &tuple_type ? CONST_TUPLE : CONST_FROZENSET;
        if (!recursion_enter(" during compilation")) return 0;
        Value items = object_to_tuple(v);
        bool ok = items && value_items(source, items, c);
        recursion_leave();
        if (!ok) return 0;
    } else return (const Const *)raise_type("got an invalid type in Constant: %s", type->name);
    return c;
}

/* ---------------------------------------------------------------- C -> Python */

static Value node_to_object(const void *node, int type);

static Value field_to_object(const void *address, const AstField *field)
{
    if (field->type == AST_T_int) return int_new(*(const int *)address);
    if (ast_type_roles[field->type] == AST_ENUM_ROLE) return tuple_get(enum_instances, ast_type_kinds[field->type] + 1 + *(const int *)address);
    const void *pointer = *(void *const *)address;
    switch (field->type) {
    case AST_T_identifier:
    case AST_T_string: {
        Value s = vm_text(pointer);
        return s && s != NONE ? str_intern(s) : s;
    }
    case AST_T_constant: return constant_value(pointer);
    default: return pointer ? node_to_object(pointer, field->type) : NONE;
    }
}

static Value sequence_to_list(const Seq *seq, const AstField *field)
{
    Value list = list_new(seq_count(seq));
    AstField item = {field->name, field->type, AST_OPTIONAL, 0};
    for (uint32_t i = 0; list && i < seq_count(seq); i++) {
        /* cmpop sequences hold the enum itself in each word */
        int enum_value = (int)(intptr_t)seq->items[i];
        Value v = field_to_object(ast_type_roles[field->type] == AST_ENUM_ROLE ? (const void *)&enum_value : (const void *)&seq->items[i], &item);
        if (!v) return 0;
        list_items(list)[i] = v;
        gc_barrier(as_obj(list));
    }
    return list;
}

static bool set_positions(Value object, const int *positions)
{
    for (int i = 0; i < 4; i++) {
        Value n = int_new(positions[i]), name = str_intern_cstring(position_names[i]);
        if (!name || !object_setattr(object, name, n)) return false;
    }
    return true;
}

static Value node_to_object(const void *node, int type)
{
    int kind_index = ast_type_kinds[type];
    if (ast_type_roles[type] == AST_SUM_ROLE) kind_index += *(const int *)node;   /* constructors follow their sum type, numbered from 1 */
    const AstKind *kind = &ast_kinds[kind_index];
    if (!recursion_enter(" during ast construction")) return 0;
    Value object = type_alloc((Type *)tuple_get(classes, kind_index), 0);
    for (int i = 0; object && i < kind->field_count; i++) {
        const AstField *field = &kind->fields[i];
        const void *address = (const char *)node + field->offset;
        Value v = field->form == AST_SEQUENCE || field->form == AST_SEQUENCE_OF_OPTIONAL ? sequence_to_list(*(Seq *const *)address, field) : field_to_object(address, field);
        Value name = v ? str_intern_cstring(field->name) : 0;
        if (!name || !object_setattr(object, name, v)) object = 0;
    }
    if (object && ast_kinds[ast_type_kinds[type]].has_position && !set_positions(object, (const int *)((const char *)node + ast_position_offset[type]))) object = 0;
    recursion_leave();
    return object;
}

/* ---------------------------------------------------------------- Python -> C */

static void *object_to_node(Source *source, Value v, int type);

/* The enum's number for an instance of one of its classes; -1. */
static int object_to_enum(Value v, int type)
{
    int base = ast_type_kinds[type];
    for (int i = base + 1; i < ast_kind_count && ast_kinds[i].parent == base; i++) {
        int is = object_is_instance(v, tuple_get(classes, i));
        if (is < 0) return -1;
        if (is) return i - base - 1;
    }
    raise_type("expected some sort of %s, but got %R", ast_type_names[type], v);
    return -1;
}

/* One value into the word (or int) at `address`. */
static bool object_to_field(Source *source, Value v, int type, void *address)
{
    if (ast_type_roles[type] == AST_ENUM_ROLE) return (*(int *)address = object_to_enum(v, type)) >= 0;
    void **pointer = address;
    switch (type) {
    case AST_T_int:
        if (!is_int(v)) return raise_value("invalid integer value: %R", v);
        return number_as_int(v, address);
    case AST_T_identifier:
        if (type_of(v) != &str_type) return raise_type("AST identifier must be of type str");
        return (*(const Text **)pointer = value_text(source, v, true)) != 0;
    case AST_T_string:
        if (type_of(v) != &str_type && type_of(v) != &bytes_type) return raise_type("AST string must be of type str");
        *(const Text **)pointer = is_str(v) ? value_text(source, v, false) : text_new(source->arena, (const char *)bytes_data(v), (size_t)bytes_size(v));
        return *pointer != 0;
    case AST_T_constant: return (*(const Const **)pointer = value_constant(source, v)) != 0;
    default: return (*pointer = object_to_node(source, v, type)) != 0;
    }
}

static bool list_to_sequence(Source *source, Value list, const AstKind *kind, const AstField *field, Seq **out)
{
    if (!is_list(list)) return raise_type("%s field \"%s\" must be a list, not a %.200s", kind->name, field->name, type_of(list)->name);
    int64_t count = list_size(list);
    Seq *seq = *out = arena_alloc(source->arena, sizeof(Seq) + sizeof(void *) * (size_t)count);
    seq->count = (uint32_t)count;
    for (int64_t i = 0; i < count; i++) {
        Value item = list_get(list, i);
        if (item == NONE && ast_type_roles[field->type] != AST_LEAF_ROLE && ast_type_roles[field->type] != AST_ENUM_ROLE) continue; /* the validator tells where None is wrong */
        int enum_value = 0;
        if (ast_type_roles[field->type] == AST_ENUM_ROLE) {
            if (!object_to_field(source, item, field->type, &enum_value)) return false;
            seq->items[i] = (void *)(intptr_t)enum_value;
        } else if (!object_to_field(source, item, field->type, &seq->items[i])) return false;
        if (list_size(list) != count) return raise_runtime("%s field \"%s\" changed size during iteration", kind->name, field->name);
    }
    return true;
}

static bool get_positions(Value v, const char *type_name, int *positions)
{
    for (int i = 0; i < 4; i++) {
        Value name = str_intern_cstring(position_names[i]), n = name ? object_getattr_opt(v, name) : 0;
        if (!n && thread_self->exception) return false;
        if (i < 2 ? !n : !n || n == NONE) {
            if (i < 2) return raise_type("required field \"%s\" missing from %s", position_names[i], type_name);
            positions[i] = positions[i - 2];
            continue;
        }
        if (!is_int(n)) return raise_value("invalid integer value: %R", n);
        if (!number_as_int(n, &positions[i])) return false;
    }
    return true;
}

static bool get_fields(Source *source, Value v, const AstKind *kind, char *node)
{
    for (int i = 0; i < kind->field_count; i++) {
        const AstField *field = &kind->fields[i];
        Value name = str_intern_cstring(field->name), item = name ? object_getattr_opt(v, name) : 0;
        if (!item && thread_self->exception) return false;
        if (!item || (item == NONE && field->form == AST_OPTIONAL)) {
            if (!item && field->form != AST_OPTIONAL) return raise_type("required field \"%s\" missing from %s", field->name, kind->name);
            continue;
        }
        if (field->form == AST_SEQUENCE || field->form == AST_SEQUENCE_OF_OPTIONAL) {
            if (!list_to_sequence(source, item, kind, field, (Seq **)(node + field->offset))) return false;
        } else {
            if (item == NONE && field->type != AST_T_constant && ast_type_roles[field->type] != AST_LEAF_ROLE && ast_type_roles[field->type] != AST_ENUM_ROLE)
                return raise_value("field '%s' is required for %s", field->name, kind->name);
            if (!object_to_field(source, item, field->type, node + field->offset)) return false;
        }
    }
    return true;
}

/* The constructor of a sum type (or the product type itself) that v is an instance of: an index in ast_kinds, or -1. */
static int kind_of_object(Value v, int type)
{
    int base = ast_type_kinds[type];
    if (ast_type_roles[type] == AST_PRODUCT_ROLE) return base;
    for (int i = base + 1; i < ast_kind_count && ast_kinds[i].parent == base; i++) {
        if (VALUE(type_of(v)) == tuple_get(classes, i)) return i;
    }
    for (int i = base + 1; i < ast_kind_count && ast_kinds[i].parent == base; i++) {
        int is = object_is_instance(v, tuple_get(classes, i));
        if (is) return is < 0 ? -1 : i;
    }
    return -1;
}

static void *object_to_node(Source *source, Value v, int type)
{
    int base = ast_type_kinds[type];
    char *node = arena_alloc(source->arena, ast_type_sizes[type]);
    if (!recursion_enter(" during ast traversal")) return 0;
    bool ok = true;
    /* CPython reads the positions before it looks which constructor it is. */
    if (ast_kinds[base].has_position) ok = get_positions(v, ast_type_names[type], (int *)(node + ast_position_offset[type]));
    int kind = ok ? kind_of_object(v, type) : -1;
    if (ok && kind < 0 && !thread_self->exception) raise_type("expected some sort of %s, but got %R", ast_type_names[type], v);
    if (kind >= 0 && ast_type_roles[type] == AST_SUM_ROLE) *(int *)node = kind - base;
    ok = kind >= 0 && get_fields(source, v, &ast_kinds[kind], node);
    recursion_leave();
    return ok ? node : 0;
}

/* ---------------------------------------------------------------- parse and compile */

static Value parse_work(Source *source, Value filename, void *context)
{
    Mod *tree = parse(source);
    if (!vm_front_end_report(source, filename, tree != 0)) return 0;
    return node_to_object(tree, AST_T_mod);
}

static Value compile_work(Source *source, Value filename, void *context)
{
    static const char *const expected[] = {[PARSE_FILE] = "Module", [PARSE_EVAL] = "Expression", [PARSE_SINGLE] = "Interactive", [PARSE_FUNC_TYPE] = "FunctionType"};
    static const int kinds[] = {[PARSE_FILE] = Mod_Module, [PARSE_EVAL] = Mod_Expression, [PARSE_SINGLE] = Mod_Interactive, [PARSE_FUNC_TYPE] = Mod_FunctionType};
    Value input = *(Value *)context;
    int is = object_is_instance(input, tuple_get(classes, ast_type_kinds[AST_T_mod] + kinds[source->mode]));
    if (is < 0) return 0;
    if (!is) return raise_type("expected %s node, got %.400T", expected[source->mode], input);
    Mod *tree = object_to_node(source, input, AST_T_mod);
    if (!tree || !ast_validate(tree)) return 0;
    CodeUnit *unit = compile_tree(source, tree);
    size_t size;
    const char *bytes = unit ? marshal_code(source, unit, &size) : 0;
    if (!vm_front_end_report(source, filename, bytes != 0)) return 0;
    return marshal_load_compiled(bytes, size);
}

Value ast_parse(const char *text, size_t size, Value filename, int mode, int flags, int feature_version)
{
    FrontEndInput input = {.text = text, .size = size, .filename = filename, .mode = mode, .flags = flags, .feature_version = feature_version};
    return make_classes() ? vm_front_end_run(&input, parse_work, 0) : 0;
}

Value ast_compile(Value tree, Value filename, int mode, int flags, int optimize)
{
    FrontEndInput input = {.text = "", .filename = filename, .mode = mode, .flags = flags, .optimize = optimize, .feature_version = 11};
    return make_classes() ? vm_front_end_run(&input, compile_work, &tree) : 0;
}

/* ---------------------------------------------------------------- the module */

static bool init(Value module)
{
    if (!make_classes() || !module_set(module, "AST", VALUE(&ast_type))) return false;
    for (int i = 0; i < ast_kind_count; i++)
        if (!module_set(module, ast_kinds[i].name, tuple_get(classes, i))) return false;
    return module_add_int(module, "PyCF_ONLY_AST", PYCF_ONLY_AST) && module_add_int(module, "PyCF_TYPE_COMMENTS", PYCF_TYPE_COMMENTS) &&
           module_add_int(module, "PyCF_ALLOW_TOP_LEVEL_AWAIT", PYCF_ALLOW_TOP_LEVEL_AWAIT);
}

const ModuleDef module__ast = {"_ast", "The classes of Python's abstract syntax.", 0, init};
