"""Solve a programme again for other right-hand sides, block by block: a plan soon, better ones after it, each with a proven bound.

Dantzig-Wolfe: a small master programme mixes known plans of each block so that the joining rows hold; its duals price these rows, and each
block answers the prices with a new plan of its own. At any prices whatever the best answers of all blocks together are a bound (Lagrange),

    value >= prices @ right + sum_blocks min (costs - prices @ uses) @ x

so that every answer says how far it can be from the best. What a block answered once keeps its worth when right-hand sides of joining
rows change, so the first answer needs no block to be solved at all.

Measured against HiGHS from nothing on the same matrix: `make bench`. A warm basis alone is slower, as one basis holds all blocks together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import highspy
import numpy as np
from highspy import HighsModelStatus
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.arrays import arrays_of
from optimiser.blocks import Blocks, blocks_of
from optimiser.errors import PlanError
from optimiser.formulation import SEED, THREADS, Programme, directly, formulate, objective
from optimiser.plan import TOLERANCE, Found, Plan, frames_of, peak_memory, price_frame, settle
from optimiser.solver import vector
from optimiser.spread import Floats, Ints, inner
from optimiser.tables import PlanningTables
from optimiser.watch import Watch

GAP = 1e-4  # relative; what a decision about money or seats can feel
LEAST = 1e-2  # values below count as this in a relative gap, so that a gap of 1e-4 is never finer than the 1e-6 of a held stage
SMOOTH = 0.8  # how much of the best prices so far stays in the next ones; measured: 0.5 takes twice the steps of simplex, 0.9 more rounds
# The old prices times these are answered beforehand: the second number is for period 1, where less money bites most, because what is
# spent then cannot have been saved. Measured on money changed by 5% and 25%: the first answer is then within 4%.
SCALES = ((2.0, 2.0), (4 / 3, 5.0), (4 / 3, 4 / 3), (0.75, 0.75), (0.5, 0.5), (1.0, 1.0))
ZERO = 1e-8  # relative; a smaller gain or violation is rounding
FINE = 1e-9  # the master's tolerance on duals: prices are of pounds, and a millionth of a penny too much on millions would blur the bound
DUAL = 1e-7  # HiGHS' own tolerance on duals
WORKERS = 2  # blocks that are solved at once
RECENT = 12  # prices kept besides those answered beforehand
PRIMAL = 4  # HiGHS' simplex_strategy
SAID = {HighsModelStatus.kOptimal, HighsModelStatus.kInfeasible, HighsModelStatus.kUnbounded}
KEPT = 60  # parts of plans kept for each block; an answer adds about ten


@dataclass(frozen=True)
class Answer:
    """Hold a plan that keeps every row: its value, the proven bound, the relative gap between them, the value of every column."""

    value: float
    bound: float
    gap: float
    values: Floats
    seconds: float
    rounds: int


@dataclass(frozen=True)
class Part:
    """Hold one plan of one block: what it costs and what it uses of each joining row; a `ray` is a way to go on for ever."""

    block: int
    cost: float
    use: Floats
    values: Floats
    ray: bool = False


@dataclass(frozen=True)
class Try:
    """Hold prices of the joining rows that all blocks have answered, and what each answer is worth at them."""

    prices: Floats
    worth: Floats


@dataclass(eq=False)
class Block:
    """Hold one block as a model of its own in HiGHS, each solve going on from the basis of the one before."""

    number: int
    highs: highspy.Highs = field(repr=False)
    rows: Ints
    columns: Ints
    costs: Floats
    uses: sparse.csr_array  # joining rows x own columns
    used_by: sparse.csr_array  # the same, turned

    @classmethod
    def of(cls, number: int, programme: Programme, blocks: Blocks, costs: Floats) -> Block:
        """Cut one block out of the programme."""
        rows, columns = blocks.rows[number], blocks.columns[number]
        highs = directly(programme.part(rows, columns), costs[columns], "simplex")
        uses = sparse.csr_array(programme.matrix[blocks.joining][:, columns])
        return cls(number, highs, rows, columns, costs[columns], uses, sparse.csr_array(uses.T))

    def answer(self, prices: Floats, weight: float = 1.0) -> tuple[float, Part]:
        """Return the least `weight * costs - prices @ uses` and a plan that reaches it; -inf and a ray where there is no least.

        Raises PlanError infeasible where the block alone has no plan, failed where HiGHS gives up.
        """
        costs = weight * self.costs - self.used_by @ prices
        self.highs.changeColsCost(costs.size, np.arange(costs.size, dtype=np.int32), costs)
        status = _run(self.highs)
        if status == HighsModelStatus.kUnbounded:
            _, known, ray = self.highs.getPrimalRay()  # type: ignore[attr-defined]  # there, though not in its stubs
            if known:
                return -np.inf, self.part(np.array(ray), ray=True)
        if status != HighsModelStatus.kOptimal:
            kind = "infeasible" if status == HighsModelStatus.kInfeasible else "failed"
            raise PlanError(kind, f"A part of the problem that stands alone has no plan: {status.name[1:]}.")
        return float(self.highs.getInfo().objective_function_value), self.part(np.array(self.highs.getSolution().col_value))

    def part(self, values: Floats, *, ray: bool = False) -> Part:
        """Value a plan of this block."""
        return Part(self.number, inner(self.costs, values), self.uses @ values, values, ray)

    def bound(self, row_lower: Floats, row_upper: Floats) -> None:
        """Take other right-hand sides of the whole programme."""
        rows = np.arange(len(self.rows), dtype=np.int32)
        self.highs.changeRowsBounds(rows.size, rows, row_lower[self.rows], row_upper[self.rows])  # type: ignore[attr-defined]  # as above


@dataclass(frozen=True)
class Mix:
    """Hold what the master found: its value, how much of each part, the shared columns, the price of each joining row and of each block."""

    value: float
    shares: Floats
    shared: Floats
    prices: Floats
    worth: Floats


@dataclass(eq=False)
class Master:
    """Mix known parts so that the joining rows hold; a row joins in only once a mix would break it.

    Columns are the shared ones, two for each row that miss it either way, and the parts; rows are the joining ones and one a block.
    """

    uses: sparse.csc_array  # joining rows x shared columns
    costs: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    count: int
    active: Ints
    parts: list[Part]
    highs: highspy.Highs = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Give HiGHS what is known."""
        self._build()

    @property
    def scale(self) -> Floats:
        """Return what one unit of each active row counts as where it is missed."""
        low, high = self.row_lower[self.active], self.row_upper[self.active]
        return np.maximum(1.0, np.maximum(np.where(np.isfinite(low), np.abs(low), 0.0), np.where(np.isfinite(high), np.abs(high), 0.0)))

    def _build(self) -> None:
        active, rows = self.active, len(self.active)
        missed = sparse.eye_array(rows, format="csc")
        joining = sparse.hstack([self.uses[active], missed, -missed], format="csc")
        joining = sparse.vstack([joining, sparse.csc_array((self.count, joining.shape[1]))], format="csc")
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = joining.shape
        lp.col_cost_ = np.concatenate([self.costs, np.zeros(2 * rows)])
        lp.col_lower_ = np.concatenate([self.lower, np.zeros(2 * rows)])
        lp.col_upper_ = np.concatenate([self.upper, np.zeros(2 * rows)])
        lp.row_lower_ = np.concatenate([self.row_lower[active], np.ones(self.count)])
        lp.row_upper_ = np.concatenate([self.row_upper[active], np.ones(self.count)])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = joining.indptr, joining.indices, joining.data
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options = (
            ("output_flag", False),
            ("threads", THREADS),
            ("random_seed", SEED),
            ("solver", "simplex"),
            ("dual_feasibility_tolerance", FINE),
        )
        for option, value in options:
            self.highs.setOptionValue(option, value)
        self.highs.passModel(lp)
        self._hand_over(self.parts)

    def _hand_over(self, parts: Sequence[Part]) -> None:
        if not parts:
            return
        ends = [np.array([0.0 if part.ray else 1.0]) for part in parts]
        dense = [np.concatenate([part.use[self.active], end]) for part, end in zip(parts, ends, strict=True)]
        rows = [np.append(np.arange(len(self.active)), len(self.active) + part.block) for part in parts]
        there = [np.flatnonzero(amounts) for amounts in dense]
        starts = np.concatenate([[0], np.cumsum([len(place) for place in there])[:-1]]).astype(np.int32)
        index = np.concatenate([row[place] for row, place in zip(rows, there, strict=True)]).astype(np.int32)
        value = np.concatenate([amounts[place] for amounts, place in zip(dense, there, strict=True)])
        costs, zeros, open_ended = np.array([part.cost for part in parts]), np.zeros(len(parts)), np.full(len(parts), np.inf)
        self.highs.addCols(len(parts), costs, zeros, open_ended, len(index), starts, index, value)

    def add(self, parts: Sequence[Part]) -> None:
        """Know more parts."""
        self.parts.extend(parts)
        self._hand_over(parts)

    def cheapest(self) -> Mix | None:
        """Return the cheapest mix that keeps every row; None where no mix of what is known does."""
        return self._solved(elastic=False)

    def nearest(self) -> Mix:
        """Return the mix that misses rows least, whatever it costs."""
        mix = self._solved(elastic=True)
        if mix is None:
            raise PlanError("failed", "The solver gave up on the mix of plans that misses least.")
        return mix

    def _solved(self, *, elastic: bool) -> Mix | None:
        while True:
            self._stretch(elastic=elastic)
            status = _run(self.highs)
            if status == HighsModelStatus.kInfeasible:
                return None
            if status != HighsModelStatus.kOptimal:
                raise PlanError("failed", f"The solver gave up on the mix of plans: {status.name[1:]}.")
            mix = self._mix()
            broken = self._broken(mix)
            if not broken.size:
                return mix
            self.active = np.union1d(self.active, broken)
            self._build()

    def _stretch(self, *, elastic: bool) -> None:
        """Minimise costs with no row missed, or what is missed and nothing else."""
        rows, before = len(self.active), len(self.costs)
        weight = 0.0 if elastic else 1.0
        missed = np.tile(1.0 / self.scale, 2) * (1.0 - weight)
        costs = np.concatenate([weight * self.costs, missed, [weight * part.cost for part in self.parts]])
        self.highs.changeColsCost(costs.size, np.arange(costs.size, dtype=np.int32), costs)
        slack = np.arange(before, before + 2 * rows, dtype=np.int32)
        self.highs.changeColsBounds(slack.size, slack, np.zeros(slack.size), np.full(slack.size, np.inf if elastic else 0.0))

    def _mix(self) -> Mix:
        solution, rows, before = self.highs.getSolution(), len(self.active), len(self.costs)
        values, duals = np.array(solution.col_value), np.array(solution.row_dual)
        prices = np.zeros(len(self.row_lower))
        prices[self.active] = duals[:rows]
        return Mix(self.value(), np.maximum(values[before + 2 * rows :], 0.0), values[:before], prices, duals[rows:])

    def _broken(self, mix: Mix) -> Ints:
        """Return the rows that do not join in yet and that the mix breaks."""
        use = self.uses @ mix.shared
        for share, part in zip(mix.shares.tolist(), self.parts, strict=True):
            if share:
                use += share * part.use
        slack = ZERO * np.maximum(1.0, np.abs(use))
        wrong = (use < self.row_lower - slack) | (use > self.row_upper + slack)
        wrong[self.active] = False
        return np.flatnonzero(wrong)

    def value(self) -> float:
        """Return what the last mix costs, or by how much an elastic one misses rows."""
        return float(self.highs.getInfo().objective_function_value)

    def bound(self, prices: Floats, worth: float, weight: float, near: Floats) -> float:
        """Return what no plan can be below, from the worth of all blocks' best answers to these prices.

        A shared column without an upper bound whose reduced cost is below 0 by no more than the solver's tolerance counts at twice the
        largest amount seen, `near`.
        """
        side = np.where(prices > 0, self.row_lower, self.row_upper)
        used = prices != 0
        reduced = weight * self.costs - self.uses.T @ prices
        upper = np.where(np.isfinite(self.upper) | (reduced < -DUAL), self.upper, 2.0 * np.maximum(1.0, near))
        priced = reduced != 0
        at = np.where(reduced > 0, self.lower, upper)
        return worth + inner(prices[used], side[used]) + inner(reduced[priced], at[priced])

    def signed(self, prices: Floats) -> Floats:
        """Return prices without those on a side that is open."""
        wrong = ((prices > 0) & (self.row_lower == -np.inf)) | ((prices < 0) & (self.row_upper == np.inf))
        return np.where(wrong, 0.0, prices)


@dataclass(eq=False)
class Decomposition:
    """Keep a programme in blocks, with the parts and prices known so far, to be solved for one set of right-hand sides after another."""

    programme: Programme
    costs: Floats
    joined: Blocks
    blocks: list[Block]
    row_lower: Floats
    row_upper: Floats
    active: Ints
    workers: int
    near: Floats  # the largest amount seen of each shared column
    parts: list[Part] = field(default_factory=list, repr=False)
    tries: list[Try] = field(default_factory=list, repr=False)

    @classmethod
    def of(
        cls,
        programme: Programme,
        costs: Floats,
        values: Floats,
        prices: Floats,
        *,
        workers: int = WORKERS,
        cancel: Callable[[], bool] | None = None,
    ) -> Decomposition | None:
        """Start from an exact solution: the value of every column, the dual of every row; None where nothing falls apart.

        Whole numbers cannot be mixed: None as well. Takes about a quarter of the exact solve. Raises PlanError cancelled.
        """
        joined = None if programme.whole.any() else blocks_of(programme)
        if joined is None:
            return None
        blocks = [Block.of(number, programme, joined, costs) for number in range(len(joined.rows))]
        joining = joined.joining
        held = (programme.row_lower[joining] == programme.row_upper[joining]) | (prices[joining] != 0)
        sides = programme.row_lower.copy(), programme.row_upper.copy()
        made = cls(programme, costs, joined, blocks, *sides, np.flatnonzero(held), workers, np.abs(values[joined.shared]))
        made.parts.extend(block.part(values[block.columns]) for block in blocks)
        made._prepare(prices[joining], Watch(cancel=cancel))
        return made

    @classmethod
    def keeping(cls, plan: Plan, *, workers: int = WORKERS, cancel: Callable[[], bool] | None = None) -> Decomposition | None:
        """Start from an optimal plan, its first stage and the duals of that; None and PlanError as in `of`."""
        arrays = arrays_of(plan.tables)
        programme = formulate(arrays)
        name = plan.tables.problem.stages[0]
        told = plan.shadow_prices[plan.shadow_prices["stage"] == name]
        places = {key: row for row, key in enumerate(zip(programme.families, programme.items, programme.periods, strict=True))}
        prices = np.zeros(len(places))
        prices[[places[key] for key in zip(told["family"], told["item"], told["period"], strict=True)]] = told["price"].to_numpy()
        values, costs = vector(programme.layout, Found.of(arrays, plan)), objective(arrays, programme.layout, name)
        return cls.of(programme, costs, values, prices, workers=workers, cancel=cancel)

    def at(
        self,
        row_lower: Floats,
        row_upper: Floats,
        *,
        gap: float = GAP,
        better: Callable[[Answer], None] | None = None,
        cancel: Callable[[], bool] | None = None,
        time_limit: float | None = None,
    ) -> Answer:
        """Solve for these right-hand sides of all rows, to a relative gap; `better` hears of each plan that is nearer to proven.

        What was learnt is kept for the next call. After `time_limit` seconds the best plan so far is the answer. Raises PlanError with
        status infeasible (proven), stopped where there is no plan yet, cancelled, or failed.
        """
        watch = Watch(time_limit, None, cancel)
        self._take(row_lower, row_upper)
        self._fill(watch)
        return self._improved(self._master(), watch, gap, better)

    def _prepare(self, prices: Floats, watch: Watch) -> None:
        """Have every block answer prices around the old ones, and say how it would use least, so that changes find plans at hand."""
        if prices.any():
            self.parts.extend(part for _, part in self._answers(prices, watch, 0.0))
        periods = np.array(self.programme.periods)[self.joined.joining]
        for scale, first in SCALES if prices.any() else SCALES[-1:]:
            tried, parts = self._tried(prices * np.where(periods == 1, first, scale), watch)
            self.tries.append(tried)
            self.parts.extend(parts)

    def _answers(self, prices: Floats, watch: Watch, weight: float = 1.0) -> list[tuple[float, Part]]:
        """Have every block answer; each is a model of its own, so that the order in which they finish changes nothing."""
        answers = []
        with ThreadPoolExecutor(self.workers) as pool:
            for answer in pool.map(lambda block: block.answer(prices, weight), self.blocks):
                _go_on(watch)
                answers.append(answer)
        return answers

    def _tried(self, prices: Floats, watch: Watch) -> tuple[Try, list[Part]]:
        answers = self._answers(prices, watch)
        return Try(prices, np.array([worth for worth, _ in answers])), [part for _, part in answers]

    def _take(self, row_lower: Floats, row_upper: Floats) -> None:
        """Take other right-hand sides; a block whose own rows change forgets what it knew, except ways to go on for ever."""
        moved = (row_lower != self.row_lower) | (row_upper != self.row_upper)
        self.row_lower, self.row_upper = row_lower.copy(), row_upper.copy()
        stale = [block.number for block in self.blocks if moved[block.rows].any()]
        for number in stale:
            self.blocks[number].bound(row_lower, row_upper)
        if stale:
            self.parts = [part for part in self.parts if part.ray or part.block not in set(stale)]
            for tried in self.tries:
                tried.worth[stale] = -np.inf

    def _fill(self, watch: Watch) -> None:
        """Have blocks that forgot what they knew answer the prices tried before."""
        known = {part.block for part in self.parts if not part.ray}
        for number in set(range(len(self.blocks))) - known:
            for tried in self.tries:
                _go_on(watch)
                tried.worth[number], part = self.blocks[number].answer(tried.prices)
                self.parts.append(part)

    def _master(self) -> Master:
        joining, shared = self.joined.joining, self.joined.shared
        return Master(
            uses=sparse.csc_array(self.programme.matrix[joining][:, shared]),
            costs=self.costs[shared],
            lower=self.programme.lower[shared],
            upper=self.programme.upper[shared],
            row_lower=self.row_lower[joining],
            row_upper=self.row_upper[joining],
            count=len(self.blocks),
            active=self.active,
            parts=list(self.parts),
        )

    def _possible(self, master: Master, watch: Watch) -> Mix:
        """Look for parts until some mix keeps every row, or none can."""
        while True:
            mix = master.cheapest()
            if mix is not None:
                return mix
            least = master.nearest()
            prices = master.signed(least.prices)
            answers = self._answers(prices, watch, 0.0)
            if master.bound(prices, sum(worth for worth, _ in answers), 0.0, self.near) > TOLERANCE:
                raise PlanError("infeasible", "No plan keeps all the rows: what the groups must use together is more than there is.")
            useful = _useful([part for _, part in answers], least, 0.0)
            if not useful:
                raise PlanError("failed", "Whether any plan keeps all the rows cannot be told from rounding.")
            master.add(useful)

    def _improved(self, master: Master, watch: Watch, gap: float, better: Callable[[Answer], None] | None) -> Answer:
        """Price, answer and mix until the gap is small enough, the time is over or nothing is left to find."""
        bounds = [self._bound(master, tried) for tried in self.tries]
        best, rounds, stuck, told = int(np.argmax(bounds)), 0, False, np.inf
        bound, centre = bounds[best], self.tries[best].prices
        while True:
            mix = self._possible(master, watch)
            gap_now = _gap(mix.value, bound)
            if better is not None and gap_now < told:
                told = gap_now
                better(self._answer(master, mix, bound, rounds, watch))
            if gap_now <= gap:
                break
            try:
                tried, parts = self._tried(master.signed(mix.prices if stuck else SMOOTH * centre + (1 - SMOOTH) * mix.prices), watch)
            except PlanError as error:
                if error.status == "stopped":
                    break
                raise
            rounds += 1
            reached = self._bound(master, tried)
            if reached > bound:
                bound, centre = reached, tried.prices
                self.tries = [*self.tries[: len(SCALES)], *self.tries[len(SCALES) :][1 - RECENT :], tried]
            useful = _useful(parts, mix, 1.0)
            if stuck and not useful:
                break
            stuck = not useful
            master.add(useful)
        self._keep(master, mix)
        return self._answer(master, mix, bound, rounds, watch)

    def _keep(self, master: Master, mix: Mix) -> None:
        """Know for the next call what this one found; what has long been in no plan is forgotten."""
        inside = [part for share, part in zip(mix.shares.tolist(), master.parts, strict=True) if share]
        outside = [part for share, part in zip(mix.shares.tolist(), master.parts, strict=True) if not share]
        self.parts = [*outside, *inside][-KEPT * len(self.blocks) :]
        self.active = master.active

    def _bound(self, master: Master, tried: Try) -> float:
        return master.bound(master.signed(tried.prices), float(tried.worth.sum()), 1.0, self.near)

    def _answer(self, master: Master, mix: Mix, bound: float, rounds: int, watch: Watch) -> Answer:
        """Put the mixed plan together and check that it keeps every row."""
        values = np.zeros(len(self.costs))
        values[self.joined.shared] = mix.shared
        for share, part in zip(mix.shares.tolist(), master.parts, strict=True):
            if share:
                values[self.blocks[part.block].columns] += share * part.values
        self.near = np.maximum(self.near, np.abs(mix.shared))
        if self._misses(values) > TOLERANCE:
            raise PlanError("failed", "The mix of the groups' plans does not keep the rows. It is no plan.")
        value = inner(self.costs, values)
        return Answer(value, min(bound, value), _gap(value, bound), values, watch.seconds, rounds)

    def _misses(self, values: Floats) -> float:
        """Return the worst violation of a row or bound, relative to max(1, largest term)."""
        matrix, programme = self.programme.matrix, self.programme
        terms = np.abs(matrix.data * values[matrix.indices])
        largest = np.maximum.reduceat(np.append(terms, 0.0), matrix.indptr[:-1]) if matrix.nnz else np.zeros(matrix.shape[0])
        used = matrix @ values
        rows = np.maximum(np.maximum(self.row_lower - used, used - self.row_upper), 0.0) / np.maximum(1.0, largest)
        columns = np.maximum(np.maximum(programme.lower - values, values - programme.upper), 0.0) / np.maximum(1.0, np.abs(values))
        return float(max(rows.max(initial=0.0), columns.max(initial=0.0)))


def replan(
    parted: Decomposition,
    tables: PlanningTables,
    *,
    gap: float = GAP,
    better: Callable[[Answer], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    time_limit: float | None = None,
) -> Plan:
    """Plan for tables that differ from the parted ones in openings, inflows, requirements, limits or history only.

    Arguments and PlanError as in `Decomposition.at`. Raises ValueError where anything else differs, as no bound would hold.
    """
    began, arrays, known = time.perf_counter(), arrays_of(tables), parted.programme
    programme = formulate(arrays)
    costs = objective(arrays, programme.layout, tables.problem.stages[0])
    same = (
        programme.items == known.items
        and np.array_equal(programme.matrix.indptr, known.matrix.indptr)
        and np.array_equal(programme.matrix.indices, known.matrix.indices)
        and np.array_equal(programme.matrix.data, known.matrix.data)
        and all(map(np.array_equal, (programme.lower, programme.upper, costs), (known.lower, known.upper, parted.costs)))
    )
    if not same:
        raise ValueError("the tables differ in more than what stands on the right of rows: solve them from nothing")
    left = None if time_limit is None else time_limit - (time.perf_counter() - began)
    return plan_of(
        tables, programme, parted.at(programme.row_lower, programme.row_upper, gap=gap, better=better, cancel=cancel, time_limit=left)
    )


def plan_of(tables: PlanningTables, programme: Programme, answer: Answer) -> Plan:
    """Write an answer as a plan of the tables it is for, which differ from those of the programme in right-hand sides only.

    Only its first stage is sought, so the plan is feasible with bound and gap, and has no prices. Raises PlanError failed where the tables
    do not agree with it.
    """
    began = time.perf_counter()
    arrays, layout, values = arrays_of(tables), programme.layout, answer.values
    found = settle(arrays, values[layout.x], values[layout.shortfall], values[layout.surplus])
    worth = vector(programme.layout, found)
    stages: list[dict[str, object]] = [
        {"name": name, "value": inner(objective(arrays, layout, name), worth), "bound": None, "gap": None} for name in tables.problem.stages
    ]
    gap = _gap(inner(objective(arrays, layout, tables.problem.stages[0]), worth), answer.bound)
    stages[0] |= {"bound": answer.bound, "gap": gap}
    plan = Plan(
        tables=tables,
        status="feasible",
        stages=stages,
        **frames_of(tables, arrays, found),
        shadow_prices=price_frame({}, *programme.named, programme.periods),
        size={"variables": layout.size, "constraints": len(programme.items), "nonzeros": programme.nonzeros},
        seconds={"read": 0.0, "build": time.perf_counter() - began, "solve": answer.seconds, "total": 0.0},
        options={"seed": SEED, "threads": THREADS, "algorithm": "decomposition"},
        bound=answer.bound,
        gap=gap,
        proof=[],
        peak_memory=peak_memory(),
    )
    plan.seconds["total"] = plan.seconds["build"] + plan.seconds["solve"]
    worst = max(plan.audit().values())
    if worst > TOLERANCE:
        raise PlanError(
            "failed", f"The mix of the groups' plans misses a row of the tables by {worst:.1e} of its largest term. It is no plan."
        )
    return plan


def _run(highs: highspy.Highs) -> HighsModelStatus:
    """Solve on from the last basis, or, where that fails, from nothing."""
    highs.run()
    status = highs.getModelStatus()
    for option, value in (("presolve", "off"), ("simplex_strategy", PRIMAL)):  # from now on a feasible basis is at hand
        highs.setOptionValue(option, value)
    if status not in SAID:
        highs.clearSolver()
        highs.run()
        status = highs.getModelStatus()
    return status


def _gap(value: float, bound: float) -> float:
    return max(0.0, value - bound) / max(LEAST, abs(bound)) if np.isfinite(bound) else np.inf


def _go_on(watch: Watch) -> None:
    """Raise what ends the search, where somebody or the clock asks for it."""
    if watch.wants_to_stop():
        raise PlanError("cancelled", "Cancelled; nothing was kept.")
    if watch.left() <= 0:
        raise PlanError("stopped", "The time limit was reached before any plan was found. Give it more time.")


def _useful(parts: Sequence[Part], mix: Mix, weight: float) -> list[Part]:
    """Return the parts that would make the mix better."""
    useful = []
    for part in parts:
        used = mix.prices * part.use
        gain = weight * part.cost - used.sum() - (0.0 if part.ray else mix.worth[part.block])
        if gain < -ZERO * max(1.0, weight * abs(part.cost), np.abs(used).sum()):
            useful.append(part)
    return useful
