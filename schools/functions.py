"""The portal's SQL functions: written with `create or replace`, one file an app, laid anew after every migrate.

A function that is changed needs no migration; a migration calls them in only where something else rests on them (a
generated column, a policy).  Their bodies are not looked into when they are laid: they may name tables still to come.
"""

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.operations import RunSQL

UNREAD = "set local check_function_bodies = off;\n"


def Functions(*paths: str) -> RunSQL:
    """Migration operation: the functions of these files, for what the migration builds on them."""
    return RunSQL(UNREAD + "".join(_text(path) for path in paths), RunSQL.noop)


def lay(sender: AppConfig, **kwargs: Any) -> None:
    """After migrate: the functions of this app as they are written today."""
    if Path(sender.path, "functions.sql").exists():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(UNREAD + _text(f"{sender.label}/functions.sql"))


def _text(path: str) -> str:
    return (settings.BASE_DIR / path).read_text()
