"""How the gap changes from date to date in the small world, worked out by hand, and what any change is made of."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills_model.errors import ScopeError
from skills_model.gap import MEASURES, gaps
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.trend import CHANGES, USED, changes, dates, split, trend

ALL = Scope.local()
FIRST, LAST = dt.date(2025, 3, 31), dt.date(2026, 3, 31)


def test_only_organisations_with_several_staff_lists_are_compared(small_store: Store) -> None:
    """BBB has one list, so there is nothing to compare it with; by itself it has one date."""
    assert dates(small_store, ALL) == ([FIRST, LAST], ["AAA"])
    assert dates(small_store, ALL, ["BBB"]) == ([LAST], ["BBB"])
    assert dates(small_store, ALL, []) == ([], [])


def test_a_trend_is_the_gap_as_at_each_date(small_store: Store) -> None:
    frame = trend(small_store, ALL, ["skill"])
    assert list(frame.columns) == ["as_at", "organisations", "skill", *MEASURES]
    assert set(frame["organisations"]) == {1}
    for day in (FIRST, LAST):
        then = frame[frame["as_at"] == day].drop(columns=["as_at", "organisations"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(then, gaps(small_store, ALL, ["skill"], ["AAA"], as_at=day))
    assert trend(small_store, ALL, [], []).empty


def test_the_parts_of_a_change_by_hand(small_store: Store) -> None:
    """Sql in AAA: on the first date 2.0 analysts, all of whom are taken to hold rank 2 as p5 does, and 1.0, 0.4 and 1.0 vacant posts.

    Analysts: short 0 of 2.0, then two thirds of 2.5: staff 0.5 * 1/3, skills 2/3 * 2.25. Seniors and the lead came and do not hold
    rank 3: 0.5 and 1.0. Vacancies: 0.5 instead of 2.4.
    """
    found = changes(small_store, ALL, ["skill"]).set_index("skill")
    assert found.loc["sql", list(CHANGES)].tolist() == pytest.approx([2.4, 3.666667, 1.266667, -1.9, 1.666667, 1.5], abs=1e-5)
    whole = changes(small_store, ALL, [])
    assert whole[list(CHANGES)].to_numpy()[0] == pytest.approx(found[list(CHANGES)].sum().to_numpy(), abs=1e-5)
    lower = changes(small_store, ALL, [], self_bias=1)
    assert lower[["vacancies"]].equals(whole[["vacancies"]])


AMOUNTS = st.floats(0, 50).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(*[AMOUNTS] * 4, st.floats(0, 1), st.floats(0, 1), st.sampled_from(["a", "b", None])), min_size=1, max_size=6))
def test_parts_always_add_up_to_the_change(cells: list[tuple[float, float, float, float, float, float, str | None]]) -> None:
    """And rows to the whole, those of organisations included that are in no group, such as bodies outside every region."""
    both = pd.DataFrame(cells, columns=["staff_fte_0", "staff_fte_1", "vacancy_short_0", "vacancy_short_1", "u_0", "u_1", "group"])
    for end in (0, 1):
        both[f"staff_short_{end}"] = both[f"staff_fte_{end}"] * both[f"u_{end}"]
        both[f"fte_short_{end}"] = both[f"staff_short_{end}"] + both[f"vacancy_short_{end}"]
    assert set(both) >= {f"{name}_{end}" for name in USED for end in (0, 1)}
    whole = split(both, [])
    for by in ([], ["group"]):
        parts = split(both, by)
        assert np.allclose(parts[list(CHANGES)].sum(), whole[list(CHANGES)].iloc[0], atol=1e-5)
        assert np.allclose(parts["vacancies"] + parts["staff"] + parts["skills"], parts["change"], atol=1e-5)
        assert np.allclose(parts["after"] - parts["before"], parts["change"], atol=1e-5)
        assert len(parts) == (both["group"].nunique(dropna=False) if by else 1)


def test_nothing_changes_where_nothing_changed() -> None:
    same = {f"{name}_{end}": [4.0] for name in USED for end in (0, 1)}
    assert split(pd.DataFrame(same), [])[["change", "vacancies", "staff", "skills"]].to_numpy().tolist() == [[0, 0, 0, 0]]


def test_the_change_of_others_is_protected(small_store: Store) -> None:
    """The four people of AAA are few for anybody else, and so is every part of what changed among them."""
    for scope in (Scope(frozenset({"BBB"}), protected=frozenset({"AAA"})), Scope(None, audience="public")):
        told = changes(small_store, scope, ["skill"], ["AAA"]).set_index("skill")
        assert set(told.loc["sql", list(CHANGES)]) == {"*"}
        assert set(trend(small_store, scope, ["skill"], ["AAA"])["headcount"]) <= {"*", "0"}
    with pytest.raises(ScopeError):
        changes(small_store, Scope(frozenset({"BBB"})), ["skill"], ["AAA"])
    assert dates(small_store, Scope(frozenset({"BBB"})))[1] == ["BBB"]
