"""An organisation beside like ones on the page, in charts and on the command line; the world is in ../skills_model/like_places.py."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import compare_charts, state
from app.cli import main
from app.compare_page import words
from app.compare_page.words import MEASURES
from app.pipeline import compare as use
from skills_model import peers
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "skills_model"))
from like_places import world

MAIN = str(Path(__file__).parents[2] / "app" / "main.py")
PAGE = "app_pages/compare.py"
OWN = Scope(frozenset({"A05"}), protected=None)
ORDINALS = ("1st", "2nd", "3rd", " best", "worst", "rank ", "position", "top ", "bottom")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Return the path of a store of like organisations."""
    place = tmp_path_factory.mktemp("compare") / "like.duckdb"
    with Store.create(place) as store:
        store.write("tests", "0" * 64, "small world", world(), rule=RankRule.from_assumptions(Assumptions.load()))
    return place


@pytest.fixture(scope="module")
def found(path):
    with Store.open(path) as store:
        return {name: use.compare(store, scope, "A05") for name, scope in (("all", Scope.local()), ("own", OWN))}


def open_page(store, **parameters):
    """Open the page on a store, with what a link says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKILLSPLAN_STORE", str(store))
        at = AppTest.from_file(MAIN, default_timeout=60).run()
        at.switch_page(PAGE)
        for name, value in parameters.items():
            at.query_params[name] = value
        at.run()
    assert not at.exception, at.exception
    return at


@pytest.fixture
def page(path, monkeypatch):
    """Open the page on the store, with what a link says, for a scope."""

    def opened(store=path, scope=None, **parameters):
        monkeypatch.setenv("SKILLSPLAN_STORE", str(store))
        if scope is not None:
            monkeypatch.setattr(state, "current_scope", lambda: scope)
        return open_page(store, **parameters)

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def shown(path):
    """Return the page for A05, for tests that only look."""
    at = open_page(path, compare_for="Trust A05, A05", compared="Vacant posts")
    st.cache_data.clear()
    st.cache_resource.clear()  # or else the page would hold the store
    return at


def said(at):
    return "\n".join(
        str(part.value).replace("\\", "") for kind in (at.title, at.header, at.markdown, at.caption, at.info, at.warning) for part in kind
    )


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["peers", *arguments])
    return left.value.code, capsys.readouterr()


# On the page


def test_the_page_puts_a_place_beside_its_peers(shown):
    assert [part.value for part in shown.title] == ["Compare"]
    first = shown.header[0].value.replace("\\", "")
    assert first.startswith("Trust A05: 10.0% of posts vacant. The median of 8 peers is 10.0%")
    text = said(shown)
    assert "Compared with 8 others of the type Acute, of any size. Fewer than 8 are closer to it." in text
    assert "10.0% of 50 posts: within what chance alone would make it around the peers' mean of 11.4%" in text
    assert "Demonstration data, not real staff" in text
    assert list(shown.table[0].value["Measure"]) == [told.label for told in MEASURES.values()]
    assert not shown.warning


def test_places_are_in_order_of_names_with_ones_own_first(shown):
    names = list(shown.table[1].value["Organisation"])
    assert names[0] == "Trust A05, A05"
    assert names[1:] == sorted(names[1:])


def test_nothing_on_the_page_ranks_anybody(shown):
    text = said(shown).lower()
    for meant in ("required rank", "nothing here is a ranking", "nothing is ranked", "best possible score"):
        text = text.replace(meant, "")
    assert not [word for word in ORDINALS if word in text]


def test_every_measure_can_be_shown(page):
    """Chance is spoken of where places are parts of people: of vacancies here; nobody else is 55, and one list tells of no leavers."""
    at = page(compare_for="Trust A01, A01")
    for label in ("Vacant posts", "Aged 55 and over", "Leavers a year", "Projected gap", "Digital maturity"):
        at.selectbox(key="compared").set_value(label).run()
        assert not at.exception
        assert at.header[0].value.replace("\\", "").startswith("Trust A01: ")
        assert ("of such places" in said(at)) == (label == "Vacant posts")


def test_a_scenario_changes_what_is_projected_and_nothing_else(page):
    at = page(compare_for="Trust A05, A05")
    before = at.table[0].value.set_index("Measure")["Here"]
    at.selectbox(key="scenario").set_value(next(option for option in at.selectbox(key="scenario").options if "77,923" in option)).run()
    assert not at.exception
    after = at.table[0].value.set_index("Measure")["Here"]
    projected = ["Projected gap", "Projected change of staff"]
    assert after.drop(projected).equals(before.drop(projected))
    assert after["Projected gap"] != before["Projected gap"]


def test_a_bad_link_is_told(page):
    at = page(compare_for="Atlantis", compared="Happiness", scenario="Utopia")
    assert at.selectbox(key="compare_for").options[-1] == "Trust C01, C01", "a body of no type is not what is shown first"
    assert all(
        f"This link named {noun} that does not exist." in at.warning[0].value for noun in ("an organisation", "a measure", "a scenario")
    )


def test_others_are_protected_and_only_ones_own_may_be_compared(page):
    at = page(scope=OWN)
    assert at.selectbox[0].options == ["Trust A05, A05"]
    table = at.table[1].value.set_index("Organisation")
    assert table.loc["Trust A05, A05", "Vacant posts"] == "10.0%"
    assert table.loc["Trust A02, A02", "Vacant posts"] == "\\*"
    assert "the part is too small to show" in said(at)
    assert "not known" not in set(table["People"])
    assert table.loc["Trust A09, A09", "People"] == "80"


def test_somebody_without_an_organisation_of_their_own_is_told(page):
    assert "None of the organisations in the store is your own" in said(page(scope=Scope(frozenset(), protected=None)))


def test_a_store_with_one_organisation_says_that_there_is_nobody_to_compare(page, one_trust):
    at = page(store=one_trust)
    assert "Too few peers are known to compare it with" in at.header[0].value
    assert "Compared with 0 others" in said(at)


# Charts


def data_of(figure):
    return [row for rows in figure.chart.to_dict()["datasets"].values() for row in rows]


def test_the_strip_shows_every_place_once_and_names_ones_own(found):
    told = found["all"]
    figure = compare_charts.strip(told.measured, told.row("coverage"), "A05", MEASURES["coverage"], context="Today")
    drawn = figure.chart.to_dict()
    points = max(drawn["datasets"].values(), key=len)
    assert sorted(row["name"] for row in points) == sorted(told.measured["name"])
    assert [row["name"] for row in points if row["own"]] == ["Trust A05"]
    assert any("Trust A05:" in str(row.get("label")) for row in data_of(figure))
    assert any("Peers' median" in str(row.get("label")) for row in data_of(figure))
    assert figure.headline == words.finding("Trust A05", told.row("coverage"), MEASURES["coverage"])
    assert "Today" in figure.subtitle
    assert figure.name.startswith("Strip plot")


def test_points_of_one_value_stand_apart(found):
    told = found["all"]
    same = told.measured.assign(coverage=0.5)
    drawn = compare_charts.strip(same, told.row("coverage"), "A05", MEASURES["coverage"], context="").chart.to_dict()
    points = max(drawn["datasets"].values(), key=len)
    assert len({row["stack"] for row in points}) == len(points)
    assert all(-1 <= row["stack"] <= 1 for row in points)


def test_hidden_values_are_in_no_chart(found):
    told = found["own"]
    assert (told.measured["vacancy_share"] == "*").any()
    figure = compare_charts.strip(told.measured, told.row("vacancy_share"), "A05", MEASURES["vacancy_share"], context="")
    points = max(figure.chart.to_dict()["datasets"].values(), key=len)
    seen = told.measured[told.measured["vacancy_share"] != "*"]
    assert {row["name"] for row in points} <= set(seen["name"])
    assert "too small to show" in figure.status


def test_the_funnel_draws_limits_mean_and_places(found):
    told = found["all"]
    figure = compare_charts.funnel(told.funnel("vacancy_share"), told.measured, "A05", MEASURES["vacancy_share"], context="Today")
    drawn = figure.chart.to_dict()
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["line"] * 4 + ["rule"] + ["point"] * 2 + ["text"] * 2
    labels = {str(row.get("label")) for row in data_of(figure)}
    assert {"95%", "99.8%", "mean 11.4%"} <= labels
    assert figure.headline == words.chance(told.funnel("vacancy_share"), "A05", MEASURES["vacancy_share"])


def test_the_panels_show_each_role_family_beside_its_peers(found):
    told = found["all"]
    figure = compare_charts.multiples(told.paths, "Headline", context="Baseline")
    drawn = figure.chart.to_dict()
    assert drawn["facet"]["field"] == "family"
    rows = [row for row in data_of(figure) if "own" in row]
    assert {row["family"] for row in rows} == {"Data"}
    assert next(row["own"] for row in rows) == 0
    assert drawn["columns"] == compare_charts.PANELS


@pytest.mark.parametrize("kind", ["all", "own"])
@pytest.mark.parametrize("name", list(MEASURES))
def test_charts_use_the_theme_and_never_red_against_green(found, kind, name):
    told = found[kind]
    text = json.dumps(compare_charts.strip(told.measured, told.row(name), "A05", MEASURES[name], context="").chart.to_dict()).lower()
    assert '"labelcolor": "#0b0c0c"' in text
    assert not [word for word in ("red", "green") if f'"{word}"' in text]


# In words


def test_no_sentence_places_anybody_in_an_order(found):
    told = found["all"]
    sentences = [words.finding(told.name, told.row(name), MEASURES[name]) for name in MEASURES]
    assert not [word for word in ORDINALS for sentence in sentences if word in sentence.lower().replace("best possible score", "")]


def test_the_measures_in_words_are_those_of_the_model():
    assert set(MEASURES) == set(peers.MEASURES)


def test_a_median_between_two_ends_is_said_as_such(found):
    row = found["own"].row("vacancy_share")
    assert row["small"] > 0
    said_ = words.finding("Trust A05", row, MEASURES["vacancy_share"])
    assert "peers lies at " in said_
    assert " to " in said_.split("peers lies at ")[1]
    assert "and at least half of them lie between 0.0% and " in said_


def test_a_change_has_its_sign_and_none_has_none():
    change = MEASURES["staff_change"]
    assert [change.written(value) for value in (0.123, -0.04, 0.001, np.nan, "*")] == ["+12%", "-4%", "0%", "not known", "*"]


# On the command line


def test_the_command_shows_every_measure(path, capsys):
    code, printed = run(capsys, "--organisation", "A05", "--store", str(path))
    assert code == 0
    assert printed.out.startswith("Demonstration data")
    assert all(told.label in printed.out for told in MEASURES.values())


def test_the_command_shows_one_measure_of_every_peer_by_name(path, capsys):
    code, printed = run(capsys, "--organisation", "A05", "--measure", "vacancy_share", "--store", str(path))
    assert code == 0
    listed = [line.split(",")[0] for line in printed.out.splitlines() if line.startswith("Trust A") and ", A0" in line]
    assert listed == ["Trust A05", *(f"Trust A0{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9))]
    assert "Trust A05: 10.0% of posts vacant" in printed.out


def test_json_is_the_same_each_time_and_holds_everything(path, capsys):
    arguments = ("--organisation", "A05", "--json", "--store", str(path))
    first, second = (run(capsys, *arguments)[1].out for _ in range(2))
    assert first == second
    told = json.loads(first)
    assert told["rule"]["widened"]
    assert {row["measure"] for row in told["measures"]} == set(MEASURES)
    assert [row["organisation"] for row in told["organisations"]] == [f"A0{number}" for number in range(1, 10)]
    assert told["chance"]["vacancy_share"]["points"][0].keys() >= {"organisation", "people", "share", "low_95", "high_998"}
    one = json.loads(run(capsys, *arguments, "--measure", "coverage")[1].out)
    assert [row["measure"] for row in one["measures"]] == ["coverage"]


def test_csv_holds_every_row(path, capsys, tmp_path):
    code, _ = run(capsys, "--organisation", "A05", "--csv", str(tmp_path / "peers.csv"), "--store", str(path))
    assert code == 0
    assert len(pd.read_csv(tmp_path / "peers.csv")) == 9


@pytest.mark.parametrize(
    "arguments",
    [("--organisation", "A5"), ("--organisation", "A05", "--measure", "vacant"), ("--organisation", "A05", "--scenario", "basline")],
)
def test_a_wrong_option_is_refused_with_what_is_allowed(path, capsys, arguments):
    code, printed = run(capsys, *arguments, "--store", str(path))
    assert code == 2
    assert "allowed" in printed.err
