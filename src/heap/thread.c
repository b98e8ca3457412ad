/* thread.c: threads, the interpreter lock, safe points, and the guard against runaway recursion.
 *
 * The lock is handed over fairly: a thread that has waited for 5 ms asks the holder to stop (INTERRUPT_YIELD); the holder gives the lock up at its next safe point and takes it
 * again only after another thread has had it. The idea is that of CPython's "new GIL" (Antoine Pitrou).
 */
#include "heap/block.h"
#include "heap/upcall.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

_Thread_local Thread *thread_self;
Thread *main_thread;
int recursion_limit = 1000;
long thread_switch_interval_us = 5000;
atomic_bool thread_finalizing;
unsigned thread_forks;

static Thread *_Atomic threads;   /* changed by who holds the lock; read without it, too (module/faulthandler.c) */
static const size_t REGISTER_STACK_LEAST = 1 << 16;

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t released, switched;
    Thread *holder;
    Thread *last;
    int waiting;
    uint64_t switches;
} lock = {.mutex = PTHREAD_MUTEX_INITIALIZER, .released = PTHREAD_COND_INITIALIZER, .switched = PTHREAD_COND_INITIALIZER};

Thread *thread_first(void) { return threads; }

bool thread_known(unsigned long id)
{
    for (Thread *t = thread_first(); t; t = t->next)
        if (t->id == id) return true;
    return false;
}

bool thread_serial_known(unsigned long serial)
{
    for (Thread *t = thread_first(); t; t = t->next)
        if (t->serial == serial) return true;
    return false;
}

bool thread_finalizes(const Thread *thread) { return heap.finalizing_thread == thread; }

static void deadline_after(struct timespec *t, long microseconds)
{
    clock_gettime(CLOCK_REALTIME, t);
    t->tv_nsec += microseconds % 1000000 * 1000;
    t->tv_sec += microseconds / 1000000 + t->tv_nsec / 1000000000;
    t->tv_nsec %= 1000000000;
}

/* After the interpreter has begun to close, only the main thread may run Python; others sleep until the process is gone. */
static void park_if_closing(Thread *self)
{
    if (!thread_finalizing || self == main_thread) return;
    pthread_mutex_unlock(&lock.mutex);
    for (;;) pause();
}

static void lock_take(Thread *self)
{
    pthread_mutex_lock(&lock.mutex);
    park_if_closing(self);
    lock.waiting++;
    while (lock.holder) {
        struct timespec deadline;
        deadline_after(&deadline, thread_switch_interval_us);
        uint64_t switches = lock.switches;
        int result = pthread_cond_timedwait(&lock.released, &lock.mutex, &deadline);
        if (result == ETIMEDOUT && lock.holder && lock.switches == switches) atomic_fetch_or(&lock.holder->interrupt, INTERRUPT_YIELD);
        if (thread_finalizing && self != main_thread) {
            lock.waiting--;
            park_if_closing(self);
        }
    }
    lock.waiting--;
    lock.holder = self;
    lock.switches++;
    if (lock.last != self) {
        lock.last = self;
        pthread_cond_broadcast(&lock.switched);
    }
    pthread_mutex_unlock(&lock.mutex);
}

static void lock_give(void)
{
    pthread_mutex_lock(&lock.mutex);
    lock.holder = 0;
    pthread_cond_signal(&lock.released);
    pthread_mutex_unlock(&lock.mutex);
}

/* registers: the callee-saved registers as thread_release's caller had them. */
__attribute__((used)) void thread_release_saved(uint64_t *registers)
{
    int saved = errno;
    Thread *t = thread_self;
    memcpy(t->saved_registers, registers, 6 * sizeof(uint64_t));
    t->saved_sp = registers;
    lock_give();
    errno = saved;
}

#if defined(__x86_64__)
/* Once this function has returned, its own stack frame is gone; so the caller's registers are saved here, before any C code has moved them. */
__attribute__((naked)) void thread_release(void)
{
    __asm__("pushq %rbx\n\tpushq %rbp\n\tpushq %r12\n\tpushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
            "movq %rsp, %rdi\n\tsubq $8, %rsp\n\tcall thread_release_saved\n\taddq $56, %rsp\n\tret");
}
#else
__attribute__((noinline)) void thread_release(void)
{
    /* setjmp-like spill: every callee-saved register is in this frame, copied to the thread. */
    __builtin_unwind_init();
    uint64_t registers[16] = {0};
#if defined(__aarch64__)
    __asm__ volatile("stp x19, x20, [%0]; stp x21, x22, [%0, 16]; stp x23, x24, [%0, 32]; stp x25, x26, [%0, 48]; stp x27, x28, [%0, 64]" ::"r"(registers) : "memory");
#endif
    memcpy(thread_self->saved_registers, registers, sizeof registers);
    thread_self->saved_sp = registers;
    lock_give();
}
#endif

void thread_acquire(void)
{
    int saved = errno;
    lock_take(thread_self);
    errno = saved;
}

void thread_yield(void)
{
    atomic_fetch_and(&thread_self->interrupt, ~(unsigned)INTERRUPT_YIELD);
    pthread_mutex_lock(&lock.mutex);
    bool wanted = lock.waiting > 0;
    pthread_mutex_unlock(&lock.mutex);
    if (!wanted) return;
    thread_release();
    pthread_mutex_lock(&lock.mutex);
    uint64_t switches = lock.switches;
    while (lock.waiting > 0 && lock.switches == switches) {
        /* Bounded, in case the waiting thread gave up. */
        struct timespec deadline;
        deadline_after(&deadline, thread_switch_interval_us);
        if (pthread_cond_timedwait(&lock.switched, &lock.mutex, &deadline) == ETIMEDOUT) break;
    }
    pthread_mutex_unlock(&lock.mutex);
    thread_acquire();
}

/* --- attaching and detaching */

/* The main thread's stack, without reading /proc/self/maps as the C library does: the kernel puts the program's name at its very end, and it may grow down to
 * RLIMIT_STACK below that. */
static bool find_main_stack(void **low, size_t *size)
{
    const char *name = (const char *)getauxval(AT_EXECFN);
    struct rlimit limit;
    if (main_thread || !name || getpid() != gettid() || getrlimit(RLIMIT_STACK, &limit) < 0) return false;
    uintptr_t page = 4096, end = ((uintptr_t)name + strlen(name) + 1 + page - 1) & ~(page - 1);
    *size = limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > end / 2 ? (size_t)512 << 20 : limit.rlim_cur;
    *low = (void *)(end - *size);
    return (uintptr_t)__builtin_frame_address(0) < end && (uintptr_t)__builtin_frame_address(0) > (uintptr_t)*low;
}

static void find_c_stack(Thread *t)
{
    pthread_attr_t attributes;
    void *low = 0;
    size_t size = 8 << 20;
    if (find_main_stack(&low, &size)) {
    } else if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &low, &size);
        pthread_attr_destroy(&attributes);
    } else {
        low = (char *)__builtin_frame_address(0) - size;
    }
    t->c_stack_base = (char *)low + size;
    size_t most = 512u << 20;
    size_t usable = size < most ? size : most;
    /* What is kept back is for signal handlers and for library code that does not ask. Large frames of the sanitizers need more. */
    size_t reserve = usable / 8;
    if (reserve > 256 << 10) reserve = 256 << 10;
    t->c_stack_limit = t->c_stack_base - usable + reserve;
}

/* Untouched pages cost nothing, but they count where the address space is limited: then a small part of it has to do. */
static size_t affordable_stack(size_t values)
{
    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        while (values > REGISTER_STACK_LEAST && values * sizeof(Value) > space.rlim_cur / 16) values /= 2;
    return values;
}

Thread *thread_new(size_t register_stack_values)
{
    Thread *t = calloc(1, sizeof *t);
    if (!t) return 0;
    void *stack;
    size_t values = affordable_stack(register_stack_values);
    while ((stack = mmap(0, values * sizeof(Value), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) == MAP_FAILED && values > REGISTER_STACK_LEAST)
        values /= 2;
    if (stack == MAP_FAILED) {
        free(t);
        return 0;
    }
    t->stack = t->stack_top = stack;
    t->stack_end = t->stack + values;
    t->handled = &t->handled_base;
    return t;
}

void thread_attach(Thread *t)
{
    static unsigned long serials;
    t->id = (unsigned long)pthread_self();
    find_c_stack(t);
    lock_take(t);
    thread_self = t;
    t->serial = ++serials;
    if (!main_thread) main_thread = t;
    t->next = threads;
    if (threads) threads->previous = t;
    threads = t;
}

void thread_discard(Thread *t)
{
    munmap(t->stack, (char *)t->stack_end - (char *)t->stack);
    free(t);
}

void thread_forget(void)
{
    thread_self = main_thread = threads = 0;
    lock.holder = lock.last = 0;
}

static void unlink_thread(Thread *t)
{
    if (t->previous) t->previous->next = t->next;
    else threads = t->next;
    if (t->next) t->next->previous = t->previous;
}

void thread_detach(void)
{
    Thread *t = thread_self;
    /* The main thread (in the child of a fork it may end like any other) stays for signal handlers to write to. */
    bool stays = t == main_thread;
    unlink_thread(t);
    thread_self = 0;
    pthread_mutex_lock(&lock.mutex);
    if (lock.last == t) lock.last = 0;
    pthread_mutex_unlock(&lock.mutex);
    lock_give();
    if (!stays) thread_discard(t);   /* only now: who waits for the lock may ask its holder to stop */
}

void thread_after_fork(void)
{
    Thread *self = thread_self;
    thread_forks++;
    for (Thread *t = threads, *next; t; t = next) {
        next = t->next;
        if (t == self) continue;
        gc_keep_thread(t);
        unlink_thread(t);
        thread_discard(t);
    }
    pthread_mutex_init(&lock.mutex, 0);
    pthread_cond_init(&lock.released, 0);
    pthread_cond_init(&lock.switched, 0);
    lock.holder = lock.last = self;
    lock.waiting = 0;
    main_thread = self;
    self->id = (unsigned long)pthread_self();
    if (heap.finalizing_thread != self) heap.finalizing_thread = 0;
}

/* --- recursion */

bool recursion_enter(const char *where)
{
    static _Thread_local bool raising;
    Thread *t = thread_self;
    int depth = ++t->recursion_depth;
    bool stack_short = (char *)__builtin_frame_address(0) < t->c_stack_limit;
    if (__builtin_expect(depth <= recursion_limit && !stack_short, 1)) return true;
    /* Making the exception itself may need a few levels more. */
    if (raising && depth <= recursion_limit + 50) return true;
    if (!raising) {
        raising = true;
        raise_recursion(where);
        raising = false;
    } else {
        raise_memory();
    }
    t->recursion_depth--;
    return false;
}

bool c_stack_exceeded(void) { return raise_recursion(""); }

/* --- safe points */

static bool (*handlers[32])(void);

void safe_point_handler(unsigned bit, bool (*handler)(void)) { handlers[__builtin_ctz(bit)] = handler; }

void thread_interrupt(Thread *t, unsigned bits) { atomic_fetch_or(&t->interrupt, bits); }

static bool run_handler(unsigned bit)
{
    bool (*handler)(void) = handlers[__builtin_ctz(bit)];
    return !handler || handler();
}

static bool raise_async(Thread *t)
{
    Value exception = t->async_exception;
    t->async_exception = 0;
    if (exception) return raise_object(exception, 0);
    return true;
}

bool hear_signals_slow(void)
{
    atomic_fetch_and(&thread_self->interrupt, ~(unsigned)INTERRUPT_SIGNAL);
    return run_handler(INTERRUPT_SIGNAL);
}

bool safe_point_slow(void)
{
    Thread *t = thread_self;
    /* INTERRUPT_TRACE is a state that the VM sets and clears, not an event. */
    unsigned bits = atomic_fetch_and(&t->interrupt, INTERRUPT_TRACE);
    if (bits & INTERRUPT_YIELD) thread_yield();
    if (bits & INTERRUPT_COLLECT) {
        if (handlers[__builtin_ctz(INTERRUPT_COLLECT)]) {
            if (!run_handler(INTERRUPT_COLLECT)) error_unraisable(0, "in garbage collection callback");
        } else gc_collect(0, true);
    }
    if (bits & INTERRUPT_FINALIZE) gc_run_finalizers();
    unsigned rest = bits & (INTERRUPT_SIGNAL | INTERRUPT_CALLS | INTERRUPT_ASYNC_EXC);
    if ((rest & INTERRUPT_SIGNAL) && !run_handler(INTERRUPT_SIGNAL)) {
        atomic_fetch_or(&t->interrupt, rest & ~(unsigned)INTERRUPT_SIGNAL);
        return false;
    }
    if ((rest & INTERRUPT_CALLS) && !run_handler(INTERRUPT_CALLS)) {
        atomic_fetch_or(&t->interrupt, rest & INTERRUPT_ASYNC_EXC);
        return false;
    }
    if ((rest & INTERRUPT_ASYNC_EXC) && !raise_async(t)) return false;
    if ((bits & INTERRUPT_TRACE) && !run_handler(INTERRUPT_TRACE)) return false;
    return true;
}
