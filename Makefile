# Krait's build. `make help` lists the targets.
#
# Every .c file below src/ is compiled; nothing is listed by hand. The front end (base, syntax, compile) becomes libkraitfront.a, which links
# without the runtime; `krait` is the front end and the runtime, `kraitc` the front end alone.

.DEFAULT_GOAL := all
CC       = clang-19
CXX      = clang++-19
AR       = llvm-ar-19
PREFIX   = /usr/local
BUILD    = build
OPT      = -O2
SANITIZE =
# One short line a step; `make V=1` shows the commands.
say      = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@echo '  $(1)' '$(patsubst $(CURDIR)/%,%,$(2))';)

WARN   = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers
CFLAGS = -std=gnu23 $(OPT) -g1 $(WARN) -Isrc -Iinclude -I$(BUILD)/gen -D_GNU_SOURCE -fms-extensions -Wno-microsoft-anon-tag -fno-strict-aliasing -fwrapv -fno-math-errno -ffp-contract=off -fno-pie \
         -fno-omit-frame-pointer -pthread -MMD -MP $(SANITIZE) $(EXTRA)
LDFLAGS = -fuse-ld=lld-19 -no-pie -pthread $(SANITIZE) -Wl,--as-needed,-O1 -static-libgcc $(EXTRA_LD)
FRONT_LIBS = -l:libgmp.a -l:libdouble-conversion.a -l:libstdc++.a -lm
LIBS    = -l:libgmp.a -l:libffi.a -l:libz.a -l:libbz2.a -l:liblzma.a -l:libssl.a -l:libcrypto.a -l:libsqlite3.a -l:libexpat.a -l:libedit.a -l:libtinfo.a -l:libuuid.a -l:libcrypt.a -l:libbsd.a -l:libmd.a -l:libdouble-conversion.a -l:libstdc++.a -lm -ldl -lutil

FRONT_SRC   = $(sort $(wildcard src/base/*.c src/base/*.cc src/syntax/*.c src/compile/*.c))
RUNTIME_SRC = $(sort $(wildcard src/heap/*.c src/object/*.c src/vm/*.c src/jit/*.c src/module/*.c src/module/*/*.c))
MAIN_SRC    = src/main/krait.c $(sort $(filter-out src/main/krait.c src/main/kraitc.c,$(wildcard src/main/*.c)))
obj         = $(patsubst src/%.cc,$(BUILD)/obj/%.o,$(patsubst src/%.c,$(BUILD)/obj/%.o,$(1)))
FRONT   = $(BUILD)/libkraitfront.a

-include src/*/rules.mk

all: $(BUILD)/krait $(BUILD)/kraitc

help:
	@echo 'make            build/krait and build/kraitc'
	@echo 'make debug      build-debug/: no optimization, assertions'
	@echo 'make asan       build-asan/: AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make tsan       build-tsan/: ThreadSanitizer'
	@echo 'make tsan-tests tests of threads and signals under ThreadSanitizer (hours)'
	@echo 'make asan-unit  the C tests under AddressSanitizer'
	@echo 'make test       run all tests'
	@echo 'make unit       run the C tests'
	@echo 'make identity   compare code objects with python3.11 over CORPUS (default: the standard library)'
	@echo 'make fuzz-NAME  run a fuzzer of tests/fuzz/ for SECONDS (default 60)'
	@echo 'make tsan-frontend  two threads compile CORPUS at once under ThreadSanitizer'
	@echo 'make damaged-pyc, alloc-failure, cache-storm, thread-storm   robustness at length (N=, SEED=, SECONDS=)'
	@echo 'make nightly    all of these and the suite in every mode and build (a night; WORDS choose)'
	@echo 'make syntax-test    compare trees and syntax errors with python3.11'
	@echo 'make cpython-tests  CPython'"'"'s whole test suite, beside python3.11'
	@echo 'make format     lay out the C files with clang-format-19'
	@echo 'make bench      time the benchmarks beside python3.11'
	@echo 'make install    into PREFIX (default /usr/local)'

$(FRONT): $(call obj,$(FRONT_SRC))
	@rm -f $@
	$(call say,AR,$@)$(AR) rcs $@ $^

# The program starts once and writes itself out with its start-up image (heap/image.h). Should that fail, it is good without one, only slower to start.
$(BUILD)/krait: $(call obj,$(MAIN_SRC) $(RUNTIME_SRC)) $(FRONT)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@.bare $^ $(LIBS)
	@if $(if $(SANITIZE),false,env -i KRAIT_SAVE_IMAGE=$@.new $@.bare) && env -i KRAIT_SAVE_HOT=$@.hot $@.new -c pass && cat $@.hot >>$@.new; \
	then mv $@.new $@ && rm $@.bare $@.hot; else mv $@.bare $@; fi

$(BUILD)/kraitc: $(BUILD)/obj/main/kraitc.o $(FRONT)
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ -l:libpcre2-8.a $(FRONT_LIBS)

# The runtime's variables lie together, for heap/image.c. (A sanitizer watches only variables that are in no section of their own.)
$(call obj,$(RUNTIME_SRC)): src/heap/image_section.h
$(call obj,$(RUNTIME_SRC)): private CFLAGS += $(if $(SANITIZE),,-include src/heap/image_section.h)

$(BUILD)/obj/%.o: src/%.c | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CFLAGS) $(CFLAGS_$(basename $(notdir $<))) -c -o $@ $<

$(BUILD)/obj/%.o: src/%.cc
	@mkdir -p $(@D)
	$(call say,CXX,$<)$(CXX) -std=c++17 $(OPT) -g1 -Wall -Wextra -Werror -fno-exceptions -fno-rtti -fno-omit-frame-pointer -MMD -MP $(SANITIZE) -c -o $@ $<

# C tests of what Python cannot reach. Each program's exit status is its verdict; the heap's runs again with its verifier and under stress.
RUNTIME_OBJECTS = $(call obj,$(RUNTIME_SRC) $(filter-out src/main/krait.c,$(MAIN_SRC)))
$(BUILD)/test_types: tests/unit/test_types.c $(RUNTIME_OBJECTS) $(FRONT)
	$(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The layouts of CPython's public structs, against its headers.
$(BUILD)/layout_cpython.o: tests/unit/layout_cpython.c tests/unit/layout.def tests/unit/layout.h
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) -std=gnu23 -O1 -I/usr/include/python3.11 -c -o $@ $<
$(BUILD)/test_layout: tests/unit/test_layout.c tests/unit/layout.def $(BUILD)/layout_cpython.o $(wildcard src/object/*.h src/heap/*.h)
	$(call say,LD,$@)$(CC) $(CFLAGS) -fuse-ld=lld-19 -no-pie -o $@ tests/unit/test_layout.c $(BUILD)/layout_cpython.o

unit: $(BUILD)/test_heap $(BUILD)/test_types $(BUILD)/test_layout
	@passed=0; failed=0; \
	for run in "$(BUILD)/test_heap" "KRAIT_GC_VERIFY=1 $(BUILD)/test_heap" "KRAIT_GC_STRESS=5000 $(BUILD)/test_heap" "$(BUILD)/test_types" "$(BUILD)/test_layout"; do \
	    if env $$run; then passed=$$((passed + 1)); else failed=$$((failed + 1)); fi; \
	done; echo "$$passed passed, $$failed failed"; [ $$failed = 0 ]

test:
	./test

# Layout is .clang-format's; tables that it would unroll stand between `clang-format off` and `on`.
format:
	clang-format-19 -i $$(git ls-files src include tools tests/unit | grep -E '\.(c|h|cc)$$')

# Robustness at length; ./test runs a small share of each. N is the number of inputs, SEED the first of the random generator, SECONDS how long.
N       = 20000
SEED    = 1
SECONDS = 60
WORDS   =
damaged-pyc: all
	$(BUILD)/krait tests/fuzz/damaged_pyc.py $(N) $(SEED)
alloc-failure: all
	$(BUILD)/krait tests/fuzz/alloc_failure.py
thread-storm: all
	$(BUILD)/krait tests/fuzz/thread_storm.py $(SECONDS)
	KRAIT_GC_VERIFY=1 $(BUILD)/krait tests/fuzz/thread_storm.py $(SECONDS)
cache-storm: all
	$(BUILD)/krait tests/fuzz/cache_storm.py $(SECONDS) 500
# All of this and the whole suite in every mode and build, one step after the other (tests/nightly.py; WORDS choose among the steps): a night on two cores.
nightly:
	SECONDS=$(SECONDS) /usr/bin/python3.11 tests/nightly.py $(WORDS)
# A fuzzer of tests/fuzz/: `make fuzz-regex SECONDS=1200`; what it finds is added to the fuzzer's corpus, which the tests replay.
fuzz-%: all
	/usr/bin/python3.11 tests/fuzz/driver.py $* --seconds $(SECONDS) --krait $(BUILD)/krait --keep

# Hours on a busy machine; `nice`, because nothing waits for it.
cpython-tests: all
	RATCHET_TIMEOUT=90 nice -n 10 /usr/bin/python3.11 tests/ratchet.py wide

bench: all
	/usr/bin/python3.11 bench/run.py

install: all
	install -D -m 755 $(BUILD)/krait $(DESTDIR)$(PREFIX)/bin/krait
	install -D -m 755 $(BUILD)/kraitc $(DESTDIR)$(PREFIX)/bin/kraitc
	install -D -m 644 docs/krait.1 $(DESTDIR)$(PREFIX)/share/man/man1/krait.1
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/krait/LICENSE

debug:
	$(MAKE) BUILD=build-debug OPT='-O0 -g -DKRAIT_DEBUG'
# memcpy of 0 bytes from nowhere is harmless (and defined in the next C), so that check is off; native functions are called through one type, hence no -fsanitize=function.
ASAN_FLAGS = OPT='-O1 -g' SANITIZE='-fsanitize=address,undefined -fno-sanitize=function,nonnull-attribute -fno-sanitize-recover=undefined'
asan:
	$(MAKE) BUILD=build-asan $(ASAN_FLAGS)
asan-unit:
	ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1 $(MAKE) BUILD=build-asan $(ASAN_FLAGS) unit
# Races: between threads, and between a thread and its signal handlers. TSAN_OPTIONS=suppressions=tests/tsan.txt:die_after_fork=0 (what is left out, and why, stands there).
TSAN_FLAGS = OPT='-O1 -g' SANITIZE=-fsanitize=thread
tsan:
	$(MAKE) BUILD=build-tsan $(TSAN_FLAGS)
# All that Krait does with threads and signals, on that build; WORDS choose among the units.
tsan-tests: tsan
	/usr/bin/python3.11 tests/tsan.py $(WORDS)

clean:
	rm -rf $(BUILD)

.PHONY: damaged-pyc alloc-failure cache-storm thread-storm nightly
.PHONY: all help debug asan asan-unit tsan tsan-tests clean format unit test cpython-tests identity bench install

-include $(patsubst %.o,%.d,$(call obj,$(FRONT_SRC) $(RUNTIME_SRC) $(MAIN_SRC) src/main/kraitc.c))
