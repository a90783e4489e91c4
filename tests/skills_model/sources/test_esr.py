"""Words of the personnel system, as they are and as local systems shorten them."""

import pandas as pd
import pytest

from skills_model.sources import esr
from skills_model.sources.meanings import COUNTS


@pytest.mark.parametrize(
    "pay_scale, band",
    [
        ("NHS|XR01|Review Body Band 1", "1"), ("NHS|XN06|Non Review Body Band 6", "6"), ("XR08", "8a"), ("XN09", "8b"), ("XN10", "8c"),
        ("XN11", "8d"), ("XN12", "9"), ("NHS|XR10|Review Body Band 8 - Range C", "8c"), ("Band 8D", "8d"), ("8A", "8a"), ("8 b", "8b"),
        ("AfC Band 7", "7"), ("band 07", "7"), ("B5", "5"), ("5", "5"), ("Agenda for Change Band 9", "9"), ("Band 2 Annex 21", "2"),
        ("Band 8", None), ("Band 5/6", None), ("VSM", None), ("NHS|YC72|Consultant", None), ("Local scale 10", None), ("XN13", None), ("10", None),
    ],
)  # fmt: skip
def test_a_band_is_found_in_every_way_to_write_it_and_in_nothing_else(pay_scale, band):
    assert esr.band_of(pay_scale) == band


@pytest.mark.parametrize(
    "words, band",
    [
        ("<=20 Years", "under 25"), ("21-25", "under 25"), ("26-30", "25 to 34"), ("46-50", "45 to 54"), ("51-55", "45 to 54"),
        ("56-60", "55 to 59"), ("61-65", "60 and over"), (">=71 Years", "60 and over"), ("Under 25", "under 25"), ("60+", "60 and over"),
        ("25 to 34", "25 to 34"), ("45 to 54", "45 to 54"), ("Prefer not to say", "unknown"), ("1960-1969 cohort 3", "unknown"),
    ],
)  # fmt: skip
def test_somebody_elses_age_band_becomes_the_one_its_middle_lies_in(words, band):
    assert esr.age_band_of(words) == band


def test_ages_turn_on_the_birthday():
    births = pd.to_datetime(pd.Series(["1966-04-01", "1966-03-31", "2004-02-29", None]))
    ages = esr.ages_at(births, pd.Timestamp("2026-03-31"))
    assert ages[:3].tolist() == [59.0, 60.0, 22.0]
    assert pd.isna(ages[3])
    assert [esr.age_band(age) for age in (24.0, 25.0, 59.0, 60.0)] == ["under 25", "25 to 34", "55 to 59", "60 and over"]


@pytest.mark.parametrize(
    "words, group",
    [
        ("Add Prof Scientific and Technic", "Additional Professional Scientific and Technical"), ("Admin & Clerical", "Administrative and Clerical"),
        ("Nursing and Midwifery Registered", "Nursing and Midwifery Registered"), ("Estates and Ancillary", "Estates and Ancillary"),
        ("Healthcare Scientists", "Healthcare Scientists"), ("AHP", "Allied Health Professionals"), ("Wizards", "Wizards"),
    ],
)  # fmt: skip
def test_staff_groups_are_named_as_the_data_dictionary_has_them_and_others_stay(words, group):
    assert esr.staff_group_of(words) == group


def test_statuses_and_contracts_know_no_case_or_punctuation():
    for word in ("ACTIVE ASSIGNMENT", "Maternity & Adoption", "Maternity and Adoption", "Suspend With Pay"):
        assert esr.status_of(word) == COUNTS
    assert esr.status_of("Out on External Secondment (Unpaid)") == "on secondment to another employer"
    assert esr.status_of("") is None
    assert esr.contract_of("Non-Exec Director/Chair") == (None, "non-executive")
    assert esr.contract_of("Fixed-Term Temp") == ("fixed term", None)
