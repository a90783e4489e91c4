"""Training by course, apprenticeship, mentor and secondment, each on an organisation small enough to work out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from pathlib import Path

import pandas as pd
import pytest

from optimiser.plan import Plan
from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model.errors import DataError
from skills_model.planning import Inputs, build, build_world, describe, levers
from skills_model.planning.build import PARTS, problem
from skills_model.planning.levers import mentoring, training
from skills_model.planning.options import Options
from skills_model.planning.patterns import by_skill
from skills_model.planning.world import World
from skills_model.reference import table

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

OTHERS = levers.PARTS.keys() - training.PARTS.keys() - mentoring.PARTS.keys()
PLENTY = 10_000_000.0
HOURS = 1957.5 / 4
MODELLING, METADATA = "data-modelling", "metadata-management"


def skill(name: str, rank: int, group: str = "analyst") -> str:
    """Return the stock of a rank."""
    return f"skill:{tiny.CODE}:{group}:{name}:{rank}"


def course(name: str, *steps: tuple[str, int, int], **terms: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a course of £100 and one quarter without hours, or on other terms, and its steps: skill, rank before, rank after."""
    usual = {"price": 100.0, "hours": 0.0, "weeks": 13.0, "seats": 400.0, "completion": 1.0, "apprenticeship_standard": None}
    row = {"course": name, "course_label": name, "provider": None, "organisation": None, "source": "invented"} | usual | terms
    effects = pd.DataFrame(list(steps), columns=["skill", "rank_before", "rank_after"]).assign(course=name)
    return pd.DataFrame([row]), effects


def offering(*courses: tuple[pd.DataFrame, pd.DataFrame], inputs: Inputs | None = None, **tables: pd.DataFrame) -> Inputs:
    """Return the tiny organisation with courses, and with other tables of its own."""
    options = Options(**tables)  # type: ignore[arg-type]
    if courses:
        rows, effects = (pd.concat(list(part), ignore_index=True) for part in zip(*courses, strict=True))
        options = dataclasses.replace(options, courses=rows, course_effects=effects)
    return dataclasses.replace(inputs or tiny.inputs(), options=options)


def two_skills() -> Inputs:
    """Return ten analysts who need two skills at rank 1; five hold each of them."""
    inputs = tiny.inputs()
    rows = [("analyst", name, 1, 1, 5.0) for name in (MODELLING, METADATA)]
    return dataclasses.replace(inputs, held=pd.DataFrame(rows, columns=inputs.held.columns))


def patterns(name: str, *rows: tuple[str, float], group: str = "analyst") -> pd.DataFrame:
    """Return how many FTE of a group hold which ranks of the skills of a course."""
    return by_skill(pd.DataFrame([(name, group, *row) for row in rows], columns=["course", "role_level", "pattern", "fte"]))


def offer(kind: str, fte: float, start: dt.date, end: dt.date | None = None, **terms: object) -> pd.DataFrame:
    """Return what an exemplar offers in data modelling."""
    row = {"from_organisation": "EXEMPLAR", "organisation": tiny.CODE, "kind": kind, "role_level": "", "skill": MODELLING, "fte": fte}
    usual = {"start_date": start, "end_date": end, "cost": None, "travel": 0.0, "source": "invented"}
    return pd.DataFrame([row | usual | terms])


def world_of(inputs: Inputs, pounds: float = PLENTY, periods: int = 4, **values: float) -> World:
    """Return the world of a plan; `course_seats` of 0 leaves out the usual courses, where a test is about others."""
    return build_world(inputs, tiny.scenario(pounds, periods), tiny.assumptions(**values))


def tables_of(world: World) -> PlanningTables:
    """Write the planning tables without the levers of other modules."""
    parts = [part(world) for name, part in PARTS.items() if name not in OTHERS]
    names = dict.fromkeys(name for part in parts for name in part)
    return PlanningTables.from_frames(problem(world), {name: pd.concat([part[name] for part in parts if name in part]) for name in names})


def solved(world: World) -> Plan:
    """Solve and audit."""
    plan = optimise(tables_of(world))
    assert max(plan.audit().values()) < 1e-6
    return plan


def starts(plan: Plan, prefix: str) -> list[float]:
    """Return the starts of the levers whose id begins so, period by period."""
    rows = plan.actions[plan.actions["lever"].str.startswith(prefix)]
    by_period = rows.groupby("period")["amount"].sum().reindex(range(1, plan.tables.problem.periods + 1), fill_value=0.0)
    return [round(float(amount), 6) for amount in by_period]


def held(plan: Plan, stock: str) -> list[float]:
    """Return what a stock holds, period by period from 0."""
    rows = plan.stocks[plan.stocks["stock"] == stock].sort_values("period")
    return [round(float(amount), 6) for amount in rows["amount"]]


def drawn(world: World, lever: str) -> dict[str, float]:
    """Return what one start of a lever draws on each account."""
    effects = tables_of(world).effects
    rows = effects[(effects["lever"] == lever) & effects["stock"].str.startswith("account:")]
    return {stock.split(":")[1]: -amount for stock, amount in zip(rows["stock"], rows["amount"], strict=True)}


# Courses


def test_a_course_takes_the_place_of_the_usual_one_on_its_own_terms() -> None:
    """Eight places a year are two a quarter; half of those who start reach the rank, two quarters later.

    Four analysts lack rank 1. Two start, and two more, so that all four are learning; as one of each two has reached it, there is room
    for two more, which only count after the horizon.
    """
    inputs = offering(course("modelling", (MODELLING, 0, 1), weeks=26.0, seats=8.0, completion=0.5, price=50.0))
    plan = solved(world_of(inputs))
    begun = starts(plan, f"train:{tiny.CODE}:analyst:{MODELLING}:1:modelling")
    assert begun[:2] == [2.0, 2.0]
    assert sum(begun) == pytest.approx(6.0)
    assert begun == starts(plan, f"train:{tiny.CODE}:analyst:{MODELLING}:1")
    assert held(plan, skill(MODELLING, 1)) == [6.0, 6.0, 6.0, 7.0, 8.0]
    assert drawn(world_of(inputs), f"train:{tiny.CODE}:analyst:{MODELLING}:1:modelling") == {"training": 50.0}
    assert f"train:{tiny.CODE}:analyst:{MODELLING}:2" in set(tables_of(world_of(inputs)).levers["lever"])


def test_what_a_course_leaves_open_the_assumptions_say() -> None:
    """Nobody says how many complete it, or how many places there are."""
    inputs = offering(course("modelling", (MODELLING, 0, 1), seats=None, completion=None))
    tables = tables_of(world_of(inputs, course_completion=0.7, course_seats=3.0))
    effects = tables.effects.set_index(["lever", "stock"])["amount"]
    assert effects[f"train:{tiny.CODE}:analyst:{MODELLING}:1:modelling", skill(MODELLING, 1)] == pytest.approx(0.7)
    assert tables.limits.set_index("limit")["amount"][f"seats:{tiny.CODE}:modelling"] == pytest.approx(3.0)


def test_groups_share_the_places_of_a_course() -> None:
    """Ten analysts and four engineers lack testing; twelve places a year are three a quarter for all of them."""
    inputs = tiny.inputs()
    rows = [(group, "testing", 1, 1, 0.0) for group in ("analyst", "engineer")]
    inputs = dataclasses.replace(inputs, held=pd.DataFrame(rows, columns=inputs.held.columns))
    plan = solved(world_of(offering(course("testing", ("testing", 0, 1), seats=12.0), inputs=inputs)))
    assert starts(plan, "train:") == [3.0] * 4
    both = plan.actions.loc[plan.actions["lever"].str.startswith("train:"), "lever"]
    assert all(lever.endswith(":testing:1:testing") for lever in both)


def test_a_course_of_two_ranks_raises_whoever_begins_by_what_they_lack() -> None:
    """Four analysts hold nothing and three rank 1. One quarter later all ten hold rank 2, which no chain of usual courses can do."""
    inputs = offering(course("modelling", (MODELLING, 0, 2), price=150.0))
    plan = solved(world_of(inputs))
    assert starts(plan, f"train:{tiny.CODE}:analyst:{MODELLING}:2:modelling:from-0")[0] == pytest.approx(4.0)
    assert [held(plan, skill(MODELLING, rank))[1:3] for rank in (1, 2)] == [[6.0, 10.0], [3.0, 10.0]]
    assert sum(starts(plan, "train:")) == pytest.approx(7.0)


# Courses of several skills


BOTH = course("both", (MODELLING, 0, 1), (METADATA, 0, 1))


def ranks_closed(plan: Plan) -> float:
    """Return the FTE-ranks by which the two skills of the analysts grew."""
    return sum(held(plan, skill(name, 1))[-1] - held(plan, skill(name, 1))[0] for name in (MODELLING, METADATA))


def test_a_course_of_two_skills_claims_no_more_than_the_people_who_lack_both() -> None:
    """Five analysts lack one skill, five others the other, nobody both. Five places at £100 can raise five ranks and no more.

    Not told apart, the same five places would claim ten ranks: the five who lack the one would be taken to lack the other too.
    """
    lack = patterns("both", (f"{MODELLING}=0+{METADATA}=1", 5.0), (f"{MODELLING}=1+{METADATA}=0", 5.0))
    unsplit = patterns("both", (f"{MODELLING}=0+{METADATA}=0", 10.0))
    told, untold = (
        solved(world_of(offering(BOTH, inputs=two_skills(), patterns=known), 500.0, course_seats=0.0)) for known in (lack, unsplit)
    )
    assert sum(starts(told, "train:")) == pytest.approx(5.0)
    assert ranks_closed(told) == pytest.approx(5.0)
    assert sum(starts(untold, "train:")) == pytest.approx(5.0)
    assert ranks_closed(untold) == pytest.approx(10.0)


def test_where_nobody_is_known_only_those_count_who_must_lack_all() -> None:
    """Five of ten lack each skill: nobody has to lack both. Where eight of ten lack each, six at least lack both."""
    assert not starts_of_both(two_skills())
    inputs = two_skills()
    assert starts_of_both(dataclasses.replace(inputs, held=inputs.held.assign(held=2.0))) == pytest.approx(6.0)


def starts_of_both(inputs: Inputs) -> float:
    """Return the starts of the course of two skills where nobody's ranks are known one by one."""
    return sum(starts(solved(world_of(offering(BOTH, inputs=inputs), course_seats=0.0)), "train:"))


def test_a_pattern_is_used_up_by_those_who_start() -> None:
    """Three lack both. Half complete, but nobody of the three can start twice, whatever room the margins leave."""
    known = patterns("both", (f"{MODELLING}=0+{METADATA}=0", 3.0))
    half = course("both", (MODELLING, 0, 1), (METADATA, 0, 1), completion=0.5)
    plan = solved(world_of(offering(half, inputs=two_skills(), patterns=known), course_seats=0.0))
    assert starts(plan, "train:") == [3.0, 0.0, 0.0, 0.0]
    assert ranks_closed(plan) == pytest.approx(3.0)


def test_a_pattern_shrinks_as_staff_leave() -> None:
    """Whoever leaves can no longer start: the people of a pattern stay as the staff of their group do."""
    known = patterns("both", (f"{MODELLING}=0+{METADATA}=0", 3.0))
    world = world_of(offering(BOTH, inputs=two_skills(), patterns=known), leaver_rate=0.2)
    moves = tables_of(world).transitions
    own = moves[moves["from_stock"].str.startswith("pattern:")].set_index("period")["rate"]
    staff = moves[moves["from_stock"] == f"staff:{tiny.CODE}:analyst"]
    same = staff[staff["to_stock"] == f"staff:{tiny.CODE}:analyst"].set_index("period")["rate"]
    assert own.tolist() == pytest.approx(same.tolist())
    assert own.max() < 1


def test_courses_of_the_same_steps_share_their_people() -> None:
    """The same three people, one course dearer than the other: three starts in all."""
    known = [patterns(name, (f"{MODELLING}=0+{METADATA}=0", 3.0)) for name in ("both", "dear")]
    dear = course("dear", (MODELLING, 0, 1), (METADATA, 0, 1), price=200.0)
    half = [(rows.assign(completion=0.5), steps) for rows, steps in (BOTH, dear)]
    plan = solved(world_of(offering(*half, inputs=two_skills(), patterns=pd.concat(known)), course_seats=0.0))
    assert sum(starts(plan, "train:")) == pytest.approx(3.0)


def test_few_people_are_counted_together_with_what_all_of_them_lack() -> None:
    """0.6 FTE lack both and 0.4 only the first: one FTE that lacks the first."""
    known = patterns("both", (f"{MODELLING}=0+{METADATA}=0", 0.6), (f"{MODELLING}=0+{METADATA}=1", 0.4))
    world = world_of(offering(BOTH, inputs=two_skills(), patterns=known), pattern_fte=1.0)
    tables = tables_of(world)
    assert tables.stocks.set_index("stock")["opening"][f"pattern:{tiny.CODE}:analyst:others:both"] == pytest.approx(1.0)
    raised = tables.effects[tables.effects["lever"] == f"train:{tiny.CODE}:analyst:others:both"]["stock"]
    assert {stock for stock in raised if stock.startswith("skill:")} == {skill(MODELLING, 1)}


def test_nobody_begins_a_course_without_the_ranks_it_begins_from() -> None:
    """The course begins at rank 1 of the second skill, which three of the four do not hold."""
    inputs = tiny.inputs()
    rows = [("analyst", MODELLING, 1, 1, 5.0), ("analyst", METADATA, 2, 1, 5.0), ("analyst", METADATA, 2, 2, 0.0)]
    inputs = dataclasses.replace(inputs, held=pd.DataFrame(rows, columns=inputs.held.columns))
    known = patterns("both", (f"{MODELLING}=0+{METADATA}=0", 3.0), (f"{MODELLING}=0+{METADATA}=1", 1.0))
    world = world_of(offering(course("both", (MODELLING, 0, 1), (METADATA, 1, 2)), inputs=inputs, patterns=known), course_seats=0.0)
    assert sum(starts(solved(world), "train:")) == pytest.approx(1.0)


# Apprenticeships


def test_an_apprenticeship_that_ends_after_the_horizon_still_counts() -> None:
    """Two years from the start, in a plan of one: four analysts begin, and after the horizon all ten hold the rank."""
    inputs = offering(course("apprenticeship", (MODELLING, 0, 1), apprenticeship_standard="ST1021", price=18000.0, weeks=104.0))
    plan = solved(world_of(inputs, course_seats=0.0))
    assert sum(starts(plan, f"apprentice:{tiny.CODE}:analyst:{MODELLING}:1:apprenticeship")) == pytest.approx(4.0)
    assert held(plan, skill(MODELLING, 1))[-1] == pytest.approx(6.0)
    assert held(plan, "after:" + skill(MODELLING, 1))[-1] == pytest.approx(10.0)


def test_the_levy_pays_up_to_the_funding_band() -> None:
    """ST1021 is funded up to £18,000; what a provider asks beyond is a fee. Off-the-job hours are backfilled in part, as others are."""
    inputs = offering(course("apprenticeship", (MODELLING, 0, 1), apprenticeship_standard="ST1021", price=20000.0, hours=400.0))
    world = world_of(inputs, backfill_share=0.25)
    hourly = world.groups.set_index("role_level")["pay"]["analyst"] * 4 / 1957.5
    expected = {"training": 2000.0, "apprenticeship": 18000.0, "backfill": pytest.approx(100 * hourly)}
    assert drawn(world, f"apprentice:{tiny.CODE}:analyst:{MODELLING}:1:apprenticeship") == expected


def test_an_apprenticeship_takes_the_published_months() -> None:
    """However short the course says it is: 24 months are eight quarters; half of those who start finish."""
    inputs = offering(course("apprenticeship", (MODELLING, 0, 1), apprenticeship_standard=" st1021 ", completion=None))
    effects = tables_of(world_of(inputs, periods=12, apprentice_completion=0.5)).effects
    rows = effects[effects["stock"] == skill(MODELLING, 1)].set_index("lever")
    assert rows.loc[f"apprentice:{tiny.CODE}:analyst:{MODELLING}:1:apprenticeship", ["lag", "amount"]].tolist() == pytest.approx([8, 0.5])


def test_a_unit_is_a_short_course_that_the_levy_pays() -> None:
    """AU0009 is funded with £750; it is training like any other course."""
    inputs = offering(course("unit", (MODELLING, 0, 1), apprenticeship_standard="AU0009", price=750.0))
    assert drawn(world_of(inputs), f"train:{tiny.CODE}:analyst:{MODELLING}:1:unit") == {"apprenticeship": 750.0}


def test_standards_that_are_not_approved_are_refused_by_name() -> None:
    """One is in development, one nobody knows: both are named at once; the project's own are left out with a note."""
    named = {"first": "ST1386", "second": "ST9999", "third": "ST1021"}
    inputs = offering(*(course(name, (MODELLING, 0, 1), apprenticeship_standard=code) for name, code in named.items()))
    with pytest.raises(DataError) as error:
        tables_of(world_of(inputs))
    assert [fault.found for fault in error.value.faults] == [
        "'ST1386' of course 'first', status 'In development'",
        "'ST9999' of course 'second', which has no known status",
    ]
    notes = training.notes(world_of(tiny.inputs()))
    assert "Apprenticeship standard ST1386 (Data Engineer) is left out, since it is not approved (In development)." in notes


def test_level_7_is_only_for_those_young_enough() -> None:
    """Four of ten analysts are under 25; a quarter of those are taken to be under 22: one may start, whatever the money."""
    inputs = tiny.inputs()
    young, old = inputs.staff.iloc[[0]].assign(age_band="under 25", fte=4.0), inputs.staff.assign(fte=[6.0, 4.0])
    inputs = dataclasses.replace(inputs, staff=pd.concat([young, old], ignore_index=True))
    masters = course("masters", (MODELLING, 0, 1), apprenticeship_standard="ST1409", price=27000.0)
    plan = solved(world_of(offering(masters, inputs=inputs), course_seats=0.0, level7_age_share=0.25))
    assert sum(starts(plan, "apprentice:")) == pytest.approx(1.0)
    nobody = solved(world_of(offering(masters), course_seats=0.0))
    assert sum(starts(nobody, "apprentice:")) == 0


def test_the_standards_of_the_reference_data_lead_to_skills_that_exist() -> None:
    """Each is known, each skill is one of the frameworks, needed in that role family at the rank it leads to."""
    rows = table("standard_skills")
    assert set(rows["standard"]) <= set(table("apprenticeship_standards")["standard"])
    needed = table("requirements").merge(table("role_levels"), on=["framework", "role_level"])
    most = needed.groupby(["role_family", "skill"])["required_rank"].max()
    reach = rows.set_index(["role_family", "skill"])
    assert (reach["rank_after"] <= most.reindex(reach.index)).all()
    assert (reach["rank_before"] < reach["rank_after"]).all()


# Places, time and the last period


def test_training_goes_on_to_the_last_period() -> None:
    """With seats for one a quarter, money for all and a course of one quarter, somebody starts in the last period too."""
    assert min(starts(solved(world_of(tiny.inputs(), course_seats=1.0)), "train:")) > 0


def test_starts_that_arrive_after_the_last_period_are_told() -> None:
    """Two courses with a seat a quarter: the two who start in the fourth have learnt a quarter later; those of the third count by the last."""
    scenario = tiny.scenario(1e6).with_settings({"levers": {"without": ["recruit", "contract", "end-cover", "redeploy", "promote"]}})
    assumptions = tiny.assumptions(apprenticeship_levy_rate=0.0, course_seats=1.0)
    told = describe(optimise(build(tiny.inputs(), scenario, assumptions)), build_world(tiny.inputs(), scenario, assumptions))
    assert told.actions.groupby("period")["fte"].sum().tolist() == pytest.approx([2.0] * 4)
    late = "2.0 FTE are started too late to count by the last period; what they bring after it is weighed, not shown."
    assert late in told.summary["notes"]


def test_a_team_releases_only_a_share_of_its_time() -> None:
    """Analysts work 10 x 489.375 hours a quarter; 1% of it is 48.94 hours, or 3.2625 places of 15 hours."""
    plan = solved(world_of(tiny.inputs(), periods=1, release_share=0.01))
    hours = {1: 15.0, 2: 37.5}
    away = sum(starts(plan, f"train:{tiny.CODE}:analyst:{MODELLING}:{rank}")[0] * each for rank, each in hours.items())
    assert away == pytest.approx(10 * HOURS * 0.01)


def test_time_and_people_that_are_used_up_are_told_to_hold_a_plan_back() -> None:
    """With money for all, a five-hundredth of the time for learning is too little for analysts; the engineer who lacks a rank is in training."""
    scenario, assumptions = tiny.scenario(1e6), tiny.assumptions(apprenticeship_levy_rate=0.0, release_share=0.002)
    plan = optimise(build(tiny.inputs(), scenario, assumptions))
    limits = describe(plan, build_world(tiny.inputs(), scenario, assumptions)).limits.set_index("item")
    time = limits.loc[f"release:{tiny.CODE}:analyst"]
    assert time["sentence"].startswith(
        "All working time that may go to learning is used (Analyst) throughout; one more hour would be worth up to"
    )
    assert time["worth"] == pytest.approx(1.4333333)
    prices = plan.shadow_prices[plan.shadow_prices["item"] == f"release:{tiny.CODE}:analyst"]
    assert time["worth"] == pytest.approx(prices.loc[prices["stage"] == "shortfall", "price"].abs().max())
    assert limits.loc[f"room:{tiny.CODE}:engineer:testing:1", "worth"] == pytest.approx(1.0)


def test_a_go_live_leaves_less_time_to_learn() -> None:
    """No release in the second quarter, a quarter of the usual in the second half of the third: 5/8 of the usual in it."""
    scenario = tiny.scenario(PLENTY)
    third = scenario.day_of(3)
    half = dt.date(third.year, 11, 16)  # 46 of the 92 days from 1 October are over
    rows = [("Go-live", scenario.day_of(2), third - dt.timedelta(days=1), 0.0), ("Winter", half, dt.date(third.year, 12, 31), 0.25)]
    calendar = pd.DataFrame(rows, columns=["calendar_event", "start_date", "end_date", "release_share"])
    calendar = calendar.assign(organisation=tiny.CODE)
    world = world_of(offering(calendar=calendar), release_share=0.01)
    assert third == dt.date(2026, 10, 1)
    assert list(training.released(world).values()) == pytest.approx([1.0, 0.0, 0.625, 1.0])
    plan = solved(world)
    away = [
        15.0 * one + 37.5 * two
        for one, two in zip(*(starts(plan, f"train:{tiny.CODE}:analyst:{MODELLING}:{r}") for r in (1, 2)), strict=True)
    ]
    assert away[:3] == pytest.approx([share * 10 * HOURS * 0.01 for share in (1.0, 0.0, 0.625)])


# Part-timers


def half_time() -> Inputs:
    """Return the tiny organisation, whose ten FTE of analysts are twenty people who work half of the week."""
    inputs = tiny.inputs()
    return dataclasses.replace(inputs, staff=inputs.staff.assign(headcount=[20, 4]))


def test_a_course_takes_a_part_timer_whole() -> None:
    """One FTE of analysts is two people: two fees of £50, two seats of the three a quarter, and twice 16 hours, a quarter of them backfilled.

    So one and a half FTE begin in each quarter, until all four are learning or have learnt, and raise the rank by as much.
    """
    inputs = offering(course("modelling", (MODELLING, 0, 1), seats=12.0, price=50.0, hours=16.0), inputs=half_time())
    world = world_of(inputs, backfill_share=0.25)
    hourly = world.groups.set_index("role_level")["pay"]["analyst"] * 4 / 1957.5
    lever = f"train:{tiny.CODE}:analyst:{MODELLING}:1:modelling"
    assert drawn(world, lever) == {"training": 100.0, "backfill": pytest.approx(8 * hourly)}
    plan = solved(world)
    assert starts(plan, lever)[:3] == [1.5, 1.5, 1.0]
    assert held(plan, skill(MODELLING, 1))[:4] == [6.0, 6.0, 7.5, 9.0]


def test_part_timers_are_away_as_long_as_anybody() -> None:
    """1% of 10 x 489.375 hours is 48.94 hours: 3.2625 people for 15 hours each, who are 1.63 FTE."""
    plan = solved(world_of(offering(inputs=half_time()), periods=1, release_share=0.01, **{"course_hours[2]": 15.0}))
    assert sum(starts(plan, f"train:{tiny.CODE}:analyst:")) == pytest.approx(10 * HOURS * 0.01 / 15 / 2)


def test_a_mentor_teaches_people() -> None:
    """0.05 FTE are 24.47 hours a quarter: 2.447 learners at 10 hours each, who are half as many FTE, at two mentors' prices an FTE."""
    inputs = offering(offers=offer("mentor", 0.05, tiny.scenario().start, cost=60000.0), inputs=half_time())
    world = world_of(inputs, course_seats=0.0, mentor_hours=10.0)
    assert starts(solved(world), "mentor:")[0] == pytest.approx(0.05 * HOURS / 10 / 2)
    assert drawn(world, f"mentor:{tiny.CODE}:analyst:{MODELLING}:1:EXEMPLAR") == {"support": pytest.approx(2 * 600_000 / 1957.5)}


def test_a_secondment_counts_by_the_time_that_is_worked() -> None:
    """Half a year of an FTE's pay and £1,000 of travel, whoever works it; one FTE of ten may be away at a time."""
    offers = offer("second", 5.0, tiny.scenario().start, travel=2000.0)
    full, part = (world_of(offering(offers=offers, inputs=of), second_share=0.1) for of in (tiny.inputs(), half_time()))
    lever = f"second:{tiny.CODE}:analyst:{MODELLING}:1:EXEMPLAR"
    assert drawn(part, lever) == drawn(full, lever)


def test_a_group_of_nobody_is_taken_to_work_full_time() -> None:
    """Nobody is there whose working time would say how many people an FTE of them is."""
    inputs = tiny.inputs()
    ratios = world_of(dataclasses.replace(inputs, staff=inputs.staff.iloc[:1].assign(headcount=16))).groups.set_index("role_level")
    assert ratios["people_per_fte"].to_dict() == {"analyst": 1.6, "engineer": 1.0}


# An exemplar's help


def test_mentors_teach_as_many_as_their_time_allows_while_it_is_offered() -> None:
    """0.05 FTE are 24.47 hours a quarter, or 2.447 learners at 10 hours each; the offer begins in the second quarter.

    An hour of a mentor on £60,000 a year costs £30.65, so that a learner costs £306.51 of support.
    """
    start = tiny.scenario().day_of(2)
    inputs = offering(offers=offer("mentor", 0.05, start, cost=60000.0))
    plan = solved(world_of(inputs, periods=3, course_seats=0.0, mentor_hours=10.0))
    learners = 0.05 * HOURS / 10
    assert starts(plan, "mentor:") == pytest.approx([0.0, learners, learners])
    lever = f"mentor:{tiny.CODE}:analyst:{MODELLING}:1:EXEMPLAR"
    assert drawn(world_of(inputs, mentor_hours=10.0), lever) == {"support": pytest.approx(600_000 / 1957.5)}


def test_mentors_without_a_price_cost_the_pay_of_the_band_and_travel() -> None:
    """An offer that says nothing: a year of the group's pay and the usual travel."""
    inputs = offering(offers=offer("mentor", 0.05, tiny.scenario().start, travel=None))
    world = world_of(inputs, mentor_hours=10.0, support_travel=2000.0)
    yearly = world.groups.set_index("role_level")["pay"]["analyst"] * 4 + 2000
    assert drawn(world, f"mentor:{tiny.CODE}:analyst:{MODELLING}:1:EXEMPLAR")["support"] == pytest.approx(yearly * 10 / 1957.5)


def test_at_most_a_share_of_a_group_is_away_on_secondment() -> None:
    """A tenth of ten analysts for two quarters: one leaves, the next when they are back, although five could be taken."""
    inputs = offering(offers=offer("second", 5.0, tiny.scenario().start))
    plan = solved(world_of(inputs, periods=5, course_seats=0.0, second_share=0.1, second_completion=1.0))
    assert starts(plan, "second:") == [1.0, 0.0, 1.0, 0.0, 1.0]


def test_an_exemplar_takes_only_as_many_as_it_offers() -> None:
    """Half a place, for as long as it is offered: until the end of the third quarter."""
    scenario = tiny.scenario()
    inputs = offering(offers=offer("second", 0.5, scenario.start, scenario.day_of(4) - dt.timedelta(days=1)))
    plan = solved(world_of(inputs, course_seats=0.0, second_share=1.0))
    assert starts(plan, "second:") == [0.5, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("backfilled", [1.0, 0.0])
def test_the_post_of_somebody_seconded_is_backfilled_or_waits(backfilled: float) -> None:
    """Half a year of pay and £1,000 of travel; or travel alone, and two quarters of one analyst and of the skill they hold are missed."""
    inputs = offering(offers=offer("second", 5.0, tiny.scenario().start, travel=2000.0))
    world = world_of(inputs, second_backfill_share=backfilled)
    lever, tables = f"second:{tiny.CODE}:analyst:{MODELLING}:1:EXEMPLAR", tables_of(world)
    pay = world.groups.set_index("role_level")["pay"]["analyst"]
    assert drawn(world, lever) == pytest.approx({"support": 1000.0} | ({"backfill": 2 * pay} if backfilled else {}))
    missed = tables.cover[tables.cover["lever"] == lever].set_index("stock")["amount"].to_dict()
    waits = {f"staff:{tiny.CODE}:analyst": -2.0, skill(MODELLING, 1): -2 * 0.6, skill(MODELLING, 2): -2 * 0.3}
    assert missed == pytest.approx({} if backfilled else waits)


def test_every_price_is_what_is_drawn_on_accounts() -> None:
    """Fees, levy, backfill and support of each lever add up to its unit cost."""
    start = tiny.scenario().start
    offers = pd.concat([offer(kind, 0.5, start) for kind in ("mentor", "second")])
    apprenticeship = course("apprenticeship", (METADATA, 0, 1), apprenticeship_standard="ST1021", price=19000.0)
    known = patterns("both", (f"{MODELLING}=0+{METADATA}=0", 3.0))
    world = world_of(offering(BOTH, apprenticeship, inputs=two_skills(), patterns=known, offers=offers), backfill_share=0.3)
    tables = tables_of(world)
    charged = tables.effects[tables.effects["stock"].str.startswith("account:") & (tables.effects["amount"] < 0)]
    prices = tables.levers[tables.levers["kind"].isin(["train", "apprentice", "mentor", "second"])].set_index("lever")["unit_cost"]
    assert set(tables.levers["kind"]) >= {"train", "apprentice", "mentor", "second"}
    assert (-charged.groupby("lever")["amount"].sum()).reindex(prices.index).tolist() == pytest.approx(prices.tolist())


def test_the_project_knows_of_apprenticeships_for_groups_that_need_all_they_teach() -> None:
    """ST1512 leads data staff to rank 2 of two skills: for analysts who need both at 2, not for engineers of another role family."""
    inputs = tiny.inputs()
    names = ("data-innovation", "data-ethics-and-privacy")
    rows = [(group, name, 2, rank, 3.0) for group in ("analyst", "engineer") for name in names for rank in (1, 2)]
    inputs = dataclasses.replace(inputs, held=pd.DataFrame(rows, columns=inputs.held.columns))
    known = patterns("st1512-data", (f"{names[1]}=0+{names[0]}=1", 4.0))
    found = tables_of(world_of(offering(inputs=inputs, patterns=known))).levers.query("kind == 'apprentice'")
    assert found[["lever", "route"]].to_numpy().tolist() == [
        [f"apprentice:{tiny.CODE}:analyst:{names[1]}=0+{names[0]}=1:st1512-data", "ST1512"]
    ]
    leads = dataclasses.replace(inputs, held=inputs.held.assign(required_rank=3))
    assert tables_of(world_of(offering(inputs=leads, patterns=known))).levers.query("kind == 'apprentice'").empty


def test_all_ways_to_a_rank_share_those_who_lack_it() -> None:
    """Four analysts lack rank 1: by course, mentor or secondment, with half of all completing, never more than lack it are learning."""
    start = tiny.scenario().start
    offers = pd.concat([offer(kind, fte, start) for kind, fte in (("mentor", 0.01), ("second", 0.5))])
    modelling = course("modelling", (MODELLING, 0, 1), weeks=26.0, seats=8.0, completion=0.5)
    terms = {"course_lead_time": 2.0, "course_completion": 0.5, "second_completion": 0.5, "second_share": 1.0, "mentor_hours": 10.0}
    plan = solved(world_of(offering(modelling, offers=offers), periods=6, **terms))
    ways = [starts(plan, f"{kind}:{tiny.CODE}:analyst:{MODELLING}:1") for kind in ("train", "mentor", "second")]
    assert min(sum(way) for way in ways) > 0
    begun = [sum(amounts) for amounts in zip(*ways, strict=True)]
    there = held(plan, skill(MODELLING, 1))
    learning = [begun[t] + (begun[t - 1] if t else 0.0) for t in range(6)]
    assert all(learning[t] <= 10.0 - there[t + 1] + 1e-5 for t in range(6))  # each is a sum of starts rounded to 1e-6
    assert learning[1] == pytest.approx(4.0)
