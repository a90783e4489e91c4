"""Match a user's own staff list with pseudonyms, in memory, so that names reach only the file that is being written."""

from __future__ import annotations

import re

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.sources import headings, importing, pseudonym, reading
from skills_model.store import Store

_NUMBER = "staff_number"
_SECOND = r"-\d+$"  # what a second assignment adds to the staff number
_FULL = ("full name", "employee name", "staff name", "person name", "display name", "name")
_FIRST = ("preferred first name", "known as", "preferred name", "first name", "forename", "forenames", "given name")
_LAST = ("last name", "surname", "family name")


def names(store: Store, scope: Scope, organisation: str, content: bytes, name: str) -> dict[str, str]:
    """Return the names in a staff list by pseudonym; raises DataError where it cannot be read, or lacks staff numbers or names."""
    kind = importing.find("staff")
    read = reading.read(content, name)
    matches = headings.match(read, kind, importing.remembered(store, scope, kind, organisation), {})
    heading_of = {match.field: match.heading for match in matches}
    numbers = heading_of.get(_NUMBER) or heading_of.get("assignment_number")
    called = _called(read.frame)
    if numbers is None or called is None:
        wanted = {_NUMBER: ", ".join(kind.field(_NUMBER).headings), "name": f"{', '.join(_FULL)}, or a first and a last name"}
        missing = [what for what, found in ((_NUMBER, numbers), ("name", called)) if found is None]
        action = "Add the column, or rename its heading."
        raise DataError([Fault("Missing column", read.name, 1, what, allowed=wanted[what], action=action) for what in missing])
    number = read.frame[numbers] if _NUMBER in heading_of else read.frame[numbers].str.replace(_SECOND, "", regex=True)
    people = pseudonym.pseudonyms(organisation, number, pseudonym.key_of(store))
    known = people.notna() & called.notna()
    return dict(zip(people[known], called[known], strict=True))


def _called(frame: pd.DataFrame) -> pd.Series[str] | None:
    """Return the names of people, of one column or of a first and a last one; None where there are none."""
    plain = {re.sub(r"[\s_]+", " ", str(heading)).strip().lower(): str(heading) for heading in frame.columns}
    full, first, last = (next((plain[word] for word in words if word in plain), None) for words in (_FULL, _FIRST, _LAST))
    if first is not None and last is not None:
        both = (frame[first].fillna("") + " " + frame[last].fillna("")).str.strip()
        return both.mask(both == "")
    return None if full is None else frame[full]
