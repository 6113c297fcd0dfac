/*
 * Clients that live for a millisecond.
 *
 *   tiny launch FIRST COUNT BURST GAP_MICROS ADDRESS HOW   starts COUNT clients, BURST at once, and says "client NUMBER PID" of each
 *   tiny call NUMBER ADDRESS TEXT                          connects, sends, reads, ends
 *   tiny linger NUMBER ADDRESS TEXT                        the same, and ends 2 s later, with the connection open until then
 *   tiny become NUMBER ADDRESS TEXT                        connects, then becomes "tiny later NUMBER DESCRIPTOR", which sends, reads, ends
 */
#include <arpa/inet.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int connected(const char *address) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(80)};
    int is_six = inet_pton(AF_INET6, address, &six.sin6_addr) == 1;
    if (!is_six && inet_pton(AF_INET, address, &four.sin_addr) != 1) {
        exit(3);
    }
    int fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    int failed = is_six ? connect(fd, (struct sockaddr *) &six, sizeof six) : connect(fd, (struct sockaddr *) &four, sizeof four);
    if (fd < 0 || failed) {
        perror("connect");
        exit(4);
    }
    return fd;
}

static int ask(int fd, const char *number, const char *more) {
    char text[256];
    int length = snprintf(text, sizeof text, "GET /n/%s HTTP/1.1\r\nHost: x\r\n%s\r\n", number, more);
    return write(fd, text, length) == length && read(fd, text, sizeof text) > 0 ? 0 : 5;
}

/* The next begin, GAP_MICROS after the one before; who is late does not run after the time lost. */
static void pause_until(struct timespec *next, int gap) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    next->tv_nsec += gap * 1000L;
    next->tv_sec += next->tv_nsec / 1000000000;
    next->tv_nsec %= 1000000000;
    if (now.tv_sec > next->tv_sec || (now.tv_sec == next->tv_sec && now.tv_nsec > next->tv_nsec)) {
        *next = now;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
}

static int launch(char *self, char **argv) {
    int first = atoi(argv[2]), count = atoi(argv[3]), burst = atoi(argv[4]), gap = atoi(argv[5]);
    struct timespec next;
    setvbuf(stdout, NULL, _IOLBF, 4096);
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (int i = 0; i < count; i += burst) {
        for (int k = i; k < i + burst && k < count; k++) {
            char number[16];
            snprintf(number, sizeof number, "%d", first + k);
            /* a newline, a colour, a byte that is no UTF-8 */
            char *client[] = {self, argv[7], number, argv[6], "x\ny\033[31m\377", NULL};
            pid_t pid;
            if (posix_spawn(&pid, self, NULL, NULL, client, environ)) {
                return 6;
            }
            printf("client %d %d\n", first + k, (int) pid);
        }
        pause_until(&next, gap);
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    return 0;
}

int main(int argc, char **argv) {
    alarm(60);
    if (argc == 8 && !strcmp(argv[1], "launch")) {
        alarm(900);
        return launch(argv[0], argv);
    }
    if (argc == 5 && !strcmp(argv[1], "call")) {
        return ask(connected(argv[3]), argv[2], "");
    }
    if (argc == 5 && !strcmp(argv[1], "linger")) {
        int failed = ask(connected(argv[3]), argv[2], "");
        usleep(2000000);
        return failed;
    }
    if (argc == 5 && !strcmp(argv[1], "become")) {
        char descriptor[16];
        snprintf(descriptor, sizeof descriptor, "%d", connected(argv[3]));
        char *later[] = {argv[0], "later", argv[2], descriptor, NULL};
        execv(argv[0], later);
    }
    return argc == 4 ? ask(atoi(argv[3]), argv[2], "Connection: keep-alive\r\n") : 2;
}
