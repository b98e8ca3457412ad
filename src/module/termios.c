/* termios.c: settings of terminals.
 *
 * The constants are part of Linux's binary interface.
 */
#include "module/posix/posix.h"
#include <sys/ioctl.h>
#include <termios.h>

static Value termios_error;

static Value raise_termios(void)
{
    Value error = call_2(termios_error, int_new(errno), str_from_cstring(strerror(errno)));
    return error ? raise_instance(error) : 0;
}
#define DONE(result) ((result) < 0 ? raise_termios() : NONE)

static NATIVE(termios_tcgetattr)
{
    int fd, result;
    struct termios mode;
    if (!descriptor_argument(args[0], &fd)) return 0;
    BLOCKING(result = tcgetattr(fd, &mode));
    if (result < 0) return raise_termios();
    Value characters = list_new(0);
    for (int i = 0; characters && i < NCCS; i++) {
        /* Outside canonical mode these two are numbers. */
        bool number = !(mode.c_lflag & ICANON) && (i == VMIN || i == VTIME);
        if (!list_append(characters, number ? int_new(mode.c_cc[i]) : bytes_from_byte(mode.c_cc[i]))) return 0;
    }
    Value items[] = {
        int_new(mode.c_iflag), int_new(mode.c_oflag), int_new(mode.c_cflag), int_new(mode.c_lflag), int_new(cfgetispeed(&mode)), int_new(cfgetospeed(&mode)), characters};
    return characters ? list_from(items, 7) : 0;
}

static NATIVE(termios_tcsetattr)
{
    int fd, when, result;
    struct termios mode;
    int64_t words[6];
    if (!descriptor_argument(args[0], &fd) || !number_as_int(args[1], &when)) return 0;
    if (!is_list(args[2]) || list_size(args[2]) != 7) return raise_type("tcsetattr, arg 3: must be 7 element list");
    BLOCKING(result = tcgetattr(fd, &mode));   /* fields that are not in the list stay */
    if (result < 0) return raise_termios();
    Value list = object_to_list(args[2]);
    if (!list) return 0;
    for (int i = 0; i < 6; i++)
        if (!number_as_int64(list_get(list, i), &words[i])) return 0;
    mode.c_iflag = (tcflag_t)words[0], mode.c_oflag = (tcflag_t)words[1], mode.c_cflag = (tcflag_t)words[2], mode.c_lflag = (tcflag_t)words[3];
    Value characters = list_get(list, 6);
    if (!is_list(characters) || list_size(characters) != NCCS) return raise_type("tcsetattr: attributes[6] must be %d element list", NCCS);
    for (int i = 0; i < NCCS; i++) {
        Value c = list_get(characters, i);
        int number;
        if (is_bytes(c) && bytes_size(c) == 1) mode.c_cc[i] = bytes_data(c)[0];
        else if (!is_int(c)) return raise_type("tcsetattr: elements of attributes must be characters or integers");
        else if (!number_as_int(c, &number)) return 0;
        else mode.c_cc[i] = (cc_t)number;
    }
    if (cfsetispeed(&mode, (speed_t)words[4]) < 0 || cfsetospeed(&mode, (speed_t)words[5]) < 0) return raise_termios();
    BLOCKING(result = tcsetattr(fd, when, &mode));
    return DONE(result);
}

static NATIVE(termios_tcsendbreak)
{
    int fd, duration, result;
    if (!descriptor_argument(args[0], &fd) || !number_as_int(args[1], &duration)) return 0;
    BLOCKING(result = tcsendbreak(fd, duration));
    return DONE(result);
}
static NATIVE(termios_tcdrain)
{
    int fd, result;
    if (!descriptor_argument(args[0], &fd)) return 0;
    BLOCKING(result = tcdrain(fd));
    return DONE(result);
}
static NATIVE(termios_tcflush)
{
    int fd, queue, result;
    if (!descriptor_argument(args[0], &fd) || !number_as_int(args[1], &queue)) return 0;
    BLOCKING(result = tcflush(fd, queue));
    return DONE(result);
}
static NATIVE(termios_tcflow)
{
    int fd, action, result;
    if (!descriptor_argument(args[0], &fd) || !number_as_int(args[1], &action)) return 0;
    BLOCKING(result = tcflow(fd, action));
    return DONE(result);
}
static NATIVE(termios_tcgetwinsize)
{
    int fd;
    struct winsize size;
    if (!descriptor_argument(args[0], &fd)) return 0;
    return ioctl(fd, TIOCGWINSZ, &size) < 0 ? raise_termios() : tuple_pack(2, int_new(size.ws_row), int_new(size.ws_col));
}
static NATIVE(termios_tcsetwinsize)
{
    int fd;
    int64_t rows, columns;
    struct winsize size;
    if (!descriptor_argument(args[0], &fd)) return 0;
    if ((!is_tuple(args[1]) && !is_list(args[1])) || object_length(args[1]) != 2) return raise_type("tcsetwinsize, arg 2: must be a two-item sequence");
    Value pair = object_to_tuple(args[1]);
    if (!pair || !number_as_int64(tuple_get(pair, 0), &rows) || !number_as_int64(tuple_get(pair, 1), &columns)) return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0) return raise_termios();
    size.ws_row = (unsigned short)rows, size.ws_col = (unsigned short)columns;
    if (size.ws_row != rows || size.ws_col != columns) return raise_overflow("winsize value(s) out of range.");
    return DONE(ioctl(fd, TIOCSWINSZ, &size));
}

static const NativeDef functions[] = {
    {"tcgetattr", "(fd, /)", termios_tcgetattr, "[iflag, oflag, cflag, lflag, ispeed, ospeed, characters] of a terminal.", 0},
    {"tcsetattr", "(fd, when, attributes, /)", termios_tcsetattr, "Set what tcgetattr gets.", 0},
    {"tcsendbreak", "(fd, duration, /)", termios_tcsendbreak, "Send a break.", 0},
    {"tcdrain", "(fd, /)", termios_tcdrain, "Wait until all output is sent.", 0},
    {"tcflush", "(fd, queue, /)", termios_tcflush, "Discard what is queued.", 0},
    {"tcflow", "(fd, action, /)", termios_tcflow, "Suspend or resume input or output.", 0},
    {"tcgetwinsize", "(fd, /)", termios_tcgetwinsize, "(rows, columns) of a terminal.", 0},
    {"tcsetwinsize", "(fd, winsize, /)", termios_tcsetwinsize, "Set what tcgetwinsize gets.", 0},
    {0},
};
static const struct {
    const char *name;
    int64_t value;
} constants[] = {
    {"B0", 0},
    {"B50", 1},
    {"B75", 2},
    {"B110", 3},
    {"B134", 4},
    {"B150", 5},
    {"B200", 6},
    {"B300", 7},
    {"B600", 8},
    {"B1200", 9},
    {"B1800", 10},
    {"B2400", 11},
    {"B4800", 12},
    {"B9600", 13},
    {"B19200", 14},
    {"B38400", 15},
    {"B57600", 4097},
    {"B115200", 4098},
    {"B230400", 4099},
    {"B460800", 4100},
    {"B500000", 4101},
    {"B576000", 4102},
    {"B921600", 4103},
    {"B1000000", 4104},
    {"B1152000", 4105},
    {"B1500000", 4106},
    {"B2000000", 4107},
    {"B2500000", 4108},
    {"B3000000", 4109},
    {"B3500000", 4110},
    {"B4000000", 4111},
    {"CBAUDEX", 4096},
    {"TCSANOW", 0},
    {"TCSADRAIN", 1},
    {"TCSAFLUSH", 2},
    {"TCIFLUSH", 0},
    {"TCOFLUSH", 1},
    {"TCIOFLUSH", 2},
    {"TCOOFF", 0},
    {"TCOON", 1},
    {"TCIOFF", 2},
    {"TCION", 3},
    {"IGNBRK", 1},
    {"BRKINT", 2},
    {"IGNPAR", 4},
    {"PARMRK", 8},
    {"INPCK", 16},
    {"ISTRIP", 32},
    {"INLCR", 64},
    {"IGNCR", 128},
    {"ICRNL", 256},
    {"IUCLC", 512},
    {"IXON", 1024},
    {"IXANY", 2048},
    {"IXOFF", 4096},
    {"IMAXBEL", 8192},
    {"OPOST", 1},
    {"OLCUC", 2},
    {"ONLCR", 4},
    {"OCRNL", 8},
    {"ONOCR", 16},
    {"ONLRET", 32},
    {"OFILL", 64},
    {"OFDEL", 128},
    {"NLDLY", 256},
    {"CRDLY", 1536},
    {"TABDLY", 6144},
    {"BSDLY", 8192},
    {"VTDLY", 16384},
    {"FFDLY", 32768},
    {"NL0", 0},
    {"NL1", 256},
    {"CR0", 0},
    {"CR1", 512},
    {"CR2", 1024},
    {"CR3", 1536},
    {"TAB0", 0},
    {"TAB1", 2048},
    {"TAB2", 4096},
    {"TAB3", 6144},
    {"XTABS", 6144},
    {"BS0", 0},
    {"BS1", 8192},
    {"VT0", 0},
    {"VT1", 16384},
    {"FF0", 0},
    {"FF1", 32768},
    {"CSIZE", 48},
    {"CSTOPB", 64},
    {"CREAD", 128},
    {"PARENB", 256},
    {"PARODD", 512},
    {"HUPCL", 1024},
    {"CLOCAL", 2048},
    {"CIBAUD", 269418496},
    {"CRTSCTS", 2147483648},
    {"CS5", 0},
    {"CS6", 16},
    {"CS7", 32},
    {"CS8", 48},
    {"ISIG", 1},
    {"ICANON", 2},
    {"XCASE", 4},
    {"ECHO", 8},
    {"ECHOE", 16},
    {"ECHOK", 32},
    {"ECHONL", 64},
    {"ECHOCTL", 512},
    {"ECHOPRT", 1024},
    {"ECHOKE", 2048},
    {"FLUSHO", 4096},
    {"NOFLSH", 128},
    {"TOSTOP", 256},
    {"PENDIN", 16384},
    {"IEXTEN", 32768},
    {"VINTR", 0},
    {"VQUIT", 1},
    {"VERASE", 2},
    {"VKILL", 3},
    {"VEOF", 4},
    {"VTIME", 5},
    {"VMIN", 6},
    {"VSWTC", 7},
    {"VSWTCH", 7},
    {"VSTART", 8},
    {"VSTOP", 9},
    {"VSUSP", 10},
    {"VEOL", 11},
    {"VREPRINT", 12},
    {"VDISCARD", 13},
    {"VWERASE", 14},
    {"VLNEXT", 15},
    {"VEOL2", 16},
    {"CBAUD", 4111},
    {"CDSUSP", 25},
    {"CEOF", 4},
    {"CEOL", 0},
    {"CEOT", 4},
    {"CERASE", 127},
    {"CFLUSH", 15},
    {"CINTR", 3},
    {"CKILL", 21},
    {"CLNEXT", 22},
    {"CQUIT", 28},
    {"CRPRNT", 18},
    {"CSTART", 17},
    {"CSTOP", 19},
    {"CSUSP", 26},
    {"CWERASE", 23},
    {"EXTA", 14},
    {"EXTB", 15},
    {"FIOASYNC", 21586},
    {"FIOCLEX", 21585},
    {"FIONBIO", 21537},
    {"FIONCLEX", 21584},
    {"FIONREAD", 21531},
    {"IOCSIZE_MASK", 1073676288},
    {"IOCSIZE_SHIFT", 16},
    {"NCC", 8},
    {"NCCS", 32},
    {"N_MOUSE", 2},
    {"N_PPP", 3},
    {"N_SLIP", 1},
    {"N_STRIP", 4},
    {"N_TTY", 0},
    {"TCFLSH", 21515},
    {"TCGETA", 21509},
    {"TCGETS", 21505},
    {"TCSBRK", 21513},
    {"TCSBRKP", 21541},
    {"TCSETA", 21510},
    {"TCSETAF", 21512},
    {"TCSETAW", 21511},
    {"TCSETS", 21506},
    {"TCSETSF", 21508},
    {"TCSETSW", 21507},
    {"TCXONC", 21514},
    {"TIOCCONS", 21533},
    {"TIOCEXCL", 21516},
    {"TIOCGETD", 21540},
    {"TIOCGICOUNT", 21597},
    {"TIOCGLCKTRMIOS", 21590},
    {"TIOCGPGRP", 21519},
    {"TIOCGSERIAL", 21534},
    {"TIOCGSOFTCAR", 21529},
    {"TIOCGWINSZ", 21523},
    {"TIOCINQ", 21531},
    {"TIOCLINUX", 21532},
    {"TIOCMBIC", 21527},
    {"TIOCMBIS", 21526},
    {"TIOCMGET", 21525},
    {"TIOCMIWAIT", 21596},
    {"TIOCMSET", 21528},
    {"TIOCM_CAR", 64},
    {"TIOCM_CD", 64},
    {"TIOCM_CTS", 32},
    {"TIOCM_DSR", 256},
    {"TIOCM_DTR", 2},
    {"TIOCM_LE", 1},
    {"TIOCM_RI", 128},
    {"TIOCM_RNG", 128},
    {"TIOCM_RTS", 4},
    {"TIOCM_SR", 16},
    {"TIOCM_ST", 8},
    {"TIOCNOTTY", 21538},
    {"TIOCNXCL", 21517},
    {"TIOCOUTQ", 21521},
    {"TIOCPKT", 21536},
    {"TIOCPKT_DATA", 0},
    {"TIOCPKT_DOSTOP", 32},
    {"TIOCPKT_FLUSHREAD", 1},
    {"TIOCPKT_FLUSHWRITE", 2},
    {"TIOCPKT_NOSTOP", 16},
    {"TIOCPKT_START", 8},
    {"TIOCPKT_STOP", 4},
    {"TIOCSCTTY", 21518},
    {"TIOCSERCONFIG", 21587},
    {"TIOCSERGETLSR", 21593},
    {"TIOCSERGETMULTI", 21594},
    {"TIOCSERGSTRUCT", 21592},
    {"TIOCSERGWILD", 21588},
    {"TIOCSERSETMULTI", 21595},
    {"TIOCSERSWILD", 21589},
    {"TIOCSER_TEMT", 1},
    {"TIOCSETD", 21539},
    {"TIOCSLCKTRMIOS", 21591},
    {"TIOCSPGRP", 21520},
    {"TIOCSSERIAL", 21535},
    {"TIOCSSOFTCAR", 21530},
    {"TIOCSTI", 21522},
    {"TIOCSWINSZ", 21524},
};
static bool init(Value module)
{
    gc_root(&termios_error);
    termios_error = module_new_exception("termios.error", VALUE(&exc_Exception), 0);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return termios_error && module_add(module, "error", termios_error);
}
const ModuleDef module_termios = {"termios", "Settings of terminals.", functions, init};
