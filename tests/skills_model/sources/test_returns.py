"""Counts of all staff, long and wide: what becomes of them, and what is said of wrong and of odd ones."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model import all_staff
from skills_model.errors import DataError
from skills_model.framework import frameworks
from skills_model.privacy import Scope
from skills_model.sources.returns import KIND
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from taking import TRUST, faults, table, take

DAY = dt.date(2026, 10, 6)
COLUMNS = ["Staff group", "Skill", "Kind", "Not assessed", "None", "Awareness", "Working", "Practitioner", "Expert"]
LONG = ["staff_group", "skill", "rank", "headcount"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Return the path of a store with one trust and the shipped frameworks."""
    path = tmp_path_factory.mktemp("returns") / "empty.duckdb"
    trust = (TRUST, "Ash Trust", "Acute", "Y60", "Midlands", "QHL", "Birmingham and Solihull", False)
    names = ["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"]
    with Store.create(path) as store:
        store.write("tests", "0" * 64, "trust", {"organisation": pd.DataFrame([trust], columns=names)} | frameworks())
    return path


@pytest.fixture
def store(empty, tmp_path):
    with Store.open(shutil.copy(empty, tmp_path / "own.duckdb")) as store:
        yield store


def wide(*rows):
    return pd.DataFrame(list(rows), columns=COLUMNS)


def long(*rows):
    return pd.DataFrame(list(rows), columns=LONG)


def returned(store, content, **options):
    return take(store, "aggregate-return", content, **{"organisation": TRUST, "as_at": DAY, **options})


def stored(store):
    return table(store, "aggregate_return")[["staff_group", "skill", "kind", "rank", "headcount"]].to_numpy().tolist()


NURSES = ("Nursing and Midwifery Registered", "Data literacy", "self", "240", "35", "180", "1,310", "60", "")


def test_the_example_can_be_taken_in_as_it_is(store):
    found = returned(store, KIND.example())
    assert not found.faults, found.faults
    assert found.number
    assert found.tables == {"aggregate_return": 18}
    assert [match.heading for match in found.matches if match.field is None] == COLUMNS[3:]
    assert found.built.notes == []


def test_a_column_for_each_rank_is_a_count_for_each(store):
    assert not returned(store, wide(NURSES)).faults
    assert stored(store) == [
        ["Nursing and Midwifery Registered", "data-literacy", "self", rank, people]
        for rank, people in (("-1", "240"), ("0", "35"), ("1", "180"), ("2", "1310"), ("3", "60"))
    ]


def test_one_row_a_count_says_the_same(store):
    rows = [(*NURSES[:2], rank, people) for rank, people in (("Not assessed", "240"), ("0", "35"), ("Level 1", "180"), ("2 - Working", "1310"))]
    assert not returned(store, long(*rows)).faults
    assert [row[3:] for row in stored(store)] == [["-1", "240"], ["0", "35"], ["1", "180"], ["2", "1310"]]


@pytest.mark.parametrize(
    "words, meant",
    [
        ("03", "Nursing and Midwifery Registered"),
        ("3", "Nursing and Midwifery Registered"),
        (" nursing and midwifery registered ", "Nursing and Midwifery Registered"),
        ("Admin & Clerical", "Administrative and Clerical"),
        ("Students, team leader", "Students, team leader"),
        ("digital-literacy-students-leader", "Students, team leader"),
        ("board", "Board"),
        ("Board: executive director", "Board: executive director"),
    ],
)
def test_staff_are_known_by_name_code_or_role_level(store, words, meant):
    assert not returned(store, long((words, "Safe use of artificial intelligence", "1", "9"))).faults
    assert stored(store)[0][0] == meant


def test_a_file_may_be_of_several_organisations_and_dates(store):
    rows = long((*NURSES[:2], "1", "9"), (*NURSES[:2], "1", "8"))
    rows.insert(0, "organisation", ["xab", ""])
    rows.insert(1, "as_at", ["31/03/2026", ""])
    assert not returned(store, rows).faults
    assert table(store, "aggregate_return")[["organisation", "as_at", "headcount"]].to_numpy().tolist() == [
        [TRUST, "2026-03-31", "9"],
        [TRUST, "2026-10-06", "8"],
    ]


def test_every_fault_is_told_at_once_and_nothing_is_taken_in(store):
    rows = wide(
        ("Nurses of the night", *NURSES[1:]),
        (NURSES[0], "Data litracy", *NURSES[2:]),
        (NURSES[0], "Agile working", *NURSES[2:]),
        (*NURSES[:4], "35.5", "-1", "many", "", ""),
        (NURSES[0], "Cyber awareness", "self", *[""] * 6),
        ("Board", "Cyber and information risk oversight", "self", "1", *[""] * 5),
        ("Board: executive director", "Data-led decisions", "self", "1", *[""] * 5),
        NURSES,
    )
    found = returned(store, rows)
    assert faults(found) == [
        ("Unknown staff group", 2, "Staff group"),
        ("Unknown skill", 3, "Skill"),
        ("Unknown skill", 4, "Skill"),
        ("Not a whole number", 5, "None"),
        ("Value not allowed", 5, "Awareness"),
        ("Not a whole number", 5, "Working"),
        ("No count", 6, "headcount"),
        ("Whole and part", 7, "Staff group"),
        ("Row given twice", 9, "organisation, as at, Staff group, skill, Kind, rank"),
    ]
    assert "nearest: 'data literacy'" in found.faults[1].allowed
    assert stored(store) == []


def test_wrong_ranks_and_half_rows_are_faults(store):
    skill = "Data literacy"
    found = returned(store, long(("Students", skill, "7", "9"), ("Students", skill, "", "9"), ("Students", skill, "1", "")))
    assert faults(found) == [("Unknown rank", 2, "rank"), ("Blank", 3, "rank"), ("Blank", 4, "headcount")]


def test_the_date_and_the_organisation_must_be_said(store):
    found = take(store, "aggregate-return", long((*NURSES[:2], "1", "9")))
    assert faults(found)[:2] == [("Whose counts they are is missing", 2, "organisation"), ("Date is missing", 2, "as at")]
    assert "--as-at" in found.faults[1].action


def test_one_return_of_a_staff_group_date_and_kind(store):
    assert not returned(store, wide(NURSES)).faults
    with pytest.raises(DataError, match="Imported before"):
        returned(store, wide(NURSES))
    leaders = (f"{NURSES[0]}, team leader", *NURSES[1:])
    assert faults(returned(store, wide(leaders, ("Students", *NURSES[1:])))) == [("Returned before", 2, "Staff group")]
    assert not returned(store, wide(leaders), as_at=DAY + dt.timedelta(1)).faults
    assert not returned(store, wide(("Students", *NURSES[1:]))).faults


def test_what_is_odd_is_told_and_taken_in(store):
    counts = pd.DataFrame(
        [(TRUST, "2026-03-31", NURSES[0], 900, 800.0, "tests")], columns=["organisation", "as_at", "staff_group", "headcount", "fte", "source"]
    )
    store.write("tests", "1" * 64, "published", {"staff_count": counts})
    short = (NURSES[0], "Cyber awareness", "self", "", "", "100", "", "", "")
    idle = (NURSES[0], "Data-led decisions", "self", "", "", "100", "", "", "")
    content = wide(NURSES, short, idle).assign(Comments="as agreed")
    found = returned(store, content)
    assert not found.faults
    assert list(found.built.notes) == [
        "Columns that name no rank, not used: Comments.",
        "Counts of skills that are not asked of that staff, kept but measured nowhere: 1.",
        "Nursing and Midwifery Registered of XAB: the skills are of 100 to 1,825 people; the largest number counts.",
        "Nursing and Midwifery Registered of XAB: 1,825 people are returned and 900 are published; the larger number counts.",
    ]


def test_a_return_is_measured_at_once_and_no_more_when_undone(store):
    number = returned(store, wide(NURSES)).number
    group = all_staff.measure(store, Scope.local(), ["staff_group"]).iloc[0]
    assert (group["headcount"], group["assessed"], group["source"]) == (1825, 1585, "return")
    store.undo(number)
    assert all_staff.measure(store, Scope.local(), ["staff_group"]).empty
    assert not returned(store, wide(NURSES)).faults


def test_nothing_can_be_returned_where_nothing_is_asked(tmp_path):
    with Store.create(tmp_path / "bare.duckdb") as store:
        assert faults(take(store, "aggregate-return", wide(NURSES)))[0] == ("Nothing is asked of all staff", None, "")
