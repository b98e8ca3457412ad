/* suggestion.h: "Did you mean ...?" for misspelt attributes and names. */
#pragma once
#include "module/module.h"

/* The name that an uncaught AttributeError or NameError probably meant, or 0 (never with an exception). */
Value suggestion_for(Value exception);
