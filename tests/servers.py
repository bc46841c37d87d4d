"""Loaded by pytest before the settings: a real PostgreSQL and a real Valkey, embedded where none are given."""

import os

from zabota.lib import embedded

if "DATABASE_URL" not in os.environ:
    embedded.start_database()
if "REDIS_URL" not in os.environ:
    embedded.start_broker()
