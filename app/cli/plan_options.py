"""What a plan is asked for in options: read together, and told of every fault at once under the option as it was typed."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from json import dumps
from pathlib import Path
from typing import Any

from app import pipeline
from app.pipeline import following, plans
from app.pipeline.plans import PlanRequest
from app.tradeoff_words import AIMS
from optimiser.errors import FaultsError
from skills_model.errors import Fault, ScenarioError
from skills_model.gap import labels
from skills_model.planning import refusal
from skills_model.planning.describe.words import KINDS
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, LEVY
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.scenario import Scenario
from skills_model.scenarios import usable
from skills_model.store import Store

MOST = MOST_POUNDS = 1e12  # beyond any budget, and small enough to be reckoned with
LONGEST = 60  # periods that any scenario has; the scenario itself says how many it may be


@dataclass(frozen=True)
class Asked:
    """A plan as its options say it, unread; None and nothing stand for options that were not given."""

    organisation: str | None
    budget: str | None = None
    periods: str = "12"
    scenario: str = "baseline"
    objective: str | None = None
    target: str | None = None
    critical: Sequence[str] = ()
    without: Sequence[str] = ()
    hoped_for: bool = False
    fund: Sequence[str] = ()
    relax: Sequence[str] = ()
    follows: str = ""
    time_limit: str | None = None

    def nobody(self) -> list[Fault]:
        """Return a fault where nobody's plan is asked for."""
        allowed, action = "the code of one organisation, as `skillsplan organisations` lists them", "Say whose plan it is."
        return (
            [Fault("Nobody's plan", "--organisation", found="nothing", allowed=allowed, action=action)] if self.organisation is None else []
        )


def number(option: str, text: str | None, faults: list[Fault], *, least: float = -MOST, whole: bool = False) -> float | None:
    """Read an option that is a number, adding a fault where it is none; None where it was not given, or is none."""
    if text is None:
        return None
    try:
        value = float(text.strip().removeprefix("£").replace(",", ""))
    except ValueError:
        value = math.nan
    if least <= value <= MOST and (not whole or value == int(value)):
        return value
    kind = "a whole number" if whole else "a number"
    allowed = kind + (f", {least:g} or more" if least > -MOST else "")
    faults.append(Fault("Not a number", option, found=f"'{text}'", allowed=allowed, action="Correct it, or leave it out."))
    return None


def before_store(time_limit: str | None, out: Path | None) -> tuple[float | None, list[Fault]]:
    """Return the time limit in seconds, and the faults of what can be read without a store."""
    faults: list[Fault] = []
    limit = number("--time-limit", time_limit, faults, least=0.0)
    try:
        pipeline.check_place(out)
    except FaultsError as error:
        faults += [replace(one, table="--out", column="") for one in error.faults]
    return limit, faults


@dataclass
class _Reading:
    """Options as they are read, with the faults found so far."""

    store: Store
    scope: Scope
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, problem: str, option: str, found: str, allowed: str, action: str) -> None:
        self.faults.append(Fault(problem, option, found=found, allowed=allowed, action=action))

    def collect[T](self, option: str, read: Callable[[], T]) -> T | None:
        """Return what is read, or None and keep the faults, those of no option under this one."""
        try:
            return read()
        except FaultsError as error:
            self.faults += [
                one if one.table.startswith("--") or not option else replace(one, table=option, column="") for one in error.faults
            ]
            return None


def request(store: Store, scope: Scope, asked: Asked, faults: Sequence[Fault] = ()) -> PlanRequest:
    """Read the options of a plan; raises ScenarioError with every fault of all of them, and with `faults` found before."""
    reading = _Reading(store, scope, list(faults))
    budget, periods = _budget(reading, asked.budget), _periods(reading, asked.periods)
    sound = PlanRequest(asked.organisation or "", budget, 1 if periods is None else periods, asked.scenario)
    reading.collect("", lambda: _checked(store, scope, sound))
    scenario = _horizon(reading, asked.scenario, periods)
    parts = {
        "objective": _aim(reading, asked),
        "levers": {"without": kinds} if (kinds := _without(reading, asked.without)) else {},
        "money": {"hoped_for": True} if asked.hoped_for else {},
        "budget": _funds(reading, asked, scenario),
    }
    relaxed = _relaxed(reading, asked.relax)
    _follows(reading, asked)
    if reading.faults:
        raise ScenarioError(list(dict.fromkeys(reading.faults)))
    settings = {name: part for name, part in parts.items() if part}
    return replace(sound, settings=dumps(settings), relaxed=dumps(relaxed), follows=asked.follows)


@contextmanager
def told_as_options(asked: Asked) -> Iterator[None]:
    """Tell what turns out to be wrong with settings as what is wrong with the options that they came from."""
    try:
        yield
    except ScenarioError as error:
        raise ScenarioError([_of_option(fault, asked) for fault in error.faults]) from error


def _of_option(fault: Fault, asked: Asked) -> Fault:
    if fault.column != "objective.critical":
        return fault
    if asked.critical:
        return replace(fault, table="--critical", column="")
    if asked.objective != "critical":
        return fault  # the scenario itself asks for it
    action = "Name skills with --critical SKILL, once for each, or take cover targets in: `skillsplan import cover FILE`."
    found = f"'critical' without --critical; {asked.organisation} has no cover target for a skill that its role levels need"
    return replace(fault, table="--objective", column="", found=found, action=action)


def _checked(store: Store, scope: Scope, sound: PlanRequest) -> None:
    """Check organisation, scenario and horizon; raises ScenarioError with every fault."""
    try:
        plans.checked(store, scope, sound)
    except FaultsError as error:
        faults = [replace(one, table="--organisation", column="") if one.table == "organisation" else one for one in error.faults]
        if faults := [one for one in faults if sound.organisation or one.table != "--organisation"]:  # none at all is told before
            raise ScenarioError(faults) from error


def pounds(text: str) -> float | None:
    """Read an amount of money as people write it; None where it is none that a plan can have.

    >>> [pounds(text) for text in ("£20,000", "20000", "-5", "lots", "nan", "1e300")]
    [20000.0, 20000.0, None, None, None, None]
    """
    try:
        amount = float(text.strip().removeprefix("£").replace(",", ""))
    except ValueError:
        return None
    return amount if 0 <= amount <= MOST_POUNDS else None


def _budget(reading: _Reading, text: str | None) -> float | None:
    if text is None:
        return None
    amount = pounds(text)
    if amount is None:
        allowed = f"pounds from 0 to {MOST_POUNDS:,.0f}, such as 120000"
        reading.wrong("Impossible budget", "--budget", f"'{text}'", allowed, "Give the pounds to spend over the whole horizon.")
    return amount


def _periods(reading: _Reading, text: str) -> int | None:
    if text.strip().isdecimal():
        return int(text) if len(text) < len(str(LONGEST)) + 3 else LONGEST + 1  # too many to be read are too many
    reading.wrong("Not a number of periods", "--periods", f"'{text}'", "a whole number, such as 12", "Give the length of the plan.")
    return None


def _horizon(reading: _Reading, name: str, periods: int | None) -> Scenario | None:
    """Return the scenario over the periods asked for; None where either is wrong, which is told elsewhere."""
    try:
        return usable(reading.store, reading.scope, name).changed(periods=1 if periods is None else periods)
    except FaultsError:
        return None


def _aim(reading: _Reading, asked: Asked) -> dict[str, Any]:
    """Read what the plan is for: --objective, and what --target and --critical ask for by themselves."""
    aim = asked.objective
    if aim is not None and aim not in AIMS:
        allowed = "; ".join(f"{name} ({words})" for name, words in AIMS.items()) + nearest(aim, list(AIMS))
        reading.wrong("Unknown objective", "--objective", f"'{aim}'", allowed, "Correct it, or leave it out.")
    _one_aim(reading, asked)
    found: dict[str, Any] = {}
    if asked.target is not None and (share := _share(reading, asked.target)) is not None:
        found["target"] = share
    if asked.critical:
        found["critical"] = _skills(reading, asked.critical)
    meant = aim or ("target" if asked.target is not None else "critical" if asked.critical else None)
    return found | ({"aim": meant} if meant else {})


def _one_aim(reading: _Reading, asked: Asked) -> None:
    """Refuse options that ask for two aims, of which one would be passed over."""
    aim = asked.objective if asked.objective in AIMS else None
    if asked.target is not None and asked.critical and aim is None:
        found = f"'{asked.target}' beside --critical"
        reading.wrong("Two aims", "--target", found, "a target of coverage, or critical skills first", "Leave one of them out.")
    for option, own, value in (("--target", "target", asked.target), ("--critical", "critical", ", ".join(asked.critical) or None)):
        if value is not None and aim is not None and aim != own:
            action = f"Leave {option} out, or ask for --objective {own}."
            allowed = f"{option} alone or with --objective {own}"
            reading.wrong(f"Not used with --objective {aim}", option, f"'{value}' beside --objective {aim}", allowed, action)


def _share(reading: _Reading, text: str) -> float | None:
    """Read a coverage as a share or a percentage."""
    plain, of = text.strip().removesuffix("%"), 100 if text.strip().endswith("%") else 1
    try:
        share = float(plain) / of
    except ValueError:
        share = float("nan")
    if 0 < share <= 1:
        return share
    meant = (
        f"Write {share / 100:g} or {share:g}% for {share:g}%."
        if 1 < share <= 100 and "%" not in text
        else "Write 0.8 or 80% for four fifths."
    )
    reading.wrong("Not a coverage to reach", "--target", f"'{text}'", "a share above 0 and at most 1", meant)
    return None


def _skills(reading: _Reading, names: Sequence[str]) -> list[str]:
    """Read skills by id or name."""
    known = labels(reading.store, reading.scope)["skill"]
    words = {label.lower(): id_ for id_, label in known.items()} | {id_: id_ for id_ in known}
    allowed = "the ids and names of skills in the store"
    return _known(reading, "--critical", "Unknown skill", names, words, allowed)


def _without(reading: _Reading, kinds: Sequence[str]) -> list[str]:
    """Read kinds of lever by id or as plans call them."""
    words = {label.lower(): kind for kind, label in KINDS.items()} | {kind: kind for kind in KINDS}
    allowed = ", ".join(kind if label.lower() == kind else f"{kind} ({label.lower()})" for kind, label in KINDS.items())
    return _known(reading, "--without", "Unknown kind of lever", kinds, words, allowed)


def _known(reading: _Reading, option: str, problem: str, names: Sequence[str], words: Mapping[str, str], allowed: str) -> list[str]:
    found = [words.get(name.strip().lower()) for name in names]
    for name, id_ in zip(names, found, strict=True):
        if id_ is None:
            action = f"Say {option} once for each." if "," in name else "Correct it, or leave it out."
            reading.wrong(problem, option, f"'{name}'", allowed + nearest(name.lower(), list(words)), action)
    return list(dict.fromkeys(id_ for id_ in found if id_ is not None))


def _funds(reading: _Reading, asked: Asked, scenario: Scenario | None) -> dict[str, dict[str, float]]:
    """Read STREAM=POUNDS, spread evenly over the periods of the horizon and so over its years."""
    known = [DEVELOPMENT, ESTABLISHMENT_PAY, LEVY, *reading.store.query("funding_streams", reading.scope)["funding_stream"]]
    found: dict[str, dict[str, float]] = {}
    for text in asked.fund:
        stream, _, said = text.partition("=")
        stream, amount = stream.strip(), pounds(said)
        if not stream or amount is None:
            allowed = "STREAM=POUNDS, such as digital-fund=50000"
            reading.wrong("Not money of a stream", "--fund", f"'{text}'", allowed, "Give a stream and its pounds over the whole horizon.")
        elif stream not in known:
            reading.wrong("Unknown funding stream", "--fund", f"'{stream}'", _listed(known) + nearest(stream, known), "Correct the name.")
        elif stream in found or (stream == DEVELOPMENT and pounds(asked.budget or "0")):
            other = "--budget" if stream not in found else "another --fund"
            reading.wrong("Money given twice", "--fund", f"'{text}' beside {other}", "one amount for each stream", "Leave one of them out.")
        else:
            found[stream] = {} if scenario is None else _spread(amount, scenario)
    return found


def _spread(amount: float, scenario: Scenario) -> dict[str, float]:
    years: dict[str, float] = {}
    for t in range(1, scenario.periods + 1):
        years[scenario.year_of(t)] = years.get(scenario.year_of(t), 0.0) + amount / scenario.periods
    return years


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(set(names)))


def _relaxed(reading: _Reading, given: Sequence[str]) -> list[str]:
    reading.collect("--relax", lambda: refusal.accepted(dumps(list(given))))
    return list(dict.fromkeys(given))


def _follows(reading: _Reading, asked: Asked) -> None:
    """Check that there is such a plan, and that it can be followed: adopted, of the same organisation, with everything recorded."""
    if asked.follows:
        code = asked.organisation
        reading.collect("--follows", lambda: following.followable(reading.store, reading.scope, asked.follows, code))
