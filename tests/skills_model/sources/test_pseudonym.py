"""Staff numbers become pseudonyms that only the key beside the store can make again."""

from __future__ import annotations

import hashlib
import hmac
import stat
import sys

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.sources import pseudonym
from skills_model.store import Store

KEY = bytes(range(32))


def of(*numbers: str | None) -> list[str]:
    return pseudonym.pseudonyms("AAA", pd.Series(numbers, dtype="str"), KEY).tolist()


def test_a_pseudonym_is_the_keyed_hash_of_organisation_and_number() -> None:
    expected = hmac.new(KEY, b"AAA/123", hashlib.sha256).hexdigest()[:32]
    assert of("123") == [expected]


@pytest.mark.parametrize("written", [" 123", "123 ", "123.0", "1 23", "123.00"])
def test_a_number_written_otherwise_is_the_same_person(written: str) -> None:
    assert of(written) == of("123")


def test_capitals_do_not_matter_and_leading_zeros_do() -> None:
    assert of("a12") == of("A12")
    assert of("0123") != of("123")


def test_other_organisations_and_keys_give_other_pseudonyms() -> None:
    number = pd.Series(["123"])
    mine = pseudonym.pseudonyms("AAA", number, KEY)[0]
    assert mine != pseudonym.pseudonyms("BBB", number, KEY)[0]
    assert mine != pseudonym.pseudonyms("AAA", number, KEY[::-1])[0]


def test_repeats_and_blanks_keep_their_places() -> None:
    numbers = pd.Series(["1", None, "2", "1", " "], index=[5, 6, 7, 8, 9], dtype="str")
    made = pseudonym.pseudonyms("AAA", numbers, KEY)
    assert made.index.tolist() == [5, 6, 7, 8, 9]
    assert made[5] == made[8] != made[7]
    assert made.isna().tolist() == [False, True, False, False, True]


def test_the_key_is_made_on_first_need_for_its_owner_alone(small_store: Store) -> None:
    path = pseudonym.key_file(small_store.path)
    assert not path.exists()
    key = pseudonym.key_of(small_store)
    assert len(key) == 32
    assert path.read_bytes() == key
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pseudonym.key_of(small_store) == key


def test_a_lost_damaged_or_foreign_key_is_found_out(small_store: Store) -> None:
    key = pseudonym.key_of(small_store)
    path = pseudonym.key_file(small_store.path)
    path.unlink()
    with pytest.raises(DataError, match="missing"):
        pseudonym.key_of(small_store)
    path.write_bytes(key[:9])
    with pytest.raises(DataError, match="damaged"):
        pseudonym.key_of(small_store)
    path.write_bytes(key[::-1])
    with pytest.raises(DataError, match="Key of another store"):
        pseudonym.key_of(small_store)
    path.write_bytes(key)
    assert pseudonym.key_of(small_store) == key


def test_nothing_of_the_key_is_in_the_store(small_store: Store) -> None:
    key = pseudonym.key_of(small_store)
    log = small_store._select("SELECT * FROM audit_log", {}).to_csv()
    assert pseudonym.fingerprint(key) in log
    assert key.hex() not in log
    assert small_store.broken_audit_entry() is None
