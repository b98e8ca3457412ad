/* _string.c: the parsing of format strings for string.Formatter. */
#include "object/str_format.h"
#include "module/module.h"

/* --- formatter_parser: (literal, field name, specification, conversion) tuples */
typedef struct FormatterIter {
    Obj head;
    Value text;
    int64_t at;
} FormatterIter;

static void formatter_trace(Obj *object) { gc_visit(((FormatterIter *)object)->text); }

static Value formatter_next(Value v)
{
    FormatterIter *it = (FormatterIter *)v;
    Markup m = {it->text, it->at, str_length(it->text)};
    MarkupPiece p;
    int more = markup_next(&m, &p);
    it->at = m.at;
    if (more <= 0) return 0;
    Value literal = str_substring(it->text, p.literal_start, p.literal_end);
    if (!literal) return 0;
    if (!p.field) return tuple_pack(4, literal, NONE, NONE, NONE);
    Value name = str_substring(it->text, p.name_start, p.name_end), spec = str_substring(it->text, p.spec_start, p.spec_end);
    Value conversion = p.conversion ? str_from_char(p.conversion) : NONE;
    return name && spec && conversion ? tuple_pack(4, literal, name, spec, conversion) : 0;
}

static Type formatter_iterator_type = {TYPE_INIT("formatteriterator", FormatterIter), .flags = TYPE_DISALLOW_NEW, .trace = formatter_trace, .iter = iter_self,
                                       .next = formatter_next};

static NATIVE(formatter_parser)
{
    if (!is_str(args[0])) return raise_type("expected str, got %T", args[0]);
    FormatterIter *it = gc_alloc(FormatterIter, &formatter_iterator_type);
    if (it) it->text = args[0];
    return VALUE(it);
}

/* --- formatter_field_name_split: the first part, and an iterator of (is attribute, key) */
typedef struct FieldNameIter {
    Obj head;
    FieldName rest;
} FieldNameIter;

static void field_name_trace(Obj *object) { gc_visit(((FieldNameIter *)object)->rest.text); }

static Value field_name_iter_next(Value v)
{
    bool is_attribute;
    Value key;
    if (field_name_next(&((FieldNameIter *)v)->rest, &is_attribute, &key) <= 0) return 0;
    return tuple_pack(2, bool_value(is_attribute), key);
}

static Type field_name_iterator_type = {TYPE_INIT("fieldnameiterator", FieldNameIter), .flags = TYPE_DISALLOW_NEW, .trace = field_name_trace, .iter = iter_self,
                                        .next = field_name_iter_next};

static NATIVE(formatter_field_name_split)
{
    int64_t first_end, number;
    if (!is_str(args[0])) return raise_type("expected str, got %T", args[0]);
    FieldNameIter *it = gc_alloc(FieldNameIter, &field_name_iterator_type);
    if (!it || !field_name_first(args[0], 0, str_length(args[0]), &first_end, &number, &it->rest)) return 0;
    gc_barrier(it);
    Value first = number >= 0 ? int_new(number) : str_substring(args[0], 0, first_end);
    return first ? tuple_pack(2, first, VALUE(it)) : 0;
}

static const NativeDef string_functions[] = {
    {"formatter_field_name_split", "(field_name, /)", formatter_field_name_split, "Splits a field name into its first part and an iterator over the rest."},
    {"formatter_parser", "(format_string, /)", formatter_parser, "Iterates over the parts of a format string."},
    {0},
};

static bool string_init(Value module) { return type_ready(&formatter_iterator_type) && type_ready(&field_name_iterator_type); }

const ModuleDef module__string = {.name = "_string", .doc = "string helper module", .functions = string_functions, .init = string_init};
