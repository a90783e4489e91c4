"""The app in a real browser: every page opens quietly, keeps to itself, can be used by everybody, and plans."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import openpyxl
import pytest

from app import pipeline

pytestmark = pytest.mark.e2e
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
BANNER = "Demonstration data, not real staff."
SECONDS = 60_000  # milliseconds for the first load on a slow machine
WITH_DATA = {"": "Overview", "explore": "Explore skills gaps", "plan": "Build a plan"}
PAGES = WITH_DATA | {"method": "Method"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Known findings, by rule and a part of the selector, each with its reason; anything else fails.
ALLOWED: dict[str, tuple[str, str]] = {}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Start one server on a free port with the store of a few invented trusts."""
    store = tmp_path_factory.mktemp("e2e") / "small.duckdb"
    pipeline.demo_data(store, "DEMO198", 1)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    log = store.with_name("server.log").open("wb")
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"SKILLSPLAN_STORE": str(store)}, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_for(url, server, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url):
                return
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def browser():
    """Start Chromium; where there is none, fail on a build server and skip elsewhere."""
    if CHROMIUM is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("no Chromium found on this build server")
        pytest.skip("no Chromium found: install the package chromium to run the browser tests")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def tab(browser, address):
    """Return an open page in a fresh context; console errors and requests to other hosts fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", accept_downloads=True)
    context.set_default_timeout(SECONDS)
    page = context.new_page()
    noise = []
    page.on("console", lambda message: noise.append(f"console: {message.text}") if _is_error(message, address) else None)
    page.on("pageerror", lambda error: noise.append(f"script: {error}"))
    page.on("request", lambda request: noise.append(f"left the host: {request.url}") if _leaves(request.url, address) else None)
    yield page
    context.close()
    assert noise == []


def _is_error(message, address):
    """Streamlit looks for its server below a page's own path first, and there is none: two 404s that are no fault."""
    looked_for = {f"{address}/{page}/_stcore/{what}" for page in PAGES for what in ("health", "host-config")}
    return message.type == "error" and message.location.get("url") not in looked_for


def _leaves(url, address):
    return not url.startswith((address, "data:", "blob:", address.replace("http", "ws")))


def go(tab, address, path=""):
    """Open a page and wait until it is drawn down to its last line, the date of its data."""
    tab.goto(f"{address}/{path}")
    tab.get_by_role("heading", level=1).wait_for()
    (tab.get_by_role("heading", level=1, name="Method").or_(tab.get_by_text("Staff and skills as at"))).first.wait_for()
    settle(tab)


def settle(tab):
    """Wait until the script has run and every chart is drawn."""
    tab.wait_for_selector(IDLE)
    tab.wait_for_function(
        """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
                .every(chart => chart.offsetParent === null || chart.querySelector('svg, canvas'))"""
    )


def checked(tab):
    """Return what axe finds and is not allowed, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(tab, options=options).response["violations"]
    lines = []
    for rule in found:
        for node in rule["nodes"]:
            selector = json.dumps(node["target"])
            allowed = ALLOWED.get(rule["id"])
            if allowed is None or allowed[0] not in selector:
                lines.append(f"{rule['id']}: {selector}: {node['failureSummary']}")
    return lines


@pytest.mark.parametrize("path, title", PAGES.items())
def test_each_page_opens_by_itself_with_its_banner_and_charts(tab, address, path, title):
    go(tab, address, path)
    assert tab.get_by_role("heading", level=1).inner_text() == title
    assert tab.title().startswith(title)
    assert tab.get_by_text(BANNER).count() == (path in WITH_DATA)
    charts = tab.locator("[role=graphics-document]")
    sync_api.expect(charts).to_have_count({"": 1, "explore": 3, "plan": 0, "method": 0}[path], timeout=SECONDS)
    names = [chart.get_attribute("aria-label") for chart in charts.all()]
    assert all(name and "Vega" not in name for name in names)


@pytest.mark.parametrize("path", [*WITH_DATA, "explore?role_family=IT+operations&measure=Coverage&self_bias=Half+a+rank+lower", "explore?region=Atlantis"])
def test_axe_finds_nothing_new(tab, address, path):
    go(tab, address, path)
    assert checked(tab) == []
    tab.get_by_text("How this is calculated").click()
    tab.get_by_text("How this is calculated").locator("xpath=ancestor::details").locator("li").first.wait_for()
    assert checked(tab) == []


def test_axe_finds_nothing_in_the_method(tab, address):
    go(tab, address, "method?assumption=leaver")
    tab.get_by_text("Showing 8 of ").wait_for()
    assert checked(tab) == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways_on_a_small_screen(tab, address, path):
    tab.set_viewport_size({"width": 320, "height": 800})
    go(tab, address, path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


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
    tab.get_by_role("combobox", name="Role family").click()
    tab.get_by_role("option", name="IT operations").click()
    tab.get_by_text("by skill and role. IT operations").wait_for()
    settle(tab)
    assert parse_qs(urlparse(tab.url).query) == {"role_family": ["IT operations"]}
    first = tab.locator("table").inner_text()
    go(tab, address, tab.url.removeprefix(address + "/"))
    tab.get_by_text("by skill and role. IT operations").wait_for()
    assert tab.locator("table").inner_text() == first


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
    budget = tab.get_by_label("Budget in pounds, over the whole plan")
    budget.fill("120000")
    budget.press("Enter")
    settle(tab)
    tab.get_by_role("button", name="Build the plan").click()
    tab.get_by_role("heading", name="The plan closes").wait_for()
    settle(tab)
    said = tab.get_by_role("heading", name="The plan closes").inner_text()
    assert said.endswith("for £120,000") or "for £1" in said
    assert checked(tab) == []
    for name in ("What it closes", "What it costs"):
        tab.get_by_role("tab", name=name).click()
        settle(tab)
        assert checked(tab) == []
    what_more_money_would_do(tab)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download the plan as a workbook").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert book.sheetnames == ["Summary", "Actions", "Closes", "Cost", "Assumptions"]
    assert book["Summary"]["A1"].value == said
    link = tab.url
    tab.goto("about:blank")
    tab.goto(link)
    tab.get_by_role("heading", name=said).wait_for()
    sync_api.expect(budget).to_have_value("120000")


def what_more_money_would_do(tab):
    """Ask of the plan on the page what other budgets would do, read it and take it away."""
    tab.get_by_role("tab", name="What more money would do").click()
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
    tab.get_by_text("No plan: cancelled").or_(tab.get_by_role("heading", name="The plan closes")).first.wait_for()
    settle(tab)
    assert checked(tab) == []
