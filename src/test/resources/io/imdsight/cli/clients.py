"""Connections of every sort. clients.py KIND ADDRESS COUNT"""
import os
import socket
import struct
import sys

KIND, ADDRESS, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
FAMILY = socket.AF_INET6 if ":" in ADDRESS else socket.AF_INET
REQUEST = b"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def connected(protocol=0, port=0):
    s = socket.socket(FAMILY, socket.SOCK_STREAM, protocol)
    if port:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((ADDRESS, port))
    s.settimeout(5)
    s.connect((ADDRESS, 80))
    return s


def ask(s):
    s.sendall(REQUEST)
    while s.recv(65536):
        pass
    s.close()


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


for i in range(COUNT):
    if KIND == "ask":
        ask(connected())
    elif KIND == "silent":
        connected().close()
    elif KIND == "reset":
        reset(connected())
    elif KIND == "ask-reset":
        s = connected()
        s.sendall(REQUEST)
        s.recv(10)
        reset(s)
    elif KIND == "refused":
        try:
            connected()
            sys.exit("not refused")
        except ConnectionRefusedError:
            pass
    elif KIND == "multipath":
        ask(connected(262))
    elif KIND == "same-port":
        ask(connected(0, 45000))
    elif KIND == "fast-open":
        s = socket.socket(FAMILY, socket.SOCK_STREAM)
        s.sendto(REQUEST, socket.MSG_FASTOPEN, (ADDRESS, 80))
        while s.recv(65536):
            pass
        s.close()
    elif KIND == "fork":
        s = connected()
        if os.fork() == 0:
            ask(s)
            os._exit(0)
        s.close()
        os.wait()
    elif KIND == "half-open":
        s = socket.socket(FAMILY, socket.SOCK_STREAM)
        s.setblocking(False)
        try:
            s.connect((ADDRESS, 80))
        except BlockingIOError:
            pass
        s.close()
    elif KIND == "hold":
        held = [connected() for _ in range(3)]
        sys.stdin.readline()
    elif KIND == "serve":
        server = socket.socket(FAMILY, socket.SOCK_STREAM)
        server.bind((ADDRESS, 80))
        server.listen(100)
        for _ in range(7):
            c = connected()
            server.accept()[0].close()
            c.close()
    else:
        sys.exit("unknown kind " + KIND)
