/* hash.h: message digests over OpenSSL's EVP interface, shared by _hashlib and by the modules of single algorithms (_md5, _sha1, ...). */
#pragma once
#include "module/module.h"
#include <openssl/evp.h>
#include <semaphore.h>

typedef struct HashObj {
    Obj head;
    EVP_MD_CTX *context;      /* malloc'ed by OpenSSL: freed by the type's finalizer */
    sem_t free;               /* hash_enter() */
    const EVP_MD *md;
    const char *name;         /* hashlib's name of the algorithm */
} HashObj;

enum { RELEASE_LOCK_FROM = 2048 };   /* so many bytes are hashed without the interpreter lock */
/* From here to hash_leave() the thread has the context to itself: others may come while it works without the interpreter lock. Nothing of Python's runs in between. */
static inline void hash_enter(sem_t *free)
{
    if (sem_trywait(free) < 0) BLOCKING(while (sem_wait(free) < 0));
}
static inline void hash_leave(sem_t *free) { sem_post(free); }

/* A digest object of the type; data (0: none) is hashed at once. name is hashlib's or OpenSSL's; ValueError "unsupported hash type X". */
Value hash_new(Type *type, const char *name, Value data);
/* hashlib's name -> OpenSSL's algorithm; 0 without exception: unknown. */
const EVP_MD *hash_algorithm(const char *name);
/* Bytes-like data for hashing: TypeError "Strings must be encoded before hashing" for str. */
bool hash_data(Value data, Buffer *buffer);
/* ValueError with OpenSSL's reason. */
Value hash_error(void);
/* The parts of a static digest type. */
extern const NativeDef hash_methods[], hash_xof_methods[];
extern const GetSetDef hash_getset[];
void hash_finalize(Obj *object);
#define HASH_TYPE(type_name) \
    {TYPE_INIT(type_name, HashObj), .flags = TYPE_DISALLOW_NEW | TYPE_FINALIZE | TYPE_FREES, .finalize = hash_finalize, .methods = hash_methods, .getset = hash_getset}
