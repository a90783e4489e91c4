"""Files taken in outside the pages: each ends, none is kept longer than it is needed."""

import datetime as dt
import shutil
from dataclasses import replace

import pytest

from app import errands, intake
from app.intake import Desk, Upload
from skills_model.privacy import Scope
from skills_model.store import Store

LOCAL = Scope.local()
STAFF = b"Employee Number,Assignment Number,Job Title,WTE\n1001,1001,Data Analyst,1.0\n1002,1002,Data Analyst,0.5\n"
UPLOAD = Upload("staff", "staff.csv", STAFF, "DEMO198", dt.date(2026, 10, 31))


@pytest.fixture
def store(one_trust, tmp_path):
    """Return an open copy of the store of one trust."""
    path = tmp_path / "one.duckdb"
    for file in one_trust.parent.glob(f"{one_trust.name}*"):
        if file.is_file():  # the key too, where another test has needed it
            shutil.copy(file, tmp_path)
    with Store.open(path) as opened:
        yield opened


def ended(desk, store, upload):
    name = desk.take(store, LOCAL, upload)
    ticket = desk.errand(name)
    assert ticket.ended.wait(60)
    return name, ticket


def test_a_file_is_checked_and_then_taken_in(store):
    desk = Desk()
    _, checked = ended(desk, store, UPLOAD)
    assert (checked.answer.faults, checked.answer.number) == ((), None)
    assert checked.asked.content == STAFF, "it is needed once more"
    _, taken = ended(desk, store, replace(UPLOAD, dry=False))
    assert taken.answer.number is not None


def test_of_a_file_that_is_in_no_row_is_kept(store):
    _, taken = ended(Desk(), store, replace(UPLOAD, dry=False))
    assert taken.answer.rows == 2
    assert taken.asked.content == b""
    assert list(taken.answer.content.frame.columns) == []
    assert taken.answer.built.frames == {}


def test_what_is_wrong_with_a_file_ends_the_ticket_and_is_told(store):
    _, ticket = ended(Desk(), store, replace(UPLOAD, content=b""))
    assert "Empty file" in str(ticket.error)
    assert ticket.answer is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_ends_the_ticket_and_says_nothing_of_the_file(store, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("1001")

    monkeypatch.setattr(intake.intake, "take_in", fail)
    _, ticket = ended(Desk(), store, UPLOAD)
    assert "ZeroDivisionError" in ticket.failed
    assert "1001" not in ticket.failed


def test_old_and_many_tickets_are_forgotten(store, monkeypatch):
    desk = Desk()
    names = [ended(desk, store, replace(UPLOAD, content=b""))[0] for _ in range(intake.KEPT + 2)]
    assert [desk.errand(name) is None for name in names] == [True, True] + [False] * intake.KEPT
    monkeypatch.setattr(errands, "HOUR", 0.0)
    assert all(desk.errand(name) is None for name in names)


def test_ids_of_tickets_cannot_be_guessed(store):
    desk = Desk()
    names = {ended(desk, store, replace(UPLOAD, content=b""))[0] for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) >= 40 for name in names)
