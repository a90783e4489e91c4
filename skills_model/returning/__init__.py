"""Signed-off counts of organisations: how they are written, who has sent them, who is missing and what is taken for those.

form.py       the form of a return, which writer and importer share
write.py      a return, made of an organisation's own staff list
imputation.py staff and posts of published trusts that have sent nothing, from their published size
roster.py     who counts by what, and the bridge from all of it to the published totals
"""

from skills_model.returning.imputation import Imputed, imputed
from skills_model.returning.roster import Returns, returns
from skills_model.returning.write import Return, write

__all__ = ["Imputed", "Return", "Returns", "imputed", "returns", "write"]
