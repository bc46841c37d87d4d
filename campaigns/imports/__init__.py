"""Tables of a folder that hold the campaign, its papers and its outreach (PRODUCT 13)."""

from campaigns.imports.campaign import CAMPAIGNS, ORDERS
from campaigns.imports.outreach import HELPLINES, HONOURS, SURVEYS
from campaigns.imports.papers import AGREEMENTS, COMMITTEES, CONTROL, MINUTES
from campaigns.imports.plans import PLANS

# nothing refers to a later table; a plan is adopted by minutes
TABLES = (CAMPAIGNS, ORDERS, HELPLINES, COMMITTEES, MINUTES, PLANS, CONTROL, AGREEMENTS, SURVEYS, HONOURS)

__all__ = ["CAMPAIGNS", "TABLES"]
