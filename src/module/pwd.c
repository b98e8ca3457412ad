/* pwd.c: the database of users. */
#include "module/user_database.h"
#include <pwd.h>

static Type *entry_type;
static const StructSeqField fields[] = {{"pw_name", "user name"},  {"pw_passwd", "password"},    {"pw_uid", "user id"},         {"pw_gid", "group id"},
                                        {"pw_gecos", "real name"}, {"pw_dir", "home directory"}, {"pw_shell", "shell program"}, {0}};

static Value entry_value(const struct passwd *p)
{
    Value items[] = {user_text(p->pw_name),  user_text(p->pw_passwd), user_id_value(p->pw_uid), user_id_value(p->pw_gid),
                     user_text(p->pw_gecos), user_text(p->pw_dir),    user_text(p->pw_shell)};
    for (int i = 0; i < 7; i++)
        if (!items[i]) return 0;
    return structseq_new(entry_type, items);
}

static NATIVE(pwd_getpwuid)
{
    uint32_t id;
    if (!id_argument(args[0], "uid", &id)) return error_clear_if(&exc_OverflowError) ? (raise_format(&exc_KeyError, "getpwuid(): uid not found")) : 0;
    USER_LOOKUP(passwd, getpwuid_r(id, &entry, buffer, size, &found))
    return id == UINT32_MAX ? raise_format(&exc_KeyError, "getpwuid(): uid not found: -1") : raise_format(&exc_KeyError, "getpwuid(): uid not found: %u", id);
}
static NATIVE(pwd_getpwnam)
{
    if (!is_str(args[0])) return raise_type("getpwnam() argument must be str, not %T", args[0]);
    const char *name = path_bytes(args[0], 0);
    if (!name) return 0;
    USER_LOOKUP(passwd, getpwnam_r(name, &entry, buffer, size, &found))
    return raise_format(&exc_KeyError, "getpwnam(): name not found: %R", args[0]);
}
static NATIVE(pwd_getpwall)
{
    Value list = list_new(0);
    setpwent();
    for (struct passwd *p; list && (p = getpwent());)
        if (!list_append(list, entry_value(p))) list = 0;
    endpwent();
    return list;
}

static const NativeDef functions[] = {
    {"getpwuid", "(uidobj, /)", pwd_getpwuid, "The entry of a user id.", 0},
    {"getpwnam", "(name, /)", pwd_getpwnam, "The entry of a user name.", 0},
    {"getpwall", "()", pwd_getpwall, "All entries.", 0},
    {0},
};
static bool init(Value module)
{
    entry_type = structseq_type("pwd.struct_passwd", "An entry of the database of users.", fields, 7);
    return entry_type && module_add(module, "struct_passwd", VALUE(entry_type));
}
const ModuleDef module_pwd = {"pwd", "The database of users.", functions, init};
