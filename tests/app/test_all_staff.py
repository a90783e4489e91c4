"""All staff and boards in words, on the command line and on the page, with a return, without one, and with a bad link."""

import json
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import all_staff, all_staff_view, cli, pipeline
from app.pipeline import all_staff as use_case
from skills_model.privacy import Scope
from skills_model.store import Store

MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
PAGE = "app_pages/all_staff.py"
RETURNED, NOT_RETURNED = "DEMO063", "DEMO011"


@pytest.fixture(scope="module")
def trusts(tmp_path_factory):
    """Return a store of a small trust that has returned counts, and of one that has not, by code."""
    folder = tmp_path_factory.mktemp("all_staff")
    paths = {code: folder / f"{code}.duckdb" for code in (RETURNED, NOT_RETURNED)}
    for code, path in paths.items():
        pipeline.demo_data(path, code, 1)
    return paths


@pytest.fixture
def page(trusts, monkeypatch):
    """Open the page on the store of a trust, with what a link says."""

    def opened(code, **parameters):
        monkeypatch.setenv("SKILLSPLAN_STORE", str(trusts[code]))
        at = AppTest.from_file(MAIN, default_timeout=30).run()
        at.switch_page(PAGE)
        for name, value in parameters.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception
        return at

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def groups(trusts):
    with Store.open(trusts[RETURNED]) as store:
        return all_staff.ordered(use_case.measure(store, Scope.local(), ["staff_group"]), "staff_group_label")


def said(at):
    return "\n".join(str(part.value) for kind in (at.title, at.header, at.markdown, at.caption, at.info, at.warning) for part in kind)


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        cli.main(["all-staff", *arguments])
    return left.value.code, capsys.readouterr()


# On the page


def test_the_page_answers_for_staff_and_for_the_board(page):
    at = page(RETURNED)
    assert [part.value for part in at.title] == ["All staff and boards"]
    first = at.header[0].value.replace("\\", "")
    assert "Digital literacy: " in first
    assert "Board digital leadership: " in first
    assert "The organisation has returned counts of all staff" in said(at)
    assert [table.value["Assessed from"].unique().tolist() for table in at.table[:2]] == [["return"], ["return"]]
    assert len(at.table[0].value) == 11
    assert not at.warning


def test_the_page_says_that_nothing_is_known_where_nobody_has_returned(page):
    at = page(NOT_RETURNED)
    assert at.header[0].value.startswith("Not known yet")
    assert set(at.table[0].value["Meet it"]) == {"not known"}
    assert at.table[2].value["Returned"].tolist() == ["not returned"]
    assert (at.table[0].value["People"] != "0").any()


def test_a_bad_link_is_told(page):
    assert "This link named a region that no longer exists" in page(RETURNED, region="Atlantis").warning[0].value


# In words and as a chart


def test_the_chart_has_every_staff_group_with_its_range_and_what_is_asked(groups):
    figure = all_staff_view.bullet(groups, "Headline", name="staff_group_label", context="Here, today")
    drawn = figure.chart.to_dict()
    data = next(iter(drawn["datasets"].values()))
    assert [row["name"] for row in data] == groups["staff_group_label"].tolist()
    assert all(row["low"] <= row["share"] <= row["high"] <= row["asked"] == 1 for row in data)
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["bar", "rule", "tick", "text"]
    assert "Here, today" in figure.subtitle


def test_what_nobody_knows_has_no_bar_and_comes_last(groups):
    groups.loc[0, ["source", "share", "share_low", "share_high"]] = ["none", 0.5, 0, 1]
    order = all_staff.ordered(groups, "staff_group_label")
    assert order["source"].tolist()[-1] == "none"
    data = next(iter(all_staff_view.bullet(order, "", name="staff_group_label", context="").chart.to_dict()["datasets"].values()))
    assert data[-1]["share"] is None
    assert (data[-1]["low"], data[-1]["high"], data[-1]["text"]) == (0, 1, "not known")


def test_hidden_numbers_stay_hidden(trusts):
    with Store.open(trusts[RETURNED]) as store:
        hidden = use_case.measure(store, Scope(frozenset(), protected=None), ["staff_group", "skill"])
    small = hidden["headcount"] == "*"
    assert small.any()
    rows = all_staff.written(hidden, "skill_label")
    assert set(rows.loc[small, "people"]) == {"*"}
    assert set(rows.loc[small, "ranks"]) <= {"*", "0", "not known"}
    assert all_staff_view.bullet(hidden[small], "", name="skill_label", context="").chart.to_dict()


def test_organisations_without_a_return_come_first():
    progress = pd.DataFrame(
        {
            "organisation": ["AAA", "BBB"], "name": ["Ash", "Birch"], "returned": [9, 0], "assessed": [0, 3],
            "first_return": [pd.Timestamp("2026-01-01"), pd.NaT], "last_return": [pd.Timestamp("2026-01-01"), pd.NaT],
        }
    )  # fmt: skip
    measured = pd.DataFrame([("AAA", 9, 0.5, 0.2, 0.8, 0.4, "return")], columns=["organisation", "headcount", "share", "share_low", "share_high", "assessed_share", "source"])
    rows = all_staff.by_organisation(progress, measured)
    assert rows[["name", "date", "one_by_one", "people"]].to_numpy().tolist() == [
        ["Birch, BBB", "not returned", "3", "not known"],
        ["Ash, AAA", "1 January 2026", "0", "9"],
    ]
    assert rows["met"].tolist()[1].startswith("50%")


# On the command line


def test_the_command_shows_what_the_page_does(trusts, capsys):
    code, printed = run(capsys, "--store", str(trusts[RETURNED]))
    assert code == 0
    assert printed.out.startswith("Demonstration data")
    assert "Digital literacy: " in printed.out
    assert "Nursing and Midwifery Registered" in printed.out
    code, printed = run(capsys, "--returned", "--store", str(trusts[NOT_RETURNED]))
    assert code == 0
    assert "not returned" in printed.out


def test_the_command_gives_every_row_as_json_and_csv(trusts, capsys, tmp_path):
    arguments = ("--by", "staff_group,skill", "--store", str(trusts[RETURNED]))
    told = json.loads(run(capsys, *arguments, "--json")[1].out)
    assert {"staff_group", "skill_label", "share_low", "share", "share_high", "source", "counted"} <= set(told[0])
    run(capsys, *arguments, "--csv", str(tmp_path / "out.csv"))
    written = pd.read_csv(tmp_path / "out.csv")
    assert len(written) == len(told)


@pytest.mark.parametrize("arguments", [("--by", "staff_grup"), ("--organisation", "NONE")])
def test_a_wrong_option_is_refused_with_what_is_allowed(trusts, capsys, arguments):
    code, printed = run(capsys, *arguments, "--store", str(trusts[RETURNED]))
    assert code == 2
    assert "nearest" in printed.err or "allowed" in printed.err
