"""Settings of the servers that are measured: the portal's own, on the last day of the campaign."""

from zabota.settings.local import *  # noqa: F403

CLOCK = "2027-02-10T10:15"
