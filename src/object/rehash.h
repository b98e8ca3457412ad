/* rehash.h: giving the objects of a start-up image the hashes of this process.
 *
 * Hashes of text are keyed with a secret of each process (hash.c); so those that an image carries are those of the process that saved it. What holds such hashes is
 * found when the image is saved: strs and bytes forget their hash, dicts with such keys are marked stale, and both compute them when they are first asked; so a start touches
 * only what it uses. The sets are few: they are listed, and rebuilt at once. The strs interned so far stay in a table of their own, whose key is no secret, but to which nothing is added.
 */
#pragma once
#include "heap/value.h"

/* Before image_save; nothing may be looked up in between. false: something has a key whose hash could not be computed anew without running Python code; the reason was printed. */
bool rehash_prepare(void);
/* After image_load and hash_init. */
bool rehash_all(void);

/* The parts, each in the file that knows the table. */
bool str_close_interned(void);
void dict_make_stale(Value dict);
bool set_rehash(Value set);   /* false: no memory */
/* The hash of a dict's or set's key, anew where it is made of text; else as it was. */
int64_t rehash_key(Value key, int64_t hash);
