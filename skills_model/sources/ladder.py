"""The order of the levels of a role, which the official download does not say."""

from __future__ import annotations

import pandas as pd

from skills_model.reference import table

# Where our tables do not know the order, the words of the names tell it; 44 of the 48 official roles come out in their own order.
STEPS = (("apprentice", "trainee"), ("junior", "associate"), (), ("senior",), ("lead",), ("principal",), ("head", "chief"))
PARALLEL = " - management"  # a level for managing beside the technical one of the same name

type Key = tuple[str, str]
"""Id of a role and of its level."""


def numbered(levels: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Number the levels of every role from the most junior and give each its suggested band; say what is guessed.

    `levels` has a row a level: role, role_id, role_level, level_id. The order is that of the newest of our versions that knows all levels of the role,
    or else the order of the words in their names.
    """
    versions = known()
    bands = {key: band for version in reversed(versions) for key, (_, band) in version.items() if band}
    names = dict(zip(levels["level_id"], levels["role_level"], strict=True))
    keys = pd.Series(list(zip(levels["role_id"], levels["level_id"], strict=True)), index=levels.index, dtype=object)
    numbers: dict[Key, int] = {}
    guessed = []
    for _, role in levels.groupby("role_id", sort=False):
        own = keys[role.index].tolist()
        version = next((version for version in versions if set(own) <= set(version)), None)
        if version is None:
            guessed.append(str(role["role"].iloc[0]))
        in_order = sorted(own, key=lambda key: _step(names[key[1]])) if version is None else sorted(own, key=lambda key: version[key][0])
        numbers |= {key: number for number, key in enumerate(in_order, start=1)}
    made = levels.assign(level_number=keys.map(numbers), suggested_band=keys.map(bands))
    return made, _beside(levels) + _guesses(guessed)


def falls(levels: pd.DataFrame, needed: pd.DataFrame) -> list[str]:
    """Say where a senior level needs less of a skill than the level below it; levels for managing stand beside the ladder.

    `needed` has a row a requirement: role_id, level_id, role_level, skill, skill_name, rank.
    """
    ladder = needed.merge(levels[["level_id", "level_number"]], on="level_id")
    ladder = ladder[~ladder["role_level"].str.endswith(PARALLEL)].sort_values("level_number", kind="stable")
    before = ladder.groupby(["role_id", "skill"])["rank"].shift()
    lower = ladder[(ladder["rank"] < before).fillna(value=False)]
    if lower.empty:
        return []
    such = f"{lower['skill_name'].iloc[0]} of {lower['role_level'].iloc[0]}"
    return [f"{len(lower)} requirements are lower than at the level below, such as {such}; they are kept as published."]


def known() -> list[dict[Key, tuple[int, str | None]]]:
    """Return number and suggested band of the levels of each version in our tables, the newest version first."""
    rows = table("role_levels")
    versions = sorted({str(name) for name in rows["framework"] if name.startswith("gdad-")}, reverse=True)
    columns = ["framework", "role", "role_level", "level_number", "suggested_band"]
    found: dict[str, dict[Key, tuple[int, str | None]]] = {version: {} for version in versions}
    for version, role, level, number, band in rows.loc[rows["framework"].isin(versions), columns].to_numpy():
        found[version][role, level] = (int(number), None if pd.isna(band) else str(band))
    return list(found.values())


def _step(level: str) -> tuple[int, bool]:
    words = set(level.lower().split())
    steps = [number for number, names in enumerate(STEPS) if words & set(names)]
    return max(steps, default=STEPS.index(())), level.endswith(PARALLEL)


def _beside(levels: pd.DataFrame) -> list[str]:
    count = int(levels["role_level"].str.endswith(PARALLEL).sum())
    return [f"{count} levels for managing run beside the technical level of the same name and are numbered after it."] if count else []


def _guesses(roles: list[str]) -> list[str]:
    if not roles:
        return []
    order = f"The download does not say the order of levels, and our table does not know it for {len(roles)} roles: {', '.join(roles)}."
    action = "Check level_number: export the framework, correct it, import it again."
    return [f"{order} It was guessed from words such as junior, senior, lead and head. {action}"]
