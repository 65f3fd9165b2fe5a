"""The tests themselves: what pytest made of them is what was meant."""

from __future__ import annotations

import pytest

BROWSER = "browser_name"
"""What Playwright makes a test run once for each of."""


def test_only_the_browsers_tests_ask_for_a_browser(request: pytest.FixtureRequest) -> None:
    """A fixture or an argument that is called `browser` or `page` elsewhere stands in the way of Playwright's."""
    asking = [item.nodeid for item in request.session.items if BROWSER in _arguments(item)]
    assert [nodeid for nodeid in asking if not nodeid.startswith("tests/browser/")] == []


def _arguments(item: pytest.Item) -> dict[str, object]:
    """What the test is parametrised with."""
    return item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
