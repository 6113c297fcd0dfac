"""A network for measurements that leads nowhere: the machine's side with ens5 at 10.0.0.5, the service's side with 169.254.169.254, a veth between them.

Both are network namespaces of the script's own. Nothing is started in them before it was checked that neither is the machine's, and that no route
leads out. Everything that was started ends with the script, and the namespaces with it.
"""
import atexit
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.environ.get("BENCH_TREE") or os.path.normpath(os.path.join(HERE, "..", "..", "target", "imdsight"))
SERVICE = "169.254.169.254"
OUTSIDE = "OUTSIDE_NETNS"  # traffic.c reads it, too


def inode(pid="self"):
    return os.stat("/proc/%s/ns/net" % pid).st_ino


def enter():
    """Starts this script again in a namespace of its own; returns there."""
    if OUTSIDE not in os.environ:
        if os.geteuid() != 0:
            sys.exit("needs root, for network namespaces")
        os.environ[OUTSIDE] = str(inode())
        os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable] + sys.argv)


def check(pid="self"):
    """Ends the script where packets could leave: fail closed."""
    machine = {int(os.environ[OUTSIDE])}  # noted before any other was made
    try:
        machine.add(inode(1))
    except PermissionError:
        pass
    if inode(pid) in machine:
        sys.exit("this is the machine's own network namespace")
    for family in ("-4", "-6"):
        routes = run("nsenter", "--net=/proc/%s/ns/net" % pid, "ip", family, "route", "show")
        for route in routes.splitlines():
            if route.startswith("default") or " via " in route:
                sys.exit("a route leads out: " + route)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class PrivateNetwork:
    def __init__(self):
        check()
        links = [l.split(":")[1].strip() for l in run("ip", "-o", "link", "show", "up").splitlines()]
        if links:
            sys.exit("this namespace is not fresh: " + " ".join(links))
        self.started = []
        self.directory = tempfile.TemporaryDirectory(prefix="imdsight-bench-")
        atexit.register(self.close)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        self.traffic = os.path.join(self.directory.name, "traffic")
        run(os.environ.get("CC", "cc"), "-O2", "-o", self.traffic, os.path.join(HERE, "traffic.c"))
        run("ip", "link", "set", "lo", "up")
        # the service's side is a namespace that a process holds, which serves only once the namespace is laid out
        self.holder = self.start(["unshare", "--net", "sleep", "infinity"])
        self.until(lambda: inode(self.holder.pid) != inode())
        other = "--net=/proc/%d/ns/net" % self.holder.pid
        run("ip", "link", "add", "ens5", "type", "veth", "peer", "name", "imds0", "netns", str(self.holder.pid))
        run("ip", "addr", "add", "10.0.0.5/24", "dev", "ens5")
        run("ip", "link", "set", "ens5", "up")
        for command in ("link set lo up", "addr add %s/32 dev imds0" % SERVICE, "link set imds0 up", "route add 10.0.0.0/24 dev imds0 src " + SERVICE):
            run("nsenter", other, "ip", *command.split())
        run("ip", "route", "add", SERVICE + "/32", "dev", "ens5", "src", "10.0.0.5")
        check()
        check(self.holder.pid)
        self.serve("serve", "80", other)

    def serve(self, mode, port, namespace=None):
        """Starts a server of traffic.c, in the service's namespace or here."""
        command = [self.traffic, mode, port]
        server = self.start((["nsenter", namespace] if namespace else []) + command, stdout=subprocess.PIPE, text=True)
        if server.stdout.readline() != "ready\n":
            sys.exit("the server does not start")
        return server

    def service_namespace(self):
        return "--net=/proc/%d/ns/net" % self.holder.pid

    def start(self, command, **how):
        process = subprocess.Popen(command, **how)
        self.started.append(process)
        return process

    @staticmethod
    def until(condition, seconds=20.0):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                sys.exit("waited in vain for " + str(seconds) + " s")
            time.sleep(0.002)

    def close(self):
        for process in reversed(self.started):
            if process.poll() is None:
                process.kill()
                process.wait()
        self.directory.cleanup()
