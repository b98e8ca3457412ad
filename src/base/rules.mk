# The front end's Unicode tables, from Debian's unicode-data.
UNICODE_DATA = /usr/share/unicode
GENERATED += $(BUILD)/gen/base/unicode_tables.h

$(BUILD)/unicode_gen: tools/unicode_gen.c tools/unicode_data.h
	@mkdir -p $(@D)
	$(CC) -std=gnu23 -O1 -D_GNU_SOURCE -o $@ $<

$(BUILD)/gen/base/unicode_tables.h: $(BUILD)/unicode_gen
	@mkdir -p $(@D)
	$(BUILD)/unicode_gen $(UNICODE_DATA) >$@.new
	mv $@.new $@
