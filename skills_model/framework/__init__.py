"""Competency frameworks: those that come with the project, versions side by side, and what a new one would do.

shipped.py     the frameworks of data/reference, as rows of the store
compare.py     what is new, gone, renamed, raised or lowered between two versions
crosswalk.py   what skills and role levels of one framework are in another, and suggestions
switch.py      which frameworks count: switched on and off, with undo
impact.py      what switching one on would do, before it is done
"""

from skills_model.framework.shipped import frameworks

__all__ = ["frameworks"]
