"""Plans, and what more money would do to them, solved outside the page: a thread and a child process for each, a run in the store.

A child stays for a while with the problem it solved: the same organisation with another budget is answered from it.

The child gets planning tables and no row about a person. Everything that pages show comes from the run's row, so a closed tab or a
restart loses nothing; only progress lives in memory. This module knows no Streamlit.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from queue import Empty
from typing import BinaryIO

from app.money import EXPECTED
from app.pipeline import following, offered, plans
from app.pipeline.plans import PLANNED, MoneyJob, MoneyRequest, PlanJob, PlanRequest, Readings
from app.pipeline.solving import Sitting
from app.sitting import IDLE, SITTINGS, Child, Inbox, hold_memory
from optimiser.errors import PlanError, SkillsplanError
from optimiser.renewal import kin
from skills_model.privacy import Scope
from skills_model.store import Store

TIME_LIMIT = 300.0  # seconds of solving
GRACE = 10.0  # seconds a cancelled child has to stop by itself
TICK = 0.2  # seconds between looks at a child
REMEMBERED = 200  # tickets; what matters of older ones is in the store
FIRST = ("actions", "path")  # tables of a plan that is shown at once
UNDER_WAY = frozenset({"queued", "running"})
DEAD = "The solver stopped without an answer. Ask again; if it happens again, try a plan of fewer periods."

type Request = PlanRequest | MoneyRequest
type Job = PlanJob | MoneyJob


@dataclass
class Ticket:
    """What is known in memory about what was asked for; `run` is its id in the store once its tables are written.

    `first` is the plan as JSON before its starts are made whole people, as soon as it is there; `told` is set then, or at the end.
    """

    request: Request
    version: str
    step: str = "Reading staff, posts and skills"
    run: str = ""
    error: str = ""
    first: str = ""
    told: threading.Event = field(default_factory=threading.Event)
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
        self._readings = Readings()
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
                threading.Thread(target=_supervise, args=(ticket, store, scope, self.time_limit, self._readings), daemon=True).start()
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


def _supervise(ticket: Ticket, store: Store, scope: Scope, time_limit: float, readings: Readings) -> None:
    """Write the tables, claim the run, watch the child, record the end; whatever happens the ticket ends."""
    try:
        SITTINGS.prepare()
        kind, job = _prepared(ticket.request, store, scope, readings)
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
        ticket.told.set()


def _prepared(request: Request, store: Store, scope: Scope, readings: Readings) -> tuple[str, Job]:
    """Return the kind of run, and the work with all that it needs from the store."""
    if isinstance(request, MoneyRequest):
        return "money", following.prepare_money(store, scope, request, readings)
    if request.follows:
        return "plan", following.prepare(store, scope, request)
    return "plan", plans.prepare_plan(store, scope, request, readings)


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
    """Solve in a child process and return status, message and result; one that kept a problem and is gone is replaced once."""
    tables = job.plan.tables if isinstance(job, MoneyJob) else job.tables
    problem = kin(tables)
    child = SITTINGS.take(problem)
    warm = bool(child.kin)
    answer: tuple[str, str, str | None] = ("abandoned", DEAD, None)
    try:
        child.say("work", job, time_limit)
        answer = _watch(ticket, child, time_limit)
    finally:
        if answer[0] in PLANNED and child.alive:
            SITTINGS.back(child, problem)
        else:
            child.end()
    return _solve(ticket, job, time_limit) if warm and answer[0] == "abandoned" and not ticket.cancelled.is_set() else answer


def _watch(ticket: Ticket, child: Child, time_limit: float) -> tuple[str, str, str | None]:
    """Pass on progress and cancelling until the child answers, dies, or outstays its time."""
    told_to_stop: float | None = None
    latest = time.monotonic() + time_limit * 2 + 60  # reading and describing take time too
    while True:
        with suppress(Empty):
            message = child.heard.get(timeout=TICK)
            if message is None:
                return "abandoned", DEAD, None
            kind, *rest = (str(part) for part in message)
            if kind == "progress":
                ticket.step = rest[0]
            elif kind == "first":
                ticket.first, ticket.step = rest[0], "Making first starts whole people"
                ticket.told.set()
            else:
                return rest[0], rest[1], rest[2] or None
        now = time.monotonic()
        if ticket.cancelled.is_set() and told_to_stop is None:
            told_to_stop = now
            ticket.step = "Cancelling"
            child.say("cancel")
        if told_to_stop is not None and now - told_to_stop > GRACE:
            return "cancelled", "Cancelled.", None
        if now > latest:
            return "stopped", f"There was no answer within {time_limit:.0f} seconds.", None


def work(stream: BinaryIO, say: Callable[[tuple[str, ...]], None], idle: float = IDLE) -> None:
    """Be the child: do one job after the other from the same sitting, saying how each went, until nobody asks any more."""
    inbox, sitting = Inbox(stream), Sitting()
    inbox.open()
    while (message := inbox.next(idle)) is not None:
        _, job, time_limit = message
        try:
            status, result = _worked(job, inbox.cancelled.is_set, lambda *said: say(said), float(str(time_limit)), sitting)
            say(("end", status, "", result))
        except PlanError as error:
            refused = error.refusal.to_json() if isinstance(error, plans.RefusedError) else ""
            say(("end", error.status, str(error), refused))
        except SkillsplanError as error:
            say(("end", "failed", str(error), ""))


def _worked(
    job: object, cancel: Callable[[], bool], say: Callable[[str, str], None], time_limit: float, sitting: Sitting
) -> tuple[str, str]:
    """Do the work; return how it ended and its result as JSON."""
    if isinstance(job, MoneyJob):
        found = plans.work_out_money(
            job, cancel=cancel, solved=lambda count: say("progress", _told_of_money(count)), time_limit=time_limit, sitting=sitting
        )
        return "optimal" if found.summary["complete"] else "feasible", found.to_json()
    assert isinstance(job, PlanJob)  # noqa: S101 - there are two kinds of work
    plan = plans.solve_plan(
        job,
        cancel=cancel,
        progress=lambda progress: say("progress", _told(progress)),
        time_limit=time_limit,
        sitting=sitting,
        first=lambda result: say("first", result.to_json(FIRST)),
    )
    return plan.ended, offered.kept(plan, job)


def _told(progress: object) -> str:
    """Say in a few words how far a solve is."""
    stage = str(getattr(progress, "stage", "") or "")
    return f"Finding the best plan: {stage}" if stage else "Finding the best plan"


def _told_of_money(count: int) -> str:
    """Say in a few words how many plans with other budgets are made."""
    return f"Making plans with other budgets: {count} of about {max(EXPECTED, count)}"


def main() -> None:
    """Run as a child process; whatever the solver prints goes to the log, not into the answer."""
    hold_memory()
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
