"""Values as people write them, and what is said of those that cannot be read."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills_model.sources import values
from skills_model.sources.kinds import Field

DATE = Field("assessed_on", "date", "date")
NUMBER = Field("fte", "FTE", "number")
CONTRACT = Field("contract", "terms", choices=("permanent", "fixed term"), meanings={"ftc": "fixed term", "perm.": "permanent"})


def convert(field, *texts, heading="Heading"):
    """Return the column as read and the faults; the rows are those of a file whose headings stand in row 1."""
    frame = pd.DataFrame({field.name: pd.Series(texts, index=range(2, 2 + len(texts)), dtype="str")})
    typed, faults = values.convert(frame, (field,), "file.csv", {field.name: heading})
    return typed[field.name], faults


def read(field, text):
    column, faults = convert(field, text)
    return None if faults or pd.isna(column.iloc[0]) else column.iloc[0]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31", "2026/03/31", "31/03/2026", "31.03.2026", "31-3-26", "31-Mar-2026", "31 March 2026", "31st March, 2026", "31 mar 26",
        "Tuesday, 31 March 2026", "March 31, 2026", "Mar 31 2026", "20260331", "46112", "46112.75", "2026-03-31 14:05:22", "2026-03-31T14:05Z",
        "31/03/2026 14:05", "31/03/2026 2:05 PM",
    ],
)  # fmt: skip
def test_dates_are_read_as_people_and_spreadsheets_write_them(text):
    assert read(DATE, text) == pd.Timestamp("2026-03-31")


@pytest.mark.parametrize(
    "text", ["03/31/2026", "31/02/2026", "2026-13-01", "2026", "March 2026", "123456", "1", "soon", "31/03/0026", "31 Mai 2026"]
)
def test_what_is_no_date_here_is_a_fault_and_never_a_guess(text):
    _, (fault,) = convert(DATE, text)
    assert (fault.problem, fault.row, fault.column, fault.found) == ("Not a date", 2, "Heading", f"'{text}'")
    assert "31/03/2026" in fault.allowed


def test_the_day_stands_before_the_month():
    assert read(DATE, "04/05/2026") == pd.Timestamp("2026-05-04")


@given(st.dates(min_value=pd.Timestamp("1955-01-01").date(), max_value=pd.Timestamp("2064-01-01").date()))
def test_every_way_of_writing_a_date_means_the_same(day):
    serial = (day - pd.Timestamp("1899-12-30").date()).days
    ways = [day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day} {day:%B %Y}", f"{day:%d-%b-%Y}", f"{day:%Y%m%d}", str(serial)]
    assert {read(DATE, way) for way in ways} == {pd.Timestamp(day)}


@pytest.mark.parametrize(
    "text, value",
    [
        ("1,234.5", 1234.5), ("£2,000", 2000), ("37.5%", 0.375), ("0.8", 0.8), (".5", 0.5), ("(12)", -12), ("-3", -3), ("−3", -3), ("1e3", 1000),
        ("£1.2m", 1.2e6), ("£25k", 25e3), ("-£5", -5), ("1 234", 1234),
    ],
)  # fmt: skip
def test_numbers_are_read_with_thousands_pounds_and_percent(text, value):
    assert read(NUMBER, text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["1,5", "twelve", "1.2.3", "1e999", "inf", "nan", "12 FTE", "--3", "£", "%", "²", "5m", "0x10", "1_000"])
def test_what_is_no_number_is_a_fault(text):
    assert convert(NUMBER, text)[1][0].problem == "Not a number"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_comes_back_as_it_was_written(number):
    assert read(NUMBER, repr(float(number))) == float(number)


def test_bounds_hold_and_are_told():
    field = Field("fte", "FTE", "number", above=0, maximum=1, unit="FTE")
    column, faults = convert(field, "0", "1", "1.2", "0.5")
    assert column.tolist()[1::2] == [1.0, 0.5]
    assert column.isna().tolist() == [True, False, True, False]
    assert [(fault.row, fault.problem) for fault in faults] == [(2, "Value not allowed"), (4, "Value not allowed")]
    assert faults[0].allowed == "a number, such as 1234.5 (FTE), above 0, at most 1"


def test_whole_numbers_are_whole():
    field = Field("rank", "rank", "whole number", minimum=0, maximum=4)
    column, faults = convert(field, "3", "4.0", "2.5", "9", "x")
    assert column.dtype == "Int64"
    assert column.tolist()[:2] == [3, 4]
    assert [fault.problem for fault in faults] == ["Not a whole number", "Value not allowed", "Not a whole number"]


def test_yes_and_no_are_read():
    column, faults = convert(Field("digital", "d", "true or false"), "Yes", "N", "TRUE", "0", "maybe")
    assert column.tolist()[:4] == [True, False, True, False]
    assert [fault.problem for fault in faults] == ["Neither true nor false"]


def test_choices_and_meanings_know_no_case_or_hyphens():
    column, faults = convert(CONTRACT, "Permanent", "FIXED-TERM", "FTC", "perm.", "Fixed  term")
    assert column.tolist() == ["permanent", "fixed term", "fixed term", "permanent", "fixed term"]
    assert not faults


def test_a_word_that_is_no_choice_is_told_with_the_nearest():
    _, (fault,) = convert(CONTRACT, "Permanant")
    assert fault.allowed == "one of 'permanent', 'fixed term' (nearest: 'permanent')"


def test_codes_and_ids_are_taken_in_other_capitals_and_with_spaces():
    assert read(Field("organisation", "o", pattern="[A-Z0-9]{3,10}"), "rab") == "RAB"
    assert read(Field("skill", "s", pattern="[a-z0-9]+(-[a-z0-9]+)*"), "Data analysis") == "data-analysis"
    _, (fault,) = convert(Field("organisation", "o", pattern="[A-Z0-9]{3,10}"), "R!")
    assert fault.allowed == "a code of 3 to 10 capitals and digits, such as RAB"


def test_a_blank_cell_is_a_fault_only_where_it_must_be_filled():
    _, faults = convert(NUMBER, "1", None, "n/a")
    assert [(fault.problem, fault.row) for fault in faults] == [("Blank", 3), ("Blank", 4)]
    column, faults = convert(Field("fte", "FTE", "number", filled=False), "1", None, "-")
    assert column.isna().tolist() == [False, True, True]
    assert not faults


def test_free_text_stays_as_it_is():
    column, faults = convert(Field("job_title", "title", filled=False), "n/a", "Head of =IT", "<b>x</b>")
    assert column.tolist() == ["n/a", "Head of =IT", "<b>x</b>"]
    assert not faults


def test_a_formula_that_went_wrong_is_no_text():
    column, (fault,) = convert(Field("job_title", "title"), "#REF!", "x")
    assert (fault.problem, fault.row) == ("A formula that went wrong", 2)
    assert column.isna().tolist() == [True, False]


def test_a_personal_value_is_never_repeated():
    field = Field("staff_number", "number", pattern="[0-9]{4}", personal=True)
    _, faults = convert(field, "12345", "smith")
    assert len(faults) == 2
    assert not any("12345" in str(fault) or "smith" in str(fault).lower() for fault in faults)


def test_a_long_value_is_told_in_short():
    assert len(convert(NUMBER, "x" * 5_000)[1][0].found) < 100


def test_a_field_that_the_file_lacks_is_blank_and_no_fault():
    frame = pd.DataFrame({"fte": pd.Series([None, None], dtype="str"), "Other": pd.Series(["1", "2"], dtype="str")})
    typed, faults = values.convert(frame, (NUMBER,), "file.csv", {})
    assert typed["fte"].dtype == "float64"
    assert typed["Other"].tolist() == ["1", "2"]
    assert not faults


def test_each_type_has_its_type_even_where_all_is_blank():
    fields = [
        Field(kind.replace(" ", "_"), "x", kind, filled=False) for kind in ("text", "whole number", "number", "date", "true or false")
    ]
    frame = pd.DataFrame({field.name: pd.Series([None], dtype="str") for field in fields})
    typed, _ = values.convert(frame, fields, "file.csv", {})
    assert [str(dtype) for dtype in typed.dtypes] == ["str", "Int64", "float64", "datetime64[s]", "boolean"]


@pytest.mark.parametrize(
    "cells, may, surely",
    [
        (["0,8", "1"], True, True), (["1.234,56", "-"], True, True), (["1,500", "2,000"], True, False), (["0,500"], True, True),
        (["0,8", "0.8"], False, False), (["1", "2"], False, False), (["1.500"], True, False), (["1,2,3"], False, False), (["x,5"], False, False),
    ],
)  # fmt: skip
def test_only_commas_that_cannot_part_thousands_are_surely_decimal(cells, may, surely):
    column = pd.Series(cells, dtype="str")
    assert (values.may_have_decimal_commas(column), values.has_decimal_commas(column)) == (may, surely)
