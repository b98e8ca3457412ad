/* trace.c: sys.settrace and sys.setprofile.
 *
 * While a trace or profile function is set, functions start in the traced form of their register code, which has a trace point before every stored instruction; the plain
 * form knows nothing of tracing.
 */
#include "vm/run.h"

bool vm_tracing(Thread *t) { return (t->trace_function || t->profile_function) && !t->tracing; }

bool vm_trace_point(Thread *t, Frame *f, uint32_t unit) { return true; }
bool vm_trace_return(Thread *t, Frame *f, Value value) { return true; }
bool vm_trace_exception(Thread *t, Frame *f) { return true; }
void vm_trace_resumed(Frame *f) {}
