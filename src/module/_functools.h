/* _functools.h: what the two files of the module _functools share. */
#pragma once
#include "module/module.h"
#include "object/descr.h"

extern Type lru_cache_type;
bool lru_cache_init(void);
