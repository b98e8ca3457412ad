/* value_hash.h: the hash of a value with the two commonest kinds of key, small ints and strs that know their hash, answered inline. */
#pragma once
#include "object/object.h"
#include "object/str.h"
#include "object/number.h"

/* Ints of smaller magnitude than the modulus 2^61 - 1 are their own hash, but for -1, which is kept for "no hash". */
static inline bool value_hash(Value v, int64_t *hash)
{
    if (is_small_int(v)) {
        int64_t n = small_int_value(v);
        if (n > -(1ll << 61) + 1 && n < (1ll << 61) - 1) {
            *hash = n == -1 ? -2 : n;
            return true;
        }
    } else if (is_pointer(v) && as_obj(v)->type == &str_type && ((StrObj *)v)->hash != -1) {
        *hash = ((StrObj *)v)->hash;
        return true;
    }
    return object_hash(v, hash);
}

static inline bool is_exact_str(Value v) { return is_pointer(v) && as_obj(v)->type == &str_type; }

/* Equality of items as containers mean it, identity included, with the commonest kinds answered without a call. 1, 0, -1 */
static inline int quick_equal(Value a, Value b)
{
    if (a == b) return 1;
    if (is_small_int(a) && is_small_int(b)) return 0;
    if (is_exact_str(a) && is_exact_str(b)) return str_equal(a, b);
    return object_compare_bool(a, b, CMP_EQ);
}
