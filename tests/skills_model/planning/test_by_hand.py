"""A small organisation planned by hand: every lever alone, then all of them, the money, the aims, the end of the horizon, whole people.

The working is in the docstrings, from the numbers that `small` gives; no number here was copied from a plan.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from app.pipeline.solving import Sitting
from skills_model.places.offers import offers
from skills_model.planning import build, build_world
from skills_model.planning.describe.actions import programme

sys.path.insert(0, str(Path(__file__).parent))
import small
from purse import budget, stream
from small import ENGINEER, MODELLING, PLENTY, TESTING, YEAR, inputs, made, stored

NONE_SHORT = {"contract_ceiling_share": 0.0, "clinical_starts_share": 0.0}
PAY, PAY_ADDED, COVER_ENDED = "establishment-pay", "Pay of staff that the plan adds", "Bank and agency cover ended"
POSTS_PAID = "Pay of new posts from their own streams"
STAFF_OF_TODAY = 10 * 10_000.0 + 4 * 12_000.0 + 5 * 10_000.0  # pay of a quarter
MODEL, TEST = "Data modelling", "Testing"
A_TENTH = 0.4214420626  # leavers a year on average staff, of which a tenth is gone after a quarter: -4 x ln(0.9)


def money(*rows: tuple[dict[str, object], list[dict[str, object]]]) -> dict[str, pd.DataFrame]:
    """Return the tables of streams and their budgets."""
    return {
        "streams": stored("streams", *(about for about, _ in rows)),
        "budgets": stored("budgets", *(row for _, budgets in rows for row in budgets)),
    }


def offer(kind: str, fte: float, first: str, last: str | None = None, **about: object) -> dict[str, pd.DataFrame]:
    """Return what a partner offers in testing."""
    row = {"from_organisation": "PART1", "organisation": small.CODE, "kind": kind, "role_level": "", "skill": TESTING, "fte": fte}
    return {
        "offers": stored("offers", row | {"start_date": first, "end_date": last, "cost": None, "travel": 0.0, "source": "invented"} | about)
    }


def course(skill: str, **about: object) -> dict[str, pd.DataFrame]:
    """Return a course to the first rank of a skill: £100 and 10 hours within a quarter, which everybody completes."""
    row = {"course": "first", "course_label": "First rank", "price": 100.0, "hours": 10.0, "weeks": 13.0, "seats": 400.0, "completion": 1.0}
    effects = {"course": "first", "skill": skill, "rank_before": 0, "rank_after": 1}
    return {"courses": stored("courses", row | {"source": "invented"} | about), "course_effects": stored("course_effects", effects)}


# Every lever alone


def test_train() -> None:
    """Everybody who lacks a rank begins in the first quarter, but for one senior who lacks two and goes for the second a quarter later.

    Analysts: 4 in data modelling and 5 in testing, £200 each: £1,800. Seniors: 1 to rank 1 for £220; to rank 2 the one who holds rank 1
    now and the other from quarter 2 on, £440 each. Engineers: 3 to rank 2, £400 each. In all 1,800 + 220 + 880 + 1,200 = £4,100, of which
    fees 9 x 100 + 100 + 2 x 200 + 3 x 200 = £2,000.

    From quarter 2 on 9 + 1 + 1 + 3 = 14 ranks are closed, from quarter 3 on 15; the 4 ranks of the two empty posts are not.
    At the required rank 9 + 1 + 3 = 13 more, then 14.
    """
    plan = made(PLENTY, "train")
    assert plan.starts() == {
        "train:analyst:data-modelling:1": [4, 0, 0, 0],
        "train:analyst:testing:1": [5, 0, 0, 0],
        "train:senior-analyst:data-modelling:1": [1, 0, 0, 0],
        "train:senior-analyst:data-modelling:2": [1, 1, 0, 0],
        "train:engineer:testing:2": [3, 0, 0, 0],
    }
    assert plan.cost() == {("development", "Train", "one-off"): 4100.0}
    assert plan.drawn() == {"training": 2000.0, "backfill": 2100.0}
    assert plan.short() == [19, 19, 5, 4, 4]
    assert plan.met() == [15, 15, 28, 29, 29]
    assert plan.staff() == [19] * 5
    assert plan.closed() == {("Analyst", MODEL): 4, ("Analyst", TEST): 5, ("Senior analyst", MODEL): 3, ("Engineer", TEST): 3}
    assert plan.life()["train:engineer:testing:2"] == (1200.0, 0.0, 1200.0)
    assert plan.life()["train:senior-analyst:data-modelling:2"] == (880.0, 0.0, 880.0)


def test_train_part_timers() -> None:
    """The analysts are 20 people who work half of the week: an FTE of them is two fees, two seats and twice the hours, £400.

    Of the five seats a quarter in data modelling at rank 1 a senior, who goes on to rank 2, has one in quarter 1, and analysts four, which
    are 2 FTE of the 4 who lack it; of 5 who lack testing 2.5 begin in each quarter. So 9 x 400 = £3,600, and £2,300 for the others as
    above; fees 18 x 100 + 1,100 = £2,900. From quarter 2 on 2 + 2.5 + 1 + 1 + 3 = 9.5 ranks are closed, from quarter 3 on 2 + 2.5 + 1 more.
    People who learn are heads: 18 analysts, 3 seniors and 3 engineers, 24 in all who are 15 FTE; the year has as many places.
    """
    given = inputs()
    given = dataclasses.replace(given, staff=given.staff.assign(headcount=[20, 4, 5]))
    plan = made(PLENTY, "train", given=given)
    assert {line: rows for line, rows in plan.starts().items() if line.startswith("train:analyst:")} == {
        "train:analyst:data-modelling:1": [2, 2, 0, 0],
        "train:analyst:testing:1": [2.5, 2.5, 0, 0],
    }
    assert plan.cost() == {("development", "Train", "one-off"): 5900.0}
    assert plan.drawn() == {"training": 2900.0, "backfill": 3000.0}
    assert plan.short() == [19, 19, 9.5, 4, 4]
    assert plan.met() == [15, 15, 23.5, 29, 29]
    learn = plan.told.actions.groupby("role_level")[["people", "fte"]].sum()
    assert learn["people"].to_dict() == {"Analyst": 18, "Senior analyst": 3, "Engineer": 3}
    assert learn["fte"].to_dict() == pytest.approx({"Analyst": 9, "Senior analyst": 3, "Engineer": 3})
    offered = offers(plan.plan.tables, plan.told.actions, 4, {"analyst": 2.0})
    assert offered.places["people"].sum() + offered.later == 24
    assert programme(plan.told.actions, 4)["people"].sum() == 24


def test_what_is_left_out_is_priced_by_the_person_and_its_partner_named() -> None:
    """Without money nobody learns: a place costs £200 though an FTE of the half-time analysts is two; a mentor's hours £200 and backfill £100."""
    given = inputs(**offer("mentor", 0.04, "2026-01-01", cost=40_000.0))
    labels = dict(given.labels) | {"organisation": {"PART1": "Partner Trust"}}
    given = dataclasses.replace(given, staff=given.staff.assign(headcount=[20, 4, 5]), labels=labels)
    left = made(0.0, "train", "mentor", given=given, mentor_hours=10.0).told.left_out
    left = left[(left["skill"] == TEST) & (left["rank"] == 1)].set_index("kind")
    assert left["unit_cost"].to_dict() == pytest.approx({"train": 200.0, "mentor": 300.0})
    assert left["route"]["mentor"] == "Partner Trust"
    assert left["sentence"]["mentor"].startswith("Mentor: Testing to rank 1 (Partner Trust) would come in below")


def test_train_within_the_time_that_a_group_is_released_for() -> None:
    """A 500th of working time: of 10 analysts 10 hours a quarter, one course; of 5 engineers 5 hours, a quarter of a course of 20 hours."""
    plan = made(PLENTY, "train", release_share=0.002)
    starts = plan.starts()
    analysts = [
        sum(rows) for rows in zip(*(rows for line, rows in starts.items() if "analyst:" in line and "senior" not in line), strict=True)
    ]
    assert analysts == [1, 1, 1, 1]
    assert starts["train:engineer:testing:2"] == [0.25] * 4


def test_train_within_the_places_that_people_may_have_in_a_year() -> None:
    """A fifth of a place for each person: of 10 analysts two begin in the year, of 4 seniors 0.8, of 5 engineers one, all at once."""
    plan = made(PLENTY, "train", place_most=0.2)
    levels = plan.told.actions.groupby("role_level")["fte"].sum()
    assert levels.to_dict() == pytest.approx({"Analyst": 2.0, "Senior analyst": 0.8, "Engineer": 1.0})
    assert plan.starts()["train:engineer:testing:2"] == [1, 0, 0, 0]
    told = plan.told.limits.set_index("kind")["in_short"]["places"]
    assert "Everybody has as many places in a year as one person may" in (told if isinstance(told, str) else told.iloc[0])


def test_train_a_group_that_loses_staff() -> None:
    """A tenth leaves each quarter, four fifths complete: one engineer who begins is worth 0.8 x 0.9 = 0.72 a quarter later.

    At rank 2 are 2 x 0.9 = 1.8, then 1.8 x 0.9 + 0.72 = 2.34, 2.106 and 1.8954, against 2 x 0.9^4 = 1.3122 if nothing is done: 0.5832 is
    closed by the end for £400. Beginning later would leave less: of 0.72 that begin in quarter 1 (0.72 + 0.648 + 0.5832 in the quarters, and
    0.9 x 0.5832 = 0.52488 after them, which counts 0.9 + 0.81 + 0.729 + 0.6561 = 3.0951 times) 3.576, of quarter 2 only 3.173.
    """
    settings = {"weights": {"role_level": {ENGINEER: 100.0}}}
    plan = made(400.0, "train", settings=settings, leaver_rate=A_TENTH, course_completion=0.8)
    assert plan.starts() == {"train:engineer:testing:2": [1, 0, 0, 0]}
    held = plan.plan.stocks.set_index(["stock", "period"])["amount"]
    assert [held[f"skill:{small.CODE}:engineer:testing:2", t] for t in range(5)] == pytest.approx([2.0, 1.8, 2.34, 2.106, 1.8954])
    assert plan.closed() == {("Engineer", TEST): pytest.approx(0.5832, abs=1e-5)}
    assert plan.life() == {"train:engineer:testing:2": (400.0, 0.0, 400.0)}


def test_apprentice() -> None:
    """A standard of 8 months is three quarters; £1,000 of it, within the funding band, is paid by the levy, which brings £1,000 a quarter.

    Development pays half of 10 hours away: £100 each, £400 in all. So the 4 analysts who lack data modelling begin as levy money comes in.
    (Beginning another in quarter 1 by co-investment, at 5% until August 2026, would take £50 from development, half of a start later on:
    it would gain one quarter of one start, 1, and lose half a start that counts 4 times, 2.) Only the first is there in quarter 4; the other
    three are there after the year, whichever quarter they begin in, so long as levy money has come in for them.
    """
    given = inputs(
        **course(MODELLING, price=1000.0, weeks=35.0, apprenticeship_standard="FA0005"),
        **money((stream("levy", "levy"), [budget("levy", YEAR, 4000.0)])),
    )
    plan = made(400.0, "apprentice", given=given)
    begun = plan.starts()["apprentice:analyst:data-modelling:1:first"]
    assert begun[0] == 1
    assert list(plan.starts()) == ["apprentice:analyst:data-modelling:1:first"]
    assert sum(begun) == 4
    assert all(sum(begun[:t]) <= t for t in range(1, 5))
    assert plan.cost() == {("levy", "Start apprenticeship", "one-off"): 4000.0, ("development", "Start apprenticeship", "one-off"): 400.0}
    assert plan.drawn() == {"apprenticeship": 4000.0, "backfill": 400.0}
    assert plan.short() == [19, 19, 19, 19, 18]
    levy = plan.told.levy.set_index("period")
    assert levy["into"].tolist() == [1000] * 4
    assert levy["used"].tolist() == pytest.approx([1000 * fte for fte in begun])
    assert levy[["expired", "coinvested"]].to_numpy().sum() == pytest.approx(0.0, abs=1e-6)
    assert levy["left"][4] == pytest.approx(0.0, abs=1e-6)
    assert plan.life() == {"apprentice:analyst:data-modelling:1:first": (4400.0, 0.0, 4400.0)}


def test_mentor() -> None:
    """A mentor of 0.04 FTE gives 20 hours a quarter: two analysts to rank 1 (10 each) or one engineer to rank 2 (20).

    An hour on an analyst closes 1/10, on an engineer 1/2/20. So analysts first: 2, 2 and 1; then with 10 hours half an engineer, and one
    whose time counts only after quarter 4. A mentor's hour costs £40,000 / 2,000 = £20, and half of the learner's is backfilled: analysts
    5 x (10 x 20 + 5 x 20) = £1,500, engineers 1.5 x (20 x 20 + 10 x 20) = £900.
    """
    plan = made(
        PLENTY, "mentor", given=inputs(**offer("mentor", 0.04, "2026-01-01", cost=40_000.0)), mentor_hours=10.0, **{"mentor_hours[2]": 20.0}
    )
    assert plan.starts() == {"mentor:analyst:testing:1:PART1": [2, 2, 1, 0], "mentor:engineer:testing:2:PART1": [0, 0, 0.5, 1]}
    assert plan.cost() == {("development", "Mentor", "one-off"): 2400.0}
    assert plan.drawn() == {"support": 1600.0, "backfill": 800.0}
    assert plan.short() == [19, 19, 17, 15, 13.5]
    assert plan.life()["mentor:engineer:testing:2:PART1"] == (900.0, 0.0, 900.0)


def test_second() -> None:
    """One engineer of five may be away at a time, for 26 weeks: two quarters, so one from quarter 1 and one more later.

    Each costs half a year of travel, £500, and of pay, which is backfilled whole, £20,000. The first is back with rank 2 in quarter 3, the other
    after the year, whether from quarter 3 or 4 on.
    """
    given = inputs(**offer("second", 1.0, "2026-01-01", role_level=ENGINEER, travel=1000.0))
    plan = made(PLENTY, "second", given=given, second_weeks=26.0, second_completion=1.0, second_backfill_share=1.0, second_share=0.2)
    starts = plan.starts()
    assert starts.pop("second:engineer:testing:2:PART1") in ([1, 0, 1, 0], [1, 0, 0, 1])
    assert not starts
    assert plan.cost() == {("development", "Second to a partner", "one-off"): 41_000.0}
    assert plan.drawn() == {"support": 1000.0, "backfill": 40_000.0}
    assert plan.short() == [19, 19, 19, 18, 18]
    assert plan.closed() == {("Engineer", TEST): 1}
    assert plan.life() == {"second:engineer:testing:2:PART1": (41_000.0, 0.0, 41_000.0)}


def test_recruit_by_open_advert() -> None:
    """Both empty posts are filled a quarter after they are asked for, with all ranks, for £1,000 each: 4 ranks.

    Pay in quarters 2 to 4: 3 x (12,000 + 10,000) = £66,000. With four quarters more, a senior costs 1,000 + 7 x 12,000 = £85,000 over the
    whole life, an engineer £71,000.
    """
    plan = made(PLENTY, "recruit")
    assert plan.starts() == {"recruit:senior-analyst": [1, 0, 0, 0], "recruit:engineer": [1, 0, 0, 0]}
    assert plan.cost() == {("development", "Recruit", "one-off"): 2000.0, (PAY, PAY_ADDED, "recurrent"): 66_000.0}
    assert plan.drawn() == {"recruitment": 2000.0}
    assert plan.short() == [19, 19, 15, 15, 15]
    assert plan.met() == [15, 15, 17, 17, 17]
    assert plan.staff() == [19, 19, 21, 21, 21]
    assert plan.closed() == {("Senior analyst", MODEL): 2, ("Engineer", TEST): 2}
    assert plan.life() == {"recruit:senior-analyst": (1000.0, 48_000.0, 85_000.0), "recruit:engineer": (1000.0, 40_000.0, 71_000.0)}


def test_recruit_for_a_fixed_term() -> None:
    """Money of the empty engineer's post ends after quarter 3, so nobody can be hired into it for good; a term of 6 months fits.

    Pay: a senior 3 x 12,000, an engineer 2 x 10,000. Over the whole life the engineer costs 1,000 + 20,000.
    """
    ends = stored("posts", {"role_level": ENGINEER, "budgeted_fte": 1.0, "funding_end_date": pd.Timestamp("2026-12-31")})
    plan = made(PLENTY, "recruit", given=inputs(posts_told=ends), fixed_term_months=6.0, **NONE_SHORT)
    assert plan.starts() == {"recruit:senior-analyst": [1, 0, 0, 0], "recruit:engineer:fixed-term": [1, 0, 0, 0]}
    assert plan.cost() == {("development", "Recruit", "one-off"): 2000.0, (PAY, PAY_ADDED, "recurrent"): 56_000.0}
    assert plan.short() == [19, 19, 15, 15, 17]
    assert plan.staff() == [19, 19, 21, 21, 20]
    assert plan.life()["recruit:engineer:fixed-term"] == (1000.0, 40_000.0, 21_000.0)


def test_recruit_clinical_staff() -> None:
    """With no market, a nurse fills the engineer's post in quarter 2, holds rank 1 on the first day and, by half, rank 2 after 26 weeks.

    A hire £1,000, courses £500, and the clinical post covered for a quarter at a fifth above its pay: £2,000.
    """
    shares = {"clinical_skill_share": 1.0, "clinical_skill_share[0]": 0.0, "clinical_starts_share": 0.5, "clinical_return_rate": 0.0}
    courses = {"clinical_conversion_weeks": 26.0, "clinical_conversion_fee": 500.0, "clinical_conversion_completion": 0.5}
    weeks = {"clinical_weeks": 13.0, "clinical_gap_weeks": 13.0}
    plan = made(PLENTY, "recruit", recruitment_market_share=0.0, **shares, **courses, **weeks)
    assert plan.starts() == {"recruit:engineer:clinical-staff": [1, 0, 0, 0]}
    assert plan.drawn() == {"recruitment": 1000.0, "training": 500.0, "backfill": 2000.0}
    assert plan.cost() == {("development", "Recruit", "one-off"): 3500.0, (PAY, PAY_ADDED, "recurrent"): 30_000.0}
    assert plan.short() == [19, 19, 18, 18, 17.5]
    assert plan.met() == [15, 15, 15, 15, 15.5]
    assert plan.life() == {"recruit:engineer:clinical-staff": (3500.0, 40_000.0, 73_500.0)}


def test_recruit_by_a_route_of_ones_own() -> None:
    """In the place of the advert: half a year, £600, only into data, and who comes holds rank 1 of data modelling.

    The senior is there from quarter 3: 600 + (2 + 4) x 12,000 = £72,600 over the whole life; pay in the year £24,000.
    """
    route = {
        "recruitment_route": "open-advert",
        "recruitment_route_label": "Boot camp",
        "contract": "permanent",
        "cost": 600.0,
        "weeks": 26.0,
    }
    profile = {"recruitment_route": "open-advert", "role_level": small.SENIOR, "skill": MODELLING, "rank": 1, "share": 1.0}
    given = inputs(routes=stored("routes", route | {"role_family": "data", "source": "invented"}), profiles=stored("profiles", profile))
    plan = made(PLENTY, "recruit", given=given, **NONE_SHORT)
    assert plan.starts() == {"recruit:senior-analyst": [1, 0, 0, 0]}
    assert plan.cost() == {("development", "Recruit", "one-off"): 600.0, (PAY, PAY_ADDED, "recurrent"): 24_000.0}
    assert plan.short() == [19, 19, 19, 18, 18]
    assert plan.life() == {"recruit:senior-analyst": (600.0, 48_000.0, 72_600.0)}


def test_new_post() -> None:
    """Work grows by half an engineer a quarter, to 8 posts; £40,000 a year that goes on is the pay of one new post, there from quarter 2.

    Two engineers and a senior are hired for £3,000. The new post draws 3 x 10,000; staff cost 3 x (2 x 10,000 + 12,000) = £96,000, of which
    that £30,000 comes from its stream, so that the pay of the posts of today pays £66,000. Of the engineers' lines the post holds the pay of
    one: 7 x 10,000; the two hires hold 2 x 1,000 and the pay of the other.

    Ranks short: analysts 9 throughout; seniors 5, from quarter 2 on 3; engineers 1.5 + 4.5, then with 7 staff of whom 4 hold rank 2
    0 + 3, 0.5 + 3.5, 1 + 4. (Engineers weigh 2 here: at 1, an eleventh analyst with two ranks would be worth as much as an engineer.)
    """
    given = inputs(**money((stream("growing", "revenue", "posts"), [budget("growing", YEAR, 40_000.0)])))
    growth = {"clinical-systems": {"rate": 1 / 3, "path": "straight"}}
    settings = {"demand": {"growth": growth}, "weights": {"role_level": {ENGINEER: 2.0}}}
    plan = made(PLENTY, "recruit", "post", given=given, settings=settings, post_approval_weeks=13.0, new_posts_share=0.5, **NONE_SHORT)
    assert plan.starts() == {"post:engineer": [1, 0, 0, 0], "recruit:engineer": [2, 0, 0, 0], "recruit:senior-analyst": [1, 0, 0, 0]}
    assert plan.drawn() == {"recruitment": 3000.0, "posts": 30_000.0}
    assert plan.short() == [19, 20, 15, 16, 17]
    assert plan.closed() == {("Senior analyst", MODEL): 2, ("Engineer", TEST): 4}
    assert plan.life() == {
        "post:engineer": (0.0, 40_000.0, 70_000.0),
        "recruit:engineer": (2000.0, 40_000.0, 72_000.0),
        "recruit:senior-analyst": (1000.0, 48_000.0, 85_000.0),
    }
    assert plan.cost() == {
        ("growing", "Create post", "recurrent"): 30_000.0,
        ("development", "Recruit", "one-off"): 3000.0,
        (PAY, PAY_ADDED, "recurrent"): 96_000.0,
        (PAY, POSTS_PAID, "recurrent"): -30_000.0,
    }
    assert plan.told.cost["pounds"].sum() == pytest.approx(plan.told.streams["used"].sum() - 4 * STAFF_OF_TODAY)


def test_redeploy() -> None:
    """Where engineers weigh 5, an analyst moves to their empty post for £800: 5 x (1 + 0.5 / 2) there is more than 1 + 0.6 + 0.5 here.

    Of ten analysts 6 hold data modelling and 5 testing, so 0.6 and 0.5 ranks go, and 0.5 arrive as rank 1: 0.6 more are short. Pay is equal.
    """
    settings = {"weights": {"role_level": {ENGINEER: 5.0}}}
    values = {"induction_cost[redeploy]": 800.0}
    plan = made(PLENTY, "redeploy", settings=settings, move_acceptance=0.2, move_weeks=13.0, **values)
    assert plan.starts() == {"redeploy:analyst:engineer": [1, 0, 0, 0]}
    assert plan.cost() == {("development", "Redeploy", "one-off"): 800.0}
    assert plan.short() == [19, 19, 19.6, 19.6, 19.6]
    assert plan.closed() == {("Analyst", MODEL): -0.6, ("Analyst", TEST): -0.5, ("Engineer", TEST): 0.5}
    assert plan.staff() == [19] * 5
    assert plan.life() == {"redeploy:analyst:engineer": (800.0, 0.0, 800.0)}


def test_promote() -> None:
    """Where seniors weigh 5, an analyst rises to their empty post for £600 and £2,000 more pay a quarter.

    0.6 of rank 1 of data modelling goes along; analysts lose it and 0.5 of testing. Pay 3 x 2,000; whole life 600 + 7 x 2,000 = £14,600.
    """
    settings = {"weights": {"role_level": {small.SENIOR: 5.0}}}
    plan = made(PLENTY, "promote", settings=settings, move_acceptance=0.2, move_weeks=13.0, **{"induction_cost[promote]": 600.0})
    assert plan.starts() == {"promote:analyst:senior-analyst": [1, 0, 0, 0]}
    assert plan.cost() == {("development", "Promote", "one-off"): 600.0, (PAY, PAY_ADDED, "recurrent"): 6000.0}
    assert plan.short() == [19, 19, 19.5, 19.5, 19.5]
    assert plan.closed() == {("Analyst", MODEL): -0.6, ("Analyst", TEST): -0.5, ("Senior analyst", MODEL): 0.6}
    assert plan.life() == {"promote:analyst:senior-analyst": (600.0, 8000.0, 14_600.0)}


CONTRACT = {
    # Any number by one route, from the first day to the last, who know all that a post needs.
    "contract_ceiling_share": 0.0,
    "contract_ceiling_fall": 0.0,
    "contract_approval_weeks": 0.0,
    "contract_months_most": 24.0,
    "contract_transfer_share": 0.0,
    "contract_skill_share": 1.0,
    "bank_skill_share": 1.0,
    "contract_day_rate[6]": 400.0,
    "contract_day_rate[7]": 500.0,
    "contract_days": 200.0,
    "contract_overhead": 0.1,
    "contract_overhead[agency]": 0.2,
    "contract_overhead[statement-of-work]": 0.5,
    "contract_inside_share": 0.0,
    "contract_vat_lost": 0.0,
    "contract_vat_lost[agency]": 1.0,
    "vat_rate": 0.2,
}


@pytest.mark.parametrize(
    "route, engineer, senior", [("contractor", 22_000.0, 27_500.0), ("bank", 11_000.0, 13_200.0), ("agency", 14_400.0, 17_280.0)]
)
def test_contract_in_an_empty_post(route: str, engineer: float, senior: float) -> None:
    """Both empty posts are covered in every quarter, with their 4 ranks; nothing of it is left after the year.

    A quarter of a contractor is 200 / 4 days at £400, or £500 for a senior, and a tenth more; bank is a tenth above pay; agency a fifth above
    pay, and VAT of a fifth on that (the price cap, 1.55 x pay, is above).
    """
    plan = made(PLENTY, "contract", **CONTRACT | {f"contract_ceiling_share[{route}]": 1.0})
    name = "" if route == "contractor" else f":{route}"
    assert plan.starts() == {f"contract:engineer{name}": [1, 1, 1, 1], f"contract:senior-analyst{name}": [1, 1, 1, 1]}
    assert plan.cost() == {("development", "Contract", "one-off"): pytest.approx(4 * (engineer + senior))}
    assert plan.short() == [19, 15, 15, 15, 15]
    assert plan.staff() == [19] * 5
    assert plan.closed() == {("Senior analyst", MODEL): 2, ("Engineer", TEST): 2}
    assert plan.life()[f"contract:engineer{name}"] == pytest.approx((4 * engineer, 0.0, 4 * engineer))


def test_contract_by_a_statement_of_work() -> None:
    """One FTE of 21 posts: it brings both skills to analysts, who lack most of them, 2 ranks; 200 / 4 days at £400 and a half more."""
    plan = made(PLENTY, "contract", **CONTRACT | {"contract_ceiling_share[statement-of-work]": 1 / 21})
    assert plan.starts() == {"contract:analyst:statement-of-work": [1, 1, 1, 1]}
    assert plan.cost() == {("development", "Contract", "one-off"): 120_000.0}
    assert plan.short() == [19, 17, 17, 17, 17]


def test_end_cover() -> None:
    """Agency staff hold the empty engineer's post at a fifth above pay. As the hire arrives in quarter 2, that ends.

    It gives back 3 x 12,000 in the year and 7 x 12,000 over the whole life, of which the hire takes 3 and 7 times 10,000.
    """
    plan = made(PLENTY, "recruit", "end-cover", given=inputs(agency=1.0), **NONE_SHORT)
    assert plan.starts() == {"end-cover:engineer": [0, 1, 0, 0], "recruit:engineer": [1, 0, 0, 0], "recruit:senior-analyst": [1, 0, 0, 0]}
    assert plan.cost() == {
        ("development", "Recruit", "one-off"): 2000.0,
        (PAY, PAY_ADDED, "recurrent"): 66_000.0,
        (PAY, COVER_ENDED, "recurrent"): -36_000.0,
    }
    assert plan.short() == [19, 19, 15, 15, 15]
    assert plan.life()["end-cover:engineer"] == (0.0, -48_000.0, -84_000.0)


def test_share() -> None:
    """Half an engineer of a partner from July to December, who knows all: quarters 2 and 3, at half of (40,000 + 2,000) / 4 each."""
    given = inputs(**offer("share", 0.5, "2026-07-01", "2026-12-31", role_level=ENGINEER, skill="", travel=2000.0))
    plan = made(PLENTY, "share", given=given, share_weeks=0.0, share_skill_share=1.0)
    assert plan.starts() == {"share:engineer:PART1": [0, 0.5, 0.5, 0]}
    assert plan.cost() == {("development", "Share a post", "one-off"): 10_500.0}
    assert plan.drawn() == {"support": 10_500.0}
    assert plan.short() == [19, 19, 18, 18, 19]
    assert plan.met() == [15, 15, 15.5, 15.5, 15]
    assert plan.closed() == {}
    assert plan.life() == {"share:engineer:PART1": (10_500.0, 0.0, 10_500.0)}


def test_retain() -> None:
    """A tenth leaves each quarter. With elasticity 1 a premium of a tenth lets 1 / 1.1 of these leave: staff fall by 1 / 1.1, not by 0.9.

    It is paid from quarter 2 on to everybody who was there before: a tenth of the pay of 9 + 4.5 FTE at £10,000 and 3.6 at £12,000, £17,820
    in quarter 2, then each time 1 / 1.1 of that: 17,820 x (1 + 1 / 1.1 + 1 / 1.21) = £48,747.27. Pay of those kept, in FTE of an analyst's 9:
    9 / 1.1 - 8.1, 9 / 1.21 - 7.29, 9 / 1.331 - 6.561 = 0.43067 in all; seniors are 0.4 and engineers 0.5 times as many:
    0.43067 x (10,000 + 0.4 x 12,000 + 0.5 x 10,000) = £8,527.21.
    """
    evidence = {"retention_pay_elasticity": 1.0, "retention_premium_most": 0.1, "retention_weeks": 13.0, "retention_years": 1.0}
    plan = made(PLENTY, "retain", leaver_rate=A_TENTH, **evidence)
    assert {line: rows[0] for line, rows in plan.starts().items()} == {f"retain:{level}:1": 0 for level in small.LEVELS}
    assert plan.starts()["retain:engineer:1"] == pytest.approx([0, 4.5 / 110, 4.5 / 1.1 / 110, 4.5 / 1.21 / 110], abs=1e-5)
    assert plan.staff() == pytest.approx([19, 17.1, 17.1 / 1.1, 17.1 / 1.21, 17.1 / 1.331], abs=1e-4)
    assert plan.cost() == {
        ("development", "Retain", "recurrent"): pytest.approx(48_747.27, abs=0.2),
        (PAY, PAY_ADDED, "recurrent"): pytest.approx(8527.21, abs=0.2),
    }
    held = plan.plan.stocks.set_index(["stock", "period"])["amount"]
    assert held[f"skill:{small.CODE}:engineer:testing:2", 4] == pytest.approx(1.8 / 1.331, abs=1e-5)
    assert plan.closed()["Engineer", TEST] == pytest.approx((4.5 + 1.8) / 1.331 - 7 * 0.9**4, abs=1e-4)


# All levers together

CHOICES = (
    # price, what one start in quarter 1 closes by weight, quarters and years after; most starts
    (200.0, 7.0, 9),  # an analyst to rank 1 of either skill: 1 x (3 + 4)
    (220.0, 3.5, 1),  # a senior to rank 1: 1/2 x 7
    (440.0, 3.5, 1),  # the senior who holds rank 1 to rank 2
    (400.0, 3.5, 3),  # an engineer to rank 2
    (1000.0, 14.0, 2),  # a hire: an empty post and both its ranks, (1 + 1/2 + 1/2) x 7
)
NOTHING = 128.0
"""Doing nothing: 2 posts, 9 ranks of analysts, 5 / 2 of seniors and 5 / 2 of engineers are 16, in four quarters and four times after."""
LAST = (440.0, 3.0)
"""The senior who rises twice goes for rank 2 in quarter 2: 1/2 x 6, once rank 1 is paid for."""


def enumerated(pounds: float) -> tuple[float, float]:
    """Return the best of all plans in whole starts: what it leaves short by weight, and what one start more would close at most."""
    best = 0.0
    for starts in itertools.product(*(range(most + 1) for _, _, most in CHOICES), range(2)):
        *first, last = starts
        price = sum(number * choice[0] for number, choice in zip(first, CHOICES, strict=True)) + last * LAST[0]
        if price <= pounds and last <= first[1]:
            best = max(best, sum(number * choice[1] for number, choice in zip(first, CHOICES, strict=True)) + last * LAST[1])
    return NOTHING - best, max(choice[1] for choice in CHOICES)


def test_all_levers_with_money_for_what_closes_most() -> None:
    """By what £1 closes: analysts 7 / 200 = 0.035, the senior to rank 1 3.5 / 220 = 0.016, hires 14 / 1,000 = 0.014; then 0.009 and less.

    9 x 200 + 220 + 2 x 1,000 = £4,020 buys just these: 9 x 7 + 3.5 + 2 x 14 = 94.5 of 128. Contractors, at £0.0002 and less, and moves,
    which take more than they give, are left.
    """
    plan = made(4020.0)
    assert plan.starts() == {
        "train:analyst:data-modelling:1": [4, 0, 0, 0],
        "train:analyst:testing:1": [5, 0, 0, 0],
        "train:senior-analyst:data-modelling:1": [1, 0, 0, 0],
        "recruit:engineer": [1, 0, 0, 0],
        "recruit:senior-analyst": [1, 0, 0, 0],
    }
    assert plan.plan.stages[0]["value"] == pytest.approx(33.5)
    assert plan.short() == [19, 19, 5, 5, 5]
    assert plan.told.summary["cost"]["total"] == 4020.0  # type: ignore[index]
    assert plan.told.summary["cost"]["per_rank_closed"] == pytest.approx(4020 / 14)  # type: ignore[index]


@pytest.mark.parametrize("pounds", [0.0, 1000.0, 2500.0, 4020.0, 5000.0, 6100.0])
def test_no_enumerated_plan_is_better(pounds: float) -> None:
    """Fractions of a start can only help, by less than one start; with £4,020, and with the £6,100 of everything, there are none.

    Everything leaves 16 of quarter 1 and 1/2 of quarter 2: 16.5.
    """
    least, one = enumerated(pounds)
    found = float(str(made(pounds).plan.stages[0]["value"]))
    assert least - one <= found <= least + 1e-6
    if pounds in {0.0, 1000.0, 4020.0, 6100.0}:
        assert found == pytest.approx(least)
    if pounds == 6100.0:
        assert found == pytest.approx(16.5)


# Money


def test_ring_fenced_money_pays_for_what_it_may_and_the_rest_lapses() -> None:
    """Of £1,000 for fees alone and £900 of development nine analysts take £900 each; £100 for fees is left, and no hours to go with it."""
    given = inputs(**money((stream("ring", "national ring-fence", "training"), [budget("ring", YEAR, 1000.0)])))
    plan = made(900.0, "train", given=given)
    assert plan.cost() == {("ring", "Train", "one-off"): 900.0, ("development", "Train", "one-off"): 900.0}
    rows = plan.told.streams.set_index("stream")[["budget", "carried_in", "used", "carried_out", "lapsed"]]
    assert rows.loc["ring"].tolist() == [1000.0, 0.0, 900.0, 0.0, 100.0]
    assert rows.loc["development"].tolist() == [900.0, 0.0, 900.0, 0.0, 0.0]


def test_money_is_carried_over_as_far_as_it_may() -> None:
    """A plan from October: £1,600 a year is £800 for the half year. A place a quarter takes £200 each; of £400 left half is carried on.

    So £200 is there in April, one place more in quarter 3 and none in quarter 4.
    """
    given = inputs(**course(TESTING, seats=4.0), **money((stream("gift", "trust contribution", None, 0.5), [budget("gift", YEAR, 1600.0)])))
    plan = made(0.0, "train", given=given, settings={"start": "2026-10-01"}, course_seats=0.0)
    assert plan.starts() == {"train:analyst:testing:1:first": [1, 1, 1, 0]}
    rows = plan.told.streams.query("stream == 'gift'")[["year", "budget", "carried_in", "used", "carried_out", "lapsed"]]
    assert rows.to_numpy().tolist() == [["2026/27", 800.0, 0.0, 400.0, 200.0, 200.0], ["2027/28", 0.0, 200.0, 200.0, 0.0, 0.0]]


def test_levy_money_expires_the_oldest_first() -> None:
    """£1,000 a quarter comes in, one place a year at £1,000 takes £250 of it; money of a quarter can be used in the two after it.

    Quarter 1 leaves 750 of its own; quarter 2 takes 250 of these: 500 + 1,000; quarter 3 takes 250 of them, and 250 expire: 2,000 are left;
    quarter 4 takes 250 of quarter 2's, and its 750 expire.
    """
    given = inputs(
        **course(MODELLING, price=1000.0, hours=0.0, weeks=35.0, seats=1.0, apprenticeship_standard="FA0005"),
        **money((stream("levy", "levy", months=6.0), [budget("levy", YEAR, 4000.0)])),
    )
    plan = made(0.0, "apprentice", given=given)
    assert plan.starts() == {"apprentice:analyst:data-modelling:1:first": [0.25] * 4}
    rows = plan.told.levy[["into", "used", "expired", "left"]].to_numpy().tolist()
    assert rows == [[1000, 250, 0, 750], [1000, 250, 0, 1500], [1000, 250, 250, 2000], [1000, 250, 750, 2000]]
    told = plan.told.streams.set_index("stream").loc["levy", ["budget", "used", "carried_out", "lapsed"]]
    assert told.tolist() == [4000.0, 1000.0, 2000.0, 1000.0]


@pytest.mark.parametrize("counted, cost", [(False, {}), (True, {("gift:hoped", "Train", "one-off"): 200.0})])
def test_money_hoped_for_counts_only_where_asked_for(counted: bool, cost: Mapping[Any, float]) -> None:  # noqa: FBT001
    """£200 that a trust may give trains one analyst, or nobody."""
    given = inputs(**money((stream("gift", "trust contribution"), [budget("gift", YEAR, 200.0, "hoped for")])))
    plan = made(0.0, "train", given=given, settings={"money": {"hoped_for": counted}})
    assert plan.cost() == cost
    assert plan.told.summary["money"]["hoped_for_share_of_cost"] == float(counted)  # type: ignore[index]


# Aims


def test_a_target_at_least_cost() -> None:
    """25 of 31 is 10 more than today: the nine analysts for £200 each, and one engineer for £400, of £10,000: £2,200."""
    plan = made(10_000.0, settings={"objective": {"aim": "target", "target": 25 / 31}})
    assert plan.told.summary["cost"]["total"] == pytest.approx(2200.0)  # type: ignore[index]
    assert plan.met()[-1] == pytest.approx(25.0)
    assert plan.told.summary["objective"]["reached"] is True  # type: ignore[index]


@pytest.mark.parametrize(
    "aim, closed",
    [
        # Testing first: of £1,800 the five analysts for £1,000, then two engineers for £400 each.
        ({"aim": "critical", "critical": [TESTING]}, {("Analyst", TEST): 5, ("Engineer", TEST): 2}),
        # What closes most: nine analysts, £200 each.
        ({"aim": "gap"}, {("Analyst", MODEL): 4, ("Analyst", TEST): 5}),
    ],
)
def test_critical_skills_first_or_what_closes_most(aim: dict[str, object], closed: dict[tuple[str, str], float]) -> None:
    """For testing £400 trains one engineer, 1/2 x 7, where £1,000 hires one with both ranks, 7: after the analysts £800 trains two."""
    assert made(1800.0, "train", "recruit", settings={"objective": aim}).closed() == closed


# The end of the horizon


def test_a_start_in_the_last_quarter_is_worth_making() -> None:
    """Nobody can be released before January: all of quarter 4's starts, £3,660, count only after the year, and are made.

    9 x 200 + 220 + 440 (the senior who has rank 1) + 3 x 400. Nothing of them shows within the year.
    """
    golive = {
        "organisation": small.CODE,
        "calendar_event": "Go-live",
        "start_date": "2026-04-01",
        "end_date": "2026-12-31",
        "release_share": 0.0,
    }
    plan = made(PLENTY, "train", given=inputs(calendar=stored("calendar", golive)))
    assert {line: rows for line, rows in plan.starts().items() if rows[:3] != [0, 0, 0]} == {}
    assert plan.cost() == {("development", "Train", "one-off"): 3660.0}
    assert plan.short() == [19] * 5
    assert any(note.startswith("14.0 FTE are started too late to count by the last period") for note in plan.told.summary["notes"])  # type: ignore[attr-defined]


def test_a_hire_that_arrives_after_the_year_is_not_free() -> None:
    """A hire takes four quarters, so that one asked for in quarter 1 is paid in all four quarters after the year, one of quarter 4 in the last.

    Each is within its funded post and costs £1,000; asked for in quarter t, an engineer has (5 - t) x £10,000 of pay on the line.
    """
    plan = made(PLENTY, "recruit", recruitment_weeks=52.0, **NONE_SHORT)
    starts = plan.starts()
    assert {line: sum(rows) for line, rows in starts.items()} == {"recruit:engineer": 1, "recruit:senior-analyst": 1}
    assert plan.cost() == {("development", "Recruit", "one-off"): 2000.0}
    asked = starts["recruit:engineer"].index(1) + 1
    assert plan.life()["recruit:engineer"] == (1000.0, 40_000.0, 1000.0 + (5 - asked) * 10_000.0)


# Whole people


@pytest.mark.parametrize("least, hired, short", [(0.2, 2.5, 109.0), (0.6, 2.0, 116.0)])
def test_whole_people(least: float, hired: float, short: float) -> None:
    """Three of eight engineers' posts are empty; £2,500 is two and a half hires, each of which closes 14.

    Doing nothing is 3 posts, 3 / 2 + 6 / 2 ranks of engineers, 9 of analysts and 3 / 2 of seniors: 18 x 8 = 144; less 2.5 x 14 = 109. One
    half-time person may be hired beside two; where nobody works less than 0.6, two are hired and the gap is half a hire, 7 of 116.
    """
    facts, way = inputs(posts=(10.0, 4.0, 8.0)), small.scenario(2500.0, ("recruit",))
    assume = small.assumptions(whole_people_least_fte=least, clinical_starts_share=0.0)
    world = build_world(facts, way, assume)
    found = Sitting().solve(build(facts, way, assume), world)
    starts = found.plan.actions[found.plan.actions["kind"] == "recruit"]
    assert starts["amount"].sum() == pytest.approx(hired)
    assert set(starts["period"]) == {1}
    assert found.plan.stages[0]["value"] == pytest.approx(short)
    assert max(found.plan.audit().values()) < 1e-6
    note: Any = found.notes["whole_people"]
    assert note["linear"]["shortfall"] == pytest.approx(109.0)
    assert note["gap"] == pytest.approx((short - 109.0) / short, abs=1e-6)
