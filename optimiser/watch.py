"""Keep the time of a run: its limit, its progress, a wish to cancel, whatever the work is busy with.

HiGHS asks its callbacks often in simplex and interior point (every 0.15 s or less on 237,000 columns), but never in presolve (0.4 s on
48,000 columns, 2.7 s on 237,000) nor in the small searches inside a whole-number solve (8.6 s on 7,000 columns); PuLP's hand-over takes
1 and 5.6 s. So work runs in a thread of its own, and what does not answer in time is abandoned: nothing of it is read again.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np

from optimiser.errors import PlanError

PAUSE = 1.0  # seconds between two reports of progress
LOOK = 0.05  # seconds between two looks at the clock and questions whether to cancel; a person notices 0.1
FAREWELL = 8.0  # seconds at most that the end of the process waits for them; the longest seen was one small search inside a whole solve
GRACE = 0.5  # seconds a solver gets to stop by itself; half of the second in which a person is promised an answer


@dataclass(frozen=True)
class Progress:
    """Say how far a run is; `stage` is read or build before the first; `value`, `bound` and `gap` are of a whole-number solve, else None."""

    stage: str
    seconds: float
    iterations: int = 0
    value: float | None = None
    bound: float | None = None
    gap: float | None = None


class AbandonedError(PlanError):
    """Work that did not answer in time and was left to itself; `.status` is cancelled or stopped."""


ABANDONED: list[threading.Event] = []  # one for each piece of work that was left to itself, set when it ends


def at_work() -> bool:
    """Say whether anything that was abandoned is still at work in this process."""
    return not all(done.is_set() for done in ABANDONED)


@atexit.register
def _wait() -> None:
    """Let abandoned work end before Python does: a thread that came back from the solver later would bring the process down."""
    deadline = time.perf_counter() + FAREWELL
    for done in ABANDONED:
        done.wait(max(0.0, deadline - time.perf_counter()))


class Task[T]:
    """Run some work in a thread that nobody need wait for; what it returns or raises comes out of `result`."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._found: list[T] = []
        self._error: BaseException | None = None
        self.done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._found.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again where the work was asked for
            self._error = error
        finally:
            del self._work  # what an abandoned piece of work held is let go where it ends
            self.done.set()

    def result(self) -> T:
        """Return what the work returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._found[0]


@dataclass
class Watch:
    """Watch over one run from `started`: `time_limit` is in seconds, `cancel` is asked all the time, `progress` told about once a second."""

    time_limit: float | None = None
    progress: Callable[[Progress], None] | None = None
    cancel: Callable[[], bool] | None = None
    started: float = field(default_factory=time.perf_counter)
    stage: str = "build"
    reported: float = 0.0
    cancelled: bool = False
    halted: bool = False  # tells whatever still solves to stop
    curious: bool = False  # asks the solver to say how far it is
    heard: Progress | None = None

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.started

    def left(self) -> float:
        """Return the seconds that remain."""
        return np.inf if self.time_limit is None else max(0.0, self.time_limit - self.seconds)

    def wants_to_stop(self) -> bool:
        """Ask whether to cancel."""
        self.cancelled = self.cancelled or (self.cancel is not None and bool(self.cancel()))
        return self.cancelled

    def do[T](self, work: Callable[[], T], patience: float = 0.0) -> T:
        """Do the work, keeping watch meanwhile; `patience` is how many seconds past the time limit it may take to answer.

        Raises AbandonedError. Whatever ends the wait, Ctrl-C too, tells the solver to stop; a thread that goes on ends by itself.
        """
        self._check(0.0)
        task = Task(work)
        try:
            while not task.done.wait(LOOK):
                self._report()
                self._check(patience)
        except BaseException:
            self.halted = True
            if not task.done.wait(GRACE):
                ABANDONED[:] = [done for done in ABANDONED if not done.is_set()] + [task.done]
            raise
        return task.result()

    def _check(self, patience: float) -> None:
        """Raise what says that the run is over, where it is."""
        if self.wants_to_stop():
            raise AbandonedError("cancelled", cancelled_in(self.stage))
        if self.time_limit is not None and self.seconds >= self.time_limit + patience:
            raise AbandonedError("stopped", stopped_in(self.stage))

    def attach(self, highs: highspy.Highs) -> None:
        """Have a solver ask, as often as it does, whether it should stop; 16,000 questions cost 0.1 of 4 seconds."""
        for callback in (highs.cbSimplexInterrupt, highs.cbIpmInterrupt, highs.cbMipInterrupt):
            callback.subscribe(self.hear)

    def hear(self, event: highspy.HighsCallbackEvent) -> None:
        """Answer the solver, in its thread."""
        if self.halted:
            event.interrupt()
        if self.curious:
            self.curious = False
            self.heard = self._seen(event.data_out)

    def _seen(self, data: highspy.cb.HighsCallbackOutput) -> Progress:
        iterations = max(data.simplex_iteration_count, data.ipm_iteration_count, 0)
        if not np.isfinite(data.mip_dual_bound) or data.mip_node_count < 0 or not np.isfinite(data.mip_gap):
            return Progress(self.stage, self.seconds, iterations)
        return Progress(self.stage, self.seconds, iterations, data.mip_primal_bound, data.mip_dual_bound, data.mip_gap)

    def _report(self) -> None:
        """Say how far the run is, in the caller's thread; what the solver last said of itself is at most one report old."""
        seconds = self.seconds
        if self.progress is None or seconds - self.reported < PAUSE:
            return
        self.reported = seconds
        known = self.heard if self.heard is not None and self.heard.stage == self.stage else Progress(self.stage, seconds)
        self.curious = True
        self.progress(Progress(self.stage, seconds, known.iterations, known.value, known.bound, known.gap))


def cancelled_in(stage: str) -> str:
    """Say that somebody cancelled."""
    return f"Cancelled in stage {stage}; nothing was kept."


def stopped_in(stage: str) -> str:
    """Say that the time was over too soon."""
    return f"The limit was reached in stage {stage} before any plan was found. Give it more time."
