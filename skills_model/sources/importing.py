"""Take a file in: read, understand its headings, check every value, make rows of the store, one transaction; or tell every fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.organisations import known, published
from skills_model.privacy import Scope
from skills_model.rows import FIRST, nearest
from skills_model.sources import headings, meanings, reading, registry, values
from skills_model.sources.headings import Match
from skills_model.sources.kinds import Built, Content, Context, Kind, in_words
from skills_model.store import Store

_FIRST = re.compile(r"first in row (\d+)")


_NOT_COMMAS = frozenset(";\t|")


@dataclass(frozen=True)
class Imported:
    """What became of a file; `number` is the import, None where there were faults or it was a dry run.

    `tables` is how many rows went into each table (would have gone, in a dry run); `left_out` and `unmapped` are as in Built.
    """

    kind: str
    content: Content
    matches: Sequence[Match]
    built: Built | None = None
    faults: tuple[Fault, ...] = ()
    number: int | None = None
    dry: bool = False
    tables: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Return how many rows the file has."""
        return len(self.content.frame)

    def to_mend(self) -> pd.DataFrame:
        """Return the rows of the file that are wrong, with what is wrong beside them, to be mended and sent again."""
        return reading.to_mend(self.content, self.faults)


def take_in(
    store: Store,
    scope: Scope,
    kind: str,
    content: bytes,
    name: str,
    *,
    organisation: str | None = None,
    as_at: dt.date | None = None,
    chosen: Mapping[str, str | None] | None = None,
    mended: bytes | None = None,
    dry: bool = False,
    assumptions: Assumptions | None = None,
) -> Imported:
    """Take a file into the store, all or nothing; every fault of its rows comes back in the answer, and then nothing was written.

    `chosen` says which heading means which field (None: not used) against what is guessed or remembered; what was understood is
    remembered for the organisation. `mended` are rows that take the place of wrong ones, as `to_mend` gave them. Raises DataError where
    the file cannot be read at all, where the options are wrong, or where the same file was taken in before.
    """
    wanted, today = find(kind), dt.datetime.now(dt.UTC).date()
    _check_options(store, scope, wanted, organisation, as_at, today)
    read = wanted.parse(content, name) if wanted.parse else reading.read(content, name)
    if mended is not None:
        read = reading.mend(read, mended)
    saved = remembered(store, scope, wanted, organisation)
    if wanted.parse is None and headings.absent(read, wanted, saved, chosen or {}):
        return Imported(kind, read, (), faults=(_no_headings(read),), dry=dry)
    matches = [
        match for match in headings.match(read, wanted, saved, chosen or {}) if match.field is not None or wanted.parse is None
    ]  # who reads a file without headings has named what counts
    answer = Imported(kind, read, matches, dry=dry)
    missing = _missing(wanted, read, matches)
    if missing:
        return replace(answer, faults=tuple(missing))
    assumptions = assumptions or Assumptions.of(store, scope)
    context = Context(store, scope, organisation, as_at, read.name, assumptions, today, _headings(matches))
    named, noted = _with_points(wanted, read, _named(wanted, read, matches), _headings(matches))
    typed, wrong = values.convert(named, wanted.fields, read.name, _headings(matches))
    built, faults = _discreet(wanted, wanted.build(typed, context), wrong, typed)
    built = replace(built, notes=[*noted, *built.notes])
    remember = _headings_frame(wanted, organisation, matches, saved)
    number, written = _write(store, wanted, read, built, remember, organisation, dry=dry or bool(faults))
    faults = _in_order(_under_headings([*faults, *_new(written, faults)], _headings(matches)))
    if faults:
        return replace(answer, built=built, faults=tuple(faults))
    tables = {table: len(frame) for table, frame in built.frames.items()}
    return replace(answer, built=built, number=None if dry else number, tables=tables)


def find(kind: str) -> Kind:
    """Return the kind of that name; raises DataError naming the nearest where there is none."""
    by_name = {item.name: item for item in registry.kinds()}
    if kind not in by_name:
        allowed = ", ".join(by_name) + nearest(kind, list(by_name))
        raise DataError([Fault("Unknown kind of file", "import", found=f"'{kind}'", allowed=allowed, action="Correct the kind.")])
    return by_name[kind]


def remembered(store: Store, scope: Scope, kind: Kind, organisation: str | None) -> dict[str, str | None]:
    """Return what earlier imports of the organisation's files of this kind understood: heading in lower case and field."""
    return meanings.saved(store, scope, organisation or "", f"{kind.name} heading")


def _check_options(store: Store, scope: Scope, kind: Kind, organisation: str | None, as_at: dt.date | None, today: dt.date) -> None:
    faults = []
    if organisation is not None:
        try:
            known(store, scope, [organisation])
        except DataError as error:
            faults += [] if len(published(organisation)) else list(error.faults)
    elif kind.about == "organisation" and not any(item.name == "organisation" for item in kind.fields):
        faults.append(
            Fault("Whose file is missing", "--organisation", allowed="the code of an organisation", action="Say whose file it is.")
        )
    if kind.dated and as_at is None and not any(item.name == "as_at" for item in kind.fields):
        action = "Say which day the file describes, such as 2026-03-31."
        faults.append(Fault("Date is missing", "--as-at", allowed="a date", action=action))
    if as_at is not None and as_at > today:
        faults.append(Fault("Date in the future", "--as-at", found=str(as_at), allowed=f"up to {today}", action="Correct the date."))
    if faults:
        raise DataError(faults)


def _no_headings(content: Content) -> Fault:
    return Fault(
        "No headings found",
        content.name,
        int(content.frame.index[0]) - 1,
        found="a first row that may be somebody's record and is not repeated here",
        allowed="a row of headings above the rows",
        action="Add the headings; `skillsplan template` shows those that are known. What others mean can be said with --mapping.",
    )


def _missing(kind: Kind, content: Content, matches: Sequence[Match]) -> list[Fault]:
    there = {match.field for match in matches}
    unused = ", ".join(f"'{match.heading}'" for match in matches if match.field is None)
    return [
        Fault(
            "Missing column",
            content.name,
            1,
            in_words(item.name),
            found=f"no heading that means it; not used yet: {unused or 'none'}",
            allowed=", ".join([in_words(item.name), *item.headings]),
            action="Rename a heading, or say with --mapping which one it is.",
        )
        for item in kind.fields
        if item.needed and item.name not in there
    ]


def _named(kind: Kind, content: Content, matches: Sequence[Match]) -> pd.DataFrame:
    """Put the columns under the names of the fields, blank where the file lacks one; others follow where the kind is wide."""
    heading_of = _headings(matches)
    blank = pd.Series(pd.NA, index=content.frame.index, dtype="str")
    columns = {item.name: content.frame[heading_of[item.name]] if item.name in heading_of else blank for item in kind.fields}
    if kind.wide:
        # A heading that the user left out, and one that means something that is never stored, is no skill.
        left_out = {match.heading for match in matches if match.field is not None or match.how in {"chosen", "saved", "personal"}}
        columns |= {str(name): content.frame[name] for name in content.frame.columns if name not in left_out}
    return pd.DataFrame(columns, index=content.frame.index)


def _with_points(kind: Kind, content: Content, named: pd.DataFrame, heading_of: Mapping[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """Write numbers with a decimal point where the file has commas, as it may where something else parts the cells; and say so."""
    numbers = [item.name for item in kind.fields if item.type in {"number", "whole number"} and item.name in heading_of]
    if content.delimiter not in _NOT_COMMAS or not any(values.has_decimal_commas(named[name]) for name in numbers):
        return named, []
    with_commas = [name for name in numbers if values.may_have_decimal_commas(named[name])]
    told = ", ".join(heading_of[name] for name in with_commas)
    return (
        named.assign(**{name: values.with_points(named[name]) for name in with_commas}),
        [f"Commas were read as decimal points (0,8 is 0.8), since commas do not part the cells of this file: {told}."],
    )


def _headings(matches: Sequence[Match]) -> dict[str, str]:
    return {match.field: match.heading for match in matches if match.field is not None}


def _headings_frame(kind: Kind, organisation: str | None, matches: Sequence[Match], saved: Mapping[str, str | None]) -> pd.DataFrame:
    """Return what was understood and is not obvious or remembered already, as rows of the table mapping."""
    told = [
        (organisation or "", f"{kind.name} heading", found, match.field)
        for match in matches
        if match.how in {"chosen", "looks like it", "from its values"}
        and ((found := match.heading.strip().lower()) not in saved or saved[found] != match.field)
    ]
    return pd.DataFrame(told, columns=["organisation", "subject", "found", "meaning"]).astype("str").drop_duplicates("found")


def _write(
    store: Store, kind: Kind, content: Content, built: Built, remember: pd.DataFrame, organisation: str | None, *, dry: bool
) -> tuple[int | None, list[Fault]]:
    frames = {table: frame for table, frame in built.frames.items() if len(frame)}
    if organisation is not None and organisation not in set(store.query("organisation_names", Scope.local())["organisation"]):
        frames.setdefault("organisation", published(organisation))
    if len(remember):
        frames["mapping"] = pd.concat([frames["mapping"], remember]) if "mapping" in frames else remember
    if not any(len(frame) for frame in built.frames.values()) and not dry:
        return None, [Fault("Nothing to take in", content.name, action="See what was left out, and why.")]
    try:
        number = store.write(
            kind.name, content.digest, content.name, frames, organisation=organisation or _whose(kind, built), replace=True, dry=dry
        )
    except DataError as error:
        if any(fault.problem == "Imported before" for fault in error.faults):
            raise
        return None, [_at_home(fault, content, built) for fault in error.faults]
    return number, []


def _whose(kind: Kind, built: Built) -> str | None:
    """Return the organisation that all of a file is about, as the file itself says; None where it is about several or everybody."""
    named = [frame["organisation"] for frame in built.frames.values() if "organisation" in frame] if kind.about == "organisation" else []
    codes = sorted({str(code) for column in named for code in column.dropna().unique()} - {""})
    return codes[0] if len(codes) == 1 else None


def _discreet(kind: Kind, built: Built, wrong: Sequence[Fault], typed: pd.DataFrame) -> tuple[Built, list[Fault]]:
    """Repeat no word of rows in which something stands that its column cannot mean: in a file about people it may be anything of theirs."""
    faults = [*wrong, *built.faults]
    slipped = {fault.row for fault in wrong if fault.found == values.HIDDEN}
    if not slipped or not any(item.personal for item in kind.fields):
        return built, faults
    faults = [replace(fault, found=values.HIDDEN) if fault.row in slipped and "'" in fault.found else fault for fault in faults]
    others: pd.DataFrame = typed[~typed.index.isin(slipped)].select_dtypes("str")
    said = {meanings.plain(str(word)) for name in others.columns for word in (name, *others[name].dropna().unique())}
    return replace(built, unmapped=built.unmapped[built.unmapped["found"].isin(said)], notes=[]), faults


def _at_home(fault: Fault, content: Content, built: Built) -> Fault:
    """Say a fault of a row of the store as one of the row of the file that it came from."""
    frame = built.frames.get(fault.table)
    row = None
    if frame is not None and fault.row is not None and fault.row - FIRST < len(frame):
        row = int(frame.index[fault.row - FIRST]) or None
    allowed = (
        _FIRST.sub(lambda found: f"first in row {frame.index[int(found[1]) - FIRST]}", fault.allowed)
        if frame is not None
        else fault.allowed
    )
    return replace(fault, table=content.name, row=row, allowed=allowed)


def _new(written: Sequence[Fault], told: Sequence[Fault]) -> list[Fault]:
    """Leave out what the store says of cells that are known to be wrong already."""
    known_cells = {(fault.row, fault.column) for fault in told}
    known_rows = {fault.row for fault in told if fault.row is not None}
    return [
        fault
        for fault in written
        if (fault.row, fault.column) not in known_cells and not (fault.problem == "Blank" and fault.row in known_rows)
    ]


def _under_headings(faults: Sequence[Fault], heading_of: Mapping[str, str]) -> list[Fault]:
    """Name columns as the file does; a field that it lacks in words."""
    own = set(heading_of.values())
    return [fault if fault.column in own else replace(fault, column=_in_headings(fault.column, heading_of)) for fault in faults]


def _in_headings(columns: str, heading_of: Mapping[str, str]) -> str:
    return ", ".join(heading_of.get(name, in_words(name)) for name in columns.split(", "))


def _in_order(faults: Sequence[Fault]) -> list[Fault]:
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.row is not None, fault.row or 0))
