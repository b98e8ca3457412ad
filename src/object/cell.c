/* cell.c: cells, which hold the variables that nested functions share. */
#include "object/container.h"
#include "object/str.h"
#include "object/type_internal.h"

Value cell_new(Value value)
{
    CellObj *cell = gc_alloc(CellObj, &cell_type);
    if (!cell) return 0;
    cell->value = value;
    return VALUE(cell);
}

static void cell_trace(Obj *object) { gc_visit(((CellObj *)object)->value); }

static Value cell_make(Type *type, Value *args, size_t nargs, Value kwnames)
{
    if (!args_no_keywords("cell", kwnames) || !args_check_count("cell", (int64_t)nargs, 0, 1)) return 0;
    return cell_new(nargs ? args[0] : 0);
}

static Value cell_repr(Value v)
{
    Value content = ((CellObj *)v)->value;
    if (!content) return str_format_c("<cell at %p: empty>", (void *)v);
    return str_format_c("<cell at %p: %.80T object at %p>", (void *)v, content, (void *)content);
}

static Value cell_compare(Value a, Value b, CompareOp op)
{
    if (type_of(a) != &cell_type || type_of(b) != &cell_type) return NOT_IMPLEMENTED;
    Value x = ((CellObj *)a)->value, y = ((CellObj *)b)->value;
    if (x && y) return object_compare(x, y, op);
    /* An empty cell is less than any other. */
    return object_compare(small_int(x != 0), small_int(y != 0), op);
}

static Value cell_get_contents(Value v)
{
    Value content = ((CellObj *)v)->value;
    return content ? content : raise_value("Cell is empty");
}
static bool cell_set_contents(Value v, Value value)
{
    SET((CellObj *)v, value, value);
    return true;
}

static const GetSetDef cell_getset[] = {{"cell_contents", cell_get_contents, cell_set_contents}, {0}};
Type cell_type = {TYPE_INIT("cell", CellObj), .trace = cell_trace,  .doc = "cell([contents])\n--\n\nCreate a new cell object.", .repr = cell_repr, .compare = cell_compare,
                  .new = cell_make,           .getset = cell_getset};
