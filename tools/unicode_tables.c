/* unicode_tables.c: writes the runtime's tables of Unicode characters, run at build time.
 *
 * usage: unicode_tables types|database DIRECTORY >tables.h
 * DIRECTORY holds the Unicode character database's text files (Debian's unicode-data: version 15.0). Characters younger than 14.0, the version of Python 3.11, are left out as if
 * unassigned. `types` is what the methods of str need (classes, case); `database` what module unicodedata needs (categories, decompositions, names...).
 *
 * A table over all code points is a two-stage trie: stage one gives, for a block of 128 code points, where its entries start in stage two.
 */
#include <bzlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 0x110000, BLOCK = 128, BLOCKS = LIMIT / BLOCK };
enum { ALPHA = 1, SPACE = 2, LINEBREAK = 4, UPPER = 8, LOWER = 16, TITLE = 32, CASED = 64, CASE_IGNORABLE = 128, NUMERIC = 256, FULL = 512 };

typedef struct Char {
    bool assigned, mirrored, excluded;
    char category[3], bidi[4], width[3];
    int combining, decimal, digit;
    uint32_t upper, lower, title;          /* simple mappings; 0: none */
    uint32_t full[4][3];                   /* lower, upper, title, fold */
    int full_count[4];                     /* 0: none of its own */
    int flags, quick_check;
    double numeric;
    char *name, *decomposition, *numeric_text;
} Char;

static Char chars[LIMIT];
static const char *directory;

static FILE *open_data(const char *name)
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

/* Splits a line at semicolons, without spaces around the fields and without a comment; returns the number of fields. */
static int split(char *line, char *fields[], int max)
{
    int count = 0;
    line[strcspn(line, "#\n")] = 0;
    while (line && count < max) {
        char *end = strchr(line, ';');
        if (end) *end++ = 0;
        while (*line == ' ' || *line == '\t') line++;
        size_t length = strlen(line);
        while (length && (line[length - 1] == ' ' || line[length - 1] == '\t' || line[length - 1] == '\r')) line[--length] = 0;
        fields[count++] = line;
        line = end;
    }
    return count;
}

static bool range(const char *text, uint32_t *first, uint32_t *last)
{
    char *end;
    *first = *last = (uint32_t)strtoul(text, &end, 16);
    if (end == text) return false;
    if (end[0] == '.' && end[1] == '.') *last = (uint32_t)strtoul(end + 2, 0, 16);
    return *last < LIMIT;
}

/* Calls visit for each code point of each line of a file "range ; field ; ...". */
static void each_line(const char *name, void (*visit)(uint32_t c, char **fields, int count))
{
    FILE *file = open_data(name);
    char line[4096], *fields[20];
    uint32_t first, last;
    while (fgets(line, sizeof line, file)) {
        int count = split(line, fields, 20);
        if (count < 2 || !range(fields[0], &first, &last)) continue;
        for (uint32_t c = first; c <= last; c++) visit(c, fields, count);
    }
    fclose(file);
}

static void visit_age(uint32_t c, char **fields, int count)
{
    int major = atoi(fields[1]);
    chars[c].assigned = major <= 14;
}

static double parse_fraction(const char *text)
{
    char *end;
    double top = strtod(text, &end);
    return *end == '/' ? top / strtod(end + 1, 0) : top;
}

static void set_char(uint32_t c, char **f)
{
    Char *e = &chars[c];
    if (!e->assigned) return;
    strncpy(e->category, f[2], 2);
    e->combining = atoi(f[3]);
    strncpy(e->bidi, f[4], 3);
    e->decomposition = *f[5] ? strdup(f[5]) : 0;
    e->decimal = *f[6] ? atoi(f[6]) : -1;
    e->digit = *f[7] ? atoi(f[7]) : -1;
    if (*f[8]) {
        e->numeric = parse_fraction(f[8]);
        e->flags |= NUMERIC;
    }
    e->mirrored = *f[9] == 'Y';
    e->upper = (uint32_t)strtoul(f[12], 0, 16);
    e->lower = (uint32_t)strtoul(f[13], 0, 16);
    e->title = *f[14] ? (uint32_t)strtoul(f[14], 0, 16) : e->upper;
    e->name = strdup(f[1]);
    const char *k = e->category;
    if (*k == 'L') e->flags |= ALPHA;
    if (!strcmp(k, "Lt")) e->flags |= TITLE;
    if (!strcmp(k, "Zs") || !strcmp(e->bidi, "WS") || !strcmp(e->bidi, "B") || !strcmp(e->bidi, "S")) e->flags |= SPACE;
    if (!strcmp(e->bidi, "B")) e->flags |= LINEBREAK;
}

static void read_unicode_data(void)
{
    FILE *file = open_data("UnicodeData.txt");
    char line[4096], *fields[16];
    uint32_t from = 0;
    while (fgets(line, sizeof line, file)) {
        if (split(line, fields, 16) < 15) continue;
        uint32_t c = (uint32_t)strtoul(fields[0], 0, 16);
        if (strstr(fields[1], ", First>")) {
            from = c;
            continue;
        }
        if (strstr(fields[1], ", Last>")) for (; from < c; from++) set_char(from, fields);
        set_char(c, fields);
    }
    fclose(file);
}

static void visit_core(uint32_t c, char **fields, int count)
{
    static const struct { const char *name; int flag; } properties[] = {{"Uppercase", UPPER}, {"Lowercase", LOWER}, {"Cased", CASED}, {"Case_Ignorable", CASE_IGNORABLE}};
    for (int i = 0; i < 4; i++)
        if (chars[c].assigned && !strcmp(fields[1], properties[i].name)) chars[c].flags |= properties[i].flag;
}

static void visit_linebreak(uint32_t c, char **fields, int count)
{
    if (!strcmp(fields[1], "BK") || !strcmp(fields[1], "CR") || !strcmp(fields[1], "LF") || !strcmp(fields[1], "NL")) chars[c].flags |= LINEBREAK;
}

static int parse_sequence(const char *text, uint32_t out[3])
{
    int count = 0;
    char *end;
    for (; count < 3; text = end) {
        out[count] = (uint32_t)strtoul(text, &end, 16);
        if (end == text) break;
        count++;
    }
    return count;
}

static void visit_special_casing(uint32_t c, char **fields, int count)
{
    /* lower; title; upper; and a condition, which only the code knows (final sigma). */
    if (!chars[c].assigned || (count > 4 && *fields[4])) return;
    chars[c].full_count[0] = parse_sequence(fields[1], chars[c].full[0]);
    chars[c].full_count[2] = parse_sequence(fields[2], chars[c].full[2]);
    chars[c].full_count[1] = parse_sequence(fields[3], chars[c].full[1]);
}

static void visit_folding(uint32_t c, char **fields, int count)
{
    if (chars[c].assigned && (!strcmp(fields[1], "C") || !strcmp(fields[1], "F"))) chars[c].full_count[3] = parse_sequence(fields[2], chars[c].full[3]);
}

static void read_unihan(void)
{
    char path[4096], line[4096];
    snprintf(path, sizeof path, "%s/Unihan_NumericValues.txt.bz2", directory);
    FILE *file = fopen(path, "rb");
    int error;
    BZFILE *bz = file ? BZ2_bzReadOpen(&error, file, 0, 0, 0, 0) : 0;
    if (!bz) {
        perror(path);
        exit(1);
    }
    size_t at = 0;
    for (char byte; BZ2_bzRead(&error, bz, &byte, 1) == 1;) {
        if (byte != '\n' && at < sizeof line - 1) {
            line[at++] = byte;
            continue;
        }
        line[at] = 0;
        at = 0;
        char *tab = strchr(line, '\t');
        if (line[0] != 'U' || !tab) continue;
        uint32_t c = (uint32_t)strtoul(line + 2, 0, 16);
        char *value = strchr(tab + 1, '\t');
        if (!value || c >= LIMIT || !chars[c].assigned) continue;
        if (!strncmp(tab + 1, "kAccounting", 11) || !strncmp(tab + 1, "kOther", 6) || !strncmp(tab + 1, "kPrimary", 8)) {
            chars[c].numeric = strtod(value + 1, 0);
            chars[c].flags |= NUMERIC;
        }
        if (error == BZ_STREAM_END) break;
    }
    BZ2_bzReadClose(&error, bz);
    fclose(file);
}

/* --- output */
static void print_array(const char *type, const char *name, const uint32_t *values, size_t count)
{
    printf("static const %s %s[%zu] = {", type, name, count ? count : 1);
    for (size_t i = 0; i < count; i++) printf("%s%u,", i % 24 ? "" : "\n", values[i]);
    printf("%s};\n", count ? "\n" : "0");
}

/* Prints the trie for values[LIMIT]: NAME_1 (stage one, block numbers) and NAME_2. */
static void print_trie(const char *name, const uint32_t *values, const char *type2)
{
    static uint32_t stage1[BLOCKS], stage2[LIMIT];
    uint32_t blocks = 0;
    for (uint32_t b = 0; b < BLOCKS; b++) {
        uint32_t found = 0;
        while (found < blocks && memcmp(stage2 + found * BLOCK, values + b * BLOCK, BLOCK * sizeof *values)) found++;
        if (found == blocks) memcpy(stage2 + blocks++ * BLOCK, values + b * BLOCK, BLOCK * sizeof *values);
        stage1[b] = found;
    }
    char label[64];
    snprintf(label, sizeof label, "%s_1", name);
    print_array("uint16_t", label, stage1, BLOCKS);
    snprintf(label, sizeof label, "%s_2", name);
    print_array(type2, label, stage2, (size_t)blocks * BLOCK);
}

typedef struct Record { int flags, decimal, digit, lower, upper, title, full; } Record;

/* Fills the missing full mappings from the simple ones; whether any differs from what the record's deltas say. */
static bool complete_full(uint32_t c)
{
    Char *e = &chars[c];
    const uint32_t simple[3] = {e->lower ? e->lower : c, e->upper ? e->upper : c, e->title ? e->title : c};
    bool special = false;
    for (int k = 0; k < 3; k++) {
        if (!e->full_count[k]) e->full_count[k] = 1, e->full[k][0] = simple[k];
        special |= e->full_count[k] != 1 || e->full[k][0] != simple[k];
    }
    if (!e->full_count[3]) e->full_count[3] = 1, e->full[3][0] = c;
    return special || e->full_count[3] != e->full_count[0] || memcmp(e->full[3], e->full[0], (size_t)e->full_count[0] * 4);
}

static void print_types(void)
{
    static Record records[4096];
    static uint32_t index[LIMIT], full[4096];
    int count = 0, full_count = 1;
    memset(records, 0, sizeof records);
    printf("/* generated by tools/unicode_tables.c */\n");
    printf("static const FullCase unicode_full[] = {{{0}, {{0}}},\n");
    for (uint32_t c = 0; c < LIMIT; c++) {
        Char *e = &chars[c];
        Record r = {.flags = e->flags, .decimal = e->assigned ? e->decimal : -1, .digit = e->assigned ? e->digit : -1};
        r.lower = e->lower ? (int)e->lower - (int)c : 0;
        r.upper = e->upper ? (int)e->upper - (int)c : 0;
        r.title = e->title ? (int)e->title - (int)c : 0;
        if (e->assigned && complete_full(c)) {
            r.full = full_count++;
            r.flags |= FULL;
            printf("{{%d,%d,%d,%d}, {", e->full_count[0], e->full_count[1], e->full_count[2], e->full_count[3]);
            for (int k = 0; k < 4; k++) printf("{%u,%u,%u},", e->full[k][0], e->full[k][1], e->full[k][2]);
            printf("}},\n");
        }
        int i = 0;
        while (i < count && memcmp(&records[i], &r, sizeof r)) i++;
        if (i == count) records[count++] = r;
        index[c] = (uint32_t)i;
    }
    (void)full;
    printf("};\nstatic const CharRecord unicode_records[] = {\n");
    for (int i = 0; i < count; i++)
        printf("{%d,%d,%d,%d,%d,%d,%d},\n", records[i].flags, records[i].decimal, records[i].digit, records[i].full, records[i].lower, records[i].upper, records[i].title);
    printf("};\n");
    print_trie("unicode_index", index, "uint16_t");
    printf("static const struct { uint32_t code; double value; } unicode_numbers[] = {\n");
    for (uint32_t c = 0; c < LIMIT; c++)
        if (chars[c].flags & NUMERIC) printf("{%u,%.17g},\n", c, chars[c].numeric);
    printf("};\n");
}

int main(int argc, char **argv)
{
    if (argc != 3) return fprintf(stderr, "usage: unicode_tables types|database DIRECTORY\n"), 2;
    directory = argv[2];
    for (uint32_t c = 0; c < LIMIT; c++) chars[c].decimal = chars[c].digit = -1;
    each_line("DerivedAge.txt", visit_age);
    read_unicode_data();
    each_line("DerivedCoreProperties.txt", visit_core);
    /* Modifier letters that are lower case only since Unicode 15.0. */
    static const uint32_t lower_since_15[] = {0x10fc, 0xa7f2, 0xa7f3, 0xa7f4, 0xab69};
    for (int i = 0; i < 5; i++) chars[lower_since_15[i]].flags &= ~(LOWER | CASED);
    each_line("LineBreak.txt", visit_linebreak);
    each_line("SpecialCasing.txt", visit_special_casing);
    each_line("CaseFolding.txt", visit_folding);
    read_unihan();
    if (!strcmp(argv[1], "types")) print_types();
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
