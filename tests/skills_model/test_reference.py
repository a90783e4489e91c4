"""The reference tables hold the facts they claim to hold, each with a source, and agree with the raw files where those are at hand."""

import re

import pandas as pd
import pytest

from skills_model.reference import DATA, NUMBERS, TRUTHS, table, tables

RAW = DATA.parent.parent / "shared" / "data"
needs_raw = pytest.mark.skipif(not (RAW / "nhs").is_dir(), reason="the raw public files (../shared/data) are not here")

ROWS = {
    "afc_it_profiles": 15,
    "apprenticeship_standards": 25,
    "contractor_day_rates": 17,
    "course_prices": 9,
    "crosswalk": 16,
    "framework_changes": 49,
    "framework_ranks": 16,
    "frameworks": 4,
    "grade_bands": 15,
    "high_cost_area_supplements": 9,
    "icbs": 48,
    "infrastructure_support_series": 22,
    "on_costs": 16,
    "organisation_hierarchy": 254,
    "pay_points": 143,
    "published_figures": 54,
    "recruitment_prices": 16,
    "regions": 7,
    "requirements": 4077,
    "role_levels": 466,
    "role_levels_2026_10": 206,
    "roles_without_levels": 28,
    "skills": 418,
    "staff_groups": 10,
    "standard_skills": 20,
    "trusts": 199,
    "unpublished_ranks": 16,
}
KEYS = {
    "afc_it_profiles": ["order"],
    "apprenticeship_standards": ["standard"],
    "contractor_day_rates": ["term", "area", "six_months_to"],
    "course_prices": ["item"],
    "crosswalk": ["subject", "framework_from", "id_from", "framework_to", "id_to"],
    "framework_changes": ["date", "role_label", "change", "old", "new"],
    "framework_ranks": ["framework", "rank"],
    "frameworks": ["framework"],
    "grade_bands": ["civil_service_grades"],
    "high_cost_area_supplements": ["financial_year", "zone", "set"],
    "icbs": ["icb"],
    "infrastructure_support_series": ["month"],
    "on_costs": ["item", "financial_year"],
    "organisation_hierarchy": ["organisation", "valid_from"],
    "pay_points": ["financial_year", "band", "step"],
    "published_figures": ["figure", "period"],
    "recruitment_prices": ["item", "staff", "attributed_to"],
    "regions": ["region"],
    "requirements": ["framework", "role_level", "skill"],
    "role_levels": ["framework", "role_level"],
    "role_levels_2026_10": ["role_level"],
    "roles_without_levels": ["role", "skill"],
    "skills": ["framework", "skill"],
    "staff_groups": ["code"],
    "standard_skills": ["standard", "role_family", "skill"],
    "trusts": ["organisation"],
    "unpublished_ranks": ["framework", "role", "role_level", "skill"],
}
BANDS = {"1", "2", "3", "4", "5", "6", "7", "8a", "8b", "8c", "8d", "9"}


def raw(path: str) -> pd.DataFrame:
    return pd.read_csv(RAW / path, dtype=str, keep_default_na=False)


def test_every_table_is_known_by_its_key_and_size() -> None:
    assert {name: len(table(name)) for name in tables()} == ROWS
    assert [name for name in tables() if table(name).duplicated(KEYS[name]).any()] == []


@pytest.mark.parametrize("name", ROWS)
def test_every_row_says_where_it_is_from(name: str) -> None:
    source = table(name)["source"]
    assert source.notna().all()
    assert (source.str.strip() == source).all()
    assert not source.str.contains(r"^same |\.csv$", regex=True).any()


@pytest.mark.parametrize("name", ROWS)
def test_text_is_text_numbers_are_numbers_and_truths_are_truths(name: str) -> None:
    rows = table(name)
    for column in rows:
        if column in NUMBERS:
            assert pd.api.types.is_numeric_dtype(rows[column]), column
        elif column in TRUTHS:
            assert pd.api.types.is_bool_dtype(rows[column]), column
        else:
            assert rows[column].dtype == "str", column


@pytest.mark.parametrize("name", ROWS)
def test_files_are_clean_text(name: str) -> None:
    text = (DATA / "reference" / f"{name}.csv").read_bytes()
    assert not text.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in text
    decoded = text.decode("utf-8")
    assert not re.search("[\u2028\u200b\u00a0]", decoded), "a character that cannot be seen"
    assert max(len(cell) for row in table(name).astype("str").to_numpy() for cell in row if isinstance(cell, str)) < 260, (
        "a text, not a fact"
    )


def test_a_table_is_a_copy_that_the_caller_may_change() -> None:
    mine = table("regions")
    mine.loc[0, "name"] = "changed"
    assert table("regions").loc[0, "name"] == "London"


def test_codes_that_look_like_numbers_stay_as_they_are_written() -> None:
    assert table("staff_groups")["code"].tolist()[0] == "01"
    assert set(table("pay_points")["band"]) == BANDS


def test_trusts_are_the_english_ones_with_their_gaps_left_blank() -> None:
    trusts = table("trusts").set_index("organisation")
    assert trusts["region_code"].value_counts().to_dict().keys() == set(table("regions")["region"])
    assert trusts.index[trusts["organisation_type"].isna()].tolist() == ["K0N6A"]
    assert trusts.index[trusts["fte"].isna()].tolist() == ["K0N6A"]
    assert set(trusts["organisation_type"].dropna()) == {"Acute", "Mental Health", "Community Provider Trust", "Ambulance"}
    assert trusts["fte"].between(500, 30000).sum() == 198


def test_boards_change_codes_in_april_2026() -> None:
    boards = table("icbs")
    before = boards[boards["valid_from"] < "2026-04-01"]
    after = boards[boards["valid_to"].isna()]
    assert len(before) == 42
    assert before["name"].notna().all()
    assert len(after) == 36
    assert set(after.loc[after["name"].isna(), "icb"]) == {"D7T5G", "S0E4D", "S1Y5D", "S9B9J", "T6Y0W", "Z9B2Z"}
    assert set(boards["valid_to"].dropna()) == {"2026-03-31"}
    assert set(boards["region_code"]) == set(table("regions")["region"])


def test_every_trust_has_one_board_on_any_day_since_it_is_in_the_hierarchy() -> None:
    rows, trusts = table("organisation_hierarchy"), table("trusts").set_index("organisation")
    for day, column in (("2026-03-31", "icb_to_2026_03"), ("2026-07-01", "icb_from_2026_04")):
        then = rows[(rows["valid_from"] <= day) & (rows["valid_to"].fillna("9999") >= day)].set_index("organisation")
        assert then.index.is_unique
        assert then["icb"].to_dict() == trusts[column].dropna().to_dict()
        assert (then["region"] == trusts.loc[then.index, "region_code"]).all()
    assert set(rows["icb"]) == set(table("icbs")["icb"])


def test_pay_rises_with_the_band_and_is_complete_in_2025_26() -> None:
    points = table("pay_points")
    assert set(points["status"]) == {"quoted", "computed"}
    assert (points["status"] == "computed").sum() == 15
    assert set(points.loc[points["status"] == "computed", "financial_year"]) == {"2026/27"}
    now = points[points["financial_year"] == "2025/26"]
    assert set(now["band"]) == BANDS
    assert now.groupby("band")["salary"].median().drop("1").is_monotonic_increasing
    steps = now.assign(order=now["step"].map({"entry": 1, "intermediate": 2, "top": 3})).sort_values(["band", "order"])
    assert (steps.groupby("band")["salary"].diff().dropna() > 0).all()


def test_computed_pay_is_the_award_on_the_year_before() -> None:
    points = table("pay_points").set_index(["financial_year", "band", "step"])["salary"]
    status = table("pay_points").set_index(["financial_year", "band", "step"])["status"]
    award = table("published_figures").set_index(["figure", "period"])["value"]["afc_pay_award", "2026/27"] / 100
    for _, band, step in status.index[status == "computed"]:
        assert points["2026/27", band, step] == pytest.approx(points["2025/26", band, step] * (1 + award), abs=0.51)


def test_supplements_that_conflict_are_told_apart_by_their_set() -> None:
    rows = table("high_cost_area_supplements")
    assert rows.groupby("financial_year")["set"].unique().map(sorted).to_dict() == {"2017/18": [1], "2025/26": [1, 2]}
    for _, one in rows.groupby(["financial_year", "set"]):
        assert sorted(one["zone"]) == ["Fringe", "Inner London", "Outer London"]
    assert (rows["minimum"] < rows["maximum"]).all()
    assert rows["share_of_salary"].between(0.05, 0.2).all()


def test_published_totals_are_those_the_demonstration_is_held_to() -> None:
    figures = table("published_figures").set_index(["figure", "period"])["value"]
    assert figures["digital_informatics_workforce", "2020"] == 46009
    assert figures["digital_informatics_workforce_demand", "2030"] == 77923
    assert figures["digital_roles_vacant", "2022-23"] == 3500
    assert figures["digital_informatics_demand_growth", "2020-2030"] / 100 == pytest.approx(77923 / 46009 - 1, abs=0.005)
    assert figures["informatics_workforce_low", "2020"] < 46009 < figures["informatics_workforce_high", "2020"]


def test_shares_of_infrastructure_support_follow_from_its_fte() -> None:
    rows = table("infrastructure_support_series")
    assert (rows["infrastructure_support_fte"] / rows["total_fte"] - rows["share"]).abs().max() < 0.001


@needs_raw
def test_trusts_agree_with_the_raw_list() -> None:
    source = raw("nhs/nhs_trusts_open_2026-07.csv")
    english = source[source["country"] == "England"].set_index("ods_code")
    ours = table("trusts").set_index("organisation")
    assert set(ours.index) == set(english.index)
    assert (ours["name"] == english.loc[ours.index, "name"]).all()
    assert (ours["icb_from_2026_04"] == english.loc[ours.index, "icb_code_2026"]).all()
    assert (ours["fte"].fillna(0) == pd.to_numeric(english.loc[ours.index, "latest_fte_mar2025"]).fillna(0)).all()


@needs_raw
@pytest.mark.parametrize(
    "name, file, pairs",
    [
        ("pay_points", "afc_pay_scales_england", {"salary": "annual_salary_gbp"}),
        ("high_cost_area_supplements", "afc_high_cost_area_supplements", {"minimum": "minimum_gbp", "maximum": "maximum_gbp"}),
        ("on_costs", "employer_oncosts", {"value": "value"}),
        (
            "apprenticeship_standards",
            "apprenticeship_standards_digital",
            {"months": "typical_duration_months", "funding": "max_funding_gbp"},
        ),
        ("course_prices", "training_prices", {"price": "price_gbp"}),
        ("recruitment_prices", "recruitment_cost_and_time_uk", {"value": "value"}),
        ("contractor_day_rates", "contractor_day_rates_itjobswatch", {"median": "median_gbp", "p90": "p90_gbp"}),
        ("infrastructure_support_series", "hchs_infrastructure_support_timeseries", {"total_fte": "total_fte"}),
    ],
)
def test_numbers_agree_with_the_raw_files(name: str, file: str, pairs: dict[str, str]) -> None:
    source = raw(f"nhs/{file}.csv")
    assert len(source) == len(table(name))
    for column, theirs in pairs.items():
        assert table(name)[column].fillna(-1).tolist() == pd.to_numeric(source[theirs]).fillna(-1).tolist()


@pytest.mark.parametrize("name, rows", ROWS.items())
def test_the_data_log_lists_every_table_with_its_rows(name: str, rows: int) -> None:
    log = (DATA / "README.md").read_text(encoding="utf-8")
    line = next(line for line in log.splitlines() if line.startswith(f"| `{name}` |"))
    assert line.split("|")[-2].split(":")[0].strip() == f"{rows:,}"


def test_the_data_log_gives_the_attributions() -> None:
    log = (DATA / "README.md").read_text(encoding="utf-8")
    attributions = table("frameworks")["attribution"].dropna().drop_duplicates()
    assert len(attributions) == 1
    assert attributions.iloc[0] in log
    for board in table("icbs").query("name.isna()")["icb"]:
        assert board in log
