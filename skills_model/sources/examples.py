"""Rows that show in a template what to write: plainly examples, where a figure has a source that is said."""

from __future__ import annotations

import pandas as pd

OWN = "example; say where your figure is from"
EXAM = "https://itilcertificationcost.com/exam-fees/"
HIRE = "CIPD and Omni 2022: median cost of a hire"
PAY = "https://nhstakehomepaycalculator.co.uk/guides/nhs-pay-bands-2025-26"


def courses() -> pd.DataFrame:
    """Return an exam, a course that develops two skills and an apprenticeship."""
    course = ("Example: course in data visualisation", "Own team", None, 0, 30, 10, 12, 0.8, None, OWN)
    return _rows(
        "course_label provider organisation price hours weeks seats completion apprenticeship_standard source skill rank_before rank_after",
        ("Example: ITIL 4 Foundation exam", "PeopleCert", None, 269, 24, 4, 20, 0.9, None, EXAM, "Problem management", 0, 1),
        (*course, "Data visualisation", 1, 2),
        (*course, "Communicating between the technical and non-technical", 1, 2),
        ("Example: apprenticeship", "A college", None, 18000, 600, 104, 2, 0.7, "ST1021", OWN, "Cyber incident management", 0, 2),
    )


def routes() -> pd.DataFrame:
    """Return a route whose joiners bring two skills into a role level, and one of which nothing is known yet."""
    advert = ("Example: advertised post", None, "permanent", 1500, 14, 12, HIRE)
    return _rows(
        "recruitment_route_label organisation contract cost weeks starts source role_level skill rank share",
        (*advert, "Data analyst", "Data visualisation", 2, 0.7),
        (*advert, "Data analyst", "Communicating between the technical and non-technical", 1, 0.9),
        ("Example: graduate scheme", None, "fixed term", 1500, 30, 3, OWN, None, None, None, None),
    )


def budget() -> pd.DataFrame:
    """Return money that is committed, and money that is hoped for."""
    return _rows(
        "funding_stream_label kind organisation year amount status",
        ("Example: development budget", "revenue", None, "2026/27", 120000, "committed"),
        ("Example: development budget", "revenue", None, "2027/28", 90000, "hoped for"),
        ("Example: apprenticeship levy", "levy", None, "2026/27", 54000, "committed"),
    )


def calendar() -> pd.DataFrame:
    """Return a go-live in which nobody is released, and a winter in which half are."""
    return _rows(
        "organisation calendar_event start_date end_date release_share",
        (None, "Example: go-live of the patient record", "2027-02-01", "2027-03-31", 0),
        (None, "Example: winter", "2026-12-01", "2027-02-28", 0.5),
    )


def maturity() -> pd.DataFrame:
    """Return the scores of two domains."""
    return _rows(
        "organisation assessed_on domain score maximum source",
        (None, "2026-03-31", "Well led", 3.2, 5, "example; say which assessment"),
        (None, "2026-03-31", "Support people", 2.4, 5, "example; say which assessment"),
    )


def pay() -> pd.DataFrame:
    """Return the pay points of a band as published."""
    return _rows(
        "year band step years_experience salary source",
        ("2025/26", "6", "entry", "<2", 38682, PAY),
        ("2025/26", "6", "intermediate", "2-5", 40823, PAY),
        ("2025/26", "6", "top", "5+", 46580, PAY),
    )


def assumptions() -> pd.DataFrame:
    """Return an assumption that does not vary, and one key of an assumption that does."""
    return _rows(
        "assumption key value low high source owner",
        ("recruitment_weeks", None, 16, 12, 22, "example; say which figures of yours", "HR planner"),
        ("leaver_rate", "25 to 34", 0.14, 0.11, 0.18, "example; say which figures of yours", "HR planner"),
    )


def cover() -> pd.DataFrame:
    """Return a target of the whole organisation, and one of a team."""
    return _rows(
        "organisation team skill rank people",
        (None, None, "Cyber incident management", 2, 3),
        (None, "Example team", "Data modelling", 3, 2),
    )


def offers() -> pd.DataFrame:
    """Return part of a post, mentors for one skill, and a place to be seconded to."""
    first = "2026-10-01"
    return _rows(
        "from_organisation organisation kind role_level skill fte start_date end_date cost travel source",
        ("RXX", None, "share", "Senior cyber operations analyst", None, 0.4, first, "2028-09-30", None, 1200, OWN),
        ("RXX", None, "mentor", None, "Data modelling", 0.2, first, None, None, None, OWN),
        ("RXX", None, "second", "Data analyst", None, 1, first, None, 0, None, OWN),
    )


def spend() -> pd.DataFrame:
    """Return the spending of one year."""
    return _rows("organisation year technology expenditure source", (None, "2025/26", 14200000, 712000000, "example; say which accounts"))


def equality() -> pd.DataFrame:
    """Return counts of two groups at two stages."""
    return _rows(
        "organisation round characteristic category stage headcount",
        *((None, "example-round", "sex", group, stage, count)
          for group, stage, count in (("women", "eligible", 120), ("men", "eligible", 140), ("women", "suggested", 24), ("men", "suggested", 27))),
    )  # fmt: skip


def _rows(names: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names.split(), dtype=object)
