"""The assembled agent as a unit runs it, and what it costs. For the scripts beside it."""
import os
import re
import shutil
import subprocess
import sys
import time

from private_network import PrivateNetwork, SERVICE, TREE


def cpu_seconds(pid):
    """Of all its threads, ended ones included: the clock that clock_getcpuclockid(3) names."""
    return time.clock_gettime((~pid << 3) | 2)


def as_after_a_boot():
    """Drops the tree's files from the kernel's cache. A tree that has just been written is cached in large pieces, which Linux from 6.18 on maps whole."""
    for directory, _, names in os.walk(TREE):
        for name in names:
            path = os.path.join(directory, name)
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as f:
                    os.fsync(f.fileno())
                    os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def memory(pid):
    """PSS and RSS, MiB."""
    with open("/proc/%d/smaps_rollup" % pid) as f:
        text = f.read()
    return tuple(int(re.search(r"^%s:\s+(\d+) kB" % key, text, re.M).group(1)) / 1024 for key in ("Pss", "Rss"))


def where(pid):
    """PSS by what is mapped, KiB, largest first."""
    sums = {}
    name = "?"
    with open("/proc/%d/smaps" % pid) as f:
        for line in f:
            head = re.match(r"[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+\s*(.*)", line)
            if head:
                name = os.path.basename(head.group(2)) or "anonymous"
            elif line.startswith("Pss:"):
                sums[name] = sums.get(name, 0) + int(line.split()[1])
    return sorted(((k, n) for n, k in sums.items()), reverse=True)


class Agent:
    """The agent as a unit runs it. Ended by close()."""

    def __init__(self, network, command, environment=None, flags=()):
        self.state = os.path.join(network.directory.name, "state")
        shutil.rmtree(self.state, ignore_errors=True)
        self.said = open(os.path.join(network.directory.name, "said"), "w+")
        self.begun = time.monotonic()
        self.process = network.start(
            command + ["agent", "--config", "/dev/null", "--state-dir", self.state, "--log", "callers"] + list(flags),
            stdout=subprocess.DEVNULL, stderr=self.said, env={**os.environ, **(environment or {})})
        self.pid = self.process.pid

    def until_it_captures(self):
        """Seconds since its start, to some two milliseconds; CPU seconds until then."""
        def captures():
            if self.process.poll() is not None:
                sys.exit("the agent ended: " + self.text())
            return "capturing on" in self.text()
        PrivateNetwork.until(captures)
        return time.monotonic() - self.begun, cpu_seconds(self.pid)

    def text(self):
        with open(self.said.name) as f:
            return f.read()

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.said.close()


LAUNCHER = [os.path.join(TREE, "bin", "imdsight")]


def shipped(network):
    """The command line that the launcher makes for the agent, without the agent's own flags."""
    agent = Agent(network, LAUNCHER)
    agent.until_it_captures()
    with open("/proc/%d/cmdline" % agent.pid, "rb") as f:
        words = f.read().decode().split("\0")[:-1]
    agent.close()
    return words[: words.index("agent")]


def without(*beginnings):
    return lambda words: [w for w in words if not any(w.startswith(b) for b in beginnings)]


def instead(beginning, *new):
    """Replaces options that begin so, or adds them where there are none."""
    return lambda words: [words[0]] + [w for w in words[1:] if not w.startswith(beginning)][:-2] + list(new) + words[-2:]


def both(*edits):
    def edit(words):
        for e in edits:
            words = e(words)
        return words
    return edit


def calls(network, way, rate, seconds, within=()):
    out = subprocess.run(list(within) + [network.traffic, "calls", way, SERVICE, "80", str(rate), str(seconds)], capture_output=True, text=True, check=True)
    answered, took = out.stdout.split()
    return int(answered), float(took)
