/* unicode_flags.h: the classes of characters as bits, in the tables that tools/unicode_tables.c writes. The last two are only in the table of the first 256 characters. */
#pragma once

enum { ALPHA = 1, SPACE = 2, LINEBREAK = 4, UPPER = 8, LOWER = 16, TITLE = 32, CASED = 64, CASE_IGNORABLE = 128, NUMERIC = 256, FULL = 512, DECIMAL = 1024, DIGIT = 2048 };
