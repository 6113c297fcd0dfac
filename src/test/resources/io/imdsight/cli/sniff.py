"""What loopback carries, as a capture file (pcap, Ethernet), until it is ended: sniff.py FILE; says "listening". What came until then is written whole."""
import select
import signal
import socket
import struct
import sys
import time

PACKET_OUTGOING = 4  # linux/if_packet.h: on loopback each packet is seen going out and coming in
SECONDS_MAX = 240

ending = False


def end(*_):
    global ending
    ending = True


# killed within a write, it would leave half a packet
signal.signal(signal.SIGTERM, end)
with open(sys.argv[1], 'wb', buffering=0) as file:
    file.write(struct.pack('=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    packets.bind(('lo', 0))
    print('listening', flush=True)
    last = time.monotonic() + SECONDS_MAX
    while time.monotonic() < last:
        if not select.select([packets], [], [], 0.2)[0]:
            if ending:
                break
            continue
        data, where = packets.recvfrom(65535)
        if where[2] != PACKET_OUTGOING:
            now = time.time()
            file.write(struct.pack('=IIII', int(now), int(now % 1 * 1e6), len(data), len(data)) + data)
