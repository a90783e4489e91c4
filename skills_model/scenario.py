"""A scenario: a small, frozen change to the baseline, read from TOML."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from skills_model.errors import Fault, ScenarioError
from skills_model.reference import DATA

FOLDER = DATA / "scenarios"
PERIODS_PER_YEAR = {"quarter": 4, "year": 1}
FINANCIAL_YEAR = r"^20\d\d/\d\d$"
OF_ITSELF = ("id", "label", "author", "reason", "written_on")
"""Settings that a scenario says of itself and never takes from its base."""
PROTECTING = ("protect_threshold", "protect_base", "cohort_people", "peer_values_least")
"""Assumptions that keep people from being told; whoever could set them could see everybody."""


class Part(BaseModel):
    """A part of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Rate = Annotated[float, Field(gt=-1, le=1, description="change a year")]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _follows(year: str) -> str:
    """Refuse a financial year whose second part is not the year after."""
    if int(year[5:]) != (int(year[2:4]) + 1) % 100:
        raise ValueError("a financial year, such as 2029/30")
    return year


Year = Annotated[str, Field(pattern=FINANCIAL_YEAR), AfterValidator(_follows)]
Shape = Literal["compound", "straight"]


class Growth(Part):
    """How a number changes: by a rate a year, on what was there a year before (compound) or at the start (straight).

    `low` and `high` are the 10th and 90th percentiles of the rate, where it is uncertain.
    """

    rate: Rate
    path: Shape = "compound"
    low: Rate | None = None
    high: Rate | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.range
        if not low <= self.rate <= high:
            raise ValueError(f"low is at most the rate and high at least; found {low:g}, {self.rate:g}, {high:g}")
        return self

    @property
    def range(self) -> tuple[float, float]:
        """Return low and high; the rate itself where none is given."""
        return (self.rate if self.low is None else self.low, self.rate if self.high is None else self.high)


class Total(Part):
    """Posts that all of England needs at the end of some financial years."""

    years: dict[Year, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = {}
    path: Shape = "compound"
    low: Share = 0.0
    """How far below the total may lie at its last year, at the 10th percentile, as a share of it."""
    high: Annotated[float, Field(ge=0, le=5)] = 0.0
    """How far above it, at the 90th percentile."""


class Activity(Part):
    """Work that grows, and the part of its growth that the posts of some role families follow."""

    rate: Rate
    path: Shape = "compound"
    share: Share
    role_families: tuple[str, ...] = ()
    low: Rate | None = None
    high: Rate | None = None


class Technology(Part):
    """Posts of one role family that go, and posts of another that arise in their place."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: str = Field(alias="from", min_length=1)
    to: str = Field(min_length=1)
    share: Share
    """Share of the posts of `from` that have gone in the end."""
    ratio: Amount = 1.0
    """Posts that arise for each one that goes."""
    begin: Year
    years: float = Field(gt=0, le=30)
    """How long it takes, from the start of the first year."""


class Maturity(Part):
    """Extra posts to bring the least digitally mature organisations forward first."""

    share: Amount
    """Posts beyond today's in an organisation of maturity 0, as a share of today's; falls to none at full maturity."""
    years: float = Field(gt=0, le=30)
    """How long it takes until the last quarter of organisations has its posts; the least mature quarter begins."""


class Records(Part):
    """An approach to patient records and what it needs."""

    approach: Literal["enterprise-wide", "integrated", "built"]
    begin: Year
    organisations: tuple[str, ...] = ()
    """Organisations that begin then; none named: all."""


class Demand(Part):
    """How the posts that the work needs change."""

    growth: dict[str, Growth] = {}
    region: dict[str, Growth] = {}
    organisation: dict[str, Growth] = {}
    total: Total = Total()
    activity: dict[str, Activity] = {}
    technology: dict[str, Technology] = {}
    maturity: Maturity | None = None
    records: Records | None = None


class Supply(Part):
    """What happens to staff if nobody decides anything."""

    flows: Literal["as before", "committed"] = "as before"
    """As before: people join and are promoted as they were. Committed: only those join who are known to come, as a plan sees it."""
    joiners: dict[str, Growth] = {}


class Weights(Part):
    """Priorities of skills and criticality of role levels, as multiples of the usual weight."""

    skill: dict[str, Amount] = {}
    role_level: dict[str, Amount] = {}
    maturity: bool = False
    """Whether an organisation of low digital maturity weighs more, up to the assumption maturity_weight_most."""


class Objective(Part):
    """What a plan is for."""

    aim: Literal["gap", "target", "critical"] = "gap"
    """gap: close the most weighted gap with the money; target: reach a coverage at least cost; critical: critical skills first."""
    target: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Coverage to be reached by the last period, where that is the aim."""
    critical: tuple[str, ...] = ()
    """Skills that come first, where that is the aim; none named: those of the organisation's cover targets."""


Kind = Literal[
    "train", "apprentice", "mentor", "second", "recruit", "post", "redeploy", "promote", "contract", "end-cover", "share", "retain"
]  # fmt: skip
"""Kinds of lever that a planner may use."""


class Levers(Part):
    """Which levers a plan may use, and how much of them."""

    without: tuple[Kind, ...] = ()
    maximum: dict[Kind, Amount] = {}
    """FTE that may be started in a year, by kind."""
    frozen: tuple[Year, ...] = ()
    """Financial years in which nobody is recruited from outside."""
    whole_people: bool = True
    """Whether hires, moves and new posts of small groups are whole people in the first year."""


class Money(Part):
    """How the money of a plan is counted."""

    hoped_for: bool = False
    """Whether money that is only hoped for counts."""
    prices: Literal["real", "cash"] = "real"
    """real: budgets are at prices of the pay year; cash: budgets are cash of their own year, which buys less as prices rise."""
    vacancy_confirmed: bool = False
    """Whether finance has confirmed that the pay of vacant posts is there to be spent."""


class Scenario(Part):
    """Everything a planner decides before a plan is made."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    label: str = Field(min_length=1)
    base: str = ""
    author: str = ""
    reason: str = ""
    written_on: dt.date | None = None
    start: dt.date
    period: Literal["quarter", "year"] = "quarter"
    periods: int = Field(ge=1, le=60)
    stages: tuple[Literal["shortfall", "cost", "moves"], ...] = ("shortfall", "cost", "moves")
    pay_year: str = Field(pattern=FINANCIAL_YEAR)
    pay_basis: Literal["trust", "system"] = "trust"
    london_zone: Literal["Inner London", "Outer London", "Fringe"] = "Outer London"
    demand: Demand = Demand()
    supply: Supply = Supply()
    budget: dict[str, dict[str, float]] = {}
    weights: Weights = Weights()
    objective: Objective = Objective()
    levers: Levers = Levers()
    money: Money = Money()
    assumptions: dict[str, float] = {}

    @property
    def periods_per_year(self) -> int:
        """Return the number of periods in a financial year."""
        return PERIODS_PER_YEAR[self.period]

    @classmethod
    def load(cls, name: str, own: Mapping[str, str] | None = None) -> Scenario:
        """Read a scenario by id from the user's `own` (id to TOML), then from `data/scenarios`, or from a TOML file by its path.

        Keys that it lacks are taken from the scenario it names as `base`. Raises ScenarioError with every fault.
        """
        return cls.checked(settings(name, own or {}), name)

    @classmethod
    def checked(cls, values: Mapping[str, Any], name: str) -> Scenario:
        """Make a scenario of its settings; `name` is what faults call it. Raises ScenarioError with every fault."""
        return _validate(dict(values), name)

    def changed(self, **values: object) -> Scenario:
        """Return a copy with other values, checked as a whole; raises ScenarioError."""
        return _validate(self.model_dump() | values, self.id)

    def with_settings(self, values: Mapping[str, Any]) -> Scenario:
        """Return a copy with settings laid over it, part by part, checked as a whole; raises ScenarioError with every fault."""
        return _validate(_merge(self.model_dump(by_alias=True), dict(values)), self.id)

    def budget_years(self) -> list[str]:
        """List the financial years that the horizon touches."""
        return sorted({self.year_of(t) for t in range(1, self.periods + 1)})

    def year_of(self, period: int) -> str:
        """Return the financial year of a period, as 2029/30."""
        return financial_year(self.day_of(period))

    def year_ends(self) -> dict[int, str]:
        """Return the periods at whose end a financial year is told, and the year: the last period in each, as far as the horizon goes.

        Period 0 is told for the last financial year that is over when the scenario starts; within a year, it is told as of that start.

        >>> Scenario.load("baseline").year_ends()
        {0: '2025/26', 4: '2026/27', 8: '2027/28', 12: '2028/29'}
        """
        last = {self.year_of(t): t for t in range(1, self.periods + 1)}
        return {0: financial_year(dt.date(self.start.year - 1, self.start.month, 1))} | {t: year for year, t in last.items()}

    def day_of(self, period: int) -> dt.date:
        """Return the first day of a period; the day after the horizon has period T + 1."""
        months = (period - 1) * 12 // self.periods_per_year + self.start.month - 1
        return dt.date(self.start.year + months // 12, months % 12 + 1, self.start.day)


def financial_year(day: dt.date) -> str:
    """Return the NHS financial year of a day, which begins on 1 April.

    >>> financial_year(dt.date(2027, 3, 31))
    '2026/27'
    """
    first = day.year if day.month >= 4 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def names() -> list[str]:
    """List the ids of the scenarios that come with the project, the baseline first."""
    return sorted((path.stem for path in FOLDER.glob("*.toml")), key=lambda name: (name != "baseline", name))


def settings(name: str, own: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings of a scenario as they are written, those of its bases included; they have yet to be checked.

    Raises ScenarioError where there is no such scenario, a file is no TOML, or scenarios are built on each other in a circle.
    """
    return _resolve(name, Path(), (), own)


def settings_of(text: str, name: str, own: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings of a scenario from its TOML, those of its bases included; raises ScenarioError as `settings` does."""
    return _based(parsed(text, name), Path(), (name,), own)


def parsed(text: str, name: str) -> dict[str, Any]:
    """Read TOML; raises ScenarioError where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([Fault("Not a TOML file", name, found=str(error), action="Correct the file.")]) from error


def _resolve(name: str, beside: Path, seen: tuple[str, ...], own: Mapping[str, str]) -> dict[str, Any]:
    """Read a scenario with what it takes from its bases; the path of a base is seen from the file that names it."""
    if name in seen:
        found = " -> ".join((*seen, name))
        raise ScenarioError([Fault("Scenarios built on each other in a circle", name, column="base", found=found)])
    if name in own:
        return _based(parsed(own[name], name), beside, (*seen, name), own)
    path = beside / name if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        known = [*names(), *own]
        nearest = get_close_matches(name, known, n=1)
        allowed = ", ".join(known) + " or the path of a TOML file" + (f" (nearest: '{nearest[0]}')" if nearest else "")
        raise ScenarioError([Fault("Unknown scenario", "--scenario", found=f"'{name}'", allowed=allowed, action="Correct the name.")])
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([Fault("Not a TOML file", path.name, found=str(error), action="Correct the file.")]) from error
    return _based(parsed(text, path.name), path.parent, (*seen, name), own)


def _based(own: dict[str, Any], beside: Path, seen: tuple[str, ...], stored: Mapping[str, str]) -> dict[str, Any]:
    base = own.get("base", "")
    if not base or not isinstance(base, str):
        return own  # a base that is no text is named with the other wrong settings
    return _merge({key: value for key, value in _resolve(base, beside, seen, stored).items() if key not in OF_ITSELF}, own)


def _merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _merge(base[key], value) if both else value
    return merged


def _validate(values: dict[str, Any], name: str) -> Scenario:
    try:
        scenario = Scenario.model_validate(values)
    except ValidationError as error:
        raise ScenarioError([_fault(item, name) for item in error.errors()]) from error
    faults = [
        Fault(
            "Budget below 0", name, column=f"budget.{stream}.{year}", found=f"{pounds:g}", allowed="0 or more pounds", action="Correct it."
        )
        for stream, years in scenario.budget.items()
        for year, pounds in years.items()
        if not 0 <= pounds < float("inf")
    ]
    faults += [
        Fault(
            "Not for a scenario", name, column=f"assumptions.{number}", found=f"{value:g}",
            action="Leave it out: how small numbers are protected is for the owner of the data, who may import other values.",
        )
        for number, value in scenario.assumptions.items()
        if number in PROTECTING
    ]  # fmt: skip
    first_of_quarter = scenario.start.day == 1 and scenario.start.month in (1, 4, 7, 10)
    if not first_of_quarter:
        faults.append(
            Fault(
                "Start within a quarter",
                name,
                column="start",
                found=f"{scenario.start}",
                allowed="the first day of an NHS financial quarter: 1 April, 1 July, 1 October or 1 January",
                action="Choose one of these days.",
            )
        )
    if faults:
        raise ScenarioError(faults)
    return scenario


def _fault(item: Any, name: str) -> Fault:
    column = ".".join(str(part) for part in item["loc"] if part != "[key]")
    if item["type"] == "missing":
        return Fault("Missing setting", name, column=column, action="Add it, or name a base that has it.")
    if item["type"] == "extra_forbidden":
        return Fault(
            "Unknown setting", name, column=column, found=repr(item["input"]), allowed="the settings of baseline.toml", action="Correct it."
        )
    return Fault("Wrong setting", name, column=column, found=repr(item["input"]), allowed=_allowed(item), action="Correct it.")


_MANY = "a list in square brackets, such as ['one', 'another']"
_TABLE = "a table of settings, as baseline.toml has them"
IN_WORDS = {
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), "a number"),
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "a whole number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "true or false"),
    **dict.fromkeys(("list_type", "tuple_type"), _MANY),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _TABLE),
    "string_type": "text in quotation marks",
    "string_too_short": "something to read",
}
"""What a setting may be, by the kind of error."""


def _allowed(item: Any) -> str:
    """Say in our words what a setting may be."""
    bounds = {
        "greater_than": "above {gt:g}",
        "greater_than_equal": "{ge:g} or more",
        "less_than": "below {lt:g}",
        "less_than_equal": "at most {le:g}",
    }
    facts, kind = item.get("ctx", {}), item["type"]
    if kind in bounds:
        return bounds[kind].format(**facts)
    if kind == "string_pattern_mismatch":
        return (
            "a financial year, such as 2029/30" if facts["pattern"] == FINANCIAL_YEAR else "lower-case letters, digits and single hyphens"
        )
    if kind == "literal_error":
        return str(facts["expected"])
    if kind in IN_WORDS:
        return IN_WORDS[kind]
    if kind.startswith("date"):
        return "a date, such as 2026-04-01"
    return str(item["msg"]).removeprefix("Value error, ")
