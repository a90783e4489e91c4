"""The files of an invented trust: its place in the list of organisations, a staff list under local headings, a survey, its posts.

Nobody here is real. The staff list and the survey can be had with faults, as files mostly come.
"""

from __future__ import annotations

import csv
import io

import xlsxwriter

CODE = "HEATH"
AS_AT = "2026-09-30"

# title, team, band, number of people, rank that they give themselves in what they are asked
POSTS = (
    ("Data Analyst", "Business Intelligence", "Band 6", 9, 2),
    ("Snr Data Analyst", "Business Intelligence", "Band 7", 3, 3),
    ("Lead Data Analyst", "Business Intelligence", "NHS|XR09|Review Body Band 8a", 1, 3),
    ("Information Wrangler", "Business Intelligence", "Band 5", 3, 1),
    ("Clinical Coder", "Clinical Coding", "Band 4", 8, 2),
    ("Clinical coding auditor", "Clinical Coding", "Band 6", 1, 3),
    ("Infrastructure Engineer", "Infrastructure", "Band 6", 4, 2),
    ("Kit & Cables Lead", "Infrastructure", "Band 7", 1, 3),
)
SKILLS = {
    "Business Intelligence": (
        "Applying statistical and analytical tools and techniques",
        "Communicating between the technical and non-technical",
        "Data ethics and privacy",
        "Data management",
        "Data preparation and linkage",
        "Data visualisation",
        "Delivering business impact through data",
        "Developing code for analysis",
        "Managing a data project",
    ),
    "Clinical Coding": ("National clinical coding rules", "Clinical coding audit"),
    "Infrastructure": ("Systems design", "IT infrastructure"),
}
RANKS = ("Not held", "Awareness", "Working", "Practitioner", "Expert")


def organisations() -> bytes:
    """Return the trust as a line of the headerless list of organisations."""
    cells = [""] * 27
    cells[0], cells[1], cells[2], cells[3], cells[10], cells[21] = CODE, "HEATHER MOOR NHS TRUST", "Y63", "QWO", "20200401", "0"
    return _csv([cells])


def staff(*, faults: bool = False) -> bytes:
    """Return the staff list; with faults: an FTE in words, a day that does not exist, a person without a number."""
    rows = [["Employee Number", "Full Name", "Position Title", "Dept", "Grade", "Contracted WTE", "Status", "Start Dt", "Age"]]
    number = 0
    for title, team, band, people, _ in POSTS:
        for _ in range(people):
            number += 1
            wte = "0.6" if number % 7 == 0 else "1.0"
            who = [f"20{number:04}", f"Invented Person {number}"]
            rows.append([*who, title, team, band, wte, "Active Assignment", "01/04/2021", str(23 + number)])
    away = ["209001", "Invented Person 9001", "Data Analyst", "Business Intelligence"]
    rows.append([*away, "Band 6", "1.0", "Career Break", "01/04/2021", "40"])
    second = ["200001", "Invented Person 1", "EPR trainer", "Digital Programme"]
    rows.append([*second, "Band 6", "0.2", "Active Assignment", "01/04/2026", "24"])
    if faults:
        rows[3][5] = "full time"
        rows[5][7] = "31/02/2021"
        rows[8][0] = ""
    return _csv(rows)


def mend_staff(text: str) -> bytes:
    """Mend the rows that were sent back, as their owner would in a spreadsheet."""
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    for row in rows:
        row["Contracted WTE"] = row["Contracted WTE"].replace("full time", "1.0")
        row["Start Dt"] = row["Start Dt"].replace("31/02/2021", "28/02/2021")
        row["Employee Number"] = row["Employee Number"] or "200008"
    return _csv([list(rows[0]), *(list(row.values()) for row in rows)])


def survey(*, faults: bool = False) -> bytes:
    """Return a wide survey workbook; with faults: a rank that is none, somebody who is not in the staff list, a day that does not exist."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Form responses")
        columns = [(team, skill) for team, skills in SKILLS.items() for skill in skills]
        sheet.write_row(0, 0, ["Staff No", "Date of assessment", *(skill for _, skill in columns)])
        number = 0
        for _, team, _, people, rank in POSTS:
            for _ in range(people):
                number += 1
                answers = [_answer(number, rank, place) if of == team else "" for place, (of, _) in enumerate(columns)]
                sheet.write_row(number, 0, [f"20{number:04}", "2026-09-15", *answers])
        if faults:
            sheet.write(2, 2, "Guru")
            sheet.write(4, 0, "999999")
            sheet.write(6, 1, "2026-13-01")
    return stream.getvalue()


def posts() -> bytes:
    """Return the establishment, by job title as the ledger has it."""
    rows = [["Job title", "Band", "Budgeted WTE", "Contracted WTE", "Bank WTE", "Agency WTE"]]
    rows += [[title, band.rsplit(" ", 1)[-1], f"{people + 1:.1f}", f"{people:.1f}", "0", "0"] for title, _, band, people, _ in POSTS]
    return _csv(rows)


def _answer(number: int, rank: int, place: int) -> str:
    """Let everybody say the rank of their post, and one in five, in all but two skills, a rank more."""
    return RANKS[min(4, rank + (number % 5 == 0 and place > 1))]


def _csv(rows: list[list[str]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode("cp1252")
