/* module.c: the module _io: open(), open_code(), text_encoding() and the list of the classes. */
#include "module/_io/io.h"

/* --- open */

typedef struct OpenMode {
    bool creating, reading, writing, appending, updating, text, binary;
    char raw[8];
} OpenMode;

static bool parse_mode(Value mode, OpenMode *m)
{
    const char *text = str_utf8(mode, 0);
    if (!text) return false;
    for (const char *s = text; *s; s++) {
        bool *flag = *s == 'x'   ? &m->creating
                     : *s == 'r' ? &m->reading
                     : *s == 'w' ? &m->writing
                     : *s == 'a' ? &m->appending
                     : *s == '+' ? &m->updating
                     : *s == 't' ? &m->text
                     : *s == 'b' ? &m->binary
                                 : 0;
        if (!flag || *flag) return raise_value("invalid mode: '%s'", text);
        *flag = true;
    }
    char *raw = m->raw;
    if (m->creating) *raw++ = 'x';
    if (m->reading) *raw++ = 'r';
    if (m->writing) *raw++ = 'w';
    if (m->appending) *raw++ = 'a';
    if (m->updating) *raw++ = '+';
    *raw = 0;
    return true;
}

static bool check_mode(const OpenMode *m, Value encoding, Value errors, Value newline)
{
    if (m->text && m->binary) return raise_value("can't have text and binary mode at once");
    if (m->creating + m->reading + m->writing + m->appending != 1) return raise_value("must have exactly one of create/read/write/append mode");
    if (!m->binary) return true;
    if (encoding != NONE) return raise_value("binary mode doesn't take an encoding argument");
    if (errors != NONE) return raise_value("binary mode doesn't take an errors argument");
    if (newline != NONE) return raise_value("binary mode doesn't take a newline argument");
    return true;
}

/* The stream in layers on `raw`. */
static Value build(Value raw, const OpenMode *m, int buffering, Value encoding, Value errors, Value newline, Value mode)
{
    bool line_buffering = false;
    int is_tty = 0;
    if (buffering < 0) {
        Value answer = call_method_0(raw, NAME("isatty"));
        is_tty = answer ? object_truth(answer) : -1;
        if (is_tty < 0) return 0;
    }
    if (buffering == 1 || is_tty) {
        if (buffering == 1 && m->binary &&
            !warn_format(&exc_RuntimeWarning, 1, "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used"))
            return 0;
        buffering = -1;
        line_buffering = !m->binary;
    }
    int64_t size = buffering;
    if (buffering < 0) {
        Value block_size = object_getattr(raw, NAME("_blksize"));
        if (!block_size || !number_as_int64(block_size, &size)) return 0;
        if (size <= 0) size = IO_BUFFER_SIZE;
    }
    if (buffering == 0) {
        if (!m->binary) return raise_value("can't have unbuffered text I/O");
        return raw;
    }
    Type *type = m->updating ? &buffered_random_type : m->creating || m->writing || m->appending ? &buffered_writer_type : &buffered_reader_type;
    if (m->updating && !io_check_seekable(raw)) return 0;
    Value buffer = buffered_new(type, raw, size);
    if (!buffer || m->binary) return buffer;
    Value wrapper = textio_new(buffer, encoding, errors, newline, line_buffering, false);
    if (!wrapper || !object_setattr(wrapper, NAME("mode"), mode)) return 0;
    return wrapper;
}

static Value open_file(Value file, Value mode, int buffering, Value encoding, Value errors, Value newline, Value close_fd, Value opener)
{
    OpenMode m = {0};
    if (!parse_mode(mode, &m) || !check_mode(&m, encoding, errors, newline)) return 0;
    Value call[5] = {0, file, str_from_cstring(m.raw), close_fd, opener};
    if (!call[2]) return 0;
    Value raw = object_call(VALUE(&fileio_type), call + 1, 4, 0);
    if (!raw) return 0;
    Value result = build(raw, &m, buffering, encoding, errors, newline, mode);
    if (result) return result;
    Value pending = error_take();
    if (!call_method_0(raw, NAME("close"))) error_clear();
    error_restore(pending);
    return 0;
}

static bool check_text(const char *argument, Value v)
{
    if (v == NONE || is_str(v)) return true;
    return raise_type("open() argument '%s' must be str or None, not %.50s", argument, type_of(v)->name);
}

static NATIVE(io_open)
{
    int buffering;
    if (!is_str(args[1])) return raise_type("open() argument 'mode' must be str, not %.50s", args[1] == NONE ? "None" : type_of(args[1])->name);
    if (!number_as_int(args[2], &buffering)) return 0;
    if (!check_text("encoding", args[3]) || !check_text("errors", args[4]) || !check_text("newline", args[5])) return 0;
    Value file = args[0];
    if (!is_int(file)) {
        file = fs_path(file);
        if (!file) return 0;
    }
    if (buffering < -1) {
        OpenMode m = {0};
        if (!parse_mode(args[1], &m) || !check_mode(&m, args[3], args[4], args[5])) return 0;
        return raise_value("invalid buffering size");
    }
    return open_file(file, args[1], buffering, args[3], args[4], args[5], args[6], args[7]);
}

static NATIVE(io_open_code)
{
    if (!is_str(args[0])) return raise_type("open_code() argument 'path' must be str, not %.50s", args[0] == NONE ? "None" : type_of(args[0])->name);
    Value mode = str_from_cstring("rb");
    return mode ? open_file(args[0], mode, -1, NONE, NONE, NONE, TRUE, NONE) : 0;
}

/* --- text_encoding */

static struct {
    int utf8, dev, warn;
} known_flags = {-1, -1, -1};

/* A flag of sys.flags; it never changes, so *known keeps it (-1 at first). */
static bool flag_of(const char *name, int *known)
{
    if (*known >= 0) return *known;
    Value flags = sys_get("flags"), text = flags ? str_intern_cstring(name) : 0;
    Value flag = text ? object_getattr_opt(flags, text) : 0;
    if (!flag) error_clear();
    else *known = flag != small_int(0) && flag != FALSE;
    return *known > 0;
}

bool io_utf8_mode(void) { return flag_of("utf8_mode", &known_flags.utf8); }
bool io_dev_mode(void) { return flag_of("dev_mode", &known_flags.dev); }

bool io_warn_default_encoding(int stack_level)
{
    return !flag_of("warn_default_encoding", &known_flags.warn) || warn_format(&exc_EncodingWarning, stack_level, "'encoding' argument not specified");
}

static NATIVE(io_text_encoding)
{
    int stack_level;
    if (!number_as_int(args[1], &stack_level)) return 0;
    if (args[0] && args[0] != NONE) return args[0];
    if (!io_warn_default_encoding(stack_level)) return 0;
    return io_utf8_mode() ? NAME("utf-8") : NAME("locale");
}

static const NativeDef functions[] = {
    {"open", "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)", io_open,
     "Opens a file and returns a stream: text, or bytes with 'b' in 'mode'.", 0},
    {"open_code", "(path)", io_open_code, "Opens a file to be executed: its bytes.", 0},
    {"text_encoding", "(encoding, stacklevel=2, /)", io_text_encoding, "'encoding', or the name of the default if it is None.", 0},
    {0},
};

static Value make_unsupported(void)
{
    Value bases = tuple_pack(2, VALUE(&exc_OSError), VALUE(&exc_ValueError)), dict = dict_new(), name = str_intern_cstring("UnsupportedOperation");
    if (!bases || !dict || !name || !dict_set_cstring(dict, "__module__", str_from_cstring("io"))) return 0;
    Value call[4] = {0, name, bases, dict};
    return object_call(VALUE(&type_type), call + 1, 3, 0);
}

static bool init(Value module)
{
    static Type *const types[] = {
        &iobase_type,          &rawiobase_type,       &bufferediobase_type,  &textiobase_type,    &fileio_type, &bytesio_type,         &stringio_type,
        &buffered_reader_type, &buffered_writer_type, &buffered_random_type, &buffered_pair_type, &textio_type, &newline_decoder_type,
    };
    if (!io_unsupported) {
        gc_root(&io_unsupported);
        io_unsupported = make_unsupported();
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!module_add_type(module, types[i])) return false;
    return module_add(module, "UnsupportedOperation", io_unsupported) && module_add(module, "BlockingIOError", VALUE(&exc_BlockingIOError)) &&
           module_add_int(module, "DEFAULT_BUFFER_SIZE", IO_BUFFER_SIZE);
}

static bool resume(Value module)
{
    known_flags.utf8 = known_flags.dev = known_flags.warn = -1;
    return true;
}

/* "io" is the name that its functions bear. */
const ModuleDef module__io = {"io", "Streams: files, buffers and text.", functions, init, resume};
