"""The use cases of suggested training places: suggest, list, decide, export, and equality monitoring."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import pandas as pd

from app.pipeline import following
from app.pipeline.offered import Offered
from app.pipeline.plans import PLANNED, PlanJob, PlanResult
from skills_model import gap, places
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault, ScopeError
from skills_model.people import with_names
from skills_model.people.names import own_people
from skills_model.places import Suggestions
from skills_model.places.equality import Monitoring
from skills_model.privacy import Scope
from skills_model.sources import joining
from skills_model.store import Store

VIEW, EXPORT, PURPOSE = "person-level view", "export", "places suggested"
SHORTEST = 8  # characters of a run's id that stand for it
HOW_TO_CHALLENGE = (
    "You may question this suggestion, the decision and every fact in them. Tell the manager who decided what is wrong, and which assessment or "
    "post it should follow; what you say is recorded beside the decision, and the manager decides again. You may ask HR or staff side to help."
)
SHOWN = (
    "round", "place", "team", "role_level", "role_level_label", "skill", "skill_label", "rank", "rank_label", "kind", "route", "period",
    "starts_on", "band_of_need", "reason", "decision", "decision_reason", "decided_by", "decided_on", "challenge",
)  # fmt: skip
"""Columns of places wherever they are shown: nothing that says who somebody is."""


@dataclass(frozen=True)
class Round:
    """A round as it was suggested: its id, the suggestions, and what has to be said of them."""

    round: str
    purpose: str
    seed: int
    run: str
    found: Suggestions
    notes: list[str]
    limit: float

    @property
    def warns(self) -> bool:
        """Tell whether claimed and assigned ranks are further apart than the assumption allows."""
        return self.found.apart > self.limit


@dataclass(frozen=True)
class Claims:
    """Ranks that a plan claims of its first year and those that real people reach, in FTE-ranks, and how far apart they may be (share)."""

    claimed: float
    assigned: float
    limit: float

    @property
    def apart(self) -> float:
        """Return the difference as a share of what is claimed."""
        return places.apart(self.claimed, self.assigned)

    @property
    def warns(self) -> bool:
        """Tell whether they are further apart than the assumption allows."""
        return self.apart > self.limit


def plans_of(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """List the finished plans of an organisation, newest first: run, finished_at, budget (None: the store's own), periods, scenario, start."""
    own_people(store, scope, [organisation])
    runs = _finished(store, scope, organisation)
    asked = [json.loads(options) for options in runs["options"]]
    told = [{name: options.get(name) for name in ("budget", "periods", "scenario")} for options in asked]
    return runs[["run", "finished_at"]].reset_index(drop=True).join(pd.DataFrame(told, columns=["budget", "periods", "scenario"]))


def suggest(store: Store, scope: Scope, organisation: str, purpose: str, plan: str | None = None, seed: int | None = None) -> Round:
    """Suggest who could be offered the places of a plan's first year, and store the round; the purpose goes into the audit log.

    `plan` is a run of the organisation, by its id or the beginning of it; None is the newest. Raises ScenarioError for another purpose than
    development, ScopeError outside one's own organisation, DataError where there is no such plan, where it cannot be made out any more, or
    where it has no place that anybody there could take.
    """
    said = places.purpose.checked(purpose)
    own_people(store, scope, [organisation])
    run = _plan(store, scope, organisation, plan)
    chosen = _usual_seed(run["run"], said) if seed is None else seed
    made = _worked_out(store, scope, run, chosen)
    if made.found.places.empty:
        raise DataError([_no_places(run["run"], made.found)])
    name = places.rounds.save(store, scope, organisation, run["run"], said, chosen, made.found, _today())
    store.record(PURPOSE, f"round {name}, seed {chosen}, {len(made.found.places)} places; purpose: {said}")
    return replace(made, round=name, purpose=said)


def again(store: Store, scope: Scope, round: str) -> Round:
    """Work a stored round out again, for its fairness and what the plan claims; raises DataError where the plan cannot be made out any more."""
    known = places.rounds.found_round(store, scope, round)
    run = _plan(store, scope, str(known["organisation"]), str(known["run"]))
    return replace(_worked_out(store, scope, run, int(known["seed"])), round=round, purpose=str(known["purpose"]))


def claims(store: Store, scope: Scope, job: PlanJob, actions: pd.DataFrame) -> Claims:
    """Return the ranks that a plan claims of its first year beside those that real people reach; nobody is listed or recorded.

    Raises ScopeError where the user may not see single people of the organisation.
    """
    own_people(store, scope, [job.request.organisation])
    return _claims(store, scope, job.request.organisation, job.key, Offered.of(job, actions))


def claims_of(store: Store, scope: Scope, run: str) -> Claims | None:
    """Return the same of a finished plan; None where its places were not kept with it. Raises ScopeError or DataError."""
    row = following.find_run(store, scope, run)
    organisation, offered = str(row["organisation"]), Offered.from_json(str(row["result"]))
    own_people(store, scope, [organisation])
    return None if offered is None else _claims(store, scope, organisation, str(row["run"]), offered)


def with_claims(store: Store, scope: Scope, job: PlanJob, result: PlanResult, words: Callable[[float, float, float], str]) -> PlanResult:
    """Return a plan with what it claims of its first year in its summary, and a note: `words` of claimed, assigned and limit, blank for none.

    Unchanged where the user may not see single people: what they would reach is for nobody else, so no run of the store has it.
    """
    try:
        told = claims(store, scope, job, result.actions)
    except ScopeError:
        return result
    before, warning = result.summary["notes"], words(told.claimed, told.assigned, told.limit)
    notes = [*(before if isinstance(before, list) else []), warning]
    summary = result.summary | {
        "claims": vars(told) | {"apart": told.apart, "warns": told.warns},
        "notes": [note for note in notes if note],
    }
    return replace(result, described=replace(result.described, summary=summary))


def _claims(store: Store, scope: Scope, organisation: str, run: str, offered: Offered) -> Claims:
    facts = _facts(store, scope, organisation, offered)
    limit = facts.assumptions.value("place_apart")
    if facts.offers.places.empty:  # a plan that trains nobody in its first year claims nothing
        return Claims(0.0, 0.0, limit)
    found = places.suggest(facts, _usual_seed(run, ""))
    return Claims(found.claimed, found.assigned, limit)


def rounds(store: Store, scope: Scope, organisation: str | None = None) -> pd.DataFrame:
    """List rounds, newest first; columns as in sql/place_rounds.sql, with apart, the share by which claimed and assigned differ."""
    listed = places.rounds.rounds(store, scope, None if organisation is None else [organisation])
    differ = [places.apart(claimed, assigned) for claimed, assigned in listed[["claimed", "assigned"]].itertuples(index=False)]
    return listed.assign(apart=pd.Series(differ, index=listed.index, dtype="float64"))


def first_organisation(store: Store, scope: Scope) -> str:
    """Return the organisation that places were suggested for last, else the one planned for last; blank where nobody did either."""
    try:
        found = rounds(store, scope)
        runs = _finished(store, scope, None) if found.empty else found
    except ScopeError:
        return ""
    return "" if runs.empty else str(runs["organisation"].iloc[0])


def lines(store: Store, scope: Scope, round: str) -> pd.DataFrame:
    """Return the places of a round without who they are for, in no order of merit: SHOWN; the look is recorded."""
    frame = _lines(store, scope, round)
    store.record(VIEW, f"suggested places of round {round}, {len(frame)} places")
    return frame[list(SHOWN)]


def decide(
    store: Store,
    scope: Scope,
    round: str,
    place: int,
    decision: str,
    reason: str,
    by: str,
    on: dt.date | None = None,
    *,
    challenge: str | None = None,
) -> int:
    """Record a manager's decision about one place; returns the number of the import, which can be undone. Raises DataError.

    `challenge` is what the person says against it; None leaves what was said before.
    """
    told = {
        "place": place,
        "decision": decision,
        "decision_reason": reason,
        "decided_by": by,
        "decided_on": on or _today(),
        "challenge": challenge,
    }
    return places.rounds.decide(store, scope, round, told, _today())


def challenge(store: Store, scope: Scope, round: str, place: int, said: str) -> int:
    """Record what the person says against a decision; raises DataError where nothing is decided yet."""
    return places.rounds.challenge(store, scope, round, place, said, _today())


def decide_from(store: Store, scope: Scope, round: str, content: bytes, file: str) -> int:
    """Take in a file of decisions, one line a place, all of it or nothing; raises DataError with every fault."""
    return places.rounds.decide_from(store, scope, round, content, file, _today())


def export(store: Store, scope: Scope, round: str, staff_list: tuple[bytes, str] | None = None) -> pd.DataFrame:
    """Return the places of a round with the pseudonyms of people, for a file of managers, and record that it left.

    `staff_list` is a file of the user's own (content, name) whose names stand beside the pseudonyms in this frame and are stored nowhere.
    The columns decision to challenge are to be filled in and come back with `decide_from`.
    """
    frame = _lines(store, scope, round)
    organisation = str(places.rounds.found_round(store, scope, round)["organisation"])
    told = frame[["round", "place", "person", *SHOWN[2:]]].assign(how_to_challenge=HOW_TO_CHALLENGE)
    if staff_list is not None:
        told = with_names(told, joining.names(store, scope, organisation, *staff_list))
        told.insert(2, "name", told.pop("name"))
    named = int(told["name"].notna().sum()) if staff_list is not None else 0
    store.record(EXPORT, f"suggested places of round {round}, {len(told)} places, {named} by name")
    return told


def letter_of(store: Store, scope: Scope, round: str, place: int) -> str:
    """Return the reason of one place for the person, and record that it left."""
    frame = _lines(store, scope, round)
    store.record(EXPORT, f"reason of place {place} of round {round}")
    return letter(frame[frame["place"] == place].iloc[0].to_dict())


def limit(store: Store, scope: Scope, run: str) -> float:
    """Return how far apart claimed and assigned ranks of a plan may be before it is a warning, as a share."""
    known = Offered.from_json(str(following.find_run(store, scope, run)["result"]))
    return Assumptions.of(store, scope).with_values({} if known is None else known.assumed).value("place_apart")


def letter(line: Mapping[Any, Any]) -> str:
    """Write the reason of one place for the person, to be printed; the manager knows who it is for."""
    starts = f", starting {_day(line['starts_on'])}" if pd.notna(line["starts_on"]) else ""
    parts = [
        f"Suggested training place {line['place']} of round {line['round']}",
        f"{line['skill_label']} to {line['rank_label']}, for {line['role_level_label']} in {line['team']}{starts}.",
        f"Why it is suggested: {line['reason']}",
    ]
    if isinstance(line["decision"], str):
        made = f"{line['decision']}, by {line['decided_by']} on {_day(line['decided_on'])}"
        parts.append(f"Decision: {made}. Reason: {line['decision_reason']}")
    else:
        parts.append("Decision: not decided yet.")
    if isinstance(line["challenge"], str) and line["challenge"]:
        parts.append(f"What you said against it: {line['challenge']}")
    return (
        "\n\n".join(
            [*parts, HOW_TO_CHALLENGE, "Suggestions are for development alone: no record for capability, redundancy, pay or selection."]
        )
        + "\n"
    )


def letters(store: Store, scope: Scope, round: str) -> dict[str, str]:
    """Return the reason of every place of a round for the person, by file name, and record that they left."""
    frame = _lines(store, scope, round)
    store.record(EXPORT, f"reasons of round {round}, {len(frame)} places")
    return {f"place-{line['place']}.txt": letter(line) for line in frame.to_dict("records")}


def equality(store: Store, scope: Scope, round: str) -> Monitoring:
    """Return aggregate equality monitoring of a round, protected; raises DataError where nothing was returned."""
    found = places.equality.monitoring(store, scope, round)
    store.record(VIEW, f"equality monitoring of round {round}")
    return found


def plan(store: Store, scope: Scope, round: str) -> PlanResult:
    """Return the plan behind a round, with its levy forecast."""
    known = places.rounds.found_round(store, scope, round)
    return PlanResult.from_json(_plan(store, scope, str(known["organisation"]), str(known["run"]))["result"])


def _worked_out(store: Store, scope: Scope, run: Mapping[str, Any], seed: int) -> Round:
    """Suggest places from a stored plan; where data have changed since it was made, from what it was and the people there are now."""
    row = pd.Series(dict(run))
    offered, changed = _offered(store, scope, row)
    facts = _facts(store, scope, str(row["organisation"]), offered)
    suggestions = places.suggest(facts, seed)
    notes = ["Data were taken in after the plan was made: its places are those of then, people stand as they do now."] if changed else []
    notes += places.notes(suggestions, facts.assumptions)
    return Round("", "", seed, str(run["run"]), suggestions, notes, facts.assumptions.value("place_apart"))


def _offered(store: Store, scope: Scope, row: pd.Series) -> tuple[Offered, bool]:
    """Return the places of a stored plan, and whether data have changed since it was made; without those kept its tables are made again."""
    known = Offered.from_json(str(row["result"]))
    if known is not None:
        return known, following.other_data(store, scope, row)
    job = following.prepare(store, scope, following.request_of(row))
    changed = job.key != row["run"]
    if changed:
        job = following.as_was(store, scope, str(row["run"]))
    return Offered.of(job, following.result_of(row).actions), changed


def _facts(store: Store, scope: Scope, organisation: str, offered: Offered) -> places.Facts:
    area, seven = [organisation], offered.level_seven
    ages = store.query("place_ages", scope, organisations=area) if seven else pd.DataFrame(columns=["person", "age_band"])
    names = store.query("rank_names", scope)[["framework", "rank", "rank_label"]].drop_duplicates(["framework", "rank"])
    ranks = store.query("skills", scope).merge(names, on="framework")
    return places.Facts(
        offers=offered.offers,
        needs=store.query("place_needs", scope, organisations=area),
        assumptions=Assumptions.of(store, scope).with_values(offered.assumed),
        periods=offered.periods,
        priority=offered.priority,
        labels=gap.labels(store, scope),
        ranks={(skill, int(rank)): label for skill, rank, label in ranks[["skill", "rank", "rank_label"]].itertuples(index=False)},
        ages=dict(zip(ages["person"], ages["age_band"], strict=True)),
        level_seven=seven,
    )


def _lines(store: Store, scope: Scope, round: str) -> pd.DataFrame:
    """Return the places of a round with what the plan says of their lines."""
    known = places.rounds.found_round(store, scope, round)
    frame = places.rounds.lines(store, scope, round)
    actions = _actions(_plan(store, scope, str(known["organisation"]), str(known["run"])))
    told = actions[["line", "period", "kind", "route", "starts_on"]].drop_duplicates(["line", "period"])
    told = told.assign(starts_on=pd.to_datetime(told["starts_on"]).dt.date)
    return frame.merge(told, on=["line", "period"], how="left")


def _finished(store: Store, scope: Scope, organisation: str | None) -> pd.DataFrame:
    runs = store.runs(scope, None if organisation is None else [organisation])
    return runs[(runs["kind"] == "plan") & runs["status"].isin(PLANNED) & runs["result"].notna()]


def _plan(store: Store, scope: Scope, organisation: str, plan: str | None) -> dict[str, Any]:
    """Return the row of a finished plan; raises DataError where there is none, or where the beginning of an id means several."""
    runs = _finished(store, scope, organisation)
    if runs.empty:
        action = f"Build one on the page 'Build a plan', or with `skillsplan plan --organisation {organisation}`."
        raise DataError(
            [Fault("No plan to suggest places from", "run", found=f"no finished plan of {organisation} in the store", action=action)]
        )
    if plan is None:
        return {str(name): value for name, value in runs.iloc[0].to_dict().items()}
    found = runs[runs["run"].str.startswith(plan.lower())] if len(plan) >= SHORTEST else runs.iloc[:0]
    if len(found) != 1:
        newest = ", ".join(run[:SHORTEST] for run in runs["run"].head(5))
        allowed = f"the id of a finished plan of {organisation}, or {SHORTEST} and more of its first characters (newest: {newest})"
        raise DataError(
            [
                Fault(
                    "Unknown plan" if found.empty else "Several plans",
                    "--plan",
                    found=f"'{plan}'",
                    allowed=allowed,
                    action="Name one of them.",
                )
            ]
        )
    return {str(name): value for name, value in found.iloc[0].to_dict().items()}


def _actions(run: Mapping[str, Any]) -> pd.DataFrame:
    """Return what a finished plan does."""
    return pd.read_json(StringIO(json.loads(run["result"])["tables"]["actions"]), orient="table")


def _no_places(run: str, found: Suggestions) -> Fault:
    """Say why a plan has no place that anybody there could take."""
    why = "starts nobody who is there now in learning in its first year"
    if found.later:
        why = f"keeps all places of its first year ({found.later:,}) for staff who have yet to come"
    if found.empty:
        why = f"has places in its first year ({found.empty:,}), and nobody there lacks what they lead to, or has the time"
    action = "Name another plan, or build one that has money for training and may use it."
    return Fault("No place to suggest", "run", found=f"plan {run[:SHORTEST]} {why}", action=action)


def _usual_seed(run: str, purpose: str) -> int:
    """Return the seed of a plan and purpose, so that nobody draws again until they like the result."""
    return int(hashlib.sha256(f"{run}\n{purpose}".encode()).hexdigest()[:8], 16) % 1_000_000


def _day(value: object) -> str:
    """Write a day.

    >>> _day("2026-04-01")
    '1 April 2026'
    """
    found = pd.Timestamp(str(value))
    return f"{found.day} {found:%B %Y}"


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
