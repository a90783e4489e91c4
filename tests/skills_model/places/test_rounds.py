"""Rounds in the store: what is kept, who may see it, and how managers decide, each place by itself."""

import datetime as dt

import pandas as pd
import pytest

from skills_model.errors import DataError, ScopeError
from skills_model.places import Suggestions, rounds
from skills_model.privacy import Scope
from skills_model.store import Store

ALL = Scope.local()
TODAY = dt.date(2026, 11, 22)
RUN, PURPOSE = "a" * 64, "training places"
TOLD = {"decision": "accepted", "decision_reason": "Agreed in the talk", "decided_by": "Team manager", "decided_on": TODAY}


def suggestions():
    rows = [
        (1, f"{3:032x}", "Data", "analyst", "sql", 1, "train:AAA:analyst:sql:1", 1, "high", "Assessed at none."),
        (2, f"{1:032x}", "Data", "analyst", "sql", 2, "train:AAA:analyst:sql:2", 1, "middle", "Assessed at 1."),
        (3, f"{2:032x}", "Reports", "senior-analyst", "sql", 3, "train:AAA:senior-analyst:sql:3", 2, "low", "Assessed at 2."),
    ]
    columns = ["place", "person", "team", "role_level", "skill", "rank", "line", "period", "band_of_need", "reason"]
    return Suggestions(pd.DataFrame(rows, columns=columns), pd.DataFrame(), 3.0, 2.4, 0.5, 0, 0, 0, proven=True)


@pytest.fixture
def kept(small_store):
    """Return the store and the id of a round of three places."""
    return small_store, rounds.save(small_store, ALL, "AAA", RUN, PURPOSE, 7, suggestions(), TODAY)


def decided(store, name):
    frame = rounds.lines(store, ALL, name).set_index("place")
    return frame["decision"].where(frame["decision"].notna(), "").to_dict()


def test_a_round_keeps_plan_purpose_and_seed_and_counts_what_is_open(kept):
    store, name = kept
    row = rounds.found_round(store, ALL, name)
    assert (row["run"], row["purpose"], row["seed"], row["claimed"], row["assigned"]) == (RUN, PURPOSE, 7, 3.0, 2.4)
    assert (row["places"], row["people"], row["open"]) == (3, 3, 3)
    assert name == "aaa-2026-11-22"


def test_the_same_round_is_kept_once_and_another_has_its_own_name(kept):
    store, name = kept
    assert rounds.save(store, ALL, "AAA", RUN, PURPOSE, 7, suggestions(), TODAY) == name
    assert rounds.save(store, ALL, "AAA", RUN, PURPOSE, 8, suggestions(), TODAY) == f"{name}-2"
    assert rounds.rounds(store, ALL)["round"].tolist() == [f"{name}-2", name]


def test_lines_have_names_for_people_and_no_decision_yet(kept):
    store, name = kept
    frame = rounds.lines(store, ALL, name)
    assert frame["place"].tolist() == [1, 2, 3]
    assert frame["skill_label"].tolist() == ["SQL"] * 3
    assert frame["role_level_label"].tolist() == ["Analyst", "Analyst", "Senior analyst"]
    assert frame["decision"].isna().all()


def test_decisions_persist_and_the_last_one_counts_even_if_it_is_the_first_again(kept):
    store, name = kept
    for decision in ("accepted", "declined", "accepted"):
        rounds.decide(store, ALL, name, {**TOLD, "place": 2, "decision": decision}, TODAY)
        assert decided(store, name) == {1: "", 2: decision, 3: ""}
    assert rounds.found_round(store, ALL, name)[["accepted", "declined", "open"]].tolist() == [1, 0, 2]


def test_a_decision_can_be_undone(kept):
    store, name = kept
    first = rounds.decide(store, ALL, name, {**TOLD, "place": 2}, TODAY)
    second = rounds.decide(store, ALL, name, {**TOLD, "place": 2, "decision": "declined"}, TODAY)
    store.undo(second)
    assert decided(store, name)[2] == "accepted"
    store.undo(first)
    assert decided(store, name)[2] == ""


@pytest.mark.parametrize(
    "wrong, problem",
    [
        ({"place": 4}, "Unknown place"),
        ({"decision": None}, "No decision"),
        ({"decision": "maybe"}, "No decision"),
        ({"decision_reason": ""}, "No reason"),
        ({"decision_reason": "  "}, "No reason"),
        ({"decided_by": None}, "Nobody decided"),
        ({"decided_on": None}, "Day not possible"),
        ({"decided_on": dt.date(2027, 1, 1)}, "Day not possible"),
    ],
)
def test_a_decision_needs_a_place_a_choice_a_reason_somebody_and_a_day(kept, wrong, problem):
    store, name = kept
    with pytest.raises(DataError, match=problem):
        rounds.decide(store, ALL, name, {**TOLD, "place": 1, **wrong}, TODAY)
    assert set(decided(store, name).values()) == {""}


def test_every_fault_of_a_decision_is_told_at_once(kept):
    store, name = kept
    with pytest.raises(DataError) as error:
        rounds.decide(store, ALL, name, {"place": 9}, TODAY)
    assert [fault.problem for fault in error.value.faults] == [
        "Unknown place",
        "No decision",
        "No reason",
        "Nobody decided",
        "Day not possible",
    ]


def test_a_person_can_challenge_what_was_decided_and_it_stays_with_the_next_decision(kept):
    store, name = kept
    with pytest.raises(DataError, match="No decision to challenge"):
        rounds.challenge(store, ALL, name, 1, "My assessment is old", TODAY)
    rounds.decide(store, ALL, name, {**TOLD, "place": 1, "decision": "declined"}, TODAY)
    rounds.challenge(store, ALL, name, 1, "My assessment is old", TODAY)
    line = rounds.lines(store, ALL, name).iloc[0]
    assert (line["decision"], line["challenge"]) == ("declined", "My assessment is old")
    rounds.decide(store, ALL, name, {**TOLD, "place": 1}, TODAY)
    line = rounds.lines(store, ALL, name).iloc[0]
    assert (line["decision"], line["challenge"]) == ("accepted", "My assessment is old")
    assert rounds.found_round(store, ALL, name)["challenged"] == 1


# Decisions in a file


HEAD = "place,decision,decision_reason,decided_by,decided_on,challenge\n"


def test_a_file_decides_line_by_line_and_leaves_blank_lines_open(kept):
    store, name = kept
    text = HEAD + "1,accepted,Agreed,Team manager,2026-11-20,\n2,,,,,\n3,Decline,No time until spring,Head of data,20/11/2026,I have time\n"
    rounds.decide_from(store, ALL, name, text.encode(), "decisions.csv", TODAY)
    assert decided(store, name) == {1: "accepted", 2: "", 3: "declined"}
    assert rounds.lines(store, ALL, name)["challenge"].tolist()[2] == "I have time"


def test_a_file_with_a_blank_reason_is_refused_whole_with_the_row(kept):
    store, name = kept
    text = HEAD + "1,accepted,Agreed,Team manager,2026-11-20,\n2,accepted,,Team manager,2026-11-20,\n3,accepted,-,,2030-01-01,\n"
    with pytest.raises(DataError) as error:
        rounds.decide_from(store, ALL, name, text.encode(), "decisions.csv", TODAY)
    assert ("No reason", 3) in [(fault.problem, fault.row) for fault in error.value.faults]
    assert {fault.row for fault in error.value.faults} == {3, 4}
    assert set(decided(store, name).values()) == {""}


@pytest.mark.parametrize(
    "text, problem",
    [
        ("place,decision\n1,accepted\n", "Missing column"),
        (HEAD + "1,perhaps,Because,Manager,2026-11-20,\n", "decision"),
        (HEAD + "1,accepted,A,M,2026-11-20,\n1,declined,B,M,2026-11-20,\n", "Decided twice"),
        (HEAD + "1,,,,,\n", "No decisions"),
        ("round," + HEAD + "other,1,accepted,A,M,2026-11-20,\n", "Line of another round"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_what_to_do(kept, text, problem):
    store, name = kept
    with pytest.raises(DataError, match=problem):
        rounds.decide_from(store, ALL, name, text.encode(), "decisions.csv", TODAY)
    assert set(decided(store, name).values()) == {""}


# Scope


def test_rounds_are_for_those_who_may_see_single_people_of_their_own_organisation(kept):
    store, name = kept
    own, other = Scope(frozenset({"AAA"}), person_level=True), Scope(frozenset({"BBB"}), person_level=True)
    assert len(rounds.lines(store, own, name)) == 3
    assert rounds.lines(store, other, name).empty
    with pytest.raises(DataError, match="Unknown round"):
        rounds.decide(store, other, name, {**TOLD, "place": 1}, TODAY)
    for blind in (Scope(frozenset({"AAA"})), Scope(None, person_level=True, audience="private board")):
        with pytest.raises(ScopeError):
            rounds.lines(store, blind, name)
        with pytest.raises(ScopeError):
            rounds.save(store, blind, "AAA", RUN, PURPOSE, 9, suggestions(), TODAY)


def test_the_audit_log_of_rounds_and_decisions_names_nobody(kept, tmp_path):
    store, name = kept
    rounds.decide(store, ALL, name, {**TOLD, "place": 1, "decision_reason": "Asked for it"}, TODAY)
    log = store.export("audit_log", ALL).decode()
    assert f"{3:032x}" not in log
    assert "Asked for it" not in log
    assert store.broken_audit_entry() is None
    assert isinstance(store, Store)
    assert tmp_path.exists()
