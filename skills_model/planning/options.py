"""What a planner may use, as the store has it: courses, routes, money, the calendar, and what others offer."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from skills_model import schema
from skills_model.planning import patterns
from skills_model.privacy import Scope
from skills_model.store import Store


def _empty(*models: type[schema.Row]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(dict.fromkeys(name for model in models for name in model.model_fields)))


@dataclass(frozen=True, eq=False)
class Options:
    """The user's own tables that plans of one organisation are made from; a table without rows leaves all to the assumptions.

    courses        courses open to it; columns as the stored table `course`
    course_effects what each leads to; skills of frameworks that are not active under the ids that took their place
    patterns       FTE by the ranks they hold of the skills that a course develops together; as `patterns.read`
    routes         ways of recruiting that it uses; as `recruitment_route`
    profiles       ranks that joiners bring; as `route_profile`
    streams        every funding stream; as `funding_stream`
    budgets        its money; as `budget`
    calendar       times in which staff can be released less; as `calendar_event`
    offers         what others offer it; as `support_offer`
    spend          what it spends on technology; as `technology_spend`
    posts          its posts by role level: funding_end_date and approval_status as `establishment`
    pay_points     pay points of the user; as `pay_point`
    cover_targets  skills that should be covered: skill, rank, people
    maturity       share of the best possible score of digital maturity; None where it is not scored
    """

    courses: pd.DataFrame = field(default_factory=lambda: _empty(schema.Course))
    course_effects: pd.DataFrame = field(default_factory=lambda: _empty(schema.CourseEffect))
    patterns: pd.DataFrame = field(default_factory=patterns.none)
    routes: pd.DataFrame = field(default_factory=lambda: _empty(schema.RecruitmentRoute))
    profiles: pd.DataFrame = field(default_factory=lambda: _empty(schema.RouteProfile))
    streams: pd.DataFrame = field(default_factory=lambda: _empty(schema.FundingStream))
    budgets: pd.DataFrame = field(default_factory=lambda: _empty(schema.Budget))
    calendar: pd.DataFrame = field(default_factory=lambda: _empty(schema.CalendarEvent))
    offers: pd.DataFrame = field(default_factory=lambda: _empty(schema.SupportOffer))
    spend: pd.DataFrame = field(default_factory=lambda: _empty(schema.TechnologySpend))
    posts: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["role_level", "budgeted_fte", "funding_end_date", "approval_status"])
    )
    pay_points: pd.DataFrame = field(default_factory=lambda: _empty(schema.PayPoint))
    cover_targets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["skill", "rank", "people"]))
    maturity: float | None = None


def read(store: Store, scope: Scope, organisation: str) -> Options:
    """Read what plans of one organisation may use."""

    def rows(name: str) -> pd.DataFrame:
        return store.query(f"plan_{name}", scope, organisations=[organisation])

    courses, effects = rows("courses"), rows("course_effects")
    scores = store.query("maturity", scope, organisations=[organisation])
    return Options(
        courses=courses,
        course_effects=effects,
        patterns=patterns.read(store, scope, organisation, courses, effects),
        routes=rows("routes"),
        profiles=rows("profiles"),
        streams=store.query("funding_streams", scope),
        budgets=rows("budgets"),
        calendar=rows("calendar"),
        offers=rows("offers"),
        spend=rows("spend"),
        posts=rows("posts"),
        pay_points=store.query("own_pay_points", scope),
        cover_targets=rows("cover_targets"),
        maturity=None if scores.empty else float(scores["maturity"].iloc[0]),
    )
