"""The whole demonstration as frames of the stored tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.framework import frameworks
from skills_model.synthetic.catalogue import Catalogue, catalogue
from skills_model.synthetic.country import Place, frame, places
from skills_model.synthetic.courses import courses
from skills_model.synthetic.judgements import assessments
from skills_model.synthetic.maturity import maturity
from skills_model.synthetic.means import means, streams
from skills_model.synthetic.people import assignments, demonstration_key, persons, snapshots, staff
from skills_model.synthetic.pipelines import pipelines
from skills_model.synthetic.posts import establishment
from skills_model.synthetic.returns import Asked, all_staff, asked

type Report = Callable[[float, str], None]

VERSION = 4  # of the way the demonstration is drawn; a new one gives other people for the same seed
BY_ORGANISATION = (
    "snapshot", "person", "assignment", "assessment", "establishment", "staff_count", "aggregate_return", "maturity_score", "pipeline",
    "budget", "calendar_event", "support_offer", "technology_spend",
)  # fmt: skip


def england(
    seed: int, assumptions: Assumptions, organisation: str | None = None, progress: Report | None = None
) -> dict[str, pd.DataFrame]:
    """Draw the demonstration England, or one organisation of it, as rows of the stored tables in key order.

    One organisation alone is the same as in the whole. `progress` is told the share done and the organisation's code.
    Raises DataError for a seed below 0 or an organisation that the demonstration does not have.
    """
    if seed < 0:
        raise DataError([Fault("Seed below 0", "options", column="seed", found=str(seed), allowed="0 or more", action="Choose another.")])
    shared = frameworks()
    roles, tiers = catalogue(shared, assumptions), asked(_generator(seed, 0, 1), shared, assumptions)
    everywhere = places(_generator(seed, 0), roles, assumptions)
    chosen = _choose(everywhere, organisation)
    parts = []
    for done, place in enumerate(chosen, start=1):
        parts.append(
            _organisation(place, roles, tiers, assumptions, seed) | means(_generator(seed, place.number, 5), place, everywhere, roles, assumptions)
        )
        if progress:
            progress(done / len(chosen), place.code)
    own = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in BY_ORGANISATION}
    return {"organisation": frame(chosen), **shared, **courses(shared, roles, assumptions), "funding_stream": streams(), **own}


def _generator(seed: int, *number: int) -> np.random.Generator:
    """Make the generator of the country (0), of one organisation or of a part of it, so that none depends on another's draws."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *number])))


def _choose(everywhere: Sequence[Place], code: str | None) -> Sequence[Place]:
    if code is None:
        return everywhere
    chosen = [place for place in everywhere if place.code == code]
    if not chosen:
        codes = [place.code for place in everywhere]
        nearest = get_close_matches(code.upper(), codes, n=3, cutoff=0) or codes[:1]
        raise DataError([
            Fault(
                "Unknown organisation", "organisation", column="organisation", found=f"'{code}'",
                allowed=f"{codes[0]} to {codes[-2]} and {codes[-1]} (nearest: {', '.join(nearest)})", action="Correct the code.",
            )
        ])  # fmt: skip
    return chosen


def _organisation(place: Place, roles: Catalogue, tiers: Asked, assumptions: Assumptions, seed: int) -> dict[str, pd.DataFrame]:
    rng = _generator(seed, place.number)
    made = staff(rng, place, roles, assumptions, demonstration_key(seed))
    held = {
        "snapshot": snapshots(place),
        "person": persons(place, made),
        "assignment": assignments(rng, place, roles, assumptions, made),
        "assessment": assessments(rng, place, roles, assumptions, made),
        "establishment": establishment(rng, place, roles, assumptions, made),
    }
    return {
        **held,
        "pipeline": pipelines(_generator(seed, place.number, 4), place, roles, assumptions, made, held["establishment"]),
        **all_staff(_generator(seed, place.number, 1), place, tiers, assumptions),
        **maturity(_generator(seed, place.number, 3), place, assumptions),
    }
