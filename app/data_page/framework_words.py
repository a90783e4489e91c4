"""What the page says of frameworks and of what one would change; pure functions without Streamlit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from app import findings
from app.data_page import words
from skills_model.framework.impact import Impact

HYPHEN = "\N{NON-BREAKING HYPHEN}"


def frameworks_finding(listed: pd.DataFrame) -> str:
    """Say which frameworks count.

    >>> frameworks_finding(pd.DataFrame({"active": [True, False], "label": ["GDaD", "GDaD"], "version": ["2025", "2026"]}))
    '1 of 2 frameworks counts for role levels'
    """
    active = int(listed["active"].astype(bool).sum())
    return f"{active} of {findings.counted(len(listed), 'framework')} {'counts' if active == 1 else 'count'} for role levels"


def written_frameworks(listed: pd.DataFrame) -> pd.DataFrame:
    """Write frameworks: label, version, publisher, counts, roles, role_levels, skills, requirements."""
    counts = [
        "for all staff" if on == "all staff" else "yes" if active else "no"
        for on, active in zip(listed["measured_on"], listed["active"], strict=True)
    ]
    numbers = {name: [f"{value:,}" for value in listed[name]] for name in ("roles", "role_levels", "skills", "requirements")}
    versions = [str(version).replace("-", HYPHEN) for version in listed["version"]]
    return listed.assign(counts=counts, version=versions, **numbers)


def framework_name(row: Mapping[Hashable, object]) -> str:
    """Name a framework with its version."""
    return f"{row['label']}, {row['version']}"


def impact_finding(impact: Impact, names: Mapping[str, str]) -> str:
    """Say what switching a framework on does to the gap as a whole; `names` of frameworks by id."""
    replaced = "; ".join(names.get(name, name) for name in impact.replaces)
    place = f"in the place of {replaced}" if replaced else "beside those that count now"
    if impact.gaps.empty:
        return f"It would count {place}."
    row = impact.gaps.iloc[0]
    before, after = (findings.percent(row[f"coverage_{when}"]) for when in ("before", "after"))
    return f"It would count {place}. {before} of what is required now is covered; of what would be required, {after}."


def becoming(impact: Impact) -> pd.DataFrame:
    """Return the role levels that change, those that staff are in first, with the name that each would have."""
    changes = None if impact.comparison is None else impact.comparison.changes
    levels = pd.DataFrame() if changes is None else changes[(changes["subject"] == "role level") & changes["id_to"].notna()]
    names = {} if levels.empty else dict(zip(levels["id_to"], levels["label_to"], strict=True))
    rows = impact.role_levels
    if rows.empty:
        return rows
    becomes = [
        words.NONE if pd.isna(after) else names.get(after, "the same" if after == now else after)
        for now, after in zip(rows["role_level"], rows["becomes"], strict=True)
    ]
    shown = rows.assign(becomes=pd.Series(becomes, rows.index, dtype="str"), _people=findings.numbers(rows, "headcount"))
    return shown.sort_values("_people", ascending=False, kind="stable", ignore_index=True)


def written_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Write how many differences there are: subject, change, count."""
    return counts.assign(
        subject=[words.sentence(str(subject)) for subject in counts["subject"]],
        change=[str(change).capitalize() for change in counts["change"]],
        count=[f"{count:,}" for count in counts["count"]],
    )


def written_fates(rows: pd.DataFrame) -> pd.DataFrame:
    """Write what becomes of ranks, staff or role levels: texts as they are, counts whole, FTE."""
    write = {"headcount": words.people, "levels": words.people, "fte": words.amount, "budgeted_fte": words.amount}
    numbers = {name: [told(value) for value in rows[name]] for name, told in write.items() if name in rows}
    texts = {name: rows[name].fillna(words.NONE) for name in ("label", "becomes") if name in rows}
    return rows.assign(fate=[str(fate).capitalize() for fate in rows["fate"]], **numbers, **texts)


def impact_notes(impact: Impact) -> list[str]:
    """Say what a framework leaves open."""
    notes = []
    if len(impact.unpublished):
        notes.append(
            f"It adds {findings.counted(len(impact.unpublished), 'line')} without saying which rank is needed; nothing is measured there."
        )
    if len(impact.lost_needs):
        needs = findings.counted(len(impact.lost_needs), "requirement")
        notes.append(f"{needs} of other frameworks would go, since they are about skills that it no longer has.")
    return notes


def written_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """Write gaps before and after: label, coverage, fte_short, total_ranks_short."""
    write = {"coverage": findings.percent, "fte_short": findings.amount, "total_ranks_short": findings.amount}
    return gaps.assign(
        **{
            name: [
                " → ".join("not measured" if pd.isna(value) else told(value) for value in pair)
                for pair in zip(gaps[f"{name}_before"], gaps[f"{name}_after"], strict=True)
            ]
            for name, told in write.items()
        }
    )
