/*
 * What makes life hard for whoever looks for a process. Ends, and all that it started with it, when its standard input ends.
 *
 *   herd idle COUNT FILES             starts COUNT processes that hold FILES open files each and wait; says "ready"
 *   herd stall PID STOP_MS RUN_MS     stops a process for STOP_MS and lets it run for RUN_MS, again and again; says how often at its end
 *   herd gone KIND ID…                says which of these ids of BPF objects still exist; KIND is prog, map or link
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether standard input has ended, within that time. */
static int ended(int millis) {
    struct pollfd in = {.fd = 0, .events = POLLIN};
    char byte;
    return poll(&in, 1, millis) != 0 && read(0, &byte, 1) <= 0;
}

static void hold(int files, pid_t parent, const int *waiting) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(waiting[0]);
    if (getppid() != parent) {
        _exit(1); /* it went before we asked */
    }
    for (int i = 0; i < files; i++) {
        if (open("/dev/null", O_RDONLY) < 0) {
            _exit(2);
        }
    }
    close(waiting[1]);
    for (;;) {
        pause();
    }
}

static int idle(int count, int files) {
    pid_t self = getpid(), *children = calloc(count, sizeof *children);
    int started = 0, waiting[2];
    char none;
    if (pipe(waiting)) {
        return 3;
    }
    while (children && started < count) {
        pid_t child = fork();
        if (child == 0) {
            hold(files, self, waiting);
        }
        if (child < 0) {
            perror("fork");
            break;
        }
        children[started++] = child;
    }
    close(waiting[1]);
    if (started == count && read(waiting[0], &none, 1) == 0) { /* every one of them has its files */
        printf("ready\n");
        fflush(stdout);
        while (!ended(1000)) {
        }
    }
    for (int i = 0; i < started; i++) {
        kill(children[i], SIGKILL);
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    return started == count ? 0 : 3;
}

static int stall(pid_t target, int stop, int run) {
    long stops = 0;
    while (kill(target, SIGSTOP) == 0) {
        usleep(stop * 1000);
        kill(target, SIGCONT);
        stops++;
        if (ended(run)) {
            break;
        }
    }
    printf("%ld\n", stops);
    return 0;
}

static int gone(const char *kind, int count, char **ids) {
    int command = !strcmp(kind, "prog") ? BPF_PROG_GET_FD_BY_ID : !strcmp(kind, "map") ? BPF_MAP_GET_FD_BY_ID : BPF_LINK_GET_FD_BY_ID;
    for (int i = 0; i < count; i++) {
        union bpf_attr attr;
        memset(&attr, 0, sizeof attr);
        attr.prog_id = atoi(ids[i]);
        if (syscall(SYS_bpf, command, &attr, sizeof attr) >= 0 || errno != ENOENT) {
            printf("%s %s: %s\n", kind, ids[i], strerror(errno));
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[1], "idle")) {
        return idle(atoi(argv[2]), atoi(argv[3]));
    }
    if (argc == 5 && !strcmp(argv[1], "stall")) {
        return stall(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
    }
    if (argc >= 4 && !strcmp(argv[1], "gone")) {
        return gone(argv[2], argc - 3, argv + 3);
    }
    return 64;
}
