"""One solved problem, solved again after changes of its numbers on the right: exactly, and from the basis that it left."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Self

import highspy
import numpy as np
from highspy import HighsBasisStatus

from optimiser import sifting
from optimiser.arrays import Arrays, Flags, arrays_of
from optimiser.cells import figure
from optimiser.errors import Fault, PlanError, TablesError
from optimiser.form import Form
from optimiser.formulation import Programme, directly, formulate, objective, ties
from optimiser.plan import Found, Plan, settle
from optimiser.proof import Proof, prove
from optimiser.session import ZERO, Session, algorithm
from optimiser.solver import Optimised, optimised, vector
from optimiser.spread import Floats, Ints, inner
from optimiser.tables import PlanningTables
from optimiser.watch import Watch

Basis = highspy.HighsBasis
Heard = Callable[[Basis], None] | None
Ends = tuple[highspy.HighsRangingRecord, highspy.HighsRangingRecord]  # down and up
KIND_OF = {"limit": "limit", "inflow": "stock", "required": "stock", "minimum": "lever", "maximum": "lever"}  # of a family's items
AT_A_BOUND = 1e-7  # HiGHS' own tolerance on rows and columns
# Steps of dual simplex, of the columns, after which the old basis is given up and the problem begun anew. On a trust of 47,176 columns these
# are 4,717 steps, 1 to 3 s, and anew takes 2 to 5 s: a quarter more money 0.02 of the columns, £160,000 to £300,000 over 0.1 and 4.6 s in
# all, £510,000 to £1,000,000 just below and 2.7 s, where 0.05 would have made it 8.5.
NEAR = 0.1
DUAL, PRIMAL = 1, 4  # HiGHS' simplex_strategy
# How the steps to other money are made: without scaling, as our units are near each other, and without moving costs a little at random. At
# a trust of 111,000 columns, processor seconds of the first stage for a sixth less and for 3, 10, 20 and 34% more money: 0.47, 0.21, 0.31,
# 0.91 and 1.94 in the place of 0.64, 0.29, 0.35, 1.04 and 2.13. Where starts are held, one of many of which may not fit, HiGHS's own way is
# quicker: 5 s for a plan in whole people in the place of 9.
PLAIN = (("simplex_scale_strategy", 0), ("dual_simplex_cost_perturbation_multiplier", 0.0))
SCALED = (("simplex_scale_strategy", 2), ("dual_simplex_cost_perturbation_multiplier", 1.0))


@dataclass(frozen=True)
class Change:
    """Say which number on the right changes, and by how much.

    `item` is a limit for family `limit`, a stock for `inflow` and `required`, a lever for `minimum` and `maximum`. `period` None means
    every period for which the tables give such a number.
    """

    family: str
    item: str
    period: int | None
    by: float


@dataclass(frozen=True)
class Held:
    """Say between what amounts the use of a lever is held in one period, whatever the tables say."""

    lever: str
    period: int
    least: float
    most: float


@dataclass(frozen=True)
class Direction:
    """Hold changes that make one unit in all; `amount` is what the tables give in all, 0 where changes are counted from there."""

    changes: tuple[Change, ...]
    amount: float

    def by(self, extra: float) -> tuple[Change, ...]:
        """Return the changes that add so much in all."""
        return tuple(replace(change, by=change.by * extra) for change in self.changes)


@dataclass(frozen=True)
class Numbers:
    """Hold every number on the right of a programme, in its positions."""

    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Ranges:
    """Say between which values a right-hand side or a bound leaves the basis as it is; `at_bound` is False where that says nothing."""

    low: Floats
    high: Floats
    at_bound: Flags

    @classmethod
    def of(cls, size: int, there: Ints, ends: Ends, status: Sequence[HighsBasisStatus], unit: Floats, beside: Floats) -> Ranges:
        """Take over what HiGHS found of those that it has, in units of the tables: nothing at all where a model has no rows."""
        found = cls(np.full(size, -np.inf), np.full(size, np.inf), np.zeros(size, dtype=bool))
        if len(ends[0].value_) == there.size:
            found.low[there], found.high[there] = (np.array(end.value_) * unit + beside for end in ends)
            found.at_bound[there] = [at != HighsBasisStatus.kBasic for at in status]
        return found


@dataclass(frozen=True, eq=False)
class Answer:
    """Hold what a problem came to with some numbers changed: a value a stage, the plan as arrays, the duals of each stage.

    The plan is the one that `optimise` gives for tables so changed if every stage and the ties were solved, which they are unless asked
    otherwise. `worth` is the value of each stage; `arrays` are the tables with the numbers changed; `reduced` has the reduced cost of
    every column; `proofs` are there where every stage was solved.
    """

    changes: tuple[Change, ...]
    worth: dict[str, float]
    arrays: Arrays
    found: Found
    prices: dict[str, Floats]
    reduced: dict[str, Floats]
    basis: Basis = field(repr=False)
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True)
class _How:
    """Say how stages are solved: as `Resolver.at` says; `free` where no uses are held."""

    ties_too: bool = True
    free: bool = True
    seconds: float | None = None
    worst: float = math.inf
    first: Heard = None


@dataclass(eq=False)
class Resolver:
    """Hold a plan and its problem in HiGHS, so that the problem can be solved again with other numbers on the right.

    Whole numbers stay at the plan's (`whole_fixed`): every answer is then that of the linear problem that is left.
    """

    plan: Plan
    arrays: Arrays
    programme: Programme
    whole_fixed: bool
    cancel: Callable[[], bool] | None
    objectives: list[tuple[str, Floats]] = field(init=False, repr=False)
    places: dict[str, dict[str, int]] = field(init=False, repr=False)
    session: Session | None = field(default=None, repr=False)
    first: list[Answer] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, tables: PlanningTables, *, time_limit: float | None = None, cancel: Callable[[], bool] | None = None) -> Self:
        """Solve the tables once, all stages, and keep the problem.

        Raises PlanError as `optimise` does.
        """
        return cls.taking_up(optimised(tables, time_limit=time_limit, cancel=cancel), cancel=cancel)

    @classmethod
    def taking_up(cls, done: Optimised, *, cancel: Callable[[], bool] | None = None) -> Self:
        """Go on from what the solver has come to; a plan of whole numbers, or one that is not proven, is taken up by its values.

        Raises PlanError as `keeping` does.
        """
        if done.basis is None or done.plan.status != "optimal":
            return cls.keeping(done.plan, cancel=cancel)
        resolver = cls(done.plan, done.arrays, done.programme, whole_fixed=False, cancel=cancel)
        told = dict(done.worth), done.arrays, done.found, dict(done.prices), dict(done.reduced), done.basis, tuple(done.proofs)
        resolver.first.append(Answer((), *told))
        return resolver

    @classmethod
    def keeping(cls, plan: Plan, *, cancel: Callable[[], bool] | None = None) -> Self:
        """Take up a plan again: a basis is made from its values and prices, so that little is left to solve.

        Raises PlanError cancelled, or failed where the solver gives up.
        """
        arrays = arrays_of(plan.tables)
        programme = formulate(arrays)
        values = vector(programme.layout, Found.of(arrays, plan))
        whole = programme.whole
        fixed = np.round(values)
        lower, upper = np.where(whole, fixed, programme.lower), np.where(whole, fixed, programme.upper)
        programme = replace(programme, lower=lower, upper=upper, whole=np.zeros_like(whole))
        resolver = cls(plan, arrays, programme, whole_fixed=bool(whole.any()), cancel=cancel)
        numbers, count = resolver._numbers(), len(resolver.objectives)
        resolver.first.append(resolver._solved((), arrays, numbers, resolver._basis(values), count, _How()))
        return resolver

    def __post_init__(self) -> None:
        """Write the objectives of the stages, and find items by their ids."""
        layout, arrays = self.programme.layout, self.arrays
        self.objectives = [(name, objective(arrays, layout, name)) for name in self.plan.tables.problem.stages]
        kinds = {"limit": arrays.limit_names, "stock": arrays.stocks, "lever": arrays.levers}
        self.places = {kind: {str(name): place for place, name in enumerate(names)} for kind, names in kinds.items()}

    @cached_property
    def form(self) -> Form:
        """Return the form in which HiGHS has the problem."""
        return Form.of(self.arrays, self.programme)

    @property
    def base(self) -> Answer:
        """Return the answer with nothing changed."""
        return self.first[0]

    def twin(self) -> Self:
        """Return another resolver of the same plan, with a problem of its own in HiGHS, for another thread."""
        return replace(self, session=None)

    def at(
        self,
        changes: Sequence[Change],
        *,
        start: Answer | Basis | None = None,
        stages: int | None = None,
        seconds: float | None = None,
        held: Sequence[Held] = (),
        worst: float = math.inf,
        first: Heard = None,
    ) -> Answer:
        """Solve every stage and the ties again with these numbers changed, from the basis of `start` or else of the plan.

        `stages` solves so many only, without ties: the plan then is one among equally good ones. `held` puts uses of levers in the place
        of their minimum and maximum. A first stage beyond `worst` is as good as none. `first` hears of the basis of the first stage as soon
        as it is there. Raises TablesError with every fault in the changes, PlanError infeasible, stopped after `seconds`, cancelled or
        failed.
        """
        arrays, numbers = self._changed(changes, held)
        count = len(self.objectives) if stages is None else stages
        basis = start if isinstance(start, Basis) else (start or self.base).basis
        how = _How(ties_too=stages is None, free=not held, seconds=seconds, worst=worst, first=first)
        return self._solved(tuple(changes), arrays, numbers, basis, count, how)

    def direction(self, item: str, family: str | None = None, period: int | None = None) -> Direction:
        """Return one unit more of an item in all: in one period, or shared among its periods as the tables share it.

        `family` is found where it is not given: a stock's inflow, else what is required of it; a limit. Raises TablesError.
        """
        family = family or self._family_of(item)
        found = self._found(Change(family, item, period, 0.0), "the item")
        if isinstance(found, list):
            raise TablesError(found)
        place, periods = found
        amounts = np.nan_to_num(self._amounts(family)[place, periods])  # a period may be named that has no inflow yet
        total = float(amounts.sum())
        even = total <= 0 or bool((amounts < 0).any())
        shares = np.full(periods.size, 1 / periods.size) if even else amounts / total
        changes = [Change(family, item, int(at) + 1, float(share)) for at, share in zip(periods, shares, strict=True) if share]
        return Direction(tuple(changes), total)

    @cached_property
    def ranges(self) -> tuple[Ranges, Ranges]:
        """Return how far each row's right-hand side, and each column's bound, can move before the first stage's basis changes.

        For rows and columns that are basic, not at a bound, the range says nothing. 0.5 s on a trust of 48,252 columns.
        """
        session = self._begun(self._numbers(), self.base.basis, None)
        self._proven(session.run(), ())
        _, found = session.highs.getRanging()
        basis, form, programme = session.highs.getBasis(), self.form, self.programme
        rows, columns = (found.row_bound_dn, found.row_bound_up), (found.col_bound_dn, found.col_bound_up)
        beside = session.settled.brought[form.rows]
        return (
            Ranges.of(programme.row_lower.size, form.rows, rows, basis.row_status, 1.0 / form.factor, beside),
            Ranges.of(programme.layout.size, form.columns, columns, basis.col_status, form.unit, np.zeros(form.columns.size)),
        )

    def slope(self, answer: Answer, changes: Iterable[Change], stage: str) -> float:
        """Return what the duals of an answer say of changes in one stage: the change of its value by one unit of all of them."""
        price, reduced = answer.prices[stage], answer.reduced[stage]
        total = 0.0
        for change in changes:
            rows, columns = self.where(change)
            at_bound = reduced[columns]
            side = np.minimum(at_bound, 0.0) if change.family == "maximum" else np.maximum(at_bound, 0.0)
            total += change.by * float(price[rows].sum() + side.sum())
        return total

    def where(self, change: Change) -> tuple[Ints, Ints]:
        """Return the rows and the columns of the programme whose numbers a change concerns."""
        found = self._found(change, "the change")
        if isinstance(found, list):
            raise TablesError(found)
        place, periods = found
        none = np.zeros(0, dtype=np.intp)
        if change.family in {"minimum", "maximum"}:
            return none, self.programme.layout.x[place, periods]
        balance, covers = self.programme.layout.stock.size, len(self.arrays.needs.stock)
        if change.family == "inflow":
            return place * self.arrays.periods + periods, none
        if change.family == "required":
            return balance + self.arrays.needs.place[place, periods], none
        return balance + covers + self.arrays.limits.place[place, periods], none

    def _family_of(self, item: str) -> str:
        stock = self.places["stock"].get(item)
        families = ["limit"] if item in self.places["limit"] else []
        if stock is not None:
            families += ["inflow"] if self.arrays.inflow_given[stock].any() else ["required"]
        if len(families) == 1:
            return families[0]
        if families:
            action = "Name the family too, or give one of them another id."
            raise TablesError([Fault("An id of two kinds", "the item", found=repr(item), allowed="a limit or a stock", action=action)])
        nearest = get_close_matches(item, [*self.places["limit"], *self.places["stock"]], n=3, cutoff=0.5)
        known = "a limit, or a stock with an inflow or a requirement" + (f"; nearest: {', '.join(map(repr, nearest))}" if nearest else "")
        raise TablesError([Fault("Unknown item", "the item", found=repr(item), allowed=known, action="Correct the id.")])

    def _amounts(self, family: str) -> Floats:
        """Return the numbers of a family by item and period, NaN where the tables give none."""
        arrays = self.arrays
        if family == "inflow":
            return np.where(arrays.inflow_given, arrays.inflow, np.nan)
        if family == "minimum":
            return arrays.terms.minimum
        if family == "maximum":
            return np.where(np.isfinite(arrays.terms.maximum), arrays.terms.maximum, np.nan)
        place = arrays.limits.place if family == "limit" else arrays.needs.place
        source = arrays.limits.amount if family == "limit" else arrays.needs.required
        return np.where(place >= 0, source[place] if source.size else np.nan, np.nan)

    def _found(self, change: Change, where: str) -> tuple[int, Ints] | list[Fault]:
        """Return the position of a change's item and its periods less 1, or what is wrong with it."""
        kind = KIND_OF.get(change.family)
        if kind is None:
            return [Fault("Unknown family", where, found=repr(change.family), allowed=", ".join(KIND_OF), action="Correct it.")]
        place = self.places[kind].get(change.item)
        faults = []
        if place is None:
            faults.append(Fault(f"Unknown {kind}", where, found=repr(change.item), allowed=f"the ids in {kind}s", action="Correct it."))
        if change.period is not None and not 1 <= change.period <= self.arrays.periods:
            faults.append(Fault("Period out of range", where, found=str(change.period), allowed=f"1 to {self.arrays.periods}"))
        if not math.isfinite(change.by):
            faults.append(Fault("Not a number", where, found=repr(change.by), allowed="a finite amount", action="Correct it."))
        if faults or place is None:
            return faults
        if kind == "lever" and self.arrays.terms.whole[place, slice(None) if change.period is None else change.period - 1].any():
            said = f"the {change.family} of {change.item!r}, which is held at the plan's whole numbers"
            return [Fault("A whole number that cannot change", where, found=said, action="Solve the changed tables instead.")]
        given = ~np.isnan(self._amounts(change.family)[place])
        if change.period is not None and change.family == "inflow":
            given[:] = True  # no inflow is an inflow of 0
        periods = (
            np.flatnonzero(given) if change.period is None else np.array([change.period - 1])[given[change.period - 1 : change.period]]
        )
        if not periods.size:
            at = "any period" if change.period is None else f"period {change.period}"
            return [Fault("Nothing to change", where, found=f"no {change.family} of {change.item!r} in {at}", action="Name another.")]
        return place, periods

    def _changed(self, changes: Sequence[Change], held: Sequence[Held] = ()) -> tuple[Arrays, Numbers]:
        """Return the tables and the programme's numbers with every change in them."""
        faults = [
            fault
            for place, change in enumerate(changes)
            if isinstance(wrong := self._found(change, f"change {place + 1}"), list)
            for fault in wrong
        ]
        if faults:
            raise TablesError(faults)
        programme = self.programme
        more, lower, upper = np.zeros(programme.row_lower.size), programme.lower.copy(), programme.upper.copy()
        for change in changes:
            rows, columns = self.where(change)
            more[rows] += change.by
            (lower if change.family == "minimum" else upper)[columns] += change.by
        for use in held:
            column = self.programme.layout.x[self.places["lever"][use.lever], use.period - 1]
            lower[column], upper[column] = use.least, use.most
        crossed = np.flatnonzero((lower > upper) | (lower < 0))
        if crossed.size:
            raise TablesError([self._crossed(int(column)) for column in crossed])
        numbers = Numbers(programme.row_lower + more, programme.row_upper + more, lower, upper)
        return self._arrays(more, lower, upper), numbers

    def _crossed(self, column: int) -> Fault:
        lever, period = np.unravel_index(column, self.programme.layout.x.shape)
        where = f"lever {str(self.arrays.levers[lever])!r}, period {int(period) + 1}"
        return Fault("Minimum above maximum, or either below 0", "the changes", found=where, action="Change it by less.")

    def _arrays(self, more: Floats, lower: Floats, upper: Floats) -> Arrays:
        """Return the tables with the changed numbers, `more` on each row."""
        arrays, layout = self.arrays, self.programme.layout
        balance, covers = layout.stock.size, len(arrays.needs.stock)
        inflow, required, amount = np.split(more, [balance, balance + covers])
        whole = arrays.terms.whole
        return replace(
            arrays,
            inflow=arrays.inflow + inflow.reshape(arrays.inflow.shape),
            needs=replace(arrays.needs, required=arrays.needs.required + required),
            limits=replace(arrays.limits, amount=arrays.limits.amount + amount),
            terms=replace(
                arrays.terms,
                minimum=np.where(whole, arrays.terms.minimum, lower[layout.x]),
                maximum=np.where(whole, arrays.terms.maximum, upper[layout.x]),
            ),
        )

    def _numbers(self) -> Numbers:
        """Return the numbers as the tables have them."""
        programme = self.programme
        return Numbers(programme.row_lower, programme.row_upper, programme.lower, programme.upper)

    def _solved(
        self,
        changes: tuple[Change, ...],
        arrays: Arrays,
        numbers: Numbers,
        basis: Basis | None,
        count: int,
        how: _How,
    ) -> Answer:
        """Solve the stages with these numbers."""
        session, ties_too, worst = self._begun(numbers, basis, how.seconds, free=how.free), how.ties_too, how.worst
        session.highs.setOptionValue("objective_bound", worst)
        status = session.run() if basis is not None else session.first(self.objectives[0][0])
        if not session.gone:
            far = session.highs.getModelStatus() == highspy.HighsModelStatus.kObjectiveBound
            status = "infeasible" if far or (status == "optimal" and session.objective() > worst) else status
            session.highs.setOptionValue("objective_bound", math.inf)
        limited = not session.gone and session.highs.getModelStatus() == highspy.HighsModelStatus.kIterationLimit
        if limited or status not in {"optimal", "infeasible", "unclear", "stopped", "cancelled"}:
            status = self._anew(session, arrays)
        self._proven(status, changes)
        kept = session.highs.getBasis()
        if how.first is not None:
            how.first(kept)
        session.highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)  # the later stages begin from here
        worth, prices, reduced = {}, {}, {}
        proofs: list[Proof] = []
        for place, (name, costs) in enumerate(self.objectives[:count]):
            if place:
                self._proven(session.next(name, costs), changes)
            values = session.values()
            worth[name] = inner(costs, values)
            prices[name], reduced[name] = session.prices(), session.reduced()
            if ties_too:
                proofs.append(prove(name, session.face, costs, values, session.duals()))
            session.held.append((name, costs, worth[name]))
        if ties_too:
            status = session.next("ties", ties(arrays, self.programme.layout))
            if status in {"stopped", "cancelled"}:
                self._proven(status, changes)
            values = session.values() if status == "optimal" else values
        layout = self.programme.layout
        found = settle(arrays, values[layout.x], values[layout.shortfall], values[layout.surplus])
        return Answer(changes, worth, arrays, found, prices, reduced, kept, tuple(proofs))

    def _anew(self, session: Session, arrays: Arrays) -> str:
        """Solve the first stage from nothing, where the old basis is too far away or leads nowhere."""
        (name, costs), way = self.objectives[0], algorithm(self.programme.layout.size)
        session.highs.clearSolver()
        for option, value in (("solver", way), ("presolve", "choose"), ("simplex_iteration_limit", highspy.kHighsIInf), *SCALED):
            session.highs.setOptionValue(option, value)
        if way == "simplex":
            return session.first(name)
        return session.sifted(name, sifting.sieve(arrays, self.programme, costs) or sifting.NOTHING)

    def _begun(self, numbers: Numbers, basis: Basis | None, seconds: float | None, *, free: bool = True) -> Session:
        """Give HiGHS the whole problem back, with these numbers, the first stage to minimise and a basis to begin from."""
        name, costs = self.objectives[0]
        session = self.session or self._opened(costs)
        session.watch.started, session.watch.time_limit = time.perf_counter(), math.inf if seconds is None else seconds
        session.watch.stage = name
        session.give(numbers.lower, numbers.upper, numbers.row_lower, numbers.row_upper)
        session.change(costs)
        if basis is None:
            return session
        begun = bool(self.first)  # a basis made from a plan's values is primal feasible, one left by a solve dual feasible
        size = self.programme.layout.size
        most = int(NEAR * size) if begun and algorithm(size) == "ipm" else highspy.kHighsIInf
        strategy = DUAL if begun else PRIMAL
        for option, value in (
            ("solver", "simplex"),
            ("simplex_strategy", strategy),
            ("presolve", "off"),
            ("simplex_iteration_limit", most),
            ("primal_feasibility_tolerance", AT_A_BOUND),
            *(PLAIN if free else SCALED),
        ):
            session.highs.setOptionValue(option, value)
        session.highs.clearSolver()  # what an earlier solve left would decide how this one goes: once it took 15 s in the place of 2
        session.highs.setBasis(basis)
        return session

    def _opened(self, costs: Floats) -> Session:
        """Give the problem to HiGHS: once, and again after a solve that was broken off."""
        form, programme = self.form, self.programme
        given = form.handed(form.settle(programme.row_lower))
        highs = directly(given, form.costs(costs), algorithm(programme.layout.size))
        self.session = Session.holding(highs, form, Watch(math.inf, None, self.cancel), costs)
        return self.session

    def _proven(self, status: str, changes: tuple[Change, ...]) -> None:
        if status == "optimal":
            return
        listed = "; ".join(f"{change.family} of {change.item!r} by {'+' * (change.by > 0)}{figure(change.by)}" for change in changes[:3])
        more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
        words = {
            "infeasible": f"No plan keeps all the rows after the changes: {listed}{more}.",
            "stopped": "The time limit was reached before the changed problem was solved. Give it more time.",
            "cancelled": "Cancelled; nothing was kept.",
        }
        if status in {"stopped", "cancelled"}:
            self.session = None  # it may have been left behind at work
        kind = "infeasible" if status == "unclear" else status  # other right-hand sides cannot make a bounded problem unbounded
        raise PlanError(kind, words.get(kind, f"The solver gave up on the changed problem: {status}."))

    def _basis(self, values: Floats) -> Basis | None:
        """Make a basis from a plan's values and first prices: what lies within its bounds and costs nothing is basic.

        On a trust of 48,252 columns 564 steps of primal simplex (0.15 s) were then left, by dual simplex 77,000 (108 s). HiGHS mends what
        is missing or too much. A plan that is not proven has none: it is solved from nothing.
        """
        if self.plan.status != "optimal":
            return None
        programme, form = self.programme, self.form
        (name, costs), matrix = self.objectives[0], programme.matrix
        frame = self.plan.shadow_prices
        frame = frame[frame["stage"] == name]
        rows = {key: row for row, key in enumerate(zip(programme.families, programme.items, programme.periods, strict=True))}
        price = np.zeros(len(rows))
        keys = zip(frame["family"], frame["item"], frame["period"], strict=True)
        price[[rows[key] for key in keys]] = frame["price"].to_numpy()
        columns, there = form.columns, form.rows
        free = np.abs(form.costs(costs - matrix.T @ price)) <= ZERO
        basis = Basis()
        basis.valid = basis.alien = True
        basis.col_status = _statuses(values[columns], programme.lower[columns], programme.upper[columns], free)
        sides = programme.row_lower[there], programme.row_upper[there]
        basis.row_status = _statuses((matrix @ values)[there], *sides, np.ones(there.size, dtype=bool))
        return basis


def _statuses(values: Floats, lower: Floats, upper: Floats, free: np.ndarray) -> list[HighsBasisStatus]:
    slack = AT_A_BOUND * np.maximum(1.0, np.abs(values))
    inside = (values > lower + slack) & (values < upper - slack) & free
    high = ~inside & np.isfinite(upper) & (values >= upper - slack)
    statuses = np.full(values.size, HighsBasisStatus.kLower, dtype=object)
    statuses[high], statuses[inside] = HighsBasisStatus.kUpper, HighsBasisStatus.kBasic
    return list(statuses)
