# The runtime's Unicode tables, from Debian's unicode-data.
GENERATED += $(BUILD)/gen/object/unicode_tables.h $(BUILD)/gen/object/unicode_db_tables.h

$(BUILD)/unicode_tables: tools/unicode_tables.c tools/unicode_data.h src/object/unicode_flags.h
	@mkdir -p $(@D)
	$(CC) -std=gnu23 -O1 -D_GNU_SOURCE -o $@ $< -lbz2

$(BUILD)/gen/object/unicode_tables.h: $(BUILD)/unicode_tables
	@mkdir -p $(@D)
	$(BUILD)/unicode_tables types /usr/share/unicode >$@.new
	mv $@.new $@

$(BUILD)/gen/object/unicode_db_tables.h: $(BUILD)/unicode_tables
	@mkdir -p $(@D)
	$(BUILD)/unicode_tables database /usr/share/unicode >$@.new
	mv $@.new $@

# Expressions over built-in types, evaluated without the VM and compared with python3.11.
$(BUILD)/expressions: tests/unit/expressions.c $(patsubst src/%.c,$(BUILD)/obj/%.o,$(RUNTIME_SRC) $(filter-out src/main/krait.c,$(MAIN_SRC))) $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
test-expressions: $(BUILD)/expressions
	/usr/bin/python3.11 tests/unit/expressions.py $< tests/unit/expressions.txt
	/usr/bin/python3.11 tests/unit/expressions_random.py 1 >$(BUILD)/expressions.txt && /usr/bin/python3.11 tests/unit/expressions.py $< $(BUILD)/expressions.txt
.PHONY: test-expressions
