"""Delivery questions: what went wrong in earlier programmes, asked of a plan with its own figures.

Prompts before a decision, not verdicts on people: each has its evidence, its threshold (an assumption), what would change the answer, and
room for the owner's response. There is no total score.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.planning import Described, World
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.store import Store
from skills_model.supply.rates import in_years

KIND = "plan response"
EVIDENCE, DISCUSS, NOT_ASSESSED, NOT_APPLICABLE = "evidence present", "discuss", "not assessed", "not applicable"
COLUMNS = ("question", "group", "asks", "state", "figure", "threshold", "changes", "response", "owner", "recorded_on", "private")
ENGAGEMENT = "Clinical staff take part, and ways of working change with the technology"
SUPPORT = "Local organisations are supported rather than given one standard"
TIMETABLE = "The timetable is one that can be kept"
FUNDING = "The money is there"
CONTRACTS = "The plan does not hang on one contract"
PEOPLE = "Leading roles and scarce skills are covered"
CLINICAL = "clinical-informatics"
LEARNING, HIRING, SUPPORTING = ("train", "apprentice", "mentor", "second"), ("recruit",), ("mentor", "second", "share")
QUARTERS = 4
FEWEST = 4
"""Periods of a horizon that has a last quarter."""
SLIGHT = 1e-9


@dataclass(frozen=True)
class Best:
    """The most that an organisation has achieved in a quarter, in FTE, and when; None where nobody knows."""

    fte: float | None = None
    when: str = ""


@dataclass(frozen=True)
class History:
    """What an organisation has achieved before: recruitment from its staff lists, training from what is recorded of earlier plans."""

    recruited: Best = Best()
    trained: Best = Best()


@dataclass(frozen=True)
class Answer:
    """What a plan says to a question; `threshold` and `changes` in words with their numbers."""

    state: str
    figure: str
    threshold: str = ""
    changes: str = ""


@dataclass(frozen=True)
class Case:
    """All that a question may look at: the plan in the planner's words, the world it was made for, and what was achieved before."""

    plan: Described
    world: World
    history: History

    def value(self, assumption: str) -> float:
        """Return a threshold."""
        return self.world.assumptions.value(assumption)

    def label(self, cut: str, name: str) -> str:
        """Return the name for people of an id."""
        return str(self.world.inputs.labels[cut].get(name, name))

    def starts(self, kinds: Sequence[str]) -> pd.Series:
        """Return FTE started a quarter by period, of some kinds of action."""
        rows = self.plan.actions[self.plan.actions["kind"].isin(kinds)]
        quarters = QUARTERS / self.world.scenario.periods_per_year
        return rows.groupby("period")["fte"].sum().reindex(list(self.world.periods), fill_value=0.0) / quarters


@dataclass(frozen=True)
class Question:
    """A question: its id, the group that it stands in, what it asks, how it is answered, and whether it is for private papers."""

    id: str
    group: str
    asks: str
    answer: Callable[[Case], Answer]
    private: bool = False


def questions(
    described: Described, world: World, history: History, responses: pd.DataFrame, cover: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Answer the delivery questions of a plan: one row a question, columns COLUMNS.

    `responses` are rows of the stored table `plan_response` of the plan's run. `cover` are the cover targets of the whole organisation
    (skill, skill_label, people, held): with them come the questions of private papers, which only somebody who may see single people asks.
    """
    case = Case(described, world, history)
    asked = [(item, item.answer(case)) for item in QUESTIONS]
    if cover is not None:
        asked += [(item, item.answer(case)) for item in _private(cover)]
    said = responses.set_index("question")
    rows = []
    for item, answer in asked:
        own = said.loc[item.id] if item.id in said.index else None
        state = EVIDENCE if item.id == SUCCESSION and own is not None else answer.state
        response = (
            ("", "", None) if own is None else (str(own["response"]), str(own["owner"]), pd.Timestamp(str(own["recorded_on"])).date())
        )
        rows.append((item.id, item.group, item.asks, state, answer.figure, answer.threshold, answer.changes, *response, item.private))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def history(store: Store, scope: Scope, organisation: str, most_joined: float) -> History:
    """Read the best quarter of an organisation: joiners between two staff lists, and starts of training recorded of earlier plans.

    A span in which more than the share `most_joined` of its staff at the end had joined within a year is left out, since such a list
    mostly has other people in it.
    """
    spans = store.query("plan_history", scope, organisations=[organisation])
    years = pd.Series(in_years((spans["as_at"] - spans["from_date"]).dt.days.to_numpy().astype("float64")), spans.index)
    end = spans["start"] - spans["left"] + spans["joined"]
    kept = (spans["joined"] <= (1 - (1 - most_joined) ** years) * end) & (years > 0)
    a_quarter = (spans["joined"] / (years * QUARTERS))[kept]
    recruited = Best()
    if len(a_quarter):
        best = spans[kept].iloc[int(a_quarter.to_numpy().argmax())]
        recruited = Best(float(a_quarter.max()), f"on average between {_day(best['from_date'])} and {_day(best['as_at'])}")
    return History(recruited, _trained(store, scope, organisation))


def answer(store: Store, scope: Scope, run: str, question: str, organisation: str, response: str, owner: str, today: dt.date) -> int:
    """Keep the owner's response to a question and return the number of the import; raises DataError with every fault."""
    known = [item.id for item in [*QUESTIONS, *_private(pd.DataFrame())]]
    said = (("response", response, "what you have to say"), ("owner", owner, "a job role"))
    faults = [
        Fault("Nothing said", "plan_response", column=name, found="nothing", allowed=allowed, action="Say it.")
        for name, value, allowed in said
        if not value.strip()
    ]
    if question not in known:
        allowed = ", ".join(known) + nearest(question, known)
        faults.append(
            Fault("Unknown question", "plan_response", column="question", found=f"'{question}'", allowed=allowed, action="Correct it.")
        )
    if faults:
        raise DataError(faults)
    row = {
        "run": run,
        "question": question,
        "organisation": organisation,
        "response": response,
        "owner": owner,
        "recorded_on": pd.Timestamp(today),
    }
    digest = hashlib.sha256(json.dumps([len(store.query("imports", scope)), row], default=str).encode()).hexdigest()
    return store.write(KIND, digest, question, {"plan_response": pd.DataFrame([row])}, organisation=organisation, replace=True)


def _trained(store: Store, scope: Scope, organisation: str) -> Best:
    records = store.query("actuals", scope, organisations=[organisation])
    rows = records[records["line"].str.split(":").str[0].isin(LEARNING)]
    if rows.empty:
        return Best()
    ids = store.query("milestones", scope, organisations=[organisation]).groupby("plan")["milestone"].first()
    quarters = rows["plan"].map(ids.str.contains(r"-y\d\d$", regex=True).map({True: QUARTERS, False: 1})).fillna(1)
    by_period = (rows["amount"] / quarters).groupby([rows["plan"], rows["period"]]).sum()
    plan, period = by_period.index[int(by_period.to_numpy().argmax())]
    return Best(float(by_period.max()), f"in period {period} of the plan {plan}")


# Clinical staff, and ways of working


def _clinical(case: Case) -> Answer:
    if CLINICAL not in set(case.world.groups["role_family"]):
        why = "nobody and no post of the organisation is mapped to a clinical informatics role"
        return Answer(NOT_ASSESSED, why, changes="Map job titles to clinical informatics roles, or import posts in them.")
    actions = case.plan.actions
    return _share(
        case, actions["role_family"] == case.label("role_family", CLINICAL), "delivery_clinical_share", "for clinical informatics roles"
    )


def _change(case: Case) -> Answer:
    counts = case.world.assumptions.by_key("change_skill")
    needed = {case.label("skill", name): counts[name] for name in set(case.world.ladder["skill"]) & set(counts) if counts[name] > 0}
    if not needed:
        why = "no role level of the organisation needs a skill that counts as change and adoption"
        return Answer(NOT_ASSESSED, why, changes=f"The {case.world.assumptions.called('change_skill')} says which skills count.")
    part = case.plan.actions["skill"].map(needed).fillna(0.0)
    return _share(case, part, "delivery_change_share", "for change and adoption skills")


def _share(case: Case, part: pd.Series, assumption: str, what: str) -> Answer:
    """Compare the share of starts and of money that is for something with its threshold."""
    actions, least = case.plan.actions, case.value(assumption)
    if actions.empty:
        return Answer(NOT_ASSESSED, "the plan starts nothing", changes="A plan with money to spend answers it.")
    weight = part.astype("float64")
    parts = {
        name: (float((actions[column] * weight).sum()), float(actions[column].sum())) for name, column in (("fte", "fte"), ("cost", "cost"))
    }
    fte, pounds = parts["fte"], parts["cost"]
    figure = f"{_percent(*fte)} of starts ({fte[0]:,.1f} of {fte[1]:,.1f} FTE) and {_percent(*pounds)} of money ({_pounds(pounds[0])} of {_pounds(pounds[1])}) are {what}"
    short = [
        _more(*fte, least, lambda more: f"{more:,.1f} FTE more of such starts"),
        _more(*pounds, least, lambda more: f"{_pounds(more)} more for them"),
    ]
    missing = [words for words in short if words]
    changes = (
        f"{' and '.join(missing)} would reach {least:.0%}."
        if missing
        else f"Below {least:.0%} of either it would be discussed: {_less(*fte, least):,.1f} FTE or {_pounds(_less(*pounds, least))} fewer of them."
    )
    return Answer(DISCUSS if missing else EVIDENCE, figure, f"at least {least:.0%} of both", changes)


def _more(part: float, whole: float, least: float, words: Callable[[float], str]) -> str:
    """Say how much more of the part, which adds to the whole as well, reaches the share; nothing where it is reached."""
    more = (least * whole - part) / (1 - least) if least < 1 else float("inf")
    return words(more) if more > SLIGHT else ""


def _less(part: float, whole: float, least: float) -> float:
    return (part - least * whole) / (1 - least) if least < 1 else 0.0


# Support by maturity


def _support(case: Case) -> Answer:
    rows = case.plan.actions[case.plan.actions["kind"].isin(SUPPORTING)]
    figure = f"{rows['fte'].sum():,.1f} FTE of mentors' time, secondments and shared posts in this plan, which is one organisation's"
    changes = "A plan for several organisations says how many FTE of such support the least digitally mature of them get."
    return Answer(NOT_APPLICABLE, figure, "support reaches the organisations of lowest maturity", changes)


# Timetable


def _recruiting(case: Case) -> Answer:
    return _peak(
        case, HIRING, case.history.recruited, "recruited", "Two staff lists of different dates would tell how many have joined before."
    )


def _training(case: Case) -> Answer:
    missing = "Starts recorded of this plan will tell it for the next."
    return _peak(case, LEARNING, case.history.trained, "started in training", missing)


def _peak(case: Case, kinds: Sequence[str], best: Best, done: str, missing: str) -> Answer:
    """Compare the peak quarter of a plan with the best quarter that the organisation has achieved."""
    starts, times = case.starts(kinds), case.value("delivery_peak_ratio")
    peak = float(starts.max())
    if peak <= SLIGHT:
        return Answer(NOT_APPLICABLE, f"nobody is {done} in this plan")
    when = case.world.scenario.day_of(case.world.periods[int(starts.to_numpy().argmax())])
    figure = f"{peak:,.1f} FTE {done} in the peak quarter (from {_day(when)})"
    threshold = f"at most {times:g} times the best quarter achieved before"
    if best.fte is None:
        return Answer(NOT_ASSESSED, f"{figure}; what was achieved before is not known", threshold, missing)
    most = times * best.fte
    figure += f", against {best.fte:,.1f} FTE a quarter achieved {best.when}"
    if peak <= most + SLIGHT:
        return Answer(EVIDENCE, figure, threshold, f"A peak of more than {most:,.1f} FTE would be discussed: {most - peak:,.1f} FTE more.")
    return Answer(
        DISCUSS, figure, threshold, f"{peak - most:,.1f} FTE of the peak quarter moved to others would bring it to {most:,.1f} FTE."
    )


def _late(case: Case) -> Answer:
    periods, most = case.world.scenario.periods, case.value("delivery_late_share")
    if periods < FEWEST:
        return Answer(NOT_APPLICABLE, f"a horizon of {periods} {case.world.scenario.period}s has no last quarter")
    closed = case.plan.closes_by_period.groupby("period")["closed"].sum().reindex(range(periods + 1), fill_value=0.0)
    last, total = ceil(periods / QUARTERS), float(closed[periods])
    threshold = f"at most {most:.0%} of what the plan closes"
    if total <= SLIGHT:
        return Answer(NOT_ASSESSED, "the plan closes nothing against doing nothing", threshold, "A plan that closes something answers it.")
    late = total - float(closed[periods - last])
    figure = f"{_percent(late, total)} of the gap closed ({late:,.1f} of {total:,.1f} ranks) closes in the last {last} of {periods} {case.world.scenario.period}s"
    if late <= most * total + SLIGHT:
        return Answer(EVIDENCE, figure, threshold, f"{most * total - late:,.1f} ranks more that close only then would be discussed.")
    return Answer(DISCUSS, figure, threshold, f"{late - most * total:,.1f} ranks closed sooner would bring it to {most:.0%}.")


# Money


def _spent(case: Case) -> pd.DataFrame:
    """Return pounds by stream, its kind and status; pay of funded posts is none of it."""
    rows = case.plan.streams
    return rows[(rows["kind"] != "pay") & (rows["stream"] != "establishment-pay")]


def _not_committed(case: Case) -> Answer:
    return _on_hope(case, _spent(case)["status"] != "committed", "delivery_not_committed_share", "money that is not committed")


def _hoped_contributions(case: Case) -> Answer:
    rows = _spent(case)
    hoped = (rows["status"] != "committed") & (rows["kind"] == "trust contribution")
    return _on_hope(case, hoped, "delivery_hoped_contribution_share", "trust contributions that are only hoped for")


def _on_hope(case: Case, hoped: pd.Series, assumption: str, what: str) -> Answer:
    rows, most = _spent(case), case.value(assumption)
    total, part = float(rows["used"].sum()), float(rows.loc[hoped, "used"].sum())
    threshold = f"at most {most:.0%} of the cost"
    if total <= SLIGHT:
        return Answer(NOT_ASSESSED, "the plan spends nothing", threshold, "A plan with money to spend answers it.")
    counted = "" if case.world.scenario.money.hoped_for else "; hoped-for money does not count in this scenario"
    figure = f"{_percent(part, total)} of the cost ({_pounds(part)} of {_pounds(total)}) is on {what}{counted}"
    if part <= most * total + SLIGHT:
        return Answer(EVIDENCE, figure, threshold, f"{_pounds(most * total - part)} more of it on such money would be discussed.")
    return Answer(DISCUSS, figure, threshold, f"{_pounds(part - most * total)} of it confirmed, or left out, would bring it to {most:.0%}.")


def _vacancy_money(case: Case) -> Answer:
    rows = case.plan.cost[case.plan.cost["stream"] == "establishment-pay"]
    pay = float(rows.loc[rows["pounds"] > 0, "pounds"].sum())
    threshold = "finance has confirmed it"
    if pay <= SLIGHT:
        return Answer(NOT_APPLICABLE, "the plan adds nobody to the pay of funded posts", threshold)
    figure = f"{_pounds(pay)} of pay is taken from vacant posts"
    if case.world.scenario.money.vacancy_confirmed:
        return Answer(EVIDENCE, f"{figure}, which finance has confirmed", threshold, "Posts that finance takes out of the budget.")
    changes = f"Finance's word that {_pounds(pay)} is there to be spent (the setting money.vacancy_confirmed)."
    return Answer(DISCUSS, f"{figure}; vacancy funding is not confirmed", threshold, changes)


# Contracts


def _dependence(case: Case) -> Answer:
    """Look for the one course, supplier or route with most of the starts."""
    actions, most = case.plan.actions, case.value("delivery_dependence_share")
    rows = actions[actions["route"].notna() & (actions["route"].astype("str") != "")]
    threshold = f"at most {most:.0%} of starts on one course, supplier or route"
    total = float(actions["fte"].sum())
    if rows.empty or total <= SLIGHT:
        return Answer(
            NOT_ASSESSED, "no line of the plan names a course, supplier or route", threshold, "Import courses and ways of recruiting."
        )
    courses = case.world.inputs.options.courses
    providers = dict(zip(courses["course_label"], courses["provider"], strict=True))
    by_route, by_supplier = rows.groupby("route")["fte"].sum(), rows.groupby(rows["route"].map(providers))["fte"].sum()
    every = pd.concat(
        [by_route.rename(lambda name: f"the route or course {name}"), by_supplier.rename(lambda name: f"the supplier {name}")]
    )
    name, fte = str(every.idxmax()), float(every.max())
    figure = f"{_percent(fte, total)} of starts ({fte:,.1f} of {total:,.1f} FTE) are by {name}, more than by any other"
    if fte <= most * total + SLIGHT:
        more = (most * total - fte) / (1 - most) if most < 1 else float("inf")
        return Answer(EVIDENCE, figure, threshold, f"{more:,.1f} FTE more by it would be discussed.")
    return Answer(DISCUSS, figure, threshold, f"{fte - most * total:,.1f} FTE by another way would bring it to {most:.0%}.")


def _contractors(case: Case) -> Answer:
    most = case.value("delivery_contractor_share")
    rows = case.plan.actions[case.plan.actions["kind"] == "contract"]
    posts = case.plan.path.set_index("period")["posts"]
    threshold = f"at most {most:.0%} of posts at the end, and not rising"
    if float(posts.max()) <= SLIGHT:
        return Answer(NOT_ASSESSED, "the organisation has no posts", threshold, "Import its posts.")
    share = (rows.groupby("period")["fte"].sum().reindex(list(case.world.periods), fill_value=0.0) / posts).loc[list(case.world.periods)]
    first, last, periods = float(share.iloc[0]), float(share.iloc[-1]), case.world.scenario.periods
    figure = f"contractors, bank and agency cover {first:.1%} of posts in the first {case.world.scenario.period} and {last:.1%} in the last"
    allowed = most * float(posts[periods])
    over = last * float(posts[periods]) - allowed
    if last <= most + SLIGHT and last <= first + SLIGHT:
        return Answer(EVIDENCE, figure, threshold, f"{-over:,.1f} FTE more of it at the end, or any rise, would be discussed.")
    changes = (
        f"{over:,.1f} FTE less of it at the end would bring it to {most:.0%}." if over > 0 else "A share that does not rise over the plan."
    )
    return Answer(DISCUSS, figure, threshold, changes)


# Leading roles and scarce skills


def _leading(case: Case) -> Answer:
    bands = {band for band, counts in case.world.assumptions.by_key("leading_band").items() if counts > 0}
    groups = case.world.groups
    levels = {case.label("role_level", name) for name in groups.loc[groups["band"].isin(bands), "role_level"]}
    rows = case.plan.closes[case.plan.closes["role_level"].isin(levels)]
    if rows.empty:
        why = f"no role level of the organisation is in a leading band ({', '.join(sorted(bands))})"
        return Answer(NOT_ASSESSED, why, changes=f"The {case.world.assumptions.called('leading_band')} says which bands lead.")
    return _covered(case, rows, "leading roles")


def _scarce(case: Case) -> Answer:
    least = case.value("delivery_scarce_coverage")
    rows = case.plan.closes
    needed = (rows["posts"] * rows["required_rank"]).groupby(rows["skill"]).sum()
    without = 1 - rows.groupby("skill")["do_nothing"].sum() / needed.where(needed > 0)
    scarce = without[without < least].index
    if not len(scarce):
        return Answer(NOT_APPLICABLE, f"every skill would be covered to {least:.0%} or more without a plan")
    return _covered(case, rows[rows["skill"].isin(scarce)], f"the {len(scarce)} scarce skills (below {least:.0%} without a plan)")


def _covered(case: Case, rows: pd.DataFrame, what: str) -> Answer:
    """Compare coverage at the end, in ranks, by role family with its threshold."""
    least = case.value("delivery_cover_least")
    needed = (rows["posts"] * rows["required_rank"]).groupby(rows["role_family"]).sum()
    coverage = (1 - rows.groupby("role_family")["plan"].sum() / needed.where(needed > 0)).dropna().sort_values(kind="stable")
    threshold = f"at least {least:.0%} in every role family"
    if coverage.empty:
        return Answer(NOT_ASSESSED, "they have no posts", threshold, "Import posts.")
    told = "; ".join(f"{name} {share:.0%}" for name, share in coverage.head(3).items())
    rest = f"; {len(coverage) - 3} more above these" if len(coverage) > 3 else ""
    figure = f"coverage of {what} at the end, lowest first: {told}{rest}"
    low = coverage[coverage < least - SLIGHT]
    if low.empty:
        lowest = str(coverage.index[0])
        spare = (coverage.iloc[0] - least) * needed[lowest]
        return Answer(EVIDENCE, figure, threshold, f"{spare:,.1f} ranks lost in {lowest} would be discussed.")
    missing = ((least - low) * needed[low.index]).sum()
    return Answer(
        DISCUSS,
        figure,
        threshold,
        f"{missing:,.1f} ranks more closed in {', '.join(map(str, low.index[:3]))} would bring all to {least:.0%}.",
    )


# Private papers


SUCCESSION = "succession"


def _succession(_: Case) -> Answer:
    changes = "A statement of the plan's owner on who can take over leading roles; it is never worked out from anybody's record."
    return Answer(NOT_ASSESSED, "a statement that the plan's owner enters", "", changes)


def _single_points(cover: pd.DataFrame) -> Callable[[Case], Answer]:
    """Count skills that rest on one person, and how many of them the plan develops or hires for."""

    def answered(case: Case) -> Answer:
        alone = cover[(cover["held"] == 1) & (cover["people"] > 1)]
        threshold = "no skill rests on one person without a second holder in the plan"
        if cover.empty:
            return Answer(
                NOT_ASSESSED, "no skill of the organisation has a cover target", threshold, "Assess skills, or set cover targets."
            )
        if alone.empty:
            return Answer(EVIDENCE, "no skill rests on one person", threshold, "One departure where two hold a skill.")
        in_plan = case.plan.actions[case.plan.actions["kind"].isin([*LEARNING, *HIRING])]
        second = in_plan.groupby("skill")["fte"].sum()
        left = [str(name) for name in alone["skill_label"] if second.get(name, 0.0) < 0.5]
        figure = f"{len(alone)} skills rest on one person now; the plan trains nobody for {len(left)} of them"
        if not left:
            return Answer(EVIDENCE, figure, threshold, "A start of training for one of them less.")
        named = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
        return Answer(DISCUSS, figure, threshold, f"One more person each in training for {named}.")

    return answered


def _private(cover: pd.DataFrame) -> tuple[Question, ...]:
    return (
        Question("single-points", PEOPLE, "Which skills still rest on one person after the plan?", _single_points(cover), private=True),
        Question(SUCCESSION, PEOPLE, "Who can take over leading roles?", _succession, private=True),
    )


QUESTIONS = (
    Question("clinical-informatics", ENGAGEMENT, "How much of the plan is for clinical informatics roles?", _clinical),
    Question("change-skills", ENGAGEMENT, "How much of the plan is for change and adoption skills?", _change),
    Question("support-by-maturity", SUPPORT, "Does support reach the organisations of lowest digital maturity?", _support),
    Question("peak-recruitment", TIMETABLE, "Has the organisation ever recruited as many in a quarter?", _recruiting),
    Question("peak-training", TIMETABLE, "Has the organisation ever trained as many at once?", _training),
    Question("closed-late", TIMETABLE, "How much of the gap closes only at the end?", _late),
    Question("money-not-committed", FUNDING, "How much of the cost is on money that is not committed?", _not_committed),
    Question(
        "hoped-contributions", FUNDING, "How much of the cost is on trust contributions that are only hoped for?", _hoped_contributions
    ),
    Question("vacancy-money", FUNDING, "Is the pay of vacant posts there to be spent?", _vacancy_money),
    Question("one-supplier", CONTRACTS, "How much depends on one course, supplier or route?", _dependence),
    Question("contractors", CONTRACTS, "How much of the work is covered by contractors, and does that rise?", _contractors),
    Question("leading-roles", PEOPLE, "Are leading roles covered in every role family?", _leading),
    Question("scarce-skills", PEOPLE, "Are scarce skills covered in every role family?", _scarce),
)


def _percent(part: float, whole: float) -> str:
    return f"{part / whole:.0%}" if whole else "0%"


def _pounds(amount: float) -> str:
    return f"£{amount:,.0f}"


def _day(day: object) -> str:
    when = pd.Timestamp(str(day))
    return f"{when.day} {when:%B %Y}"
