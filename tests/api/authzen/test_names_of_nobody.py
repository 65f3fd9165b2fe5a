"""A text with NUL or half of a surrogate pair is the name of something unknown, and no fault of the request."""

from __future__ import annotations

import pytest

from tests.api.authzen.calls import (
    EVALUATION,
    EVALUATIONS,
    NO_LIBRARY,
    SEARCH_ACTION,
    SEARCH_RESOURCE,
    SEARCH_SUBJECT,
    answer,
    asked,
    what_may,
    which,
    whom,
)

BROKEN = ["\x00", "alice\x00", "\ud800", "a\udfffb", "\x00@acme.example", "acme/\x00", "acme.\ud800"]


@pytest.mark.parametrize("name", BROKEN)
def test_nothing_is_allowed_to_nobody_and_about_nothing(client_for, name):
    alice = client_for("alice")
    said = name.replace("\ud800", "\x00").replace("\udfff", "\x00")
    assert answer(alice, EVALUATION, asked("alice", "read", "handbook"))["decision"] is True
    for kind in ("user", "team", "organization"):
        body = asked(name, "read", "handbook", kind)
        reason = f"{said} has no access to handbook: no share reaches {said}."
        assert answer(alice, EVALUATION, body) == {"decision": False, "context": {"reason": reason, "shares": []}}
    assert answer(alice, EVALUATION, asked("alice", "read", name)) == NO_LIBRARY
    for entity, part in (("subject", "type"), ("action", "name"), ("resource", "type")):
        body = asked("alice", "read", "handbook")
        body[entity][part] = name
        decided = answer(alice, EVALUATION, body)
        assert decided["decision"] is False
        assert f"“{said}”" in decided["context"]["reason"]


def test_one_among_many_is_a_denial_and_the_others_are_answered(client_for):
    items = [asked("alice", "read", "handbook"), asked("\ud800", "read", "handbook"), asked("alice", "read", "\x00")]
    found = answer(client_for("alice"), EVALUATIONS, {"evaluations": items})["evaluations"]
    assert [each["decision"] for each in found] == [True, False, False]
    assert not any("error" in each["context"] for each in found)


@pytest.mark.parametrize("name", BROKEN)
def test_a_search_finds_nothing(client_for, name):
    alice = client_for("alice")
    assert answer(alice, SEARCH_RESOURCE, which(name, "read"))["results"] == []
    assert answer(alice, SEARCH_ACTION, what_may(name, "handbook"))["results"] == []
    assert answer(alice, SEARCH_SUBJECT, whom(name, "handbook"))["results"] == []
    assert answer(alice, SEARCH_RESOURCE, which("alice", "read"))["results"] != []


def test_what_is_ignored_may_hold_anything(client_for):
    body = {**asked("alice", "read", "handbook"), "context": {"\x00": "\ud800"}, "\udfff": ["\x00"]}
    assert answer(client_for("alice"), EVALUATION, body)["decision"] is True


@pytest.mark.parametrize("path", [EVALUATIONS, SEARCH_SUBJECT])
def test_what_is_no_name_is_still_refused(client_for, path):
    body = {**whom("read", "handbook"), "page": {"token": "\ud800"}, "options": {"evaluations_semantic": "\ud800"}}
    refused = client_for("alice").post(path, {**body, "evaluations": [{}]})
    assert refused.status_code == 400
