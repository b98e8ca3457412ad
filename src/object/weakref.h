/* weakref.h: the layout of weak references (PyWeakReference) and what module/_weakref.c needs of them. */
#pragma once
#include "object/object.h"

typedef struct WeakrefObj {
    Obj head;
    Value target;            /* not traced; 0 when dead */
    Value callback;          /* 0: none */
    int64_t hash;            /* of the target, once asked for; -1: not known */
    Value previous, next;    /* CPython's list; unused */
    void *native_vectorcall;
} WeakrefObj;

bool is_weakref(Value v);                              /* a reference or a proxy */
Value weak_proxy_new(Value target, Value callback);    /* callback 0 or None: none */
