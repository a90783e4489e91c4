"""The page Compare in the browser, on a store of several like organisations: it draws, can be used by everybody, and a link leads back."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "skills_model"))
from driving import SECONDS, checked, choose, go, served, settle, sync_api, visited, width
from like_places import world

from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.store import Store

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of a server with the store of like organisations."""
    path = tmp_path_factory.mktemp("compare") / "like.duckdb"
    with Store.create(path) as store:
        store.write("tests", "0" * 64, "small world", world(), rule=RankRule.from_assumptions(Assumptions.load()))
    with served(path) as found:
        yield found


@pytest.fixture
def tab(browser, address):
    with visited(browser, address) as page:
        yield page


def charts(tab):
    return tab.locator("[role=graphics-document]")


def test_a_modeller_compares_a_place_and_shares_the_link(tab, address, browser):
    go(tab, address, "compare")
    choose(tab, "Organisation", "Trust A05, A05")
    tab.get_by_role("heading", name="Trust A05: 10.0% of posts vacant").wait_for()
    sync_api.expect(charts(tab)).to_have_count(3, timeout=SECONDS)
    names = [chart.get_attribute("aria-label") for chart in charts(tab).all()]
    assert [name.split(":")[0] for name in names] == ["Strip plot", "Funnel plot", "Small multiples"]
    choose(tab, "Measure", "Coverage of required skills")
    sync_api.expect(charts(tab)).to_have_count(2, timeout=SECONDS)
    with visited(browser, address) as other:
        go(other, address, tab.url.removeprefix(f"{address}/"))
        other.get_by_role("heading", name="Trust A05: ").and_(other.get_by_role("heading", name="of required skills in place")).wait_for()


@pytest.mark.parametrize("path", ["compare?compare_for=Trust+A05,+A05", "compare?compare_for=Atlantis&compared=Projected+gap"])
def test_everybody_can_use_it_on_wide_and_small_screens(tab, address, path):
    go(tab, address, path)
    tab.get_by_text("How this is calculated").click()
    assert checked(tab) == []
    tab.set_viewport_size({"width": 320, "height": 800})
    settle(tab)
    assert width(tab) <= 320
    assert checked(tab) == []
