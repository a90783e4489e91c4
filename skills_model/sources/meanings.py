"""What the words of an organisation's files mean: remembered for the next file, suggested where nobody has said it yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from skills_model import schema
from skills_model.errors import DataError, Fault
from skills_model.organisations import known as known_organisations
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.sources import likeness
from skills_model.store import Store

TITLE, CODE, SKILL, RANK, STATUS, CONTRACT = "job title", "occupation code", "skill", "rank", "assignment status", "contract type"
COUNTS = "counts"
"""What an assignment status means whose holders are staff in post."""
KIND = "mapping"


@dataclass(frozen=True)
class Subject:
    """A kind of word: what it may mean, by id with its name, and where to look that up."""

    name: str
    means: str
    allowed: Callable[[Store, Scope], dict[str, str]]


def plain(word: str) -> str:
    """Write a word as it is remembered: in lower case, with single spaces, none around it.

    >>> plain(" Data  Analyst ")
    'data analyst'
    """
    return " ".join(word.lower().split())


def saved(store: Store, scope: Scope, organisation: str, subject: str) -> dict[str, str | None]:
    """Return what the words of a subject mean in an organisation; None where a word is left out on purpose."""
    frame = store.query("meanings", scope, organisations=[organisation], subject=subject)
    return {found: None if pd.isna(meaning) else meaning for found, meaning in zip(frame["found"], frame["meaning"], strict=True)}


def unmapped(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """List the job titles and occupation codes whose role level nobody has said, those with most FTE first.

    Columns: subject, found, staff_group (of all who have it; blank where they are of several), headcount (people), fte, suggestion (role
    level), confidence (0 to 1). A title is compared with the names of
    role levels; a code means what most of its staff are where their titles say it, as sure as their share of the FTE.
    """
    words = store.query("unmapped_words", scope, organisations=[organisation]).drop(columns="organisation")
    titles = title_suggestions(store, scope, words.loc[words["subject"] == TITLE, "found"].tolist()).assign(subject=TITLE)
    codes = _code_suggestions(store, scope, organisation, words[words["subject"] == CODE]).assign(subject=CODE)
    listed = words.merge(pd.concat([titles, codes], ignore_index=True), how="left", on=["subject", "found"])
    return listed.sort_values(["subject", "fte", "found"], ascending=[True, False, True], ignore_index=True)


def title_suggestions(store: Store, scope: Scope, titles: Sequence[str]) -> pd.DataFrame:
    """Suggest a role level of the active frameworks for each job title: found, suggestion, confidence."""
    levels = store.query("role_levels", scope)
    return likeness.of_titles(titles, dict(zip(levels["role_level"], levels["role_level_label"], strict=True)))


def share(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """Say how much of the latest staff list counts in gaps: headcount, fte, mapped_fte, outside_fte, unmapped_headcount, unmapped_fte."""
    return store.query("mapped_share", scope, organisations=[organisation]).drop(columns="organisation")


def save(
    store: Store, scope: Scope, organisation: str, told: Mapping[str, Mapping[str, str | None]], source: str = "mapping"
) -> int | None:
    """Remember what words mean, by subject, and return the number of the import; a word said before means the new thing from now on.

    Only what is new is saved; None where nothing is. A meaning is an id or its name; None leaves the word out on purpose. Raises DataError with every unknown subject and meaning, and the
    nearest of each.
    """
    known_organisations(store, scope, [organisation])
    faults: list[Fault] = []
    rows: dict[tuple[str, str], str | None] = {}
    for subject, words in told.items():
        ids, wrong = _checked(store, scope, subject, words, source)
        faults += wrong
        rows |= {(subject, plain(word)): meaning for word, meaning in ids.items()}
    if not rows and not faults:
        faults.append(Fault("Nothing to remember", source, action="Say what at least one word means."))
    if faults:
        raise DataError(faults)
    before = {subject: saved(store, scope, organisation, subject) for subject in told}
    lines = [
        (organisation, subject, word, meaning)
        for (subject, word), meaning in rows.items()
        if word not in before[subject] or before[subject][word] != meaning
    ]
    if not lines:
        return None
    frame = pd.DataFrame(lines, columns=list(schema.Mapping.model_fields)).astype("str")
    return store.write(KIND, _digest(store, scope, lines), source, {schema.Mapping.TABLE: frame}, organisation=organisation, replace=True)


def _checked(
    store: Store, scope: Scope, subject: str, words: Mapping[str, str | None], source: str
) -> tuple[dict[str, str | None], list[Fault]]:
    """Return the meanings as ids, and a fault for each that is none."""
    kind = SUBJECTS.get(subject)
    if kind is None:
        allowed = ", ".join(SUBJECTS) + nearest(subject, list(SUBJECTS))
        return {}, [Fault("Unknown subject", source, column="subject", found=f"'{subject}'", allowed=allowed, action="Correct it.")]
    allowed_ids = kind.allowed(store, scope)
    by_name = {plain(label): id_ for id_, label in allowed_ids.items()} | {plain(id_): id_ for id_ in allowed_ids}
    ids = {word: None if meaning is None else by_name.get(plain(meaning), meaning) for word, meaning in words.items()}
    faults = [
        _unknown(kind, word, meaning, source, allowed_ids)
        for word, meaning in ids.items()
        if meaning is not None and meaning not in allowed_ids
    ]
    faults += [
        Fault("No word", source, column=subject, found="nothing", allowed="a word of a file", action="Say which word has the meaning.")
        for word in ids
        if not plain(word)
    ]
    return ids, faults


def _digest(store: Store, scope: Scope, rows: Sequence[tuple[str, str, str, str | None]]) -> str:
    """Tell this saving from an earlier one with the same words: a meaning may go back to what it was."""
    before = int(store.query("data_state", scope)["imports"].iloc[0])
    return hashlib.sha256(json.dumps([before, rows]).encode()).hexdigest()


def _unknown(kind: Subject, word: str, meaning: str, source: str, allowed: Mapping[str, str]) -> Fault:
    near = nearest(meaning, [*allowed, *allowed.values()])
    return Fault(
        f"Unknown {kind.means}",
        source,
        column=kind.name,
        found=f"'{meaning}' for '{word}'",
        allowed=(f"the ids or names of {kind.means}s" if len(allowed) > _FEW else ", ".join(f"'{item}'" for item in allowed)) + near,
        action="Correct the meaning; 'none' leaves the word out on purpose.",
    )


def _code_suggestions(store: Store, scope: Scope, organisation: str, words: pd.DataFrame) -> pd.DataFrame:
    """Suggest what the largest part of a code's staff are; the confidence is their share of all its FTE."""
    held = store.query("occupation_codes", scope, organisations=[organisation])
    open_fte = held["found"].map(dict(zip(words["found"], words["fte"], strict=True))).astype("float64").fillna(0.0)
    held["confidence"] = (held["fte"] / (held.groupby("found")["fte"].transform("sum") + open_fte)).round(2)
    first = held.drop_duplicates("found").rename(columns={"role_level": "suggestion"})
    return first.loc[first["confidence"] >= likeness.LEAST, ["found", "suggestion", "confidence"]]


def _role_levels(store: Store, scope: Scope) -> dict[str, str]:
    frame = store.query("known_role_levels", scope).sort_values("active", kind="stable")
    return dict(zip(frame["role_level"], frame["role_level_label"], strict=True))


def _skills(store: Store, scope: Scope) -> dict[str, str]:
    frame = store.query("known_skills", scope).sort_values("active", kind="stable")
    return dict(zip(frame["skill"], frame["skill_label"], strict=True))


def _ranks(store: Store, scope: Scope) -> dict[str, str]:
    most = store.query("known_skills", scope)["ranks"].max()
    return {str(rank): f"rank {rank}" for rank in range(1 + (0 if pd.isna(most) else int(most)))}


_FEW = 12
SUBJECTS = {
    item.name: item
    for item in (
        Subject(TITLE, "role level", _role_levels),
        Subject(CODE, "role level", _role_levels),
        Subject(SKILL, "skill", _skills),
        Subject(RANK, "rank", _ranks),
        Subject(STATUS, "status", lambda _store, _scope: {COUNTS: "staff in post"}),
        Subject(CONTRACT, "contract", lambda _store, _scope: {name: name for name in get_args(schema.Contract)}),
    )
}
"""The kinds of word that can be told the meaning of here; headings are told while a file is taken in."""
