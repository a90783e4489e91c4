"""What the Method page shows: the chapters of docs/method.md, every assumption, and how fast it is."""

from __future__ import annotations

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.reference import DATA

FOLDER = DATA.parent / "docs"
CHAPTER = "\n## "
ADDRESS = r"https?://(?:www\.)?([^/\s)]+)[^\s);,]*"  # a whole address is too long for a column; data/assumptions.csv has it


def chapters() -> tuple[str, dict[str, str]]:
    """Return the introduction of the method, and its chapters by title."""
    introduction, *parts = (FOLDER / "method.md").read_text("utf-8").split(CHAPTER)
    titled = dict(part.split("\n", 1) for part in parts)
    return introduction.split("\n", 1)[1].strip(), {title: text.strip() for title, text in titled.items()}


def speed() -> pd.DataFrame:
    """Return the measurements kept beside the method: what, and the seconds or the ratio for each problem."""
    return pd.read_csv(FOLDER / "speed.csv", dtype="str", keep_default_na=False)


def assumptions(words: str = "") -> pd.DataFrame:
    """Return the assumptions that hold every word somewhere in their label, id, unit or source, numbers written for people."""
    frame = Assumptions.load().frame()
    text = frame[["assumption", "label", "unit", "source"]].agg(" ".join, axis=1).str.lower()
    shown = frame[[all(word in row for word in words.lower().split()) for row in text]]
    ranges = zip(shown["low"], shown["high"], strict=True)
    key = shown["assumption"].str.extract(r"\[(.*)\]$", expand=False)
    return shown.assign(
        label=shown["label"].where(key.isna(), shown["label"] + ": " + key),
        value=shown["value"].map(_written) + " " + shown["unit"],
        range=["" if low == high else f"{_written(low)} to {_written(high)}" for low, high in ranges],
        source=shown["source"].str.replace(ADDRESS, r"\1", regex=True),
    )


def _written(value: float) -> str:
    return f"{value:,.10g}"
