# The tree dumper, a tool for comparing with python3.11: `make build/astdump`.
$(BUILD)/astdump: tools/astdump.c $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lgmp -ldouble-conversion -lstdc++ -lm
