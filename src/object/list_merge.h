/* list_merge.h: a stable adaptive merge sort, as a template: included once for each kind of element and comparison.
 *
 * Before inclusion: MERGE(name) makes function names, ELEM is the element type, LESS(s, a, b) compares the elements *a and *b: 1, 0, or -1 with an exception. `s` is the MergeState.
 *
 * Natural runs are found (a strictly descending one is turned round), short ones are lengthened to a minimum by binary insertion, and merged in the order of the "powersort" of
 * Munro and Wild (2018), which is within a constant of the best possible for the runs there are. A merge copies the shorter run aside, first cutting off what
 * already is in place; where one side wins many times in a row, it looks for the end of the streak by exponential search.
 *
 * At every comparison, each element is in the array or in the scratch array, and both belong to objects that the collector knows; after a failed one, the array is
 * a permutation of what it was.
 */

/* How many elements at the start of a[0..n) are less than *key (or not greater than it, when `equal_too`). The search starts at the end if `from_end`. */
static int64_t MERGE(position)(MergeState *s, const ELEM *key, const ELEM *a, int64_t n, bool equal_too, bool from_end)
{
    int64_t low = 0, high = n;
#define BELONGS(i) \
    ({ \
        int less_ = equal_too ? LESS(s, key, &a[i]) : LESS(s, &a[i], key); \
        if (less_ < 0) return -1; \
        equal_too ? !less_ : less_; \
    })
    for (int64_t step = 1; low < high && step < n; step *= 2) {
        int64_t probe = from_end ? high - step : low + step - 1;
        if (probe < low || probe >= high) break;
        bool belongs = BELONGS(probe);
        if (belongs) low = probe + 1;
        else high = probe;
        if (belongs == from_end) break;
    }
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (BELONGS(middle)) low = middle + 1;
        else high = middle;
    }
#undef BELONGS
    return low;
}

/* a[0..sorted) is sorted: sorts a[0..n). */
static bool MERGE(insert)(MergeState *s, ELEM *a, int64_t sorted, int64_t n)
{
    for (int64_t i = sorted; i < n; i++) {
        int64_t low = 0, high = i;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            int less = LESS(s, &a[i], &a[middle]);
            if (less < 0) return false;
            if (less) high = middle;
            else low = middle + 1;
        }
        ELEM item = a[i];
        memmove(a + low + 1, a + low, (size_t)(i - low) * sizeof(ELEM));
        a[low] = item;
    }
    return true;
}

/* The length of the run at the start of a[0..n), which is ascending afterwards; -1 */
static int64_t MERGE(run)(MergeState *s, ELEM *a, int64_t n)
{
    if (n < 2) return n;
    int descending = LESS(s, &a[1], &a[0]);
    if (descending < 0) return -1;
    int64_t length = 2;
    for (; length < n; length++) {
        int less = LESS(s, &a[length], &a[length - 1]);
        if (less < 0) return -1;
        if (less != descending) break;
    }
    if (descending) {
        for (ELEM *low = a, *high = a + length - 1; low < high; low++, high--) {
            ELEM swap = *low;
            *low = *high;
            *high = swap;
        }
    }
    return length;
}

/* Merges a[0..na) and a[na..na+nb), the first being the shorter: from the left. */
static bool MERGE(forward)(MergeState *s, ELEM *a, int64_t na, int64_t nb)
{
    ELEM *left = s->scratch, *right = a + na, *to = a;
    int64_t streak_left = 0, streak_right = 0;
    bool ok = true;
    memcpy(left, a, (size_t)na * sizeof(ELEM));
    while (na > 0 && nb > 0) {
        int less = LESS(s, right, left);
        if (less < 0) {
            ok = false;
            break;
        }
        int64_t count;
        if (less) {
            *to++ = *right++;
            nb--;
            streak_left = 0;
            if (++streak_right < GALLOP || nb == 0) continue;
            if ((count = MERGE(position)(s, left, right, nb, false, false)) < 0) {
                ok = false;
                break;
            }
            memmove(to, right, (size_t)count * sizeof(ELEM));
            to += count, right += count, nb -= count;
            if (count < GALLOP) streak_right = 0;
        } else {
            *to++ = *left++;
            na--;
            streak_right = 0;
            if (++streak_left < GALLOP || na == 0) continue;
            if ((count = MERGE(position)(s, right, left, na, true, false)) < 0) {
                ok = false;
                break;
            }
            memcpy(to, left, (size_t)count * sizeof(ELEM));
            to += count, left += count, na -= count;
            if (count < GALLOP) streak_left = 0;
        }
    }
    memcpy(to, left, (size_t)na * sizeof(ELEM));
    return ok;
}

/* The same when the second run is the shorter: from the right. */
static bool MERGE(backward)(MergeState *s, ELEM *a, int64_t na, int64_t nb)
{
    ELEM *right = s->scratch, *to = a + na + nb;
    int64_t streak_left = 0, streak_right = 0;
    bool ok = true;
    memcpy(right, a + na, (size_t)nb * sizeof(ELEM));
    while (na > 0 && nb > 0) {
        int less = LESS(s, &right[nb - 1], &a[na - 1]);
        if (less < 0) {
            ok = false;
            break;
        }
        int64_t count;
        if (less) {
            *--to = a[--na];
            streak_right = 0;
            if (++streak_left < GALLOP || na == 0) continue;
            if ((count = MERGE(position)(s, &right[nb - 1], a, na, true, true)) < 0) {
                ok = false;
                break;
            }
            count = na - count;
            to -= count, na -= count;
            memmove(to, a + na, (size_t)count * sizeof(ELEM));
            if (count < GALLOP) streak_left = 0;
        } else {
            *--to = right[--nb];
            streak_left = 0;
            if (++streak_right < GALLOP || nb == 0) continue;
            if ((count = MERGE(position)(s, &a[na - 1], right, nb, false, true)) < 0) {
                ok = false;
                break;
            }
            count = nb - count;
            to -= count, nb -= count;
            memcpy(to, right + nb, (size_t)count * sizeof(ELEM));
            if (count < GALLOP) streak_right = 0;
        }
    }
    memcpy(to - nb, right, (size_t)nb * sizeof(ELEM));
    return ok;
}

static bool MERGE(two)(MergeState *s, ELEM *a, int64_t na, int64_t nb)
{
    int64_t in_place = MERGE(position)(s, &a[na], a, na, true, false);
    if (in_place < 0) return false;
    a += in_place, na -= in_place;
    if (na == 0) return true;
    nb = MERGE(position)(s, &a[na - 1], a + na, nb, false, true);
    if (nb <= 0) return nb == 0;
    return na <= nb ? MERGE(forward)(s, a, na, nb) : MERGE(backward)(s, a, na, nb);
}

static bool MERGE(sort)(MergeState *s, ELEM *a, int64_t n)
{
    struct {
        int64_t start, length;
        int power;
    } runs[72];   /* powers increase strictly along the stack and have at most 64 values */
    int depth = 0;
    int64_t least = least_run(n);
    for (int64_t start = 0; start < n;) {
        int64_t length = MERGE(run)(s, a + start, n - start);
        if (length < 0) return false;
        if (length < least) {
            int64_t forced = n - start < least ? n - start : least;
            if (!MERGE(insert)(s, a + start, length, forced)) return false;
            length = forced;
        }
        int power = depth ? run_power(runs[depth - 1].start, runs[depth - 1].length, length, n) : 0;
        while (depth > 1 && runs[depth - 2].power > power) {
            if (!MERGE(two)(s, a + runs[depth - 2].start, runs[depth - 2].length, runs[depth - 1].length)) return false;
            runs[depth - 2].length += runs[depth - 1].length;
            depth--;
        }
        if (depth) runs[depth - 1].power = power;
        runs[depth].start = start, runs[depth].length = length, runs[depth].power = 0;
        depth++;
        start += length;
    }
    for (; depth > 1; depth--) {
        if (!MERGE(two)(s, a + runs[depth - 2].start, runs[depth - 2].length, runs[depth - 1].length)) return false;
        runs[depth - 2].length += runs[depth - 1].length;
    }
    return true;
}

#undef MERGE
#undef ELEM
#undef LESS
