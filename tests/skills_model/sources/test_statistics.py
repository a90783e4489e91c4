"""The public list of organisations and the public counts of staff: as published, and in every layout with invented rows."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.reference import table as reference
from skills_model.sources.names import sensible_case
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from taking import RAW, TRUST, faults, left_out, needs_raw, own_store, table, take

NHS = RAW / "nhs"
LISTS = {year: NHS / f"ods_etr_raw_{year}-07.csv" for year in (2025, 2026)}
COUNTS = NHS / "hchs_fte_by_org_staff_group_2017-09_2018-06.csv"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return own_store(tmp_path_factory.mktemp("template") / "own.duckdb", shipped=False)


@pytest.fixture
def store(template, tmp_path):
    with Store.open(shutil.copy(template, tmp_path)) as store:
        yield store


def etr(*rows):
    """Return a list without headings of rows (code, name, region, board, day of closing, area)."""
    lines = []
    for code, name, region, board, closed, area in rows:
        cells = [""] * 27
        for place, cell in zip(
            (0, 1, 2, 3, 9, 10, 11, 21, 23), (code, name, region, board, "ZZ1 1ZZ", "20100401", closed, "0", area), strict=True
        ):
            cells[place] = cell
        lines.append(",".join(f'"{cell}"' for cell in cells))
    return "\n".join(lines).encode()


@needs_raw
def test_the_list_of_2025_is_taken_in_without_the_closed_and_the_welsh(store):
    found = take(store, "ods", LISTS[2025].read_bytes(), name="etr.csv", as_at=dt.date(2025, 7, 15))
    assert not found.faults
    assert left_out(found) == {"closed": 5, "in Wales, and so under no region or board of NHS England": 3}
    rows = table(store, "organisation").set_index("organisation")
    assert len(rows) == 210 - 5 - 3 + 1  # and the trust that was there
    assert rows.loc["R0A"].tolist() == [
        "Manchester University NHS Foundation Trust", "Acute", "Y62", "North West", "QOP", "Greater Manchester", "False",
    ]  # fmt: skip
    assert not rows["name"].str.isupper().any()
    assert (rows["icb_name"] != "").all()


@needs_raw
def test_the_list_of_2026_replaces_what_has_changed_and_counts_the_rest(store):
    take(store, "ods", LISTS[2025].read_bytes(), name="etr.csv", as_at=dt.date(2025, 7, 15))
    before = table(store, "organisation")
    found = take(store, "ods", LISTS[2026].read_bytes(), name="etr.csv", as_at=dt.date(2026, 7, 8))
    assert not found.faults
    assert left_out(found) == {
        "closed": 72,
        "in Wales, and so under no region or board of NHS England": 3,
        "in the store already, unchanged": 139,
    }
    assert found.tables == {"organisation": 274 - 72 - 3 - 139}
    notes = "\n".join(found.built.notes)
    assert "New organisations: 1." in notes
    assert "G6V2S: icb_code 'QMJ' becomes 'Z9B2Z', icb_name 'North Central London' becomes nothing." in notes
    assert "D7T5G, S0E4D, S1Y5D, S9B9J, T6Y0W, Z9B2Z" in notes
    assert "K0N6A" in notes
    assert (
        "Closed, and in the store still with all their data: RNK Tavistock and Portman NHS Foundation Trust on 31 March 2026, RVJ " in notes
    )
    assert all(f"{code} " in notes for code in ("RY2", "RYV"))
    assert "RCS" not in notes, "which closed long ago and was never in the store"
    rows = table(store, "organisation").set_index("organisation")
    assert rows.loc["K0N6A", "organisation_type"] == "Other bodies"
    store.undo(found.number)
    pd.testing.assert_frame_equal(table(store, "organisation"), before)


@needs_raw
@pytest.mark.parametrize("day", [None, dt.date(2025, 7, 15)])
def test_a_list_from_before_what_is_in_the_store_is_refused(store, day):
    """It would take organisations back to boards that ended; a list of another day with the same boards is taken in."""
    take(store, "ods", LISTS[2026].read_bytes(), name="etr.csv", as_at=dt.date(2026, 7, 8))
    before = table(store, "organisation")
    found = take(store, "ods", LISTS[2025].read_bytes(), name="etr.csv", as_at=day)
    (fault,) = found.faults
    assert fault.problem == "Older than what is in the store"
    assert fault.found.startswith("53 organisations under boards (ICB) of before: ")
    assert "Import the newest list" in fault.action
    pd.testing.assert_frame_equal(table(store, "organisation"), before)
    newer = LISTS[2026].read_bytes().replace(b"THE ONLINE NHS TRUST", b"THE ON-LINE NHS TRUST")
    assert not take(store, "ods", newer, name="etr.csv").faults


def test_what_the_list_does_not_know_is_said(store):
    found = take(store, "ods", etr(("XCD", "OAK NHS TRUST", "Y60", "QHL", "", "F")))
    assert f"In the store and not in this list, so unchanged: {TRUST}." in found.built.notes


def test_a_closed_organisation_that_the_store_has_is_said_and_stays(store):
    found = take(
        store, "ods", etr((TRUST, "ASH NHS TRUST", "Y60", "QHL", "20260331", "F"), ("XCD", "OAK NHS TRUST", "Y60", "QHL", "", "F"))
    )
    assert f"Closed, and in the store still with all their data: {TRUST} Ash Trust on 31 March 2026." in found.built.notes
    assert table(store, "organisation")["organisation"].tolist() == [TRUST, "XCD"]


@needs_raw
def test_names_in_capitals_come_out_as_they_are_published():
    listed = pd.read_csv(LISTS[2026], header=None, dtype=str, index_col=0)[1]
    published = reference("trusts").set_index("organisation")["name"]
    same = [(name, sensible_case(listed[code])) for code, name in published.items() if name.upper() == listed[code]]
    assert len(same) == 176
    assert [pair for pair in same if pair[0] != pair[1]] == []


def test_a_trust_that_nobody_knows_keeps_the_type_it_had(store):
    found = take(
        store, "ods", etr((TRUST, "ASH & ELM NHS TRUST", "Y60", "QHL", "", "F"), ("XCD", "OAK-UNDER-HILL NHS TRUST", "Y60", "QHL", "", "F"))
    )
    assert not found.faults
    rows = table(store, "organisation").set_index("organisation")
    assert rows.loc[TRUST, ["name", "organisation_type"]].tolist() == ["Ash & Elm NHS Trust", "Acute"]
    assert rows.loc["XCD", ["name", "organisation_type", "region_name"]].tolist() == [
        "Oak-under-Hill NHS Trust",
        "Other bodies",
        "Midlands",
    ]
    assert f"{TRUST}: name 'Ash Trust' becomes 'Ash & Elm NHS Trust'" in " ".join(found.built.notes)


def test_a_trust_that_closes_later_is_open(store):
    rows = etr(("XCD", "OAK NHS TRUST", "Y60", "QHL", "20260930", "F"))
    early = take(store, "ods", rows, as_at=dt.date(2026, 7, 1), dry=True)
    assert early.tables == {"organisation": 1}
    late = take(store, "ods", rows, as_at=dt.date(2026, 10, 1), dry=True)
    assert left_out(late) == {"closed": 1}


def test_wrong_rows_of_a_list_are_told_with_their_row(store):
    rows = etr(("X?", "OAK NHS TRUST", "Y60", "QHL", "", "F"), ("XCD", "", "Y60", "QHL", "20261301", "F"))
    assert faults(take(store, "ods", rows)) == [
        ("Value not allowed", 1, "organisation"),
        ("Blank", 2, "name"),
        ("Not a date", 2, "close_date"),
    ]


def test_an_invented_organisation_gives_its_place_to_no_real_one(store):
    invented = table(store, "organisation").assign(organisation="XZZ", demonstration=True)
    store.write("tests", "1" * 64, "demonstration", {"organisation": invented})
    assert faults(take(store, "ods", etr(("XZZ", "REAL NHS TRUST", "Y60", "QHL", "", "F")))) == [
        ("Invented organisation of that code", 1, "organisation")
    ]


# Counts of staff


def staff(store):
    rows = table(store, "staff_count")
    return [tuple(row) for row in rows[["organisation", "as_at", "staff_group", "headcount", "fte"]].to_numpy()]


@needs_raw
def test_published_counts_add_up_to_what_the_file_says_of_organisations_in_the_store(store):
    take(store, "ods", LISTS[2025].read_bytes(), name="etr.csv")
    found = take(store, "workforce-statistics", COUNTS.read_bytes(), as_at=dt.date(2018, 6, 30))
    assert not found.faults
    raw = pd.read_csv(COUNTS)
    ours = raw[raw["org_code"].isin(table(store, "organisation")["organisation"])]
    rows = table(store, "staff_count").astype({"fte": float})
    assert len(rows) == len(ours)
    assert rows["fte"].sum() == pytest.approx(ours["fte"].sum())
    assert set(rows["as_at"]) == {"2017-09-30", "2018-06-30"}
    (out,) = found.built.left_out.itertuples()
    assert out.rows == len(raw) - len(ours)
    assert out.fte == pytest.approx(raw["fte"].sum() - ours["fte"].sum())


PACK = [
    "DATA_MONTH",
    "DATA_LEVEL",
    "NHSE_REGION_NAME",
    "ICS_NAME",
    "ORG_CODE",
    "ORG_NAME",
    "MAIN_STAFF_GROUP",
    "STAFF_GROUP_1",
    "FTE",
    "HEADCOUNT",
]
MANY, CLINICAL, SUPPORT = "All staff groups", "Professionally qualified clinical staff", "NHS infrastructure support"


def pack(*rows, level="Organisation"):
    """Return rows (main staff group, staff group, FTE, headcount) of the trust, in the layout since 2025."""
    return pd.DataFrame([("2025-04-30", level, "Midlands", "QHL", TRUST, "Ash", *row) for row in rows], columns=PACK)


def test_parts_count_and_totals_are_left_out(store):
    trust = pack(
        (MANY, MANY, 300, 330), (CLINICAL, MANY, 200, 220), (CLINICAL, "Nurses & health visitors", 150, 160), (CLINICAL, "Midwives", 50, 60),
        (SUPPORT, MANY, 100, 110), (SUPPORT, "Managers", 40, 41), (SUPPORT, "Central functions", 60, 70),
    )  # fmt: skip
    england = pack((MANY, MANY, 9000, 9900), level="National").assign(ORG_CODE="", ORG_NAME="All organisations")
    found = take(store, "workforce-statistics", pd.concat([england, trust]), name="Core 1.csv", as_at=dt.date(2025, 4, 30))
    assert not found.faults
    assert staff(store) == [
        (TRUST, "2025-04-30", "Central functions", "70", "60.0"),
        (TRUST, "2025-04-30", "Managers", "41", "40.0"),
        (TRUST, "2025-04-30", "Midwives", "60", "50.0"),
        (TRUST, "2025-04-30", "Nurses & health visitors", "160", "150.0"),
    ]
    assert left_out(found) == {"totals of England, a region or a system": 1, "totals, or parts, of what is counted once already": 3}
    assert not found.built.notes
    assert set(table(store, "staff_count")["source"]) == {"Core 1.csv"}


def test_where_a_group_has_no_parts_its_total_counts_and_so_does_the_total_of_all(store):
    take(
        store,
        "workforce-statistics",
        pack((MANY, MANY, 300, 330), (CLINICAL, "Midwives", 200, 220), (SUPPORT, MANY, 100, 110)),
        as_at=dt.date(2025, 4, 30),
    )
    assert [(group, fte) for _, _, group, _, fte in staff(store)] == [("Midwives", "200.0"), (SUPPORT, "100.0")]
    take(store, "workforce-statistics", pack((MANY, MANY, 310, 330)).assign(DATA_MONTH="2025-05-31"), as_at=dt.date(2025, 5, 31))
    assert staff(store)[-1] == (TRUST, "2025-05-31", MANY, "330", "310.0")


def test_parts_that_do_not_add_up_to_their_total_are_said_unless_it_is_rounding(store):
    rounded = pack((MANY, MANY, 301, 330), (CLINICAL, "Midwives", 200, 220), (SUPPORT, "Managers", 100, 110))
    assert not take(store, "workforce-statistics", rounded, as_at=dt.date(2025, 4, 30), dry=True).built.notes
    wrong = take(store, "workforce-statistics", rounded.assign(FTE=[350, 200, 100]), as_at=dt.date(2025, 4, 30), dry=True)
    assert wrong.built.notes == [
        f"Totals and parts differ in 1 places, such as {TRUST} on 30 April 2025: 350.0 in all, 300.0 in parts. The parts count."
    ]
    finer = take(store, "workforce-statistics", rounded.assign(FTE=[301.0, 200.25, 100.25]), as_at=dt.date(2025, 4, 30), dry=True)
    assert len(finer.built.notes) == 1


def test_the_older_layout_has_measures_in_rows_and_parts_by_care_setting(store):
    columns = ["Date", "Org Code", "Org Name", "Main Staff Group", "Staff Group 1", "Staff Group 2", "Care Setting", "Data Type", "Total"]
    rows = [
        ("Sep-23", TRUST, "Ash", SUPPORT, "Managers", "Managers", setting, measure, number)
        for setting, fte, people in (("Acute", 30.5, 32), ("Ambulance", 9.5, 10))
        for measure, number in (("FTE", fte), ("Headcount", people))
    ]
    rows += [
        ("Sep-23", TRUST, "Ash", SUPPORT, "Central functions", "Clerical & administrative", "Acute", "FTE", "1,200"),
        ("Sep-23", TRUST, "Ash", SUPPORT, "Central functions", "Clerical & administrative", "Acute", "Headcount", 1300),
        ("Sep-23", TRUST, "Ash", SUPPORT, "Central functions", "Clerical & administrative", "Acute", "Absence", 4),
        ("Sep-23", TRUST, "Ash", SUPPORT, "Senior managers", "Senior managers", "Acute", "Headcount", 4),
    ]
    found = take(store, "workforce-statistics", pd.DataFrame(rows, columns=columns), as_at=dt.date(2023, 9, 30))
    assert not found.faults
    assert staff(store) == [
        (TRUST, "2023-09-30", "Central functions", "1300", "1200.0"),
        (TRUST, "2023-09-30", "Managers", "", "40.0"),  # people in two care settings are not added up
    ]
    assert left_out(found) == {"neither full-time equivalents nor headcounts that belong to them": 2}


def test_totals_over_care_settings_are_not_added_to_their_parts(store):
    columns = ["Date", "Org Code", "Main Staff Group", "Staff Group 1", "Care Setting", "Total FTE"]
    rows = [
        ("2023-09", TRUST, SUPPORT, "Managers", setting, fte)
        for setting, fte in (("All care settings", 40), ("Acute", 30), ("Ambulance", 10))
    ]
    found = take(store, "workforce-statistics", pd.DataFrame(rows, columns=columns), as_at=dt.date(2023, 9, 30))
    assert not found.faults
    assert staff(store) == [(TRUST, "2023-09-30", "Managers", "", "40.0")]
    assert left_out(found) == {"totals, or parts, of what is counted once already": 2}


def test_hidden_numbers_and_organisations_that_are_not_in_the_store_are_left_out_and_counted(store):
    rows = pd.concat(
        [
            pack((SUPPORT, "Managers", "*", "*"), (SUPPORT, "Central functions", 60, 70)),
            pack((SUPPORT, "Managers", 12.5, 13)).assign(ORG_CODE="XQQ"),
        ]
    )
    found = take(store, "workforce-statistics", rows, as_at=dt.date(2025, 4, 30))
    assert left_out(found) == {
        "no full-time equivalents, or not shown by the publisher": 1,
        "1 organisations that are not in the store (XQQ)": 1,
    }
    assert found.built.left_out["fte"].tolist()[1] == 12.5
    assert len(staff(store)) == 1


def test_wrong_months_numbers_and_rows_given_twice_are_told_at_once(store):
    rows = pack(
        (SUPPORT, "Managers", 40, 41), (SUPPORT, "Managers", 41, 42), (SUPPORT, "Central functions", "many", 70), (SUPPORT, "Estates", 1, 1)
    )
    rows.loc[3, "DATA_MONTH"] = "Smarch 2025"
    found = take(store, "workforce-statistics", rows, as_at=dt.date(2025, 4, 30))
    assert faults(found) == [("Count given twice", 3, "STAFF_GROUP_1"), ("Not a number", 4, "FTE"), ("Not a month", 5, "DATA_MONTH")]
    assert staff(store) == []


def test_counts_of_organisations_none_of_which_is_known_are_refused(store):
    found = take(store, "workforce-statistics", pack((SUPPORT, "Managers", 40, 41)).assign(ORG_CODE="XQQ"), as_at=dt.date(2025, 4, 30))
    assert faults(found) == [("None of the organisations is in the store", None, "")]
