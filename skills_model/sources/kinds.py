"""What a kind of file says: its fields under any heading, and how its rows become rows of the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from skills_model import schema
from skills_model.assumptions import Assumptions
from skills_model.errors import Fault
from skills_model.privacy import Scope
from skills_model.sources import pseudonym
from skills_model.store import Store

type FieldType = Literal["text", "whole number", "number", "date", "true or false"]


@dataclass(frozen=True)
class Field:
    """One thing that every row of a kind of file says.

    `headings` are names that other systems use for it; `meanings` says what users' words stand for, in lower case; `needed` asks for the
    column, `filled` for a value in every row.
    """

    name: str
    description: str
    type: FieldType = "text"
    needed: bool = True
    filled: bool = True
    headings: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    unit: str = ""
    longest: int | None = None
    """Letters that text may have."""
    advice: str = ""
    """What to do about a value that is not allowed, where correcting it is not all."""
    fitting: tuple[str, ...] = ()
    """Headings that mean it only where the values fit, since they may mean something else."""
    tells_apart: bool = False
    """Whether the field is there to tell rows apart, so that of several headings one with different values is taken."""
    personal: bool = False
    """Whether the value may tell who somebody is: it is used in memory only, and shown in no message but the user's own file to mend."""


@dataclass(frozen=True)
class Content:
    """A file as read: `frame` holds text (blank cells missing) under the file's own headings; its index is the row as a spreadsheet counts."""

    name: str
    digest: str
    frame: pd.DataFrame
    sheet: str = ""
    delimiter: str = ""
    """What parts cells in a text file."""


@dataclass(frozen=True)
class Context:
    """What the rows of a file are read against."""

    store: Store
    scope: Scope
    organisation: str | None
    as_at: dt.date | None
    name: str
    assumptions: Assumptions
    today: dt.date
    headings: Mapping[str, str] = field(default_factory=dict)
    """What the file calls the fields that it has."""

    def called(self, name: str) -> str:
        """Return what the file calls a field, in quotation marks, for the words of a fault."""
        return f"'{self.headings.get(name, in_words(name))}'"

    @property
    def key(self) -> bytes:
        """Return the key of the store's pseudonyms, made on first need; raises DataError where it is lost or another store's."""
        return pseudonym.key_of(self.store)


LEFT_OUT = ("reason", "rows", "fte")


@dataclass(frozen=True)
class Built:
    """Rows of the store made of a file, and what could not be.

    `frames` have the columns of their tables and, as index, the row of the file that each came from. `left_out` says what was not taken
    in on purpose: reason, rows, fte (missing where it is unknown). `unmapped` says which words nobody has told the meaning of: subject,
    found, rows, headcount, fte, suggestion, confidence.
    """

    frames: dict[str, pd.DataFrame]
    faults: Sequence[Fault] = ()
    left_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(LEFT_OUT)))
    unmapped: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["subject", "found", "rows", "headcount", "fte", "suggestion", "confidence"])
    )
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of file that can be taken in.

    `build` gets a frame whose columns are the names of the fields (typed: text, Int64, float64, datetime64 of days, boolean; columns that
    the file lacks are there and blank), whose index is the row of the file and, where `wide`, with every other column under its own
    heading after them. `parse` reads files that have no headings, or more than one table, into such text under the names of the fields.
    `about` says whose file it is: of one organisation, which the user names where the file does not, or of everybody. `dated` asks for
    the date that the file describes. `example` gives rows for the template, under the names of the fields.
    """

    name: str
    label: str
    sentence: str
    fields: tuple[Field, ...]
    build: Callable[[pd.DataFrame, Context], Built]
    about: Literal["organisation", "everybody"] = "organisation"
    dated: bool = False
    wide: bool = False
    parse: Callable[[bytes, str], Content] | None = None
    example: Callable[[], pd.DataFrame] | None = None

    def field(self, name: str) -> Field:
        """Return the field of that name."""
        return next(item for item in self.fields if item.name == name)


def in_words(name: str) -> str:
    """Return the name of a field as a heading would have it."""
    return name.replace("_", " ")


def left_out(rows: Mapping[str, int], fte: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return `left_out` of Built: rows and, where it is known, FTE by reason; a reason of which there are none is not told."""
    told = [(reason, count, (fte or {}).get(reason)) for reason, count in rows.items() if count]
    return pd.DataFrame(told, columns=list(LEFT_OUT))


def optional(name: str, description: str, *headings: str) -> Field:
    """Return a field of text that a file may lack, and whose cells may be blank."""
    return Field(name, description, needed=False, filled=False, headings=headings)


def fields_of(model: type[schema.Row], **changes: Mapping[str, object]) -> tuple[Field, ...]:
    """Return the fields of a file that has the columns of a stored table; `changes` sets attributes of single fields by column."""
    made = []
    for column in schema.columns(model):
        facts: dict[str, object] = {
            "name": column.name,
            "description": column.description,
            "type": "text" if column.type == "date and time" else column.type,
            "needed": not column.nullable,
            "filled": not column.nullable,
            "choices": column.choices,
            "pattern": column.pattern,
            "minimum": column.minimum,
            "above": column.above,
            "maximum": column.maximum,
            "unit": column.unit,
        }
        made.append(Field(**{**facts, **changes.get(column.name, {})}))  # type: ignore[arg-type]
    return tuple(made)
