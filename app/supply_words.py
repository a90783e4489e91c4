"""What a supply forecast says, in sentences and in tables for people; pure functions without Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from app import findings
from app.findings import HIDDEN, IDENTIFIERS, amount, counted, heading, percent, signed
from app.pipeline.supply import SupplyAnswer, SupplyRequest
from app.pipeline.supply_case import BORDERS, EVERYTHING
from skills_model.returning.roster import IMPUTED, MISSING
from skills_model.supply.backtest import METHODS, OURS
from skills_model.supply.model import AGES

MEASURES = {"supply": "Staff in post", "demand": "Posts needed", "gap": "Gap"}
HELD = {"supply": "Skills held", "demand": "Skills needed", "gap": "Gap"}
"""What the measures are called by skill: somebody with three skills counts three times."""
STEPS = {
    "start": "Staff at the start",
    "joiners": "Joiners",
    "leavers": "Leavers",
    "retirements": "Retirements",
    "pipeline": "Known to come",
    "promoted_in": "Promoted to it",
    "promoted_out": "Promoted from it",
    "aged_in": "Grown into the age band",
    "aged_out": "Grown out of the age band",
    "decayed": "Skill lost",
    "end": "Staff at the end",
}
DRIVEN = {"supply": "staff in post", "gap": "the gap"}
DRIVEN_HELD = {"supply": "skills held", "gap": "the gap"}
COLUMNS = {
    "p10": "10th percentile",
    "p25": "25th percentile",
    "p50": "Median",
    "p75": "75th percentile",
    "p90": "90th percentile",
    "met_chance": "Chance that posts are filled",
    "headcount": "People at the start",
    "this": "This forecast",
    "other": "The other",
}
USUAL = "infrastructure support"  # the published series by which forecasts are held to be right or wrong
SIMPLE = tuple(method for method in METHODS if not method.startswith(OURS))
OUTSIDE = (IMPUTED, MISSING)
TOTALS = ("start", "end")
SAME = 0.5  # FTE; a smaller difference is none
INPUTS = {
    "area": "area",
    "scenario": "scenario",
    "role_family": "role family",
    "by": "what it is broken down by",
    "draws": "number of futures",
    "seed": "seed",
}


def finding(answer: SupplyAnswer) -> str:
    """Say the headline of a forecast, with whose staff it is of where the store does not hold all of its area."""
    said = headline(answer.total, skills=by_skill(answer))
    return f"{answer.area_label}: {said[:1].lower()}{said[1:]}" if answer.incomplete else said


def by_skill(answer: SupplyAnswer) -> bool:
    """Tell whether the figures of a forecast are skills held, summed over skills, and not people."""
    return "skill" in answer.request.by


def measures(answer: SupplyAnswer) -> Mapping[str, str]:
    """Return what the measures of a forecast are called."""
    return HELD if by_skill(answer) else MEASURES


def driven(answer: SupplyAnswer) -> Mapping[str, str]:
    """Return the measures that uncertain numbers move, as a sentence calls them."""
    return DRIVEN_HELD if by_skill(answer) else DRIVEN


def headline(total: pd.DataFrame, *, skills: bool = False) -> str:
    """Say where staff in post go and how they stand against the posts needed; `total` has year, measure, p10, p50, p90.

    >>> rows = [("2025/26", "supply", 100, 100, 100), ("2028/29", "supply", 80, 90, 97), ("2028/29", "gap", 25, 30, 41)]
    >>> headline(pd.DataFrame(rows, columns=["year", "measure", "p10", "p50", "p90"]))
    'Staff in post fall from 100 FTE in 2025/26 to 90 FTE in 2028/29 (80 to 97), 30 FTE fewer than the posts needed'
    """
    supply = total[total["measure"] == "supply"].sort_values("year")
    if supply.empty:
        return "There are no staff here, so there is nothing to forecast"
    first, last = supply.iloc[0], supply.iloc[-1]
    whose = "Skills held at the required rank, FTE summed over skills," if skills else "Staff in post"
    start, end = _number(first["p50"]), _number(last["p50"])
    if start is None or end is None:
        return "The numbers here are too small to show"
    went = "stay near" if abs(end - start) < SAME else "fall from" if end < start else "grow from"
    way = f"{went} {amount(start, 'FTE')} in {first['year']} to {amount(end, 'FTE')} in {last['year']}"
    if abs(end - start) < SAME:
        way = f"stay near {amount(end, 'FTE')} until {last['year']}"
    against = _needed(total, str(last["year"])) if skills else _against(total, str(last["year"]))
    return f"{whose} {way} ({amount(last['p10'])} to {amount(last['p90'])}){against}"


def _needed(total: pd.DataFrame, year: str) -> str:
    needed = total[(total["measure"] == "demand") & (total["year"] == year)]
    value = None if needed.empty else _number(needed["p50"].iloc[0])
    return "" if value is None else f"; {amount(value, 'FTE')} needed"


def _against(total: pd.DataFrame, year: str) -> str:
    gap = total[(total["measure"] == "gap") & (total["year"] == year)]
    value = None if gap.empty else _number(gap["p50"].iloc[0])
    if value is None:
        return ""
    if abs(value) < SAME:
        return ", as many as the posts needed"
    return f", {amount(abs(value), 'FTE')} {'fewer' if value > 0 else 'more'} than the posts needed"


def chance(met: object, *, skills: bool = False) -> str:
    """Say how likely it is that there are staff for all posts needed.

    >>> chance(0.034), chance(0.0), chance(1.0), chance("*")
    ('In 3% of the sampled futures there are staff for all posts needed.', 'In none of the sampled futures are there staff for all posts needed.', 'In all of the sampled futures there are staff for all posts needed.', '')
    """
    share = _number(met)
    if share is None:
        return ""
    if skills:
        some = "none" if share <= 0 else "all" if share >= 1 else percent(share)
        return f"In {some} of the sampled futures as much skill is held as is needed, summed over skills."
    if share <= 0:
        return "In none of the sampled futures are there staff for all posts needed."
    some = "all" if share >= 1 else "fewer than 1%" if share < 0.01 else "more than 99%" if share > 0.99 else percent(share)
    return f"In {some} of the sampled futures there are staff for all posts needed."


def flows_finding(steps: pd.DataFrame, *, skills: bool = False) -> str:
    """Say what the change of staff in post is made of; `steps` has step and fte.

    >>> steps = pd.DataFrame([("start", 100.0), ("joiners", 40.0), ("leavers", -50.0), ("end", 90.0)], columns=["step", "fte"])
    >>> flows_finding(steps)
    'Staff in post change by -10 FTE: leavers -50, joiners +40'
    """
    values = dict(zip(steps["step"], findings.numbers(steps, "fte"), strict=True))
    if any(pd.isna(value) for value in values.values()) or not set(TOTALS) <= set(values):
        return f"What changes {'skills held' if skills else 'staff in post'} is too small to show"
    parts = sorted(((abs(value), STEPS[name].lower(), value) for name, value in values.items() if name not in TOTALS), reverse=True)
    told = ", ".join(f"{name} {signed(value, amount)}" for size, name, value in parts if size >= 0.05)
    change = signed(values["end"] - values["start"], amount)
    return f"{'Skills held, summed over skills,' if skills else 'Staff in post'} change by {change} FTE{': ' + told if told else ''}"


def bars(steps: pd.DataFrame, first: str, last: str, *, skills: bool = False) -> pd.DataFrame:
    """Return the steps of a waterfall as the chart takes them: step (for people), fte, total."""
    years = {"start": first, "end": last}
    names = STEPS | ({"start": "Skills held at the start", "end": "Skills held at the end"} if skills else {})
    kept = steps[steps["step"].isin(TOTALS) | (findings.numbers(steps, "fte").abs() >= 0.005)]
    return pd.DataFrame(
        {
            "step": [f"{names[step]}, {years[step]}" if step in years else names[step] for step in kept["step"]],
            "fte": kept["fte"].to_numpy(),
            "total": kept["step"].isin(TOTALS).to_numpy(),
        }
    )


def written_bars(bars: pd.DataFrame) -> pd.DataFrame:
    """Write the steps of a waterfall, changes with their sign."""
    told = [
        amount(fte) if total or _number(fte) is None else signed(float(fte), amount)
        for fte, total in zip(bars["fte"], bars["total"], strict=True)
    ]
    return pd.DataFrame({"Step": bars["step"], "FTE": told})


def driver_rows(drivers: pd.DataFrame) -> pd.DataFrame:
    """Write the range of each uncertain number, and what it alone adds to a measure at its low and at its high end, in FTE."""
    return pd.DataFrame(
        {
            "Uncertain number": [f"{row['label']}: {row['unit']}" for row in drivers.to_dict("records")],
            "Range": [f"{finely(low)} to {finely(high)}" for low, high in zip(drivers["value_low"], drivers["value_high"], strict=True)],
            "At its low end": [signed(float(value), amount) for value in drivers["low"]],
            "At its high end": [signed(float(value), amount) for value in drivers["high"]],
        }
    )


def short_driver_rows(drivers: pd.DataFrame) -> pd.DataFrame:
    """Write what each uncertain number adds as a terminal has room for: name and unit up to their first comma, and the two ends."""
    written = driver_rows(drivers)
    return pd.DataFrame(
        {
            "Uncertain number": drivers["label"].map(_until_comma),
            "Unit": drivers["unit"].map(_until_comma),
            "Low end": written["At its low end"].to_numpy(),
            "High end": written["At its high end"].to_numpy(),
        }
    )


def _until_comma(text: str) -> str:
    """Leave out what further explains a name.

    >>> _until_comma("Leaver rate of coming years, beside that of the years it was measured in")
    'Leaver rate of coming years'
    """
    return text.partition(",")[0]


def finely(value: object) -> str:
    """Write a number of any size to three digits.

    >>> finely(0.09864), finely(5126.4), finely(None)
    ('0.0986', '5,126', 'not known')
    """
    number = _number(value)
    return "not known" if number is None else amount(number) if abs(number) >= 100 else f"{number:.3g}"


def column(name: str) -> str:
    """Name a column of a forecast for people.

    >>> column("p10"), column("role_family_label"), column("promoted_in")
    ('10th percentile', 'Role family', 'Promoted to it')
    """
    return (
        COLUMNS.get(name)
        or STEPS.get(name)
        or (f"{heading(name)} (id)" if name in IDENTIFIERS and not name.endswith("_label") else heading(name))
    )


def main_rates(rates: pd.DataFrame) -> pd.DataFrame:
    """Return the leaver rates of everybody by age band, and the joiner rate."""
    return rates[rates["of"].isin(["Everybody", *AGES]) & rates["what"].isin(["leaver rate", "joiner rate"])]


def tornado_finding(drivers: pd.DataFrame, measure: str) -> str:
    """Say which uncertain number moves a measure most; `drivers` has label, low and high (changes in FTE).

    >>> tornado_finding(pd.DataFrame([("Leavers", 30.0, -41.2), ("Joiners", -9.0, 9.0)], columns=["label", "low", "high"]), "staff in post")
    'What moves staff in post most: leavers, from -41 to +30 FTE'
    """
    if drivers.empty or not (swings := (drivers["high"] - drivers["low"]).abs()).max() >= 0.05:
        return f"Nothing that is uncertain moves {measure} here"
    first = _largest(drivers, swings)
    ends = sorted((float(first["low"]), float(first["high"])))
    return f"What moves {measure} most: {_inside(_until_comma(str(first['label'])))}, from {signed(ends[0], amount)} to {signed(ends[1], amount)} FTE"


def between(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the moves from one role level to another, those into the workforce and out of it left out."""
    return moves[~moves["from_label"].isin(BORDERS.values()) & ~moves["to_label"].isin(BORDERS.values())]


def moves_finding(moves: pd.DataFrame) -> str:
    """Say between which role levels most move; `moves` has from_label, to_label and fte (a year).

    >>> moves_finding(pd.DataFrame([("Joined", "Tester", 9.0), ("Tester", "Senior tester", 2.0)], columns=["from_label", "to_label", "fte"]))
    'Most move up from Tester to Senior tester: 2.0 FTE a year'
    """
    rows = between(moves)
    values = findings.numbers(rows, "fte")
    if rows.empty or not values.max() >= 0.05:
        return "Nobody is expected to move between role levels here"
    first = _largest(rows, values)
    return f"Most move up from {first['from_label']} to {first['to_label']}: {amount(first['fte'], 'FTE')} a year"


def convergence_finding(settling: pd.DataFrame) -> str:
    """Say how far percentiles may still be off with all futures; `settling` has draws, percentile, fte, error.

    >>> convergence_finding(pd.DataFrame([(1000, 10, 5.0, 3.2), (1000, 50, 9.0, 1.9)], columns=["draws", "percentile", "fte", "error"]))
    'With 1,000 futures the percentiles are known to within 3.2 FTE (one standard error)'
    """
    last = settling[settling["draws"] == settling["draws"].max()]
    if last.empty:
        return "No futures were sampled"
    return f"With {int(last['draws'].iloc[0]):,} futures the percentiles are known to within {amount(last['error'].max(), 'FTE')} (one standard error)"


def difference_finding(ends: pd.DataFrame, parts: pd.DataFrame, other: str, *, of: str = DRIVEN["supply"]) -> str:
    """Say how a forecast differs from another at the end, and where most; `ends` has year and difference, `parts` name and difference.

    >>> ends = pd.DataFrame({"year": ["2028/29"], "difference": [-120.0]})
    >>> difference_finding(ends, pd.DataFrame({"name": ["Data", "Testing"], "difference": [-100.0, -20.0]}), "Baseline")
    '120 FTE fewer staff in post than "Baseline" in 2028/29, most of it in Data (-100)'
    """
    if ends.empty:
        return f'There is nothing to compare with "{other}"'
    last = ends.iloc[-1]
    value = _number(last["difference"])
    if value is None:
        return f'The difference from "{other}" is too small to show'
    if abs(value) < SAME:
        return f'As many {of} as "{other}" in {last["year"]}'
    known = [
        (abs(one), str(name), one)
        for name, one in zip(parts["name"], findings.numbers(parts, "difference"), strict=True)
        if not pd.isna(one)
    ]
    most = f", most of it in {max(known)[1]} ({signed(max(known)[2], amount)})" if known else ""
    return f'{amount(abs(value), "FTE")} {"more" if value > 0 else "fewer"} {of} than "{other}" in {last["year"]}{most}'


def stale(asked: SupplyRequest, shown: SupplyRequest, labels: Mapping[str, str], *, data: bool = False, against: bool = False) -> str:
    """Say which inputs have changed since a forecast was made, nothing where none has; `data` and `against` tell that these have.

    >>> stale(SupplyRequest(changed=("a=2",)), SupplyRequest(area="icb:QYG"), {"a": "Leavers"})
    'Changed since this forecast was made: area, Leavers. Run it again to bring it up to date.'
    """
    names = [words for name, words in INPUTS.items() if getattr(asked, name) != getattr(shown, name)]
    now, then = ({setting.partition("=")[0]: setting for setting in request.changed} for request in (asked, shown))
    names += [labels.get(name, name) for name in sorted({*now, *then}) if now.get(name) != then.get(name)]
    names += ["scenario to compare with"] if against else []
    names += ["the data"] if data else []
    return f"Changed since this forecast was made: {', '.join(names)}. Run it again to bring it up to date." if names else ""


def fan(total: pd.DataFrame, nothing: pd.DataFrame) -> pd.DataFrame:
    """Return what the fan chart shows: year, p10, p25, p50, p75, p90 of supply, demand (its median) and nothing, in order of time."""
    supply = total[total["measure"] == "supply"].sort_values("year")
    needed = total[total["measure"] == "demand"].set_index("year")["p50"]
    left = nothing.set_index("year")["fte"]
    return supply[["year", "p10", "p25", "p50", "p75", "p90"]].assign(demand=supply["year"].map(needed), nothing=supply["year"].map(left))


def sure(answer: SupplyAnswer) -> str:
    """Say how likely it is that there are staff for all posts, and what is left if nobody decides anything."""
    last = answer.total[(answer.total["measure"] == "gap") & (answer.total["year"] == answer.last)]
    left = answer.nothing[answer.nothing["year"] == answer.last]
    parts = [] if last.empty else [chance(last["met_chance"].iloc[0], skills=by_skill(answer))]
    parts += [] if left.empty else [f"If nobody decides anything, {amount(left['fte'].iloc[0], 'FTE')} are left in {answer.last}."]
    return " ".join(part for part in parts if part)


def made_of(answer: SupplyAnswer) -> str:
    """Say what a forecast was made from, in one line."""
    asked = answer.request
    return (
        f"{case(answer)}; {counted(answer.organisations, 'organisation')}, {asked.draws:,} sampled futures, seed {asked.seed}, "
        f"inputs {answer.digest[:12]}."
    )


def case(answer: SupplyAnswer) -> str:
    """Name a forecast by its scenario and what is changed in it."""
    changed = answer.request.changed
    return f"{answer.scenario_label}{f', with {counted(len(changed), "change")}' if changed else ''}"


def other_case(other: SupplyAnswer) -> str:
    """Name the forecast beside one: what is set in it only makes its years the same, so that it is that scenario as it stands."""
    return other.scenario_label


def noun(answer: SupplyAnswer) -> str:
    """Return what one row of a forecast is about."""
    cuts = cuts_of(answer)
    return heading(cuts[0]).lower() if len(cuts) == 1 else "row"


def cuts_of(answer: SupplyAnswer) -> list[str]:
    """Return the cuts of a forecast, year aside."""
    return [cut for cut in answer.request.by if cut != "year"]


def file_name(answer: SupplyAnswer) -> str:
    """Return a name for the files of a forecast."""
    asked = answer.request
    changed = [f"with-{counted(len(asked.changed), 'change').replace(' ', '-')}"] if asked.changed else []
    return "-".join(["supply", asked.area.replace(":", "-").lower(), asked.scenario, *changed, answer.digest[:8]])


def named(rows: pd.DataFrame, cuts: Sequence[str]) -> pd.Series:
    """Return the name for people of each row."""
    if not cuts:
        return pd.Series("Everything together", index=rows.index, dtype="str")
    parts = zip(*(rows[f"{cut}_label"] for cut in cuts), strict=True)
    return pd.Series([", ".join(str(part) for part in names) for names in parts], index=rows.index, dtype="str")


def at_the_end(frame: pd.DataFrame, answer: SupplyAnswer) -> pd.DataFrame:
    """Return the rows of the last year."""
    return frame[frame["year"] == answer.last] if "year" in frame else frame


def end_rows(answer: SupplyAnswer) -> pd.DataFrame:
    """Write what each part has and needs at the end, the largest gap first."""
    cuts = cuts_of(answer)
    rows = at_the_end(answer.rows, answer)
    wide = rows.assign(name=named(rows, cuts)).set_index(["name", "measure"])
    if "year" in answer.rows:
        first = answer.rows[(answer.rows["year"] == answer.first) & (answer.rows["measure"] == "supply")]
        start = dict(zip(named(first, cuts), first["p50"], strict=True))
    else:
        start = dict(zip(named(answer.flows, cuts), answer.flows["start"], strict=True))
    written = []
    for name in dict.fromkeys(wide.index.get_level_values("name")):
        parts = {measure: wide.loc[(name, measure)] for measure in MEASURES if (name, measure) in wide.index}
        gap = parts.get("gap")
        told = {heading(cuts[0]) if len(cuts) == 1 else "Part": name, f"{'Held' if by_skill(answer) else 'Staff'} in {answer.first}": amount(start.get(name))}
        told |= {words: ranged(parts[measure]) if measure in parts else "-" for measure, words in measures(answer).items()}
        told["Chance that posts are filled"] = "-" if gap is None else percent(gap["met_chance"])
        written.append(told | {"_gap": -1e18 if gap is None or _number(gap["p50"]) is None else float(gap["p50"])})
    table = pd.DataFrame(written)
    return table if table.empty else table.sort_values("_gap", ascending=False, kind="stable").drop(columns="_gap")


def ranged(row: pd.Series) -> str:
    """Write a median with its range."""
    low, high = amount(row["p10"]), amount(row["p90"])
    return amount(row["p50"]) if low == high else f"{amount(row['p50'])} ({low} to {high})"


def parts_finding(answer: SupplyAnswer) -> str:
    """Say which part has the largest gap at the end."""
    rows = at_the_end(answer.rows, answer)
    gaps = rows[rows["measure"] == "gap"]
    values = findings.numbers(gaps, "p50")
    if values.notna().sum() == 0:
        return "No gap can be shown here"
    worst = _largest(gaps.assign(name=named(gaps, cuts_of(answer))), values)
    if not values.max() >= SAME:
        return f"There are staff for the posts needed in every part in {answer.last}"
    return (
        f"Largest gap in {answer.last}: {worst['name']}, {amount(worst['p50'], 'FTE')} ({amount(worst['p10'])} to {amount(worst['p90'])})"
    )


def flow_rows(answer: SupplyAnswer) -> pd.DataFrame:
    """Write what changes staff part by part over the whole horizon."""
    cuts = cuts_of(answer)
    steps = [step for step in STEPS if step in answer.flows]
    if answer.flows.empty:
        return pd.DataFrame()
    flows = answer.flows.assign(name=named(answer.flows, cuts))
    rows = []
    for name, years in flows.groupby("name", sort=False):
        ordered = years.sort_values("year") if "year" in years else years
        sums = {step: _summed(ordered[step]) for step in steps if step not in TOTALS}
        sums |= {"start": ordered["start"].iloc[0], "end": ordered["end"].iloc[-1]}
        rows.append(
            {heading(cuts[0]) if len(cuts) == 1 else "Part": name} | {STEPS[step]: amount(sums[step]) for step in STEPS if step in sums}
        )
    written = pd.DataFrame(rows)
    return written[
        [column for column in written if not (written[column].isin(["0"]).all() and column not in {STEPS["start"], STEPS["end"]})]
    ]


def _summed(column: pd.Series) -> object:
    """Add up years; what is hidden in one of them hides the sum."""
    return HIDDEN if (column.astype("str") == HIDDEN).any() else float(pd.to_numeric(column).sum())


def settling(convergence: pd.DataFrame) -> pd.DataFrame:
    """Return how the percentiles of supply settle: draws, percentile (10, 50, 90), fte, error."""
    rows = convergence[(convergence["measure"] == "supply") & convergence["percentile"].isin([10, 50, 90])]
    return rows[["draws", "percentile", "fte", "error"]].reset_index(drop=True)


def differing(rows: pd.DataFrame, answer: SupplyAnswer) -> pd.DataFrame:
    """Return by how much the supply of each part differs at the end: name and difference."""
    last = at_the_end(rows[rows["measure"] == "supply"], answer)
    return pd.DataFrame({"name": named(last, cuts_of(answer)), "difference": last["difference"]})


def difference_rows(rows: pd.DataFrame, total: pd.DataFrame, answer: SupplyAnswer) -> pd.DataFrame:
    """Write the medians of two forecasts side by side at the end: everything together first, then part by part, the most different first."""
    whole = at_the_end(total, answer).assign(name="Everything together", place=0.0)
    parts = at_the_end(rows, answer)
    parts = parts.assign(name=named(parts, cuts_of(answer)))
    away = findings.numbers(parts[parts["measure"] == "supply"], "difference").abs()
    order = dict(zip(parts.loc[away.index, "name"], away.rank(ascending=False, method="first"), strict=True))
    parts = parts.assign(place=parts["name"].map(order))
    both = pd.concat([whole, parts] if cuts_of(answer) else [whole]).sort_values("place", kind="stable", na_position="last")
    wide = both.set_index(["name", "measure"])
    written = []
    for name in dict.fromkeys(both["name"]):
        row = {heading(cuts_of(answer)[0]) if len(cuts_of(answer)) == 1 else "Part": name}
        for measure, name_of in driven(answer).items():
            if (name, measure) in wide.index:
                cells = wide.loc[(name, measure)]
                row |= {f"{measures(answer)[measure]}, this": amount(cells["this"]), f"{measures(answer)[measure]}, other": amount(cells["other"])}
                row[f"Difference in {name_of}"] = _change(cells["difference"])
        written.append(row)
    return pd.DataFrame(written).fillna("-")


def _change(value: object) -> str:
    number = _number(value)
    return HIDDEN if number is None else signed(number, amount)


def grounds(answer: SupplyAnswer) -> list[tuple[str, pd.DataFrame, str, str, str]]:
    """Return what a forecast rests on, as tables: title, rows, name, noun, key."""
    every = [
        ("By what organisations count", return_rows(answer.returned), "Table: by what organisations count", "kinds", "returned_page"),
        (
            "Trusts that have sent nothing, beside those that count",
            imputed_rows(answer.imputed),
            "Table: staff counted and staff imputed",
            "rows",
            "imputed_page",
        ),
        (
            "Beside published figures",
            calibration_rows(answer.calibration),
            "Table: totals beside published figures",
            "figures",
            "calibration_page",
        ),
        ("From the sum to the published total", bridge_rows(answer.bridge), "Table: bridge to the published total", "steps", "bridge_page"),
        (
            "Where the main rates come from",
            rate_rows(main_rates(answer.rates)),
            "Table: main rates and their sources",
            "rates",
            "rates_page",
        ),
        (
            "Where the uncertain numbers come from",
            source_rows(answer.drivers),
            "Table: sources of uncertain numbers",
            "numbers",
            "sources_page",
        ),
        ("Numbers that were used", number_rows(answer.assumptions), "Table: assumptions used", "assumptions", "assumptions_page"),
    ]
    return [table for table in every if len(table[1])]


def return_rows(returned: pd.DataFrame) -> pd.DataFrame:
    """Write by what the organisations of the area count."""
    rows = returned.to_dict("records")
    return pd.DataFrame(
        {
            "Counted by": [str(row["counts"]).capitalize() for row in rows],
            "Organisations": [amount(row["organisations"]) for row in rows],
            "FTE": [_between(row["fte"], row["low"], row["high"]) for row in rows],
            "In the forecast": ["no" if row["counts"] in OUTSIDE else "yes" for row in rows],
        }
    )


def imputed_finding(imputed: pd.DataFrame) -> str:
    """Say what there is in the last year with staff imputed for trusts that have sent nothing; nothing where all count.

    >>> row = ("everything", "2028/29", 12300.0, 33700.0, 29000.0, 38500.0, 46000.0, 41300.0, 50800.0)
    >>> names = ["of", "year", "counted", "imputed", "low", "high", "together", "together_low", "together_high"]
    >>> imputed_finding(pd.DataFrame([row], columns=names))
    'With trusts that have sent nothing, in 2028/29: counted 12,300 FTE, imputed 33,700 (29,000 to 38,500), together 46,000 (41,300 to 50,800)'
    """
    if imputed.empty:
        return ""
    row = imputed[imputed["of"] == EVERYTHING].iloc[-1]
    imputing = _between(row["imputed"], row["low"], row["high"])
    together = _between(row["together"], row["together_low"], row["together_high"])
    return f"With trusts that have sent nothing, in {row['year']}: counted {amount(row['counted'], 'FTE')}, imputed {imputing}, together {together}"


def imputed_rows(imputed: pd.DataFrame) -> pd.DataFrame:
    """Write staff counted, staff imputed and their sum: of everything year by year, of each role family in the last year, in FTE."""
    whole = imputed["of"] == EVERYTHING
    rows = imputed[whole | (imputed["year"] == imputed["year"].max())].to_dict("records")
    return pd.DataFrame(
        {
            "Staff in post": ["Everything together" if row["of"] == EVERYTHING else str(row["role_family_label"]) for row in rows],
            "Year": [str(row["year"]) for row in rows],
            "Counted": [amount(row["counted"]) for row in rows],
            "Imputed": [_between(row["imputed"], row["low"], row["high"]) for row in rows],
            "Together": [_between(row["together"], row["together_low"], row["together_high"]) for row in rows],
        }
    )


def calibration_rows(calibration: pd.DataFrame) -> pd.DataFrame:
    """Write our totals beside published ones, whether the two can be compared, and the source."""
    rows = calibration.to_dict("records")
    return pd.DataFrame(
        {
            "Published figure": [str(row["figure"]) for row in rows],
            "Of": [str(row["period"]) for row in rows],
            "Published": [in_unit(row["published"], row["unit"]) for row in rows],
            "Ours": [in_unit(row["ours"], row["unit"]) for row in rows],
            "Difference": [_away(row["difference"], str(row["unit"])) for row in rows],
            "Comparable": [str(row["comparable"]) for row in rows],
            "Source": [str(row["source"]) for row in rows],
        }
    )


def _away(difference: object, unit: str) -> str:
    number = _number(difference)
    return amount(None) if number is None else signed(number, lambda value: in_unit(value, unit).replace("%", " points"))


def short_calibration_rows(calibration: pd.DataFrame) -> pd.DataFrame:
    """Write our totals beside published ones as a terminal has room for: without sources, and only whether they can be compared."""
    rows = calibration_rows(calibration).drop(columns="Source")
    return rows.assign(Comparable=rows["Comparable"].map(lambda said: _until_comma(said).partition(":")[0]))


def in_unit(value: object, unit: str) -> str:
    """Write an amount with its unit.

    >>> in_unit(46009.0, "FTE"), in_unit(11.339, "percent"), in_unit(2.05, "£ billion"), in_unit(44556.5, "£"), in_unit(None, "FTE")
    ('46,009 FTE', '11.3%', '£2.05bn', '£44,556', 'not known')
    """
    number = _number(value)
    if number is None:
        return amount(None)
    if unit == "percent":
        return f"{number:.1f}%"
    if unit == "£ billion":
        return f"£{number:,.2f}bn"
    return f"£{amount(number)}" if unit == "£" else amount(number, unit)


def bridge_rows(bridge: pd.DataFrame) -> pd.DataFrame:
    """Write the way from the sum of the parts to the published total."""
    rows = bridge.to_dict("records")
    return pd.DataFrame(
        {
            "Step": [str(row["label"]) for row in rows],
            "FTE": [_between(row["fte"], row["low"], row["high"]) for row in rows],
            "Source": [str(row["source"]) for row in rows],
        }
    )


def source_rows(drivers: pd.DataFrame) -> pd.DataFrame:
    """Write where each uncertain number comes from."""
    rows = drivers.drop_duplicates("factor")
    return pd.DataFrame({"Uncertain number": rows["label"], "Source": rows["source"]})


def _between(value: object, low: object, high: object) -> str:
    return amount(value) if amount(low) == amount(high) else f"{amount(value)} ({amount(low)} to {amount(high)})"


def backtest_finding(errors: pd.DataFrame, horizon: float = 1.0) -> str:
    """Say how far off the same way of forecasting was where the end is known; `errors` as backtest.ERRORS.

    >>> columns = ["series", "by", "method", "years", "mape", "inside"]
    >>> backtest_finding(pd.DataFrame([("all staff", "", OURS, 1.0, 0.012, 0.9), ("all staff", "", "last value", 1.0, 0.03, None)], columns=columns))
    'Off by 1.2% one year ahead (all staff, published); the best simple method by 3.0%'
    """
    known = errors.loc[errors["by"] == "", "years"]
    nearest = known.iloc[int((known - horizon).abs().to_numpy().argmin())] if len(known) else horizon
    whole = errors[(errors["by"] == "") & (errors["years"] == nearest)]
    ours, simple = whole[whole["method"] == OURS], whole[whole["method"].isin(SIMPLE)]
    if ours.empty or simple.empty:
        return "There is nothing yet that forecasts can be held against"
    usual = ours[ours["series"] == USUAL]
    first = (usual if len(usual) else ours).iloc[-1]
    beside = simple[simple["series"] == first["series"]].sort_values("mape")
    best = beside.iloc[0]
    better = best["mape"] < first["mape"]
    other = f"a simple method was better, {best['method']}, by" if better else "the best simple method by"
    ahead = "one year" if first["years"] == 1 else f"{first['years']:g} years"
    return f"Off by {percent_finely(first['mape'])} {ahead} ahead ({first['series']}, published); {other} {percent_finely(best['mape'])}"


def backtest_rows(errors: pd.DataFrame) -> pd.DataFrame:
    """Write the mean absolute error of each method, with how often what came lay within our range; the whole first, then the parts."""
    rows = []
    for keys, group in errors.groupby(["series", "by", "years"], sort=True):
        series, by, years = (str(key) for key in keys)
        of = {str(row["method"]): row for row in group.to_dict("records")}
        told = {"Series": f"{series}, by {heading(by).lower()}" if by else series, "Years ahead": f"{float(years):g}"}
        told |= {method[:1].upper() + method[1:]: percent_finely(row["mape"]) for method, row in of.items()}
        inside = [row["inside"] for row in of.values() if not pd.isna(row["inside"])]
        rows.append(told | {"Within our 10 to 90": percent(inside[0]) if inside else "-"})
    return pd.DataFrame(rows).fillna("-")


def number_rows(assumptions: pd.DataFrame) -> pd.DataFrame:
    """Write the assumptions that were used, those that are changed first."""
    ordered = assumptions.sort_values("changed", ascending=False, kind="stable").to_dict("records")
    return pd.DataFrame(
        {
            "Number": [f"{row['label']} ({row['name']})" for row in ordered],
            "Value": [f"{row['value']:g}" + (" (changed)" if row["changed"] else "") for row in ordered],
            "Range": [f"{row['low']:g} to {row['high']:g}" for row in ordered],
            "Unit": [str(row["unit"]) for row in ordered],
            "Source": [str(row["source"]) for row in ordered],
        }
    )


def rate_rows(rates: pd.DataFrame) -> pd.DataFrame:
    """Write rates with where each comes from."""
    rows = rates.to_dict("records")
    return pd.DataFrame(
        {
            "Rate": [str(row["what"]).capitalize() for row in rows],
            "Of": [str(row["of"]) for row in rows],
            "A year": [percent_finely(row["value"]) for row in rows],
            "Range": [f"{percent_finely(row['low'])} to {percent_finely(row['high'])}" for row in rows],
            "Own history": [percent(row["weight"]) for row in rows],
            "Source": [str(row["source"]) for row in rows],
        }
    )


def in_use(rates: pd.DataFrame, name: str) -> str:
    """Say which value a forecast used in place of an assumption that is only where its estimate begins; nothing where that is the value.

    >>> rates = pd.DataFrame([("leaver rate", "25 to 34", 0.2713, 0.9661)], columns=["what", "of", "value", "weight"])
    >>> in_use(rates, "leaver_rate[25 to 34]"), in_use(rates, "pipeline_arrives")
    ('In use: 27.1%, 97% from own history.', '')
    """
    id_, _, key = name.partition("[")
    found = rates[(rates["what"] == id_.replace("_", " ")) & (rates["of"] == (key.removesuffix("]") or "Everybody"))]
    if found.empty or not (weight := _number(found["weight"].iloc[0])):
        return ""
    return f"In use: {percent_finely(found['value'].iloc[0])}, {percent(weight)} from own history."


def percent_finely(value: object) -> str:
    """Write a rate as a percentage with one decimal.

    >>> percent_finely(0.1234), percent_finely("*"), percent_finely(None)
    ('12.3%', '*', 'not known')
    """
    number = _number(value)
    if number is None:
        return HIDDEN if value == HIDDEN else "not known"
    return f"{number:.1%}"


def _inside(label: str) -> str:
    """Write a label within a sentence; what begins with a name of letters stays as it is.

    >>> _inside("Leavers in coming years"), _inside("NHS growth")
    ('leavers in coming years', 'NHS growth')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _largest(frame: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Return the row with the largest value; of equals the first."""
    return frame.iloc[int(values.reset_index(drop=True).fillna(-float("inf")).to_numpy().argmax())]


def _number(value: object) -> float | None:
    """Return a value as a number, None where it is hidden or missing."""
    if value is None or isinstance(value, str):
        return None
    number = float(value)  # type: ignore[arg-type]
    return None if pd.isna(number) else number
