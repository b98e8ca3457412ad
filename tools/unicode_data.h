/* unicode_data.h: opens the text files of the Unicode character database for the two programs that make tables of them. */
#pragma once
#include <stdio.h>
#include <stdlib.h>

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
