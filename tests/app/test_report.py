"""Files for people: what a spreadsheet would run is text, and a demonstration says so everywhere."""

import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from app import guard, results
from app.pipeline import plans
from app.pipeline.plans import PlanRequest
from app.report import workbook
from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.store import Store

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert guard.guarded(text) == "'" + text
    line = guard.csv_bytes(pd.DataFrame({"name": [text], "n": [-2.5]}), demonstration=False).decode("utf-8-sig")
    read = pd.read_csv(io.StringIO(line, newline=""))
    assert str(read["name"].iloc[0]).startswith("'")
    assert read["n"].iloc[0] == -2.5


def test_headings_are_disarmed_and_ordinary_text_is_left_alone():
    text = guard.csv_bytes(pd.DataFrame({"=x": ["Data", None]}), demonstration=False).decode("utf-8-sig")
    assert text.splitlines() == ["'=x", "Data", '""']


def test_every_row_of_a_demonstration_says_so():
    text = guard.csv_bytes(pd.DataFrame({"n": [1, 2]}), demonstration=True).decode("utf-8-sig")
    assert text.splitlines() == ["n,data", f'1,"{guard.MARK}"', f'2,"{guard.MARK}"']


@pytest.fixture(scope="module")
def result(one_trust):
    with Store.open(one_trust) as store:
        made = plans.make_plan(store, Scope.local(), PlanRequest("DEMO198", 100_000.0, 4))
    return plans.PlanResult.from_json(made.to_json())


@pytest.fixture(scope="module")
def book(result):
    asked = pd.DataFrame([{"group": "Money", "asks": "=Who pays?", "state": "discuss"}]).reindex(columns=list(workbook.QUESTION_HEADINGS))
    return openpyxl.load_workbook(io.BytesIO(workbook.plan(result, Assumptions.load(), asked)))


def test_a_workbook_has_its_sheets_each_marked(book):
    assert book.sheetnames == [
        "Summary", "What to do", "Actions", "Closes", "Closes by quarter", "Cost", "Streams", "Levy", "Path", "Limits", "Left out",
        "Weights", "Delivery questions", "Assumptions",
    ]  # fmt: skip
    for sheet in book:
        assert sheet["A3"].value == guard.MARK
        assert sheet["A2"].value == "Bilberrymoor Acute Trust (invented)"


def test_a_workbook_holds_the_plan_as_numbers(book, result):
    rows = {row[0]: row[1:] for row in book["Summary"].iter_rows(min_row=6, values_only=True)}
    assert rows["Ranks short, now and in the last period"] == (
        pytest.approx(result.summary["now"]["ranks_short"]),
        pytest.approx(result.summary["do_nothing"]["ranks_short"]),
        pytest.approx(result.summary["plan"]["ranks_short"]),
    )
    assert rows["Charged to funding streams, pounds"][2] == pytest.approx(result.summary["cost"]["total"])
    pay = rows["Pay of funded posts, pounds, beside doing nothing"][2]
    assert pay == pytest.approx(result.summary["cost"]["by_stream"]["establishment-pay"])
    assert rows["Is there money for the pay of vacant posts that are filled?"][2] == "Vacancy money not confirmed"
    actions = table(book["Actions"])
    assert len(actions) == len(result.actions)
    for heading, column in (
        ("People", "people"), ("FTE", "fte"), ("Cost, pounds", "cost"), ("One-off, pounds", "one_off"), ("Whole life, pounds", "whole_life"),
    ):  # fmt: skip
        assert actions[heading].sum() == pytest.approx(result.actions[column].sum())
    assert "Development budget" in set(actions["Stream"])
    assert len(list(book["Assumptions"].iter_rows(min_row=6))) > 100


def test_a_workbook_can_be_printed_and_read_on_paper(book):
    """Every sheet is a page wide with its headings on each page, a share is a percentage, and long notes have room."""
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0), sheet.title
        assert sheet.print_title_rows == "$5:$5", sheet.title
    summary = book["Summary"]
    rows = {str(row[0].value): row for row in summary.iter_rows(min_row=6)}
    assert {cell.number_format for cell in rows["Coverage, now and in the last period"][1:]} == {"0.0%"}
    assert rows["Charged to funding streams, pounds"][3].number_format == "#,##0"
    wide = sum(summary.column_dimensions[column].width for column in "ABCD")
    notes = [said for said, row in rows.items() if row[0].coordinate in summary.merged_cells]
    assert notes
    for said in notes:
        high = summary.row_dimensions[rows[said][0].row].height or workbook.LINE
        assert high / workbook.LINE * wide >= len(said), said


def table(sheet):
    """Read a sheet below its headings."""
    heading, *rows = sheet.iter_rows(min_row=5, values_only=True)
    return pd.DataFrame(rows, columns=list(heading))


def test_the_first_sheet_of_actions_is_a_programme_that_keeps_the_sums_of_the_exact_one(book, result):
    """A year is there by quarter; nobody reads hundreds of lines without a person; later years are said to be an intention."""
    sheet, exact = book["What to do"], table(book["Actions"])
    told = table(sheet)
    for heading in ("People", "FTE", "Cost, pounds", "Whole life, pounds"):
        assert told[heading].sum() == pytest.approx(exact[heading].sum()), heading
    assert len(told) < len(exact) / 2
    assert list(dict.fromkeys(told["When"]))[:2] == ["Q1 2026/27", "Q2 2026/27"]
    assert (told["People"] > 0).mean() > (exact["People"] > 0).mean()
    assert told["What"].str.fullmatch(r"Smaller amounts, \d+ (skill|role level)s?").any()
    assert "an intention, to be planned again each year" in sheet["A4"].value
    assert sheet["E6"].number_format == "#,##0"


def test_what_one_costs_is_of_a_person_who_learns_and_of_an_fte_of_anybody_else(result):
    """A start of £900 an FTE is £450 for each of the two people who are one; a hire of £900 is of one FTE."""
    named = result.actions.assign(kind="train", unit_cost=900.0, headcount=2 * result.actions["fte"])
    mixed = pd.concat([named.head(1), named.head(1).assign(kind="recruit", headcount=named["fte"].head(1))])
    told = replace(result, described=replace(result.described, actions=mixed))
    sheet = table(openpyxl.load_workbook(io.BytesIO(workbook.plan(told, Assumptions.load())))["Actions"])
    assert sheet[["Cost is of", "Cost of one, pounds"]].to_numpy().tolist() == [["One person", 450.0], ["One FTE", 900.0]]


def test_people_by_action_and_time_are_those_of_the_programme(result):
    """What is nothing at a time is a dash, a part of a person is not nobody, and all times together are the people of the action."""
    times, exact = results.written_times(result).set_index("action"), result.actions
    for action, row in times.iterrows():
        people = sum(int(said.replace(",", "")) for said in row if said not in {"–", "under 1"})
        assert people == exact.loc[exact["action"] == action, "people"].sum(), action
    assert times.columns[0] == "Q1\u00a02026/27"


def test_a_workbook_says_each_quarter_stream_and_reason(book, result):
    told = result.described
    closes = table(book["Closes by quarter"])
    assert closes["Closed"].sum() == pytest.approx(told.closes_by_period["closed"].sum())
    assert closes["Quarter"].unique().tolist() == ["Q1 2026/27", "Q2 2026/27", "Q3 2026/27", "Q4 2026/27"]
    assert table(book["Streams"])["Used, pounds"].sum() == pytest.approx(told.streams["used"].sum())
    assert table(book["Path"])["Quarter"].tolist() == ["Now", "Q1 2026/27", "Q2 2026/27", "Q3 2026/27", "Q4 2026/27"]
    assert table(book["Levy"])["Comes in, pounds"].sum() == pytest.approx(told.levy["into"].sum())
    assert len(table(book["Limits"])) == len(told.limits)
    assert len(table(book["Left out"])) == len(told.left_out)
    assert table(book["Weights"])["Who says so"].notna().all()
    assert table(book["Delivery questions"])["Question"].tolist() == ["'=Who pays?"]
    summary = [str(row[0]) for row in book["Summary"].iter_rows(min_row=6, values_only=True)]
    assert any(said.startswith("The last £10,000") for said in summary)


def test_ranges_stand_beside_the_path(result):
    ranges = pd.DataFrame([(4, "coverage", "plan", 0.5, 0.6, 0.7)], columns=["period", "measure", "way", "low", "median", "high"])
    content = workbook.plan(plans.PlanResult(replace(result.described, ranges=ranges)), Assumptions.load())
    path = table(openpyxl.load_workbook(io.BytesIO(content))["Path"])
    assert path["Coverage, with the plan, 10th percentile"].dropna().tolist() == [0.5]
    assert path["Coverage, with the plan, 90th percentile"].dropna().tolist() == [0.7]


def test_no_cell_of_a_workbook_is_a_formula(result):
    actions = result.actions.copy()
    actions.loc[0, "role_level"] = "=HYPERLINK(A1)"
    described = replace(result.described, actions=actions)
    read = openpyxl.load_workbook(io.BytesIO(workbook.plan(plans.PlanResult(described), Assumptions.load())))
    cells = [cell for sheet in read for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "'=HYPERLINK(A1)" in {cell.value for cell in cells}
