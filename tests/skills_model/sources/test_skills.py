"""Surveys come in long or wide, words for skills and ranks are understood or told, and nobody is let in who is on no staff list."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.sources import meanings, pseudonym
from skills_model.sources.skill_words import NOT_ASSESSED, Skills
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from extract import extract, row
from taking import TRUST, faults, left_out, own_store, table, take

DAY = dt.date(2026, 3, 31)
LOCAL = Scope.local()
LONG = ["Employee Number", "Skill", "Level", "Assessed by", "Date"]


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """Return the path of a store with three people, whose key lies beside it."""
    path = own_store(tmp_path_factory.mktemp("skills") / "staffed.duckdb")
    with Store.open(path) as store:
        take(store, "staff", extract(row("1"), row("2"), row("3")), organisation=TRUST, as_at=DAY)
    return path


@pytest.fixture
def store(staffed, tmp_path):
    shutil.copy(pseudonym.key_file(staffed), pseudonym.key_file(tmp_path / "own.duckdb"))
    with Store.open(shutil.copy(staffed, tmp_path / "own.duckdb")) as store:
        yield store


def taken(store, content, **options):
    return take(store, "skills", content, "survey.csv", **{"organisation": TRUST, **options})


def long(*rows):
    return pd.DataFrame([(*given, *("1", "Testing", "2", "self", "2026-03-02")[len(given) :]) for given in rows], columns=LONG)


def of(store, number):
    return pseudonym.pseudonyms(TRUST, pd.Series([number]), pseudonym.key_of(store))[0]


def judged(store):
    """Return what is stored: number of the person, skill, rank, kind, date."""
    numbers = {of(store, number): number for number in "123"}
    rows = table(store, "assessment")
    return sorted(zip(rows["person"].map(numbers), rows["skill"], rows["rank"].astype(int), rows["kind"], rows["assessed_on"], strict=True))


# Long


def test_a_row_a_judgement(store):
    imported = taken(
        store, long(("1", "Testing", "2 - Working", "self"), ("1", "testing", "1", "Line manager"), ("2", "TESTING", "Expert", "exam"))
    )
    assert imported.faults == ()
    assert judged(store) == [
        ("1", "testing", 1, "manager", "2026-03-02"), ("1", "testing", 2, "self", "2026-03-02"), ("2", "testing", 4, "test", "2026-03-02"),
    ]  # fmt: skip
    assert imported.built.notes[0] == "Judgements 3 of 2 people in 1 skills."


@pytest.mark.parametrize(
    "words, rank",
    [
        ("0", 0), ("2.0", 2), ("working", 2), ("Level 3", 3), ("4 - Expert", 4), ("Awareness (1)", 1), ("0 None", 0), ("No skill", 0),
        ("n/a", NOT_ASSESSED), ("Not assessed", NOT_ASSESSED), ("don't know", NOT_ASSESSED),
        ("2: Working", 2), ("Working (2)", 2), ("Level 2.", 2), ("I don\u2019t know", NOT_ASSESSED), ("N/A - not in role", NOT_ASSESSED),
        ("2+", None), ("2%", None), ("25%", None), ("<2", None), ("~1", None), ("3?", None), ("4*", None), (">= 3", None),
        ("3 - Working", None), ("wurking", None), ("1-2", None), ("2 apples", None), ("-1", None), ("2.5", None), ("2.2", None),
    ],
)  # fmt: skip
def test_a_rank_is_a_number_a_name_or_both_where_they_agree(words, rank):
    names = {"awareness": 1, "working": 2, "practitioner": 3, "expert": 4}
    skills = Skills({}, {}, {"testing": 4}, {"testing": names}, {})
    assert skills.rank("testing", words, {}) == rank


def test_not_assessed_and_blank_are_no_rows_but_are_counted(store):
    imported = taken(store, long(("1", "Testing", "not assessed"), ("2", "Testing", ""), ("3", "Testing", "1")))
    assert left_out(imported) == {"not assessed": 2}
    assert [person for person, *_ in judged(store)] == ["3"]


def test_ranks_beyond_the_framework_and_unknown_words_are_faults_each_with_what_is_allowed(store):
    imported = taken(store, long(("1", "Testing", "5"), ("2", "Testing", "Workng"), ("3", "Tasting", "1"), ("3", "", "1")))
    assert faults(imported) == [
        ("Rank not allowed", 2, "Level"), ("Rank not allowed", 3, "Level"), ("Unknown skill", 4, "Skill"), ("Blank", 5, "Skill"),
    ]  # fmt: skip
    assert "0 to 4, awareness (1), working (2), practitioner (3), expert (4)" in imported.faults[0].allowed
    assert "nearest: 'testing'" in imported.faults[2].allowed
    hints = imported.built.unmapped.set_index("subject")
    assert hints.loc["skill", ["found", "rows", "headcount", "suggestion"]].tolist() == ["tasting", 1, 1, "testing"]
    assert hints.loc["rank", ["found", "suggestion"]].fillna("").to_numpy().tolist() == [["5", ""], ["workng", "2"]]


def test_words_that_were_told_are_understood_and_those_left_out_on_purpose_are_counted(store):
    told = {"skill": {"Tasting": "testing", "Golf": None}, "rank": {"A bit": "1", "Pass": None}}
    meanings.save(store, LOCAL, TRUST, told)
    imported = taken(store, long(("1", "TASTING", "a bit"), ("2", "Golf", "4"), ("3", "Testing", "Pass")))
    assert imported.faults == ()
    assert judged(store) == [("1", "testing", 1, "self", "2026-03-02")]
    assert left_out(imported) == {"not assessed": 1, "skill left out on purpose": 1}


def test_a_word_of_a_framework_that_is_not_here_is_found_through_the_crosswalk(store):
    walk = pd.DataFrame(
        [("skill", "sfia-9", "test", "gdad-2025-08", "testing", "close", 0.8, "judgement")],
        columns=["subject", "framework_from", "id_from", "framework_to", "id_to", "relation", "confidence", "source"],
    )
    store.write("crosswalk", "1" * 64, "walk", {"crosswalk": walk})
    imported = taken(store, long(("1", "TEST", "2")))
    assert imported.built.unmapped[["found", "suggestion", "confidence"]].to_numpy().tolist() == [["test", "testing", 0.8]]


def test_a_skill_of_a_framework_that_is_not_active_comes_in_and_counts_for_nothing_yet(store):
    frames = {
        "framework": pd.DataFrame([("local", "local", "Ours", "1", "us", "MIT", "tests", 7, False, "roles")],
                                  columns=["framework", "series", "label", "version", "publisher", "licence", "source", "ranks", "active", "measured_on"]),
        "framework_rank": pd.DataFrame([("local", 7, "Guru")], columns=["framework", "rank", "rank_label"]),
        "skill": pd.DataFrame([("local", "juggling", "Juggling")], columns=["framework", "skill", "skill_label"]),
    }  # fmt: skip
    store.write("framework", "2" * 64, "ours", frames)
    imported = taken(store, long(("1", "Juggling", "guru"), ("2", "Juggling", "5"), ("3", "Juggling", "Expert")))
    assert faults(imported) == [("Rank not allowed", 4, "Level")]
    assert "0 to 7, guru (7)" in imported.faults[0].allowed


# Wide


def test_a_column_a_skill_with_the_manager_beside(store):
    content = pd.DataFrame(
        {
            "Reference": [of(store, "1"), of(store, "2"), of(store, "3")],
            "Name": ["A", "B", "C"],
            "Role level": ["Data analyst"] * 3,
            "Date of assessment": ["2026-03-02", "2026-03-03", ""],
            "Testing": ["2 Working", "Not assessed", ""],
            "Manager: Testing": ["1 Awareness", "", ""],
            "accessibility": ["", "0 None", ""],
            "User focus (manager)": ["3", "", ""],
        }
    )
    imported = taken(store, content)
    assert imported.faults == ()
    assert judged(store) == [
        ("1", "testing", 1, "manager", "2026-03-02"), ("1", "testing", 2, "self", "2026-03-02"),
        ("1", "user-focus", 3, "manager", "2026-03-02"), ("2", "accessibility", 0, "self", "2026-03-03"),
    ]  # fmt: skip
    assert left_out(imported) == {"not assessed": 1}
    assert imported.built.notes[1] == "Columns that name no skill and hold no ranks, not used: Role level."


def test_references_come_in_without_the_key_and_staff_numbers_do_not(store):
    reference = of(store, "1")
    pseudonym.key_file(store.path).unlink()
    assert taken(store, pd.DataFrame({"Reference": [reference], "Testing": ["2"]}), as_at=DAY).faults == ()
    with pytest.raises(DataError, match="Key of the pseudonyms missing"):
        taken(store, long(("1",)))


def test_an_unknown_heading_over_ranks_is_a_fault_and_over_other_words_a_note(store):
    content = pd.DataFrame(
        {"Employee Number": ["1", "2"], "Testing": ["1", "2"], "Accesibility": ["1", "Working"], "Remarks": ["fine", "2"]}
    )
    imported = taken(store, content, as_at=DAY)
    assert faults(imported) == [("Unknown skill", 1, "Accesibility")]
    assert imported.built.unmapped[["found", "rows", "suggestion"]].to_numpy().tolist() == [["accesibility", 2, "accessibility"]]
    assert "not used: Remarks." in imported.built.notes[1]
    assert table(store, "assessment").empty


def test_a_skill_in_two_columns_is_a_fault(store):
    content = pd.DataFrame({"Employee Number": ["1"], "Testing": ["1"], "testing (self)": ["2"]})
    assert ("Skill given twice", 1, "testing (self)") in faults(taken(store, content, as_at=DAY))


def test_a_file_without_any_skill_says_which_columns_it_has(store):
    imported = taken(store, pd.DataFrame({"Employee Number": ["1"], "Favourite colour": ["blue"]}), as_at=DAY)
    assert faults(imported)[0] == ("No skills found", 1, "skill")
    assert "'Favourite colour'" in imported.faults[0].found


# Whose, and when


def test_people_on_no_staff_list_are_told_all_at_once_without_their_numbers(store):
    imported = taken(store, long(("1",), ("4711",), ("4712",), ("",)))
    assert faults(imported) == [
        ("Person not in the store", 3, "Employee Number"), ("Person not in the store", 4, "Employee Number"), ("Blank", 5, "Employee Number"),
    ]  # fmt: skip
    assert not any("471" in str(fault) for fault in imported.faults)
    assert "Import a staff list" in imported.faults[0].action


def test_a_file_of_strangers_gets_one_fault_that_says_what_to_check(store):
    imported = taken(store, long(("4711",), ("4712",)))
    assert faults(imported) == [("Nobody of the file is in the store", None, "Employee Number")]
    assert "none of 2 people" in imported.faults[0].found


def test_a_date_for_all_fills_the_blanks_and_a_missing_one_is_a_fault(store):
    content = long(("1", "Testing", "2", "self", ""), ("2",))
    assert faults(taken(store, content)) == [("Blank", 2, "Date")]
    assert faults(taken(store, content.drop(columns="Date"))) == [("Date is missing", 1, "assessed on")]
    assert taken(store, content, as_at=DAY).faults == ()
    assert [date for *_, date in judged(store)] == ["2026-03-31", "2026-03-02"]


def test_a_date_that_is_yet_to_come_is_a_fault(store):
    content = long(("1", "Testing", "2", "self", "2062-03-02"), ("2",))
    assert faults(taken(store, content)) == [("Date in the future", 2, "Date")]
    with pytest.raises(DataError, match="Date in the future"):
        taken(store, long(("1",)), as_at=dt.date(2062, 3, 2))


def test_the_same_judgement_twice_is_a_fault_and_so_is_one_that_is_stored(store):
    imported = taken(store, long(("1",), ("2",), ("1",)))
    assert faults(imported) == [("Judgement given twice", 4, "Level")]
    assert "row 2" in imported.faults[0].found
    assert taken(store, long(("1",))).faults == ()


def test_a_file_of_all_answers_so_far_brings_in_the_new_ones_and_tells_those_that_changed(store):
    first = taken(store, long(("1",), ("2", "Testing", "1")))
    both = long(("1",), ("2", "Testing", "1"), ("3",))
    imported = taken(store, both)
    assert (imported.faults, imported.tables["assessment"]) == ((), 1)
    assert left_out(imported) == {"in the store already, unchanged": 2}
    assert len(judged(store)) == 3
    changed = taken(store, long(("1",), ("2", "Testing", "3")))
    assert faults(changed) == [("Judgement is in the store with another rank", 3, "Level")]
    assert f"rank 3; import {first.number} says 1" in changed.faults[0].found
    assert f"undo import {first.number}" in changed.faults[0].action
    assert [fault.problem for fault in taken(store, long(("3",))).faults] == ["Nothing to take in"]


def test_every_fault_of_a_survey_is_told_at_once_and_nothing_is_stored(store):
    imported = taken(
        store, long(("1", "Testing", "2", "rumour"), ("9",), ("2", "Testing", "7"), ("3", "Testing", "1", "self", "31/02/2026"))
    )
    assert {(row, problem) for problem, row, _ in faults(imported)} == {
        (2, "Value not allowed"), (3, "Person not in the store"), (4, "Rank not allowed"), (5, "Not a date"),
    }  # fmt: skip
    assert len(imported.faults) == 4
    assert table(store, "assessment").empty


def test_a_survey_without_people_says_what_is_missing(store):
    imported = taken(store, pd.DataFrame({"Skill": ["Testing"], "Rank": ["1"]}), as_at=DAY)
    assert ("Missing column", 1, "staff number") in faults(imported)


def test_a_doubtful_rank_is_a_fault_with_what_was_perhaps_meant(store):
    imported = taken(store, long(("1", "Testing", "2+"), ("2", "Testing", "25%"), ("3", "Testing", "1")))
    assert faults(imported) == [("Rank not allowed", 2, "Level"), ("Rank not allowed", 3, "Level")]
    assert "(perhaps 2)" in imported.faults[0].allowed
    assert "perhaps" not in imported.faults[1].allowed
    assert dict(imported.built.unmapped[["found", "suggestion"]].fillna("").to_numpy().tolist()) == {"2+": "2", "25%": ""}


def test_a_date_long_past_is_a_fault_that_is_not_repeated_since_it_may_be_a_date_of_birth(store):
    imported = taken(store, long(("1", "Testing", "2", "self", "14/02/1975"), ("2",)))
    assert faults(imported) == [("Date long past", 2, "Date")]
    assert "1975" not in str(imported.faults[0])


def test_a_number_that_is_no_rank_is_not_repeated_where_it_may_be_somebody(store):
    imported = taken(store, long(("1", "Testing", "QQ123456C"), ("2", "20000017", "2")))
    assert faults(imported) == [("Rank not allowed", 2, "Level"), ("Unknown skill", 3, "Skill")]
    assert not any("QQ12" in str(fault) or "20000017" in str(fault) for fault in imported.faults)
    assert imported.built.unmapped.empty


def test_staff_numbers_that_a_spreadsheet_made_figures_of_are_faults_and_belong_to_nobody(store):
    imported = taken(store, long(("1",), ("1.23457E+07",), ("1,234",)))
    assert faults(imported) == [("Staff number changed by a spreadsheet", row, "Employee Number") for row in (3, 4)]


def test_staff_numbers_without_their_zeros_are_read_with_them_and_that_is_said(store):
    take(store, "staff", extract(row("00000123"), row("00004567")), "later.csv", organisation=TRUST, as_at=dt.date(2026, 9, 30))
    imported = taken(store, long(("123",), ("4567",), ("1",)))
    assert imported.faults == ()
    assert any("in 2 rows were shorter" in note and "as 8 digits" in note for note in imported.built.notes)
    assert set(table(store, "assessment")["person"]) == {of(store, number) for number in ("00000123", "00004567", "1")}
    assert [fault.problem for fault in taken(store, long(("1",), ("99",))).faults] == ["Person not in the store"]


def test_headings_of_a_form_are_understood_where_they_end_with_one_skill(store):
    content = pd.DataFrame(
        {
            "What is your staff number?": ["1", "2"],
            "How would you rate your skill in:.Testing": ["2 - Working", "1"],
            "Rate yourself [Accessibility]": ["3", "3"],
            "Remarks.User focus": ["none of it", "a lot"],
        }
    )
    imported = taken(store, content, as_at=DAY)
    assert imported.faults == ()
    assert {(person, skill, rank) for person, skill, rank, *_ in judged(store)} == {
        ("1", "testing", 2), ("2", "testing", 1), ("1", "accessibility", 3), ("2", "accessibility", 3),
    }  # fmt: skip


def test_a_survey_that_does_not_say_whose_answers_they_are_gets_one_fault_that_says_how_to(store):
    imported = taken(store, pd.DataFrame({"Who are you": ["1", "2"], "Testing": ["1", "2"]}), as_at=DAY)
    told = [fault for fault in imported.faults if fault.problem == "Missing column"]
    assert len(told) == 1
    assert "say with --mapping which heading it is" in told[0].action
