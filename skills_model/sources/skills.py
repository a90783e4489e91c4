"""A survey or self-assessment: which rank people hold in which skill, one row a judgement or one column a skill."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills_model.errors import Fault
from skills_model.rows import HEADING, nearest
from skills_model.schema import Assessment, AssessmentKind
from skills_model.sources import meanings, values
from skills_model.sources.kinds import Built, Context, Field, Kind, left_out
from skills_model.sources.pseudonym import NUMBER_HEADINGS, normal, pseudonyms
from skills_model.sources.said import cut_short, without_people
from skills_model.sources.skill_words import NOT_ASSESSED, Skills, perhaps

_KINDS = {
    "own": "self", "self-assessment": "self", "self assessment": "self", "self assessed": "self", "employee": "self", "staff": "self",
    "line manager": "manager", "manager assessment": "manager", "manager assessed": "manager", "assessor": "manager", "supervisor": "manager",
    "portfolio": "evidence", "certificate": "evidence", "certification": "evidence", "qualification": "evidence",
    "exam": "test", "assessment test": "test", "quiz": "test",
}  # fmt: skip
_KIND_WORDS = {**{kind: kind for kind in get_args(AssessmentKind)}, **_KINDS}
_ANY_KIND = "|".join(sorted(map(re.escape, _KIND_WORDS), key=len, reverse=True))
_BEFORE = re.compile(rf"^({_ANY_KIND})\s*[:\-–—]\s*(.+)$", re.IGNORECASE)
_AFTER = re.compile(rf"^(.+?)\s*[(\[]({_ANY_KIND})[)\]]$", re.IGNORECASE)
_NOT_SKILLS = frozenset({
    "id", "no", "number", "row", "start time", "completion time", "last modified time", "language", "email", "name", "team", "department",
    "role level", "role", "job title", "band", "grade", "fte", "comments", "total", "average", "score",
})  # fmt: skip
_FIRST_DAY = dt.date(1990, 1, 1)
_LENGTHS = range(4, 11)  # digits that staff numbers have
_MOSTLY = 0.8
"""Share of the answers in a column that must read as ranks before its unknown heading is taken for a skill."""

FIELDS = (
    Field(
        "staff_number",
        "number of the person, as in the staff list; only its keyed hash is used",
        needed=False,
        filled=False,
        headings=NUMBER_HEADINGS,
        personal=True,
    ),
    Field(
        "person",
        "the person's reference, as our forms have it",
        needed=False,
        filled=False,
        headings=("reference", "pseudonym", "person reference"),
        pattern="[0-9a-f]{32}",
        personal=True,
    ),
    Field("skill", "id or name of the skill; leave the column out where each skill has one of its own", needed=False, filled=False,
          headings=("skill name", "skill id", "competency", "competence", "capability")),
    Field("rank", "rank held: 0 to 4, or its name, such as Working; blank or 'not assessed' where it is not known", needed=False, filled=False,
          headings=("level", "skill level", "rating", "proficiency", "score", "skill rank")),
    Field("kind", "who or what judged: self, manager, evidence or test; self where it is blank", needed=False, filled=False,
          headings=("assessment kind", "assessment type", "assessed by", "rater", "source of assessment", "type of assessment"),
          choices=get_args(AssessmentKind), meanings=_KINDS),
    Field("assessed_on", "date of the judgement", "date", needed=False, filled=False,
          headings=("date of assessment", "assessment date", "date assessed", "date", "completed on", "completion date", "completion time")),
)  # fmt: skip


def build(frame: pd.DataFrame, context: Context) -> Built:
    """Make assessments of the rows; skills and ranks that nobody knows are faults, listed with what they may mean."""
    skills = Skills.known(context)
    judged, faults, notes = (_long if frame["skill"].notna().any() else _wide)(frame, skills, context)
    if judged.empty:
        return Built({}, faults, notes=notes)
    judged, told, padded = _with_people(judged, frame, context)
    faults += told
    notes += padded
    judged["assessed_on"] = frame["assessed_on"].reindex(judged.index).array
    undated = _undated(judged, context)
    if context.as_at is not None:
        judged["assessed_on"] = judged["assessed_on"].fillna(pd.Timestamp(context.as_at))
    read = _Read.of(judged, skills, context)
    faults += [*read.faults, *_not_possible(judged, context)]
    kept = judged.assign(skill=read.skill, rank=read.rank)[read.assessed]
    kept, twice = _once(kept, context)
    kept, unchanged, changed = _new(kept, context)
    twice += changed
    rows = kept.assign(organisation=pd.Series(str(context.organisation), index=kept.index, dtype="str"))
    frames = {} if undated else {Assessment.TABLE: rows[list(Assessment.model_fields)]}
    left = pd.concat([read.left_out, left_out({"in the store already, unchanged": unchanged})], ignore_index=True)
    said = f"Judgements {len(kept)} of {kept['person'].nunique()} people in {kept['skill'].nunique()} skills."
    return Built(frames, [*faults, *undated, *twice], left, read.unmapped, [said, *notes])


# One row a judgement, or one column a skill


def _long(frame: pd.DataFrame, _skills: Skills, context: Context) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    if frame["rank"].isna().all():
        fault = Fault(
            "Missing column", context.name, HEADING, "rank", allowed="a column with the rank of each row", action="Add the column."
        )
        return frame.iloc[:0], [fault], []
    faults = [
        Fault("Blank", context.name, row, "skill", "nothing", "a skill", "Fill it in, or leave the row out.")
        for row in frame.index[frame["skill"].isna()].tolist()
    ]
    named = frame[frame["skill"].notna()]
    judged = pd.DataFrame({"words": named["skill"], "answer": named["rank"], "kind": named["kind"].fillna("self")})
    return judged.assign(column="rank"), faults, []


def _wide(frame: pd.DataFrame, skills: Skills, context: Context) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    own = {item.name for item in FIELDS}
    columns, unused = _columns([name for name in frame.columns if name not in own], frame, skills)
    faults = _same_skill_twice(columns, skills, context)
    notes = [f"Columns that name no skill and hold no ranks, not used: {', '.join(unused)}."] if unused else []
    if not columns:
        found = ", ".join(f"'{name}'" for name in unused) or "no other column"
        allowed = "a column 'skill', or columns headed with the id or name of a skill"
        action = "Rename the headings, or import the framework that has the skills first."
        return frame.iloc[:0], [Fault("No skills found", context.name, HEADING, "skill", found, allowed, action)], notes
    parts = []
    for heading, (words, kind) in columns.items():
        answers = frame[heading].dropna()
        default = pd.Series("self", index=frame.index, dtype="str") if kind is None else pd.Series(kind, index=frame.index, dtype="str")
        given = frame["kind"].fillna(default) if kind is None else default
        parts.append(pd.DataFrame({"words": words, "answer": answers, "kind": given.reindex(answers.index), "column": heading}))
    judged = pd.concat(parts)
    return judged.astype({"words": "str", "answer": "str", "kind": "str", "column": "str"}), faults, notes


def _columns(headings: Sequence[str], frame: pd.DataFrame, skills: Skills) -> tuple[dict[str, tuple[str, str | None]], list[str]]:
    """Tell which headings name a skill, with the kind of judgement that they name, from columns that do not; and list those."""
    found, unused = {}, []
    for heading in headings:
        words, kind = (heading, None) if skills.knows(heading) else _split(heading)
        if skills.knows(words):
            found[heading] = (words, kind)
        elif _holds_ranks(words, frame[heading], skills):
            found[heading] = (skills.asked(words), kind)
        else:
            unused.append(heading)
    return found, unused


def _split(heading: str) -> tuple[str, str | None]:
    """Part who judged from what was judged.

    >>> _split("Manager: Testing"), _split("Testing (self)"), _split("Testing")
    (('Testing', 'manager'), ('Testing', 'self'), ('Testing', None))
    """
    if found := _BEFORE.match(heading):
        return found[2], _KIND_WORDS[found[1].lower()]
    if found := _AFTER.match(heading):
        return found[1], _KIND_WORDS[found[2].lower()]
    return heading, None


def _holds_ranks(words: str, answers: pd.Series[str], skills: Skills) -> bool:
    """Tell whether a column under an unknown heading reads as ranks, so that it is a skill that we do not know."""
    if meanings.plain(words) in _NOT_SKILLS or answers.isna().all() or not skills.ranks:
        return False
    some = max(skills.ranks, key=lambda skill: skills.ranks[skill])
    counts = answers.value_counts()
    ranks = [skills.rank(some, str(answer), {}) for answer in counts.index]
    right = [rank is not None and rank <= skills.ranks[some] for rank in ranks]
    return float(counts[right].sum()) >= _MOSTLY * float(counts.sum())


def _same_skill_twice(columns: dict[str, tuple[str, str | None]], skills: Skills, context: Context) -> list[Fault]:
    first: dict[tuple[str | None, str | None], str] = {}
    faults = []
    for heading, (words, kind) in columns.items():
        skill = skills.of(words)
        if skill and (skill, kind or "self") in first:
            found, action = (
                f"the same skill as '{first[skill, kind or 'self']}'",
                "Remove one of the columns, or say who judged, as in 'Manager: SKILL'.",
            )
            faults.append(Fault("Skill given twice", context.name, HEADING, heading, found, "each skill once", action))
        first.setdefault((skill, kind or "self"), heading)
    return faults


# Whose judgement, and when


def _with_people(judged: pd.DataFrame, frame: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """Put the pseudonym beside each judgement; those of people who are on no staff list are faults and go."""
    there = frame.loc[frame.index.isin(judged.index)]
    if there["person"].isna().all() and there["staff_number"].isna().all():
        return judged.iloc[:0].assign(person=""), [without_people(context)], []
    person, notes, cut = there["person"], list[str](), list[Fault]()
    if there["staff_number"].notna().any():  # a form with references alone comes in without the key
        person = person.fillna(pseudonyms(str(context.organisation), there["staff_number"], context.key))
    people = context.store.query("persons", context.scope, organisations=[context.organisation])["person"]
    numbers = normal(there["staff_number"][~person.isin(people) & there["person"].isna()])
    if numbers.notna().any():
        cut = cut_short(numbers, context)
        padded, notes = _with_zeros(numbers, people, context)
        person = padded.reindex(person.index).fillna(person)
    known = person.isin(people)
    whole = ~there.index.isin([fault.row for fault in cut])
    faults = cut + (_strangers(there[whole], person[whole], known[whole], context) if whole.any() else [])
    kept = judged[judged.index.isin(person.index[known | person.isna()])]
    return kept.assign(person=person.reindex(kept.index).array), faults, notes


def _with_zeros(numbers: pd.Series[str], people: pd.Series[str], context: Context) -> tuple[pd.Series[str], list[str]]:
    """Find people whose staff number has lost its leading zeros to a spreadsheet: at the length at which most of them are known."""
    plain = numbers[numbers.str.isdecimal().fillna(value=False)]
    found = pd.Series(dtype="str")
    length = 0
    for digits in _LENGTHS:
        short = plain[plain.str.len() < digits]
        padded = pseudonyms(str(context.organisation), short.str.zfill(digits), context.key)
        here = padded[padded.isin(people)]
        if len(here) > len(found):
            found, length = here, digits
    if found.empty:
        return found, []
    rows = f"{len(found)} row" if len(found) == 1 else f"{len(found)} rows"
    return found, [f"Staff numbers in {rows} were shorter than on the staff list; they were read with leading zeros, as {length} digits."]


def _strangers(there: pd.DataFrame, person: pd.Series[str], known: pd.Series[bool], context: Context) -> list[Fault]:
    action = "Import a staff list that has the person first, correct the number, or leave the row out."
    if not known.any():
        found = f"none of {person.nunique()} people"
        why = "people on a staff list in the store, under the key that lies beside it"
        return [
            Fault(
                "Nobody of the file is in the store",
                context.name,
                None,
                "staff_number",
                found,
                why,
                "Import the staff list first, and check the organisation.",
            )
        ]
    blank = [] if there["person"].notna().any() else there.index[person.isna()].tolist()  # a wrong reference is told already
    faults = [
        Fault("Blank", context.name, row, "staff_number", "nothing", "a staff number", "Fill it in, or leave the row out.") for row in blank
    ]
    shown = np.where(there["person"].notna(), "person", "staff_number")
    strange = (person.notna() & ~known).to_numpy(dtype=bool)
    rows = zip(there.index[strange].tolist(), shown[strange].tolist(), strict=True)
    return faults + [
        Fault(
            "Person not in the store",
            context.name,
            row,
            column,
            "a person on no staff list",
            "people on a staff list of the organisation",
            action,
        )
        for row, column in rows
    ]


def _undated(judged: pd.DataFrame, context: Context) -> list[Fault]:
    if context.as_at is not None or judged["assessed_on"].notna().any() or judged.empty:
        return []  # single blanks are told by the check of the rows
    action = "Add a column with the date of each judgement, or give one for all with --as-at."
    return [Fault("Date is missing", context.name, HEADING, "assessed_on", allowed="a date", action=action)]


def _not_possible(judged: pd.DataFrame, context: Context) -> list[Fault]:
    """Find dates that are slips: one that is yet to come would count before every other for years, one long past is another date."""
    days = judged["assessed_on"]
    allowed = f"{_FIRST_DAY} to {context.today}"
    return [
        Fault(problem, context.name, int(row), "assessed_on", found or f"{day:%Y-%m-%d}", allowed, "Correct the date.")
        for problem, wrong, found in (
            ("Date in the future", days > pd.Timestamp(context.today), ""),
            ("Date long past", days < pd.Timestamp(_FIRST_DAY), values.HIDDEN),  # it may be a date of birth
        )
        for row, day in judged.loc[wrong, ["assessed_on"]].groupby(level=0).first().itertuples()
    ]


def _new(rows: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, int, list[Fault]]:
    """Return the judgements that the store lacks, how many it has just so, and a fault for each that it has with another rank."""
    stored = context.store.query("judgements", context.scope, organisations=[context.organisation])
    key = list(Assessment.KEY)
    if stored.empty or rows.empty:
        return rows, 0, []
    stored["assessed_on"] = stored["assessed_on"].astype(rows["assessed_on"].dtype)
    both = rows[[*key, "rank"]].merge(stored, on=key, how="left", suffixes=("", "_before")).set_axis(rows.index, axis="index")
    there = both["rank_before"].notna().to_numpy()
    changed = there & (both["rank"] != both["rank_before"]).to_numpy()
    allowed = "a rank as in the store, or another date"
    faults = [
        Fault(
            "Judgement is in the store with another rank",
            context.name,
            row,
            column,
            f"rank {rank}; import {number:.0f} says {before:.0f}",
            allowed,
            f"Correct the rank or the date, or undo import {number:.0f} and take its file in again as it is now.",
        )
        for row, column, rank, before, number in zip(
            rows.index[changed].tolist(),
            rows["column"][changed].tolist(),
            *(both[name][changed].tolist() for name in ("rank", "rank_before", "import_run")),
            strict=True,
        )
    ]
    return rows[~there], int((there & ~changed).sum()), faults


def _once(rows: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Fault]]:
    """Find judgements of the same person, skill, kind and date given twice; the later ones go."""
    key = np.zeros(len(rows), dtype=np.int64)
    for column in Assessment.KEY:
        places, different = pd.factorize(rows[column])
        key = key * (len(different) + 1) + places
    again = pd.Series(key).duplicated().to_numpy()
    if not again.any():
        return rows, []
    first = pd.Series(rows.index.to_numpy()).groupby(key).transform("first").to_numpy()
    faults = [
        Fault(
            "Judgement given twice",
            context.name,
            row,
            column,
            f"the same person, skill, kind and date as in row {before}",
            "each once",
            "Remove one of them.",
        )
        for row, column, before in zip(rows.index[again].tolist(), rows["column"][again].tolist(), first[again].tolist(), strict=True)
    ]
    return rows[~again], faults


# Which skill, which rank


@dataclass(frozen=True)
class _Read:
    """What the words of each judgement mean: skill and rank, and which rows are assessments; what was left out, and what nobody knows."""

    skill: pd.Series[str]
    rank: npt.NDArray[np.int64]
    assessed: npt.NDArray[np.bool_]
    left_out: pd.DataFrame
    unmapped: pd.DataFrame
    faults: list[Fault]

    @classmethod
    def of(cls, judged: pd.DataFrame, skills: Skills, context: Context) -> _Read:
        """Look at each different pair of words once: a million answers have a few thousand."""
        said = meanings.saved(context.store, context.scope, str(context.organisation), meanings.RANK)
        skill_place, skill_words = pd.factorize(judged["words"])
        rank_place, rank_index = pd.factorize(judged["answer"].fillna(_BLANK))
        rank_words = rank_index.tolist()
        ids = [skills.of(words) for words in skill_words]
        known = np.array([skills.knows(words) for words in skill_words], dtype=bool)[skill_place]
        wanted = np.array([skill is not None for skill in ids], dtype=bool)[skill_place]
        pair_place, pairs = pd.factorize(skill_place * len(rank_words) + rank_place)
        ranks = np.array(
            [_rank_of(skills, ids[pair // len(rank_words)], rank_words[pair % len(rank_words)], said) for pair in pairs], dtype=np.int64
        )
        rank = ranks[pair_place]
        most = np.array([skills.ranks[skill] if skill else 0 for skill in ids], dtype=np.int64)[skill_place]
        beyond, strange = wanted & (rank > most), wanted & (rank == _NOT_A_RANK)
        skill = pd.Series(pd.array([*ids, None], dtype="str").take(skill_place), index=judged.index)
        return cls(
            skill,
            rank,
            wanted & (rank >= 0) & ~beyond,
            left_out(
                {
                    "not assessed": int((known & wanted & (rank == NOT_ASSESSED)).sum()),
                    "skill left out on purpose": int((known & ~wanted).sum()),
                }
            ),
            pd.concat(
                [
                    _unsaid(judged, meanings.SKILL, "words", ~known, skills.suggest_skills),
                    _unsaid(judged, meanings.RANK, "answer", beyond | strange, skills.suggest_ranks),
                ],
                ignore_index=True,
            ),
            _unknown_skills(judged[~known], skills, context)
            + _unknown_ranks(judged[beyond | strange], skill[beyond | strange], skills, context),
        )


def _rank_of(skills: Skills, skill: str | None, words: str, said: Mapping[str, str | None]) -> int:
    if skill is None or words == _BLANK:
        return NOT_ASSESSED
    rank = skills.rank(skill, words, said)
    return _NOT_A_RANK if rank is None else rank


def _unsaid(
    judged: pd.DataFrame, subject: str, column: str, which: npt.NDArray[np.bool_], suggest: Callable[[Sequence[str]], pd.DataFrame]
) -> pd.DataFrame:
    rows = judged[which & ~judged[column].map(values.telling, na_action="ignore").fillna(value=False).to_numpy(dtype=bool)]
    words = rows.assign(found=rows[column].map(meanings.plain), subject=subject)
    listed = words.groupby(["subject", "found"], as_index=False).agg(rows=("found", "size"), headcount=("person", "nunique"))
    return listed.assign(fte=float("nan")).merge(suggest(listed["found"].tolist()), on="found", how="left")


def _unknown_skills(rows: pd.DataFrame, skills: Skills, context: Context) -> list[Fault]:
    """Make a fault of each row of a skill that nobody knows, or of its heading where it has a column of its own."""
    near = {words: nearest(meanings.plain(words), list(skills.ids)) for words in rows["words"].unique()}
    own_column = rows["column"] != "rank"
    places = [
        (HEADING, column, words) for column, words in rows.loc[own_column, ["column", "words"]].drop_duplicates().itertuples(index=False)
    ]
    places += [
        (row, "skill", words) for row, words in zip(rows.index[~own_column].tolist(), rows.loc[~own_column, "words"].tolist(), strict=True)
    ]
    allowed, action = (
        "the id or name of a skill of a framework in the store",
        "Correct it, or say what it means: `skillsplan mapping --subject skill`.",
    )
    return [
        Fault("Unknown skill", context.name, row, column, values.quoted(words), allowed + near[words], action)
        for row, column, words in places
    ]


def _unknown_ranks(rows: pd.DataFrame, skill: pd.Series[str], skills: Skills, context: Context) -> list[Fault]:
    allowed = {}
    for id_ in skill.unique():
        names = ", ".join(f"{name} ({rank})" for name, rank in skills.names[id_].items())
        allowed[id_] = f"0 to {skills.ranks[id_]}" + (f", {names}" if names else "") + ", not assessed, or blank"
    action = "Correct it, or say what the word means: `skillsplan mapping --subject rank`."
    cells = zip(rows.index.tolist(), rows["column"].tolist(), rows["answer"].tolist(), skill.tolist(), strict=True)
    return [
        Fault(
            "Rank not allowed", context.name, row, column, values.quoted(answer), allowed[id_] + _meant(answer, skills.ranks[id_]), action
        )
        for row, column, answer, id_ in cells
    ]


def _meant(answer: str, most: int) -> str:
    return f" (perhaps {rank})" if (rank := perhaps(answer, most)) else ""


_BLANK = ""
_NOT_A_RANK = -2


def _example() -> pd.DataFrame:
    """Return rows for the template: one's own judgement, a manager's, and one not assessed."""
    rows = [
        ("10000001", "Testing", "2 - Working", "self", "2026-03-02"),
        ("10000001", "Testing", "1 - Awareness", "manager", "2026-03-09"),
        ("10000002", "Testing", "Practitioner", "self", "2026-03-03"),
        ("10000002", "Accessibility", "not assessed", "self", "2026-03-03"),
    ]
    return pd.DataFrame(rows, columns=["staff_number", "skill", "rank", "kind", "assessed_on"])


KIND = Kind(
    "skills",
    "Skills assessments",
    "Which rank people hold in which skill: one row a judgement, or one row a person with one column a skill.",
    FIELDS,
    build,
    wide=True,
    example=_example,
)
KINDS = (KIND,)
