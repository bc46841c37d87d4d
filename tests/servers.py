"""Loaded by pytest before the settings: a real PostgreSQL and a real Valkey, embedded where none are given."""

import os

from zabota.lib import embedded

if "DATABASE_URL" not in os.environ:
    embedded.start_database()
if "REDIS_URL" not in os.environ:
    embedded.start_broker()
    # the processes of one run share the broker: each has its own queue, or one would take another's work
    place = "".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", "")))
    os.environ["REDIS_URL"] = f"{embedded.redis_url()}?virtual_host={int(place or 0) + 1}"
