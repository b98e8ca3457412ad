# The runtime's Unicode tables, from Debian's unicode-data.
GENERATED += $(BUILD)/gen/object/unicode_tables.h $(BUILD)/gen/object/unicode_db_tables.h

$(BUILD)/unicode_tables: tools/unicode_tables.c
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
