"""Posts that are funded, and posts that the work needs over time.

posts.py      posts today
facts.py      what else demand needs to know: places, maturity, England, approaches to patient records
paths.py      posts needed as multiples of today's
need.py       posts needed by role level and period, and by any cuts
uncertain.py  what of it is uncertain
"""

from skills_model.demand.facts import Facts, Profile, facts, profiles, published_posts, unknown
from skills_model.demand.need import CUTS, MEASURES, by_cuts, magnified, needed, needed_from, notes, summed, year_ends
from skills_model.demand.paths import factors, scores
from skills_model.demand.posts import GROUP, establishment, posts
from skills_model.demand.uncertain import FAN, fan, growing

__all__ = [
    "CUTS",
    "FAN",
    "GROUP",
    "MEASURES",
    "Facts",
    "Profile",
    "by_cuts",
    "establishment",
    "factors",
    "facts",
    "fan",
    "growing",
    "magnified",
    "needed",
    "needed_from",
    "notes",
    "posts",
    "profiles",
    "published_posts",
    "scores",
    "summed",
    "unknown",
    "year_ends",
]
