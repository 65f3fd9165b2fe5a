"""Static files, as production serves them: read when the server starts, straight from the packages."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def client(settings) -> Client:
    settings.WHITENOISE_AUTOREFRESH = False
    return Client()


def test_they_are_served_without_collecting_them(client):
    answer = client.get("/static/libraries/copy.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"clipboard" in b"".join(answer.streaming_content)


@pytest.mark.parametrize("path", ["/static/libraries/none.js", "/static/../settings.py", "/static/"])
def test_there_is_nothing_else(client, path):
    assert client.get(path).status_code == 404
