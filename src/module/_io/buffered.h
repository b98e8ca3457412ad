/* buffered.h: the guards of buffered.c. */
#pragma once
#include "module/_io/io.h"

bool buffered_check(BufferedObj *b);                               /* initialized and not detached */
bool buffered_check_open(BufferedObj *b, const char *message);     /* and not closed: else ValueError(message) */
bool buffered_enter_slow(BufferedObj *b);
static inline bool buffered_enter(BufferedObj *b)
{
    if (__builtin_expect(b->owner != 0, 0)) return buffered_enter_slow(b);
    b->owner = thread_self->serial;
    return true;
}
static inline void buffered_leave(BufferedObj *b)
{
    b->owner = b->next_owner;
    b->next_owner = 0;
}
