"""Skills of the invented staff: the true rank, which nobody sees, and what people, managers, evidence and tests say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.schema import AssessmentKind
from skills_model.synthetic.catalogue import Catalogue, Flags, Floats, Ints
from skills_model.synthetic.columns import DAYS_BETWEEN, DAYS_IN_YEAR, dates, text
from skills_model.synthetic.country import Place
from skills_model.synthetic.people import Staff

KINDS: tuple[str, ...] = tuple(sorted(get_args(AssessmentKind)))  # in the order in which rows are kept
SELF, MANAGER = KINDS.index("self"), KINDS.index("manager")
BY_PERSON = np.array([kind in {"self", "manager"} for kind in KINDS])  # the others are about one skill at a time


@dataclass(frozen=True)
class _Pairs:
    """One row a person and skill that the person's posts need: the person's row, the skill, the true rank (not rounded)."""

    person: Ints
    skill: Ints
    truth: Floats


@dataclass(frozen=True)
class _Judged:
    """Judgements as columns; `days` is the age of each at the latest snapshot."""

    pair: Ints
    kind: Ints
    rank: Ints
    days: Ints


def assessments(rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions, made: Staff) -> pd.DataFrame:
    """Write the assessments of everybody, those who left included, as rows of the stored table."""
    people = made.people
    pairs = _pairs(rng, place, roles, assumptions, people)
    has = _which(rng, place, pairs, len(people), assumptions)
    days = _ages(rng, people, pairs, has, assumptions)
    judged = _judge(rng, pairs, has, days, roles.top_rank, assumptions)
    earlier = _earlier(rng, judged, people, pairs, assumptions)
    pair, kind = np.concatenate([judged.pair, earlier.pair]), np.concatenate([judged.kind, earlier.kind])
    rank, age = np.concatenate([judged.rank, earlier.rank]), np.concatenate([judged.days, earlier.days])
    ids = people["id"].to_numpy(dtype=object)
    place_of = np.argsort(np.argsort(ids))
    order = np.lexsort((-age, kind, pairs.skill[pair], place_of[pairs.person[pair]]))
    pair, kind, rank, age = pair[order], kind[order], rank[order], age[order]
    return pd.DataFrame(
        {
            "organisation": text([place.code] * len(pair)),
            "person": text(ids[pairs.person[pair]]),
            "skill": text(roles.skills[pairs.skill[pair]]),
            "rank": rank,
            "kind": text(np.array(KINDS, dtype=object)[kind]),
            "assessed_on": dates(-age),
        }
    )


def _pairs(rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions, people: pd.DataFrame) -> _Pairs:
    """List the skills that each person's posts need, once each, and draw the true ranks around the ranks required."""
    mapped = np.flatnonzero(people["mapped"])
    second = np.flatnonzero(people["second"] >= 0)
    holder = np.concatenate([mapped, second])
    level = np.concatenate([people["level"].to_numpy()[mapped], people["second"].to_numpy()[second]])
    count = roles.column("count")[level]
    start = np.repeat(roles.column("first")[level] - np.cumsum(count) + count, count)
    need = start + np.arange(count.sum())
    person, skill, required = np.repeat(holder, count), roles.skill[need], roles.rank[need]
    level = np.repeat(level, count)
    order = np.lexsort((-required, skill, person))
    highest = np.ones(len(order), dtype=bool)
    highest[1:] = (np.diff(person[order]) != 0) | (np.diff(skill[order]) != 0)
    kept = order[highest]
    truth = required[kept] + _distance(rng, place, roles, assumptions, people, person[kept], skill[kept], level[kept])
    return _Pairs(person[kept], skill[kept], truth)


def _distance(
    rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions,
    people: pd.DataFrame, person: Ints, skill: Ints, level: Ints,
) -> Floats:  # fmt: skip
    """Add up what moves a true rank from the required one: organisation, role family, skill, seniority, experience, person, chance."""
    family = -roles.by_family(assumptions.by_key("demo_family_below"))[level]
    band = roles.column("band").astype(np.float64)
    senior = (band @ roles.column("weight") - band)[level] * assumptions.value("demo_rank_lost_per_band")
    learning = np.minimum(people["days"].to_numpy() / DAYS_IN_YEAR, assumptions.value("demo_learning_years"))
    learned = (learning - learning.mean()) * assumptions.value("demo_skill_per_year")
    own = rng.normal(0.0, assumptions.value("demo_person_spread"), len(people))
    chance = rng.normal(0.0, assumptions.value("demo_person_skill_spread"), len(person))
    base = assumptions.value("demo_skill_above") + place.skill
    return np.asarray(base + family + place.skill_of[skill] + senior + (learned + own)[person] + chance, dtype=np.float64)


def _which(rng: np.random.Generator, place: Place, pairs: _Pairs, people: int, assumptions: Assumptions) -> Flags:
    """Draw which kinds of assessment each pair has; a person who takes part has at least one in most skills.

    Taking part differs between organisations, around the share that gives the assumed share of pairs.
    """
    by_skill = assumptions.value("demo_assessed_skill_share")
    mean, spread = assumptions.value("demo_assessed_share") / by_skill, assumptions.value("demo_assessed_spread") * place.variety
    in_round = rng.random(people) < _share_around(rng, mean, spread)
    assessed = in_round[pairs.person] & (rng.random(len(pairs.person)) < by_skill)
    share = np.array([assumptions.value("demo_kind_share", kind) for kind in KINDS])
    of_person = (rng.random((people, len(KINDS))) < share)[pairs.person]
    of_skill = rng.random((len(pairs.person), len(KINDS))) < share
    has = np.where(BY_PERSON, of_person, of_skill)
    has[:, SELF] |= ~has.any(axis=1)
    return np.asarray(has & assessed[:, np.newaxis], dtype=np.bool_)


def _share_around(rng: np.random.Generator, mean: float, spread: float) -> float:
    """Draw one organisation's share of people assessed: a beta distribution keeps the mean and stays within 0 to 1."""
    if not 0 < mean < 1 or not 0 < spread**2 < mean * (1 - mean):
        return mean
    certainty = mean * (1 - mean) / spread**2 - 1
    return float(rng.beta(mean * certainty, (1 - mean) * certainty))


def _ages(rng: np.random.Generator, people: pd.DataFrame, pairs: _Pairs, has: Flags, assumptions: Assumptions) -> Ints:
    """Draw how many days old each pair's judgements are at the latest snapshot: a round in the last year, for some an old one.

    Managers judge soon after the person; evidence and tests come at any time of the year. Nobody is judged before joining,
    and leavers were judged a year earlier.
    """
    number, shape = len(people), (len(pairs.person), len(KINDS))
    lasts = int(assumptions.value("demo_round_days"))
    of_person = rng.integers(lasts, DAYS_BETWEEN) + rng.integers(0, lasts, number)
    old = rng.random(number) < assumptions.value("demo_stale_share") / (1 - people["joined"].mean())  # joiners have no old ones
    stale, oldest = (int(assumptions.value(name) * DAYS_IN_YEAR) for name in ("assessment_stale_years", "demo_oldest_years"))
    of_person = np.where(old, rng.integers(stale + lasts + 1, max(oldest, stale + lasts + 2), number), of_person)
    days = np.repeat(of_person[pairs.person][:, np.newaxis], shape[1], axis=1)
    days[:, MANAGER] -= rng.integers(0, lasts + 1, number)[pairs.person]
    any_time = rng.integers(0, DAYS_BETWEEN, shape)
    days = np.where(BY_PERSON | old[pairs.person][:, np.newaxis], days, any_time)
    days += np.where(people["left"], DAYS_BETWEEN, 0)[pairs.person][:, np.newaxis]
    joined = np.where(people["joined"], people["days"], np.iinfo(np.int64).max)[pairs.person][:, np.newaxis]
    return np.asarray(np.where(has, np.minimum(days, joined), 0), dtype=np.int64)


def _judge(rng: np.random.Generator, pairs: _Pairs, has: Flags, days: Ints, top_rank: int, assumptions: Assumptions) -> _Judged:
    """Round the true rank with each kind's bias and noise; in some pairs, self and manager plainly disagree."""
    bias = np.array([assumptions.value("demo_kind_bias", kind) for kind in KINDS])
    noise = np.array([assumptions.value("demo_kind_noise", kind) for kind in KINDS])
    seen = pairs.truth[:, np.newaxis] + bias + noise * rng.normal(size=has.shape)
    ranks = np.clip(np.rint(seen), 0, top_rank).astype(np.int64)
    both = has[:, SELF] & has[:, MANAGER]
    share = assumptions.value("demo_conflict_share") * int(has.any(axis=1).sum()) / max(int(both.sum()), 1)
    conflict = both & (rng.random(len(both)) < share)
    apart = round(assumptions.value("demo_conflict_ranks"))
    manager = ranks[:, MANAGER]
    ranks[:, SELF] = np.where(conflict, np.where(manager + apart <= top_rank, manager + apart, manager - apart), ranks[:, SELF])
    pair, kind = np.nonzero(has)
    return _Judged(pair, kind, ranks[pair, kind], days[pair, kind])


def _earlier(rng: np.random.Generator, judged: _Judged, people: pd.DataFrame, pairs: _Pairs, assumptions: Assumptions) -> _Judged:
    """Draw the self-assessments of an earlier round that are still kept; some people have learned since."""
    joined = people["joined"].to_numpy(dtype=bool)[pairs.person[judged.pair]]
    again = (judged.kind == SELF) & ~joined & (rng.random(len(judged.pair)) < assumptions.value("demo_repeat_share"))
    learned = rng.random(again.sum()) < assumptions.value("demo_learned_share")
    rank = np.maximum(judged.rank[again] - learned, 0)
    return _Judged(judged.pair[again], judged.kind[again], rank, judged.days[again] + DAYS_BETWEEN)
