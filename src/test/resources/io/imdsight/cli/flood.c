/*
 * Those who want all the memory of whoever listens, and a service that bears them. Everything ends by itself.
 *
 *   flood serve SECONDS ADDRESS SINK       port 80: answers each head at ADDRESS and closes; takes everything and says nothing at SINK
 *   flood half-open COUNT RATE TO          so many SYNs from made-up sources, RATE a second
 *   flood holes COUNT RATE TO              so many made-up connections, each a SYN and 19 segments of a head whose first byte never comes
 *   flood slow COUNT SECONDS TO            so many connections, a byte of a head a second on each
 *   flood endless COUNT SECONDS TO         so many connections with a head that does not end, ten lines of 1,400 bytes a second on each
 *
 * Each prints what it did. Runs only in another network namespace than that which the variable OUTSIDE names.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Connects: a fifth of what the probe can name on two cores, docs/performance.md; more of them is another test. */
enum { CONNECTIONS_MAX = 8000, LINE_BYTES = 1400, HOLE_SEGMENTS = 20, CONNECTS_A_SECOND = 500 };

static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
static const char HEAD[] = "GET /slow HTTP/1.1\r\nA: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct sockaddr_in at(const char *address) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)};
    inet_pton(AF_INET, address, &a.sin_addr);
    return a;
}

/* Sleeps until the thing numbered so is due, with RATE of them a second. */
static void pace(struct timespec start, double number, double rate) {
    double due = start.tv_sec + start.tv_nsec / 1e9 + number / rate;
    struct timespec t = {(time_t)due, (long)((due - (time_t)due) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int listening(const char *address) {
    struct sockaddr_in a = at(address);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s, (struct sockaddr *)&a, sizeof a) || listen(s, 4096)) fail("listen");
    return s;
}

static void serve(int seconds, const char *address, const char *sink) {
    static char in[1 << 16], asked[CONNECTIONS_MAX];
    int poll = epoll_create1(0), listeners[2] = {listening(address), listening(sink)};
    struct epoll_event e = {.events = EPOLLIN};
    for (int i = 0; i < 2; i++) {
        e.data.fd = listeners[i];
        epoll_ctl(poll, EPOLL_CTL_ADD, listeners[i], &e);
    }
    puts("ready");
    fflush(stdout);
    for (time_t end = time(NULL) + seconds; time(NULL) < end;) {
        if (epoll_wait(poll, &e, 1, 500) < 1) continue;
        int from = e.data.fd;
        if (from == listeners[0] || from == listeners[1]) {
            int fd = accept4(from, NULL, NULL, SOCK_NONBLOCK);
            if (fd < 0) continue;
            if (fd >= CONNECTIONS_MAX) {
                close(fd);
                continue;
            }
            asked[fd] = from == listeners[0];
            e.data.fd = fd;
            epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
            continue;
        }
        ssize_t n = read(from, in, sizeof in);
        if (n > 0 && !(asked[from] && memmem(in, n, "\r\n\r\n", 4))) continue;
        if (n > 0 && write(from, ANSWER, sizeof ANSWER - 1) < 0) perror("answer");
        close(from);
    }
}

static uint32_t sum(const void *bytes, int count, uint32_t s) {
    const uint8_t *b = bytes;
    for (int i = 0; i + 1 < count; i += 2) s += b[i] << 8 | b[i + 1];
    return count % 2 ? s + (b[count - 1] << 8) : s;
}

static uint16_t folded(uint32_t s) {
    while (s >> 16) s = (s & 0xffff) + (s >> 16);
    return htons((uint16_t)~s);
}

/* Sources are 198.19.0.0/16, which nobody has; the number gives the address and the port. */
static void made_up(int raw, struct sockaddr_in to, uint32_t number, uint32_t sequence, int syn, const char *payload, int count) {
    struct {
        struct iphdr ip;
        struct tcphdr tcp;
        char payload[LINE_BYTES];
    } p = {.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP}, .tcp = {.doff = 5, .window = htons(4096)}};
    int total = sizeof p.ip + sizeof p.tcp + count;
    p.ip.saddr = htonl(0xc6130000 | (number / 50000 + 1));
    p.ip.daddr = to.sin_addr.s_addr;
    p.tcp.source = htons(1024 + number % 50000);
    p.tcp.dest = htons(80);
    p.tcp.seq = htonl(sequence);
    p.tcp.syn = syn;
    p.tcp.ack = !syn;
    p.tcp.ack_seq = htonl(syn ? 0 : 1);
    if (count) memcpy(p.payload, payload, count);
    uint32_t pseudo = sum(&p.ip.saddr, 8, IPPROTO_TCP + sizeof p.tcp + count);
    p.tcp.check = folded(sum(&p.tcp, sizeof p.tcp + count, pseudo));
    if (sendto(raw, &p, total, 0, (struct sockaddr *)&to, sizeof to) < 0 && errno != ENOBUFS) fail("sendto");
}

static void packets(int holes, long count, double rate, struct sockaddr_in to) {
    int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (raw < 0) fail("raw socket");
    char line[LINE_BYTES];
    memset(line, 'a', sizeof line);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 0; i < count; i++) {
        if (!holes) {
            pace(start, i, rate);
            made_up(raw, to, i, 7919 * i, 1, NULL, 0);
            continue;
        }
        for (int k = 0; k < HOLE_SEGMENTS; k++) {
            pace(start, i * HOLE_SEGMENTS + k, rate);
            made_up(raw, to, 1000000 + i, 104729 * i + (k ? 2 + (k - 1) * LINE_BYTES : 0), !k, line, k ? LINE_BYTES : 0);
        }
    }
    printf("%ld\n", count);
}

static void sockets(int endless, int count, int seconds, struct sockaddr_in to) {
    static int fds[CONNECTIONS_MAX];
    long bytes = 0, broken = 0;
    char line[LINE_BYTES + 1];
    memset(line, 'a', LINE_BYTES);
    memcpy(line, "A: ", 3);
    memcpy(line + LINE_BYTES - 2, "\r\n", 2);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < count; i++) {
        pace(start, i, CONNECTS_A_SECOND);
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        if (fds[i] < 0 || connect(fds[i], (struct sockaddr *)&to, sizeof to)) fail("connect");
        if (endless && write(fds[i], HEAD, 20) != 20) fail("write");
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    int turns = endless ? 10 * seconds : seconds;
    for (int turn = 0; turn < turns; turn++) {
        pace(start, turn, endless ? 10 : 1);
        for (int i = 0; i < count; i++) {
            const char *from = endless ? line : HEAD + turn % (sizeof HEAD - 1);
            ssize_t n = send(fds[i], from, endless ? LINE_BYTES : 1, MSG_NOSIGNAL);
            if (n > 0) bytes += n;
            else broken++;
        }
    }
    printf("%d %ld %ld\n", count, bytes, broken);
}

int main(int argc, char **argv) {
    char here[64] = "";
    const char *outside = getenv("OUTSIDE");
    if (readlink("/proc/self/ns/net", here, sizeof here - 1) < 0 || !outside || !strcmp(here, outside)) {
        fputs("not in a network namespace of its own\n", stderr);
        return 99;
    }
    struct rlimit files = {CONNECTIONS_MAX, CONNECTIONS_MAX};
    setrlimit(RLIMIT_NOFILE, &files);
    if (argc != 5) return 64;
    if (!strcmp(argv[1], "serve")) serve(atoi(argv[2]), argv[3], argv[4]);
    else if (!strcmp(argv[1], "half-open")) packets(0, atol(argv[2]), atof(argv[3]), at(argv[4]));
    else if (!strcmp(argv[1], "holes")) packets(1, atol(argv[2]), atof(argv[3]), at(argv[4]));
    else if (!strcmp(argv[1], "slow")) sockets(0, atoi(argv[2]), atoi(argv[3]), at(argv[4]));
    else if (!strcmp(argv[1], "endless")) sockets(1, atoi(argv[2]), atoi(argv[3]), at(argv[4]));
    else return 64;
    return 0;
}
