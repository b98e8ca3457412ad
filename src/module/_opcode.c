/* _opcode.c: what instructions do to the stack, for dis. */
#include "module/module.h"
#include "vm/bytecode.h"

enum { HAVE_ARGUMENT = 90 };

static NATIVE(opcode_stack_effect)
{
    int op, argument = 0;
    if (!number_as_int(args[0], &op)) return 0;
    if (op >= HAVE_ARGUMENT) {
        if (args[1] == NONE) return raise_value("stack_effect: opcode requires oparg but oparg was not specified");
        if (!number_as_int(args[1], &argument)) return 0;
    } else if (args[1] != NONE) {
        return raise_value("stack_effect: opcode does not permit oparg but oparg was specified");
    }
    if (args[2] != NONE && args[2] != TRUE && args[2] != FALSE) return raise_value("stack_effect: jump must be False, True or None");
    if (op < 0 || op > 255) return raise_value("invalid opcode or oparg");
    enum { CACHE = 0, EXTENDED_ARG = 144 };
    if (op == CACHE || op == EXTENDED_ARG) return int_new(0);
    int stay = bytecode_stack_effect((uint8_t)op, (uint32_t)argument, false), jump = bytecode_stack_effect((uint8_t)op, (uint32_t)argument, true);
    int effect = args[2] == TRUE ? jump : args[2] == FALSE ? stay : stay > jump ? stay : jump;
    return effect == INT32_MIN ? raise_value("invalid opcode or oparg") : int_new(effect);
}
static NATIVE(opcode_get_specialization_stats) { return NONE; }

static const NativeDef functions[] = {
    {"stack_effect", "(opcode, oparg=None, /, *, jump=None)", opcode_stack_effect, "How much deeper an instruction makes the stack.", 0},
    {"get_specialization_stats", "()", opcode_get_specialization_stats, "None: there are no such statistics.", 0},
    {0},
};
const ModuleDef module__opcode = {"_opcode", "Opcode support module.", functions, 0};
