"""The demonstration is the same for a seed, adds up to the published totals, resembles nobody, and has what real data have."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.reference import table
from skills_model.schema import TABLES, Row
from skills_model.store import Store
from skills_model.synthetic import demo_store, england
from skills_model.synthetic.country import _BACKS, _FRONTS

type Frames = dict[str, pd.DataFrame]

INVENTED = ("organisation", "snapshot", "person", "assignment", "assessment", "establishment")
FOR_ALL = ("course", "course_effect")  # the same whatever the seed and the organisation
SMALL = "DEMO063"
ASSUMPTIONS = Assumptions.load()
value = ASSUMPTIONS.value

FINGERPRINTS = """
import json, sys
from skills_model.assumptions import Assumptions
from skills_model.synthetic import england
sys.path.insert(0, sys.argv[1])
from test_synthetic import fingerprint
frames = england(1, Assumptions.load(), sys.argv[2] or None)
print(json.dumps({name: fingerprint(frame) for name, frame in frames.items()}))
"""


def fingerprint(frame: pd.DataFrame) -> str:
    """Return a SHA-256 of every cell and heading; unlike `hash`, the hash of a row is the same in every process."""
    rows = pd.util.hash_pandas_object(frame).to_numpy().tobytes()
    return hashlib.sha256(rows + repr(list(frame.columns)).encode()).hexdigest()


@pytest.fixture(scope="module")
def whole() -> Frames:
    return england(1, ASSUMPTIONS)


@pytest.fixture(scope="module")
def latest(whole: Frames) -> pd.DataFrame:
    """Return the assignments of the latest snapshot."""
    dates = whole["snapshot"].set_index("snapshot")["as_at"]
    rows = whole["assignment"]
    newest: pd.DataFrame = rows[rows["snapshot"].map(dates) == dates.max()]
    return newest


def family_of(whole: Frames) -> pd.Series:
    """Return the role family of each role level of the active frameworks."""
    active = whole["framework"].loc[whole["framework"]["active"], "framework"]
    return whole["role_level"][whole["role_level"]["framework"].isin(active)].set_index("role_level")["role_family"]


@pytest.fixture(scope="module")
def earlier(whole: Frames, latest: pd.DataFrame) -> pd.DataFrame:
    return whole["assignment"].drop(latest.index)


@pytest.fixture(scope="module")
def posts(whole: Frames, latest: pd.DataFrame) -> pd.DataFrame:
    """Return establishment with the staff in post beside it."""
    staff = latest.groupby(["organisation", "role_level"])["fte"].sum().rename("staff").reset_index()
    both = whole["establishment"].merge(staff, how="outer", on=["organisation", "role_level"], validate="1:1")
    both["staff"] = both["staff"].fillna(0.0)
    return both.assign(vacant=(both["budgeted_fte"] - both["staff"]).clip(lower=0.0))


@pytest.fixture(scope="module")
def held(whole: Frames, latest: pd.DataFrame) -> pd.DataFrame:
    """Return every person's required skills with the assessment that counts: the best kind, then the newest."""
    active = whole["framework"].loc[whole["framework"]["active"], "framework"]
    needed = whole["requirement"][whole["requirement"]["framework"].isin(active)]
    pairs = latest.dropna(subset="role_level").merge(needed, on="role_level")
    pairs = pairs.sort_values("required_rank").drop_duplicates(["person", "skill"], keep="last")
    best = whole["assessment"].assign(order=whole["assessment"]["kind"].map({"test": 0, "evidence": 1, "manager": 2, "self": 3}))
    best = best.sort_values(["order", "assessed_on"], ascending=[True, False]).drop_duplicates(["person", "skill"])
    both = pairs.merge(best[["person", "skill", "rank", "kind", "assessed_on"]], how="left", on=["person", "skill"])
    families = family_of(whole)
    return both.assign(family=both["role_level"].map(families), met=both["rank"] >= both["required_rank"])


# The same for a seed


@pytest.mark.parametrize("organisation", [SMALL, pytest.param("", marks=pytest.mark.slow)])
def test_a_seed_gives_the_same_rows_in_another_process(whole: Frames, organisation: str) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    run = subprocess.run(
        [sys.executable, "-c", FINGERPRINTS, str(Path(__file__).parent), organisation],
        env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    frames = england(1, ASSUMPTIONS, organisation) if organisation else whole
    assert json.loads(run.stdout) == {name: fingerprint(frame) for name, frame in frames.items()}


def test_another_seed_gives_other_people(whole: Frames) -> None:
    other = england(2, ASSUMPTIONS, SMALL)
    for name in ("organisation", "person", "assignment", "assessment", "establishment"):
        rows = whole[name][whole[name]["organisation"] == SMALL].reset_index(drop=True)
        assert not rows.equals(other[name])
    assert not set(whole["person"]["person"]) & set(other["person"]["person"])


@pytest.mark.parametrize("code", ["DEMO001", SMALL, "DEMO199", "DEMOOTH"])
def test_one_organisation_alone_is_the_same_as_in_the_whole(whole: Frames, code: str) -> None:
    alone = england(1, ASSUMPTIONS, code)
    assert set(alone) == set(whole)
    for name in INVENTED:
        expected = whole[name][whole[name]["organisation"] == code].reset_index(drop=True)
        assert len(expected) > 0
        pd.testing.assert_frame_equal(alone[name], expected)


def test_rows_stand_in_the_order_of_their_keys(whole: Frames) -> None:
    for model in TABLES:
        if model.TABLE in {*INVENTED, *FOR_ALL}:
            order = list(model.ORDER or model.KEY)
            pd.testing.assert_frame_equal(whole[model.TABLE], whole[model.TABLE].sort_values(order, ignore_index=True))


# Adds up


def test_staff_add_up_to_the_published_workforce(latest: pd.DataFrame) -> None:
    total = latest["fte"].sum()
    assert total == pytest.approx(value("demo_workforce_fte"), rel=0.01)
    assert latest.loc[latest["organisation"] != "DEMOOTH", "fte"].sum() / total == pytest.approx(value("demo_trust_share"), abs=0.005)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_vacancies_are_the_assumed_share_of_posts(whole: Frames, seed: int) -> None:
    frames = whole if seed == 1 else england(seed, ASSUMPTIONS)
    rows = frames["assignment"][frames["assignment"]["snapshot"] % 2 == 0]
    staff = rows.groupby(["organisation", "role_level"])["fte"].sum().rename("staff")
    posts = frames["establishment"].set_index(["organisation", "role_level"]).join(staff).fillna({"staff": 0.0})
    vacant = (posts["budgeted_fte"] - posts["staff"]).clip(lower=0.0).sum()
    for filled in (posts["staff"].sum(), rows["fte"].sum()):  # without and with those whose job title is not mapped
        assert vacant / (filled + vacant) == pytest.approx(value("vacancy_share"), abs=0.01)


def test_role_families_have_their_assumed_shares(whole: Frames, latest: pd.DataFrame) -> None:
    families = latest["role_level"].map(family_of(whole))
    shares = latest["fte"].groupby(families).sum().sort_index() / latest.loc[families.notna(), "fte"].sum()
    expected = pd.Series(ASSUMPTIONS.by_key("demo_role_family_share")).sort_index()
    assert set(shares.index) == set(expected[expected > 0].index)
    assert (abs(shares - expected) < np.maximum(0.01, 0.1 * expected)).all()


def test_larger_departments_have_more_role_levels(latest: pd.DataFrame) -> None:
    sizes = latest.groupby("organisation").agg(fte=("fte", "sum"), levels=("role_level", "nunique"))
    assert sizes[sizes["fte"].between(45, 75)]["levels"].mean() == pytest.approx(18, abs=4)
    assert sizes[sizes["fte"].between(200, 260)]["levels"].mean() == pytest.approx(39, abs=5)
    assert 60 < sizes[sizes["fte"].between(550, 1000)]["levels"].mean() < 90
    assert sizes["levels"]["DEMOOTH"] > 200


def test_coverage_is_plausible_and_differs_between_families(held: pd.DataFrame) -> None:
    judged = held[held["rank"].notna()]
    assert 0.65 < np.average(judged["met"], weights=judged["fte"]) < 0.78  # vacancies take another seven points off
    by_family = judged.groupby("family")["met"].mean()
    assert by_family["cyber-operations"] < by_family["data"] < by_family["it-operations"] < by_family["clinical-coding-and-records"]
    assert by_family.between(0.4, 0.95).all()
    assert judged.groupby("organisation")["met"].mean().std() > 0.04


# Resembles nobody


def test_types_and_regions_are_mixed_as_published(whole: Frames) -> None:
    real = table("trusts")
    real["organisation_type"] = real["organisation_type"].fillna("Acute")  # one trust without staff has no type yet
    trusts = whole["organisation"].iloc[:-1]
    assert len(trusts) == len(real) == 199
    columns = ["organisation_type", "region_code", "region_name"]
    pd.testing.assert_series_equal(trusts[columns].value_counts().sort_index(), real[columns].value_counts().sort_index())


def test_every_region_has_as_many_boards_as_published_and_every_board_a_trust(whole: Frames) -> None:
    boards = whole["organisation"].groupby("region_code")["icb_code"].nunique()
    real = table("icbs").query("valid_from < '2026-04-01'").groupby("region_code")["icb"].nunique()
    assert boards.sum() == 42
    assert boards.to_dict() == real.to_dict()
    assert len(whole["organisation"][["icb_code", "icb_name", "region_code"]].dropna().drop_duplicates()) == 42


def test_other_bodies_are_one_row_without_a_region(whole: Frames) -> None:
    other = whole["organisation"].iloc[-1]
    assert (other["organisation"], other["organisation_type"]) == ("DEMOOTH", "Other bodies")
    assert other[["region_code", "region_name", "icb_code", "icb_name"]].isna().all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_code_or_name_is_a_real_one(seed: int) -> None:
    made = england(seed, ASSUMPTIONS, SMALL)["organisation"]
    assert made["name"].str.endswith("(invented)").all()
    real_names = "\n".join([*table("trusts")["name"], *table("icbs")["name"].dropna(), *table("regions")["name"]]).casefold()
    assert [front for front in _FRONTS if front.casefold() in real_names] == []
    assert [front + back for front in _FRONTS for back in _BACKS if (front + back).casefold() in real_names] == []


def test_codes_and_names_are_invented_and_marked(whole: Frames) -> None:
    made = whole["organisation"]
    real_codes = {*table("trusts")["organisation"], *table("icbs")["icb"], *table("organisation_hierarchy").iloc[:, 0]}
    assert not real_codes & {*made["organisation"], *made["icb_code"].dropna()}
    assert made["organisation"].str.match(r"DEMO(\d{3}|OTH)$").all()
    assert made["demonstration"].all()
    assert made["name"].is_unique
    assert made["name"].str.endswith("(invented)").all()
    assert made["icb_name"].dropna().str.endswith("(invented)").all()
    stems = made["name"].str.extract(r"^(\w+) ")[0]
    assert all(re.fullmatch(f"({'|'.join(_FRONTS)})({'|'.join(_BACKS)})", stem) for stem in stems.iloc[:-1])


def test_sizes_are_spread_as_published_but_moved(whole: Frames, latest: pd.DataFrame) -> None:
    made = latest.groupby("organisation")["fte"].sum().drop("DEMOOTH").sort_values()
    real = table("trusts")["fte"].dropna().astype(float).sort_values()
    shares, published = (made / made.sum()).to_numpy()[1:], (real / real.sum()).to_numpy()
    assert np.corrcoef(shares, published)[0, 1] > 0.97
    assert np.median(abs(shares / published - 1)) > 0.005
    regions = whole["organisation"].set_index("organisation")["region_code"]
    largest_real = table("trusts").assign(fte=lambda rows: rows["fte"].astype(float)).nlargest(8, "fte")["region_code"].tolist()
    assert regions[made.nlargest(8).index].tolist() != largest_real


# What real data have


def share(flags: "pd.Series[bool]") -> float:
    return float(flags.mean())


def test_some_people_work_part_time(latest: pd.DataFrame) -> None:
    fte = latest.groupby("person")["fte"].sum()
    assert share(fte < 0.999) == pytest.approx(value("demo_part_time_share"), abs=0.02)
    assert (fte < 1.001).all()


def test_some_people_hold_two_assignments_in_different_role_levels(latest: pd.DataFrame) -> None:
    held = latest.groupby("person").agg(number=("team", "size"), levels=("role_level", "nunique"), teams=("team", "nunique"))
    assert held["number"].max() == 2
    assert share(held["number"] == 2) == pytest.approx(value("demo_second_assignment_share"), abs=0.005)
    assert (held.loc[held["number"] == 2, "teams"] == 2).all()


def test_some_job_titles_are_not_mapped(latest: pd.DataFrame) -> None:
    unmapped = latest[latest["role_level"].isna()]
    assert len(unmapped) / len(latest) == pytest.approx(value("demo_unmapped_share"), abs=0.01)
    assert not set(unmapped["job_title"]) & set(latest.loc[latest["role_level"].notna(), "job_title"])


def test_job_titles_differ_between_organisations(latest: pd.DataFrame) -> None:
    assert latest.groupby("role_level")["job_title"].nunique().max() > 4


def test_some_contracts_end(latest: pd.DataFrame) -> None:
    fixed = latest["contract"] == "fixed term"
    assert share(fixed) == pytest.approx(value("demo_fixed_term_share"), abs=0.03)
    assert (latest["end_date"].notna() == fixed).all()
    assert (latest.loc[fixed, "end_date"] > pd.Timestamp("2026-03-31")).all()


def test_most_staff_are_clerical_and_clinical_informatics_clinical(whole: Frames, latest: pd.DataFrame) -> None:
    families = latest["role_level"].map(family_of(whole))
    clinical = latest["staff_group"] != "Administrative and Clerical"
    assert share(~clinical) > 0.9
    assert share(clinical[families == "clinical-informatics"]) > 0.5
    assert not clinical[(families == "data") & (latest["team"].str.startswith("Data"))].any()  # not those who come from elsewhere
    assert set(latest["staff_group"]) <= set(table("staff_groups")["staff_group"])


def test_a_year_brings_leavers_and_joiners(whole: Frames, latest: pd.DataFrame, earlier: pd.DataFrame) -> None:
    before, after = set(earlier["person"]), set(latest["person"])
    assert {*whole["snapshot"]["as_at"].dt.strftime("%Y-%m-%d")} == {"2025-03-31", "2026-03-31"}
    ages = earlier.drop_duplicates("person").set_index("person")["age_band"]
    left = pd.Series({person: person not in after for person in before})
    by_age = left.groupby(ages).mean()
    for age, rate in ASSUMPTIONS.by_key("leaver_rate").items():
        assert by_age[age] == pytest.approx(rate, abs=0.04)
    assert 0.08 < len(after - before) / len(after) < 0.18
    assert set(whole["person"]["person"]) == before | after


def test_some_people_were_promoted(latest: pd.DataFrame, earlier: pd.DataFrame) -> None:
    first = latest.drop_duplicates("person").set_index("person")
    then = earlier.set_index("person").reindex(first.index).dropna(subset="team")
    assert 0.005 < share(then["role_level"].fillna("") != first.loc[then.index, "role_level"].fillna("")) < 0.08


def test_dates_are_possible(latest: pd.DataFrame, earlier: pd.DataFrame) -> None:
    assert (latest["start_date"] <= pd.Timestamp("2026-03-31")).all()
    assert (earlier["start_date"] <= pd.Timestamp("2025-03-31")).all()
    for rows in (latest, earlier):
        ends = rows[rows["end_date"].notna()]
        assert (ends["end_date"] > ends["start_date"]).all()


def test_posts_are_mostly_whole_some_vacant_some_without_anybody_few_over(posts: pd.DataFrame) -> None:
    assert posts["budgeted_fte"].notna().all()  # every role level with staff has posts
    assert share(posts["budgeted_fte"] % 1 == 0) > 0.6
    assert (posts["staff"] == 0).sum() >= 10
    assert 0.005 < share(posts["budgeted_fte"] < posts["staff"]) < 0.1


def test_temporary_staff_cover_part_of_the_vacancies(posts: pd.DataFrame) -> None:
    assert (posts["bank_fte"] + posts["agency_fte"] <= posts["vacant"] + 0.01).all()
    assert posts["bank_fte"].sum() / posts["vacant"].sum() == pytest.approx(value("demo_bank_cover_share"), abs=0.04)
    assert posts["agency_fte"].sum() / posts["vacant"].sum() == pytest.approx(value("demo_agency_cover_share"), abs=0.04)


def test_some_skills_are_not_assessed(held: pd.DataFrame) -> None:
    assert share(held["rank"].notna()) == pytest.approx(value("demo_assessed_share"), abs=0.04)
    assert held.groupby("organisation")["rank"].agg(lambda ranks: ranks.notna().mean()).std() > 0.05


def test_some_assessments_are_old(held: pd.DataFrame) -> None:
    judged = held[held["rank"].notna()]
    age = (pd.Timestamp("2026-03-31") - judged["assessed_on"]).dt.days / 365.25
    assert share(age > value("assessment_stale_years")) == pytest.approx(value("demo_stale_share"), abs=0.03)
    assert (age >= 0).all()


def test_some_assessments_conflict_and_people_place_themselves_higher(whole: Frames) -> None:
    newest = whole["assessment"].sort_values("assessed_on").drop_duplicates(["person", "skill", "kind"], keep="last")
    ranks = newest.pivot_table(index=["person", "skill"], columns="kind", values="rank")
    apart = (ranks["self"] - ranks["manager"]).abs() >= 2
    assert share(apart) == pytest.approx(value("demo_conflict_share"), abs=0.03)
    agreed = ranks[~apart & ranks[["self", "manager"]].notna().all(axis=1)]
    assert 0.2 < (agreed["self"] - agreed["manager"]).mean() < 0.6
    assert set(newest["kind"]) == {"self", "manager", "evidence", "test"}


def test_nobody_is_assessed_before_joining_or_after_leaving(whole: Frames, latest: pd.DataFrame, earlier: pd.DataFrame) -> None:
    judged = whole["assessment"].groupby("person")["assessed_on"].agg(["min", "max"])
    joiners = latest[~latest["person"].isin(earlier["person"])].groupby("person")["start_date"].min()
    assert (judged["min"].reindex(joiners.index).dropna() >= joiners.reindex(judged.index).dropna()).all()
    leavers = judged[~judged.index.isin(latest["person"])]
    assert len(leavers) > 0
    assert (leavers["max"] <= pd.Timestamp("2025-03-31")).all()


def test_every_step_of_every_needed_skill_has_a_course(held: pd.DataFrame, whole: Frames) -> None:
    steps = {(row.skill, rank) for row in held.itertuples() for rank in range(1, row.required_rank + 1)}
    effects = whole["course_effect"]
    assert steps <= set(zip(effects["skill"], effects["rank_after"], strict=True))
    assert (effects["rank_after"] == effects["rank_before"] + 1).all()
    assert set(whole["course"]["price"]) == set(ASSUMPTIONS.by_key("course_fee").values())


def test_the_better_paid_are_older(latest: pd.DataFrame) -> None:
    ages = latest["age_band"]
    assert share(ages[latest["band"].isin(["8a", "8b", "8c"])].isin(["under 25", "25 to 34"])) < 0.2
    assert share(ages[latest["band"].isin(["2", "3", "4"])].isin(["under 25", "25 to 34"])) > 0.4


# As a store


@pytest.mark.parametrize("model", [model for model in TABLES if model.TABLE in {*INVENTED, *FOR_ALL}])
def test_rows_are_those_of_the_store(whole: Frames, model: type[Row]) -> None:
    frame = whole[model.TABLE]
    assert list(frame.columns) == list(model.model_fields)
    some = frame.sample(min(len(frame), 300), random_state=1).astype(object)
    for row in some.where(some.notna(), None).to_dict("records"):
        model(**{str(name): cell.date() if isinstance(cell, pd.Timestamp) else cell for name, cell in row.items()})


@pytest.mark.slow
def test_the_store_takes_all_of_england(tmp_path: Path) -> None:
    demo_store(tmp_path / "england.duckdb", 1)
    with Store.open(tmp_path / "england.duckdb") as store:
        told = store.query("organisations", Scope.local())
    assert len(told) == 200
    assert told["fte"].sum() == pytest.approx(value("demo_workforce_fte"), rel=0.01)
    assert told["vacancy_fte"].sum() / told["posts"].sum() == pytest.approx(value("vacancy_share"), abs=0.01)


def test_two_stores_of_a_seed_export_the_same_bytes(tmp_path: Path) -> None:
    exports = []
    for name in ("first.duckdb", "second.duckdb"):
        demo_store(tmp_path / name, 7, SMALL)
        with Store.open(tmp_path / name) as store:
            exports.append({table: store.export(table, Scope.local()) for table in (*INVENTED, "current_level", "requirement")})
    assert exports[0] == exports[1]
    assert all(len(text.splitlines()) > 1 for text in exports[0].values())


@pytest.fixture
def small_store(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "folder" / "small.duckdb"
    demo_store(path, 1, SMALL)
    yield path
    assert [file.name for file in path.parent.iterdir()] == [path.name]  # nothing is left beside it


def codes(path: Path) -> list[str]:
    with Store.open(path) as store:
        return store.query("organisations", Scope.local())["code"].tolist()


def test_a_demonstration_store_is_replaced_only_when_asked(small_store: Path) -> None:
    with pytest.raises(DataError, match="Store would be lost"):
        demo_store(small_store, 1, "DEMO099")
    assert codes(small_store) == [SMALL]
    demo_store(small_store, 1, "DEMO099", replace=True)
    assert codes(small_store) == ["DEMO099"]


def test_a_store_with_a_real_organisation_is_never_replaced(small_store: Path) -> None:
    own = pd.DataFrame({
        "organisation": ["RXX99"], "name": ["Ours"], "organisation_type": ["Acute"], "region_code": [None], "region_name": [None],
        "icb_code": [None], "icb_name": [None], "demonstration": [False],
    })  # fmt: skip
    with Store.open(small_store) as store:
        store.write("organisations", "0" * 64, "ours.csv", {"organisation": own})
    before = small_store.read_bytes()
    with pytest.raises(DataError, match=r"not the demonstration's \(RXX99\)"):
        demo_store(small_store, 1, replace=True)
    assert small_store.read_bytes() == before


def test_an_empty_store_and_other_files_are_never_replaced(tmp_path: Path) -> None:
    Store.create(tmp_path / "empty.duckdb").close()
    (tmp_path / "letter.txt").write_text("Dear all,", "utf-8")
    for name in ("empty.duckdb", "letter.txt"):
        with pytest.raises(DataError):
            demo_store(tmp_path / name, 1, SMALL, replace=True)
    assert (tmp_path / "letter.txt").read_text("utf-8") == "Dear all,"
    assert codes(tmp_path / "empty.duckdb") == []


def test_a_failure_leaves_the_store_as_it_was(small_store: Path) -> None:
    def stop(done: float, code: str) -> None:
        raise KeyboardInterrupt

    before = small_store.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        demo_store(small_store, 2, SMALL, replace=True, progress=stop)
    assert small_store.read_bytes() == before


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_people(*given: object) -> Frames:
        return england(1, ASSUMPTIONS, SMALL) | {"person": pd.DataFrame({"person": ["no hash"]})}

    monkeypatch.setattr("skills_model.synthetic.stored.england", without_people)
    with pytest.raises(DataError):
        demo_store(tmp_path / "half.duckdb", 1)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_of_every_organisation() -> None:
    told: list[tuple[float, str]] = []
    england(1, ASSUMPTIONS, SMALL, lambda done, code: told.append((done, code)))
    assert told == [(1.0, SMALL)]


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: england(-1, ASSUMPTIONS), ["Seed below 0", "-1", "0 or more"]),
        (lambda: england(1, ASSUMPTIONS, "DEMO999"), ["Unknown organisation", "DEMO999", "DEMO199", "DEMOOTH"]),
        (lambda: england(1, ASSUMPTIONS, "demo63"), ["Unknown organisation", "demo63", "nearest: DEMO"]),
        (lambda: england(1, ASSUMPTIONS, ""), ["Unknown organisation", "DEMO001"]),
    ],
)
def test_wrong_options_are_named(make: Callable[[], Frames], words: list[str]) -> None:
    with pytest.raises(DataError) as error:
        make()
    assert all(word in str(error.value) for word in words)
