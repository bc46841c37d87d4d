"""Stories about reports are told in English; papers say their own language."""

import pytest
from django.utils import translation


@pytest.fixture
def in_english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield
