"""How alike the words of a user's file are to names that we know, for suggestions that a person accepts or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd

LEAST = 0.55
"""Likeness below which a suggestion would mislead more often than help."""
WITHOUT_DEPARTMENT = 0.97
IN_OTHER_WORDS = 0.9
MISSPELT = 0.95
"""Trust in a likeness that needed the department cut off, another word for the same work or level, or a slip of the pen mended."""

_SHORT = {
    "snr": "senior", "sr": "senior", "jnr": "junior", "jr": "junior", "mgr": "manager", "mngr": "manager", "mgmt": "management",
    "asst": "assistant", "assoc": "associate", "hd": "head", "dep": "deputy", "eng": "engineer", "engr": "engineer", "dev": "developer",
    "arch": "architect", "prog": "programme", "proj": "project", "info": "information", "gov": "governance", "sec": "security",
    "ops": "operations", "infra": "infrastructure", "sys": "systems", "bi": "business intelligence", "ig": "information governance",
    "qa": "quality assurance", "ux": "user experience", "ml": "machine learning", "ccio": "chief clinical information officer",
    "cnio": "chief nursing information officer", "dpo": "data protection officer", "cso": "clinical safety officer",
    "coord": "coordinator", "anlyst": "analyst", "tech": "technician",
}  # fmt: skip
_OTHER_WORDS = (
    ("front end", "frontend"), ("dev ops", "devops"), ("help desk", "service desk"), ("helpdesk", "service desk"),
    ("co ordinator", "coordinator"), ("software developer", "developer"), ("software engineer", "developer"), ("programmer", "developer"),
    ("business intelligence analyst", "data analyst"), ("information analyst", "data analyst"), ("informatics analyst", "data analyst"),
    ("business intelligence developer", "analytics engineer"), ("desktop engineer", "end user computing engineer"),
    ("desktop support", "end user computing"), ("server engineer", "infrastructure engineer"), ("medical records", "health records"),
    ("project manager", "delivery manager"), ("programme manager", "programme delivery manager"), ("tester", "test engineer"),
    ("information technology support analyst", "service desk analyst"), ("it support analyst", "service desk analyst"),
)  # fmt: skip
_OTHER_LEVELS = (
    ("lead", "principal"), ("trainee", "associate"), ("junior", "associate"), ("apprentice", "associate"), ("assistant", "associate"),
    ("advanced", "senior"), ("higher level", "senior"),
)  # fmt: skip
"""Words for levels of a role, for roles whose framework has the one and not the other."""
_BAND = re.compile(r"\(?\b(?:afc\s*)?b(?:and)?\s*\.?\s*\d{1,2}\s*[a-d]?\b\)?|\b8\s?[a-d]\b")
_TERMS = re.compile(r"\b(?:fixed term|ftc|maternity cover|mat cover|secondment|part time|full time|temporary|acting|interim)\b")
_DEPARTMENT = re.compile(r"\s[-–—:|]\s.*$|\(.*?\)|,.*$")
_WORD = re.compile(r"[a-z0-9+#]+")
_SMALL = frozenset({"a", "and", "for", "in", "of", "the", "to"})
_NEAR = 0.84
_LONG = 5
"""Letters that a word needs before a near one is taken for a slip."""


def of_titles(titles: Sequence[str], labels: Mapping[str, str]) -> pd.DataFrame:
    """Suggest for each job title the name most like it: titles cleaned of bands, terms and departments, short forms written out.

    `labels` are names by id. Columns: found, suggestion (id, blank where none is near), confidence (0 to 1).
    """
    return _suggest(titles, labels, _ways_to_write)


def of_names(names: Sequence[str], labels: Mapping[str, str]) -> pd.DataFrame:
    """Suggest for each name the known one most like it; columns as for titles."""
    return _suggest(names, labels, lambda name: [(name.lower(), 1.0)])


def clean(title: str) -> str:
    """Write a job title without band and terms, and short forms in full.

    >>> clean("Snr. Infrastructure Eng (Band 7) - Fixed Term")
    'senior infrastructure engineer -'
    """
    bare = _TERMS.sub(" ", _BAND.sub(" ", title.lower().replace("&", " and ").replace("i.t.", "it")))
    return " ".join(_SHORT.get(part.strip("./'"), part) for part in re.sub(r"\(\s*\)|[/.]", " ", bare).split())


def _ways_to_write(title: str) -> list[tuple[str, float]]:
    whole = clean(title)
    ways = [(whole, 1.0), (_DEPARTMENT.sub("", whole), WITHOUT_DEPARTMENT)]
    for pairs in (_OTHER_WORDS, _OTHER_LEVELS):
        ways += [(other, trust * IN_OTHER_WORDS) for text, trust in ways if (other := _in_other_words(text, pairs))]
    return ways


def _in_other_words(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return the text with the words of the pairs replaced; empty where it has none of them."""
    plain = other = " ".join(_WORD.findall(text))
    for word, ours in pairs:
        other = re.sub(rf"\b{word}\b", ours, other)
    return other if other != plain else ""


def _suggest(found: Sequence[str], labels: Mapping[str, str], ways: Callable[[str], list[tuple[str, float]]]) -> pd.DataFrame:
    """Compare words by the angle between their vectors: rare words count more, a word that no name has counts most of all."""
    ids = list(labels)
    known = [_words(labels[name].lower()) for name in ids]
    vocabulary = _Vocabulary(known)
    names = vocabulary.vectors(known)
    rows = []
    for original in found:
        tried = ways(original)
        words = [_words(text) for text, _ in tried]
        trust = np.array([[trust * vocabulary.spelling(own)] for own, (_, trust) in zip(words, tried, strict=True)])
        likeness = (vocabulary.vectors(words) @ names.T) * trust
        best = np.unravel_index(int(likeness.argmax()), likeness.shape) if likeness.size else None
        confidence = float(likeness[best]) if best else 0.0
        near = best is not None and confidence >= LEAST
        rows.append((original, ids[best[1]] if best and near else None, min(round(confidence, 2), 1.0) if near else np.nan))
    made = pd.DataFrame(rows, columns=["found", "suggestion", "confidence"])
    return made.astype({"found": "str", "suggestion": "str", "confidence": "float64"})


class _Vocabulary:
    """The words of the known names, each with a place and a weight; one more place is for all other words."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        every = [set(words) for words in names]
        self._places = {word: place for place, word in enumerate(sorted(set().union(*every)))}
        shared = np.array([sum(word in words for words in every) for word in self._places], dtype=np.float64)
        self._weights = np.log1p(len(every) / np.append(shared, 1.0))
        self._near: dict[str, str] = {}

    def vectors(self, texts: Sequence[Sequence[str]]) -> npt.NDArray[np.float64]:
        """Return a row of length 1 for each text; words beyond the vocabulary stand in the last place."""
        counts = np.zeros((len(texts), len(self._weights)))
        for row, words in enumerate(texts):
            for word in {self._nearest(word) for word in words}:
                counts[row, self._places.get(word, -1)] += 1
        weighted = counts * self._weights
        length = np.linalg.norm(weighted, axis=1, keepdims=True)
        return np.divide(weighted, length, out=np.zeros_like(weighted), where=length > 0)

    def spelling(self, words: Sequence[str]) -> float:
        """Return the trust in words of which some are misspelt."""
        return 1.0 if all(self._nearest(word) == word for word in words) else MISSPELT

    def _nearest(self, word: str) -> str:
        """Return the word of the vocabulary that was meant, where it is only misspelt."""
        if word in self._places or len(word) < _LONG:
            return word
        if word not in self._near:
            self._near[word] = next(iter(get_close_matches(word, self._places, n=1, cutoff=_NEAR)), word)
        return self._near[word]


def _words(text: str) -> list[str]:
    return [_root(word) for word in _WORD.findall(text) if word not in _SMALL]


def _root(word: str) -> str:
    """Drop the s of a plural."""
    return word[:-1] if len(word) > _LONG - 1 and word.endswith("s") and not word.endswith("ss") else word
