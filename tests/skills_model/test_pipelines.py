"""Staff on their way come in by role level or job title, are added up, and count from the day they start."""

import datetime as dt
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.sources import meanings
from skills_model.store import Store
from skills_model.supply import pipelines
from skills_model.synthetic import england

sys.path.insert(0, str(Path(__file__).parent / "sources"))
from extract import extract, row
from taking import TRUST, faults, left_out, own_store, table, take

LOCAL = Scope.local()
COLUMNS = ["Type", "Post title", "Role level", "Expected start date", "Band", "People", "WTE"]
SOON, LATER = "2027-01-04", "2027-09-01"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Return the path of a store with a staff list of 31 March 2026."""
    path = own_store(tmp_path_factory.mktemp("pipelines") / "own.duckdb")
    with Store.open(path) as store:
        take(store, "staff", extract(row("1")), organisation=TRUST, as_at=dt.date(2026, 3, 31))
        meanings.save(store, LOCAL, TRUST, {"job title": {"data analyst": "data-analyst", "head of gardens": None}})
    return path


@pytest.fixture
def store(path, tmp_path):
    own = tmp_path / "own.duckdb"
    own.write_bytes(path.read_bytes())
    with Store.open(own) as store:
        yield store


def coming(*lines):
    usual = ("apprentice", "", "", SOON, "", "", "")
    return pd.DataFrame([(*given, *usual[len(given) :]) for given in lines], columns=COLUMNS)


def taken(store, *lines, **options):
    return take(store, "pipeline", coming(*lines), "starters.csv", organisation=TRUST, **options)


def stored(store):
    rows = table(store, "pipeline")
    return rows[["pipeline", "role_level", "start_date", "band", "headcount", "fte", "source"]].to_numpy().tolist()


def test_those_of_one_role_level_day_and_way_are_added_up(store):
    imported = taken(
        store,
        ("Apprenticeship", "Data Analyst", "", SOON, "Band 4", "2", "1.5"),
        ("apprentice", "", "Data analyst", SOON, "5", "", ""),
        ("offer accepted", "", "senior-data-analyst", LATER, "", "", "0.6"),
    )
    assert imported.faults == ()
    assert stored(store) == [
        ["apprentice", "data-analyst", SOON, "4", "3", "2.5", "starters.csv"],
        ["known starter", "senior-data-analyst", LATER, "", "1", "0.6", "starters.csv"],
    ]


def test_every_fault_comes_back_and_nothing_is_written(store):
    imported = taken(
        store,
        ("volunteer", "", "data-analyst"),
        ("apprentice", "", "data-wizard"),
        ("apprentice", "", ""),
        ("apprentice", "", "data-analyst", SOON, "Band 12"),
        ("apprentice", "", "data-analyst", SOON, "5", "1", "1.2"),
        ("apprentice", "", "data-analyst", "soon"),
    )
    assert faults(imported) == [
        ("Value not allowed", 2, "Type"),
        ("Unknown role level", 3, "Role level"),
        ("Blank", 4, "Role level"),
        ("Unknown band", 5, "Band"),
        ("More FTE than people", 6, "WTE"),
        ("Not a date", 7, "Expected start date"),
    ]
    assert stored(store) == []


def test_titles_that_mean_no_role_level_are_left_out_and_listed(store):
    imported = taken(store, ("apprentice", "Data wrangler"), ("apprentice", "Head of Gardens"), ("apprentice", "Data analyst"))
    assert imported.faults == ()
    assert left_out(imported) == {"job title without a role level yet": 1, "job title outside the role levels on purpose": 1}
    assert imported.built.unmapped["found"].tolist() == ["data wrangler"]
    assert [line[1] for line in stored(store)] == ["data-analyst"]


def test_whoever_starts_by_the_day_of_the_staff_list_counts_as_being_on_it(store):
    imported = taken(store, ("graduate", "", "data-analyst", "2026-03-31", "", "4", "4"), ("graduate", "", "data-analyst", SOON, "6"))
    assert "4 people begin by 31 March 2026" in imported.built.notes[0]
    found = pipelines.read(store, LOCAL)
    assert found[["role_family", "band", "headcount", "fte"]].to_numpy().tolist() == [["data", "6", 1, 1.0]]


def test_the_usual_band_stands_in_for_one_that_nobody_gave(store):
    taken(store, ("graduate", "", "data-analyst"))
    suggested = store.query("role_levels", LOCAL).set_index("role_level").loc["data-analyst", "suggested_band"]
    assert pipelines.read(store, LOCAL)["band"].tolist() == [suggested]


def test_only_what_a_scope_reaches_is_read(store):
    taken(store, ("graduate", "", "data-analyst"))
    assert pipelines.read(store, Scope(frozenset({"XYZ"}))).empty
    assert pipelines.read(store, LOCAL, []).empty
    assert len(pipelines.read(store, LOCAL, [TRUST])) == 1


def test_the_demonstration_has_people_on_their_way_in_each_way():
    numbers = Assumptions.load()
    frames = england(1, numbers, "DEMO001")
    rows, latest = frames["pipeline"], frames["snapshot"]["as_at"].max()
    assert set(rows["pipeline"]) == {"apprentice", "graduate", "known starter"}
    assert (rows["start_date"] > latest).all()
    assert (rows["fte"] <= rows["headcount"]).all()
    current = frames["assignment"][frames["assignment"]["snapshot"] == frames["snapshot"]["snapshot"].max()]
    apprentices = rows.loc[rows["pipeline"] == "apprentice", "headcount"].sum()
    assert abs(apprentices - numbers.value("demo_pipeline_share", "apprentice") * current["fte"].sum()) <= 1
    pd.testing.assert_frame_equal(rows, england(1, numbers, "DEMO001")["pipeline"])
