/* value.h: the word that every Python value is.
 *
 *   ...xxx1   int of 63 bits, two's complement: the number is (int64_t)v >> 1
 *   ...xx10   float, immediate (doubles of magnitude about 2^-255 to 2^256, and +0.0)
 *   ...x000   pointer to an object, 16-byte aligned; 0 is no value: "absent", or "an exception is pending"
 *
 * A float that does not fit the immediate form (-0.0, huge, tiny, inf, nan) is a heap object; use float_new/float_value (object/float.h), which know
 * both, as int_new/int_value know heap ints. `is` compares words.
 *
 * Why a plain uint64_t: values pass in registers, live in arrays with C structs that native extensions read, and compare with ==.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t Value;
typedef struct Type Type;

/* The header of every heap object, 16 bytes: CPython has the reference count and the type here. */
typedef struct Obj {
    uint32_t native_refs;   /* references held by native extensions; non-zero makes the object a root */
    uint32_t shape : 24;    /* attribute layout (object/shape.h); 0: none */
    uint32_t gc : 8;        /* GC_* bits, the collector's */
    Type *type;
} Obj;

typedef struct VarObj {
    Obj head;
    int64_t size;
} VarObj;

static inline bool is_small_int(Value v) { return v & 1; }
static inline bool is_small_float(Value v) { return (v & 3) == 2; }
static inline bool is_pointer(Value v) { return (v & 7) == 0; }   /* also true of 0 */

#define SMALL_INT_MAX ((int64_t)0x3fffffffffffffff)
#define SMALL_INT_MIN (-SMALL_INT_MAX - 1)
static inline Value small_int(int64_t n) { return ((uint64_t)n << 1) | 1; }   /* n must fit 63 bits */
static inline int64_t small_int_value(Value v) { return (int64_t)v >> 1; }
static inline bool fits_small_int(int64_t n) { return (int64_t)((uint64_t)n << 1) >> 1 == n; }

/* The immediate form of a double: its bits plus FLOAT_OFFSET, rotated left by 3. For the magnitudes that it takes, the sum's two top exponent bits are 10, which the rotation
 * makes the tag; for all others they are something else. No double of the range but +2^-255 has the form 2: +0.0, which is outside the range, has it instead. */
#define FLOAT_OFFSET 0x1000000000000000ull
#define SMALL_FLOAT_ZERO 2ull

static inline double small_float_value(Value v)
{
    uint64_t bits = (v >> 3 | v << 61) - FLOAT_OFFSET;
    if (__builtin_expect(v == SMALL_FLOAT_ZERO, 0)) bits = 0;
    double d;
    memcpy(&d, &bits, 8);
    return d;
}

/* The immediate for `d`, or 0 where it has none. */
static inline Value small_float(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, 8);
    uint64_t sum = bits + FLOAT_OFFSET;
    Value v = sum << 3 | sum >> 61;
    if (__builtin_expect((v & 3) == 2 && v != SMALL_FLOAT_ZERO, 1)) return v;
    return bits == 0 ? SMALL_FLOAT_ZERO : 0;
}

/* Copies words, a few one by one (`to` may lie below `from` and overlap it). For words that have just been stored one by one: a wide load, as memcpy does it, would have to wait until
 * those stores have reached the cache. */
enum { FEW_VALUES = 16 };
static inline void values_copy(Value *to, const Value *from, size_t count)
{
    if (__builtin_expect(count > FEW_VALUES, 0)) {
        memmove(to, from, count * sizeof(Value));
        return;
    }
    for (size_t n = 0; n < count; n++) {
        to[n] = from[n];
        __asm__ volatile(""); /* stays a loop */
    }
}

static inline Obj *as_obj(Value v) { return (Obj *)v; }
#define VALUE(pointer) ((Value)(uintptr_t)(pointer))

extern Obj none_object, true_object, false_object, ellipsis_object, not_implemented_object;
#define NONE VALUE(&none_object)
#define TRUE VALUE(&true_object)
#define FALSE VALUE(&false_object)
#define ELLIPSIS VALUE(&ellipsis_object)
#define NOT_IMPLEMENTED VALUE(&not_implemented_object)
static inline Value bool_value(bool b) { return b ? TRUE : FALSE; }

extern Type int_type, float_type;
/* The type of any value but 0. */
static inline Type *type_of(Value v)
{
    if (is_pointer(v)) return as_obj(v)->type;
    return is_small_int(v) ? &int_type : &float_type;
}
