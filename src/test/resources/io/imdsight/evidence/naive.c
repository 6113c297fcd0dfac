/*
 * The usual way to name a caller, to compare with: sees the request's packet, looks its port up in /proc/net/tcp, and then looks for the socket's
 * number among the open files of all processes. Run it inside the network namespace that it is to watch.
 *
 *   naive INTERFACE      says "ready", then for each "GET /n/NUMBER" to port 80:
 *       named NUMBER PID NANOS ARGUMENTS     NANOS since the connection's SYN; ARGUMENTS in hexadecimal, - where there are none any more
 *       none NUMBER
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (16 * 1024 * 1024)

static long long syn_nanos[65536];

static long long nanos(struct timespec t) {
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The inode of the socket with that port, and port 80 on the other side; 0 where there is none. */
static unsigned long inode_of(int port) {
    FILE *table = fopen("/proc/net/tcp", "r");
    char line[512];
    unsigned long found = 0;
    while (table && !found && fgets(line, sizeof line, table)) {
        unsigned local, remote;
        unsigned long inode;
        if (sscanf(line, " %*d: %*x:%x %*x:%x %*x %*x:%*x %*x:%*x %*x %*d %*d %lu", &local, &remote, &inode) == 3 && (int) local == port &&
            remote == 80) {
            found = inode;
        }
    }
    if (table) {
        fclose(table);
    }
    return found;
}

static int holds(const char *pid, const char *socket) {
    char path[600], target[64];
    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    DIR *files = opendir(path);
    int found = 0;
    for (struct dirent *f; files && !found && (f = readdir(files));) {
        snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, f->d_name);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length > 0 ? length : 0] = 0;
        found = !strcmp(target, socket);
    }
    if (files) {
        closedir(files);
    }
    return found;
}

static int holder_of(unsigned long inode) {
    char socket[64];
    snprintf(socket, sizeof socket, "socket:[%lu]", inode);
    DIR *processes = opendir("/proc");
    int found = 0;
    for (struct dirent *p; processes && !found && (p = readdir(processes));) {
        if (isdigit((unsigned char) p->d_name[0]) && holds(p->d_name, socket)) {
            found = atoi(p->d_name);
        }
    }
    if (processes) {
        closedir(processes);
    }
    return found;
}

static void name(const char *number, int length, int port) {
    unsigned long inode = inode_of(port);
    int pid = inode ? holder_of(inode) : 0;
    if (!pid) {
        printf("none %.*s\n", length, number);
        return;
    }
    char path[64];
    unsigned char arguments[4096];
    snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
    int fd = open(path, O_RDONLY);
    ssize_t got = fd < 0 ? 0 : read(fd, arguments, sizeof arguments);
    if (fd >= 0) {
        close(fd);
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    printf("named %.*s %d %lld ", length, number, pid, nanos(now) - syn_nanos[port]);
    for (ssize_t i = 0; i < got; i++) {
        printf("%02x", arguments[i]);
    }
    printf(got > 0 ? "\n" : "-\n");
}

static void packet(const unsigned char *p, ssize_t length, long long time) {
    int ip = ETH_HLEN, tcp = ip + (p[ip] & 15) * 4;
    if (length < tcp + 20 || p[ip] >> 4 != 4 || p[ip + 9] != IPPROTO_TCP || p[tcp + 2] != 0 || p[tcp + 3] != 80) {
        return;
    }
    int port = p[tcp] << 8 | p[tcp + 1], body = tcp + (p[tcp + 12] >> 4) * 4;
    if (p[tcp + 13] & 2) {
        syn_nanos[port] = time;
    }
    if (length > body + 7 && !memcmp(p + body, "GET /n/", 7)) {
        int digits = 0;
        while (body + 7 + digits < length && isdigit(p[body + 7 + digits])) {
            digits++;
        }
        name((const char *) p + body + 7, digits, port);
    }
}

static int listening(const char *interface) {
    /* ip proto tcp, not a fragment, destination port 80 */
    struct sock_filter code[] = {
        {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12},       {BPF_JMP | BPF_JEQ | BPF_K, 0, 8, ETH_P_IP},
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, 23},       {BPF_JMP | BPF_JEQ | BPF_K, 0, 6, IPPROTO_TCP},
        {BPF_LD | BPF_H | BPF_ABS, 0, 0, 20},       {BPF_JMP | BPF_JSET | BPF_K, 4, 0, 0x1fff},
        {BPF_LDX | BPF_B | BPF_MSH, 0, 0, 14},      {BPF_LD | BPF_H | BPF_IND, 0, 0, 16},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 80},      {BPF_RET | BPF_K, 0, 0, 2048},
        {BPF_RET | BPF_K, 0, 0, 0},
    };
    struct sock_fprog filter = {sizeof code / sizeof *code, code};
    int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, bytes = BUFFER_BYTES;
    struct sockaddr_ll where = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex(interface)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) ||
        bind(fd, (struct sockaddr *) &where, sizeof where)) {
        perror("naive");
        exit(69);
    }
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        return 64;
    }
    alarm(900);
    setvbuf(stdout, NULL, _IOLBF, 16384);
    int fd = listening(argv[1]);
    printf("ready\n");
    for (;;) {
        unsigned char bytes[2048];
        char control[256];
        struct iovec part = {bytes, sizeof bytes};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t length = recvmsg(fd, &message, 0);
        struct cmsghdr *c = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
        if (c && length > ETH_HLEN + 20) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            packet(bytes, length, nanos(time));
        }
    }
}
