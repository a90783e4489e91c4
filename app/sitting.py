"""Child processes that solve, and stay for a while with the problem they solved, so that other money is answered from it at once.

The parent keeps a few that wait, the longest idle ended first, and one that has done nothing yet, so that a first plan need not wait for a
process to begin. A child ends by itself when nothing is asked for a time, or when its parent is gone.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import BinaryIO

MEMORY = 4 * 2**30  # bytes a child may take, where the platform can hold it to that; the largest trust of the demonstration took 1.2 GB
IDLE = 900.0  # seconds after which a child that nobody asks ends
KEPT = 2  # children that wait with a solved problem, which each holds twice
ROOT = Path(__file__).parents[1]

type Message = tuple[object, ...]


@dataclass(eq=False)
class Child:
    """One process and what it says; `kin` is the digest of the problem that it keeps, blank for none."""

    process: subprocess.Popen[bytes]
    heard: Queue[Message | None] = field(default_factory=Queue)
    kin: str = ""
    waits_since: float = field(default_factory=time.monotonic)

    @classmethod
    def begin(cls) -> Child:
        """Start a process; one thread of calculation each, so that two plans at once do not fight."""
        command = [sys.executable, "-m", "app.jobs"]
        environment = dict(os.environ) | {"OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)  # noqa: S603 - ours
        child = cls(process)
        threading.Thread(target=child._listen, daemon=True).start()
        return child

    @property
    def alive(self) -> bool:
        """Say whether the process is there."""
        return self.process.poll() is None

    def say(self, *message: object) -> None:
        """Send a message; one that died is found out by what it does not answer."""
        assert self.process.stdin is not None  # noqa: S101 - asked for where it began
        with suppress(BrokenPipeError):
            pickle.dump(message, self.process.stdin)
            self.process.stdin.flush()

    def end(self) -> None:
        """Stop the process, at work or not."""
        self.process.kill()
        assert self.process.stdin is not None  # noqa: S101
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()

    def _listen(self) -> None:
        """Hand on what the process says; None when it says no more."""
        assert self.process.stdout is not None  # noqa: S101
        with self.process.stdout as stream, suppress(EOFError, pickle.UnpicklingError, OSError, ValueError):
            while True:
                self.heard.put(pickle.load(stream))  # noqa: S301 - from our own child alone
        self.heard.put(None)


@dataclass(eq=False)
class Sittings:
    """Give out children: one that keeps the problem asked about, else one that has done nothing yet; take them back when they are done."""

    kept: int = KEPT
    waiting: list[Child] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self) -> None:
        """Have a child begin that nobody has asked anything yet."""
        with self.lock:
            if not any(child.alive and not child.kin for child in self.waiting):
                self.waiting.append(Child.begin())

    def take(self, kin: str) -> Child:
        """Return a child of one's own, one that keeps this problem where there is one."""
        with self.lock:
            gone = [child for child in self.waiting if not child.alive]
            self.waiting = [child for child in self.waiting if child not in gone]
            for child in gone:
                child.end()
            for child in [*(one for one in self.waiting if one.kin == kin), *(one for one in self.waiting if not one.kin)]:
                self.waiting.remove(child)
                return child
        return Child.begin()

    def back(self, child: Child, kin: str) -> None:
        """Take back a child that keeps a problem; of more than a few the longest idle, and any that keeps the same, ends."""
        child.kin, child.waits_since = kin, time.monotonic()
        with self.lock:
            same = [one for one in self.waiting if one.kin == kin]
            others = [one for one in self.waiting if one.kin and one.kin != kin]
            others.sort(key=lambda one: one.waits_since)
            over = [*same, *others[: max(0, len(others) + 1 - self.kept)]]
            self.waiting = [*(one for one in self.waiting if one not in over), child]
        for one in over:
            one.end()

    def close(self) -> None:
        """End every child that waits."""
        with self.lock:
            over, self.waiting = self.waiting, []
        for child in over:
            child.end()


SITTINGS = Sittings()
"""The children of this process; shared, so that every page and tab has the use of them."""


@dataclass(eq=False)
class Inbox:
    """What the parent says, in the child: work to do, and a wish to cancel it; the end of the stream means that nobody waits any more."""

    stream: BinaryIO
    work: Queue[Message | None] = field(default_factory=Queue)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def open(self) -> None:
        """Begin to listen."""
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self, idle: float) -> Message | None:
        """Return the next work; None where the parent is gone or has asked nothing for a time."""
        try:
            message = self.work.get(timeout=idle)
        except Empty:
            return None
        return message

    def _listen(self) -> None:
        with suppress(EOFError, pickle.UnpicklingError, OSError, ValueError):
            while True:
                message = pickle.load(self.stream)  # noqa: S301 - from our own parent alone
                if message == ("cancel",):
                    self.cancelled.set()
                else:
                    self.cancelled.clear()
                    self.work.put(message)
        self.cancelled.set()
        self.work.put(None)


def hold_memory(most: int = MEMORY) -> None:
    """Keep this process to so many bytes, where the platform can."""
    if sys.platform != "win32":
        resource = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.getrlimit(resource.RLIMIT_DATA)[1]))
