"""Counts of all staff by staff group, skill and rank, from an organisation that holds or sends no assessments of single people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from skills_model import reference
from skills_model.errors import Fault
from skills_model.rows import nearest
from skills_model.schema import AggregateReturn
from skills_model.sources import esr, values
from skills_model.sources.kinds import Built, Context, Field, Kind
from skills_model.sources.meanings import plain
from skills_model.sources.skill_words import Skills

TOLD = 5
"""Notes of one sort that are written out; the others are counted."""

FIELDS = (
    Field(
        "organisation",
        "code of the organisation; blank for the one that is named beside the file",
        needed=False,
        filled=False,
        headings=("ods code", "trust code", "org code"),
    ),
    Field(
        "as_at",
        "date that the counts describe; blank for the one that is named beside the file",
        "date",
        needed=False,
        filled=False,
        headings=("date", "as at", "census date"),
    ),
    Field(
        "staff_group",
        "staff group by name or code; 'STAFF GROUP, team leader' for leaders counted on their own; 'Board', or 'Board: executive director'",
        headings=("group", "main staff group", "staff group code"),
    ),
    Field(
        "skill_asked",  # not the skills of roles, which fields named skill offer
        "skill that is asked of all staff or of boards, by id or name",
        headings=("skill", "skill name", "capability", "competency"),
    ),
    Field(
        "kind",
        "who or what judged; blank for self",
        needed=False,
        filled=False,
        headings=("kind of assessment", "assessed by", "source of assessment"),
        choices=("self", "manager", "evidence", "test"),
        meanings={"self-assessment": "self", "self assessment": "self", "survey": "self", "line manager": "manager"},
    ),
    Field(
        "rank",
        "rank by number or name, none, or not assessed; blank where each rank has a column of its own",
        needed=False,
        filled=False,
        headings=("level", "rating"),
    ),
    Field(
        "headcount",
        "people at that rank; blank where each rank has a column of its own",
        "whole number",
        needed=False,
        filled=False,
        headings=("people", "number of people", "number of staff", "count"),
        minimum=0,
        unit="people",
    ),
)


@dataclass(frozen=True)
class Tiers:
    """What the frameworks for all staff know: `staff` by the words for it; by staff its `whole` staff group, and that whose base it is
    (`based`); which skills are `asked` of it; the names of `skills` by id.
    """

    staff: Mapping[str, str]
    whole: Mapping[str, str]
    based: Mapping[str, str]
    asked: frozenset[tuple[str, str]]
    skills: Mapping[str, str]

    @classmethod
    def known(cls, context: Context) -> Tiers:
        """Read them from the store."""
        needs = context.store.query("all_staff_need", context.scope)
        staff = {plain(level): name for level, name in zip(needs["role_level"], needs["staff"], strict=True)}
        staff |= {plain(name): name for column in ("staff_group", "staff") for name in needs[column]}
        codes = reference.table("staff_groups")
        groups = set(needs["staff_group"])
        for code, group in zip(codes["code"], codes["staff_group"], strict=True):
            staff |= dict.fromkeys((code, code.lstrip("0")), group) if group in groups else {}
        whole = dict(zip(needs["staff"], needs["staff_group"], strict=True)) | {group: group for group in groups}
        base = needs[needs["base"].astype(bool)]
        based = dict(zip(base["staff"], base["staff_group"], strict=True))
        asked = {*zip(needs["staff"], needs["skill"], strict=True), *zip(base["staff_group"], base["skill"], strict=True)}
        return cls(staff, whole, based, frozenset(asked), dict(zip(needs["skill"], needs["skill_label"], strict=True)))

    def staff_of(self, words: str) -> str | None:
        """Return what a return calls the staff that these words mean, None where they mean none."""
        return self.staff.get(plain(words)) or self.staff.get(plain(esr.staff_group_of(words)))


def build(frame: pd.DataFrame, context: Context) -> Built:
    """Make counts of the rows; a row with a column for each rank becomes one count for each that it gives."""
    tiers, skills = Tiers.known(context), Skills.known(context)
    if not tiers.skills:
        allowed = "a framework that is measured on all staff"
        return Built({}, [Fault("Nothing is asked of all staff", context.name, allowed=allowed, action="Import such a framework first.")])
    told, faults = _told(frame, tiers, skills, context)
    counts, wrong, notes = _counts(frame, skills, next(iter(tiers.skills)), context)
    faults += [*wrong, *_parts_and_whole(told, tiers, context), *_returned_before(told, tiers, context)]
    rows = told.join(counts, how="inner")[list(AggregateReturn.model_fields)]
    return Built({AggregateReturn.TABLE: rows}, faults, notes=[*notes, *_remarks(rows, tiers, context)])


def _told(frame: pd.DataFrame, tiers: Tiers, skills: Skills, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Read whose counts each row holds, of which staff and skill."""

    def skill_of(words: str) -> str | None:
        return found if (found := skills.of(words)) in tiers.skills else None

    staff_group, unknown_groups = _read(frame["staff_group"], tiers.staff_of, list(tiers.whole), context)
    skill, unknown_skills = _read(frame["skill_asked"], skill_of, list(tiers.skills.values()), context)
    told = pd.DataFrame(
        {
            "organisation": frame["organisation"].str.strip().str.upper().fillna(context.organisation),
            "as_at": frame["as_at"] if context.as_at is None else frame["as_at"].fillna(pd.Timestamp(context.as_at)),
            "staff_group": staff_group,
            "skill": skill,
            "kind": frame["kind"].fillna("self"),
        }
    )
    return told, [*_unsaid(told, context), *unknown_groups, *unknown_skills]


def _read(
    words: pd.Series[Any], meaning: Callable[[str], str | int | None], allowed: Sequence[str], context: Context
) -> tuple[pd.Series[Any], list[Fault]]:
    """Return what each cell means, and a fault for each that means nothing; each different one is looked at once."""
    means = {word: meaning(word) for word in words.dropna().unique()}
    strange = words[words.map({word: found is None for word, found in means.items()}).fillna(value=False).astype(bool)]
    column = str(words.name)
    faults = [
        Fault(
            f"Unknown {column.removesuffix('_asked').replace('_', ' ')}", context.name, int(str(row)), column, f"'{word}'",
            ", ".join(allowed) + nearest(plain(word), [plain(name) for name in allowed]), "Correct it.",
        )
        for row, word in strange.items()
    ]  # fmt: skip
    return words.map(means), faults


def _unsaid(told: pd.DataFrame, context: Context) -> list[Fault]:
    ways = (("organisation", "Whose counts they are is missing", "--organisation"), ("as_at", "Date is missing", "--as-at"))
    return [
        Fault(problem, context.name, int(str(row)), column, "nothing", action=f"Fill it in, or give one for all rows with {option}.")
        for column, problem, option in ways
        for row in told.index[told[column].isna()][:1]
    ]


# Which rank, how many people


def _counts(frame: pd.DataFrame, skills: Skills, skill: str, context: Context) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """Return rank and headcount, one row a count, under the row of the file; ranks are those of one skill, as they are of all."""
    rank_of = partial(_rank, skills, skill)
    fields = {field.name for field in FIELDS}
    others = [str(name) for name in frame.columns if name not in fields]
    headed = {name: found for name in others if (found := rank_of(name)) is not None}
    people, faults = _people(frame[list(headed)], context)
    given = frame[frame["rank"].notna() | frame["headcount"].notna()]
    rank, wrong = _read(given["rank"], rank_of, ["none", *skills.names[skill], "not assessed"], context)
    wide = people.melt(var_name="rank", value_name="headcount", ignore_index=False).dropna(subset="headcount")
    counts = pd.concat([given.assign(rank=rank)[["rank", "headcount"]], wide.assign(rank=wide["rank"].map(headed))])
    unused = [name for name in others if name not in headed]
    notes = [f"Columns that name no rank, not used: {', '.join(unused)}."] if unused else []
    return counts.astype({"rank": "Int64", "headcount": "Int64"}), [*faults, *wrong, *_empty(frame, given, headed, context)], notes


def _rank(skills: Skills, skill: str, words: str) -> int | None:
    """Return the rank that words mean, -1 for not assessed, None where they mean none that there is."""
    rank = skills.rank(skill, words, {})
    return rank if rank is not None and rank <= skills.ranks[skill] else None


def _people(frame: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Read the columns that are headed by ranks."""
    names = [str(name) for name in frame.columns]
    fields = [Field(name, "people", "whole number", needed=False, filled=False, minimum=0, unit="people") for name in names]
    return values.convert(frame, fields, context.name, {name: name for name in names})


def _empty(frame: pd.DataFrame, given: pd.DataFrame, headed: Collection[str], context: Context) -> list[Fault]:
    blank = frame.index[frame[list(headed)].isna().all(axis="columns")].difference(given.index)
    allowed = "a rank and a headcount, or people in columns headed by ranks"
    return [Fault("No count", context.name, int(row), "headcount", "nothing", allowed, "Fill it in, or remove the row.") for row in blank]


# What rows say of one another


def _parts_and_whole(told: pd.DataFrame, tiers: Tiers, context: Context) -> list[Fault]:
    """Find staff who would count twice: in a whole that also has parts, as a board has seats."""
    wholes = {group for name, group in tiers.based.items() if name != group}
    key = ["organisation", "as_at", "kind", "whole"]
    rows = told.assign(whole=told["staff_group"].map(tiers.whole))
    rows = rows[rows["whole"].isin(wholes)].drop_duplicates([*key, "staff_group"])
    mixed = rows.groupby(key)["staff_group"].transform("nunique") > 1
    given_whole = rows[mixed & (rows["staff_group"] == rows["whole"])]
    return [
        Fault(
            "Whole and part", context.name, int(str(row)), "staff_group", f"'{name}' beside parts of it",
            "the whole alone, or its parts alone", "Remove one of them.",
        )
        for row, name in given_whole["staff_group"].items()
    ]  # fmt: skip


def _returned_before(told: pd.DataFrame, tiers: Tiers, context: Context) -> list[Fault]:
    """Find staff groups of which a return of the same organisation, date and kind is in the store: one of them would change the other."""
    stored = context.store.query("all_staff_returned", context.scope, organisations=sorted(told["organisation"].dropna().unique()))
    key = ["organisation", "as_at", "kind"]
    before = {(*row[:3], tiers.whole.get(row[3])) for row in stored[[*key, "staff_group"]].itertuples(index=False, name=None)}
    rows = told[[*key, "staff_group"]].assign(whole=told["staff_group"].map(tiers.whole)).drop_duplicates([*key, "whole"])
    return [
        Fault(
            "Returned before", context.name, int(str(row)), "staff_group", f"'{whole}' of {code}, {day:%Y-%m-%d}, {kind}",
            "one return of an organisation, date, kind and staff group", "Give the right date, or undo the earlier import first.",
        )
        for row, (code, day, kind, _, whole) in zip(rows.index, rows.itertuples(index=False, name=None), strict=True)
        if (code, day, kind, whole) in before
    ]  # fmt: skip


def _remarks(rows: pd.DataFrame, tiers: Tiers, context: Context) -> list[str]:
    """Say what is odd and yet may be right."""
    known = rows.dropna()
    totals = known.groupby(["organisation", "as_at", "kind", "staff_group", "skill"])["headcount"].sum().reset_index()
    idle = [pair not in tiers.asked for pair in zip(known["staff_group"], known["skill"], strict=True)]
    notes = [f"Counts of skills that are not asked of that staff, kept but measured nowhere: {sum(idle):,}."] if any(idle) else []
    return [*notes, *_few(_uneven(totals)), *_few(_more_than_published(totals, tiers, context))]


def _uneven(totals: pd.DataFrame) -> list[str]:
    of_staff = totals.groupby(["organisation", "staff_group"])["headcount"].agg(["min", "max"]).reset_index()
    return [
        f"{staff} of {code}: the skills are of {least:,} to {most:,} people; the largest number counts."
        for code, staff, least, most in of_staff.itertuples(index=False, name=None)
        if least != most
    ]


def _more_than_published(totals: pd.DataFrame, tiers: Tiers, context: Context) -> list[str]:
    published = context.store.query("latest_staff_count", context.scope, organisations=sorted(totals["organisation"].unique()))
    largest = totals.groupby(["organisation", "staff_group"])["headcount"].max().reset_index()
    largest["staff_group"] = largest["staff_group"].map(tiers.whole)
    returned = largest.groupby(["organisation", "staff_group"])["headcount"].sum().reset_index()
    both = returned.merge(published[["organisation", "staff_group", "headcount"]], on=["organisation", "staff_group"])
    return [
        f"{group} of {code}: {people:,.0f} people are returned and {count:,.0f} are published; the larger number counts."
        for code, group, people, count in both.itertuples(index=False, name=None)
        if people > count
    ]


def _few(notes: list[str]) -> list[str]:
    more = len(notes) - TOLD
    return notes if more <= 0 else [*notes[:TOLD], f"... and {more:,} more like it."]


def _example() -> pd.DataFrame:
    """Return rows for the template: a staff group, its leaders on their own, and a board, with a column for each rank."""
    rows = [
        ("Nursing and Midwifery Registered", "Data literacy", "self", 240, 35, 180, 310, 60, 5),
        ("Nursing and Midwifery Registered, team leader", "Data literacy", "self", 20, 2, 8, 25, 12, 1),
        ("Board", "Cyber and information risk oversight", "self", 2, 1, 3, 6, 2, 0),
    ]
    columns = ["staff_group", "skill_asked", "kind", "Not assessed", "None", "Awareness", "Working", "Practitioner", "Expert"]
    return pd.DataFrame(rows, columns=columns)


KIND = Kind(
    "aggregate-return",
    "Counts of all staff",
    "How many people of each staff group, or of a board, hold each rank of a skill: one row a count, or one column a rank.",
    FIELDS,
    build,
    dated=True,
    wide=True,
    example=_example,
)
KINDS = (KIND,)
