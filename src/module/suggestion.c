/* suggestion.c: "Did you mean ...?" for misspelt attributes and names.
 *
 * The candidate with the least edit distance wins, where adding, removing or replacing a letter costs 2 and changing its case 1; it must differ in no more than about a third of the letters.
 * Costs and limits are CPython's, so that both interpreters suggest the same.
 */
#include "module/suggestion.h"
#include <stdlib.h>

enum { MAX_CANDIDATES = 750, MAX_NAME = 40, MOVE = 2, CASE = 1 };

static int letter_cost(uint8_t a, uint8_t b)
{
    if ((a & 31) != (b & 31)) return MOVE;
    if (a == b) return 0;
    if (a - 'A' < 26u) a += 32;
    if (b - 'A' < 26u) b += 32;
    return a == b ? CASE : MOVE;
}

/* Levenshtein distance of the texts; above `limit` any number above it. */
static int edit_distance(const char *a, size_t a_size, const char *b, size_t b_size, int limit)
{
    while (a_size && b_size && *a == *b) a++, a_size--, b++, b_size--;
    while (a_size && b_size && a[a_size - 1] == b[b_size - 1]) a_size--, b_size--;
    if (!a_size || !b_size) return (int)(a_size + b_size) * MOVE;
    if (a_size > MAX_NAME || b_size > MAX_NAME) return limit + 1;
    if (b_size < a_size) {
        const char *t = a;
        a = b, b = t;
        size_t n = a_size;
        a_size = b_size, b_size = n;
    }
    if ((int)(b_size - a_size) * MOVE > limit) return limit + 1;
    int row[MAX_NAME], result = 0;
    for (size_t i = 0; i < a_size; i++) row[i] = (int)(i + 1) * MOVE;
    for (size_t j = 0; j < b_size; j++) {
        int distance = result = (int)j * MOVE, least = 1 << 30;
        for (size_t i = 0; i < a_size; i++) {
            int replace = distance + letter_cost((uint8_t)b[j], (uint8_t)a[i]);
            distance = row[i];
            int move = (result < distance ? result : distance) + MOVE;
            result = replace < move ? replace : move;
            row[i] = result;
            if (result < least) least = result;
        }
        if (least > limit) return limit + 1;
    }
    return result;
}

/* The closest of the candidates (a list of any values) to the name. */
static Value closest(Value candidates, Value name)
{
    if (!candidates || !is_list(candidates) || list_size(candidates) >= MAX_CANDIDATES) return 0;
    size_t name_size, size;
    const char *text = str_utf8(name, &name_size);
    Value best = 0;
    int best_distance = 1 << 30;
    for (int64_t i = 0; text && i < list_size(candidates); i++) {
        Value item = list_get(candidates, i);
        const char *candidate = is_str(item) ? str_utf8(item, &size) : 0;
        if (!candidate) {
            error_clear();
            continue;
        }
        if (size == name_size && !memcmp(candidate, text, size)) continue;
        int limit = (int)(name_size + size + 3) * MOVE / 6;
        if (limit > best_distance - 1) limit = best_distance - 1;
        int distance = edit_distance(text, name_size, candidate, size, limit);
        if (distance <= limit) best = item, best_distance = distance;
    }
    return best;
}

static Value suggest_attribute(AttributeErrorObj *e)
{
    if (!e->name || !e->object || !is_str(e->name)) return 0;
    return closest(object_dir(e->object), e->name);
}

static Value names_in(Value mapping) { return mapping && is_dict(mapping) ? dict_keys_list(mapping) : 0; }

/* Among the locals, globals and builtins of the frame that raised, in this order. */
static Value suggest_name(NameErrorObj *e)
{
    Value traceback = e->base.traceback;
    if (!e->name || !is_str(e->name) || !traceback || traceback == NONE) return 0;
    while (((TracebackObj *)traceback)->next && ((TracebackObj *)traceback)->next != NONE) traceback = ((TracebackObj *)traceback)->next;
    Value frame = ((TracebackObj *)traceback)->frame, code = object_getattr(frame, NAME("f_code"));
    if (!code || type_of(code) != &code_type) return 0;
    Value locals = object_getattr(code, NAME("co_varnames"));
    Value found = locals ? closest(object_to_list(locals), e->name) : 0;
    if (!found) found = closest(names_in(object_getattr(frame, NAME("f_globals"))), e->name);
    if (!found) found = closest(names_in(object_getattr(frame, NAME("f_builtins"))), e->name);
    return found;
}

Value suggestion_for(Value exception)
{
    Value found = is_instance_of(exception, &exc_AttributeError) ? suggest_attribute((AttributeErrorObj *)exception)
                  : is_instance_of(exception, &exc_NameError)    ? suggest_name((NameErrorObj *)exception)
                                                                 : 0;
    error_clear();
    return found;
}
