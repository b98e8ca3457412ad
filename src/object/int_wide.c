/* int_wide.c: arithmetic in 128 bits.
 *
 * Most ints outside the immediate range have one or two limbs. The machine's own 128-bit arithmetic does them without views, temporaries and trimming, which cost several times
 * the operation. Operands are two's complement below 2^127 in magnitude; products are made of magnitudes of one limb, so that they cannot overflow.
 */
#include "object/int_wide.h"
#include "heap/alloc.h"
#include "object/int_internal.h"

typedef __int128 Wide;
typedef unsigned __int128 UWide;

static inline bool wide_of(Value v, Wide *out)
{
    if (is_small_int(v)) {
        *out = small_int_value(v);
        return true;
    }
    const IntObj *i = (IntObj *)v;
    int64_t count = i->size < 0 ? -i->size : i->size;
    if (count > 2 || (count == 2 && i->limbs[1] >> 63)) return false;
    UWide magnitude = count == 2 ? (UWide)i->limbs[1] << 64 | i->limbs[0] : i->limbs[0];
    *out = i->size < 0 ? -(Wide)magnitude : (Wide)magnitude;
    return true;
}

static inline Value from_magnitude(UWide magnitude, bool negative)
{
    if (magnitude <= (UWide)SMALL_INT_MAX) return small_int(negative ? -(int64_t)magnitude : (int64_t)magnitude);
    if (negative && magnitude == (UWide)SMALL_INT_MAX + 1) return small_int(SMALL_INT_MIN);
    int64_t count = magnitude >> 64 ? 2 : 1;
    IntObj *i = gc_new_quick(&int_type, offsetof(IntObj, small) + 2 * sizeof(mp_limb_t));
    if (i) i->limbs = i->small;
    else if (!(i = int_alloc((size_t)count))) return 0;
    i->limbs[0] = (mp_limb_t)magnitude;
    if (count == 2) i->limbs[1] = (mp_limb_t)(magnitude >> 64);
    i->size = negative ? -count : count;
    return VALUE(i);
}

static inline Value from_wide(Wide n)
{
    if (n >= SMALL_INT_MIN && n <= SMALL_INT_MAX) return small_int((int64_t)n);
    return from_magnitude(n < 0 ? -(UWide)n : (UWide)n, n < 0);
}

static Value multiply(Wide x, Wide y)
{
    UWide a = x < 0 ? -(UWide)x : (UWide)x, b = y < 0 ? -(UWide)y : (UWide)y;
    if (a >> 64 || b >> 64) return 0;
    return from_magnitude(a * b, (x < 0) != (y < 0));
}

static Value shift_left(Wide x, Wide count)
{
    UWide magnitude = x < 0 ? -(UWide)x : (UWide)x;
    if (count < 0 || count > 127) return 0;
    UWide shifted = magnitude << count;
    return shifted >> count == magnitude ? from_magnitude(shifted, x < 0) : 0;
}

/* Floor division; y not zero. Quotients of 64 bits are one machine instruction, those of 128 a library call. */
static Value divide(Wide x, Wide y, bool remainder)
{
    Wide q = x / y, r = x - q * y;
    if (r && (r < 0) != (y < 0)) q--, r += y;
    return from_wide(remainder ? r : q);
}

Value int_wide(Value a, Value b, BinaryOp op)
{
    Wide x, y, result;
    if (!wide_of(a, &x) || !wide_of(b, &y)) return 0;
    switch (op) {
    case BINARY_ADD: return __builtin_add_overflow(x, y, &result) ? 0 : from_wide(result);
    case BINARY_SUBTRACT: return __builtin_sub_overflow(x, y, &result) ? 0 : from_wide(result);
    case BINARY_MULTIPLY: return multiply(x, y);
    case BINARY_AND: return from_wide(x & y);
    case BINARY_OR: return from_wide(x | y);
    case BINARY_XOR: return from_wide(x ^ y);
    case BINARY_LSHIFT: return shift_left(x, y);
    case BINARY_RSHIFT: return y < 0 ? 0 : from_wide(x >> (y > 127 ? 127 : (int)y));
    case BINARY_FLOOR_DIVIDE: return y == 0 ? 0 : divide(x, y, false);
    case BINARY_REMAINDER: return y == 0 ? 0 : divide(x, y, true);
    default: return 0;
    }
}
