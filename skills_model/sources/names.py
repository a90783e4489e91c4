"""Ids and plain text made of the words in other people's files."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

_BREAKS = re.compile("\r\n?|[\u2028\u2029\u0085\v\f]")
_SPACES = re.compile("[\u00a0\u2007\u202f\t]")
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_ENDS = re.compile(r" +(?=\n|$)")
_SMALL = frozenset({"a", "and", "at", "for", "in", "of", "on", "the", "to", "under", "upon", "with"})
_ABBREVIATIONS = frozenset({"CIC", "CSU", "ICB", "NHS", "UK"})


def slug(words: str) -> str:
    """Return words as an id: lower-case letters, digits and hyphens.

    >>> slug("Communication (data ethics) & résumés")
    'communication-data-ethics-and-resumes'
    """
    letters = unicodedata.normalize("NFKD", words.replace("&", " and ")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters.replace("'", "")).strip("-")


def plain(text: str) -> str:
    r"""Return text with one kind of line break and of space, without characters that nobody sees, and without spaces at the ends of lines.

    >>> plain("You can:\u2028- read\u00a0on \r\n- wait\u200b ")
    'You can:\n- read on\n- wait'
    """
    return _ENDS.sub("", _UNSEEN.sub("", _SPACES.sub(" ", _BREAKS.sub("\n", text)))).strip()


def tidy(texts: pd.Series[str]) -> pd.Series[str]:
    """Return texts made plain, blank ones empty; each different text is looked at once."""
    filled = texts.fillna("").astype("str")
    return filled.map({text: plain(text) for text in filled.unique()}).astype("str")


def sensible_case(name: str) -> str:
    """Return a name that is all in capitals as it is usually written.

    >>> sensible_case("THE QUEEN ELIZABETH HOSPITAL, KING'S LYNN, NHS FOUNDATION TRUST")
    "The Queen Elizabeth Hospital, King's Lynn, NHS Foundation Trust"
    """
    if name != name.upper():
        return name
    words = [_cased(word, first=place == 0) for place, word in enumerate(name.split())]
    return " ".join(words)


def _cased(word: str, *, first: bool) -> str:
    """Write one word, hyphens included: Stoke-on-Trent."""
    if word.strip("(),.") in _ABBREVIATIONS:
        return word
    parts = word.lower().split("-")
    return "-".join(part if part in _SMALL and (place or not first) else part.capitalize() for place, part in enumerate(parts))
