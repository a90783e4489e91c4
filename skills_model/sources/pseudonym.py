"""Turn staff numbers into pseudonyms by a keyed hash; the key lies beside the store and never in it.

The store notes a fingerprint of its key in the audit log, so that a lost key or another store's key is found out before anything is
imported under pseudonyms that would match nobody.
"""

from __future__ import annotations

import hmac
import os
import secrets
import threading
from pathlib import Path
from typing import Any

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.store import Store

SIZE = 32
DIGITS = 32
"""Hexadecimal digits of a pseudonym."""
NOTED = "pseudonym key"
NUMBER_HEADINGS = (
    "employee number", "employee no", "emp no", "staff no", "staff id", "employee id", "payroll number", "personnel number", "person id",
    "personid", "person number", "worker id", "worker number",
)  # fmt: skip
"""What other systems call the staff number."""

_making = threading.Lock()


def key_file(store: Path) -> Path:
    """Return where the key of a store lies."""
    return store.with_name(f"{store.name}.key")


def key_of(store: Store) -> bytes:
    """Return the key of a store, making one on first need.

    Raises DataError where the key is missing, damaged, or of another store although pseudonyms were made with it.
    """
    path = key_file(store.path)
    noted = store.query("pseudonym_key", Scope.local())["fingerprint"].tolist()
    with _making:
        if not noted and not path.exists():
            _make(path)
    if not path.exists():
        raise DataError([_fault("Key of the pseudonyms missing", path, "no file")])
    key = path.read_bytes()
    if len(key) != SIZE:
        raise DataError([_fault("Key of the pseudonyms damaged", path, f"{len(key)} bytes")])
    if not noted:
        store.record(NOTED, fingerprint(key))
    elif noted[0] != fingerprint(key):
        raise DataError([_fault("Key of another store", path, "a key that the pseudonyms here were not made with")])
    return key


def fingerprint(key: bytes) -> str:
    """Return what tells one key from another without giving it away."""
    return _hash("fingerprint", key)


def pseudonyms(organisation: str, staff_numbers: pd.Series[Any], key: bytes) -> pd.Series[str]:
    """Return HMAC-SHA-256 of `ORGANISATION/number`, 32 hexadecimal digits, on the same index; a blank stays blank."""
    place, different = pd.factorize(staff_numbers)
    numbers = normal(pd.Series(different, dtype="str"))
    hashed = [_hash(f"{organisation}/{number}", key) if number else None for number in numbers.fillna("")]
    made = pd.array([*hashed, None], dtype="str")
    return pd.Series(made.take(place), index=staff_numbers.index, dtype="str")  # a blank has the place -1, the last


def _hash(text: str, key: bytes) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()[:DIGITS]


def normal(staff_numbers: pd.Series[Any]) -> pd.Series[str]:
    """Write staff numbers alike: no spaces, capitals, no ".0" that a spreadsheet adds; leading zeros stay.

    >>> normal(pd.Series([" 00123 ", "4567.0", "ab12"])).tolist()
    ['00123', '4567', 'AB12']
    """
    plain = staff_numbers.astype("str").str.replace(r"\s+", "", regex=True).str.upper()
    whole = plain.str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
    return whole.mask(whole == "")


def damaged(numbers: pd.Series[str]) -> pd.Series[bool]:
    """Tell which numbers, written alike, a spreadsheet has made figures of: 1.23457E+07 is the number of many people, 1,234 of nobody.

    >>> damaged(pd.Series(["1.23457E+07", "1,234", "12.5", "00123", "12E4"])).tolist()
    [True, True, True, False, False]
    """
    return numbers.str.fullmatch(r"\d+(?:[.,]\d+)?E\+\d+|\d+[.,]\d+|\d{1,3}(?:,\d{3})+").fillna(value=False).astype(bool)


def _make(path: Path) -> None:
    """Write a new key that only its owner can read; it is there whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(SIZE))
    half.replace(path)


def _fault(problem: str, path: Path, found: str) -> Fault:
    return Fault(
        problem,
        path.name,
        found=found,
        allowed="the key that the pseudonyms of this store were made with",
        action="Put it back from where the administrator keeps it: without it nobody in the store can be matched with a new file.",
    )
