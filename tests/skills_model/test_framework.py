"""The frameworks that the project ships are whole, consistent and what their publishers say."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.framework import frameworks
from skills_model.reference import DATA, table
from skills_model.schema import Crosswalk, Framework, FrameworkRank, Requirement, RoleLevel, Row, Skill

sys.path.insert(0, str(Path(__file__).parent))
import later_version

OFFICIAL, LATER, OWN, ALL_STAFF = "gdad-2025-08", "gdad-2026-10", "nhs-informatics", "nhs-all-staff"
RAW = DATA.parent.parent / "shared" / "data" / "frameworks"
needs_raw = pytest.mark.skipif(not RAW.is_dir(), reason="the raw public files (../shared/data) are not here")


def of(name: str, framework: str) -> pd.DataFrame:
    rows = frameworks()[name]
    return rows[rows["framework"] == framework]


def active(name: str) -> pd.DataFrame:
    rows = frameworks()
    known = rows["framework"].loc[rows["framework"]["active"], "framework"]
    return rows[name][rows[name]["framework"].isin(known)]


@pytest.mark.parametrize("model", [Framework, FrameworkRank, RoleLevel, Skill, Requirement, Crosswalk])
def test_rows_are_those_of_the_store(model: type[Row]) -> None:
    rows = frameworks()[model.TABLE]
    assert list(rows) == list(model.model_fields)
    assert not rows.duplicated(list(model.KEY)).any()
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        model(**{str(column): value for column, value in row.items()})


def test_the_official_framework_has_its_published_size() -> None:
    levels, without = of("role_level", OFFICIAL), table("roles_without_levels")
    assert levels["role_family"].nunique() + without["role_family"].nunique() == 8
    assert levels["role"].nunique() + without["role"].nunique() == 52
    assert len(levels) == 201
    assert without["role"].nunique() == 4
    assert len(of("skill", OFFICIAL)) == 188
    assert of("requirement", OFFICIAL)["required_rank"].value_counts().sort_index().tolist() == [351, 510, 545, 375]


def test_every_official_skill_is_needed_by_some_role() -> None:
    needed = set(of("requirement", OFFICIAL)["skill"]) | set(table("roles_without_levels")["skill"])
    assert needed == set(of("skill", OFFICIAL)["skill"])


def test_ids_are_unique_over_all_series_so_that_any_may_be_switched_on() -> None:
    """Versions of a series share the ids of what is the same in them."""
    rows = frameworks()
    series = rows["framework"].set_index("framework")["series"]
    for name, column in (("role_level", "role_level"), ("skill", "skill"), ("role_level", "role")):
        assert rows[name]["framework"].map(series).groupby(rows[name][column]).nunique().max() == 1


def test_an_id_has_one_label_and_a_label_one_id() -> None:
    for left_out in (OFFICIAL, LATER):
        levels, skills = (rows[rows["framework"] != left_out] for rows in (frameworks()["role_level"], frameworks()["skill"]))
        for slug in ("role_family", "role", "role_level"):
            pairs = levels[[slug, f"{slug}_label"]].drop_duplicates()
            assert pairs[slug].is_unique
            assert pairs[f"{slug}_label"].is_unique
        assert skills["skill_label"].is_unique


def test_every_requirement_names_a_role_level_of_its_framework_and_a_known_skill() -> None:
    """But new role levels, and content designers, all of whose skills were replaced by some whose ranks are not published."""
    unpublished = set(table("unpublished_ranks")["role_level"].dropna())
    unpublished |= set(of("role_level", LATER).query("role == 'content-designer'")["role_level"])
    for name in (OFFICIAL, LATER, OWN, ALL_STAFF):
        requirement = of("requirement", name)
        assert set(requirement["role_level"]) == set(of("role_level", name)["role_level"]) - (unpublished if name == LATER else set())
    assert set(active("requirement")["skill"]) <= set(active("skill")["skill"])
    assert set(frameworks()["requirement"]["skill"]) <= set(frameworks()["skill"]["skill"])


def test_levels_of_a_role_are_numbered_from_one_without_gaps() -> None:
    for _, rows in frameworks()["role_level"].groupby(["framework", "role"]):
        assert sorted(rows["level_number"]) == list(range(1, len(rows) + 1))


def test_every_role_level_that_counts_has_a_band_and_says_whose_suggestion_it_is() -> None:
    levels = table("role_levels")
    counted = levels[levels["framework"].isin([OFFICIAL, OWN])]
    assert counted["suggested_band"].notna().all()
    assert counted["suggested_band_source"].notna().all()
    assert counted["suggested_band_source"].str.startswith("third party").sum() == 194


def test_the_only_role_levels_of_the_later_version_without_a_band_are_new_ones() -> None:
    levels = of("role_level", LATER)
    without = levels.loc[levels["suggested_band"].isna(), "role_level"]
    assert set(without) == {"senior-agile-coach", "lead-agile-coach", "data-and-ai-ethicist", "senior-data-and-ai-ethicist"}


def test_our_extension_has_the_size_of_a_department_and_uses_the_official_skills() -> None:
    assert of("role_level", OWN)["role_family"].nunique() == 5
    assert of("role_level", OWN)["role"].nunique() == 11
    assert len(of("role_level", OWN)) == 35
    assert len(of("skill", OWN)) == 30
    assert set(of("skill", OWN)["skill"]) <= set(of("requirement", OWN)["skill"])
    assert len(set(of("requirement", OWN)["skill"]) & set(of("skill", OFFICIAL)["skill"])) >= 20


def test_ours_is_marked_as_ours() -> None:
    rows = frameworks()["framework"].set_index("framework")
    assert set(rows.loc[[OWN, ALL_STAFF], "publisher"]) == {"Skillsplan contributors"}
    assert set(rows.loc[[OWN, ALL_STAFF], "licence"]) == {"MIT"}
    assert rows.loc[OFFICIAL, "licence"] == "Open Government Licence v3.0"


def test_all_staff_tiers_cover_each_staff_group_and_stay_out_of_gaps() -> None:
    rows = frameworks()["framework"].set_index("framework")
    assert rows["active"].to_dict() == {OFFICIAL: True, LATER: False, OWN: True, ALL_STAFF: False}
    literacy = of("role_level", ALL_STAFF).query("role_family == 'digital-literacy'")
    assert set(literacy["role_label"]) == {f"{group} staff" for group in table("staff_groups")["staff_group"]}
    assert of("role_level", ALL_STAFF).query("role_family == 'board-digital-leadership'")["role"].nunique() == 4


def test_team_leaders_need_at_least_the_digital_literacy_of_their_staff() -> None:
    needs = of("requirement", ALL_STAFF).merge(of("role_level", ALL_STAFF), on=["framework", "role_level"])
    literacy = needs[needs["role_family"] == "digital-literacy"].pivot_table(
        index=["role", "skill"], columns="level_number", values="required_rank", fill_value=0
    )
    assert (literacy[2] >= literacy[1]).all()
    assert (literacy[2] > literacy[1]).groupby("role").any().all()


def test_the_later_version_differs_by_the_listed_role_levels() -> None:
    old, new = of("role_level", OFFICIAL), of("role_level", LATER)
    assert new["role"].nunique() == 49
    changes = table("framework_changes")
    gone = set(old["role_level_label"]) - set(new["role_level_label"])
    assert gone == set(changes.loc[changes["change"] == "role level renamed", "old"])
    come = set(new["role_level_label"]) - set(old["role_level_label"])
    added = changes.loc[changes["change"].isin(["role level added", "role level renamed", "role added"]), "new"].str.split("; ").explode()
    assert come == set(added)


@pytest.mark.parametrize("name", ["role_levels", "skills", "requirements", "crosswalk", "unpublished_ranks"])
def test_the_later_version_is_the_one_before_with_the_change_log(name: str) -> None:
    rows = table(name)
    column = "framework_to" if name == "crosswalk" else "framework"
    stored = rows[rows[column] == LATER].reset_index(drop=True)
    pd.testing.assert_frame_equal(stored, later_version.rebuilt()[name], check_dtype=False)


def test_every_change_of_the_log_is_in_the_later_version_or_is_no_change_of_it() -> None:
    """The log's kinds are all known, so that a new kind is not passed over."""
    known = {"skill renamed", "skill updated", "skill added", "skill added to role", "skill removed from role", "requirement added"}
    known |= {"error corrected", "role added", "role renamed", "role level added", "role level renamed"}
    words = {"role and level descriptions rewritten", "grades of 34 role levels changed", "domain name changed"}
    assert set(table("framework_changes")["change"]) == known | words


def test_the_later_version_by_hand() -> None:
    """Facts read off the change log, one of each kind."""
    needs = of("requirement", LATER).set_index(["role_level", "skill"])["required_rank"]
    assert needs["trainee-business-analyst", "business-modelling"] == 1
    assert needs["lead-analytics-engineer", "turning-business-problems-into-data-design"] == 3
    assert needs["head-of-data-and-ai-ethics", "applied-empathy-and-inclusivity"] == 4
    assert ("data-engineer", "testing") not in needs.index
    assert ("test-engineer-trainee", "programming-and-build-data-engineering") not in needs.index
    skills = set(of("skill", LATER)["skill"])
    assert {"data-compliance-and-security", "coaching-in-an-agile-environment", "content-management-and-architecture"} <= skills
    assert "agile-working-content-design" not in skills  # no role needs it any more
    assert "user-centred-content-design" in skills  # content strategists and technical writers do
    assert not set(table("unpublished_ranks")["role_level"].dropna()) & set(of("requirement", LATER)["role_level"])


def test_every_relation_of_the_crosswalk_leads_somewhere() -> None:
    for row in frameworks()["crosswalk"].itertuples():
        name = row.subject.replace(" ", "_")
        assert row.id_from in set(of(name, row.framework_from)[name])
        assert row.id_to in set(of(name, row.framework_to)[name])


@needs_raw
def test_requirements_are_those_of_the_official_download_without_its_duplicates() -> None:
    raw = pd.read_csv(RAW / "gdad_role_content_2025-09-27.csv", dtype=str, keep_default_na=False)
    raw = raw[raw["Role Level"] != "NOT IN USE"]
    ranks = raw["Skill Level"].map({"Awareness": 1, "Working": 2, "Practitioner": 3, "Expert": 4})
    theirs = set(zip(raw["Role Level"].str.strip(), raw["Skill Name"], ranks, strict=True))
    ours = of("requirement", OFFICIAL).merge(of("role_level", OFFICIAL), on="role_level").merge(of("skill", OFFICIAL), on="skill")
    assert set(zip(ours["role_level_label"], ours["skill_label"], ours["required_rank"], strict=True)) == theirs


@needs_raw
def test_no_description_of_the_publisher_is_copied() -> None:
    raw = pd.read_csv(RAW / "gdad_skill_content_2025-09-27.csv", dtype=str, keep_default_na=False)
    texts = {line.strip("- ").strip() for column in raw.columns[1:6] for cell in raw[column] for line in cell.splitlines()}
    shipped = "".join(path.read_text(encoding="utf-8") for path in (DATA / "reference").glob("*.csv"))
    assert [text for text in texts if len(text) > 30 and text in shipped] == []
