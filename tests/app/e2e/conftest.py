"""One browser, and one server upon the store of an invented trust, for all browser tests."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from driving import served, sync_api, visited

from app import pipeline

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """Return the address of a server on a free port with the store of a few invented trusts."""
    store = tmp_path_factory.mktemp("e2e") / "small.duckdb"
    pipeline.demo_data(store, "DEMO198", 1)
    with served(store) as found:
        yield found


@pytest.fixture(scope="session")
def browser():
    """Start Chromium; where there is none, fail on a build server and skip elsewhere."""
    if CHROMIUM is None or sync_api is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("Chromium or playwright is not installed on this build server")
        pytest.skip("no Chromium or no playwright found: install both to run the browser tests")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def tab(browser, address):
    """Return an open page in a fresh context; console errors and requests to other hosts fail the test."""
    with visited(browser, address) as page:
        yield page
