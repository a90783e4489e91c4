"""One model in HiGHS, solved again and again: the stages of a plan, each from the basis of the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

import highspy
import numpy as np
from highspy import HighsModelStatus
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.arrays import Arrays, Flags
from optimiser.form import Form, Settled
from optimiser.formulation import Programme, hand_over
from optimiser.proof import Face
from optimiser.sifting import Sieve
from optimiser.spread import Floats, Ints, inner
from optimiser.watch import AbandonedError, Progress, Watch

__all__ = ["HELD", "Progress", "Session", "Watch", "algorithm"]

ZERO = 1e-7  # HiGHS' own tolerance on duals: a reduced cost within it may be 0
FINE = 1e-10  # the finest tolerance on rows and columns that HiGHS takes: where a lever of £10,000 is 1e-9 below 0, money does not add up
EXACT, USUAL = 1e-9, 1e-7  # tolerances on duals: of later stages, since a reduced cost of 1e-7 in HiGHS's own scale may be 2e-6 in ours
HELD = 1e-6  # how far a later stage may worsen an earlier one, relative to max(1, |value|)
PATIENCE = 0.25  # seconds past the time limit that HiGHS gets: with the watch's own grace it is over within a second

# Interior point with crossover from this many columns, else dual simplex. Measured on generated trusts with HiGHS 1.15 (processor
# seconds, simplex / interior point, both to the same optimal basis): 2,600 columns 0.06 / 0.10; 9,700 0.7 / 0.6; 24,500 3.7 / 1.9;
# 48,300 with £20,000 a quarter 5.1 / 3.3, with £60,000 11.5 / 4.0, with £200,000 22 / 6.4; 236,800 with £300,000 - / 44. Tried on the
# 48,300 with the three budgets and left, as they save little or nothing: crossover begun at a gap of 1e-4 3.2, 3.8, 6.2; surplus as the
# slack of its row 3.4, 4.6, 6.9; shortfall substituted out 3.2, 4.5, 5.7; simplex without scaling 3.8, 5.5, -; with £60,000 only, no
# presolve 5.7, the dual 4.7, bounds scaled 3.9, primal simplex over 40, first-order (PDLP) not done after 100 seconds of waiting. Without
# the rank-nesting rows, which the room for training implies, 3.1, 3.6, 4.3: that is for whoever writes the tables. HiPO, from its own
# wheel, took 90 where interior point took 14.
INTERIOR_POINT_FROM = 10_000
ROUGH = 1e-5  # gap at which interior point may end where simplex goes on anyway; near 1e-6 it has been seen to go on without end
NEAR = 0.1  # steps of simplex for each column that a sifted problem may take to the whole one; 180 to 5,524 of 110,662 were usual

DUAL, PRIMAL = 1, 4  # HiGHS' simplex_strategy

STOPPED = {
    HighsModelStatus.kTimeLimit,
    HighsModelStatus.kIterationLimit,
    HighsModelStatus.kSolutionLimit,
    HighsModelStatus.kInterrupt,
    HighsModelStatus.kObjectiveBound,
    HighsModelStatus.kObjectiveTarget,
}


@dataclass
class Session:
    """Hold one model in HiGHS while its stages are solved one after the other.

    A stage goes on from the basis of the one before; columns and rows are read by position. `face` is what the model holds now. HiGHS has
    everything in its own `form`, all else here is the whole programme in the units of the tables. A model that did not answer in time is
    gone: `highs` is no more, and whoever reads on is told so.
    """

    highs: highspy.Highs
    form: Form
    watch: Watch
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    settled: Settled
    costs: Floats
    face: Face
    held: list[tuple[str, Floats, float]] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)
    asks_whole: bool = False
    keep_back: float = 0.0  # seconds of the time limit that a solve has to leave
    incumbent: tuple[Floats, float] | None = None  # the best plan that a whole-number solve has told of so far, and its bound then
    solution: Solution | None = None  # what HiGHS came to when it was run last, once it was asked

    @classmethod
    def open(cls, programme: Programme, arrays: Arrays, costs: Floats, watch: Watch, gap: float, *, fine: bool = False) -> Session:
        """Hand the programme over to HiGHS, to minimise the costs first; with `fine`, rows and columns are kept as exactly as it can."""
        form = Form.of(arrays, programme)
        given = form.handed(form.settle(programme.row_lower))
        highs = watch.do(lambda: hand_over(given, arrays, form.costs(costs), algorithm(programme.layout.size), gap))
        if fine:
            highs.setOptionValue("primal_feasibility_tolerance", FINE)
        session = cls.holding(highs, form, watch, costs)
        session.asks_whole = bool(programme.whole.any())
        highs.cbMipImprovingSolution.subscribe(session.remember)
        return session

    @classmethod
    def holding(cls, highs: highspy.Highs, form: Form, watch: Watch, costs: Floats) -> Self:
        """Take up a model that HiGHS has been given in a form, to minimise these costs first."""
        watch.attach(highs)
        programme = form.programme
        columns, rows = (programme.lower, programme.upper), (programme.row_lower, programme.row_upper)
        face = Face(programme.matrix, *rows, *columns)
        session = cls(highs, form, watch, *columns, *rows, form.settle(programme.row_lower), costs, face)
        session._beside()
        return session

    def give(self, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> None:
        """Take other numbers for bounds and right-hand sides, and give the whole problem back with them."""
        self.lower, self.upper, self.row_lower, self.row_upper = lower, upper, row_lower, row_upper
        self.settled = self.form.settle(row_lower)
        self.held.clear()
        self.thaw()
        self.bound_rows(np.arange(row_lower.size), row_lower, row_upper)

    def remember(self, event: highspy.HighsCallbackEvent) -> None:
        """Keep a plan that a whole-number solve has found, in case it does not answer in time; once abandoned it is not listened to."""
        if not self.watch.halted:
            values = self.form.values(np.array(event.data_out.mip_solution), self.settled)
            self.incumbent = values, float(event.data_out.mip_dual_bound)

    def run(self, work: Callable[[], object] | None = None) -> str:
        """Solve what the model holds now, by some work of its own; return the status in the words of the contract."""
        if not self.settled.possible:
            return "infeasible"
        if self.watch.time_limit is not None:
            left = max(0.0, self.watch.left() - self.keep_back)
            passed = 0.0 if self.asks_whole else self.highs.getRunTime()  # its clock runs on between linear solves alone
            self.highs.setOptionValue("time_limit", passed + left)
        self.incumbent = self.solution = None
        try:
            self.watch.do(work or self.highs.run, PATIENCE)
        except AbandonedError as left:
            del self.highs
            return left.status
        status = self.highs.getModelStatus()
        if status == HighsModelStatus.kMemoryLimit:
            raise MemoryError
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
            costs = self.costs
            self.change(np.zeros(costs.size))
            status = "unbounded" if self.simplex() == "optimal" else "infeasible"
            self.change(costs)
        return self.simplex() if status == "failed" else status

    def sifted(self, name: str, sieve: Sieve) -> str:
        """Solve without what a sieve leaves out, if anything, and then from there with all; where that leads nowhere, from nothing."""
        self.watch.stage = name
        upper, row_upper = self.upper.copy(), self.row_upper.copy()
        upper[sieve.columns] = self.lower[sieve.columns]
        row_upper[sieve.rows] = np.inf
        self._hold(sieve, upper, row_upper)
        (_, exact), (_, usual) = (self.highs.getOptionValue(f"{name}_tolerance") for name in ("ipm_optimality", "primal_feasibility"))
        self._choose(run_crossover="off", simplex_iteration_limit=0, ipm_optimality_tolerance=ROUGH)
        status = self.run(self._crossed)
        if self.gone:
            return status
        self._hold(sieve, self.upper, self.row_upper)
        self._choose(run_crossover="on", simplex_iteration_limit=int(NEAR * self.upper.size), ipm_optimality_tolerance=exact)
        if status == "infeasible" and not sieve.columns.size:
            self._choose(simplex_iteration_limit=highspy.kHighsIInf)
            return status
        if self.highs.getBasis().valid:
            self._choose(solver="simplex", simplex_strategy=PRIMAL, presolve="off")
            status = self.run()
            if status == "optimal":  # of many steps rows may miss more than an audit lets pass: once more, as exactly as they can be kept
                self._choose(primal_feasibility_tolerance=FINE)
                status = self.run()
        elif status == "optimal":
            status = "failed"  # it is that of the part that was solved
        if self.gone:
            return status
        self._choose(simplex_iteration_limit=highspy.kHighsIInf)
        if status in {"optimal", "cancelled"} or self.highs.getModelStatus() == HighsModelStatus.kTimeLimit:
            return status
        self.highs.clearSolver()
        self._choose(solver=algorithm(self.upper.size), simplex_strategy=DUAL, presolve="choose", primal_feasibility_tolerance=usual)
        return self.first(name)

    def _crossed(self) -> None:
        """Solve by interior point, and make a basis of its answer, as good as it gets: simplex goes on from it.

        Asked for crossover at once, interior point goes on until it is exact, and may make no progress then. Both are done in one thread,
        since HiGHS 1.15 ends the process where a crossover is the first that a thread asks it for.
        """
        highs = self.highs
        highs.run()
        found = highs.getSolution()
        near = highs.getModelStatus() in {HighsModelStatus.kOptimal, HighsModelStatus.kUnknown} and found.value_valid
        if near and not highs.getBasis().valid:  # presolve alone may have answered
            found.dual_valid = False  # a dual on the wrong side by what a rough solve leaves, and crossover takes none of it
            highs.crossover(found)

    def _hold(self, sieve: Sieve, upper: Floats, row_upper: Floats) -> None:
        """Give the columns and rows of a sieve other upper bounds."""
        columns, rows, form = sieve.columns, sieve.rows, self.form
        at = form.columns_at(columns)
        self.highs.changeColsBounds(at.size, at, self.lower[columns] / form.unit[at], upper[columns] / form.unit[at])
        self.bound_rows(rows, self.row_lower[rows], row_upper[rows])

    def _choose(self, **options: str | float) -> None:
        """Set options of HiGHS."""
        for option, value in options.items():
            self.highs.setOptionValue(option, value)

    def simplex(self) -> str:
        """Solve again from nothing by simplex."""
        self.highs.clearSolver()
        self.highs.setOptionValue("solver", "simplex")
        return self.run()

    @property
    def gone(self) -> bool:
        """Say whether the model was abandoned."""
        return not hasattr(self, "highs")

    def best(self) -> tuple[Floats, float] | None:
        """Return the plan of a whole-number solve that has one, and its bound."""
        if self.gone:
            return self.incumbent
        info = self.highs.getInfo()
        there = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
        return (self.values(), float(info.mip_dual_bound)) if there else None

    def relax(self, whole: Flags) -> None:
        """Let what must be whole be any number."""
        self._kind(whole, highspy.HighsVarType.kContinuous)

    def whole(self, whole: Flags) -> None:
        """Ask for whole numbers again."""
        self._kind(whole, highspy.HighsVarType.kInteger)

    def _kind(self, whole: Flags, kind: highspy.HighsVarType) -> None:
        columns = self.form.columns_at(np.flatnonzero(whole))
        self.highs.changeColsIntegrality(columns.size, columns, np.full(columns.size, kind))
        self.asks_whole = kind == highspy.HighsVarType.kInteger and columns.size > 0

    def start(self, values: Floats) -> None:
        """Give a whole-number solve a plan to start from."""
        form = self.form
        self.highs.setSolution(form.unit.size, np.arange(form.unit.size, dtype=np.int32), values[form.columns] / form.unit)

    def objective(self) -> float:
        """Return the value of what was minimised."""
        return float(self.highs.getInfo().objective_function_value)

    def simplex_on(self) -> str:
        """Solve again by simplex, from the basis that is there."""
        _, chosen = self.highs.getOptionValue("solver")
        self.highs.setOptionValue("solver", "simplex")
        status = self.run()
        if not self.gone:
            self.highs.setOptionValue("solver", chosen)
        return status

    def change(self, costs: Floats) -> None:
        """Minimise something else."""
        self.costs = costs
        given = self.form.costs(costs)
        self.highs.changeColsCost(given.size, np.arange(given.size, dtype=np.int32), given)
        self._beside()

    def _beside(self) -> None:
        """Tell HiGHS what the settled stocks cost."""
        self.highs.changeObjectiveOffset(inner(self.costs[self.form.settled], self.settled.values))

    def bound(self, lower: Floats, upper: Floats) -> None:
        """Give columns new bounds, where they are others than before."""
        there, unit, face = self.form.columns, self.form.unit, self.face
        at = np.flatnonzero(((lower != face.lower) | (upper != face.upper))[there]).astype(np.int32)
        self.highs.changeColsBounds(at.size, at, lower[there[at]] / unit[at], upper[there[at]] / unit[at])
        self.face = replace(face, lower=lower, upper=upper)

    @property
    def found(self) -> Solution:
        """Return what HiGHS came to, in its own form."""
        self.solution = self.solution or Solution.of(self.highs)
        return self.solution

    def values(self) -> Floats:
        """Return the value of every variable."""
        return self.form.values(self.found.values, self.settled)

    def reduced(self) -> Floats:
        """Return the reduced cost of every variable."""
        return self.form.of_columns(self.found.reduced / self.form.unit)

    def duals(self) -> Floats:
        """Return the dual of every row of the face."""
        return self.form.duals(self.found.duals, self.face.matrix, self.costs)

    def prices(self) -> Floats:
        """Return the dual of every row of the programme."""
        return self.duals()[: self.row_lower.size]

    def freeze(self) -> None:
        """Leave only the optimal face: columns with a reduced cost stay where they are, rows with a dual become equalities."""
        found, face, there = self.found, self.face, self.form.rows
        value, still = self.values(), self.form.of_columns(np.abs(found.reduced) > ZERO)
        lower, upper = np.where(still, value, face.lower), np.where(still, value, face.upper)
        self.bound(lower, upper)
        price = found.duals[: there.size]
        side = np.where(price < 0, self.row_upper[there], self.row_lower[there])
        firm = (np.abs(price) > ZERO) & (self.row_lower < self.row_upper)[there] & np.isfinite(side)
        rows, side = there[firm], side[firm]
        row_lower, row_upper = face.row_lower.copy(), face.row_upper.copy()
        row_lower[rows] = row_upper[rows] = side
        self.bound_rows(rows, side, side)
        self.touched.extend(rows.tolist())
        self.face = replace(self.face, row_lower=row_lower, row_upper=row_upper)

    def bound_rows(self, rows: Ints, lower: Floats, upper: Floats) -> None:
        """Give rows of the programme other sides; those that HiGHS does not have are passed over."""
        rows, first = np.unique(rows, return_index=True)  # HiGHS takes no row twice
        at, there = self.form.rows_at(rows)
        first, at = first[there], at[there]
        low, high = (self.form.sides(at, side[first], self.settled) for side in (lower, upper))
        self.highs.changeRowsBounds(at.size, at, low, high)  # type: ignore[attr-defined]

    def thaw(self) -> None:
        """Give the whole problem back, each earlier stage held by a row of its own."""
        rows = np.array(self.touched, dtype=np.intp)
        self.bound_rows(rows, self.row_lower[rows], self.row_upper[rows])
        self.touched.clear()
        count, handed = self.row_lower.size, self.form.rows.size
        extra = self.highs.getNumRow() - handed
        if extra:
            self.highs.deleteRows(extra, np.arange(handed, handed + extra, dtype=np.int32))
        for _, costs, value in self.held:
            given, beside = self.form.costs(costs), inner(costs[self.form.settled], self.settled.values)
            there = np.flatnonzero(given).astype(np.int32)
            self.highs.addRow(-highspy.kHighsInf, value + _slip(value) - beside, there.size, there, given[there])
        at_most = np.array([value + _slip(value) for _, _, value in self.held])
        matrix = sparse.vstack([self.face.matrix[:count], *(sparse.csr_array(costs[None, :]) for _, costs, _ in self.held)], format="csr")
        rows_held = np.concatenate([self.row_lower, np.full(at_most.size, -np.inf)]), np.concatenate([self.row_upper, at_most])
        self.face = Face(matrix, *rows_held, self.face.lower, self.face.upper)
        self.bound(self.lower, self.upper)

    def keeps(self, values: Floats) -> bool:
        """Say whether every earlier stage is still as good."""
        return all(inner(costs, values) <= value + _slip(value) for _, costs, value in self.held)

    def next(self, name: str, costs: Floats) -> str:
        """Solve a later stage on the optimal face of those before, or, where that lets one slip, under rows that hold them."""
        self.watch.stage = name
        self.freeze()
        self.change(costs)
        self._choose(solver="simplex", simplex_strategy=PRIMAL, presolve="off", dual_feasibility_tolerance=EXACT)  # the basis is feasible
        status = self.run()
        if not self.gone:
            self._choose(dual_feasibility_tolerance=USUAL)
        if status in {"optimal", "unbounded"} and (status == "unbounded" or self.keeps(self.values())):
            return status
        if status in {"stopped", "cancelled"}:
            return status
        self.thaw()
        self.highs.setOptionValue("simplex_strategy", DUAL)
        return self.run()

    def under(self, name: str, costs: Floats, values: Floats) -> str:
        """Solve a later whole-number stage under rows that hold those before, starting from a plan."""
        self.watch.stage = name
        self.thaw()
        self.change(costs)
        self.start(values)
        return self.run()


@dataclass(frozen=True, eq=False)
class Solution:
    """Hold what HiGHS came to, in its own form: read once, since it makes a list of each."""

    values: Floats
    reduced: Floats
    duals: Floats

    @classmethod
    def of(cls, highs: highspy.Highs) -> Solution:
        """Read it."""
        found = highs.getSolution()
        return cls(*(np.fromiter(part, dtype=np.float64) for part in (found.col_value, found.col_dual, found.row_dual)))


def _slip(value: float) -> float:
    return HELD * max(1.0, abs(value))


def algorithm(columns: int) -> str:
    """Choose how to solve from nothing, by size."""
    return "ipm" if columns >= INTERIOR_POINT_FROM else "simplex"
