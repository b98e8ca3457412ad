# The heap's unit test: it brings its own stand-ins for the object room.
HEAP_OBJECTS = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/heap/*.c))
$(BUILD)/test_heap: tests/unit/test_heap.c $(HEAP_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
test-heap: $(BUILD)/test_heap
	$(BUILD)/test_heap && KRAIT_GC_VERIFY=1 $(BUILD)/test_heap && KRAIT_GC_STRESS=5000 $(BUILD)/test_heap
.PHONY: test-heap
