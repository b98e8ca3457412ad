/* image_section.h: included before everything else into the files of the runtime, so that their variables lie together: what heap/image.c saves and restores. */
#pragma clang section bss = "krait_bss" data = "krait_data"
