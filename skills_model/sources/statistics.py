"""Public lists and counts: the organisations of the Organisation Data Service, and the staff of each organisation as published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from skills_model import reference
from skills_model.errors import Fault
from skills_model.organisations import OTHER
from skills_model.privacy import Scope
from skills_model.schema import Organisation, columns
from skills_model.sources import reading
from skills_model.sources.kinds import Built, Content, Context, Field, Kind, left_out, optional
from skills_model.sources.names import sensible_case

ODS_WIDTH = 27
ODS_COLUMNS = {
    1: "organisation",
    2: "name",
    3: "region_code",
    4: "icb_code",
    12: "close_date",
    24: "area_code",
}
"""What we know of the columns of `etr.csv`, which has no headings."""

ALL = "All staff groups"
DATE, CODE, MAIN, GROUP, PART, CARE = "as_at", "organisation", "main_staff_group", "staff_group", "staff_group_2", "care_setting"
KEYS = [CODE, DATE, MAIN, GROUP, PART, CARE]
HIDDEN = frozenset({"*", "-", "..", "z", "x", "c", "n/a"})
"""How publications write a number that they do not show."""


# The list of organisations


def parse_ods(content: bytes, name: str) -> Content:
    """Read a file without headings, of 27 columns."""
    return reading.read(content, name, headings=[ODS_COLUMNS.get(place, f"column {place}") for place in range(1, ODS_WIDTH + 1)])


def build_ods(frame: pd.DataFrame, context: Context) -> Built:
    """Add the English organisations that are open, and replace those of which something has changed.

    Open is what has not closed by the date that the file describes; where nobody gives one, what has no day of closing. What is in the
    store stays there, closed or not; a list from before what is in the store is refused.
    """
    closed = frame["close_date"].notna() if context.as_at is None else frame["close_date"] <= pd.Timestamp(context.as_at)
    abroad = frame["area_code"].eq("W") | frame["region_code"].fillna("").str.startswith("W")
    rows = frame[~closed & ~abroad]
    stored = context.store.query("organisation_names", Scope.local()).set_index("organisation", drop=False)
    listed, notes = _organisations(rows, stored)
    same = _unchanged(listed, stored)
    invented = stored["organisation"][stored["demonstration"].astype(bool)]
    faults = [
        Fault(
            "Invented organisation of that code",
            context.name,
            int(str(row)),
            "organisation",
            f"'{code}'",
            action="Use a store of your own.",
        )
        for row, code in rows["organisation"].items()
        if code in set(invented)
    ]
    faults += _older(rows, stored, context.name)
    notes += _gone(frame, closed, stored[~stored["demonstration"].astype(bool)])
    reasons = {
        "closed": closed & ~abroad,
        "in Wales, and so under no region or board of NHS England": abroad,
        "in the store already, unchanged": same,
    }
    return Built({"organisation": listed[~same]}, faults, _counted(reasons), notes=[*_changes(listed[~same], stored), *notes])


def _organisations(rows: pd.DataFrame, stored: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give the rows of the list names, types, regions and boards; say what nobody knows."""
    trusts = reference.table("trusts").set_index("organisation")
    regions = reference.table("regions").set_index("region")["name"]
    icbs = reference.table("icbs").set_index("icb")["name"].dropna()
    boards = stored.dropna(subset=["icb_code", "icb_name"]).drop_duplicates("icb_code").set_index("icb_code")["icb_name"]
    code = rows["organisation"]
    published = code.map(trusts["name"]).where(lambda names: names.str.upper() == rows["name"].str.upper())
    listed = pd.DataFrame(
        {
            "organisation": code,
            "name": published.fillna(rows["name"].map(sensible_case, na_action="ignore")),
            "organisation_type": code.map(trusts["organisation_type"]).fillna(code.map(stored["organisation_type"]).astype("str")),
            "region_code": rows["region_code"],
            "region_name": rows["region_code"].map(regions),
            "icb_code": rows["icb_code"],
            "icb_name": rows["icb_code"].map(icbs).fillna(rows["icb_code"].map(boards).astype("str")),
            "demonstration": False,
        }
    )
    nameless = listed.loc[listed["icb_name"].isna(), "icb_code"].dropna()
    placeless = listed.loc[listed["region_name"].isna(), "organisation"]
    typeless = listed.loc[listed["organisation_type"].isna(), "organisation"]
    notes = [
        _listed(nameless, "Boards (ICB) that have no name in our table yet, so that it stays blank"),
        _listed(placeless, "Organisations in no region that our table knows, so that its name stays blank"),
        _listed(typeless, f"Organisations whose type nobody says, since the list has none, and which count as '{OTHER}'"),
    ]
    return listed.fillna({"organisation_type": OTHER}), [note for note in notes if note]


def _older(rows: pd.DataFrame, stored: pd.DataFrame, name: str) -> list[Fault]:
    """Refuse a list that has organisations under boards that ended before those began that the store has them under."""
    days = reference.table("icbs").drop_duplicates("icb", keep="last").set_index("icb")[["valid_from", "valid_to"]]
    boards = pd.DataFrame(
        {"listed": rows["icb_code"].array, "stored": rows["organisation"].map(stored["icb_code"]).array}, rows["organisation"]
    )
    ended, began = pd.to_datetime(boards["listed"].map(days["valid_to"])), pd.to_datetime(boards["stored"].map(days["valid_from"]))
    older = boards.assign(ended=ended, began=began)[ended < began]
    if older.empty:
        return []
    code, first = older.index[0], older.iloc[0]
    found = (
        f"{len(older):,} organisations under boards (ICB) of before: {code} under '{first['listed']}', which ended on "
        f"{first['ended']:%d %B %Y}; in the store under '{first['stored']}', since {first['began']:%d %B %Y}"
    )
    action = (
        "Import the newest list. To go back to this one on purpose, first undo what brought the newer organisations (`skillsplan imports`)."
    )
    return [Fault("Older than what is in the store", name, found=found, allowed="a list at least as new as the last one", action=action)]


def _gone(frame: pd.DataFrame, closed: pd.Series[bool], stored: pd.DataFrame) -> list[str]:
    """Say which organisations of the store have closed by the list, and which it does not know; they and their data stay."""
    gone = frame[closed & frame["organisation"].isin(stored.index)]
    names = gone["organisation"].map(stored["name"])
    told = (gone["organisation"] + " " + names + " on " + gone["close_date"].dt.strftime("%d %B %Y")).tolist()
    absent = stored["organisation"][~stored["organisation"].isin(frame["organisation"])]
    notes = [
        f"Closed, and in the store still with all their data: {', '.join(sorted(told))}." if told else "",
        _listed(absent, "In the store and not in this list, so unchanged"),
    ]
    return [note for note in notes if note]


def _unchanged(listed: pd.DataFrame, stored: pd.DataFrame) -> pd.Series[bool]:
    names = [column.name for column in columns(Organisation)]
    before = stored.reindex(listed["organisation"])[names].set_axis(listed.index)
    return ((before == listed[names]) | (before.isna() & listed[names].isna())).all(axis="columns") & before["organisation"].notna()


def _changes(listed: pd.DataFrame, stored: pd.DataFrame) -> list[str]:
    """Say which organisations are new, and what is different of the others."""
    known = listed[listed["organisation"].isin(stored.index)]
    told = []
    for row in known.to_dict("records"):
        before = stored.loc[row["organisation"]]
        parts = [f"{name} {_said(before[name])} becomes {_said(value)}" for name, value in row.items() if _differ(before[name], value)]
        told.append(f"{row['organisation']}: {', '.join(parts)}.")
    new = len(listed) - len(known)
    return ([f"New organisations: {new}."] if new else []) + told


def _said(value: object) -> str:
    return "nothing" if pd.isna(value) else f"'{value}'"  # type: ignore[call-overload]


def _differ(before: object, now: object) -> bool:
    return not (before == now or (pd.isna(before) and pd.isna(now)))  # type: ignore[call-overload]


def _listed(codes: pd.Series[str], what: str) -> str:
    found = sorted(codes.dropna().unique())
    return f"{what}: {', '.join(found)}." if found else ""


# Staff as published


def build_workforce(frame: pd.DataFrame, context: Context) -> Built:
    """Count the staff of each organisation by staff group, each once: parts where the file gives them, else the total above them.

    Files of the years before 2025 say full-time equivalents and headcounts in rows of their own, and divide them by care setting.
    """
    cells, faults = _read(frame, context)
    rows, unjoined = _joined(cells)
    known = context.store.query("organisation_names", context.scope)["organisation"]
    above = rows["level"].fillna("Organisation").str.lower().ne("organisation") | _is_total(rows[CODE])
    blank = ~above & rows["fte"].isna()
    foreign = ~above & ~blank & ~rows[CODE].isin(known)
    ours = rows[~(above | blank | foreign)]
    if ours.empty:
        action = "Import the list of organisations first (`ods`)."
        return Built(
            {}, [*faults, Fault("None of the organisations is in the store", context.name, found=f"{len(rows)} rows", action=action)]
        )
    faults += _twice(ours, context.name)
    counted, totals, notes = _count(ours)
    missing = sorted(rows.loc[foreign, CODE].unique())
    codes = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
    elsewhere = f"{len(missing)} organisations that are not in the store ({codes})"
    reasons = {
        "totals of England, a region or a system": above,
        "no full-time equivalents, or not shown by the publisher": blank,
        elsewhere: foreign,
        "totals, or parts, of what is counted once already": ours["row"].isin(totals),
        "neither full-time equivalents nor headcounts that belong to them": unjoined,
    }
    table = counted.assign(source=context.name).set_index("row")[[CODE, DATE, GROUP, "headcount", "fte", "source"]]
    return Built({"staff_count": table}, faults, _counted(reasons, {elsewhere: rows.loc[foreign, "fte"].sum()}), notes=notes)


def _read(frame: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Return a row a count, with its row of the file; numbers and dates that cannot be read are blank, and are faults."""
    days = {text: _day(text) for text in frame[DATE].dropna().unique()}
    on = pd.to_datetime(frame[DATE].map(days))
    rows = frame.assign(row=frame.index, **{DATE: on if context.as_at is None else on.fillna(pd.Timestamp(context.as_at))})
    faults = [
        Fault("Not a month", context.name, int(str(row)), DATE, f"'{text}'", "2025-04-30, 2025-04 or April 2025", "Correct it.")
        for row, text in frame.loc[on.isna(), DATE].dropna().items()
    ]
    for name in ("fte", "headcount", "total"):
        rows[name], wrong = _numbers(frame[name], name, context.name)
        faults += wrong
    return rows, faults


def _joined(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[bool]]:
    """Put headcounts beside the full-time equivalents where rows say one or the other; tell which rows belong to neither."""
    said = rows["data_type"].fillna("").str.lower()
    if said.eq("").all():
        return rows, said.ne("")
    keys = [*KEYS, "level"]
    whole, people = rows[said.str.startswith(("f", "w"))], rows[said.str.startswith(("h", "people"))]
    belongs = rows.index.isin(whole.index) | (rows.index.isin(people.index) & _keys(rows, keys).isin(_keys(whole, keys)))
    counts = people[[*keys, "total"]].rename(columns={"total": "headcount"})
    joined = whole.assign(fte=whole["total"]).drop(columns="headcount").merge(counts, on=keys, how="left")
    return joined, pd.Series(~belongs, index=rows.index)


def _day(text: str) -> pd.Timestamp | None:
    """Read a day, or a month as its last day, on which staff are counted."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        day = pd.to_datetime(text, format=form, errors="coerce")
        if not pd.isna(day):
            return day.normalize()
    for form in ("%Y-%m", "%B %Y", "%b %Y", "%b-%y", "%B-%y", "%Y%m"):
        month = pd.to_datetime(text, format=form, errors="coerce")
        if not pd.isna(month):
            return month + pd.offsets.MonthEnd(0)
    return None


def _numbers(texts: pd.Series[str], name: str, file: str) -> tuple[pd.Series[float], list[Fault]]:
    plain = texts.str.replace(",", "").mask(texts.str.lower().isin(HIDDEN))
    numbers = pd.to_numeric(plain, errors="coerce").astype("float64")
    wrong = (plain.notna() & numbers.isna()) | (numbers < 0)
    faults = [
        Fault("Not a number", file, int(str(row)), name, f"'{text}'", "a number of 0 or more, or *", "Correct it.")
        for row, text in texts[wrong].items()
    ]
    return numbers.mask(wrong), faults


def _is_total(names: pd.Series[str]) -> pd.Series[bool]:
    return names.isna() | names.fillna("").str.lower().str.match(r"(all|total)(\s|$)|$")


def _twice(rows: pd.DataFrame, name: str) -> list[Fault]:
    return [
        Fault("Count given twice", name, int(row), GROUP, f"'{group}'", "each organisation, month and staff group once", "Remove one row.")
        for row, group in rows.loc[rows.duplicated(KEYS), ["row", GROUP]].itertuples(index=False)
    ]


def _count(rows: pd.DataFrame) -> tuple[pd.DataFrame, set[int], list[str]]:
    """Return a row an organisation, day and staff group, the rows that are totals of those, and where totals and parts differ.

    Care settings and finer groups are folded into their staff group. A staff group stands for itself; a main group, or all staff, only
    where nothing below it is given.
    """
    told: list[str] = []
    folded: set[int] = set()
    for over in (CARE, PART):
        rows, differ, gone = _fold(rows, over)
        told += differ
        folded |= gone
    total, overall = _is_total(rows[GROUP]), _is_total(rows[GROUP]) & _is_total(rows[MAIN])
    parts, mains, wholes = rows[~total], rows[total & ~overall].assign(**{GROUP: lambda part: part[MAIN]}), rows[overall]
    told += _differences(mains, parts, [CODE, DATE, MAIN])
    lower = pd.concat([parts, _without(mains, parts, [CODE, DATE, MAIN])])
    told += _differences(wholes, lower, [CODE, DATE])
    kept = pd.concat([lower, _without(wholes, lower, [CODE, DATE]).assign(**{GROUP: ALL})])
    folded |= set(rows["row"]) - set(kept["row"])
    notes = [f"Totals and parts differ in {len(told)} places, such as {'; '.join(told[:3])}. The parts count."] if told else []
    return _added(kept, [CODE, DATE, GROUP]), folded, notes


def _fold(rows: pd.DataFrame, over: str) -> tuple[pd.DataFrame, list[str], set[int]]:
    """Take the total over a column where the file gives it, else the sum of the parts."""
    keys = [key for key in KEYS if key != over and key in rows]
    total = _is_total(rows[over])
    given, parts = rows[total].drop(columns=over), rows[~total]
    differ = _differences(given, parts, keys)
    added = _added(_without(parts, given, keys), keys)
    gone = set(parts["row"]) - set(_without(parts, given, keys)["row"])
    return pd.concat([given, added])[[*keys, "fte", "headcount", "row"]], differ, gone


def _added(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up rows; headcounts of more than one are not added, since a person may be in several."""
    groups = rows.groupby(keys, dropna=False, sort=False)
    added = groups.agg(fte=("fte", "sum"), headcount=("headcount", "first"), row=("row", "min"), rows=("row", "size")).reset_index()
    return added.assign(headcount=added["headcount"].where(added["rows"] == 1).round().astype("Int64")).drop(columns="rows")


def _without(rows: pd.DataFrame, others: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the rows whose keys are not among those of others."""
    return rows[~_keys(rows, keys).isin(_keys(others, keys))]


def _keys(rows: pd.DataFrame, keys: list[str]) -> pd.Index[Any]:
    return pd.MultiIndex.from_frame(rows[keys].astype("str").fillna(""))


def _differences(totals: pd.DataFrame, parts: pd.DataFrame, keys: list[str]) -> list[str]:
    """Say where parts do not add up to their total by more than rounding explains: half a unit of the last figure for each number."""
    if totals.empty or parts.empty:
        return []
    groups = parts.groupby(keys, dropna=False)["fte"].agg(["sum", "size"]).reset_index()
    both = totals.merge(groups, on=keys)
    unit = 1.0 if (parts["fte"] % 1 == 0).all() else 0.1
    wrong = both[(both["fte"] - both["sum"]).abs() > unit / 2 * (both["size"] + 1)]
    return [
        f"{getattr(row, CODE)} on {getattr(row, DATE):%d %B %Y}: {row.fte:,.1f} in all, {row.sum:,.1f} in parts"
        for row in wrong.itertuples(index=False)
    ]


def _counted(reasons: Mapping[str, pd.Series[bool]], fte: Mapping[str, float] | None = None) -> pd.DataFrame:
    return left_out({reason: int(which.sum()) for reason, which in reasons.items()}, fte)


ODS = Kind(
    "ods",
    "NHS organisations (ODS)",
    "The list of NHS trusts of the Organisation Data Service, `etr.csv`, as downloaded: no headings, 27 columns.",
    (
        Field("organisation", "ODS code", pattern="[A-Z0-9]{3,10}"),
        Field("name", "name, in capitals"),
        Field("region_code", "region of NHS England", needed=False, filled=False),
        Field("icb_code", "integrated care board", needed=False, filled=False),
        Field("close_date", "day it closed, as 20250331", type="date", needed=False, filled=False),
        Field("area_code", "W for Wales", needed=False, filled=False),
    ),
    build_ods,
    about="everybody",
    parse=parse_ods,
)


WORKFORCE = Kind(
    "workforce-statistics",
    "NHS workforce statistics by organisation",
    "The CSV of staff by staff group and organisation of the monthly publication, of any year.",
    (
        optional(DATE, "month, or day of the count", "DATA_MONTH", "Date", "month"),
        optional("level", "National, region, ICS area or Organisation", "DATA_LEVEL"),
        Field(CODE, "ODS code", filled=False, headings=("ORG_CODE", "Org Code")),
        optional(MAIN, "main staff group", "MAIN_STAFF_GROUP", "Main Staff Group"),
        Field(GROUP, "staff group", headings=("STAFF_GROUP_1", "Staff Group 1")),
        optional(PART, "finer staff group", "STAFF_GROUP_2", "Staff Group 2"),
        optional(CARE, "care setting", "Care Setting"),
        optional("fte", "full-time equivalents", "FTE", "Total FTE"),
        optional("headcount", "people", "HEADCOUNT"),
        optional("data_type", "FTE or headcount, where a row gives one of them", "Data Type"),
        optional("total", "number of the kind that data_type says", "Total"),
    ),
    build_workforce,
    about="everybody",
    dated=True,
)
KINDS = (ODS, WORKFORCE)
