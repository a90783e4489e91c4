"""What each planning table holds: every column once, with its kind, default and range.

Reading, checking, writing and the documentation follow from `TABLES`; a column is described nowhere else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "choice", "number", "whole", "flag"]

SENSES = ("<=", ">=", "==")
ITEM_KINDS = ("lever", "stock", "surplus", "shortfall")
STAGES = ("shortfall", "cost", "moves")
GOAL_PREFIX = "goal:"


@dataclass(frozen=True)
class Column:
    """Describe one column of a planning table.

    `default` is what a blank stands for once overrides are done; None means that there must be a value. `of` names the table whose ids are
    allowed. A number is finite and at least `low`, unless `unlimited` lets `inf` through.
    """

    name: str
    kind: Kind
    meaning: str
    default: float | str | None = None
    of: str = ""
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    unlimited: bool = False

    @property
    def may_be_left_out(self) -> bool:
        """Say whether a table without this column can still be read."""
        return self.default is not None or self.name == "period"


@dataclass(frozen=True)
class Table:
    """Describe one planning table: its columns and the key that no two rows may share."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the headings in order."""
        return tuple(column.name for column in self.columns)

    @property
    def base(self) -> tuple[str, ...]:
        """Return the key without the period: what an every-period row and the rows that override it share."""
        return tuple(name for name in self.key if name != "period")


def _id(name: str, of: str = "", meaning: str = "") -> Column:
    return Column(name, "id", meaning or f"an id of `{of}`", of=of)


def _number(name: str, meaning: str, default: float | None = None, low: float = -math.inf, *, unlimited: bool = False) -> Column:
    return Column(name, "number", meaning, default, low=low, unlimited=unlimited)


PERIOD = Column("period", "whole", "1 to T; blank means every period")
LAG = Column("lag", "whole", "periods from use to arrival", default=0.0, low=0.0)
WHOLE = Column("whole", "flag", "only whole numbers may be used", default=0.0)
UNIT_PRICE = _number("unit_cost", "pounds for one unit used", 0.0)
HOLDING = _number("unit_cost", "pounds for holding one unit at the end of a period", 0.0)
MINIMUM = _number("minimum", "least use in a period", 0.0, low=0.0)
MAXIMUM = _number("maximum", "most use in a period; `inf` is no maximum", math.inf, low=0.0, unlimited=True)
ITEM_KIND = Column("kind", "choice", "what the item is", choices=ITEM_KINDS)
ITEM = _id("item", meaning="a lever for kind `lever`, else a stock")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "stocks",
            "what changes over time",
            (_id("stock", meaning="its name"), _number("opening", "amount at period 0", 0.0, low=0.0), HOLDING),
            ("stock",),
        ),
        Table("stock_periods", "a stock's cost in one period", (_id("stock", "stocks"), PERIOD, HOLDING), ("stock", "period")),
        Table(
            "transitions",
            "where a stock goes from one period to the next; no row: nothing stays",
            (_id("from_stock", "stocks"), _id("to_stock", "stocks"), _number("rate", "part that arrives"), PERIOD),
            ("from_stock", "to_stock", "period"),
        ),
        Table(
            "inflows",
            "what arrives by itself",
            (_id("stock", "stocks"), PERIOD, _number("amount", "amount that arrives; may be negative")),
            ("stock", "period"),
        ),
        Table(
            "requirements",
            "demand on a stock",
            (
                _id("stock", "stocks"),
                PERIOD,
                _number("required", "amount needed at the end of the period"),
                _number("shortfall_weight", "weight of one unit missing, in the shortfall stage", 1.0),
                _number("surplus_cost", "pounds for one unit over, in the cost stage", 0.0),
                Column("hard", "flag", "no shortfall allowed", default=0.0),
                _number("surplus_cap", "most that may be over; `inf` is no cap", math.inf, low=0.0, unlimited=True),
            ),
            ("stock", "period"),
        ),
        Table(
            "levers",
            "what a planner can do",
            (
                _id("lever", meaning="its name"),
                UNIT_PRICE,
                MINIMUM,
                MAXIMUM,
                WHOLE,
                _number("move_weight", "weight of one unit in the moves stage; 0 for levers that move money", 1.0),
            ),
            ("lever",),
        ),
        Table(
            "lever_periods",
            "a lever's terms in one period",
            (_id("lever", "levers"), PERIOD, UNIT_PRICE, MINIMUM, MAXIMUM, WHOLE),
            ("lever", "period"),
        ),
        Table(
            "effects",
            "what one unit used adds to a stock, now or later",
            (_id("lever", "levers"), _id("stock", "stocks"), LAG, _number("amount", "amount added at use + lag"), PERIOD),
            ("lever", "stock", "lag", "period"),
        ),
        Table(
            "cover",
            "what one unit used counts towards a requirement in the same period only",
            (_id("lever", "levers"), _id("stock", "stocks"), _number("amount", "amount counted; may be negative"), PERIOD),
            ("lever", "stock", "period"),
        ),
        Table(
            "limits",
            "right-hand sides; no row for a period: no limit in it",
            (
                _id("limit", meaning="its name"),
                PERIOD,
                _number("amount", "right-hand side; `inf` is no limit", unlimited=True),
                Column("sense", "choice", "how the uses compare with the amount", default="<=", choices=SENSES),
            ),
            ("limit", "period"),
        ),
        Table(
            "uses",
            "left-hand sides: the item's value at t - lag, times amount",
            (_id("limit", "limits"), ITEM_KIND, ITEM, _number("amount", "use by one unit of the item"), LAG, PERIOD),
            ("limit", "kind", "item", "lag", "period"),
        ),
        Table(
            "history",
            "use of levers at period 0 or before",
            (_id("lever", "levers"), Column("period", "whole", "0 or less"), _number("amount", "units used", low=0.0)),
            ("lever", "period"),
        ),
        Table(
            "goals",
            "terms of an objective of one's own, minimised in stage `goal:NAME`",
            (_id("goal", meaning="its name"), ITEM_KIND, ITEM, PERIOD, _number("amount", "weight of one unit of the item")),
            ("goal", "kind", "item", "period"),
        ),
    )
}

ATTRIBUTED = ("stocks", "levers", "limits")
RESULT_COLUMNS = {
    "actions": ("lever", "period", "amount", "unit_cost", "cost", "move_weight"),
    "stocks": ("stock", "period", "amount"),
    "coverage": ("stock", "period", "required", "held", "cover", "shortfall", "surplus"),
    "limits": ("limit", "period", "used", "sense", "amount", "slack"),
    "shadow_prices": ("family", "item", "period", "stage", "price"),
}
RESERVED = frozenset(  # an attribute of such a name would hide a column of the tables or of a result it is carried to
    [*(name for table in ATTRIBUTED for name in TABLES[table].names)]
    + [name for result, names in RESULT_COLUMNS.items() if result != "shadow_prices" for name in names]
)
