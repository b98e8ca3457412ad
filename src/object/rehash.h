/* rehash.h: giving the objects of a start-up image the hashes of this process.
 *
 * Hashes of text are keyed with a secret of each process (hash.c); so those that an image carries are those of the process that saved it. What holds such hashes is
 * listed when the image is saved, and computed anew when it was loaded: the strs and bytes themselves, the table of interned strs, dicts and sets with such keys.
 */
#pragma once
#include "heap/value.h"

/* Makes the list, before image_save. false: something has a key whose hash could not be computed anew without running Python code; the reason was printed. */
bool rehash_prepare(void);
/* After image_load and hash_init. */
void rehash_all(void);

/* The parts, each in the file that knows the table. */
void str_rehash_interned(void);
void dict_rehash(Value dict);
void set_rehash(Value set);
/* The hash of a dict's or set's key, anew where it is made of text; else as it was. */
int64_t rehash_key(Value key, int64_t hash);
