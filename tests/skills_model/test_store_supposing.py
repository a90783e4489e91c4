"""A store can be asked what it would answer if some rows were others, without a trace."""

from io import BytesIO

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.gap import gaps
from skills_model.privacy import Scope
from skills_model.store import Store

ALL = Scope.local()


def switched(store: Store) -> pd.DataFrame:
    """Return the frameworks of the small world with the old one active in the place of the small one."""
    rows = pd.read_csv(BytesIO(store.export("framework", ALL)), dtype={"version": str})
    return rows.assign(active=rows["framework"] == "old")


def test_answers_follow_from_the_rows_supposed(small_store: Store) -> None:
    before = gaps(small_store, ALL, ["role_level"])
    with small_store.supposing({"framework": switched(small_store)}) as supposed:
        then = gaps(supposed, ALL, ["role_level"])
        assert supposed.query("skills", ALL)["skill"].tolist() == ["punch-cards"]
    assert then["role_level"].tolist() == ["analyst"]
    pd.testing.assert_frame_equal(gaps(small_store, ALL, ["role_level"]), before)


def test_nothing_is_written_and_writing_is_refused(small_store: Store) -> None:
    tables = ("framework", "current_level", "import_run", "audit_log")
    before = [small_store.digest(table, ALL) for table in tables]
    with small_store.supposing({"framework": switched(small_store)}) as supposed, pytest.raises(TypeError, match="only supposed"):
        supposed.record("export", "nothing")
    assert [small_store.digest(table, ALL) for table in tables] == before


def test_what_could_not_be_written_cannot_be_supposed(small_store: Store) -> None:
    rows = switched(small_store).assign(active=True)
    with pytest.raises(DataError) as error, small_store.supposing({"framework": rows}):
        pass
    assert [fault.problem for fault in error.value.faults] == ["In two active frameworks"]


def test_others_see_the_stored_rows_meanwhile(small_store: Store) -> None:
    with small_store.supposing({"framework": switched(small_store)}) as supposed:
        assert len(supposed.query("skills", ALL)) == 1
        assert len(small_store.query("skills", ALL)) == 2
