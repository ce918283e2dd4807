"""Audiences of exported cases, and what each of them gets."""

from ..extension_points import Audience

# All that is stored, because the case itself is erased afterwards. Only the archive's keepers open a package.
ARCHIVE = Audience("archive", secret_answers=True, internal=True)
# Everybody who may open the folder reads it there, and no audit log of ours records it: secret answers are masked, as
# in the PDF beside it. A protected address stands in free texts and files too, which no mask finds, and a record must
# be complete: the case is marked as protected, so that the other system can close its folder.
RECORDS = Audience("records", internal=True)
# The own data, for the account of the applicant. A decision takes effect by being opened, so nothing tells it before.
APPLICANT = Audience("applicant", secret_answers=True, unopened_decisions=False)
# A PDF that leaves the desk with its reader, who may open the case: the page itself shows secret answers on request.
AGENT = Audience("agent", internal=True)
# Programs, which no team has trusted with protected addresses.
API = Audience("api", unopened_decisions=False, protected=False)
