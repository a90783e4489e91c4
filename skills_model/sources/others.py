"""Frameworks that users bring as their own licensed or downloaded copies: SFIA, ESCO, O*NET; nothing of theirs comes with the project.

The files name no version, so the date they describe does: `sfia-2024-04`. They come in without being active. Ids are the publisher's
own codes, so that files of one framework and later versions of it fit together.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from skills_model.errors import Fault
from skills_model.sources.kinds import Built, Context, Field, Kind, left_out, optional
from skills_model.sources.names import slug, tidy

LEVELS = range(1, 8)
MARKS = frozenset({"", "x", "y", "yes", "true", "1", "✓", "✔", "•", *(str(level) for level in LEVELS)})
"""What stands in a column of a level where the words for it are elsewhere."""


# SFIA


def build_sfia(frame: pd.DataFrame, context: Context) -> Built:
    """Make a framework of skills at levels 1 to 7, each described in the words of the user's copy."""
    rows = frame.assign(skill=frame["code"].map(lambda code: f"sfia-{slug(str(code))}"))
    texts = pd.concat([_texts(rows, 0, tidy(rows["overall_description"])), *(_texts(rows, level, _words(rows, level)) for level in LEVELS)])
    defined = sum(int(_is_defined(rows, level).sum()) for level in LEVELS)
    label = pd.DataFrame({"skill": rows["skill"], "skill_label": tidy(rows["skill"].where(rows["skill_name"].isna(), rows["skill_name"]))})
    facts = {"skill": label, "description": texts}
    notes = [f"{len(rows)} skills are defined at {defined} levels, {(texts['rank'] > 0).sum()} of them described."]
    return _new("sfia", facts, 7, ("SFIA", "SFIA Foundation", "your own licence"), context, frame.index[0], notes)


def _is_defined(rows: pd.DataFrame, level: int) -> pd.Series[bool]:
    return rows[f"level_{level}"].fillna("").ne("") | rows[f"level_{level}_description"].fillna("").ne("")


def _words(rows: pd.DataFrame, level: int) -> pd.Series[str]:
    """Return the description of a level: SFIA 9 has columns of its own for it, the layout of SFIA 8 writes it where 9 has a mark."""
    mark, words = tidy(rows[f"level_{level}"]), tidy(rows[f"level_{level}_description"])
    return words.mask(words.eq("") & ~mark.str.lower().isin(MARKS), mark)


def _texts(rows: pd.DataFrame, rank: int, texts: pd.Series[str]) -> pd.DataFrame:
    said = pd.DataFrame({"subject": "skill", "id": rows["skill"], "rank": rank, "text": texts})
    return said[said["text"] != ""]


# ESCO


def build_esco(frame: pd.DataFrame, context: Context) -> Built:
    """Add the skills, the occupations or the relations of ESCO, whichever of its three files this is; there is one rank, needed or not."""
    framework = _framework("esco", context)
    held = {name: set(_held(name, framework, context)) for name in ("skill", "role_level")}
    if frame["occupation_uri"].notna().any():
        return _relations(frame, framework, held, context)
    if frame["concept_uri"].isna().all():
        action = "Import skills_en.csv, occupations_en.csv or occupationSkillRelations_en.csv."
        return Built({}, [Fault("Not a file of ESCO", context.name, found="neither concepts nor relations", action=action)])
    ids = _ids(frame["concept_uri"])
    occupations = frame["concept_type"].eq("Occupation")
    made = {"role_level": _occupations(frame[occupations], ids), "skill": _esco_skills(frame[~occupations], ids)}
    texts = pd.DataFrame(
        {
            "subject": occupations.map({True: "role level", False: "skill"}),
            "id": ids,
            "rank": 0,
            "text": tidy(frame["description"]),
        }
    )
    facts = {name: rows[~rows[name].isin(held[name])] for name, rows in made.items()} | {"description": texts[texts["text"] != ""]}
    known = sum(len(made[name]) - len(facts[name]) for name in made)
    notes = [f"{known} concepts are in '{framework}' already; only their texts are taken."] if known else []
    return _new("esco", facts, 1, ("ESCO", "European Commission", "your own copy"), context, frame.index[0], notes, again=True)


def _ids(addresses: pd.Series[str]) -> pd.Series[str]:
    """Make an id of the last part of each address, which is the publisher's own."""
    ends = {uri: f"esco-{slug(uri.rstrip('/').rsplit('/', 1)[-1])}" for uri in addresses.dropna().unique()}
    return addresses.map(ends).astype("str")


def _occupations(rows: pd.DataFrame, ids: pd.Series[str]) -> pd.DataFrame:
    group = rows["isco_group"].fillna("unknown").map(lambda code: str(code).removeprefix("C"))
    label = tidy(rows["preferred_label"])
    return pd.DataFrame(
        {
            "role_family": group.map(lambda code: f"isco-{slug(code)}"),
            "role_family_label": "ISCO-08 " + group,
            "role": ids[rows.index],
            "role_label": label,
            "role_level": ids[rows.index],
            "role_level_label": label,
            "level_number": 1,
            "suggested_band": None,
        }
    )


def _esco_skills(rows: pd.DataFrame, ids: pd.Series[str]) -> pd.DataFrame:
    return pd.DataFrame({"skill": ids[rows.index], "skill_label": tidy(rows["preferred_label"])})


def _relations(frame: pd.DataFrame, framework: str, held: dict[str, set[str]], context: Context) -> Built:
    if not held["skill"] or not held["role_level"]:
        action = "Import skills_en.csv and occupations_en.csv of the same date first."
        return Built(
            {},
            [Fault("Relations without what they relate", context.name, found=f"no skills and occupations of '{framework}'", action=action)],
        )
    rows = pd.DataFrame({"role_level": _ids(frame["occupation_uri"]), "skill": _ids(frame["skill_uri"]), "required_rank": 1})
    essential = frame["relation_type"].eq("essential")
    slight = left_out({"optional for the occupation": int((~essential).sum())})
    return Built({"requirement": rows[essential].assign(framework=framework)}, left_out=slight)


# O*NET


def build_onet(frame: pd.DataFrame, context: Context) -> Built:
    """Make a framework of occupations and the levels of the skills that are important in them.

    A skill is needed where its importance (scale IM, 1 to 5) is at least the assumption `onet_importance`; the rank is its level (scale
    LV, 0 to 7), rounded.
    """
    rows = frame.assign(
        role_level=frame["occupation_code"].map(lambda code: f"onet-{slug(str(code))}"),
        skill=frame["element_id"].map(lambda code: f"onet-{slug(str(code))}"),
        rank=(frame["data_value"] + 0.5) // 1,
    )
    rows, faults = _told_once(rows, context.name)
    key = ["role_level", "skill"]
    least = context.assumptions.value("onet_importance")
    levels, importance = rows[rows["scale_id"] == "LV"], rows[rows["scale_id"] == "IM"]
    weight = levels[key].merge(importance[[*key, "data_value"]], on=key, how="left").set_index(levels.index)["data_value"]
    doubtful = levels["recommend_suppress"].eq("Y") | levels["not_relevant"].eq("Y")
    slight = ~doubtful & (weight < least)
    none = ~doubtful & ~slight & (levels["rank"] < 1)
    needed = levels[~(doubtful | slight | none)]
    reasons = {
        "marked as not relevant, or to be suppressed": doubtful,
        f"importance below {least:g} (assumption onet_importance)": slight,
        "level 0": none,
    }
    occupations, skills = rows.drop_duplicates("role_level"), rows.drop_duplicates("skill")
    facts = {
        "role_level": _onet_occupations(occupations),
        "skill": pd.DataFrame({"skill": skills["skill"], "skill_label": skills["element_name"].fillna(skills["element_id"])}),
        "requirement": needed[key].assign(required_rank=needed["rank"].astype("Int64")),
    }
    unweighed = int(weight[~doubtful].isna().sum())
    notes = [f"{len(levels)} levels and {len(importance)} importances of {len(occupations)} occupations were read."]
    notes += [f"{unweighed} levels have no importance beside them and count as needed."] if unweighed else []
    built = _new("onet", facts, 7, ("O*NET", "US Department of Labor", "your own copy"), context, frame.index[0], notes)
    counts = {reason: int(which.sum()) for reason, which in reasons.items()}
    return replace(built, faults=[*built.faults, *faults], left_out=left_out(counts))


def _told_once(rows: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Keep the first value of an occupation, skill and scale; another one is a fault."""
    again = rows.duplicated(["role_level", "skill", "scale_id"])
    said = rows[["occupation_code", "element_id", "scale_id"]].notna().all(axis="columns")
    return rows[~again], [
        Fault(
            "Value given twice",
            name,
            int(str(row)),
            "data_value",
            f"'{scale}' again",
            "each occupation, skill and scale once",
            "Remove one row.",
        )
        for row, scale in rows.loc[again & said, "scale_id"].items()
    ]


def _onet_occupations(rows: pd.DataFrame) -> pd.DataFrame:
    major = rows["occupation_code"].str[:2]
    label = rows["title"].fillna(rows["occupation_code"])
    return pd.DataFrame(
        {
            "role_family": "soc-" + major,
            "role_family_label": "SOC major group " + major,
            "role": rows["role_level"],
            "role_label": label,
            "role_level": rows["role_level"],
            "role_level_label": label,
            "level_number": 1,
            "suggested_band": None,
        }
    )


# What they have in common


def _framework(series: str, context: Context) -> str:
    return f"{series}-{context.as_at:%Y-%m}"


def _held(name: str, framework: str, context: Context) -> pd.Series[str]:
    known = context.store.query(f"known_{name}s", context.scope)
    return known.loc[known["framework"] == framework, name]


def _new(
    series: str,
    facts: dict[str, pd.DataFrame],
    ranks: int,
    about: tuple[str, str, str],
    context: Context,
    row: int,
    notes: list[str],
    *,
    again: bool = False,
) -> Built:
    """Make the rows of a new framework; `again` lets another file of it add to one that is there."""
    framework = _framework(series, context)
    there = framework in set(context.store.query("frameworks", context.scope)["framework"])
    if there and not again:
        action = "Give the date of this file, or undo the import of the other one."
        return Built(
            {},
            [Fault("Framework is in the store already", context.name, found=f"'{framework}'", allowed="a date of its own", action=action)],
        )
    rows = {name: frame.assign(framework=framework) for name, frame in facts.items()}
    if there:
        return Built(rows, notes=notes)
    label, publisher, licence = about
    described = {
        "framework": framework,
        "series": series,
        "label": label,
        "version": f"as at {context.as_at}",
        "publisher": publisher,
        "licence": licence,
        "source": f"'{context.name}'",
        "ranks": ranks,
        "active": False,
        "measured_on": "roles",
    }
    names = pd.DataFrame({"framework": framework, "rank": range(1, ranks + 1)}, index=[row] * ranks)
    rows |= {"framework": pd.DataFrame([described], index=[row]), "framework_rank": names.assign(rank_label=_rank_labels(ranks))}
    return Built(rows, notes=[f"'{framework}' comes in without being active: look at its impact first, then switch it on.", *notes])


def _rank_labels(ranks: int) -> list[str]:
    return ["Needed"] if ranks == 1 else [f"Level {rank}" for rank in range(1, ranks + 1)]


SFIA = Kind(
    "sfia",
    "SFIA",
    "Your own licensed copy of SFIA, version 8 or 9: a row a skill, with its levels 1 to 7.",
    (
        Field("code", "code of the skill", headings=("skill code",)),
        Field("skill_name", "name of the skill", headings=("skill", "name")),
        optional("overall_description", "what the skill is", "overall description", "description"),
        *(optional(f"level_{n}", f"a mark, or words, where the skill is defined at level {n}", f"level {n}", f"{n}") for n in LEVELS),
        *(optional(f"level_{n}_description", f"what level {n} is", f"level {n} description", f"level description {n}") for n in LEVELS),
    ),
    build_sfia,
    about="everybody",
    dated=True,
)
ESCO = Kind(
    "esco",
    "ESCO",
    "Your own download of ESCO: skills_en.csv and occupations_en.csv first, then occupationSkillRelations_en.csv, all with one date.",
    (
        optional("concept_type", "kind of concept", "conceptType"),
        optional("concept_uri", "address of the concept", "conceptUri"),
        optional("preferred_label", "name", "preferredLabel"),
        optional("description", "what it is"),
        optional("isco_group", "group of occupations", "iscoGroup"),
        optional("occupation_uri", "occupation of a relation", "occupationUri"),
        optional("relation_type", "essential or optional", "relationType"),
        optional("skill_uri", "skill of a relation", "skillUri"),
    ),
    build_esco,
    about="everybody",
    dated=True,
)
ONET = Kind(
    "onet",
    "O*NET",
    "Your own download of O*NET's Skills.xlsx: a row an occupation, skill and scale (IM importance, LV level).",
    (
        Field("occupation_code", "code of the occupation", headings=("O*NET-SOC Code",), pattern=r"[0-9]{2}-[0-9]{4}(\.[0-9]{2})?"),
        optional("title", "name of the occupation"),
        Field("element_id", "code of the skill", headings=("Element ID",)),
        optional("element_name", "name of the skill", "Element Name"),
        Field("scale_id", "scale", headings=("Scale ID",), choices=("IM", "LV")),
        Field("data_value", "value on the scale", type="number", headings=("Data Value",), minimum=0, maximum=7),
        optional("recommend_suppress", "Y where few answered", "Recommend Suppress"),
        optional("not_relevant", "Y where most said the skill does not matter", "Not Relevant"),
    ),
    build_onet,
    about="everybody",
    dated=True,
)
KINDS = (SFIA, ESCO, ONET)
