"""Adopted plans, their milestones, and what was really done, on a plan of four quarters that can be added up by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from skills_model import milestones as following
from skills_model.errors import DataError
from skills_model.milestones import Form, Version
from skills_model.privacy import Scope
from skills_model.store import Store

SCOPE, RUN, TODAY = Scope.local(), "a" * 64, dt.date(2026, 11, 22)
TRAIN, OTHER, RECRUIT = "train:AAA:analyst:sql:2", "train:AAA:senior-analyst:sql:3", "recruit:AAA:cyber-lead"


def version(plan: str = "digital-2026", until: int = 0) -> Version:
    """Return a plan from 1 April 2026: 2 and 1 FTE in training, then 3 more and one recruit; £100 a start and £1,000 for the recruit."""
    actions = pd.DataFrame(
        [
            (TRAIN, "train", "Train", "Analyst", "SQL", 1, 2.0, 200.0, "development"),
            (OTHER, "train", "Train", "Senior analyst", "SQL", 1, 1.0, 100.0, "levy;development"),
            (TRAIN, "train", "Train", "Analyst", "SQL", 2, 3.0, 300.0, "development"),
            (RECRUIT, "recruit", "Recruit", "Cyber lead", None, 3, 1.0, 1000.0, "development"),
        ],
        columns=["line", "kind", "action", "role_level", "skill", "period", "fte", "cost", "stream"],
    )
    starts = {1: "2026-04-01", 2: "2026-07-01", 3: "2026-10-01", 4: "2027-01-01"}
    path = pd.DataFrame(
        {
            "period": [0, 1, 2, 3, 4],
            "plan_ranks_short": [12.0, 10.0, 8.0, 7.0, 6.0],
            "plan_coverage": [0.5, 0.55, 0.6, 0.65, 0.7],
            "plan_staff_fte": [4.0, 4.0, 4.0, 4.0, 5.0],
        }
    )
    actions["starts_on"] = actions["period"].map(starts)
    return Version(plan, RUN, actions, path, {"start": "2026-04-01", "period": "quarter", "periods": 4}, until)


def adopt(store: Store, plan: str = "digital-2026", follows: str = "", until: int = 0) -> int:
    """Adopt the plan."""
    said = {"organisation": "AAA", "label": "Digital plan", "owner": "Chief information officer", "reason": "The board agreed it"}
    return following.adopt(store, SCOPE, version(plan, until), **said, follows=follows, today=TODAY)


def records(*rows: tuple[str, int, float, float | None]) -> pd.DataFrame:
    """Return records: line, period, amount, pounds."""
    frame = pd.DataFrame(list(rows), columns=["line", "period", "amount", "cost"])
    return frame.astype({"amount": "float64", "cost": "float64", "period": "int64"}).assign(note="")


def form(**measures: tuple[str, int]) -> Form:
    """Return what a form of the plan may name, in its third quarter."""
    return Form("digital-2026", {TRAIN, OTHER, RECRUIT}, {name.replace("_", "-"): of for name, of in measures.items()}, 4, 3)


def states(frame: pd.DataFrame) -> dict[str, str]:
    """Return the state of each milestone."""
    return dict(zip(frame["milestone"], frame["state"], strict=True))


def test_a_plan_is_adopted_with_a_milestone_for_each_measure_and_quarter(small_store: Store) -> None:
    """Starts of training: 3, then 6 from period 2 on; recruits from period 3; spending of two streams; three measures of the path."""
    adopt(small_store)
    rows = following.listed(small_store, SCOPE, "digital-2026").set_index("milestone")
    assert rows.loc[[f"starts-train-q{t:02d}" for t in range(1, 5)], "target"].tolist() == [3.0, 6.0, 6.0, 6.0]
    assert rows.index.str.startswith("starts-recruit").sum() == 2
    assert rows.loc["spending-development-q03", "target"] == pytest.approx(1500.0)
    assert rows.loc["spending-levy-q04", "target"] == pytest.approx(100.0)
    assert rows.loc["coverage-q04", ["target", "unit", "owner"]].tolist() == [0.7, "share", "Chief information officer"]
    assert rows.loc["coverage-q04", "due"] == pd.Timestamp("2027-03-31")
    assert len(rows) == 4 + 2 + 4 + 4 + 3 * 4


def test_a_plan_that_follows_another_has_milestones_for_what_is_to_come_and_takes_its_place(small_store: Store) -> None:
    adopt(small_store)
    adopt(small_store, "digital-2027", follows="digital-2026", until=2)
    rows = following.adopted(small_store, SCOPE)
    assert following.chain(rows, "digital-2027") == ["digital-2026", "digital-2027"]
    assert following.in_force(rows)["plan"].tolist() == ["digital-2027"]
    due = following.listed(small_store, SCOPE, "digital-2027")["due"]
    assert due.min() == pd.Timestamp("2026-12-31")


def test_adopting_is_undone_like_any_import(small_store: Store) -> None:
    number = adopt(small_store)
    assert small_store.undo(number)["adopted_plan"] == 1
    assert following.adopted(small_store, SCOPE).empty
    assert following.listed(small_store, SCOPE).empty


def test_a_name_that_is_taken_and_nothing_said_are_told_at_once(small_store: Store) -> None:
    adopt(small_store)
    with pytest.raises(DataError) as told:
        following.adopt(small_store, SCOPE, version(), organisation="AAA", label="", owner=" ", reason="", today=TODAY)
    assert [fault.problem for fault in told.value.faults] == ["Nothing said", "Nothing said", "Plan exists"]


def test_a_plan_without_a_name_is_not_adopted(small_store: Store) -> None:
    faults = following.hindrances(following.adopted(small_store, SCOPE), "", "CIO", "The board agreed")
    assert [(fault.problem, fault.column) for fault in faults] == [("Not a name", "plan")]


def test_a_milestone_of_spending_may_be_of_millions(small_store: Store) -> None:
    adopt(small_store)
    following.edit(small_store, SCOPE, "digital-2026", "spending-development-q03", target=2_500_000.0)
    with pytest.raises(DataError, match="allowed: 0 to 100,000,000"):
        following.edit(small_store, SCOPE, "digital-2026", "spending-development-q03", target=2.5e9)


def test_pounds_of_a_line_that_are_a_slip_of_the_keyboard_are_a_fault_and_one_cell_is_one_fault() -> None:
    written = f"line,period,amount,pounds\n{TRAIN},1,lots,100\n{OTHER},1,1,1000000000000\n"
    with pytest.raises(DataError) as told:
        following.read_records(written.encode(), "form.csv", form())
    assert [(fault.problem, fault.row, fault.column) for fault in told.value.faults] == [
        ("Not a number", 2, "amount"), ("Number that cannot be", 3, "pounds"),
    ]  # fmt: skip


def test_a_line_is_named_with_the_rank_that_it_leads_to(small_store: Store) -> None:
    adopt(small_store)
    ranked = dataclasses.replace(version(), actions=version().actions.assign(rank=[2.0, 3.0, 2.0, None]))
    rows = following.template(ranked, following.listed(small_store, SCOPE, "digital-2026"), records())
    assert {"Train, Analyst, SQL, to rank 2", "Recruit, Cyber lead"} < set(rows["what"])


def test_a_milestone_is_changed_and_its_change_undone(small_store: Store) -> None:
    adopt(small_store)
    number = following.edit(small_store, SCOPE, "digital-2026", "starts-train-q01", owner="Head of data", target=2.5, note="Agreed in May")

    def row() -> list[object]:
        rows = following.listed(small_store, SCOPE, "digital-2026").set_index("milestone")
        return rows.loc["starts-train-q01", ["owner", "target", "note"]].tolist()

    assert row() == ["Head of data", 2.5, "Agreed in May"]
    small_store.undo(number)
    assert row() == ["Chief information officer", 3.0, ""]
    with pytest.raises(DataError, match="nearest: 'starts-train-q01'"):
        following.edit(small_store, SCOPE, "digital-2026", "starts-train-q1", target=1.0)


def test_milestones_are_met_missed_not_yet_or_not_recorded() -> None:
    """On 22 November 2026 periods 1 and 2 are over. 3 of 3 started in period 1 and 1 of 3 in period 2; the recruit is early."""
    plan = following.planned(version(), "AAA", "CIO")
    done = records((TRAIN, 1, 2.0, 250.0), (OTHER, 1, 1.0, 100.0), (TRAIN, 2, 1.0, 100.0), (RECRUIT, 3, 1.0, 900.0))
    done = pd.concat([done, records(("ranks-short-q01", 1, 10.4, None), ("ranks-short-q02", 2, 9.0, None))])
    found = following.judged(plan, [version()], done, today=TODAY, tolerance=0.05)
    got = states(found)
    assert got["starts-train-q01"] == "met"
    assert got["starts-train-q02"] == "missed"
    assert got["starts-recruit-q03"] == "met"
    assert got["starts-recruit-q04"] == "not yet"
    assert got["spending-development-q01"] == "missed"  # £250 of £200
    assert got["spending-development-q02"] == "met"  # £350 of £500
    assert [got["ranks-short-q01"], got["ranks-short-q02"]] == ["met", "missed"]  # 10.4 of 10 is within 5%, 9 of 8 is not
    assert [got["coverage-q02"], got["coverage-q03"]] == ["not recorded", "not yet"]
    assert found.set_index("milestone").loc["starts-train-q02", "difference"] == pytest.approx(-2.0)


def test_the_form_asks_for_every_line_and_measure_and_reads_back(small_store: Store) -> None:
    """Filled as planned it says what the plan says; blank amounts are not yet done."""
    adopt(small_store)
    rows = following.listed(small_store, SCOPE, "digital-2026")
    none = following.recorded(small_store, SCOPE, ["digital-2026"])
    blank = following.template(version(), rows, none)
    assert len(blank) == 4 + 12
    assert blank["amount"].isna().all()
    over = following.template(version(), rows, none, filled_until=2)
    assert over.loc[over["amount"].notna(), "period"].tolist() == [1, 1, 2]
    filled = following.template(version(), rows, none, filled_until=4).to_csv(index=False).encode()
    read = following.read_records(filled, "form.csv", form(**dict.fromkeys(rows["milestone"], ("share", 1))))
    assert read[["line", "period", "amount", "cost"]].to_numpy().tolist() == [
        [TRAIN, 1, 2.0, 200.0], [OTHER, 1, 1.0, 100.0], [TRAIN, 2, 3.0, 300.0], [RECRUIT, 3, 1.0, 1000.0],
    ]  # fmt: skip
    following.record(small_store, SCOPE, "digital-2026", read, by="Programme manager", today=TODAY)
    kept = following.recorded(small_store, SCOPE, ["digital-2026"])
    assert kept["amount"].sum() == pytest.approx(7.0)
    again = following.template(version(), rows, kept)
    assert again["amount"].sum() == pytest.approx(7.0)


def test_a_form_has_whole_pennies_that_come_to_no_more_than_planned(small_store: Store) -> None:
    """Of three lines of £33.33666, £33.33666 and £33.33668 one takes the penny that the others lack; a stream of its own counts for itself."""
    actions = version().actions.assign(cost=[33.33666, 10.005, 33.33666, 33.33668])
    none = following.listed(small_store, SCOPE), following.recorded(small_store, SCOPE, [])
    told = following.template(dataclasses.replace(version(), actions=actions), *none, filled_until=4).set_index(["period", "line"])
    pounds = told["planned_pounds"]
    assert pounds.loc[1].to_dict() == {TRAIN: 33.33, OTHER: 10.0}
    assert (pounds[2, TRAIN], pounds[3, RECRUIT]) == (33.34, 33.34)
    assert told["pounds"].tolist() == pounds.tolist()
    assert told["amount"].tolist() == told["planned"].tolist() == [2.0, 1.0, 3.0, 1.0]


def test_milestones_are_told_by_the_names_of_streams_and_actions(small_store: Store) -> None:
    """A stream without a name is told by its id in words."""
    named = dataclasses.replace(version(), streams={"development": "Development budget"})
    labels = following.planned(named, "AAA", "Chief information officer").set_index("milestone")["label"]
    assert labels["spending-development-q01"] == "Spent by then on lines of the plan: Development budget"
    assert labels["spending-levy-q01"] == "Spent by then on lines of the plan: Levy"
    assert labels["starts-recruit-q03"] == "Started by then: Recruit"


def test_every_fault_of_a_form_is_told_at_once() -> None:
    content = (
        "plan,line,period,amount,pounds,note\n"
        "another,train:AAA:analyst:sql:2,1,2,,\n"
        "digital-2026,train:AAA:analyst:sql:3,1,1,,\n"
        "digital-2026,train:AAA:analyst:sql:2,9,1,,\n"
        "digital-2026,train:AAA:analyst:sql:2,2,some,,\n"
        "digital-2026,train:AAA:analyst:sql:2,3,,500,\n"
        "digital-2026,train:AAA:analyst:sql:2,1,-1,-5,\n"
    )
    with pytest.raises(DataError) as told:
        following.read_records(content.encode(), "form.csv", form())
    assert sorted((fault.row, fault.problem) for fault in told.value.faults) == [
        (2, "Row of another plan"), (3, "Unknown line"), (4, "Period out of range"), (5, "Not a number"), (6, "Pounds without an amount"),
        (7, "Given twice"), (7, "Number that cannot be"), (7, "Value not allowed"),
    ]  # fmt: skip


def test_a_measure_is_recorded_of_its_own_period_once_that_has_begun_and_within_what_it_can_be() -> None:
    """Coverage of 65 is 65% written wrong; the fourth quarter has not begun; the first is not measured in the second; a billion is a slip."""
    content = f"line,period,amount\ncoverage-q01,1,65\ncoverage-q04,4,0.7\ncoverage-q01,2,0.6\n{TRAIN},1,1e9\n{TRAIN},4,1\n"
    with pytest.raises(DataError) as told:
        following.read_records(content.encode(), "form.csv", form(coverage_q01=("share", 1), coverage_q04=("share", 4)))
    assert [(fault.row, fault.problem) for fault in told.value.faults] == [
        (2, "Number that cannot be"), (3, "Measured before its time"), (4, "Period of another milestone"), (5, "Number that cannot be"),
    ]  # fmt: skip


def test_what_a_start_cost_is_as_priced_where_nobody_said() -> None:
    """Three of £100 where two were planned, and £90 that somebody said."""
    done = following.priced([version()], records((TRAIN, 1, 3.0, None), (OTHER, 1, 1.0, 90.0), ("train:new", 1, 1.0, None)))
    assert done["cost"].tolist() == [300.0, 90.0, 0.0]
    dearer = dataclasses.replace(version("digital-2027", 2), actions=version().actions.assign(cost=999.0))
    assert following.priced([version(), dearer], records((OTHER, 1, 1.0, None)))["cost"].tolist() == [100.0]
    plan = following.planned(version(), "AAA", "CIO")
    found = following.judged(plan, [version()], done.assign(cost=np.nan), today=TODAY, tolerance=0.05).set_index("milestone")
    assert found.loc["spending-development-q01", "value"] == pytest.approx(300.0)


def test_lines_of_periods_that_have_not_begun_are_told() -> None:
    rows = following.against([version()], records((TRAIN, 1, 1.0, None), (RECRUIT, 4, 1.0, None)))
    assert following.early(rows, version(), TODAY).startswith("1 recorded line is of a period that has not begun")
    assert following.early(rows, version(), dt.date(2027, 1, 1)) == ""
    assert [version().begun(day) for day in (dt.date(2026, 3, 31), dt.date(2026, 4, 1), TODAY, dt.date(2028, 1, 1))] == [0, 1, 3, 4]


def test_a_milestone_is_not_changed_to_what_cannot_be(small_store: Store) -> None:
    adopt(small_store)
    with pytest.raises(DataError) as told:
        following.edit(small_store, SCOPE, "digital-2026", "coverage-q01", owner=" ", target=65.0)
    assert [(fault.column, fault.problem) for fault in told.value.faults] == [
        ("owner", "Nothing said"),
        ("target", "Number that cannot be"),
    ]
    with pytest.raises(DataError, match="0 to 1,000,000"):
        following.edit(small_store, SCOPE, "digital-2026", "starts-train-q01", target=-5.0)


def test_a_form_without_its_columns_says_where_to_have_one() -> None:
    with pytest.raises(DataError, match="--template") as told:
        following.read_records(b"line,fte\nx,1\n", "form.csv", form())
    assert [fault.column for fault in told.value.faults] == ["period", "amount"]


def test_what_was_done_stands_beside_what_was_planned_by_the_plan_in_force(small_store: Store) -> None:
    """The first plan speaks for periods 1 and 2, the one that follows it for 3; what nobody planned is told too."""
    adopt(small_store)
    adopt(small_store, "digital-2027", follows="digital-2026", until=2)
    following.record(small_store, SCOPE, "digital-2026", records((TRAIN, 1, 1.0, 150.0), (OTHER, 1, 5.0, None)), by="PM", today=TODAY)
    corrected = records((OTHER, 1, 1.0, None), ("second:AAA:analyst:sql:2", 3, 0.5, 40.0)).assign(note="Half a secondment came free")
    following.record(small_store, SCOPE, "digital-2027", corrected, by="PM", today=TODAY)
    done = following.recorded(small_store, SCOPE, ["digital-2026", "digital-2027"])
    rows = following.against([version(), version("digital-2027", 2)], done).set_index(["line", "period"])
    assert rows.loc[(TRAIN, 1), ["plan", "fte_difference", "cost_difference"]].tolist() == ["digital-2026", -1.0, -50.0]
    assert rows.loc[(OTHER, 1), "fte"] == 1.0  # the later plan's record
    assert rows.loc[(OTHER, 1), ["cost", "spent"]].fillna(-1).tolist() == [-1.0, 100.0]
    assert rows.loc[(RECRUIT, 3), "plan"] == "digital-2027"
    assert np.isnan(rows.loc[(RECRUIT, 3), "fte"])
    unplanned = rows.loc[("second:AAA:analyst:sql:2", 3)]
    assert unplanned[["kind", "planned_fte", "note"]].tolist() == ["second", 0.0, "Half a secondment came free"]
    missing = following.unrecorded([version(), version("digital-2027", 2)], done, 2)
    assert missing[["line", "period"]].to_numpy().tolist() == [[TRAIN, 2]]
