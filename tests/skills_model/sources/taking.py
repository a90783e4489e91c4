"""A store of one's own, with the shipped frameworks and an invented trust, and files that are taken into it."""

import datetime as dt
from io import BytesIO

import pandas as pd
import pytest

from skills_model.framework import frameworks
from skills_model.privacy import Scope
from skills_model.reference import DATA
from skills_model.sources import importing
from skills_model.store import Store

RAW = DATA.parent.parent / "shared" / "data"
needs_raw = pytest.mark.skipif(not RAW.is_dir(), reason="the raw public files (../shared/data) are not here")
TRUST = "XAB"
DAY = dt.date(2026, 10, 6)


def own_store(path, *, shipped=True):
    """Make a store at a path, with the shipped frameworks or without any, and return the path."""
    trust = pd.DataFrame(
        [(TRUST, "Ash Trust", "Acute", "Y60", "Midlands", "QHL", "Birmingham and Solihull", False)],
        columns=["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"],
    )
    with Store.create(path) as store:
        store.write("tests", "0" * 64, "invented trust", {"organisation": trust} | (frameworks() if shipped else {}))
    return path


def take(store, kind, content, name="file.csv", **options):
    """Take in bytes, or a frame as CSV."""
    data = content.to_csv(index=False).encode() if isinstance(content, pd.DataFrame) else content
    return importing.take_in(store, Scope.local(), kind, data, name, **options)


def table(store, name):
    """Return a stored table as text, blank cells empty."""
    return pd.read_csv(BytesIO(store.export(name, Scope.local())), dtype=str, keep_default_na=False)


def faults(imported):
    return [(fault.problem, fault.row, fault.column) for fault in imported.faults]


def left_out(imported):
    rows = imported.built.left_out
    return dict(zip(rows["reason"], rows["rows"], strict=True))
