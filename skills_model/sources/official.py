"""The two downloads of the Government Digital and Data framework: who needs which skill, and what skills and roles are in words.

The downloads name no version, so the date they were read at does: `gdad-2026-10`, or `gdad-2026-10-06` where the store has another of that
month. A download that says exactly what a version in the store says, such as one that comes with the project, is that version: only its
texts are added, whatever the date. It says the same where role levels, skills and required ranks are the same, none more and none less.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skills_model.errors import Fault
from skills_model.reference import table
from skills_model.rows import nearest
from skills_model.sources import ladder
from skills_model.sources.kinds import Built, Context, Field, Kind, left_out, optional
from skills_model.sources.names import slug, tidy

SERIES = "gdad"
RANKS = ("Awareness", "Working", "Practitioner", "Expert")
NOT_IN_USE = "NOT IN USE"
NO_TEXT = frozenset({"", "MISSING", "This skill level is currently not defined.", NOT_IN_USE})
FAMILIES = {"Quality assurance testing (QAT)": "quality-assurance-testing"}  # the one id of ours that is not made of the whole name

_ROLE_TEXTS = ("role_description", "role_level_description")
_ROLE_NAMES = ("role_family", "role", "role_level", "skill_name", "skill_level")


def build_roles(frame: pd.DataFrame, context: Context) -> Built:
    """Make a framework of the role download, not active yet, or add its texts to the version that says the same."""
    rows = frame.assign(**{name: tidy(frame[name]) for name in (*_ROLE_NAMES, *_ROLE_TEXTS)})
    rows = rows.assign(role_id=rows["role"].map(slug), level_id=rows["role_level"].map(slug), skill=rows["skill_name"].map(slug))
    unused = rows["role_level"].eq(NOT_IN_USE) | rows["skill_level"].eq(NOT_IN_USE)
    skills = rows.drop_duplicates("skill")
    used, again, faults = _once(rows[~unused], context.name)
    levels, told = ladder.numbered(used.drop_duplicates(["role_id", "level_id"]))
    texts, blank = _texts({("role", 0): ("role_id", "role_description"), ("role level", 0): ("level_id", "role_level_description")}, used)
    facts = _facts(levels, skills, used)
    framework = _same_release(facts, context)
    reasons = {
        "the same role level and skill a second time, at the same rank": len(again),
        f"marked {NOT_IN_USE}: roles that have no levels ({', '.join(sorted(rows.loc[unused, 'role'].unique()))})": int(unused.sum()),
    }
    notes = [*_repeated(again), *told, *ladder.falls(levels, used.assign(rank=_rank(used))), *blank]
    if framework:
        same = f"The roles, levels, skills and ranks are those of '{framework}', which is in the store: only texts are added to it."
        return Built({"description": texts.assign(framework=framework)}, faults, left_out(reasons), notes=[same, *notes])
    framework, apart, taken = _new_id(context)
    if taken:
        return Built({}, [*faults, *taken], left_out(reasons))
    facts |= {
        "framework": _framework_row(framework, context, frame.index[:1]),
        "framework_rank": _rank_rows(frame.index[0]),
        "description": texts,
    }
    inactive = f"'{framework}' comes in without being active: look at its impact first, then switch it on."
    frames = {name: made.assign(framework=framework) for name, made in facts.items()}
    return Built(frames, faults, left_out(reasons), notes=[inactive, *apart, *notes])


def build_skills(frame: pd.DataFrame, context: Context) -> Built:
    """Add what skills and their ranks are in words to the version that has exactly these skills."""
    columns = ("skill_name", "skill_description", *(rank.lower() for rank in RANKS))
    rows = frame.assign(**{name: tidy(frame[name]) for name in columns})
    rows["skill"] = rows["skill_name"].map(slug)
    faults = [
        Fault("Skill given twice", context.name, int(str(row)), "skill_name", f"'{name}'", "each skill once", "Remove one of the rows.")
        for row, name in rows.loc[rows["skill"].duplicated(), "skill_name"].items()
    ]
    framework, lacking = _with_skills(rows, context)
    if framework is None:
        return Built({}, [*faults, *lacking])
    parts = {("skill", 0): ("skill", "skill_description")} | {("skill", n): ("skill", rank.lower()) for n, rank in enumerate(RANKS, 1)}
    texts, blank = _texts(parts, rows.drop_duplicates("skill"))
    bare = rows[[rank.lower() for rank in RANKS]].isin(NO_TEXT).all(axis="columns").sum()
    notes = [f"The skills are those of '{framework}': texts are added to it.", *blank]
    notes += [f"{bare} skills have no rank described, only the whole."] if bare else []
    return Built({"description": texts.assign(framework=framework)}, faults, notes=notes)


# Rows that count


def _once(rows: pd.DataFrame, name: str) -> tuple[pd.DataFrame, pd.DataFrame, list[Fault]]:
    """Part the rows into requirements given once and repeated ones; a repeated one at another rank is a fault."""
    key = ["role_id", "level_id", "skill"]
    repeated = rows.duplicated(key)
    first = rows.groupby(key)["skill_level"].transform("first")
    faults = [
        Fault(
            "Two ranks for one skill of a role level",
            name,
            int(str(row)),
            "skill_level",
            f"'{skill_level}'",
            f"'{before}', as in the row before",
            "Keep one of the rows.",
        )
        for row, skill_level, before in zip(rows.index, rows["skill_level"], first, strict=True)
        if skill_level != before
    ]
    return rows[~repeated], rows[repeated & rows["skill_level"].eq(first)], faults


def _repeated(again: pd.DataFrame) -> list[str]:
    requirements = again.groupby(["role_id", "level_id", "skill"]).ngroups
    return [f"{len(again)} rows repeat {requirements} requirements that the file gives already; each counts once."] if requirements else []


def _facts(levels: pd.DataFrame, skills: pd.DataFrame, used: pd.DataFrame) -> dict[str, pd.DataFrame]:
    family = levels["role_family"].map(lambda name: FAMILIES.get(name, slug(name)))
    role_level = pd.DataFrame(
        {
            "role_family": family,
            "role_family_label": levels["role_family"],
            "role": levels["role_id"],
            "role_label": levels["role"],
            "role_level": levels["level_id"],
            "role_level_label": levels["role_level"],
            "level_number": levels["level_number"],
            "suggested_band": levels["suggested_band"],
        }
    )
    skill = pd.DataFrame({"skill": skills["skill"], "skill_label": skills["skill_name"]})
    requirement = pd.DataFrame({"role_level": used["level_id"], "skill": used["skill"], "required_rank": _rank(used)})
    return {"role_level": role_level, "skill": skill, "requirement": requirement}


def _rank(rows: pd.DataFrame) -> pd.Series[int]:
    return rows["skill_level"].map({rank: number for number, rank in enumerate(RANKS, start=1)}).astype("Int64")


# Which version it is


def _same_release(facts: dict[str, pd.DataFrame], context: Context) -> str | None:
    """Return the newest version in the store whose role levels, skills and requirements are exactly those of the file."""
    ours = [context.store.query(name, context.scope) for name in ("known_role_levels", "known_skills", "known_requirements")]
    keys = (["role", "role_level"], ["skill"], ["role_level", "skill", "required_rank"])
    wanted = [_set(frame, key) for frame, key in zip(facts.values(), keys, strict=True)]
    for framework in reversed(_versions(context)):
        held = [_set(frame[frame["framework"] == framework], key) for frame, key in zip(ours, keys, strict=True)]
        if held == wanted:
            return framework
    return None


def _with_skills(rows: pd.DataFrame, context: Context) -> tuple[str | None, list[Fault]]:
    """Return the version with exactly the skills of the file, of the given month where several have them; faults where none has."""
    known = context.store.query("known_skills", context.scope)
    versions = _versions(context)
    wanted = set(rows["skill"])
    same = [version for version in versions if set(known.loc[known["framework"] == version, "skill"]) == wanted]
    month, day = _dated(context)
    if same:
        return next((version for version in (day, month) if version in same), same[-1]), []
    action = "Import the role download of the same date first (gdad-roles)."
    if not versions:
        return None, [Fault("Framework is not in the store", context.name, found="no Government Digital and Data framework", action=action)]
    near = min(versions, key=lambda version: len(set(known.loc[known["framework"] == version, "skill"]) ^ wanted))
    held = sorted(known.loc[known["framework"] == near, "skill"])
    return None, [
        Fault(
            "Skill is in no version of the framework",
            context.name,
            int(str(row)),
            "skill_name",
            f"'{name}'",
            f"the skills of '{near}'" + nearest(skill, held),
            action,
        )
        for row, name, skill in zip(rows.index, rows["skill_name"], rows["skill"], strict=True)
        if skill not in held
    ] or [
        Fault(
            "Skills are missing", context.name, found=f"{len(wanted)} skills", allowed=f"the {len(held)} skills of '{near}'", action=action
        )
    ]


def _versions(context: Context) -> list[str]:
    known = context.store.query("frameworks", context.scope)
    return sorted(known.loc[known["series"] == SERIES, "framework"])


def _set(frame: pd.DataFrame, key: list[str]) -> set[tuple[object, ...]]:
    return set(frame[key].itertuples(index=False, name=None))


def _new_id(context: Context) -> tuple[str, list[str], list[Fault]]:
    """Name a version by its month, or by its day where the store has another of that month; a fault where it has one of that day."""
    month, day = _dated(context)
    versions = _versions(context)
    if month not in versions:
        return month, [], []
    if day not in versions:
        return day, [f"'{month}' is in the store and says something else, so this one is '{day}'."], []
    fault = Fault(
        "Another version has that date",
        context.name,
        found=f"other roles, skills or ranks than '{day}', which is in the store",
        action="Give the day on which this file was downloaded, or undo the import of the other one.",
    )
    return day, [], [fault]


def _dated(context: Context) -> tuple[str, str]:
    return f"{SERIES}-{context.as_at:%Y-%m}", f"{SERIES}-{context.as_at:%Y-%m-%d}"


def _framework_row(framework: str, context: Context, rows: pd.Index[int]) -> pd.DataFrame:
    shipped = table("frameworks")
    row = shipped[shipped["framework"].str.startswith(f"{SERIES}-")].iloc[-1]
    facts = {
        "framework": framework,
        "series": SERIES,
        "label": row["label"],
        "version": f"read on {context.as_at}",
        "publisher": row["publisher"],
        "licence": row["licence"],
        "source": f"official role download, '{context.name}'",
        "ranks": len(RANKS),
        "active": False,
        "measured_on": "roles",
    }
    return pd.DataFrame([facts], index=rows)


def _rank_rows(row: int) -> pd.DataFrame:
    return pd.DataFrame({"rank": range(1, len(RANKS) + 1), "rank_label": RANKS}, index=[row] * len(RANKS))


# What is said of it


def _texts(parts: Mapping[tuple[str, int], tuple[str, str]], rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the descriptions that say something, and a note of how many say nothing.

    `parts` names, for what is described and its rank, the columns of id and text.
    """
    found = []
    for (subject, rank), (id_, text) in parts.items():
        once = rows.drop_duplicates(id_)
        found.append(pd.DataFrame({"subject": subject, "id": once[id_], "rank": rank, "text": once[text]}))
    texts = pd.concat(found)
    silent = texts["text"].isin(NO_TEXT)
    notes = (
        [f"{silent.sum()} of {len(texts)} descriptions say nothing (empty, MISSING or not defined) and are left blank."]
        if silent.any()
        else []
    )
    return texts[~silent], notes


ROLES = Kind(
    "gdad-roles",
    "Government Digital and Data framework: roles",
    "The official download 'Role content - Capability Framework (CSV)': which role level needs which skill at which rank.",
    (
        Field("role_family", "family of the role"),
        Field("role", "role"),
        optional("role_description", "what the role does"),
        Field("role_level", "level of the role"),
        optional("role_level_description", "what somebody at this level does"),
        Field("skill_name", "skill that the level needs"),
        Field("skill_level", "rank at which it is needed", choices=(*RANKS, NOT_IN_USE)),
        optional("role_type", "blank, or Senior Civil Service"),
    ),
    build_roles,
    about="everybody",
    dated=True,
)
SKILLS = Kind(
    "gdad-skills",
    "Government Digital and Data framework: skills",
    "The official download 'Skill description content - Capability Framework (CSV)': what skills and their ranks are, in words.",
    (
        Field("skill_name", "skill"),
        optional("skill_description", "what the skill is"),
        *(optional(rank.lower(), f"what somebody at the rank {rank} can do") for rank in RANKS),
    ),
    build_skills,
    about="everybody",
    dated=True,
)
KINDS = (ROLES, SKILLS)
