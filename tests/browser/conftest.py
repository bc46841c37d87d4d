"""A real Chromium before a real server, a real worker behind it."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.workers import start_worker
from zabota.lib import embedded

# the synchronous driver keeps an event loop in this thread; the tests themselves ask the database between pages
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PICTURES = embedded.home() / "screenshots"
WIDTHS, LANGUAGES = (360, 1280), ("kk", "ru")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    path = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None)
    assert path, "Chromium is missing: run `make system`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def worker(live_country, tmp_path):
    with start_worker(tmp_path) as started:
        yield started


class Desk:
    """Somebody at a desk: a browser of their own, signed in as that person, in that language.

    Without a login it is a passer-by: nobody is signed in.
    """

    def __init__(self, browser, address, login, language="kk", width=1280, **more):
        self.address, self.login = address, login
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, accept_downloads=True, **more
        )
        self.context.set_default_timeout(15_000)
        self.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.presses = 0
        self.requests = []
        self.page.on("request", self._asked)
        if login:
            self.open("/demo/")
            self.page.locator(f'form:has(input[value="{login}"]) button, button[value="{login}"]').first.click()
            self.page.wait_for_load_state()

    def _asked(self, request):
        if request.resource_type in ("document", "xhr", "fetch"):
            self.requests.append((request.method, request.url))

    def open(self, path):
        self.page.goto(self.address + path)
        return self.page

    def press(self, *keys):
        """Key by key, counted; Kazakh and Russian letters, which the driver's keyboard lacks, go as they are."""
        for key in keys:
            self.presses += 1
            if re.fullmatch(r"[^\x00-\x7f]", key):
                self.page.evaluate(
                    "key => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))",
                    key,
                )
            else:
                self.page.keyboard.press(key)

    def text(self, selector="main"):
        return self.page.locator(selector).first.inner_text()

    def close(self):
        self.context.close()


@pytest.fixture
def desk(chromium, live_server, settings):
    """`desk("coordinator")`: that person's desk; faults of scripts on any page fail the test."""
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    desks = []

    def sit(login, **more):
        desks.append(Desk(chromium, live_server.url, login, **more))
        return desks[-1]

    yield sit
    faults = [fault for one in desks for fault in one.faults]
    for one in desks:
        one.close()
    assert faults == []


@pytest.fixture
def pictures(chromium, live_server, settings):
    """Screenshots of a page in both languages and at both widths; no page is wider than its window."""
    settings.DEMO = True

    def take(login, path, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:
            one = Desk(chromium, live_server.url, login, language=language)
            for width in WIDTHS:
                one.page.set_viewport_size({"width": width, "height": 900})
                page = one.open(path)
                page.screenshot(path=PICTURES / f"{name}-{language}-{width}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{name} is wider than {width} px"
            one.close()

    return take
