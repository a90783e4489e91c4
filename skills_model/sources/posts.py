"""Funded posts as the ledger has them: lines by job title or role level, added up by role level and held against the staff list."""

from __future__ import annotations

from typing import Any, get_args

import pandas as pd

from skills_model.errors import Fault
from skills_model.privacy import Scope
from skills_model.schema import Establishment
from skills_model.sources import esr, meanings
from skills_model.sources.kinds import Built, Context, Field, Kind, left_out
from skills_model.sources.said import each, role_levels_said, unsaid_titles
from skills_model.sources.staff import LONGEST_TITLE
from skills_model.store import Store

AMOUNTS = ("budgeted_fte", "contracted_fte", "bank_fte", "agency_fte")
UNMAPPED_STAFF = "Staff whose title or code is not mapped"
UNMAPPED_POSTS = "Posts whose title is not mapped"
_NOT_MAPPED = "job title without a role level yet"
_ON_PURPOSE = "job title outside the role levels on purpose"
_APPROVAL = get_args(get_args(Establishment.model_fields["approval_status"].annotation)[0])

_BELOW_ZERO = (
    "Correct the value. A line that takes posts off, as for expected vacancies, is no post: leave it out, "
    "and give its share as vacancy factor of the lines that it is taken off."
)

FIELDS = (
    Field("job_title", "job title of the posts; what it means is said once and remembered", needed=False, filled=False,
          longest=LONGEST_TITLE, headings=("position title", "post title", "post", "position", "role", "description")),
    Field("role_level", "id or name of the role level, where the ledger itself has it", needed=False, filled=False,
          headings=("framework role level", "ddat role level", "role level name")),
    Field("pay_scale", "band of the posts, such as Band 6 or 8a", needed=False, filled=False,
          headings=("band", "pay scale", "grade", "pay band", "afc band", "pay grade", "payscale")),
    Field("budgeted_fte", "funded posts", "number", headings=("budgeted wte", "establishment", "funded wte", "budget wte", "wte budget", "funded fte",
          "budget fte", "establishment wte", "establishment fte", "budgeted establishment"), minimum=0, unit="FTE", advice=_BELOW_ZERO),
    Field("contracted_fte", "staff contracted as the ledger has it", "number", needed=False, filled=False,
          headings=("contracted wte", "wte contracted", "actual wte", "in post wte", "substantive wte"), minimum=0, unit="FTE",
          advice=_BELOW_ZERO),
    Field("bank_fte", "bank staff in the posts", "number", needed=False, filled=False, headings=("bank wte", "bank", "wte bank"), minimum=0, unit="FTE"),
    Field("agency_fte", "agency staff in the posts", "number", needed=False, filled=False, headings=("agency wte", "agency", "wte agency"),
          minimum=0, unit="FTE"),
    Field("vacancy_factor", "share of the posts that the budget expects to be vacant, such as 0.05 or 5%", "number", needed=False, filled=False,
          headings=("vacancy rate", "vacancy allowance", "turnover factor"), minimum=0, maximum=1, unit="share"),
    Field("funding_end_date", "end of the funding, where it ends", "date", needed=False, filled=False,
          headings=("funding end", "funded until", "end of funding", "funding ends")),
    Field("approval_status", "whether the posts may be filled", needed=False, filled=False,
          headings=("approval", "post status", "recruitment status"), fitting=("status",), choices=_APPROVAL,
          meanings={"yes": "approved", "authorised": "approved", "pending": "awaiting approval", "awaiting": "awaiting approval", "on hold": "frozen",
                    "held": "frozen", "no": "frozen"}),
)  # fmt: skip


def build(frame: pd.DataFrame, context: Context) -> Built:
    """Add the lines of each role level up; lines whose job title means none are left out, with how many FTE, and listed."""
    faults = _already(context)
    if faults:
        return Built({}, faults)
    levels, faults = role_levels_said(frame["role_level"], context)
    faults += _nameless(frame, context)
    said = meanings.saved(context.store, context.scope, str(context.organisation), meanings.TITLE)
    titles = frame["job_title"].map(meanings.plain, na_action="ignore")
    lines = frame.assign(band=each(frame["pay_scale"], esr.band_of), role_level=levels.fillna(each(titles, said.get)))
    lines["fte"], lines["occupation_code"] = lines["budgeted_fte"], None
    nobody_said = frame["role_level"].isna() & titles.notna() & ~titles.isin(said)
    on_purpose = lines["role_level"].isna() & titles.isin(said)
    posts, notes = _added_up(lines[lines["role_level"].notna()], context)
    faults += _without_band(posts, context)
    unmapped = unsaid_titles(lines[nobody_said], context)
    reasons = {_NOT_MAPPED: lines[nobody_said], _ON_PURPOSE: lines[on_purpose]}
    fte = {reason: float(part["fte"].sum()) for reason, part in reasons.items()}
    if nobody_said.any():
        notes.append("Posts without a role level are not kept. Say what their titles mean, undo this import and take the file in again.")
    notes += _against_staff(posts, float(lines.loc[nobody_said, "fte"].sum()), context)
    frames = {Establishment.TABLE: posts[list(Establishment.model_fields)]}
    counts = {reason: len(part) for reason, part in reasons.items()}
    return Built(frames, faults, left_out(counts, fte), unmapped, notes)


def reconciliation(
    store: Store, scope: Scope, organisation: str, posts: pd.DataFrame | None = None, unmapped_posts: float | None = None
) -> pd.DataFrame:
    """Hold the establishment against the latest staff list, by role level of the active frameworks.

    `posts` are rows of an establishment that is not in the store yet; by default the latest one that is. Columns: role_level,
    role_level_label, budgeted_fte, contracted_fte (as the ledger has it), staff_fte (as the staff list has it), difference (staff less
    contracted; FTE) and vacant_fte (budgeted less staff). The last rows, without a role level, are staff and posts that are not mapped;
    posts that are not mapped are not kept, so they are known only while the ledger is being taken in.
    """
    funded = store.query("establishment", scope, organisations=[organisation]) if posts is None else posts
    counts_for = dict(store.query("active_role_level", scope)[["found", "role_level"]].itertuples(index=False, name=None))
    staff = store.query("staff_by_group", scope, organisations=[organisation]).groupby("role_level")["fte"].sum()
    budget = funded.assign(role_level=funded["role_level"].map(counts_for)).groupby("role_level")[["budgeted_fte", "contracted_fte"]]
    table = budget.sum(min_count=1).join(staff.rename("staff_fte"), how="outer")
    table[["budgeted_fte", "staff_fte"]] = table[["budgeted_fte", "staff_fte"]].fillna(0.0)
    labels = store.query("role_levels", scope).set_index("role_level")["role_level_label"]
    table = table.join(labels).rename_axis("role_level").sort_values("role_level_label").reset_index()
    open_staff = store.query("mapped_share", scope, organisations=[organisation])["unmapped_fte"].sum()
    rest = pd.DataFrame(
        {"role_level_label": [UNMAPPED_STAFF, UNMAPPED_POSTS], "staff_fte": [open_staff, None], "budgeted_fte": [None, unmapped_posts]}
    )
    table = pd.concat([table, rest.astype({"staff_fte": "float64", "budgeted_fte": "float64"})], ignore_index=True)
    table["difference"] = (table["staff_fte"] - table["contracted_fte"]).round(6)
    table["vacant_fte"] = (table["budgeted_fte"] - table["staff_fte"]).round(6)
    return table[["role_level", "role_level_label", "budgeted_fte", "contracted_fte", "staff_fte", "difference", "vacant_fte"]]


def in_words(table: pd.DataFrame, shown: int = 5) -> list[str]:
    """Say what a reconciliation comes to, and where ledger and staff list differ most."""
    levels, rest = table[table["role_level"].notna()], table[table["role_level"].isna()].set_index("role_level_label")
    staff, open_staff = float(levels["staff_fte"].sum()), float(rest["staff_fte"].sum())
    open_posts = rest.loc[UNMAPPED_POSTS:, "budgeted_fte"]
    said = f"Budgeted {levels['budgeted_fte'].sum():,.2f} FTE in role levels; staff in post {staff:,.2f} FTE."
    said += f" Not mapped: staff {open_staff:,.2f} FTE" + ("." if open_posts.isna().all() else f", posts {open_posts.sum():,.2f} FTE.")
    apart = levels[levels["difference"].abs() > _SAME].sort_values("difference", key=lambda by: by.abs(), ascending=False)
    lines = [
        f"{label}: {listed:,.2f} FTE on the staff list, {ledger:,.2f} contracted in the ledger."
        for label, listed, ledger in apart[["role_level_label", "staff_fte", "contracted_fte"]].head(shown).itertuples(index=False)
    ]
    more = len(apart) - len(lines)
    return [said, *lines, *([f"{more} more role levels differ."] if more else [])]


def _against_staff(posts: pd.DataFrame, unmapped_posts: float, context: Context) -> list[str]:
    store, scope, organisation = context.store, context.scope, str(context.organisation)
    if store.query("staff_lists", scope, organisations=[organisation]).empty:
        return [f"There is no staff list of {organisation} in the store yet: its posts count once there is one."]
    return in_words(reconciliation(store, scope, organisation, posts, unmapped_posts))


def _already(context: Context) -> list[Fault]:
    before = context.store.query("establishment_dates", context.scope, organisations=[context.organisation])
    same = before[before["as_at"] == pd.Timestamp(str(context.as_at))]
    return [
        Fault(
            "Establishment of this date is in the store already",
            context.name,
            found=f"import {number}, as at {context.as_at}",
            allowed="one establishment of an organisation and date",
            action=f"Check --as-at, or undo import {number} first.",
        )
        for number in same["import_run"].tolist()
    ]


def _nameless(frame: pd.DataFrame, context: Context) -> list[Fault]:
    rows = frame.index[frame["job_title"].isna() & frame["role_level"].isna()].tolist()
    action = "Fill in one of them, or leave the row out."
    return [Fault("Blank", context.name, row, "job_title", "nothing", "a job title or a role level", action) for row in rows]


def _added_up(lines: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[str]]:
    """Add the lines of each role level up; what lines do not agree on is left blank, and said."""
    lines = lines.assign(row=lines.index, factor=lines["vacancy_factor"] * lines["budgeted_fte"])
    lines["factored"] = lines["budgeted_fte"].where(lines["vacancy_factor"].notna())
    groups = lines.groupby("role_level")
    posts = groups[list(AMOUNTS)].sum(min_count=1).fillna({"bank_fte": 0.0, "agency_fte": 0.0})
    posts["vacancy_factor"] = groups["factor"].sum(min_count=1) / groups["factored"].sum().replace(0.0, float("nan"))
    posts["band"] = _main_bands(lines).reindex(posts.index).fillna(_suggested_bands(context).reindex(posts.index))
    agreed = {column: groups[column].agg(_one_value) for column in ("funding_end_date", "approval_status")}
    for column, values in agreed.items():
        posts[column] = values.astype(lines[column].dtype)
    posts.insert(0, "organisation", str(context.organisation))
    posts.insert(1, "as_at", pd.Timestamp(str(context.as_at)))
    first = groups["row"].first()
    made = posts.reset_index().set_index(first.reindex(posts.index).to_numpy())
    return made, _disagreements(groups)


def _main_bands(lines: pd.DataFrame) -> pd.Series[str]:
    """Return the band of most of each role level's posts; of equals the higher one."""
    by_band = lines.groupby(["role_level", "band"])["budgeted_fte"].sum().reset_index().sort_values(["budgeted_fte", "band"])
    return by_band.groupby("role_level")["band"].last()


def _suggested_bands(context: Context) -> pd.Series[str]:
    levels = context.store.query("role_levels", context.scope).drop_duplicates("role_level")
    return levels.set_index("role_level")["suggested_band"]


def _one_value(values: pd.Series[Any]) -> object:
    """Return what all lines say, or nothing where they differ or some say nothing."""
    return values.iloc[0] if values.notna().all() and len(set(values)) == 1 else None


def _disagreements(groups: Any) -> list[str]:
    notes = []
    for column, words in (("band", "bands; the one with most posts is kept"), ("funding_end_date", "ends of funding; none is kept"),
                          ("approval_status", "approvals; none is kept")):  # fmt: skip
        mixed = groups[column].agg(lambda values: len(set(values.astype("str").fillna(""))) > 1)
        names = mixed.index[mixed.to_numpy(dtype=bool)].tolist()
        notes += [f"Lines of one role level with different {words}: {', '.join(names)}."] if names else []
    return notes


def _without_band(posts: pd.DataFrame, context: Context) -> list[Fault]:
    rows = posts.index[posts["band"].isna()].tolist()
    allowed, action = "an Agenda for Change band, such as Band 6", "Fill in the band of the posts."
    return [Fault("Band missing", context.name, row, "pay_scale", "no band of this role level", allowed, action) for row in rows]


_SAME = 0.005
"""FTE that rounding in a ledger may leave."""


def _example() -> pd.DataFrame:
    """Return rows for the template: two lines that are one role level, and posts whose funding ends."""
    rows = [
        ("Senior data analyst", "Band 7", 3.0, 2.6, 0.0, 0.4, 0.05, None, "approved"),
        ("Service desk analyst", "Band 4", 6.0, 5.0, 0.5, 0.0, 0.05, None, "approved"),
        ("Service desk analyst", "Band 4", 1.0, 1.0, 0.0, 0.0, 0.0, None, "approved"),
        ("Delivery manager", "Band 8a", 1.0, 0.0, 0.0, 0.0, None, "2027-03-31", "awaiting approval"),
    ]
    columns = ["role_level", "pay_scale", *AMOUNTS, "vacancy_factor", "funding_end_date", "approval_status"]
    return pd.DataFrame(rows, columns=columns)


KIND = Kind(
    "establishment",
    "Establishment",
    "Funded posts on a day, as the finance ledger has them: one row a line, by job title or role level.",
    FIELDS,
    build,
    dated=True,
    example=_example,
)
KINDS = (KIND,)
