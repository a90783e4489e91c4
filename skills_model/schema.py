"""Every stored table, defined once as a row model; DDL, checks and the data dictionary follow from here.

A column's Python type gives its SQL type, `| None` makes it nullable, `ge`, `le` and `Literal` become checks, and the
description and unit become the data dictionary. Order of columns is order of fields; `KEY` is what makes a row unique;
`ORDER` is how rows are kept and exported (organisation first, so that one organisation is one stretch of the file);
`REFERENCES` says which rows of other tables must exist.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9]{3,10}$")]
Band = Literal["1", "2", "3", "4", "5", "6", "7", "8a", "8b", "8c", "8d", "9"]
AgeBand = Literal["under 25", "25 to 34", "35 to 44", "45 to 54", "55 to 59", "60 and over", "unknown"]
AssessmentKind = Literal["self", "manager", "evidence", "test"]
Contract = Literal["permanent", "fixed term"]


@dataclass(frozen=True)
class Reference:
    """Columns whose values must stand in the columns of the same names of another table; `active` asks for an active framework."""

    table: str
    columns: tuple[str, ...]
    active: bool = False


OF_ORGANISATION = Reference("organisation", ("organisation",))
OF_FRAMEWORK = Reference("framework", ("framework",))
OF_SNAPSHOT = Reference("snapshot", ("snapshot", "organisation"))
OF_PERSON = Reference("person", ("person", "organisation"))
OF_ROLE_LEVEL = Reference("role_level", ("role_level",))
OF_SKILL = Reference("skill", ("skill",))
OF_ACTIVE_ROLE_LEVEL = Reference("role_level", ("role_level",), active=True)
OF_ACTIVE_SKILL = Reference("skill", ("skill",), active=True)


class Row(BaseModel):
    """A row of a stored table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    ORDER: ClassVar[tuple[str, ...]] = ()
    REFERENCES: ClassVar[tuple[Reference, ...]] = ()


class Organisation(Row):
    """An NHS organisation, or an invented one in the demonstration."""

    TABLE = "organisation"
    KEY = ("organisation",)

    organisation: Code = Field(description="ODS code, or a plainly invented code in the demonstration")
    name: str = Field(min_length=1, description="name as published, or invented")
    organisation_type: str = Field(min_length=1, description="Acute, Mental Health, Community Provider Trust, Ambulance or Other bodies")
    region_code: str | None = Field(description="NHS England region code; blank for other bodies")
    region_name: str | None = Field(description="NHS England region name; blank for other bodies")
    icb_code: str | None = Field(description="integrated care board code; invented in the demonstration")
    icb_name: str | None = Field(description="integrated care board name; invented in the demonstration")
    demonstration: bool = Field(description="true where the organisation and everybody in it are invented")


class Framework(Row):
    """A competency framework in one version, or an extension of one."""

    TABLE = "framework"
    KEY = ("framework",)

    framework: Slug = Field(description="id of the framework and version")
    label: str = Field(description="name for people")
    version: str = Field(description="date or number of the version")
    publisher: str = Field(description="who publishes it")
    licence: str = Field(description="licence of its names and levels")
    source: str = Field(description="where it was read")
    ranks: int = Field(ge=1, le=9, description="number of ranks a skill may be held at")
    active: bool = Field(description="whether its requirements count in gaps and plans")


class RoleLevel(Row):
    """A role at one level of seniority."""

    TABLE = "role_level"
    KEY = ("framework", "role_level")
    REFERENCES = (OF_FRAMEWORK,)

    framework: Slug = Field(description="framework that defines it")
    role_family: Slug = Field(description="id of the role family")
    role_family_label: str = Field(description="name of the role family")
    role: Slug = Field(description="id of the role")
    role_label: str = Field(description="name of the role")
    role_level: Slug = Field(description="id of the role level, unique among active frameworks")
    role_level_label: str = Field(description="name of the role level")
    level_number: int = Field(ge=1, le=20, description="1 is the most junior level of the role")
    suggested_band: Band | None = Field(
        description="third-party or own suggestion of an Agenda for Change band; local job evaluation decides"
    )


class Skill(Row):
    """A skill of a framework."""

    TABLE = "skill"
    KEY = ("framework", "skill")
    REFERENCES = (OF_FRAMEWORK,)

    framework: Slug = Field(description="framework that defines it")
    skill: Slug = Field(description="id of the skill, unique among active frameworks")
    skill_label: str = Field(description="name of the skill")


class Requirement(Row):
    """The rank of a skill that a role level needs."""

    TABLE = "requirement"
    KEY = ("framework", "role_level", "skill")
    REFERENCES = (OF_FRAMEWORK, OF_ROLE_LEVEL, OF_SKILL)

    framework: Slug = Field(description="framework that sets it")
    role_level: Slug = Field(description="role level")
    skill: Slug = Field(description="skill")
    required_rank: int = Field(ge=1, le=9, description="rank needed", json_schema_extra={"unit": "rank"})


class Snapshot(Row):
    """The staff of one organisation as at one date."""

    TABLE = "snapshot"
    KEY = ("snapshot",)
    ORDER = ("organisation", "as_at")
    REFERENCES = (OF_ORGANISATION,)

    snapshot: int = Field(ge=1, description="number of the snapshot")
    organisation: Code = Field(description="organisation")
    as_at: dt.date = Field(description="date the staff list describes")


class Person(Row):
    """A member of staff under a pseudonym; no name, staff number or date of birth is stored."""

    TABLE = "person"
    KEY = ("person",)
    ORDER = ("organisation", "person")
    REFERENCES = (OF_ORGANISATION,)

    person: str = Field(pattern=r"^[0-9a-f]{32}$", description="keyed hash of the staff number")
    organisation: Code = Field(description="employer")
    age_band: AgeBand = Field(description="age band")


class Assignment(Row):
    """A post that a person holds in a snapshot; a person may hold several."""

    TABLE = "assignment"
    KEY = ("snapshot", "person", "team", "job_title")
    ORDER = ("organisation", "snapshot", "person", "team", "job_title")
    REFERENCES = (OF_SNAPSHOT, OF_PERSON, OF_ACTIVE_ROLE_LEVEL)

    organisation: Code = Field(description="employer")
    snapshot: int = Field(ge=1, description="snapshot")
    person: str = Field(pattern=r"^[0-9a-f]{32}$", description="person")
    team: str = Field(min_length=1, description="team")
    staff_group: str = Field(min_length=1, description="staff group of the NHS Data Model and Dictionary")
    job_title: str = Field(min_length=1, description="job title as the source has it")
    role_level: Slug | None = Field(description="role level; blank where the job title is not mapped yet")
    band: Band = Field(description="Agenda for Change pay band")
    fte: float = Field(gt=0, le=1.5, description="full-time equivalent", json_schema_extra={"unit": "FTE"})
    contract: Contract = Field(description="kind of contract")
    start_date: dt.date = Field(description="start in the post")
    end_date: dt.date | None = Field(description="end of a fixed term")


class Assessment(Row):
    """One judgement of one person's rank in one skill."""

    TABLE = "assessment"
    KEY = ("person", "skill", "kind", "assessed_on")
    ORDER = ("organisation", "person", "skill", "kind", "assessed_on")
    REFERENCES = (OF_PERSON, OF_ACTIVE_SKILL)

    organisation: Code = Field(description="employer")
    person: str = Field(pattern=r"^[0-9a-f]{32}$", description="person")
    skill: Slug = Field(description="skill")
    rank: int = Field(ge=0, le=9, description="rank judged; 0 is none", json_schema_extra={"unit": "rank"})
    kind: AssessmentKind = Field(description="who or what judged")
    assessed_on: dt.date = Field(description="date of the judgement")


class CurrentLevel(Row):
    """The rank a person holds now, with its range; derived from assessments, rebuilt in the transaction of an import."""

    TABLE = "current_level"
    KEY = ("person", "skill")
    ORDER = ("organisation", "person", "skill")

    organisation: Code = Field(description="employer")
    person: str = Field(pattern=r"^[0-9a-f]{32}$", description="person")
    skill: Slug = Field(description="skill")
    rank: int = Field(ge=0, le=9, description="rank of the assessment that counts", json_schema_extra={"unit": "rank"})
    rank_low: float = Field(
        ge=0, le=9, description="low end of the rank; a part of a rank counts as that share of it", json_schema_extra={"unit": "rank"}
    )
    rank_high: float = Field(ge=0, le=9, description="high end of the rank", json_schema_extra={"unit": "rank"})
    kind: AssessmentKind = Field(description="kind of the assessment that counts")
    assessed_on: dt.date = Field(description="date of the assessment that counts")


class Establishment(Row):
    """Funded posts of one role level, and the temporary staff that cover its vacancies now."""

    TABLE = "establishment"
    KEY = ("organisation", "role_level")
    REFERENCES = (OF_ORGANISATION, OF_ACTIVE_ROLE_LEVEL)

    organisation: Code = Field(description="organisation")
    role_level: Slug = Field(description="role level")
    band: Band = Field(description="band the posts are funded at")
    budgeted_fte: float = Field(ge=0, description="funded posts", json_schema_extra={"unit": "FTE"})
    bank_fte: float = Field(ge=0, description="bank staff in post", json_schema_extra={"unit": "FTE"})
    agency_fte: float = Field(ge=0, description="agency staff in post", json_schema_extra={"unit": "FTE"})


class Run(Row):
    """One plan, or what more money would do to it, asked for and perhaps finished; the same inputs have the same id and are solved once."""

    TABLE = "run"
    KEY = ("run",)
    REFERENCES = (OF_ORGANISATION,)

    run: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the inputs, options and versions")
    kind: Literal["plan", "money"] = Field(description="what was asked for: a plan, or what more money would do to one")
    organisation: Code = Field(description="organisation")
    options: str = Field(description="options of the run as JSON")
    status: Literal[
        "queued", "running", "abandoned", "optimal", "feasible", "infeasible", "unbounded", "stopped", "cancelled", "failed"
    ] = Field(description="state of the run")
    requested_at: dt.datetime = Field(description="when it was asked for (UTC)")
    finished_at: dt.datetime | None = Field(description="when it ended (UTC)")
    message: str = Field(description="what to tell the user where there is no result")
    result: str | None = Field(description="the plan, or what more money would do, as JSON")


class ImportRun(Row):
    """One file, or one generated set, that was taken into the store."""

    TABLE = "import_run"
    KEY = ("import_run",)

    import_run: int = Field(ge=1, description="number of the import")
    kind: str = Field(min_length=1, description="kind of source")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, or of the options of a generated set")
    source: str = Field(min_length=1, description="name of the file without its folder")
    rows: int = Field(ge=0, description="rows taken in", json_schema_extra={"unit": "rows"})
    imported_at: dt.datetime = Field(description="when (UTC)")
    undone_at: dt.datetime | None = Field(description="when it was undone (UTC)")


class AuditLog(Row):
    """One change or export, chained to the one before by a hash."""

    TABLE = "audit_log"
    KEY = ("entry",)

    entry: int = Field(ge=1, description="number of the entry")
    happened_at: dt.datetime = Field(description="when (UTC)")
    action: str = Field(min_length=1, description="what was done")
    detail: str = Field(description="to what, without personal data")
    previous: str = Field(description="hash of the entry before")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="hash of this entry and the one before")


class SchemaVersion(Row):
    """A migration that the store has been through."""

    TABLE = "schema_version"
    KEY = ("version",)

    version: int = Field(ge=1, description="number of the migration")
    applied_at: dt.datetime = Field(description="when (UTC)")


TABLES: tuple[type[Row], ...] = (
    Organisation,
    Framework,
    RoleLevel,
    Skill,
    Requirement,
    Snapshot,
    Person,
    Assignment,
    Assessment,
    CurrentLevel,
    Establishment,
    Run,
    ImportRun,
    AuditLog,
    SchemaVersion,
)

PRIMARY: tuple[type[Row], ...] = (Organisation, Framework, Run, ImportRun, AuditLog, SchemaVersion)
"""Tables whose key the engine guards as well: small ones only, since indexes of large tables are where corruption has been reported."""

_TYPES = {
    "string": ("text", "VARCHAR"),
    "integer": ("whole number", "BIGINT"),
    "number": ("number", "DOUBLE"),
    "boolean": ("true or false", "BOOLEAN"),
    "date": ("date", "DATE"),
    "date-time": ("date and time", "TIMESTAMP"),
}


@dataclass(frozen=True)
class Column:
    """What a column may hold, in the terms of JSON Schema."""

    name: str
    type: str
    sql_type: str
    nullable: bool
    description: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    not_empty: bool = False

    @property
    def allowed(self) -> str:
        """Say in words which values are allowed."""
        if self.choices:
            return "one of " + ", ".join(f"'{choice}'" for choice in self.choices)
        if self.pattern:
            return f"text of the form {self.pattern}"
        bounds = [
            f"above {self.above:g}" if self.above is not None else "",
            f"{self.minimum:g} or more" if self.minimum is not None else "",
            f"at most {self.maximum:g}" if self.maximum is not None else "",
        ]
        words = ", ".join(bound for bound in bounds if bound)
        kind = "text that is not empty" if self.not_empty else self.type
        return f"{kind}, {words}" if words else kind

    def checks(self) -> list[str]:
        """List the conditions of the column as SQL."""
        found = []
        if self.choices:
            found.append(f"{self.name} IN ({', '.join(_literal(choice) for choice in self.choices)})")
        if self.pattern:
            found.append(f"regexp_full_match({self.name}, {_literal(self.pattern)})")
        if self.not_empty:
            found.append(f"length({self.name}) >= 1")
        for sign, bound in ((">=", self.minimum), (">", self.above), ("<=", self.maximum)):
            found += [] if bound is None else [f"{self.name} {sign} {bound:g}"]
        return found


@cache
def columns(model: type[Row]) -> tuple[Column, ...]:
    """Return the columns of a table in their order."""
    fields = model.model_json_schema()["properties"]
    return tuple(_column(name, field) for name, field in fields.items())


def ddl(model: type[Row]) -> str:
    """Write the statement that creates the table, with every check of its row model."""
    lines = []
    for column in columns(model):
        null = "" if column.nullable else " NOT NULL"
        lines.append(f"{column.name} {column.sql_type}{null}" + "".join(f" CHECK ({check})" for check in column.checks()))
    lines += [f"PRIMARY KEY ({', '.join(model.KEY)})"] if model in PRIMARY else []
    return f"CREATE TABLE {model.TABLE} (\n    " + ",\n    ".join(lines) + "\n);"


def dictionary() -> pd.DataFrame:
    """Return the data dictionary: table, column, type, unit, key, allowed, description; one row a column of the store."""
    rows = [
        (
            model.TABLE,
            column.name,
            column.type + (" or blank" if column.nullable else ""),
            column.unit,
            column.name in model.KEY,
            column.allowed,
            column.description,
        )
        for model in TABLES
        for column in columns(model)
    ]
    return pd.DataFrame(rows, columns=["table", "column", "type", "unit", "key", "allowed", "description"])


def _column(name: str, field: dict[str, Any]) -> Column:
    parts = [part for part in field.get("anyOf", [field]) if part.get("type") != "null"]
    facts = field | parts[0]
    type_, sql_type = _TYPES[facts.get("format", facts["type"])]
    pattern = facts.get("pattern", "")
    return Column(
        name,
        type_,
        sql_type,
        nullable="anyOf" in field,
        description=field["description"],
        unit=field.get("unit", ""),
        choices=tuple(facts.get("enum", [facts["const"]] if "const" in facts else [])),
        pattern=pattern.removeprefix("^").removesuffix("$"),
        minimum=facts.get("minimum"),
        above=facts.get("exclusiveMinimum"),
        maximum=facts.get("maximum"),
        not_empty=facts.get("minLength", 0) >= 1,
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
