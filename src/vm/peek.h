/* peek.h: what a thread is doing, seen without the interpreter lock: from a signal handler, or by the watchdog while the thread runs on. */
#pragma once
#include "vm/frame.h"

typedef struct PeekedFrame {
    const Frame *previous;
    Value filename, name;   /* not to be touched but by str_peek; 0: the record shows no code */
    int line;               /* -1: not known */
} PeekedFrame;

/* false: there is no frame (any more). The last is followed by one whose `previous` is 0, or by anything while the thread runs: who walks them counts. */
bool frame_peek(const Frame *frame, PeekedFrame *out);
/* The line of an instruction as code_position finds it, from a table that may be changing. -1: not known. */
int code_line_peek(const CodeObj *code, int unit);

/* The first characters of a string. false: not a string. */
enum { PEEKED_TEXT = 500 };
typedef struct PeekedText {
    int64_t length;         /* of the whole */
    int kind, count;
    uint8_t data[PEEKED_TEXT * 4];
} PeekedText;
bool str_peek(Value v, PeekedText *out);
