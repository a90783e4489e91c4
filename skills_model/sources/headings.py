"""Which heading of a file means which field: said by the user, remembered, known, or guessed with a confidence that is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.rows import nearest
from skills_model.sources import values
from skills_model.sources.kinds import Content, Field, Kind

type How = Literal["same name", "known name", "saved", "chosen", "looks like it", "from its values", "personal", "not used"]

LIKE = 0.8  # likeness of two headings, from 0 to 1, below which they are different words
FITTING = 0.9  # share of the values that must fit before a column is taken for a field by its values alone
MISFIT = 0.5  # share below which a heading that only looks like a field is not taken for it
LOOK = 200  # different values that are looked at
_RECORD = 2  # words of a record that may by chance be headings

_PERSONAL = {
    "name", "full name", "first name", "forename", "forenames", "given name", "middle name", "last name", "surname", "family name",
    "known as", "preferred name", "employee name", "staff name", "person name", "display name", "title and name", "email", "e mail",
    "email address", "work email", "phone", "telephone", "mobile", "mobile number", "address", "home address", "postcode", "post code",
    "ni number", "national insurance number", "nino", "gender", "sex", "ethnicity", "ethnic origin", "ethnic group", "religion",
    "religious belief", "disability", "disabled", "sexual orientation", "nationality", "marital status", "passport number", "username",
    "user name", "salary", "spine point",
}  # fmt: skip
"""Headings of what is never stored in files about people; one that a kind's own field claims is that field."""


_ASKED = re.compile(r"^(?:(?:please )?(?:enter|give|state|what is|what s|confirm) )?(?:your|the|my) ")
"""How a form asks for what others write as a heading."""
_SHORT = {
    "asg": "assignment", "assg": "assignment", "cert": "certificate", "dept": "department", "desc": "description", "dob": "date of birth",
    "emp": "employee", "est": "establishment", "grp": "group", "id": "identifier", "no": "number", "nr": "number", "num": "number",
    "org": "organisation", "organization": "organisation", "qty": "quantity", "ref": "reference", "wte": "fte",
}  # fmt: skip
"""What people shorten, or spell otherwise, in headings."""


@dataclass(frozen=True)
class Match:
    """What a heading was taken for; `confidence` is from 0 to 1."""

    heading: str
    field: str | None
    confidence: float
    how: How


def match(content: Content, kind: Kind, saved: Mapping[str, str | None], chosen: Mapping[str, str | None]) -> list[Match]:
    """Match every heading of a file, in its order; each field is given at most once.

    What the user chose goes before what is saved (by heading in lower case; None: not used), that before names, those before guesses.
    Raises DataError where a choice names a heading or field that does not exist, or one field twice.
    """
    headings = [str(heading) for heading in content.frame.columns]
    found = _chosen(headings, kind, chosen, content.name)
    found |= _saved(headings, kind, saved, found)
    for guess in sorted(_guesses(content, kind, found), key=lambda guess: -guess.confidence):
        if guess.heading not in found and (guess.field is None or guess.field not in {known.field for known in found.values()}):
            found[guess.heading] = guess
    return [found.get(heading) or _unused(heading) for heading in headings]


def absent(content: Content, kind: Kind, saved: Mapping[str, str | None], chosen: Mapping[str, str | None]) -> bool:
    """Tell whether the first row has values in place of headings, or nothing that a file about people has: it may be somebody's record."""
    names = [str(heading) for heading in content.frame.columns]
    known = sum(one.field is not None and one.how != "from its values" for one in match(content, kind, saved, {}))
    if not known and 2 * sum(map(values.is_value, names)) >= len(names):
        return True
    if not any(field.personal for field in kind.fields):
        return False
    telling = sum(map(values.telling, names))
    if telling:
        return known <= min(telling, _RECORD)
    return not (known or kind.wide or any(chosen.values()))


def _chosen(headings: Sequence[str], kind: Kind, chosen: Mapping[str, str | None], name: str) -> dict[str, Match]:
    fields = [field.name for field in kind.fields]
    by_word = {_words(heading): heading for heading in reversed(headings)}
    faults: list[Fault] = []
    found: dict[str, Match] = {}
    for given, field in chosen.items():
        heading = given if given in headings else by_word.get(_words(given))
        if heading is None:
            allowed = ", ".join(headings) + nearest(given, headings)
            faults.append(Fault("No such heading in the file", name, column=given, allowed=allowed, action="Correct the mapping."))
        elif field is not None and field not in fields:
            allowed = ", ".join(fields) + nearest(field, fields)
            faults.append(Fault("Unknown field", name, column=given, found=f"'{field}'", allowed=allowed, action="Correct the mapping."))
        elif field is not None and field in {known.field for known in found.values()}:
            faults.append(Fault("Field chosen twice", name, column=given, found=f"'{field}'", action="Keep one of the headings."))
        else:
            found[heading] = Match(heading, field, 1.0, "chosen")
    if faults:
        raise DataError(faults)
    return found


def _saved(headings: Sequence[str], kind: Kind, saved: Mapping[str, str | None], known: Mapping[str, Match]) -> dict[str, Match]:
    taken = {one.field for one in known.values()}
    fields = {field.name for field in kind.fields}
    found: dict[str, Match] = {}
    for heading in headings:
        remembered = heading.strip().lower()
        if heading in known or remembered not in saved:
            continue
        field = saved[remembered]
        if field is None or (field in fields and field not in taken):
            found[heading] = Match(heading, field, 1.0, "saved")
            taken.add(field)
    return found


def _guesses(content: Content, kind: Kind, known: Mapping[str, Match]) -> Iterator[Match]:
    """Give every guess about the headings that nobody has spoken of; of equals the first is the best."""
    taken = {one.field for one in known.values()}
    free = [field for field in kind.fields if field.name not in taken]
    about_people = any(field.personal for field in kind.fields)
    named = set()
    found: list[Match] = []
    for heading in (str(heading) for heading in content.frame.columns if heading not in known):
        guesses = [guess for field in free if (guess := _by_name(heading, field)) is not None]
        named |= {guess.field for guess in guesses}
        if not guesses and about_people and _words(heading) in _PERSONAL:
            guesses = [Match(heading, None, 1.0, "personal")]
        elif not guesses:
            guesses = [guess for field in free if (guess := _by_likeness(heading, field, content)) is not None]
        found += guesses
    yield from _telling_apart(found, kind, content)
    for field in free:
        if field.needed and field.name not in named and not field.personal:
            yield from _by_values(field, [str(heading) for heading in content.frame.columns if heading not in known], content)


def _telling_apart(guesses: Sequence[Match], kind: Kind, content: Content) -> Iterator[Match]:
    """Leave out columns that say the same in every row where another one tells rows apart, for the fields that are there to do so."""
    wanted = {field.name for field in kind.fields if field.tells_apart}
    candidates = {guess.heading for guess in guesses if guess.field in wanted}
    several = {heading for heading in candidates if len(content.frame[heading].dropna().unique()) > 1}
    better = {guess.field for guess in guesses if guess.field in wanted and guess.heading in several}
    yield from (guess for guess in guesses if guess.field not in better or guess.heading in several)


def _by_name(heading: str, field: Field) -> Match | None:
    """Match what is the same but for case, spaces and punctuation; a remark in brackets counts for nothing, earlier names count more."""
    words = {_words(heading), _words(re.sub(r"[(\[].*?[)\]]", " ", heading)), _ASKED.sub("", _words(heading))} - {""}
    if heading == field.name or _words(field.name) in words:
        return Match(heading, field.name, 1.0, "same name")
    for place, other in enumerate(field.headings):
        if _words(other) in words:
            return Match(heading, field.name, 0.98 - min(place, 50) / 10000, "known name")
    return None


def _by_likeness(heading: str, field: Field, content: Content) -> Match | None:
    """Match a heading that is spelt nearly so, or has the same words in another order, unless its values speak against it."""
    words = _words(heading)
    likeness = max((_likeness(words, _words(other)) for other in (field.name, *field.headings, *field.fitting)), default=0.0)
    if likeness < LIKE or _fit(field, content.frame[heading]) < MISFIT:
        return None
    return Match(heading, field.name, round(likeness * 0.9, 2), "looks like it")


def _by_values(field: Field, headings: Sequence[str], content: Content) -> Iterator[Match]:
    """Match the one column whose values fit a field that allows few: a date, a choice, a code."""
    if not (field.choices or field.pattern or field.type in {"date", "true or false"}):
        return
    fits = [(heading, fit) for heading in headings if (fit := _fit(field, content.frame[heading])) >= FITTING]
    if len(fits) == 1:
        heading, fit = fits[0]
        yield Match(heading, field.name, round(fit * 0.6, 2), "from its values")


def _fit(field: Field, cells: pd.Series[str]) -> float:
    """Return the share of different values that can be read as the field; a blank column fits nothing badly."""
    different = pd.Series(cells.dropna().unique()[:LOOK], dtype="str")
    return 1.0 - len(values.wrong(different, field)) / len(different) if len(different) else MISFIT


def _likeness(one: str, other: str) -> float:
    """Compare two headings, letter by letter and word by word."""
    these, those = ([_SHORT.get(word, word) for word in words.split()] for words in (one, other))
    orders = ((these, those), (sorted(these), sorted(those)))
    return max(SequenceMatcher(None, " ".join(left), " ".join(right)).ratio() for left, right in orders) if these and those else 0.0


def _words(heading: str) -> str:
    """Write a heading as plain words.

    >>> _words("AssignmentNumber"), _words("Contracted_WTE (%)"), _words("e-mail")
    ('assignment number', 'contracted wte', 'e mail')
    """
    plain = unicodedata.normalize("NFKC", heading)
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", plain)
    return " ".join(re.sub(r"[^\w]|_", " ", plain.casefold()).split())


def _unused(heading: str) -> Match:
    return Match(heading, None, 0.0, "not used")
