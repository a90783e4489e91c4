"""Solve a formulation stage by stage with HiGHS; only what is proven becomes a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np

from optimiser.arrays import Arrays, Flags, arrays_of
from optimiser.errors import PlanError
from optimiser.formulation import SEED, THREADS, Layout, Programme, formulate, objective, ties
from optimiser.plan import TOLERANCE, Found, Plan, frames_of, price_frame, settle
from optimiser.refusal import why_infeasible, why_unbounded
from optimiser.session import HELD, Progress, Session, Watch, algorithm
from optimiser.spread import Floats
from optimiser.tables import PlanningTables

__all__ = ["Progress", "optimise"]


@dataclass(frozen=True)
class Stage:
    """Hold what a stage came to; `bound` and `gap` are those of a whole-number solve, duals those of a linear one."""

    name: str
    proven: bool
    bound: float | None = None
    gap: float | None = None


def optimise(
    tables: PlanningTables,
    *,
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Plan:
    """Find the best plan, stage by stage.

    `time_limit` is in seconds from the call; `gap` is the relative gap at which whole-number stages may stop. `cancel` is asked while
    solving. Raises PlanError with status infeasible (conflict and relaxation added), unbounded, stopped, cancelled or failed.
    """
    watch = Watch(time_limit, progress, cancel)
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    objectives = [(name, objective(arrays, programme.layout, name)) for name in tables.problem.stages]
    session = Session.open(programme, arrays, objectives[0][1], watch, gap)
    built = watch.seconds
    solve = Solve(session, programme, arrays, objectives)
    stages, values = solve.whole(programme.whole) if programme.whole.any() else solve.linear()
    solved = watch.seconds - built
    found = settle(arrays, *_parts(programme.layout, values))
    worth = _vector(programme.layout, found)
    status = "optimal" if all(stage.proven for stage in stages) else "feasible"
    unproven = next((stage for stage in stages if not stage.proven), stages[0])
    options: dict[str, object] = {
        "time_limit": time_limit,
        "gap": gap,
        "seed": SEED,
        "threads": THREADS,
        "algorithm": algorithm(programme.layout.size),
    }
    read = tables.read_seconds
    plan = Plan(
        tables=tables,
        status=status,
        stages=[_described(stage, float(costs @ worth)) for stage, (_, costs) in zip(stages, objectives, strict=True)],
        **frames_of(tables, arrays, found),
        shadow_prices=price_frame(solve.prices, programme.families, programme.items, programme.periods),
        size={"variables": programme.layout.size, "constraints": len(programme.items), "nonzeros": programme.nonzeros},
        seconds={"read": read, "build": built, "solve": solved, "total": read + watch.seconds},
        options=options,
        bound=unproven.bound,
        gap=unproven.gap,
    )
    return _audited(plan)


def _described(stage: Stage, value: float) -> dict[str, object]:
    """Write a stage for the summary; bound and gap where there is something to say."""
    described: dict[str, object] = {"name": stage.name, "value": value}
    if stage.bound is not None or not stage.proven:
        described |= {"bound": stage.bound, "gap": stage.gap}
    return described


def _audited(plan: Plan) -> Plan:
    """Let a plan out only if the tables themselves agree with it."""
    worst = plan.audit()
    broken = {family: miss for family, miss in worst.items() if miss > TOLERANCE}
    if broken:
        listed = ", ".join(f"{family} by {miss:.1e}" for family, miss in broken.items())
        raise PlanError("failed", f"The solver's answer does not keep the tables: {listed}, relative to the largest term. It is no plan.")
    return plan


def _parts(layout: Layout, values: Floats) -> tuple[Floats, Floats, Floats]:
    return values[layout.x], values[layout.shortfall], values[layout.surplus]


def _vector(layout: Layout, found: Found) -> Floats:
    """Return a plan as the values of the variables, so that stages are valued as the plan stands."""
    values = np.zeros(layout.size)
    values[layout.x], values[layout.stock] = found.used, found.held[:, 1:]
    values[layout.shortfall], values[layout.surplus] = found.shortfall, found.surplus
    return values


@dataclass
class Solve:
    """Take the stages of one problem in their order."""

    session: Session
    programme: Programme
    arrays: Arrays
    objectives: list[tuple[str, Floats]]
    prices: dict[str, Floats] = field(default_factory=dict)

    def linear(self) -> tuple[list[Stage], Floats]:
        """Solve the stages of a linear problem; a limit reached after the first leaves the rest unproven."""
        session = self.session
        values: Floats | None = None
        stages: list[Stage] = []
        for name, costs in self.objectives:
            status = session.first(name) if values is None else session.next(name, costs)
            if status == "stopped" and values is not None:
                break
            if status != "optimal":
                raise self._refusal(status, name)
            values = session.values()
            self.prices[name] = session.prices()
            session.held.append((name, costs, float(costs @ values)))
            stages.append(Stage(name, proven=True))
        assert values is not None  # noqa: S101 - there is always a first stage
        rest = [Stage(name, proven=False) for name, _ in self.objectives[len(stages) :]]
        return stages + rest, values if rest else self._untied(values)

    def _untied(self, values: Floats) -> Floats:
        """Choose one among equally good plans; where that fails, any of them will do."""
        status = self.session.next("ties", ties(self.arrays, self.programme.layout))
        if status == "cancelled":
            raise self._refusal(status, "ties")
        return self.session.values() if status == "optimal" else values

    def whole(self, whole: Flags) -> tuple[list[Stage], Floats]:
        """Solve the stages of a problem with whole numbers: each under the values of those before, from the plan of the one before.

        Then, with the whole numbers fixed, the linear problem gives prices, and chooses among plans equally good.
        """
        session = self.session
        (name, costs), *later = self.objectives
        stage = self._whole_stage(name, session.first(name))
        if stage is None:
            raise self._refusal("stopped", name)
        stages, values = [stage], session.values()
        for following, next_costs in later:
            session.held.append((name, costs, float(costs @ values)))
            name, costs = following, next_costs
            stage = self._whole_stage(name, session.under(name, costs, values))
            values = values if stage is None else session.values()
            stages.append(stage or Stage(name, proven=False))
        return stages, self._polished(whole, values)

    def _whole_stage(self, name: str, status: str) -> Stage | None:
        """Return what a whole-number solve came to, None where it has no plan."""
        if status == "cancelled":
            raise self._refusal(status, name)
        info = self.session.highs.getInfo()
        found = info.primal_solution_status == int(highspy.kSolutionStatusFeasible)
        if status != "optimal" and not (status == "stopped" and found):
            if status in {"unbounded", "infeasible", "failed"}:
                raise self._refusal(status, name)
            return None
        bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None
        gap = float(info.mip_gap) if np.isfinite(info.mip_gap) else None
        return Stage(name, status == "optimal" and (gap is None or gap <= HELD), bound, gap)

    def _polished(self, whole: Flags, values: Floats) -> Floats:
        """Fix the whole numbers and solve the linear problem that is left; keep the plan at hand where there is no time for it."""
        session = self.session
        session.held.clear()
        session.thaw()
        columns = np.flatnonzero(whole).astype(np.int32)
        fixed = np.round(values)
        session.highs.changeColsIntegrality(columns.size, columns, np.full(columns.size, highspy.HighsVarType.kContinuous))
        session.lower, session.upper = np.where(whole, fixed, session.lower), np.where(whole, fixed, session.upper)
        session.bound(session.lower, session.upper)
        session.change(self.objectives[0][1])
        session.highs.clearSolver()
        try:
            stages, polished = self.linear()
        except PlanError as error:
            if error.status == "cancelled":
                raise
            return values
        return polished if all(stage.proven for stage in stages) else values

    def _refusal(self, status: str, stage: str) -> PlanError:
        """Say why there is no plan."""
        if status == "infeasible":
            return why_infeasible(self.programme, self.arrays, self.session.watch.left())
        if status == "unbounded":
            return why_unbounded(self.session.highs, self.programme.layout, self.arrays, stage)
        words = {
            "stopped": f"The limit was reached in stage {stage} before any plan was found. Give it more time.",
            "cancelled": f"Cancelled in stage {stage}; nothing was kept.",
        }
        return PlanError(status, words.get(status, f"The solver gave up in stage {stage}: {self.session.highs.getModelStatus().name[1:]}."))
