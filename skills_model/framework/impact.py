"""What switching a framework on would do to roles, requirements, assessments, posts and gaps, before it is done.

Everything is worked out with the framework really active, in a store that is only supposed; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pandas as pd

from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.cuts import protected
from skills_model.errors import DataError, Fault
from skills_model.framework.compare import Comparison, compare
from skills_model.framework.shipped import unpublished
from skills_model.framework.switch import switched_on
from skills_model.gap import gaps
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.store import Store

SKILL_FATES = ("as it is", "reworded", "renamed", "begins to count", "not carried over")
ROLE_FATES = ("as it is", "renamed", "other requirements", "without requirements", "disappears")
GAP_MEASURES = ("headcount", "required_fte", "coverage", "fte_short", "total_ranks_short")


@dataclass(frozen=True)
class Impact:
    """What switching `framework` on, in the place of `replaces`, would do; numbers of people outside the user's own are protected.

    `comparison` is there where it takes another version's place. `faults` say why it cannot be switched on; then nothing below is there.
    `levels`: fate (SKILL_FATES), headcount, levels: what becomes of the ranks that people hold now. `staff`: fate (ROLE_FATES), headcount,
    fte, budgeted_fte: what becomes of their role levels and of funded posts. `role_levels`: those that change, with role_level, label,
    becomes, fate and the same numbers. `lost_needs`: requirements of other active frameworks whose skill falls away: framework,
    role_level, skill. `gaps`: role_family, label and each of GAP_MEASURES before and after, the sum first. `unpublished`: what the
    framework adds without saying which rank is needed.
    """

    framework: str
    replaces: tuple[str, ...]
    comparison: Comparison | None
    faults: tuple[Fault, ...]
    unpublished: pd.DataFrame
    levels: pd.DataFrame
    staff: pd.DataFrame
    role_levels: pd.DataFrame
    lost_needs: pd.DataFrame
    gaps: pd.DataFrame


@dataclass(frozen=True)
class _Sight:
    """A store asked on behalf of a user, about an area."""

    store: Store
    scope: Scope
    area: list[str] | None
    assumptions: Assumptions

    def skills(self) -> dict[str, set[str]]:
        """Return which active skills each skill counts for."""
        rows = self.store.query("active_skill", self.scope)
        return {str(found): set(names) for found, names in rows.groupby("found")["skill"]}

    def role_levels(self) -> dict[str, str]:
        """Return which active role level each role level counts for."""
        rows = self.store.query("active_role_level", self.scope)
        return dict(zip(rows["found"], rows["role_level"], strict=True))

    def needs(self) -> dict[str, dict[str, int]]:
        """Return which rank of which skill each active role level needs."""
        rows = self.store.query("requirements", self.scope)
        return {
            str(level): dict(zip(part["skill"], part["required_rank"].astype(int), strict=True))
            for level, part in rows.groupby("role_level")
        }

    def gaps(self, by: Sequence[str]) -> pd.DataFrame:
        """Measure the gap."""
        return gaps(self.store, self.scope, by, self.area, self.assumptions)

    def count(self, query: str, people: Sequence[str], **parameters: object) -> pd.DataFrame:
        """Ask for counts of people, protected unless all of the area may be seen exactly."""

        def found(codes: list[str] | None) -> pd.DataFrame:
            return self.store.query(query, self.scope.reach(), organisations=codes, **parameters)

        frame = found(self.area)
        by = [str(name) for name in frame if name not in {"headcount", *people}]
        return protected(frame, self.scope, by, self.area, self.assumptions, counts=people, own=found)


def impact(
    store: Store,
    scope: Scope,
    framework: str,
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    *,
    rule: RankRule | None = None,
) -> Impact:
    """Work out what switching a framework on would do, in all organisations in reach of the scope or in some; `rule` is the rank rule.

    Raises DataError where the framework or an organisation is unknown, or where there is nothing to switch.
    """
    area = known(store, scope, organisations)
    rows = switched_on(store, scope, framework)
    replaces = tuple(rows.loc[~rows["active"].astype(bool), "framework"])
    comparison = compare(store, scope, replaces[0], framework) if replaces else None
    nothing = pd.DataFrame()
    blank = Impact(framework, replaces, comparison, (), unpublished(framework), nothing, nothing, nothing, nothing, nothing)
    numbers = assumptions or Assumptions.of(store, scope)
    now = _Sight(store, scope, area, numbers)
    try:
        with _supposed(now, rows, rule or RankRule.from_assumptions(numbers)) as then:
            return _measured(blank, now, then)
    except DataError as error:
        return replace(blank, faults=error.faults)


@contextmanager
def _supposed(now: _Sight, rows: pd.DataFrame, rule: RankRule) -> Iterator[_Sight]:
    with now.store.supposing({"framework": rows}, organisations=now.area, rule=rule) as store:
        yield replace(now, store=store)


def _measured(blank: Impact, now: _Sight, then: _Sight) -> Impact:
    reworded = set() if blank.comparison is None else _reworded(blank.comparison)
    skills = _skill_fates(now.skills(), then.skills(), reworded)
    places = _role_fates(now, then)
    parameters = {"role_levels": list(places), "fates": [fate for fate, _ in places.values()]}
    changed = {level: fate for level, (fate, _) in places.items() if fate != "as it is"}
    each = now.count("framework_staff", ["fte", "budgeted_fte"], role_levels=list(changed), fates=list(changed.values()), each=True)
    return replace(
        blank,
        levels=_in_order(now.count("framework_levels", ["levels"], skills=list(skills), fates=list(skills.values())), SKILL_FATES),
        staff=_in_order(now.count("framework_staff", ["fte", "budgeted_fte"], **parameters, each=False), ROLE_FATES).drop(
            columns="role_level"
        ),
        role_levels=_changed_levels(now, {level: becomes for level, (_, becomes) in places.items()}, each),
        lost_needs=_lost_needs(blank, now, then),
        gaps=_before_and_after(now, then),
    )


def _reworded(comparison: Comparison) -> set[str]:
    rows = comparison.changes
    return set(rows.loc[(rows["subject"] == "skill") & (rows["change"] == "updated") & (rows["id_from"] == rows["id_to"]), "id_from"])


def _skill_fates(now: Mapping[str, set[str]], then: Mapping[str, set[str]], reworded: set[str]) -> dict[str, str]:
    """Say what becomes of the ranks held in each skill that counts now, or that would."""
    fates = {}
    for skill, counts_for in now.items():
        if skill not in counts_for:
            continue  # its ranks are held as those of the active skills already
        if skill not in then:
            fates[skill] = "not carried over"
        elif skill in then[skill]:
            fates[skill] = "reworded" if skill in reworded else "as it is"
        else:
            fates[skill] = "renamed"
    return fates | {skill: "begins to count" for skill in then if skill not in now}


def _role_fates(now: _Sight, then: _Sight) -> dict[str, tuple[str, str | None]]:
    """Say what becomes of each role level that counts now, and which one it becomes."""
    skills, places = then.skills(), then.role_levels()
    needed, needs = now.needs(), then.needs()
    fates: dict[str, tuple[str, str | None]] = {}
    for level, counts_for in now.role_levels().items():
        if level != counts_for:
            continue
        becomes = places.get(level)
        before, after = _carried(needed.get(level, {}), skills), needs.get(becomes or "", {})
        if becomes is None:
            fates[level] = ("disappears", None)
        elif needed.get(level) and not after:
            fates[level] = ("without requirements", becomes)
        elif before != after:
            fates[level] = ("other requirements", becomes)
        else:
            fates[level] = ("as it is" if becomes == level else "renamed", becomes)
    return fates


def _carried(needs: Mapping[str, int], skills: Mapping[str, set[str]]) -> dict[str, int]:
    """Return requirements under the names that their skills will have; one whose skill falls away stays as it was."""
    carried: dict[str, int] = {}
    for skill, rank in needs.items():
        for name in skills.get(skill, {skill}):
            carried[name] = max(rank, carried.get(name, 0))
    return carried


def _changed_levels(now: _Sight, becomes: Mapping[str, str | None], each: pd.DataFrame) -> pd.DataFrame:
    labels = now.store.query("role_levels", now.scope).set_index("role_level")["role_level_label"]
    rows = each.assign(
        label=each["role_level"].map(labels), becomes=pd.Series([becomes[level] for level in each["role_level"]], dtype="str")
    )
    return _in_order(rows[["role_level", "label", "becomes", "fate", "headcount", "fte", "budgeted_fte"]], ROLE_FATES)


def _lost_needs(blank: Impact, now: _Sight, then: _Sight) -> pd.DataFrame:
    """List what role levels of other frameworks need now of the version that goes, and would need no more."""
    rows = now.store.query("requirements", now.scope)
    skills = then.skills()
    lost = rows[~rows["framework"].isin(blank.replaces) & ~rows["skill"].isin(list(skills))]
    return lost[["framework", "role_level", "skill"]].reset_index(drop=True)


def _before_and_after(now: _Sight, then: _Sight) -> pd.DataFrame:
    parts = [_of_families(now, "before"), _of_families(then, "after")]
    rows = parts[0].merge(parts[1], on=["role_family", "label"], how="outer")
    first = (rows["role_family"] != "").astype(int)
    numbers = [f"{measure}_{when}" for measure in GAP_MEASURES for when in ("before", "after")]
    return rows.assign(first=first).sort_values(["first", "label"], ignore_index=True)[["role_family", "label", *numbers]]


def _of_families(sight: _Sight, when: str) -> pd.DataFrame:
    levels = sight.store.query("role_levels", sight.scope)
    labels = dict(zip(levels["role_family"], levels["role_family_label"], strict=True))
    every = sight.gaps([]).assign(role_family="")
    rows = pd.concat([every, sight.gaps(["role_family"])], ignore_index=True) if len(every) else sight.gaps(["role_family"])
    rows = rows.assign(label=rows["role_family"].map({**labels, "": "All"}))
    return rows[["role_family", "label", *GAP_MEASURES]].rename(columns={name: f"{name}_{when}" for name in GAP_MEASURES})


def _in_order(rows: pd.DataFrame, fates: Sequence[str]) -> pd.DataFrame:
    place = {fate: number for number, fate in enumerate(fates)}
    by = ["place", *(["label"] if "label" in rows else [])]
    return rows.assign(place=rows["fate"].map(place)).sort_values(by, ignore_index=True).drop(columns="place")
