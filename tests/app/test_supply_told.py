"""What a forecast tells beside its figures: whom it is of, what is missing, how wrong such forecasts have been, and what was changed."""

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import cli, pipeline, supply_charts, supply_words
from app.pipeline import compare, demand
from app.pipeline import supply as use
from app.pipeline.backtest import rates
from app.pipeline.supply import SupplyRequest
from app.report import supply_workbook
from app.supply_page import asking
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.sources import importing
from skills_model.store import Store
from skills_model.supply.backtest import ERRORS, OURS, usual_error

LOCAL = Scope.local()
TRUST = "organisation:DEMO198"
ORGANISATION = ("organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration")
POSTS = "Role level,Band,Budgeted WTE,WTE contracted\nData analyst,Band 6,10,8.5\nClinical coder,Band 4,8,8\n"


@pytest.fixture(scope="module")
def store(one_trust):
    with Store.open(one_trust) as opened:
        yield opened


@pytest.fixture(scope="module")
def posts_alone(tmp_path_factory):
    """Return the path of a store that has the posts of a trust and none of its staff."""
    path = tmp_path_factory.mktemp("posts") / "own.duckdb"
    pipeline.new_store(path)
    trust = pd.DataFrame([("HEATH", "Heather Moor", "Acute", "Y63", "North", "QWO", "West", False)], columns=list(ORGANISATION))
    with Store.open(path) as opened:
        opened.write("tests", "0" * 64, "trust", {"organisation": trust})
        taken = importing.take_in(
            opened, LOCAL, "establishment", POSTS.encode(), "posts.csv", organisation="HEATH", as_at=dt.date(2026, 9, 30)
        )
        assert taken.faults == ()
    return path


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as leaving:
        cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return leaving.value.code, out, err


@pytest.mark.parametrize(
    "ask",
    [
        lambda opened: use.forecast(opened, LOCAL, SupplyRequest(area="organisation:HEATH", draws=100)),
        lambda opened: demand.needed(opened, LOCAL, demand.DemandRequest(area="organisation:HEATH")),
        lambda opened: rates(opened, LOCAL, "organisation:HEATH"),
        lambda opened: compare.compare(opened, LOCAL, "HEATH"),
    ],
    ids=["supply", "demand", "rates", "peers"],
)
def test_posts_without_staff_are_refused_with_what_to_do(posts_alone, ask):
    with Store.open(posts_alone) as opened, pytest.raises(DataError, match="import staff FILE --organisation HEATH"):
        ask(opened)


def test_the_command_says_that_staff_are_missing(posts_alone, capsys):
    code, _, err = run(capsys, "supply", "--store", posts_alone)
    assert code == 2
    assert "No staff" in err


@pytest.fixture(scope="module")
def by_skill(store):
    return use.forecast(store, LOCAL, SupplyRequest(area=TRUST, by=("skill", "year"), draws=100))


def test_by_skill_sums_are_called_skills_held_and_never_staff(by_skill):
    said = supply_words.finding(by_skill)
    assert said.startswith("Skills held at the required rank, FTE summed over skills,")
    assert said.endswith("FTE needed")
    assert "summed over skills" in supply_words.sure(by_skill)
    assert "posts" not in supply_words.sure(by_skill)
    assert by_skill.nothing.empty, "doing nothing is counted in people"
    flows = by_skill.flows
    ends = dict(zip(by_skill.steps["step"], by_skill.steps["fte"], strict=True))
    assert ends["end"] == pytest.approx(flows.loc[flows["year"] == by_skill.last, "end"].sum())
    assert sum(value for step, value in ends.items() if step != "end") == pytest.approx(ends["end"])
    assert "Skills held" in supply_words.end_rows(by_skill)
    assert supply_words.flows_finding(by_skill.steps, skills=True).startswith("Skills held")
    names = supply_words.measures(by_skill)
    fan = supply_charts.fan(supply_words.fan(by_skill.total, by_skill.nothing), headline="", names=names)
    drawn = json.dumps(fan.chart.to_dict())
    assert "Skills held, " in drawn
    assert "Staff in post" not in drawn
    assert "Doing nothing, " not in drawn


def test_the_staff_at_the_start_are_known_without_years(store):
    whole, end = (
        supply_words.end_rows(use.forecast(store, LOCAL, SupplyRequest(area=TRUST, by=by, draws=100)))
        for by in (("role_family", "year"), ("role_family",))
    )
    assert "not known" not in set(end["Staff in 2025/26"])
    both = [dict(zip(rows["Role family"], rows["Staff in 2025/26"], strict=True)) for rows in (whole, end)]
    assert both[0] == both[1]


def test_an_area_that_the_store_does_not_hold_whole_is_not_called_by_its_name_alone(one_return, store):
    with Store.open(one_return) as opened:
        part = use.forecast(opened, LOCAL, SupplyRequest(draws=100))
    assert supply_words.finding(part).startswith("1 organisation of England: staff in post ")
    assert any(note.startswith("Not in the figures: ") and "more." in note for note in part.notes)
    whole = use.forecast(store, LOCAL, SupplyRequest(area=TRUST, draws=100))
    assert supply_words.finding(whole).startswith("Staff in post ")


def test_it_says_how_wrong_such_forecasts_have_been_as_far_ahead(store):
    answer = use.forecast(store, LOCAL, SupplyRequest(area=TRUST, draws=100))
    usual = usual_error(Assumptions.of(store, LOCAL), 3)
    said = next(note for note in answer.notes if note.startswith("Forecasts of this kind"))
    assert f"were {usual.mape:.1%} off 3 years ahead on average" in said
    assert said in answer.as_dict()["notes"]
    book = openpyxl.load_workbook(io.BytesIO(supply_workbook.supply(answer)))
    assert said in {cell.value for row in book["Notes"].iter_rows() for cell in row}


def test_a_backtest_is_told_at_the_horizon_shown_and_where_a_simple_method_was_better():
    rows = [("infrastructure support", "", method, ahead, 3, mape, 0.0, 5.0, 0.9)
            for ahead, errors in ((1.0, (0.01, 0.02)), (3.0, (0.05, 0.03)))
            for method, mape in zip((OURS, "last value"), errors, strict=True)]  # fmt: skip
    errors = pd.DataFrame(rows, columns=list(ERRORS))
    assert "Off by 1.0% one year ahead" in supply_words.backtest_finding(errors)
    said = supply_words.backtest_finding(errors, 3)
    assert said == "Off by 5.0% 3 years ahead (infrastructure support, published); a simple method was better, last value, by 3.0%"


def test_staff_of_long_before_the_start_are_told(store):
    later = SupplyRequest(area=TRUST, draws=100, changed=("start=2031-04-01",))
    assert any(
        note == "Staff as at 31 March 2026 stand for the start, 1 April 2031: nobody has left, joined or grown older in between."
        for note in use.forecast(store, LOCAL, later).notes
    )
    assert not any("stand for the start" in note for note in use.forecast(store, LOCAL, SupplyRequest(area=TRUST, draws=100)).notes)


def test_changes_are_told_of_the_forecast_that_has_them_alone(store):
    changed = use.forecast(store, LOCAL, SupplyRequest(area=TRUST, draws=100, changed=("joiner_rate=0.05", "leaver_rate=0.2")))
    assert supply_words.case(changed).endswith(", with 2 changes")
    assert "-with-2-changes-" in supply_words.file_name(changed)
    aligned = use.forecast(store, LOCAL, SupplyRequest(area=TRUST, draws=100, changed=("periods=4", "period=year")))
    assert "change" not in supply_words.other_case(aligned)
    numbers = changed.assumptions.set_index("name")
    assert numbers.loc["joiner_rate", "source"] == "changed here"
    assert (numbers.loc[~numbers["changed"], "source"] != "changed here").all()


def test_a_number_of_a_link_that_cannot_be_is_told(store):
    items = use.numbers(store, LOCAL, asking.IMPORTANT)
    link = {"set_leaver_rate_25_to_34": "99", "set_joiner_rate": "0.05", "set_luck": "1", "area": "England"}
    said = asking.impossible(items, link)
    assert len(said) == 2
    assert "to 99, which cannot be: it is a number between 0 and 1" in said[0]
    assert "does not exist: luck" in said[1]


def test_the_page_compare_says_what_to_do_about_posts_without_staff(posts_alone, monkeypatch):
    monkeypatch.setenv("SKILLSPLAN_STORE", str(posts_alone))
    page = Path(__file__).parents[2] / "app" / "app_pages" / "compare.py"
    at = AppTest.from_file(str(page), default_timeout=60).run()
    assert not at.exception
    assert "import staff FILE --organisation HEATH" in "\n".join(str(text.value) for text in at.text)
    st.cache_data.clear()
    st.cache_resource.clear()
