"""What money of each kind may pay for, and for how long: rules that hold where streams are taken in, and where plans read them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import Fault
from skills_model.planning.world import ACCOUNTS, DEVELOPMENT, ESTABLISHMENT_PAY, LEVY

Row = Mapping[Hashable, Any]
RULES: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "revenue": (ACCOUNTS, ACCOUNTS, "every kind of cost; pay of new posts only from money that goes on after the horizon"),
    "trust contribution": (ACCOUNTS, ACCOUNTS, "every kind of cost; pay of new posts only from money that goes on after the horizon"),
    "national ring-fence": ((), ACCOUNTS, "only what the stream itself says that it pays for"),
    "capital": (("contract",), ("contract",), "contract: project labour that finance confirms as directly attributable to an asset"),
    "levy": (("apprenticeship",), ("apprenticeship",), "apprenticeship: training of apprentices, never a salary"),
}
"""By kind of stream: what it pays for where its row says nothing, what it may pay for at all, and that rule in words."""
KINDS_OF: dict[str, tuple[str, tuple[str, ...], str]] = {
    ESTABLISHMENT_PAY: ("pay", ("revenue",), "pay of permanent posts is running cost"),
    DEVELOPMENT: ("development money", ("revenue", "trust contribution"), "the budget of a plan, for every kind of cost"),
    LEVY: ("the levy", ("levy",), "plans count the levy under this id"),
}
"""Streams that plans know by their id: what they are, the kinds that they may be of, and why."""
LONGEST = 1200.0  # months; what lasts longer does not expire within any plan


def named(row: Row) -> tuple[str, ...]:
    """Return what the row of a stream says that it pays for, each once."""
    said = row["pays_for"]
    return () if pd.isna(said) else tuple(dict.fromkeys(name.strip() for name in str(said).split(";") if name.strip()))


def broken_rules(rows: pd.DataFrame, assumptions: Assumptions) -> list[Fault]:
    """Return a fault for everything in funding streams that the rule of their kind does not allow; columns as `funding_stream`.

    Each fault names its column; its row is for whoever knows where the streams come from.
    """
    return [
        fault for row in rows.to_dict("records") for fault in [*_wrong_accounts(row), *_wrong_expiry(row, assumptions), *_wrong_kind(row)]
    ]


def _wrong_accounts(row: Row) -> list[Fault]:
    kind, said = str(row["kind"]), named(row)
    unknown = [name for name in said if name not in ACCOUNTS]
    barred = [name for name in said if name in ACCOUNTS and name not in RULES[kind][1]]
    found = [
        Fault("Unknown kind of cost", "funding_stream", column="pays_for", found=f"'{name}' of {row['funding_stream']}",
              allowed=", ".join(ACCOUNTS), action="Correct the name.")
        for name in unknown
    ]  # fmt: skip
    return found + [
        Fault(f"Against the rule of {kind} money", "funding_stream", column="pays_for", found=f"'{name}' of {row['funding_stream']}",
              allowed=RULES[kind][2], action="Take it out, or give the stream its true kind.")
        for name in barred
    ]  # fmt: skip


def _wrong_expiry(row: Row, assumptions: Assumptions) -> list[Fault]:
    levy, months = row["kind"] == "levy", row["expiry_months"]
    longest = assumptions.value("levy_expiry_months") if levy else LONGEST
    if pd.isna(months) or float(months) <= longest:
        return []
    problem = "Against the rule of levy money" if levy else "Expiry too far off"
    allowed = (
        f"levy money expires {longest:g} months after it came in" if levy else f"at most {longest:g} months; blank for money that lasts"
    )
    return [
        Fault(problem, "funding_stream", column="expiry_months", found=f"{months:g} of {row['funding_stream']}", allowed=allowed,
              action="Leave it blank, or give fewer months.")
    ]  # fmt: skip


def _wrong_kind(row: Row) -> list[Fault]:
    what, kinds, why = KINDS_OF.get(str(row["funding_stream"]), ("", (), ""))
    if not kinds or row["kind"] in kinds:
        return []
    may_be = " or ".join(kinds)
    return [
        Fault(f"Against the rule of {what}", "funding_stream", column="kind", found=f"'{row['kind']}' of {row['funding_stream']}",
              allowed=f"{may_be}: {why}", action=f"Make it {may_be}, or give the stream another id.")
    ]  # fmt: skip
