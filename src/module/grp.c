/* grp.c: the database of groups. */
#include "module/user_database.h"
#include <grp.h>

static Type *entry_type;
static const StructSeqField fields[] = {{"gr_name", "group name"}, {"gr_passwd", "password"}, {"gr_gid", "group id"}, {"gr_mem", "group members"}, {0}};

static Value entry_value(const struct group *g)
{
    Value members = list_new(0);
    for (char **m = g->gr_mem; members && m && *m; m++)
        if (!list_append(members, str_from_fs(*m, strlen(*m)))) return 0;
    Value items[] = {user_text(g->gr_name), user_text(g->gr_passwd), user_id_value(g->gr_gid), members};
    return members && items[0] && items[1] && items[2] ? structseq_new(entry_type, items) : 0;
}

static NATIVE(grp_getgrgid)
{
    uint32_t id;
    if (!id_argument(args[0], "gid", &id)) return error_clear_if(&exc_OverflowError) ? raise_format(&exc_KeyError, "getgrgid(): gid not found") : 0;
    USER_LOOKUP(group, getgrgid_r(id, &entry, buffer, size, &found))
    return id == UINT32_MAX ? raise_format(&exc_KeyError, "getgrgid(): gid not found: -1") : raise_format(&exc_KeyError, "getgrgid(): gid not found: %u", id);
}
static NATIVE(grp_getgrnam)
{
    if (!is_str(args[0])) return raise_type("getgrnam() argument 'name' must be str, not %T", args[0]);
    const char *name = path_bytes(args[0], 0);
    if (!name) return 0;
    USER_LOOKUP(group, getgrnam_r(name, &entry, buffer, size, &found))
    return raise_format(&exc_KeyError, "getgrnam(): name not found: %R", args[0]);
}
static NATIVE(grp_getgrall)
{
    Value list = list_new(0);
    setgrent();
    for (struct group *g; list && (g = getgrent());)
        if (!list_append(list, entry_value(g))) list = 0;
    endgrent();
    return list;
}

static const NativeDef functions[] = {
    {"getgrgid", "(id)", grp_getgrgid, "The entry of a group id.", 0},
    {"getgrnam", "(name)", grp_getgrnam, "The entry of a group name.", 0},
    {"getgrall", "()", grp_getgrall, "All entries.", 0},
    {0},
};
static bool init(Value module)
{
    entry_type = structseq_type("grp.struct_group", "An entry of the database of groups.", fields, 4);
    return entry_type && module_add(module, "struct_group", VALUE(entry_type));
}
const ModuleDef module_grp = {"grp", "The database of groups.", functions, init};
