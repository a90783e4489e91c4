"""Tables that users fill in themselves: courses, routes, budgets, the calendar, maturity scores, pay, assumptions, cover targets.

Their columns are those of the stored tables. Where two tables come from one file, it has a row for each row of the finer one, and says the
coarser one's facts in every row. Ids may be left out where a name is given, and skills and role levels may be given by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import pandas as pd

from skills_model import schema
from skills_model.errors import Fault
from skills_model.organisations import published
from skills_model.planning import standards, stream_rules
from skills_model.planning.levers.routes import FOR_A_TERM
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.sources import examples, passed_over
from skills_model.sources.kinds import Built, Context, Field, Kind, fields_of, in_words
from skills_model.sources.names import slug

OPTIONAL: dict[str, object] = {"needed": False, "filled": False}
ID: dict[str, object] = {**OPTIONAL, "pattern": ""}
"""An id that is made of the name beside it where it is blank."""
POUNDS, PEOPLE, HOURS, WEEKS, MONTHS = 1e12, 1e6, 1e4, 520.0, 120.0
HOURS_A_DAY, DAYS_A_WEEK = 24, 7
SALARY = {"minimum": 1e3, "above": None, "maximum": 1e6}
"""What no true row goes beyond, so that a slip of the hand is told here and no plan meets it; times are those of the longest plan."""


# What the rows of a file become


def build_courses(frame: pd.DataFrame, context: Context) -> Built:
    """Make courses, and the rank of each skill that they lead to."""
    rows, faults = _known(_named(frame, "course"), "skill", context)
    rows, nowhere = _placed(rows, context)
    faults += nowhere
    rows = rows.assign(rank_before=rows["rank_before"].fillna(0))
    courses, effects = _once(rows, schema.Course), rows[list(schema.CourseEffect.model_fields)]
    faults += _same_throughout(rows, schema.Course, context)
    faults += _in_order(rows, "rank_before", "rank_after", f"a rank above that under {context.called('rank_before')}", context, equal=False)
    faults += _within_ranks(rows, "rank_after", context) + _not_approved(rows, courses, effects, context) + _too_long(rows, context)
    return Built({"course": courses, "course_effect": effects}, faults, notes=passed_over.of_courses(courses, context))


def _too_long(rows: pd.DataFrame, context: Context) -> list[Fault]:
    """Return a fault for every row with more hours of learning than its weeks have; what is over within a day has no weeks."""
    most = rows["weeks"].clip(lower=1 / DAYS_A_WEEK) * DAYS_A_WEEK * HOURS_A_DAY
    return [
        Fault(
            "More hours than its weeks have", context.name, int(str(row)), "hours",
            f"{hours:g}, with {weeks:g} under {context.called('weeks')}", f"at most {limit:g}", "Correct one of them.",
        )
        for row, hours, weeks, limit in zip(rows.index, rows["hours"], rows["weeks"], most, strict=True)
        if hours > limit
    ]  # fmt: skip


def _not_approved(rows: pd.DataFrame, courses: pd.DataFrame, effects: pd.DataFrame, context: Context) -> list[Fault]:
    """Return a fault for every course that names an apprenticeship standard which nobody may start, in the first row that says it."""
    named = rows[rows["apprenticeship_standard"].notna()].drop_duplicates("course")
    return [
        replace(fault, table=context.name, row=int(str(row)))
        for row, course in named["course"].dropna().items()
        for fault in standards.offered(courses[courses["course"] == course], effects[effects["course"] == course]).faults
    ]


def build_routes(frame: pd.DataFrame, context: Context) -> Built:
    """Make ways of recruiting, and the ranks that joiners bring into a role level where the row says so."""
    rows, faults = _known(_named(frame, "recruitment_route"), "skill", context)
    rows, unknown = _known(rows, "role_level", context)
    rows, nowhere = _placed(rows, context)
    rows, strange = _in_families(rows, context)
    profile = ["role_level", "skill", "rank", "share"]
    said = rows[profile].notna().any(axis="columns")
    faults += [
        *unknown,
        *nowhere,
        *strange,
        *_without_end(rows, context),
        *_same_throughout(rows, schema.RecruitmentRoute, context),
        *_within_ranks(rows, "rank", context),
    ]
    allowed = f"all of {', '.join(map(context.called, profile))}, or none"
    faults += [
        Fault("Half a profile", context.name, int(str(row)), column, "nothing", allowed, "Fill it in.")
        for column in profile
        for row in rows.index[said & rows[column].isna() & frame[column].isna()]
    ]
    profiles = rows.loc[said & rows[profile].notna().all(axis="columns"), list(schema.RouteProfile.model_fields)]
    routes = _once(rows, schema.RecruitmentRoute)
    return Built({"recruitment_route": routes, "route_profile": profiles}, faults, notes=passed_over.of_routes(routes, context))


def _in_families(rows: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Find the ids of role families that are given by id or name; unknown ones are faults, as are role levels of another one."""
    levels = context.store.query("role_levels", context.scope)
    labels = dict(zip(levels["role_family"], levels["role_family_label"], strict=True))
    ids = {str(label).lower(): str(id_) for id_, label in labels.items()} | {str(id_): str(id_) for id_ in labels}
    found = rows["role_family"].str.strip().str.lower().map(ids).astype("str")
    allowed = "the ids and names of role families with role levels, or blank for all"
    faults = [
        Fault(
            "Unknown role family", context.name, int(str(row)), "role_family", f"'{word}'",
            allowed + nearest(word, [*labels, *labels.values()]), "Correct it: a plan would pass the route over.",
        )
        for row, word in rows.loc[found.isna(), "role_family"].dropna().items()
    ]  # fmt: skip
    family = rows["role_level"].map(dict(zip(levels["role_level"], levels["role_family"], strict=True)))
    faults += [
        Fault(
            "Role level of another role family", context.name, int(str(row)), "role_level",
            f"'{level}', of {labels[its]}", f"a role level of {labels[meant]}, which the route is for",
            "Correct one of them, or leave the role family blank.",
        )
        for row, level, its, meant in zip(rows.index, rows["role_level"], family, found, strict=True)
        if not pd.isna(its) and not pd.isna(meant) and its != meant
    ]  # fmt: skip
    return rows.assign(role_family=found), faults


def _without_end(rows: pd.DataFrame, context: Context) -> list[Fault]:
    """Return a fault for every row that gives a length to a contract that has no end."""
    wrong = rows["months"].notna() & rows["contract"].notna() & ~rows["contract"].isin(FOR_A_TERM)
    return [
        Fault(
            "Length of a contract without an end", context.name, int(str(row)), "months",
            f"{months:g}, for '{contract}' under {context.called('contract')}", f"blank, or one of {', '.join(FOR_A_TERM)} there",
            "Correct one of them.",
        )
        for row, months, contract in rows.loc[wrong, ["months", "contract"]].itertuples()
    ]  # fmt: skip


def build_budget(frame: pd.DataFrame, context: Context) -> Built:
    """Make budgets by year, and the funding streams that the file says the kind of."""
    rows, faults = _owned(_named(frame, "funding_stream"), context)
    costs = rows["pays_for"].str.lower().map(_joined, na_action="ignore").astype("str")
    rows = rows.assign(pays_for=costs.mask(costs == ""))
    faults += _same_throughout(rows, schema.FundingStream, context) + _impossible_years(rows, context.name)
    told = rows["funding_stream"].isin(rows.loc[rows["kind"].notna(), "funding_stream"])
    streams = _once(rows[told], schema.FundingStream)
    faults += _against_rules(rows[told], streams, context) + _rules_without_kind(rows[~told], context)
    there = set(context.store.query("funding_streams", context.scope)["funding_stream"]) | set(streams["funding_stream"])
    faults += [
        Fault(
            "Funding stream without a kind",
            context.name,
            int(str(row)),
            "kind",
            f"nothing, for '{stream}', which is new",
            ", ".join(stream_rules.RULES),
            "Say what its money may pay for.",
        )
        for row, stream in rows.loc[~rows["funding_stream"].isin(there), "funding_stream"].dropna().items()
    ]
    budgets = rows.loc[rows["funding_stream"].isin(there), list(schema.Budget.model_fields)]
    return Built({"funding_stream": streams, "budget": budgets}, faults, notes=passed_over.of_budgets(budgets, context))


def _joined(words: str) -> str:
    """Join kinds of cost as the store has them; people part them by commas as well.

    >>> _joined("training, backfill ;posts;")
    'training; backfill; posts'
    """
    return "; ".join(word.strip() for word in words.replace(",", ";").split(";") if word.strip())


def _against_rules(rows: pd.DataFrame, streams: pd.DataFrame, context: Context) -> list[Fault]:
    """Return a fault for everything in streams that the rule of their kind does not allow, in the first row that says it."""
    by_stream = streams.set_index("funding_stream", drop=False)
    faults = []
    for stream, own in rows.groupby("funding_stream", sort=False):
        for fault in stream_rules.broken_rules(by_stream.loc[[stream]], context.assumptions):
            row = int(str(own[fault.column].first_valid_index()))
            faults.append(replace(fault, table=context.name, row=row))
    return faults


def _rules_without_kind(rows: pd.DataFrame, context: Context) -> list[Fault]:
    """Return a fault for every row that says what a stream may do but not its kind, without which nothing of it is taken in."""
    return [
        Fault(
            "Rule of a stream without its kind", context.name, int(str(row)), "kind",
            f"nothing, beside '{value}' under {context.called(column)}", ", ".join(stream_rules.RULES),
            "Say the kind of the stream as well, or leave the rule out.",
        )
        for column in ("pays_for", "carry_over_share", "expiry_months")
        for row, value in rows[column].dropna().items()
    ]  # fmt: skip


def build_calendar(frame: pd.DataFrame, context: Context) -> Built:
    """Make times in which staff can be released less than usual."""
    rows, faults = _owned(frame, context)
    faults += _in_order(rows, "start_date", "end_date", f"a day on or after that under {context.called('start_date')}", context)
    notes = [*passed_over.of_times(rows, "calendar_event", context), *passed_over.of_release(rows)]
    return Built({"calendar_event": rows}, faults, notes=notes)


def build_maturity(frame: pd.DataFrame, context: Context) -> Built:
    """Make scores of digital maturity."""
    rows, faults = _owned(frame, context)
    faults += _in_order(rows, "score", "maximum", "the score or more", context)
    return Built({"maturity_score": rows}, faults)


def build_pay(frame: pd.DataFrame, context: Context) -> Built:
    """Make pay points."""
    return Built({"pay_point": frame}, _impossible_years(frame, context.name) + _falling(frame, context), notes=passed_over.of_pay(frame))


def build_cover(frame: pd.DataFrame, context: Context) -> Built:
    """Make cover targets; one without a team is of the whole organisation."""
    rows, faults = _owned(frame, context)
    rows, unknown = _known(rows.assign(team=rows["team"].fillna("")), "skill", context)
    return Built({"cover_target": rows}, [*faults, *unknown, *_within_ranks(rows, "rank", context)])


def build_offers(frame: pd.DataFrame, context: Context) -> Built:
    """Make what other organisations offer; without a role level or a skill it is for all of them."""
    rows, faults = _owned(frame, context)
    for column in ("role_level", "skill"):
        rows, unknown = _known(rows, column, context)
        faults += unknown
    rows = rows.assign(role_level=rows["role_level"].fillna(""), skill=rows["skill"].fillna(""))
    own = rows["from_organisation"] == rows["organisation"]
    faults += [
        Fault(
            "Offer to itself", context.name, int(str(row)), "from_organisation", f"'{code}'", "another organisation", "Correct one of them."
        )
        for row, code in rows.loc[own.fillna(value=False), "from_organisation"].items()
    ]
    faults += _in_order(rows, "start_date", "end_date", f"a day on or after that under {context.called('start_date')}", context)
    return Built({"support_offer": rows}, faults, notes=passed_over.of_offers(rows, context))


def build_spend(frame: pd.DataFrame, context: Context) -> Built:
    """Make what an organisation spends on technology, and on everything."""
    rows, faults = _owned(frame, context)
    faults += _impossible_years(rows, context.name) + _in_order(
        rows, "technology", "expenditure", f"what stands under {context.called('technology')}, or more", context
    )
    return Built({"technology_spend": rows}, faults)


def build_equality(frame: pd.DataFrame, context: Context) -> Built:
    """Make counts of a round of suggested places by protected characteristic, as the equality lead has added them up."""
    rows, faults = _owned(frame, context)
    return Built({"equality_count": rows}, faults)


def build_assumptions(frame: pd.DataFrame, context: Context) -> Built:
    """Make values that stand in the place of the project's assumptions; a range that is left out is the value itself."""
    name = frame["assumption"].fillna("")
    bracketed = name.str.extract(r"^(?P<id>[^\[]*)\[(?P<key>[^\]]*)\]$")
    rows = frame.assign(
        assumption=bracketed["id"].fillna(frame["assumption"]),
        key=frame["key"].fillna(bracketed["key"]).fillna(""),
        low=frame["low"].fillna(frame["value"]),
        high=frame["high"].fillna(frame["value"]),
    )
    faults = _unknown_assumptions(rows, context) + _impossible(rows, context)
    faults += _in_order(rows, "low", "value", f"what stands under {context.called('low')}, or more", context)
    faults += _in_order(rows, "value", "high", f"what stands under {context.called('value')}, or more", context)
    return Built({"assumption": rows}, faults)


# What rows must be


def _unknown_assumptions(rows: pd.DataFrame, context: Context) -> list[Fault]:
    keys: dict[str, list[str]] = {}
    for item in context.assumptions.by_name.values():
        keys.setdefault(item.id, []).append(item.key)
    faults = []
    for row, id_, key in rows[["assumption", "key"]].dropna().itertuples():
        if id_ not in keys:
            allowed = "the ids of data/assumptions.csv" + nearest(id_, list(keys))
            faults.append(Fault("Unknown assumption", context.name, row, "assumption", f"'{id_}'", allowed, "Correct the id."))
        elif key and key not in keys[id_]:
            allowed = ", ".join(filter(None, keys[id_])) or "nothing, since it does not vary"
            faults.append(Fault("Unknown key of an assumption", context.name, row, "key", f"'{key}' of {id_}", allowed, "Correct the key."))
    return faults


def _impossible(rows: pd.DataFrame, context: Context) -> list[Fault]:
    one = {item.id: item for item in context.assumptions.by_name.values()}
    numbers = rows.loc[rows["assumption"].isin(one), ["assumption", "value", "low", "high"]].melt(
        "assumption", value_name="number", ignore_index=False
    )
    return [
        Fault("Impossible value", context.name, row, name, f"{number:g}", one[id_].allowed, "Correct it.")
        for row, id_, name, number in numbers.dropna().itertuples()
        if not one[id_].possible(number)
    ]


def _in_order(rows: pd.DataFrame, first: str, then: str, allowed: str, context: Context, *, equal: bool = True) -> list[Fault]:
    """Return a fault for every row in which the second column lies before the first, or is the same where that is not allowed either."""
    before = rows[then] < rows[first]
    wrong = before.fillna(value=False) if equal else (before | (rows[then] == rows[first])).fillna(value=False)
    return [
        Fault(
            f"{context.called(then)} before {context.called(first)}",
            context.name,
            int(str(row)),
            then,
            f"{_said(later)}, with {_said(earlier)} under {context.called(first)}",
            allowed,
            "Correct one of them.",
        )
        for row, earlier, later in rows.loc[wrong, [first, then]].itertuples()
    ]


def _impossible_years(rows: pd.DataFrame, name: str) -> list[Fault]:
    """Return a fault for every financial year that does not end in the year after the one it begins in."""
    begins, ends = rows["year"].str[2:4].astype("Int64"), rows["year"].str[5:7].astype("Int64")
    return [
        Fault(
            "Not a financial year", name, int(str(row)), "year", f"'{year}'", f"'{year[:5]}{(int(year[2:4]) + 1) % 100:02d}'", "Correct it."
        )
        for row, year in rows.loc[((begins + 1) % 100 != ends).fillna(value=False), "year"].items()
    ]


def _said(value: object) -> str:
    return f"{value:%d %B %Y}" if isinstance(value, pd.Timestamp) else f"{value:g}"


def _within_ranks(rows: pd.DataFrame, column: str, context: Context) -> list[Fault]:
    """Return a fault for every rank beyond those of the framework of its skill."""
    skills = context.store.query("known_skills", context.scope)
    most = rows["skill"].map(skills.groupby("skill")["ranks"].max())
    return [
        Fault("Rank beyond the framework", context.name, int(str(row)), column, f"{rank}", f"at most {limit:g}", "Correct the rank.")
        for row, rank, limit in zip(rows.index, rows[column], most, strict=True)
        if not pd.isna(rank) and rank > limit
    ]


def _same_throughout(rows: pd.DataFrame, model: type[schema.Row], context: Context) -> list[Fault]:
    """Return a fault for every row that says something else of a thing than the first row about it."""
    (key,) = model.KEY
    first = rows.groupby(key)[list(model.model_fields)].transform("first")
    return [
        Fault(
            f"Two values for one {in_words(model.TABLE)}",
            context.name,
            int(str(row)),
            column,
            f"'{value}'",
            f"'{before}', as in the first row of '{id_}'",
            "Say the same in all its rows.",
        )
        for column in first.columns
        for row, id_, value, before in zip(rows.index, rows[key], rows[column], first[column], strict=True)
        if not pd.isna(value) and not pd.isna(id_) and value != before
    ]


def _falling(rows: pd.DataFrame, context: Context) -> list[Fault]:
    """Return a fault for every pay point that is below one of a lower step of its band, where steps are numbers."""
    steps = rows.assign(number=pd.to_numeric(rows["step"], errors="coerce")).dropna(subset=["number", "salary"]).sort_values("number")
    before = steps.groupby(["year", "band"])["salary"].cummax()
    return [
        Fault(
            "Pay that falls with the step", context.name, int(str(row)), "salary", f"{salary:,.0f}",
            f"{least:,.0f} or more, as at a lower step of the band", "Correct it.",
        )
        for row, salary, least in zip(steps.index, steps["salary"], before, strict=True)
        if salary < least
    ]  # fmt: skip


# Words for ids


def _placed(rows: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Write codes of organisations in capitals; one that is neither in the store nor a published trust is a fault, since no plan is its."""
    codes = rows["organisation"].str.upper()
    stored = context.store.query("organisation_names", Scope.local())["organisation"].tolist()
    allowed = "a code that `skillsplan organisations` lists, or blank for all"
    unknown = [code for code in codes.dropna().unique() if code not in stored and published(str(code)).empty]
    faults = [
        Fault(
            "Unknown organisation", context.name, int(str(row)), "organisation", f"'{code}'", allowed + nearest(str(code), stored),
            "Correct the code.",
        )
        for row, code in codes[codes.isin(unknown)].items()
    ]  # fmt: skip
    return rows.assign(organisation=codes), faults


def _named(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Make an id of the words given for one, or of the name."""
    return frame.assign(**{key: frame[key].fillna(frame[f"{key}_label"]).map(slug, na_action="ignore")})


def _known(rows: pd.DataFrame, column: str, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Find the ids of skills or role levels that are given by id or name, those of active frameworks first; others are faults and blank."""
    known = context.store.query(f"known_{column}s", context.scope).sort_values("active", kind="stable")
    labels = known[f"{column}_label"]
    ids = dict(zip(labels.str.lower(), known[column], strict=True)) | {str(id_): str(id_) for id_ in known[column]}
    found = rows[column].str.lower().map(ids)
    what = in_words(column)
    wrong = rows.loc[found.isna(), column].dropna()
    near = {word: nearest(word, [*labels, *known[column]]) for word in wrong.unique()}
    allowed, action = f"the ids and names of {what}s in the store", f"Correct it, or import the framework that has the {what}."
    faults = [
        Fault(f"Unknown {what}", context.name, int(str(row)), column, f"'{word}'", allowed + near[word], action)
        for row, word in wrong.items()
    ]
    return rows.assign(**{column: found.astype("str")}), faults


def _owned(frame: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Fill in the organisation that the user named; another one in a row, or none at all, is a fault."""
    rows = frame.assign(organisation=frame["organisation"].str.upper().fillna(context.organisation))
    nobody = rows["organisation"].isna()
    other = ~nobody & ~rows["organisation"].map(lambda code: context.organisation in (None, code) and context.scope.sees_exactly(str(code)))
    allowed = context.organisation or "an organisation that you have access to"
    faults = [
        Fault(
            "Row of another organisation",
            context.name,
            int(str(row)),
            "organisation",
            f"'{code}'",
            allowed,
            "Remove the row, or import it alone.",
        )
        for row, code in rows.loc[other, "organisation"].items()
    ]
    if nobody.any():
        found = f"nothing, in {nobody.sum()} rows"
        action = f"Fill in the column {context.called('organisation')}, or say it with --organisation."
        first = int(str(rows.index[nobody][0]))
        faults.insert(0, Fault("Whose rows these are is missing", context.name, first, "organisation", found, "a code", action))
    return rows[~nobody & ~other], faults


def _once(rows: pd.DataFrame, model: type[schema.Row]) -> pd.DataFrame:
    """Return one row a thing: what is said of it in any of its rows."""
    (key,) = model.KEY
    first = rows.groupby(key)[list(model.model_fields)].transform("first")
    return first.assign(**{key: rows[key]}).loc[~rows[key].duplicated() & rows[key].notna()]


# The kinds


def _both(coarse: type[schema.Row], fine: type[schema.Row], **changes: Mapping[str, object]) -> tuple[Field, ...]:
    """Return the fields of two tables that come from one file, those of the coarser one first, each once."""
    fields = [*fields_of(coarse, **changes), *fields_of(fine, **changes)]
    return tuple({field.name: field for field in reversed(fields)}[name] for name in dict.fromkeys(field.name for field in fields))


def _words(*headings: str, **changes: object) -> dict[str, object]:
    return {"headings": headings, **changes}


ORGANISATION = _words("organisation code", "ODS code", "trust code", "trust", pattern="", **OPTIONAL)
SKILL = _words("skill name", "competency", pattern="", description="skill, by id or name")

COURSES = Kind(
    "courses",
    "Courses",
    "Courses, exams and apprenticeships: a row for each skill that each of them develops.",
    _both(
        schema.Course,
        schema.CourseEffect,
        course=ID | _words("course id", "course code", description="id; made of the name where it is blank"),
        course_label=_words("course name", "course title", "title"),
        provider=_words("supplier", "training provider"),
        organisation=_words("organisation code", "ODS code"),
        price=_words("cost", "fee", "price per person", maximum=POUNDS),
        hours=_words("duration hours", "learning hours", maximum=HOURS),
        weeks=_words("duration weeks", "weeks to complete", maximum=WEEKS),
        seats=_words("places", "places a year", maximum=PEOPLE),
        completion=_words("completion rate", "pass rate"),
        apprenticeship_standard=_words("standard", "standard code"),
        skill=SKILL,
        rank_before=_words("entry level", "entry rank", description="rank needed to begin; 0 where it is blank", **OPTIONAL),
        rank_after=_words("level reached", "rank reached"),
    ),
    build_courses,
    about="everybody",
    example=examples.courses,
)
ROUTES = Kind(
    "routes",
    "Recruitment routes",
    "Ways in which people join: a row for each skill that joiners bring into a role level, or one row without either.",
    _both(
        schema.RecruitmentRoute,
        schema.RouteProfile,
        recruitment_route=ID | _words("route id", description="id; made of the name where it is blank"),
        recruitment_route_label=_words("route", "route name"),
        cost=_words("cost per hire", "cost of a joiner", maximum=POUNDS),
        weeks=_words("weeks to start", "time to hire", maximum=WEEKS),
        starts=_words("joiners a year", "starts a year", maximum=PEOPLE),
        role_family=_words(pattern="", description="role family that it fills, by id or name; blank for all"),
        months=_words(maximum=MONTHS),
        role_level=OPTIONAL | _words("role level name", pattern="", description="role level that is filled, by id or name"),
        skill=OPTIONAL | SKILL,
        rank=OPTIONAL,
        share=OPTIONAL,
    ),
    build_routes,
    about="everybody",
    example=examples.routes,
)
BUDGET = Kind(
    "budget",
    "Budgets",
    "What each funding stream gives an organisation in each financial year, committed or hoped for.",
    _both(
        schema.FundingStream,
        schema.Budget,
        funding_stream=ID | _words("funding stream id", description="id; made of the name where it is blank"),
        funding_stream_label=_words("stream", "fund", "funding source"),
        kind=OPTIONAL | _words("kind of funding", description="what its money may pay for; needed once for a stream that is new"),
        pays_for=_words("may be spent on", pattern=""),
        organisation=ORGANISATION,
        year=_words("financial year"),
        amount=_words("budget", "pounds", maximum=POUNDS),
    ),
    build_budget,
    example=examples.budget,
)
CALENDAR = Kind(
    "calendar",
    "Calendar",
    "Times in which staff can be released less than usual, such as a go-live or winter.",
    fields_of(
        schema.CalendarEvent,
        organisation=ORGANISATION,
        calendar_event=_words("event", "what"),
        start_date=_words("start", "from", "first day"),
        end_date=_words("end", "to", "last day"),
        release_share=_words("release", "share of release"),
    ),
    build_calendar,
    example=examples.calendar,
)
MATURITY = Kind(
    "maturity",
    "Digital maturity scores",
    "Scores of digital maturity by domain, as the organisation was assessed.",
    fields_of(
        schema.MaturityScore,
        organisation=ORGANISATION,
        assessed_on=_words("date", "assessment date"),
        domain=_words("dimension", "success measure"),
        maximum=_words("max", "maximum score", "out of"),
        source=_words("assessment"),
    ),
    build_maturity,
    example=examples.maturity,
)
PAY = Kind(
    "pay",
    "Pay points",
    "Pay points of Agenda for Change by financial year, band and step.",
    fields_of(
        schema.PayPoint,
        year=_words("financial year"),
        band=_words("pay band", "AfC band", meanings={f"band {band}": band for band in get_args(schema.Band)}),
        step=_words("pay step", "point", "pay point"),
        years_experience=_words("years of experience", "experience"),
        salary=_words("annual salary", "basic salary", "pay", **SALARY),
    ),
    build_pay,
    about="everybody",
    example=examples.pay,
)
ASSUMPTIONS = Kind(
    "assumptions",
    "Assumptions",
    "Values of your own in the place of the project's assumptions, with range, source and owner.",
    fields_of(
        schema.Assumption,
        assumption=_words("id", "assumption id", pattern="", description="id of the assumption, as in data/assumptions.csv"),
        key=OPTIONAL | _words("varies by"),
        low=OPTIONAL | _words("10th percentile", description="10th percentile; the value where it is blank"),
        high=OPTIONAL | _words("90th percentile", description="90th percentile; the value where it is blank"),
    ),
    build_assumptions,
    about="everybody",
    example=examples.assumptions,
)
COVER = Kind(
    "cover",
    "Cover targets",
    "How many people of a team, or of the whole organisation, should hold a skill at a rank.",
    fields_of(
        schema.CoverTarget,
        organisation=ORGANISATION,
        team=OPTIONAL | _words("team name", "department"),
        skill=SKILL,
        rank=_words("rank wanted", "level"),
        people=_words("people wanted", "target", "number of people", maximum=PEOPLE),
    ),
    build_cover,
    example=examples.cover,
)
OFFERS = Kind(
    "offers",
    "Offers of support",
    "What other organisations offer: part of a post, mentors' time, or places for people to be seconded to.",
    fields_of(
        schema.SupportOffer,
        from_organisation=_words("from", "offered by", "partner", "exemplar"),
        organisation=ORGANISATION,
        kind=_words("kind of offer", "offer"),
        role_level=OPTIONAL | _words("role level name", pattern="", description="role level, by id or name; blank for all"),
        skill=OPTIONAL | _words("skill name", pattern="", description="skill, by id or name; blank for all"),
        fte=_words("wte", "offered fte", "offered wte", maximum=PEOPLE),
        start_date=_words("start", "from day", "first day"),
        end_date=_words("end", "until", "last day"),
        cost=_words("price a year", "recharge", maximum=POUNDS),
        travel=_words("travel a year", maximum=POUNDS),
    ),
    build_offers,
    example=examples.offers,
)
SPEND = Kind(
    "spend",
    "Technology spending",
    "What an organisation spends on technology in a financial year, workforce and all else, and on everything.",
    fields_of(
        schema.TechnologySpend,
        organisation=ORGANISATION,
        year=_words("financial year"),
        technology=_words("technology spending", "spend on technology", "IT spend", maximum=POUNDS),
        expenditure=_words("all spending", "total expenditure", "operating expenditure", maximum=POUNDS),
    ),
    build_spend,
    example=examples.spend,
)
EQUALITY = Kind(
    "equality",
    "Equality counts of suggested places",
    "How many people of each group were eligible, suggested, accepted and completed: counts alone, added up by the equality lead.",
    fields_of(
        schema.EqualityCount,
        organisation=ORGANISATION,
        round=_words("round of places"),
        characteristic=_words("protected characteristic"),
        category=_words("group"),
        stage=_words("how far"),
        headcount=_words("people", "number of people"),
    ),
    build_equality,
    example=examples.equality,
)
KINDS = (COURSES, ROUTES, BUDGET, CALENDAR, MATURITY, PAY, ASSUMPTIONS, COVER, OFFERS, SPEND, EQUALITY)
