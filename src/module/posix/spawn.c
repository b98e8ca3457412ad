/* spawn.c: new programs and new processes: exec, fork, posix_spawn. */
#include "vm/frame.h"
#include "module/signal.h"
#include "module/import.h"
#include "module/posix/posix.h"
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;
static Value before_list, parent_list, child_list;

/* ---------------------------------------------------------------- arrays of C strings */

/* The items of a tuple or list as a 0-ended array in a heap buffer, whose strings the values in *keep own. */
static char **string_array(Value sequence, const char *what, Value *keep)
{
    if (!is_tuple(sequence) && !is_list(sequence)) return (char **)raise_type("%s must be a tuple or list", what);
    Value list = object_to_list(sequence);
    if (!list) return 0;
    char **array = gc_buffer(sizeof *array * (size_t)(list_size(list) + 1));
    for (int64_t i = 0; array && i < list_size(list); i++)
        if (!(array[i] = (char *)path_bytes(list_get(list, i), 0))) return 0;
    *keep = list;
    return array;
}

static char **argument_array(Value argv, const char *function, Value *keep)
{
    if (!is_tuple(argv) && !is_list(argv)) return (char **)raise_type("%s: argv must be a tuple or list", function);
    char **array = string_array(argv, "argv", keep);
    if (!array) return 0;
    if (!array[0]) return (char **)raise_value("%s: argv must not be empty", function);
    if (!*array[0]) return (char **)raise_value("%s: argv first element cannot be empty", function);
    return array;
}

/* NAME=value strings of a mapping, owned by the bytes objects in *keep. */
static char **environment_array(Value mapping, Value *keep)
{
    if (!type_of(mapping)->getitem) return (char **)raise_type("env must be a mapping object");
    Value keys = call_method_0(mapping, NAME("keys")), names = keys ? object_to_list(keys) : 0;
    char **array = names ? gc_buffer(sizeof *array * (size_t)(list_size(names) + 1)) : 0;
    if (!array || !(*keep = list_new(0))) return 0;
    for (int64_t i = 0; array && i < list_size(names); i++) {
        Value value = object_getitem(mapping, list_get(names, i));
        size_t name_size, value_size;
        const char *name = value ? path_bytes(list_get(names, i), &name_size) : 0, *text = name ? path_bytes(value, &value_size) : 0;
        if (!text) return 0;
        if (!name_size || memchr(name + 1, '=', name_size - 1)) return (char **)raise_value("illegal environment variable name");
        Value entry = bytes_new(0, name_size + value_size + 1);
        if (!entry || !list_append(*keep, entry)) return 0;
        array[i] = (char *)bytes_data(entry);
        memcpy(array[i], name, name_size);
        array[i][name_size] = '=';
        memcpy(array[i] + name_size + 1, text, value_size);
    }
    return array;
}

/* ---------------------------------------------------------------- exec */

static NATIVE(posix_execv)
{
    Path path;
    Value keep;
    if (!path_argument(args[0], "execv", "path", 0, &path)) return 0;
    if (!is_tuple(args[1]) && !is_list(args[1])) return raise_type("execv() arg 2 must be a tuple or list");
    char **argv = string_array(args[1], "execv() arg 2", &keep);
    if (!argv) return 0;
    if (!argv[0]) return raise_value("execv() arg 2 must not be empty");
    if (!*argv[0]) return raise_value("execv() arg 2 first element cannot be empty");
    if (!sys_audit("os.exec", 3, args[0], args[1], NONE)) return 0;
    execv(path.bytes, argv);
    return path_error(&path);
}
static NATIVE(posix_execve)
{
    Path path;
    Value keep, keep_env;
    if (!path_argument(args[0], "execve", "path", PATH_FD, &path)) return 0;
    char **argv = argument_array(args[1], "execve", &keep);
    if (!argv) return 0;
    if (!type_of(args[2])->getitem) return raise_type("execve: environment must be a mapping object");
    char **envp = environment_array(args[2], &keep_env);
    if (!envp || !sys_audit("os.exec", 3, args[0], args[1], args[2])) return 0;
    if (path.fd >= 0) fexecve(path.fd, argv, envp);
    else execve(path.bytes, argv, envp);
    return path_error(&path);
}

/* ---------------------------------------------------------------- fork */

static void run_hooks(Value list, bool reversed)
{
    Value hooks = list ? list_from(list_items(list), list_size(list)) : 0;
    int64_t count = hooks ? list_size(hooks) : 0;
    for (int64_t i = 0; i < count; i++) {
        Value hook = list_get(hooks, reversed ? count - 1 - i : i);
        if (!call_0(hook)) error_unraisable(hook, 0);
    }
}

/* The import lock is held meanwhile: so the child cannot find it held by a thread that is not there any more. */
void fork_before(void)
{
    run_hooks(before_list, true);
    import_lock();
}
void fork_after_parent(void)
{
    import_unlock();
    run_hooks(parent_list, false);
}
void fork_after_child(void)
{
    frames_after_fork();
    thread_after_fork();
    signal_forget();
    import_unlock();
    run_hooks(child_list, false);
}

static bool add_hook(Value *list, Value hook)
{
    if (!hook) return true;
    if (!is_callable(hook)) return raise_type("'%.200T' object is not callable", hook);
    if (!*list && !(*list = list_new(0))) return false;
    return list_append(*list, hook);
}
static NATIVE(posix_register_at_fork)
{
    if (!args[0] && !args[1] && !args[2]) return raise_type("At least one argument is required.");
    for (int i = 0; i < 3; i++)
        if (args[i] && !is_callable(args[i])) return raise_type("'%.200T' object is not callable", args[i]);
    return add_hook(&before_list, args[0]) && add_hook(&child_list, args[1]) && add_hook(&parent_list, args[2]) ? NONE : 0;
}

static NATIVE(posix_fork)
{
    if (!sys_audit("os.fork", 0)) return 0;
    fork_before();
    pid_t pid = fork();
    int error = errno;
    if (pid == 0) fork_after_child();
    else fork_after_parent();
    errno = error;
    return int_or_error(pid);
}
static NATIVE(posix_forkpty)
{
    int fd = -1;
    if (!sys_audit("os.forkpty", 0)) return 0;
    fork_before();
    pid_t pid = forkpty(&fd, 0, 0, 0);
    int error = errno;
    if (pid == 0) fork_after_child();
    else fork_after_parent();
    errno = error;
    return pid < 0 ? raise_errno() : tuple_pack(2, int_new(pid), int_new(fd));
}

/* ---------------------------------------------------------------- posix_spawn */

static bool signal_set(Value iterable, sigset_t *set)
{
    Value list = object_to_list(iterable);
    sigemptyset(set);
    for (int64_t i = 0; list && i < list_size(list); i++) {
        int number;
        if (!number_as_int(list_get(list, i), &number)) return false;
        if (number < 1 || number >= NSIG) return raise_value("signal number %d out of range [1; %d]", number, NSIG - 1);
        sigaddset(set, number);
    }
    return list != 0;
}

static bool add_file_action(posix_spawn_file_actions_t *actions, Value item)
{
    if (!is_tuple(item) || !tuple_size(item)) return raise_type("Each file_actions element must be a non-empty tuple");
    int tag, a, b, c, error = 0;
    int64_t count = tuple_size(item);
    if (!number_as_int(tuple_get(item, 0), &tag)) return false;
    if (tag < 0 || tag > 2) return raise_type("Unknown file_actions identifier");
    static const int expected[] = {5, 2, 3};
    if (count != expected[tag]) return raise_type("A %s file_action tuple must have %d elements", tag == 0 ? "open" : tag == 1 ? "close" : "dup2", expected[tag]);
    if (!number_as_int(tuple_get(item, 1), &a)) return false;
    if (tag == 0) {
        const char *path = path_bytes(tuple_get(item, 2), 0);
        if (!path || !number_as_int(tuple_get(item, 3), &b) || !number_as_int(tuple_get(item, 4), &c)) return false;
        error = posix_spawn_file_actions_addopen(actions, a, path, b, (mode_t)c);
    } else if (tag == 1) error = posix_spawn_file_actions_addclose(actions, a);
    else {
        if (!number_as_int(tuple_get(item, 2), &b)) return false;
        error = posix_spawn_file_actions_adddup2(actions, a, b);
    }
    return !error || (errno = error, raise_errno());
}

static bool spawn_attributes(posix_spawnattr_t *attributes, Value *args)
{
    short flags = 0;
    sigset_t set;
    int number;
    if (args[1]) {
        if (!number_as_int(args[1], &number)) return false;
        posix_spawnattr_setpgroup(attributes, number);
        flags |= POSIX_SPAWN_SETPGROUP;
    }
    int resetids, setsid;
    if (!number_as_int(args[2], &resetids) || !number_as_int(args[3], &setsid)) return false;
    if (resetids) flags |= POSIX_SPAWN_RESETIDS;
    if (setsid) flags |= POSIX_SPAWN_SETSID;
    if (args[4] != tuple_empty) {
        if (!signal_set(args[4], &set)) return false;
        posix_spawnattr_setsigmask(attributes, &set);
        flags |= POSIX_SPAWN_SETSIGMASK;
    }
    if (args[5] != tuple_empty) {
        if (!signal_set(args[5], &set)) return false;
        posix_spawnattr_setsigdefault(attributes, &set);
        flags |= POSIX_SPAWN_SETSIGDEF;
    }
    if (args[6]) {
        struct sched_param param = {0};
        if (!is_tuple(args[6]) || tuple_size(args[6]) != 2) return raise_type("A scheduler tuple must have two elements");
        if (tuple_get(args[6], 0) != NONE) {
            if (!number_as_int(tuple_get(args[6], 0), &number)) return false;
            posix_spawnattr_setschedpolicy(attributes, number);
            flags |= POSIX_SPAWN_SETSCHEDULER;
        }
        if (!sched_param_argument(tuple_get(args[6], 1), &param)) return false;
        posix_spawnattr_setschedparam(attributes, &param);
        flags |= POSIX_SPAWN_SETSCHEDPARAM;
    }
    posix_spawnattr_setflags(attributes, flags);
    return true;
}

static Value spawn(const char *function, Value *args, bool search)
{
    Path path;
    Value keep, keep_env;
    if (!path_argument(args[0], function, "path", 0, &path)) return 0;
    char **argv = argument_array(args[1], function, &keep);
    if (!argv) return 0;
    if (args[2] != NONE && !type_of(args[2])->getitem) return raise_type("%s: environment must be a mapping object", function);
    char **envp = args[2] == NONE ? environ : environment_array(args[2], &keep_env);
    if (!envp) return 0;
    if (args[3] != NONE && !is_tuple(args[3]) && !is_list(args[3])) return raise_type("file_actions must be a sequence or None");
    if (!sys_audit("os.posix_spawn", 3, args[0], args[1], args[2])) return 0;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    Value items = args[3] == NONE ? list_new(0) : object_to_list(args[3]);
    bool ok = items != 0;
    for (int64_t i = 0; ok && i < list_size(items); i++) ok = add_file_action(&actions, list_get(items, i));
    ok = ok && spawn_attributes(&attributes, args + 3);
    pid_t pid = 0;
    int error = !ok ? 0 : search ? posix_spawnp(&pid, path.bytes, &actions, &attributes, argv, envp) : posix_spawn(&pid, path.bytes, &actions, &attributes, argv, envp);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (!ok) return 0;
    errno = error;
    return error ? path_error(&path) : int_new(pid);
}
static NATIVE(posix_posix_spawn) { return spawn("posix_spawn", args, false); }
static NATIVE(posix_posix_spawnp) { return spawn("posix_spawnp", args, true); }

#define SPAWN_SIGNATURE \
    "(path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>)"
const NativeDef posix_spawn_functions[] = {
    {"execv", "(path, argv, /)", posix_execv, "Execute a program in place of this process.", 0},
    {"execve", "(path, argv, env)", posix_execve, "Execute a program with an environment.", 0},
    {"fork", "()", posix_fork, "Fork a child process.", 0},
    {"forkpty", "()", posix_forkpty, "Fork a child with a new pseudo-terminal.", 0},
    {"register_at_fork", "(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)", posix_register_at_fork,
     "Register functions to be called when forking.", 0},
    {"posix_spawn", SPAWN_SIGNATURE, posix_posix_spawn, "Execute a program in a new process.", 0},
    {"posix_spawnp", SPAWN_SIGNATURE, posix_posix_spawnp, "Execute a program found along PATH in a new process.", 0},
    {0},
};

bool posix_spawn_init(Value module)
{
    gc_root(&before_list);
    gc_root(&parent_list);
    gc_root(&child_list);
    return true;
}
