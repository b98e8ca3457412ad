/* unicode_gen.c: writes the front end's Unicode tables, run at build time.
 *
 * usage: unicode_gen DIRECTORY >unicode_tables.h
 * DIRECTORY holds the Unicode character database's text files (Debian's unicode-data: version 15.0). Characters that are younger than version 14.0,
 * the one of Python 3.11, are left out as if unassigned.
 */
#include "unicode_data.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 0x110000, NEWEST_MAJOR = 14, BLOCK = 128, MAX_MAPPING = 18 };
enum { XID_START = 1, XID_CONTINUE = 2, PRINTABLE = 4, MARK = 8 };

static const char *directory;
static uint8_t flags[LIMIT], combining[LIMIT];
static bool known[LIMIT], excluded[LIMIT];
typedef struct Mapping {
    bool canonical;
    int count;
    uint32_t to[MAX_MAPPING];
} Mapping;
static Mapping *mapping[LIMIT];
typedef struct Named {
    uint64_t hash;
    uint32_t code;
} Named;
static Named *named;
static size_t named_count;

/* "0041..005A" or "0041". False for a line without one. */
static bool read_range(const char *line, uint32_t *first, uint32_t *last)
{
    char *end;
    *first = *last = (uint32_t)strtoul(line, &end, 16);
    if (end == line) return false;
    if (end[0] == '.' && end[1] == '.') *last = (uint32_t)strtoul(end + 2, &end, 16);
    return true;
}

/* The second field of "range ; field # comment", without spaces around it. */
static char *second_field(char *line)
{
    char *s = strchr(line, ';');
    if (!s) return "";
    s++;
    while (*s == ' ') s++;
    s[strcspn(s, " ;#\n")] = 0;
    return s;
}

static void read_ages(void)
{
    FILE *file = open_data(directory, "DerivedAge.txt");
    char line[1024];
    uint32_t first, last;
    while (fgets(line, sizeof line, file)) {
        if (!read_range(line, &first, &last)) continue;
        if (atoi(second_field(line)) > NEWEST_MAJOR) continue;
        for (uint32_t c = first; c <= last; c++) known[c] = true;
    }
    fclose(file);
}

static void read_property(const char *name, const char *property, void (*set)(uint32_t))
{
    FILE *file = open_data(directory, name);
    char line[1024];
    uint32_t first, last;
    while (fgets(line, sizeof line, file)) {
        if (!read_range(line, &first, &last) || strcmp(second_field(line), property) != 0) continue;
        for (uint32_t c = first; c <= last; c++)
            if (known[c]) set(c);
    }
    fclose(file);
}

static void set_start(uint32_t c) { flags[c] |= XID_START; }
static void set_continue(uint32_t c) { flags[c] |= XID_CONTINUE; }
static void set_excluded(uint32_t c) { excluded[c] = true; }

static uint64_t name_hash(const char *name)
{
    uint64_t hash = 14695981039346656037ull;
    for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 1099511628211ull;
    return hash;
}

static void add_name(const char *name, uint32_t code)
{
    if (named_count % 4096 == 0) named = realloc(named, (named_count + 4096) * sizeof *named);
    named[named_count++] = (Named){name_hash(name), code};
}

static void set_printable(uint32_t c, const char *category)
{
    bool other = category[0] == 'C' || category[0] == 'Z';
    if (!other || c == ' ') flags[c] |= PRINTABLE;
}

static void read_mapping(uint32_t c, char *text)
{
    if (!*text) return;
    Mapping *m = calloc(1, sizeof *m);
    m->canonical = *text != '<';
    if (*text == '<') text = strchr(text, '>') + 1;
    while (*text) {
        char *end;
        uint32_t to = (uint32_t)strtoul(text, &end, 16);
        if (end == text) break;
        m->to[m->count++] = to;
        text = end;
    }
    mapping[c] = m;
}

static void read_characters(void)
{
    FILE *file = open_data(directory, "UnicodeData.txt");
    char line[2048];
    uint32_t range_first = 0;
    while (fgets(line, sizeof line, file)) {
        char *fields[16], *s = line;
        int count = 0;
        for (char *part; count < 16 && (part = strsep(&s, ";\n"));) fields[count++] = part;
        if (count < 15) continue;
        uint32_t c = (uint32_t)strtoul(fields[0], 0, 16);
        size_t length = strlen(fields[1]);
        if (length > 7 && strcmp(fields[1] + length - 7, " First>") == 0) range_first = c;
        if (length > 6 && strcmp(fields[1] + length - 6, " Last>") == 0) {
            for (uint32_t k = range_first; k <= c; k++)
                if (known[k]) set_printable(k, fields[2]);
            continue;
        }
        if (!known[c]) continue;
        set_printable(c, fields[2]);
        combining[c] = (uint8_t)atoi(fields[3]);
        read_mapping(c, fields[5]);
        if (fields[1][0] != '<') add_name(fields[1], c);
    }
    fclose(file);
}

static void read_aliases(void)
{
    FILE *file = open_data(directory, "NameAliases.txt");
    char line[1024];
    while (fgets(line, sizeof line, file)) {
        uint32_t first, last;
        if (line[0] == '#' || !read_range(line, &first, &last) || !known[first]) continue;
        char *name = strchr(line, ';') + 1;
        name[strcspn(name, ";\n")] = 0;
        if (!alias_is_newer(name)) add_name(name, first);
    }
    fclose(file);
}

static int compare_named(const void *a, const void *b)
{
    const Named *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* ---- output ----------------------------------------------------------------------------------------------------------------- */

static void write_flags(void)
{
    static uint16_t index[LIMIT / BLOCK];
    static uint8_t blocks[LIMIT / BLOCK][BLOCK];
    int count = 0;
    for (int i = 0; i < LIMIT / BLOCK; i++) {
        int k = 0;
        while (k < count && memcmp(blocks[k], flags + i * BLOCK, BLOCK) != 0) k++;
        if (k == count) memcpy(blocks[count++], flags + i * BLOCK, BLOCK);
        index[i] = (uint16_t)k;
    }
    printf("static const uint16_t flag_index[%d] = {", LIMIT / BLOCK);
    for (int i = 0; i < LIMIT / BLOCK; i++) printf("%s%d,", i % 32 ? "" : "\n", index[i]);
    printf("\n};\nstatic const uint8_t flag_blocks[%d][%d] = {\n", count, BLOCK);
    for (int i = 0; i < count; i++) {
        printf("{");
        for (int k = 0; k < BLOCK; k++) printf("%d,", blocks[i][k]);
        printf("},\n");
    }
    printf("};\n");
}

/* The full compatibility decomposition of `c`. */
static void expand(uint32_t c, uint32_t *out, int *count)
{
    Mapping *m = mapping[c];
    if (!m) {
        out[(*count)++] = c;
        return;
    }
    for (int i = 0; i < m->count; i++) expand(m->to[i], out, count);
}

static void write_normalization(void)
{
    printf("static const struct { uint32_t code; uint8_t class; } combining_classes[] = {\n");
    for (uint32_t c = 0; c < LIMIT; c++)
        if (combining[c]) printf("{0x%x, %d},\n", c, combining[c]);
    printf("};\nstatic const uint32_t decomposed[] = {\n");
    int offset = 0, out_count;
    uint32_t out[64];
    for (uint32_t c = 0; c < LIMIT; c++) {
        if (!mapping[c]) continue;
        out_count = 0;
        expand(c, out, &out_count);
        for (int i = 0; i < out_count; i++) printf("0x%x,", out[i]);
        printf("\n");
    }
    printf("};\nstatic const struct { uint32_t code; uint16_t offset; uint8_t count; } decompositions[] = {\n");
    for (uint32_t c = 0; c < LIMIT; c++) {
        if (!mapping[c]) continue;
        out_count = 0;
        expand(c, out, &out_count);
        printf("{0x%x, %d, %d},\n", c, offset, out_count);
        offset += out_count;
    }
    printf("};\nstatic const struct { uint32_t first, second, composed; } compositions[] = {\n");
    /* Sorted by first, then second: collect, then select in order. */
    typedef struct Pair {
        uint32_t first, second, composed;
    } Pair;
    static Pair pairs[4096];
    int pair_count = 0;
    for (uint32_t c = 0; c < LIMIT; c++)
        if (mapping[c] && mapping[c]->canonical && mapping[c]->count == 2 && !excluded[c]) pairs[pair_count++] = (Pair){mapping[c]->to[0], mapping[c]->to[1], c};
    for (int i = 1; i < pair_count; i++) {
        Pair pair = pairs[i];
        int k = i;
        for (; k > 0 && (pairs[k - 1].first > pair.first || (pairs[k - 1].first == pair.first && pairs[k - 1].second > pair.second)); k--) pairs[k] = pairs[k - 1];
        pairs[k] = pair;
    }
    for (int i = 0; i < pair_count; i++) printf("{0x%x, 0x%x, 0x%x},\n", pairs[i].first, pairs[i].second, pairs[i].composed);
    printf("};\n");
}

static void write_names(void)
{
    qsort(named, named_count, sizeof *named, compare_named);
    for (size_t i = 1; i < named_count; i++)
        if (named[i].hash == named[i - 1].hash && named[i].code != named[i - 1].code) {
            fprintf(stderr, "two names have one hash\n");
            exit(1);
        }
    printf("static const uint64_t name_hashes[%zu] = {\n", named_count);
    for (size_t i = 0; i < named_count; i++) printf("0x%llxu,%s", (unsigned long long)named[i].hash, i % 8 == 7 ? "\n" : "");
    printf("};\nstatic const uint32_t name_codes[%zu] = {\n", named_count);
    for (size_t i = 0; i < named_count; i++) printf("0x%x,%s", named[i].code, i % 16 == 15 ? "\n" : "");
    printf("};\n");
}

int main(int argc, char **argv)
{
    directory = argc > 1 ? argv[1] : "/usr/share/unicode";
    read_ages();
    read_property("DerivedCoreProperties.txt", "XID_Start", set_start);
    read_property("DerivedCoreProperties.txt", "XID_Continue", set_continue);
    read_property("DerivedNormalizationProps.txt", "Full_Composition_Exclusion", set_excluded);
    read_characters();
    read_aliases();
    printf("/* Generated by tools/unicode_gen.c from the Unicode character database; characters of version %d and older. */\n", NEWEST_MAJOR);
    write_flags();
    write_normalization();
    write_names();
    return 0;
}
