"""What the words of an NHS staff record stand for: pay scales, ages, staff groups, assignment statuses and types of contract.

The words are those of the Electronic Staff Record and the ways in which local systems shorten them. What they mean for a workforce plan
is a judgement, and an organisation can say otherwise word by word.
"""

from __future__ import annotations

import re
from typing import cast, get_args

import pandas as pd

from skills_model.reference import table
from skills_model.schema import AgeBand, Band, Contract
from skills_model.sources import likeness
from skills_model.sources.meanings import COUNTS

UNKNOWN_AGE: AgeBand = "unknown"
YOUNGEST, OLDEST = 14, 100
"""Ages in years beyond which a date of birth is a slip."""
NO_STAFF_GROUP = "Not given"

_IN_POST = (
    "active", "active assignment", "acting up", "assigned", "current", "in post", "internal secondment", "seconded internally",
    "maternity", "maternity adoption", "maternity and adoption", "maternity leave", "adoption leave", "shared parental leave",
    "parental leave", "sick leave", "long term sick", "suspend with pay", "suspended with pay",
)  # fmt: skip
"""Those who hold a post and are paid for it, absent or not: counting their post as vacant would have it filled twice."""
_NOT_IN_POST = {
    "career break": "on a career break",
    "employment break": "on a career break",
    "external secondment": "on secondment to another employer",
    "out on external secondment": "on secondment to another employer",
    "out on external secondment paid": "on secondment to another employer",
    "out on external secondment unpaid": "on secondment to another employer",
    "seconded out": "on secondment to another employer",
    "terminate assignment": "assignment ended",
    "terminate process assignment": "assignment ended",
    "terminated": "assignment ended",
    "ended": "assignment ended",
    "leaver": "assignment ended",
    "left": "assignment ended",
    "inactive": "not working",
    "inactive not worked": "not working",
    "suspend no pay": "suspended without pay",
    "suspended no pay": "suspended without pay",
    "suspended without pay": "suspended without pay",
    "offer accepted": "not started yet",
    "starter": "not started yet",
}
_PERMANENT, _FIXED = "permanent", "fixed term"
_CONTRACTS = {
    **dict.fromkeys(("permanent", "perm", "substantive", "permanent contract", "full time", "part time", "permanent full time",
                     "permanent part time"), _PERMANENT),
    **dict.fromkeys(("fixed term", "fixed term temp", "fixed term temporary", "fixed term contract", "ftc", "temporary", "temp", "locum",
                     "apprentice", "apprenticeship", "secondment in", "inward secondment", "training"), _FIXED),
}  # fmt: skip
CONTRACTS = frozenset(get_args(Contract))
_NO_POSTS = {
    **dict.fromkeys(("bank", "bank staff", "bank worker", "zero hours", "casual", "as and when"), "bank"),
    **dict.fromkeys(("honorary", "honorary contract"), "honorary contract"),
    **dict.fromkeys(("agency", "agency worker", "contractor", "off payroll"), "agency or contractor"),
    **dict.fromkeys(("non exec director chair", "non executive director", "non exec director", "chair"), "non-executive"),
    **dict.fromkeys(("volunteer", "work experience"), "volunteer"),
}
_RANGES = {8: "8a", 9: "8b", 10: "8c", 11: "8d", 12: "9"}
"""Numbers of the pay scale codes XN and XR beyond 7, where one number is one band or one range of band 8."""
_RANGE_OF_8 = re.compile(r"\b(?:band|b|afc)?\s*0?8\s*(?:-?\s*range)?\s*-?\s*([a-d])\b")
_WHOLE_BAND = re.compile(r"(?:\b(?:band|afc|b)\s*|^)0?([1-79])(?![\d/.])(?:\s|$|\|)")
_SCALE_CODE = re.compile(r"\bx[nr](\d{2})\b")
_AGES: tuple[tuple[int, AgeBand], ...] = (
    (25, "under 25"), (35, "25 to 34"), (45, "35 to 44"), (55, "45 to 54"), (60, "55 to 59"), (200, "60 and over"),
)  # fmt: skip


def status_of(word: str) -> str | None:
    """Return what an assignment status means: COUNTS, why its holders are not staff in post, or None where it is not known.

    >>> status_of("Active Assignment"), status_of("Out on External Secondment - Paid"), status_of("Gardening")
    ('counts', 'on secondment to another employer', None)
    """
    letters = _letters(word)
    return COUNTS if letters in _IN_POST else _NOT_IN_POST.get(letters)


def contract_of(word: str) -> tuple[str | None, str | None]:
    """Return the kind of contract, or why its holders are not staff in post; neither where the word is not known.

    >>> contract_of("Fixed Term Temp"), contract_of("Bank"), contract_of("Annualised")
    (('fixed term', None), (None, 'bank'), (None, None))
    """
    letters = _letters(word)
    return _CONTRACTS.get(letters), _NO_POSTS.get(letters)


def band_of(pay_scale: str) -> Band | None:
    """Return the Agenda for Change band of a pay scale, None for other terms.

    >>> [band_of(scale) for scale in ("NHS|XR06|Review Body Band 6", "XN08", "Band 8 - Range B", "8a", "VSM", "Band 5/6")]
    ['6', '8a', '8b', '8a', None, None]
    """
    words = " ".join(pay_scale.lower().replace("|", " | ").split())
    if found := _RANGE_OF_8.search(words):
        return cast("Band", f"8{found[1]}")
    if found := _WHOLE_BAND.search(words):
        return cast("Band", found[1])
    if found := _SCALE_CODE.search(words):
        band = _RANGES.get(int(found[1]), str(int(found[1])))
        return cast("Band", band) if band in get_args(Band) else None
    return None


def age_band(age: float) -> AgeBand:
    """Return the age band of an age in years.

    >>> age_band(24), age_band(25), age_band(61)
    ('under 25', '25 to 34', '60 and over')
    """
    return next((band for end, band in _AGES if age < end), UNKNOWN_AGE)


def age_band_of(words: str) -> AgeBand:
    """Return our age band for somebody else's: the one that the middle of theirs lies in.

    >>> [age_band_of(band) for band in ("31-35", "<=20 Years", "60+", "25 to 34", "56-60", "not known")]
    ['25 to 34', 'under 25', '60 and over', '25 to 34', '55 to 59', 'unknown']
    """
    ages = [int(number) for number in re.findall(r"\d+", words)]
    if not ages or len(ages) > 2:
        return UNKNOWN_AGE
    below = len(ages) == 1 and re.search(r"<(?!=)|under|below|less", words.lower())
    return age_band(sum(ages) / len(ages) - (1 if below else 0))


def ages_at(birth_dates: pd.Series[pd.Timestamp], day: pd.Timestamp) -> pd.Series[float]:
    """Return ages in whole years on a day; below 0 where somebody is not born yet."""
    had_birthday = (birth_dates.dt.month * 100 + birth_dates.dt.day) <= day.month * 100 + day.day
    return (day.year - birth_dates.dt.year - (~had_birthday).astype("int64")).astype("float64")


def staff_group_of(words: str) -> str:
    """Return the staff group as the NHS Data Model and Dictionary has it, or the words as they are where they are of none.

    >>> staff_group_of("Add Prof Scientific and Technic"), staff_group_of("admin & clerical")
    ('Additional Professional Scientific and Technical', 'Administrative and Clerical')
    """
    groups = table("staff_groups")["staff_group"].tolist()
    found = likeness.of_names([_written_out(words)], {group: group for group in groups})
    return str(found["suggestion"].iloc[0]) if found["confidence"].iloc[0] > _SURE else words


_SURE = 0.8
_SHORT_GROUPS = {
    "add": "additional", "prof": "professional", "technic": "technical", "admin": "administrative", "&": "and", "ahp": "allied health professionals",
    "n&m": "nursing and midwifery", "reg": "registered",
}  # fmt: skip


def _written_out(words: str) -> str:
    return " ".join(_SHORT_GROUPS.get(word, word) for word in words.lower().split())


def _letters(word: str) -> str:
    return " ".join(re.findall(r"[a-z]+", word.lower().replace("&", " ")))
