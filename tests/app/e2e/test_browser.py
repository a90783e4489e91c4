"""The app in a real browser: every page opens quietly, keeps to itself, can be used by everybody, and plans."""

import io
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from driving import PAGES, SECONDS, WITH_DATA, checked, choose, go, settle, sync_api, width

from app import method
from app.frame import PAGE_ROWS

pytestmark = pytest.mark.e2e
BANNER = "Demonstration data, not real staff."
CHARTS = {"": 1, "supply": 1, "explore": 3, "all-staff": 1, "compare": 2}
# What a page shows one part at a time, by the list or the tabs in which it is chosen.
QUESTIONS = (
    "What is lost if somebody goes?",
    "Are there enough people for each skill?",
    "What does a role level need, and who holds it?",
    "Who is within reach of a role level?",
    "Which way leads to a role level?",
)
LOSSES = ("One person", "A team", "An age band near retirement")
DATA_TABS = ("State", "Import a file", "Meanings", "Imports and undo", "Frameworks", "Skills audit")


@pytest.mark.parametrize("path, title", PAGES.items())
def test_each_page_opens_by_itself_with_its_banner_and_charts(tab, address, path, title):
    go(tab, address, path)
    assert tab.get_by_role("heading", level=1).inner_text() == title
    assert tab.title().startswith(title)
    assert tab.get_by_text(BANNER).count() == (path in WITH_DATA)
    charts = tab.locator("[role=graphics-document]")
    sync_api.expect(charts).to_have_count(CHARTS.get(path, 0), timeout=SECONDS)
    names = [chart.get_attribute("aria-label") for chart in charts.all()]
    assert all(name and "Vega" not in name for name in names)


@pytest.mark.parametrize(
    "path", [*WITH_DATA, "explore?role_family=IT+operations&measure=Coverage&self_bias=Half+a+rank+lower", "explore?region=Atlantis"]
)
def test_axe_finds_nothing_new(tab, address, path):
    go(tab, address, path)
    assert checked(tab) == []
    tab.get_by_text("How this is calculated").click()
    tab.get_by_text("How this is calculated").locator("xpath=ancestor::details").locator("li").first.wait_for()
    assert checked(tab) == []


def test_axe_finds_nothing_in_the_method(tab, address):
    go(tab, address, "method?assumption=leaver")
    tab.get_by_text(f"Showing {min(PAGE_ROWS, len(method.assumptions('leaver')))} of ").wait_for()
    assert checked(tab) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_on_a_small_screen(tab, address, path):
    tab.set_viewport_size({"width": 320, "height": 800})
    go(tab, address, path)
    assert width(tab) <= 320


def test_each_question_about_people_can_be_read_by_everybody(tab, address):
    go(tab, address, "people")
    for question in QUESTIONS[1:]:
        choose(tab, "Question", question)
        fit_for_everybody(tab, question)
    choose(tab, "Question", QUESTIONS[0])
    for loss in LOSSES:
        choose(tab, "Who goes?", loss)
        fit_for_everybody(tab, loss)


def test_each_part_of_the_data_page_can_be_read_by_everybody(tab, address):
    go(tab, address, "data")
    for part in DATA_TABS:
        tab.get_by_role("tab", name=part).click()
        settle(tab)
        tab.get_by_role("tabpanel", name=part).locator("h2, h3, [data-testid=stFileUploader]").first.wait_for()
        fit_for_everybody(tab, part)


def fit_for_everybody(tab, what):
    """Hold what is on the page to axe on a wide and a small screen, on which it must not scroll sideways either."""
    settle(tab)
    assert checked(tab) == [], what
    tab.set_viewport_size({"width": 320, "height": 800})
    settle(tab)
    assert width(tab) <= 320, what
    assert checked(tab) == [], what
    tab.set_viewport_size({"width": 1280, "height": 900})
    settle(tab)


def test_pages_are_reached_from_the_overview(tab, address):
    go(tab, address)
    tab.get_by_test_id("stMain").get_by_role("link", name="Compare coverage").click()
    tab.get_by_role("heading", level=1, name="Explore skills gaps").wait_for()
    settle(tab)
    tab.get_by_role("heading", name="Lowest coverage").wait_for()
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name="Build a plan").click()
    tab.get_by_role("heading", level=1, name="Build a plan").wait_for()


def test_a_filter_goes_into_the_link_and_the_link_gives_the_same_page(tab, address):
    go(tab, address, "explore")
    choose(tab, "Role family", "IT operations")
    tab.get_by_text("by skill and role. IT operations").wait_for()
    settle(tab)
    assert parse_qs(urlparse(tab.url).query) == {"role_family": ["IT operations"]}
    table = tab.get_by_role("table", name="Table: skills gap, worst first")
    first = table.inner_text()
    go(tab, address, tab.url.removeprefix(address + "/"))
    tab.get_by_text("by skill and role. IT operations").wait_for()
    assert table.inner_text() == first


def test_a_dead_link_is_said_to_be_dead(tab, address):
    go(tab, address, "explore?region=Atlantis")
    tab.get_by_role("alert").get_by_text("This link named a region that no longer exists.").wait_for()


def test_the_table_of_gaps_is_downloaded(tab, address):
    go(tab, address, "explore")
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download as CSV").click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    assert waiting.value.suggested_filename == "skills-gaps.csv"
    assert text.startswith("role_family,role_family_label,skill,skill_label,headcount")
    assert '"Demonstration data, not real staff"' in text.splitlines()[1]


def test_a_plan_is_made_read_and_taken_away(tab, address):
    """The journey of somebody with a budget, to the open workbook."""
    go(tab, address, "plan?periods=6")
    budget = tab.get_by_role("spinbutton", name="Budget in pounds, over the whole plan")
    budget.fill("120000")
    budget.press("Enter")
    settle(tab)
    tab.get_by_role("button", name="Build the plan").click()
    tab.get_by_text("Checked again without the solver").wait_for()
    settle(tab)
    said = tab.get_by_role("heading", name="Ranks short:").inner_text()
    assert "Funding streams pay £1" in said
    assert checked(tab) == []
    for name in ("What it closes", "What it costs"):
        tab.get_by_role("tab", name=name).click()
        settle(tab)
        assert checked(tab) == []
    what_more_money_would_do(tab)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download the plan as a workbook").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert book.sheetnames[:3] == ["Summary", "What to do", "Actions"]
    assert book["Summary"]["A1"].value == said
    link = tab.url
    tab.goto("about:blank")
    tab.goto(link)
    tab.get_by_role("heading", name=said).wait_for()
    sync_api.expect(budget).to_have_value("120000")


def what_more_money_would_do(tab):
    """Ask of the plan on the page what other budgets would do, read it and take it away."""
    tab.get_by_role("tab", name="More money").click()
    settle(tab)
    assert checked(tab) == []
    tab.get_by_role("button", name="Work it out").click()
    tab.get_by_role("heading", name="A little less, a little more").wait_for()
    settle(tab)
    tab.get_by_role("heading", name="each £10,000 closes").wait_for()
    chart = tab.locator("[role=graphics-document][aria-label='Line chart: ranks short at the end by budget']")
    sync_api.expect(chart).to_be_visible(timeout=SECONDS)
    sync_api.expect(tab.get_by_role("row").filter(has_text="This plan").first).to_contain_text("£120,000")
    assert checked(tab) == []
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download these budgets as CSV").click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    assert text.startswith("budget_pounds,ranks_short,weighted_shortfall")
    assert '"Demonstration data, not real staff"' in text.splitlines()[1]


def test_a_plan_can_be_cancelled_and_the_page_stays_alive(tab, address):
    go(tab, address, "plan?periods=20&budget=333000")
    tab.get_by_role("button", name="Build the plan").click()
    tab.get_by_role("button", name="Cancel").click()
    tab.get_by_text("No plan: cancelled").or_(tab.get_by_role("heading", name="Ranks short:")).first.wait_for()
    settle(tab)
    assert checked(tab) == []
