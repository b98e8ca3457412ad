/* vm.h: running code, as the modules and main see it. */
#pragma once
#include "object/function.h"

/* Runs code as exec/eval do, once all of it has passed the verifier: in these globals and locals (locals 0: the globals). builtins are taken from globals["__builtins__"], set if absent. */
Value vm_eval_code(Value code, Value globals, Value locals);
/* The same with cells for the code's free variables (a tuple). */
Value vm_eval_code_closure(Value code, Value globals, Value locals, Value closure);
/* Runs the body of a class statement (a function) with `namespace` as its locals; the __class__ cell it returns, or NONE. */
Value vm_call_class_body(Value function, Value namespace);
/* The code object of the running frame, or 0. */
Value vm_current_code(void);
/* Compiles source text (bytes of any encoding, or UTF-8) to a code object; raises SyntaxError and issues warnings. mode: ParseMode; optimize -1: the interpreter's. */
/* A flag for vm_compile() beside PYCF_*: the source is the main program. */
enum { VM_COMPILE_SCRIPT = 1 << 30 };
Value vm_compile(const char *source, size_t size, Value filename, int mode, int flags, int optimize, int feature_version);
/* Another use of the front end (syntax/parser.h): `work` runs with a source whose arena ends with it; running out of its memory is a MemoryError. vm_front_end_report issues the
 * source's warnings and raises its error unless `ok`; true: no exception is set. */
struct Source;
struct Text;
typedef struct FrontEndInput {
    const char *text;
    size_t size;
    Value filename;
    int mode, flags, optimize /* -1: the interpreter's */, feature_version;
} FrontEndInput;
Value vm_front_end_run(const FrontEndInput *input, Value (*work)(struct Source *source, Value filename, void *context), void *context);
bool vm_front_end_report(struct Source *source, Value filename, bool ok);
/* A str of the front end's text; None for none. */
Value vm_text(const struct Text *text);
/* Checks the code and all code among its constants, in tuples and frozensets too: false with the reason (ValueError) for what is not sound. For what is imported, and for what runs as a
 * module or a program; other code is checked when it is lowered. */
bool vm_verify_all(CodeObj *code);
/* A new code object; all fields set by the caller (type_alloc of code_type), then checked and completed. */
bool code_init(CodeObj *code);
/* Whether the table of source positions is complete and its numbers fit. */
bool code_locations_sound(CodeObj *code);

/* The running frame's namespaces; 0: no frame. */
Value vm_globals(void);
Value vm_builtins(void);
Value vm_locals(void); /* as locals(): a dict */
Value vm_frame_object(int depth); /* sys._getframe(depth); ValueError "call stack is not deep enough" */
Value vm_frame_of_generator(Value generator);
/* Names, for tools: sys._current_frames */
Value vm_thread_frame(Thread *thread);
/* Size of a thread's register stack, in values: address space only until used. */
enum { REGISTER_STACK_VALUES = 1 << 24 };
extern int vm_optimize; /* sys.flags.optimize */
extern bool vm_no_columns; /* -X no_debug_ranges: new code objects have lines only */
/* Before gc.collect(): clears registers of this thread's frames that hold leftovers (vm/live.c). */
void vm_clear_dead(void);
/* Before an image is saved: the code of all functions is lowered (vm/prepare.c); generators forget where on the register stack they ran last. */
bool vm_prepare_functions(void);
void vm_forget_stack(void);
void vm_init(void);
