"""The use cases of what words mean: which are open, telling them, and holding the establishment against the staff list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.sources import meanings, posts, reading
from skills_model.store import Store

TITLE = meanings.TITLE
SUBJECTS = tuple(meanings.SUBJECTS)
NONE = "none"
"""What a file of meanings says where a word is left out on purpose; a blank says nothing yet."""
LEFT_OUT = frozenset({NONE, "-"})
AT_ONCE = frozenset({meanings.TITLE, meanings.CODE})
"""Words that are looked up when an answer is worked out; all others are when a file is taken in."""
COLUMNS = ("subject", "found", "staff_group", "headcount", "fte", "suggestion", "confidence", "meaning")


@dataclass(frozen=True)
class Share:
    """How much of the staff of the latest list counts in gaps, in FTE; `outside_fte` is without a role level on purpose."""

    headcount: int
    fte: float
    mapped_fte: float
    outside_fte: float
    unmapped_headcount: int
    unmapped_fte: float


@dataclass(frozen=True)
class Effect:
    """What saying meanings changed; `number` is the import, None where all of it was remembered already.

    `unseen` are titles and codes that nobody on the latest staff list has, each with the nearest; `later` are kinds of word whose
    meanings count from the next file on.
    """

    number: int | None
    before: Share
    after: Share
    unseen: Sequence[str]
    later: Sequence[str] = ()


def unmapped(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """List job titles and occupation codes that nobody has said the meaning of.

    Columns: subject, found, staff_group, headcount, fte, suggestion, confidence.
    """
    known(store, scope, [organisation])
    return meanings.unmapped(store, scope, organisation)


def listed(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """List the same, and below them what was said before, to be edited as a file; columns as COLUMNS."""
    said = store.query("meanings", scope, organisations=[organisation])
    said = said[said["subject"].isin(SUBJECTS)].drop(columns="organisation")
    said["meaning"] = said["meaning"].fillna(NONE)
    both = pd.concat([unmapped(store, scope, organisation), said], ignore_index=True)
    return both.reindex(columns=list(COLUMNS)).astype({"meaning": "str"})


def invented(store: Store, scope: Scope, organisation: str) -> bool:
    """Tell whether the organisation and everybody in it are invented."""
    rows = store.query("organisations", scope, organisations=[organisation])
    return bool(rows["demonstration"].any())


def share(store: Store, scope: Scope, organisation: str) -> Share:
    """Say how much of the latest staff list counts in gaps."""
    known(store, scope, [organisation])
    rows = meanings.share(store, scope, organisation)
    row = rows.iloc[0] if len(rows) else pd.Series(0, index=list(Share.__dataclass_fields__))
    return Share(
        int(row["headcount"]),
        float(row["fte"]),
        float(row["mapped_fte"]),
        float(row["outside_fte"]),
        int(row["unmapped_headcount"]),
        float(row["unmapped_fte"]),
    )


def tell(store: Store, scope: Scope, organisation: str, told: Mapping[str, Mapping[str, str | None]], source: str = "mapping") -> Effect:
    """Remember what words mean, by subject, and say what it changed; raises DataError with every meaning that is none."""
    before = share(store, scope, organisation)
    unseen = _unseen(store, scope, organisation, told)
    number = meanings.save(store, scope, organisation, told, source)
    later = sorted({meanings.plain(subject) for subject, words in told.items() if words} - AT_ONCE)
    return Effect(number, before, share(store, scope, organisation), unseen, later)


def accepted(frame: pd.DataFrame, least: float) -> dict[str, dict[str, str | None]]:
    """Take the suggestions of at least a confidence for meanings, by subject.

    Raises DataError where there are none.
    """
    sure = frame[frame["suggestion"].notna() & (frame["confidence"] >= least)]
    if sure.empty:
        allowed = "a confidence that some suggestion has"
        raise DataError([Fault("Nothing to accept", "--accept", found=f"{least:g}", allowed=allowed, action="Choose a lower one.")])
    return _by_subject(sure[["subject", "found", "suggestion"]])


def outside(frame: pd.DataFrame, staff_groups: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Leave out on purpose the job titles that only these staff groups have and that are like no role level.

    Raises DataError naming each staff group that has no such title, with the nearest.
    """
    titles = frame[(frame["subject"] == TITLE) & frame["suggestion"].isna()]
    groups = titles["staff_group"].dropna()
    known_groups = {meanings.plain(group): group for group in groups.unique()}
    faults = [
        Fault(
            "No job titles of this staff group are open",
            "--outside",
            found=f"'{group}'",
            allowed=", ".join(known_groups.values()) + nearest(meanings.plain(group), list(known_groups)),
            action="Correct the staff group.",
        )
        for group in staff_groups
        if meanings.plain(group) not in known_groups
    ]
    if faults:
        raise DataError(faults)
    wanted = titles[titles["staff_group"].map(meanings.plain, na_action="ignore").isin([meanings.plain(group) for group in staff_groups])]
    return {TITLE: dict.fromkeys(wanted["found"])}


def assigned(texts: Sequence[str], subject: str = TITLE) -> dict[str, dict[str, str | None]]:
    """Read texts of the form WORD=MEANING, or WORD= for a word that is left out on purpose; raises DataError with all that are not."""
    faults = [
        Fault("No meaning given", "--set", found=f"'{text}'", allowed="WORD=MEANING, or WORD= to leave it out", action="Correct it.")
        for text in texts
        if "=" not in text
    ]
    if faults:
        raise DataError(faults)
    parts = [text.rpartition("=") for text in texts]
    return {subject: {word: _meaning(meaning) for word, _, meaning in parts}}


def from_file(content: bytes, name: str) -> dict[str, dict[str, str | None]]:
    """Read a file of meanings as `listed` gives it; rows whose meaning is blank say nothing. Raises DataError with every fault of it."""
    read = reading.read(content, name)
    wanted = ("subject", "found", "meaning")
    faults = [
        Fault("Missing column", read.name, 1, column, allowed=", ".join(COLUMNS), action="Add the column.")
        for column in wanted
        if column not in read.frame.columns
    ]
    if faults:
        raise DataError(faults)
    rows = read.frame.loc[read.frame["meaning"].notna(), list(wanted)]
    faults = [
        Fault("Blank", read.name, row, column, "nothing", "a word of a file" if column == "found" else ", ".join(SUBJECTS), "Fill it in.")
        for column in ("subject", "found")
        for row in rows.index[rows[column].isna()].tolist()
    ]
    if rows.empty:
        faults.append(Fault("No meaning given", read.name, None, "meaning", allowed=f"an id or name, or '{NONE}'", action="Fill some in."))
    if faults:
        raise DataError(faults)
    return _by_subject(rows)


def reconciliation(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """Hold the establishment against the staff list, by role level.

    Columns: role_level, role_level_label, budgeted_fte, contracted_fte, staff_fte, difference, vacant_fte. Raises DataError where there
    is no establishment.
    """
    known(store, scope, [organisation])
    if store.query("establishment_dates", scope, organisations=[organisation]).empty:
        action = "Import one with `skillsplan import establishment FILE`."
        raise DataError([Fault("No establishment", "establishment", found=f"none of '{organisation}'", action=action)])
    table = posts.reconciliation(store, scope, organisation)
    return table[table["role_level"].notna() | (table["staff_fte"] > 0)].reset_index(drop=True)


def _by_subject(rows: pd.DataFrame) -> dict[str, dict[str, str | None]]:
    """Put rows of subject, word and meaning together."""
    told: dict[str, dict[str, str | None]] = {}
    for subject, word, meaning in rows.itertuples(index=False):
        told.setdefault(meanings.plain(subject), {})[word] = _meaning(meaning)
    return told


def _meaning(text: str) -> str | None:
    """Read a meaning; nothing leaves the word out on purpose, as the words for nothing do."""
    return None if meanings.plain(text) in LEFT_OUT | {""} else text.strip()


def _unseen(store: Store, scope: Scope, organisation: str, told: Mapping[str, Mapping[str, str | None]]) -> list[str]:
    open_words = meanings.unmapped(store, scope, organisation)
    notes = []
    for subject in (meanings.TITLE, meanings.CODE):
        seen = {*open_words.loc[open_words["subject"] == subject, "found"], *meanings.saved(store, scope, organisation, subject)}
        words = [meanings.plain(word) for word in told.get(subject, {})]
        notes += [f"'{word}'{nearest(word, sorted(seen))}" for word in words if word not in seen]
    return notes
