"""What words mean is suggested, said once, remembered, and can be said anew or taken back."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pytest

from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.reference import table as reference
from skills_model.sources import likeness, meanings, pseudonym
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from extract import extract, row
from taking import TRUST, own_store, take

LOCAL = Scope.local()
TITLE, CODE = meanings.TITLE, meanings.CODE


@pytest.fixture(scope="module")
def staffed(tmp_path_factory):
    """Return the path of a store with staff of three titles and two codes, nothing of which anybody has said the meaning of."""
    path = own_store(tmp_path_factory.mktemp("meanings") / "staffed.duckdb")
    people = [row(str(number), "Snr Data Analyst") for number in range(3)]
    people += [row("10", "Wizard"), row("11", "Wizard", **{"Contracted WTE": "0.5"}), row("12", "Gardener", **{"Occupation Code": "X1"})]
    with Store.open(path) as store:
        take(store, "staff", extract(*people), organisation=TRUST, as_at=dt.date(2026, 3, 31))
    return path


@pytest.fixture
def store(staffed, tmp_path):
    shutil.copy(pseudonym.key_file(staffed), pseudonym.key_file(tmp_path / "own.duckdb"))
    with Store.open(shutil.copy(staffed, tmp_path / "own.duckdb")) as store:
        yield store


def open_words(store, subject):
    rows = meanings.unmapped(store, LOCAL, TRUST)
    return {found: tuple(rest) for _, found, _, *rest in rows[rows["subject"] == subject].astype(object).fillna("").itertuples(index=False)}


def share(store):
    row = meanings.share(store, LOCAL, TRUST).iloc[0]
    return tuple(row[["mapped_fte", "outside_fte", "unmapped_fte"]])


def test_titles_and_codes_are_listed_with_people_fte_and_a_suggestion(store):
    assert open_words(store, TITLE) == {
        "snr data analyst": (3, 3.0, "senior-data-analyst", 1.0), "wizard": (2, 1.5, "", ""), "gardener": (1, 1.0, "", ""),
    }  # fmt: skip
    assert open_words(store, CODE) == {"g2b": (5, 4.5, "", ""), "x1": (1, 1.0, "", "")}
    assert share(store) == (0.0, 0.0, 5.5)


def test_a_word_that_one_staff_group_alone_has_is_known_by_it(store):
    people = (
        row("20", "Matron", **{"Staff Group": "Nursing and Midwifery Registered"}),
        row("21", "Wizard", **{"Staff Group": "Students"}),
        row("10", "Wizard"),
    )
    take(store, "staff", extract(*people), organisation=TRUST, as_at=dt.date(2026, 9, 30))
    rows = meanings.unmapped(store, LOCAL, TRUST).set_index("found")["staff_group"]
    assert rows["matron"] == "Nursing and Midwifery Registered"
    assert rows[["wizard", "g2b"]].isna().all()


def test_saying_what_a_title_means_counts_at_once_and_hints_at_its_code(store):
    meanings.save(store, LOCAL, TRUST, {TITLE: {"SNR DATA  ANALYST ": "Senior data analyst", "Gardener": None}})
    assert share(store) == (3.0, 1.0, 1.5)
    assert list(open_words(store, TITLE)) == ["wizard"]
    assert open_words(store, CODE) == {"g2b": (2, 1.5, "senior-data-analyst", 0.67)}


def test_a_code_tells_what_the_title_does_not_and_the_title_counts_first(store):
    meanings.save(store, LOCAL, TRUST, {TITLE: {"wizard": None}, CODE: {"G2B": "data-analyst"}})
    assert share(store) == (3.0, 1.5, 1.0)


def test_a_meaning_can_be_said_anew_and_back_and_undone(store):
    first = meanings.save(store, LOCAL, TRUST, {TITLE: {"wizard": "data-engineer"}})
    meanings.save(store, LOCAL, TRUST, {TITLE: {"wizard": None}})
    third = meanings.save(store, LOCAL, TRUST, {TITLE: {"wizard": "data-engineer"}})
    assert third > first
    assert meanings.saved(store, LOCAL, TRUST, TITLE) == {"wizard": "data-engineer"}
    store.undo(third)
    assert meanings.saved(store, LOCAL, TRUST, TITLE) == {"wizard": None}


def test_meanings_are_remembered_for_the_next_list(store):
    meanings.save(store, LOCAL, TRUST, {TITLE: {"wizard": "data-engineer"}})
    later = take(store, "staff", extract(row("10", "WIZARD"), row("13", "Gnome")), organisation=TRUST, as_at=dt.date(2026, 9, 30))
    assert later.built.unmapped["found"].tolist() == ["gnome"]
    assert share(store) == (1.0, 0.0, 1.0)


def test_every_meaning_that_is_none_is_told_with_the_nearest_and_nothing_is_saved(store):
    told = {
        TITLE: {"wizard": "data-enginer", "gardener": "data-analyst", "": "data-analyst"},
        "colour": {"a": "b"},
        "contract type": {"x": "casual"},
    }
    with pytest.raises(DataError) as error:
        meanings.save(store, LOCAL, TRUST, told)
    problems = [fault.problem for fault in error.value.faults]
    assert problems == ["Unknown role level", "No word", "Unknown subject", "Unknown contract"]
    assert "nearest: 'data-engineer'" in error.value.faults[0].allowed
    assert "'permanent', 'fixed term'" in error.value.faults[3].allowed
    assert meanings.saved(store, LOCAL, TRUST, TITLE) == {}


def test_an_unknown_organisation_or_nothing_at_all_is_refused(store):
    with pytest.raises(DataError, match="Unknown organisation"):
        meanings.save(store, LOCAL, "XYZ", {TITLE: {"wizard": None}})
    with pytest.raises(DataError, match="Nothing to remember"):
        meanings.save(store, LOCAL, TRUST, {TITLE: {}})


# Likeness


@pytest.fixture(scope="module")
def labels():
    levels = reference("role_levels")
    return dict(zip(levels["role_level"], levels["role_level_label"], strict=True))


@pytest.mark.parametrize(
    "title, expected",
    [
        ("Senior Data Analyst", "senior-data-analyst"), ("Snr Data Analyst (Band 7)", "senior-data-analyst"), ("Data Analyst - Senior", "senior-data-analyst"),
        ("Infrastructure Eng B6", "infrastructure-engineer"), ("IT Service Mgr - Digital Services", "it-service-manager"),
        ("IG Manager", "information-governance-manager"), ("Service Desk Anaylst", "service-desk-analyst"), ("Software Developer", "developer"),
        ("Head of IG (8c)", "head-of-information-governance"), ("Information Analyst", "data-analyst"),
        ("Interim Lead Data Engineer, Fixed Term", "lead-data-engineer"),
        ("Lead Data Analyst", "principal-data-analyst"), ("Lead Software Developer", "lead-developer"), ("Junior Data Analyst", "associate-data-analyst"),
    ],
)  # fmt: skip
def test_titles_as_trusts_write_them_find_their_role_level(labels, title, expected):
    row = likeness.of_titles([title], labels).iloc[0]
    assert row["suggestion"] == expected
    assert likeness.LEAST <= row["confidence"] <= 1


def test_only_what_is_the_same_is_quite_sure(labels):
    sure = likeness.of_titles(["Data engineer", "Data enginer", "Software developer", "Data engineer - Digital"], labels)["confidence"]
    assert sure[0] == 1
    assert (sure[1:] < 1).all()


@pytest.mark.parametrize("title", ["Staff Nurse", "Consultant Cardiologist", "Ward Manager", "Medical Secretary", "", "???"])
def test_what_is_like_nothing_gets_no_suggestion(labels, title):
    row = likeness.of_titles([title], labels).iloc[0]
    assert (row["suggestion"] != row["suggestion"], row["confidence"] != row["confidence"]) == (True, True)


def test_without_names_nothing_is_suggested():
    assert likeness.of_names(["anything"], {})["suggestion"].isna().all()
