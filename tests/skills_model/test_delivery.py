"""Delivery questions of a plan that can be added up by hand: four quarters, two role families, a leading one of clinical informatics."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model import delivery
from skills_model.delivery import Best, History
from skills_model.errors import DataError
from skills_model.planning import Described, World, build_world
from skills_model.privacy import Scope
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
import tiny

SCOPE, RUN, TODAY = Scope.local(), "a" * 64, dt.date(2026, 11, 22)
NONE = pd.DataFrame(columns=["run", "question", "organisation", "response", "owner", "recorded_on"])
KNOWN = History(Best(4.0, "on average between 31 March 2025 and 31 March 2026"), Best(6.0, "in period 1 of the plan digital-2025"))
EVIDENCE, DISCUSS, NOT_ASSESSED, NOT_APPLICABLE = "evidence present", "discuss", "not assessed", "not applicable"


def world(**settings: object) -> World:
    """Return analysts in data, and engineers made clinical informaticians of a leading band, who need one skill of change."""
    made = build_world(tiny.inputs(), tiny.scenario(1000.0), tiny.assumptions())
    groups = made.groups.assign(role_family=["data", "clinical-informatics"], band=["6", "8c"])
    ladder = made.ladder.assign(skill=made.ladder["skill"].replace("testing", "change-management"))
    labels = {
        "role_family": {"data": "Data", "clinical-informatics": "Clinical informatics"},
        "role_level": {"analyst": "Analyst", "engineer": "Nurse informatician"},
        "skill": {"data-modelling": "Data modelling", "change-management": "Change management"},
    }
    scenario = made.scenario.model_copy(update=settings)
    return dataclasses.replace(
        made, groups=groups, ladder=ladder, inputs=dataclasses.replace(made.inputs, labels=labels), scenario=scenario
    )


def described(
    actions: list[tuple[str, str, str | None, int, float, float, str | None]] | None = None,
    closed: tuple[float, float, float, float] = (2.0, 4.0, 6.0, 8.0),
    streams: list[tuple[str, str, str, float]] | None = None,
    pay: float = 0.0,
) -> Described:
    """Return a plan: actions (kind, role_family, skill, period, fte, cost, route), ranks closed by the end of each period, streams."""
    rows = actions if actions is not None else [
        ("train", "Data", "Data modelling", 1, 6.0, 600.0, "Modelling course"),
        ("train", "Data", "Data modelling", 2, 3.0, 300.0, "Another course"),
        ("train", "Clinical informatics", "Change management", 3, 1.0, 100.0, "Change course"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["kind", "role_family", "skill", "period", "fte", "cost", "route"])
    money = streams or [("development", "revenue", "committed", 1000.0)]
    closes = pd.DataFrame(
        [
            ("Data", "Analyst", "Data modelling", 2, 10.0, 11.0, 3.0),
            ("Clinical informatics", "Nurse informatician", "Change management", 1, 5.0, 1.0, 1.0),
        ],
        columns=["role_family", "role_level", "skill", "required_rank", "posts", "do_nothing", "plan"],
    )
    return Described(
        actions=table,
        closes=closes.assign(closed=closes["do_nothing"] - closes["plan"]),
        cost=pd.DataFrame(
            [("establishment-pay", "2026/27", "Pay", "recurrent", pay)], columns=["stream", "year", "action", "nature", "pounds"]
        ),
        path=pd.DataFrame({"period": range(5), "posts": [15.0] * 5}),
        summary={},
        closes_by_period=pd.DataFrame({"period": range(1, 5), "closed": closed}),
        streams=pd.DataFrame(money, columns=["stream", "kind", "status", "used"]),
    )


def asked(
    question: str, plan: Described | None = None, at: World | None = None, history: History = KNOWN, **more: pd.DataFrame
) -> pd.Series:
    """Ask one question."""
    rows = delivery.questions(plan or described(), at or world(), history, more.get("responses", NONE), more.get("cover"))
    return rows.set_index("question").loc[question]


def test_every_question_has_its_place_and_none_a_score() -> None:
    rows = delivery.questions(described(), world(), KNOWN, NONE)
    assert tuple(rows) == delivery.COLUMNS
    assert rows["group"].nunique() == 6
    assert not rows["private"].any()
    assert set(rows["state"]) <= {EVIDENCE, DISCUSS, NOT_ASSESSED, NOT_APPLICABLE}
    assert (rows[rows["state"] != NOT_APPLICABLE]["changes"] != "").all()


def test_a_tenth_for_clinical_informatics_is_evidence_and_less_says_how_much_more() -> None:
    """1 of 10 FTE and £100 of £1,000 are 10%, at least 7%: 0.32 FTE fewer leave (1 - 0.32) / (10 - 0.32) = 7%."""
    row = asked("clinical-informatics")
    assert row["state"] == EVIDENCE
    assert "10% of starts (1.0 of 10.0 FTE) and 10% of money (£100 of £1,000)" in row["figure"]
    assert "0.3 FTE or £32 fewer" in row["changes"]
    without = [("train", "Data", "Data modelling", 1, 10.0, 1000.0, "Modelling course")]
    row = asked("clinical-informatics", described(without))
    assert row["state"] == DISCUSS
    assert row["changes"] == "0.8 FTE more of such starts and £75 more for them would reach 7%."  # 0.7 / 0.93, and 70 / 0.93
    assert row["threshold"] == "at least 7% of both"


def test_skills_of_change_count_as_the_assumption_says() -> None:
    """Change management is one of ten FTE: 10%, which is just enough; counted by half it is 5%, with 5% more to find."""
    assert asked("change-skills")["state"] == EVIDENCE
    half = dataclasses.replace(world(), assumptions=tiny.assumptions(**{"change_skill[change-management]": 0.5}))
    row = asked("change-skills", at=half)
    assert row["state"] == DISCUSS
    assert "5% of starts (0.5 of 10.0 FTE)" in row["figure"]


def test_what_nobody_is_mapped_to_is_not_assessed() -> None:
    known = build_world(tiny.inputs(), tiny.scenario(1000.0), tiny.assumptions())
    assert asked("clinical-informatics", at=known)["state"] == NOT_ASSESSED
    row = asked("change-skills", at=known)
    assert row["state"] == NOT_ASSESSED
    assert row["changes"].startswith("The assumption “Share of the development of a skill that counts as change and adoption” says")


def test_reach_by_maturity_is_no_question_of_one_organisation() -> None:
    assert asked("support-by-maturity")["state"] == NOT_APPLICABLE


def test_a_peak_is_compared_with_the_best_quarter_before() -> None:
    """Six begin training in the first quarter, as many as ever; of five recruits in one quarter one is more than ever."""
    row = asked("peak-training")
    assert row["state"] == EVIDENCE
    assert "6.0 FTE started in training in the peak quarter (from 1 April 2026), against 6.0" in row["figure"]
    hires = described([("recruit", "Data", None, 2, 5.0, 5000.0, None)])
    row = asked("peak-recruitment", hires)
    assert (row["state"], row["changes"]) == (DISCUSS, "1.0 FTE of the peak quarter moved to others would bring it to 4.0 FTE.")
    assert asked("peak-recruitment")["state"] == NOT_APPLICABLE
    assert asked("peak-recruitment", hires, history=History())["state"] == NOT_ASSESSED


def test_what_closes_only_at_the_end_is_told() -> None:
    """Of 8 ranks 2 close in the last of four quarters: 25%. Of (1, 1, 1, 8) it is 7, where 3.2 would be 40%."""
    assert asked("closed-late")["state"] == EVIDENCE
    row = asked("closed-late", described(closed=(1.0, 1.0, 1.0, 8.0)))
    assert (row["state"], row["changes"]) == (DISCUSS, "3.8 ranks closed sooner would bring it to 40%.")


def test_money_that_is_only_hoped_for_is_told_apart() -> None:
    """£300 of £1,000 are hoped for, £100 of them from the trust: 10% and 5% are allowed."""
    money = [
        ("development", "revenue", "committed", 700.0),
        ("national:hoped", "national ring-fence", "hoped for", 200.0),
        ("own:hoped", "trust contribution", "hoped for", 100.0),
        ("establishment-pay", "pay", "committed", 99999.0),
    ]
    row = asked("money-not-committed", described(streams=money))
    assert (row["state"], row["changes"]) == (DISCUSS, "£200 of it confirmed, or left out, would bring it to 10%.")
    row = asked("hoped-contributions", described(streams=money))
    assert (row["state"], row["changes"]) == (DISCUSS, "£50 of it confirmed, or left out, would bring it to 5%.")
    assert asked("money-not-committed")["state"] == EVIDENCE


def test_pay_of_vacant_posts_needs_the_word_of_finance() -> None:
    plan = described(pay=45000.0)
    assert asked("vacancy-money", plan)["state"] == DISCUSS
    confirmed = world().scenario.money.model_copy(update={"vacancy_confirmed": True})
    assert asked("vacancy-money", plan, world(money=confirmed))["state"] == EVIDENCE
    assert asked("vacancy-money")["state"] == NOT_APPLICABLE


def test_half_the_starts_by_one_course_are_allowed_and_more_discussed() -> None:
    """Six of ten by one course: one by another would bring it to half. Five of ten are half."""
    row = asked("one-supplier")
    assert (row["state"], row["changes"]) == (DISCUSS, "1.0 FTE by another way would bring it to 50%.")
    assert "the route or course Modelling course" in row["figure"]
    even = [("train", "Data", "Data modelling", 1, 4.0, 1.0, name) for name in ("A", "B", "C")]
    row = asked("one-supplier", described(even))
    assert row["state"] == EVIDENCE
    assert row["changes"] == "4.0 FTE more by it would be discussed."  # (4 + 4) of (12 + 4) is half


def test_contractors_are_few_and_do_not_rise() -> None:
    """Of 15 posts 0.75 are 5%: one contractor at the end is a quarter of an FTE too many, and fewer must not be more than at first."""
    assert asked("contractors")["state"] == EVIDENCE
    rising = [("contract", "Data", None, t, amount, 1.0, "agency") for t, amount in ((1, 0.1), (4, 1.0))]
    row = asked("contractors", described(rising))
    assert (row["state"], row["changes"]) == (DISCUSS, "0.2 FTE less of it at the end would bring it to 5%.")
    small = [("contract", "Data", None, t, amount, 1.0, "agency") for t, amount in ((1, 0.1), (4, 0.3))]
    assert asked("contractors", described(small))["state"] == DISCUSS


def test_leading_roles_and_scarce_skills_are_looked_at_by_role_family() -> None:
    """Nurse informaticians (8c): 1 of 5 ranks short, 80%. Data modelling: 11 of 20 ranks short without a plan, 45%; 3 with it, 85%."""
    row = asked("leading-roles")
    assert (row["state"], "Clinical informatics 80%" in row["figure"]) == (EVIDENCE, True)
    row = asked("scarce-skills")
    assert (row["state"], "Data 85%" in row["figure"]) == (EVIDENCE, True)
    assert row["changes"] == "1.0 ranks lost in Data would be discussed."
    strict = dataclasses.replace(world(), assumptions=tiny.assumptions(delivery_cover_least=0.9))
    assert asked("leading-roles", at=strict)["changes"] == "0.5 ranks more closed in Clinical informatics would bring all to 90%."


def test_private_papers_tell_single_points_and_hold_a_statement_on_succession() -> None:
    """Two skills rest on one person, and the plan trains in one of them; the statement is the owner's own."""
    cover = pd.DataFrame(
        [("data-modelling", "Data modelling", 2, 1), ("testing", "Testing", 2, 1), ("change-management", "Change management", 2, 2)],
        columns=["skill", "skill_label", "people", "held"],
    )
    row = asked("single-points", cover=cover)
    assert (row["state"], row["private"]) == (DISCUSS, True)
    assert row["figure"] == "2 skills rest on one person now; the plan trains nobody for 1 of them"
    assert row["changes"] == "One more person each in training for Testing."
    assert asked("succession", cover=cover)["state"] == NOT_ASSESSED
    said = pd.DataFrame([(RUN, "succession", tiny.CODE, "Two deputies are named.", "CIO", "2026-11-22")], columns=NONE.columns)
    row = asked("succession", cover=cover, responses=said)
    assert (row["state"], row["response"], row["owner"]) == (EVIDENCE, "Two deputies are named.", "CIO")


def test_a_response_is_kept_and_can_be_undone(small_store: Store) -> None:
    number = delivery.answer(small_store, SCOPE, RUN, "closed-late", "AAA", "The course begins late.", "CIO", TODAY)
    rows = small_store.query("plan_responses", SCOPE, run=RUN)
    assert rows[["question", "response", "owner"]].to_numpy().tolist() == [["closed-late", "The course begins late.", "CIO"]]
    delivery.answer(small_store, SCOPE, RUN, "closed-late", "AAA", "It begins in May.", "CIO", TODAY)
    assert small_store.query("plan_responses", SCOPE, run=RUN)["response"].tolist() == ["It begins in May."]
    with pytest.raises(DataError, match="Later imports build on it"):
        small_store.undo(number)
    with pytest.raises(DataError) as told:
        delivery.answer(small_store, SCOPE, RUN, "closed-lately", "AAA", "", "", TODAY)
    assert [fault.problem for fault in told.value.faults] == ["Nothing said", "Nothing said", "Unknown question"]


def test_the_best_quarter_is_read_from_staff_lists(small_store: Store) -> None:
    """From 31 March 2025 to 2026 p2 (1.0), p3 and p8 joined AAA, and p4, whose title nobody mapped (0.8): 3.8 FTE a year, 0.95 a quarter.

    That is more than the three quarters of staff at which a list counts as another one's, so it takes a higher bound to count.
    """
    found = delivery.history(small_store, SCOPE, "AAA", 0.9)
    assert found.recruited.fte == pytest.approx(0.95)
    assert found.recruited.when == "on average between 31 March 2025 and 31 March 2026"
    assert delivery.history(small_store, SCOPE, "AAA", 0.5).recruited == Best()
    assert found.trained == Best()
