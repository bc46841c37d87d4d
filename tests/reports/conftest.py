"""Stories about reports are told in English; papers say their own language."""

import pytest
from django.utils import translation

from tests.reports.folders import TABLES, load


@pytest.fixture
def in_english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def folder(tmp_path):
    """A folder with these tables, and what a test says otherwise: `folder(**{"units.csv": text or None})`."""

    def write(**changed):
        place = tmp_path / "in"
        place.mkdir(exist_ok=True)
        for file, text in {**TABLES, **changed}.items():
            (place / file).unlink(missing_ok=True)
            if text is not None:
                (place / file).write_text(text, encoding="utf-8")
        return place

    return write


@pytest.fixture
def loaded(db, folder):
    """The tables of this file, loaded by the application itself inside the transaction of the test: quicker."""
    from schools.wall import COUNTRY, scope

    with scope(COUNTRY):
        assert load(folder())[1] == ""
        yield folder
