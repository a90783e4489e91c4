"""A forecast beside another one: what differs at the end, part by part."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, state, supply_charts, supply_words
from app.pipeline import supply as use
from app.pipeline.supply import SupplyAnswer
from app.supply_page import showing
from app.supply_page.readers import Errand


def draw(view: state.View, answer: SupplyAnswer, other: Errand | None) -> None:
    """Draw the comparison, or say why there is none."""
    if other is None:
        st.write(
            "This is the forecast of that scenario itself. Change a number, or choose another scenario, and run it to see what differs."
        )
        return
    if other.answer is None:
        st.error(other.failed or "The other forecast could not be made. What to do is said below.", icon=":material/error:")
        st.text(str(other.error or ""))
        return
    compare(view, answer, other.answer)


def compare(view: state.View, answer: SupplyAnswer, other: SupplyAnswer) -> None:
    """Draw by how much two forecasts differ."""
    rows, total = use.difference(answer, other), use.total_difference(answer, other)
    supply = total[total["measure"] == "supply"]
    parts = supply_words.differing(rows, answer)
    said = supply_words.difference_finding(supply, parts, supply_words.other_case(other), of=supply_words.driven(answer)["supply"])
    shown = parts[findings.numbers(parts, "difference").notna()].assign(difference=lambda table: findings.numbers(table, "difference"))
    noun = supply_words.noun(answer)
    if len(shown):
        frame.figure(
            supply_charts.difference(
                shown, headline=said, noun=noun, context=f"{answer.area_label}, {answer.last}. {supply_words.case(answer)}"
            ),
            "difference",
        )
    else:
        st.header(findings.plain(said), anchor=False)
    written = supply_words.difference_rows(rows, total, answer)
    showing.table(written, name="Table: two forecasts side by side", noun="rows", key="difference_page")
    st.caption(
        findings.plain(f"This: {supply_words.case(answer)}. Other: {supply_words.other_case(other)}. Medians, FTE in {answer.last}.")
    )
    frame.download_csv(
        view, "Download the comparison as CSV", rows, file_name=f"{supply_words.file_name(answer)}-compared.csv", key="compared_csv"
    )
