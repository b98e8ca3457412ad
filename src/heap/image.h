/* image.h: a start-up image: the heap and the runtime's variables as they are once the interpreter stands, saved when the program is built and mapped when it starts.
 *
 * Making types, built-in modules and importlib, and running the bodies of os, site and their like, takes several times as long as all else that `krait -c pass` does; and it
 * is the same work each time. So the build does it once (main/start.c), and image_save appends the result to the program. image_load maps it copy-on-write where it
 * was; pages that nobody touches are never read.
 *
 * Saved are the heap, lasting memory (below), and the variables of the runtime's files (image_section.h). Not saved, and so to be set anew after loading, is everything that
 * belongs to the process: threads, the C library's state, what follows from the environment and the command line. Saved memory must not point to any memory that
 * is not: image_save looks for such words and refuses. Objects lie at the same addresses in every process: the program is linked at a fixed address, and the heap of
 * an image at IMAGE_BASE, where nothing else is mapped on x86-64 or aarch64 Linux; should it be taken all the same, image_load fails and a start is made from nothing.
 */
#pragma once
#include "heap/heap.h"

/* Set before heap_init when an image is to be saved: the heap and lasting memory then grow at fixed addresses. */
void image_begin(void);
bool image_building(void);
/* Writes a copy of the running program with an image of the present state to `path`. The calling thread must be the only one, run no Python, and only end the process
 * afterwards. false: the reason was printed. */
bool image_save(const char *path);
/* Maps the image that the running program carries. false: there is none (nothing has changed then). Afterwards the calling thread is not attached. */
bool image_load(void);
/* Whether that variable has its value from a loaded image. */
bool image_brought(const void *variable);
/* To be called at the end of a run that began with image_load: writes to `path` what is to be appended to the program, so that later starts know which pages they will write to. */
bool image_save_hot(const char *path);
/* Whether the address lies in the mapped image: such pages must not be given back to the system, which would restore their saved contents. */
bool image_contains(const void *address);

/* Memory for tables outside the heap that live as long as the process: as malloc (zeroed), realloc and free, but saved with an image. 0: none is left. */
void *lasting_alloc(size_t size);
void *lasting_grow(void *old, size_t size);
void lasting_free(void *memory);

/* For heap.c: `size` bytes at an alignment, at a place of the image being built; 0: no room. */
void *image_map(size_t size, size_t alignment);
