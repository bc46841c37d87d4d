"""The demo country: a campaign told day by day, through the same actions and forms that people use.

`cast` says which schools and people there are, `stage` lets one of them do something at a moment, `country` makes
units, people and orders, `school` the rosters, `days` the registers, `story` cases and movement, `families` needy
families and aid, `papers` the bulletins, `telling` puts them in order.  Every deed stands behind the second wall of
whoever does it.
"""

PASSWORD = "Qamqorlyq-2027"  # of everybody in the demo; printed by the command, worth nothing elsewhere
SEED = 2027
