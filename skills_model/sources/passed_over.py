"""Rows that are taken in as they are and that no plan, or no plan from now on, makes anything of: said beside the import, with why."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from skills_model.demand import posts
from skills_model.organisations import published
from skills_model.planning.levers.covering import beyond_spare
from skills_model.planning.levers.routes import JOINING
from skills_model.privacy import Scope
from skills_model.reference import table
from skills_model.scenario import Scenario, financial_year
from skills_model.sources.kinds import Context

NAMED = 3
"""Things of one kind that are named."""
LONGEST = pd.DateOffset(years=15)
"""From today to where a plan of sixty quarters, the longest, ends."""
LONG = pd.DateOffset(years=2)
"""What lasts longer may be a slip of the hand."""

Notes = list[str]


def of_courses(courses: pd.DataFrame, context: Context) -> Notes:
    """Say which courses nobody could take or complete, and which are open to an organisation that is not in the store."""
    closed = courses[(courses["seats"] == 0) | (courses["completion"] == 0)]
    return [
        *_told(closed["course_label"], "No plan uses courses without seats, or which nobody completes"),
        *_elsewhere(courses, "course_label", context),
    ]


def of_routes(routes: pd.DataFrame, context: Context) -> Notes:
    """Say which ways of recruiting no plan uses."""
    named = routes["recruitment_route_label"]
    return [
        *_told(named[routes["starts"] == 0], "No plan uses routes by which nobody joins in a year"),
        *_told(
            named[~routes["contract"].isin(JOINING)],
            "No plan recruits contractors, who join nothing; it covers posts with them as the assumptions about contracts say",
        ),
        *_elsewhere(routes, "recruitment_route_label", context),
    ]


def of_times(rows: pd.DataFrame, what: str, context: Context) -> Notes:
    """Say what is over, what begins after any plan, and what lasts so long that its end may be a slip of the hand."""
    today = pd.Timestamp(context.today)
    first, last, begins = _year_begins(today), rows["end_date"], rows["start_date"]
    named = rows[what].astype("str")
    return [
        *_told(
            named[(last < first).fillna(value=False)],
            f"Over before {_month(first)}; plans of this financial year or later have nothing of them",
        ),
        *_told(named[begins > today + LONGEST], "Further ahead than plans reach; look at the year"),
        *_told(named[(last > begins + LONG).fillna(value=False)], "These last for more than two years; look at the last day"),
    ]


def of_release(rows: pd.DataFrame) -> Notes:
    """Say which events leave as much time for learning as usual."""
    return _told(rows.loc[rows["release_share"] == 1, "calendar_event"], "These leave all the usual time for learning, and change nothing")


def of_budgets(rows: pd.DataFrame, context: Context) -> Notes:
    """Say what money is of years that are over, or of years after any plan."""
    today = pd.Timestamp(context.today)
    now, furthest = financial_year(context.today), financial_year((today + LONGEST).date())
    named = (rows["funding_stream"] + " " + rows["year"]).astype("str")
    return [
        *_told(named[rows["year"] < now], "Money of financial years that are over, which only plans that begin in them have"),
        *_told(named[rows["year"] > furthest], "Further ahead than plans reach; look at the year"),
    ]


def of_offers(rows: pd.DataFrame, context: Context) -> Notes:
    """Say which offers are over, which partners nobody knows, and which offer more staff than they have above their own need."""
    partners = rows["from_organisation"].drop_duplicates()
    unknown = partners[[code not in _stored(context) and published(str(code)).empty for code in partners]]
    return [
        *of_times(rows.assign(offer=rows["kind"] + " from " + rows["from_organisation"]), "offer", context),
        *_told(
            unknown,
            "Offered by who is neither in the store nor a published trust; correct the code if it is a slip",
        ),
        *_told(
            beyond_spare(rows, _seen(partners, context), context.assumptions),
            "Plans count on more than the partner's own work leaves (assumption share_own_need); ask it",
        ),
    ]


def _seen(partners: pd.Series, context: Context) -> pd.DataFrame:
    """Return staff and posts by role level of the partners whose numbers the user may see."""
    codes = [str(code) for code in partners if code in _stored(context) and context.scope.sees_exactly(str(code))]
    return posts(context.store, context.scope, codes)


def of_pay(rows: pd.DataFrame) -> Notes:
    """Say which pay points plans do not use unless a scenario asks for their year, and of which bands only some are given."""
    year = Scenario.load("baseline").pay_year
    own = rows.groupby(["year", "band"]).size()
    ours = table("pay_points").rename(columns={"financial_year": "year"}).groupby(["year", "band"]).size()
    fewer = own[own < ours.reindex(own.index).fillna(0)]
    bands = pd.Series([f"band {band} in {of}" for of, band in fewer.index], dtype="str")
    others = rows.loc[rows["year"] != year, "year"].drop_duplicates()
    return [
        *_told(
            others, f"Plans use pay points of {year}, unless the setting pay_year of their scenario names another year; taken in besides"
        ),
        *_told(bands, "Fewer pay points than there were, of which plans take the middle"),
    ]


def _elsewhere(rows: pd.DataFrame, what: str, context: Context) -> Notes:
    """Say which rows are for a published trust that is not in the store."""
    stored = _stored(context)
    away = rows[rows["organisation"].map(lambda code: isinstance(code, str) and code not in stored).astype("bool")]
    return _told(away[what], "Of organisations that are not in the store, and used once they are")


def _stored(context: Context) -> Collection[str]:
    return set(context.store.query("organisation_names", Scope.local())["organisation"])


def _year_begins(day: pd.Timestamp) -> pd.Timestamp:
    """Return the first day of the financial year of a day."""
    return pd.Timestamp(day.year if day.month >= 4 else day.year - 1, 4, 1)


def _month(day: pd.Timestamp) -> str:
    return f"{day:%B %Y}"


def _told(names: Sequence[str] | pd.Series, sentence: str) -> Notes:
    """Say something of some things, the first of them named; nothing where there are none.

    >>> _told(["Old fund"], "No plan uses these"), _told([], "No plan uses these")
    (["No plan uses these: 'Old fund'."], [])
    """
    found = [f"'{name}'" for name in dict.fromkeys(map(str, names))]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return [f"{sentence}: {', '.join(found[:NAMED])}{more}."] if found else []
