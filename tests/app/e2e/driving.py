"""What the browser tests share: a server on a store, a tab that listens for noise, waiting without sleeping, and what axe finds."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

try:
    from playwright import sync_api
except ImportError:  # the fixture `browser` says so
    sync_api = None

ROOT = Path(__file__).parents[3]
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
SECONDS = 60_000  # milliseconds for the first load on a slow machine
SOON = 5_000
WIDE = 1200  # pixels from which every table fits
WITH_DATA = {
    "": "Overview",
    "explore": "Explore skills gaps",
    "people": "People and roles",
    "all-staff": "All staff and boards",
    "supply": "Supply forecast",
    "compare": "Compare",
    "plan": "Build a plan",
    "places": "Suggested places",
    "data": "Data and quality",
}
PAGES = WITH_DATA | {"method": "Method"}
SIZE = re.compile(r"^[\d.]+ ?[KM]?B$")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Streamlit's own faults, by rule: the element that they must lie in, and below which width they are let pass. Anything else fails.
ALLOWED = {
    # The hidden file input sits in an element that is said to be decoration; the visible button does the same.
    "presentation-role-conflict": ("[data-testid=stFileUploader]", None),
    # A table that is too wide for a narrow screen scrolls in a box of its own without a tab stop; browsers built on Chromium, and Firefox,
    # let it be reached by keyboard nevertheless, and there is no setting that keeps a table's own height and gives it one.
    "scrollable-region-focusable": ("[data-testid=stTable]", WIDE),
}


@contextmanager
def served(store):
    """Start a server of its own on a free port for a store; its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app/main.py", "--server.port", str(port)]
    with store.with_name("server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"SKILLSPLAN_STORE": str(store)}, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


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


@contextmanager
def visited(browser, address):
    """Open a tab in a fresh context; console errors and requests to other hosts fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", accept_downloads=True)
    context.set_default_timeout(SECONDS)
    page = context.new_page()
    noise = []
    page.on("console", lambda message: noise.append(f"console: {message.text}") if _is_error(message, address) else None)
    page.on("pageerror", lambda error: noise.append(f"script: {error}"))
    page.on("request", lambda request: noise.append(f"left the host: {request.url}") if _leaves(request.url, address) else None)
    try:
        yield page
    finally:
        context.close()
    assert not noise, "\n".join(noise)


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


def choose(tab, label, option):
    """Choose an option of a list by its name, or what its name begins with; where a late rerun has shut or replaced the list, once more."""
    named = re.compile(f"^{re.escape(option)}(, |$)")
    box, offered = tab.get_by_role("combobox", name=label, exact=True), tab.get_by_role("option", name=named)
    for patience in (SOON, SOON, SECONDS):
        try:
            box.click()
            box.fill(option)
            offered.click(timeout=patience)
            settle(tab)
            sync_api.expect(box).to_have_value(named, timeout=SOON)
            break
        except (sync_api.Error, AssertionError):
            tab.keyboard.press("Escape")
            settle(tab)
    sync_api.expect(box).to_have_value(named)


def send(tab, place, name, content):
    """Put a file into a place for files and wait until the page has it."""
    uploader = tab.get_by_role("region", name=place, exact=True)
    uploader.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    uploader.get_by_role("button", name=f"Remove {name}", exact=True).wait_for()
    uploader.get_by_text(SIZE).wait_for()  # shown once the server has the file
    settle(tab)


def taken(tab, button):
    """Press a button that gives a file; its contents."""
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=button).click()
    return Path(waiting.value.path()).read_bytes()


def checked(tab):
    """Return what axe finds and is not allowed, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(tab, options=options).response["violations"]
    return [
        f"{rule['id']}: {json.dumps(node['target'])}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
        if not _allowed(tab, rule["id"], node["target"])
    ]


def _allowed(tab, rule, target):
    """Tell whether a finding is a known one; classes of Streamlit change with each version, so what it lies in is asked."""
    within, narrower = ALLOWED.get(rule, (None, None))
    if within is None or (narrower is not None and tab.viewport_size["width"] >= narrower):
        return False
    return tab.evaluate("([target, within]) => document.querySelector(target)?.closest(within) != null", [target[0], within])


def width(tab):
    """Return how wide the page is in pixels; wider than the screen, it scrolls sideways."""
    return tab.evaluate("document.documentElement.scrollWidth")
