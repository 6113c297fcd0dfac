/*
 * Clients that open a connection in one way and send on it in another. Each says "client NUMBER PID" of a request before it is sent, and keeps
 * the connection between requests. The process that holds the standard output's end says it: numbers are as our pid namespace has them.
 *
 *   senders HOW FIRST COUNT ADDRESS      COUNT requests, numbered from FIRST, on one connection
 *
 *   plain      one process connects and sends
 *   mapped     the same through an IPv6 socket
 *   nonblock   connects without waiting, then polls
 *   fastopen   the first request rides in the SYN
 *   thread     one thread connects, another sends
 *   exec       connects, becomes another program, which sends
 *   child      connects, forks; the child sends while the parent holds the connection
 *   orphan     the same, and the parent ends before the child sends
 *   parent     connects, forks; the parent sends while the child holds the connection
 *   turns      connects, forks; parent and child take turns
 *   hasty      the same, and neither waits for an answer: what is small waits in the kernel and leaves with what the other wrote
 *   passed     connects, hands the connection to an older process over SCM_RIGHTS, which sends
 *   pidns      the child of a new pid namespace connects and sends
 *   older      connects, forks, waits for a line on standard input; then parent and child take turns
 *   hostile    is a program with newline, quotes, escape code and bytes that are no UTF-8 in its name and arguments
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int good, const char *what) {
    if (!good) {
        perror(what);
        _exit(4);
    }
}

static socklen_t address(const char *text, struct sockaddr_storage *out) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *) out;
    struct sockaddr_in *four = (struct sockaddr_in *) out;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(80);
        return sizeof *six;
    }
    must(inet_pton(AF_INET, text, &four->sin_addr) == 1, "address");
    four->sin_family = AF_INET;
    four->sin_port = htons(80);
    return sizeof *four;
}

static int opened(const char *text, int flags) {
    struct sockaddr_storage to;
    socklen_t length = address(text, &to);
    int fd = socket(to.ss_family, SOCK_STREAM | flags, 0);
    must(fd >= 0, "socket");
    int done = connect(fd, (struct sockaddr *) &to, length);
    must(!done || (flags && errno == EINPROGRESS), "connect");
    if (flags) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        must(poll(&p, 1, 5000) == 1, "poll");
        must(!fcntl(fd, F_SETFL, 0), "fcntl");
    }
    return fd;
}

static void say(int number, int pid) {
    char text[64];
    int length = snprintf(text, sizeof text, "client %d %d\n", number, pid);
    must(write(1, text, length) == length, "say");
}

static int request(char *text, int bytes, int number) {
    return snprintf(text, bytes, "GET /n/%d HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", number);
}

/* Reads one answer to its end: who leaves some of it has the next request sent before its turn. */
static void answered(int fd) {
    static char text[65536];
    static size_t have;
    size_t whole = 0;
    for (;;) {
        text[have] = 0;
        char *end = strstr(text, "\r\n\r\n");
        char *length = strcasestr(text, "\r\nContent-Length:");
        if (end) {
            must(length && length < end, "an answer's length");
            whole = end + 4 - text + strtoul(length + 17, NULL, 10);
            must(whole < sizeof text, "a short answer");
        }
        if (end && have >= whole) {
            memmove(text, text + whole, have -= whole);
            return;
        }
        ssize_t more = read(fd, text + have, sizeof text - 1 - have);
        must(more > 0, "read");
        have += more;
    }
}

static void ask(int fd, int number) {
    char text[256];
    int length = request(text, sizeof text, number);
    must(write(fd, text, length) == length, "write");
    answered(fd);
}

static void ask_all(int fd, int first, int count) {
    for (int i = first; i < first + count; i++) {
        say(i, getpid());
        ask(fd, i);
    }
}

static void fastopen(const char *to_text, int first, int count) {
    struct sockaddr_storage to;
    socklen_t length = address(to_text, &to);
    char text[256];
    for (int i = first; i < first + count; i++) {
        int fd = socket(to.ss_family, SOCK_STREAM, 0);
        int bytes = request(text, sizeof text, i);
        say(i, getpid());
        must(sendto(fd, text, bytes, MSG_FASTOPEN, (struct sockaddr *) &to, length) == bytes, "sendto");
        answered(fd);
        struct tcp_info info;
        socklen_t size = sizeof info;
        must(!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) && (info.tcpi_options & TCPI_OPT_SYN_DATA), "data in the SYN");
        close(fd);
    }
}

struct job {
    int fd, first, count;
};

static void *in_thread(void *argument) {
    struct job *j = argument;
    ask_all(j->fd, j->first, j->count);
    return NULL;
}

/* Parent and child send one after the other, the parent first. */
static void turns(int fd, int first, int count, int hasty) {
    int go[2], back[2];
    char c = 0;
    must(!pipe(go) && !pipe(back), "pipe");
    pid_t child = fork();
    must(child >= 0, "fork");
    for (int i = first; i < first + count; i++) {
        int mine = (i - first) % 2 == (child ? 0 : 1);
        if (mine) {
            say(i, getpid());
            if (hasty) {
                char text[256];
                int length = request(text, sizeof text, i);
                must(write(fd, text, length) == length, "write");
            } else {
                ask(fd, i);
            }
            must(write(child ? go[1] : back[1], &c, 1) == 1, "turn");
        } else {
            must(read(child ? back[0] : go[0], &c, 1) == 1, "wait for turn");
        }
    }
    if (child && hasty) {
        for (int i = 0; i < count; i++) {
            answered(fd);
        }
    }
    if (child) {
        waitpid(child, NULL, 0);
    }
}

static void pass(int over, int fd) {
    char c = 0, room[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec one = {&c, 1};
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    if (fd >= 0) {
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
        must(sendmsg(over, &message, 0) == 1, "sendmsg");
    }
}

static int taken(int over) {
    int fd;
    char c, room[CMSG_SPACE(sizeof fd)];
    struct iovec one = {&c, 1};
    struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    must(recvmsg(over, &message, 0) == 1 && CMSG_FIRSTHDR(&message), "recvmsg");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

int main(int argc, char **argv) {
    alarm(60);
    if (argc < 5) {
        return 2;
    }
    const char *how = argv[1], *to = argv[4];
    int first = atoi(argv[2]), count = atoi(argv[3]);
    if (!strcmp(how, "plain") || !strcmp(how, "mapped")) {
        ask_all(opened(to, 0), first, count);
    } else if (!strcmp(how, "nonblock")) {
        ask_all(opened(to, SOCK_NONBLOCK), first, count);
    } else if (!strcmp(how, "fastopen")) {
        fastopen(to, first, count);
    } else if (!strcmp(how, "thread")) {
        struct job j = {opened(to, 0), first, count};
        pthread_t t;
        must(!pthread_create(&t, NULL, in_thread, &j) && !pthread_join(t, NULL), "thread");
    } else if (!strcmp(how, "exec")) {
        char fd[16];
        snprintf(fd, sizeof fd, "%d", opened(to, 0));
        char *later[] = {argv[0], "execed", argv[2], argv[3], fd, NULL};
        execv("/proc/self/exe", later);
    } else if (!strcmp(how, "execed")) {
        ask_all(atoi(to), first, count);
    } else if (!strcmp(how, "child") || !strcmp(how, "orphan")) {
        /* Somebody must stay: standard output is closed with its first owner. */
        must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
        if (fork()) {
            while (wait(NULL) > 0) {
            }
            return 0;
        }
        int fd = opened(to, 0);
        int orphan = how[0] == 'o', ready[2];
        char c;
        must(!pipe(ready), "pipe");
        usleep(300000); /* start times are counted in hundredths of a second, and a busy service notices the connection late */
        pid_t child = fork();
        if (!child) {
            close(ready[1]);
            must(!orphan || read(ready[0], &c, 1) == 0, "end of the parent");
            ask_all(fd, first, count);
            return 0;
        }
        if (!orphan) {
            waitpid(child, NULL, 0);
        }
    } else if (!strcmp(how, "parent")) {
        int fd = opened(to, 0);
        pid_t child = fork();
        if (!child) {
            pause();
        }
        ask_all(fd, first, count);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    } else if (!strcmp(how, "turns")) {
        turns(opened(to, 0), first, count, 0);
    } else if (!strcmp(how, "hasty")) {
        turns(opened(to, 0), first, count, 1);
    } else if (!strcmp(how, "older")) {
        int fd = opened(to, 0);
        char c;
        must(write(1, "opened\n", 7) == 7 && read(0, &c, 1) == 1, "go");
        turns(fd, first, count, 0);
    } else if (!strcmp(how, "passed")) {
        int over[2];
        must(!socketpair(AF_UNIX, SOCK_STREAM, 0, over), "socketpair");
        pid_t older = fork();
        if (!older) {
            close(over[1]);
            ask_all(taken(over[0]), first, count);
            return 0;
        }
        usleep(50000);
        pid_t opener = fork();
        if (!opener) {
            int fd = opened(to, 0);
            pass(over[1], fd);
            if (count > 1) {
                usleep(300000); /* it keeps the connection, too */
            }
            return 0;
        }
        close(over[1]);
        waitpid(opener, NULL, 0);
        waitpid(older, NULL, 0);
    } else if (!strcmp(how, "pidns")) {
        must(!unshare(CLONE_NEWPID), "unshare");
        int go[2];
        char c;
        must(!pipe(go), "pipe");
        pid_t child = fork();
        if (!child) {
            must(getpid() == 1 && read(go[0], &c, 1) == 1, "go");
            int fd = opened(to, 0);
            for (int i = first; i < first + count; i++) {
                ask(fd, i);
            }
            return 0;
        }
        for (int i = first; i < first + count; i++) {
            say(i, child);
        }
        must(write(go[1], "", 1) == 1, "go");
        waitpid(child, NULL, 0);
    } else if (!strcmp(how, "hostile")) {
        char *name = "se'n\"d\n\033[1m\377$(x)";
        char *later[] = {name, "hostiled", argv[2], argv[3], argv[4], "a\nb \"c' \033]0;x\007 \303\050 \377`x`", NULL};
        execv("/proc/self/exe", later);
    } else if (!strcmp(how, "hostiled")) {
        must(!prctl(PR_SET_NAME, "n\n\")(\033[1m\377'"), "prctl");
        ask_all(opened(to, 0), first, count);
    } else {
        return 2;
    }
    return 0;
}
