"""PUT /v1/libraries/{library_id}/share: "you can create or update the access level of an entity." """

from __future__ import annotations

import pytest

from libraries.models import Event, Library, Scope, SharingScope, User
from libraries.rules.levels import Action, Level
from tests.api.mistral.bodies import NOBODY, NOT_FOUND, REQUIRED, entity, invalid, share_path, sharing

VIEWER_FOR_NOBODY = {"level": "Viewer", "share_with_uuid": NOBODY, "share_with_type": "User"}


def nobody(uuid: object) -> tuple[str, str, str]:
    return (
        "share_with_uuid",
        f"No user, team or organization “{uuid}” can be given access to this library.",
        "value_error",
    )


def test_it_creates_an_access_level(client_for, roadmap, alice, dave):
    client = client_for("bob")
    assert not dave.has_perm(Action.VIEW, roadmap)

    answer = client.put(share_path(roadmap), {"level": "Viewer", **entity(dave)})

    assert (answer.status_code, answer.json()) == (200, sharing(roadmap, dave, "Viewer"))
    assert dave.has_perm(Action.VIEW, roadmap)
    assert answer.json() in client.get(share_path(roadmap)).json()["data"]


def test_it_updates_an_access_level(client_for, roadmap, carol):
    client = client_for("bob")
    for level in ("Viewer", "Editor"):
        answer = client.put(share_path(roadmap), {"level": level, **entity(carol)})
        assert (answer.status_code, answer.json()) == (200, sharing(roadmap, carol, level))
        assert carol.has_perm(Action.CHANGE, roadmap) == (level == "Editor")


def test_it_shares_with_users_workspaces_and_the_organization(client_for, roadmap, dave, engineering, acme):
    client = client_for("bob")
    for of in (dave, engineering, acme):
        answer = client.put(share_path(roadmap), {"level": "Editor", **entity(of)})
        assert (answer.status_code, answer.json()) == (200, sharing(roadmap, of, "Editor"))


def test_sent_again_it_changes_nothing_and_records_nothing(client_for, roadmap, dave):
    client = client_for("bob")
    body = {"level": "Viewer", **entity(dave)}
    first = client.put(share_path(roadmap), body)
    recorded = Event.objects.count()
    again = client.put(share_path(roadmap), body)
    assert (again.status_code, again.json()) == (200, first.json())
    assert Event.objects.count() == recorded


def test_it_lets_in_who_was_shut_out(client_for, handbook):
    interns = handbook.shares.get(level=Level.NONE).team
    answer = client_for("alice").put(share_path(handbook), {"level": "Viewer", **entity(interns)})
    assert (answer.status_code, answer.json()) == (200, sharing(handbook, interns, "Viewer"))


def test_the_event_says_that_it_came_through_mistral(client_for, roadmap, dave):
    client_for("bob").put(share_path(roadmap), {"level": "Viewer", **entity(dave)}, X_Request_ID="from-a-test")
    event = Event.objects.all()[0]
    assert (event.via, event.request_id, event.actor, event.principal) == ("mistral", "from-a-test", "bob", "dave")


def test_only_an_owner_shares_the_library(client_for, roadmap, bob, carol, dave):
    """ "You have to be owner of the library to share a library." """
    body = {"level": "Viewer", **entity(dave)}
    answer = client_for("carol").put(share_path(roadmap), body)
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "You may not share this library. Ask an owner of it."},
    )

    assert client_for("bob").put(share_path(roadmap), body).status_code == 200


def test_an_editor_shares_where_the_library_lets_editors_share(client_for, roadmap, dave):
    """R4, R5"""
    client, body = client_for("carol"), {"level": "Editor", **entity(dave)}
    assert client.put(share_path(roadmap), body).status_code == 403
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)
    assert client.put(share_path(roadmap), body).status_code == 200


def test_an_administrator_of_the_organization_shares_too(client_for, roadmap, alice, dave):
    """R10"""
    assert client_for("alice").put(share_path(roadmap), {"level": "Viewer", **entity(dave)}).status_code == 200


def test_an_owner_cannot_change_their_own_role(client_for, roadmap, bob):
    """ "An owner cannot change their own role." """
    client = client_for("bob")
    for level in ("Viewer", "Editor"):
        answer = client.put(share_path(roadmap), {"level": level, **entity(bob)})
        assert answer.status_code == 403
        assert answer.json() == {
            "detail": "Owners cannot change or remove their own access. Transfer the library instead."
        }
    assert sharing(roadmap, bob, "Owner") in client.get(share_path(roadmap)).json()["data"]


def test_an_administrator_cannot_lower_an_owner(client_for, roadmap, bob):
    """R5"""
    answer = client_for("alice").put(share_path(roadmap), {"level": "Viewer", **entity(bob)})
    assert answer.status_code == 403
    assert answer.json() == {
        "detail": "Only an owner may give, change or take away ownership. An administrator transfers the library instead."
    }


def test_a_library_cannot_be_shared_outside_of_the_organization(client_for, lab_notes, globex, bob, acme, engineering):
    """ "A library cannot be shared outside of the organization." (R8)"""
    assert globex.sharing_scope == SharingScope.ORGANIZATION
    client = client_for("erin")
    for outsider in (bob, acme, engineering):
        answer = client.put(share_path(lab_notes), {"level": "Viewer", **entity(outsider)})
        assert (answer.status_code, answer.json()) == (422, invalid(nobody(outsider.pk)))


def test_an_organization_may_let_its_libraries_be_shared_outside(client_for, roadmap, frank, globex):
    """R8"""
    client = client_for("bob")
    for outsider in (frank, globex):
        assert client.put(share_path(roadmap), {"level": "Viewer", **entity(outsider)}).status_code == 200
    research = globex.teams.get(slug="research")
    answer = client.put(share_path(roadmap), {"level": "Viewer", **entity(research)})
    assert (answer.status_code, answer.json()) == (422, invalid(nobody(research.pk)))


def test_an_unknown_entity_gets_the_answer_of_one_outside(client_for, lab_notes, bob):
    client = client_for("erin")
    unknown, outside = (
        client.put(share_path(lab_notes), {**VIEWER_FOR_NOBODY, "share_with_uuid": str(uuid)})
        for uuid in (NOBODY, bob.pk)
    )
    assert unknown.status_code == outside.status_code == 422
    assert unknown.json() == invalid(nobody(NOBODY))
    assert outside.json() == invalid(nobody(bob.pk))


def test_an_inactive_user_is_nobody(client_for, roadmap, dave):
    User.objects.filter(pk=dave.pk).update(is_active=False)
    answer = client_for("bob").put(share_path(roadmap), {"level": "Viewer", **entity(dave)})
    assert (answer.status_code, answer.json()) == (422, invalid(nobody(dave.pk)))


def test_an_id_of_one_kind_is_nobody_s_of_another(client_for, roadmap, dave):
    body = {"level": "Viewer", "share_with_uuid": str(dave.pk), "share_with_type": "Workspace"}
    answer = client_for("bob").put(share_path(roadmap), body)
    assert (answer.status_code, answer.json()) == (422, invalid(nobody(dave.pk)))


def test_the_org_id_must_be_the_library_s(client_for, roadmap, dave, acme, globex):
    client, body = client_for("bob"), {"level": "Viewer", **entity(dave)}
    for other in (str(globex.pk), NOBODY):
        answer = client.put(share_path(roadmap), {**body, "org_id": other})
        assert answer.status_code == 422
        assert answer.json() == invalid(("org_id", "This is not the library's organization.", "value_error"))
    for own in (str(acme.pk), acme.pk.hex, None):
        assert client.put(share_path(roadmap), {**body, "org_id": own}).status_code == 200


def test_an_id_may_be_written_without_hyphens(client_for, roadmap, dave):
    body = {"level": "Viewer", "share_with_uuid": dave.pk.hex.upper(), "share_with_type": "User"}
    answer = client_for("bob").put(f"/v1/libraries/{roadmap.pk.hex}/share", body)
    assert (answer.status_code, answer.json()) == (200, sharing(roadmap, dave, "Viewer"))


def test_keys_that_it_does_not_know_are_ignored(client_for, roadmap, dave):
    answer = client_for("bob").put(share_path(roadmap), {"level": "Viewer", **entity(dave), "from_the_future": [1]})
    assert (answer.status_code, answer.json()) == (200, sharing(roadmap, dave, "Viewer"))


NOT_A_STRING = "Not a valid string."
NOT_NULL = "This field may not be null."
WRONG_LEVEL = ("level", "Input should be 'Viewer' or 'Editor'.", "enum")
WRONG_ENTITY = ("share_with_type", "Input should be 'User' or 'Workspace' or 'Org'.", "enum")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"level": "Owner"}, WRONG_LEVEL),
        ({"level": "viewer"}, WRONG_LEVEL),
        ({"level": 1}, WRONG_LEVEL),
        ({"level": ["Viewer"]}, WRONG_LEVEL),
        ({"level": None}, ("level", NOT_NULL, "value_error")),
        ({"share_with_type": "Everyone"}, WRONG_ENTITY),
        ({"share_with_uuid": "dave"}, ("share_with_uuid", "Input should be a UUID.", "uuid_parsing")),
        ({"share_with_uuid": f"{NOBODY}\n"}, ("share_with_uuid", "Input should be a UUID.", "uuid_parsing")),
        ({"share_with_uuid": 7}, ("share_with_uuid", NOT_A_STRING, "value_error")),
        ({"share_with_uuid": None}, ("share_with_uuid", NOT_NULL, "value_error")),
        ({"org_id": "acme"}, ("org_id", "Input should be a UUID.", "uuid_parsing")),
    ],
)
def test_a_field_that_is_not_valid_is_named(client_for, roadmap, change, problem):
    answer = client_for("bob").put(share_path(roadmap), {**VIEWER_FOR_NOBODY, **change})
    assert (answer.status_code, answer.json()) == (422, invalid(problem))


@pytest.mark.parametrize("missing", ["level", "share_with_uuid", "share_with_type"])
def test_a_required_field_that_is_missing_is_named(client_for, roadmap, missing):
    body = {key: value for key, value in VIEWER_FOR_NOBODY.items() if key != missing}
    answer = client_for("bob").put(share_path(roadmap), body)
    assert (answer.status_code, answer.json()) == (422, invalid((missing, REQUIRED, "missing")))


def test_every_missing_field_is_named_at_once(client_for, roadmap):
    answer = client_for("bob").put(share_path(roadmap), {})
    fields = ("share_with_uuid", "share_with_type", "level")
    assert (answer.status_code, answer.json()) == (422, invalid(*((field, REQUIRED, "missing") for field in fields)))


def test_everything_is_checked_in_order(client_for, roadmap, dave):
    """401, then scope 403, then 404, then 403, then the body, then the entity: so nothing leaks."""
    bad, path = {"level": "Owner"}, share_path(roadmap)
    assert client_for(None).put(path, bad).status_code == 401
    answer = client_for("erin", Scope.LIBRARY_READ).put(path, bad)
    assert (answer.status_code, answer.json()) == (403, {"detail": "The key lacks the scope library:write."})
    answer = client_for("erin").put(path, bad)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    answer = client_for("carol").put(path, b"{")
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "You may not share this library. Ask an owner of it."},
    )
    assert client_for("bob").put(path, b"{").status_code == 422
    assert client_for("bob").put(path, VIEWER_FOR_NOBODY).status_code == 422
    assert client_for("bob").put(path, {**VIEWER_FOR_NOBODY, **entity(dave)}).status_code == 200


def test_a_stranger_s_404_is_that_of_a_library_that_does_not_exist(client_for, roadmap):
    client = client_for("erin")
    for path in (share_path(roadmap), f"/v1/libraries/{NOBODY}/share"):
        answer = client.put(path, VIEWER_FOR_NOBODY)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(("before", "after"), [(None, "Viewer"), ("Viewer", "Editor"), ("Editor", "Viewer")])
def test_it_costs_twelve_queries_at_most(client_for, roadmap, dave, django_assert_max_num_queries, before, after):
    client = client_for("bob")
    if before:
        client.put(share_path(roadmap), {"level": before, **entity(dave)})
    with django_assert_max_num_queries(12):
        assert client.put(share_path(roadmap), {"level": after, **entity(dave)}).status_code == 200
