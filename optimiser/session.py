"""One model in HiGHS, solved again and again: the stages of a plan, each from the basis of the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
from highspy import HighsModelStatus
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.arrays import Arrays, Flags
from optimiser.formulation import Programme, hand_over
from optimiser.proof import Face
from optimiser.scaling import Scale
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
    everything in the units of `scale`, all else here is in those of the tables. A model that did not answer in time is gone: `highs` is no
    more, and whoever reads on is told so.
    """

    highs: highspy.Highs
    scale: Scale
    watch: Watch
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    face: Face
    held: list[tuple[str, Floats, float]] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)
    asks_whole: bool = False
    keep_back: float = 0.0  # seconds of the time limit that a solve has to leave
    incumbent: tuple[Floats, float] | None = None  # the best plan that a whole-number solve has told of so far, and its bound then

    @classmethod
    def open(cls, programme: Programme, arrays: Arrays, costs: Floats, watch: Watch, gap: float, *, fine: bool = False) -> Session:
        """Hand the programme over to HiGHS, to minimise the costs first; with `fine`, rows and columns are kept as exactly as it can."""
        scale = Scale.of(arrays, programme)
        given = scale.scaled(programme)
        highs = watch.do(lambda: hand_over(given, arrays, costs * scale.columns, algorithm(programme.layout.size), gap))
        if fine:
            highs.setOptionValue("primal_feasibility_tolerance", FINE)
        watch.attach(highs)
        bounds = programme.row_lower, programme.row_upper, programme.lower, programme.upper
        face = Face(programme.matrix, *bounds)
        session = cls(highs, scale, watch, programme.lower, programme.upper, programme.row_lower, programme.row_upper, face)
        session.asks_whole = bool(programme.whole.any())
        highs.cbMipImprovingSolution.subscribe(session.remember)
        return session

    def remember(self, event: highspy.HighsCallbackEvent) -> None:
        """Keep a plan that a whole-number solve has found, in case it does not answer in time; once abandoned it is not listened to."""
        if not self.watch.halted:
            self.incumbent = np.array(event.data_out.mip_solution) * self.scale.columns, float(event.data_out.mip_dual_bound)

    def run(self, work: Callable[[], object] | None = None) -> str:
        """Solve what the model holds now, by some work of its own; return the status in the words of the contract."""
        if self.watch.time_limit is not None:
            left = max(0.0, self.watch.left() - self.keep_back)
            passed = 0.0 if self.asks_whole else self.highs.getRunTime()  # its clock runs on between linear solves alone
            self.highs.setOptionValue("time_limit", passed + left)
        self.incumbent = None
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
            costs = np.array(self.highs.getLp().col_cost_) / self.scale.columns
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
        _, exact = self.highs.getOptionValue("ipm_optimality_tolerance")
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
        elif status == "optimal":
            status = "failed"  # it is that of the part that was solved
        if self.gone:
            return status
        self._choose(simplex_iteration_limit=highspy.kHighsIInf)
        if status in {"optimal", "cancelled"} or self.highs.getModelStatus() == HighsModelStatus.kTimeLimit:
            return status
        self.highs.clearSolver()
        self._choose(solver=algorithm(self.upper.size), simplex_strategy=DUAL, presolve="choose")
        return self.first(name)

    def _crossed(self) -> None:
        """Solve by interior point, and make a basis of its answer, as good as it gets: simplex goes on from it.

        Asked for crossover at once, interior point goes on until it is exact, and may make no progress then. Both are done in one thread,
        since HiGHS 1.15 ends the process where a crossover is the first that a thread asks it for.
        """
        highs = self.highs
        highs.run()
        near = highs.getModelStatus() in {HighsModelStatus.kOptimal, HighsModelStatus.kUnknown} and highs.getSolution().value_valid
        if near and not highs.getBasis().valid:  # presolve alone may have answered
            highs.crossover(highs.getSolution())

    def _hold(self, sieve: Sieve, upper: Floats, row_upper: Floats) -> None:
        """Give the columns and rows of a sieve other upper bounds."""
        columns, rows = sieve.columns, sieve.rows
        unit = self.scale.columns[columns]
        self.highs.changeColsBounds(columns.size, columns.astype(np.int32), self.lower[columns] / unit, upper[columns] / unit)
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
        columns = np.flatnonzero(whole).astype(np.int32)
        self.highs.changeColsIntegrality(columns.size, columns, np.full(columns.size, kind))
        self.asks_whole = kind == highspy.HighsVarType.kInteger and columns.size > 0

    def start(self, values: Floats) -> None:
        """Give a whole-number solve a plan to start from."""
        self.highs.setSolution(values.size, np.arange(values.size, dtype=np.int32), values / self.scale.columns)

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
        self.highs.changeColsCost(costs.size, np.arange(costs.size, dtype=np.int32), costs * self.scale.columns)

    def bound(self, lower: Floats, upper: Floats) -> None:
        """Give every column new bounds."""
        units = self.scale.columns
        self.highs.changeColsBounds(lower.size, np.arange(lower.size, dtype=np.int32), lower / units, upper / units)
        self.face = replace(self.face, lower=lower, upper=upper)

    def values(self) -> Floats:
        """Return the value of every variable."""
        return np.array(self.highs.getSolution().col_value) * self.scale.columns

    def reduced(self) -> Floats:
        """Return the reduced cost of every variable."""
        return np.array(self.highs.getSolution().col_dual) / self.scale.columns

    def duals(self) -> Floats:
        """Return the dual of every row of the face."""
        duals = np.array(self.highs.getSolution().row_dual)
        return duals * self.scale.of_rows(duals.size)

    def prices(self) -> Floats:
        """Return the dual of every row of the programme."""
        return self.duals()[: self.row_lower.size]

    def freeze(self) -> None:
        """Leave only the optimal face: columns with a reduced cost stay where they are, rows with a dual become equalities."""
        solution, face = self.highs.getSolution(), self.face
        value, still = self.values(), np.abs(np.array(solution.col_dual)) > ZERO
        lower, upper = np.where(still, value, face.lower), np.where(still, value, face.upper)
        self.bound(lower, upper)
        price = np.array(solution.row_dual)[: self.row_lower.size]
        side = np.where(price < 0, self.row_upper, self.row_lower)
        rows = np.flatnonzero((np.abs(price) > ZERO) & (self.row_lower < self.row_upper) & np.isfinite(side))
        row_lower, row_upper = face.row_lower.copy(), face.row_upper.copy()
        row_lower[rows] = row_upper[rows] = side[rows]
        self.bound_rows(rows, side[rows], side[rows])
        self.touched.extend(rows.tolist())
        self.face = replace(self.face, row_lower=row_lower, row_upper=row_upper)

    def bound_rows(self, rows: Ints, lower: Floats, upper: Floats) -> None:
        rows, first = np.unique(rows, return_index=True)  # HiGHS takes no row twice
        unit = self.scale.rows[rows]
        self.highs.changeRowsBounds(rows.size, rows.astype(np.int32), lower[first] * unit, upper[first] * unit)  # type: ignore[attr-defined]

    def thaw(self) -> None:
        """Give the whole problem back, each earlier stage held by a row of its own."""
        rows = np.array(self.touched, dtype=np.intp)
        self.bound_rows(rows, self.row_lower[rows], self.row_upper[rows])
        self.touched.clear()
        count = self.row_lower.size
        extra = self.highs.getNumRow() - count
        if extra:
            self.highs.deleteRows(extra, np.arange(count, count + extra, dtype=np.int32))
        for _, costs, value in self.held:
            there = np.flatnonzero(costs).astype(np.int32)
            self.highs.addRow(-highspy.kHighsInf, value + _slip(value), there.size, there, (costs * self.scale.columns)[there])
        at_most = np.array([value + _slip(value) for _, _, value in self.held])
        matrix = sparse.vstack([self.face.matrix[:count], *(sparse.csr_array(costs[None, :]) for _, costs, _ in self.held)], format="csr")
        rows_held = np.concatenate([self.row_lower, np.full(at_most.size, -np.inf)]), np.concatenate([self.row_upper, at_most])
        self.face = Face(matrix, *rows_held, self.lower, self.upper)
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


def _slip(value: float) -> float:
    return HELD * max(1.0, abs(value))


def algorithm(columns: int) -> str:
    """Choose how to solve from nothing, by size."""
    return "ipm" if columns >= INTERIOR_POINT_FROM else "simplex"
