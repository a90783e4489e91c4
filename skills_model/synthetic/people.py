"""The invented staff of one organisation, now and a year before."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from statistics import NormalDist
from typing import get_args

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.schema import AgeBand
from skills_model.synthetic.catalogue import BANDS, LOWEST_BAND, Catalogue, Floats, Ints, Texts
from skills_model.synthetic.columns import DAYS_BETWEEN, DAYS_IN_YEAR, EARLIER, LATEST, dates, text
from skills_model.synthetic.country import Place

AGES: tuple[str, ...] = tuple(age for age in get_args(AgeBand) if age != "unknown")
# Years that somebody of an age band can have worked since 18, at the most.
_YEARS_AT_WORK = np.array([6, 16, 26, 36, 41, 48], dtype=np.float64)

_CLERICAL = "Administrative and Clerical"
_DOCTORS = "Medical and Dental"
_PROGRAMME = "Electronic patient record programme"  # where second assignments are; nobody's first team
_UNMAPPED_TITLES = (
    "Digital Support Officer", "Information Officer", "Systems Officer", "Project Support Officer", "IM&T Facilitator",
    "Digital Champion", "Records Improvement Lead", "Transformation Associate",
)  # fmt: skip


@dataclass(frozen=True)
class Staff:
    """Everybody of one organisation: current staff first, then those who left during the year.

    `people` has one row a person: id, level (row of the catalogue), band (place in BANDS), fte, age and age_then (places in AGES now and
    a year before, -1 unknown), days (in post, at LATEST), fixed, joined, moved, mapped, left, team, second (row of the catalogue or -1), second_fte.
    `likely` is how the organisation's staff are expected to be spread over the role levels; `banded` is its own banding of them.
    """

    people: pd.DataFrame
    likely: Floats
    banded: Ints


def staff(rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions, key: bytes) -> Staff:
    """Draw the staff of one organisation."""
    likely = _likely(rng, place, roles, assumptions)
    banded = _banding(rng, roles, assumptions)
    current = _current(rng, place, roles, assumptions, likely)
    current["left"], current["age_then"] = False, current["age"] - _grown(rng.spawn(1)[0], current, assumptions)
    former = _former(rng, current, assumptions)
    people = pd.concat([current, former], ignore_index=True)
    people["band"] = _pay_bands(rng, banded[people["level"].to_numpy()], assumptions)
    people.insert(0, "id", rng.permutation(_ids(place, len(people), key)))
    return Staff(people, likely, banded)


def demonstration_key(seed: int) -> bytes:
    """Make the key of the demonstration's pseudonyms; a user's own store has a secret one of its own."""
    return hashlib.sha256(f"skillsplan demonstration {seed}".encode()).digest()


def snapshots(place: Place) -> pd.DataFrame:
    """Write the two snapshots of one organisation as rows of the stored table."""
    return pd.DataFrame(
        {
            "snapshot": np.array([earlier_snapshot(place), earlier_snapshot(place) + 1], dtype=np.int64),
            "organisation": text([place.code] * 2),
            "as_at": pd.to_datetime([EARLIER, LATEST]).as_unit("s"),
        }
    )


def earlier_snapshot(place: Place) -> int:
    """Return the number of the earlier snapshot; the latest one is the next."""
    return 2 * place.number - 1


def persons(place: Place, made: Staff) -> pd.DataFrame:
    """Write everybody as rows of the stored table."""
    rows = pd.DataFrame({"person": text(made.people["id"]), "organisation": text([place.code] * len(made.people))})
    return rows.sort_values("person", ignore_index=True)


def assignments(rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions, made: Staff) -> pd.DataFrame:
    """Write the posts that people hold in the latest and in the earlier snapshot as rows of the stored table."""
    titles = _Titles(rng, roles, made.banded, assumptions)
    people = made.people.assign(
        staff_group=_staff_groups(rng, roles, made.people, assumptions),
        odd_title=rng.choice(np.array(_UNMAPPED_TITLES, dtype=object), len(made.people)),
        end=_ends(rng, made.people, assumptions),
    )
    current = people[~people["left"]]
    first = current.assign(fte=(current["fte"] - current["second_fte"]).round(2))
    parts = [_rows(place, roles, titles, first, LATEST), _second_rows(rng, place, roles, titles, made, current)]
    parts.append(_rows(place, roles, titles, _a_year_before(rng, roles, people, assumptions), EARLIER))
    rows = pd.concat(parts, ignore_index=True)
    rows.insert(3, "assignment", rows.groupby(["snapshot", "person"]).cumcount() + 1)  # the first is the main one
    return rows.sort_values(["snapshot", "person", "assignment"], ignore_index=True)


def _likely(rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions) -> Floats:
    """Choose the role levels an organisation has, and spread its staff over them; the shares of the families are kept.

    A larger department has more role levels; every family that would employ somebody has one at least.
    """
    families, family = np.unique(roles.column("family"), return_inverse=True)
    weight = roles.column("weight")
    tilt = np.exp(rng.normal(0.0, assumptions.value("demo_family_spread") * place.variety, len(families)))[family]
    number = round(assumptions.value("demo_role_levels_scale") * place.fte ** assumptions.value("demo_role_levels_power"))
    luck = np.log(rng.random(len(weight))) / weight  # the highest are a weighted draw without replacement
    best_of_family = np.array([luck[family == item].max() for item in range(len(families))])[family]
    share = np.bincount(family, weight)[family]
    chosen = np.zeros(len(weight), dtype=bool)
    chosen[np.argsort(-luck, kind="stable")[: max(number, 1)]] = True
    chosen |= (luck == best_of_family) & (share * place.fte >= 1)
    held = np.bincount(family, weight * chosen)[family]
    likely = np.divide(weight * chosen * share * tilt, held, out=np.zeros_like(weight), where=held > 0)
    return np.asarray(likely / likely.sum(), dtype=np.float64)


def _banding(rng: np.random.Generator, roles: Catalogue, assumptions: Assumptions) -> Ints:
    """Band every role level as this organisation's job evaluation might."""
    varied = rng.random(len(roles.levels)) < assumptions.value("demo_band_variation")
    step = np.where(rng.random(len(roles.levels)) < 1 / 2, -1, 1) * varied
    return np.asarray(np.clip(roles.column("band") + step, LOWEST_BAND, len(BANDS) - 1), dtype=np.int64)


def _pay_bands(rng: np.random.Generator, banded: Ints, assumptions: Assumptions) -> Ints:
    learning = rng.random(len(banded)) < assumptions.value("demo_development_share")
    return np.maximum(banded - learning, LOWEST_BAND)


def _current(rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions, likely: Floats) -> pd.DataFrame:
    """Draw people until their FTE is as near as can be to what the organisation employs."""
    spare = _enough_people(place.fte, assumptions)
    fte = _ftes(rng, spare, assumptions)
    number = max(1, int(np.argmin(np.abs(np.cumsum(fte) - place.fte))) + 1)
    level = rng.choice(len(likely), number, p=likely)
    people = pd.DataFrame({"level": level, "fte": fte[:number]})
    people["age"] = _ages(rng, roles, level, assumptions)
    people["fixed"] = rng.random(number) < assumptions.value("demo_fixed_term_share")
    people["days"] = _days_in_post(rng, people, assumptions)
    new = people["days"].to_numpy() < DAYS_BETWEEN
    people["moved"] = new & (rng.random(number) < assumptions.value("demo_internal_move_share")) & ~people["fixed"].to_numpy()
    people["joined"] = new & ~people["moved"].to_numpy()
    people["mapped"] = rng.random(number) >= assumptions.value("demo_unmapped_share")
    people["team"] = _teams(rng, roles, level, assumptions)
    people["second"], people["second_fte"] = _seconds(rng, people, likely, assumptions)
    return people


def _enough_people(fte: float, assumptions: Assumptions) -> int:
    """Bound the number of people from above: everybody as far below full time as part-timers can be."""
    part_time = assumptions.value("demo_part_time_share") * (1 - assumptions["demo_part_time_fte"].low)
    return int(fte / (1 - part_time) * 1.2) + 20


def _ftes(rng: np.random.Generator, number: int, assumptions: Assumptions) -> Floats:
    part_time = rng.random(number) < assumptions.value("demo_part_time_share")
    return np.where(part_time, _tenths(rng, number, assumptions, "demo_part_time_fte"), 1.0)


def _tenths(rng: np.random.Generator, number: int, assumptions: Assumptions, name: str) -> Floats:
    """Draw FTE between the low and high of an assumption, in tenths (half-days of a week)."""
    low, high = assumptions[name].low, assumptions[name].high
    return np.asarray(rng.integers(round(low * 10), round(high * 10) + 1, number) / 10, dtype=np.float64)


def _ages(rng: np.random.Generator, roles: Catalogue, level: Ints, assumptions: Assumptions) -> Ints:
    """Draw age bands with the assumed shares; the better paid are older, as far as the correlation goes."""
    share_of = assumptions.by_key("age_band_share")
    shares = np.array([share_of.get(age, 0.0) for age in AGES])
    bounds = [NormalDist().inv_cdf(min(bound, 1 - 1e-12)) for bound in np.cumsum(shares / shares.sum())[:-1]]
    pull = assumptions.value("demo_age_seniority")
    where = pull * seniority(roles)[level] + np.sqrt(1 - pull**2) * rng.normal(size=len(level))
    unknown = rng.random(len(level)) < share_of.get("unknown", 0.0)
    return np.where(unknown, -1, np.searchsorted(np.array(bounds), where)).astype(np.int64)


def seniority(roles: Catalogue) -> Floats:
    """Return how far the band of each role level stands from the average of all staff, in standard deviations."""
    band, weight = roles.column("band").astype(np.float64), roles.column("weight")
    mean = band @ weight
    return np.asarray((band - mean) / np.sqrt((band - mean) ** 2 @ weight), dtype=np.float64)


def _days_in_post(rng: np.random.Generator, people: pd.DataFrame, assumptions: Assumptions) -> Ints:
    """Draw days since the start in post; nobody started before they could work, no fixed term is longer than the longest."""
    years = rng.exponential(assumptions.value("demo_years_in_post"), len(people))
    age = people["age"].to_numpy()
    at_most = np.where(age < 0, _YEARS_AT_WORK[-1], _YEARS_AT_WORK[age])
    at_most = np.where(people["fixed"], assumptions.value("demo_fixed_term_years"), at_most)
    years = np.where(years > at_most, rng.random(len(people)) * at_most, years)
    return np.floor(years * DAYS_IN_YEAR).astype(np.int64)


def _teams(rng: np.random.Generator, roles: Catalogue, level: Ints, assumptions: Assumptions) -> Texts:
    """Split the people of each role family into teams of about the usual size."""
    family = roles.column("family_label")[level]
    sizes = pd.Series(family).groupby(family).transform("size").to_numpy()
    teams = np.maximum(1, np.round(sizes / assumptions.value("demo_team_size"))).astype(np.int64)
    number = rng.integers(teams) + 1
    return np.array(
        [f"{name} team {own}" if of > 1 else f"{name} team" for name, own, of in zip(family, number, teams, strict=True)], dtype=object
    )


def _seconds(rng: np.random.Generator, people: pd.DataFrame, likely: Floats, assumptions: Assumptions) -> tuple[Ints, Floats]:
    """Give some full-time people a second assignment, in another role level, from part of their time."""
    number = len(people)
    full_time = people["fte"].to_numpy() >= 1
    share = assumptions.value("demo_second_assignment_share") * number / max(int(full_time.sum()), 1)
    other = rng.choice(len(likely), number, p=likely)
    has = full_time & (rng.random(number) < share) & (other != people["level"].to_numpy())
    fte = _tenths(rng, number, assumptions, "demo_second_assignment_fte")
    return np.where(has, other, -1).astype(np.int64), np.where(has, fte, 0.0)


def _former(rng: np.random.Generator, current: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Draw those who left in the year, each like somebody who stayed: r of those then employed leave, so r / (1 - r) a stayer."""
    stayers = current[~current["joined"] & ~current["moved"]]
    rate_of = assumptions.by_key("leaver_rate")
    rates = np.array([rate_of[age] for age in (*AGES, "unknown")])[stayers["age_then"].to_numpy()]
    former: pd.DataFrame = stayers[rng.random(len(stayers)) < rates / (1 - rates)].copy()
    former["fte"] = _ftes(rng, len(former), assumptions)
    former["second"], former["second_fte"], former["left"] = -1, 0.0, True
    return former


def _ids(place: Place, number: int, key: bytes) -> Texts:
    """Make pseudonyms as an import would from staff numbers."""
    staff_numbers = (f"{place.code}/{person}".encode() for person in range(number))
    return np.array([hmac.new(key, staff_number, hashlib.sha256).hexdigest()[:32] for staff_number in staff_numbers], dtype=object)


class _Titles:
    """Job titles as one organisation writes them."""

    def __init__(self, rng: np.random.Generator, roles: Catalogue, banded: Ints, assumptions: Assumptions) -> None:
        number = len(roles.levels)
        local = rng.random(number) < assumptions.value("demo_local_title_share")
        style = np.where(local, rng.integers(1, 4, number), 0)
        labels = roles.column("label")
        self._titles = np.array([_title(labels[row], BANDS[banded[row]], style[row]) for row in range(number)], dtype=object)

    def of(self, level: Ints) -> Texts:
        """Return the title of each of these rows of the catalogue."""
        return np.asarray(self._titles[level], dtype=object)


def _title(label: str, band: str, style: int) -> str:
    if style == 1:
        return f"{label} (Band {band})"
    if style == 2:
        return label.replace("Senior ", "Snr ").replace("Associate ", "Assistant ").replace(" manager", " mgr")
    return f"{label} - Digital Services" if style == 3 else label


def _staff_groups(rng: np.random.Generator, roles: Catalogue, people: pd.DataFrame, assumptions: Assumptions) -> Texts:
    """Put most staff under Administrative and Clerical, part of the clinical families under clinical groups."""
    weights = assumptions.by_key("demo_clinical_group_weight")
    groups = np.array(list(weights), dtype=object)
    drawn = rng.choice(groups, len(people), p=np.array(list(weights.values())) / sum(weights.values()))
    # Doctors are on other terms; those in such posts are shown at the bands of senior staff only.
    drawn = np.where((drawn == _DOCTORS) & (people["band"].to_numpy() < BANDS.index("8a")), groups[0], drawn)
    share = roles.by_family(assumptions.by_key("demo_clinical_share"))[people["level"].to_numpy()]
    return np.where(rng.random(len(people)) < share, drawn, _CLERICAL)


def _ends(rng: np.random.Generator, people: pd.DataFrame, assumptions: Assumptions) -> Ints:
    """Draw the days from LATEST to the end of a fixed term; before it for those who left."""
    longest = assumptions.value("demo_fixed_term_years") * DAYS_IN_YEAR
    to_come = rng.integers(1, int(longest) + 1, len(people))
    gone = -rng.integers(0, DAYS_BETWEEN, len(people))
    return np.where(people["left"], gone, to_come).astype(np.int64)


def _second_rows(
    rng: np.random.Generator, place: Place, roles: Catalogue, titles: _Titles, made: Staff, current: pd.DataFrame
) -> pd.DataFrame:
    """Write second assignments: fixed-term work for a programme, begun since the earlier snapshot."""
    some = current[current["second"] >= 0]
    level = some["second"].to_numpy()
    begun = np.minimum(rng.integers(0, DAYS_BETWEEN, len(some)), some["days"].to_numpy())
    changed = some.assign(
        level=level, fte=some["second_fte"], team=_PROGRAMME, mapped=True, fixed=True, days=begun, band=made.banded[level]
    )
    return _rows(place, roles, titles, changed, LATEST)


def _a_year_before(rng: np.random.Generator, roles: Catalogue, people: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Take back the year: joiners are not there yet, leavers still are, those promoted hold the level below, some are an age band younger."""
    then = people[~people["joined"]].copy()
    moved = then["moved"].to_numpy()
    below = roles.column("below")[then["level"].to_numpy()]
    promoted = moved & (below != then["level"].to_numpy())
    before = rng.exponential(assumptions.value("demo_years_in_post") * DAYS_IN_YEAR, len(then)).astype(np.int64)
    at_most = (_YEARS_AT_WORK[0] * DAYS_IN_YEAR) - DAYS_BETWEEN
    then["level"] = np.where(moved, below, then["level"])
    then["band"] = np.maximum(then["band"].to_numpy() - promoted, LOWEST_BAND)
    then["days"] = np.where(moved, DAYS_BETWEEN + np.minimum(before, int(at_most)), then["days"])
    then["age"] = then["age_then"]
    return then


def _grown(rng: np.random.Generator, people: pd.DataFrame, assumptions: Assumptions) -> Ints:
    """Tell who has come into their age band during the year: as many as leave a band of as many years."""
    share = assumptions.by_key("ageing_share")
    entered = np.array([0.0, *(share[age] for age in AGES[1:-1]), share[AGES[-2]]])
    age = people["age"].to_numpy()
    return np.asarray((age > 0) & (rng.random(len(people)) < entered[np.maximum(age, 0)]), dtype=np.int64)


def _rows(place: Place, roles: Catalogue, titles: _Titles, people: pd.DataFrame, as_at: dt.date) -> pd.DataFrame:
    ages = np.array([*AGES, "unknown"], dtype=object)
    level, mapped = people["level"].to_numpy(), people["mapped"].to_numpy(dtype=bool)
    fixed = people["fixed"].to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "organisation": text([place.code] * len(people)),
            "snapshot": np.full(len(people), earlier_snapshot(place) + (as_at == LATEST), dtype=np.int64),
            "person": text(people["id"]),
            "age_band": text(ages[people["age"]]),
            "team": text(people["team"]),
            "staff_group": text(people["staff_group"]),
            "job_title": text(np.where(mapped, titles.of(level), people["odd_title"])),
            "occupation_code": text([None] * len(people)),
            "role_level": text(np.where(mapped, roles.column("role_level")[level], None)),
            "band": text(np.array(BANDS, dtype=object)[people["band"]]),
            "fte": people["fte"].to_numpy(dtype=np.float64),
            "contract": text(np.where(fixed, "fixed term", "permanent")),
            "start_date": dates(-people["days"].to_numpy()),
            "end_date": dates(people["end"].to_numpy(), fixed),
        }
    )
