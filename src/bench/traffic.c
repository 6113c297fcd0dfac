/*
 * Calls to a stand-in metadata service, and traffic that is none of imdsight's business. For src/bench/footprint and src/bench/bystander, which
 * start it in network namespaces of their own; it sends nothing where it is told the number of the machine's namespace and stands in that.
 *
 *   serve PORT                                answers every request with 200
 *   calls WAY ADDRESS PORT RATE SECONDS       WAY: kept (one connection), connections (one a call), processes (one a call)
 *   sink PORT                                 takes TCP bytes and UDP datagrams, and says so on the TCP connection's end
 *   stream ADDRESS PORT SECONDS               TCP, as much as goes: prints bytes a second
 *   packets ADDRESS PORT SECONDS              UDP, 64 bytes each, as many as go: prints datagrams a second that arrived
 *   turns ADDRESS PORT SECONDS                TCP, a byte there and a byte back: prints turns a second
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nmade-up";
static const char GET[] = "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\nHost: 169.254.169.254\r\nUser-Agent: bench/1\r\nAccept: */*\r\n";
enum { DATAGRAM_BYTES = 64, CHUNK_BYTES = 128 * 1024, EVENTS_MAX = 64, DESCRIPTORS_MAX = 4096 };

static void fail(const char *what) {
    fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void need(int ok, const char *what) {
    if (!ok) fail(what);
}

/* Fail closed: without the number of the machine's own network namespace, or inside it, nothing is opened. */
static void guard(void) {
    const char *outside = getenv("OUTSIDE_NETNS");
    struct stat own;
    errno = EPERM;
    need(outside && strtoull(outside, NULL, 10) > 0, "OUTSIDE_NETNS is not set");
    need(stat("/proc/self/ns/net", &own) == 0, "/proc/self/ns/net");
    errno = EPERM;
    need((unsigned long long) own.st_ino != strtoull(outside, NULL, 10), "this is the machine's own network namespace");
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void pause_until(int64_t at) {
    struct timespec t = {at / 1000000000LL, at % 1000000000LL};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
    }
}

static struct sockaddr_in address(const char *host, const char *port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(port))};
    errno = EINVAL;
    need(inet_pton(AF_INET, host, &a.sin_addr) == 1, host);
    return a;
}

static int opened(int type, const char *host, const char *port) {
    struct sockaddr_in a = address(host, port);
    int s = socket(AF_INET, type | SOCK_CLOEXEC, 0), one = 1;
    need(s >= 0, "socket");
    if (type == SOCK_STREAM) setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    need(connect(s, (struct sockaddr *) &a, sizeof a) == 0, "connect");
    return s;
}

static int listening(int type, const char *port) {
    struct sockaddr_in a = address("0.0.0.0", port);
    int s = socket(AF_INET, type | SOCK_CLOEXEC, 0), one = 1, bytes = 4 << 20;
    need(s >= 0, "socket");
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (type == SOCK_DGRAM) setsockopt(s, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    need(bind(s, (struct sockaddr *) &a, sizeof a) == 0, "bind");
    if (type == SOCK_STREAM) need(listen(s, 1024) == 0, "listen");
    return s;
}

static void watch(int poller, int fd) {
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    need(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e) == 0, "epoll_ctl");
}

/* The connection, or -1. */
static int accept_into(int poller, int listener) {
    int c = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
    if (c >= 0) {
        setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(poller, c);
    }
    return c;
}

/* Requests here are shorter than a segment, so that one read has one whole. */
static void serve(const char *port) {
    int listener = listening(SOCK_STREAM, port), poller = epoll_create1(EPOLL_CLOEXEC);
    watch(poller, listener);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS_MAX];
        int n = epoll_wait(poller, events, EVENTS_MAX, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_into(poller, listener);
                continue;
            }
            char in[4096];
            ssize_t got = read(fd, in, sizeof in - 1);
            if (got > 0) {
                in[got] = 0;
                if (write(fd, ANSWER, sizeof ANSWER - 1) < 0) got = 0;
            }
            /* the service closes first: the ports that wait are its own, and a client never runs out of them */
            if (got <= 0 || strstr(in, "Connection: close")) close(fd);
        }
    }
}

static int answered(int s, const char *end) {
    char request[512], in[512];
    int n = snprintf(request, sizeof request, "%s%s\r\n", GET, end);
    return write(s, request, (size_t) n) == n && read(s, in, sizeof in) > 0;
}

static int once(const char *host, const char *port) {
    int s = opened(SOCK_STREAM, host, port);
    char rest[64];
    int ok = answered(s, "Connection: close\r\n");
    while (read(s, rest, sizeof rest) > 0) {
    }
    close(s);
    return ok;
}

/* Prints how many were answered. One that comes late is made at once, so that the number is right where the pace is not. */
static void calls(const char *way, const char *host, const char *port, int rate, int seconds, char *self) {
    int kept = strcmp(way, "kept") == 0 ? opened(SOCK_STREAM, host, port) : -1;
    long done = 0, wanted = (long) rate * seconds;
    int64_t begun = now();
    for (long i = 0; i < wanted; i++) {
        pause_until(begun + i * 1000000000LL / rate);
        if (kept >= 0) {
            done += answered(kept, "");
        } else if (strcmp(way, "connections") == 0) {
            done += once(host, port);
        } else {
            char *args[] = {self, "once", (char *) host, (char *) port, NULL};
            extern char **environ;
            pid_t pid;
            int status = 1;
            need(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ) == 0, "spawn");
            waitpid(pid, &status, 0);
            done += status == 0;
        }
    }
    printf("%ld %.3f\n", done, (double) (now() - begun) / 1e9);
}

/* TCP: eats, or gives back where the first byte is 'e'. UDP: counts; a datagram of one byte asks for the count. */
static void sink(const char *port) {
    int tcp = listening(SOCK_STREAM, port), udp = listening(SOCK_DGRAM, port), poller = epoll_create1(EPOLL_CLOEXEC);
    static char buffer[CHUNK_BYTES];
    static char echoes[DESCRIPTORS_MAX];
    uint64_t count = 0;
    watch(poller, tcp);
    watch(poller, udp);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS_MAX];
        int n = epoll_wait(poller, events, EVENTS_MAX, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == tcp) {
                int c = accept_into(poller, tcp);
                if (c >= 0) echoes[c % DESCRIPTORS_MAX] = 0;
            } else if (fd == udp) {
                struct sockaddr_in from;
                socklen_t length = sizeof from;
                ssize_t got;
                while ((got = recvfrom(udp, buffer, sizeof buffer, MSG_DONTWAIT, (struct sockaddr *) &from, &length)) > 0) {
                    if (got == 1) {
                        sendto(udp, &count, sizeof count, 0, (struct sockaddr *) &from, length);
                        count = 0;
                    } else {
                        count++;
                    }
                }
            } else {
                ssize_t got = read(fd, buffer, sizeof buffer);
                if (got <= 0) {
                    close(fd);
                    continue;
                }
                if (buffer[0] == 'e') echoes[fd % DESCRIPTORS_MAX] = 1;
                if (echoes[fd % DESCRIPTORS_MAX] && write(fd, buffer, 1) < 0) close(fd);
            }
        }
    }
}

static void stream(const char *host, const char *port, int seconds) {
    static char buffer[CHUNK_BYTES];
    int s = opened(SOCK_STREAM, host, port);
    int64_t begun = now(), end = begun + seconds * 1000000000LL, bytes = 0;
    while (now() < end) {
        ssize_t n = write(s, buffer, sizeof buffer);
        need(n > 0, "write");
        bytes += n;
    }
    printf("%.0f\n", (double) bytes * 1e9 / (double) (now() - begun));
}

static void packets(const char *host, const char *port, int seconds) {
    char datagram[DATAGRAM_BYTES] = {0};
    int s = opened(SOCK_DGRAM, host, port);
    uint64_t arrived = 0;
    for (int round = 0; round < 2; round++) { /* the first answer is what an earlier run left */
        int64_t begun = now(), end = begun + (round == 0 ? 0 : seconds * 1000000000LL);
        while (now() < end) {
            for (int i = 0; i < 64; i++) {
                if (send(s, datagram, sizeof datagram, 0) < 0 && errno != ENOBUFS) fail("send");
            }
        }
        double took = (double) (now() - begun) / 1e9;
        struct pollfd p = {.fd = s, .events = POLLIN};
        for (int tries = 0; tries < 50; tries++) { /* the question itself may be lost */
            need(send(s, "?", 1, 0) == 1, "send");
            if (poll(&p, 1, 100) == 1 && read(s, &arrived, sizeof arrived) == sizeof arrived) break;
        }
        if (round == 1) printf("%.0f\n", (double) arrived / took);
    }
}

static void turns(const char *host, const char *port, int seconds) {
    int s = opened(SOCK_STREAM, host, port);
    int64_t begun = now(), end = begun + seconds * 1000000000LL, n = 0;
    char byte = 'e';
    for (; now() < end; n++) {
        need(write(s, &byte, 1) == 1 && read(s, &byte, 1) == 1, "turn");
        byte = 'e';
    }
    printf("%.0f\n", (double) n * 1e9 / (double) (now() - begun));
}

int main(int argc, char **argv) {
    guard();
    signal(SIGPIPE, SIG_IGN);
    const char *mode = argc > 1 ? argv[1] : "";
    if (argc == 3 && strcmp(mode, "serve") == 0) {
        serve(argv[2]);
    } else if (argc == 3 && strcmp(mode, "sink") == 0) {
        sink(argv[2]);
    } else if (argc == 4 && strcmp(mode, "once") == 0) {
        return once(argv[2], argv[3]) ? 0 : 1;
    } else if (argc == 7 && strcmp(mode, "calls") == 0) {
        calls(argv[2], argv[3], argv[4], atoi(argv[5]), atoi(argv[6]), argv[0]);
    } else if (argc == 5 && strcmp(mode, "stream") == 0) {
        stream(argv[2], argv[3], atoi(argv[4]));
    } else if (argc == 5 && strcmp(mode, "packets") == 0) {
        packets(argv[2], argv[3], atoi(argv[4]));
    } else if (argc == 5 && strcmp(mode, "turns") == 0) {
        turns(argv[2], argv[3], atoi(argv[4]));
    } else {
        fprintf(stderr, "usage: see the head of traffic.c\n");
        return 64;
    }
    return 0;
}
