/* spwd.c: the database of shadow passwords. */
#include "module/user_database.h"
#include <shadow.h>

static Type *entry_type;
static const StructSeqField fields[] = {
    {"sp_namp", "login name"},
    {"sp_pwdp", "encrypted password"},
    {"sp_lstchg", "date of last change"},
    {"sp_min", "min #days between changes"},
    {"sp_max", "max #days between changes"},
    {"sp_warn", "#days before pw expires to warn user about it"},
    {"sp_inact", "#days after pw expires until account is disabled"},
    {"sp_expire", "#days since 1970-01-01 when account expires"},
    {"sp_flag", "reserved"},
    {"sp_nam", "login name; deprecated"},
    {"sp_pwd", "encrypted password; deprecated"},
    {0},
};

static Value entry_value(const struct spwd *p)
{
    Value name = user_text(p->sp_namp), password = user_text(p->sp_pwdp);
    Value items[] = {name,
                     password,
                     int_new(p->sp_lstchg),
                     int_new(p->sp_min),
                     int_new(p->sp_max),
                     int_new(p->sp_warn),
                     int_new(p->sp_inact),
                     int_new(p->sp_expire),
                     int_new((int64_t)p->sp_flag),
                     name,
                     password};
    return name && password ? structseq_new(entry_type, items) : 0;
}

static NATIVE(spwd_getspnam)
{
    if (!is_str(args[0])) return raise_type("getspnam() argument must be str, not %T", args[0]);
    const char *name = path_bytes(args[0], 0);
    if (!name) return 0;
    errno = 0;
    struct spwd *found = getspnam(name);
    if (found) return entry_value(found);
    return errno ? raise_errno() : raise_format(&exc_KeyError, "getspnam(): name not found");
}
static NATIVE(spwd_getspall)
{
    Value list = list_new(0);
    setspent();
    for (struct spwd *p; list && (p = getspent());)
        if (!list_append(list, entry_value(p))) list = 0;
    endspent();
    return list;
}

static const NativeDef functions[] = {
    {"getspnam", "(arg, /)", spwd_getspnam, "The entry of a user name.", 0},
    {"getspall", "()", spwd_getspall, "All entries.", 0},
    {0},
};
static bool init(Value module)
{
    if (!warn_format(&exc_DeprecationWarning, 7, "'spwd' is deprecated and slated for removal in Python 3.13")) return false;
    entry_type = structseq_type("spwd.struct_spwd", "An entry of the database of shadow passwords.", fields, 9);
    return entry_type && module_add(module, "struct_spwd", VALUE(entry_type));
}
const ModuleDef module_spwd = {"spwd", "The database of shadow passwords. Only the superuser can read it.", functions, init};
