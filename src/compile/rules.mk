# Comparing code objects with python3.11's.
CORPUS = /usr/lib/python3.11
$(BUILD)/codedump: tools/codedump.c $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(FRONT_LIBS)
identity: $(BUILD)/codedump
	/usr/bin/python3.11 tools/identity.py --tool $(BUILD)/codedump $(CORPUS)

# The front end under libFuzzer, with AddressSanitizer and UndefinedBehaviorSanitizer: `make fuzz-syntax SECONDS=3600`. What it finds lies in
# build-fuzz/found; seeds are the standard library's small files and the strings in CPython's tests of the language.
FUZZ_SEEDS   = $(shell find /usr/lib/python3.11 -maxdepth 2 -name '*.py' -size -9) $(wildcard $(addprefix /usr/lib/python3.11/test/test_,$(addsuffix *.py,\
               syntax exceptions fstring eof unicode_id named_ex patma positional_only grammar compile future source_enc string_lit scope global except_star type_comm gen)))
$(BUILD)/fuzz_syntax: tests/fuzz/syntax.c $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(FRONT_LIBS)
fuzz-syntax:
	$(MAKE) BUILD=build-fuzz OPT='-O1 -g' SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=function,nonnull-attribute -fno-sanitize-recover=undefined' build-fuzz/fuzz_syntax
	[ -d build-fuzz/corpus ] || /usr/bin/python3.11 tests/fuzz/seeds_syntax.py build-fuzz/corpus $(FUZZ_SEEDS)
	mkdir -p build-fuzz/found
	ulimit -s 1000000; ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0:allocator_may_return_null=1 build-fuzz/fuzz_syntax -dict=tests/fuzz/syntax.dict -max_len=4096 -timeout=20 \
	    -report_slow_units=5 -rss_limit_mb=3000 -max_total_time=$(SECONDS) -artifact_prefix=build-fuzz/found/ -print_final_stats=1 build-fuzz/corpus tests/fuzz/corpus/syntax
.PHONY: fuzz-syntax

# Two threads, each compiling the whole corpus, under ThreadSanitizer; a report is a failure.
$(BUILD)/front_threads: tests/unit/front_threads.c $(FRONT)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(FRONT_LIBS)
tsan-frontend:
	$(MAKE) BUILD=build-tsan OPT='-O1 -g' SANITIZE=-fsanitize=thread build-tsan/front_threads
	TSAN_OPTIONS=halt_on_error=1:exitcode=66 build-tsan/front_threads $(CORPUS)
.PHONY: tsan-frontend
