"""Text as numbers, dates and choices: each different text is looked at once, so that a million rows take seconds."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skills_model.errors import Fault
from skills_model.rows import nearest
from skills_model.sources.kinds import Field

NOTHING = frozenset({"-", "--", "–", "—", "n/a", "na", "null"})
"""Words that other systems write where there is nothing; for text that may be anything they stay words."""

HIDDEN = "a value that is not repeated here"
_SHOWN = 60  # characters of a value that a fault repeats
_TELLING = 5  # digits with which a text that is mostly digits may be the number of somebody, or a date of birth
_MAY_BE_NUMBER = re.compile(r"[-+−£(]?\d{0,3}(?:[.,]\d{0,3})?[%)]?")
_MAY_BE_DATE = re.compile(r"\d{1,4}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2,4}", re.IGNORECASE)
_SUGGESTED = 1_000  # different values of a column that are compared with what is allowed, which is slow
_BROKEN = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_WENT_WRONG = "A formula that went wrong"
_NOT_ALLOWED = "Value not allowed"
_YES = frozenset({"true", "yes", "y", "t", "1", "✓", "✔"})
_NO = frozenset({"false", "no", "n", "f", "0", "✗", "✘"})
_MONTHS = {
    word: number
    for number, name in enumerate(calendar.month_name)
    for word in {name.lower(), name.lower()[:3], "sept" if name == "September" else name.lower()}
    if word
}
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.IGNORECASE)
_SOLID = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d\d){_TIME}", re.IGNORECASE)
_WORDS = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[- ](?:of )?([a-z]+)[- ,]+(\d{4}|\d\d)", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE)
_SERIAL = re.compile(r"([2-6]\d{4})(?:\.\d+)?")
_SERIAL_START = dt.date(1899, 12, 30)
_CENTURY = 50  # two-digit years below it are of this century
_AMOUNT = re.compile(
    r"([-+]?)(£?)([-+]?)((?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?)(%|k|m|bn)?", re.IGNORECASE
)
_WITH_COMMA = re.compile(r"[-+−]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")
_TIMES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9}
_FORMS = {
    "[a-z0-9]+(-[a-z0-9]+)*": "an id of small letters, digits and hyphens, such as data-analyst",
    "[A-Z0-9]{3,10}": "a code of 3 to 10 capitals and digits, such as RAB",
    "[0-9a-f]{32}": "a reference of 32 digits and letters, as our forms have it",
    "20[0-9]{2}/[0-9]{2}": "a financial year, such as 2026/27",
}

_NOT = {"whole number": "Not a whole number", "number": "Not a number", "date": "Not a date", "true or false": "Neither true nor false"}
_WRITTEN = {
    "whole number": "a whole number",
    "number": "a number, such as 1234.5",
    "date": "a date, such as 2026-03-31 or 31/03/2026 (day first)",
    "true or false": "yes or no",
    "text": "text",
}

Read = tuple[Any, str]
"""A value as read, missing where there is none, and the problem with it, empty where there is none."""


def convert(frame: pd.DataFrame, fields: Sequence[Field], table: str, headings: Mapping[str, str]) -> tuple[pd.DataFrame, list[Fault]]:
    """Give each field's column its type, and a fault for each cell that is wrong, which is then missing; other columns stay as they are.

    `frame` has text under the names of the fields; `headings` says what the file calls them; a field it lacks is no fault here.
    """
    columns = {str(name): frame[name] for name in frame.columns}
    faults: list[Fault] = []
    about_people = any(field.personal for field in fields)
    for field in fields:
        columns[field.name], found = _column(frame[field.name], field, table, headings.get(field.name), about_people=about_people)
        faults += found
    return pd.DataFrame(columns, index=frame.index), faults


def wrong(cells: pd.Series[str], field: Field) -> list[str]:
    """Return those texts that cannot be read as the field; blank ones are none of them."""
    read = _reader(field)
    return [text for text in cells.dropna().tolist() if read(text)[1]]


def allowed(field: Field) -> str:
    """Say in words what may be written."""
    if field.choices:
        return "one of " + ", ".join(f"'{choice}'" for choice in field.choices)
    if field.pattern:
        return _FORMS.get(field.pattern, f"text of the form {field.pattern}")
    bounds = [
        f"above {field.above:,.15g}" if field.above is not None else "",
        f"{field.minimum:,.15g} or more" if field.minimum is not None else "",
        f"at most {field.maximum:,.15g}" if field.maximum is not None else "",
    ]
    if field.unit == "share":
        return ", ".join(["a share, such as 0.5 or 50%", *filter(None, bounds)])
    unit = f" ({field.unit})" if field.unit else ""
    bounds.append(f"at most {field.longest} letters" if field.longest is not None else "")
    return ", ".join([_WRITTEN[field.type] + unit, *filter(None, bounds)])


def telling(text: str) -> bool:
    """Tell whether a text may be the number of somebody, or a date of birth: mostly digits, and many.

    >>> [telling(text) for text in ("00900001", "QQ123456C", "12/03/1970", "Band 6", "Staff in post on 31/03/2026", "2026/27 budget")]
    [True, True, True, False, False, False]
    """
    digits = sum(letter.isdigit() for letter in text)
    return digits >= _TELLING and 2 * digits > sum(letter.isalnum() for letter in text)


def is_value(text: str) -> bool:
    """Tell whether a text is a number or a date, as no heading is."""
    return telling(text) or _amount(text) is not None or _day(text) is not None


def quoted(text: str) -> str:
    """Repeat a value in a few words, unless it may tell who somebody is."""
    if telling(text):
        return HIDDEN
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 3]}...'"


def may_have_decimal_commas(cells: pd.Series[str]) -> bool:
    """Tell whether every number of a column can be read with a decimal comma, and one reads otherwise so."""
    numbers = [text for text in cells.dropna().unique().tolist() if text.lower() not in NOTHING]
    return all(map(_WITH_COMMA.fullmatch, numbers)) and any("," in text or "." in text for text in numbers)


def has_decimal_commas(cells: pd.Series[str]) -> bool:
    """Tell whether a column can be read with decimal commas and not with commas that part thousands, as 0,8 cannot."""
    numbers = cells.dropna().unique().tolist()
    return may_have_decimal_commas(cells) and any(
        "," in text and (_amount(text) is None or text.lstrip("+-−").startswith("0,")) for text in numbers
    )


def with_points(cells: pd.Series[str]) -> pd.Series[str]:
    """Write numbers that have decimal commas with decimal points.

    >>> with_points(pd.Series(["0,8", "1.234,5", "3"])).tolist()
    ['0.8', '1234.5', '3']
    """
    return cells.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)


def _column(
    cells: pd.Series[str], field: Field, table: str, heading: str | None, *, about_people: bool
) -> tuple[pd.Series[Any], list[Fault]]:
    column, problems = _free(cells, field) if _is_free(field) else _limited(cells, field)
    if heading is None:
        return column, []
    words, told = allowed(field), dict[str, tuple[str, str]]()
    faults = []
    for row, problem, text in zip(problems.index.tolist(), problems.tolist(), cells[problems.index].tolist(), strict=True):
        if text not in told:
            near = nearest(text.lower(), field.choices) if len(told) < _SUGGESTED and not field.personal else ""
            told[text] = _found(text, field, about_people=about_people), words + near
        found, may_be = told[text]
        action = field.advice if field.advice and problem == _NOT_ALLOWED else "Correct the value."
        faults.append(Fault(problem, table, row, heading, found, may_be, action))
    if field.filled:
        blank = column.index[column.isna()].difference(problems.index)
        faults += [Fault("Blank", table, int(row), heading, "nothing", words, "Fill it in.") for row in blank]
    return column, faults


def _found(text: str, field: Field, *, about_people: bool) -> str:
    """Repeat a value in a few words; in a file about people only one that is written as its field is, for cells may stand in wrong columns."""
    if field.personal:
        return HIDDEN
    if not about_people:
        return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 3]}...'"
    tried = text in _BROKEN or (_MAY_BE_DATE if field.type == "date" else _MAY_BE_NUMBER).fullmatch(text)
    return f"'{text}'" if tried else HIDDEN


def _is_free(field: Field) -> bool:
    return field.type == "text" and not (field.choices or field.pattern or field.meanings)


def _free(cells: pd.Series[str], field: Field) -> tuple[pd.Series[str], pd.Series[str]]:
    """Take any text as it is, up to a length; return it and the problems by row."""
    problems = pd.Series(_WENT_WRONG, index=cells.index[cells.isin(_BROKEN)], dtype="str")
    if field.longest is not None:
        long = cells.str.len() > field.longest
        problems = pd.concat([problems, pd.Series("Text too long", index=cells.index[long.fillna(value=False)], dtype="str")]).sort_index()
    return cells.mask(cells.index.isin(problems.index)) if len(problems) else cells, problems


def _limited(cells: pd.Series[str], field: Field) -> tuple[pd.Series[Any], pd.Series[str]]:
    """Read each different text once; return the column with its type and the problems by row."""
    read = _reader(field)
    number, different = pd.factorize(cells)
    results = [read(text) for text in different.tolist()]  # walking a column itself is many times slower
    problems = np.array([*(problem for _, problem in results), ""], dtype=object)[number]
    bad = problems.astype(bool)
    return _typed([value for value, _ in results], number, field, cells.index), pd.Series(
        problems[bad], index=cells.index[bad], dtype="str"
    )


def _typed(values: list[Any], number: np.ndarray[Any, Any], field: Field, index: pd.Index[Any]) -> pd.Series[Any]:
    """Spread the different values over their rows; a blank has the number -1, the last."""
    if field.type == "whole number":
        different: Any = pd.array([*values, None], dtype="Int64")
    elif field.type == "number":
        different = np.array([np.nan if value is None else value for value in [*values, None]], dtype="float64")
    elif field.type == "date":
        different = np.array([*values, None], dtype="datetime64[s]")
    elif field.type == "true or false":
        different = pd.array([*values, None], dtype="boolean")
    else:
        different = pd.array([*values, None], dtype="str")
    return pd.Series(different[number], index=index, name=field.name)


def _reader(field: Field) -> Callable[[str], Read]:
    """Return what reads one text as the field."""
    read = {"whole number": _whole, "number": _number, "date": _date, "true or false": _boolean, "text": _text}[field.type]
    choices = {_plain(choice): choice for choice in field.choices}
    meanings = {_plain(word): meaning for word, meaning in field.meanings.items()}
    pattern = re.compile(field.pattern) if field.pattern else None
    limited = bool(field.choices or field.pattern or field.type != "text")

    def one(text: str) -> Read:
        if text in _BROKEN:
            return None, _WENT_WRONG
        word = _plain(text)
        if word in choices:
            return choices[word], ""
        if word in meanings:
            text = meanings[word]
            if field.type == "text":
                return text, ""
        elif limited and text.lower() in NOTHING:
            return None, ""
        if choices:
            return None, _NOT_ALLOWED
        if pattern is not None:
            return _of_form(text, pattern)
        return read(text, field)

    return one


def _of_form(text: str, pattern: re.Pattern[str]) -> Read:
    """Take a code or id in other capitals, or with spaces for hyphens, as what it stands for."""
    for form in (text, text.upper(), text.lower(), re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")):
        if pattern.fullmatch(form):
            return form, ""
    return None, _NOT_ALLOWED


def _text(text: str, _: Field) -> Read:
    return text, ""


def _whole(text: str, field: Field) -> Read:
    value = _amount(text)
    if value is None or value != int(value):
        return None, _NOT[field.type]
    return _bounded(int(value), field)


def _number(text: str, field: Field) -> Read:
    value = _amount(text)
    return (None, _NOT[field.type]) if value is None else _bounded(value, field)


def _bounded(value: float, field: Field) -> Read:
    within = (
        (field.minimum is None or value >= field.minimum)
        and (field.above is None or value > field.above)
        and (field.maximum is None or value <= field.maximum)
    )
    return (value, "") if within else (None, _NOT_ALLOWED)


def _amount(text: str) -> float | None:
    """Read a number as people write it; a comma must stand where thousands are parted.

    >>> [_amount(text) for text in ("1,234.5", "£2,000", "37.5%", "(12)", "-3", "1,5", "twelve", "1e3", "£1.2m", "1e999")]
    [1234.5, 2000.0, 0.375, -12.0, -3.0, None, None, 1000.0, 1200000.0, None]
    """
    plain = text.replace(" ", "").replace("\u00a0", "").replace("−", "-")
    in_brackets = plain.startswith("(") and plain.endswith(")")
    found = _AMOUNT.fullmatch(plain[1:-1] if in_brackets else plain)
    if found is None:
        return None
    before, pound, sign, digits, ending = found[1], found[2], found[3], found[4], (found[5] or "").lower()
    if (before and sign) or (ending in {"k", "m", "bn"} and not pound):
        return None
    value = float(digits.replace(",", ""))
    value = round(value / 100, 12) if ending == "%" else value * _TIMES[ending]
    return None if np.isinf(value) else -value if in_brackets != ("-" in before + sign) else value


def _boolean(text: str, field: Field) -> Read:
    word = text.lower()
    return (word in _YES, "") if word in _YES | _NO else (None, _NOT[field.type])


def _date(text: str, field: Field) -> Read:
    """Read a date; the day stands before the month, as is usual here, unless the year stands first.

    A number of five digits is one of a spreadsheet's days, for nothing else is written so.
    """
    read = _day(re.sub(r"\s+", " ", text))
    return (None, _NOT[field.type]) if read is None else (read, "")


def _day(text: str) -> dt.date | None:
    if found := _ISO.fullmatch(text) or _SOLID.fullmatch(text):
        return _valid(found[1], found[2], found[3])
    if found := _DAY_FIRST.fullmatch(text):
        return _valid(found[3], found[2], found[1])
    if found := _WORDS.fullmatch(text):
        return _valid(found[3], _MONTHS.get(found[2].lower(), 0), found[1])
    if found := _MONTH_FIRST.fullmatch(text):
        return _valid(found[3], _MONTHS.get(found[1].lower(), 0), found[2])
    if found := _SERIAL.fullmatch(text):
        return _SERIAL_START + dt.timedelta(days=int(found[1]))
    return None


def _valid(year: str, month: str | int, day: str) -> dt.date | None:
    whole = int(year) + (0 if len(year) == 4 else 2000 if int(year) < _CENTURY else 1900)
    try:
        return dt.date(whole, int(month), int(day)) if 1900 <= whole <= 2200 else None
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Write a word so that case, hyphens and spaces make no difference."""
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
