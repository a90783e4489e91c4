"""The signed-off return of another organisation: one table of counts, taken in as its writer made it or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from skills_model import schema
from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.returning import form
from skills_model.rows import nearest
from skills_model.sources import reading, values
from skills_model.sources.kinds import Built, Content, Context, Field, Kind, fields_of

_OTHERS = "nothing: a return holds no names, numbers or teams, and nothing else about single people"
_AS_WRITTEN = "Ask the organisation for the file as `skillsplan return` wrote it."
_CLOSE = 1e-5
"""FTE that rounding may leave between a sum and its parts."""


def parse(content: bytes, name: str) -> Content:
    """Read a return; raises DataError where it has columns that a return does not have, repeating none that may be somebody's."""
    read = reading.read(content, name)
    plain = {str(heading): str(heading).strip().lower() for heading in read.frame.columns}
    allowed = {*form.COLUMNS, form.MARK}
    strange = [heading for heading, word in plain.items() if word not in allowed]
    if strange:
        told = (("", values.HIDDEN) if values.is_value(heading) else (heading, "a column of something else") for heading in strange)
        action = "Remove the column, and ask the organisation for the file as `skillsplan return` wrote it."
        raise DataError([Fault("Column that a return does not have", name, 1, column, found, _OTHERS, action) for column, found in told])
    frame = read.frame.rename(columns=plain).drop(columns=form.MARK, errors="ignore")
    return replace(read, frame=frame.loc[:, ~frame.columns.duplicated()])


def build(frame: pd.DataFrame, context: Context) -> Built:
    """Make the rows of a return, once it is signed off, whole, adds up, and is of an organisation without a staff list here."""
    faults = [*_one_return(frame, context), *_one_of(frame, context)]
    if faults:
        return Built({}, faults)
    rows = {part: frame[frame["part"] == part] for part in form.PARTS}
    first = rows[form.RETURN]
    faults = [*_not_signed_off(first, context), *_counts_already(first.iloc[0], context)]
    incomplete = _cells(frame, context)
    faults += [*incomplete, *_unknown(frame, context), *_totals(frame, context)]
    faults += [] if incomplete else _against_one_another(rows, context)
    if faults:
        return Built({}, faults)
    return Built(_frames(rows, context), notes=[*_said(first.iloc[0]), *_without_active(rows[form.STAFF], context)])


# What a return is


def _one_return(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """A file has one row that says whose return it is."""
    found = frame.index[frame["part"] == form.RETURN].tolist()
    if len(found) == 1:
        return []
    told = "no such row" if not found else f"{len(found)} of them, in rows {', '.join(map(str, found[:5]))}"
    return [Fault("Not one return", context.name, None, "part", told, f"one row whose part is '{form.RETURN}'", _AS_WRITTEN)]


def _one_of(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """Every row is about the same organisation and day, and one that the user may see."""
    faults = []
    for column in ("organisation", "as_at"):
        said = frame[column].dropna()
        if said.empty:
            continue  # every blank cell is a fault already
        usual = said.mode().iloc[0]
        faults += [
            Fault("Row of another return", context.name, int(str(row)), column, _word(value), _word(usual), _AS_WRITTEN)
            for row, value in said[said != usual].items()
        ]
    codes = frame["organisation"].dropna().unique().tolist()
    named = context.organisation
    if named is not None and codes and codes != [named]:
        action = "Name the right organisation, or leave the option out."
        faults.append(Fault("Return of another organisation", context.name, column="organisation", found=", ".join(codes), allowed=named, action=action))
    faults += [
        Fault("Organisation beyond your access", context.name, column="organisation", found=code, action="Ask whoever runs the store.")
        for code in codes
        if not context.scope.sees(code)
    ]
    days = frame["as_at"].dropna()
    if len(days) and days.max() > pd.Timestamp(context.today):
        faults.append(Fault("Date in the future", context.name, column="as_at", found=_word(days.max()), allowed=f"up to {context.today}"))
    return faults


def _cells(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """Each row says what its part says, and nothing else."""
    faults = []
    for part, columns in [*form.PARTS.items(), (form.TOTAL, ("of_part", "rows"))]:
        own = frame[frame["part"] == part]
        blank = form.MAY_BE_BLANK.get(part, frozenset())
        for column in columns:
            if column not in blank:
                faults += [
                    Fault("Blank", context.name, int(str(row)), column, "nothing", f"a value in every row of the part '{part}'", _AS_WRITTEN)
                    for row in own.index[own[column].isna()]
                ]
        amounts = {name for added in form.ADDED.values() for name in added} if part == form.TOTAL else set()
        for column in form.COLUMNS:
            if column not in {*form.SHARED, *columns, *amounts}:
                faults += [
                    Fault("Not part of such a row", context.name, int(str(row)), column, values.HIDDEN, f"a blank in rows of '{part}'", _AS_WRITTEN)
                    for row in own.index[own[column].notna()]
                ]
    return faults


def _not_signed_off(first: pd.DataFrame, context: Context) -> list[Fault]:
    row, said = int(str(first.index[0])), first.iloc[0]
    if said["status"] == form.DRAFT or pd.isna(said["signed_off_by"]) or pd.isna(said["signed_off_on"]):
        code = said["organisation"]
        action = f"Ask {code} to sign it off: skillsplan return --organisation {code} --signed-off-by ROLE."
        return [Fault("Draft", context.name, row, "status", "a return that nobody has signed off", f"'{form.SIGNED_OFF}', by whom and when", action)]
    faults = []
    for column, numbers in (("signed_off_by", False), ("agreement", True)):
        told = "" if pd.isna(said[column]) else form.personal(str(said[column]), numbers=numbers)
        if told:
            faults.append(Fault("May tell who somebody is", context.name, row, column, told, "words without names or numbers", _AS_WRITTEN))
    if said["signed_off_on"] > pd.Timestamp(context.today):
        faults.append(Fault("Date in the future", context.name, row, "signed_off_on", _word(said["signed_off_on"]), f"up to {context.today}"))
    return faults


def _counts_already(first: pd.Series, context: Context) -> list[Fault]:
    """Find what is in the store about the organisation and would be beside the return, or is it."""
    code, store = str(first["organisation"]), context.store
    lists = store.query("snapshots", Scope.local(), organisations=[code])
    if len(lists):
        found = f"a staff list of {code} as at {_word(lists['as_at'].max())}, import {lists['import_run'].iloc[-1]}, which counts"
        action = f"Nothing needs to be done; to count {code} by its return, undo the import of its staff lists first."
        return [Fault("Staff list in the store", context.name, found=found, allowed="returns of organisations without one", action=action)]
    faults = []
    for name, what in (("returns", "Return"), ("establishment_dates", "Establishment")):
        there = store.query(name, Scope.local(), organisations=[code])
        same = there.loc[there["as_at"] == first["as_at"], "import_run"]
        if len(same):
            number = int(same.iloc[0])
            faults.append(
                Fault(
                    f"{what} of this date is in the store already", context.name, found=f"import {number}, as at {_word(first['as_at'])}",
                    allowed="one of an organisation and date", action=f"To take this one in its place, undo import {number} first.",
                )
            )  # fmt: skip
    return faults


def _unknown(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """Find role levels and skills of no framework in the store; those of one that is not active count by the crosswalk."""
    faults = []
    for column, query in (("role_level", "known_role_levels"), ("to_role_level", "known_role_levels"), ("skill", "known_skills")):
        what = query.removeprefix("known_").removesuffix("s")
        known = context.store.query(query, context.scope)[what].unique().tolist()
        wrong = frame.loc[frame[column].notna() & ~frame[column].isin(known), column]
        near = {word: nearest(word, known) for word in wrong.unique()}
        label = what.replace("_", " ")
        faults += [
            Fault(
                f"Unknown {label}", context.name, int(str(row)), column, values.quoted(word),
                f"the {label}s of the frameworks in the store" + near[word], f"Import the framework that has the {label}, with its crosswalk.",
            )
            for row, word in wrong.items()
        ]  # fmt: skip
    return faults


# What must add up


def _totals(frame: pd.DataFrame, context: Context) -> list[Fault]:
    """Hold the totals that the file gives against its rows."""
    given = frame[frame["part"] == form.TOTAL]
    counted = form.totals(frame).set_index("of_part")
    faults = [
        Fault("Total missing", context.name, None, "of_part", "none", f"one row of totals of the part '{part}'", _AS_WRITTEN)
        for part in counted.index
        if (given["of_part"] == part).sum() != 1
    ]
    for row, said in given.iterrows():
        part = said["of_part"]
        for column in ("rows", *form.ADDED.get(part, ())):
            total, rows = said[column], float(counted.loc[part, column])
            if pd.isna(total) or abs(float(total) - rows) > _CLOSE:
                found = "nothing" if pd.isna(total) else f"{float(total):g}"
                action = "Rows are missing or were changed. " + _AS_WRITTEN
                faults.append(Fault("Total that is not that of the rows", context.name, int(str(row)), column, found, f"{rows:g}, of '{part}'", action))
    return faults


def _against_one_another(rows: dict[str, pd.DataFrame], context: Context) -> list[Fault]:
    """Hold the parts against one another: the same staff in all of them, nobody held higher than possible."""
    first, staff, roles, skills = (rows[part] for part in (form.RETURN, form.STAFF, form.ROLES, form.SKILLS))
    whole, row = first.iloc[0], int(str(first.index[0]))
    cells, sets = staff.groupby("role_level")["fte"].sum(), roles.groupby("role_level")["fte"].sum()
    levels = cells.index.union(sets.index)
    apart = (cells.reindex(levels, fill_value=0.0) - sets.reindex(levels, fill_value=0.0)).abs()
    told = [
        (row, "fte", whole["fte"], float(staff["fte"].sum()) + whole["outside_fte"], "that of its staff, those outside role levels included"),
        *((None, "fte", float(cells.get(level, 0.0)), float(sets.get(level, 0.0)), f"the same in '{form.STAFF}' and '{form.ROLES}' of {level}")
          for level in apart.index[apart > _CLOSE]),
    ]  # fmt: skip
    faults = [
        Fault("Parts that do not agree", context.name, place, column, f"{float(one):g} and {float(other):g}", allowed, _AS_WRITTEN)
        for place, column, one, other, allowed in told
        if abs(float(one) - float(other)) > _CLOSE
    ]
    faults += _people(first, staff, roles, context)
    in_level = skills["role_level"].map(sets).fillna(0.0)
    orders = (
        ("assessed_fte", in_level), ("assessed_held", skills["assessed_fte"]), ("held_low", skills["assessed_held"]),
        ("held", skills["held_high"]), ("held_high", in_level), ("unknown_fte", in_level), ("assessed_held", skills["held"]),
    )  # fmt: skip
    for column, most in orders:
        wrong = skills.index[skills[column] > most + _CLOSE]
        faults += [
            Fault("More than possible", context.name, int(str(at)), column, f"{skills.loc[at, column]:g}", f"at most {most[at]:g}", _AS_WRITTEN)
            for at in wrong
        ]
    return faults


def _people(first: pd.DataFrame, staff: pd.DataFrame, roles: pd.DataFrame, context: Context) -> list[Fault]:
    """Hold the numbers of people against those of the cells; somebody with two posts is in two of them."""
    whole, row = first.iloc[0], int(str(first.index[0]))
    unmapped = staff.loc[staff["role_level"].isna(), "headcount"]
    everybody = None if whole["outside_fte"] > 0 else int(staff["headcount"].sum())
    bounds: list[tuple[str, int, int | None]] = [
        ("headcount", int(roles.drop_duplicates("role_set")["headcount"].sum()), everybody),
        ("unmapped_headcount", int(unmapped.max()) if len(unmapped) else 0, int(unmapped.sum())),
    ]
    return [
        Fault("Parts that do not agree", context.name, row, column, f"{whole[column]}", _between(least, most), _AS_WRITTEN)
        for column, least, most in bounds
        if whole[column] < least or (most is not None and whole[column] > most)
    ]


def _between(least: int, most: int | None) -> str:
    return f"{least} or more, as its parts have it" if most is None else f"{least} to {most}, as its parts have it"


# The rows of the store


def _frames(rows: dict[str, pd.DataFrame], context: Context) -> dict[str, pd.DataFrame]:
    frames = {}
    first = rows[form.RETURN]
    code = first["organisation"].iloc[0]
    if code not in set(context.store.query("organisation_names", Scope.local())["organisation"]):
        frames[schema.Organisation.TABLE] = first[list(schema.Organisation.model_fields)]
    frames[schema.OrganisationReturn.TABLE] = first.assign(agreement=first["agreement"].fillna(""))[list(schema.OrganisationReturn.model_fields)]
    for part, model in form.TABLES.items():
        blank = {name: rows[part][name].fillna("") for name in form.MAY_BE_BLANK.get(part, ())}
        frames[model.TABLE] = rows[part].assign(**blank).reindex(columns=list(model.model_fields))
    return {table: frame for table, frame in frames.items() if len(frame)}


def _said(first: pd.Series) -> list[str]:
    under = f", under '{first['agreement']}'" if not pd.isna(first["agreement"]) else ""
    size = f"{first['headcount']:,} people, {first['fte']:,.2f} FTE"
    signed = f"signed off by {first['signed_off_by']} on {_word(first['signed_off_on'])}{under}"
    return [f"{first['organisation']}, {first['name']}, as at {_word(first['as_at'])}: {size}; {signed}."]


def _without_active(staff: pd.DataFrame, context: Context) -> Sequence[str]:
    """Name role levels that count for none of an active framework: their staff count as not mapped."""
    counting = set(context.store.query("active_role_level", context.scope)["found"])
    lost = staff[staff["role_level"].notna() & ~staff["role_level"].isin(counting)]
    if lost.empty:
        return []
    names = ", ".join(sorted(lost["role_level"].unique()))
    return [f"{lost['fte'].sum():,.2f} FTE count as not mapped: no active framework has their role levels ({names})."]


def _word(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else f"'{value}'"


# The kind


def _fields() -> tuple[Field, ...]:
    """Return a field for each column of the form, typed as the tables have it."""
    models: tuple[type[schema.Row], ...] = (schema.Organisation, schema.OrganisationReturn, *form.TABLES.values())
    known = {field.name: field for model in reversed(models) for field in fields_of(model)}
    parts = (*form.PARTS, form.TOTAL)
    own = {
        "part": Field("part", "what the row is about", choices=parts),
        "status": Field("status", "whether it is signed off", choices=(form.SIGNED_OFF, form.DRAFT)),
        "of_part": Field("of_part", "part that a total is of", choices=tuple(form.ADDED)),
        "rows": Field("rows", "rows of the part", "whole number", minimum=0, unit="rows"),
    }
    optional = {name: replace((known | own)[name], needed=False, filled=False, minimum=None, above=None) for name in form.COLUMNS}
    # A file about people repeats no word of theirs; who signs off is the one place where somebody might have put a name.
    optional["signed_off_by"] = replace(optional["signed_off_by"], personal=True)
    return tuple(replace(optional[name], needed=name in form.SHARED, filled=name in form.SHARED) for name in form.COLUMNS)


KIND = Kind(
    "return",
    "Signed-off return",
    "Counts that another organisation has signed off, as its own `skillsplan return` wrote them: staff, posts, skills and flows, no persons.",
    _fields(),
    build,
    parse=parse,
)
KINDS = (KIND,)
