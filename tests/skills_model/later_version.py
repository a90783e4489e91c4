"""The later version of the official framework, worked out anew from the version before and the official change log.

The tables in data/reference hold the result, so that it can be read and corrected; a test holds them to this.
"""

from __future__ import annotations

import re

import pandas as pd

from skills_model.reference import table

OLD, NEW = "gdad-2025-08", "gdad-2026-10"
LOG = "official change log, entry of {date}, read on 2026-10-06"
AS_BEFORE = "official downloads, release of 2025-08-29; as before in the official change log up to 2026-09-30"
RENAMED_OR_UPDATED = {"skill renamed": ("exact", 1.0), "skill updated": ("close", 0.8)}
RANKS = {"awareness": 1, "working": 2, "practitioner": 3, "expert": 4}


def slug(label: str) -> str:
    """Turn a name into an id."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def changes(*kinds: str) -> pd.DataFrame:
    """Return the entries of the change log of these kinds."""
    rows = table("framework_changes")
    return rows[rows["change"].isin(kinds)]


def rebuilt() -> dict[str, pd.DataFrame]:
    """Return the rows of the later version in the shape of the reference tables, in their order."""
    requirements = _requirements()
    return {
        "role_levels": _role_levels(),
        "skills": _skills(requirements),
        "requirements": requirements,
        "crosswalk": _crosswalk(),
        "unpublished_ranks": _unpublished(),
    }


def _of(name: str) -> pd.DataFrame:
    rows = table(name)
    return rows[rows["framework"] == OLD].reset_index(drop=True)


def _role_levels() -> pd.DataFrame:
    rows = table("role_levels_2026_10").rename(columns={"third_party_band": "suggested_band"})
    before = _of("role_levels").set_index("role_level")
    ours = rows["suggested_band"].isna() & rows["role_level"].isin(before.index)
    theirs = "third party: roles-skills/roles-skills, CC BY 4.0"
    rows["suggested_band_source"] = pd.Series(theirs, index=rows.index, dtype="str").where(rows["suggested_band"].notna())
    for column in ("suggested_band", "suggested_band_source"):
        rows.loc[ours, column] = rows.loc[ours, "role_level"].map(before[column])
    return rows.sort_values(["role_family", "role", "level_number"])[list(table("role_levels").columns)].reset_index(drop=True)


def _new_names() -> pd.DataFrame:
    """Return old id, new id, new label, relation, confidence, date and words of every skill that was renamed or updated."""
    rows = changes(*RENAMED_OR_UPDATED).drop_duplicates(["old", "new"])  # an entry for each role that uses it
    ids = _of("skills").set_index("skill_label")["skill"]
    return pd.DataFrame(
        {
            "id_from": rows["old"].map(ids),
            "id_to": rows["new"].map(slug),
            "label": rows["new"],
            "relation": [RENAMED_OR_UPDATED[change][0] for change in rows["change"]],
            "confidence": [RENAMED_OR_UPDATED[change][1] for change in rows["change"]],
            "date": rows["date"],
            "change": rows["change"],
        }
    ).reset_index(drop=True)


def _skills(requirements: pd.DataFrame) -> pd.DataFrame:
    names = _new_names().set_index("id_from")
    rows = _of("skills")
    changed = rows["skill"].map(names["date"])
    rows["source"] = pd.Series(AS_BEFORE, index=rows.index).where(changed.isna(), changed.map(lambda day: LOG.format(date=day)))
    rows["skill_label"] = rows["skill"].map(names["label"]).fillna(rows["skill_label"])
    rows["skill"] = rows["skill"].map(names["id_to"]).fillna(rows["skill"])
    needed = {*requirements["skill"], *table("roles_without_levels")["skill"]}
    added = changes("skill added", "skill added to role")
    added = pd.DataFrame(
        {"skill": added["new"].map(slug), "skill_label": added["new"], "source": added["date"].map(lambda day: LOG.format(date=day))}
    )
    rows = pd.concat([rows[rows["skill"].isin(needed)], added]).drop_duplicates("skill")
    return rows.assign(framework=NEW).sort_values("skill")[list(table("skills").columns)].reset_index(drop=True)


def _requirements() -> pd.DataFrame:
    levels = _of("role_levels").set_index("role_level")
    rows = _of("requirements")
    rows["role_label"] = rows["role_level"].map(levels["role_label"])
    ids = _of("skills").set_index("skill_label")["skill"]
    for entry in changes("skill removed from role").itertuples():
        rows = rows[~((rows["role_label"] == entry.role_label) & (rows["skill"] == ids[entry.old]))]
    rows = rows.assign(source=AS_BEFORE)
    names = _new_names().set_index("id_from")
    day = rows["skill"].map(names["date"])
    rows["source"] = rows["source"].where(
        day.isna(), "rank of the release of 2025-08-29; skill as in the " + day.map(lambda one: LOG.format(date=one))
    )
    rows["skill"] = rows["skill"].map(names["id_to"]).fillna(rows["skill"])
    level_names = changes("role level renamed").set_index("old")["new"]
    labels = levels["role_level_label"].map(level_names).dropna()
    rows["role_level"] = rows["role_level"].map(labels.map(slug)).fillna(rows["role_level"])
    for entry in changes("requirement added", "error corrected").itertuples():
        level, skill, rank = re.fullmatch(r"(.+): (.+) at (\w+)", entry.new).groups()
        rows = rows[~((rows["role_level"] == slug(level)) & (rows["skill"] == slug(skill)))]
        one = {"role_level": slug(level), "skill": slug(skill), "required_rank": RANKS[rank], "source": LOG.format(date=entry.date)}
        rows = pd.concat([rows, pd.DataFrame([one])])
    place = {level: number for number, level in enumerate(_role_levels()["role_level"])}
    rows = rows.assign(framework=NEW, place=rows["role_level"].map(place)).sort_values(["place", "skill"])
    return rows[list(table("requirements").columns)].reset_index(drop=True)


def _crosswalk() -> pd.DataFrame:
    names = _new_names()
    skills = names.assign(subject="skill", words=names["change"].str.removeprefix("skill "))
    renamed = changes("role level renamed")
    ids = _of("role_levels").set_index("role_level_label")["role_level"]
    levels = pd.DataFrame({"id_from": renamed["old"].map(ids), "id_to": renamed["new"].map(slug), "date": renamed["date"]})
    levels = levels.assign(subject="role level", relation="exact", confidence=1.0, words="renamed")
    rows = pd.concat([skills, levels]).assign(framework_from=OLD, framework_to=NEW)
    rows["source"] = [f"{LOG.format(date=day)}: {words}" for day, words in zip(rows["date"], rows["words"], strict=True)]
    order = ["subject", "framework_from", "id_from", "framework_to", "id_to", "relation", "confidence", "source"]
    return rows.sort_values(["subject", "id_from"])[order].reset_index(drop=True)


def _unpublished() -> pd.DataFrame:
    """List what the log adds without saying which rank which role level needs."""
    roles = table("role_levels_2026_10")
    ids = roles.drop_duplicates("role_label").set_index("role_label")["role"]
    new_roles = changes("role renamed").set_index("old")["new"]
    skills = changes("skill added to role", "skill added")
    role = skills["role_label"].map(ids)
    by_skill = pd.DataFrame({"role": role, "skill": skills["new"].map(slug), "date": skills["date"]})
    added = changes("role level added", "role added")
    added = added.assign(new=added["new"].str.split("; ")).explode("new")
    by_level = pd.DataFrame(
        {
            "role": added["role_label"].map(lambda label: new_roles.get(label, label)).map(ids),
            "role_level": added["new"].map(slug),
            "date": added["date"],
        }
    )
    rows = pd.concat([by_skill, by_level]).assign(framework=NEW)
    rows["source"] = rows["date"].map(lambda day: LOG.format(date=day))
    rows = rows.sort_values(["date", "role", "role_level", "skill"], na_position="last")
    return rows[["framework", "role", "role_level", "skill", "source"]].reset_index(drop=True)
