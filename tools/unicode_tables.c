/* unicode_tables.c: writes the runtime's tables of Unicode characters, run at build time.
 *
 * usage: unicode_tables types|database DIRECTORY >tables.h
 * DIRECTORY holds the Unicode character database's text files (Debian's unicode-data: version 15.0). Characters younger than 14.0, the version of Python 3.11, are left out as if
 * unassigned. `types` is what the methods of str need (classes, case); `database` what module unicodedata needs (categories, decompositions, names...).
 *
 * A table over all code points is a two-stage trie: stage one gives, for a block of 128 code points, where its entries start in stage two.
 */
#include "../src/object/unicode_flags.h"
#include "unicode_data.h"
#include <bzlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 0x110000, BLOCK = 128, BLOCKS = LIMIT / BLOCK };

typedef struct Char {
    bool assigned, in_3_2, mirrored, excluded;
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
    FILE *file = open_data(directory, name);
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
    double age = strtod(fields[1], 0);
    chars[c].assigned = age <= 14.05;
    chars[c].in_3_2 = age <= 3.25;
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
    FILE *file = open_data(directory, "UnicodeData.txt");
    char line[4096], *fields[16];
    uint32_t from = 0;
    while (fgets(line, sizeof line, file)) {
        if (split(line, fields, 16) < 15) continue;
        uint32_t c = (uint32_t)strtoul(fields[0], 0, 16);
        if (strstr(fields[1], ", First>")) {
            from = c;
            continue;
        }
        if (strstr(fields[1], ", Last>"))
            for (; from < c; from++) set_char(from, fields);
        set_char(c, fields);
    }
    fclose(file);
}

static void visit_core(uint32_t c, char **fields, int count)
{
    static const struct {
        const char *name;
        int flag;
    } properties[] = {{"Uppercase", UPPER}, {"Lowercase", LOWER}, {"Cased", CASED}, {"Case_Ignorable", CASE_IGNORABLE}};
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

typedef struct Record {
    int flags, decimal, digit, lower, upper, title, full;
} Record;

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
    printf("const uint16_t unicode_latin1_flags[256] = {\n");
    for (uint32_t c = 0; c < 256; c++) {
        const Record *r = &records[index[c]];
        printf("%d,%s", r->flags | (r->decimal >= 0 ? DECIMAL : 0) | (r->digit >= 0 ? DIGIT : 0), c % 32 == 31 ? "\n" : "");
    }
    printf("};\n");
    print_trie("unicode_index", index, "uint16_t");
    printf("static const struct { uint32_t code; double value; } unicode_numbers[] = {\n");
    for (uint32_t c = 0; c < LIMIT; c++)
        if (chars[c].flags & NUMERIC) printf("{%u,%.17g},\n", c, chars[c].numeric);
    printf("};\n");
}

/* --- the database */
static const char *const categories[] = {"Cn", "Lu", "Ll", "Lt", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs",
                                         "Co", "Cn", "Lm", "Lo", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", 0};
static const char *const bidis[] = {"",   "L",   "LRE", "LRO", "R", "AL", "RLE", "RLO", "PDF", "EN",  "ES",  "ET", "AN",
                                    "CS", "NSM", "BN",  "B",   "S", "WS", "ON",  "LRI", "RLI", "FSI", "PDI", 0};
static const char *const widths[] = {"F", "H", "W", "Na", "A", "N", 0};

static void visit_width(uint32_t c, char **fields, int count)
{
    if (chars[c].assigned) strncpy(chars[c].width, fields[1], 2);
}

static void visit_normalization(uint32_t c, char **fields, int count)
{
    /* Two bits a form: 1 is "no", 2 "maybe". */
    static const char *const forms[] = {"NFD_QC", "NFKD_QC", "NFC_QC", "NFKC_QC"};
    if (!chars[c].assigned) return;
    if (!strcmp(fields[1], "Full_Composition_Exclusion")) chars[c].excluded = true;
    for (int i = 0; i < 4 && count > 2; i++)
        if (!strcmp(fields[1], forms[i])) chars[c].quick_check |= (*fields[2] == 'N' ? 1 : 2) << 2 * i;
}

static int index_of(const char *const names[], const char *name)
{
    for (int i = 0; names[i]; i++)
        if (!strcmp(names[i], name)) return i;
    fprintf(stderr, "unicode_tables: unknown property value %s\n", name);
    exit(1);
}

static void print_names(const char *label, const char *const names[])
{
    printf("static const char *const %s[] = {", label);
    for (int i = 0; names[i]; i++) printf("\"%s\", ", names[i]);
    printf("};\n");
}

typedef struct DbRecord {
    int category, bidi, combining, mirrored, width, quick, in_3_2;
} DbRecord;

static void print_records(void)
{
    static DbRecord records[4096];
    static uint32_t index[LIMIT];
    int count = 0;
    for (uint32_t c = 0; c < LIMIT; c++) {
        Char *e = &chars[c];
        DbRecord r;
        memset(&r, 0, sizeof r);
        if (*e->category) {
            r = (DbRecord){
                index_of(categories, e->category), index_of(bidis, e->bidi), e->combining, e->mirrored, index_of(widths, *e->width ? e->width : "N"), e->quick_check, e->in_3_2};
        }
        int i = 0;
        while (i < count && memcmp(&records[i], &r, sizeof r)) i++;
        if (i == count) records[count++] = r;
        index[c] = (uint32_t)i;
    }
    printf("static const DbRecord db_records[] = {\n");
    for (int i = 0; i < count; i++)
        printf("{%d,%d,%d,%d,%d,%d,%d},\n", records[i].category, records[i].bidi, records[i].combining, records[i].mirrored, records[i].width, records[i].quick, records[i].in_3_2);
    printf("};\n");
    print_trie("db_index", index, "uint16_t");
}

/* decomp_data: a word (prefix number << 8 | count), then count characters; decomp_index gives each character's place, 0: none. */
static void print_decompositions(void)
{
    static uint32_t index[LIMIT], data[200000];
    static char prefixes[32][24];
    uint32_t at = 1, prefix_count = 1;
    for (uint32_t c = 0; c < LIMIT; c++) {
        char *text = chars[c].decomposition;
        if (!text) continue;
        uint32_t prefix = 0, head = at++;
        if (*text == '<') {
            size_t length = strcspn(text, ">") + 1;
            for (prefix = 1; prefix < prefix_count && (strncmp(prefixes[prefix], text, length) || prefixes[prefix][length]);) prefix++;
            if (prefix == prefix_count) strncpy(prefixes[prefix_count++], text, length);
            text += length;
        }
        for (char *end;; text = end) {
            uint32_t to = (uint32_t)strtoul(text, &end, 16);
            if (end == text) break;
            data[at++] = to;
        }
        data[head] = prefix << 8 | (at - head - 1);
        index[c] = head;
    }
    print_array("uint32_t", "decomp_data", data, at);
    print_trie("decomp_index", index, "uint16_t");
    printf("static const char *const decomp_prefixes[] = {\"\"");
    for (uint32_t i = 1; i < prefix_count; i++) printf(", \"%s\"", prefixes[i]);
    printf("};\n");
}

typedef struct Pair {
    uint32_t first, second, composed;
} Pair;

static int compare_pairs(const void *a, const void *b)
{
    const Pair *p = a, *q = b;
    if (p->first != q->first) return p->first < q->first ? -1 : 1;
    return p->second < q->second ? -1 : p->second > q->second;
}

static void print_compositions(void)
{
    static Pair pairs[4096];
    size_t count = 0;
    for (uint32_t c = 0; c < LIMIT; c++) {
        char *text = chars[c].decomposition, *end;
        if (!text || *text == '<' || chars[c].excluded) continue;
        uint32_t first = (uint32_t)strtoul(text, &end, 16), second = (uint32_t)strtoul(end, &text, 16);
        if (text != end && second) pairs[count++] = (Pair){first, second, c};
    }
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    printf("static const struct { uint32_t first, second, composed; } compositions[] = {\n");
    for (size_t i = 0; i < count; i++) printf("{%u,%u,%u},\n", pairs[i].first, pairs[i].second, pairs[i].composed);
    printf("};\n");
}

/* Names are sequences of words: name_data holds word numbers, the last of a name with its top bit set. */
typedef struct Word {
    const char *text;
    uint32_t number;
} Word;

static int compare_words(const void *a, const void *b) { return strcmp(((const Word *)a)->text, ((const Word *)b)->text); }

static void print_character_names(void)
{
    static Word words[300000];
    static uint32_t index[LIMIT], data[300000], offsets[40000];
    size_t count = 0, unique = 0;
    uint32_t at = 1;
    for (uint32_t c = 0; c < LIMIT; c++) {
        char *name = chars[c].name;
        if (!name || *name == '<') continue;
        char *copy = strdup(name);
        for (char *word = strtok(copy, " "); word; word = strtok(0, " ")) words[count++].text = word;
    }
    qsort(words, count, sizeof *words, compare_words);
    for (size_t i = 0; i < count; i++)
        if (!i || strcmp(words[i].text, words[unique - 1].text)) words[unique++].text = words[i].text;
    printf("static const char name_words[] =\n");
    uint32_t offset = 0;
    for (size_t i = 0; i < unique; i++) {
        printf("\"%s\\0\"%s", words[i].text, i % 12 == 11 ? "\n" : "");
        offsets[i] = offset;
        offset += (uint32_t)strlen(words[i].text) + 1;
    }
    printf(";\n");
    print_array("uint32_t", "name_word_offsets", offsets, unique);
    for (uint32_t c = 0; c < LIMIT; c++) {
        char *name = chars[c].name;
        if (!name || *name == '<') continue;
        index[c] = at;
        for (char *word = strtok(name, " "); word; word = strtok(0, " ")) {
            Word key = {word, 0};
            data[at++] = (uint32_t)((Word *)bsearch(&key, words, unique, sizeof *words, compare_words) - words);
        }
        data[at - 1] |= 0x8000;
    }
    print_array("uint16_t", "name_data", data, at);
    print_trie("name_index", index, "uint32_t");
}

static void print_named_sequences(void)
{
    FILE *file = open_data(directory, "NamedSequences.txt");
    char line[1024], *fields[4];
    printf("static const struct { const char *name; uint32_t chars[4]; } named_sequences[] = {\n");
    while (fgets(line, sizeof line, file)) {
        if (split(line, fields, 4) < 2 || !*fields[0]) continue;
        printf("{\"%s\", {", fields[0]);
        char *end, *text = fields[1];
        for (int i = 0; i < 4; i++, text = end) printf("%lu,", strtoul(text, &end, 16));
        printf("}},\n");
    }
    printf("};\n");
    fclose(file);
}

/* In the file's order, for what they are numbered by. */
static void print_name_aliases(void)
{
    FILE *file = open_data(directory, "NameAliases.txt");
    char line[1024], *fields[4];
    printf("static const char *const name_aliases[] = {\n");
    while (fgets(line, sizeof line, file))
        if (split(line, fields, 4) >= 2 && *fields[0] && chars[strtoul(fields[0], 0, 16)].assigned && !alias_is_newer(fields[1])) printf("\"%s\",\n", fields[1]);
    printf("};\n");
    fclose(file);
}

static void print_ranges(const char *label, const char *start)
{
    /* Characters without names of their own, whose names are made of their numbers. */
    FILE *file = open_data(directory, "UnicodeData.txt");
    char line[4096], *fields[16];
    uint32_t first = 0;
    printf("static const struct { uint32_t first, last; } %s[] = {", label);
    while (fgets(line, sizeof line, file)) {
        if (split(line, fields, 16) < 15 || strncmp(fields[1], start, strlen(start))) continue;
        uint32_t c = (uint32_t)strtoul(fields[0], 0, 16);
        if (strstr(fields[1], ", First>")) first = c;
        else {
            while (!chars[c].assigned) c--;
            if (chars[first].assigned) printf("{%u,%u},", first, c);
        }
    }
    printf("};\n");
    fclose(file);
}

static void print_database(void)
{
    printf("/* generated by tools/unicode_tables.c */\n");
    print_names("category_names", categories);
    print_names("bidi_names", bidis);
    print_names("width_names", widths);
    print_records();
    print_decompositions();
    print_compositions();
    print_character_names();
    print_named_sequences();
    print_name_aliases();
    print_ranges("cjk_ranges", "<CJK Ideograph");
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
    else {
        each_line("EastAsianWidth.txt", visit_width);
        each_line("DerivedNormalizationProps.txt", visit_normalization);
        print_database();
    }
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
