"""What the page says of the words of files and of what they mean; pure functions without Streamlit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from app import findings
from app.data_page import words
from app.pipeline.meanings import NONE as NO_MEANING
from app.pipeline.meanings import Effect, Share

ROLE_LEVEL_WORDS = ("job title", "occupation code")


def role_level_names(labels: Mapping[str, str]) -> dict[str, str]:
    """Return names of role levels that can be told apart, by id.

    >>> role_level_names({"a": "Lead", "b": "Lead", "c": "Head"})
    {'a': 'Lead (a)', 'b': 'Lead (b)', 'c': 'Head'}
    """
    several = Counter(labels.values())
    return {id_: label if several[label] == 1 else f"{label} ({id_})" for id_, label in labels.items()}


def id_of(name: str, labels: Mapping[str, str]) -> str | None:
    """Return the id of a role level by its name; None where it is none."""
    return next((id_ for id_, label in labels.items() if label == name), None)


def unmapped_finding(open_words: pd.DataFrame, share: Share) -> str:
    """Say how much of the staff list has no meaning yet.

    >>> unmapped_finding(pd.DataFrame({"found": ["wizard"]}), Share(103, 98.0, 86.0, 0.0, 13, 12.0))
    '13 people, 12 of 98 FTE, are in jobs whose meaning nobody has said'
    """
    if not share.headcount:
        return "There is no staff list yet"
    if open_words.empty:
        return "Every job title and occupation code has a meaning"
    people = "1 person" if share.unmapped_headcount == 1 else f"{words.people(share.unmapped_headcount)} people"
    fte = f"{findings.amount(share.unmapped_fte)} of {findings.amount(share.fte)} FTE"
    return f"{people}, {fte}, {'is' if share.unmapped_headcount == 1 else 'are'} in jobs whose meaning nobody has said"


def effect(told: Effect) -> str:
    """Say what telling meanings changed.

    >>> effect(Effect(9, Share(103, 98.0, 86.0, 0.0, 13, 12.0), Share(103, 98.0, 95.5, 0.0, 3, 2.5), ()))
    'Saved as import 9, and used from now on: 2.5 FTE are left without a meaning, 12 FTE before.'
    """
    left = f"{findings.amount(told.after.unmapped_fte)} FTE are left without a meaning, {findings.amount(told.before.unmapped_fte)} FTE before."
    unseen = f" Nobody on the latest staff list has: {', '.join(told.unseen)}." if told.unseen else ""
    later = " It counts in files that are taken in from now on; undo an import, and take its file in again." if told.later else ""
    return f"Saved as import {told.number}, and used from now on: {left}{unseen}{later}"


def said(listed: pd.DataFrame) -> pd.DataFrame:
    """Return the words whose meaning was said: subject, found, meaning (missing where left out on purpose)."""
    known = listed.dropna(subset=["meaning"])
    return known.assign(meaning=known["meaning"].mask(known["meaning"] == NO_MEANING))[["subject", "found", "meaning"]].reset_index(
        drop=True
    )


def word_options(open_words: pd.DataFrame, known: pd.DataFrame) -> dict[str, dict[str, object]]:
    """Return the words that can be spoken of, those without a meaning first, with what is suggested or was said."""
    waiting = [
        {
            "subject": row["subject"],
            "found": row["found"],
            "meaning": row["suggestion"],
            "suggested": True,
            "label": f"{row['found']} ({row['subject']}, {words.amount(row['fte'])} FTE)",
        }
        for row in open_words.to_dict("records")
    ]
    said = [
        {
            "subject": row["subject"],
            "found": row["found"],
            "meaning": row["meaning"],
            "suggested": False,
            "label": f"{row['found']} ({row['subject']}, said before)",
        }
        for row in known[known["subject"].isin(ROLE_LEVEL_WORDS)].to_dict("records")
    ]
    return {str(item["label"]): item for item in [*waiting, *said]}


def written_meanings(known: pd.DataFrame, labels: Mapping[str, str], outside: str) -> pd.DataFrame:
    """Write what words mean: subject, found, means."""
    means = [outside if pd.isna(id_) else labels.get(str(id_), str(id_)) for id_ in known["meaning"]]
    return known.assign(subject=[str(subject).capitalize() for subject in known["subject"]], means=means)
