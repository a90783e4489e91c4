"""Scenarios that come with the project and those that users of a store have written: list, check, save and compare them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pandas as pd
import tomli_w

from skills_model import gap, scenario
from skills_model.assumptions import Assumptions
from skills_model.demand.facts import contradictions
from skills_model.errors import Fault, ScenarioError
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, LEVY
from skills_model.privacy import Scope
from skills_model.reference import table
from skills_model.rows import nearest
from skills_model.scenario import OF_ITSELF, Scenario
from skills_model.store import Store

KIND = "scenario"
COLUMNS = ("scenario", "label", "base", "author", "reason", "written_on", "period", "own")
FEW = 20
"""Allowed names that a fault lists in full."""


def own(store: Store, scope: Scope) -> dict[str, str]:
    """Return the scenarios that users of the store have written: id to TOML."""
    rows = store.query("scenarios", scope)
    return dict(zip(rows["scenario"], rows["content"], strict=True))


def listed(store: Store, scope: Scope) -> pd.DataFrame:
    """List every scenario, the project's first: scenario, label, base, author, reason, written_on, period, own (a user wrote it).

    A user's scenario that can no longer be read, because its base has gone, is left out; `usable` says what is wrong.
    """
    mine = own(store, scope)
    found = [(Scenario.load(name), False) for name in scenario.names()]
    for name in mine:
        with suppress(ScenarioError):
            found.append((Scenario.load(name, mine), True))
    rows = [(item.id, item.label, item.base, item.author, item.reason, item.written_on, item.period, theirs) for item, theirs in found]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def usable(store: Store, scope: Scope, name: str) -> Scenario:
    """Read a scenario by id or from a TOML file, and check that everything it names is known.

    Raises ScenarioError with every fault: settings, assumptions and names.
    """
    return _checked(scenario.settings(name, own(store, scope)), name, store, scope)


def written(
    store: Store,
    scope: Scope,
    id_: str,
    *,
    label: str,
    author: str,
    reason: str,
    base: str = "baseline",
    changes: Sequence[str] = (),
    text: str = "",
    today: dt.date,
) -> str:
    """Write a scenario as TOML from its base, from what `text` (TOML) says already and from changes such as `leaver_rate=0.14`.

    A change names an assumption, `id` or `id[key]`, or a place in the scenario, such as `demand.growth.data.rate`. Raises ScenarioError
    with every fault.
    """
    content = scenario.parsed(text, id_)
    said = {"label": label, "base": content.get("base", base), "author": author, "reason": reason}
    head = {"id": id_} | {name: value or content.get(name, "") for name, value in said.items()} | {"written_on": today}
    content = head | {name: value for name, value in content.items() if name not in head}
    faults = [fault for change in changes for fault in _set(content, change)]
    faults += [_unsaid(name) for name in ("label", "author", "reason") if not content[name]]
    result = tomli_w.dumps(content | {"label": content["label"] or id_})  # no second fault for the same blank
    try:
        _checked(scenario.settings_of(result, id_, own(store, scope)), id_, store, scope)
    except ScenarioError as error:
        raise ScenarioError([*faults, *error.faults]) from error
    if faults:
        raise ScenarioError(faults)
    return result


def save(store: Store, scope: Scope, text: str, *, today: dt.date, replace: bool = False) -> int:
    """Keep a checked scenario in the store and return the number of the import, so that it can be undone.

    Raises ScenarioError where the project has a scenario of that id, or the store has and `replace` is false.
    """
    mine = own(store, scope)
    found = Scenario.checked(scenario.settings_of(text, "scenario", mine), "scenario")
    if found.id in scenario.names():
        raise ScenarioError(
            [Fault("Scenario of the project", "id", found=f"'{found.id}'", action="Choose another id, and name this one as base.")]
        )
    if found.id in mine and not replace:
        raise ScenarioError([Fault("Scenario exists", "id", found=f"'{found.id}'", action="Choose another id, or say --replace.")])
    row = {
        "scenario": found.id,
        "label": found.label,
        "base": found.base,
        "author": found.author,
        "reason": found.reason,
        "written_on": pd.Timestamp(found.written_on or today),
        "content": text,
    }
    digest = hashlib.sha256(json.dumps([len(store.query("imports", scope)), text]).encode()).hexdigest()  # it may go back to what it was
    return store.write(KIND, digest, found.id, {"scenario": pd.DataFrame([row])}, replace=True)


@dataclass(frozen=True, eq=False)
class Difference:
    """What differs between two scenarios: setting, label, first, second, unit, source; one row a setting or assumption."""

    first: Scenario
    second: Scenario
    rows: pd.DataFrame


def difference(first: Scenario, second: Scenario, assumptions: Assumptions) -> Difference:
    """Compare two scenarios setting by setting; assumptions by the value that each really uses."""
    one, other = _flat(first), _flat(second)
    rows = [
        (name, "", _word(one.get(name)), _word(other.get(name)), "", "")
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]
    ours, theirs = assumptions.with_values(first.assumptions), assumptions.with_values(second.assumptions)
    rows += [
        (item.name, item.label, f"{ours[item.name].value:g}", f"{theirs[item.name].value:g}", item.unit, item.source)
        for item in assumptions.by_name.values()
        if ours[item.name].value != theirs[item.name].value
    ]
    return Difference(first, second, pd.DataFrame(rows, columns=["setting", "label", "first", "second", "unit", "source"]).astype("str"))


def settings(item: Scenario) -> dict[str, str]:
    """Return every setting of a scenario by its place in the file, as words."""
    return {name: _word(value) for name, value in _flat(item, ()).items()}


def said(text: str) -> dict[str, str]:
    """Return every setting that the TOML of a scenario says itself, by its place there, as words."""
    return {name: _word(value) for name, value in _leaves(tomllib.loads(text), "")}


def _flat(item: Scenario, without: Sequence[str] = ("assumptions",)) -> dict[str, object]:
    left_out = {*OF_ITSELF, "base", *without}
    return dict(_leaves(item.model_dump(mode="json", by_alias=True, exclude=left_out, exclude_none=True), ""))


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, value


def _word(value: object) -> str:
    if value is None:
        return "-"
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


# Reading what somebody types


def _set(content: dict[str, Any], setting: str) -> list[Fault]:
    """Put one setting, NAME=VALUE, where it belongs."""
    name, equals, value = (part.strip() for part in setting.partition("="))
    if not equals or not name or not value:
        allowed = "NAME=VALUE, such as leaver_rate=0.14 or demand.growth.data.rate=0.03"
        return [Fault("Not a setting", "--set", found=f"'{setting}'", allowed=allowed, action="Correct it.")]
    numbers = {item.id for item in Assumptions.load().by_name.values()}
    first = name.partition("[")[0].partition(".")[0]
    if first not in numbers and first not in Scenario.model_fields:
        allowed = "an id of data/assumptions.csv or a setting of baseline.toml" + nearest(first, [*numbers, *Scenario.model_fields])
        return [Fault("Unknown name", "--set", found=f"'{name}'", allowed=allowed, action="Correct the name.")]
    path = ["assumptions", name] if first in numbers else name.split(".")
    place = content
    for step in path[:-1]:
        place = place.setdefault(step, {})
        if not isinstance(place, dict):
            return [Fault("Not a setting", "--set", found=f"'{name}'", allowed="a name of baseline.toml", action="Correct the name.")]
    place[path[-1]] = _value(value)
    return []


def _value(text: str) -> Any:
    """Read a value as TOML does; words may stand without quotation marks."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _unsaid(name: str) -> Fault:
    why = {"label": "a name for people", "author": "who answers for it, a job role", "reason": "why it exists"}
    return Fault("Nothing said", f"--{name}", found="nothing", allowed=why[name], action="Say it.")


# What a scenario names


def _checked(values: Mapping[str, Any], name: str, store: Store, scope: Scope) -> Scenario:
    """Make a scenario of its settings; raises ScenarioError with the faults of settings and of names at once."""
    faults = _faults(values, name, store, scope)
    try:
        found = Scenario.checked(values, name)
    except ScenarioError as error:
        raise ScenarioError([*error.faults, *faults]) from error
    faults += contradictions(found)
    if faults:
        raise ScenarioError(faults)
    return found


def _faults(values: Mapping[str, Any], name: str, store: Store, scope: Scope) -> list[Fault]:
    """List what the settings name that nobody knows, as far as they have the shape of settings."""
    where = f"scenario {values.get('id', name)}"
    faults = [
        Fault("Unknown name", where, column=part, found=f"'{found}'", allowed=_few(found, allowed), action="Correct the name.")
        for part, (named, allowed) in _named(values, store, scope).items()
        for found in named
        if found not in allowed
    ]
    given = values.get("assumptions")
    numbers = {key: value for key, value in given.items() if isinstance(value, int | float)} if isinstance(given, dict) else {}
    try:
        Assumptions.of(store, scope).with_values(numbers)
    except ScenarioError as error:
        faults += error.faults
    return faults


def _named(values: Mapping[str, Any], store: Store, scope: Scope) -> dict[str, tuple[Collection[str], Collection[str]]]:
    """Return, by part of a scenario, the names it uses and those there are: in the store, or in what comes with the project."""
    labels, where = gap.labels(store, scope), store.query("organisation_names", scope.reach())
    organisations = {*where["organisation"], *table("trusts")["organisation"]}
    streams = store.query("funding_streams", scope)["funding_stream"]
    pay_years = {*table("pay_points")["financial_year"], *store.query("own_pay_points", scope)["year"]}
    demand, weights = _part(values, "demand"), _part(values, "weights")
    levels = table("role_levels")
    families, role_levels = ({*labels[cut], *levels[cut]} for cut in ("role_family", "role_level"))
    activity, technology = _part(demand, "activity").values(), _part(demand, "technology").values()
    return {
        "demand.growth": (list(_part(demand, "growth")), families),
        "demand.region": (list(_part(demand, "region")), {*where["region_code"].dropna(), *table("regions")["region"]}),
        "demand.organisation": (list(_part(demand, "organisation")), organisations),
        "demand.activity.role_families": ([name for item in activity for name in _list(item, "role_families")], families),
        "demand.technology": (
            [str(item[end]) for item in technology for end in ("from", "to") if isinstance(item, dict) and end in item],
            families,
        ),
        "demand.records.organisations": (_list(_part(demand, "records"), "organisations"), organisations),
        "supply.joiners": (list(_part(_part(values, "supply"), "joiners")), families),
        "weights.skill": (list(_part(weights, "skill")), {*labels["skill"], *table("skills")["skill"]}),
        "weights.role_level": (list(_part(weights, "role_level")), role_levels),
        "objective.critical": (_list(_part(values, "objective"), "critical"), {*labels["skill"], *table("skills")["skill"]}),
        "budget": (list(_part(values, "budget")), [DEVELOPMENT, ESTABLISHMENT_PAY, LEVY, *streams]),
        "pay_year": ([str(values["pay_year"])] if "pay_year" in values else [], pay_years),
    }


def _part(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _list(values: Any, name: str) -> list[str]:
    found = values.get(name) if isinstance(values, dict) else None
    return [str(item) for item in found] if isinstance(found, list | tuple) else []


def _few(found: str, allowed: Collection[str]) -> str:
    names = sorted(allowed)
    if len(names) <= FEW:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more" + nearest(found, names)
