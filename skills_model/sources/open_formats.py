"""Frameworks and crosswalks in open formats: one CSV file with our columns that holds all of a framework, and the crosswalk as a table.

A row of a framework file is about one thing, which its column `part` names; the other columns are those of the stored tables. What is
written out comes in again as the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from skills_model import schema
from skills_model.errors import Fault
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.schema import Crosswalk, Description, Framework, FrameworkRank, Requirement, RoleLevel, Row, Skill
from skills_model.sources import case
from skills_model.sources.kinds import Built, Context, Field, Kind, fields_of, left_out, optional
from skills_model.store import Store

PARTS: Mapping[str, type[Row]] = {
    "framework": Framework,
    "rank": FrameworkRank,
    "role level": RoleLevel,
    "skill": Skill,
    "requirement": Requirement,
    "description": Description,
}
QUERIES = {
    "rank": "known_ranks",
    "role level": "framework_role_levels",
    "skill": "framework_skills",
    "requirement": "framework_requirements",
    "wider skill": "framework_wider",
    "description": "framework_descriptions",
}
NOT_IN_FILES = frozenset({"active"})  # whether a framework counts is decided in each store, after its impact is known
HIERARCHY = "order of the framework itself"
_RELATION_BLANK = "no relation given, such as a suggestion that nobody has accepted"


def _fields() -> tuple[Field, ...]:
    found = {
        "part": Field("part", "what the row is about", choices=(*PARTS, "wider skill", case.NOT_TAKEN)),
        "wider_skill": optional("wider_skill", "skill of the same framework that the skill is a part of"),
    }
    may_be_blank = {"needed": False, "filled": False}
    for model in PARTS.values():
        for item in fields_of(model, **{column.name: may_be_blank for column in schema.columns(model)}):
            if item.name not in NOT_IN_FILES:
                found.setdefault(item.name, item)
    blank_for_whole = {"rank": {**may_be_blank, "minimum": 0}}  # 0 is a description of the whole
    found["rank"] = next(item for item in fields_of(FrameworkRank, **blank_for_whole) if item.name == "rank")
    return tuple(found.values())


FIELDS = _fields()


def contents(store: Store, scope: Scope, framework: str) -> dict[str, pd.DataFrame]:
    """Return the rows of one framework by part, with what else the queries say of them."""
    rows = store.query("frameworks", scope)
    return {
        "framework": rows[rows["framework"] == framework].reset_index(drop=True),
        **{part: store.query(query, scope, framework=framework) for part, query in QUERIES.items()},
    }


def table(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a framework as one table, in the columns of a framework file."""
    names = [item.name for item in FIELDS]
    rows = [frame.assign(part=part).reindex(columns=names).astype(object) for part, frame in parts.items() if len(frame)]
    return pd.concat(rows, ignore_index=True)


def build_framework(frame: pd.DataFrame, context: Context) -> Built:
    """Make the rows of the frameworks in a file; none of them comes in active."""
    rows = {part: frame.loc[frame["part"] == part] for part in (*PARTS, "wider skill", case.NOT_TAKEN)}
    frames = {model.TABLE: rows[part][[name for name in model.model_fields if name not in NOT_IN_FILES]] for part, model in PARTS.items()}
    frames["framework"] = frames["framework"].assign(active=False)
    wider = rows["wider skill"]
    frames["crosswalk"] = pd.DataFrame(
        {
            "subject": "skill",
            "framework_from": wider["framework"],
            "id_from": wider["skill"],
            "framework_to": wider["framework"],
            "id_to": wider["wider_skill"],
            "relation": "broader",
            "confidence": 1.0,
            "source": HIERARCHY,
        },
        index=wider.index,
    )
    not_taken = left_out({str(reason): int(count) for reason, count in rows[case.NOT_TAKEN]["text"].value_counts().items()})
    names = frames["framework"]["framework"]
    refused = names[names.isin(context.store.query("frameworks", context.scope)["framework"])]
    faults = [_already(str(name), int(str(row)), rows, context) for row, name in refused.items()]
    # One fault says it for each framework that is refused, and not once more for each of its thousands of rows.
    frames = {table: made[~made["framework_from" if table == "crosswalk" else "framework"].isin(refused)] for table, made in frames.items()}
    return Built({name: made for name, made in frames.items() if len(made)}, faults, not_taken, notes=list(_notes(rows)))


def _already(name: str, row: int, rows: Mapping[str, pd.DataFrame], context: Context) -> Fault:
    """Refuse a framework that is there: to take its place would change what others mean by its id."""
    there, differ = contents(context.store, context.scope, name), []
    for part in dict.fromkeys((*PARTS, *QUERIES)):
        here = rows[part][rows[part]["framework"] == name]
        if count := _different(part, here, there[part]):
            differ.append("its own row" if part == "framework" else f"{count:,} {part}{'' if count == 1 else 's'}")
    return Fault(
        "Framework is in the store already",
        context.name,
        row,
        "framework",
        f"'{name}', " + (f"which differs from this file in {', '.join(differ)}" if differ else "in which nothing differs from this file"),
        "the id of a version of its own" if differ else "a framework that the store does not hold",
        "Give the version another id, or undo the import of the one that is there."
        if differ
        else "There is nothing to take in; `skillsplan frameworks list` shows whether it counts.",
    )


def _different(part: str, here: pd.DataFrame, there: pd.DataFrame) -> int:
    """Count the things of a framework that are in one place only, or not the same in both."""
    model = PARTS.get(part)
    columns = [name for name in model.model_fields if name not in NOT_IN_FILES] if model else ["framework", "skill", "wider_skill"]
    key = [columns.index(name) for name in (model.KEY if model else columns)]
    one, other = (
        {tuple("" if pd.isna(cell) else f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row) for row in rows}
        for rows in (frame[columns].astype(object).itertuples(index=False, name=None) for frame in (here, there))
    )
    return len({tuple(row[place] for place in key) for row in one ^ other})


def _notes(rows: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    for name in rows["framework"]["framework"]:
        of = {part: int((frame["framework"] == name).sum()) for part, frame in rows.items()}
        counts = ", ".join(
            f"{of[part]:,} {words}" for part, words in (("role level", "role levels"), ("skill", "skills"), ("requirement", "requirements"))
        )
        yield f"'{name}': {counts}. It comes in without being active: look at its impact first, then switch it on."
    grouped = rows["wider skill"]["wider_skill"].nunique()
    if grouped:
        yield f"{grouped:,} skills are wider than others; the crosswalk says so."


# Crosswalk


def build_crosswalk(frame: pd.DataFrame, context: Context) -> Built:
    """Make the rows of the crosswalk; a row of the same two ids is replaced, one without a relation is left out."""
    accepted = frame[frame["relation"].notna()]
    rows = accepted[list(Crosswalk.model_fields)]
    faults = [*_unknown(rows, context), *_itself(rows, context), *_other_ranks(rows, context)]
    return Built({"crosswalk": rows}, faults, left_out({_RELATION_BLANK: len(frame) - len(accepted)}))


def _unknown(rows: pd.DataFrame, context: Context) -> Iterator[Fault]:
    frameworks = context.store.query("frameworks", context.scope)["framework"].tolist()
    held = {subject: _held(subject, context) for subject in ("skill", "role level")}
    for end in ("from", "to"):
        columns = (f"framework_{end}", f"id_{end}")
        for row, subject, framework, name in zip(rows.index, rows["subject"], *(rows[column] for column in columns), strict=True):
            if pd.isna(framework) or pd.isna(name) or subject not in held:
                continue  # told already
            if framework not in frameworks:
                allowed = "the frameworks of the store" + nearest(framework, frameworks)
                action = "Correct the id, or import the framework first."
                yield Fault("Unknown framework", context.name, int(row), columns[0], f"'{framework}'", allowed, action)
            elif name not in held[subject].get(framework, ()):
                allowed = f"the {subject}s of '{framework}'" + nearest(name, held[subject].get(framework, ()))
                yield Fault(f"Unknown {subject}", context.name, int(row), columns[1], f"'{name}'", allowed, "Correct the id.")


def _held(subject: str, context: Context) -> dict[str, list[str]]:
    column = subject.replace(" ", "_")
    rows = context.store.query(f"known_{column}s", context.scope)
    return {str(framework): part.tolist() for framework, part in rows.groupby("framework")[column]}


def _itself(rows: pd.DataFrame, context: Context) -> Iterator[Fault]:
    same = (rows["framework_from"] == rows["framework_to"]) & (rows["id_from"] == rows["id_to"])
    for row in rows.index[same]:
        yield Fault("Related to itself", context.name, int(row), "id_to", allowed="two different ids", action="Remove the row.")


def _other_ranks(rows: pd.DataFrame, context: Context) -> Iterator[Fault]:
    """Refuse to carry ranks over between scales of other lengths: rank 4 of 7 is not rank 4 of 4."""
    known = context.store.query("frameworks", context.scope)
    ranks = dict(zip(known["framework"], known["ranks"], strict=True))
    exact = rows[(rows["relation"] == "exact") & (rows["subject"] == "skill")]
    for row, one, other in zip(exact.index, exact["framework_from"], exact["framework_to"], strict=True):
        if one in ranks and other in ranks and ranks[one] != ranks[other]:
            yield Fault(
                "Other number of ranks",
                context.name,
                int(row),
                "relation",
                f"'exact' between {ranks[one]} and {ranks[other]} ranks",
                "close, broader, narrower or related, which carry no ranks over",
                "Name another relation.",
            )


def _example_framework() -> pd.DataFrame:
    whole = {"framework": "local-2026", "series": "local", "label": "Our local framework", "version": "2026", "publisher": "Our trust"}
    level = {"role_family": "data", "role_family_label": "Data", "role": "data-steward", "role_label": "Data steward"}
    level |= {"role_level": "data-steward", "role_level_label": "Data steward", "level_number": "1", "suggested_band": "6"}
    rows: Sequence[Mapping[str, object]] = [
        {"part": "framework", **whole, "licence": "ours", "source": "agreed in January", "ranks": 2, "measured_on": "roles"},
        {"part": "rank", "rank": 1, "rank_label": "Knows it"},
        {"part": "rank", "rank": 2, "rank_label": "Teaches it"},
        {"part": "role level", **level},
        {"part": "skill", "skill": "local-data-quality", "skill_label": "Data quality"},
        {"part": "requirement", "role_level": "data-steward", "skill": "local-data-quality", "required_rank": 2},
    ]
    return pd.DataFrame([{"framework": "local-2026", **row} for row in rows])


def _example_crosswalk() -> pd.DataFrame:
    ids = {"subject": "skill", "framework_from": "gdad-2025-08", "id_from": "data-development-process"}
    ids |= {"framework_to": "gdad-2026-10", "id_to": "data-development-process-management"}
    return pd.DataFrame([{**ids, "relation": "exact", "confidence": 0.9, "source": "agreed by the data team in January"}])


KINDS: tuple[Kind, ...] = (
    Kind(
        "framework",
        "Framework",
        "A competency framework in our columns: role levels, skills, ranks and requirements in one file.",
        FIELDS,
        build_framework,
        about="everybody",
        example=_example_framework,
    ),
    Kind(
        "case",
        "Framework as CASE",
        "A competency framework as 1EdTech CASE 1.0 JSON, ours or anybody's.",
        FIELDS,
        build_framework,
        about="everybody",
        parse=case.parse,
    ),
    Kind(
        "crosswalk",
        "Crosswalk",
        "What skills and role levels of one framework are in another; only what is exact carries assessments over.",
        fields_of(Crosswalk, relation={"filled": False}),
        build_crosswalk,
        about="everybody",
        example=_example_crosswalk,
    ),
)
