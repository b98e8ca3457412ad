/* syslog.c: messages to the system's log. */
#include "module/module.h"
#include <syslog.h>

static bool is_open;
static Value ident;   /* bytes; the C library keeps the pointer, not the text */

/* The last part of sys.argv[0], or None. */
static Value default_ident(void)
{
    Value argv = sys_get("argv");
    if (!argv || !is_list(argv) || !list_size(argv) || !is_str(list_get(argv, 0)) || !str_length(list_get(argv, 0))) return NONE;
    Value name = list_get(argv, 0);
    int64_t slash = str_find_char(name, '/', 0, str_length(name), -1);
    return slash >= 0 ? str_substring(name, slash + 1, str_length(name)) : name;
}
static bool open_log(Value name, int option, int facility)
{
    if (!name && !(name = default_ident())) return false;
    if (name != NONE) {
        if (!is_str(name)) return raise_bad_argument("openlog", "ident", "str", name);
        if (!(name = str_encode(name, 0, 0))) return false;
    }
    if (!sys_audit("syslog.openlog", 3, name, int_new(option), int_new(facility))) return false;
    ident = name;
    openlog(name == NONE ? 0 : (const char *)bytes_data(name), option, facility);
    return is_open = true;
}
static NATIVE(syslog_openlog)
{
    int option, facility;
    return number_as_int(args[1], &option) && number_as_int(args[2], &facility) && open_log(args[0], option, facility) ? NONE : 0;
}
static NATIVE(syslog_syslog)
{
    int priority = LOG_INFO;
    if (nargs < 1 || nargs > 2) return raise_type("syslog.syslog requires 1 to 2 arguments");
    if (nargs == 2 && !number_as_int(args[0], &priority)) return 0;
    Value message = args[nargs - 1];
    if (!is_str(message)) return raise_bad_argument("syslog", nargs == 2 ? "2" : "1", "str", message);
    const char *text = str_utf8(message, 0);
    if (!text || !sys_audit("syslog.syslog", 2, int_new(priority), message) || (!is_open && !open_log(0, 0, LOG_USER))) return 0;
    BLOCKING(syslog(priority, "%s", text));
    return NONE;
}
static NATIVE(syslog_closelog)
{
    if (!sys_audit("syslog.closelog", 0)) return 0;
    if (is_open) closelog();
    is_open = false;
    ident = 0;
    return NONE;
}
static NATIVE(syslog_setlogmask)
{
    int mask;
    return number_as_int(args[0], &mask) && sys_audit("syslog.setlogmask", 1, args[0]) ? int_new(setlogmask(mask)) : 0;
}
static NATIVE(syslog_LOG_MASK)
{
    int priority;
    return number_as_int(args[0], &priority) ? int_new(LOG_MASK(priority)) : 0;
}
static NATIVE(syslog_LOG_UPTO)
{
    int priority;
    return number_as_int(args[0], &priority) ? int_new(LOG_UPTO(priority)) : 0;
}

static const NativeDef functions[] = {
    {"openlog", "(ident=<unrepresentable>, logoption=0, facility=8)", syslog_openlog, "Set how later messages are logged.", 0},
    {"syslog", "(priority, message, /)", syslog_syslog, "Log a message.", NATIVE_VECTOR | NATIVE_NO_KEYWORDS},
    {"closelog", "()", syslog_closelog, "Undo openlog.", 0},
    {"setlogmask", "(maskpri, /)", syslog_setlogmask, "Set which priorities are logged; returns the earlier mask.", 0},
    {"LOG_MASK", "(pri, /)", syslog_LOG_MASK, "The mask of a priority.", 0},
    {"LOG_UPTO", "(pri, /)", syslog_LOG_UPTO, "The mask of all priorities up to one.", 0},
    {0},
};
#define C(name) {#name, name}
static const struct {
    const char *name;
    int value;
} constants[] = {C(LOG_EMERG),  C(LOG_ALERT),  C(LOG_CRIT),   C(LOG_ERR),    C(LOG_WARNING), C(LOG_NOTICE),  C(LOG_INFO),   C(LOG_DEBUG),  C(LOG_PID),
                 C(LOG_CONS),   C(LOG_NDELAY), C(LOG_ODELAY), C(LOG_NOWAIT), C(LOG_PERROR),  C(LOG_KERN),    C(LOG_USER),   C(LOG_MAIL),   C(LOG_DAEMON),
                 C(LOG_AUTH),   C(LOG_LPR),    C(LOG_LOCAL0), C(LOG_LOCAL1), C(LOG_LOCAL2),  C(LOG_LOCAL3),  C(LOG_LOCAL4), C(LOG_LOCAL5), C(LOG_LOCAL6),
                 C(LOG_LOCAL7), C(LOG_SYSLOG), C(LOG_CRON),   C(LOG_UUCP),   C(LOG_NEWS),    C(LOG_AUTHPRIV)};
static bool init(Value module)
{
    gc_root(&ident);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(module, constants[i].name, constants[i].value)) return false;
    return true;
}
const ModuleDef module_syslog = {"syslog", "Messages to the system's log.", functions, init};
