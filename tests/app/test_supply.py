"""A supply forecast as charts, sentences, files and a command: what it says, what it hides, and that it says the same again."""

import io
import json
import re
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from app import cli, errands, supply_charts, supply_words
from app.pipeline import supply as use
from app.pipeline.supply import SupplyRequest
from app.pipeline.supply_case import Case
from app.report import supply_workbook
from optimiser.errors import PlanError
from skills_model import calibration, returning
from skills_model.area import Area
from skills_model.errors import DataError, ScenarioError, ScopeError
from skills_model.factor import TENTH
from skills_model.privacy import Scope
from skills_model.returning.imputation import published
from skills_model.store import Store
from skills_model.supply import pipelines
from skills_model.supply.rates import estimate
from skills_model.supply.tables import parts

LOCAL = Scope.local()
TRUST = "organisation:DEMO198"
ASKED = SupplyRequest(area=TRUST, draws=200)
CHANGED = SupplyRequest(area=TRUST, draws=200, changed=("joiner_rate=0.05", "leaver_rate=0.2"))


@pytest.fixture(scope="module")
def store(one_trust):
    with Store.open(one_trust) as opened:
        yield opened


@pytest.fixture(scope="module")
def answer(store):
    return use.forecast(store, LOCAL, ASKED)


@pytest.fixture(scope="module")
def worse(store):
    """More leave and fewer join."""
    return use.forecast(store, LOCAL, CHANGED)


def drawn(figure):
    return figure.chart.to_dict()


def data_of(figure, *columns):
    """Return the data set of a chart that has some columns."""
    sets = [pd.DataFrame(rows) for rows in drawn(figure)["datasets"].values()]
    return max((rows for rows in sets if set(columns) <= set(rows)), key=len)


def marks(chart):
    found = [chart["mark"]["type"]] if "mark" in chart else []
    return found + [kind for layer in chart.get("layer", []) for kind in marks(layer)]


# Charts


@pytest.fixture
def path():
    columns = ["year", "p10", "p25", "p50", "p75", "p90", "demand", "nothing"]
    rows = [("2025/26", 100, 100, 100, 100, 100, 110, 100), ("2026/27", 90, 95, 98, 102, 107, 115, 88)]
    return pd.DataFrame(rows, columns=columns)


def test_a_fan_has_two_bands_three_named_lines_and_its_percentiles_in_the_subtitle(path):
    figure = supply_charts.fan(path, headline="Finding", context="England")
    assert marks(drawn(figure)) == ["area", "area", "line", "text"]
    assert "25th to 75th percentile" in figure.subtitle
    assert "10th to 90th" in figure.subtitle
    ends = data_of(figure, "name", "place")
    assert set(ends["name"]) == {"Staff in post, 98", "Posts needed, 115", "Doing nothing, 88"}
    places = ends.sort_values("place")["place"].diff().dropna()
    assert (places > 0).all(), "names at the ends do not lie on each other"
    assert figure.name == "Fan chart: staff in post and posts needed by year"


def test_a_line_that_is_not_known_is_not_drawn(path):
    figure = supply_charts.fan(path.assign(demand=float("nan")), headline="Finding")
    assert set(data_of(figure, "line", "fte")["line"]) == {"Staff in post", "Doing nothing"}


def test_a_waterfall_begins_at_zero_signs_changes_and_gives_each_bar_its_room():
    steps = pd.DataFrame(
        {"step": ["Start", "Joiners", "Leavers", "End"], "fte": [100.0, 30.0, -50.0, 80.0], "total": [True, False, False, True]}
    )
    figure = supply_charts.waterfall(steps, headline="Finding")
    bars = data_of(figure, "low", "high", "text").set_index("step")
    assert list(bars["text"]) == ["100", "+30", "-50", "80"]
    assert (bars.loc["Leavers", "low"], bars.loc["Leavers", "high"]) == (80.0, 130.0)
    scale = drawn(figure)["layer"][1]["encoding"]["y"]["scale"]
    assert scale["domain"][0] == 0.0
    assert figure.narrowest >= 4 * 80


def test_a_tornado_puts_the_widest_first_and_writes_low_and_high():
    drivers = pd.DataFrame(
        {"label": ["Nothing", "Narrow", "Wide", "Joiners"], "low": [0.0, -1.0, 40.0, -9.0], "high": [0.0, 1.0, -44.0, 9.0]}
    )
    figure = supply_charts.tornado(drivers, headline="Finding", measure="staff in post", limit=2)
    assert drawn(figure)["layer"][0]["encoding"]["y"]["sort"] == ["Wide", "Joiners"]
    assert figure.status == "Showing 2 of 4 uncertain numbers"
    assert "Nothing" not in str(drawn(supply_charts.tornado(drivers, headline="Finding", measure="staff in post")))
    bars = data_of(figure, "label", "case", "text")
    assert set(bars[bars["label"] == "Wide"]["text"]) == {"+40", "-44"}


def test_a_matrix_keeps_the_largest_moves_and_hides_what_is_hidden():
    moves = pd.DataFrame({"from_label": ["A", "B", "C"], "to_label": ["B", "C", "D"], "fte": ["9.0", "*", "2.0"]})
    figure = supply_charts.matrix(moves, headline="Finding", limit=2)
    cells = data_of(figure, "from_label", "to_label")
    assert set(cells["from_label"]) == {"A", "C"}
    whole = data_of(supply_charts.matrix(moves, headline="Finding"), "from_label", "text").set_index("from_label")
    assert whole.loc["B", "text"] == "*"
    assert pd.isna(whole.loc["B", "moved"])


def test_a_difference_is_signed_and_sorted_by_its_size():
    parts = pd.DataFrame({"name": ["Data", "Testing"], "difference": [3.0, -70.0]})
    figure = supply_charts.difference(parts, headline="Finding", noun="role family")
    assert list(data_of(figure, "name", "text")["text"]) == ["-70", "+3.0"]
    assert figure.status == "Showing 2 of 2 role families"


def test_convergence_shows_each_percentile_with_its_error():
    rows = [(draws, percentile, 50.0 + percentile, 4.0) for draws in (100, 200) for percentile in (10, 50, 90)]
    figure = supply_charts.convergence(pd.DataFrame(rows, columns=["draws", "percentile", "fte", "error"]), headline="Finding")
    lines = data_of(figure, "line", "low", "high")
    assert set(lines["line"]) == {"10th percentile", "Median", "90th percentile"}
    assert (lines["high"] - lines["low"]).eq(8.0).all()


@pytest.mark.parametrize("kind", ["fan", "difference", "tornado"])
def test_text_is_dark_enough_to_read(kind, path):
    figures = {
        "fan": lambda: supply_charts.fan(path, headline=""),
        "difference": lambda: supply_charts.difference(pd.DataFrame({"name": ["A"], "difference": [1.0]}), headline="", noun="row"),
        "tornado": lambda: supply_charts.tornado(pd.DataFrame({"label": ["A"], "low": [1.0], "high": [2.0]}), headline="", measure="x"),
    }
    config = drawn(figures[kind]())["config"]
    assert config["axis"]["labelColor"] == config["axis"]["titleColor"] == "#0b0c0c"


# Sentences


def fan(*rows):
    return pd.DataFrame(rows, columns=["year", "measure", "p10", "p50", "p90"])


def test_the_headline_says_where_staff_go_and_how_they_stand():
    first = ("2025/26", "supply", 100.0, 100.0, 100.0)
    more = fan(first, ("2028/29", "supply", 110.0, 120.0, 130.0), ("2028/29", "gap", -9.0, -8.0, -7.0))
    assert supply_words.headline(more).endswith(
        "grow from 100 FTE in 2025/26 to 120 FTE in 2028/29 (110 to 130), 8.0 FTE more than the posts needed"
    )
    same = fan(first, ("2028/29", "supply", 90.0, 100.2, 110.0), ("2028/29", "gap", -1.0, 0.1, 1.0))
    assert supply_words.headline(same) == "Staff in post stay near 100 FTE until 2028/29 (90 to 110), as many as the posts needed"
    assert supply_words.headline(fan(("2025/26", "supply", "*", "*", "*"))) == "The numbers here are too small to show"
    assert "nothing to forecast" in supply_words.headline(fan())


def test_what_has_changed_is_said_by_name():
    shown = SupplyRequest(changed=("a=1", "b=2"))
    asked = SupplyRequest(area="icb:QYG", draws=5, changed=("b=3",))
    said = supply_words.stale(asked, shown, {"a": "Leavers, under 25"}, data=True)
    assert said.startswith("Changed since this forecast was made: area, number of futures, Leavers, under 25, b, the data.")
    assert supply_words.stale(shown, shown, {}) == ""


def test_flows_that_are_too_small_to_show_are_not_added_up():
    steps = pd.DataFrame({"step": ["start", "joiners", "end"], "fte": [10.0, "*", 12.0]})
    assert supply_words.flows_finding(steps) == "What changes staff in post is too small to show"


def test_a_difference_too_small_to_show_is_said_to_be():
    ends = pd.DataFrame({"year": ["2028/29"], "difference": ["*"]})
    assert "too small to show" in supply_words.difference_finding(ends, pd.DataFrame({"name": [], "difference": []}), "Baseline")


# The forecast


def test_a_forecast_says_the_same_again_and_holds_no_path_and_no_time(store, answer):
    again = use.forecast(store, LOCAL, ASKED)
    text = json.dumps(again.as_dict(), default=str)
    assert text == json.dumps(answer.as_dict(), default=str)
    assert str(store.path) not in text
    assert not re.search(r"\d\d:\d\d", text)


def test_another_seed_gives_other_futures_and_another_digest(store, answer):
    other = use.forecast(store, LOCAL, SupplyRequest(area=TRUST, draws=200, seed=2))
    assert other.digest != answer.digest
    assert not other.total["p10"].equals(answer.total["p10"])
    assert other.steps.equals(answer.steps), "the middle path knows no chance"


def test_nobody_appears_or_vanishes(answer):
    steps = answer.steps.set_index("step")["fte"]
    assert steps["end"] == pytest.approx(steps.drop("end").sum(), abs=1e-4)
    flows = answer.flows
    first = flows[flows["year"] == answer.first]["end"].sum()
    assert steps["start"] == pytest.approx(first, abs=1e-4)
    ends = flows[flows["year"] == answer.last]["end"].sum()
    assert steps["end"] == pytest.approx(ends, abs=1e-4)


def test_parts_add_up_to_the_whole(answer):
    whole = answer.total.set_index(["measure", "year"])["mean"]
    parts = answer.rows.groupby(["measure", "year"])["mean"].sum()
    assert parts.sub(whole).abs().max() < 0.05, "chance alone cannot make a small part less than nobody"
    assert (whole["demand"] - whole["supply"]).sub(whole["gap"]).abs().max() < 1e-3


def test_the_start_is_known_and_the_range_opens_from_it(answer):
    supply = answer.total[answer.total["measure"] == "supply"].set_index("year")
    width = supply["p90"] - supply["p10"]
    assert width[answer.first] == 0
    assert width[answer.last] > width.iloc[1] > 0


def test_doing_nothing_leaves_fewer(answer):
    nothing = answer.nothing.set_index("year")["fte"]
    assert nothing[answer.last] < answer.steps.set_index("step")["fte"]["end"]


def test_a_number_that_is_set_counts_and_its_range_moves_with_it(answer, worse):
    last = (worse.total["measure"] == "supply") & (worse.total["year"] == worse.last)
    assert (worse.total[last]["p50"] < answer.total[last]["p50"]).all()
    numbers = worse.assumptions.set_index("name")
    assert numbers.loc["leaver_rate[under 25]", "value"] == 0.2
    assert numbers.loc["leaver_rate[under 25]", "low"] == pytest.approx(0.12 * 0.2 / 0.16)
    assert set(numbers.index[numbers["changed"]]) == {f"leaver_rate[{age}]" for age in AGES} | {"joiner_rate"}
    rates = worse.rates[worse.rates["what"] == "leaver rate"]
    assert rates["source"].str.contains("as the scenario sets it").all()


AGES = ("under 25", "25 to 34", "35 to 44", "45 to 54", "55 to 59", "60 and over", "unknown")


def test_two_forecasts_are_compared_part_by_part(answer, worse):
    rows, total = use.difference(worse, answer), use.total_difference(worse, answer)
    ends = total[(total["measure"] == "supply") & (total["year"] == answer.last)]
    assert ends["difference"].iloc[0] == pytest.approx(ends["this"].iloc[0] - ends["other"].iloc[0], abs=1e-6)
    assert ends["difference"].iloc[0] < 0
    parts = supply_words.differing(rows, worse)
    said = supply_words.difference_finding(total[total["measure"] == "supply"], parts, supply_words.case(answer))
    assert re.match(r"[\d.]+ FTE fewer staff in post than \"Baseline.*\" in 2028/29, most of it in .+ \(-[\d.]+\)$", said)
    written = supply_words.difference_rows(rows, total, worse)
    assert written["Role family"].iloc[0] == "Everything together"
    assert len(written) == 1 + answer.rows["role_family_label"].nunique()


def test_what_is_hidden_in_one_of_two_forecasts_is_hidden_in_the_difference(answer):
    hidden = answer.total.astype({"p50": "object"})
    hidden.loc[hidden.index[-1], "p50"] = "*"
    compared = use._compared(hidden, answer.total, ["year", "measure"])
    assert list(compared["difference"]).count("*") == 1
    assert set(compared["difference"]) == {0.0, "*"}


def test_the_other_scenario_is_asked_over_the_same_years(store):
    request = SupplyRequest(area=TRUST, scenario="published-2030", changed=("leaver_rate=0.2",))
    other = use.beside(store, LOCAL, request, "baseline")
    assert other.scenario == "baseline"
    assert "leaver_rate=0.2" not in other.changed
    one, two = (use.forecast(store, LOCAL, SupplyRequest(**{**vars(item), "draws": 80})) for item in (request, other))
    assert (one.first, one.last) == (two.first, two.last)


def test_one_role_family_is_forecast_by_itself(store, answer):
    family = answer.rows["role_family"].dropna().iloc[0]
    alone = use.forecast(store, LOCAL, SupplyRequest(area=TRUST, draws=200, role_family=family, by=("role_level", "year")))
    part = answer.flows[(answer.flows["role_family"] == family) & (answer.flows["year"] == answer.last)]
    assert alone.steps.set_index("step")["fte"]["end"] == pytest.approx(part["end"].sum(), abs=1e-4)
    assert alone.flows["start"].sum() > 0
    ends = alone.total[(alone.total["measure"] == "supply") & (alone.total["year"] == alone.first)]["p50"].iloc[0]
    assert ends == pytest.approx(alone.steps.set_index("step")["fte"]["start"], abs=1e-4)


@pytest.mark.parametrize("by", [("organisation", "year"), ("band",), ("age_band", "year"), ("skill", "year"), ("region", "role_family")])
def test_every_cut_can_be_asked(store, by):
    found = use.forecast(store, LOCAL, SupplyRequest(area="england", draws=80, by=by))
    assert len(found.rows)
    assert ("year" in found.rows) == ("year" in by)
    assert f"{by[0]}_label" in found.rows
    assert len(supply_words.end_rows(found))
    assert len(supply_words.flow_rows(found))


@pytest.mark.parametrize(
    "wrong, error, said",
    [
        ({"area": "icb:NONE"}, DataError, "Unknown area"),
        ({"scenario": "nothing"}, ScenarioError, "Unknown scenario"),
        ({"changed": ("leaver_rat=0.2", "joiner_rate=x")}, ScenarioError, "leaver_rat"),
        ({"role_family": "unheard-of"}, ScenarioError, "Unknown role family"),
        ({"by": ("colour",)}, ScenarioError, "Unknown cut"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(store, wrong, error, said):
    with pytest.raises(error, match=said):
        use.forecast(store, LOCAL, SupplyRequest(**{"area": TRUST, "draws": 80, **wrong}))


def test_work_that_is_cancelled_stops(store):
    steps = []
    with pytest.raises(PlanError) as stopped:
        use.forecast(store, LOCAL, ASKED, lambda share, step: steps.append((share, step)), lambda: len(steps) > 2)
    assert stopped.value.status == "cancelled"
    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert shares[-1] < 1


# What is protected


def test_others_see_only_protected_figures(store, answer):
    other = Scope(frozenset({"ELSEWHERE"}), protected=None)
    shown = use.forecast(store, other, ASKED)
    exact = answer.rows.set_index(["role_family", "year", "measure"])
    few = exact[(exact["headcount"] > 0) & (exact["headcount"] < 8)].index
    rows = shown.rows.set_index(["role_family", "year", "measure"])
    assert len(few)
    assert (rows.loc[few, ["headcount", "mean", "p10", "p50", "p90"]].astype("str") == "*").all(axis=None)
    seen = pd.to_numeric(rows["p50"], errors="coerce").dropna()
    assert (seen % 5 == 0).all()
    assert shown.drivers.empty
    assert shown.convergence.empty
    assert (pd.to_numeric(shown.steps["fte"], errors="coerce").dropna() % 5 == 0).all()
    with pytest.raises(ScopeError):
        use.forecast(store, Scope(frozenset({"ELSEWHERE"})), ASKED)


def test_a_digest_tells_nobody_whether_a_guess_of_others_numbers_is_right(one_trust, tmp_path):
    other, asked = Scope(frozenset({"ELSEWHERE"}), protected=None), replace(ASKED, draws=80)
    digests = {}
    with Store.open(Path(shutil.copy(one_trust, tmp_path / "guessed.duckdb"))) as guessed:
        for guess in ("true", "false"):
            digests[guess] = tuple(use.forecast(guessed, scope, asked).digest for scope in (LOCAL, other))
            guessed._connection.execute("UPDATE assignment SET fte = fte * 0.9")
    assert digests["true"][0] != digests["false"][0], "whoever sees the numbers is told that they have changed"
    assert digests["true"][1] == digests["false"][1]


# Beside published figures


def test_totals_of_england_stand_beside_published_ones_with_their_sources(store, answer):
    whole = use.forecast(store, LOCAL, SupplyRequest(draws=80))
    told, known = whole.calibration, calibration.against_published(store, LOCAL)
    pd.testing.assert_frame_equal(told, known.round(6), check_dtype=False)
    assert told["source"].str.len().gt(0).all()
    row = told.set_index("figure").loc["Digital and informatics staff"]
    assert row["published"] == 46009
    assert row["ours"] == pytest.approx(whole.steps.set_index("step")["fte"]["start"])
    assert row["comparable"] == calibration.PART, "one trust is not England"
    written = supply_words.calibration_rows(told).set_index("Published figure")
    assert written.loc["Leavers a year, share of staff", "Difference"].endswith(" points")
    assert whole.as_dict()["calibration"][0]["figure"] == "Digital and informatics staff"
    assert answer.calibration.empty, "nothing but England is held against England's figures"
    family = answer.rows["role_family"].dropna().iloc[0]
    assert use.forecast(store, LOCAL, SupplyRequest(draws=80, role_family=family)).calibration.empty


# Trusts that have sent nothing

REGION = SupplyRequest(area="region:Y62", draws=80)


@pytest.fixture(scope="module")
def real(one_return):
    with Store.open(one_return) as opened:
        yield opened


@pytest.fixture(scope="module")
def region(real):
    return use.forecast(real, LOCAL, REGION)


def everything(frame):
    return frame[frame["of"] == "everything"].set_index("year")


def test_imputed_staff_leave_and_join_as_others_do_and_are_apart(real, region):
    """What is imputed at the start is followed by the same rates: projected by themselves they come to the same."""
    case = Case.of(real, LOCAL, REGION)
    missing = returning.imputed(real, LOCAL, Area.parse("region:Y62"), case.scenario.start)
    codes = sorted(missing.cells["organisation"].unique())
    assert len(codes) == (published(case.scenario.start)["region"] == "Y62").sum() - 1
    rates = estimate(real, LOCAL, codes, case.assumptions)
    alone = parts(missing.cells, rates, case.scenario, pipelines.read(real, LOCAL, []), case.assumptions)
    whole, sums = everything(region.imputed), alone.stocks().sum(axis=0)
    assert whole["imputed"].tolist() == pytest.approx([sums[period] for period in (0, 4, 8, 12)], rel=1e-6)
    assert whole.loc[region.first, ["imputed", "low", "high"]].tolist() == pytest.approx(missing.between(), rel=1e-6)
    assert whole.loc[region.first, "counted"] == pytest.approx(300)
    assert region.steps.set_index("step")["fte"]["start"] == pytest.approx(300), "the forecast itself counts who is counted"
    assert region.total["p90"].max() < whole["imputed"].min()


def test_the_range_of_a_sum_is_not_the_sum_of_ranges(real, region):
    """By hand: what is usual errs for all of them together, what is a trust's own by itself, both in proportion to its staff then."""
    case = Case.of(real, LOCAL, REGION)
    missing = returning.imputed(real, LOCAL, Area.parse("region:Y62"), case.scenario.start)
    alone = parts(missing.cells, case.rates, case.scenario, pipelines.read(real, LOCAL, []), case.assumptions)
    trusts = missing.organisations.set_index("organisation")
    ends = pd.Series(alone.stocks()[:, -1]).groupby(alone.cells["organisation"].to_numpy()).sum()
    common = (trusts["published_fte"] * ends / trusts["fte"] * trusts["share_sd"]).sum()
    deviation = (common**2 + ((ends * missing.spread) ** 2).sum()) ** 0.5
    last = everything(region.imputed).loc[region.last]
    assert last["high"] == pytest.approx(ends.sum() + TENTH * deviation, rel=1e-6)
    assert last["low"] == pytest.approx(ends.sum() - TENTH * deviation, rel=1e-6)
    assert last["high"] - last["low"] < (trusts["high"] - trusts["low"]).sum(), "they do not all err the same way"


def test_counted_and_imputed_are_added_up_year_by_year_and_by_role_family(region):
    rows = region.imputed
    for together, part in (("together", "imputed"), ("together_low", "low"), ("together_high", "high")):
        assert (rows["counted"] + rows[part]).sub(rows[together]).abs().max() < 1e-5
    families = rows[rows["of"] == "role family"]
    assert set(families["role_family_label"]) == {"Data", "Job title not mapped"}
    sums = families.groupby("year")[["counted", "imputed", "together"]].sum()
    assert sums.sub(everything(rows)[["counted", "imputed", "together"]]).abs().max(axis=None) < 1e-3
    ends = region.flows.groupby("year")["end"].sum()
    assert everything(rows)["counted"].sub(ends).abs().max() < 1e-4


def test_of_one_role_family_that_alone_is_imputed(real, region):
    alone = use.forecast(real, LOCAL, SupplyRequest(area="region:Y62", draws=80, role_family="data")).imputed
    family = region.imputed[region.imputed["role_family"] == "data"]
    assert alone["imputed"].tolist() == pytest.approx(family["imputed"].tolist())
    assert alone["counted"].tolist() == pytest.approx(family["counted"].tolist())


def test_a_number_too_small_to_show_does_not_follow_from_a_sum(real):
    told = use.forecast(real, Scope(frozenset({"ELSEWHERE"}), protected=None), REGION).imputed
    few = told[told["role_family_label"] == "Job title not mapped"]
    assert len(few) == 4
    assert (few[["counted", "together", "together_low", "together_high"]] == "*").all(axis=None)
    assert few["imputed"].gt(8).all()
    assert (pd.to_numeric(everything(told)["counted"]) % 5 == 0).all()


def test_nothing_is_imputed_beside_invented_organisations(answer):
    assert answer.imputed.empty
    assert supply_words.imputed_finding(answer.imputed) == ""
    assert answer.as_dict()["imputed"] == []


def test_the_command_the_notes_and_the_workbook_show_what_is_imputed_apart(real, region, one_return, capsys):
    said = supply_words.imputed_finding(region.imputed)
    assert re.fullmatch(
        r"With trusts that have sent nothing, in 2028/29: counted \d+ FTE, imputed [\d,]+ \([\d,]+ to [\d,]+\), together [\d,]+ \([\d,]+ to [\d,]+\)",
        said,
    )
    asked = ["supply", "--area", "region:Y62", "--draws", "80", "--store", str(one_return)]
    code, out, _ = run(capsys, *asked)
    assert code == 0
    assert said in out
    assert "Trusts that have sent nothing, beside those that count" in out
    first = run(capsys, *asked, "--json")[1]
    assert run(capsys, *asked, "--json")[1] == first
    assert json.loads(first)["imputed"] == json.loads(json.dumps(region.as_dict()["imputed"]).replace("NaN", "null"))
    book = openpyxl.load_workbook(io.BytesIO(supply_workbook.supply(region)))
    assert book["Imputed"]["A1"].value == f"{said}"
    assert book["Imputed"].max_row == 5 + len(region.imputed)
    assert any(title.startswith("Trusts that have sent nothing") for title, *_ in supply_words.grounds(region))


NEXT_DOOR = Scope(frozenset({"ELSEWHERE"}), protected=None)


def shown_as(rows, *names):
    return rows[list(names)].apply(pd.to_numeric, errors="coerce")


def test_what_few_can_do_is_not_told_by_futures_either(store):
    """By skill a row tells of those assessed: what is hidden on the middle path is hidden in its futures, and chances are rounded."""
    asked = SupplyRequest(area=TRUST, by=("role_family", "skill"), draws=200)
    shown = use.forecast(store, NEXT_DOOR, asked)
    keys = ["role_family", "skill"]
    flows = shown.flows.set_index(keys)
    rows = shown.rows[shown.rows["measure"] != "demand"].set_index(keys)
    few = flows.index[(flows["headcount"] != "*") & (flows["end_low"] == "*") & (flows["end"] == "*") & (flows["start"] == "*")]
    told = rows.loc[rows.index.isin(few)]
    assert len(few)
    exact = use.forecast(store, LOCAL, asked)
    people = Case.of(store, NEXT_DOOR, asked)._people(["DEMO198"], keys).set_index(keys)
    assessed = people.index[people["assessed_headcount"].between(1, 7) & (people["headcount"] >= 8)]
    assert len(assessed)
    hidden = rows.loc[rows.index.isin(assessed), ["mean", "p10", "p50", "p90"]]
    assert (hidden.astype("str") == "*").all(axis=None)
    assert len(told)
    chances = shown_as(shown.rows, "met_chance")["met_chance"].dropna()
    assert (chances * 20).tolist() == pytest.approx((chances * 20).round().tolist())
    own = exact.rows["met_chance"].dropna()
    assert (own * 20 != (own * 20).round()).any()
    figures = shown_as(shown.rows, "p10", "p50", "p90")
    assert ((figures % 5 == 0) | figures.isna()).all(axis=None)


def test_who_holds_several_role_levels_is_one_person_of_a_row(small_store):
    """Of AAA's five people one is analyst and senior analyst, one not mapped: five in all, four in the role family."""
    found = use.forecast(small_store, LOCAL, SupplyRequest(area="organisation:AAA", by=("role_family",), draws=100))
    assert set(found.total["headcount"]) == {5}
    supply = found.rows[found.rows["measure"] == "supply"]
    assert supply[supply["role_family"] == "data"]["headcount"].tolist() == [4]
    cells = SupplyRequest(area="organisation:AAA", by=("role_level", "age_band", "band"), draws=100)
    assert set(use.forecast(small_store, LOCAL, cells).total["headcount"]) == {5}


def test_growth_that_a_user_sets_does_not_undo_the_rounding(store):
    """Posts doubled for twelve years, and divided again: as rounded as today's; joiners alike."""
    years = ("period=year", "periods=12")
    growing = (*(f"demand.growth.{family}.rate=1.0" for family in ("data", "it-operations")), *years)
    shown = use.forecast(store, NEXT_DOOR, SupplyRequest(area=TRUST, by=("role_family",), draws=200, changed=growing))
    posts = shown.rows[(shown.rows["measure"] == "demand")].set_index("role_family")["p50"].astype("str")
    assert int(float(posts["it-operations"])) % (5 * 2**12) == 0
    joining = (*(f"supply.joiners.{family}.rate=1.0" for family in ("data", "it-operations")), *years)
    shown = use.forecast(store, NEXT_DOOR, SupplyRequest(area=TRUST, by=("role_family",), draws=200, changed=joining))
    staff = pd.to_numeric(shown.rows[shown.rows["measure"] == "supply"].set_index("role_family")["p50"], errors="coerce")
    assert staff["it-operations"] % (5 * 2**6) == 0
    assert staff["it-operations"] > 0


# Files and the command


def test_a_workbook_holds_every_part_with_its_mark_and_runs_no_formula(answer, worse):
    book = openpyxl.load_workbook(io.BytesIO(supply_workbook.supply(worse, answer)))
    assert book.sheetnames == [
        "Everything together", "Part by part", "What changes staff", "Moves", "What drives it", "Rates", "Numbers", "Returns", "Notes", "Compared",
    ]  # fmt: skip
    for sheet in book:
        assert sheet["A3"].value == "Demonstration data, not real staff"
        assert sheet["A1"].value
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    drivers = book["What drives it"]
    assert drivers["A5"].value == "Uncertain number"
    assert isinstance(drivers["D6"].value, int | float)


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as leaving:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    return leaving.value.code, out, err


def test_the_command_says_the_same_again_byte_for_byte(one_trust, capsys):
    asked = [
        "supply",
        "--area",
        TRUST,
        "--scenario",
        "published-2030",
        "--by",
        "role_family,year",
        "--draws",
        "200",
        "--json",
        "--store",
        str(one_trust),
    ]
    code, first, _ = run(capsys, *asked)
    assert code == 0
    assert run(capsys, *asked)[1] == first
    told = json.loads(first)
    assert told["request"]["scenario"] == "published-2030"
    assert {row["measure"] for row in told["total"]} == {"supply", "demand", "gap"}


def test_the_command_shows_the_forecast_and_writes_files(one_trust, capsys, tmp_path):
    asked = ["supply", "--area", TRUST, "--draws", "200", "--store", str(one_trust), "--set", "leaver_rate=0.2"]
    code, out, _ = run(capsys, *asked, "--against", "baseline")
    assert code == 0
    assert out.startswith("Demonstration data, not real staff\n")
    for said in ("Staff in post fall from", "What moves staff in post most", "Where the rates come from", "fewer staff in post than"):
        assert said in out
    drives = out[out.index("What moves staff in post most") : out.index("Where the rates come from")]
    assert max(len(line) for line in drives.splitlines()) <= 110
    files = [tmp_path / "s.csv", tmp_path / "s.xlsx"]
    assert run(capsys, *asked, "--csv", str(files[0]), "--xlsx", str(files[1]))[0] == 0
    assert "role_family_label" in files[0].read_text().splitlines()[0]
    assert openpyxl.load_workbook(files[1]).sheetnames[0] == "Everything together"


def test_the_command_and_the_workbook_put_england_beside_published_figures(one_trust, capsys, tmp_path):
    asked = ["supply", "--draws", "80", "--store", str(one_trust)]
    out = run(capsys, *asked)[1]
    part = out[out.index("Beside published figures") :]
    assert re.search(r"^Digital and informatics staff +2020 +46,009 FTE +[\d.,]+ FTE +-[\d,]+ FTE +no$", part, re.MULTILINE)
    assert max(len(line) for line in part.splitlines()) <= 110
    run(capsys, *asked, "--xlsx", str(tmp_path / "england.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "england.xlsx")["Published"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert rows[0] == list(supply_workbook.CALIBRATION.values())
    assert all(row[-1] for row in rows[1:])
    assert rows[1][3] == 46009


def test_the_command_names_every_wrong_setting(one_trust, capsys):
    code, out, err = run(capsys, "supply", "--area", TRUST, "--set", "leaver_rat=0.2", "--set", "x", "--json", "--store", str(one_trust))
    assert code == 2
    assert "leaver_rat" in err
    assert len(json.loads(out)["faults"]) >= 2


# Work outside the pages


def test_the_same_errand_is_done_once_and_one_that_failed_can_be_asked_again(store):
    done, go = [], threading.Event()

    def work(errand, *_):
        go.wait(10)
        done.append(errand.asked)
        if len(done) == 1:
            raise DataError([])
        return len(done)

    desk = errands.Desk(work, at_once=1, kept=4)
    assert desk.take(store, LOCAL, "question", "name") == desk.take(store, LOCAL, "question", "name") == "name"
    go.set()
    assert desk.errand("name").ended.wait(10)
    assert desk.errand("name").error is not None
    desk.take(store, LOCAL, "question", "name")
    assert desk.errand("name").ended.wait(10)
    desk.take(store, LOCAL, "question", "name")
    assert desk.errand("name").answer == 2
    assert done == ["question", "question"]


def test_waiting_errands_begin_when_it_is_their_turn(store):
    running = []

    def work(errand, *_):
        running.append(errand.asked)
        assert len(running) == 1
        time.sleep(0.05)
        running.remove(errand.asked)
        return errand.asked

    desk = errands.Desk(work, at_once=1, kept=4)
    names = [desk.take(store, LOCAL, number) for number in range(3)]
    for number, name in enumerate(names):
        assert desk.errand(name).ended.wait(10)
        assert desk.errand(name).answer == number
