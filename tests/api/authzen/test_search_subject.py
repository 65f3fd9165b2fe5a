"""POST /access/v1/search/subject"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.people.administrators import set_check_access
from libraries.rules.levels import Level
from tests.api.authzen.calls import MAY_NOT_ASK, SEARCH_SUBJECT, answer, library, pages, refusal, subject, whom
from tests.factories import give, give_to_many


def found(client: Any, body: dict[str, Any]) -> list[str]:
    return [each["id"] for each in answer(client, SEARCH_SUBJECT, body)["results"]]


def test_it_finds_every_user_who_may_by_username_and_counts_whom_the_caller_may_not_know_r9(client_for):
    """A superuser may, too; to who is no superuser that is nobody's name."""
    assert answer(client_for("alice"), SEARCH_SUBJECT, whom("read", "handbook")) == {
        "results": [subject(name) for name in ("alice", "bob", "carol")],
        "page": {"next_token": "", "count": 3},
        "context": {"unnamed": 1},
    }
    assert answer(client_for("admin"), SEARCH_SUBJECT, whom("read", "handbook")) == {
        "results": [subject(name) for name in ("admin", "alice", "bob", "carol")],
        "page": {"next_token": "", "count": 4},
    }


def test_those_whom_everyones_or_another_organizations_share_alone_reaches_are_a_number_r9(client_for, press_kit):
    alice, asked = client_for("alice"), whom("read", "press-kit")
    assert found(alice, asked) == ["alice", "bob", "carol", "dave"]
    assert answer(alice, SEARCH_SUBJECT, asked)["context"] == {"unnamed": 3}
    give(press_kit, "org:globex", Level.EDITOR)
    assert answer(alice, SEARCH_SUBJECT, whom("write", "press-kit"))["context"] == {"unnamed": 3}
    give(press_kit, "erin", Level.READER)
    assert found(alice, asked) == ["alice", "bob", "carol", "dave", "erin"]
    for page in pages(alice, SEARCH_SUBJECT, whom("read", "press-kit", limit=2)):
        assert "frank" not in [each["id"] for each in page]
    assert found(client_for("admin"), asked) == ["admin", "alice", "bob", "carol", "dave", "erin", "frank"]


@pytest.mark.parametrize(
    ("action", "people"),
    [
        ("read", ["alice", "bob", "carol"]),
        ("write", ["alice", "bob", "carol"]),
        ("share", ["alice"]),
        ("delete", ["alice"]),
    ],
)
def test_it_finds_who_may_do_the_action_r4(client_for, action, people):
    assert found(client_for("alice"), whom(action, "handbook")) == people


def test_it_finds_teams_and_organizations_too(client_for, press_kit):
    alice = client_for("alice")
    teams = answer(alice, SEARCH_SUBJECT, whom("read", "handbook", "team"))["results"]
    assert teams == [subject("acme/engineering", "team"), subject("acme/data-science", "team")]
    assert found(alice, whom("write", "handbook", "team")) == ["acme/engineering"]
    assert found(alice, whom("read", "handbook", "organization")) == ["acme"]
    assert found(alice, whom("read", "press-kit", "organization")) == ["acme"]
    give(press_kit, "org:globex", Level.READER)
    assert found(alice, whom("read", "press-kit", "organization")) == ["acme", "globex"]


def test_nobody_else_may_ask_whether_or_not_the_library_exists_r9_r10(client_for, alice, bob, acme):
    client = client_for("bob")
    for name in ("roadmap", "lab-notes", "nothing"):
        assert refusal(client, SEARCH_SUBJECT, whom("read", name)) == (403, MAY_NOT_ASK)
    set_check_access(organization=acme, user=bob, allowed=True, actor=alice)
    assert found(client, whom("read", "roadmap")) == ["alice", "bob", "carol"]


def test_a_library_of_another_organization_looks_like_one_that_does_not_exist_r9(client_for):
    alice = client_for("alice")
    for kind in ("user", "team", "organization"):
        for name in ("lab-notes", "nothing"):
            assert answer(alice, SEARCH_SUBJECT, whom("read", name, kind)) == {"results": []}
    assert found(client_for("erin"), whom("read", "lab-notes")) == ["erin", "frank"]


@pytest.mark.parametrize(
    "change",
    [{"subject": {"type": "robot"}}, {"action": {"name": "fly"}}, {"resource": {"type": "record", "id": "handbook"}}],
)
def test_what_is_unknown_finds_nobody(client_for, change):
    assert answer(client_for("alice"), SEARCH_SUBJECT, {**whom("read", "handbook"), **change}) == {"results": []}


def test_an_id_of_the_subject_is_ignored_and_the_librarys_is_not(client_for):
    alice, body = client_for("alice"), whom("delete", "handbook")
    for ignored in ("bob", "nobody", 7, None):
        assert found(alice, {**body, "subject": {"type": "user", "id": ignored}}) == ["alice"]
    without = {**body, "resource": {"type": "library"}}
    assert refusal(alice, SEARCH_SUBJECT, without) == (400, "resource.id: This field is required.")


def test_pages_are_complete_and_in_order(client_for, handbook):
    give_to_many(handbook, 30)
    alice = client_for("alice")
    expected = found(alice, whom("read", "handbook"))
    assert expected == sorted(expected) and len(expected) == 33
    for limit in (1, 2, 7):
        found_in_pages = list(pages(alice, SEARCH_SUBJECT, whom("read", "handbook", limit=limit)))
        assert {len(page) for page in found_in_pages[:-1]} == {limit}
        assert [each["id"] for page in found_in_pages for each in page] == expected


def test_pages_of_teams_and_organizations_are_too(client_for, press_kit):
    give(press_kit, "org:globex", Level.READER)
    alice = client_for("alice")
    for kind, number in (("team", 3), ("organization", 2)):
        one_by_one = list(pages(alice, SEARCH_SUBJECT, whom("read", "press-kit", kind, limit=1)))
        assert [each for page in one_by_one for each in page] == answer(
            alice, SEARCH_SUBJECT, whom("read", "press-kit", kind)
        )["results"]
        assert len(one_by_one) == number


def test_a_token_of_another_library_is_refused(client_for, handbook):
    alice = client_for("alice")
    token = answer(alice, SEARCH_SUBJECT, whom("read", "handbook", limit=1))["page"]["next_token"]
    for body in (whom("read", "roadmap", token=token), whom("read", str(handbook.pk), token=token)):
        assert refusal(alice, SEARCH_SUBJECT, body) == (400, "page.token: Not a token from an answer to this search.")


def test_whoever_is_found_is_decided_for(client_for):
    alice = client_for("alice")
    for kind in ("user", "team", "organization"):
        for name in found(alice, whom("read", "handbook", kind)):
            body = {"subject": subject(name, kind), "action": {"name": "read"}, "resource": library("handbook")}
            assert answer(alice, "/access/v1/evaluation", body)["decision"]


@pytest.mark.parametrize("number", [3, 300])
def test_many_readers_cost_as_many_queries_as_few(client_for, handbook, number, django_assert_num_queries):
    alice = client_for("alice")
    give_to_many(handbook, number)
    with CaptureQueriesContext(connection) as queries:
        assert len(found(alice, whom("read", "handbook", limit=1000))) == number + 3
    assert len(queries) == 7
