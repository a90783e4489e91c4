"""A forecast on the page: the fan, what changes staff, what drives it, what it rests on, and the files."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app import findings, frame, state, supply_charts, supply_words
from app.pipeline.supply import SupplyAnswer
from app.report import supply_workbook
from app.supply_page import readers

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(view: state.View, answer: SupplyAnswer, beside: Callable[[], None]) -> None:
    """Draw a forecast; `beside` draws the comparison with the other one."""
    context = f"{answer.area_label}. {supply_words.case(answer)}"
    frame.figure(
        supply_charts.fan(
            supply_words.fan(answer.total, answer.nothing),
            headline=supply_words.finding(answer),
            context=context,
            names=supply_words.measures(answer),
        ),
        "fan",
    )
    st.write(findings.plain(supply_words.sure(answer)))
    if said := supply_words.imputed_finding(answer.imputed):
        st.write(findings.plain(f"{said}."))
    for note in answer.notes:
        st.caption(findings.plain(note))
    st.caption(f":material/fingerprint: {findings.plain(supply_words.made_of(answer))}")
    parts, changes, drives, compared, rests = st.tabs(
        ["Part by part", "What changes staff", "What drives it", "Beside the other scenario", "What it rests on"]
    )
    with parts:
        _parts(answer)
    with changes:
        _changes(answer, context)
    with drives:
        _drives(answer, context)
    with compared:
        beside()
    with rests:
        _history(view, answer.request.area, int(answer.last[:4]) - int(answer.first[:4]))
        _rests(view, answer)
    _files(view, answer)


def _parts(answer: SupplyAnswer) -> None:
    rows = supply_words.end_rows(answer)
    st.subheader(findings.plain(supply_words.parts_finding(answer)), anchor=False)
    table(rows, name="Table: staff in post and posts needed at the end", noun="rows", key="parts_page")
    st.caption(f"FTE in {answer.last}; in brackets the 10th to 90th percentile of the sampled futures. The files hold every year.")


def _changes(answer: SupplyAnswer, context: str) -> None:
    said = supply_words.flows_finding(answer.steps, skills=supply_words.by_skill(answer))
    bars = supply_words.bars(answer.steps, answer.first, answer.last, skills=supply_words.by_skill(answer))
    if findings.numbers(bars, "fte").notna().all() and len(bars):
        frame.figure(supply_charts.waterfall(bars, headline=said, context=context, names=supply_words.measures(answer)), "waterfall")
    else:
        st.header(findings.plain(said), anchor=False)
    rows = supply_words.flow_rows(answer)
    table(rows, name="Table: what changes staff in post", noun="rows", key="flows_page")
    _moves(answer, context)


def _moves(answer: SupplyAnswer, context: str) -> None:
    whole = bool(answer.request.role_family)
    moves = answer.moves if whole else supply_words.between(answer.moves)
    said = supply_words.moves_finding(answer.moves)
    if len(moves):
        frame.figure(supply_charts.matrix(moves, headline=said, context=context), "moves")
        if not whole:
            st.caption("Choose a role family above to see all its role levels, with those who join and leave.")
    else:
        st.header(findings.plain(said), anchor=False)


def _drives(answer: SupplyAnswer, context: str) -> None:
    for measure, name in supply_words.driven(answer).items():
        rows = answer.drivers[answer.drivers["measure"] == measure]
        if len(rows):
            said = supply_words.tornado_finding(rows, name)
            frame.figure(supply_charts.tornado(rows, headline=said, measure=name, context=context), f"tornado_{measure}")
            written = supply_words.driver_rows(rows)
            table(written, name=f"Table: what drives {name}", noun="numbers", key=f"drivers_{measure}")
    settling = supply_words.settling(answer.convergence)
    if len(settling):
        frame.figure(
            supply_charts.convergence(settling, headline=supply_words.convergence_finding(settling), context=context), "convergence"
        )


def _rests(view: state.View, answer: SupplyAnswer) -> None:
    for title, rows, name, noun, key in supply_words.grounds(answer):
        st.subheader(title, anchor=False)
        table(rows, name=name, noun=noun, key=key)
    name = f"{supply_words.file_name(answer)}-rates.csv"
    frame.download_csv(view, f"Download all {len(answer.rates):,} rates as CSV", answer.rates, file_name=name, key="rates_csv")


def _history(view: state.View, area: str, years: float) -> None:
    """Draw how far off the same way of forecasting was where the end is known."""
    found = readers.backtests(view, area)
    if not all(errand.ended.is_set() for errand in found):
        _waiting(view, area)
        return
    errors = [errand.answer.errors for errand in found if errand.answer is not None and len(errand.answer.errors)]
    if errors:
        every = pd.concat(errors, ignore_index=True)
        st.subheader(findings.plain(supply_words.backtest_finding(errors[0], years)), anchor=False)
        rows = supply_words.backtest_rows(every)
        table(rows, name="Table: errors of forecasts where the end is known", noun="rows", key="backtest_page")
        st.caption("Mean absolute error as a share of what came. `skillsplan backtest` shows each forecast.")


@frame.again(2)
def _waiting(view: state.View, area: str) -> None:
    """Say that forecasts are being held against what came, until they are."""
    if all(errand.ended.is_set() for errand in readers.backtests(view, area)):
        st.rerun()
    st.caption(":material/hourglass_top: Forecasts from earlier years are being held against what came; their errors are shown here.")


def _files(view: state.View, answer: SupplyAnswer) -> None:
    name = supply_words.file_name(answer)
    with st.container(horizontal=True):
        frame.download(
            view,
            "Download the forecast as a workbook",
            lambda: supply_workbook.supply(answer),
            file_name=f"{name}.xlsx",
            mime=XLSX,
            key="supply_xlsx",
        )
        frame.download_csv(view, "Download every year as CSV", answer.rows, file_name=f"{name}.csv", key="supply_csv")


def table(rows: pd.DataFrame, *, name: str, noun: str, key: str) -> None:
    """Draw a frame of words under its own headings."""
    frame.table(rows, {str(column): str(column) for column in rows}, name=name, noun=noun, key=key)
