"""GET /v1/libraries/{library_id}/share: "Given a library, list all of the Entity that have access and to what level." """

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from libraries.models import OPERATOR, Scope, Share, SharingScope, User
from libraries.principals import named
from libraries.rules.levels import Kind, Level
from libraries.sharing.share import share_library
from tests.api.mistral.bodies import NOT_FOUND, share_path, sharing


def test_it_lists_every_entity_that_has_access_and_its_level_the_owner_included(
    client_for, handbook, alice, acme, engineering
):
    answer = client_for("alice").get(share_path(handbook))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "data": [
            sharing(handbook, alice, "Owner"),
            sharing(handbook, acme, "Viewer"),
            sharing(handbook, engineering, "Editor"),
        ]
    }


def test_it_answers_with_the_keys_of_the_document(client_for, handbook):
    shown_in_the_document = {"library_id", "org_id", "role", "share_with_type", "share_with_uuid"}
    for share in client_for("alice").get(share_path(handbook)).json()["data"]:
        assert share.keys() - {"user_id"} == shown_in_the_document
        assert isinstance(share["share_with_uuid"], str)


def test_everyone_is_not_shown(client_for, press_kit, alice):
    assert press_kit.shares.filter(kind=Kind.EVERYONE).exists()
    assert client_for("alice").get(share_path(press_kit)).json() == {"data": [sharing(press_kit, alice, "Owner")]}


def test_who_is_shut_out_is_not_shown(client_for, lab_notes, erin, frank):
    research = lab_notes.shares.get(kind=Kind.TEAM).team
    before = client_for("erin").get(share_path(lab_notes)).json()["data"]
    assert before == [sharing(lab_notes, erin, "Owner"), sharing(lab_notes, research, "Viewer")]

    share_library(library=lab_notes, principal=named("frank"), level=Level.NONE, actor=erin)

    assert client_for("erin").get(share_path(lab_notes)).json()["data"] == before


def test_who_had_access_until_a_moment_ago_is_not_shown(client_for, roadmap, bob, carol):
    """R3: this dialect has no word for an end, so what has ended is left out."""
    soon = timezone.now() + timedelta(days=1)
    share_library(library=roadmap, principal=named("carol"), level=Level.EDITOR, expires_at=soon, actor=bob)
    client = client_for("bob")
    assert sharing(roadmap, carol, "Editor") in client.get(share_path(roadmap)).json()["data"]

    roadmap.shares.filter(user=carol).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert sharing(roadmap, carol, "Editor") not in client.get(share_path(roadmap)).json()["data"]


def test_another_organization_is_shown_with_the_library_s_own_org_id(client_for, handbook, alice, acme, globex):
    assert acme.sharing_scope == SharingScope.ANYONE
    share_library(library=handbook, principal=named("org:globex"), level=Level.READER, actor=alice)
    data = client_for("alice").get(share_path(handbook)).json()["data"]
    assert data[-1] == sharing(handbook, globex, "Viewer")
    assert data[-1]["org_id"] == str(acme.pk)


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_the_library_answers_to_each_of_its_names(client_for, handbook, name):
    path = f"/v1/libraries/{getattr(handbook, name)}/share"
    assert len(client_for("alice").get(path).json()["data"]) == 3


def test_a_reader_may_read_it(client_for, handbook):
    assert client_for("carol").get(share_path(handbook)).status_code == 200


def test_who_sees_the_library_only_because_everyone_does_may_not_read_it(client_for, press_kit, alice, frank):
    """R9"""
    client = client_for("frank")
    answer = client.get(share_path(press_kit))
    assert answer.status_code == 403
    assert answer.json() == {"detail": "You may not see whom this library is shared with. Ask an owner of it."}

    share_library(library=press_kit, principal=named("frank"), level=Level.READER, actor=alice)
    assert client.get(share_path(press_kit)).status_code == 200


def test_a_stranger_s_404_is_that_of_a_library_that_does_not_exist(client_for, handbook):
    client = client_for("erin")
    for path in (share_path(handbook), "/v1/libraries/d2169833-d8e2-416e-a372-76518d3d99c2/share"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_needs_a_key_that_may_read(client_for, handbook):
    answer = client_for("alice", Scope.LIBRARY_WRITE).get(share_path(handbook))
    assert (answer.status_code, answer.json()) == (403, {"detail": "The key lacks the scope library:read."})
    assert client_for("alice", Scope.LIBRARY_READ).get(share_path(handbook)).status_code == 200


def test_300_shares_cost_as_many_queries_as_3(client_for, handbook):
    client = client_for("alice")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(share_path(handbook))
        assert len(answer.json()["data"]) == handbook.shares.exclude(level=Level.NONE).count()
        return len(queries)

    with_three = cost()
    people = User.objects.bulk_create([User(username=f"reader-{n}") for n in range(297)])
    Share.objects.bulk_create([Share(library=handbook, kind=Kind.USER, user=u, level=Level.READER) for u in people])
    assert handbook.shares.count() == 301
    assert cost() == with_three == 3


def test_what_an_operator_shared_is_shown_too(client_for, handbook, dave):
    share_library(library=handbook, principal=named("dave"), level=Level.EDITOR, actor=OPERATOR)
    assert sharing(handbook, dave, "Editor") in client_for("alice").get(share_path(handbook)).json()["data"]
