"""A supply forecast as a workbook: every sheet with its finding, and, of a demonstration, its mark."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import pandas as pd
import xlsxwriter

from app import supply_words
from app.guard import MARK, guarded
from app.pipeline import supply as use
from app.pipeline.supply import SupplyAnswer
from app.report.workbook import Formats, write_sheet

TOTAL = {
    "year": "Year", "measure": "Measure", "p10": "10th percentile", "p25": "25th percentile", "p50": "Median", "p75": "75th percentile",
    "p90": "90th percentile", "mean": "Mean", "met_chance": "Chance that posts are filled",
}  # fmt: skip
DRIVERS = {
    "label": "Uncertain number", "measure": "Measure", "unit": "Unit", "value_low": "Its 10th percentile", "value": "Its median",
    "value_high": "Its 90th percentile", "median": "Measure at the median, FTE", "low": "Added at the low end, FTE",
    "high": "Added at the high end, FTE", "source": "Source",
}  # fmt: skip
RATES = {
    "what": "Rate", "of": "Of", "value": "Value a year", "low": "Low", "high": "High", "observed": "Seen", "exposure": "FTE-years seen",
    "weight": "Weight of history", "source": "Source",
}  # fmt: skip
NUMBERS = {
    "name": "Id", "label": "Assumption", "value": "Value", "low": "Low", "high": "High", "unit": "Unit", "source": "Source", "changed": "Changed",
}  # fmt: skip

IMPUTED = {
    "of": "Of", "role_family_label": "Role family", "year": "Year", "counted": "Counted, FTE", "imputed": "Imputed, FTE",
    "low": "Imputed, 10th percentile", "high": "Imputed, 90th percentile", "together": "Together, FTE",
    "together_low": "Together, 10th percentile", "together_high": "Together, 90th percentile",
}  # fmt: skip
CALIBRATION = {
    "figure": "Published figure", "period": "Of", "unit": "Unit", "published": "Published", "ours": "Ours", "difference": "Difference",
    "share": "Difference as a share", "comparable": "Can they be compared?", "source": "Source",
}  # fmt: skip


def supply(answer: SupplyAnswer, other: SupplyAnswer | None = None) -> bytes:
    """Write a forecast as XLSX, with the one beside it where there is one: numbers as numbers, all else as text that no spreadsheet runs."""
    memory = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(memory, options) as book:
        book.set_properties({"title": guarded(f"Supply forecast: {answer.area_label}"), "comments": MARK if answer.demonstration else ""})
        title, mark = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bg_color": "#ffeb3b"})
        formats = Formats.of(book, decimals="#,##0.00##")
        for name, (sentence, frame) in sheets(answer, other).items():
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 0, str(guarded(sentence)), title)
            sheet.write_string(1, 0, str(guarded(f"{answer.area_label}. {supply_words.made_of(answer)}")))
            if answer.demonstration:
                sheet.write_string(2, 0, MARK, mark)
            write_sheet(sheet, frame, formats)
    return memory.getvalue()


def sheets(answer: SupplyAnswer, other: SupplyAnswer | None) -> dict[str, tuple[str, pd.DataFrame]]:
    """Return the sheets: name, finding and frame."""
    measures, skills = {"measure": dict(supply_words.measures(answer))}, supply_words.by_skill(answer)
    found = {
        "Everything together": (supply_words.finding(answer), _headed(answer.total.replace(measures), TOTAL)),
        "Part by part": (supply_words.parts_finding(answer), _named(answer.rows.replace(measures))),
        "What changes staff": (supply_words.flows_finding(answer.steps, skills=skills), _named(answer.flows)),
        "Moves": (
            supply_words.moves_finding(answer.moves),
            _headed(answer.moves, {"from_label": "From", "to_label": "To", "fte": "FTE a year"}),
        ),
        "What drives it": ("What each uncertain number alone adds at the end", _headed(answer.drivers.replace(measures), DRIVERS)),
        "Rates": ("Where the rates come from", _headed(answer.rates, RATES)),
        "Numbers": ("Assumptions that were read", _headed(answer.assumptions.assign(changed=_yes(answer.assumptions)), NUMBERS)),
        "Returns": ("By what organisations count", answer.returned),
        "Notes": ("What to know beside the figures", pd.DataFrame({"Note": list(answer.notes)})),
    }
    if len(answer.imputed):
        found["Imputed"] = (supply_words.imputed_finding(answer.imputed), _headed(answer.imputed, IMPUTED))
    if len(answer.calibration):
        found["Published"] = ("Totals beside published figures", _headed(answer.calibration, CALIBRATION))
    if other is not None:
        rows, total = use.difference(answer, other), use.total_difference(answer, other)
        parts = supply_words.differing(rows, answer)
        said = supply_words.difference_finding(total[total["measure"] == "supply"], parts, supply_words.other_case(other), of=supply_words.driven(answer)["supply"])
        found["Compared"] = (said, _named(rows.replace(measures)))
    return found


def _yes(assumptions: pd.DataFrame) -> pd.Series:
    return assumptions["changed"].map({True: "changed", False: ""})


def _headed(frame: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    return frame[list(headings)].rename(columns=dict(headings))


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=lambda name: supply_words.column(str(name)))
