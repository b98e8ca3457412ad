# Trees and errors compared with python3.11's: `make syntax-test`.
syntax-test: $(BUILD)/astdump
	/usr/bin/python3.11 tests/ast_identity.py $(BUILD)/astdump /usr/lib/python3.11
	/usr/bin/python3.11 tests/syntax_modes.py $(BUILD)/astdump
	/usr/bin/python3.11 tests/syntax_random.py $(BUILD)/astdump 20000 1
	/usr/bin/python3.11 tests/errors.py $(BUILD)/astdump
	/usr/bin/python3.11 tests/errors.py $(BUILD)/astdump mutate 5000 1
	/usr/bin/python3.11 tests/errors.py -u $(BUILD)/astdump mutate 5000 2
.PHONY: syntax-test

# The tree dumper, a tool for comparing with python3.11: `make build/astdump`.
$(BUILD)/astdump: tools/astdump.c $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(FRONT_LIBS)
