"""A staff record comes in under the personnel system's own headings, and nothing that tells who somebody is stays."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.sources import meanings, pseudonym

sys.path.insert(0, str(Path(__file__).parent))
from extract import extract, many, row
from taking import TRUST, faults, left_out, own_store, table, take

from skills_model.privacy import Scope
from skills_model.store import Store

DAY = dt.date(2026, 3, 31)
LOCAL = Scope.local()


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return own_store(tmp_path_factory.mktemp("staff") / "empty.duckdb")


@pytest.fixture
def store(empty, tmp_path):
    with Store.open(shutil.copy(empty, tmp_path / "own.duckdb")) as store:
        yield store


def taken(store, content, **options):
    return take(store, "staff", content, "staff.csv", **{"organisation": TRUST, "as_at": DAY, **options})


def assignments(store, *columns):
    return table(store, "assignment")[list(columns)].to_numpy().tolist()


def of(store, number):
    return pseudonym.pseudonyms(TRUST, pd.Series([number]), pseudonym.key_of(store))[0]


# What is stored


def test_an_assignment_is_stored_as_the_list_has_it(store):
    imported = taken(store, extract(row("20000001")))
    assert imported.faults == ()
    assert imported.tables == {"snapshot": 1, "person": 1, "assignment": 1}
    stored = table(store, "assignment").drop(columns="import_run", errors="ignore").to_dict("records")
    assert stored == [
        {
            "organisation": TRUST, "snapshot": "1", "person": of(store, "20000001"), "assignment": "1", "age_band": "35 to 44",
            "team": "Informatics", "staff_group": "Administrative and Clerical", "job_title": "Data Analyst", "occupation_code": "G2B",
            "role_level": "", "band": "6", "fte": "1.0", "contract": "permanent", "start_date": "2021-04-01", "end_date": "",
        }
    ]  # fmt: skip


def test_nothing_that_tells_who_somebody_is_reaches_the_store(store):
    imported = taken(store, extract(row("20000001", **{"Full Name": "Zebedee Quillfeather"})))
    assert [match.heading for match in imported.matches if match.how == "personal"] == ["Full Name", "NI Number", "Ethnic Origin"]
    said = " ".join(imported.built.notes)
    assert "not kept" in said
    store.close()
    content = store.path.read_bytes()
    for personal in (b"20000001", b"Quillfeather", b"QQ123456C", b"14-FEB-1988", b"1988-02-14", b"Not stated"):
        assert personal not in content
        assert personal.decode() not in said


def test_several_assignments_of_one_person_are_told_apart_even_under_one_title(store):
    twice = [row("1"), row("1", **{"Assignment Number": "1-3", "Contracted WTE": "0.2"}), row("1", **{"Assignment Number": "1-2"})]
    imported = taken(store, extract(*twice))
    assert imported.tables == {"snapshot": 1, "person": 1, "assignment": 3}
    assert assignments(store, "assignment", "fte") == [["1", "1.0"], ["2", "1.0"], ["3", "0.2"]]


def test_assignment_numbers_alone_say_whose_they_are(store):
    content = extract(row("77"), row("77", **{"Assignment Number": "77-2", "Contracted WTE": "0.4"})).drop(columns="Employee Number")
    imported = taken(store, content)
    assert imported.tables["person"] == 1
    assert {person for (person,) in assignments(store, "person")} == {of(store, "77")}


def test_a_person_of_an_earlier_list_is_the_same_person(store):
    taken(store, extract(row("1"), row("2")))
    later = taken(store, extract(row("1.0"), row("3")), as_at=dt.date(2026, 9, 30))
    assert later.tables == {"snapshot": 1, "person": 1, "assignment": 2}
    assert "people 2 (1 new to the store)" in later.built.notes[0]
    assert table(store, "snapshot")["snapshot"].tolist() == ["1", "2"]


def test_a_list_that_matches_nobody_says_so(store):
    taken(store, extract(row("1")))
    notes = taken(store, extract(row("2")), as_at=dt.date(2026, 9, 30)).built.notes
    assert any("Nobody on an earlier staff list" in note for note in notes)


def test_blank_teams_and_groups_say_that_they_are_not_given(store):
    taken(store, extract(row("1", Department="", **{"Staff Group": ""})))
    assert assignments(store, "team", "staff_group") == [["Not given", "Not given"]]


def test_a_contract_that_is_not_named_is_permanent_unless_it_ends(store):
    ends = {"Assignment Category": "", "Fixed Term/Temp End Date": "31/03/2027"}
    taken(store, extract(row("1", **{"Assignment Category": ""}), row("2", **ends)))
    assert sorted(contract for (contract,) in assignments(store, "contract")) == ["fixed term", "permanent"]


def test_a_role_level_of_the_list_itself_is_taken_by_id_or_name_and_a_wrong_one_is_a_fault(store):
    content = extract(row("1"), row("2"), row("3"))
    levels = ["Senior data analyst", "data-engineer", "Data wrangler"]
    imported = taken(store, content.assign(**{"Role level": levels}))
    assert faults(imported) == [("Unknown role level", 4, "Role level")]
    imported = taken(store, content.assign(**{"Role level": [*levels[:2], ""]}))
    assert sorted(level for (level,) in assignments(store, "role_level")) == ["", "data-engineer", "senior-data-analyst"]
    assert imported.built.unmapped["headcount"].tolist() == [1]


# Bands and ages


def test_pay_scales_become_bands_and_other_terms_a_blank_with_a_note(store):
    scales = ["NHS|XN08|Non Review Body Band 8 - Range A", "XR12", "Band 4", "8B", "VSM", "VSM"]
    imported = taken(store, extract(*(row(str(number), **{"Pay Scale": scale}) for number, scale in enumerate(scales))))
    bands = dict(assignments(store, "person", "band"))
    assert [bands[of(store, str(number))] for number in range(6)] == ["8a", "9", "4", "8b", "", ""]
    assert "The band is blank on 2 of 6 assignments, whose pay scale is no Agenda for Change band: 'VSM' (2)." in imported.built.notes


def test_a_birthday_counts_on_the_day_of_the_list(store):
    """25 on 31 March 2026 is 25 to 34; 25 a day later is under 25 still."""
    content = extract(row("1", **{"Date of Birth": "31/03/2001"}), row("2", **{"Date of Birth": "01/04/2001"}))
    taken(store, content)
    ages = dict(assignments(store, "person", "age_band"))
    assert (ages[of(store, "1")], ages[of(store, "2")]) == ("25 to 34", "under 25")


def test_ages_and_age_bands_do_as_well_and_all_assignments_of_a_person_agree(store):
    content = extract(row("1"), row("2"), row("2", **{"Assignment Number": "2-2"}), row("3")).drop(columns="Date of Birth")
    taken(store, content.assign(**{"Age Band": ["56-60 Years", "", "31-35", ""]}))
    ages = assignments(store, "person", "age_band")
    assert sorted(age for person, age in ages if person == of(store, "2")) == ["25 to 34", "25 to 34"]
    assert {age for person, age in ages if person != of(store, "2")} == {"55 to 59", "unknown"}


def test_a_birth_date_that_cannot_be_is_a_fault_that_does_not_repeat_it(store):
    imported = taken(store, extract(row("1", **{"Date of Birth": "14/02/2020"}), row("2", **{"Date of Birth": "41/02/1980"})))
    assert [row for _, row, _ in faults(imported)] == [2, 3]
    assert not any(year in str(fault) for fault in imported.faults for year in ("2020", "1980"))


# Who is no staff in post


def test_who_is_not_in_post_is_left_out_with_how_many_and_why(store):
    imported = taken(
        store,
        extract(
            row("1"),
            row("2", **{"Assignment Status": "Career Break"}),
            row("3", **{"Assignment Status": "Out on External Secondment - Paid", "Contracted WTE": "0.5"}),
            row("4", **{"Assignment Category": "Bank", "Contracted WTE": "0"}),
            row("5", **{"Assignment Category": "Honorary", "Contracted WTE": ""}),
            row("6", **{"Contracted WTE": "0.00"}),
            row("7", **{"Assignment Status": "Maternity & Adoption"}),
            row("8", **{"Assignment Status": "Acting Up"}),
        ),
    )
    assert imported.faults == ()
    assert imported.tables["assignment"] == 3
    assert left_out(imported) == {
        "on a career break": 1, "on secondment to another employer": 1, "bank": 1, "honorary contract": 1, "no contracted FTE": 1,
    }  # fmt: skip
    rows = imported.built.left_out.set_index("reason")["fte"]
    assert (rows["on a career break"], rows["on secondment to another employer"]) == (1.0, 0.5)


def test_words_for_statuses_that_nobody_knows_are_listed_and_their_staff_stay(store):
    content = extract(row("1", **{"Assignment Status": "Sabbatical"}), row("2", **{"Assignment Category": "Annualised"}), row("3"))
    imported = taken(store, content, dry=True)
    unmapped = imported.built.unmapped.set_index("subject")
    assert imported.tables["assignment"] == 3
    assert unmapped.loc["assignment status", ["found", "rows", "headcount", "fte"]].tolist() == ["sabbatical", 1, 1, 1.0]
    assert unmapped.loc["contract type", "found"] == "annualised"
    meanings.save(store, LOCAL, TRUST, {"assignment status": {"Sabbatical": None}, "contract type": {"Annualised": "fixed term"}})
    again = taken(store, content)
    assert left_out(again) == {"left out on purpose: sabbatical": 1}
    assert set(again.built.unmapped["subject"]) == {"job title"}
    assert sorted(contract for (contract,) in assignments(store, "contract")) == ["fixed term", "permanent"]


# What is wrong


def test_every_fault_of_a_list_is_told_at_once_and_nothing_is_stored(store):
    imported = taken(
        store,
        extract(
            row("1", **{"Contracted WTE": "full time"}),
            row("", **{"Assignment Number": ""}),
            row("3", **{"Latest Start Date": "31/02/2021"}),
            row("4", **{"Position Title": ""}),
            row("5", **{"Contracted WTE": ""}),
            row("6"),
            row("6"),
            row("7", **{"Contracted WTE": "37.5"}),
        ),
    )
    assert faults(imported) == [
        ("Not a number", 2, "Contracted WTE"),
        ("Blank", 3, "Employee Number"),
        ("Not a date", 4, "Latest Start Date"),
        ("Blank", 5, "Position Title"),
        ("Blank", 6, "Contracted WTE"),
        ("Row given twice", 8, "Assignment Number"),
        ("Value not allowed", 9, "Contracted WTE"),
    ]
    assert imported.number is None
    assert table(store, "assignment").empty
    assert table(store, "snapshot").empty


def test_the_same_row_twice_is_found_without_assignment_numbers_too(store):
    content = extract(row("1"), row("2"), row("1"), row("1", **{"Contracted WTE": "0.5"})).drop(columns="Assignment Number")
    imported = taken(store, content)
    assert faults(imported) == [("Row given twice", 4, "Employee Number")]
    assert "row 2" in imported.faults[0].found


def test_a_second_list_of_the_same_day_is_refused_by_the_number_of_the_first(store):
    first = taken(store, extract(row("1")))
    second = taken(store, extract(row("1"), row("2")))
    assert faults(second) == [("Staff list of this date is in the store already", None, "")]
    assert f"import {first.number}" in str(second.faults[0])
    store.undo(first.number)
    assert taken(store, extract(row("1"), row("2"))).faults == ()


def test_a_list_without_its_day_or_with_no_one_in_it_is_refused(store):
    with pytest.raises(DataError, match="Date is missing"):
        taken(store, extract(row("1")), as_at=None)
    imported = taken(store, extract(row("1", **{"Assignment Status": "Terminate Assignment"})))
    assert left_out(imported) == {"assignment ended": 1}


# A whole trust


def test_a_list_of_thousands_comes_in_with_every_row_accounted_for(store):
    content = many(3_000)
    imported = taken(store, content)
    assert imported.faults == ()
    assert imported.tables["assignment"] + imported.built.left_out["rows"].sum() == len(content)
    counted = content["Contracted WTE"].astype(float).sum() - imported.built.left_out["fte"].sum()
    assert table(store, "assignment")["fte"].astype(float).sum() == pytest.approx(counted)
    titles = imported.built.unmapped.query("subject == 'job title'")
    assert titles["fte"].sum() == pytest.approx(counted)
    hints = titles.set_index("found")["suggestion"]
    assert hints["snr data analyst (band 7)"] == "senior-data-analyst"
    assert hints["service desk anaylst"] == "service-desk-analyst"
    assert pd.isna(hints["staff nurse"])


# Files that are not as they seem

RECORD = "00900001,Zquirrelson,QQ100001C,12/03/1970,Data Analyst,Informatics,1.0"


def test_a_record_in_place_of_headings_is_told_in_one_fault_that_repeats_nothing_of_it(store):
    content = "\n".join([RECORD, RECORD.replace("900001", "900002")]).encode()
    for chosen in ({}, {"00900001": "staff_number", "Data Analyst": "job_title", "1.0": "fte"}, {"no such heading": "fte"}):
        imported = taken(store, content, chosen=chosen)
        assert faults(imported) == [("No headings found", 1, "")]
        assert imported.matches == ()
        assert not any(cell in str(imported.faults[0]) for cell in RECORD.split(","))
    assert table(store, "mapping").empty


def test_a_file_about_people_of_which_no_heading_is_known_repeats_none_but_can_be_told(store):
    content = pd.DataFrame([("a", "Data Analyst", "1.0")], columns=["Matricule", "Fonction", "Quotité"])
    imported = taken(store, content)
    assert faults(imported) == [("No headings found", 1, "")]
    assert "Fonction" not in str(imported.faults[0])
    told = {"Matricule": "staff_number", "Fonction": "job_title", "Quotité": "fte"}
    assert taken(store, content, chosen=told).faults == ()


def test_a_heading_twice_is_not_repeated_where_it_is_a_value(store):
    with pytest.raises(DataError) as error:
        taken(store, b"00900001,12/03/1970,12/03/1970\n1,2,3\n")
    assert "1970" not in str(error.value)


def test_values_of_rows_that_slipped_are_not_repeated(store):
    rows = [
        row("1"),
        row("2", "Zquirrelson", **{"Contracted WTE": "QQ100001C", "Pay Scale": "Mallory Xanthe"}),
        row("3", **{"Contracted WTE": "1,8"}),
    ]
    rows.append(row("4", **{"Latest Start Date": "Yolanda", "Contracted WTE": "00900001"}))
    imported = taken(store, extract(*rows))
    assert faults(imported) == [
        ("Not a number", 3, "Contracted WTE"), ("Not a number", 4, "Contracted WTE"), ("Value not allowed", 5, "Contracted WTE"),
        ("Not a date", 5, "Latest Start Date"),
    ]  # fmt: skip
    assert "'1,8'" in str(imported.faults[1])
    said = " ".join([*map(str, imported.faults), *imported.built.notes, str(imported.built.unmapped)])
    assert not any(word in said.lower() for word in ("zquirrelson", "qq10", "mallory", "yolanda", "00900001"))
    assert imported.built.unmapped["found"].tolist() == ["data analyst"]


def test_a_number_in_place_of_a_job_title_is_a_fault_and_stays_out(store):
    imported = taken(store, extract(row("1"), row("2", "QQ100001C"), row("3", "A" * 201)))
    assert faults(imported) == [("Not a job title", 3, "Position Title"), ("Text too long", 4, "Position Title")]
    assert "QQ10" not in str(imported.faults[0])
    assert len(str(imported.faults[1])) < 400


def test_the_team_is_the_column_that_tells_teams_apart(store):
    content = extract(row("1"), row("2")).drop(columns="Department").assign(**{"Org L4": "Corporate", "Organisation": ["Coding", "Data"]})
    taken(store, content)
    assert sorted(team for (team,) in assignments(store, "team")) == ["Coding", "Data"]


def test_the_lowest_level_of_the_organisation_goes_first_and_one_team_alone_will_do(store):
    content = extract(row("1"), row("2")).drop(columns="Department")
    several = content.assign(**{"Directorate": ["Digital", "Finance"], "Org L6": ["Coding", "Data"], "Organisation": "Ash Trust"})
    taken(store, several)
    assert sorted(team for (team,) in assignments(store, "team")) == ["Coding", "Data"]
    taken(store, content.assign(**{"Org L4": "Corporate"}), as_at=dt.date(2026, 4, 30))
    assert ["Corporate"] in assignments(store, "team")


def test_staff_numbers_that_a_spreadsheet_made_figures_of_are_faults_not_one_person(store):
    rows = [
        row("12345671"),
        row("1.23457E+07", **{"Assignment Number": "a"}),
        row("1.23457E+07", **{"Assignment Number": "b"}),
        row("1,234"),
    ]
    imported = taken(store, extract(*rows))
    assert faults(imported) == [("Staff number changed by a spreadsheet", row, "Employee Number") for row in (3, 4, 5)]
    assert table(store, "person").empty


def test_a_list_without_staff_numbers_gets_one_fault(store):
    content = extract(row("1"), row("2"), row("3")).drop(columns=["Employee Number", "Assignment Number"])
    imported = taken(store, content)
    assert faults(imported) == [("Missing column", 1, "staff number")]
    assert "--mapping" in imported.faults[0].action


@pytest.mark.parametrize("heading", ["Person ID", "PersonID", "Worker number", "worker_id"])
def test_other_systems_call_the_staff_number_otherwise(store, heading):
    content = extract(row("1")).rename(columns={"Employee Number": heading}).drop(columns="Assignment Number")
    assert taken(store, content).faults == ()


def test_rows_without_a_number_are_told_once_each_among_rows_that_have_one(store):
    imported = taken(store, extract(row("1"), row("", **{"Assignment Number": ""})))
    assert faults(imported) == [("Blank", 3, "Employee Number")]


def test_numbers_that_only_zeros_tell_apart_are_said(store):
    imported = taken(store, extract(row("00000123"), row("123"), row("9")))
    assert imported.tables["person"] == 3
    assert any(note.startswith("2 staff numbers differ from another only in leading zeros") for note in imported.built.notes)


def test_decimal_commas_are_read_where_semicolons_part_the_cells_and_that_is_said(store):
    content = extract(row("1", **{"Contracted WTE": "0,8"}), row("2", **{"Contracted WTE": "1"}), row("3", **{"Contracted WTE": "0,500"}))
    imported = taken(store, content.to_csv(index=False, sep=";").encode())
    assert imported.faults == ()
    assert sorted(fte for (fte,) in assignments(store, "fte")) == ["0.5", "0.8", "1.0"]
    assert any("Commas were read as decimal points" in note and "Contracted WTE" in note for note in imported.built.notes)


@pytest.mark.parametrize("separator, wte", [(",", ["0,8", "1"]), (";", ["0,8", "0.5"])])
def test_a_comma_stays_a_fault_where_it_parts_cells_or_points_stand_beside_it(store, separator, wte):
    content = extract(*(row(str(number), **{"Contracted WTE": text}) for number, text in enumerate(wte)))
    imported = taken(store, content.to_csv(index=False, sep=separator).encode())
    assert faults(imported) == [("Not a number", 2, "Contracted WTE")]
