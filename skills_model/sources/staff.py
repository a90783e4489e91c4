"""A staff list as the personnel system gives it: one row an assignment, people under pseudonyms, nothing else that tells who they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from skills_model.errors import Fault
from skills_model.privacy import Scope
from skills_model.schema import Assignment, Person, Snapshot
from skills_model.sources import esr, meanings, values
from skills_model.sources.kinds import Built, Context, Field, Kind
from skills_model.sources.pseudonym import NUMBER_HEADINGS, normal, pseudonyms
from skills_model.sources.said import cut_short, each, role_levels_said, unsaid_titles, unsaid_words, without_people

NO_TEAM = "Not given"
LONGEST_TITLE = 200  # letters
_SUFFIX = r"-\d+$"  # an assignment number is the staff number and, for a second assignment, -2

# fmt: off
FIELDS = (
    Field("staff_number", "number of the person; only its keyed hash is stored", needed=False, filled=False, personal=True,
          headings=NUMBER_HEADINGS),
    Field("assignment_number", "number of the assignment, where somebody may hold several; not stored", needed=False, filled=False,
          personal=True, headings=("assignment no", "asg no", "asg number", "assignment id")),
    Field("job_title", "job title as it is; what it means is said once and remembered",
          longest=LONGEST_TITLE, headings=("position title", "post title", "job role", "position name", "position", "job")),
    Field("occupation_code", "NHS occupation code, such as G2B", needed=False, filled=False,
          headings=("occ code", "occupational code", "nhs occupation code")),
    Field("staff_group", "staff group", needed=False, filled=False, headings=("main staff group", "staffgroup")),
    Field("pay_scale", "pay scale or band, such as Band 6, 8a or NHS|XR06|Review Body Band 6", needed=False, filled=False,
          headings=("pay scale", "payscale", "grade", "pay grade", "band", "pay band", "afc band", "pay scale description",
                    "payscale description", "grade name")),
    Field("fte", "contracted full-time equivalent of the assignment", "number", filled=False, minimum=0, maximum=1.5, unit="FTE",
          headings=("wte", "contracted wte", "contracted fte", "actual fte", "assignment fte", "contract wte", "full time equivalent",
                    "whole time equivalent")),
    Field("team", "team, or the lowest level of the organisation that the list has", needed=False, filled=False, tells_apart=True,
          headings=("department", "team name", "service", "section", "cost centre description", "organisation", "org l8", "org l7", "org l6",
                    "org l5", "org l4", "directorate")),
    Field("assignment_status", "whether the assignment is worked, such as Active Assignment or Career Break", needed=False, filled=False,
          headings=("status", "asg status", "assignment status type", "employment status")),
    Field("contract", "kind of contract, such as Permanent, Fixed Term Temp or Bank", needed=False, filled=False,
          headings=("assignment category", "asg category", "contract type", "type of contract", "asg type of contract", "employment type")),
    Field("start_date", "start in the post", "date", needed=False, filled=False,
          headings=("assignment start date", "start date in position", "start date in post", "position start date", "latest start date",
                    "hire date")),
    Field("end_date", "end of a fixed term", "date", needed=False, filled=False,
          headings=("fixed term end date", "fixed term/temp end date", "contract end date", "assignment end date", "asg end date",
                    "projected end date")),
    Field("age", "age in years; only the age band is stored", "number", needed=False, filled=False, minimum=esr.YOUNGEST,
          maximum=esr.OLDEST, unit="years", personal=True, headings=("age in years", "derived age in years")),
    Field("age_band", "age band", needed=False, filled=False, personal=True, headings=("age group", "age range", "ageband")),
    Field("birth_date", "date of birth; only the age band at the date of the list is stored", "date", needed=False, filled=False,
          personal=True, headings=("date of birth", "dob", "d.o.b.", "birth date")),
    Field("role_level", "id or name of the role level, where the list itself has it; it counts before what titles and codes mean",
          needed=False, filled=False, headings=("framework role level", "ddat role level", "role level name")),
)
# fmt: on


def build(frame: pd.DataFrame, context: Context) -> Built:
    """Make a snapshot, its new people and their assignments; assignments that are no staff in post are left out, with how many and why."""
    already = _already(context)
    if already:
        return Built({}, already)
    frame = frame.assign(number=_numbers(frame))
    frame["person"] = pseudonyms(str(context.organisation), frame["number"], context.key)
    reason, kinds, unsaid = _in_post(frame, context)
    counted = frame[reason.isna()]
    if frame["number"].isna().all():
        return Built({}, [without_people(context)])
    faults = [*_without_number(counted, context), *cut_short(counted["number"], context), *_twice(counted, context)]
    faults += [*_not_born(counted, context), *_strange_titles(counted, context)]
    role_level, unknown = role_levels_said(counted["role_level"], context)
    faults += unknown
    ages, age_notes = _age_bands(counted, context)
    bands, band_notes = _bands(counted)
    rows = pd.DataFrame(
        {
            "organisation": context.organisation,
            "snapshot": _next_snapshot(context),
            "person": counted["person"],
            "age_band": ages,
            "team": counted["team"].fillna(NO_TEAM),
            "staff_group": each(counted["staff_group"], esr.staff_group_of).fillna(esr.NO_STAFF_GROUP),
            "job_title": counted["job_title"].str.split().str.join(" "),
            "occupation_code": counted["occupation_code"].str.upper(),
            "role_level": role_level,
            "band": bands,
            "fte": counted["fte"],
            "contract": kinds[reason.isna()],
            "start_date": counted["start_date"],
            "end_date": counted["end_date"],
        },
        index=counted.index,
    )
    rows.insert(3, "assignment", _places(rows["person"], counted["assignment_number"]))
    rows["age_band"] = _one_of_person(rows)
    people, people_notes = _people(rows, context)
    frames = {Snapshot.TABLE: _snapshot(context), Person.TABLE: people, Assignment.TABLE: rows[list(Assignment.model_fields)]}
    unmapped = pd.concat([unsaid_titles(rows, context), unsaid], ignore_index=True)
    return Built(frames, faults, _left_out(reason, frame["fte"]), unmapped, [*people_notes, *_zeros(counted["number"]), *age_notes, *band_notes])


def _numbers(frame: pd.DataFrame) -> pd.Series[str]:
    """Return staff numbers; where the list has assignment numbers alone, those without the number of the assignment."""
    from_assignment = normal(frame["assignment_number"]).str.replace(_SUFFIX, "", regex=True)
    return normal(frame["staff_number"]).fillna(from_assignment)


def _already(context: Context) -> list[Fault]:
    before = context.store.query("snapshots", context.scope, organisations=[context.organisation])
    same = before[before["as_at"] == _day(context)]
    return [
        Fault(
            "Staff list of this date is in the store already",
            context.name,
            found=f"import {number}, as at {context.as_at}",
            allowed="one staff list of an organisation and date",
            action=f"Check --as-at, or undo import {number} first.",
        )
        for number in same["import_run"]
    ]


def _day(context: Context) -> pd.Timestamp:
    return pd.Timestamp(str(context.as_at))


def _next_snapshot(context: Context) -> int:
    numbers = context.store.query("snapshots", Scope.local())["snapshot"]  # numbers are shared by all organisations
    return 1 if numbers.empty else int(numbers.max()) + 1


def _snapshot(context: Context) -> pd.DataFrame:
    row = (_next_snapshot(context), context.organisation, _day(context))
    return pd.DataFrame([row], columns=list(Snapshot.model_fields), index=[0])


# Who is staff in post


def _in_post(frame: pd.DataFrame, context: Context) -> tuple[pd.Series[str], pd.Series[str], pd.DataFrame]:
    """Say of each assignment why it does not count (blank where it does) and the kind of its contract; and the words that nobody knows."""
    by_status, strange_status = _read_words(frame["assignment_status"], _statuses(context))
    by_contract, strange_contract = _read_words(frame["contract"], _contracts(context))
    reason = by_status.mask(by_status == meanings.COUNTS).fillna(_reasons(by_contract))
    reason = reason.fillna(pd.Series("no contracted FTE", index=frame.index, dtype="str").where(frame["fte"] == 0))
    kinds = by_contract.where(by_contract.isin(esr.CONTRACTS)).fillna(_likely_contract(frame))
    unsaid = [
        unsaid_words(frame[strange_status & reason.isna()], meanings.STATUS, "assignment_status"),
        unsaid_words(frame[strange_contract & reason.isna()], meanings.CONTRACT, "contract"),
    ]
    return reason, kinds, pd.concat(unsaid, ignore_index=True)


def _statuses(context: Context) -> Callable[[str], str | None]:
    said = meanings.saved(context.store, context.scope, str(context.organisation), meanings.STATUS)
    return lambda word: (said[word] or f"left out on purpose: {word}") if (word := meanings.plain(word)) in said else esr.status_of(word)


def _contracts(context: Context) -> Callable[[str], str | None]:
    said = meanings.saved(context.store, context.scope, str(context.organisation), meanings.CONTRACT)

    def read(word: str) -> str | None:
        if (plain := meanings.plain(word)) in said:
            return said[plain] or f"left out on purpose: {plain}"
        kind, reason = esr.contract_of(plain)
        return kind or reason

    return read


def _read_words(words: pd.Series[str], read: Callable[[str], str | None]) -> tuple[pd.Series[str], pd.Series[bool]]:
    """Return what each word means, and which are there and mean nothing to us."""
    means = each(words, read)
    return means, words.notna() & means.isna()


def _reasons(by_contract: pd.Series[str]) -> pd.Series[str]:
    return by_contract.mask(by_contract.isin(esr.CONTRACTS))


def _likely_contract(frame: pd.DataFrame) -> pd.Series[str]:
    """Take a contract that is not named for permanent, unless it has an end."""
    return pd.Series("permanent", index=frame.index, dtype="str").mask(frame["end_date"].notna(), "fixed term")


def _left_out(reason: pd.Series[str], fte: pd.Series[float]) -> pd.DataFrame:
    rows = pd.DataFrame({"reason": reason, "fte": fte}).dropna(subset="reason")
    return (
        rows.groupby("reason", as_index=False)
        .agg(rows=("reason", "size"), fte=("fte", "sum"))
        .sort_values("rows", ascending=False, ignore_index=True)
    )


# What each row says


def _age_bands(frame: pd.DataFrame, context: Context) -> tuple[pd.Series[str], list[str]]:
    """Find age bands from what the list has: bands, ages, or dates of birth, which are used here and not kept."""
    day = _day(context)
    ages = frame["age"].astype("float64").fillna(esr.ages_at(frame["birth_date"], day))
    bands = each(frame["age_band"], esr.age_band_of)
    read = bands.mask(bands == esr.UNKNOWN_AGE).fillna(each(ages, esr.age_band)).fillna(esr.UNKNOWN_AGE)
    notes = []
    if frame["birth_date"].notna().any():
        notes.append(f"Dates of birth were used to find age bands as at {context.as_at} and are not kept.")
    missing = int((read == esr.UNKNOWN_AGE).sum())
    if missing:
        notes.append(f"{missing} of {len(frame)} assignments have no age that can be read; their age band is '{esr.UNKNOWN_AGE}'.")
    return read, notes


def _not_born(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """Find dates of birth that nobody at work can have; the fault does not repeat them."""
    ages = esr.ages_at(frame["birth_date"], _day(context))
    wrong = frame.index[(ages < esr.YOUNGEST) | (ages > esr.OLDEST)]
    allowed = f"a date that makes the person {esr.YOUNGEST} to {esr.OLDEST} years old on {context.as_at}"
    return [
        Fault("Date of birth not possible", context.name, int(row), "birth_date", "another date", allowed, "Correct it, or leave it blank.")
        for row in wrong
    ]


def _bands(frame: pd.DataFrame) -> tuple[pd.Series[str], list[str]]:
    read = each(frame["pay_scale"], esr.band_of)
    other = frame["pay_scale"][frame["pay_scale"].notna() & read.isna()].value_counts()
    if other.empty:
        return read, []
    shown = ", ".join(f"'{words}' ({count})" for words, count in other.head(_SHOWN).items())
    more = f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
    return read, [
        f"The band is blank on {int(other.sum())} of {len(frame)} assignments, whose pay scale is no Agenda for Change band: {shown}{more}."
    ]


def _places(person: pd.Series[str], assignment_number: pd.Series[str]) -> pd.Series[int]:
    """Number the assignments of each person: in the order of their own numbers, else in the order of the list."""
    numbers = normal(assignment_number)
    order = pd.DataFrame({"person": person, "length": numbers.str.len(), "number": numbers}).sort_values(
        ["length", "number"], kind="stable"
    )
    return order.groupby("person", dropna=False).cumcount().reindex(person.index) + 1


def _one_of_person(rows: pd.DataFrame) -> pd.Series[str]:
    """Give all assignments of a person the age band that one of them has."""
    known = rows["age_band"].mask(rows["age_band"] == esr.UNKNOWN_AGE)
    return known.groupby(rows["person"], dropna=False).transform("first").fillna(esr.UNKNOWN_AGE)


def _people(rows: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[str]]:
    """Return the people who are new to the store, and say how many there are in all."""
    before = context.store.query("persons", context.scope, organisations=[context.organisation])["person"]
    people = rows[["person", "organisation"]].drop_duplicates("person").dropna(subset="person")
    new = people[~people["person"].isin(before)]
    notes = [
        f"Staff as at {context.as_at}: people {len(people)} ({len(new)} new to the store), assignments {len(rows)}, FTE {rows['fte'].sum():,.2f}."
    ]
    if len(before) and len(new) == len(people):
        notes.append(
            "Nobody on an earlier staff list is on this one. Check the staff numbers, and that the key beside the store is the right one."
        )
    return new, notes


# What is wrong


def _without_number(frame: pd.DataFrame, context: Context) -> list[Fault]:
    action = "Fill it in, or leave the row out."
    rows = frame.index[frame["number"].isna()].tolist()
    return [Fault("Blank", context.name, row, "staff_number", "nothing", "a staff number", action) for row in rows]


def _strange_titles(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """Find job titles that may be the number of somebody, which a shifted row puts there."""
    titles = frame["job_title"]
    strange = titles.map({title: values.telling(title) for title in titles.dropna().unique()}).fillna(value=False).astype(bool)
    allowed, action = "a job title", "Check whether the cells of the row stand under the right headings."
    return [Fault("Not a job title", context.name, row, "job_title", values.HIDDEN, allowed, action) for row in titles.index[strange].tolist()]


def _zeros(numbers: pd.Series[str]) -> list[str]:
    """Say which people are told apart by leading zeros alone: spreadsheets drop them."""
    different = pd.Series(numbers.dropna().unique(), dtype="str")
    alike = int(different.str.lstrip("0").duplicated(keep=False).sum())
    return [f"{alike} staff numbers differ from another only in leading zeros. They count as different people: check them."] if alike else []


def _twice(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """Find the same assignment given twice: by its own number, else by everything that the list says of it."""
    frame = frame[frame["number"].notna()].assign(assignment=lambda rows: normal(rows["assignment_number"]))
    own = frame["assignment"].notna()
    said = [item.name for item in FIELDS if item.name not in {"staff_number", "assignment_number"}]
    faults: list[Fault] = []
    for rows, columns in ((frame[own], ["number", "assignment"]), (frame[~own], ["number", *said])):
        first = _first_rows(rows, columns)
        faults += [
            Fault(
                "Row given twice",
                context.name,
                int(row),
                "assignment_number" if columns[-1] == "assignment" else "staff_number",
                f"the same assignment as in row {before}",
                "each assignment once",
                "Remove one of the rows.",
            )
            for row, before in first.items()
        ]
    return faults


def _first_rows(rows: pd.DataFrame, columns: Iterable[str]) -> Mapping[Any, Any]:
    """Return, for each row that repeats an earlier one, the row that it repeats."""
    names = list(columns)
    first = rows.assign(row=rows.index).groupby(names, dropna=False)["row"].transform("first")
    return dict(first[first != rows.index])


def _example() -> pd.DataFrame:
    """Return rows for the template: somebody with one assignment, somebody with two, somebody on the bank."""
    # fmt: off
    columns = ["staff_number", "assignment_number", "job_title", "occupation_code", "staff_group", "pay_scale", "fte", "team",
               "assignment_status", "contract", "start_date", "end_date", "age_band"]
    rows = [
        ("10000001", "10000001", "Senior Data Analyst", "G2B", _CLERICAL, "Band 7", 1.0, "Business intelligence",
         "Active Assignment", "Permanent", "2021-04-06", None, "31-35"),
        ("10000002", "10000002", "Service Desk Analyst", "G2B", _CLERICAL, "Band 4", 0.6, "Service desk",
         "Active Assignment", "Permanent", "2019-09-02", None, "46-50"),
        ("10000002", "10000002-2", "IT Trainer", "G2B", _CLERICAL, "Band 5", 0.4, "Digital skills",
         "Active Assignment", "Fixed Term Temp", "2025-10-01", "2027-03-31", "46-50"),
        ("10000003", "10000003", "Infrastructure Engineer", "G2B", _CLERICAL, "Band 6", 0.0, "Infrastructure",
         "Active Assignment", "Bank", "2024-01-15", None, "26-30"),
    ]
    # fmt: on
    return pd.DataFrame(rows, columns=columns)


_SHOWN = 8
_CLERICAL = "Administrative and Clerical"
KIND = Kind(
    "staff",
    "Staff list",
    "Who works in the organisation on a day: one row an assignment, as the personnel system gives it.",
    FIELDS,
    build,
    dated=True,
    example=_example,
)
KINDS = (KIND,)
