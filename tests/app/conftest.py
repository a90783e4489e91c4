"""Stores for the app: one of one invented trust, and one that a published trust's return came to."""

import pandas as pd
import pytest

from app import pipeline
from skills_model.framework import frameworks
from skills_model.planning.build import build_of
from skills_model.privacy import Scope
from skills_model.store import Store

TRUST = "DEMO198"
PUBLISHED, REGION = "R0A", "Y62"


@pytest.fixture(scope="session")
def one_trust(tmp_path_factory):
    """Return the path of a store with one small invented trust."""
    path = tmp_path_factory.mktemp("app") / "one.duckdb"
    pipeline.demo_data(path, TRUST, 1)
    return path


@pytest.fixture(scope="session")
def one_return(tmp_path_factory):
    """Return the path of a store with invented numbers of one published trust: 300 FTE, 5 of them with titles that nobody mapped."""
    path = tmp_path_factory.mktemp("app") / "return.duckdb"
    on, level = "2026-03-31", "data-analyst"
    place = (PUBLISHED, "Manchester University NHS Foundation Trust", "Acute", REGION, "North West", "QOP", "Greater Manchester", False)
    rows = {
        "organisation": [place],
        "organisation_return": [(PUBLISHED, on, "2026-04-30", "Chief information officer", "", 300, 300.0, 0.0, 0.0)],
        "returned_staff": [(PUBLISHED, on, level, "6", "35 to 44", 295, 295.0), (PUBLISHED, on, "", "", "unknown", 5, 5.0)],
        "returned_role": [(PUBLISHED, on, 1, level, 295, 295.0)],
        "establishment": [(PUBLISHED, on, level, "6", 320.0, None, 0.0, 0.0, None, None, None)],
    }
    known = frameworks()
    with Store.create(path) as store:
        store.write("tests", "f" * 64, "frameworks", {name: known[name] for name in ("framework", "role_level", "skill", "requirement")})
        described = {name: store.export(name, Scope.local()).decode().splitlines()[0].split(",") for name in rows}
        store.write("tests", "4" * 64, "a return", {name: pd.DataFrame(rows[name], columns=described[name]) for name in rows})
    return path


@pytest.fixture
def overcommitted(monkeypatch):
    """Commit every plan made from now on to 500 starts of a lever that trains, more than any budget of a small trust pays for."""

    def committed(world):
        tables = build_of(world)
        lever = str(tables.levers.loc[tables.levers["kind"] == "train", "lever"].iloc[0])
        rows = pd.DataFrame({"lever": [lever], "period": [1], "minimum": [500.0], "maximum": [1000.0]})
        return type(tables).from_frames(tables.problem, tables.frames() | {"lever_periods": rows})

    monkeypatch.setattr("skills_model.planning.rewriting.build_of", committed)
