"""Plans, and what more money would do to them, solved outside the page: a thread and a child process for each, a run in the store.

The child gets planning tables and no row about a person. Everything that pages show comes from the run's row, so a closed tab or a
restart loses nothing; only progress lives in memory. This module knows no Streamlit.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import BinaryIO

from app.money import EXPECTED
from app.pipeline import plans
from app.pipeline.plans import MoneyJob, MoneyRequest, PlanJob, PlanRequest
from optimiser.errors import PlanError, SkillsplanError
from skills_model.privacy import Scope
from skills_model.store import Store

TIME_LIMIT = 300.0  # seconds of solving
GRACE = 10.0  # seconds a cancelled child has to stop by itself
MEMORY = 4 * 2**30  # bytes a child may take, where the platform can hold it to that; a large trust over five years took 0.7 GB
TICK = 0.2  # seconds between looks at a child
REMEMBERED = 200  # tickets; what matters of older ones is in the store
ROOT = Path(__file__).parents[1]
UNDER_WAY = frozenset({"queued", "running"})
PLANNED = frozenset({"optimal", "feasible"})
DEAD = "The solver stopped without an answer. Ask again; if it happens again, try a plan of fewer periods."

type Request = PlanRequest | MoneyRequest
type Job = PlanJob | MoneyJob


@dataclass
class Ticket:
    """What is known in memory about what was asked for; `run` is its id in the store once its tables are written."""

    request: Request
    version: str
    step: str = "Reading staff, posts and skills"
    run: str = ""
    error: str = ""
    started: float = field(default_factory=time.monotonic)
    cancelled: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """Return the time since it was asked for."""
        return time.monotonic() - self.started


class Desk:
    """Takes requests; the same request is one ticket while it is under way."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self.time_limit = time_limit
        self._tickets: dict[str, Ticket] = {}
        self._taking = threading.Lock()

    def ask(self, store: Store, scope: Scope, request: Request, version: str) -> str:
        """Start work, or join the same work under way; return the ticket's id at once."""
        name = options(request, version)
        with self._taking:
            known = self._tickets.get(name)
            if known is None or known.ended.is_set():
                self._tickets[name] = ticket = Ticket(request, version)
                for old in list(self._tickets)[:-REMEMBERED]:
                    if self._tickets[old].ended.is_set():
                        del self._tickets[old]
                threading.Thread(target=_supervise, args=(ticket, store, scope, self.time_limit), daemon=True).start()
        return name

    def ticket(self, name: str) -> Ticket | None:
        """Return a ticket by its id, or None where this process never had it."""
        return self._tickets.get(name)

    def of_run(self, run: str) -> Ticket | None:
        """Return the ticket that works on a run, or None."""
        return next((ticket for ticket in reversed(list(self._tickets.values())) if ticket.run == run), None)


def options(request: Request, version: str) -> str:
    """Return what was asked for, as the run's row holds it."""
    return json.dumps(asdict(request) | {"version": version}, sort_keys=True)


def _supervise(ticket: Ticket, store: Store, scope: Scope, time_limit: float) -> None:
    """Write the tables, claim the run, watch the child, record the end; whatever happens the ticket ends."""
    try:
        kind, job = _prepared(ticket.request, store, scope)
        run = job.key
        ticket.step = "Waiting for a turn"
        mine = store.claim_run(run, kind, ticket.request.organisation, options(ticket.request, ticket.version))
        ticket.run = run
        if not mine:
            _wait(ticket, store, scope)
        elif ticket.cancelled.is_set():
            store.finish_run(run, "cancelled", message="Cancelled before it began.")
        elif store.start_run(run):
            ticket.step = "Finding the best plan"
            status, message, result = _solve(ticket, job, time_limit)
            store.finish_run(run, status, message=message, result=result)
    except SkillsplanError as error:
        ticket.error = str(error)
        _fail(ticket, store, str(error))
    except Exception as error:
        ticket.error = f"A mistake of ours stopped it ({type(error).__name__}). The server's log has the details."
        _fail(ticket, store, ticket.error)
        raise
    finally:
        ticket.ended.set()


def _prepared(request: Request, store: Store, scope: Scope) -> tuple[str, Job]:
    """Return the kind of run, and the work with all that it needs from the store."""
    if isinstance(request, MoneyRequest):
        return "money", plans.prepare_money(store, scope, request)
    return "plan", plans.prepare_plan(store, scope, request)


def _fail(ticket: Ticket, store: Store, message: str) -> None:
    """Leave no run behind that nobody works on."""
    if ticket.run:
        with suppress(SkillsplanError):
            store.finish_run(ticket.run, "failed", message=message)


def _wait(ticket: Ticket, store: Store, scope: Scope) -> None:
    """Wait for somebody else's solve of the same inputs."""
    ticket.step = "The same is being worked out already"
    while not ticket.cancelled.is_set():
        rows = store.runs(scope, run=ticket.run)
        if rows.empty or rows["status"].iloc[0] not in UNDER_WAY:
            return
        time.sleep(TICK * 5)


def _solve(ticket: Ticket, job: Job, time_limit: float) -> tuple[str, str, str | None]:
    """Solve in a child process and return status, message and result."""
    command = [sys.executable, "-m", "app.jobs"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())  # noqa: S603 - our own program
    assert child.stdin is not None  # noqa: S101 - asked for two lines above
    assert child.stdout is not None  # noqa: S101
    heard: Queue[tuple[str, ...] | None] = Queue()
    listener = threading.Thread(target=_listen, args=(child.stdout, heard), daemon=True)
    listener.start()
    with suppress(BrokenPipeError):  # a child that died at once is found below
        pickle.dump((job, time_limit), child.stdin)
        child.stdin.flush()
    try:
        return _watch(ticket, child, heard, time_limit)
    finally:
        child.kill()
        with suppress(BrokenPipeError):
            child.stdin.close()
        child.wait()
        listener.join(GRACE)


def _watch(
    ticket: Ticket, child: subprocess.Popen[bytes], heard: Queue[tuple[str, ...] | None], time_limit: float
) -> tuple[str, str, str | None]:
    """Pass on progress and cancelling until the child answers, dies, or outstays its time."""
    told_to_stop: float | None = None
    latest = time.monotonic() + time_limit * 2 + 60  # reading and describing take time too
    while True:
        with suppress(Empty):
            message = heard.get(timeout=TICK)
            if message is None:
                return "abandoned", DEAD, None
            kind, *rest = message
            if kind == "progress":
                ticket.step = rest[0]
            else:
                return rest[0], rest[1], rest[2] or None
        now = time.monotonic()
        if ticket.cancelled.is_set() and told_to_stop is None and child.stdin is not None:
            told_to_stop = now
            ticket.step = "Cancelling"
            with suppress(BrokenPipeError):
                child.stdin.write(b"cancel\n")
                child.stdin.flush()
        if told_to_stop is not None and now - told_to_stop > GRACE:
            return "cancelled", "Cancelled.", None
        if now > latest:
            return "stopped", f"There was no answer within {time_limit:.0f} seconds.", None


def _listen(stream: BinaryIO, heard: Queue[tuple[str, ...] | None]) -> None:
    """Hand on what a child says; None when it says no more."""
    with stream, suppress(EOFError, pickle.UnpicklingError, OSError, ValueError):
        while True:
            heard.put(pickle.load(stream))  # noqa: S301 - from our own child alone
    heard.put(None)


def _environment() -> dict[str, str]:
    """Keep a child to one thread, so that two plans at once do not fight."""
    return dict(os.environ) | {"OMP_NUM_THREADS": "1"}


def work(stream: BinaryIO, say: Callable[[tuple[str, ...]], None]) -> None:
    """Be the child: read a job, solve it, say how it went; a line on the stream afterwards cancels."""
    job, time_limit = pickle.load(stream)  # noqa: S301 - from our own parent alone
    cancelled = threading.Event()
    threading.Thread(target=_await_cancel, args=(stream, cancelled), daemon=True).start()
    try:
        status, result = _worked(job, cancelled.is_set, lambda step: say(("progress", step)), time_limit)
        say(("end", status, "", result))
    except PlanError as error:
        say(("end", error.status, str(error), ""))
    except SkillsplanError as error:
        say(("end", "failed", str(error), ""))


def _worked(job: Job, cancel: Callable[[], bool], tell: Callable[[str], None], time_limit: float) -> tuple[str, str]:
    """Do the work; return how it ended and its result as JSON."""
    if isinstance(job, MoneyJob):
        found = plans.work_out_money(job, cancel=cancel, solved=lambda count: tell(_told_of_money(count)), time_limit=time_limit)
        return "optimal" if found.summary["complete"] else "feasible", found.to_json()
    plan = plans.solve_plan(job, cancel=cancel, progress=lambda progress: tell(_told(progress)), time_limit=time_limit)
    return str(plan.summary["status"]), plan.to_json()


def _await_cancel(stream: BinaryIO, cancelled: threading.Event) -> None:
    """A line asks to cancel; so does the end of the stream, for then nobody waits for the answer."""
    stream.readline()
    cancelled.set()


def _told(progress: object) -> str:
    """Say in a few words how far a solve is."""
    stage = str(getattr(progress, "stage", "") or "")
    return f"Finding the best plan: {stage}" if stage else "Finding the best plan"


def _told_of_money(count: int) -> str:
    """Say in a few words how many plans with other budgets are made."""
    return f"Making plans with other budgets: {count} of about {max(EXPECTED, count)}"


def main() -> None:
    """Run as a child process; whatever the solver prints goes to the log, not into the answer."""
    if sys.platform != "win32":
        resource = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    saying = threading.Lock()

    def say(message: tuple[str, ...]) -> None:
        with saying:
            pickle.dump(message, answer)
            answer.flush()

    work(sys.stdin.buffer, say)


if __name__ == "__main__":
    main()
