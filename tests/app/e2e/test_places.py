"""The end of the journey of an HR planner in the browser: suggest places, decide on one, take the list away, and no link names anybody."""

import csv
import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from driving import checked, choose, go, served, settle, sync_api, taken, visited, width
from placed import planned

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of a server with the store of a trust that has a plan."""
    path = tmp_path_factory.mktemp("places") / "placed.duckdb"
    planned(path)
    with served(path) as found:
        yield found


@pytest.fixture
def tab(browser, address):
    with visited(browser, address) as page:
        yield page


def test_places_are_suggested_decided_and_taken_away(tab, address):
    go(tab, address, "places")
    tab.get_by_role("heading", name="No places were suggested yet").wait_for()
    assert checked(tab) == []
    tab.get_by_role("textbox", name="Purpose").fill("redundancy")
    tab.get_by_role("button", name="Suggest places").click()
    tab.get_by_text("Purpose refused: redundancy").wait_for()
    tab.get_by_role("textbox", name="Purpose").fill("Training places for 2026/27")
    tab.get_by_role("button", name="Suggest places").click()
    tab.get_by_role("heading", name="Managers have decided on none of").wait_for()
    settle(tab)
    tab.get_by_role("button", name="Record the decision").click()
    tab.get_by_text("No reason").wait_for()
    assert checked(tab) == []
    choose(tab, "Decision", "accepted")
    tab.get_by_label("Decided by (job role, never a name)").fill("Team manager")
    tab.get_by_label("Reason", exact=True).fill("Agreed in the talk")
    tab.get_by_role("button", name="Record the decision").click()
    tab.get_by_role("heading", name="Managers have decided on 1 of").wait_for()
    settle(tab)
    rows = list(csv.DictReader(io.StringIO(taken(tab, "Download as CSV").decode("utf-8-sig"))))
    assert [row["decision_reason"] for row in rows if row["decision"]] == ["Agreed in the talk"]
    assert "name" not in rows[0]
    assert not any(row["person"] in tab.url or row["person"] in tab.content() for row in rows)
    tab.get_by_text("Work out how places fall on teams").click()
    sync_api.expect(tab.get_by_role("table").filter(has_text="Share by need")).to_be_visible(timeout=60_000)
    tab.get_by_text("How this is calculated").click()
    assert checked(tab) == []
    tab.set_viewport_size({"width": 320, "height": 800})
    settle(tab)
    assert width(tab) <= 320
