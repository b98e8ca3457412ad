# The handlers keep the machine's state in registers: they need every register, no frame pointer, and no sanitizer that would realign the stack (which their calling
# convention cannot). ThreadSanitizer does not; it only may not note where a function begins and ends, because a handler ends in the call of the next.
HANDLER_SANITIZE = $(if $(SANITIZE),$(if $(filter -fsanitize=thread,$(SANITIZE)),-mllvm -tsan-instrument-func-entry-exit=0,-fno-sanitize=all))
$(foreach file,$(basename $(notdir $(wildcard src/vm/ops_*.c))),$(eval CFLAGS_$(file) = -fomit-frame-pointer -mllvm -enable-tail-merge=false $(HANDLER_SANITIZE)))
