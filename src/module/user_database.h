/* user_database.h: what the modules over the databases of users and groups (pwd, grp, spwd) share: looking one entry up, and the values of its fields.
 *
 * The C library's re-entrant lookups want a buffer of the caller's, and a greater one until the entry fits: that loop stands here once. */
#pragma once
#include "module/posix/posix.h"

enum { USER_ENTRY_MOST = 1 << 24 }; /* bytes of one entry: a group of a million members fits, a broken name service does not take all memory */

/* Declares `struct KIND entry`, and an int `error`; makes the CALL (which names entry, buffer, size and &found) with growing buffers; returns from the
   function with entry_value(found) when there is one, with an error when memory lacks; goes on behind it when there is no such entry. */
#define USER_LOOKUP(KIND, CALL) \
    struct KIND entry, *found = 0; \
    int error = ERANGE; \
    for (size_t size = 1024; error == ERANGE && size <= USER_ENTRY_MOST; size *= 2) { \
        char *buffer = gc_buffer_raw(size); \
        if (!buffer) return 0; \
        BLOCKING(error = (CALL)); \
        if (!error && found) return entry_value(found); \
    } \
    if (error == ENOMEM) return raise_memory();

/* Ids are unsigned but for the one that means none. */
static inline Value user_id_value(uint32_t id) { return id == UINT32_MAX ? int_new(-1) : int_new(id); }
static inline Value user_text(const char *text) { return text ? str_from_fs(text, strlen(text)) : NONE; }
