"""Values the database keeps without being able to read them, and the keyed index that finds them by equality."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:  # at run time Django's fields take no type arguments
    _TextField = models.TextField

_LOOKUPS: Final = frozenset({"isnull"})


class Unreadable(Exception):
    """A stored secret that none of `settings.FIELD_KEYS` opens: a key was lost, or the value was tampered with."""


def blind_index(value: str) -> str:
    """What to store and to compare instead of the value: HMAC-SHA256 with `settings.INDEX_KEY`, 64 hex digits.

    Without the key nobody can tell by trying which value stands behind it.  An empty value stays empty.
    """
    if not value:
        return ""
    return hmac.new(settings.INDEX_KEY.encode(), value.encode(), hashlib.sha256).hexdigest()


def seal(value: str) -> str:
    """The value as it is stored: encrypted with the first key, different each time.  An empty value stays empty."""
    return _box().encrypt(value.encode()).decode("ascii") if value else ""


def unseal(stored: str) -> str:
    """The value behind a stored text, whichever of the keys sealed it; raises `Unreadable`."""
    if not stored:
        return ""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken as trouble:
        raise Unreadable("no key in FIELD_KEYS opens this value") from trouble


class SecretField(_TextField):
    """Text encrypted on its way into the database and readable in Python.

    Equal values are stored differently, so nothing can be searched or unique here: keep `blind_index(value)` in a
    column beside it.  The one question the column answers is `isnull`.
    """

    description = "Encrypted text"

    def from_db_value(self, value: str | None, expression: Expression, link: BaseDatabaseWrapper) -> str | None:
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return None if plain is None else seal(plain)

    def get_lookup(self, lookup_name: str) -> type[models.Lookup[Any]] | None:
        if lookup_name not in _LOOKUPS:
            raise FieldError(
                f"{self.name} is encrypted and cannot be searched with “{lookup_name}”: "
                "compare blind_index(value) with its index column."
            )
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> type[models.Transform] | None:
        raise FieldError(f"{self.name} is encrypted: the database cannot apply “{lookup_name}” to it.")

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        if self.unique or getattr(self, "db_index", False):
            found.append(
                checks.Error(
                    "An encrypted column can be neither unique nor indexed.",
                    hint="Put the constraint on a column that holds blind_index(value).",
                    obj=self,
                    id="zabota.E001",
                )
            )
        return found


def _box() -> MultiFernet:
    return _box_of(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=8)
def _box_of(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
