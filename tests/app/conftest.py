"""A demonstration store of one invented trust, and the app upon it."""

import pytest

from app import pipeline

TRUST = "DEMO198"


@pytest.fixture(scope="session")
def one_trust(tmp_path_factory):
    """Return the path of a store with one small invented trust."""
    path = tmp_path_factory.mktemp("app") / "one.duckdb"
    pipeline.demo_data(path, TRUST, 1)
    return path
