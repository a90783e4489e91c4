"""Why there is no plan, in the planner's words, and what may be given up so that there is one: buttons on a page, flags of a command.

A relaxation is a text of its own, such as `posts:developer@5-12:+0.5`: which number of the planning tables changes, in which periods, by
how much; of the organisation it says nothing, since a plan is of one. It can stand in a link, on a command line (no character of it means
anything to a shell) and in the record of a run.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from optimiser.errors import PlanError
from optimiser.tables import PlanningTables
from skills_model.errors import Fault, ScenarioError
from skills_model.planning.describe import words
from skills_model.planning.world import World

Entry = Mapping[str, object]
Numbers = tuple[tuple[str, str], ...]  # family and item

HOMES = {
    "limit": ("limits", "limit", "amount"),
    "inflow": ("inflows", "stock", "amount"),
    "minimum": ("lever_periods", "lever", "minimum"),
    "maximum": ("lever_periods", "lever", "maximum"),
    "required": ("requirements", "stock", "required"),
}
FACTS = {
    "seats": "there are only so many places on courses{skill}{rank}",
    "release": "only a part of working time may go to learning{level}",
    "places": "one person may have only so many places in a year{level}",
    "second": "only so many can be away on secondment{level}",
    "posts": "only funded posts can be filled{level}",
    "after-posts": "only funded posts can be filled after the horizon{level}",
    "after-pay": "pay after the horizon has to stay within the money for pay",
    "after-new-posts": "new posts need money that goes on after the horizon",
    "new-post": "only so many new posts can be approved{level}",
    "market": "the market gives only so many hires a year{family}",
    "starts": "a route gives only so many hires a year{family}",
    "moves": "only so many would accept a move{level}",
    "offer": "partners offer only so much{level}",
    "contract-ceiling": "temporary cover has a ceiling",
    "contract-exit": "temporary cover of posts has to end{level}",
    "capital-share": "capital may pay only a part of what contractors cost",
    "vacancy-money": "development may have only a part of the money of vacant posts",
    "coverage-target": "the coverage target has to be met",
    "room": "only people who lack a rank can be trained for it{skill}{level}",
    "pattern": "only people who lack these skills can be trained for them{level}",
    "in-place": "bank and agency cover ends only as staff take its place{level}",
    "kept": "a premium keeps only so many{level}",
    "leavers": "only those can be kept who would leave{level}",
    "account": "every cost has to be paid by a stream that may pay for it{account}",
    "unexpired": "money has to be spent before it expires{stream}",
}
"""What a limit means, by kind."""
MAY_GIVE = {
    "seats": "Find {amount} more places on courses{skill}{rank}",
    "release": "Let {amount} more hours go to learning{level}",
    "places": "Let {amount} FTE more start learning in a year{level}",
    "second": "Let {amount} FTE more be away on secondment{level}",
    "posts": "Fund {amount} FTE more in posts{level}",
    "after-posts": "Fund {amount} FTE more in posts after the horizon{level}",
    "after-pay": "Find {pounds} more for pay in each {period} after the horizon",
    "after-new-posts": "Find {pounds} more for new posts in each {period} after the horizon",
    "new-post": "Approve {amount} more new posts{level}",
    "market": "Count on {amount} more hires a year{family}",
    "starts": "Count on {amount} more hires a year by a route{family}",
    "moves": "Count on {amount} FTE more who accept a move{level}",
    "offer": "Ask partners for {amount} FTE more{level}",
    "contract-ceiling": "Raise the ceiling of temporary cover by {amount} FTE",
    "contract-exit": "Let {amount} FTE of temporary cover go on{level}",
    "capital-share": "Let capital pay {pounds} more of what contractors cost",
    "vacancy-money": "Let development have {pounds} more of the money of vacant posts",
    "coverage-target": "Lower the coverage target by {amount} FTE at the required rank",
}
"""What it would be to give up a part of a limit: decisions of somebody; facts, such as who is there to be trained, are none."""
DIGITS = 2  # of what is given up; rounded up, so that it is enough
MONTHS = 12
PREFIXES = {"limit": "", "inflow": "give-", "minimum": "start-", "maximum": "most-", "required": "need-"}
"""How a relaxation says what it changes; a limit, which is the usual, says nothing."""
EXAMPLE = "posts:developer@5-8:+0.5"
_SPAN = r"\d{1,3}(-\d{1,3})?:[+-]\d{1,12}(\.\d+)?"
RELAXATION = re.compile(rf"(?P<prefix>give-|start-|most-|need-|)(?P<item>[^@\s]+)@(?P<changes>{_SPAN}(,{_SPAN})*)")


@dataclass(frozen=True)
class Choice:
    """Something that may be given up: `relaxations` are what `--relax` takes, joined by blanks the `id`."""

    id: str
    sentence: str
    relaxations: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """Why there is no plan: one sentence, what conflicts, and what may be given up, the least first."""

    sentence: str
    conflict: tuple[str, ...]
    choices: tuple[Choice, ...]

    def to_json(self) -> str:
        """Write it as one JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Refusal:
        """Read what `to_json` wrote."""
        told = json.loads(text)
        choices = tuple(Choice(item["id"], item["sentence"], tuple(item["relaxations"])) for item in told["choices"])
        return cls(told["sentence"], tuple(told["conflict"]), choices)

    def __str__(self) -> str:
        """Write it for a terminal."""
        lines = [self.sentence, *(f"- {said}" for said in self.conflict)]
        if self.choices:
            lines.append("A plan is possible with any one of these:")
            for choice in self.choices:
                lines += [f"- {choice.sentence}:", "  " + " ".join(f"--relax {one}" for one in choice.relaxations)]
        return "\n".join(lines)


@dataclass(frozen=True)
class Relaxation:
    """Say by how much a number of the planning tables changes, period by period; `item` is its id there without the organisation's code."""

    family: str
    item: str
    changes: tuple[tuple[int, float], ...]

    @property
    def id(self) -> str:
        """Write it as a text that `read` reads.

        >>> Relaxation("limit", "posts:developer", ((5, 0.5), (6, 0.5), (8, 1.0))).id
        'posts:developer@5-6:+0.5,8:+1'
        """
        runs = []
        for by, run in groupby(enumerate(self.changes), key=lambda one: (one[1][0] - one[0], one[1][1])):
            periods = [period for _, (period, _) in run]
            span = str(periods[0]) if len(periods) == 1 else f"{periods[0]}-{periods[-1]}"
            runs.append(f"{span}:{by[1]:+.{DIGITS}f}".rstrip("0").rstrip("."))
        return f"{PREFIXES[self.family]}{self.item}@{','.join(runs)}"

    @classmethod
    def read(cls, text: str) -> Relaxation | None:
        """Read a relaxation; None where the text is none.

        >>> Relaxation.read("give-money:development@5-6:+500").changes
        ((5, 500.0), (6, 500.0))
        """
        match = RELAXATION.fullmatch(text)
        if match is None:
            return None
        family = next(name for name, prefix in PREFIXES.items() if prefix == match["prefix"])
        changes: list[tuple[int, float]] = []
        for part in match["changes"].split(","):
            span, by = part.split(":")
            first, _, last = span.partition("-")
            periods = range(int(first), int(last or first) + 1)
            if not periods:
                return None  # backwards, it would change nothing and say so nowhere
            changes += [(period, float(by)) for period in periods]
        return cls(family, match["item"], tuple(changes))


def accepted(text: str) -> list[Relaxation]:
    """Read the relaxations of a request, a JSON list of texts; raises ScenarioError with every one that is none."""
    try:
        told = json.loads(text)
    except json.JSONDecodeError:
        told = None
    given = told if isinstance(told, list) else [text]
    read = {str(one): Relaxation.read(str(one)) for one in given}
    allowed = f"what a plan that is refused offers, such as {EXAMPLE} (half a post of a developer more in periods 5 to 8)"
    action = "Copy one of those that are offered where there is no plan."
    faults = [
        Fault("Not a relaxation", "--relax", found=f"'{one}'", allowed=allowed, action=action)
        for one, relaxation in read.items()
        if relaxation is None
    ]
    if faults:
        raise ScenarioError(faults)
    return [relaxation for relaxation in read.values() if relaxation is not None]


def in_words(error: PlanError) -> PlanError:
    """Say in a planner's words that time ran out or somebody stopped; any other error stays as it is.

    >>> str(in_words(PlanError("stopped", "The limit was reached in stage shortfall before any plan was found.")))
    'The time limit was reached before any plan was found. Give it more time, or plan fewer periods.'
    """
    if error.status == "stopped":
        return PlanError("stopped", "The time limit was reached before any plan was found. Give it more time, or plan fewer periods.")
    if error.status == "cancelled":
        return PlanError("cancelled", "Cancelled; nothing was kept.")
    return error


def relaxed(tables: PlanningTables, relaxations: Sequence[Relaxation]) -> PlanningTables:
    """Return the planning tables with what was given up; raises ScenarioError for numbers that they do not have."""
    faults = []
    for relaxation in relaxations:
        changed = _changed(tables, relaxation)
        if changed is None:
            found = f"'{relaxation.id}', which changes no number of this plan"
            faults.append(Fault("Nothing to relax", "--relax", found=found, action="Leave it out, or build the plan without it first."))
        else:
            tables = changed
    if faults:
        raise ScenarioError(faults)
    return tables


def told(relaxations: Sequence[Relaxation], world: World) -> list[dict[str, str]]:
    """Say what was given up: id, sentence."""
    return [{"id": one.id, "sentence": _sentence(one, _attributes_of(one, world), world)} for one in relaxations]


def asked_about(error: PlanError) -> list[Numbers]:
    """Return the numbers that might be given up, in groups to ask about one by one: each that conflicts, all starts that are forced."""
    items: list[Numbers] = []
    forced: list[tuple[str, str]] = []
    for entry in error.conflict:
        family, item = str(entry["family"]), str(entry["item"])
        kind = _attributes(entry).get("kind", "")
        if family == "minimum":
            forced.append((family, item))
        if family == "limit" and kind in MAY_GIVE:
            items.append(((family, item),))
        if family in {"minimum", "maximum"} or (family == "cover" and kind in {"staff", "skill"}):
            items.append((("required" if family == "cover" else family, item),))
        if family in {"stock", "balance"} and kind == "money":
            items.append((("inflow", item),))
    cheapest = tuple(dict.fromkeys((str(entry["family"]), str(entry["item"])) for entry in error.relaxation if _may_give(entry)))
    groups = [*items, tuple(dict.fromkeys(forced)), cheapest]
    return [group for group in dict.fromkeys(groups) if group]


def explained(error: PlanError, world: World, found: Sequence[Sequence[tuple[str, str, int, float]]] = ()) -> Refusal:
    """Put an error without a plan into words; `found` are changes (family, item, period, by) that would do, each list by itself."""
    conflict = list(dict.fromkeys(_facts(error, world)))
    options = [_choice(changes, world) for changes in found if changes]
    unique = {choice.id: choice for choice in options if choice is not None}
    sentence = _why(error, world) if error.conflict else "No plan keeps all the rules."
    return Refusal(sentence, tuple(conflict), tuple(unique.values()))


def _may_give(entry: Entry) -> bool:
    kind, family = _attributes(entry).get("kind", ""), str(entry["family"])
    if family == "limit":
        return kind in MAY_GIVE
    return kind == "money" if family == "inflow" else family in HOMES


def _attributes(entry: Entry) -> dict[str, str]:
    found = entry.get("attributes")
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, Mapping) else {}


def _why(error: PlanError, world: World) -> str:
    """Say the heart of a conflict: what is forced, and what it lacks."""
    forced = [entry for entry in error.conflict if entry["family"] in {"minimum", "cover"}]
    money = [
        entry
        for entry in error.conflict
        if entry["family"] in {"stock", "balance"} and _attributes(entry).get("kind") in {"money", "account"}
    ]
    lacks = list(dict.fromkeys(_attributes(entry).get("kind", "") for entry in error.conflict if entry["family"] == "limit"))
    if forced:
        what = words.listed(list(dict.fromkeys(_forced(entry, world) for entry in forced)))
        when = words.when(world.scenario, sorted({int(str(entry["period"])) for entry in forced}))
        subject = f"{what[0].upper()}{what[1:]} {when}"
        if money:
            return f"{subject} cannot be paid: {_sources(money, world)} not enough."
        rules = [_fact(kind, {}, world) for kind in lacks if kind in FACTS]
        return f"{subject} cannot be done within the rules" + (f": {words.listed(rules)}." if rules else ".")
    if money:
        when = words.when(world.scenario, sorted({int(str(entry["period"])) for entry in money}))
        return f"What is already committed costs more than there is, {when}: {_sources(money, world)} not enough."
    return "What is already there breaks a rule, whatever is done."


def _sources(money: Sequence[Entry], world: World) -> str:
    names = list(dict.fromkeys(_money_name(_attributes(entry), world) for entry in money))
    return f"{words.listed(names)} {'is' if len(names) == 1 else 'are'}"


def _money_name(about: Mapping[str, str], world: World) -> str:
    if about.get("kind") == "account":
        return f"the money for {words.in_words(about.get('account', 'costs')).lower()}"
    stream = about.get("funding_stream", "")
    rows = world.inputs.options.streams
    labels = dict(zip(rows["funding_stream"], rows["funding_stream_label"], strict=True))
    return f"the stream {labels.get(stream, words.in_words(stream or 'money'))}"


def _forced(entry: Entry, world: World) -> str:
    about = _attributes(entry)
    if entry["family"] == "cover":
        what = f"full cover of {_label(world, 'skill', about['skill'])}" if about.get("skill") else "a full establishment"
        return what + _level(about, world)
    return _action(about, world)


def _action(about: Mapping[str, str], world: World) -> str:
    """Name an action as tables of a plan do: its kind, and then what it is of."""
    kind = words.KINDS.get(about.get("kind", ""), "What is forced")
    level = _label(world, "role_level", about["role_level"]) if about.get("role_level") else ""
    of = f"{level} to {_label(world, 'role_level', about['to_role_level'])}" if about.get("to_role_level") else level
    if about.get("skill"):
        rank = f" to rank {about['rank']}" if about.get("rank") else ""
        of = _label(world, "skill", about["skill"]) + rank + (f" for {of}" if of else "")
    return f"“{kind}: {of}”" if of else f"“{kind}”"


def _about(about: Mapping[str, str], world: World) -> str:
    """Say whose need it is and of what."""
    return _level(about, world) + (f" in {_label(world, 'skill', about['skill'])}" if about.get("skill") else "")


def _facts(error: PlanError, world: World) -> list[str]:
    """Say each part of a conflict once, with when it holds; what balances stocks is no choice of anybody and left out."""
    rows: dict[str, list[int]] = {}
    for entry in error.conflict:
        about, family = _attributes(entry), str(entry["family"])
        kind = about.get("kind", "")
        said = ""
        if family == "limit":
            said = _fact(kind, about, world)
        elif family in {"minimum", "cover"}:
            said = f"{_forced(entry, world)} is asked for"
        elif family == "maximum":
            said = f"there is a most of {_forced(entry, world)}"
        elif family == "whole":
            said = f"{_forced(entry, world)} has to be whole numbers"
        elif family == "stock" and kind in {"money", "account"}:
            said = f"{_money_name(about, world)} cannot be overspent"
        if said:
            rows.setdefault(said, []).append(int(str(entry["period"])))
    return [f"{said[0].upper()}{said[1:]}, {words.when(world.scenario, sorted(set(periods)))}." for said, periods in rows.items()]


def _fact(kind: str, about: Mapping[str, str], world: World) -> str:
    return _filled(FACTS.get(kind, f"a limit of the kind {words.in_words(kind).lower()} holds"), about, world)


def _filled(text: str, about: Mapping[str, str], world: World, **more: str) -> str:
    return text.format(
        level=_level(about, world),
        family=f" in {_label(world, 'role_family', about['role_family'])}" if about.get("role_family") else "",
        skill=f" in {_label(world, 'skill', about['skill'])}" if about.get("skill") else "",
        rank=f" to rank {about['rank']}" if about.get("rank") else "",
        account=f" ({words.in_words(about['account']).lower()})" if about.get("account") else "",
        stream=f" ({words.in_words(about['funding_stream'])})" if about.get("funding_stream") else "",
        **more,
    )


def _level(about: Mapping[str, str], world: World) -> str:
    return f" for {_label(world, 'role_level', about['role_level'])}" if about.get("role_level") else ""


def _label(world: World, cut: str, name: str) -> str:
    return str(world.inputs.labels[cut].get(name, words.in_words(name)))


def _choice(changes: Sequence[tuple[str, str, int, float]], world: World) -> Choice | None:
    """Offer some changes together; None where one of them is nobody's to decide."""
    by_number: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for family, item, period, by in changes:
        by_number.setdefault((family, _short(item, world.code)), []).append((period, _rounded(by)))
    relaxations = [Relaxation(family, item, tuple(sorted(parts))) for (family, item), parts in sorted(by_number.items())]
    abouts = [_attributes_of(one, world) for one in relaxations]
    if not all(_offered(one, about) for one, about in zip(relaxations, abouts, strict=True)):
        return None
    sentences = [_sentence(one, about, world) for one, about in zip(relaxations, abouts, strict=True)]
    ids = tuple(one.id for one in relaxations)
    return Choice(" ".join(ids), "; ".join(sentences), ids)


def _short(item: str, code: str) -> str:
    """Return an id of the planning tables without the organisation that they are of."""
    return ":".join(part for part in item.split(":") if part != code)


def _offered(relaxation: Relaxation, about: Mapping[str, str]) -> bool:
    return _may_give({"family": relaxation.family, "attributes": about})


def _rounded(by: float) -> float:
    """Round away from nothing, so that it is enough."""
    size = math.ceil(abs(by) * 10**DIGITS - 1e-6) / 10**DIGITS
    return math.copysign(size, by)


def _attributes_of(relaxation: Relaxation, world: World) -> dict[str, str]:
    """Read from an id what it is about: kind, then organisation, then role level, skill and so on, as the tables' writers make ids."""
    kind, *rest = relaxation.item.split(":")
    parts = [part for part in rest if part != world.code]
    about = {"kind": kind}
    if relaxation.family == "inflow" and kind == "money":
        return about | {"funding_stream": ":".join(parts)}
    for part in parts:
        for cut in ("role_level", "skill", "role_family"):
            if part in world.inputs.labels[cut]:
                about["to_role_level" if cut == "role_level" and "role_level" in about else cut] = part
                break
        else:
            if part.isdigit():
                about["rank"] = part
    return about


def _sentence(relaxation: Relaxation, about: Mapping[str, str], world: World) -> str:
    """Say what would be given up, and when."""
    amounts = [abs(by) for _, by in relaxation.changes]
    most, total = max(amounts), sum(amounts)
    when = words.when(world.scenario, [period for period, _ in relaxation.changes])
    if relaxation.family == "inflow":
        verb = "more" if relaxation.changes[0][1] > 0 else "less"
        return f"Give {_money_name(about, world)} {words.pounds(math.ceil(total))} {verb} in all, {when}"
    if relaxation.family == "limit":
        text = MAY_GIVE.get(about.get("kind", ""), "Give way by {amount}")
        said = _filled(
            text,
            about,
            world,
            amount=_amount(most),
            pounds=words.pounds(math.ceil(most)),
            period=world.scenario.period,
        )
        return f"{said}, {when}"
    if relaxation.family == "required":
        return f"Accept that {_amount(total)} FTE are missing{_about(about, world)}, {when}"
    verb = "fewer" if relaxation.changes[0][1] < 0 else "more"
    return f"Start {_amount(total)} FTE {verb} of {_action(about, world)}, {when}"


def _amount(value: float) -> str:
    """Write FTE, hours or places as people read them; what is given up by a relaxation may be a little more or less.

    >>> _amount(493.2), _amount(11.87), _amount(3.0), _amount(1200.0), _amount(0.012)
    ('493.2', '11.9', '3', '1,200', '0.012')
    """
    return f"{value:,.1f}".removesuffix(".0") if abs(value) >= 0.05 else words.number(value)


def _changed(tables: PlanningTables, relaxation: Relaxation) -> PlanningTables | None:
    """Change one number in some periods; None where the tables do not have it."""
    name, key, column = HOMES[relaxation.family]
    frame = tables.frames()[name].copy()
    home = {"lever_periods": tables.levers, "inflows": tables.stocks}.get(name, frame)
    item = _item_of(home[key], tables, relaxation)
    there = item is not None and all(1 <= period <= tables.problem.periods for period, _ in relaxation.changes)
    for period, by in relaxation.changes if there else ():
        own = frame[key] == item
        at, every = own & (frame["period"] == period).fillna(value=False).astype(bool), own & frame["period"].isna()
        given = frame.loc[at, column].dropna()
        now = _before(tables, frame, (relaxation.family, str(item)), column, every) if given.empty else float(given.iloc[0])
        if now is None:
            return None
        after = now + by if relaxation.family in {"limit", "inflow"} else max(0.0, now + by)
        if at.any():
            frame.loc[at, column] = after
            continue
        whole: dict[Any, Any] = frame[every].iloc[0].to_dict() if every.any() else {key: item}
        added = pd.DataFrame([whole | {"period": period, column: after}]).reindex(columns=frame.columns).astype(frame.dtypes.to_dict())
        frame = pd.concat([frame, added], ignore_index=True)
    return PlanningTables.from_frames(tables.problem, tables.frames() | {name: frame}) if there else None


def _item_of(ids: pd.Series, tables: PlanningTables, relaxation: Relaxation) -> str | None:
    """Return the id that a relaxation means, with the organisation's code where the tables have it; None where there is none."""
    codes = tables.stocks["organisation"].dropna().unique()
    found = [str(id_) for id_ in ids.unique() if id_ == relaxation.item or any(_short(id_, code) == relaxation.item for code in codes)]
    return found[0] if found else None


def _before(tables: PlanningTables, frame: pd.DataFrame, number: tuple[str, str], column: str, every: pd.Series) -> float | None:
    """Return the number (family and item) where no row of the period has it; None where there is none to change."""
    family, item = number
    if every.any() and not pd.isna(frame.loc[every, column].iloc[0]):
        return float(frame.loc[every, column].iloc[0])
    if family == "inflow":
        return 0.0
    if family in {"minimum", "maximum"}:
        own = tables.levers.loc[tables.levers["lever"] == item, column]
        return None if own.empty or pd.isna(own.iloc[0]) else float(own.iloc[0])
    return None
