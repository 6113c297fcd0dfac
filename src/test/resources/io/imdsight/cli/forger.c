/*
 * A caller that chose every text about itself: run under any path, with any arguments.
 *
 *   environment: FORGER_HEAD   the request, two hexadecimal digits a byte
 *                FORGER_NAME   what it calls itself to the kernel, the same
 *                FORGER_CHILD  set in the child that calls; without it a process with the same names starts that child and waits
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t bytes_of(const char *hex, char *out, size_t max) {
    size_t n = 0;
    for (; hex && hex[2 * n] && n < max; n++) {
        char digits[3] = {hex[2 * n], hex[2 * n + 1], 0};
        out[n] = (char) strtol(digits, NULL, 16);
    }
    return n;
}

int main(int argc, char **argv) {
    static char head[8192], in[8192], name[16];
    alarm(30);
    (void) argc;
    bytes_of(getenv("FORGER_NAME"), name, sizeof name - 1);
    prctl(PR_SET_NAME, name);
    if (!getenv("FORGER_CHILD")) {
        int status = 1;
        setenv("FORGER_CHILD", "1", 1);
        if (fork() == 0) {
            execv("/proc/self/exe", argv); /* the link's target is what /proc then names */
            _exit(9);
        }
        wait(&status);
        usleep(100000); /* its arguments can be read until it ends */
        return status != 0;
    }
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = inet_addr("169.254.169.254")};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    size_t length = bytes_of(getenv("FORGER_HEAD"), head, sizeof head);
    if (connect(s, (struct sockaddr *) &a, sizeof a) || write(s, head, length) != (ssize_t) length) return 2;
    return read(s, in, sizeof in) > 12 && !strncmp(in + 8, " 200", 4) ? 0 : 3;
}
