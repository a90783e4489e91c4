"""The page Supply forecast: something without any input, what has changed since, the comparison, what cannot be asked."""

import io
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import pipeline
from app.pipeline import backtest
from app.pipeline import supply as use
from app.supply_page import asking
from optimiser.errors import PlanError
from skills_model.supply.backtest import ERRORS, METHODS, Backtest

PAGE = str(Path(__file__).parents[2] / "app" / "app_pages" / "supply.py")
LEAVING, JOINING = "set_leaver_rate_25_to_34", "set_joiner_rate"
FORECAST = use.forecast


@pytest.fixture
def page(one_trust, monkeypatch):
    """Open the page with few futures, so that a test does not wait for many."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(one_trust))
    monkeypatch.setitem(asking.DRAWS, "1,000", 100)
    monkeypatch.setattr(backtest, "backtest", lambda _store, _scope, series, *_: holding(series))  # it takes longer than all else
    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


def holding(series):
    """Return what a backtest returns, quickly."""
    rows = [(series, "", method, 1.0, 3, 0.01 * (number + 1), 0.0, 5.0, 0.9) for number, method in enumerate(METHODS)]
    return Backtest(pd.DataFrame(), pd.DataFrame(rows, columns=list(ERRORS)))


def opened(**link):
    at = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in link.items():
        at.query_params[name] = value
    return ended(at.run())


def ended(at, seconds=120):
    """Wait until no forecast is under way."""
    end = time.monotonic() + seconds
    while True:
        assert not at.exception, at.exception
        if "cancel_supply" not in {each.key for each in at.button}:
            return at
        assert time.monotonic() < end, "the forecast did not end"
        time.sleep(0.3)
        at.run()


def run(at):
    return ended(at.button(key="run_supply").click().run())


def words(at):
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.info, at.warning, at.error, at.text)
    return "\n".join(str(part.value) for kind in kinds for part in kind).replace("\\", "")


def test_it_is_useful_without_any_input(page):
    at = page()
    said = words(at)
    assert "Demonstration data, not real staff" in said
    assert "Staff in post " in at.header[0].value
    assert "2028/29" in at.header[0].value
    assert "If nobody decides anything" in said
    assert "Largest gap in 2028/29" in said
    assert "What moves staff in post most" in said
    assert "Where the main rates come from" in said
    assert "Beside published figures" in said
    assert "% from own history." in words(at.run()), "the numbers say what is used in their place"
    assert "With trusts that have sent nothing" not in said, "nothing is imputed beside invented trusts"
    assert "seed 1, inputs " in said
    assert {tab.label for tab in at.tabs} >= {"Part by part", "What changes staff", "What drives it", "What it rests on"}
    assert "Staff and skills as at 31 March 2026" in said


def test_trusts_that_have_sent_nothing_are_shown_apart(page, one_return, monkeypatch):
    monkeypatch.setenv("SKILLSPLAN_STORE", str(one_return))
    said = words(page())
    assert "With trusts that have sent nothing, in 2028/29: counted " in said
    assert "Trusts that have sent nothing, beside those that count" in said
    assert "are not in the forecast but apart from it" in said


def test_two_numbers_are_changed_marked_stale_run_compared_and_reset(page, monkeypatch):
    at = page()
    before = at.header[0].value
    at.number_input(key=LEAVING).set_value(0.3).run()
    at.number_input(key=JOINING).set_value(0.05).run()
    said = words(at)
    assert "Changed since this forecast was made: Staff who join in a year and are in post at its end, Staff who leave" in said
    assert "25 to 34. Run it again" in said
    assert "Changed from 0.12." in said
    assert at.header[0].value == before, "what was made stays until it is made again"
    files = {}
    monkeypatch.setattr(st, "download_button", lambda label, data, **_: files.__setitem__(label, data))
    run(at)
    said = words(at)
    assert "Changed since" not in said
    assert at.header[0].value != before
    assert 'fewer staff in post than "Baseline' in said
    assert "with 2 changes" in said
    book = openpyxl.load_workbook(io.BytesIO(files["Download the forecast as a workbook"]()))
    changed = [row[0].value for row in book["Numbers"].iter_rows(min_row=6) if row[7].value == "changed"]
    assert sorted(changed) == ["joiner_rate", "leaver_rate[25 to 34]"]
    assert len(pd.read_csv(io.BytesIO(files["Download the comparison as CSV"]()))) > 10
    at.button(key="reset_numbers").click().run()
    assert at.number_input(key=LEAVING).value == 0.12
    assert "Changed since this forecast was made" in words(at)


def test_a_role_family_and_a_breakdown_are_asked_by_a_link(page):
    at = page(role_family="Data", by="Role level", area="Bilberrymoor Acute Trust (invented), DEMO198")
    said = words(at)
    assert "Bilberrymoor Acute Trust (invented) (DEMO198), Data" in said
    assert "Choose a role family above" not in said
    assert "Everything together" not in said, "there is nothing to compare the baseline with but itself"
    assert "This is the forecast of that scenario itself" in said


def test_what_a_link_names_that_does_not_exist_is_said(page):
    at = page(area="Atlantis", by="Colour")
    said = words(at)
    assert "This link named an area that does not exist." in said
    assert "This link named a breakdown that does not exist." in said
    assert at.selectbox(key="area").value == "England"


def test_a_forecast_can_be_cancelled(page, monkeypatch):
    def slow(store, scope, request, progress, cancel):
        progress(0.5, "Sampling futures")
        while not cancel():
            time.sleep(0.02)
        raise PlanError("cancelled", "Cancelled.")

    monkeypatch.setattr(use, "forecast", slow)
    at = AppTest.from_file(PAGE, default_timeout=60).run()
    assert "You can go to another page meanwhile" in words(at)
    ended(at.button(key="cancel_supply").click().run())
    assert "Nothing of it was kept" in words(at)
    monkeypatch.setattr(use, "forecast", FORECAST)
    assert "Staff in post " in run(at).header[0].value


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_is_said_without_details(page, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("1001")

    monkeypatch.setattr(use, "forecast", fail)
    at = AppTest.from_file(PAGE, default_timeout=60).run()
    said = words(ended(at))
    assert "ZeroDivisionError" in said
    assert "1001" not in said


def test_a_store_without_staff_says_what_to_do(tmp_path, monkeypatch):
    empty = tmp_path / "empty.duckdb"
    pipeline.new_store(empty)
    monkeypatch.setenv("SKILLSPLAN_STORE", str(empty))
    at = AppTest.from_file(PAGE, default_timeout=60).run()
    assert "The store is empty" in "\n".join(str(each.proto) for each in at.info) or "no organisation" in words(at)
    st.cache_data.clear()
    st.cache_resource.clear()
