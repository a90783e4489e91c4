"""A scenario: a small, frozen change to the baseline, read from TOML."""

from __future__ import annotations

import datetime as dt
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skills_model.errors import Fault, ScenarioError
from skills_model.reference import DATA

FOLDER = DATA / "scenarios"
PERIODS_PER_YEAR = {"quarter": 4, "year": 1}
FINANCIAL_YEAR = r"^20\d\d/\d\d$"


class Part(BaseModel):
    """A part of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Growth(Part):
    """How the posts that one role family needs change."""

    rate: float = Field(gt=-1, le=1, description="change a year")
    path: Literal["compound", "straight"] = "compound"


class Demand(Part):
    """How demand changes, by role family."""

    growth: dict[str, Growth] = {}


Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Weights(Part):
    """Priorities of skills and criticality of role levels, as multiples of the usual weight."""

    skill: dict[str, Amount] = {}
    role_level: dict[str, Amount] = {}


class Scenario(Part):
    """Everything a planner decides before a plan is made."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    label: str = Field(min_length=1)
    base: str = ""
    author: str = ""
    reason: str = ""
    start: dt.date
    period: Literal["quarter", "year"] = "quarter"
    periods: int = Field(ge=1, le=60)
    stages: tuple[Literal["shortfall", "cost", "moves"], ...] = ("shortfall", "cost", "moves")
    pay_year: str = Field(pattern=FINANCIAL_YEAR)
    pay_basis: Literal["trust", "system"] = "trust"
    london_zone: Literal["Inner London", "Outer London", "Fringe"] = "Outer London"
    demand: Demand = Demand()
    budget: dict[str, dict[str, float]] = {}
    weights: Weights = Weights()
    assumptions: dict[str, float] = {}

    @property
    def periods_per_year(self) -> int:
        """Return the number of periods in a financial year."""
        return PERIODS_PER_YEAR[self.period]

    @classmethod
    def load(cls, name: str) -> Scenario:
        """Read a scenario by id from `data/scenarios`, or from a TOML file by its path.

        Keys that it lacks are taken from the scenario it names as `base`. Raises ScenarioError with every fault.
        """
        return _validate(_resolve(name, Path(), ()), name)

    def changed(self, **values: object) -> Scenario:
        """Return a copy with other values, checked as a whole; raises ScenarioError."""
        return _validate(self.model_dump() | values, self.id)

    def budget_years(self) -> list[str]:
        """List the financial years that the horizon touches."""
        return sorted({self.year_of(t) for t in range(1, self.periods + 1)})

    def year_of(self, period: int) -> str:
        """Return the financial year of a period, as 2029/30."""
        return financial_year(self.day_of(period))

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


def _resolve(name: str, beside: Path, seen: tuple[str, ...]) -> dict[str, Any]:
    """Read a scenario with what it takes from its bases; the path of a base is seen from the file that names it."""
    path = beside / name if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        nearest = get_close_matches(name, names(), n=1)
        raise ScenarioError(
            [
                Fault(
                    "Unknown scenario",
                    "--scenario",
                    found=f"'{name}'",
                    allowed=", ".join(names()) + " or the path of a TOML file" + (f" (nearest: '{nearest[0]}')" if nearest else ""),
                    action="Correct the name.",
                )
            ]
        )
    if name in seen:
        raise ScenarioError(
            [Fault("Scenarios built on each other in a circle", path.name, column="base", found=" -> ".join((*seen, name)))]
        )
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError([Fault("Not a TOML file", path.name, found=str(error), action="Correct the file.")]) from error
    base = own.get("base", "")
    # A base that is no text is named with the other wrong settings.
    return _merge(_resolve(base, path.parent, (*seen, name)), own) if base and isinstance(base, str) else own


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
    column = ".".join(str(part) for part in item["loc"])
    if item["type"] == "missing":
        return Fault("Missing setting", name, column=column, action="Add it, or name a base that has it.")
    if item["type"] == "extra_forbidden":
        return Fault(
            "Unknown setting", name, column=column, found=repr(item["input"]), allowed="the settings of baseline.toml", action="Correct it."
        )
    return Fault("Wrong setting", name, column=column, found=repr(item["input"]), allowed=item["msg"], action="Correct it.")
