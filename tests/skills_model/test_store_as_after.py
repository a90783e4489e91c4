"""A store as it was after an import: later rows hidden, replaced ones back, nothing written."""

from __future__ import annotations

import pandas as pd
import pytest

from skills_model.privacy import Scope
from skills_model.store import Store

SCOPE = Scope.local()


def said(value: float, digest: str, store: Store) -> int:
    """Set an assumption of the user's own, and return the number of the import."""
    row = {"assumption": "leaver_rate", "key": "", "value": value, "low": 0.05, "high": 0.3, "source": "judgement", "owner": "modeller"}
    return store.write("assumptions", digest * 64, "own values", {"assumption": pd.DataFrame([row])}, replace=True)


def own(store: Store) -> list[float]:
    """Return the values of the user's own."""
    return store.query("own_assumptions", SCOPE)["value"].tolist()


def test_a_row_that_was_replaced_is_what_it_was(small_store: Store) -> None:
    first, second, third = (said(value, digest, small_store) for value, digest in ((0.1, "a"), (0.2, "b"), (0.25, "c")))
    found = {}
    for number in (first - 1, first, second, third):
        with small_store.as_after(number) as old:
            found[number] = own(old)
    assert found == {first - 1: [], first: [0.1], second: [0.2], third: [0.25]}
    assert own(small_store) == [0.25]


def test_what_came_later_is_hidden_and_what_is_derived_is_made_anew(small_store: Store, small_world: dict[str, pd.DataFrame]) -> None:
    """A later assessment raises p3 of AAA to rank 2; as it was before, nobody has judged p3."""
    before = small_store.query("gap_by_group", SCOPE, organisations=["AAA"], unassessed_share=0.5)
    later = small_world["assessment"].head(1).assign(person=f"{3:032x}", kind="test", rank=2, assessed_on="2026-03-01")
    number = small_store.write("tests", "d" * 64, "later", {"assessment": later})
    now = small_store.query("gap_by_group", SCOPE, organisations=["AAA"], unassessed_share=0.5)
    assert not now.equals(before)
    with small_store.as_after(number - 1, organisations=["AAA"]) as old:
        pd.testing.assert_frame_equal(old.query("gap_by_group", SCOPE, organisations=["AAA"], unassessed_share=0.5), before)
        with pytest.raises(TypeError):
            old.record("export", "nothing is written")
