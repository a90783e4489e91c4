"""Words in the rows of a file, against what is known and what users have said that they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from skills_model.errors import Fault
from skills_model.rows import HEADING, nearest
from skills_model.sources import meanings, values
from skills_model.sources.kinds import Context
from skills_model.sources.pseudonym import NUMBER_HEADINGS, damaged


def each(words: pd.Series[Any], read: Callable[[Any], str | None]) -> pd.Series[str]:
    """Read each different word once; blanks stay blank."""
    means = {word: read(word) for word in words.dropna().unique()}
    return words.map(means).astype("str")


def role_levels_said(said: pd.Series[str], context: Context) -> tuple[pd.Series[str], list[Fault]]:
    """Read role levels by id or name, of any framework in the store; a fault for each that is none."""
    if said.isna().all():
        return said, []
    levels = context.store.query("known_role_levels", context.scope).sort_values("active", kind="stable")
    ids = dict(zip(levels["role_level_label"].map(meanings.plain), levels["role_level"], strict=True))
    ids |= {id_: id_ for id_ in levels["role_level"]}
    read = each(said, lambda words: ids.get(meanings.plain(words)))
    wrong = said[said.notna() & read.isna()]
    near = {words: nearest(meanings.plain(words), list(ids)) for words in wrong.unique()}
    allowed, action = "an id or name of a role level", "Correct it, or leave it blank."
    faults = [
        Fault("Unknown role level", context.name, row, "role_level", values.quoted(words), allowed + near[words], action)
        for row, words in zip(wrong.index.tolist(), wrong.tolist(), strict=True)
    ]
    return read, faults


def without_people(context: Context) -> Fault:
    """Make the fault of a file that says in no row whose row it is."""
    allowed = "a column with staff numbers: " + ", ".join(("staff_number", *NUMBER_HEADINGS))
    action = "Add the column, or say with --mapping which heading it is."
    return Fault("Missing column", context.name, HEADING, "staff_number", "no staff number in any row", allowed, action)


def cut_short(numbers: pd.Series[str], context: Context) -> list[Fault]:
    """Find staff numbers that a spreadsheet has made figures of, which would make one person of many."""
    allowed, action = "the number as the personnel system has it", "Export the list again, and keep the column as text."
    return [
        Fault("Staff number changed by a spreadsheet", context.name, row, "staff_number", values.HIDDEN, allowed, action)
        for row in numbers.index[damaged(numbers)].tolist()
    ]


def unsaid_words(rows: pd.DataFrame, subject: str, column: str) -> pd.DataFrame:
    """List the words of a column with how many rows, people (column `person`, where there is one) and FTE hang on each."""
    words = rows.assign(found=rows[column].map(meanings.plain).astype("str"), subject=subject)
    words = words if "person" in words else words.assign(person=None)
    listed = words.groupby(["subject", "found"], as_index=False).agg(
        rows=("found", "size"), headcount=("person", "nunique"), fte=("fte", "sum")
    )
    return listed.assign(suggestion=pd.Series(pd.NA, index=listed.index, dtype="str"), confidence=float("nan"))


def unsaid_titles(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """List the job titles that count for no role level yet, with suggestions, those with most FTE first."""
    organisation, scope, store = str(context.organisation), context.scope, context.store
    titles = meanings.saved(store, scope, organisation, meanings.TITLE)
    codes = meanings.saved(store, scope, organisation, meanings.CODE)
    said = rows["role_level"].notna() | rows["job_title"].map(meanings.plain, na_action="ignore").isin(titles)
    said |= rows["occupation_code"].map(meanings.plain, na_action="ignore").isin(codes)
    listed = unsaid_words(rows[~said & rows["job_title"].notna()], meanings.TITLE, "job_title")
    hints = meanings.title_suggestions(store, scope, listed["found"].tolist())
    listed = listed.drop(columns=["suggestion", "confidence"]).merge(hints, on="found")
    return listed.sort_values(["fte", "found"], ascending=[False, True], ignore_index=True)
