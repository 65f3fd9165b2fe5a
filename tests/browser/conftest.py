"""A real browser over a live server. Whatever a page does, it must stay within its policy, its host and its words."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from libraries.models import User

# Playwright runs an event loop in this thread, and Django would refuse to touch the database beside one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium")
REQUIRED = "BROWSER_REQUIRED"
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000
"""Milliseconds that a page may take for anything, on a busy machine."""
expect.set_options(timeout=PATIENCE)
COLOURS_ARE_STILL = """() => new Promise(requestAnimationFrame)
    .then(() => Promise.allSettled(document.getAnimations().map(each => each.finished)))
    .then(() => null)"""
"""Links fade from one theme's colour to the other's; half way they are neither."""
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def base_url() -> None:
    """None for all tests: each has a live server of its own."""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    if CHROMIUM is None:
        missing = "There is no chromium on this machine (Debian: apt-get install chromium)."
        pytest.fail(missing) if os.environ.get(REQUIRED) else pytest.skip(f"{missing} {REQUIRED} is not set.")
    return {"executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


class Watched:
    """A page in which nothing may go wrong unnoticed."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.troubles: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self._note(message.type == "error", message.text))
        page.on("pageerror", lambda error: self._note(True, str(error)))
        page.on("request", lambda request: self._note(not self._is_ours(request.url), f"asked for {request.url}"))

    def _note(self, is_trouble: bool, what: str) -> None:
        if is_trouble:
            self.troubles.append(what)

    def _is_ours(self, url: str) -> bool:
        return url.startswith(("data:", "blob:")) or urlsplit(url).netloc == urlsplit(self.address).netloc

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, answer.status
        return self.page

    def assert_accessible(self) -> None:
        """axe-core finds nothing serious or critical, and the page is no wider than its window."""
        self.page.evaluate(COLOURS_ARE_STILL)
        so_far = list(self.troubles)
        found = Axe().run(self.page).response["violations"]
        self.troubles[:] = so_far  # axe styles what it measures, against the policy: that is no fault of the page
        told = [
            f"{violation['id']}: {violation['help']} {node['target']} {node['html'][:200]}"
            for violation in found
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert not told, "\n".join(told)
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{overflow} pixels wider than the window"


@pytest.fixture
def sign_in(live_server: Any, context: BrowserContext) -> Any:
    """Signs the browser in: `sign_in("admin")`."""

    def as_user(username: str) -> None:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])

    return as_user


@pytest.fixture
def watched(live_server: Any, world: None, page: Page) -> Iterator[Watched]:
    """The browser's page; at the end nothing may have gone wrong in it."""
    watched = Watched(page, live_server.url)
    yield watched
    assert watched.troubles == []


@pytest.fixture
def console(watched: Watched, admin_user: User, sign_in: Any) -> Watched:
    """The superuser's browser."""
    sign_in("admin")
    return watched
