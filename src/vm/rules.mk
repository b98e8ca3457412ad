# The handlers keep the machine's state in registers: they need every register, no frame pointer, and no sanitizer (it would realign the stack, which their calling
# convention cannot).
$(foreach file,$(basename $(notdir $(wildcard src/vm/ops_*.c))),$(eval CFLAGS_$(file) = -fomit-frame-pointer -mllvm -enable-tail-merge=false $(if $(SANITIZE),-fno-sanitize=all)))
