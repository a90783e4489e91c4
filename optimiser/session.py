"""One model in HiGHS, solved again and again: the stages of a plan, each from the basis of the one before."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np
from highspy import HighsModelStatus

from optimiser.arrays import Arrays
from optimiser.formulation import Programme, hand_over
from optimiser.spread import Floats

ZERO = 1e-7  # HiGHS' own tolerance on duals: a reduced cost within it may be 0
HELD = 1e-6  # how far a later stage may worsen an earlier one, relative to max(1, |value|)
PAUSE = 1.0  # seconds between two reports of progress
LOOK = 0.05  # seconds between two questions whether to cancel

# Interior point with crossover from this many columns, else dual simplex. Measured on generated trusts (seconds, simplex / interior
# point, both to the same optimal basis): 2,600 columns 0.05 / 0.09; 9,700 0.54 / 0.52; 24,500 3.1 / 1.7; 48,300 9.3 / 3.9 with £60,000 a
# quarter, 22.2 / 5.6 with £200,000, 4.4 / 2.8 with £20,000. HiGHS' own choice is simplex; primal simplex took over 40.
INTERIOR_POINT_FROM = 10_000

STOPPED = {
    HighsModelStatus.kTimeLimit,
    HighsModelStatus.kIterationLimit,
    HighsModelStatus.kSolutionLimit,
    HighsModelStatus.kMemoryLimit,
    HighsModelStatus.kInterrupt,
    HighsModelStatus.kObjectiveBound,
    HighsModelStatus.kObjectiveTarget,
}


@dataclass(frozen=True)
class Progress:
    """Say how far a solve is; `value`, `bound` and `gap` are those of a whole-number solve, else None."""

    stage: str
    seconds: float
    iterations: int
    value: float | None = None
    bound: float | None = None
    gap: float | None = None


@dataclass
class Watch:
    """Keep the time, report progress once a second, and pass on a wish to cancel."""

    time_limit: float | None
    progress: Callable[[Progress], None] | None
    cancel: Callable[[], bool] | None
    started: float = field(default_factory=time.perf_counter)
    stage: str = ""
    reported: float = 0.0
    asked: float = -np.inf
    cancelled: bool = False

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.started

    def left(self) -> float:
        """Return the seconds that remain."""
        return np.inf if self.time_limit is None else max(0.0, self.time_limit - self.seconds)

    def attach(self, highs: highspy.Highs) -> None:
        """Listen to the solver where anybody wants to hear or to cancel; a call each iteration is not free."""
        if self.progress or self.cancel:
            highs.cbSimplexInterrupt += self.hear
            highs.cbIpmInterrupt += self.hear
            highs.cbMipInterrupt += self.hear

    def hear(self, event: highspy.HighsCallbackEvent) -> None:
        """Look up from the solver's work."""
        if self.wants_to_stop():
            event.interrupt()
        seconds = self.seconds
        if self.progress and seconds - self.reported >= PAUSE:
            self.reported = seconds
            self.progress(self._seen(event.data_out, seconds))

    def _seen(self, data: highspy.cb.HighsCallbackOutput, seconds: float) -> Progress:
        iterations = max(data.simplex_iteration_count, data.ipm_iteration_count, 0)
        if not np.isfinite(data.mip_dual_bound) or data.mip_node_count < 0 or not np.isfinite(data.mip_gap):
            return Progress(self.stage, seconds, iterations)
        return Progress(self.stage, seconds, iterations, data.mip_primal_bound, data.mip_dual_bound, data.mip_gap)

    def wants_to_stop(self) -> bool:
        """Ask whether to cancel, not more often than can matter to a person."""
        if self.cancel and not self.cancelled and self.seconds - self.asked >= LOOK:
            self.asked = self.seconds
            self.cancelled = bool(self.cancel())
        return self.cancelled


@dataclass
class Session:
    """Hold one model in HiGHS while its stages are solved one after the other.

    A stage goes on from the basis of the one before; columns and rows are read by position.
    """

    highs: highspy.Highs
    watch: Watch
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    held: list[tuple[str, Floats, float]] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)

    @classmethod
    def open(cls, programme: Programme, arrays: Arrays, costs: Floats, watch: Watch, gap: float) -> Session:
        """Hand the programme over to HiGHS, to minimise the costs first."""
        highs = hand_over(programme, arrays, costs, algorithm(programme.layout.size), gap)
        watch.attach(highs)
        return cls(highs, watch, programme.lower, programme.upper, programme.row_lower, programme.row_upper)

    def run(self) -> str:
        """Solve what the model holds now; return the status in the words of the contract."""
        if self.watch.wants_to_stop():
            return "cancelled"
        if self.watch.time_limit is not None:
            self.highs.setOptionValue("time_limit", self.highs.getRunTime() + self.watch.left())  # its clock runs on between solves
        self.highs.run()
        status = self.highs.getModelStatus()
        if self.watch.cancelled:
            return "cancelled"
        if status in {HighsModelStatus.kOptimal, HighsModelStatus.kModelEmpty}:
            return "optimal"
        if status in STOPPED:
            return "stopped"
        words = {HighsModelStatus.kInfeasible: "infeasible", HighsModelStatus.kUnbounded: "unbounded"}
        return "unclear" if status == HighsModelStatus.kUnboundedOrInfeasible else words.get(status, "failed")

    def first(self, name: str) -> str:
        """Solve from nothing; where interior point gives up, or cannot tell infeasible from unbounded, simplex decides."""
        self.watch.stage = name
        status = self.run()
        if status == "unclear":
            costs = np.array(self.highs.getLp().col_cost_)
            self.change(np.zeros(costs.size))
            status = "unbounded" if self.simplex() == "optimal" else "infeasible"
            self.change(costs)
        return self.simplex() if status == "failed" else status

    def simplex(self) -> str:
        """Solve again from nothing by simplex."""
        self.highs.clearSolver()
        self.highs.setOptionValue("solver", "simplex")
        return self.run()

    def change(self, costs: Floats) -> None:
        """Minimise something else."""
        self.highs.changeColsCost(costs.size, np.arange(costs.size, dtype=np.int32), costs)

    def bound(self, lower: Floats, upper: Floats) -> None:
        """Give every column new bounds."""
        self.highs.changeColsBounds(lower.size, np.arange(lower.size, dtype=np.int32), lower, upper)

    def values(self) -> Floats:
        """Return the value of every variable."""
        return np.array(self.highs.getSolution().col_value)

    def prices(self) -> Floats:
        """Return the dual of every row of the programme."""
        return np.array(self.highs.getSolution().row_dual)[: self.row_lower.size]

    def freeze(self) -> None:
        """Leave only the optimal face: columns with a reduced cost stay where they are, rows with a dual become equalities."""
        solution = self.highs.getSolution()
        value, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        still = np.abs(reduced) > ZERO
        lp = self.highs.getLp()
        lower, upper = np.array(lp.col_lower_), np.array(lp.col_upper_)
        self.bound(np.where(still, value, lower), np.where(still, value, upper))
        price = self.prices()
        for row in np.flatnonzero((np.abs(price) > ZERO) & (self.row_lower < self.row_upper)).tolist():
            side = float(self.row_upper[row] if price[row] < 0 else self.row_lower[row])
            self.highs.changeRowBounds(row, side, side)
            self.touched.append(row)

    def thaw(self) -> None:
        """Give the whole problem back, each earlier stage held by a row of its own."""
        self.bound(self.lower, self.upper)
        for row in self.touched:
            self.highs.changeRowBounds(row, float(self.row_lower[row]), float(self.row_upper[row]))
        self.touched.clear()
        extra = self.highs.getNumRow() - self.row_lower.size
        if extra:
            self.highs.deleteRows(extra, np.arange(self.row_lower.size, self.row_lower.size + extra, dtype=np.int32))
        for _, costs, value in self.held:
            there = np.flatnonzero(costs).astype(np.int32)
            self.highs.addRow(-highspy.kHighsInf, value + _slip(value), there.size, there, costs[there])

    def keeps(self, values: Floats) -> bool:
        """Say whether every earlier stage is still as good."""
        return all(float(costs @ values) <= value + _slip(value) for _, costs, value in self.held)

    def next(self, name: str, costs: Floats) -> str:
        """Solve a later stage on the optimal face of those before, or, where that lets one slip, under rows that hold them."""
        self.watch.stage = name
        self.freeze()
        self.change(costs)
        for option, value in (("solver", "simplex"), ("simplex_strategy", 4), ("presolve", "off")):  # 4: primal, as the basis is feasible
            self.highs.setOptionValue(option, value)
        status = self.run()
        if status in {"optimal", "unbounded"} and (status == "unbounded" or self.keeps(self.values())):
            return status
        if status in {"stopped", "cancelled"}:
            return status
        self.thaw()
        self.highs.setOptionValue("simplex_strategy", 1)
        return self.run()

    def under(self, name: str, costs: Floats, values: Floats) -> str:
        """Solve a later whole-number stage under rows that hold those before, starting from a plan."""
        self.watch.stage = name
        self.thaw()
        self.change(costs)
        self.highs.setSolution(values.size, np.arange(values.size, dtype=np.int32), values)
        return self.run()


def _slip(value: float) -> float:
    return HELD * max(1.0, abs(value))


def algorithm(columns: int) -> str:
    """Choose how to solve from nothing, by size."""
    return "ipm" if columns >= INTERIOR_POINT_FROM else "simplex"
