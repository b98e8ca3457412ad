/* _uuid.c: UUIDs made from time and hardware address, through libuuid. */
#include "module/module.h"
#include <uuid/uuid.h>

static NATIVE(uuid_time_safe)
{
    uuid_t id;
    int unsafe = uuid_generate_time_safe(id);   /* 0: no other process can have made the same */
    Value bytes = bytes_new((const char *)id, sizeof id);
    return bytes ? tuple_pack(2, bytes, small_int(unsafe)) : 0;
}

static const NativeDef functions[] = {{"generate_time_safe", "()", uuid_time_safe, 0, 0}, {0}};
static bool init(Value module) { return module_add_int(module, "has_uuid_generate_time_safe", 1); }
const ModuleDef module__uuid = {"_uuid", "DCE compatible Universally Unique Identifier library.", functions, init};
