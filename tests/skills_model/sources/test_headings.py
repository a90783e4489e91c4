"""Which heading means which field, how sure that is, and who has the last word."""

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.sources import headings
from skills_model.sources.kinds import Built, Content, Field, Kind

STAFF = Kind(
    "staff",
    "Staff",
    "who works here",
    (
        Field("staff_number", "number", personal=True, headings=("Employee Number", "Assignment Number")),
        Field("organisation", "code", needed=False, pattern="[A-Z0-9]{3,10}"),
        Field("fte", "FTE", "number", headings=("Contracted WTE",), above=0),
        Field("start_date", "first day", "date", needed=False),
        Field("contract", "terms", choices=("permanent", "fixed term")),
    ),
    lambda _frame, _context: Built({}),
)


def matched(columns, *, saved=None, chosen=None, kind=STAFF):
    """Return field and how by heading, and the matches themselves."""
    frame = pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})
    found = headings.match(Content("f.csv", "0" * 64, frame), kind, saved or {}, chosen or {})
    assert [match.heading for match in found] == list(columns)
    used = [match.field for match in found if match.field]
    assert len(used) == len(set(used))
    return {match.heading: (match.field, match.how) for match in found}, {match.heading: match.confidence for match in found}


def test_names_and_known_names_are_matched_whatever_their_case_and_punctuation():
    found, confidence = matched({"STAFF_NUMBER": ["1"], "Contracted WTE (per week)": ["1"], "StartDate": ["x"], "contract": ["?"]})
    assert found["STAFF_NUMBER"] == ("staff_number", "same name")
    assert found["Contracted WTE (per week)"] == ("fte", "known name")
    assert found["StartDate"] == ("start_date", "same name")
    assert confidence["STAFF_NUMBER"] == 1.0 > confidence["Contracted WTE (per week)"] > 0.9


def test_a_heading_that_is_nearly_so_is_matched_with_less_confidence():
    found, confidence = matched({"Emp No": ["1"], "Date start": ["2026-01-01"], "Contrakt": ["permanent"], "Org": ["RAB"]})
    assert {heading: field for heading, (field, _) in found.items()} == {
        "Emp No": "staff_number",
        "Date start": "start_date",
        "Contrakt": "contract",
        "Org": "organisation",
    }
    assert {how for _, how in found.values()} == {"looks like it"}
    assert all(0.5 < value <= 0.9 for value in confidence.values())


def test_values_speak_against_a_heading_that_only_looks_like_a_field():
    """A name of an organisation is not its code."""
    found, _ = matched({"Organisations": ["Ash Acute Trust", "Birch Ambulance Trust"]})
    assert found["Organisations"] == (None, "not used")


def test_a_needed_field_is_found_by_its_values_where_one_column_alone_has_them():
    found, confidence = matched({"Kind of terms": ["Permanent", "Fixed term", "permanent"], "Other": ["a", "b", "c"]})
    assert found["Kind of terms"] == ("contract", "from its values")
    assert confidence["Kind of terms"] <= 0.6
    found, _ = matched({"One": ["permanent"], "Two": ["fixed term"]})
    assert {field for field, _ in found.values()} == {None}


def test_each_field_is_given_once_to_the_surest_heading():
    found, _ = matched({"Assignment Number": ["1-2"], "Employee number": ["1"], "Staff number ": ["1"]})
    assert found["Staff number "][0] == "staff_number"
    found, _ = matched({"Assignment Number": ["1-2"], "Employee number": ["1"]})
    assert found == {"Assignment Number": (None, "not used"), "Employee number": ("staff_number", "known name")}


def test_what_is_personal_is_said_to_be_so_and_not_used():
    found, _ = matched({"Surname": ["x"], "E-mail": ["y"], "Employee number": ["1"]})
    assert found["Surname"] == found["E-mail"] == (None, "personal")
    places = Kind("places", "Places", "where", (Field("code", "code"),), lambda _frame, _context: Built({}))
    assert matched({"Name": ["x"]}, kind=places)[0]["Name"] == (None, "not used")


def test_what_is_remembered_goes_before_names_and_what_is_chosen_before_all():
    columns = {"FTE": ["1"], "Budget": ["1"], "Weird": ["1"]}
    assert matched(columns, saved={"budget": "fte"})[0]["Budget"] == ("fte", "saved")
    found, _ = matched(columns, saved={"budget": "fte"}, chosen={"weird": "fte", "Budget": None})
    assert found == {"FTE": (None, "not used"), "Budget": (None, "chosen"), "Weird": ("fte", "chosen")}


def test_a_heading_that_is_remembered_as_not_used_stays_unused():
    assert matched({"FTE": ["1"]}, saved={"fte": None})[0]["FTE"] == (None, "saved")


def test_what_is_remembered_of_a_field_that_is_gone_is_forgotten():
    assert matched({"FTE": ["1"]}, saved={"fte": "field_of_old"})[0]["FTE"] == ("fte", "same name")


def test_every_wrong_choice_is_told_at_once():
    with pytest.raises(DataError) as error:
        matched({"FTE": ["1"], "B": ["1"]}, chosen={"Nothing": "fte", "FTE": "ftee", "B": "fte"} | {"b ": "contract"})
    assert [fault.problem for fault in error.value.faults] == ["No such heading in the file", "Unknown field"]
    with pytest.raises(DataError, match="Field chosen twice"):
        matched({"FTE": ["1"], "B": ["1"]}, chosen={"FTE": "fte", "B": "fte"})


def test_a_hostile_heading_is_only_a_heading():
    """Nothing of it reaches SQL: what is not matched is not used."""
    hostile = 'fte"); DROP TABLE person; --'
    assert matched({hostile: ["1"], "FTE": ["1"]})[0] == {hostile: (None, "not used"), "FTE": ("fte", "same name")}
