"""The page "Data and quality": what it says of the data, and a file's way in: sent, checked, mended, imported, undone."""

import csv
import io
import shutil
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from skills_model.privacy import Scope
from skills_model.store import Store

MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
DATA = "app_pages/data.py"
TRUST = "DEMO198"
NAME = "Bilberrymoor Acute Trust (invented), DEMO198"
LOCAL = Scope.local()


@pytest.fixture
def store(one_trust, tmp_path, monkeypatch):
    """Return the path of a copy of the store of one trust, for this test alone."""
    path = tmp_path / "one.duckdb"
    for file in one_trust.parent.glob(f"{one_trust.name}*"):
        if file.is_file():  # the key too, where another test has needed it
            shutil.copy(file, tmp_path)
    monkeypatch.setenv("SKILLSPLAN_STORE", str(path))
    yield path
    st.cache_data.clear()
    st.cache_resource.clear()


def opened(part="State", **parameters):
    at = AppTest.from_file(MAIN, default_timeout=60).run()
    at.switch_page(DATA)
    for name, value in ({"part": part} | parameters).items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def words(at):
    """Return everything that a page says."""
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.info, at.success, at.warning, at.error, at.text)
    return "\n".join(str(part.value) for kind in kinds for part in kind)


def test_it_says_what_the_figures_rest_on(store):
    at = opened()
    assert [part.value for part in at.title] == ["Data and quality"]
    assert "of the skills that people need are assessed" in at.header[0].value
    assert {tile.label for tile in at.metric} == {"Staff as at", "Staff unmapped, FTE", "Skills assessed", "Last assessed"}
    assert at.table[0].value["Organisation"].tolist() == [NAME]
    assert any("How this is calculated" in part.label for part in at.expander)


# A file's way in

HEADINGS = "Employee Number,Assignment Number,Job Title,WTE,Department,Band"
GOOD = ["1001,1001,Data Analyst,1.0,Analytics,Band 6", "1002,1002,Wizard of spreadsheets,0.6,Analytics,Band 5"]
BAD = ["1003,1003,Data Analyst,seven,Analytics,Band 6", "1004,1004,,1.0,Analytics,Band 6", "1001,1001,Data Analyst,1.0,Analytics,Band 6"]
AS_AT = "2026-10-31"


def staff(*rows):
    return "\n".join([HEADINGS, *rows]).encode()


def until(at, done, seconds=60):
    """Run a page again, as its clock does, until something is so."""
    end = time.monotonic() + seconds
    while not done(at):
        assert time.monotonic() < end, words(at)
        time.sleep(0.2)
        at.run()
        assert not at.exception, at.exception
    return at


def settled(at):
    return until(at, lambda page: "seconds so far" not in "\n".join(bar.proto.text for bar in page.get("progress")))


def sent(content, name="staff.csv", kind="Staff list"):
    """Open the tab, send a file and wait until it is checked."""
    at = opened("Import a file", kind=kind)
    at.date_input(key="import_as_at").set_value(AS_AT)
    at.file_uploader(key="import_file").upload(name, content, "text/csv")
    at.button(key="check").click().run()
    assert not at.exception, at.exception
    return settled(at)


@pytest.fixture
def offered(monkeypatch):
    """Collect what download buttons would give, by label; the page test itself gives no content."""
    files = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, **_: files.__setitem__(label, data))
    return files


@pytest.mark.slow
def test_a_file_with_faults_is_mended_imported_and_undone(store, offered):
    at = sent(staff(*GOOD, *BAD))
    assert "staff.csv: 5 rows, 3 faults" in words(at).replace("\\", "")
    faults = next(table.value for table in at.table if "What is wrong" in table.value)
    assert sorted(faults["Where"]) == ["Row 4", "Row 5", "Row 6"]
    rows = list(csv.DictReader(io.StringIO(offered["Download the wrong rows to mend"]().decode("utf-8-sig"))))
    assert [row["row"] for row in rows] == ["4", "5", "6"]
    mended = [
        rows[0] | {"WTE": "0.7"},
        rows[1] | {"Job Title": "Data Analyst"},
        rows[2] | {"Employee Number": "1005", "Assignment Number": "1005"},
    ]
    mend(at, mended)
    assert "5 rows, ready to import" in words(at)
    with Store.open(store) as opened_store:
        before = len(opened_store.query("imports", LOCAL))
    at.button(key="import").click().run()
    settled(at)
    assert "5 rows, imported" in words(at)
    with Store.open(store) as opened_store:
        listed = opened_store.query("imports", LOCAL)
    assert len(listed) == before + 1
    number = int(listed["import_run"].iloc[0])
    undo(opened("Imports and undo"), number)
    with Store.open(store) as opened_store:
        assert opened_store.query("imports", LOCAL)["undone_at"].notna().iloc[0]


def undo(at, number):
    box = at.selectbox(key="undo_which")
    box.select(next(option for option in box.options if option.startswith(f"{number}: "))).run()
    at.button(key="undo").click().run()
    at.button(key="undo_yes").click().run()
    assert not at.exception, at.exception
    assert f"Import {number} is undone" in words(at)


def field(at, label):
    """Return the box that says which heading a field has."""
    return next(box for box in at.selectbox if box.label.startswith(label))


@pytest.mark.slow
def test_a_file_can_be_mended_in_two_rounds(store, offered):
    """What was mended in the first comes along in the second, and boxes of the first answer are not those of the second."""
    at = sent(staff(*GOOD, *BAD[:2]))
    for column, value, said in (("WTE", "0.7", "1 fault"), ("Job Title", "Data Analyst", "ready to import")):
        rows = list(csv.DictReader(io.StringIO(offered["Download the wrong rows to mend"]().decode("utf-8-sig"))))
        next(row for row in rows if row["column"] == column)[column] = value
        mend(at, rows)
        assert said in words(at), words(at)


def mend(at, rows):
    """Send mended rows and wait until the file is checked with them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    box = next(box for box in at.file_uploader if box.label == "Mended rows")
    box.upload("to-mend.csv", text.getvalue().encode(), "text/csv")
    at.button(key="check_mended").click().run()
    settled(at)


def test_nothing_is_taken_in_before_it_is_asked_for(store):
    with Store.open(store) as opened_store:
        before = len(opened_store.query("imports", LOCAL))
    at = sent(staff(*GOOD))
    assert "2 rows, ready to import" in words(at)
    with Store.open(store) as opened_store:
        assert len(opened_store.query("imports", LOCAL)) == before


def test_what_a_heading_means_can_be_changed(store):
    at = sent(staff(*GOOD))
    matches = next(table.value for table in at.table if "Means" in table.value)
    assert dict(zip(matches["Heading in the file"], matches["Means"], strict=True))["Department"] == "Team"
    field(at, "Team").select("Not in this file")
    next(button for button in at.button if button.label == "Check again with these").click().run()
    settled(at)
    matches = next(table.value for table in at.table if "Means" in table.value)
    assert dict(zip(matches["Heading in the file"], matches["Means"], strict=True))["Department"] == "Not used"


def test_a_heading_cannot_mean_two_things(store):
    at = sent(staff(*GOOD))
    field(at, "Staff group").select("Department")
    next(button for button in at.button if button.label == "Check again with these").click().run()
    assert "can mean one thing only" in at.error[0].value


@pytest.mark.parametrize(
    "content, name, said",
    [
        (b"", "empty.csv", "Empty file"),
        (b"%PDF-1.7 nothing", "list.csv", "PDF"),
        (b"PK\x03\x04 broken", "list.xlsx", "Damaged workbook"),
        (b"Colour,Size\nred,1\n", "other.csv", "No headings found"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(store, content, name, said):
    at = sent(content, name)
    tables = "\n".join(table.value.to_string() for table in at.table)
    assert said in words(at) + tables
    assert at.error
    assert not at.exception


def test_a_file_is_asked_for_before_anything_is_checked(store):
    at = opened("Import a file")
    at.button(key="check").click().run()
    assert "Choose a file first" in at.error[0].value


@pytest.mark.slow
def test_the_same_file_twice_is_refused(store):
    at = sent(staff(*GOOD))
    at.button(key="import").click().run()
    settled(at)
    again = sent(staff(*GOOD))
    assert "Imported before" in words(again) or "in the store already" in words(again) + "\n".join(t.value.to_string() for t in again.table)


# Words, frameworks, the audit


def test_a_word_is_told_its_meaning_and_what_changes_is_said(store):
    at = opened("Meanings")
    assert "are in jobs whose meaning nobody has said" in at.header[0].value
    listed = next(table.value for table in at.table if "Word" in table.value)
    word = at.selectbox(key="word").value
    assert word.startswith(listed["Word"].iloc[0])
    meaning = next(box for box in at.selectbox if box.label == "Role level that it means")
    meaning.select(meaning.options[1])
    at.button(key="save_word").click().run()
    assert not at.exception, at.exception
    assert "and used from now on" in at.success[0].value
    assert any("said before" in option for option in at.selectbox(key="word").options)
    if rest := [table.value for table in at.table if "How sure" in table.value]:
        assert len(rest[0]) < len(listed) or len(listed) == 25


def test_many_words_are_told_at_once(store):
    at = opened("Meanings")
    before = at.header[0].value
    at.button(key="save_many").click().run()
    assert not at.exception, at.exception
    assert at.success or at.error, "saved, or nothing was suggested"
    if at.success:
        assert at.header[0].value != before


def test_a_meaning_that_is_none_is_refused_with_the_nearest(store):
    at = opened("Meanings")
    at.text_input(key="other_word_found").input("Spreadsheets")
    at.text_input(key="other_meaning").input("no such skill at all")
    at.selectbox(key="other_subject").select("skill")
    next(button for button in at.button if button.label == "Save this meaning").click().run()
    assert "could not be saved" in at.error[0].value
    assert "Unknown skill" in words(at)


@pytest.mark.slow
def test_frameworks_say_what_another_version_would_do_before_it_is_switched_on(store):
    at = opened("Frameworks")
    assert "for role levels" in at.header[0].value
    at.selectbox(key="framework").select(at.selectbox(key="framework").options[0]).run()
    assert not at.exception, at.exception
    assert "It would count" in words(at)
    parts = {"What is different", "Ranks that people hold now", "Role levels of staff and posts", "Gaps before and after"}
    assert parts <= {part.value for part in at.subheader}
    at.button(key="switch").click().run()
    at.button(key="switch_yes").click().run()
    assert not at.exception, at.exception
    assert "counts from now on" in words(at)


@pytest.mark.slow
def test_forms_are_offered_and_progress_is_shown(store, offered):
    at = opened("Skills audit")
    assert "No forms were written yet" in at.header[0].value
    at.button(key="audit_make").click().run()
    assert not at.exception, at.exception
    assert "workbooks for" in words(at)
    assert offered["Download the forms"]()[:2] == b"PK"
    at = opened("Skills audit")
    assert "people asked have returned their self-assessment" in at.header[0].value
    assert "Team" in at.table[0].value
    assert any("Forms written again soon" in caption.value for caption in at.caption)


# Without data


def test_where_there_is_no_store_one_can_be_made(monkeypatch, tmp_path):
    path = tmp_path / "own" / "new.duckdb"
    monkeypatch.setenv("SKILLSPLAN_STORE", str(path))
    at = opened()
    assert "There is no store of data yet" in at.info[0].value
    at.button(key="make_store").click().run()
    assert not at.exception, at.exception
    assert path.exists()
    assert "There is no staff list yet" in words(at)
    for part in ("Import a file", "Meanings", "Imports and undo", "Frameworks", "Skills audit"):
        assert not opened(part).error
    st.cache_data.clear()
    st.cache_resource.clear()


def test_a_demonstration_says_so_and_how_to_use_own_data(store):
    at = opened()
    assert "Demonstration data, not real staff" in at.info[0].value
    assert any("Use my own data" in part.label for part in at.expander)
