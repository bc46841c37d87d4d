"""Starting work after the current transaction has committed."""

from django.db import transaction
from django.utils.module_loading import import_string


def later(task: str, *args: object) -> None:
    """Send the task after commit.  The broker may be away: the row of the work waits for the sweeper."""
    transaction.on_commit(lambda: _send(task, *args), robust=True)


def _send(task: str, *args: object) -> None:
    import_string(task).delay(*args)
