// See confinement.h. Constants of newer kernels are written out: a distribution's headers may be older than its kernel.
#define _GNU_SOURCE
#include "confinement.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    create_ruleset = 444, add_rule = 445, restrict_self = 446, path_beneath = 1,
    execute = 1 << 0, write_file = 1 << 1, read_file = 1 << 2, read_dir = 1 << 3, remove_dir = 1 << 4,
    remove_file = 1 << 5, make_char = 1 << 6, make_dir = 1 << 7, make_reg = 1 << 8, make_sock = 1 << 9,
    make_fifo = 1 << 10, make_block = 1 << 11, make_sym = 1 << 12, refer = 1 << 13, truncate_file = 1 << 14,
    ioctl_dev = 1 << 15,
    bind_tcp = 1 << 0, connect_tcp = 1 << 1,
    abstract_sockets = 1 << 0, signals = 1 << 1
};

struct ruleset { uint64_t files, network, scopes; };
struct beneath { uint64_t access; int32_t folder; } __attribute__((packed));

static int threads(void) {
    DIR *folder = opendir("/proc/self/task");
    if (!folder) return -1;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static int allow(int ruleset, uint64_t handled, const char *path, uint64_t access) {
    const int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : errno;
    struct stat status;
    if (fstat(place, &status) == 0 && !S_ISDIR(status.st_mode)) access &= execute | write_file | read_file | truncate_file;
    const struct beneath rule = {access & handled, place};
    const int result = syscall(add_rule, ruleset, path_beneath, &rule, 0) == 0 ? 0 : errno;
    close(place);
    return result;
}

/// No sockets but those of the machine's own files, no looking into other processes, no other way round the rules.
static int filter_calls(void) {
#if defined(__x86_64__)
    const uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
    const uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
    return ENOSYS;
#endif
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define WHERE(call, error) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), REFUSE(error)
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0), REFUSE(ENOSYS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        // The calls of x32, which have numbers of their own.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), REFUSE(ENOSYS),
        WHERE(SYS_ptrace, EPERM), WHERE(SYS_process_vm_readv, EPERM), WHERE(SYS_process_vm_writev, EPERM),
        WHERE(425 /* io_uring_setup */, ENOSYS), WHERE(438 /* pidfd_getfd */, EPERM), WHERE(SYS_mount, EPERM),
        WHERE(SYS_unshare, EPERM), WHERE(SYS_setns, EPERM), WHERE(SYS_bpf, EPERM), WHERE(SYS_keyctl, EPERM),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0), REFUSE(EACCES),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
#undef WHERE
#undef REFUSE
    const struct sock_fprog filter = {sizeof program / sizeof program[0], program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno == EINVAL ? ENOSYS : errno;
}

int confinement_begin(const struct confinement_paths *paths) {
    if (threads() != 1) return EBUSY;
    const long version = syscall(create_ruleset, NULL, 0, 1);
    if (version < 0) return errno == EOPNOTSUPP ? ENOSYS : errno;
    // What older kernels don't know they can't refuse: truncating before the third version is opening for writing.
    struct ruleset rules = {(uint64_t)make_sym * 2 - 1, 0, 0};
    if (version >= 2) rules.files |= refer;
    if (version >= 3) rules.files |= truncate_file;
    if (version >= 5) rules.files |= ioctl_dev;
    if (version >= 4) rules.network = bind_tcp | connect_tcp;
    if (version >= 6) rules.scopes = abstract_sockets | signals;
    const size_t size = version >= 6 ? sizeof rules : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    const int ruleset = (int)syscall(create_ruleset, &rules, size, 0);
    if (ruleset < 0) return errno;
    const uint64_t reads = read_file | read_dir;
    const uint64_t writes =
        reads | write_file | remove_dir | remove_file | make_dir | make_reg | refer | truncate_file;
    int error = 0;
    for (size_t i = 0; !error && i < paths->readable_count; i++)
        error = allow(ruleset, rules.files, paths->readable[i], reads);
    for (size_t i = 0; !error && i < paths->writable_count; i++)
        error = allow(ruleset, rules.files, paths->writable[i], writes);
    for (size_t i = 0; !error && i < paths->program_count; i++)
        error = allow(ruleset, rules.files, paths->programs[i], read_file | execute);
    if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) error = errno;
    if (!error && syscall(restrict_self, ruleset, 0) != 0) error = errno;
    close(ruleset);
    return error ? error : filter_calls();
}

int confinement_limit_memory(size_t bytes) {
    // What the process has already: the limit counts that too.
    size_t kilobytes = 0;
    FILE *status = fopen("/proc/self/status", "re");
    if (!status) return errno;
    char line[256];
    while (fgets(line, sizeof line, status)) {
        if (strncmp(line, "VmData:", 7) == 0) sscanf(line + 7, "%zu", &kilobytes);
    }
    fclose(status);
    struct rlimit limit = {kilobytes * 1024 + bytes, kilobytes * 1024 + bytes}, known;
    if (getrlimit(RLIMIT_DATA, &known) == 0 && known.rlim_max < limit.rlim_max) limit.rlim_cur = limit.rlim_max = known.rlim_max;
    return setrlimit(RLIMIT_DATA, &limit) == 0 ? 0 : errno;
}

static void (*stop_work)(void);
static unsigned seconds_of_grace;

static void time_is_over(int signal) {
    (void)signal;
    static const char last[] = "\nerror: the code did not stop when its time was over\n";
    if (!stop_work) {
        (void)!write(STDERR_FILENO, last, sizeof last - 1);
        _exit(1);
    }
    void (*stop)(void) = stop_work;
    stop_work = NULL;
    stop();
    alarm(seconds_of_grace);
}

void confinement_limit_time(unsigned seconds, unsigned grace, void (*stop)(void)) {
    stop_work = stop;
    seconds_of_grace = grace;
    struct sigaction action = {0};
    action.sa_handler = time_is_over;
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
}
