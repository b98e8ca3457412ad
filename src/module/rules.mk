# The frozen modules: the standard library's start-up modules, compiled by our own front end and embedded in the program.
STDLIB = /usr/lib/python3.11
$(BUILD)/freeze: tools/freeze.c src/module/frozen.def $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ tools/freeze.c $(FRONT) $(FRONT_LIBS)

$(BUILD)/gen/module/frozen_index.h: $(BUILD)/freeze
	@mkdir -p $(@D)
	$(BUILD)/freeze $(STDLIB) $(@D)/frozen.bin $@.new
	mv $@.new $@

$(BUILD)/obj/module/frozen.o: $(BUILD)/gen/module/frozen_index.h
CFLAGS_frozen = --embed-dir=$(BUILD)/gen
