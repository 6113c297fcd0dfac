/*
 * Many requests a second, and who answers them; both end by themselves.
 *
 *   pump serve SECONDS                                      answers on 198.18.77.9 port 80 until SECONDS have passed
 *   pump call PROCESSES RATE SECONDS DEPTH PER-CONNECTION   RATE requests a second for SECONDS by so many processes together, DEPTH of them
 *                                                           written at once, a new connection after each PER-CONNECTION; every process has
 *                                                           a name of its own and prints "requests answers connections"
 *   pump knock SECONDS                                      connects to where nobody listens as fast as it can; prints how often
 *
 * The address is this test's own, unless the variable PUMP_ADDRESS names another: the agent's probe sees every network namespace of the machine, and
 * somebody else may be testing.
 *
 * Runs only in another network namespace than that which the variable OUTSIDE names.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char REQUEST[] = "GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: 169.254.169.254\r\nUser-Agent: pump/1\r\n\r\n";
static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 19\r\n\r\ni-1234567890abcdef0";

enum { REQUEST_BYTES = sizeof REQUEST - 1, ANSWER_BYTES = sizeof ANSWER - 1, DEPTH_MAX = 64, DESCRIPTORS_MAX = 4096 };

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct sockaddr_in service(void) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)};
    const char *address = getenv("PUMP_ADDRESS");
    inet_pton(AF_INET, address ? address : "198.18.77.9", &a.sin_addr);
    return a;
}

static void all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t n = write(fd, bytes, count);
        if (n <= 0) fail("write");
        bytes += n;
        count -= n;
    }
}

/* Every request has the same length, so that counting bytes is counting requests. */
static void serve(void) {
    static size_t partial[DESCRIPTORS_MAX];
    static char in[1 << 16], out[DEPTH_MAX * ANSWER_BYTES];
    struct sockaddr_in a = service();
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, poll = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 4096)) fail("listen");
    for (int i = 0; i < DEPTH_MAX; i++) memcpy(out + i * ANSWER_BYTES, ANSWER, ANSWER_BYTES);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);
    puts("ready");
    fflush(stdout);
    for (;;) { /* until the alarm */
        if (epoll_wait(poll, &e, 1, -1) < 1) continue;
        if (e.data.fd == listener) {
            int fd = accept(listener, NULL, NULL);
            if (fd < 0 || fd >= DESCRIPTORS_MAX) fail("accept");
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            partial[fd] = 0;
            e.data.fd = fd;
            epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
            continue;
        }
        ssize_t n = read(e.data.fd, in, sizeof in);
        if (n <= 0) {
            close(e.data.fd);
            continue;
        }
        partial[e.data.fd] += n;
        for (; partial[e.data.fd] >= REQUEST_BYTES;) {
            size_t due = partial[e.data.fd] / REQUEST_BYTES;
            due = due > DEPTH_MAX ? DEPTH_MAX : due;
            all(e.data.fd, out, due * ANSWER_BYTES);
            partial[e.data.fd] -= due * REQUEST_BYTES;
        }
    }
}

static int open_connection(void) {
    struct sockaddr_in a = service();
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (struct sockaddr *)&a, sizeof a)) fail("connect");
    return fd;
}

static void one(double rate, long count, int depth, long per_connection) {
    static char out[DEPTH_MAX * REQUEST_BYTES], in[1 << 16];
    long asked = 0, answered = 0, connections = 0, here = 0;
    int fd = -1;
    struct timespec start, due;
    for (int i = 0; i < DEPTH_MAX; i++) memcpy(out + i * REQUEST_BYTES, REQUEST, REQUEST_BYTES);
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (asked < count) {
        double at = start.tv_sec + start.tv_nsec / 1e9 + asked / rate;
        due.tv_sec = (time_t)at;
        due.tv_nsec = (long)((at - due.tv_sec) * 1e9);
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        if (fd < 0 || here >= per_connection) {
            if (fd >= 0) close(fd);
            fd = open_connection();
            connections++;
            here = 0;
        }
        long n = depth < count - asked ? depth : count - asked;
        all(fd, out, n * REQUEST_BYTES);
        asked += n;
        here += n;
        for (long bytes = n * ANSWER_BYTES; bytes > 0;) {
            ssize_t r = read(fd, in, sizeof in);
            if (r <= 0) fail("read");
            bytes -= r;
        }
        answered += n;
    }
    close(fd);
    printf("%ld %ld %ld\n", asked, answered, connections);
}

static void knock(long seconds) {
    struct sockaddr_in a = service();
    struct timespec start, now;
    long count = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (fd < 0) fail("socket");
        connect(fd, (struct sockaddr *)&a, sizeof a);
        close(fd);
        count++;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < seconds);
    printf("%ld\n", count);
}

int main(int argc, char **argv) {
    char here[64] = "";
    const char *outside = getenv("OUTSIDE");
    if (readlink("/proc/self/ns/net", here, sizeof here - 1) < 0 || !outside || !strcmp(here, outside)) {
        fputs("not in a network namespace of its own\n", stderr);
        return 99;
    }
    if (argc == 3 && !strcmp(argv[1], "serve")) {
        alarm(atoi(argv[2]));
        serve();
    }
    if (argc == 3 && !strcmp(argv[1], "knock")) {
        knock(atol(argv[2]));
        return 0;
    }
    if (argc == 7 && !strcmp(argv[1], "call")) {
        int processes = atoi(argv[2]), failed = 0, status;
        for (int i = 0; i < processes; i++) {
            if (fork() == 0) {
                char name[32], rate[32], count[32];
                snprintf(name, sizeof name, "pump-%d", i);
                snprintf(rate, sizeof rate, "%f", atof(argv[3]) / processes);
                snprintf(count, sizeof count, "%ld", atol(argv[3]) * atol(argv[4]) / processes);
                execl("/proc/self/exe", name, "one", rate, count, argv[5], argv[6], argv[4], (char *)NULL);
                fail("exec");
            }
        }
        while (wait(&status) > 0) {
            if (WIFSIGNALED(status)) fprintf(stderr, "a caller was ended by signal %d: too slow?\n", WTERMSIG(status));
            failed |= status != 0;
        }
        return failed;
    }
    if (argc == 7 && !strcmp(argv[1], "one")) {
        int depth = atoi(argv[4]);
        alarm(4 * atoi(argv[6]) + 100); /* a machine that cannot keep up takes longer, and ends all the same */
        one(atof(argv[2]), atol(argv[3]), depth > DEPTH_MAX ? DEPTH_MAX : depth, atol(argv[5]));
        return 0;
    }
    fputs("see the head of pump.c\n", stderr);
    return 64;
}
