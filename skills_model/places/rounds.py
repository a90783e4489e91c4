"""Rounds of suggested places in the store, and what managers decide, each place by itself."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.people.names import own_people
from skills_model.places.suggesting import Suggestions
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.sources import reading, values
from skills_model.sources.kinds import Field
from skills_model.store import Store

DECISIONS = ("accepted", "changed", "declined")
SUGGESTED, DECIDED = "places", "place decisions"
"""Kinds of import."""

FIELDS = (
    Field("round", "round of suggested places", needed=False, filled=False),
    Field("place", "number of the place", "whole number", minimum=1),
    Field("decision", "what was decided; blank: nothing yet", filled=False, choices=DECISIONS,
          meanings={"accept": "accepted", "yes": "accepted", "change": "changed", "decline": "declined", "no": "declined"}),
    Field("decision_reason", "why; it is shown to the person", filled=False),
    Field("decided_by", "job role of the manager, never a name", filled=False),
    Field("decided_on", "day of the decision", "date", filled=False),
    Field("challenge", "what the person says against it", needed=False, filled=False),
)  # fmt: skip
_ASKED = ("decision", "decision_reason", "decided_by", "decided_on")


def rounds(store: Store, scope: Scope, organisations: Sequence[str] | None = None, round: str | None = None) -> pd.DataFrame:
    """List rounds, newest first; columns as in sql/place_rounds.sql. Raises ScopeError unless the user may see single people there."""
    return store.query("place_rounds", scope, organisations=own_people(store, scope, organisations), round=round)


def found_round(store: Store, scope: Scope, name: str) -> pd.Series:
    """Return one round; raises DataError, with the nearest, where there is none of that id in the scope."""
    listed = rounds(store, scope)
    found = listed[listed["round"] == name]
    if found.empty:
        known = sorted(listed["round"])
        allowed = "the rounds that `skillsplan places list` shows" + nearest(name, known)
        raise DataError([Fault("Unknown round", "--round", found=f"'{name}'", allowed=allowed, action="Name one of them.")])
    return found.iloc[0]


def lines(store: Store, scope: Scope, round: str) -> pd.DataFrame:
    """Return the places of a round with their decisions; columns as in sql/place_lines.sql. Raises ScopeError."""
    own_people(store, scope, None)
    return store.query("place_lines", scope, round=round)


def save(store: Store, scope: Scope, organisation: str, run: str, purpose: str, seed: int, found: Suggestions, on: dt.date) -> str:
    """Store a round and return its id; asked for again on the same day it is the same round."""
    listed = rounds(store, scope, [organisation])
    same = listed[(listed["run"] == run) & (listed["seed"] == seed) & (listed["purpose"] == purpose)]
    if len(same):
        return str(same["round"].iloc[0])
    first = f"{organisation.lower()}-{on:%Y-%m-%d}"
    taken = set(listed["round"])
    name = next(name for name in (first, *(f"{first}-{number}" for number in range(2, len(taken) + 3))) if name not in taken)
    made = (name, organisation, run, purpose, seed, on, round(found.claimed, 6), round(found.assigned, 6))
    frames = {
        "place_round": pd.DataFrame(
            [made], columns=["round", "organisation", "run", "purpose", "seed", "suggested_on", "claimed", "assigned"]
        ),
        "place": found.places.assign(round=name, organisation=organisation),
    }
    store.write(SUGGESTED, _digest(made), "suggested training places", frames, organisation=organisation)
    return name


def decide(store: Store, scope: Scope, name: str, decision: Mapping[str, object], today: dt.date) -> int:
    """Take in a manager's decision about one place and return the number of the import; it takes the place of one made before.

    `decision` has place, decision, decision_reason, decided_by, decided_on and perhaps challenge. Raises DataError with every fault.
    """
    row = pd.DataFrame([dict(decision)]).reindex(columns=[field.name for field in FIELDS if field.name != "round"])
    return _taken_in(store, scope, name, row.set_axis([None]), "decision", today)


def challenge(store: Store, scope: Scope, name: str, place: int, said: str, today: dt.date) -> int:
    """Note what the person says against a decision, which stands as it is until a manager decides again; empty takes it back.

    Raises DataError where the place is not decided yet.
    """
    known = lines(store, scope, str(found_round(store, scope, name)["round"]))
    row = known[(known["place"] == place) & known["decision"].notna()]
    if row.empty:
        action = "Record the decision first; what the person says against it comes with it or after it."
        raise DataError([Fault("No decision to challenge", "decision", column="place", found=f"{place}", action=action)])
    told = row.iloc[0][["place", *_ASKED]].to_dict() | {"challenge": said.strip()}
    return decide(store, scope, name, {str(column): value for column, value in told.items()}, today)


def decide_from(store: Store, scope: Scope, name: str, content: bytes, file: str, today: dt.date) -> int:
    """Take in a file of decisions, one line a place, all of it or nothing; lines without a decision are left as they are.

    Columns as of the export of a round: place, decision, decision_reason, decided_by, decided_on, challenge. Raises DataError.
    """
    read = reading.read(content, file)
    headings = {str(heading).strip().lower().replace(" ", "_"): str(heading) for heading in read.frame.columns}
    missing = [field.name for field in FIELDS if field.needed and field.name not in headings]
    if missing:
        allowed = ", ".join(field.name for field in FIELDS)
        action = "Fill in the file that `skillsplan places export` wrote."
        raise DataError([Fault("Missing column", read.name, 1, column, allowed=allowed, action=action) for column in missing])
    known = {field.name: headings[field.name] for field in FIELDS if field.name in headings}
    frame = read.frame[list(known.values())].set_axis(list(known), axis=1)
    converted, faults = values.convert(frame, [field for field in FIELDS if field.name in known], read.name, known)
    told = converted.reindex(columns=[field.name for field in FIELDS])
    faults = [*faults, *_of_another_round(told, name, read.name)]
    if faults:
        raise DataError(faults)
    return _taken_in(store, scope, name, told[told[list(_ASKED)].notna().any(axis=1)].drop(columns="round"), read.name, today)


def _taken_in(store: Store, scope: Scope, name: str, rows: pd.DataFrame, where: str, today: dt.date) -> int:
    """Check decisions and write them; index is the row of the file, or None."""
    organisation = str(found_round(store, scope, name)["organisation"])
    known = lines(store, scope, name)
    faults = [] if len(rows) else [Fault("No decisions", where, found="no line with a decision", action="Decide at least one place.")]
    faults += [
        fault for row, told in zip(rows.index, rows.to_dict("records"), strict=True) for fault in _wrong(told, row, where, known, today)
    ]
    twice = rows.index[rows["place"].duplicated()]
    faults += [Fault("Decided twice", where, _row(row), "place", action="Keep one line for each place.") for row in twice]
    if faults:
        raise DataError(faults)
    before = known.set_index("place")["challenge"].fillna("")
    told = rows.rename(columns={"decision_reason": "reason"}).assign(round=name, organisation=organisation)
    told["challenge"] = told["challenge"].astype("str").fillna(told["place"].map(before).astype("str")).fillna("")
    told["decided_on"] = pd.to_datetime(told["decided_on"]).dt.date
    digest = _digest((name, told.to_csv(index=False), dt.datetime.now(dt.UTC).isoformat()))  # somebody may come back to a first decision
    return store.write(DECIDED, digest, where, {"place_decision": told}, organisation=organisation, replace=True)


def _wrong(told: Mapping[object, object], row: object, where: str, known: pd.DataFrame, today: dt.date) -> list[Fault]:
    """Say what is wrong with one decision."""
    at = _row(row)
    faults = []
    if told["place"] not in set(known["place"]):
        allowed = f"1 to {len(known)}" if len(known) else "none: the round has no places"
        faults.append(Fault("Unknown place", where, at, "place", f"{told['place']}", allowed, "Give the number of a place of this round."))
    if _blank(told["decision"]) or told["decision"] not in DECISIONS:
        found = "nothing" if _blank(told["decision"]) else f"'{told['decision']}'"
        faults.append(Fault("No decision", where, at, "decision", found, ", ".join(DECISIONS), "Say what was decided."))
    if _blank(told["decision_reason"]):
        action = "Say why, in words for the person: they see it and may challenge it."
        faults.append(Fault("No reason", where, at, "decision_reason", "nothing", "a reason for every decision", action))
    if _blank(told["decided_by"]):
        faults.append(
            Fault("Nobody decided", where, at, "decided_by", "nothing", "the job role of a manager", "Say who decided, without a name.")
        )
    if _blank(told["decided_on"]) or pd.Timestamp(str(told["decided_on"])).date() > today:
        found = "nothing" if _blank(told["decided_on"]) else f"{pd.Timestamp(str(told['decided_on'])):%Y-%m-%d}"
        faults.append(Fault("Day not possible", where, at, "decided_on", found, f"a day up to {today}", "Give the day of the decision."))
    return faults


def _of_another_round(told: pd.DataFrame, name: str, where: str) -> list[Fault]:
    others = told.loc[told["round"].notna() & (told["round"] != name), "round"]
    action = "Check --round, or send the lines of each round by themselves."
    return [Fault("Line of another round", where, _row(row), "round", f"'{other}'", f"'{name}'", action) for row, other in others.items()]


def _row(row: object) -> int | None:
    return None if row is None else int(str(row))


def _blank(value: object) -> bool:
    return value is None or bool(pd.isna(value)) or not str(value).strip()  # type: ignore[call-overload]


def _digest(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()
