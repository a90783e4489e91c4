"""Tables that users fill in: what comes of them, and what is said of wrong ones."""

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError
from skills_model.people import career_path
from skills_model.privacy import Scope
from skills_model.scenarios import usable
from skills_model.sources import tables, templates
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from taking import TRUST, faults, own_store, table, take


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return own_store(tmp_path_factory.mktemp("template") / "own.duckdb")


@pytest.fixture
def store(template, tmp_path):
    with Store.open(shutil.copy(template, tmp_path)) as store:
        yield store


def example(kind, /, **changes):
    """Return the example of a kind with some cells of its first row changed."""
    rows = next(item for item in tables.KINDS if item.name == kind).example()
    for column, value in changes.items():
        rows.loc[0, column] = value
    return rows


@pytest.mark.parametrize("kind", [kind.name for kind in tables.KINDS])
def test_the_example_of_every_kind_can_be_taken_in_as_it_is(store, kind):
    found = take(store, kind, example(kind), organisation=TRUST)
    assert not found.faults, found.faults
    assert found.number
    assert not [match for match in found.matches if match.field is None]
    assert all(match.how == "same name" for match in found.matches)


@pytest.mark.parametrize("kind", tables.KINDS, ids=lambda kind: kind.name)
def test_the_template_of_every_kind_can_be_taken_in_as_it_is(store, kind):
    found = take(store, kind.name, templates.workbook(kind, store), name="template.xlsx", organisation=TRUST)
    assert not found.faults, found.faults
    assert found.rows == len(kind.example())


@pytest.mark.parametrize("kind", tables.KINDS, ids=lambda kind: kind.name)
def test_an_example_fills_only_fields_of_its_kind_and_all_that_are_needed(kind):
    names = set(kind.example().columns)
    assert names <= {field.name for field in kind.fields}
    assert {field.name for field in kind.fields if field.needed} <= names


def test_a_course_of_two_skills_is_one_course_with_two_effects(store):
    take(store, "courses", example("courses"))
    assert table(store, "course")["course"].tolist() == [
        "example-apprenticeship",
        "example-course-in-data-visualisation",
        "example-itil-4-foundation-exam",
    ]
    effects = table(store, "course_effect")
    two = effects[effects["course"] == "example-course-in-data-visualisation"]
    assert two[["skill", "rank_before", "rank_after"]].to_numpy().tolist() == [
        ["communicating-between-the-technical-and-non-technical", "1", "2"],
        ["data-visualisation", "1", "2"],
    ]


def test_an_imported_course_gives_ranks_on_the_way_to_a_role_level(store):
    take(store, "courses", example("courses"))
    way = career_path(store, Scope.local(), "associate-data-analyst", "data-analyst")
    assert way.courses["course"].tolist() == ["example-course-in-data-visualisation"]


def test_every_fault_of_courses_is_told_at_once_with_its_row(store):
    rows = example("courses", rank_after=0, skill="Problem managment")
    rows.loc[2, "price"] = 10
    rows.loc[3, ["rank_before", "rank_after"]] = [3, 6]
    found = take(store, "courses", rows, name="courses.csv")
    assert faults(found) == [
        ("Value not allowed", 2, "rank_after"),
        ("Unknown skill", 2, "skill"),
        ("Two values for one course", 4, "price"),
        ("Rank beyond the framework", 5, "rank_after"),
    ]
    assert "nearest: 'Problem management'" in str(found.faults[1])
    assert found.number is None
    assert table(store, "course").empty


def test_a_course_leads_above_where_it_begins(store):
    assert faults(take(store, "courses", example("courses", rank_before=2, rank_after=2))) == [
        ("'rank_after' before 'rank_before'", 2, "rank_after")
    ]


def test_a_skill_is_known_by_its_id_as_well(store):
    assert not take(store, "courses", example("courses", skill="problem-management")).faults


def test_a_second_file_of_courses_takes_the_place_of_the_first(store):
    take(store, "courses", example("courses"))
    again = take(store, "courses", example("courses", price=300))
    assert table(store, "course").set_index("course").loc["example-itil-4-foundation-exam", "price"] == "300.0"
    store.undo(again.number)
    assert table(store, "course").set_index("course").loc["example-itil-4-foundation-exam", "price"] == "269.0"


def test_a_route_without_a_profile_is_a_route(store):
    take(store, "routes", example("routes"))
    assert table(store, "recruitment_route")["recruitment_route"].tolist() == ["example-advertised-post", "example-graduate-scheme"]
    profiles = table(store, "route_profile")
    assert profiles[["role_level", "skill", "rank", "share"]].to_numpy().tolist() == [
        ["data-analyst", "communicating-between-the-technical-and-non-technical", "1", "0.9"],
        ["data-analyst", "data-visualisation", "2", "0.7"],
    ]


def test_half_a_profile_is_a_fault_for_each_part_that_is_missing(store):
    found = take(store, "routes", example("routes", share=None, role_level=None))
    assert faults(found) == [("Half a profile", 2, "role_level"), ("Half a profile", 2, "share")]


def test_a_funding_stream_is_made_of_its_budgets_and_known_the_next_time(store):
    take(store, "budget", example("budget"), organisation=TRUST)
    assert table(store, "funding_stream").iloc[:, :3].to_numpy().tolist() == [
        ["example-apprenticeship-levy", "Example: apprenticeship levy", "levy"],
        ["example-development-budget", "Example: development budget", "revenue"],
    ]
    later = example("budget").assign(kind=None, year="2028/29").iloc[[0, 2]]
    assert not take(store, "budget", later, organisation=TRUST).faults
    assert len(table(store, "budget")) == 5


def test_a_new_funding_stream_needs_a_kind_and_has_one_only(store):
    rows = example("budget", kind="levy")
    rows.loc[2, "kind"] = None
    found = take(store, "budget", rows, organisation=TRUST)
    assert faults(found) == [("Two values for one funding stream", 3, "kind"), ("Funding stream without a kind", 4, "kind")]


def budgets(*streams):
    """Return a file of budgets with headings of its own: stream, type, what it pays for, months."""
    rows = pd.DataFrame(streams, columns=["Stream", "Type of money", "May be spent on", "Lasts"])
    return rows.assign(**{"Financial year": "2026/27", "Pounds": "5000", "Status": "committed"})


MEANT = {"Type of money": "kind", "May be spent on": "pays_for", "Lasts": "expiry_months"}


def test_rules_of_streams_hold_in_a_file_with_all_its_other_faults_under_its_own_headings(store):
    """A levy that pays for training and lasts three years, an unknown kind of cost, pay and the levy of a wrong kind, a rule without a kind."""
    rows = budgets(
        ("Levy pot", "levy", "apprenticeship; training", 36),
        ("Levy pot", "levy", "apprenticeship; training", 36),
        ("Fund", "revenue", "training; lunches", None),
        ("Establishment pay", "capital", None, None),
        ("Apprenticeship levy", "revenue", None, None),
        ("Development", "levy", None, None),
        ("Old money", "revenue", None, 1201),
        ("Fund of fund", None, "training", None),
    )
    rows.loc[1, "Financial year"] = "2027/28"
    rows.loc[2, "Pounds"] = "-5"
    found = take(store, "budget", rows, organisation=TRUST, chosen=MEANT)
    assert faults(found) == [
        ("Against the rule of levy money", 2, "May be spent on"),
        ("Against the rule of levy money", 2, "Lasts"),
        ("Value not allowed", 4, "Pounds"),
        ("Unknown kind of cost", 4, "May be spent on"),
        ("Against the rule of pay", 5, "Type of money"),
        ("Against the rule of the levy", 6, "Type of money"),
        ("Against the rule of development money", 7, "Type of money"),
        ("Expiry too far off", 8, "Lasts"),
        ("Rule of a stream without its kind", 9, "Type of money"),
        ("Funding stream without a kind", 9, "Type of money"),
    ]
    assert "'training' under 'May be spent on'" in str(found.faults[8])
    assert table(store, "funding_stream").empty


def test_what_a_stream_pays_for_may_be_said_twice_and_with_commas(store):
    rows = budgets(("Fund", "revenue", "Training; training", 12), ("Other", "revenue", "training, Backfill", None))
    assert not take(store, "budget", rows, organisation=TRUST, chosen=MEANT).faults
    assert table(store, "funding_stream")["pays_for"].tolist() == ["training; training", "training; backfill"]


def test_words_that_are_no_kind_of_cost_are_one_fault_each(store):
    found = take(store, "budget", budgets(("Fund", "revenue", "pay & fees 27; training", None)), organisation=TRUST, chosen=MEANT)
    assert faults(found) == [("Unknown kind of cost", 2, "May be spent on")]
    assert "'pay & fees 27' of fund" in str(found.faults[0])


@pytest.mark.parametrize("standard", ["ST9999", "no such thing"])
def test_a_course_of_a_standard_that_nobody_may_start_is_refused(store, standard):
    rows = example("courses")
    rows.loc[3, "apprenticeship_standard"] = standard
    assert faults(take(store, "courses", rows)) == [("Apprenticeship standard not approved", 5, "apprenticeship_standard")]


@pytest.mark.parametrize(
    "kind, column, beyond",
    [
        ("budget", "amount", 1e13), ("courses", "weeks", 521), ("courses", "price", 1e13), ("routes", "weeks", 1e5), ("routes", "cost", 1e13),
        ("offers", "cost", 1e13), ("offers", "fte", 1e7), ("pay", "salary", 999), ("spend", "expenditure", 1e13), ("cover", "people", 10**7),
    ],
)  # fmt: skip
def test_numbers_that_no_true_row_has_are_refused(store, kind, column, beyond):
    rows = example(kind).astype({column: object})
    rows.loc[0, column] = beyond
    found = take(store, kind, rows, organisation=TRUST)
    assert ("Value not allowed", 2, column) in faults(found)


def test_other_columns_are_named_as_the_file_has_them(store):
    rows = example("calendar", end_date="2027-01-31").rename(columns={"start_date": "First day", "end_date": "Last day"})
    found = take(store, "calendar", rows, organisation=TRUST)
    assert faults(found) == [("'Last day' before 'First day'", 2, "Last day")]


@pytest.mark.parametrize("kind", ["budget", "pay"])
def test_a_financial_year_ends_in_the_year_after(store, kind):
    found = take(store, kind, example(kind, year="2026/28"), organisation=TRUST)
    assert faults(found) == [("Not a financial year", 2, "year")]
    assert "'2026/28'; allowed: '2026/27'" in str(found.faults[0])
    assert not take(store, kind, example(kind, year="2099/00"), organisation=TRUST).faults


def test_rows_of_another_organisation_are_refused_and_so_are_rows_of_nobody(store):
    other = take(store, "budget", example("budget", organisation="XYZ"), organisation=TRUST)
    assert faults(other) == [("Row of another organisation", 2, "organisation")]
    nobody = take(store, "budget", example("budget"))
    assert faults(nobody) == [("Whose rows these are is missing", 2, "organisation")]
    named = take(store, "budget", example("budget").assign(organisation=TRUST.lower()))
    assert not named.faults


def test_an_event_ends_on_or_after_its_first_day(store):
    found = take(store, "calendar", example("calendar", end_date="2027-01-31"), organisation=TRUST)
    assert faults(found) == [("'end_date' before 'start_date'", 2, "end_date")]
    assert "31 January 2027, with 01 February 2027 under 'start_date'" in str(found.faults[0])
    assert not take(store, "calendar", example("calendar", end_date="2027-02-01"), organisation=TRUST).faults


def test_a_score_is_at_most_the_best_possible_one(store):
    found = take(store, "maturity", example("maturity", score=5.5), organisation=TRUST)
    assert faults(found) == [("'maximum' before 'score'", 2, "maximum")]


def test_a_cover_target_without_a_team_is_of_the_whole_organisation(store):
    take(store, "cover", example("cover"), organisation=TRUST)
    assert table(store, "cover_target").to_numpy().tolist() == [
        [TRUST, "", "cyber-incident-management", "2", "3"],
        [TRUST, "Example team", "data-modelling", "3", "2"],
    ]
    assert faults(take(store, "cover", example("cover", rank=5), organisation=TRUST)) == [("Rank beyond the framework", 2, "rank")]


def test_headings_of_other_systems_are_known(store):
    rows = example("maturity").rename(columns={"assessed_on": "Assessment date", "maximum": "Out of", "domain": "Dimension"})
    assert not take(store, "maturity", rows, organisation=TRUST).faults


def test_a_value_of_ones_own_counts_with_its_range_and_source(store):
    take(store, "assumptions", example("assumptions"))
    own = Assumptions.of(store, Scope.local())
    weeks, leavers = own["recruitment_weeks"], own["leaver_rate[25 to 34]"]
    assert (weeks.value, weeks.low, weeks.high, weeks.source) == (16, 12, 22, "example; say which figures of yours")
    assert (leavers.value, leavers.low, leavers.high) == (0.14, 0.11, 0.18)
    assert own["leaver_rate[35 to 44]"] == Assumptions.load()["leaver_rate[35 to 44]"]
    assert own["recruitment_weeks"].unit == Assumptions.load()["recruitment_weeks"].unit


def test_an_undone_import_of_assumptions_counts_no_longer(store):
    found = take(store, "assumptions", example("assumptions"))
    store.undo(found.number)
    assert Assumptions.of(store, Scope.local()) == Assumptions.load()


def test_a_row_without_a_key_stands_for_every_key_that_has_no_row_of_its_own():
    own = pd.DataFrame(
        [("leaver_rate", "25 to 34", 0.2, 0.2, 0.2, "ours"), ("leaver_rate", "", 0.1, 0.1, 0.1, "ours"), ("gone", "", 1, 1, 1, "ours")],
        columns=["assumption", "key", "value", "low", "high", "source"],
    )
    changed = Assumptions.load().overlaid(own)
    assert changed.value("leaver_rate", "25 to 34") == 0.2
    assert changed.value("leaver_rate", "unknown") == 0.1
    assert set(changed.by_name) == set(Assumptions.load().by_name)


def test_assumptions_that_do_not_exist_or_cannot_be_are_all_named(store):
    rows = pd.DataFrame(
        [
            ("recruitment_week", None, 16, None, None),
            ("leaver_rate", "25 to 35", 0.1, None, None),
            ("recruitment_weeks", "6", 16, None, None),
            ("leaver_rate[25 to 34]", None, 1.4, 0.1, None),
            ("cover_people", None, 2, 3, 1),
        ],
        columns=["assumption", "key", "value", "low", "high"],
    ).assign(source="ours", owner="us")
    found = take(store, "assumptions", rows)
    assert faults(found) == [
        ("Unknown assumption", 2, "assumption"),
        ("Unknown key of an assumption", 3, "key"),
        ("Unknown key of an assumption", 4, "key"),
        ("Impossible value", 5, "value"),
        ("Impossible value", 5, "high"),
        ("'value' before 'low'", 6, "value"),
        ("'high' before 'value'", 6, "high"),
    ]
    assert "nearest: 'recruitment_weeks'" in str(found.faults[0])


def test_a_range_that_is_left_out_is_the_value(store):
    rows = example("assumptions").drop(columns=["low", "high"])
    assert not take(store, "assumptions", rows).faults
    assert table(store, "assumption")[["value", "low", "high"]].to_numpy().tolist() == [["0.14"] * 3, ["16.0"] * 3]


def test_the_same_file_twice_is_refused_by_name(store):
    take(store, "pay", example("pay"))
    with pytest.raises(DataError, match="Imported before"):
        take(store, "pay", example("pay"))


def test_a_route_or_course_that_plans_would_pass_over_is_refused(store):
    """Role families by id or name; organisations of the store or published trusts; each fault with what there is."""
    routes = pd.DataFrame(
        [("One", "", "datta", ""), ("Two", "", "clinical coding and health records", ""), ("Three", "NOWHERE", "data", ""),
         ("Four", TRUST.lower(), "Data", ""), ("Five", "", "data", "apprentice-developer"), ("Six", "", "", "data-analyst")],
        columns=["route", "organisation", "role_family", "role_level"],
    ).assign(contract="permanent", cost=1000, weeks=10, source="ours", skill="coding-and-scripting", rank=1, share=0.5)  # fmt: skip
    routes.loc[routes["role_level"] == "", ["skill", "rank", "share"]] = None
    found = take(store, "routes", routes)
    assert faults(found) == [
        ("Unknown role family", 2, "role_family"), ("Unknown organisation", 4, "organisation"),
        ("Role level of another role family", 6, "role_level"),
    ]  # fmt: skip
    assert "nearest: 'data'" in str(found.faults[0])
    assert take(store, "routes", routes.drop(index=[0, 2, 4])).number
    assert table(store, "recruitment_route")[["organisation", "role_family"]].to_numpy().tolist() == [
        [TRUST, "data"], ["", ""], ["", "clinical-coding-and-records"],
    ]  # fmt: skip
    assert faults(take(store, "courses", example("courses", organisation="NOWHERE"))) == [("Unknown organisation", 2, "organisation")]
    assert take(store, "courses", example("courses", organisation="r0a")).built.notes == [
        "Of organisations that are not in the store, and used once they are: 'Example: ITIL 4 Foundation exam'."
    ]


@pytest.mark.parametrize(
    "kind, changes, told",
    [
        ("routes", {"months": 12}, ("Length of a contract without an end", 2, "months")),
        ("courses", {"hours": 1000, "weeks": 1}, ("More hours than its weeks have", 2, "hours")),
        ("courses", {"hours": 25, "weeks": 0}, ("More hours than its weeks have", 2, "hours")),
        ("courses", {"completion": 85}, ("Value not allowed", 2, "completion")),
    ],
)
def test_what_cannot_be_meant_is_refused(store, kind, changes, told):
    assert faults(take(store, kind, example(kind, **changes), organisation=TRUST)) == [told]


def test_pay_that_falls_with_the_step_is_refused_and_a_band_may_be_written_out(store):
    rows = pd.DataFrame(
        [("2025/26", "Band 6", "1", 40000), ("2025/26", "6", "2", 39000), ("2025/26", "8A", "top", 60000)],
        columns=["year", "band", "step", "salary"],
    ).assign(source="ours")
    found = take(store, "pay", rows)
    assert faults(found) == [("Pay that falls with the step", 3, "salary")]
    assert "40,000 or more" in str(found.faults[0])
    rows.loc[1, "salary"] = 41000
    assert take(store, "pay", rows).number
    assert table(store, "pay_point")["band"].tolist() == ["6", "6", "8a"]


@pytest.mark.parametrize(
    "kind, changes, told",
    [
        ("routes", {"starts": 0}, "by which nobody joins"),
        ("routes", {"contract": "contractor"}, "No plan recruits contractors"),
        ("courses", {"seats": 0}, "courses without seats"),
        ("courses", {"completion": 0}, "courses without seats"),
        ("calendar", {"start_date": "2019-01-01", "end_date": "2019-02-01"}, "Over before April"),
        ("calendar", {"start_date": "2062-01-01", "end_date": "2062-02-01"}, "look at the year"),
        ("calendar", {"end_date": "2037-03-31"}, "look at the last day"),
        ("calendar", {"release_share": 1}, "change nothing"),
        ("budget", {"year": "2012/13"}, "financial years that are over"),
        ("budget", {"year": "2062/63"}, "look at the year"),
        ("offers", {"from_organisation": "NOWHERE"}, "Offered by who is neither in the store nor a published trust"),
        ("offers", {"start_date": "2019-01-01", "end_date": "2019-02-01"}, "Over before April"),
        ("pay", {"year": "2019/20"}, "unless the setting pay_year"),
    ],
)
def test_what_no_plan_makes_anything_of_is_said_beside_the_import(store, kind, changes, told):
    rows = example(kind).iloc[:1] if kind in {"routes", "courses"} else example(kind)
    for column, value in changes.items():
        rows[column] = rows[column].astype("object")
        rows.loc[0, column] = value
    found = take(store, kind, rows, organisation=TRUST)
    assert not found.faults, found.faults
    assert any(told in note for note in found.built.notes), found.built.notes
    assert not any(told in note for note in take(store, kind, example(kind), organisation=TRUST, dry=True).built.notes)


def test_a_scenario_may_ask_for_a_year_of_ones_own_pay_points(store):
    """A year that nobody has pay points of is refused, one that was taken in is not."""
    text = 'id = "own"\nlabel = "Own"\nbase = "baseline"\npay_year = "2031/32"\n'
    place = Path(store.path).with_name("own.toml")
    place.write_text(text)
    with pytest.raises(ScenarioError, match="2031/32"):
        usable(store, Scope.local(), str(place))
    take(store, "pay", pd.DataFrame([("2031/32", "6", "1", 50000, "ours")], columns=["year", "band", "step", "salary", "source"]))
    assert usable(store, Scope.local(), str(place)).pay_year == "2031/32"
