"""What is new, gone, renamed, raised or lowered between two frameworks, versions of one above all; whether they are active is no matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.store import Store

COLUMNS = ["subject", "change", "id_from", "label_from", "id_to", "label_to", "skill", "skill_label", "rank_from", "rank_to"]

type Node = tuple[str, str]  # framework, id
type Pair = tuple[str | None, str | None, str]  # id before, id after, what became of it


@dataclass(frozen=True)
class Comparison:
    """Two frameworks side by side.

    `changes` has COLUMNS, one row a difference. A role, role level or skill is added, removed, renamed (the same under another name) or
    updated (nearly the same, or reworded under its name); a requirement is added, dropped, raised or lowered, and its ids are those of the
    role level.
    """

    old: str
    new: str
    changes: pd.DataFrame

    def counts(self) -> pd.DataFrame:
        """Return how many differences there are: subject, change, count."""
        return self.changes.groupby(["subject", "change"], as_index=False, sort=False).size().rename(columns={"size": "count"})


def compare(store: Store, scope: Scope, old: str, new: str) -> Comparison:
    """Compare two frameworks of the store; raises DataError for one that it does not hold."""
    require_frameworks(store, scope, [old, new])
    levels = [store.query("framework_role_levels", scope, framework=name) for name in (old, new)]
    skills = [store.query("framework_skills", scope, framework=name) for name in (old, new)]
    needs = [store.query("framework_requirements", scope, framework=name) for name in (old, new)]
    level_pairs = _pairs(store, scope, "role level", (old, new), [_labels(rows, "role_level") for rows in levels])
    skill_pairs = _pairs(store, scope, "skill", (old, new), [_labels(rows, "skill") for rows in skills])
    named = [_labels(rows, "skill") for rows in needs]
    changes = [
        *_rows("role", _role_pairs(levels, level_pairs), [_labels(rows, "role") for rows in levels]),
        *_rows("role level", level_pairs, [_labels(rows, "role_level") for rows in levels]),
        *_rows("skill", skill_pairs, [_labels(rows, "skill") for rows in skills]),
        *_requirement_rows(needs, level_pairs, skill_pairs, [_labels(rows, "role_level") for rows in levels], {**named[0], **named[1]}),
    ]
    frame = pd.DataFrame(changes, columns=COLUMNS)
    types = dict.fromkeys(COLUMNS[:8], "str") | dict.fromkeys(COLUMNS[8:], "Int64")
    return Comparison(old, new, frame.astype(types))


def require_frameworks(store: Store, scope: Scope, names: Iterable[str]) -> None:
    """Raise DataError, naming the nearest, for each framework that the store does not hold."""
    known = store.query("frameworks", scope)["framework"].tolist()
    faults = [
        Fault(
            "Unknown framework",
            "framework",
            column="framework",
            found=f"'{name}'",
            allowed="the ids that `skillsplan frameworks list` shows" + nearest(name, known),
            action="Correct the id.",
        )
        for name in names
        if name not in known
    ]
    if faults:
        raise DataError(faults)


def _labels(rows: pd.DataFrame, column: str) -> dict[str, str]:
    return dict(zip(rows[column], rows[f"{column}_label"], strict=True))


def _pairs(store: Store, scope: Scope, subject: str, frameworks: tuple[str, str], labels: list[dict[str, str]]) -> list[Pair]:
    """Find what each id of one framework is in the other: by its name, by what is exactly the same, then by what is close."""
    old, new = labels
    rows = store.query("crosswalk", scope)
    rows = rows[rows["subject"] == subject]
    same = _neighbours(store, scope, subject, rows[rows["relation"] == "exact"])
    reached = {one: _reached((frameworks[0], one), same) for one in old}
    there = {(one, other) for one, nodes in reached.items() for framework, other in nodes if framework == frameworks[1] and other in new}
    close = _directed(rows[rows["relation"] == "close"], frameworks)
    pairs: list[Pair] = [(one, other, _change(one, other, old, new, close)) for one, other in sorted(there)]
    met = {one for one, _ in there}
    pairs += [(one, other, "updated") for one, other in sorted(close) if one in old and other in new and one not in met]
    gone = set(old) - {one for one, _, _ in pairs}
    come = set(new) - {other for _, other, _ in pairs}
    return [*pairs, *((one, None, "removed") for one in sorted(gone)), *((None, one, "added") for one in sorted(come))]


def _change(one: str, other: str, old: Mapping[str, str], new: Mapping[str, str], close: set[tuple[str, str]]) -> str:
    if one != other or old[one] != new[other]:
        return "renamed"
    return "updated" if (one, other) in close else "same"


def _directed(rows: pd.DataFrame, frameworks: tuple[str, str]) -> set[tuple[str, str]]:
    """Return the pairs of ids that rows name, from the first framework to the second, whichever way they were written."""
    there = rows[(rows["framework_from"] == frameworks[0]) & (rows["framework_to"] == frameworks[1])]
    back = rows[(rows["framework_from"] == frameworks[1]) & (rows["framework_to"] == frameworks[0])]
    return {*zip(there["id_from"], there["id_to"], strict=True), *zip(back["id_to"], back["id_from"], strict=True)}


def _neighbours(store: Store, scope: Scope, subject: str, exact: pd.DataFrame) -> dict[Node, set[Node]]:
    """Return what is the same at first hand: by the crosswalk, and by the same id in two versions of a series."""
    column = subject.replace(" ", "_")
    series = store.query("frameworks", scope).set_index("framework")["series"]
    rows = store.query(f"known_{column}s", scope)
    found: dict[Node, set[Node]] = {}
    several = rows[rows.assign(series=rows["framework"].map(series)).duplicated(["series", column], keep=False)]
    for (_, name), versions in several.groupby([several["framework"].map(series), column])["framework"]:
        nodes = {(str(version), str(name)) for version in versions}
        found |= {node: nodes - {node} for node in nodes}
    here = zip(exact["framework_from"], exact["id_from"], strict=True)
    for one, other in zip(here, zip(exact["framework_to"], exact["id_to"], strict=True), strict=True):
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


def _reached(start: Node, neighbours: Mapping[Node, set[Node]]) -> set[Node]:
    found, waiting = {start}, [start]
    while waiting:
        new = neighbours.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _role_pairs(levels: list[pd.DataFrame], level_pairs: list[Pair]) -> list[Pair]:
    """Find renamed roles by their levels: a role is another's if any of its levels is."""
    of = [dict(zip(rows["role_level"], rows["role"], strict=True)) for rows in levels]
    labels = [_labels(rows, "role") for rows in levels]
    met = {(of[0][one], of[1][other]) for one, other, _ in level_pairs if one is not None and other is not None}
    met |= {(role, role) for role in labels[0] if role in labels[1]}
    moved = {(one, other) for one, other in met if one == other or (one not in labels[1] and other not in labels[0])}
    pairs: list[Pair] = [(one, other, _change(one, other, labels[0], labels[1], set())) for one, other in sorted(moved)]
    gone = set(labels[0]) - {one for one, _ in moved}
    come = set(labels[1]) - {other for _, other in moved}
    return [*pairs, *((one, None, "removed") for one in sorted(gone)), *((None, one, "added") for one in sorted(come))]


def _rows(subject: str, pairs: list[Pair], labels: list[dict[str, str]]) -> list[tuple[object, ...]]:
    old, new = labels
    return [
        (subject, change, one, None if one is None else old[one], other, None if other is None else new[other], None, None, None, None)
        for one, other, change in pairs
        if change != "same"
    ]


def _ranks(needs: pd.DataFrame) -> dict[tuple[str, str], int]:
    return {
        (level, skill): int(rank) for level, skill, rank in zip(needs["role_level"], needs["skill"], needs["required_rank"], strict=True)
    }


def _requirement_rows(
    needs: list[pd.DataFrame], level_pairs: list[Pair], skill_pairs: list[Pair], levels: list[dict[str, str]], skills: dict[str, str]
) -> list[tuple[object, ...]]:
    before, after = (_ranks(rows) for rows in needs)
    # A skill of a third framework keeps its id: both versions mean the same by it.
    names = {one: other for one, other, _ in skill_pairs if one is not None and other is not None}
    places = {one: other for one, other, _ in level_pairs if one is not None and other is not None}
    came_from = {other: one for one, other in places.items()}
    moved = {(level, skill): (places.get(level), names.get(skill, skill)) for level, skill in before}
    rows: list[tuple[object, ...]] = []
    for (level, skill), (place, name) in moved.items():
        rank, then = before[level, skill], None if place is None else after.get((place, name))
        label = None if place is None else levels[1][place]
        if then is None:
            rows.append(("requirement", "dropped", level, levels[0][level], place, label, skill, skills[skill], rank, None))
        elif then != rank:
            change = "raised" if then > rank else "lowered"
            rows.append(("requirement", change, level, levels[0][level], place, label, name, skills[name], rank, then))
    met = set(moved.values())
    for (level, skill), rank in after.items():
        if (level, skill) not in met:
            one = came_from.get(level)
            rows.append(("requirement", "added", one, levels[0].get(one or ""), level, levels[1][level], skill, skills[skill], None, rank))
    return rows
