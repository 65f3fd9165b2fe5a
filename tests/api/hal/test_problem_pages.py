"""/problems/ and /problems/NAME: what the type of a problem document leads to."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from rest_framework.exceptions import APIException

from libraries import errors
from libraries.api.hal.problem_pages import problem_types
from libraries.api.hal.problem_types import RULES
from libraries.api.preconditions import PreconditionFailed
from tests.api.hal.documents import OF_HTTP, TITLES

REFUSALS: list[Any] = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.SharingError) and error is not errors.SharingError
]
REFUSALS.append(PreconditionFailed)
NAMES = [code.replace("_", "-") for code in TITLES] + [name for name, _ in OF_HTTP.values()]


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.mark.parametrize("error", REFUSALS)
def test_every_refusal_says_what_it_means_which_rule_and_what_to_do(client, error):
    said = vars(error)
    assert {"code", "title", "what_to_do", "__doc__"} <= said.keys()
    meaning = " ".join(said["__doc__"].split("\n\n")[0].split())

    text = text_of(client.get(f"/problems/{error.code.replace('_', '-')}"))

    assert f"{said['title']} What it means {meaning}" in text
    assert f"What to do {said['what_to_do']}" in text
    assert (f"The rule {error.rule}: {RULES[error.rule]}" if error.rule else "What it means") in text
    assert ("The rule" in text) is bool(error.rule)


def test_no_two_types_have_one_name_or_title():
    assert len(problem_types()) == len(REFUSALS) + len(OF_HTTP)
    assert len({problem_type.title for problem_type in problem_types().values()}) == len(problem_types())


def test_the_index_leads_to_every_page_and_they_lead_back(client):
    index = client.get("/problems/")

    assert sorted(re.findall(r'href="/problems/([\w-]+)"', index.content.decode())) == sorted(NAMES)
    for name in NAMES:
        answer = client.get(f"/problems/{name}")
        assert answer.status_code == 200
        assert 'href="/problems/"' in answer.content.decode()
    assert client.get("/problems").headers["Location"] == "/problems/"


@pytest.mark.parametrize("path", ["/problems/", "/problems/unknown-principal"])
def test_they_are_plain_pages_within_the_content_security_policy(client, path):
    """No key, no database, no script, nothing inline, nothing from another host."""
    answer = client.get(path)

    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://|//", text)
    assert 'name="viewport"' in text
    [style] = re.findall(r'rel="stylesheet" href="([^"]+)"', text)
    assert "color-scheme: light dark" in client.get(style).getvalue().decode()
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    "name", ["nothing", "unknown_principal", "Unknown-Principal", "%00", "a" * 5000, "%3Cscript%3E"]
)
def test_there_is_no_page_for_anything_else(client, name):
    answer = client.get(f"/problems/{name}")
    assert answer.status_code == 404
    assert b"<script>" not in answer.content


def test_the_type_is_the_address_as_callers_see_it(client_for, client, settings):
    path = "/api/libraries/nothing"
    assert client_for("alice").get(path).json()["type"] == "http://testserver/problems/library-not-found"

    settings.PUBLIC_URL = "https://sharing.example.org"
    found = client_for("alice").get(path).json()["type"]
    assert found == "https://sharing.example.org/problems/library-not-found"
    assert client.get(found.removeprefix(settings.PUBLIC_URL)).status_code == 200


def test_what_must_look_alike_has_the_same_type(client_for, handbook, lab_notes):
    """A stranger's library and none (R9); a principal that R8 keeps out and none."""
    alice = client_for("alice")
    hidden, absent = (alice.get(f"/api/libraries/{name}").json() for name in ("lab-notes", "nothing"))
    kept_out, unknown = (
        alice.put(f"/api/libraries/handbook/shares/{name}", {"accessLevel": 1}).json()
        for name in ("team:research", "team:nothing")
    )

    assert hidden["type"] == absent["type"]
    assert kept_out["type"] == unknown["type"] == "http://testserver/problems/unknown-principal"


def test_a_status_that_says_it_all_has_no_page(client_for, monkeypatch):
    """RFC 9457, section 4.2.1: then the type is about:blank, and the title that of the status."""

    class Teapot(APIException):
        status_code = 418

    def fail(*asked):
        raise Teapot

    monkeypatch.setattr("libraries.api.views.get_library_for", fail)
    document = client_for("alice").get("/api/libraries/handbook").json()

    assert (document["type"], document["title"]) == ("about:blank", "I'm a Teapot")
