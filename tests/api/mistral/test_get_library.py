"""GET /v1/libraries/{library_id}"""

from __future__ import annotations

import pytest

from libraries.models import Library, Scope
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import share_library, transfer_library
from tests.api.mistral.bodies import LIBRARIES, NOBODY, NOT_FOUND, library_document

ABOUT_SHARES = {"explicit_workspace_members_count": 1, "org_sharing_role": "Viewer"}


def test_it_answers_with_every_field_of_a_library(client_for, handbook, alice):
    answer = client_for("bob").get(f"{LIBRARIES}/{handbook.pk}")
    assert answer.status_code == 200
    assert answer.json() == library_document(handbook, owner_id=str(alice.pk), **ABOUT_SHARES)


def test_it_has_the_description_and_the_emoji_where_there_are_any(client_for, handbook, alice):
    Library.objects.filter(pk=handbook.pk).update(description="How we work", emoji="📗")
    body = client_for("bob").get(f"{LIBRARIES}/{handbook.pk}").json()
    assert (body["description"], body["emoji"]) == ("How we work", "📗")


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_the_library_answers_to_each_of_its_names(client_for, handbook, name):
    answer = client_for("bob").get(f"{LIBRARIES}/{getattr(handbook, name)}")
    assert answer.json()["id"] == str(handbook.pk)


def test_the_owner_is_the_one_whose_share_is_the_oldest(client_for, roadmap, bob, carol, dave):
    for username in ("dave", "carol"):
        share_library(library=roadmap, principal=named(username), level=Level.OWNER, actor=bob)
    body = client_for("bob").get(f"{LIBRARIES}/{roadmap.pk}").json()
    assert (body["owner_id"], body["explicit_user_members_count"]) == (str(bob.pk), 3)

    transfer_library(library=roadmap, to=named("dave"), actor=bob)
    assert client_for("bob").get(f"{LIBRARIES}/{roadmap.pk}").json()["owner_id"] == str(carol.pk)


def test_members_are_those_of_the_share_list(client_for, handbook, alice):
    """Neither everyone nor who is shut out; another organization is no member, nor does it set the role."""
    for principal in ("dave", "everyone", "org:globex"):
        share_library(library=handbook, principal=named(principal), level=Level.READER, actor=alice)
    share_library(library=handbook, principal=named("carol"), level=Level.NONE, actor=alice)
    share_library(library=handbook, principal=named("org:acme"), level=Level.EDITOR, actor=alice)
    body = client_for("alice").get(f"{LIBRARIES}/{handbook.pk}").json()
    shares = client_for("alice").get(f"{LIBRARIES}/{handbook.pk}/share").json()["data"]
    of_type = [share["share_with_type"] for share in shares]
    assert body["explicit_user_members_count"] == of_type.count("User") == 2
    assert body["explicit_workspace_members_count"] == of_type.count("Workspace") == 1
    assert body["org_sharing_role"] == "Editor"


def test_members_beyond_counting_are_null(client_for, handbook):
    handbook_path = f"{LIBRARIES}/{handbook.pk}"
    counts = ("explicit_user_members_count", "explicit_workspace_members_count")
    for share_count, told in ((10_000, [1, 1]), (10_001, [None, None])):
        Library.objects.filter(pk=handbook.pk).update(share_count=share_count)
        body = client_for("alice").get(handbook_path).json()
        assert [body[count] for count in counts] == told


def test_who_may_not_see_the_share_list_learns_no_counts(client_for, press_kit, alice):
    """R9"""
    hidden = {"explicit_user_members_count": None, "explicit_workspace_members_count": None}
    answer = client_for("frank").get(f"{LIBRARIES}/{press_kit.pk}")
    assert answer.json() == library_document(press_kit, owner_id=str(alice.pk), **hidden)

    answer = client_for("alice").get(f"{LIBRARIES}/{press_kit.pk}")
    assert answer.json() == library_document(press_kit, owner_id=str(alice.pk))


def test_a_stranger_s_404_is_that_of_a_library_that_does_not_exist(client_for, handbook):
    client = client_for("erin")
    for name in (handbook.pk, handbook.natural_id, NOBODY, "no-such-library", "%00", "a%20b", "🦄", "x" * 200):
        answer = client.get(f"{LIBRARIES}/{name}")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_needs_a_key_that_may_read(client_for, handbook):
    answer = client_for("bob", Scope.LIBRARY_WRITE).get(f"{LIBRARIES}/{handbook.pk}")
    assert (answer.status_code, answer.json()) == (403, {"detail": "The key lacks the scope library:read."})


def test_it_costs_three_queries(client_for, handbook, django_assert_num_queries):
    client = client_for("bob")
    with django_assert_num_queries(3):
        client.get(f"{LIBRARIES}/{handbook.pk}")
