"""The commands gaps and trend, the use cases behind them, and the chart of a trend."""

import datetime as dt
import json
import re

import pandas as pd
import pytest

from app import charts, cli, findings
from app.findings import MEASURES
from app.pipeline import gaps as use
from skills_model.gap import QUALITY
from skills_model.privacy import Scope
from skills_model.store import Store

DAYS = [dt.date(2025, 3, 31), dt.date(2026, 3, 31)]


@pytest.fixture
def run(one_trust, capsys):
    """Run a command on the store of one trust, and return its exit code, answer and messages."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([*arguments, *(() if "--store" in arguments else ("--store", str(one_trust)))])
        captured = capsys.readouterr()
        return left.value.code or 0, captured.out, captured.err

    return call


def asked(run, *arguments):
    code, out, _ = run(*arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_quality_stands_beside_each_figure_in_json_csv_and_on_the_terminal(run, tmp_path):
    rows = asked(run, "gaps", "--by", "role_family", "--quality")
    assert all(set(QUALITY) <= set(row) for row in rows)
    assert all(0 <= row["stale_share"] <= 1 for row in rows if row["stale_share"] is not None)
    code, _, _ = run("gaps", "--by", "role_family", "--quality", "--csv", str(tmp_path / "gaps.csv"))
    assert code == 0
    written = pd.read_csv(tmp_path / "gaps.csv")
    assert written["assessments"].fillna(0).tolist() == [row["assessments"] or 0 for row in rows]
    _, told, _ = run("gaps", "--by", "role_family", "--quality")
    assert "How far these figures can be trusted" in told
    assert told.count(str(written["role_family_label"].iloc[0])) == 2
    assert set(QUALITY).isdisjoint(asked(run, "gaps", "--by", "role_family")[0])


def test_a_body_without_a_region_is_not_known_and_an_icb_is_an_icb(run, small_world, tmp_path):
    """The row of bodies that belong to no region has the words that the app and the CSV have, never a dash."""
    small_world["organisation"] = small_world["organisation"].assign(region_code=None, region_name=None)
    with Store.create(tmp_path / "none.duckdb") as store:
        store.write("tests", "0" * 64, "small world", small_world)
    code, out, _ = run("gaps", "--by", "icb,region", "--store", str(tmp_path / "none.duckdb"))
    assert code == 0
    lines = [re.split(r"  +", line)[:2] for line in out.splitlines()]
    assert ["ICB", "Region"] in lines
    assert ["Ash Board", "Not known"] in lines
    listed = run("organisations", "--store", str(tmp_path / "none.duckdb"))[1].splitlines()
    assert [re.split(r"  +", line)[3] for line in listed] == ["Region", "Not known", "Not known"]


def test_a_bias_leaves_more_short_and_none_is_as_given(run):
    given, none, half, one = (
        {row["role_family"]: row for row in asked(run, "gaps", "--by", "role_family", *bias)}
        for bias in ((), ("--self-bias", "0"), ("--self-bias", "0.5"), ("--self-bias", "1"))
    )
    assert given == none
    for measure in ("ranks_short_low", "ranks_short", "ranks_short_high"):
        sums = [sum(row[measure] for row in rows.values()) for rows in (given, half, one)]
        assert sums == sorted(sums), measure
        assert sums[0] < sums[2]
    assert {name: row["vacancy_short"] for name, row in given.items()} == {name: row["vacancy_short"] for name, row in one.items()}


def test_an_earlier_day_is_another_gap_and_wrong_options_are_said(run):
    now, then = (asked(run, "gaps", "--by", "role_family", *day) for day in ((), ("--as-at", "2025-03-31")))
    headcounts, shortfalls = ([{row["role_family"]: row[measure] for row in rows} for rows in (then, now)] for measure in ("headcount", "fte_short"))
    assert headcounts[0] != headcounts[1]
    assert sum(shortfalls[0].values()) != pytest.approx(sum(shortfalls[1].values()), rel=0.01)
    for options, said in (
        (("--as-at", "2001-01-01"), "the first staff list is of 2025-03-31"),
        (("--as-at", "31 March"), "does not match"),
        (("--self-bias=-1",), "self_assessment_bias"),
    ):
        code, out, err = run("gaps", "--by", "role_family", *options)
        assert (code, out) == (2, ""), options
        assert said in err


def test_a_trend_says_each_date_and_what_the_change_is_made_of(run):
    told = asked(run, "trend", "--by", "role_family")
    assert sorted({row["as_at"] for row in told["gaps"]}) == [str(day) for day in DAYS]
    for row in told["changes"]:
        assert row["vacancies"] + row["staff"] + row["skills"] == pytest.approx(row["change"], abs=1e-4)
    _, out, _ = run("trend", "--by", "role_family")
    whole = sum(row["change"] for row in told["changes"])
    assert f"{'fell' if whole < 0 else 'rose'} by {findings.amount(abs(whole))} FTE" in out
    assert "between 31 March 2025 and 31 March 2026" in out
    sizes = [abs(row["change"]) for row in findings.largest_change(pd.DataFrame(told["changes"])).to_dict("records")]
    assert sizes == sorted(sizes, reverse=True)


def test_without_an_earlier_list_there_is_no_change_to_speak_of(one_trust):
    assert findings.change_finding(pd.DataFrame(), []) == "There is no earlier staff list to compare with"
    with Store.open(one_trust) as store:
        assert use.changed(store, Scope.local(), [], []).empty
    hidden = pd.DataFrame({name: ["*"] for name in ("before", "after", "change", "vacancies", "staff", "skills")})
    assert findings.change_finding(hidden, DAYS) == "The change between 31 March 2025 and 31 March 2026 is too small to show"


def lines(measure="staff_short", groups=6):
    frame = pd.DataFrame(
        [
            {"as_at": day, "name": f"Family {group}", "staff_short": 10.0 * group + place, "coverage": group / 10, "met": group, "required_fte": 10.0}
            for group in range(groups)
            for place, day in enumerate(DAYS)
        ]
    )
    return charts.trend(frame, measure=MEASURES[measure], noun="role family", headline="It rose", context="England")


def test_a_trend_shows_the_four_worst_named_at_the_end_of_their_lines():
    figure = lines()
    drawn = figure.chart.to_dict()
    assert drawn["layer"][0]["encoding"]["color"]["scale"]["domain"] == [f"Family {group}" for group in (5, 4, 3, 2)]
    assert drawn["layer"][0]["encoding"]["color"]["legend"] is None
    assert [day["year"] for day in drawn["layer"][0]["encoding"]["x"]["axis"]["values"]] == [2025, 2026]
    assert drawn["layer"][0]["encoding"]["y"]["scale"]["domain"][0] == 0
    ends = next(rows for rows in drawn["datasets"].values() if "place" in rows[0])
    assert [row["name"] for row in ends] == [f"Family {group}" for group in (2, 3, 4, 5)]
    assert figure.status == "Showing 4 of 6 role families"
    assert (figure.headline, figure.name) == ("It rose", "Line chart: staff below the required rank by date and role family")


def test_a_trend_of_coverage_begins_with_the_lowest_and_names_never_overlap():
    drawn = lines("coverage").chart.to_dict()
    assert drawn["layer"][0]["encoding"]["color"]["scale"]["domain"] == [f"Family {group}" for group in (0, 1, 2, 3)]
    close = charts.apart(pd.DataFrame({"value": [5.0, 5.0, 5.1, 50.0]}), 2.0)
    assert close["place"].tolist() == [5.0, 7.0, 9.0, 50.0]
