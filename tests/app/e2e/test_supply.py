"""The journey of a modeller in the browser: change two assumptions, run again, compare with the baseline, export."""

import csv
import io
import sys
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from driving import SECONDS, checked, go, settle, sync_api, taken, visited, width

pytestmark = pytest.mark.e2e
LEAVERS, JOINERS = "25 to 34", "Staff who join in a year and are in post at its end"
BESIDE = "Beside the other scenario"
TABS = ("What changes staff", "What drives it", BESIDE, "What it rests on")
NARROW = "supply?by=Role+level&role_family=Data"


def test_a_modeller_changes_two_assumptions_runs_again_compares_and_exports(tab, address, browser):
    forecast(tab, address)
    before, digest = headline(tab), made_of(tab)
    tab.get_by_text("The numbers that matter most: none changed").click()
    change(tab, LEAVERS, "0.3")
    change(tab, JOINERS, "0.05")
    said = tab.get_by_role("alert").filter(has_text="Changed since this forecast was made")
    sync_api.expect(said).to_contain_text(f"{JOINERS}, Staff who leave their organisation in a year, {LEAVERS}")
    assert headline(tab) == before
    sync_api.expect(tab.get_by_text("Changed from 0.12.")).to_be_visible()
    assert checked(tab) == []
    run(tab)
    sync_api.expect(said).to_have_count(0)
    assert headline(tab) != before
    assert made_of(tab) != digest
    compare(tab)
    book = openpyxl.load_workbook(io.BytesIO(taken(tab, "Download the forecast as a workbook")))
    changed = {row[0].value for row in book["Numbers"].iter_rows(min_row=6) if row[7].value == "changed"}
    assert changed == {"joiner_rate", "leaver_rate[25 to 34]"}
    years = list(csv.DictReader(io.StringIO(taken(tab, "Download every year as CSV").decode("utf-8-sig"))))
    assert {row["year"] for row in years} == {"2025/26", "2026/27", "2027/28", "2028/29"}
    the_same_by_its_link(browser, tab)


def compare(tab):
    """The difference in the finding is that of the table and of the file."""
    tab.get_by_role("tab", name=BESIDE).click()
    settle(tab)
    finding = tab.get_by_role("heading", name="fewer staff in post than").inner_text()
    whole = tab.get_by_role("table").filter(has_text="Everything together").get_by_role("row").nth(1).get_by_role("cell").all_inner_texts()
    fewer = whole[3]
    assert fewer.startswith("-")
    assert finding.startswith(f"{fewer[1:]} FTE fewer")
    rows = list(csv.DictReader(io.StringIO(taken(tab, "Download the comparison as CSV").decode("utf-8-sig"))))
    ends = [float(row["difference"]) for row in rows if row["measure"] == "supply" and row["year"] == "2028/29"]
    assert min(ends) < 0


def the_same_by_its_link(browser, tab):
    """Whoever gets the link gets the same inputs and the same answer."""
    address, said, inputs = tab.url, headline(tab), made_of(tab)
    with visited(browser, "/".join(address.split("/")[:3])) as other:
        other.goto(address)
        ready(other)
        assert (headline(other), made_of(other)) == (said, inputs)


def test_every_part_of_the_forecast_can_be_read_by_everybody(tab, address):
    forecast(tab, address, NARROW)
    for part in ("", *TABS):
        if part:
            tab.get_by_role("tab", name=part).click()
            settle(tab)
        assert checked(tab) == [], part
    tab.get_by_role("tab", name=TABS[-1]).click()
    tab.get_by_role("table", name="Table: errors of forecasts where the end is known").wait_for(timeout=2 * SECONDS)
    charts = tab.locator("[role=graphics-document]")
    assert all(chart.get_attribute("aria-label") for chart in charts.all())


def test_it_fits_a_small_screen(tab, address):
    tab.set_viewport_size({"width": 320, "height": 800})
    forecast(tab, address)
    tab.get_by_text("The numbers that matter most: none changed").click()
    settle(tab)
    assert width(tab) <= 320
    assert checked(tab) == []


def forecast(tab, address, link="supply"):
    """Open the page and wait for its forecast."""
    go(tab, address, link)
    ready(tab)


def ready(tab):
    tab.get_by_role("button", name="Download every year as CSV").wait_for(timeout=2 * SECONDS)
    settle(tab)


def run(tab):
    """Run the forecast and wait for another one."""
    was = made_of(tab)
    tab.get_by_role("button", name="Run the forecast").click()
    sync_api.expect(tab.get_by_text(was)).to_have_count(0, timeout=SECONDS)
    ready(tab)


def change(tab, label, value):
    """Write a number in the place of another."""
    box = tab.get_by_role("spinbutton", name=label, exact=True)
    box.fill(value)
    tab.keyboard.press("Tab")
    settle(tab)


def headline(tab):
    return tab.get_by_role("heading", level=2).first.inner_text()


def made_of(tab):
    return tab.get_by_text("sampled futures, seed 1, inputs").inner_text().split("inputs ")[1]
