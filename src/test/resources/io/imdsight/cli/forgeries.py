"""Starts a caller for each attempt to forge output, all of whose texts are that attempt: forgeries.py FORGER DIRECTORY; prints how many were served."""
import os
import sys

FORGERIES = [
    b'\nVERDICT: ready <forged>', b'\r<forged>\r\n', b'\x1b[2J\x1b[31m', b'\x1b]0;forged\x07', b'\xc2\x9b31m', '\u202e\u2066forged\u2069'.encode(),
    '\u200b\u200d\ufeff\u2060\u00ad'.encode(), '\u2028\u2029\u0085'.encode(), b'\xff\xfe\xc0\xaf\xed\xa0\xbd', '\ufe0f\U000e0041\u3164'.encode(),
    b'","imds":{"version":"v2"},"x":"', b'"}\n{"timestamp":"2026-01-01T00:00:00Z"}', b'\\', b'\\"', b'\\u000a\\n\\x0a',
    b'<forged onload=1><!--', b'</forged></script></pre>', b"'><forged '", b'&lt;forged&gt;&#60;',
    b'"} 1\nimdsight_requests_total{x="', b'a\\"} 1\n# EOF', b'# EOF', b'{caller="x"}', b'=1+1|cmd', b'+1', b'-1', b'@SUM(1)', b'<0>forged',
    b'\n<0>forged\nREADY=1\nSTATUS=forged', b'STOPPING=1', 'caf\u00e9'.encode(), 'caf\u00e8'.encode(), b'%n%s%d${jndi:x}$(x)`x`', b':forged', b' ', b'x' * 180,
    b'2026-11-22 05:04:11.123  !V1  GET /forged  200  curl[1] root', b'in the last 9 s: 0 v1 calls', b'~!@\xf0\x9f\x98\x80',
]
# twelve thousand bytes that each take five in a line of JSON, with a priority after every hundred of them
LONG = [(b'\xff' * 100 + b'<0>forged\n') * 30] * 4


def hexadecimal(data):
    return ''.join('%02x' % b for b in data).encode()


def call(forger, directory, number, forgery, arguments):
    in_a_name = forgery.replace(b'\0', b'').replace(b'/', b'_')
    folder = os.path.join(os.fsencode(directory), b'%d' % number + in_a_name)
    os.mkdir(folder)
    path = os.path.join(folder, b'p' + in_a_name)
    os.link(os.fsencode(forger), path)
    # where a blank or a line's end would end it, it stands in the User-Agent alone
    in_a_target = bytes(b for b in forgery if b > 0x20 and b != 0x7f)
    in_a_header = forgery.replace(b'\r', b'').replace(b'\n', b'')
    head = b'GET /latest/meta-data/instance-id?n=%d&%s HTTP/1.1\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n' % (number, in_a_target, in_a_header)
    environment = {b'FORGER_HEAD': hexadecimal(head), b'FORGER_NAME': hexadecimal(forgery[:15])}
    child = os.fork()
    if child == 0:
        os.setgid(4711)
        os.setuid(4711)
        os.execve(path, [b'p' + in_a_name] + arguments, environment)
    return os.waitpid(child, 0)[1] == 0


def main():
    forger, directory = sys.argv[1:]
    # the first one: so it is among the callers that the service log names
    served = call(forger, directory, len(FORGERIES), b'long', LONG)
    for number, forgery in enumerate(FORGERIES):
        served += call(forger, directory, number, forgery, [forgery, b'--name=' + forgery, forgery * 2, b''])
    print(served, len(FORGERIES) + 1)


main()
