"""Money of a plan that lapses, in words: how much of which stream and when, why nothing uses it, and what would change that."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.planning import funding
from skills_model.planning.describe import words
from skills_model.planning.describe.reading import Reading
from skills_model.planning.objective import TARGET
from skills_model.planning.world import ESTABLISHMENT_PAY

REACHED = 1e-6  # FTE of a coverage target; less is not missed
LEAST = 1.0  # pound; what is less is rounding
LEVY, CAPITAL, RING_FENCE = "levy", "capital", "national ring-fence"


def unspent(reading: Reading, streams: pd.DataFrame, levies: pd.DataFrame, left_out: pd.DataFrame) -> list[str]:
    """Return a sentence or two for each stream of which money lapses within the horizon, the largest sum first.

    The levy is told as its forecast has it, all levies together.
    """
    of_levy = streams["kind"] == LEVY
    lost = streams[~of_levy & (streams["lapsed"] >= LEAST)].groupby("stream")
    found = {str(name): (str(rows["stream_label"].iloc[0]), rows.set_index("year")["lapsed"]) for name, rows in lost}
    expired = levies["expired"].groupby(levies["period"].map(reading.world.scenario.year_of)).sum()
    if expired.max() >= LEAST:
        found[str(streams.loc[of_levy, "stream"].iloc[0])] = (str(streams.loc[of_levy, "stream_label"].iloc[0]), expired[expired >= LEAST])
    return [
        f"{label}: {words.pounds(years.sum())} lapses{_by_year(years)}. {_why(reading, name, streams, left_out)}"
        for name, (label, years) in sorted(found.items(), key=lambda item: -item[1][1].sum())
    ]


def barred(streams: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of streams that have money from which no action of the plan may be paid."""
    budget = streams.groupby("stream")["budget"].transform("sum")
    return streams[(streams["pays_for"] == "") & (budget >= LEAST)]


def rule(reading: Reading, stream: str) -> str:
    """Say which rule keeps the money of a stream from every action of the plan."""
    item, assume = reading.streams[stream], reading.world.assumptions
    if item.kind == CAPITAL and not assume.value("capital_labour_share"):
        return "capital may pay only for contractors' labour that finance confirms as part of an asset, and it has confirmed none"
    if not item.accounts:
        return (
            "it is ring-fenced, and its row does not say for what" if item.kind == RING_FENCE else "its rules let it pay for nothing here"
        )
    return f"it pays only for {words.listed(item.accounts)}, which no action open to this plan costs"


def _by_year(lost: pd.Series) -> str:
    """Write what lapses by year, once where it is the same in all."""
    pounds, years = [words.pounds(value) for value in lost], [str(year) for year in lost.index]
    if len(years) == 1:
        return f" in {years[0]}"
    if len(set(pounds)) == 1:
        return f" ({pounds[0]} in each of {words.listed(years)})"
    return f" ({words.listed([f'{amount} in {year}' for amount, year in zip(pounds, years, strict=True)])})"


def _why(reading: Reading, name: str, streams: pd.DataFrame, left_out: pd.DataFrame) -> str:
    """Say why money of a stream is not used, and what would change that."""
    rows = streams[streams["stream"] == name]
    if name == ESTABLISHMENT_PAY:
        return _of_vacancies(reading)
    if not rows["pays_for"].iloc[0]:
        return f"No action of this plan may be paid from it, since {rule(reading, name)}. {_change(reading, name)}"
    if reading.streams[name].kind == LEVY:
        return _of_levy(left_out)
    return _of_budget(reading, rows)


def _change(reading: Reading, name: str) -> str:
    """Say what would let money be used that no action may be paid from."""
    item = reading.streams[name]
    if item.kind == CAPITAL and not item.accounts:
        share = reading.world.assumptions.called("capital_labour_share")
        return f"A share that finance confirms ({share}) would let it pay that much of contractors; revenue would pay for all."
    if not item.accounts:
        return "What it may pay for belongs in the column pays_for of the funding streams."
    return "Letting the plan use such actions, or a wider column pays_for, would change that."


def _of_vacancies(reading: Reading) -> str:
    world = reading.world
    doubt = "" if funding.vacancy_confirmed(world) else ", and finance has not confirmed it"
    share, named = world.assumptions.value("vacancy_development_share"), world.assumptions.called("vacancy_development_share")
    more = "more" if share else "some"
    return (
        f"It is the pay of posts while they are vacant, which may pay for nothing but staff and cover in them{doubt}. Filling posts earlier "
        f"would use it, or finance letting {more} of it go to development ({named}, now {share:.0%})."
    )


def _of_levy(left_out: pd.DataFrame) -> str:
    """Say why levy money expires: it pays the training price of apprenticeships and of their units, never the time away."""
    only = "It pays the training price of apprenticeships and their units and nothing else"
    idle = left_out[((left_out["kind"] == "apprentice") | (left_out["action"] == words.UNIT)) & left_out["unit_cost"].notna()]
    near = idle[idle["enters_at"].round() > 0]
    if len(near):
        row = near.iloc[0]
        name = str(row["route"]) if pd.isna(row["role_level"]) else f"{row['role_level']} ({row['route']})"
        return (
            f"{only}, and further ones cost more, time away included, than they bring. The nearest, {name}, would start if it cost "
            f"{row['off']:.0%} less."
        )
    if len(idle):
        why = idle["why"].mode().iloc[0]
        others = "the one" if len(idle) == 1 else f"each of the {len(idle):,}"
        return f"{only}, and {others} that this plan does not use would come in at no price" + (f": {why}." if why else ".")
    return f"{only}, and this plan knows of no further one for these role levels. More standards would change that."


def _of_budget(reading: Reading, rows: pd.DataFrame) -> str:
    """Say why money lapses that actions may be paid from: more of it would change nothing then, or it may not wait for a better year."""
    name, world = str(rows["stream"].iloc[0]), reading.world
    stage = str(reading.plan.stages[0]["name"])
    prices = reading.plan.shadow_prices
    worth = reading.worth_of_money(prices[(prices["stage"] == stage) & (prices["family"] == "balance")])
    later = sorted({world.scenario.year_of(int(t)) for t in worth.loc[worth["stream"] == name, "period"]})
    lost = rows.loc[rows["lapsed"] >= LEAST, "year"].tolist()
    wanted: Sequence[str] = [year for year in later if year > min(lost)]
    carried = reading.streams[name].carry_over
    if world.scenario.objective.aim == TARGET and float(str(reading.plan.stages[0]["value"])) < REACHED:
        return "The coverage target is reached without it, and this plan spends no more than that takes."
    why = "The plan has done by then all that this money can pay for and that closes more; other limits hold it back"
    if wanted and carried < 1:
        may = "none of it may" if carried == 0 else f"only {carried:.0%} of what is left may"
        return f"{why}, and {may} be carried over. In {words.listed(wanted)} there is use for more of it."
    return f"{why}."
