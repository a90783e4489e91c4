"""What is said of the data; every expected figure can be added up from the small world in conftest."""

from __future__ import annotations

import pandas as pd
import pytest

from skills_model import data_quality
from skills_model.errors import DataError
from skills_model.privacy import Scope

LOCAL = Scope.local()


def test_each_organisation_says_what_is_mapped_assessed_and_how_long_ago(small_store):
    """AAA needs SQL of persons 1, 2, 3 and 8, and Risk of person 2; three of the five are assessed, one in 2023."""
    ours = data_quality.by_organisation(small_store, LOCAL).set_index("organisation").loc["AAA"]
    assert (ours["headcount"], ours["fte"], ours["unmapped_fte"]) == (5, pytest.approx(4.8), pytest.approx(0.8))
    assert (ours["needed"], ours["assessed"], ours["assessed_share"]) == (5, 3, 0.6)
    assert ours["own_share"] == 0, "the manager's view of person 1 counts"
    assert ours["old_share"] == pytest.approx(1 / 3, abs=1e-6)
    assert (ours["as_at"], ours["last_assessed"]) == (pd.Timestamp("2026-03-31"), pd.Timestamp("2026-01-01"))


def test_an_organisation_without_assessments_has_no_shares_of_them(small_store):
    theirs = data_quality.by_organisation(small_store, LOCAL, ["BBB"]).iloc[0]
    assert (theirs["needed"], theirs["assessed"], theirs["own_share"]) == (2, 1, 1.0)


def test_elsewhere_counts_are_protected_and_undated(small_store):
    frame = data_quality.by_organisation(small_store, Scope(frozenset({"BBB"}), protected=None)).set_index("organisation")
    assert frame.loc["AAA", ["headcount", "fte", "unmapped_fte", "needed", "assessed_share", "old_share"]].tolist() == ["*"] * 6
    assert pd.isna(frame.loc["AAA", "last_assessed"])
    assert str(frame.loc["BBB", "headcount"]) == "2"


def test_an_unknown_organisation_is_named(small_store):
    with pytest.raises(DataError, match="AAB"):
        data_quality.by_organisation(small_store, LOCAL, ["AAB"])
