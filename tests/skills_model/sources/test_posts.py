"""Funded posts come in by job title or role level, are added up, and are held against the staff list."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.organisations import organisations
from skills_model.privacy import Scope
from skills_model.sources import meanings, posts
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from extract import extract, row
from taking import TRUST, faults, left_out, own_store, table, take

DAY = dt.date(2026, 3, 31)
LOCAL = Scope.local()
SENIOR, DESK = "senior-data-analyst", "service-desk-analyst"
TITLES = {"data analyst": "data-analyst", "snr data analyst": SENIOR, "head of gardens": None}


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """Return the path of a store with 1.0 and 0.5 FTE of mapped staff and 0.4 FTE that is not."""
    path = own_store(tmp_path_factory.mktemp("posts") / "staffed.duckdb")
    with Store.open(path) as store:
        staff = (row("1"), row("2", "Snr Data Analyst", **{"Contracted WTE": "0.5"}), row("3", "Wizard", **{"Contracted WTE": "0.4"}))
        take(store, "staff", extract(*staff), organisation=TRUST, as_at=DAY)
        meanings.save(store, LOCAL, TRUST, {"job title": TITLES})
    return path


@pytest.fixture
def store(staffed, tmp_path):
    with Store.open(shutil.copy(staffed, tmp_path / "own.duckdb")) as store:
        yield store


def ledger(*lines):
    columns = [
        "Post title",
        "Role level",
        "Band",
        "Budgeted WTE",
        "WTE contracted",
        "Bank",
        "Agency WTE",
        "Vacancy factor",
        "Funding ends",
        "Approval",
    ]
    usual = ("", "", "Band 6", "1.0", "1.0", "", "", "", "", "")
    return pd.DataFrame([(*given, *usual[len(given) :]) for given in lines], columns=columns)


def taken(store, content, **options):
    return take(store, "establishment", content, "ledger.csv", **{"organisation": TRUST, "as_at": DAY, **options})


def stored(store, *columns):
    rows = table(store, "establishment")
    return {level: tuple(values) for level, *values in rows[["role_level", *columns]].itertuples(index=False)}


def test_lines_of_one_role_level_are_added_up_whatever_their_title(store):
    content = ledger(
        ("Data Analyst", "", "Band 6", "3.0", "2.5", "0.5", "", "2%"),
        ("", "Data analyst", "Band 6", "1.0", "", "", "0.25", "6%"),
        ("Snr Data Analyst", "", "NHS|XR07|Review Body Band 7", "2.0", "1.5"),
    )
    imported = taken(store, content)
    assert imported.faults == ()
    amounts = ("band", "budgeted_fte", "contracted_fte", "bank_fte", "agency_fte", "vacancy_factor")
    assert stored(store, *amounts) == {
        "data-analyst": ("6", "4.0", "2.5", "0.5", "0.25", "0.03"),
        SENIOR: ("7", "2.0", "1.5", "0.0", "0.0", ""),
    }


def test_where_lines_differ_most_posts_decide_the_band_and_the_rest_is_left_blank_and_said(store):
    content = ledger(
        ("Data Analyst", "", "Band 5", "1.0", "", "", "", "", "31/03/2027", "approved"),
        ("Data Analyst", "", "Band 6", "2.0", "", "", "", "", "", "on hold"),
        ("Snr Data Analyst", "", "Band 7", "1.0", "", "", "", "", "31/03/2028", "pending"),
    )
    imported = taken(store, content)
    assert stored(store, "band", "funding_end_date", "approval_status") == {
        "data-analyst": ("6", "", ""), SENIOR: ("7", "2028-03-31", "awaiting approval"),
    }  # fmt: skip
    assert [note for note in imported.built.notes if note.startswith("Lines of one role level")] == [
        "Lines of one role level with different bands; the one with most posts is kept: data-analyst.",
        "Lines of one role level with different ends of funding; none is kept: data-analyst.",
        "Lines of one role level with different approvals; none is kept: data-analyst.",
    ]


def test_a_line_without_a_band_gets_the_suggested_one_of_its_role_level(store):
    taken(store, ledger(("Data Analyst", "", "VSM")))
    levels = store.query("role_levels", LOCAL).set_index("role_level")["suggested_band"]
    assert stored(store, "band") == {"data-analyst": (levels["data-analyst"],)}


def test_posts_whose_title_nobody_knows_are_left_out_with_their_fte_and_listed(store):
    imported = taken(
        store, ledger(("Data Analyst",), ("Snr Service Desk Analyst", "", "Band 5", "2.5"), ("Head of Gardens", "", "8a", "1.0"))
    )
    assert left_out(imported) == {"job title without a role level yet": 1, "job title outside the role levels on purpose": 1}
    assert imported.built.left_out["fte"].tolist() == [2.5, 1.0]
    assert imported.built.unmapped[["found", "fte", "suggestion"]].to_numpy().tolist() == [
        ["snr service desk analyst", 2.5, "senior-service-desk-analyst"]
    ]


def test_every_fault_of_a_ledger_is_told_at_once_and_nothing_is_stored(store):
    content = ledger(
        ("", "", "Band 6", "1.0"), ("", "Data wrangler"), ("Data Analyst", "", "Band 6", "-1"),
        ("Data Analyst", "", "Band 6", "1", "1", "", "", "150%"), ("Data Analyst", "", "Band 6", "1", "1", "", "", "", "", "perhaps"),
    )  # fmt: skip
    imported = taken(store, content)
    assert [(row, column) for _, row, column in faults(imported)] == [
        (2, "Post title"), (3, "Role level"), (4, "Budgeted WTE"), (5, "Vacancy factor"), (6, "Approval"),
    ]  # fmt: skip
    assert table(store, "establishment").empty


def test_a_second_ledger_of_the_same_day_is_refused_and_a_later_one_counts(store):
    first = taken(store, ledger(("Data Analyst",)))
    again = taken(store, ledger(("Snr Data Analyst",)))
    assert [fault.problem for fault in again.faults] == ["Establishment of this date is in the store already"]
    assert f"import {first.number}" in again.faults[0].found
    assert taken(store, ledger(("Snr Data Analyst",)), as_at=dt.date(2026, 9, 30)).faults == ()
    assert posts.reconciliation(store, LOCAL, TRUST)["budgeted_fte"].sum() == 1.0


# Reconciliation


def test_the_ledger_is_held_against_the_staff_list_by_role_level(store):
    """Staff list: data analyst 1.0, senior 0.5, open 0.4. Ledger: data analyst 3.0 budgeted, 2.0 contracted; desk 2.0; open posts 2.5."""
    content = ledger(("Data Analyst", "", "Band 6", "3.0", "2.0"), ("", DESK, "Band 4", "2.0", ""), ("Wizard", "", "Band 7", "2.5", "1.0"))
    told = list(taken(store, content).built.notes)
    assert told[-2:] == [
        "Budgeted 5.00 FTE in role levels; staff in post 1.50 FTE. Not mapped: staff 0.40 FTE, posts 2.50 FTE.",
        "Data analyst: 1.00 FTE on the staff list, 2.00 contracted in the ledger.",
    ]
    table_ = posts.reconciliation(store, LOCAL, TRUST).set_index("role_level_label").drop(columns="role_level")
    assert table_.loc["Data analyst"].tolist() == [3.0, 2.0, 1.0, -1.0, 2.0]
    desk = table_.loc["Service desk analyst"]
    assert desk[["budgeted_fte", "staff_fte", "vacant_fte"]].tolist() == [2.0, 0.0, 2.0]
    assert desk[["contracted_fte", "difference"]].isna().all()
    assert table_.loc["Senior data analyst", ["budgeted_fte", "staff_fte", "vacant_fte"]].tolist() == [0.0, 0.5, -0.5]
    assert table_.loc[posts.UNMAPPED_STAFF, "staff_fte"] == 0.4
    assert pd.isna(table_.loc[posts.UNMAPPED_POSTS, "budgeted_fte"])


def test_without_a_staff_list_there_is_nothing_to_hold_it_against_and_no_post_counts(tmp_path):
    with Store.open(own_store(tmp_path / "bare.duckdb")) as store:
        notes = list(taken(store, ledger(("", "Data analyst"))).built.notes)
        (own,) = organisations(store, LOCAL).query(f"code == '{TRUST}'")[["posts", "vacancy_fte"]].to_numpy().tolist()
    assert notes == [f"There is no staff list of {TRUST} in the store yet: its posts count once there is one."]
    assert own == [0.0, 0.0]


def test_a_status_is_the_approval_where_its_values_are_and_posts_below_zero_say_what_to_do(store):
    content = ledger(("Data Analyst", "", "Band 6", "-2.5")).drop(columns="Approval").assign(Status="Filled")
    imported = taken(store, content)
    assert faults(imported) == [("Value not allowed", 2, "Budgeted WTE")]
    assert "vacancy factor" in imported.faults[0].action
    content = ledger(("Data Analyst", "", "Band 6", "1.0")).drop(columns="Approval")
    assert taken(store, content.assign(Status="on hold")).faults == ()
    assert stored(store, "approval_status") == {"data-analyst": ("frozen",)}


def test_an_offer_beyond_what_the_partners_own_work_leaves_is_said_beside_the_import(store):
    """Of 1.5 FTE, all needed but a twentieth, 0.075 are to spare; who offers less, or is not known, is taken at its word."""
    other = table(store, "organisation").assign(organisation="XAC", name="Oak Trust", demonstration=False)
    store.write("tests", "2" * 64, "another trust", {"organisation": other})
    said = "Plans count on more than the partner's own work leaves"

    def notes(partner, fte):
        offer = {"from_organisation": partner, "organisation": "XAC", "kind": "share", "role_level": None, "skill": None, "fte": fte}
        open_end = {"start_date": "2026-10-01", "end_date": None, "cost": None, "travel": 0, "source": "invented"}
        taken = take(store, "offers", pd.DataFrame([offer | open_end]))
        assert not taken.faults, taken.faults
        return " ".join(taken.built.notes)

    assert f"'1 FTE of all role levels from {TRUST}, which has 0.075 to spare'" in notes(TRUST, 1.0)
    assert said not in notes(TRUST, 0.07)
    assert said not in notes("RRK", 1.0)
