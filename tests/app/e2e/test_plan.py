"""The journey of a chief information officer in the browser: set a budget, solve, another budget, compare both, take the workbook away."""

import io
import sys
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from driving import SECONDS, checked, go, settle, sync_api, taken, width

pytestmark = pytest.mark.e2e
PARTS = ("What to do", "What it closes", "What it costs", "Why not more", "More money", "Delivery questions", "Milestones")
BESIDE = ("Side by side", "Budget against gap closed", "How evenly teams gain", "Change log")
ASKED = "plan?budget=90000&periods=4"


def test_a_chief_information_officer_sets_a_budget_compares_two_plans_and_takes_the_workbook(tab, address):
    first = built(tab, address)
    sync_api.expect(tab.get_by_text("The last £10,000 closed")).to_be_visible()
    tab.get_by_role("button", name="With £50,000 more").click()
    sync_api.expect(tab.get_by_role("spinbutton", name="Budget in pounds, over the whole plan")).to_have_value(
        "140000", timeout=2 * SECONDS
    )
    settle(tab)
    second = closes(tab)
    assert second != first
    book = openpyxl.load_workbook(io.BytesIO(taken(tab, "Download the plan as a workbook")))
    assert book["Summary"]["A1"].value == second
    assert book["Summary"]["A3"].value == "Demonstration data, not real staff"
    assert {"Closes by quarter", "Streams", "Levy", "Limits", "Left out", "Delivery questions", "Assumptions"} <= set(book.sheetnames)
    tab.get_by_role("link", name="Compare with the plan before").click()
    tab.get_by_role("heading", name="The second plan closes").wait_for()
    settle(tab)
    changed = tab.get_by_role("table", name="Table: settings that differ")
    sync_api.expect(changed).to_contain_text("90,000")
    sync_api.expect(changed).to_contain_text("140,000")
    for part in BESIDE:
        opened(tab, part)
        assert checked(tab) == [], part
    narrow(tab)


def test_every_part_of_a_plan_can_be_used_by_everybody_on_wide_and_small_screens(tab, address):
    built(tab, address)
    for part in PARTS:
        opened(tab, part)
        assert checked(tab) == [], part
    assert tab.get_by_role("link", name="Link to heading").count() == 0  # a stop of the keyboard that leads nowhere
    opened(tab, "What to do")
    kinds = tab.get_by_role("table", name="Table: actions by kind")
    assert [side(cell) for cell in kinds.locator("tbody tr").first.get_by_role("cell").all()] == ["left", *["right"] * 4]
    assert side(kinds.get_by_role("columnheader", name="Cost", exact=True)) == "right"
    narrow(tab)


def side(cell):
    """Return the side that a cell's text stands on."""
    return cell.evaluate("cell => getComputedStyle(cell).textAlign")


def built(tab, address):
    """Build a small plan; what it closes."""
    go(tab, address, ASKED)
    tab.get_by_role("button", name="Build the plan").click()
    return closes(tab)


def closes(tab):
    tab.get_by_text("Checked again without the solver").wait_for(timeout=2 * SECONDS)
    heading = tab.get_by_role("heading", name="Ranks short:")
    settle(tab)
    return heading.inner_text()


def opened(tab, part):
    """Open a part and wait until it is there."""
    tab.get_by_role("tab", name=part, exact=True).click()
    sync_api.expect(tab.get_by_role("tab", name=part, exact=True)).to_have_attribute("aria-selected", "true")
    settle(tab)


def narrow(tab):
    """Nothing scrolls sideways on a small screen, and everybody can use it there."""
    tab.set_viewport_size({"width": 320, "height": 800})
    settle(tab)
    assert width(tab) <= 320
    assert checked(tab) == []
