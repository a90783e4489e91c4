"""A small organisation worked out by hand: three role levels of two role families, two skills, four quarters, round numbers.

Who is there now, and what the posts need:

    role level      family            band  staff  posts  pay a quarter  data modelling      testing
    analyst         data              6     10     10     £10,000        rank 1: 6 hold it   rank 1: 5 hold it
    senior analyst  data              7      4      5     £12,000        rank 1: 3, rank 2: 2
    engineer        clinical systems  6      5      6     £10,000                            rank 1: 5, rank 2: 2

So 19 ranks are short: analysts 4 + 5, seniors 2 + 3 (a fifth post is empty), engineers 1 + 4 (a sixth post is empty). Of 31 posts and
skills 15 have somebody at the required rank: 6 + 5 + 2 + 2.

An FTE short at a rank weighs 1 / ranks required: 1 for analysts, 1/2 for the others; an empty post weighs 1. Nothing is discounted, nobody
leaves, and what is short after the last quarter weighs for four quarters more (`after_years` = 1). So what arrives in quarter t counts
(5 - t) + 4 times, what arrives after quarter 4 four times.

An hour of an analyst or an engineer costs £20 (£10,000 for 500 hours), of a senior £24; half of all hours away are backfilled. So training
costs, fee + hours / 2 x pay:

    analyst to rank 1          100 + 10 / 2 x 20 = £200
    senior to rank 1           100 + 10 / 2 x 24 = £220
    senior to rank 2           200 + 20 / 2 x 24 = £440
    engineer to rank 2         200 + 20 / 2 x 20 = £400
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from optimiser.plan import Plan
from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model.assumptions import Assumptions
from skills_model.demand import Facts
from skills_model.planning import Described, Inputs, World, build_world, describe, with_budget
from skills_model.planning.build import frames, problem
from skills_model.planning.describe.words import KINDS
from skills_model.planning.options import Options
from skills_model.scenario import Scenario

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

CODE = tiny.CODE
YEAR = "2026/27"
ANALYST, SENIOR, ENGINEER = LEVELS = ("analyst", "senior-analyst", "engineer")
MODELLING, TESTING = "data-modelling", "testing"
PLENTY = 10_000_000.0
ROUND = tiny.STEADY | {
    "employer_ni_rate": 0.0,
    "employer_pension_rate": 0.0,
    "apprenticeship_levy_rate": 0.0,
    "after_years": 1.0,
    "working_hours": 2000.0,
    "backfill_share": 0.5,
    "course_fee[1]": 100.0,
    "course_fee[2]": 200.0,
    "course_hours[1]": 10.0,
    "course_hours[2]": 20.0,
    "course_seats": 5.0,
    "recruitment_market_share": 1.0,
    "cover_cost_factor": 1.2,
}
"""Nobody leaves, pay is what a band says, a course takes a quarter and all complete it, five places a quarter, a hire £1,000."""
HELD = [
    (ANALYST, MODELLING, 1, 1, 6.0),
    (ANALYST, TESTING, 1, 1, 5.0),
    (SENIOR, MODELLING, 2, 1, 3.0),
    (SENIOR, MODELLING, 2, 2, 2.0),
    (ENGINEER, TESTING, 2, 1, 5.0),
    (ENGINEER, TESTING, 2, 2, 2.0),
]
LABELS = {
    "role_family": {"data": "Data", "clinical-systems": "Clinical systems"},
    "role_level": {ANALYST: "Analyst", SENIOR: "Senior analyst", ENGINEER: "Engineer"},
    "skill": {MODELLING: "Data modelling", TESTING: "Testing"},
}


def inputs(
    posts: tuple[float, float, float] = (10.0, 5.0, 6.0), agency: float = 0.0, posts_told: pd.DataFrame | None = None, **options: Any
) -> Inputs:
    """Return the small organisation with posts by role level, FTE of engineers' posts held by agency staff, and tables of its own."""
    if posts_told is not None:
        options["posts"] = posts_told
    group = pd.DataFrame({"role_family": ["data", "data", "clinical-systems"], "role_level": LEVELS, "band": ["6", "7", "6"]})
    staff = group.assign(age_band="35 to 44", headcount=[10, 4, 5], fte=[10.0, 4.0, 5.0])
    funded = group.assign(budgeted_fte=posts, bank_fte=0.0, agency_fte=[0.0, 0.0, agency])
    pay = {"year": "2025/26", "step": "only", "years_experience": None, "source": "invented"}
    points = pd.DataFrame([pay | {"band": "6", "salary": 40_000.0}, pay | {"band": "7", "salary": 48_000.0}])
    rates = tiny.rates()
    rates = dataclasses.replace(
        rates,
        leaving=rates.leaving.replace("it-operations", "clinical-systems"),
        joining=rates.joining.replace("it-operations", "clinical-systems"),
        promotion=pd.DataFrame({"role_level": [ANALYST], "to_role_level": [SENIOR], "rate": [0.05]}),
    )
    return Inputs(
        organisation=pd.Series({"code": CODE, "name": "Small", "region_code": "Y60", "demonstration": True}),
        staff=staff,
        posts=funded,
        held=pd.DataFrame(HELD, columns=["role_level", "skill", "required_rank", "rank", "held"]),
        labels=LABELS,
        rates=rates,
        estimated_under=Assumptions.load(),
        pipelines=tiny.pipelines(),
        demand=Facts(posts=funded.assign(organisation=CODE, posts=funded["budgeted_fte"])),
        options=Options(pay_points=points, **options),
    )


def stored(name: str, *rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return rows of a table of the user with all its columns; what a row does not say is blank."""
    empty: pd.DataFrame = getattr(Options(), name)
    blank = dict.fromkeys(map(str, empty.columns))
    return pd.DataFrame([blank | dict(row) for row in rows], columns=empty.columns) if rows else empty


def assumptions(**values: float) -> Assumptions:
    """Return the round assumptions, and others in their place."""
    return Assumptions.load().with_values(ROUND | values)


def scenario(pounds: float, only: tuple[str, ...], settings: Mapping[str, Any] | None = None) -> Scenario:
    """Return a scenario of four quarters with a development budget, in which only some kinds of lever may be used; none named: all."""
    without = [kind for kind in KINDS if only and kind not in only]
    dated = Scenario.load("baseline").with_settings({"demand": {}} | dict(settings or {}))
    levers = {"without": without} | dict((settings or {}).get("levers", {}))
    return with_budget(dated, pounds, 4).with_settings({"levers": levers})


@dataclasses.dataclass(frozen=True)
class Made:
    """A plan with the world that it was made for, and told in the planner's words."""

    plan: Plan
    world: World

    @cached_property
    def told(self) -> Described:
        """Return the plan in the planner's words."""
        return describe(self.plan, self.world)

    def starts(self) -> dict[str, list[float]]:
        """Return what each lever that a planner sees is used, by quarter: its id without the organisation."""
        rows = self.told.actions
        found = rows.pivot_table(index="line", columns="period", values="fte", aggfunc="sum")
        found = found.reindex(columns=range(1, 5)).fillna(0.0).round(6)
        return {
            str(line).replace(f":{CODE}", ""): [float(fte) for fte in row] for line, row in zip(found.index, found.to_numpy(), strict=True)
        }

    def drawn(self) -> dict[str, float]:
        """Return the pounds that are moved into each account over the year."""
        rows = self.plan.actions[self.plan.actions["kind"] == "fund"].merge(
            self.plan.tables.effects.rename(columns={"amount": "each", "period": "only"}), on="lever"
        )
        rows = rows[rows["stock"].str.startswith("account:") & (rows["only"].isna() | (rows["only"] == rows["period"]))]
        rows = rows.sort_values("only", na_position="last").drop_duplicates(["lever", "period"])
        sums = (rows["amount"] * rows["each"]).groupby(rows["stock"].str.split(":").str[1]).sum().round(2)
        return {str(name): float(pounds) for name, pounds in sums.items() if pounds}

    def cost(self) -> dict[tuple[str, str, str], float]:
        """Return pounds by stream, action and nature; all of them of one year."""
        assert set(self.told.cost["year"]) <= {YEAR}
        sums = self.told.cost.groupby(["stream", "action", "nature"])["pounds"].sum().round(2)
        return {key: float(pounds) for key, pounds in sums.items()}

    def short(self) -> list[float]:
        """Return the ranks that are short now and at the end of each quarter."""
        return [round(float(ranks), 6) for ranks in self.told.path["plan_ranks_short"]]

    def met(self) -> list[float]:
        """Return the posts and skills with somebody at the required rank, now and at the end of each quarter, of 31."""
        return [round(31 * float(share), 6) for share in self.told.path["plan_coverage"]]

    def staff(self) -> list[float]:
        """Return the staff in post now and at the end of each quarter."""
        return [round(float(fte), 6) for fte in self.told.path["plan_staff_fte"]]

    def closed(self) -> dict[tuple[str, str], float]:
        """Return the ranks closed by the end, by role level and skill."""
        rows = self.told.closes
        return {
            (str(level), str(skill)): round(float(ranks), 6)
            for level, skill, ranks in zip(rows["role_level"], rows["skill"], rows["closed"], strict=True)
            if abs(ranks) > 1e-9
        }

    def life(self) -> dict[str, tuple[float, float, float]]:
        """Return what each lever costs once, a year from then on, and over its whole life."""
        sums = self.told.actions.groupby("line")[["one_off", "recurrent", "whole_life"]].sum().round(2)
        return {str(line).replace(f":{CODE}", ""): tuple(map(float, row)) for line, row in zip(sums.index, sums.to_numpy(), strict=True)}


def made(
    pounds: float = PLENTY, *only: str, given: Inputs | None = None, settings: Mapping[str, Any] | None = None, **values: float
) -> Made:
    """Plan for the small organisation with only some kinds of lever, and check the plan against its tables."""
    facts, way, assume = given or inputs(), scenario(pounds, only, settings), assumptions(**values)
    world = build_world(facts, way, assume)
    plan = optimise(PlanningTables.from_frames(problem(world), frames(world)))
    assert plan.status == "optimal"
    assert max(plan.audit().values()) < 1e-6
    assert plan.inflation() < 1e-6
    return Made(plan, world)
