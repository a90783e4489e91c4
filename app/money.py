"""What more or less money would do to one plan: plans solved at other budgets, and the curve through them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

import pandas as pd

from optimiser.errors import PlanError
from optimiser.explain import STEPS, Explanation, explain
from optimiser.frontier import Frontier, frontier
from optimiser.plan import Plan
from optimiser.renewal import share_of
from optimiser.resolve import Answer, Basis, Change, Direction, Heard, Held, Resolver
from skills_model.planning.describe import RANGES

SMALLEST = 1e-6  # ranks; what is below is a solver's rounding
POINTS = 12  # budgets solved for the curve at most; one takes half a second to two seconds at trusts of 43 and 783 FTE
EXPECTED = POINTS + 2 * len(STEPS)  # plans made in all, where every budget has one
FRAMES = ("budgets", "steps", "skills", "ranges")


@dataclass(frozen=True)
class MoneyResult:
    """Hold what other budgets would do; all are differences of solved plans.

    budgets  a row for each budget on the curve: amount (pounds), ranks_short (in the last period), shortfall (weighted, over all periods:
             what the plan makes least first), this_plan, knee (flags)
    steps    the same for steps from the plan's own budget, which is step 0: step, ranks_short, shortfall
    skills   step, skill, change (of ranks short in the last period), for each skill that changes
    ranges   the coverage, ranks short and staff of the plan in sampled futures: columns as `planning.describe.RANGES`
    summary  whose plan it is, its budget and whether that is only what is still to come, the range that was asked for and the part of it that
             has plans, and to where money holds its worth
    """

    budgets: pd.DataFrame
    steps: pd.DataFrame
    skills: pd.DataFrame
    summary: dict[str, object]
    ranges: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RANGES)))

    def to_json(self) -> str:
        """Write it as one JSON text."""
        tables = {name: getattr(self, name).to_json(orient="table", index=False, double_precision=15) for name in FRAMES}
        return json.dumps({"summary": self.summary, "tables": tables})

    @classmethod
    def from_json(cls, text: str) -> MoneyResult:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        tables = {name: pd.read_json(StringIO(table), orient="table") for name, table in content["tables"].items()}
        return cls(summary=content["summary"], **tables)


@dataclass(eq=False)
class Trials(Resolver):
    """Solve each budget to the end, ties too, so that every answer is the plan that would be made with it; and remember what it closes.

    Money differs in the periods after `after` only. `given_up` is set where the solver could not tell whether a budget has a plan.
    """

    after: int = 0
    given_up: bool = False
    solved: Callable[[int], None] | None = None
    known: list[tuple[float, Answer, pd.Series]] = field(default_factory=list, repr=False)

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
        """Solve again, as `Resolver.at`; a budget of which the solver cannot tell whether it has a plan is left out as one that has none."""
        whole = stages in {None, len(self.objectives)}
        try:
            answer = super().at(
                changes, start=start, stages=None if whole else stages, seconds=seconds, held=held, worst=worst, first=first
            )
        except PlanError as error:
            if error.status != "failed":
                raise
            self.given_up = True
            raise PlanError("infeasible", str(error)) from error
        if whole:
            self.keep(sum(change.by for change in changes), answer)
        return answer

    def direction(self, item: str, family: str | None = None, period: int | None = None) -> Direction:
        """Return one unit more of an item, as `Resolver.direction`; of money that comes in, in periods still to come."""
        coming = self.after and period is None and self._family_of(item) == "inflow"
        return share_of(self.plan.tables, item, self.after) if coming else super().direction(item, family, period)

    def keep(self, extra: float, answer: Answer) -> None:
        """Remember what an answer leaves short, by skill."""
        self.known.append((extra, answer, short_by_skill(self, answer)))
        if self.solved is not None:
            self.solved(len(self.known))

    def near(self, extra: float) -> tuple[float, Answer, pd.Series]:
        """Return what was solved with so much more money; amounts differ by rounding only."""
        return min(self.known, key=lambda known: abs(known[0] - extra))


def work_out(
    plan: Plan,
    stock: str,
    labels: Mapping[str, str],
    *,
    steps: Sequence[float] = STEPS,
    points: int = POINTS,
    solved: Callable[[int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    seconds: float = math.inf,
    after: int = 0,
) -> MoneyResult:
    """Solve a plan again with other inflows of one stock of money: from none to twice as much or the largest step more, and so many pounds more
    and fewer as `steps` say; `labels` names skills. Of a plan whose periods up to `after` are over it is money of later ones.

    Steps get half of the seconds; where the curve does not come to its end, what was solved of it is kept. Raises PlanError cancelled,
    stopped or failed.
    """
    until = time.monotonic() + seconds

    def over() -> bool:
        return time.monotonic() > until

    try:
        trials = Trials.keeping(plan, cancel=lambda: over() or (cancel is not None and cancel()))
        trials.solved, trials.after = solved, after
        trials.keep(0.0, trials.base)
        budget = trials.direction(stock).amount
        asked = 0.0, budget + max(budget, *steps)
        _less(trials, stock, [step for step in steps if step <= budget])
        told = explain(trials, most=0, steps=steps, money=stock, by=["skill"], seconds=(until - time.monotonic()) / 2)
    except PlanError as error:
        raise _meant(error, cancel) from error
    tried = [extra for extra, _, _ in trials.known]
    curve: Frontier | None = None
    try:
        curve = frontier(trials, stock, *asked, points=points)
    except PlanError as error:
        if _meant(error, cancel).status != "stopped":
            raise
    return _result(trials, budget, asked, tried, told, curve, labels)


def short_by_skill(resolver: Resolver, answer: Answer) -> pd.Series:
    """Return ranks short in the last period of an answer, by skill, where somebody needs one."""
    arrays, needs = answer.arrays, answer.arrays.needs
    about = resolver.plan.tables.stocks.set_index("stock").loc[list(arrays.stocks), ["kind", "skill"]]
    last = needs.period == arrays.periods - 1
    rows = about.iloc[needs.stock[last]].assign(shortfall=answer.found.shortfall[last])
    found: pd.Series = rows[rows["kind"] == "skill"].groupby("skill")["shortfall"].sum()
    return found


def _less(trials: Trials, stock: str, steps: Sequence[float]) -> None:
    """Solve with less money; a budget without a plan is left out."""
    direction = trials.direction(stock)
    near = trials.base
    for step in sorted(steps):
        try:
            near = trials.at(direction.by(-step), start=near)
        except PlanError as error:
            if error.status != "infeasible":
                raise
            return


def _meant(error: PlanError, cancel: Callable[[], bool] | None) -> PlanError:
    """Tell the end of the time from a wish to cancel: the solver is told to stop in one way for both."""
    if error.status == "cancelled" and not (cancel is not None and cancel()):
        return PlanError("stopped", "The time limit was reached before other budgets were solved. A plan of fewer periods takes less.")
    return error


def _result(
    trials: Trials,
    budget: float,
    asked: tuple[float, float],
    tried: Sequence[float],
    told: Explanation,
    curve: Frontier | None,
    labels: Mapping[str, str],
) -> MoneyResult:
    stage = trials.objectives[0][0]
    own = trials.near(0.0)[2]
    rows, changes = [], []
    for extra in sorted(tried):
        _, answer, short = trials.near(extra)
        step = round(extra)
        rows.append({"step": step, "ranks_short": float(short.sum()), "shortfall": answer.worth[stage]})
        changes += [
            {"step": step, "skill": labels[str(name)], "change": float(by)} for name, by in (short - own).items() if abs(by) > SMALLEST
        ]
    holds = told.holds.iloc[0] if len(told.holds) else None
    summary: dict[str, object] = {
        "budget": budget,
        "to_come": trials.after > 0,
        "asked": asked,
        "feasible": asked if curve is None else curve.feasible,
        "complete": curve is not None,
        "given_up": trials.given_up,
        "slope": None if holds is None else _known(holds["slope"]),
        "holds_to": None if holds is None else _known(holds["holds_to"]),
        "looked_to": None if holds is None else _known(holds["looked_to"]),
    }
    return MoneyResult(
        _budgets(trials, budget, curve),
        pd.DataFrame(rows, columns=["step", "ranks_short", "shortfall"]),
        pd.DataFrame(changes, columns=["step", "skill", "change"]),
        summary,
    )


def _budgets(trials: Trials, budget: float, curve: Frontier | None) -> pd.DataFrame:
    """Return the curve's budgets and the plan's own; where there is no curve, all that was solved."""
    stage = trials.objectives[0][0]
    wanted = {extra for extra, _, _ in trials.known} if curve is None else {0.0, *(curve.table["amount"] - budget)}
    rows = {extra: (answer, short) for extra, answer, short in map(trials.near, wanted)}
    knee = None if curve is None or curve.knee is None else trials.near(curve.knee - budget)[0]
    return pd.DataFrame(
        [
            {
                "amount": round(budget + extra, 2),
                "ranks_short": float(short.sum()),
                "shortfall": answer.worth[stage],
                "this_plan": extra == 0,
                "knee": extra == knee,
            }
            for extra, (answer, short) in sorted(rows.items())
        ]
    )


def _known(value: float) -> float | None:
    """Return a number as JSON can hold it."""
    return None if math.isnan(value) else float(value)
