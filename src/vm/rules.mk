# The handlers keep the machine's state in registers: they need every register, and no frame pointer.
CFLAGS_ops_basic  = -fomit-frame-pointer
CFLAGS_ops_call   = -fomit-frame-pointer
CFLAGS_ops_object = -fomit-frame-pointer
CFLAGS_ops_build  = -fomit-frame-pointer
CFLAGS_ops_except = -fomit-frame-pointer
CFLAGS_ops_generator = -fomit-frame-pointer
