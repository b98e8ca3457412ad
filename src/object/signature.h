/* signature.h: a parsed signature string and the binding of arguments by it (object/signature.c). */
#pragma once
#include "object/descr.h"

enum { SIGNATURE_MAX = 40 };
/* value: the default; 0 with !required: "not given". */
typedef struct Parameter {
    Value name, value;
    bool required;
} Parameter;
struct Signature {
    int count;                 /* words of a bound call */
    int positional;            /* parameters that take positional arguments, self included */
    int positional_only;
    int required;              /* positional ones without default: the first so many */
    int keyword_only, required_keyword_only;
    int varargs, varkw;        /* index of *args, **kwargs; -1: none */
    bool has_self;
    bool simple;               /* all positional only: no keywords */
    bool fixed;                /* nothing but positional arguments is needed */
    Parameter parameters[SIGNATURE_MAX];
};

/* The name of the function for errors, worked out only then: "append" and "list.append()". */
typedef struct FunctionName {
    const char *bare;
    Value callable;
    char buffer[240];
} FunctionName;
const char *function_name_full(FunctionName *name);

Signature *signature_parse(const char *text);
/* The same, remembered by the address of the text; 0: "(*args, **kwargs)". */
Signature *signature_of(const char *text);
/* args: positional, then keyword values. out: s->count words. */
bool signature_bind(const Signature *s, FunctionName *name, Value *args, size_t nargs, Value kwnames, Value *out);
