"""Keys of the links that set a password: a week for an invitation, an hour for a forgotten password."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

FORGOTTEN = timedelta(hours=1)


class Invitation(PasswordResetTokenGenerator):
    """The link that an administrator hands over; `PASSWORD_RESET_TIMEOUT` is its week.

    It dies with the first password.  It dies with a new post too: who gave it may have no say over that one.
    """

    key_salt = "schools.tokens.Invitation"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        posts = user.posts.order_by("pk").values_list("pk", flat=True)
        return f"{super()._make_hash_value(user, timestamp)}{list(posts)}"


invitation = Invitation()


class Keys(PasswordResetTokenGenerator):
    """What the sign-in pages make and check links with: their own live for an hour, invitations for a week."""

    def check_token(self, user: Any, token: str | None) -> bool:
        if invitation.check_token(user, token):
            return True
        return super().check_token(user, token) and self._is_young(str(token))

    def _is_young(self, token: str) -> bool:
        made = base36_to_int(token.partition("-")[0])
        return self._num_seconds(self._now()) - made <= FORGOTTEN.total_seconds()
