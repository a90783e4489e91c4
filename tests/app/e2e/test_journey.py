"""The journey of an HR planner in the browser: from files with faults to people who could move, and back again."""

import csv
import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
import hospital
from driving import checked, choose, go, send, served, settle, sync_api, taken, visited

from app import pipeline
from app.pipeline import intake
from skills_model.privacy import Scope
from skills_model.store import Store

pytestmark = pytest.mark.e2e


@pytest.fixture
def trust(tmp_path):
    """Return the address of a server upon a store that knows one trust and nobody in it."""
    store = tmp_path / "own.duckdb"
    pipeline.new_store(store)
    with Store.open(store) as opened:
        intake.take_in(opened, Scope.local(), "ods", hospital.organisations(), "etr.csv")
    with served(store) as address:
        yield address


def test_an_hr_planner_gets_from_files_with_faults_to_people_who_could_move(browser, trust):
    with visited(browser, trust) as tab:
        go(tab, trust)
        tab.get_by_text("Nobody in the store is in a role level yet").wait_for()
        tab.get_by_role("link", name="Bring in data").click()
        said(tab, "There is no staff list yet")
        the_staff_list(tab)
        the_survey(tab)
        what_job_titles_mean(tab)
        the_worst_gap(tab)
        who_must_not_go(tab)
        who_could_move(tab)
        one_import_taken_back(tab)


def the_staff_list(tab):
    """Three kinds of fault, all told at once; the wrong rows are mended and sent again."""
    part(tab, "Import a file")
    tab.get_by_role("spinbutton").first.click()
    tab.keyboard.type("30092026")
    tab.keyboard.press("Tab")
    settle(tab)
    send(tab, "File", "staff.csv", hospital.staff(faults=True))
    press(tab, "Check the file")
    said(tab, "staff.csv: 32 rows, 3 faults")
    tab.get_by_text("Staff list, HEATH, as at 30 September 2026").wait_for()
    assert faults(tab) == {("Row 4", "Not a number"), ("Row 6", "Not a date"), ("Row 9", "Blank")}
    assert checked(tab) == []
    to_mend = taken(tab, "Download the wrong rows to mend").decode("utf-8-sig")
    send(tab, "Mended rows", "mended.csv", hospital.mend_staff(to_mend))
    press(tab, "Check it with the mended rows")
    said(tab, "staff.csv: 32 rows, ready to import")
    assert checked(tab) == []
    press(tab, "Import it")
    said(tab, "staff.csv: 32 rows, imported")


def the_survey(tab):
    """Three kinds as well; this time the whole file is mended."""
    choose(tab, "What kind of file is it?", "Skills assessments")
    send(tab, "File", "survey.xlsx", hospital.survey(faults=True))
    press(tab, "Check the file")
    said(tab, "survey.xlsx: 30 rows, 3 faults")
    assert faults(tab) == {("Row 3", "Rank not allowed"), ("Row 5", "Person not in the store"), ("Row 7", "Not a date")}
    assert tab.get_by_text("999999").count() == 0  # a staff number is personal
    send(tab, "File", "mended survey.xlsx", hospital.survey())
    press(tab, "Check the file")
    said(tab, "mended survey.xlsx: 30 rows, ready to import")
    press(tab, "Import it")
    said(tab, "mended survey.xlsx: 30 rows, imported")


def what_job_titles_mean(tab):
    """Two that nobody could guess by hand, the suggestions for all others at once."""
    part(tab, "Meanings")
    said(tab, "30 people, 29 of 29 FTE, are in jobs whose meaning nobody has said")
    for word, level in (
        ("information wrangler (job title, 2.6 FTE)", "Data analyst"),
        ("kit & cables lead (job title, 1.0 FTE)", "Senior infrastructure engineer"),
    ):
        choose(tab, "Word", word)
        choose(tab, "Role level that it means", level)
        press(tab, "Save the meaning")
        tab.get_by_role("combobox", name="Word", exact=True).and_(tab.locator(f":not([value='{word}'])")).wait_for()
        settle(tab)
    tab.get_by_text("Say what many words mean at once").click()
    press(tab, "Save all that are said")
    said(tab, "1 person, 0.2 of 29 FTE, is in jobs whose meaning nobody has said")
    assert checked(tab) == []


def the_worst_gap(tab):
    page(tab, "Explore skills gaps")
    said(tab, "Largest gap: National clinical coding rules in Clinical coding and health records")
    worst = tab.get_by_role("table").first.get_by_role("row").nth(1)
    sync_api.expect(worst).to_contain_text("National clinical coding rules")


def who_must_not_go(tab):
    """Which departures would break cover."""
    page(tab, "People and roles")
    said(tab, "No skill hangs on one person; in 2 places the loss of one holder leaves too few")
    rows = tab.get_by_role("table").first.get_by_role("row").filter(has_text="Clinical Coding")
    sync_api.expect(rows.first).to_contain_text("National clinical coding rules")


def who_could_move(tab):
    """A list with names from the planner's own file, which go into the list and nowhere else."""
    choose(tab, "Question", "Who is within reach of a role level?")
    choose(tab, "Role level", "Senior data analyst")
    said(tab, "Senior data analyst: ")
    send(tab, "Staff list with names (optional)", "names.csv", hospital.staff())
    tab.get_by_text("people are in the staff list; their names will be in the file").wait_for()
    rows = list(csv.DictReader(io.StringIO(taken(tab, "Download as CSV").decode("utf-8-sig"))))
    assert 1 <= len(rows) <= 3
    assert "Invented Person 5" in {row["name"] for row in rows}
    assert tab.get_by_text("Invented Person").count() == 0


def one_import_taken_back(tab):
    """What was said of job titles last goes again, and the figures with it."""
    page(tab, "Data and quality")
    part(tab, "Imports and undo")
    said(tab, "7 imports are in the store")
    choose(tab, "Import to undo", "7: Mapping of HEATH")
    press(tab, "Undo it")
    tab.get_by_role("dialog").get_by_text("7: Mapping of HEATH").wait_for()
    settle(tab)
    assert checked(tab) == []
    press(tab, "Yes, undo it")
    tab.get_by_text("Import 7 is undone: 6 rows are gone.").wait_for()
    sync_api.expect(tab.get_by_role("dialog")).to_have_count(0)
    part(tab, "State")
    said(tab, "25 FTE of staff are in jobs whose meaning nobody has said")


def press(tab, name):
    """Press a button."""
    tab.get_by_role("button", name=name, exact=True).click()


def part(tab, name):
    """Turn to a part of the page "Data and quality"."""
    tab.get_by_role("tab", name=name).click()
    settle(tab)


def page(tab, name):
    """Go to another page by the list of pages."""
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    tab.get_by_role("heading", level=1, name=name).wait_for()
    settle(tab)


def said(tab, text):
    """Wait for what a heading says, then until the page is whole."""
    tab.get_by_role("heading", name=text).first.wait_for()
    settle(tab)


def faults(tab):
    """Return where the faults on the page are and what is wrong."""
    rows = tab.get_by_test_id("stTable").first.locator("tbody tr").all()
    return {(cells[0], cells[2]) for cells in (row.locator("td").all_inner_texts() for row in rows)}
