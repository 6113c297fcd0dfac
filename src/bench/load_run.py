"""One agent under one load, in the private network, and what came of each call. For the scripts beside it."""
import glob
import json
import os
import sqlite3
import subprocess
import time

import private_network
from footprint_agent import Agent, LAUNCHER, cpu_seconds, memory
from private_network import PrivateNetwork

# Not the metadata service's: the kernel's probe sees the whole machine, and somebody else may be testing there.
ADDRESS = "198.18.78.%d" % (1 + os.getpid() % 250)
# The witness decides on a connection some seconds after its end.
SETTLED_SECONDS = 7.0
# The heap fills up before it is collected in full: for whoever looks for growth it is small, so that what leaks on it ends the agent (status 3), and what
# leaks beside it shows. Then what may come on top: of PSS in MiB (less than that heap), descriptors, threads.
SMALL_HEAP = {"IMDSIGHT_JAVA_OPTIONS": "-Xmx32m"}
GROWTH_MAX = (28.0, 2, 2)
PUMP = os.path.join(private_network.HERE, "..", "test", "resources", "io", "imdsight", "cli", "pump.c")


class LoadNetwork(PrivateNetwork):
    """With another address of the service's, and the pump: it answers there and calls."""

    def __init__(self):
        super().__init__()
        private_network.run("nsenter", self.service_namespace(), "ip", "addr", "add", ADDRESS + "/32", "dev", "imds0")
        private_network.run("ip", "route", "add", ADDRESS + "/32", "dev", "ens5", "src", "10.0.0.5")
        private_network.check()
        # five thousand connections a second: a port is free again after a second
        for name, value in (("ip_local_port_range", "1024 65000"), ("tcp_tw_reuse", "1")):
            with open("/proc/sys/net/ipv4/" + name, "w") as f:
                f.write(value)
        self.pump = os.path.join(self.directory.name, "pump")
        private_network.run(os.environ.get("CC", "cc"), "-O2", "-o", self.pump, PUMP)
        self.environment = {**os.environ, "OUTSIDE": "net:[%s]" % os.environ[private_network.OUTSIDE], "PUMP_ADDRESS": ADDRESS}

    def pump_serves(self, seconds):
        """Instead of the server that every private network has."""
        server = self.started[-1]
        server.kill()
        server.wait()
        pump = self.start(["nsenter", self.service_namespace(), self.pump, "serve", str(seconds)], stdout=subprocess.PIPE, text=True,
                          env=self.environment)
        if pump.stdout.readline() != "ready\n":
            raise SystemExit("the pump does not serve")

    def pump_calls(self, callers, rate, seconds, depth, per_connection):
        """Starts them; they print asked, answered, connections, a line a caller."""
        return self.start([self.pump, "call"] + [str(n) for n in (callers, rate, seconds, depth, per_connection)], stdout=subprocess.PIPE,
                          text=True, env=self.environment)


class Watched:
    """An agent on the interface, its figures from begin() on."""

    def __init__(self, network, environment=None):
        self.agent = Agent(network, LAUNCHER, environment, ["--interface", "ens5", "--endpoint", ADDRESS, "--format", "json"])
        self.agent.until_it_captures()
        self.pid = self.agent.pid
        time.sleep(2)
        self.begin()

    def begin(self):
        self.cpu = cpu_seconds(self.pid)
        self.begun = time.monotonic()

    def figures(self):
        """PSS in MiB, descriptors, threads."""
        return memory(self.pid)[0], len(os.listdir("/proc/%d/fd" % self.pid)), len(os.listdir("/proc/%d/task" % self.pid))

    def cpu_used(self):
        return cpu_seconds(self.pid) - self.cpu

    def end(self):
        """Ends it; its final counts, with what is in the ledger."""
        time.sleep(SETTLED_SECONDS)
        cpu = self.cpu_used()
        self.agent.close()
        with open(glob.glob(self.agent.said.name)[0]) as f:
            counts = next((json.loads(line)["counts"] for line in reversed(f.readlines()) if line.startswith('{"counts"')), None)
        if counts is None or self.agent.process.returncode != 0:
            raise SystemExit("the agent ended with %d: %s" % (self.agent.process.returncode, self.agent.text()[-2000:]))
        with sqlite3.connect(os.path.join(self.agent.state, "ledger.db")) as ledger:
            counts["ledger"] = ledger.execute("SELECT coalesce(sum(count), 0) FROM tallies").fetchone()[0]
        counts["cpu"] = cpu
        return counts


def lost(counts, asked, connections):
    """Sentences on what is not as it should be; none where every call was captured, attributed and counted."""
    c = counts["connections"]
    named = counts["evidence"]["connect-probe"] + counts["evidence"]["socket-table"]
    checks = (("decoded", counts["requests"], asked), ("served without a token", counts["metadata_no_token"], asked), ("attributed", named, asked),
              ("in the ledger", counts["ledger"], asked), ("connections seen by both", c["both"], connections))
    out = ["%s: %d of %d" % (name, is_, want) for name, is_, want in checks if is_ != want]
    return out + (["dropped: " + json.dumps(counts["drops"])] if counts["drops"] else [])


def uncounted(counts, asked, connections):
    """The same where the machine does other things, too: a loss is no fault, but one that the agent did not count is, and so is any other kind of drop."""
    c, drops = counts["connections"], dict(counts["drops"])
    ring, queue, probe = (drops.pop(where, 0) for where in ("kernel-ring", "sighting-queue", "probe-ring"))
    named = counts["evidence"]["connect-probe"] + counts["evidence"]["socket-table"]
    wrong = []
    if counts["requests"] != asked and not (ring and counts["requests"] < asked):
        wrong.append("decoded: %d of %d" % (counts["requests"], asked))
    if counts["ledger"] != counts["requests"] - queue:
        wrong.append("in the ledger: %d of %d" % (counts["ledger"], counts["requests"] - queue))
    if named != counts["ledger"] and not probe:
        wrong.append("attributed: %d of %d" % (named, counts["ledger"]))
    if c["both"] + c["kernel"] != connections and not probe:
        wrong.append("connections: %d and %d of %d" % (c["both"], c["kernel"], connections))
    return wrong + (["dropped: " + json.dumps(drops)] if drops else [])


def grown(rows):
    """Sentences on what is more at the end than it was after a third of the time: rows are figures() over time."""
    pairs = zip(("PSS", "descriptors", "threads"), rows[len(rows) // 3], rows[-1], GROWTH_MAX)
    return ["%s grew from %.1f to %.1f" % (name, first, last) for name, first, last, most in pairs if last - first > most]
