/* prepare.c: lowering ahead of time, for the start-up image: what its functions need when they are called first is done when the program is built. */
#include "vm/lower.h"
#include "vm/vm.h"
#include "object/container.h"
#include <stdlib.h>

typedef struct CodeList {
    CodeObj **items;
    size_t count, capacity;
    bool failed;
} CodeList;

static void list_add(CodeList *list, CodeObj *code)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 1024;
        CodeObj **items = realloc(list->items, capacity * sizeof *items);
        if (!items) {
            list->failed = true;
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = code;
}

static bool note_function(Obj *o, void *list)
{
    if (o->type == &function_type) list_add(list, (CodeObj *)((FunctionObj *)o)->code);
    return true;
}

bool vm_prepare_functions(void)
{
    CodeList list = {0};
    gc_each_object(note_function, &list);
    bool good = true;
    for (size_t i = 0; good && i < list.count; i++) {
        CodeObj *code = list.items[i];
        if (!vm_lower(code)) good = false;
        for (int64_t k = 0; k < tuple_size(code->consts); k++)
            if (type_of(tuple_get(code->consts, k)) == &code_type) list_add(&list, (CodeObj *)tuple_get(code->consts, k));
    }
    free(list.items);
    return good && !list.failed;
}
