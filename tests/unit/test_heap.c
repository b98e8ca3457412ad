/* test_heap.c: the heap alone: allocation of every size, what survives, what dies, weak references, finalizers, limits, threads. */
#include "heap/barrier.h"
#include "heap/upcall.h"
#include "object/type.h"
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- stand-ins for the object room */
Type type_type, int_type, float_type;
static int memory_errors;
uint64_t raise_memory(void)
{
    memory_errors++;
    return 0;
}
uint64_t raise_recursion(const char *where) { return 0; }
uint64_t raise_object(Value v, Value cause) { return 0; }
void error_unraisable(Value where, const char *message) {}

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

typedef struct Node {
    Obj head;
    struct Node *left, *right;
    int64_t number;
    Value *items;
    size_t count;
} Node;
static void node_trace(Obj *o)
{
    Node *n = (Node *)o;
    gc_visit(VALUE(n->left));
    gc_visit(VALUE(n->right));
    gc_visit_buffer(n->items);
    if (n->items) gc_visit_values(n->items, n->count);
}
static int finalized[64], finalized_count;
static void node_finalize(Obj *o)
{
    if (finalized_count < 64) finalized[finalized_count++] = ((Node *)o)->number;
}
static Type node_type = {TYPE_INIT("node", Node), .trace = node_trace};
static Type closing_type = {TYPE_INIT("closing", Node), .trace = node_trace, .finalize = node_finalize, .flags = TYPE_FINALIZE};

static Node *node_new(Type *type, Node *left, Node *right, int64_t number)
{
    Node *n = gc_new(type, sizeof(Node));
    CHECK(n && !n->left && !n->right && !n->number && n->head.type == type);
    n->left = left;
    n->right = right;
    n->number = number;
    return n;
}

/* Overwrites what dead frames left on the stack, so that conservative scanning finds nothing there. */
static __attribute__((noinline)) void clean_stack(void)
{
    volatile char space[32 << 10];
    for (size_t i = 0; i < sizeof space; i++) space[i] = 0;
}

static Value root_list, root_tree;

static __attribute__((noinline)) Node *make_tree(int depth)
{
    if (depth == 0) return node_new(&node_type, 0, 0, 1);
    Node *left = make_tree(depth - 1), *right = make_tree(depth - 1);
    return node_new(&node_type, left, right, left->number + right->number + 1);
}
static int64_t count_tree(Node *n) { return n ? 1 + count_tree(n->left) + count_tree(n->right) : 0; }

static void test_sizes(void)
{
    for (size_t size = 0; size < 100000; size += size < 2000 ? 7 : 913) {
        uint8_t *b = gc_buffer(size);
        CHECK(b && gc_buffer_usable(b) >= size);
        for (size_t i = 0; i < size; i++) CHECK(b[i] == 0);
        memset(b, 0xee, gc_buffer_usable(b));
        uint8_t *grown = gc_buffer_grow(b, size, size * 2 + 10);
        for (size_t i = 0; i < size; i++) CHECK(grown[i] == 0xee);
        for (size_t i = size; i < size * 2 + 10; i++) CHECK(grown[i] == 0);
        Obj *o = gc_new(&node_type, size < 64 ? 64 : size);
        CHECK(o && ((uintptr_t)o & 15) == 0);
    }
}

static __attribute__((noinline)) void build_list(int length)
{
    root_list = 0;
    for (int i = 0; i < length; i++) root_list = VALUE(node_new(&node_type, (Node *)root_list, 0, i));
}

static void test_survival(void)
{
    build_list(200000);   /* far deeper than C recursion could mark */
    root_tree = VALUE(make_tree(12));
    for (int round = 0; round < 6; round++) {
        gc_collect(round % 3, true);
        int64_t n = 0;
        for (Node *p = (Node *)root_list; p; p = p->left) n += p->number == 199999 - n;
        CHECK(n == 200000);
        CHECK(count_tree((Node *)root_tree) == 8191);
        for (int i = 0; i < 1000; i++) node_new(&node_type, 0, 0, i);
    }
    root_list = root_tree = 0;
    clean_stack();
    size_t freed = gc_collect(2, true);
    CHECK(freed > 200000);
}

/* Old objects get young ones, through the barrier; only young collections run. */
static void test_barrier(void)
{
    Node *old = node_new(&node_type, 0, 0, 0);
    root_tree = VALUE(old);
    gc_collect(2, true);
    CHECK(old->head.gc & GC_OLD);
    for (int i = 0; i < 2000; i++) {
        Node *fresh = node_new(&node_type, 0, 0, i);
        if (i % 2) SET(old, left, fresh);
        else {
            old->items = gc_buffer_grow(old->items, old->count * sizeof(Value), (old->count + 1) * sizeof(Value));
            old->items[old->count++] = VALUE(fresh);
            gc_barrier(old);
        }
        if (i % 100 == 0) gc_collect(0, true);
    }
    gc_collect(1, true);
    CHECK(old->left->number == 1999 && old->count == 1000);
    for (int i = 0; i < 1000; i++) CHECK(((Node *)old->items[i])->number == 2 * i);
    root_tree = 0;
}

static int died_calls;
static void note_died(Obj *owner) { died_calls++; }

static __attribute__((noinline)) void make_weak(Node *owner, Node *keep)
{
    Node *target = node_new(&node_type, 0, 0, 77);
    owner->left = 0;
    owner->number = (int64_t)VALUE(target);
    CHECK(gc_weak_register(&target->head, &owner->head, (Value *)&owner->number, note_died));
    CHECK(gc_has_weakrefs(&target->head));
    if (keep) SET(keep, left, target);
}

static void test_weak(void)
{
    Node *owner = node_new(&node_type, 0, 0, 0), *keep = node_new(&node_type, 0, 0, 0);
    root_list = VALUE(owner);
    root_tree = VALUE(keep);
    make_weak(owner, keep);
    clean_stack();
    gc_collect(2, true);
    CHECK(owner->number && died_calls == 0);
    SET(keep, left, 0);
    clean_stack();
    gc_collect(2, true);
    CHECK(owner->number == 0 && died_calls == 1);
    for (int i = 0; i < 1000; i++) make_weak(node_new(&node_type, 0, 0, 0), i % 2 ? 0 : keep);
    gc_collect(0, true);
    gc_collect(2, true);
    root_list = root_tree = 0;
}

static __attribute__((noinline)) void make_closing(void)
{
    Node *inner = node_new(&closing_type, 0, 0, 1);
    Node *outer = node_new(&closing_type, inner, 0, 2);
    Node *cycle = node_new(&closing_type, 0, 0, 3);
    cycle->left = cycle;
    CHECK(outer->left == inner);
}

static void test_finalizers(void)
{
    finalized_count = 0;
    make_closing();
    clean_stack();
    gc_collect(2, true);
    gc_collect(2, true);
    CHECK(finalized_count == 3);
    int at1 = -1, at2 = -1;
    for (int i = 0; i < 3; i++) {
        if (finalized[i] == 1) at1 = i;
        if (finalized[i] == 2) at2 = i;
    }
    CHECK(at2 >= 0 && at2 < at1);
    gc_collect(2, true);
    CHECK(finalized_count == 3);
}

static void test_limits(void)
{
    CHECK(!gc_buffer((size_t)1 << 60) && memory_errors == 1);
    memory_errors = 0;
    clean_stack();
    gc_collect(2, true);
    heap_set_limit(64 << 20);
    for (int i = 0; i < 500; i++) CHECK(gc_buffer(1 << 20));   /* garbage: collected in time */
    root_list = 0;
    for (;;) {
        Node *n = gc_new(&node_type, 20000);
        if (!n) break;
        n->left = (Node *)root_list;
        root_list = VALUE(n);
    }
    CHECK(memory_errors == 1);
    root_list = 0;
    heap_set_limit(0);
    clean_stack();
    gc_collect(2, true);
}

static void *other_thread(void *argument)
{
    thread_attach(thread_new(1000));
    Node *mine = make_tree(8);
    for (int i = 0; i < 200; i++) {
        BLOCKING(usleep(50));
        make_tree(5);
        safe_point();
        CHECK(count_tree(mine) == 511);
    }
    thread_detach();
    return 0;
}

static void test_threads(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, other_thread, 0);
    for (int i = 0; i < 100; i++) {
        make_tree(6);
        gc_collect(i % 3, true);
        BLOCKING(usleep(100));
        safe_point();
    }
    for (int i = 0; i < 4; i++) BLOCKING(pthread_join(threads[i], 0));
}

/* --- the verifier: a store without its barrier is reported, with the owner's name */

static __attribute__((noinline)) void store_object_without_barrier(void) { ((Node *)root_tree)->left = node_new(&node_type, 0, 0, 7); }
static __attribute__((noinline)) void store_buffer_without_barrier(void) { ((Node *)root_tree)->items = gc_buffer(64); }
static __attribute__((noinline)) void store_with_barrier(void)
{
    store_object_without_barrier();
    gc_barrier((Node *)root_tree);
}

/* What a process of its own says that does the store into an old object and collects the young; *status is as from waitpid. */
static const char *report_after(void (*store)(void), int *status)
{
    static char text[1000];
    int ends[2];
    CHECK(pipe(ends) == 0);
    root_tree = VALUE(node_new(&node_type, 0, 0, 1));
    gc_collect(2, true);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        gc_set_verify(true);
        store();
        clean_stack();
        gc_collect(0, true);
        _exit(0);
    }
    close(ends[1]);
    size_t size = 0;
    for (ssize_t n; size < sizeof text - 1 && (n = read(ends[0], text + size, sizeof text - 1 - size)) > 0;) size += (size_t)n;
    CHECK(waitpid(child, status, 0) == child);
    text[size] = 0;
    close(ends[0]);
    return text;
}

static void test_verifier(void)
{
    int status;
    const char *text = report_after(store_object_without_barrier, &status);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    CHECK(strstr(text, "a missing write barrier lost an object of type 'node'") && strstr(text, "referred to by an object of type 'node'"));
    text = report_after(store_buffer_without_barrier, &status);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    CHECK(strstr(text, "lost a buffer of 64 bytes") && strstr(text, "referred to by an object of type 'node'"));
    text = report_after(store_with_barrier, &status);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0 && !*text);
    root_tree = 0;
}

int main(void)
{
    heap_init();
    thread_attach(thread_new(1000));
    gc_root(&root_list);
    gc_root(&root_tree);
    test_sizes();
    test_survival();
    test_barrier();
    test_weak();
    test_finalizers();
    test_limits();
    test_threads();
    test_verifier();
    puts("heap: ok");
    return 0;
}
