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
Year = Annotated[str, Field(pattern=r"^20[0-9]{2}/[0-9]{2}$")]


@dataclass(frozen=True)
class Reference:
    """Columns whose values must stand in the columns of the same names of another table."""

    table: str
    columns: tuple[str, ...]


OF_ORGANISATION = Reference("organisation", ("organisation",))
OF_FRAMEWORK = Reference("framework", ("framework",))
OF_SNAPSHOT = Reference("snapshot", ("snapshot", "organisation"))
OF_PERSON = Reference("person", ("person", "organisation"))
OF_ROLE_LEVEL = Reference("role_level", ("role_level",))
OF_SKILL = Reference("skill", ("skill",))


class Row(BaseModel):
    """A row of a stored table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    ORDER: ClassVar[tuple[str, ...]] = ()
    REFERENCES: ClassVar[tuple[Reference, ...]] = ()
    EDITABLE: ClassVar[bool] = False
    """Whether a later import may replace a row of the same key; facts about people and posts are only added to."""


class Organisation(Row):
    """An NHS organisation, or an invented one in the demonstration."""

    TABLE = "organisation"
    KEY = ("organisation",)
    EDITABLE = True

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
    EDITABLE = True

    framework: Slug = Field(description="id of the framework and version")
    series: Slug = Field(description="id that the versions of one framework share")
    label: str = Field(description="name for people")
    version: str = Field(description="date or number of the version")
    publisher: str = Field(description="who publishes it")
    licence: str = Field(description="licence of its names and levels")
    source: str = Field(description="where it was read")
    ranks: int = Field(ge=1, le=9, description="number of ranks a skill may be held at")
    active: bool = Field(description="whether its requirements of role levels count in gaps and plans")
    measured_on: Literal["roles", "all staff"] = Field(
        description="whose skills it is about: of the holders of its role levels, or of everybody by staff group"
    )


class FrameworkRank(Row):
    """The name of a rank in a framework."""

    TABLE = "framework_rank"
    KEY = ("framework", "rank")
    REFERENCES = (OF_FRAMEWORK,)

    framework: Slug = Field(description="framework")
    rank: int = Field(ge=1, le=9, description="rank", json_schema_extra={"unit": "rank"})
    rank_label: str = Field(min_length=1, description="name of the rank")


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


class Description(Row):
    """What a user's own download says of a role, role level, skill or rank of a skill; nothing of it comes with the project."""

    TABLE = "description"
    KEY = ("framework", "subject", "id", "rank")
    REFERENCES = (OF_FRAMEWORK,)
    EDITABLE = True

    framework: Slug = Field(description="framework")
    subject: Literal["role", "role level", "skill"] = Field(description="what is described")
    id: Slug = Field(description="id of the role, role level or skill")
    rank: int = Field(ge=0, le=9, description="rank of the skill; 0 where the whole is described", json_schema_extra={"unit": "rank"})
    text: str = Field(min_length=1, description="words of the publisher")


class Crosswalk(Row):
    """What a skill or role level of one framework is in another framework or version."""

    TABLE = "crosswalk"
    KEY = ("subject", "framework_from", "id_from", "framework_to", "id_to")
    EDITABLE = True

    subject: Literal["skill", "role level"] = Field(description="what is compared")
    framework_from: Slug = Field(description="framework")
    id_from: Slug = Field(description="id of the skill or role level there")
    framework_to: Slug = Field(description="other framework, or other version")
    id_to: Slug = Field(description="id of the skill or role level there")
    relation: Literal["exact", "close", "broader", "narrower", "related"] = Field(
        description="the other is the same, nearly the same, wider, narrower, or only akin; assessments carry over where it is the same"
    )
    confidence: float = Field(ge=0, le=1, description="how sure the relation is", json_schema_extra={"unit": "share"})
    source: str = Field(min_length=1, description="who says so, or judgement")


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


class Assignment(Row):
    """A post that a person holds in a snapshot; a person may hold several."""

    TABLE = "assignment"
    KEY = ("snapshot", "person", "assignment")
    ORDER = ("organisation", "snapshot", "person", "assignment")
    REFERENCES = (OF_SNAPSHOT, OF_PERSON, OF_ROLE_LEVEL)

    organisation: Code = Field(description="employer")
    snapshot: int = Field(ge=1, description="snapshot")
    person: str = Field(pattern=r"^[0-9a-f]{32}$", description="person")
    assignment: int = Field(ge=1, description="number of the post among those that the person holds")
    age_band: AgeBand = Field(description="age band of the person at the date of the snapshot")
    team: str = Field(min_length=1, description="team")
    staff_group: str = Field(min_length=1, description="staff group of the NHS Data Model and Dictionary")
    job_title: str = Field(min_length=1, description="job title as the source has it")
    occupation_code: str | None = Field(description="NHS occupation code as the source has it")
    role_level: Slug | None = Field(description="role level that the source itself gives; otherwise the mapping of titles and codes says it")
    band: Band | None = Field(description="Agenda for Change pay band; blank for staff on other terms")
    fte: float = Field(gt=0, le=1.5, description="full-time equivalent", json_schema_extra={"unit": "FTE"})
    contract: Contract = Field(description="kind of contract")
    start_date: dt.date | None = Field(description="start in the post")
    end_date: dt.date | None = Field(description="end of a fixed term")


class Assessment(Row):
    """One judgement of one person's rank in one skill."""

    TABLE = "assessment"
    KEY = ("person", "skill", "kind", "assessed_on")
    ORDER = ("organisation", "person", "skill", "kind", "assessed_on")
    REFERENCES = (OF_PERSON, OF_SKILL)

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


class RoleCount(Row):
    """People who hold the same role levels, counted; derived from assignments, rebuilt in the transaction of an import."""

    TABLE = "role_count"
    KEY = ("organisation", "role_set", "role_level")

    organisation: Code = Field(description="employer")
    role_set: int = Field(ge=1, description="number of the set of role levels within the organisation; everybody belongs to one")
    role_level: Slug = Field(description="role level of the set")
    several: bool = Field(description="whether the set has more than one role level")
    headcount: int = Field(ge=1, description="people of the set", json_schema_extra={"unit": "people"})
    fte: float = Field(ge=0, description="their full-time equivalent in the role level", json_schema_extra={"unit": "FTE"})


class RankCount(Row):
    """Posts of a role level, and FTE of its staff who hold a rank of a skill they need; derived from levels, rebuilt with them."""

    TABLE = "rank_count"
    KEY = ("organisation", "role_level", "skill", "rank")

    organisation: Code = Field(description="employer")
    role_family: Slug = Field(description="role family")
    role: Slug = Field(description="role")
    role_level: Slug = Field(description="role level")
    skill: Slug = Field(description="skill that the role level needs")
    required_rank: int = Field(ge=1, le=9, description="rank needed", json_schema_extra={"unit": "rank"})
    rank: int = Field(ge=1, le=9, description="rank, up to the one needed", json_schema_extra={"unit": "rank"})
    headcount: int = Field(ge=0, description="people in the role level", json_schema_extra={"unit": "people"})
    assessed_headcount: int = Field(ge=0, description="those assessed in the skill", json_schema_extra={"unit": "people"})
    staff_fte: float = Field(ge=0, description="staff in the role level", json_schema_extra={"unit": "FTE"})
    assessed_fte: float = Field(ge=0, description="those assessed in the skill", json_schema_extra={"unit": "FTE"})
    budgeted_fte: float = Field(ge=0, description="funded posts", json_schema_extra={"unit": "FTE"})
    assessed_held: float = Field(ge=0, description="assessed staff who hold the rank or a higher one", json_schema_extra={"unit": "FTE"})
    held_low: float = Field(ge=0, description="low end of the staff who hold it", json_schema_extra={"unit": "FTE"})
    held: float = Field(
        ge=0,
        description="staff who hold it; of those not assessed as many as of those comparable; unknown_fte not among them",
        json_schema_extra={"unit": "FTE"},
    )
    held_high: float = Field(ge=0, description="high end of the staff who hold it", json_schema_extra={"unit": "FTE"})
    unknown_fte: float = Field(ge=0, description="staff not assessed and without anybody comparable", json_schema_extra={"unit": "FTE"})


class Establishment(Row):
    """Funded posts of one role level, and the temporary staff that cover its vacancies now."""

    TABLE = "establishment"
    KEY = ("organisation", "as_at", "role_level")
    REFERENCES = (OF_ORGANISATION, OF_ROLE_LEVEL)

    organisation: Code = Field(description="organisation")
    as_at: dt.date = Field(description="date the establishment describes; the latest one counts")
    role_level: Slug = Field(description="role level")
    band: Band = Field(description="band the posts are funded at")
    budgeted_fte: float = Field(ge=0, description="funded posts", json_schema_extra={"unit": "FTE"})
    contracted_fte: float | None = Field(ge=0, description="staff contracted as the ledger has it", json_schema_extra={"unit": "FTE"})
    bank_fte: float = Field(ge=0, description="bank staff in post", json_schema_extra={"unit": "FTE"})
    agency_fte: float = Field(ge=0, description="agency staff in post", json_schema_extra={"unit": "FTE"})
    vacancy_factor: float | None = Field(
        ge=0, lt=1, description="share of the posts that the budget expects to be vacant", json_schema_extra={"unit": "share"}
    )
    funding_end_date: dt.date | None = Field(description="end of the funding where it ends")
    approval_status: Literal["approved", "awaiting approval", "frozen"] | None = Field(description="whether the posts may be filled")


class StaffCount(Row):
    """How many staff of a staff group an organisation has, as a publication says."""

    TABLE = "staff_count"
    KEY = ("organisation", "as_at", "staff_group")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    as_at: dt.date = Field(description="date of the count")
    staff_group: str = Field(min_length=1, description="staff group")
    headcount: int | None = Field(ge=0, description="people", json_schema_extra={"unit": "people"})
    fte: float = Field(ge=0, description="full-time equivalent", json_schema_extra={"unit": "FTE"})
    source: str = Field(min_length=1, description="publication")


class AggregateReturn(Row):
    """How many people of a staff group hold a rank of a skill, where nobody holds person-level assessments."""

    TABLE = "aggregate_return"
    KEY = ("organisation", "as_at", "staff_group", "skill", "kind", "rank")
    REFERENCES = (OF_ORGANISATION, OF_SKILL)

    organisation: Code = Field(description="organisation")
    as_at: dt.date = Field(description="date of the return; the latest one of an organisation and skill counts")
    staff_group: str = Field(min_length=1, description="staff group of the NHS Data Model and Dictionary, or Board")
    skill: Slug = Field(description="skill")
    kind: AssessmentKind = Field(description="who or what judged")
    rank: int = Field(ge=-1, le=9, description="rank judged; 0 is none, -1 is not assessed", json_schema_extra={"unit": "rank"})
    headcount: int = Field(ge=0, description="people", json_schema_extra={"unit": "people"})


class CoverTarget(Row):
    """How many people should hold a skill at a rank, so that one absence does no harm."""

    TABLE = "cover_target"
    KEY = ("organisation", "team", "skill")
    REFERENCES = (OF_ORGANISATION, OF_SKILL)
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    team: str = Field(description="team; empty for the whole organisation")
    skill: Slug = Field(description="skill")
    rank: int = Field(ge=1, le=9, description="rank wanted", json_schema_extra={"unit": "rank"})
    people: int = Field(ge=1, description="people wanted at the rank or above", json_schema_extra={"unit": "people"})


class AuditForm(Row):
    """A self-assessment form that was written for a team."""

    TABLE = "audit_form"
    KEY = ("organisation", "issued_on", "team")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    issued_on: dt.date = Field(description="day the forms were written")
    team: str = Field(min_length=1, description="team")
    headcount: int = Field(ge=1, description="people asked", json_schema_extra={"unit": "people"})


class Course(Row):
    """A course, exam or apprenticeship that develops skills."""

    TABLE = "course"
    KEY = ("course",)
    EDITABLE = True

    course: Slug = Field(description="id of the course")
    course_label: str = Field(min_length=1, description="name of the course")
    provider: str | None = Field(description="who gives it")
    organisation: Code | None = Field(description="organisation that it is open to; blank for all")
    price: float = Field(ge=0, description="price for one person", json_schema_extra={"unit": "pounds"})
    hours: float = Field(ge=0, description="working time that it takes", json_schema_extra={"unit": "hours"})
    weeks: float = Field(ge=0, description="time from start to finish", json_schema_extra={"unit": "weeks"})
    seats: float | None = Field(ge=0, description="places a year; blank for no limit", json_schema_extra={"unit": "places a year"})
    completion: float | None = Field(ge=0, le=1, description="share that completes it", json_schema_extra={"unit": "share"})
    apprenticeship_standard: str | None = Field(description="code of the standard where it is an apprenticeship")
    source: str = Field(min_length=1, description="where the price and times come from")


class CourseEffect(Row):
    """The rank of a skill that a course leads to."""

    TABLE = "course_effect"
    KEY = ("course", "skill")
    REFERENCES = (Reference("course", ("course",)), OF_SKILL)
    EDITABLE = True

    course: Slug = Field(description="course")
    skill: Slug = Field(description="skill")
    rank_before: int = Field(ge=0, le=9, description="rank needed to begin", json_schema_extra={"unit": "rank"})
    rank_after: int = Field(ge=1, le=9, description="rank reached", json_schema_extra={"unit": "rank"})


class RecruitmentRoute(Row):
    """A way in which people join."""

    TABLE = "recruitment_route"
    KEY = ("recruitment_route",)
    EDITABLE = True

    recruitment_route: Slug = Field(description="id of the route")
    recruitment_route_label: str = Field(min_length=1, description="name of the route")
    organisation: Code | None = Field(description="organisation that uses it; blank for all")
    contract: Literal["permanent", "fixed term", "contractor", "apprentice", "secondment"] = Field(description="terms of those who join")
    cost: float = Field(ge=0, description="one-off cost of one joiner", json_schema_extra={"unit": "pounds"})
    weeks: float = Field(ge=0, description="time from approval to start", json_schema_extra={"unit": "weeks"})
    starts: float | None = Field(ge=0, description="joiners a year; blank for no limit", json_schema_extra={"unit": "FTE a year"})
    role_family: Slug | None = Field(description="role family that it fills; blank for all")
    months: float | None = Field(gt=0, description="length of a fixed term", json_schema_extra={"unit": "months"})
    source: str = Field(min_length=1, description="where cost and time come from")


class RouteProfile(Row):
    """The rank of a skill that joiners by a route bring into a role level."""

    TABLE = "route_profile"
    KEY = ("recruitment_route", "role_level", "skill")
    REFERENCES = (Reference("recruitment_route", ("recruitment_route",)), OF_ROLE_LEVEL, OF_SKILL)
    EDITABLE = True

    recruitment_route: Slug = Field(description="route")
    role_level: Slug = Field(description="role level that is filled")
    skill: Slug = Field(description="skill")
    rank: int = Field(ge=0, le=9, description="rank on the first day", json_schema_extra={"unit": "rank"})
    share: float = Field(ge=0, le=1, description="share of joiners who hold it", json_schema_extra={"unit": "share"})


class PayPoint(Row):
    """A pay point of a band in a financial year."""

    TABLE = "pay_point"
    KEY = ("year", "band", "step")
    EDITABLE = True

    year: Year = Field(description="financial year, such as 2025/26")
    band: Band = Field(description="Agenda for Change pay band")
    step: str = Field(min_length=1, description="step of the band")
    years_experience: str | None = Field(description="years in the band at which it is reached")
    salary: float = Field(gt=0, description="basic salary of a full-time year", json_schema_extra={"unit": "pounds"})
    source: str = Field(min_length=1, description="where it is published")


class FundingStream(Row):
    """A pot of money with rules of its own."""

    TABLE = "funding_stream"
    KEY = ("funding_stream",)
    EDITABLE = True

    funding_stream: Slug = Field(description="id of the funding stream")
    funding_stream_label: str = Field(min_length=1, description="name of the funding stream")
    kind: Literal["revenue", "capital", "levy", "national ring-fence", "trust contribution"] = Field(description="what its money may pay for")
    pays_for: str | None = Field(
        pattern=r"^[a-z]+( *; *[a-z]+)*$",
        description="kinds of cost it may pay, joined by semicolons: training, backfill, apprenticeship, recruitment, contract, retention, "
        "support, posts; blank for the rule of its kind",
    )
    carry_over_share: float | None = Field(
        ge=0, le=1, description="part of what is left that the next year may have; blank for the rule of its kind", json_schema_extra={"unit": "share"}
    )
    expiry_months: float | None = Field(
        gt=0, description="time after which money is lost; blank for the rule of its kind", json_schema_extra={"unit": "months"}
    )
    source: str | None = Field(description="who says so")


class Budget(Row):
    """What a funding stream gives an organisation in a financial year."""

    TABLE = "budget"
    KEY = ("organisation", "funding_stream", "year", "status")
    REFERENCES = (OF_ORGANISATION, Reference("funding_stream", ("funding_stream",)))
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    funding_stream: Slug = Field(description="funding stream")
    year: Year = Field(description="financial year, such as 2026/27")
    amount: float = Field(ge=0, description="money of the year", json_schema_extra={"unit": "pounds"})
    status: Literal["committed", "hoped for"] = Field(description="whether it is confirmed")


class CalendarEvent(Row):
    """A time in which staff can be released less than usual."""

    TABLE = "calendar_event"
    KEY = ("organisation", "calendar_event", "start_date")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    calendar_event: str = Field(min_length=1, description="what happens, such as a go-live")
    start_date: dt.date = Field(description="first day")
    end_date: dt.date = Field(description="last day")
    release_share: float = Field(ge=0, le=1, description="part of the usual time for learning that is left", json_schema_extra={"unit": "share"})


class MaturityScore(Row):
    """A score of digital maturity."""

    TABLE = "maturity_score"
    KEY = ("organisation", "assessed_on", "domain")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    assessed_on: dt.date = Field(description="date of the assessment")
    domain: str = Field(min_length=1, description="what is scored")
    score: float = Field(ge=0, description="score", json_schema_extra={"unit": "points"})
    maximum: float = Field(gt=0, description="best possible score", json_schema_extra={"unit": "points"})
    source: str = Field(min_length=1, description="which assessment")


class Assumption(Row):
    """A value of the user's own that stands in the place of one of the project's assumptions."""

    TABLE = "assumption"
    KEY = ("assumption", "key")
    EDITABLE = True

    assumption: str = Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", description="id of the assumption")
    key: str = Field(description="what it varies by; empty where it does not")
    value: float = Field(description="value")
    low: float = Field(description="10th percentile")
    high: float = Field(description="90th percentile")
    source: str = Field(min_length=1, description="where it comes from; judgement is allowed")
    owner: str = Field(min_length=1, description="who answers for it")


class Mapping(Row):
    """What a word of a user's file means."""

    TABLE = "mapping"
    KEY = ("organisation", "subject", "found")
    EDITABLE = True

    organisation: str = Field(pattern=r"^([A-Z0-9]{3,10})?$", description="organisation; empty for files about no single one")
    subject: str = Field(min_length=1, description="what kind of word: job title, occupation code, staff heading, ...")
    found: str = Field(min_length=1, description="the word, in lower case, without spaces around it")
    meaning: str | None = Field(description="what it means in our words; blank where it is left out on purpose")


class Pipeline(Row):
    """Staff who are on their way: appointed, or in training for a post."""

    TABLE = "pipeline"
    KEY = ("organisation", "pipeline", "role_level", "start_date")
    REFERENCES = (OF_ORGANISATION, OF_ROLE_LEVEL)
    EDITABLE = True

    organisation: Code = Field(description="organisation that they will work for")
    pipeline: Literal["apprentice", "graduate", "known starter"] = Field(description="how they come")
    role_level: Slug = Field(description="role level that they will be in")
    start_date: dt.date = Field(description="day from which they count as staff in post: apprentices and graduates when they qualify")
    band: Band | None = Field(description="band that they will be paid at; blank for the usual one of the role level")
    headcount: int = Field(ge=1, description="people", json_schema_extra={"unit": "people"})
    fte: float = Field(gt=0, description="their full-time equivalent", json_schema_extra={"unit": "FTE"})
    source: str = Field(min_length=1, description="where this is known from")


class OrganisationReturn(Row):
    """A signed-off return of another organisation: who stands for its counts, which have no rows of persons behind them here."""

    TABLE = "organisation_return"
    KEY = ("organisation", "as_at")
    REFERENCES = (OF_ORGANISATION,)

    organisation: Code = Field(description="organisation that returned")
    as_at: dt.date = Field(description="date that the counts describe; the latest return counts")
    signed_off_on: dt.date = Field(description="day it was signed off")
    signed_off_by: str = Field(min_length=1, description="job role of the person who signed it off; never a name")
    agreement: str = Field(description="agreement under which it is shared")
    headcount: int = Field(ge=0, description="all people of its staff list", json_schema_extra={"unit": "people"})
    fte: float = Field(ge=0, description="their full-time equivalent", json_schema_extra={"unit": "FTE"})
    unmapped_headcount: int = Field(
        ge=0, description="those of whose job title nobody has said what it means", json_schema_extra={"unit": "people"}
    )
    outside_fte: float = Field(ge=0, description="staff without a role level on purpose, of whom there are no cells", json_schema_extra={"unit": "FTE"})


OF_RETURN = Reference("organisation_return", ("organisation", "as_at"))


class ReturnedStaff(Row):
    """Staff in post of an organisation that returned counts, by cell."""

    TABLE = "returned_staff"
    KEY = ("organisation", "as_at", "role_level", "band", "age_band")
    REFERENCES = (OF_RETURN,)

    organisation: Code = Field(description="organisation that returned")
    as_at: dt.date = Field(description="date of the return")
    role_level: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="role level; empty where the job title is not mapped")
    band: Literal["", "1", "2", "3", "4", "5", "6", "7", "8a", "8b", "8c", "8d", "9"] = Field(
        description="Agenda for Change pay band; empty where there is none"
    )
    age_band: AgeBand = Field(description="age band")
    headcount: int = Field(ge=1, description="people", json_schema_extra={"unit": "people"})
    fte: float = Field(gt=0, description="their full-time equivalent", json_schema_extra={"unit": "FTE"})


class ReturnedRole(Row):
    """People who hold the same role levels, counted, of an organisation that returned counts; so that nobody counts twice in a sum."""

    TABLE = "returned_role"
    KEY = ("organisation", "as_at", "role_set", "role_level")
    REFERENCES = (OF_RETURN, OF_ROLE_LEVEL)

    organisation: Code = Field(description="organisation that returned")
    as_at: dt.date = Field(description="date of the return")
    role_set: int = Field(ge=1, description="number of the set of role levels within the return; everybody in a role level belongs to one")
    role_level: Slug = Field(description="role level of the set")
    headcount: int = Field(ge=1, description="people of the set", json_schema_extra={"unit": "people"})
    fte: float = Field(ge=0, description="their full-time equivalent in the role level", json_schema_extra={"unit": "FTE"})


class ReturnedSkill(Row):
    """How many staff of a role level hold a rank of a skill, of an organisation that returned counts."""

    TABLE = "returned_skill"
    KEY = ("organisation", "as_at", "role_level", "skill", "rank")
    REFERENCES = (OF_RETURN, OF_ROLE_LEVEL, OF_SKILL)

    organisation: Code = Field(description="organisation that returned")
    as_at: dt.date = Field(description="date of the return")
    role_level: Slug = Field(description="role level")
    skill: Slug = Field(description="skill that the role level needs")
    rank: int = Field(ge=1, le=9, description="rank, up to the one needed", json_schema_extra={"unit": "rank"})
    assessed_headcount: int = Field(ge=0, description="people of the role level assessed in the skill", json_schema_extra={"unit": "people"})
    assessed_fte: float = Field(ge=0, description="their full-time equivalent", json_schema_extra={"unit": "FTE"})
    assessed_held: float = Field(ge=0, description="assessed staff who hold the rank or a higher one", json_schema_extra={"unit": "FTE"})
    held_low: float = Field(ge=0, description="low end of the staff who hold it", json_schema_extra={"unit": "FTE"})
    held: float = Field(ge=0, description="staff who hold it; unknown_fte not among them", json_schema_extra={"unit": "FTE"})
    held_high: float = Field(ge=0, description="high end of the staff who hold it", json_schema_extra={"unit": "FTE"})
    unknown_fte: float = Field(ge=0, description="staff not assessed and without anybody comparable", json_schema_extra={"unit": "FTE"})


class ReturnedFlow(Row):
    """Staff at a first date, and who joined, left or changed role level until a second one, of an organisation that returned counts."""

    TABLE = "returned_flow"
    KEY = ("organisation", "from_date", "as_at", "flow", "role_level", "to_role_level", "age_band")
    REFERENCES = (OF_RETURN,)

    organisation: Code = Field(description="organisation that returned")
    from_date: dt.date = Field(description="first date")
    as_at: dt.date = Field(description="second date, that of the return")
    flow: Literal["start", "joined", "left", "moved"] = Field(description="what happened; start is staff at the first date")
    role_level: str = Field(
        pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="role level, of movers the one left; empty where not mapped"
    )
    to_role_level: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="role level that movers came to; empty for the others")
    age_band: AgeBand = Field(description="age band at the first date, of joiners at the second")
    headcount: int = Field(ge=1, description="people", json_schema_extra={"unit": "people"})
    fte: float = Field(ge=0, description="their full-time equivalent", json_schema_extra={"unit": "FTE"})


class StoredScenario(Row):
    """A user's own scenario."""

    TABLE = "scenario"
    KEY = ("scenario",)
    EDITABLE = True

    scenario: Slug = Field(description="id of the scenario")
    label: str = Field(min_length=1, description="name for people")
    base: str = Field(description="scenario that fills in what this one leaves out; empty for none")
    author: str = Field(min_length=1, description="who answers for it")
    reason: str = Field(min_length=1, description="why it exists")
    written_on: dt.date = Field(description="day it was written")
    content: str = Field(min_length=1, description="the scenario as TOML")


class SupportOffer(Row):
    """What another organisation offers: part of a post, mentors' time, or places for people to be seconded to."""

    TABLE = "support_offer"
    KEY = ("from_organisation", "organisation", "kind", "role_level", "skill", "start_date")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    from_organisation: Code = Field(description="organisation that offers it; an exemplar, or a partner in the integrated care system")
    organisation: Code = Field(description="organisation that it is offered to")
    kind: Literal["share", "mentor", "second"] = Field(
        description="share: part of a post works here; mentor: time of mentors; second: people of ours work there for a time"
    )
    role_level: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="role level; empty for all")
    skill: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="skill; empty for all")
    fte: float = Field(gt=0, description="offered at once, at most", json_schema_extra={"unit": "FTE"})
    start_date: dt.date = Field(description="first day")
    end_date: dt.date | None = Field(description="last day; blank for no end")
    cost: float | None = Field(
        ge=0, description="price of one full-time year; blank for pay of the band with on-costs", json_schema_extra={"unit": "pounds"}
    )
    travel: float | None = Field(ge=0, description="travel for one full-time year; blank for the assumption", json_schema_extra={"unit": "pounds"})
    source: str = Field(min_length=1, description="where it was agreed")


class TechnologySpend(Row):
    """What an organisation spends on technology in a year, workforce and all else, and on everything."""

    TABLE = "technology_spend"
    KEY = ("organisation", "year")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    year: Year = Field(description="financial year, such as 2026/27")
    technology: float = Field(ge=0, description="spending on technology, all of it", json_schema_extra={"unit": "pounds"})
    expenditure: float = Field(gt=0, description="all spending", json_schema_extra={"unit": "pounds"})
    source: str = Field(min_length=1, description="accounts that say so")


class AdoptedPlan(Row):
    """A plan that an organisation has taken as its own."""

    TABLE = "adopted_plan"
    KEY = ("plan",)
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    plan: Slug = Field(description="id of the plan")
    organisation: Code = Field(description="organisation")
    label: str = Field(min_length=1, description="name for people")
    run: str = Field(pattern=r"^[0-9a-f]{64}$", description="run that made it")
    follows: str = Field(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="plan that it takes the place of; empty for none")
    reason: str = Field(min_length=1, description="why it was adopted, and why it differs from the one before")
    owner: str = Field(min_length=1, description="job role of who answers for it; never a name")
    adopted_on: dt.date = Field(description="day it was adopted")


OF_PLAN = Reference("adopted_plan", ("plan",))


class Milestone(Row):
    """What should be reached by a day for a plan to be on its way."""

    TABLE = "milestone"
    KEY = ("plan", "milestone")
    REFERENCES = (OF_PLAN,)
    EDITABLE = True

    plan: Slug = Field(description="plan")
    milestone: Slug = Field(description="id of the milestone within the plan")
    organisation: Code = Field(description="organisation")
    label: str = Field(min_length=1, description="what should be reached")
    measure: str = Field(min_length=1, description="what is measured, such as starts of training, or spending of a funding stream")
    item: str = Field(description="what of the measure, such as the kind of action or the stream; empty for all")
    due: dt.date = Field(description="day by which")
    target: float = Field(description="value to be reached", json_schema_extra={"unit": "that of the column unit"})
    unit: str = Field(min_length=1, description="unit of the target")
    owner: str = Field(min_length=1, description="job role of who answers for it; never a name")
    note: str = Field(description="remark; empty for none")


class Actual(Row):
    """What was really done of a line of a plan, or what a measure really came to, in a period."""

    TABLE = "actual"
    KEY = ("plan", "line", "period")
    REFERENCES = (OF_PLAN,)
    EDITABLE = True

    plan: Slug = Field(description="plan")
    organisation: Code = Field(description="organisation")
    line: str = Field(min_length=1, description="line of the plan, or milestone measured")
    period: int = Field(ge=1, description="period of the plan")
    amount: float = Field(description="FTE started, or value of the measure", json_schema_extra={"unit": "FTE, or that of the measure"})
    cost: float | None = Field(description="pounds spent; blank where not known", json_schema_extra={"unit": "pounds"})
    note: str = Field(description="why it differs; empty for nothing to say")
    recorded_on: dt.date = Field(description="day it was recorded")
    recorded_by: str = Field(min_length=1, description="job role of who recorded it; never a name")


class PlanResponse(Row):
    """What the owner of a plan answers to a delivery question."""

    TABLE = "plan_response"
    KEY = ("run", "question")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    run: str = Field(pattern=r"^[0-9a-f]{64}$", description="run of the plan")
    question: Slug = Field(description="id of the question")
    organisation: Code = Field(description="organisation")
    response: str = Field(min_length=1, description="answer of the owner")
    owner: str = Field(min_length=1, description="job role of the owner; never a name")
    recorded_on: dt.date = Field(description="day it was recorded")


class PlaceRound(Row):
    """One round of suggested training places, made from a plan for a stated purpose."""

    TABLE = "place_round"
    KEY = ("round",)
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    round: Slug = Field(description="id of the round")
    organisation: Code = Field(description="organisation")
    run: str = Field(pattern=r"^[0-9a-f]{64}$", description="run of the plan that it is made from")
    purpose: str = Field(min_length=1, description="stated purpose")
    seed: int = Field(ge=0, description="seed of the lots")
    suggested_on: dt.date = Field(description="day it was made")
    claimed: float = Field(ge=0, description="ranks that the plan claims of these starts", json_schema_extra={"unit": "ranks"})
    assigned: float = Field(ge=0, description="ranks that the people suggested would reach", json_schema_extra={"unit": "ranks"})


class Place(Row):
    """A training place that somebody could be offered."""

    TABLE = "place"
    KEY = ("round", "place")
    REFERENCES = (Reference("place_round", ("round",)),)
    EDITABLE = True

    round: Slug = Field(description="round")
    place: int = Field(ge=1, description="number of the place, drawn by lot; no order of merit")
    organisation: Code = Field(description="organisation")
    person: str = Field(pattern=r"^[0-9a-f]{32}$", description="keyed hash of the staff number")
    team: str = Field(min_length=1, description="team")
    role_level: Slug = Field(description="role level")
    skill: Slug = Field(description="skill")
    rank: int = Field(ge=1, le=9, description="rank that the training leads to", json_schema_extra={"unit": "rank"})
    line: str = Field(min_length=1, description="line of the plan that gives the place")
    period: int = Field(ge=1, description="period of the plan in which it begins")
    band_of_need: Literal["high", "middle", "low"] = Field(description="band of need")
    reason: str = Field(min_length=1, description="why it is suggested")


class PlaceDecision(Row):
    """What a manager decided about one suggested place."""

    TABLE = "place_decision"
    KEY = ("round", "place")
    REFERENCES = (Reference("place", ("round", "place")),)
    EDITABLE = True

    round: Slug = Field(description="round")
    place: int = Field(ge=1, description="number of the place")
    organisation: Code = Field(description="organisation")
    decision: Literal["accepted", "changed", "declined"] = Field(description="what was decided")
    reason: str = Field(min_length=1, description="why; it is shown to the person")
    decided_by: str = Field(min_length=1, description="job role of the manager; never a name")
    decided_on: dt.date = Field(description="day of the decision")
    challenge: str = Field(description="what the person says against it; empty for nothing")


class EqualityCount(Row):
    """How many people of a group were eligible, suggested, accepted and completed: counts alone, made by the equality lead."""

    TABLE = "equality_count"
    KEY = ("organisation", "round", "characteristic", "category", "stage")
    REFERENCES = (OF_ORGANISATION,)
    EDITABLE = True

    organisation: Code = Field(description="organisation")
    round: Slug = Field(description="round of suggested places")
    characteristic: str = Field(min_length=1, description="protected characteristic, such as sex or ethnic group")
    category: str = Field(min_length=1, description="group within it")
    stage: Literal["eligible", "suggested", "accepted", "completed"] = Field(description="how far they came")
    headcount: int = Field(ge=0, description="people", json_schema_extra={"unit": "people"})


class Run(Row):
    """One plan, or what more money would do to it, asked for and perhaps finished; the same inputs have the same id and are solved once."""

    TABLE = "run"
    KEY = ("run",)
    REFERENCES = (OF_ORGANISATION,)

    run: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the inputs, options and versions")
    kind: Literal["plan", "money", "frontier"] = Field(
        description="what was asked for: a plan, what more money would do to one, or budgets against what they close"
    )
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
    organisation: Code | None = Field(description="organisation that the source is about; blank for several")
    rows: int = Field(ge=0, description="rows taken in", json_schema_extra={"unit": "rows"})
    imported_at: dt.datetime = Field(description="when (UTC)")
    undone_at: dt.datetime | None = Field(description="when it was undone (UTC)")


class ReplacedRow(Row):
    """A row that a later import took the place of, kept so that the import can be undone."""

    TABLE = "replaced_row"
    KEY = ("import_run", "of_table", "content")

    import_run: int = Field(ge=1, description="import that replaced it")
    from_import: int = Field(ge=0, description="import that it came with")
    of_table: str = Field(min_length=1, description="table")
    content: str = Field(min_length=1, description="the row as JSON")


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
    FrameworkRank,
    RoleLevel,
    Skill,
    Requirement,
    Description,
    Crosswalk,
    Snapshot,
    Person,
    Assignment,
    Assessment,
    CurrentLevel,
    RoleCount,
    RankCount,
    Establishment,
    StaffCount,
    AggregateReturn,
    CoverTarget,
    AuditForm,
    Course,
    CourseEffect,
    RecruitmentRoute,
    RouteProfile,
    PayPoint,
    FundingStream,
    Budget,
    CalendarEvent,
    MaturityScore,
    Assumption,
    Mapping,
    Pipeline,
    OrganisationReturn,
    ReturnedStaff,
    ReturnedRole,
    ReturnedSkill,
    ReturnedFlow,
    StoredScenario,
    SupportOffer,
    TechnologySpend,
    AdoptedPlan,
    Milestone,
    Actual,
    PlanResponse,
    PlaceRound,
    Place,
    PlaceDecision,
    EqualityCount,
    Run,
    ImportRun,
    ReplacedRow,
    AuditLog,
    SchemaVersion,
)

DERIVED = frozenset({"current_level", "role_count", "rank_count", "run", "import_run", "replaced_row", "audit_log", "schema_version"})
"""Tables that the store itself writes; every row of the others says in the column import_run which import it came with."""

PRIMARY: tuple[type[Row], ...] = (Run, ImportRun, AuditLog, SchemaVersion)
"""Tables whose key the engine guards as well: small ones whose rows are never replaced, since the engine refuses, in one transaction, a key
that was just deleted; and indexes of large tables are where corruption has been reported."""

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
    below: float | None = None
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
            f"below {self.below:g}" if self.below is not None else "",
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
        for sign, bound in ((">=", self.minimum), (">", self.above), ("<=", self.maximum), ("<", self.below)):
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
    lines += ["import_run BIGINT NOT NULL"] if model.TABLE not in DERIVED else []
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
        below=facts.get("exclusiveMaximum"),
        not_empty=facts.get("minLength", 0) >= 1,
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
