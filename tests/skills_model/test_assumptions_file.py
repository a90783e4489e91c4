"""Every number of the domain is sourced, ranged and fit for the code that reads it."""

import datetime as dt
import re

import pandas as pd
import pytest

from skills_model.assumptions import COLUMNS, FILE, Assumptions
from skills_model.framework import frameworks
from skills_model.reference import DATA, table
from skills_model.scenario import Scenario, names

BANDS = ["1", "2", "3", "4", "5", "6", "7", "8a", "8b", "8c", "8d", "9"]
AGES = ["under 25", "25 to 34", "35 to 44", "45 to 54", "55 to 59", "60 and over", "unknown"]
KINDS = ["self", "manager", "evidence", "test"]
RANKS, BELOW = ["1", "2", "3", "4"], ["0", "1", "2", "3"]
ROUTES = ["contractor", "bank", "agency", "statement-of-work"]
MOVES = ["redeploy", "promote"]
KEYED = {
    "rank_margin_low": KINDS,
    "rank_margin_high": KINDS,
    "leaver_rate": AGES,
    "age_band_share": AGES,
    "course_fee": RANKS,
    "course_hours": RANKS,
    "course_lead_time": RANKS,
    "course_completion": RANKS,
    "recruitment_cost": BANDS,
    "recruit_skill_share": BELOW,
    "contract_day_rate": BANDS,
    "contract_skill_share": BELOW,
    "bank_skill_share": BELOW,
    "share_skill_share": BELOW,
    "contract_overhead": ROUTES,
    "contract_vat_lost": ROUTES,
    "contract_approval_weeks": ROUTES,
    "contract_transfer_share": ROUTES,
    "contract_ceiling_share": ROUTES,
    "contract_ceiling_fall": ROUTES,
    "contract_months_most": ROUTES[:3],
    "contract_inside_share": ["contractor", "statement-of-work"],
    "move_weeks": MOVES,
    "move_acceptance": MOVES,
    "induction_cost": MOVES,
    "employer_pension_rate": ["trust", "system"],
}
SHARES = {"share", "share of hours", "share of working time", "share of posts", "share of pay", "share a year"}


def rows() -> pd.DataFrame:
    frame = pd.read_csv(DATA / FILE, dtype=str, keep_default_na=False)
    frame[["value", "low", "high"]] = frame[["value", "low", "high"]].astype(float)
    return frame


def active_role_families() -> set[str]:
    tables = frameworks()
    known = tables["framework"].loc[tables["framework"]["active"], "framework"]
    return set(tables["role_level"].loc[tables["role_level"]["framework"].isin(known), "role_family"])


def test_the_file_has_its_columns_in_order_and_one_row_a_name() -> None:
    frame = rows()
    assert tuple(frame) == COLUMNS
    assert not frame.duplicated(["id", "key"]).any()
    assert frame["id"].str.fullmatch(r"[a-z][a-z0-9_]*").all()


def test_every_value_lies_in_its_range() -> None:
    frame = rows()
    assert frame[~((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"]))].empty


@pytest.mark.parametrize("column", ["label", "unit", "source", "owner"])
def test_nothing_that_a_reader_needs_is_blank(column: str) -> None:
    assert (rows()[column].str.strip() != "").all()


def test_dates_are_dates_and_reviews_come_after_sources() -> None:
    for row in rows().itertuples():
        source, review = dt.date.fromisoformat(str(row.source_date)), dt.date.fromisoformat(str(row.review_on))
        assert source < review, f"{row.id}[{row.key}]"


def test_keys_are_given_where_a_number_varies_and_only_there() -> None:
    frame = rows()
    assert ((frame["key"] != "") == (frame["varies_by"] != "")).all()
    assert frame[["id", "unit"]].drop_duplicates()["id"].is_unique
    assert frame.loc[frame["key"] != "", ["id", "varies_by"]].drop_duplicates()["id"].is_unique


@pytest.mark.parametrize("name, keys", KEYED.items())
def test_numbers_that_vary_have_every_key(name: str, keys: list[str]) -> None:
    assert list(Assumptions.load().by_key(name)) == keys


def test_shares_lie_between_nothing_and_all() -> None:
    frame = rows()
    shares = frame[frame["unit"].isin(SHARES)]
    assert len(shares) > 50
    assert (shares["low"] >= 0).all()
    assert (shares["high"] <= 1).all()


def test_whole_numbers_are_whole_over_their_range() -> None:
    frame = rows()
    whole = frame[frame["id"].isin(["course_lead_time", "protect_threshold", "protect_base", "high_cost_area_set"])]
    assert (whole[["value", "low", "high"]] % 1 == 0).all(axis=None)
    assert (whole["low"] >= 1).all()


@pytest.mark.parametrize("name", ["demo_role_family_share", "age_band_share"])
def test_parts_of_a_whole_add_up_to_one(name: str) -> None:
    assert sum(Assumptions.load().by_key(name).values()) == pytest.approx(1, abs=1e-9)


def test_the_demonstration_has_a_share_for_each_role_family_that_counts() -> None:
    assert set(Assumptions.load().by_key("demo_role_family_share")) == active_role_families()


@pytest.mark.parametrize(
    "name, rises",
    [("course_fee", True), ("course_hours", True), ("course_lead_time", True), ("course_completion", False), ("contract_day_rate", True)],
)
def test_prices_and_times_go_the_way_of_their_key(name: str, rises: bool) -> None:  # noqa: FBT001 - one of two directions
    for column in ("low", "value", "high"):
        values = rows().query("id == @name")[column]
        assert values.is_monotonic_increasing if rises else values.is_monotonic_decreasing


@pytest.mark.parametrize("name", ["recruit_skill_share", "contract_skill_share", "bank_skill_share", "share_skill_share"])
def test_a_rank_further_below_the_required_one_is_held_by_no_fewer(name: str) -> None:
    assert rows().query("id == @name")["value"].is_monotonic_increasing


def test_leaving_by_age_averages_to_the_published_rates() -> None:
    frame = rows().set_index(["id", "key"])
    shares = frame.loc["age_band_share"]["value"]
    mean = {column: float((frame.loc["leaver_rate"][column] * shares).sum()) for column in ("low", "value", "high")}
    published = table("published_figures").set_index("figure")["value"]
    assert mean["value"] == pytest.approx(published["all_staff_leaver_rate_one_in_nine"] / 100, abs=0.003)
    assert mean["low"] == pytest.approx(published["all_staff_leaver_rate"] / 100, abs=0.003)
    assert mean["high"] == pytest.approx(1 - 0.854, abs=0.003)


def test_published_numbers_are_the_published_ones() -> None:
    value, published = Assumptions.load().value, table("published_figures").set_index(["figure", "period"])["value"]
    workforce, vacant = published["digital_informatics_workforce", "2020"], published["digital_roles_vacant", "2022-23"]
    assert value("demo_workforce_fte") == workforce
    assert value("vacancy_share") == pytest.approx(vacant / (workforce + vacant), abs=1e-5)
    costs = table("on_costs").dropna(subset="financial_year").set_index(["item", "financial_year"])["value"]
    assert value("employer_ni_rate") == costs["employer_ni_rate", "2025/26"] / 100
    assert value("employer_ni_threshold") == costs["employer_ni_secondary_threshold", "2025/26"]
    assert value("employer_pension_rate", "trust") == pytest.approx(costs["nhs_pension_employer_rate_paid_by_trust", "2025/26"] / 100)
    assert value("employer_pension_rate", "system") == pytest.approx(costs["nhs_pension_employer_rate_total", "2025/26"] / 100)
    assert value("apprenticeship_levy_rate") == costs["apprenticeship_levy", "2025/26"] / 100


def test_prices_stay_within_what_was_found_in_print() -> None:
    prices, fees = table("recruitment_prices"), rows()
    hires = prices[prices["unit"] == "pounds"]["value"]
    cost = fees[fees["id"] == "recruitment_cost"]
    assert cost["value"].min() >= hires.min()
    assert cost["value"].max() <= hires.max()
    rates = table("contractor_day_rates")[["p10", "p25", "median", "p75", "p90"]]
    days = fees[fees["id"] == "contract_day_rate"]
    assert days["value"].min() >= rates.min(axis=None)
    assert days["high"].max() <= rates.max(axis=None)


def test_numbers_fixed_by_law_or_definition_have_no_range() -> None:
    fixed = [
        "employer_pension_rate",
        "employer_ni_rate",
        "employer_ni_threshold",
        "apprenticeship_levy_rate",
        "working_hours",
        "protect_base",
    ]
    names_with_range = {item.id for item in Assumptions.load().uncertain()}
    assert names_with_range.isdisjoint(fixed)


def test_sources_name_files_that_exist() -> None:
    for source in rows()["source"]:
        for path in re.findall(r"data/reference/(\w+)\.csv", source):
            assert not table(path).empty


@pytest.mark.parametrize("name", names())
def test_scenarios_change_only_what_exists_and_stay_within_ranges(name: str) -> None:
    scenario, assumptions = Scenario.load(name), Assumptions.load()
    assumptions.with_values(scenario.assumptions)
    for changed, value in scenario.assumptions.items():
        assert assumptions[changed].low <= value <= assumptions[changed].high
    assert set(scenario.demand.growth) == active_role_families()
    skills, levels = set(frameworks()["skill"]["skill"]), set(frameworks()["role_level"]["role_level"])
    assert set(scenario.weights.skill) <= skills
    assert set(scenario.weights.role_level) <= levels


def test_the_baseline_documents_every_key_and_changes_nothing() -> None:
    baseline = Scenario.load("baseline")
    text = (DATA / "scenarios" / "baseline.toml").read_text(encoding="utf-8")
    assert [key for key in Scenario.model_fields if not re.search(rf"^(\[{key}|{key} =)", text, flags=re.MULTILINE)] == []
    assert {growth.rate for growth in baseline.demand.growth.values()} == {0.0}
    assert baseline.assumptions == {}
    assert set(baseline.budget["development"]) == set(baseline.budget_years())


def test_published_growth_is_the_rate_between_the_published_totals() -> None:
    rate = (77923 / 46009) ** (1 / 10) - 1
    assert {growth.rate for growth in Scenario.load("published-growth").demand.growth.values()} == {round(rate, 3)}
