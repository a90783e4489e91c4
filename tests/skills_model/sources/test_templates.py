"""Templates: filled, explained, with drop-downs, and importable as they are."""

import datetime as dt
import io

import openpyxl
import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.framework import frameworks
from skills_model.privacy import Scope
from skills_model.sources import headings, importing, reading, registry, templates, values
from skills_model.sources.sheets import HOW_TO
from skills_model.store import Store

TRUST, YEAR_BEFORE, DAY = "XAB", dt.date(2025, 10, 6), dt.date(2026, 10, 6)
KINDS = {kind.name: kind for kind in registry.kinds()}
FILLED = [name for name, kind in KINDS.items() if kind.example is not None]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return a store with the shipped frameworks, and one invented trust whose staff are those of the template."""
    names = ["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"]
    trust = pd.DataFrame([(TRUST, "Ash Trust", "Acute", "Y60", "Midlands", "QHL", "Ash Board", False)], columns=names)
    with Store.create(tmp_path_factory.mktemp("templates") / "own.duckdb") as opened:
        opened.write("tests", "0" * 64, "invented trust", {"organisation": trust} | frameworks())
        staff = templates.workbook(KINDS["staff"])
        assert importing.take_in(opened, Scope.local(), "staff", staff, "staff.xlsx", organisation=TRUST, as_at=YEAR_BEFORE).number
        yield opened


def opened(kind, store=None):
    return openpyxl.load_workbook(io.BytesIO(templates.workbook(kind, store)))


def test_every_kind_that_users_fill_in_has_a_template():
    assert {
        "staff",
        "skills",
        "establishment",
        "courses",
        "routes",
        "budget",
        "calendar",
        "maturity",
        "pay",
        "assumptions",
        "cover",
    } <= set(FILLED)


@pytest.mark.parametrize("name", FILLED)
def test_a_template_imports_as_it_is(store, name):
    kind = KINDS[name]
    options = {"organisation": TRUST} if kind.about == "organisation" else {}
    options |= {"as_at": DAY} if kind.dated else {}
    content = templates.workbook(kind, store)
    imported = importing.take_in(store, Scope.local(), name, content, "template.xlsx", dry=True, **options)
    assert [str(fault) for fault in imported.faults] == []
    assert imported.rows == len(kind.example())
    assert [match.field for match in imported.matches][: len(kind.fields)] == [field.name for field in kind.fields]
    assert all(match.confidence == 1.0 for match in imported.matches if match.field)


@pytest.mark.parametrize("name", FILLED)
def test_a_template_says_the_same_as_csv(name):
    kind = KINDS[name]
    typed = []
    for form, content in (("template.xlsx", templates.workbook(kind)), ("template.csv", templates.text(kind))):
        read = reading.read(content, form)
        heading_of = {match.field: match.heading for match in headings.match(read, kind, {}, {}) if match.field}
        cells = read.frame.rename(columns={heading: field for field, heading in heading_of.items()})
        typed.append(values.convert(cells, [kind.field(field) for field in heading_of], form, heading_of))
    pd.testing.assert_frame_equal(typed[0][0], typed[1][0], check_dtype=False)
    assert not typed[0][1] + typed[1][1]


@pytest.mark.parametrize("name", FILLED)
def test_a_template_explains_every_heading(name):
    kind = KINDS[name]
    book = opened(kind)
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert all(cell.comment for cell in sheet[1][: len(kind.fields)])
    told = [row[0] for row in book[HOW_TO].iter_rows(values_only=True)]
    assert {templates._heading(field.name) for field in kind.fields} <= set(told)


def test_choices_and_skills_of_the_store_are_drop_downs(store):
    book = opened(KINDS["cover"], store)
    rules = {
        str(rule.sqref).rstrip("0123456789").split("2")[0]: rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation
    }
    assert "list_skill" in rules.values()
    listed = [cell.value for cell in book[templates.LISTS]["A"]]
    assert listed[0] == "skill"
    assert set(listed[1:]) == set(store.query("known_skills", Scope.local())["skill_label"])
    assert book[templates.LISTS].sheet_state == "hidden"


def test_text_that_looks_like_a_number_stays_text():
    """A staff number keeps its zeros, since its column is one of text."""
    sheet = opened(KINDS["staff"]).worksheets[0]
    assert sheet["A2"].data_type == "s"
    assert sheet.column_dimensions["A"].width >= templates.NARROWEST


def test_a_publishers_file_has_no_template():
    without = next(kind for kind in KINDS.values() if kind.example is None)
    with pytest.raises(DataError, match="No template"):
        templates.workbook(without)


def test_nothing_in_a_template_runs():
    for name in FILLED:
        cells = pd.Series([cell.data_type for sheet in opened(KINDS[name]) for row in sheet for cell in row])
        assert not cells.eq("f").any(), name
