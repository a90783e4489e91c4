"""What demand needs of a whole store; and that a total shared out by everybody's posts tells nothing exact of others."""

from __future__ import annotations

import pandas as pd
import pytest

from skills_model import demand
from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store

OWN = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
WHOLE = {"england_whole_share": 0.0001}  # the store of a few people counts as England


def england(store: Store, scope: Scope) -> pd.Series:
    """Return the posts by which a total is shared out, by organisation and role family."""
    total = Scenario.load("baseline").changed(periods=4, demand={"total": {"years": {"2029/30": 90.0}}})
    found = demand.facts(store, scope, ["AAA"], total, Assumptions.of(store, scope).with_values(WHOLE))
    assert found.whole
    return found.england.assign(role_family=found.england["role_family"].fillna("-")).set_index(["organisation", "role_family"])["posts"]


def test_posts_of_others_are_rounded_before_a_total_is_shared_out(small_store: Store) -> None:
    exact, seen = england(small_store, Scope.local()), england(small_store, OWN)
    assert seen["AAA"].to_dict() == exact["AAA"].to_dict()
    assert set(seen["BBB"]) == {4.0}, "1 analyst and 1 or 2 cyber leads are both fewer than 8, and look the same"
    assert exact["BBB"].nunique() > 0
    assert exact["BBB"].max() < 4


def test_whoever_sees_everything_has_the_exact_total(small_store: Store) -> None:
    exact = england(small_store, Scope.local())
    assert exact.sum() == pytest.approx(9.3)


def test_a_store_with_a_framework_of_its_own_has_no_use_for_families_that_do_not_change(small_store: Store) -> None:
    """The baseline names the project's role families at no growth; the small world has others."""
    found = demand.facts(small_store, Scope.local(), None, Scenario.load("baseline"), Assumptions.load())
    assert found.posts["posts"].sum() == pytest.approx(9.3)
