/* unicode_data.h: what the two programs that make tables of the Unicode character database share: opening its text files, and what is in them too new for Python 3.11. */
#pragma once
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* `name` in `directory`; the program ends with a message if there is none. */
static FILE *open_data(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

/* Whether a name in NameAliases.txt came after version 14.0, which Python 3.11 has, for a character that was there before. */
static inline bool alias_is_newer(const char *name)
{
    static const char *const newer[] = {"EM", "ARABIC SMALL HIGH LIGATURE ALEF WITH YEH BARREE", "SUNDANESE LETTER ARCHAIC I"};
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++)
        if (!strcmp(name, newer[i])) return true;
    return false;
}
