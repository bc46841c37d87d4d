"""Verbs of the app.  What all of them ask first stands here."""

from django.core.exceptions import PermissionDenied

from schools.models import User
from schools.rights import Permission


def check_right(by: User, permission: Permission, unit: int) -> None:
    """Raises PermissionDenied unless the person holds the right at this unit: an action does not rely on its page."""
    if not by.grants.cover(permission, unit):
        raise PermissionDenied
