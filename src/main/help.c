/* help.c: the texts of --help, --help-env and --help-xoptions. */
#include "main/help.h"
#include "module/sys_info.h"
#include <stdio.h>

static const char options[] = "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n"
                              "Krait " KRAIT_VERSION ", a Python 3.11. Options (and corresponding environment variables):\n"
                              "-b     : warn when bytes are compared with str or int, or str(bytes) is called (-bb: error)\n"
                              "-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x\n"
                              "-c cmd : program passed in as string (ends the option list)\n"
                              "-d     : set sys.flags.debug; also PYTHONDEBUG=x\n"
                              "-E     : ignore PYTHON* environment variables (such as PYTHONPATH)\n"
                              "-h     : print this help message and exit (also -? or --help)\n"
                              "-i     : inspect interactively after running the script; also PYTHONINSPECT=x\n"
                              "-I     : isolate from the user's environment (implies -E, -P and -s)\n"
                              "-m mod : run library module as a script (ends the option list)\n"
                              "-O     : optimized mode: __debug__ is False, no assert statements; caches are\n"
                              "         named .opt-1.pyc; also PYTHONOPTIMIZE=1 (-o is taken as -O)\n"
                              "-OO    : do -O changes and also drop docstrings; caches are named .opt-2.pyc;\n"
                              "         also PYTHONOPTIMIZE=2 (-oo is taken as -OO)\n"
                              "-P     : don't put an unsafe path first on sys.path; also PYTHONSAFEPATH=x\n"
                              "-q     : don't print version on interactive start-up\n"
                              "-s     : don't add the user's site directory to sys.path; also PYTHONNOUSERSITE=x\n"
                              "-S     : don't imply 'import site' on start-up\n"
                              "-u     : unbuffered stdout and stderr; also PYTHONUNBUFFERED=x\n"
                              "-v     : trace import statements; also PYTHONVERBOSE=x (can be given more than once)\n"
                              "-V     : print the version and exit (also --version; twice for more)\n"
                              "-W arg : warning control: action:message:category:module:lineno; also PYTHONWARNINGS=arg\n"
                              "-x     : skip first line of source\n"
                              "-X opt : implementation-specific option; see --help-xoptions\n"
                              "--check-hash-based-pycs always|default|never:\n"
                              "         how hash-based .pyc files are checked against their source\n"
                              "--help-env      : print help about environment variables\n"
                              "--help-xoptions : print help about -X options\n"
                              "--help-all      : print all of it\n"
                              "file   : program read from script file, directory or zip archive\n"
                              "-      : program read from stdin (default; interactive mode if a terminal)\n"
                              "arg ...: arguments passed to program in sys.argv[1:]\n";

static const char environment[] = "Environment variables that change behavior:\n"
                                  "PYTHONOPTIMIZE    : 1 is -O, 2 is -OO, 0 neither; text counts as 1; the greater of the\n"
                                  "                    variable and the option wins\n"
                                  "PYTHONDONTWRITEBYTECODE : don't write .pyc files (-B)\n"
                                  "PYTHONPYCACHEPREFIX : root of a parallel tree for .pyc files (-X pycache_prefix)\n"
                                  "PYTHONSTARTUP     : file executed on interactive start-up (no default)\n"
                                  "PYTHONPATH        : ':'-separated list of directories put first on sys.path\n"
                                  "PYTHONSAFEPATH    : don't put an unsafe path first on sys.path (-P)\n"
                                  "PYTHONHOME        : the <prefix> whose lib/python3.11 holds the standard library (default /usr)\n"
                                  "PYTHONCASEOK      : ignored; file names are case-sensitive here\n"
                                  "PYTHONUTF8        : 1 enables the UTF-8 mode, 0 disables it (-X utf8)\n"
                                  "PYTHONIOENCODING  : encoding[:errors] used for stdin/stdout/stderr\n"
                                  "PYTHONFAULTHANDLER: dump the traceback on fatal errors (-X faulthandler)\n"
                                  "PYTHONHASHSEED    : 'random', or a number to get hash values that can be predicted\n"
                                  "PYTHONINTMAXSTRDIGITS: limit on digits of int<->str conversions (-X int_max_str_digits); 0: none\n"
                                  "PYTHONBREAKPOINT  : callable that breakpoint() calls; 0 disables it\n"
                                  "PYTHONDEVMODE     : enable the development mode (-X dev)\n"
                                  "PYTHONINSPECT     : prompt after the script (-i)\n"
                                  "PYTHONUNBUFFERED  : unbuffered stdout and stderr (-u)\n"
                                  "PYTHONVERBOSE     : trace import statements (-v)\n"
                                  "PYTHONNOUSERSITE  : don't add the user's site directory (-s)\n"
                                  "PYTHONWARNINGS    : warning control (-W), comma-separated\n"
                                  "PYTHONPROFILEIMPORTTIME : show how long each import takes (-X importtime)\n"
                                  "PYTHONTRACEMALLOC : accepted for sys.flags; allocations are not traced\n"
                                  "NO_COLOR          : no colours on the terminal\n";

static const char x_options[] = "-X options:\n"
                                "-X dev            : development mode: more warnings and checks\n"
                                "-X faulthandler   : dump the traceback on fatal errors\n"
                                "-X importtime     : show how long each import takes\n"
                                "-X int_max_str_digits=N : limit on digits of int<->str conversions; 0: none\n"
                                "-X max-heap=SIZE  : MemoryError when the heap would grow beyond SIZE (512M, 2G)\n"
                                "-X no_debug_ranges: leave columns out of code objects: tracebacks without carets, smaller caches\n"
                                "-X pycache_prefix=PATH : write .pyc files to a parallel tree rooted at PATH\n"
                                "-X utf8[=0|1]     : UTF-8 mode of the operating system interfaces\n"
                                "-X warn_default_encoding : EncodingWarning where the locale's encoding is implied\n";

void help_print(HelpTopic topic, const char *program)
{
    if (topic == HELP_OPTIONS || topic == HELP_ALL) printf(options, program);
    if (topic == HELP_ALL) putchar('\n');
    if (topic == HELP_ENVIRONMENT || topic == HELP_ALL) fputs(environment, stdout);
    if (topic == HELP_ALL) putchar('\n');
    if (topic == HELP_X_OPTIONS || topic == HELP_ALL) fputs(x_options, stdout);
}
