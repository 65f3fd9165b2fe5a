"""/api/schema/ is made once and kept by who has it; so is what /api/docs/ is made of."""

import re
from contextlib import closing

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

SCHEMA = "/api/schema/"


@pytest.mark.parametrize("query", ["", "?dialect=google"])
def test_it_is_made_once(client, monkeypatch, query):
    first = client.get(SCHEMA + query)
    assert first.status_code == 200

    def making(*arguments, **options):
        raise AssertionError("made again")

    monkeypatch.setattr(SchemaGenerator, "get_schema", making)
    monkeypatch.setattr(OpenApiJsonRenderer, "render", making)

    assert client.get(SCHEMA + query).content == first.content


def test_who_has_it_is_not_sent_it_again(client):
    first = client.get(SCHEMA)
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=3600"

    again = client.get(SCHEMA, headers={"If-None-Match": etag})

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    other = client.get(f"{SCHEMA}?dialect=google", headers={"If-None-Match": etag})
    assert (other.status_code, other.headers["ETag"] == etag) == (200, False)


@pytest.mark.parametrize("accepted", ["application/json", "application/vnd.oai.openapi+json"])
def test_it_is_what_was_asked_for(client, accepted):
    answer = client.get(SCHEMA, headers={"Accept": accepted})
    assert answer.headers["Content-Type"] == accepted
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert answer.content.startswith(b'{\n    "openapi": "3.1.0"')


def test_what_its_page_is_made_of_is_not_sent_again(client):
    page = client.get("/api/docs/").content.decode()
    files = set(re.findall(r'"(/static/[^"]+)"', page))
    assert any("swagger-ui-bundle" in path for path in files)
    for path in files:
        with closing(client.get(path)) as sent:
            assert sent.status_code == 200
        assert client.get(path, headers={"If-Modified-Since": sent.headers["Last-Modified"]}).status_code == 304
