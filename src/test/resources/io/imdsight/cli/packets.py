"""Packets that try not to be seen, or not as what they are, across a router: packets.py KIND PORT, or packets.py serve SECONDS.

  caller's namespace           router's                       service's
  w0 198.18.79.2, .3     ---   w1 198.18.79.1  x0 198.18.80.1  ---  x1 198.18.80.2, lo 198.18.78.1 and .2
     fd79::2                      fd79::1         fd80::1              fd80::2,        fd78::1

Some kinds use a socket of the kernel and slip packets in; the others speak TCP themselves, from addresses that nobody has. Runs only in another network
namespace than that which the variable OUTSIDE names. The service prints a line a request: port, whether there was a token.
"""
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time

if os.readlink("/proc/self/ns/net") == os.environ.get("OUTSIDE", os.readlink("/proc/self/ns/net")):
    sys.exit("not in a network namespace of its own")

V4, V4_OTHER, V6 = "198.18.78.1", "198.18.78.2", "fd78::1"
TOKEN = b"X-aws-ec2-metadata-token: t\r\n"
MPTCP = 262
FIN, SYN, RST, ACK = 1, 2, 4, 16
KIND = sys.argv[1]
START = b"GET /latest/meta-data/instance-id?e=" + KIND.encode() + b" HTTP/1.1\r\nHost: x\r\n"
END = b"Connection: close\r\n\r\n"


def serve(seconds):
    """Takes any head, answers 200, and closes. Speaks MPTCP and Fast Open."""
    listeners = []
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        s = socket.socket(family, socket.SOCK_STREAM, MPTCP)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind((address, 80))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
        s.listen(64)
        listeners.append(s)
    print("ready", flush=True)
    heads = {}
    end = time.time() + seconds
    while time.time() < end:
        for s in select.select(listeners + list(heads), [], [], 0.5)[0]:
            if s in listeners:
                c, where = s.accept()
                heads[c] = [where[1], b""]
                continue
            try:
                more = s.recv(65536)
            except OSError:
                more = b""
            heads[s][1] += more
            if b"\r\n\r\n" in heads[s][1]:
                print(heads[s][0], "token" if b"metadata-token:" in heads[s][1] else "none", flush=True)
                s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
                more = b""
            if not more:
                del heads[s]
                s.close()


def checksum(b):
    b += b"\0" * (len(b) % 2)
    n = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    while n >> 16:
        n = (n & 0xFFFF) + (n >> 16)
    return ~n & 0xFFFF


def tcp(source, target, port, sequence, acknowledgment, flags, payload):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    header = struct.pack("!HHIIBBHHH", port, 80, sequence & 0xFFFFFFFF, acknowledgment & 0xFFFFFFFF, 0x50, flags, 4096, 0, 0)
    ends = socket.inet_pton(family, source) + socket.inet_pton(family, target)
    pseudo = ends + (struct.pack("!IHBB", len(header + payload), 0, 0, 6) if family == socket.AF_INET6 else struct.pack("!BBH", 0, 6, len(header + payload)))
    return header[:16] + struct.pack("!H", checksum(pseudo + header + payload)) + header[18:] + payload


def v4(source, target, payload, ttl=64, fragment=0, number=7):
    h = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), number, fragment, ttl, 6, 0) + socket.inet_aton(source) + socket.inet_aton(target)
    return h[:10] + struct.pack("!H", checksum(h)) + h[12:] + payload


def v6(source, target, payload, headers=()):
    """Headers: pairs of a type and its bytes, the first of which will name the next type."""
    types = [t for t, _ in headers] + [6]
    chain = b"".join(bytes([types[i + 1]]) + b[1:] for i, (_, b) in enumerate(headers))
    return struct.pack("!IHBB", 6 << 28, len(chain + payload), types[0], 64) + socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target) + chain + payload


def options(count):
    return [(60, bytes([0, 0, 1, 4, 0, 0, 0, 0]))] * count  # destination options that hold padding


class Stranger:
    """A TCP of its own, from an address that no interface has."""

    def __init__(self, source, target, wrap):
        self.source, self.target, self.wrap = source, target, wrap
        self.frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.frames.bind(("w0", 0))
        self.frames.settimeout(0.2)
        with open("w1.mac") as f:
            self.mac = bytes.fromhex(f.read().strip().replace(":", ""))
        self.sequence, self.expected = 1000 * PORT, 0

    def packet(self, b):
        kind = 0x86DD if b[0] >> 4 == 6 else 0x0800
        self.frames.send(self.mac + fcntl.ioctl(self.frames, 0x8927, struct.pack("256s", b"w0"))[18:24] + struct.pack("!H", kind) + b)

    def segment(self, flags, payload=b"", wrap=None):
        for b in (wrap or self.wrap)(self.source, self.target, tcp(self.source, self.target, PORT, self.sequence, self.expected, flags, payload)):
            self.packet(b)

    def answer(self):
        """The next segment of the service: flags and payload; what it sends again is passed over."""
        end = time.time() + 5
        while time.time() < end:
            try:
                b, where = self.frames.recvfrom(65535)
            except TimeoutError:
                continue
            b = b[14:]
            six = b[0] >> 4 == 6
            if where[2] == 4 or b[6 if six else 9] != 6:
                continue
            at = 40 if six else (b[0] & 15) * 4
            end_of_packet = 40 + struct.unpack("!H", b[4:6])[0] if six else struct.unpack("!H", b[2:4])[0]
            source, target, sequence, acknowledgment, offset, flags = struct.unpack("!HHIIBB", b[at:at + 14])
            if source == 80 and target == PORT and (flags & SYN or sequence == self.expected):
                payload = b[at + (offset >> 4) * 4:end_of_packet]
                self.expected = sequence + len(payload) + (1 if flags & (SYN | FIN) else 0)
                return flags, payload
        sys.exit("no answer to " + KIND)

    def open(self, payload=b""):
        self.segment(SYN, payload)
        if not self.answer()[0] & SYN:
            sys.exit("no connection for " + KIND)
        self.sequence += 1
        self.segment(ACK)

    def ask(self, payload, wrap=None):
        self.segment(ACK | 8, payload, wrap)
        self.finish(len(payload))

    def finish(self, sent):
        self.sequence += sent
        flags, said = 0, b""
        while not flags & FIN:
            flags, payload = self.answer()
            said += payload
            self.segment(ACK)
        self.segment(ACK | FIN)
        if b"200 OK" not in said:
            sys.exit("not served: " + KIND)


def whole4(source, target, segment):
    return [v4(source, target, segment)]


def fragments4(source, target, segment):
    return [v4(source, target, segment[:48], fragment=0x2000), v4(source, target, segment[48:], fragment=48 // 8)]


def whole6(source, target, segment):
    return [v6(source, target, segment)]


def atomic6(source, target, segment):
    return [v6(source, target, segment, [(44, struct.pack("!BBHI", 0, 0, 0, 77))])]


def fragments6(source, target, segment):
    first, rest = (44, struct.pack("!BBHI", 0, 0, 1, 78)), (44, struct.pack("!BBHI", 0, 0, 48, 78))
    return [v6(source, target, segment[:48], [first]), v6(source, target, segment[48:], [rest])]


def chain6(source, target, segment):
    return [v6(source, target, segment, options(10))]


def connected(address=V4, protocol=0):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, protocol)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.settimeout(5)
    s.bind(("", PORT))
    s.connect((address, 80))
    return s


def finish(s):
    said = b""
    while True:
        more = s.recv(65536)
        if not more:
            break
        said += more
    s.close()
    if b"200 OK" not in said:
        sys.exit("not served: " + KIND)


def dying(s, payload, flags=ACK | 8):
    """A segment of this connection, right in every respect, that the router drops: its time to live ends there."""
    s.setsockopt(socket.IPPROTO_TCP, 19, 1)  # TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ: linux/tcp.h
    numbers = []
    for queue in (2, 1):
        s.setsockopt(socket.IPPROTO_TCP, 20, queue)
        numbers.append(s.getsockopt(socket.IPPROTO_TCP, 21) & 0xFFFFFFFF)
    s.setsockopt(socket.IPPROTO_TCP, 19, -1)
    source = s.getsockname()[0]
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(v4(source, V4, tcp(source, V4, PORT, numbers[0], numbers[1], flags, payload), ttl=1), (V4, 0))
    time.sleep(0.05)


def counter(name):
    with open("/proc/self/net/netstat") as f:
        lines = [line.split() for line in f]
    return next(int(v) for names, values in zip(lines[::2], lines[1::2]) for n, v in zip(names, values) if n == name)


if KIND == "serve":
    serve(float(sys.argv[2]))
    sys.exit()
PORT = int(sys.argv[2])
if KIND in ("fragments", "fragments-alone"):
    s = Stranger("198.18.79.9", V4_OTHER if KIND == "fragments-alone" else V4, whole4)
    s.open()
    s.ask(START + END, fragments4)
elif KIND == "syn-decoy":  # bytes within the SYN, which a service without a cookie passes over, and others in their place
    s = Stranger("198.18.79.9", V4, whole4)
    s.open(START + TOKEN + END)
    s.ask(START + END)
elif KIND in ("atomic-fragment", "fragments-v6", "long-chain"):
    s = Stranger("fd79::9", V6, chain6 if KIND == "long-chain" else whole6)
    s.open()
    s.ask(START + END, {"atomic-fragment": atomic6, "fragments-v6": fragments6, "long-chain": chain6}[KIND])
elif KIND == "extension-headers":
    s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    for option in (54, 59):  # IPV6_HOPOPTS, IPV6_DSTOPTS
        s.setsockopt(socket.IPPROTO_IPV6, option, bytes([0, 0, 1, 4, 0, 0, 0, 0]))
    s.settimeout(5)
    s.bind(("", PORT))
    s.connect((V6, 80))
    s.sendall(START + END)
    finish(s)
elif KIND == "dying-decoy":
    s = connected()
    dying(s, START + TOKEN + END)
    s.sendall(START + END)
    finish(s)
elif KIND == "dying-decoy-bare":
    s = connected()
    dying(s, START + END)
    s.sendall(START + TOKEN + END)
    finish(s)
elif KIND == "dying-tail":
    s = connected()
    s.sendall(START)
    time.sleep(0.05)
    dying(s, TOKEN + END)
    s.sendall(END)
    finish(s)
elif KIND == "dying-reset":
    s = connected()
    dying(s, b"", RST)
    s.sendall(START + END)
    finish(s)
elif KIND == "dying-end":
    s = connected()
    dying(s, b"", ACK | FIN)
    s.sendall(START + END)
    finish(s)
elif KIND == "fast-open":
    for turn in range(2):  # the first brings the cookie
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        s.bind(("", PORT + turn))
        before = counter("TCPFastOpenActive")
        s.sendto(START + END, socket.MSG_FASTOPEN, (V4, 80))
        s.settimeout(5)
        finish(s)
    if counter("TCPFastOpenActive") == before:
        sys.exit("no request within a SYN")
elif KIND == "multipath":
    s = connected(V4, MPTCP)
    s.sendall(START + END)
    finish(s)
elif KIND == "multipath-split":  # half of a head on either of two connections
    s = connected(V4, MPTCP)
    s.sendall(START)
    end = time.time() + 5
    while counter("MPJoinSynAckRx") == 0:
        if time.time() > end:
            sys.exit("no second path")
        time.sleep(0.05)
    time.sleep(0.2)
    subprocess.run(["ip", "mptcp", "endpoint", "delete", "id", "0", "198.18.79.2"], check=True)
    time.sleep(0.2)
    s.sendall(END)
    finish(s)
else:
    sys.exit("unknown kind " + KIND)
