"""A staff record as a personnel system exports it, of people who do not exist; every heading is one that such systems use."""

import numpy as np
import pandas as pd

HEADINGS = (
    "Employee Number", "Assignment Number", "Full Name", "NI Number", "Date of Birth", "Ethnic Origin", "Position Title", "Occupation Code",
    "Staff Group", "Pay Scale", "Contracted WTE", "Department", "Assignment Status", "Assignment Category", "Latest Start Date",
    "Fixed Term/Temp End Date",
)  # fmt: skip
TITLES = ("Senior Data Analyst", "Snr Data Analyst (Band 7)", "Service Desk Anaylst", "Digital Champion", "Clinical Coder", "Staff Nurse")
SCALES = ("NHS|XR06|Review Body Band 6", "NHS|XN08|Non Review Body Band 8 - Range A", "Band 4", "8b", "VSM", "NHS|YC72|Consultant")


def row(number, title="Data Analyst", **changes):
    """Return one assignment, everything filled in as it is for most people."""
    usual = {
        "Employee Number": number, "Assignment Number": number, "Full Name": f"Invented Person {number}", "NI Number": "QQ123456C",
        "Date of Birth": "14-FEB-1988", "Ethnic Origin": "Not stated", "Position Title": title, "Occupation Code": "g2b",
        "Staff Group": "Administrative and Clerical", "Pay Scale": "NHS|XR06|Review Body Band 6", "Contracted WTE": "1.00",
        "Department": "Informatics", "Assignment Status": "Active Assignment", "Assignment Category": "Permanent",
        "Latest Start Date": "01/04/2021", "Fixed Term/Temp End Date": "",
    }  # fmt: skip
    assert set(changes) <= set(usual)
    return usual | changes


def extract(*rows):
    return pd.DataFrame(list(rows), columns=list(HEADINGS))


def many(people, seed=1):
    """Draw a staff record of a size, one in twenty with a second assignment, some on career breaks or the bank."""
    rng = np.random.default_rng(seed)
    made = []
    for number in (f"{20000000 + place}" for place in range(people)):
        drawn = row(
            number,
            str(rng.choice(TITLES)),
            **{
                "Pay Scale": str(rng.choice(SCALES)),
                "Contracted WTE": f"{rng.choice([1.0, 1.0, 0.8, 0.6]):.2f}",
                "Assignment Status": str(rng.choice(["Active Assignment"] * 18 + ["Career Break", "Maternity & Adoption"])),
                "Assignment Category": str(rng.choice(["Permanent"] * 17 + ["Fixed Term Temp", "Bank", "Honorary"])),
            },
        )
        made.append(drawn)
        if rng.random() < 0.05:
            made.append(drawn | {"Assignment Number": f"{number}-2", "Position Title": "Digital Champion", "Contracted WTE": "0.20"})
    return extract(*made)
