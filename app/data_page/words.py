"""What the page says of files, imports, forms and the state of the data, and how all of it is written; pure functions without Streamlit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from app import findings, results
from app.intake import Upload
from app.pipeline import intake
from app.pipeline.audit import Issue
from skills_model.errors import Fault
from skills_model.sources.headings import Match
from skills_model.sources.importing import Imported
from skills_model.sources.kinds import Kind

UNMAPPED = {"subject": "Kind of word", "found": "Word", "headcount": "People", "fte": "FTE", "suggestion": "Suggestion", "sure": "How sure"}
NONE = "–"
SPACE = "\N{NO-BREAK SPACE}"
SHORT = {"Fte": "FTE", "fte": "FTE", "Sfia": "SFIA", "Esco": "ESCO", "Ods": "ODS", "Onet": "O*NET", "Gdad": "GDaD"}


def headline(result: Imported) -> str:
    """Say in one line what is known of a file.

    >>> from types import SimpleNamespace as Stub
    >>> headline(Stub(content=Stub(name="staff.csv"), rows=1200, faults=(1, 2), number=None))
    'staff.csv: 1,200 rows, 2 faults'
    """
    rows = findings.counted(result.rows, "row")
    if result.number is not None:
        return f"{result.content.name}: {rows}, imported"
    return f"{result.content.name}: {rows}, {findings.counted(len(result.faults), 'fault') if result.faults else 'ready to import'}"


def about(upload: Upload) -> str:
    """Say whose file it is and from when."""
    parts = [kind_name(upload.kind), upload.organisation or "", "" if upload.as_at is None else f"as at {day(upload.as_at)}"]
    parts.append("with mended rows" if upload.mended else "")
    return ", ".join(part for part in parts if part)


def day(value: object) -> str:
    """Write a date as people read it.

    >>> day("2026-03-31"), day(None)
    ('31 March 2026', '–')
    """
    if pd.isna(value):  # type: ignore[call-overload]
        return NONE
    read = pd.Timestamp(value)  # type: ignore[arg-type]
    return f"{read.day} {read:%B %Y}"


def short_day(value: object) -> str:
    r"""Write a date where there is little room, in a table or a tile, unbroken.

    >>> short_day("2026-09-30"), short_day(None)
    ('30\xa0Sep\xa02026', '–')
    """
    if pd.isna(value):  # type: ignore[call-overload]
        return NONE
    read = pd.Timestamp(value)  # type: ignore[arg-type]
    return f"{read.day}{SPACE}{read:%b}{SPACE}{read.year}"


def moment(value: object) -> str:
    r"""Write a moment of the store, in UTC, where there is little room.

    >>> moment("2026-09-30 09:05:10"), moment(None)
    ('30\xa0Sep\xa02026,\xa009:05', '–')
    """
    return NONE if pd.isna(value) else f"{short_day(value)},{SPACE}{pd.Timestamp(value):%H:%M}"  # type: ignore[call-overload,arg-type]


def sentence(name: str) -> str:
    """Write an id as words.

    >>> sentence("start_date"), sentence("fte")
    ('Start date', 'FTE')
    """
    return " ".join(SHORT.get(word, word) for word in name.replace("_", " ").replace("-", " ").capitalize().split(" "))


def kind_name(name: str) -> str:
    """Name a kind of file, or of what is written without one, as the page does where a file is sent.

    >>> kind_name("staff"), kind_name("mapping")
    ('Staff list', 'Mapping')
    """
    return next((kind.label for kind in intake.kinds() if kind.name == name), sentence(name))


def changed(upload: Upload, **changes: object) -> Upload:
    """Return an upload with changes."""
    return replace(upload, **changes)  # type: ignore[arg-type]


def written_faults(faults: Sequence[Fault], file: str) -> pd.DataFrame:
    """Write faults, those that many rows share once: where, column, problem, found, allowed, action.

    >>> written_faults([Fault("Blank", "a.csv", 4, "FTE", "nothing")], "a.csv")["where"].tolist()
    ['Row 4']
    """
    rows = [{name: NONE if value in {None, ""} else str(value) for name, value in fault.as_row().items()} for fault in faults]
    where = [f"Row {fault.row}" if fault.row else fault.table.removeprefix(file).strip(", ").capitalize() or NONE for fault in faults]
    return pd.DataFrame(rows).assign(where=where)


def written_matches(matches: Sequence[Match], kind: Kind) -> pd.DataFrame:
    """Write how headings were understood: heading, means, sure, how."""
    meanings = {field.name: sentence(field.name) for field in kind.fields}
    rows = [
        {
            "heading": match.heading,
            "means": meanings.get(match.field or "", "A skill, where it is one" if kind.wide and match.how == "not used" else "Not used"),
            "sure": findings.percent(match.confidence) if match.field else NONE,
            "how": match.how.capitalize(),
        }
        for match in matches
    ]
    return pd.DataFrame(rows, columns=["heading", "means", "sure", "how"])


def taken_twice(picked: Mapping[str, str], not_used: str) -> str:
    """Say which headings are taken for two fields; empty where none is.

    >>> taken_twice({"fte": "WTE", "age": "WTE", "team": "-"}, "-")
    "'WTE' can mean one thing only; it is chosen for FTE and Age."
    """
    twice = [heading for heading, count in Counter(picked.values()).items() if count > 1 and heading != not_used]
    return " ".join(
        f"'{heading}' can mean one thing only; it is chosen for "
        f"{' and '.join(sentence(field) for field, taken in picked.items() if taken == heading)}."
        for heading in twice
    )


def chosen(matches: Sequence[Match], picked: Mapping[str, str], not_used: str) -> dict[str, str | None]:
    """Return what a user says that headings mean, as far as it differs from what was understood; None is not used."""
    now = {match.heading: match.field for match in matches}
    wanted: dict[str, str | None] = dict.fromkeys(now)
    wanted |= {heading: field for field, heading in picked.items() if heading != not_used}
    return {heading: field for heading, field in wanted.items() if field != now[heading]}


def written_tables(result: Imported) -> pd.DataFrame:
    """Write how many rows go into each table: table, rows."""
    return pd.DataFrame([(sentence(table), f"{rows:,}") for table, rows in result.tables.items()], columns=["table", "rows"])


def written_left_out(left_out: pd.DataFrame) -> pd.DataFrame:
    """Write what is left out on purpose: reason, rows, fte."""
    return left_out.assign(rows=[f"{rows:,}" for rows in left_out["rows"]], fte=[amount(fte) for fte in left_out["fte"]])


def written_unmapped(unmapped: pd.DataFrame, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Write words without a meaning: subject, found, headcount, fte, suggestion, sure."""
    suggested = [NONE if pd.isna(id_) else (labels or {}).get(str(id_), str(id_)) for id_ in unmapped["suggestion"]]
    return unmapped.assign(
        subject=[str(subject).capitalize() for subject in unmapped["subject"]],
        headcount=[people(count) for count in unmapped["headcount"]],
        fte=[amount(fte) for fte in unmapped["fte"]],
        suggestion=suggested,
        sure=[
            NONE if pd.isna(sure) or said == NONE else findings.percent(sure)
            for sure, said in zip(unmapped["confidence"], suggested, strict=True)
        ],
    )


def history(imports: pd.DataFrame) -> str:
    """Say what was taken in.

    >>> history(pd.DataFrame({"undone_at": [None, "2026-03-31"], "imported_at": ["2026-04-02", "2026-04-01"]}))
    '1 import is in the store, the newest of 2 April 2026'
    """
    kept = imports[imports["undone_at"].isna()]
    if kept.empty:
        return "Nothing was imported yet"
    number = findings.counted(len(kept), "import")
    return f"{number} {'is' if len(kept) == 1 else 'are'} in the store, the newest of {day(kept['imported_at'].max())}"


def written_imports(imports: pd.DataFrame) -> pd.DataFrame:
    """Write what was taken in: number, kind, source, organisation, rows, when, undone."""
    return imports.assign(
        number=imports["import_run"].astype("str"),
        kind=[kind_name(str(kind)) for kind in imports["kind"]],
        organisation=imports["organisation"].fillna("All"),
        rows=[f"{rows:,}" for rows in imports["rows"]],
        when=[moment(when) for when in imports["imported_at"]],
        undone=[moment(when) for when in imports["undone_at"]],
    )


def named_import(row: Mapping[Hashable, object]) -> str:
    """Name an import in a list."""
    place = "" if pd.isna(row["organisation"]) else f" of {row['organisation']}"  # type: ignore[call-overload]
    return f"{row['import_run']}: {kind_name(str(row['kind']))}{place}, {row['source']}, {results.when(row['imported_at'])}"


def undone(number: int, gone: Mapping[str, int]) -> str:
    """Say what an undone import took with it.

    >>> undone(7, {"snapshot": 1, "assignment": 1200})
    'Import 7 is undone: 1,201 rows are gone.'
    """
    return f"Import {number} is undone: {findings.counted(sum(gone.values()), 'row')} {'is' if sum(gone.values()) == 1 else 'are'} gone."


def written_progress(progress: pd.DataFrame) -> pd.DataFrame:
    """Write who has answered: organisation, team, issued, asked, returned, missing, share, last."""
    return progress.assign(
        issued=[short_day(value) for value in progress["issued_on"]],
        last=[short_day(value) for value in progress["last_return"]],
        share=[findings.percent(value) for value in progress["share"]],
        **{name: [people(value) for value in progress[name]] for name in ("asked", "returned", "missing")},
    )


def progress_finding(progress: pd.DataFrame) -> str:
    """Say how many have answered; each sum is over what may be seen.

    >>> progress_finding(pd.DataFrame({"asked": [12, 8], "returned": [9, 8]}))
    '17 of 20 people asked have returned their self-assessment'
    """
    if progress.empty:
        return "No forms were written yet"
    if (progress[["asked", "returned"]] == findings.HIDDEN).any(axis=None):
        return "How many have returned their self-assessment, by team"
    asked, returned = (int(progress[name].sum()) for name in ("asked", "returned"))
    return f"{returned:,} of {asked:,} people asked have returned their self-assessment"


def issue(made: Issue) -> str:
    """Say what forms were made."""
    people = "1 person" if len(made.people) == 1 else f"{len(made.people):,} people"
    named = f"{made.named:,} of them by name" if made.named else "nobody by name"
    parts = [f"{findings.counted(len(made.forms), 'workbook')} for {findings.counted(made.teams, 'team')}, {people}, {named}."]
    if made.not_asked:
        left = "1 person is" if made.not_asked == 1 else f"{made.not_asked:,} people are"
        parts.append(f"{left} in no role level that needs skills, and {'is' if made.not_asked == 1 else 'are'} not asked.")
    return " ".join(parts)


def trust(places: pd.DataFrame) -> str:
    """Say how far the data can be trusted.

    >>> trust(pd.DataFrame({"needed": [100, 100], "assessed": [62, 30], "unmapped_fte": [3.5, 0.0]}))
    '46% of the skills that people need are assessed; 3.5 FTE of staff are in jobs whose meaning nobody has said'
    """
    share = findings.percent(_share(places, "assessed", "needed"))
    return f"{share} of the skills that people need are assessed; {_total(places, 'unmapped_fte')} FTE of staff are in jobs whose meaning nobody has said"


def trust_tiles(places: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return the four figures that say how far the data can be trusted: label, value, what to see it beside."""
    first, last = (short_day(date) for date in (places["as_at"].min(), places["as_at"].max()))
    lists = findings.counted(len(places), "staff list")
    pairs = f"{_total(places, 'assessed')} of {_total(places, 'needed')} pairs of person and skill"
    dates = places["last_assessed"].dropna()
    return [
        ("Staff as at", last, lists if first == last else f"{lists}, the oldest of {first}"),
        ("Staff unmapped, FTE", _total(places, "unmapped_fte"), f"of {_total(places, 'fte')} FTE"),
        ("Skills assessed", findings.percent(_share(places, "assessed", "needed")), pairs),
        ("Last assessed", short_day(dates.max()) if len(dates) else "Never", "the newest assessment that counts"),
    ]


def written_quality(places: pd.DataFrame) -> pd.DataFrame:
    """Write the data of each organisation: organisation, as_at, fte, unmapped, assessed, own, old, last."""
    return pd.DataFrame(
        {
            "organisation": [f"{name}, {code}" for name, code in zip(places["name"], places["organisation"], strict=True)],
            "as_at": [short_day(value) for value in places["as_at"]],
            "fte": [amount(value) for value in places["fte"]],
            "unmapped": [amount(value) for value in places["unmapped_fte"]],
            "assessed": [findings.percent(value) for value in places["assessed_share"]],
            "own": [findings.percent(value) for value in places["own_share"]],
            "old": [findings.percent(value) for value in places["old_share"]],
            "last": [short_day(value) for value in places["last_assessed"]],
        }
    )


def _share(places: pd.DataFrame, part: str, whole: str) -> object:
    if (places[[part, whole]] == findings.HIDDEN).any(axis=None):
        return findings.HIDDEN
    total = places[whole].sum()
    return places[part].sum() / total if total else None


def _total(places: pd.DataFrame, column: str) -> str:
    return findings.HIDDEN if (places[column] == findings.HIDDEN).any() else findings.amount(places[column].sum())


def people(value: object) -> str:
    """Write a count; one that is hidden stays so."""
    if value == findings.HIDDEN:
        return findings.HIDDEN
    return NONE if pd.isna(value) else f"{float(str(value)):,.0f}"  # type: ignore[call-overload]


def amount(value: object) -> str:
    return NONE if pd.isna(value) else findings.amount(value)  # type: ignore[call-overload]
