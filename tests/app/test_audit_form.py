"""The self-assessment form as a workbook, read back by another program than the one that wrote it."""

import datetime as dt
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from app.guard import MARK
from app.pipeline.audit import Issue
from app.report import audit_form
from skills_model.audit_form import Form
from skills_model.sources import reading

ANN, BEN = "a" * 32, "b" * 32
ISSUED = dt.date(2026, 6, 1)


@pytest.fixture
def form():
    """Return the form of two people of two role levels, and of two frameworks with unlike ranks."""
    return Form(
        "AAA",
        "=Team 1",
        "",
        pd.DataFrame({"person": [ANN, BEN], "role_level_label": ["Analyst", "Cyber lead"]}),
        pd.DataFrame({"framework": ["small", "local"], "skill": ["sql", "risk"], "heading": ["SQL", "Risk"]}),
        pd.DataFrame(
            [(ANN, "sql", 2, 1, "self", pd.Timestamp("2025-10-01")), (BEN, "sql", 1, None, None, None), (BEN, "risk", 3, None, None, None)],
            columns=["person", "skill", "required_rank", "rank", "kind", "assessed_on"],
        ),
    )


def issue(**changes):
    ranks = pd.DataFrame(
        [
            ("small", "Small framework", 1, "Awareness", None, None),
            ("small", "Small framework", 2, "Working", "sql", "=can join tables"),
            ("local", "Local framework", 1, "", None, None),
            ("local", "Local framework", 2, "Good", None, None),
            ("local", "Local framework", 3, "Very good", None, None),
        ],
        columns=["framework", "framework_label", "rank", "rank_label", "skill", "text"],
    )
    usual = {"organisation": "AAA", "organisation_name": "Ash Trust", "issued_on": ISSUED, "forms": [], "ranks": ranks, "names": {}}
    return Issue(**usual | {"demonstration": False} | changes)


def read(content):
    return openpyxl.load_workbook(BytesIO(content))


def texts(sheet):
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def test_the_first_sheet_has_a_row_a_person_and_two_columns_a_skill(form):
    rows = list(read(audit_form.workbook(form, issue())).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Reference", "Name", "Role level", "Date of assessment", "SQL", "Manager: SQL", "Risk", "Manager: Risk")
    assert [row[:4] for row in rows[1:]] == [(ANN, None, "Analyst", None), (BEN, None, "Cyber lead", None)]
    assert all(cell is None for row in rows[1:] for cell in row[4:]), "nothing is answered beforehand"


def test_only_what_a_role_level_needs_can_be_filled_in(form):
    sheet = read(audit_form.workbook(form, issue())).worksheets[0]
    assert sheet.protection.sheet
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert open_cells == {"D2", "D3", "E2", "F2", "E3", "F3", "G3", "H3"}
    assert sheet["G2"].fill.fgColor.rgb == "FFBFBFBF"
    assert sheet["G3"].fill.fill_type is None


def choices(book, sheet, cell):
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]
    name, cells = rule.formula1.rsplit("!", 1)
    return [value for (value,) in book[name.strip("'")][cells.replace("$", "")] for value in [value.value]]


def test_each_skill_offers_the_ranks_of_its_own_framework(form):
    book = read(audit_form.workbook(form, issue()))
    sheet = book.worksheets[0]
    assert choices(book, sheet, "E2") == choices(book, sheet, "F3") == ["Not assessed", "0 None", "1 Awareness", "2 Working"]
    assert choices(book, sheet, "G3") == choices(book, sheet, "H3") == ["Not assessed", "0 None", "1", "2 Good", "3 Very good"]


def test_a_date_before_the_form_was_written_is_refused(form):
    sheet = read(audit_form.workbook(form, issue())).worksheets[0]
    (rule,) = [rule for rule in sheet.data_validations.dataValidation if "D2" in rule.sqref]
    assert (rule.type, rule.operator) == ("date", None), "between, which is written as nothing"
    assert int(rule.formula1) == (ISSUED - dt.date(1899, 12, 30)).days


def test_names_are_there_only_when_they_are_given(form):
    named = read(audit_form.workbook(form, issue(names={ANN: "=Ann Other"}))).worksheets[0]
    assert [named["B2"].value, named["B3"].value] == ["'=Ann Other", None]
    assert named["B2"].data_type == "s"


def test_it_says_how_to_fill_it_in_and_what_becomes_of_it(form):
    book = read(audit_form.workbook(form, issue()))
    said = texts(book["How to fill this in"])
    assert all(word in said for word in ("Purpose:", "Who sees it:", "contest", "Ash Trust", "1 June 2026", "Grey cells"))
    assert "1 Awareness" in said
    assert "'=can join tables" in said, "what the user's own copy says, and no formula"
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_what_is_required_and_held_is_shown_only_when_asked_for(form):
    plain = read(audit_form.workbook(form, issue())).worksheets[0]
    assert not any(cell.comment for row in plain.iter_rows() for cell in row)
    shown = read(audit_form.workbook(form, issue(), show_levels=True)).worksheets[0]
    assert shown["E2"].comment.text == "Required: 2 Working. Held now: 1 Awareness (self, 1 October 2025)."
    assert shown["G3"].comment.text == "Required: 3 Very good. Held now: not assessed."
    assert shown["G2"].comment is None


def test_a_demonstration_says_so_on_every_sheet(form):
    book = read(audit_form.workbook(form, issue(demonstration=True)))
    assert MARK in book.worksheets[0].oddHeader.center.text
    assert MARK in texts(book.worksheets[1])
    assert len(book.worksheets) == 2


def test_the_sheet_to_fill_in_is_the_one_that_comes_back(form):
    """The guide may be longer than the form, and is never taken for it."""
    content = reading.read(audit_form.workbook(form, issue()), "form.xlsx")
    assert content.sheet == "Skills audit"
    assert content.frame["Reference"].tolist() == [ANN, BEN]
