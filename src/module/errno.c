/* errno.c: the error numbers of the system, by name and by number. */
#include "module/module.h"
#include <errno.h>

#define C(name) {#name, name}
/* Where two names share a number, the later one in the table is the one errorcode shows. */
static const struct {
    const char *name;
    int code;
} codes[] = {
    C(EDEADLK),     C(EOPNOTSUPP), C(EWOULDBLOCK), C(E2BIG),      C(EACCES),       C(EADDRINUSE),   C(EADDRNOTAVAIL),   C(EADV),         C(EAFNOSUPPORT),    C(EAGAIN),
    C(EALREADY),    C(EBADE),      C(EBADF),       C(EBADFD),     C(EBADMSG),      C(EBADR),        C(EBADRQC),         C(EBADSLT),      C(EBFONT),          C(EBUSY),
    C(ECANCELED),   C(ECHILD),     C(ECHRNG),      C(ECOMM),      C(ECONNABORTED), C(ECONNREFUSED), C(ECONNRESET),      C(EDEADLOCK),    C(EDESTADDRREQ),    C(EDOM),
    C(EDOTDOT),     C(EDQUOT),     C(EEXIST),      C(EFAULT),     C(EFBIG),        C(EHOSTDOWN),    C(EHOSTUNREACH),    C(EIDRM),        C(EILSEQ),          C(EINPROGRESS),
    C(EINTR),       C(EINVAL),     C(EIO),         C(EISCONN),    C(EISDIR),       C(EISNAM),       C(EKEYEXPIRED),     C(EKEYREJECTED), C(EKEYREVOKED),     C(EL2HLT),
    C(EL2NSYNC),    C(EL3HLT),     C(EL3RST),      C(ELIBACC),    C(ELIBBAD),      C(ELIBEXEC),     C(ELIBMAX),         C(ELIBSCN),      C(ELNRNG),          C(ELOOP),
    C(EMEDIUMTYPE), C(EMFILE),     C(EMLINK),      C(EMSGSIZE),   C(EMULTIHOP),    C(ENAMETOOLONG), C(ENAVAIL),         C(ENETDOWN),     C(ENETRESET),       C(ENETUNREACH),
    C(ENFILE),      C(ENOANO),     C(ENOBUFS),     C(ENOCSI),     C(ENODATA),      C(ENODEV),       C(ENOENT),          C(ENOEXEC),      C(ENOKEY),          C(ENOLCK),
    C(ENOLINK),     C(ENOMEDIUM),  C(ENOMEM),      C(ENOMSG),     C(ENONET),       C(ENOPKG),       C(ENOPROTOOPT),     C(ENOSPC),       C(ENOSR),           C(ENOSTR),
    C(ENOSYS),      C(ENOTBLK),    C(ENOTCONN),    C(ENOTDIR),    C(ENOTEMPTY),    C(ENOTNAM),      C(ENOTRECOVERABLE), C(ENOTSOCK),     C(ENOTSUP),         C(ENOTTY),
    C(ENOTUNIQ),    C(ENXIO),      C(EOVERFLOW),   C(EOWNERDEAD), C(EPERM),        C(EPFNOSUPPORT), C(EPIPE),           C(EPROTO),       C(EPROTONOSUPPORT), C(EPROTOTYPE),
    C(ERANGE),      C(EREMCHG),    C(EREMOTE),     C(EREMOTEIO),  C(ERESTART),     C(ERFKILL),      C(EROFS),           C(ESHUTDOWN),    C(ESOCKTNOSUPPORT), C(ESPIPE),
    C(ESRCH),       C(ESRMNT),     C(ESTALE),      C(ESTRPIPE),   C(ETIME),        C(ETIMEDOUT),    C(ETOOMANYREFS),    C(ETXTBSY),      C(EUCLEAN),         C(EUNATCH),
    C(EUSERS),      C(EXDEV),      C(EXFULL),
};

static bool init(Value module)
{
    Value names = dict_new();
    for (size_t i = 0; names && i < sizeof codes / sizeof *codes; i++) {
        Value name = str_intern_cstring(codes[i].name);
        if (!name || !dict_set(names, int_new(codes[i].code), name) || !module_add_int(module, codes[i].name, codes[i].code)) return false;
    }
    return module_add(module, "errorcode", names);
}

const ModuleDef module_errno = {"errno", "Error numbers of the system.", 0, init};
