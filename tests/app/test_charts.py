"""Charts as dictionaries, and the sentences above them."""

import json

import pandas as pd
import pytest

from app import charts, findings
from app.findings import MEASURES


def cell(skill, family, required, met, headcount=20):
    short = required - met
    return {
        "skill_label": skill,
        "role_family_label": family,
        "headcount": headcount,
        "required_fte": required,
        "met": met,
        "met_low": met * 0.8,
        "met_high": met * 1.1,
        "coverage": met / required,
        "staff_short": short,
        "ranks_short": short * 2,
        "fte_short": short + 1,
    }


@pytest.fixture
def cells():
    """Three skills of two role families; cyber security in IT operations is furthest away, testing is not required in Data."""
    return pd.DataFrame(
        [
            cell("Cyber security", "IT operations", 60.0, 19.0),
            cell("Cyber security", "Data", 10.0, 9.0),
            cell("Data ethics", "Data", 30.0, 15.0),
            cell("Data ethics", "IT operations", 10.0, 8.0),
            cell("Testing", "IT operations", 20.0, 18.0),
        ]
    )


def drawn(figure):
    return figure.chart.to_dict()


def heatmap(cells, measure="staff_short", **options):
    return charts.heatmap(cells, rows="skill_label", columns="role_family_label", measure=MEASURES[measure], **options)


def test_a_heatmap_puts_the_largest_gaps_first_and_says_where_it_is(cells):
    figure = heatmap(cells, context="England")
    layer = drawn(figure)["layer"][0]
    assert layer["encoding"]["y"]["sort"] == ["Cyber security", "Data ethics", "Testing"]
    assert layer["encoding"]["x"]["sort"] == ["IT operations", "Data"]
    assert figure.headline == "Largest gap: Cyber security in IT operations, 41 FTE below the required rank"
    assert (
        figure.subtitle
        == "Staff below the required rank (FTE) by skill and role family. England. Darker is more gap; blank requires nothing."
    )
    assert figure.status == "Showing 3 of 3 skills and 2 of 2 role families"


def test_dark_is_always_more_gap(cells):
    short = drawn(heatmap(cells))["layer"][0]["encoding"]["color"]["condition"]["scale"]
    share = drawn(heatmap(cells, "coverage"))["layer"][0]["encoding"]["color"]["condition"]["scale"]
    assert (short["scheme"], short["reverse"], short["domain"]) == ("cividis", True, [0.0, 41.0])
    assert (share["scheme"], share["reverse"], share["domain"]) == ("cividis", False, [0.0, 1.0])


def test_numbers_in_dark_cells_are_white(cells):
    dark = pd.DataFrame(next(iter(drawn(heatmap(cells))["datasets"].values()))).set_index(["row", "column"])["dark"]
    assert bool(dark["Cyber security", "IT operations"]) is True
    assert bool(dark["Testing", "IT operations"]) is False
    covered = pd.DataFrame(next(iter(drawn(heatmap(cells, "coverage"))["datasets"].values()))).set_index(["row", "column"])["dark"]
    assert bool(covered["Cyber security", "IT operations"]) is True
    assert bool(covered["Testing", "IT operations"]) is False


def test_a_heatmap_shows_the_worst_of_many_and_all_on_request():
    many = pd.DataFrame([cell(f"Skill {number:02d}", "Data", 100.0, float(number)) for number in range(30)])
    few, every = heatmap(many), heatmap(many, limit=None)
    assert few.status == "Showing 20 of 30 skills and 1 of 1 role families"
    assert drawn(few)["layer"][0]["encoding"]["y"]["sort"][0] == "Skill 00"
    assert len(drawn(few)["layer"]) == 2, "numbers are written where they can be read"
    assert every.status == "Showing 30 of 30 skills and 1 of 1 role families"
    assert len(drawn(every)["layer"]) == 1


def test_what_is_hidden_is_shown_as_a_star_and_never_as_a_number(cells):
    hidden = cells.astype({"staff_short": "object", "headcount": "object"})
    hidden.loc[0, ["staff_short", "headcount"]] = "*"
    figure = heatmap(hidden)
    row = next(
        row for row in next(iter(drawn(figure)["datasets"].values())) if row["row"] == "Cyber security" and row["column"] == "IT operations"
    )
    assert (row["text"], row["people"], row["value"]) == ("*", "*", None)
    assert figure.headline == "Largest gap: Data ethics in Data, 15 FTE below the required rank"
    assert "41" not in json.dumps(list(drawn(figure)["datasets"].values()))


def test_every_chart_has_readable_text_full_labels_and_a_short_name(cells, plan_frames):
    figures = [
        heatmap(cells),
        charts.bullet(cells, name="skill_label"),
        charts.closes(plan_frames["closes"], name="skill", label="Skill"),
        charts.cost_by_stream(plan_frames["cost"], "What it costs"),
        charts.path(plan_frames["path"]),
    ]
    for figure in figures:
        config = drawn(figure)["config"]
        for part in (config["axis"], config["legend"]):
            assert (part["labelColor"], part["titleColor"]) == ("#0b0c0c", "#0b0c0c")
            assert part["labelLimit"] >= 400
        assert config["axis"]["labelOverlap"] is False
        assert 10 < len(figure.name) < 90
        assert figure.headline
        assert figure.subtitle.endswith(".")
        assert "Vega" not in figure.name


def test_column_names_are_horizontal_and_in_full(cells):
    axis = drawn(heatmap(cells))["layer"][0]["encoding"]["x"]["axis"]
    assert axis["labelAngle"] == 0
    assert json.loads(axis["labelExpr"].removesuffix("[datum.label]").strip("()")) == {
        "IT operations": ["IT", "operations"],
        "Data": ["", "Data"],
    }


def test_a_bullet_marks_the_requirement_as_a_tick_and_starts_at_zero(cells):
    figure = charts.bullet(cells, name="skill_label", limit=2)
    bar, spread, tick = drawn(figure)["layer"]
    assert figure.headline == "Furthest from the requirement: Cyber security, 19 of 60 skills in place"
    assert figure.status == "Showing 2 of 5 rows"
    assert bar["encoding"]["x"]["scale"]["zero"] is True
    assert spread["encoding"]["x2"]["field"] == "high"
    assert (tick["mark"]["type"], tick["encoding"]["x"]["field"]) == ("tick", "required")


@pytest.fixture
def plan_frames():
    return {
        "closes": pd.DataFrame({"skill": ["Testing", "Data ethics"], "do_nothing": [10.0, 20.0], "plan": [8.0, 5.0]}),
        "cost": pd.DataFrame(
            {
                "stream": ["Establishment pay", "Development", "Development"],
                "year": ["2026/27", "2026/27", "2027/28"],
                "pounds": [-50.0, 100.0, 80.0],
            }
        ),
        "path": pd.DataFrame({"label": ["Now", "Q1 2026/27"], "do_nothing": [0.6, 0.5], "plan": [0.6, 0.7]}),
    }


def test_what_is_closed_most_comes_first(plan_frames):
    figure = charts.closes(plan_frames["closes"], name="skill", label="Skill")
    assert figure.headline == "Most is closed in Data ethics: 15 ranks"
    points = drawn(figure)["layer"][1]["encoding"]
    assert points["y"]["sort"] == ["Data ethics", "Testing"]
    assert points["shape"]["scale"]["range"] == ["square", "circle"], "never colour alone"


def test_streams_keep_the_order_of_the_palette(plan_frames):
    scale = drawn(charts.cost_by_stream(plan_frames["cost"], "x"))["encoding"]["color"]["scale"]
    assert scale == {"domain": ["Development", "Establishment pay"], "range": ["#005eb8", "#ed8b00"]}


def test_lines_are_named_at_their_ends_without_a_legend(plan_frames):
    figure = charts.path(plan_frames["path"])
    lines, *ends = drawn(figure)["layer"]
    assert figure.headline == "Coverage reaches 70% by Q1 2026/27 with the plan; doing nothing it would be 50%"
    assert lines["encoding"]["color"]["legend"] is None
    assert [end["mark"]["type"] for end in ends] == ["text", "text"]


# Sentences


def test_a_finding_never_claims_what_the_frame_does_not_show(cells):
    names = ["skill_label"]
    short, share = MEASURES["staff_short"], MEASURES["coverage"]
    assert findings.gap_finding(cells.iloc[:0], short, names) == "Nothing is required here, so there is no gap to show"
    assert findings.gap_finding(cells.assign(staff_short="*"), short, names) == "Every number here is too small to show"
    assert findings.gap_finding(cells.assign(staff_short=0.0), short, names) == "No gap: everybody assessed meets what is required"
    assert findings.gap_finding(cells, share, names) == "Lowest coverage: Cyber security, 32% of what is required"


def test_ties_are_broken_by_name_so_that_a_page_does_not_flicker():
    frame = pd.DataFrame({"skill_label": ["B", "A"], "staff_short": [5.0, 5.0]})
    assert list(findings.ranked(frame, MEASURES["staff_short"])["skill_label"]) == ["A", "B"]
    assert list(findings.ranked(frame.assign(staff_short=["*", "3"]), MEASURES["staff_short"])["skill_label"]) == ["A", "B"]


def test_rows_of_gaps_are_written_with_their_range_and_hidden_parts():
    row = cell("Testing", "Data", 20.0, 18.0) | {
        "coverage_low": 0.7, "coverage_high": 0.95, "staff_short_low": 1.0, "staff_short_high": "*",
        "vacancy_short": 0.0, "total_ranks_short": "*", "assessed_share": 0.8, "median_age": 8.0, "stale_share": 0.2, "self_share": "*",
        "apart_share": float("nan"),
    }  # fmt: skip
    written = findings.gap_rows(pd.DataFrame([row]), "role_family").iloc[0]
    assert written["coverage"].replace("\u2060", "").replace("\u00a0", " ") == "90% (70–95%)"
    assert written["staff_short"] == "2.0"
    assert (written["ranks"], written["vacant"]) == ("*", "0")
    assert written[["assessed", "age", "old", "own", "apart"]].tolist() == ["80%", "8\u00a0months", "20%", "*", "not known"]
