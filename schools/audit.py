"""The audit: database triggers keep every version of every row of facts, whoever wrote it."""

from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def audited(model: M) -> M:
    """Class decorator: each insert, update and delete of the model leaves a row that can only be added."""
    made = [field.name for field in model._meta.local_fields if field.generated]  # the event's copy would be written to
    tracked = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(condition=pgtrigger.Condition("OLD.* IS DISTINCT FROM NEW.*")),
        pghistory.DeleteEvent(),
        append_only=True,
        exclude=made,
        obj_field=pghistory.ObjForeignKey(related_name="+", db_index=True),
    )(model)
    return tracked  # type: ignore[no-any-return]
