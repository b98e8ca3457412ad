# Comparing code objects with python3.11's.
CORPUS = /usr/lib/python3.11
$(BUILD)/codedump: tools/codedump.c $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -l:libgmp.a -l:libdouble-conversion.a -l:libstdc++.a -lm
identity: $(BUILD)/codedump
	/usr/bin/python3.11 tools/identity.py --tool $(BUILD)/codedump $(CORPUS)
