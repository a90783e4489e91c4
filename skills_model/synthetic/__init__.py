"""The demonstration England: invented trusts and invented people, the same for the same seed.

catalogue.py    which roles there are, and how common each is
country.py      trusts, integrated care boards, their names and sizes
people.py       staff, their assignments now and a year before
judgements.py   skills, as they are and as they were judged
posts.py        establishment, vacancies and the temporary staff who cover them
courses.py      a course for each step of each skill
returns.py      counts of all staff, and what their employers return about their digital literacy
maturity.py     scores of digital maturity
build.py        all of it, as frames
stored.py       the same, as a store of its own
columns.py      texts and dates as columns

Nothing here describes a real organisation or person: types, regions and sizes are mixed as published, codes and names are
invented, and every number that shapes the rest is an assumption whose id begins `demo_`.
"""

from skills_model.synthetic.build import england
from skills_model.synthetic.stored import demo_store

__all__ = ["demo_store", "england"]
