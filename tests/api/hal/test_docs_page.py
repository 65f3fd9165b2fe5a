"""/api/docs/: Swagger UI, from the package's own files and within the content security policy."""

import re

import pytest


@pytest.fixture
def docs(client):
    answer = client.get("/api/docs/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer


def sources(docs):
    return re.findall(r'(?:src|href)="([^"]+)"', docs.content.decode())


def test_it_asks_for_no_key(docs):
    assert "<title>Sharing</title>" in docs.content.decode()


def test_everything_on_it_comes_from_here(client, docs):
    found = sources(docs)
    assert len(found) == 5
    for source in found:
        assert source.startswith("/static/drf_spectacular_sidecar/") or source == "/api/docs/?script="
        answer = client.get(source)
        assert answer.status_code == 200
        assert answer.getvalue()


def test_its_script_loads_the_schema_from_here(client):
    answer = client.get("/api/docs/?script=")
    assert answer.headers["Content-Type"] == "application/javascript"
    assert 'url: "/api/schema/"' in answer.content.decode()


def test_nothing_is_inline_so_the_policy_holds(docs):
    text = docs.content.decode()
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\s(?:on\w+|style)=", text)
    policy = docs.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("query", ["?lang=%00", "?version=%22%3E%3Cscript%3E", "?script=&version=%22;alert(1)//"])
def test_nothing_that_is_asked_for_gets_into_it(client, query):
    answer = client.get(f"/api/docs/{query}")
    assert answer.status_code == 200
    assert b"<script>" not in answer.content
    assert b";alert(1)" not in answer.content
