/*
 * What a send and a connect cost that are meant for somebody else.
 *
 *   cost send COUNT           COUNT sends of 64 bytes over one TCP connection on 127.0.0.1; says CPU nanoseconds a send, of the sending thread
 *   cost connect COUNT PORT   COUNT connects to [::1]:PORT, where nobody listens; says CPU nanoseconds a connect
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void *reader(void *fd) {
    char text[65536];
    while (read(*(int *) fd, text, sizeof text) > 0) {
    }
    return NULL;
}

static int sends(int count) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), out = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    if (bind(listener, (struct sockaddr *) &at, size) || listen(listener, 1) || getsockname(listener, (struct sockaddr *) &at, &size)
        || connect(out, (struct sockaddr *) &at, size)) {
        perror("connect");
        return 4;
    }
    int in = accept(listener, NULL, NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, reader, &in);
    char text[64] = {0};
    long begun = cpu();
    for (int i = 0; i < count; i++) {
        if (write(out, text, sizeof text) != sizeof text) {
            return 5;
        }
    }
    printf("%ld\n", (cpu() - begun) / count);
    close(out);
    pthread_join(thread, NULL);
    return 0;
}

static int connects(int count, int port) {
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    long begun = cpu();
    for (int i = 0; i < count; i++) {
        int fd = socket(AF_INET6, SOCK_STREAM, 0);
        if (!connect(fd, (struct sockaddr *) &to, sizeof to)) {
            return 6;
        }
        close(fd);
    }
    printf("%ld\n", (cpu() - begun) / count);
    return 0;
}

int main(int argc, char **argv) {
    alarm(60);
    return argc == 3 ? sends(atoi(argv[2])) : argc == 4 ? connects(atoi(argv[2]), atoi(argv[3])) : 2;
}
