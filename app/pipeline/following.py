"""Following a plan: adopt it, its milestones, what was really done, make it again from that, and the delivery questions."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pandas as pd

from app.pipeline import offered, plans
from app.pipeline.plans import PLANNED, MoneyJob, MoneyRequest, PlanJob, PlanRequest, PlanResult, Readings, RefusedError
from optimiser import solver
from optimiser.errors import PlanError
from skills_model import delivery, milestones, organisations, scenarios
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault, ScopeError
from skills_model.milestones import Totals, Version
from skills_model.places import rounds
from skills_model.planning import World, actuals
from skills_model.planning.describe.cost import TO_FIND
from skills_model.planning.describe.words import KINDS
from skills_model.planning.funding import streams
from skills_model.planning.refusal import Refusal
from skills_model.planning.rewriting import Written
from skills_model.planning.world import DEVELOPMENT
from skills_model.privacy import Scope
from skills_model.store import Store

START_OF_RUN = re.compile(r"[0-9a-f]{8,64}")
STAFF_LIST = "staff list"
OF_PLANS = (
    milestones.ADOPTED,
    milestones.EDITED,
    milestones.RECORDED,
    delivery.KIND,
    rounds.SUGGESTED,
    rounds.DECIDED,
    scenarios.KIND,
    "audit-form",
    "equality",
)
"""Kinds of import that say what becomes of plans, places and forms, and nothing that a plan is made from."""

NAMED = 3
"""Places of a broken limit that are named, those where it is broken most."""
LIMITS = {
    "posts": "the funded posts",
    "after-posts": "the funded posts after the plan",
    "after-pay": "the money for pay after the plan",
    "after-new-posts": "the money for new posts after the plan",
    "market": "what the market gives",
    "starts": "what the route gives",
    "room": "those who could be trained",
    "seats": "the places on courses",
    "release": "the working time that may go to learning",
    "places": "the places that one person may have in a year",
}
POUNDS = ("after-pay", "after-new-posts")
"""Limits in pounds."""


@dataclass(frozen=True)
class Follows:
    """What a plan goes on from: the run of a plan, its periods that stand as they really were, and whether from a later staff list.

    From a staff list the plan starts with the period after `until`, with what is in progress as its history.
    """

    run: str
    until: int
    afresh: bool = False

    @classmethod
    def of(cls, text: str) -> Follows:
        """Read what a request says that it follows.

        >>> Follows.of("ab:2"), Follows.of("ab:2:staff list").afresh
        (Follows(run='ab', until=2, afresh=False), True)
        """
        run, _, rest = text.partition(":")
        until, _, how = rest.partition(":")
        if not until.isdecimal() or how not in ("", STAFF_LIST):
            action = "Name both, or use `skillsplan plan replan PLAN`, which knows them."
            raise DataError(
                [
                    Fault(
                        "Not said how far",
                        "--follows",
                        found=f"'{text}'",
                        allowed="RUN:PERIOD, the last that stands as it was",
                        action=action,
                    )
                ]
            )
        return cls(run, int(until), how == STAFF_LIST)

    def __str__(self) -> str:
        return f"{self.run}:{self.until}" + (f":{STAFF_LIST}" if self.afresh else "")


# Runs


def keep(store: Store, scope: Scope, job: PlanJob, result: PlanResult) -> str:
    """Keep a plan that was solved in this process as a run of the store, and return the run; the best plan that is there already stays."""
    asked = plan_options(store, scope, job.request)
    if store.claim_run(job.key, "plan", job.request.organisation, asked) and store.start_run(job.key):
        store.finish_run(job.key, result.ended, result=offered.kept(result, job))
    elif result.ended == "optimal":
        store.improve_run(job.key, offered.kept(result, job))
    return job.key


def keep_refused(store: Store, scope: Scope, job: PlanJob, error: RefusedError) -> None:
    """Keep why there is no plan as a run of the store."""
    asked = plan_options(store, scope, job.request)
    if store.claim_run(job.key, "plan", job.request.organisation, asked) and store.start_run(job.key):
        store.finish_run(job.key, error.status, message=str(error), result=error.refusal.to_json())


def solved_before(store: Store, scope: Scope, job: PlanJob, *, whole: bool = False) -> PlanResult | None:
    """Return the plan that the same inputs were solved to before, as its run keeps it; None where there is none, or was no time for all.

    `whole` asks for one that can be written with its planning tables. Raises RefusedError where the same inputs had no plan.
    """
    rows = store.runs(scope, run=job.key)
    row = None if rows.empty else rows.iloc[0]
    if row is None or pd.isna(row["result"]):
        return None
    if row["status"] == "infeasible":
        raise RefusedError(PlanError("infeasible", str(row["message"])), Refusal.from_json(str(row["result"])))
    if row["status"] != "optimal":
        return None
    found = replace(result_of(row), job=job, solved_at=row["finished_at"].to_pydatetime())
    return None if whole and found.tables is None else found


def plan_options(store: Store, scope: Scope, request: PlanRequest) -> str:
    """Return what was asked for, as the run's row holds it."""
    version = f"import {int(store.query('data_state', scope).iloc[0]['imports'])}"
    return json.dumps({**vars(request), "version": version}, sort_keys=True)


def find_run(store: Store, scope: Scope, run: str) -> pd.Series:
    """Return the row of a plan's run by its id or the start of it; raises DataError where there is none, or several."""
    rows = store.runs(scope, run=run if len(run) == 64 else None)
    found = rows[(rows["kind"] == "plan") & rows["run"].str.startswith(run)] if START_OF_RUN.fullmatch(run) else rows.iloc[:0]
    ended = found[found["status"].isin(PLANNED)]
    if len(ended) != 1:
        what = "no plan of that run" if found.empty else "a run that gave no plan" if ended.empty else f"{len(ended)} runs that begin so"
        action = "`skillsplan plan` and the page 'Build a plan' name the run of a plan; give more letters where several begin so."
        raise DataError([Fault("Unknown plan", "run", found=f"'{run}': {what}", allowed="the run of a plan in this store", action=action)])
    return ended.iloc[0]


def request_of(row: pd.Series) -> PlanRequest:
    """Return what was asked for in a run."""
    return PlanRequest(**{name: value for name, value in json.loads(str(row["options"])).items() if name != "version"})


def result_of(row: pd.Series) -> PlanResult:
    """Return the plan of a run."""
    return PlanResult.from_json(str(row["result"]))


def _version(store: Store, scope: Scope, plan: str, run: str) -> Version:
    row = find_run(store, scope, run)
    follows, result = request_of(row).follows, result_of(row)
    until = 0 if not follows or Follows.of(follows).afresh else Follows.of(follows).until
    paying = dict(zip(result.described.streams["stream"], result.described.streams["stream_label"], strict=True))
    return Version(plan, run, result.actions, result.path, result.summary, until, paying)


def versions(store: Store, scope: Scope, plan: str) -> list[Version]:
    """Return a plan and those that it follows over the same periods, oldest first; a plan from a later staff list counts anew."""
    rows = milestones.adopted(store, scope)
    found: list[Version] = []
    for name in reversed(milestones.chain(rows, plan)):
        run = str(milestones.find(rows, name)["run"])
        found.insert(0, _version(store, scope, name, run))
        if found[0].until == 0:
            break
    return found


def other_data(store: Store, scope: Scope, row: pd.Series) -> bool:
    """Tell whether anything was taken in or undone since a run was asked for that a plan of its organisation is made from."""
    rows = store.query("imports", scope)
    rows = rows[rows["organisation"].isna() | (rows["organisation"] == row["organisation"])]
    since = (rows["imported_at"] > row["requested_at"]) | (rows["undone_at"] > row["requested_at"])
    return bool((since & ~rows["kind"].isin(OF_PLANS)).any())


# Adopting and following


def adopt(
    store: Store, scope: Scope, run: str, *, name: str, owner: str, reason: str, label: str = "", instead_of: str = "", today: dt.date
) -> int:
    """Take the plan of a run as the organisation's own, and return the number of the import.

    It takes the place of the plan that it was made to follow, or of `instead_of`. Raises DataError with every fault.
    """
    rows, faults = milestones.adopted(store, scope), hindrances(store, scope, name, owner, reason)
    try:
        row = find_run(store, scope, run)
        taken = _in_the_place_of(rows, row, instead_of)
    except DataError as error:
        raise DataError([*faults, *error.faults]) from error
    return milestones.adopt(
        store, scope, _version(store, scope, name, str(row["run"])), organisation=str(row["organisation"]), label=label, owner=owner,
        reason=reason, follows=taken, today=today,
    )  # fmt: skip


def hindrances(store: Store, scope: Scope, name: str, owner: str, reason: str) -> list[Fault]:
    """Return why no plan could be adopted so: a name that is taken or is no id, nothing said of owner or reason."""
    return milestones.hindrances(milestones.adopted(store, scope), name, owner, reason)


def followed_by(store: Store, scope: Scope, run: str) -> str:
    """Return the name of the adopted plan that the plan of a run was made again from; nothing where it was not."""
    return _in_the_place_of(milestones.adopted(store, scope), find_run(store, scope, run), "")


def _in_the_place_of(rows: pd.DataFrame, row: pd.Series, instead_of: str) -> str:
    """Return the adopted plan whose place a run takes: that named, else the one that it follows; raises DataError where that is another's."""
    follows = request_of(row).follows
    before = rows[rows["run"] == Follows.of(follows).run] if follows else rows.iloc[:0]
    taken = instead_of or (str(before["plan"].iloc[-1]) if len(before) else "")
    if taken and milestones.find(rows, taken)["organisation"] != row["organisation"]:
        found = f"'{taken}' of {milestones.find(rows, taken)['organisation']}"
        raise DataError([Fault("Plan of another organisation", "--instead-of", found=found, allowed=f"a plan of {row['organisation']}")])
    return taken


def log(store: Store, scope: Scope, organisation: str | None = None) -> pd.DataFrame:
    """Return the change log: each adopted plan, what it follows, who answers for it, when, why, and what changed.

    Columns of `milestones.adopted` and changed; oldest first.
    """
    if organisation is not None:
        organisations.known(store, scope, [organisation])
    whose = None if organisation is None else [organisation]
    rows, totals = milestones.adopted(store, scope, whose), milestones.totals(store, scope, whose)
    told = [_changed(totals[plan], totals.get(follows)) for plan, follows in zip(rows["plan"], rows["follows"], strict=True)]
    return rows.drop(columns="import_run").assign(changed=told)


def changed(store: Store, scope: Scope, result: PlanResult, plan: str) -> str:
    """Say in words how a plan differs from an adopted one."""
    row = milestones.find(milestones.adopted(store, scope), plan)
    return _changed(Totals.of(result.actions, result.path), milestones.totals(store, scope, [str(row["organisation"])])[plan])


def _changed(now: Totals, before: Totals | None) -> str:
    """Say in words how the totals of a plan differ from those of the plan before."""
    if before is None:
        return "First plan: " + ", ".join(f"{unit}{getattr(now, total):,.{places}f} {name}" for total, name, unit, places in _SHOWN_TOTALS)
    told = [
        f"{name.removeprefix('of ')} from {unit}{earlier:,.{places}f} to {unit}{later:,.{places}f}"
        for total, name, unit, places in _SHOWN_TOTALS
        if round(earlier := getattr(before, total), places) != round(later := getattr(now, total), places)
    ]
    return ", ".join(told) if told else "The same totals"


_SHOWN_TOTALS = (("ranks_short", "ranks short at the end", "", 1), ("fte", "FTE started", "", 1), ("pounds", "of cost", "£", 0))


def followed(store: Store, scope: Scope, plan: str, *, today: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was done beside what was planned, and the milestones of the plan with their state on a day."""
    chain = versions(store, scope, plan)
    records = milestones.recorded(store, scope, [item.plan for item in chain])
    tolerance = Assumptions.of(store, scope).value("milestone_tolerance")
    rows = milestones.listed(store, scope, plan)
    judged = milestones.judged(rows, chain, records, today=today, tolerance=tolerance)
    return milestones.against(chain, records), judged


def early(store: Store, scope: Scope, plan: str, rows: pd.DataFrame, *, today: dt.date) -> str:
    """Say how many lines are recorded of periods that have not begun; nothing where none is."""
    return milestones.early(rows, versions(store, scope, plan)[-1], today)


def overdue(store: Store, scope: Scope, *, today: dt.date, organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the milestones of plans in force whose day is over and that were missed, or of which nothing is recorded.

    Columns of `milestones.judged` and run, that of their plan.
    """
    rows, records = milestones.adopted(store, scope), store.query("actuals", scope)
    runs = milestones.in_force(milestones.adopted(store, scope, organisations)).set_index("plan")["run"]
    tolerance, due = Assumptions.of(store, scope).value("milestone_tolerance"), milestones.listed(store, scope)
    due = due[due["plan"].isin(runs.index) & (due["due"] < pd.Timestamp(today))]
    begun = [plan for plan in due["plan"].unique() if records["plan"].isin(milestones.chain(rows, plan)).any()]
    judged = [milestones.judged(due[~due["plan"].isin(begun)], [], records.iloc[:0], today=today, tolerance=tolerance)]
    for plan in begun:  # reading these takes longer than all else
        chain = versions(store, scope, plan)
        done = milestones.of_chain(records, [item.plan for item in chain])
        judged.append(milestones.judged(due[due["plan"] == plan], chain, done, today=today, tolerance=tolerance))
    found = pd.concat(judged, ignore_index=True)
    late = found["state"].isin((milestones.MISSED, milestones.NOT_RECORDED))
    return found.assign(run=found["plan"].map(runs).astype("str"))[late].reset_index(drop=True)


def template(store: Store, scope: Scope, plan: str, *, today: dt.date, as_planned: bool = False) -> pd.DataFrame:
    """Return the form to record what was done in, with `as_planned` filled for the periods that are over; columns milestones.TEMPLATE."""
    chain = versions(store, scope, plan)
    records = milestones.recorded(store, scope, [item.plan for item in chain])
    return milestones.template(
        chain[-1], milestones.listed(store, scope, plan), records, filled_until=chain[-1].over(today) if as_planned else 0
    )


def record_file(store: Store, scope: Scope, plan: str, content: bytes, name: str, *, by: str, today: dt.date) -> int:
    """Take in a filled form and return the number of the import; raises DataError with every fault, and nothing is kept then."""
    chain = versions(store, scope, plan)
    last, listed = chain[-1], milestones.listed(store, scope, plan)
    period = {pd.Timestamp(day): t for t, day in last.ends().items()}
    measures = {
        str(row.milestone): (str(row.unit), period[pd.Timestamp(str(row.due))])
        for row in listed[listed["measure"].isin(milestones.PATH)].itertuples()
    }
    form = milestones.Form(plan, milestones.kinds_of(chain), measures, len(period), last.begun(today))
    try:
        rows = milestones.read_records(content, name, form)
    except DataError as error:
        if all(fault.problem != "Unknown line" for fault in error.faults):
            raise
        # What was done need not be what was planned: any line that the plan's tables have will do.
        levers = as_was(store, scope, last.run).tables.levers
        possible = levers.loc[~levers["kind"].isin(actuals.MONEY_LEVERS), "lever"]
        rows = milestones.read_records(content, name, replace(form, lines={*form.lines, *possible}))
    return milestones.record(store, scope, plan, rows, by=by, today=today)


def record_line(
    store: Store,
    scope: Scope,
    plan: str,
    line: str,
    period: int,
    amount: float,
    pounds: float | None,
    note: str,
    *,
    by: str,
    today: dt.date,
) -> int:
    """Keep what was done of one line or measure, and return the number of the import."""
    row = pd.DataFrame([{"line": line, "period": period, "amount": amount, "pounds": pounds, "note": note}])
    return record_file(store, scope, plan, row.to_csv(index=False).encode(), "the form", by=by, today=today)


def record_measures(store: Store, scope: Scope, plan: str, *, by: str, today: dt.date) -> int:
    """Record staff in post, ranks short and coverage as the newest staff list and assessments have them; return the number of the import.

    Raises DataError where no milestone was due by the day of that list.
    """
    chain = versions(store, scope, plan)
    request = request_of(find_run(store, scope, chain[-1].run))
    job = plans.prepare_plan(store, scope, replace(request, follows=""))
    as_at = _newest_list(store, scope, request.organisation)
    values = milestones.measured(job.world)
    rows = milestones.measures_of(milestones.listed(store, scope, plan), chain, values, as_at)
    if rows.empty:
        found = f"the newest staff list is of {as_at}, before the first milestone of {plan}"
        raise DataError([Fault("No milestone to measure yet", "milestone", found=found, action="Import a newer staff list first.")])
    return milestones.record(store, scope, plan, rows, by=by, today=today)


# Making a plan again


def as_was(store: Store, scope: Scope, run: str) -> PlanJob:
    """Prepare a plan again from the data that it was made from, whatever was taken in since.

    Raises DataError where it comes out differently: an import undone since, or another version of the program.
    """
    row = find_run(store, scope, run)
    return _as_was(store, scope, row, request_of(row))


def prepare(store: Store, scope: Scope, request: PlanRequest) -> PlanJob:
    """Prepare a plan, one that follows another (`request.follows`, as Follows writes it) from what was done; raises DataError with every fault."""
    if not request.follows:
        return plans.prepare_plan(store, scope, request)
    whole = followable(store, scope, request.follows, request.organisation)
    return _prepared(store, scope, replace(request, follows=str(whole)))


def followable(store: Store, scope: Scope, text: str, organisation: str | None) -> Follows:
    """Read what a plan of an organisation (None: of any) is to follow, its run in full.

    Raises DataError where it cannot: there is no such plan, it is another's, it is not adopted, or not everything is recorded.
    """
    follows = Follows.of(text)
    row = find_run(store, scope, follows.run)
    if organisation is not None and row["organisation"] != organisation:
        found, action = f"a plan of {row['organisation']}", "Name a run of its own, or plan for the other organisation."
        raise DataError([Fault("Plan of another organisation", "--follows", found=found, allowed=organisation, action=action)])
    name = _adopted_as(store, scope, str(row["run"]))
    chain = versions(store, scope, name)
    records = milestones.recorded(store, scope, [item.plan for item in chain])
    if faults := _not_recorded(milestones.unrecorded(chain, records, follows.until), name):
        raise DataError(faults)
    return replace(follows, run=str(row["run"]))


def prepare_money(store: Store, scope: Scope, request: MoneyRequest, readings: Readings | None = None) -> MoneyJob:
    """Read the facts of a plan again, of one that follows another as well; raises DataError where they are not those that it was made from."""
    if not request.request.follows:
        return plans.prepare_money(store, scope, request, readings)
    return MoneyJob(as_was(store, scope, request.plan), request.key)


def request_again(
    store: Store, scope: Scope, plan: str, *, until: int | None = None, budget: float | None = None, afresh: bool = False, today: dt.date
) -> PlanRequest:
    """Write the request for a plan made again from what was done: over the same periods, or from a later staff list.

    `until` is the last period that stands as it was; without it the last one that is over. Raises DataError where nothing is over yet, for
    each planned line until then of which nothing is recorded, and where there is no later staff list.
    """
    chain = versions(store, scope, plan)
    last = chain[-1]
    row = find_run(store, scope, last.run)
    asked = request_of(row)
    ends = last.ends()
    newest = _newest_list(store, scope, asked.organisation)
    until = _before(last, newest, _list_of(store, scope, row)) if afresh else _until(last, until, today)
    records = milestones.recorded(store, scope, [item.plan for item in chain])
    faults = _not_recorded(milestones.unrecorded(chain, records, until), plan)
    if faults:
        raise DataError(faults)
    follows = str(Follows(last.run, until, afresh))
    if not afresh:
        return replace(asked, budget=asked.budget if budget is None else budget, follows=follows)
    start = ends[until] + dt.timedelta(days=1)
    settings = json.dumps({**json.loads(asked.settings), "start": start.isoformat()})
    left = budget if budget is not None or asked.budget is None else max(0.0, _development_left(store, scope, last, records, until))
    return replace(asked, budget=left, periods=len(ends) - until, settings=settings, follows=follows)


def _until(last: Version, until: int | None, today: dt.date) -> int:
    """Return the last period that stands as it was; raises DataError where nothing is over yet, nothing is to come, or it has not begun."""
    ends, over = last.ends(), last.over(today)
    most = min(over + 1, len(ends) - 1)  # the period under way may be closed early
    if until is None and over < 1:
        found, action = (
            f"no period of the plan is over; the first ends on {_day(ends[1])}",
            "Wait for its end, or close it early with --until 1.",
        )
    elif until is None and over >= len(ends):
        found, action = f"the plan was over on {_day(ends[len(ends)])}", "Build a new plan from the newest staff list."
    elif until is not None and not 0 < until <= most:
        found, action = f"{until}", "Name the last period of which everything is recorded."
    else:
        return over if until is None else until
    allowed = f"1 to {most}, the period under way at most"
    raise DataError([Fault("Nothing to follow", "plan", column="until", found=found, allowed=allowed, action=action)])


def replan(
    store: Store,
    scope: Scope,
    request: PlanRequest,
    *,
    time_limit: float | None = None,
    tell: Callable[[str], None] = lambda _step: None,
) -> PlanResult:
    """Solve a plan that follows another one, once for the same inputs, keep it as a run, and return it; raises DataError or PlanError."""
    tell("Reading what the plan was made from, and what was done")
    job = prepare(store, scope, request)
    if (before := solved_before(store, scope, job, whole=True)) is not None:
        return before
    tell("Finding the best plan from here")
    try:
        result = plans.solve_plan(job, time_limit=time_limit)
    except RefusedError as error:
        keep_refused(store, scope, job, error)
        raise
    keep(store, scope, job, result)
    return result


def newer_list(store: Store, scope: Scope, plan: str) -> str:
    """Say that a later staff list than the plan's is in the store, and what to do; nothing where there is none."""
    last = versions(store, scope, plan)[-1]
    row = find_run(store, scope, last.run)
    newest, own = _newest_list(store, scope, str(row["organisation"])), _list_of(store, scope, row)
    if newest <= own:
        return ""
    return (
        f"A staff list of {_day(newest)} is in the store; this plan was made from that of {_day(own)}, and goes on from it. "
        f"`skillsplan plan replan {plan} --from-staff-list` plans afresh from the later one, with what is in progress."
    )


def _prepared(store: Store, scope: Scope, request: PlanRequest, at: int | None = None) -> PlanJob:
    """Prepare a plan, with what there is to say of it, from the store as it was after an import, `at` None as it is."""
    if not request.follows:
        with _seen(store, at, request) as seen:
            return plans.prepare_plan(seen, scope, request)
    follows, own = Follows.of(request.follows), replace(request, follows="")
    with _seen(store, at, request) as seen:
        chain = versions(seen, scope, _adopted_as(seen, scope, follows.run))
        records = _of_lines(milestones.recorded(seen, scope, [item.plan for item in chain]))
        job = plans.prepare_plan(seen, scope, own) if follows.afresh else None
    if job is not None:
        history, lost = actuals.in_progress(job.tables, records, follows.until + 1)
        left = 0.0 if request.budget else _development_left(store, scope, chain[-1], records, follows.until)
        again, notes = actuals.with_history(job.tables, history), _notes_of_history(history, lost, left)
    else:
        first = find_run(store, scope, chain[0].run)
        settings = _with_budget_of(store, scope, replace(request, follows=str(follows)))
        job = _as_was(store, scope, first, replace(own, follows=request_of(first).follows, settings=settings))
        again = actuals.follow(job.tables, records, follows.until)
        notes = _notes_of_following(again)
    lacking = actuals.found_missing(solver.optimise(actuals.missing(again, actuals.bearing(job.world))))
    written = Written.holding(job.world, actuals.covered(again, lacking))
    return PlanJob(request, written, (*_notes_of_missing(again, lacking, job.world), *notes), again.until)


def _with_budget_of(store: Store, scope: Scope, request: PlanRequest) -> str:
    """Return the settings of a plan made again, with its development budget by year where that is not spread evenly."""
    found = _development_by_year(store, scope, request)
    if found == plans.checked(store, scope, request).budget[DEVELOPMENT]:
        return request.settings
    return json.dumps({**json.loads(request.settings), "budget": {DEVELOPMENT: found}})


def _development_by_year(store: Store, scope: Scope, request: PlanRequest) -> dict[str, float]:
    """Return the pounds of development that a plan has by year.

    Another budget of a plan made again is of the years that had not begun by then, or of the last where all had; what had come in stays.
    Raises DataError where the budget is less than that.
    """
    settings = plans.checked(store, scope, request)
    if not request.follows or Follows.of(request.follows).afresh:
        return settings.budget[DEVELOPMENT]
    follows = Follows.of(request.follows)
    before = request_of(find_run(store, scope, follows.run))
    known = _development_by_year(store, scope, before)
    if request.budget is None or before.budget is None or request.budget == before.budget:
        return known if request.budget == before.budget else settings.budget[DEVELOPMENT]
    years = [settings.year_of(t) for t in range(1, settings.periods + 1)]
    later = [year for year in years if year not in years[: follows.until]] or [years[follows.until - 1]]
    kept = {year: pounds for year, pounds in known.items() if year not in later}
    left = request.budget - sum(kept.values())
    if left < 0:
        found = f"£{request.budget:,.0f} over the whole plan, where £{sum(kept.values()):,.0f} are of years that have begun"
        action = "Give at least that; what has come in cannot be had back."
        raise DataError([Fault("Less money than has come in", "--budget", found=found, allowed="more than that", action=action)])
    return kept | {year: left * later.count(year) / len(later) for year in later}


def _notes_of_missing(again: actuals.Followed, lacking: actuals.Missing, world: World) -> list[str]:
    """Say which later money bears what was overspent, what has to be found, and which limits what was done breaks."""
    year = world.scenario.year_of
    labels = {world.money(item.id): item.label for item in streams(world)}
    ahead = lacking.ahead.assign(year=lacking.ahead["period"].map(year), next=lacking.ahead["back"].map(year))
    added = ahead.groupby(["stock", "year", "next"], as_index=False).agg(pounds=("pounds", "sum"))
    taken = [
        f"£{pounds:,.0f} more than the money of {of} was spent: it is taken out of {labels[stock]} of {later}."
        for stock, of, later, pounds in added.itertuples(index=False)
    ]
    money = [
        f"£{rows['pounds'].sum():,.0f} for {str(spent_on).replace('-', ' ')} {_when(rows['period'])} is beyond the money there: it is overspent, "
        "and must be found."
        for spent_on, rows in lacking.money.groupby("spent_on")
    ]
    return taken + money + _notes_of_room(again, lacking, world)


def _notes_of_room(again: actuals.Followed, lacking: actuals.Missing, world: World) -> list[str]:
    """Say which limits what was done breaks: a sentence a kind, with where it is most."""
    about = again.tables.limits.drop_duplicates("limit").set_index("limit")
    levels, families = (world.inputs.labels[name] for name in ("role_level", "role_family"))
    rows = lacking.room.join(about[["kind", "role_level", "role_family"]], on="limit")
    rows["where"] = rows["role_level"].map(levels).fillna(rows["role_family"].map(families))
    said = []
    for kind, own in rows.groupby("kind"):
        most = own.groupby("where")["amount"].max().sort_values(ascending=False, kind="stable")
        unit = "£" if kind in POUNDS else ""
        named = [f"{where} by up to {unit}{amount:,.2f}" for where, amount in most.head(NAMED).items()]
        rest = [f"{len(most) - NAMED} more"] if len(most) > NAMED else []
        parts = f": {', '.join([*named, *rest])}" if len(most) else f", by up to {unit}{own['amount'].max():,.2f}"
        what = LIMITS.get(str(kind), str(kind).replace("-", " "))
        said.append(f"What was done goes beyond {what} {_when(own['period'])}{parts}. The plan bears it, and does no more of it.")
    return said


def _when(periods: pd.Series) -> str:
    """Say in which periods, as one span.

    >>> _when(pd.Series([2, 3, 4])), _when(pd.Series([2]))
    ('in periods 2 to 4', 'in period 2')
    """
    first, last = int(periods.min()), int(periods.max())
    return f"in period {first}" if first == last else f"in periods {first} to {last}"


def _adopted_as(store: Store, scope: Scope, run: str) -> str:
    """Return the name under which a run was adopted last; raises DataError where it was not."""
    rows = milestones.adopted(store, scope)
    names = rows.loc[rows["run"] == run, "plan"].tolist()
    if not names:
        action = "Adopt it first: `skillsplan plan adopt RUN --as NAME`."
        raise DataError([Fault("Plan not adopted", "adopted_plan", found=f"the run {run[:12]}", action=action)])
    return str(names[-1])


def _as_was(store: Store, scope: Scope, row: pd.Series, request: PlanRequest) -> PlanJob:
    """Prepare a request from the data that a run was made from, once that run comes out as it did."""
    asked, at = request_of(row), _import_before(store, scope, row)
    job = _prepared(store, scope, asked, at)
    if job.key != row["run"]:
        found = "other data (an import undone since), or another version of Skillsplan, than when it was made"
        action = "Plan from the newest staff list: `skillsplan plan replan NAME --from-staff-list`, or build the plan again."
        raise DataError([Fault("Plan out of date", f"run {str(row['run'])[:12]}", found=found, action=action)])
    return job if request == asked else _prepared(store, scope, request, at)


def _import_before(store: Store, scope: Scope, row: pd.Series) -> int:
    """Return the number of the last import before a run was asked for."""
    imports = store.query("imports", scope)
    before = imports.loc[imports["imported_at"] <= row["requested_at"], "import_run"]
    return int(before.max()) if len(before) else 0


@contextmanager
def _seen(store: Store, at: int | None, request: PlanRequest) -> Iterator[Store]:
    """Give the store as it was after an import for one organisation; None: as it is."""
    if at is None:
        yield store
    else:
        with store.as_after(at, organisations=[request.organisation]) as old:
            yield old


def _of_lines(records: pd.DataFrame) -> pd.DataFrame:
    return records[records["line"].str.contains(":", regex=False)]


def _list_of(store: Store, scope: Scope, row: pd.Series) -> dt.date:
    """Return the day of the staff list that a run was made from."""
    with store.as_after(_import_before(store, scope, row), organisations=[]) as old:
        return _newest_list(old, scope, str(row["organisation"]))


def _newest_list(store: Store, scope: Scope, organisation: str) -> dt.date:
    days = store.query("staff_lists", scope, organisations=[organisation])["as_at"]
    return pd.Timestamp(str(days.max())).date() if len(days) else dt.date.min


def _before(last: Version, newest: dt.date, own: dt.date) -> int:
    """Return the period whose end is nearest to the day of the newest staff list; raises DataError where nothing is to come after it."""
    ends = last.ends()
    until = min(ends, key=lambda t: abs((ends[t] - newest).days))
    if newest > own and until < len(ends):
        return until
    found = f"the newest staff list is of {_day(newest)}, " + ("when the plan is over" if newest > own else "which the plan was made from")
    action = "Build a new plan." if newest > own else "Import a newer staff list, or leave --from-staff-list out."
    raise DataError([Fault("No later staff list" if newest <= own else "Nothing to follow", "snapshot", found=found, action=action)])


def _not_recorded(missing: pd.DataFrame, plan: str) -> list[Fault]:
    """Say of which lines nothing is recorded: a fault a period, with how many of each kind."""
    action = (
        "Take the form filled with what was planned, change what went otherwise, 0 where nothing was started, and take it in: under 'Record what "
        f"was done' on the page, or by `skillsplan plan actuals {plan} --template FILE --as-planned` and `--file FILE --by ROLE`."
    )
    return [
        Fault(
            "Nothing recorded",
            "actual",
            column="amount",
            found=f"{len(rows)} planned lines of period {period} ({_kinds(rows)}), such as: {rows['what'].iloc[0]}",
            allowed="a record of every planned line of a period that is over",
            action=action,
        )
        for period, rows in missing.groupby("period")
    ]


def _kinds(rows: pd.DataFrame) -> str:
    return ", ".join(f"{KINDS.get(str(kind), str(kind))} {count}" for kind, count in rows["kind"].value_counts(sort=False).items())


def _development_left(store: Store, scope: Scope, last: Version, records: pd.DataFrame, until: int) -> float:
    """Return the pounds of development that a plan has left after a period, below 0 where more was spent.

    Of a year that is over as much as may be carried over; what was overspent in full. What was spent is as recorded, else as priced.
    """
    row = find_run(store, scope, last.run)
    world, budget = _world_of(store, scope, row), _development_by_year(store, scope, request_of(row))
    carry_over = next(item.carry_over for item in streams(world) if item.id == DEVELOPMENT)
    key = ["line", "period"]
    pays = last.actions.assign(stream=milestones.first_stream(last.actions["stream"])).drop_duplicates(key)
    usual = dict(zip(pays["line"], pays["stream"], strict=True))  # of a line that was started in another period than planned
    rows = milestones.priced([last], _of_lines(records)).merge(pays[[*key, "stream"]], on=key, how="left")
    rows = rows[rows["stream"].fillna(rows["line"].map(usual)).isin([DEVELOPMENT, TO_FIND])]
    spent = rows["cost"].groupby(rows["period"].map(world.scenario.year_of)).sum()
    left = 0.0
    for year, pounds in sorted(budget.items()):
        left += pounds - float(spent.get(year, 0.0))
        if left > 0 and max(t for t in world.periods if world.scenario.year_of(t) == year) <= until:
            left *= carry_over
    return left


def _notes_of_following(again: actuals.Followed) -> list[str]:
    periods = "The first period stands" if again.until == 1 else f"The first {again.until} periods stand"
    notes = [f"{periods} as recorded; what was begun later is kept, and the rest is planned anew."]
    pounds = float(again.unstarted["pounds"].sum())
    return notes + ([f"£{pounds:,.0f} was spent on lines without a start; it is charged to their accounts."] if pounds else [])


def _notes_of_history(history: pd.DataFrame, lost: pd.DataFrame, left: float) -> list[str]:
    notes = [
        f"{history['amount'].sum():,.1f} FTE started under the plan before are its history: those still in progress count, for room and time too."
    ]
    if len(lost):
        notes.append(f"{lost['amount'].sum():,.1f} FTE were started on lines that this plan does not have; they do not count.")
    if left < 0:
        notes.append(f"£{-left:,.0f} more than all development money of the plan before was spent: none is left, and it must be found.")
    return notes


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


# Delivery questions


def questions(store: Store, scope: Scope, run: str, *, private: bool = False) -> pd.DataFrame:
    """Answer the delivery questions of a plan; columns delivery.COLUMNS. With `private`, those of private papers too.

    Raises ScopeError where these are asked for by somebody who may not see single people of the organisation.
    """
    row = find_run(store, scope, run)
    code, name = str(row["organisation"]), str(row["run"])
    if private and not (scope.person_level and (scope.organisations is None or code in scope.organisations)):
        raise ScopeError("Questions of private papers are about single people; your access does not include them.")
    world = _world_of(store, scope, row)
    before = delivery.history(store, scope, code, world.assumptions.value("history_change_most"))
    responses = store.query("plan_responses", scope, run=name)
    cover = None
    if private:
        people = round(world.assumptions.value("cover_people"))
        rows = store.query("cover", scope, organisations=[code], cover_people=people)
        cover = rows[rows["team"] == ""]
    return delivery.questions(result_of(row).described, world, before, responses, cover)


def _world_of(store: Store, scope: Scope, row: pd.Series) -> World:
    """Return the world that a plan was made for; a plan made again from what was done has that of the plan it began with."""
    asked = request_of(row)
    if not asked.follows:
        job = as_was(store, scope, str(row["run"]))
    elif Follows.of(asked.follows).afresh:
        with _seen(store, _import_before(store, scope, row), asked) as seen:
            job = plans.prepare_plan(seen, scope, replace(asked, follows=""))
    else:
        return _world_of(store, scope, find_run(store, scope, Follows.of(asked.follows).run))
    return job.world


def answer(store: Store, scope: Scope, run: str, question: str, response: str, owner: str, *, today: dt.date) -> int:
    """Keep the owner's response to a question and return the number of the import; raises DataError with every fault."""
    row = find_run(store, scope, run)
    return delivery.answer(store, scope, str(row["run"]), question, str(row["organisation"]), response, owner, today)


def run_of(store: Store, scope: Scope, name: str) -> str:
    """Return the run that a name means: an adopted plan, or the start of a run; raises DataError where it means neither."""
    rows = milestones.adopted(store, scope)
    if name in set(rows["plan"]):
        return str(milestones.find(rows, name)["run"])
    return str(find_run(store, scope, name)["run"])


def invented(store: Store, scope: Scope, organisation: str) -> bool:
    """Tell whether an organisation is one of the demonstration."""
    rows = organisations.organisations(store, scope)
    return bool(rows.loc[rows["code"] == organisation, "demonstration"].any())
