"""DELETE /v1/libraries/{library_id}/share, with a body: "you can delete the access level of an entity." """

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from libraries.models import Event, Scope, User
from libraries.principals import named
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.share import share_library
from tests.api.mistral.bodies import NOBODY, NOT_FOUND, REQUIRED, entity, invalid, share_path, sharing

USER_NOBODY = {"share_with_uuid": NOBODY, "share_with_type": "User"}
MAY_NOT_SHARE = {"detail": "You may not share this library. Ask an owner of it."}
OWN_IS_FIXED = {"detail": "Owners cannot change or remove their own access. Transfer the library instead."}


def not_shared_with(uuid: object) -> dict[str, str]:
    return {"detail": f"This library is not shared with “{uuid}”."}


def test_it_deletes_the_access_and_answers_with_it(client_for, roadmap, carol):
    client = client_for("bob")
    roadmap.shares.filter(kind=Kind.TEAM).delete()
    assert carol.has_perm(Action.CHANGE, roadmap)

    answer = client.delete(share_path(roadmap), entity(carol))

    assert (answer.status_code, answer.json()) == (200, sharing(roadmap, carol, "Editor"))
    assert not carol.has_perm(Action.VIEW, roadmap)
    assert answer.json() not in client.get(share_path(roadmap)).json()["data"]


def test_it_deletes_the_access_of_workspaces_and_organizations(client_for, handbook, engineering, acme):
    client = client_for("alice")
    for of, role in ((engineering, "Editor"), (acme, "Viewer")):
        answer = client.delete(share_path(handbook), entity(of))
        assert (answer.status_code, answer.json()) == (200, sharing(handbook, of, role))
    remaining = client.get(share_path(handbook)).json()["data"]
    assert [share["role"] for share in remaining] == ["Owner"]


def test_a_second_delete_finds_nothing(client_for, roadmap, carol):
    client = client_for("bob")
    assert client.delete(share_path(roadmap), entity(carol)).status_code == 200
    answer = client.delete(share_path(roadmap), entity(carol))
    assert (answer.status_code, answer.json()) == (404, not_shared_with(carol.pk))


def test_the_event_says_that_it_came_through_mistral(client_for, roadmap, carol):
    client_for("bob").delete(share_path(roadmap), entity(carol))
    event = Event.objects.all()[0]
    assert (event.via, event.actor, event.action, event.principal) == ("mistral", "bob", "share.revoked", "carol")


def test_an_owner_cannot_delete_its_own_access(client_for, roadmap, bob):
    """ "An owner cannot delete its own access." """
    answer = client_for("bob").delete(share_path(roadmap), entity(bob))
    assert (answer.status_code, answer.json()) == (403, OWN_IS_FIXED)
    assert bob.has_perm(Action.DELETE, roadmap)


def test_only_the_owner_deletes_an_access_other_than_one_s_own(client_for, roadmap, carol):
    """ "You have to be the owner of the library to delete an access other than yours." """
    data_science = roadmap.shares.get(kind=Kind.TEAM).team
    answer = client_for("carol").delete(share_path(roadmap), entity(data_science))
    assert (answer.status_code, answer.json()) == (403, MAY_NOT_SHARE)

    assert client_for("bob").delete(share_path(roadmap), entity(data_science)).status_code == 200


def test_who_is_not_an_owner_may_delete_their_own(client_for, roadmap, carol):
    """R7: the other half of "an access other than yours"."""
    answer = client_for("carol").delete(share_path(roadmap), entity(carol))
    assert (answer.status_code, answer.json()) == (200, sharing(roadmap, carol, "Editor"))


def test_the_access_of_one_s_workspace_is_not_one_s_own(client_for, handbook, engineering):
    answer = client_for("bob").delete(share_path(handbook), entity(engineering))
    assert (answer.status_code, answer.json()) == (403, MAY_NOT_SHARE)


def test_an_administrator_cannot_delete_an_owner_s_access(client_for, roadmap, bob):
    """R5"""
    answer = client_for("alice").delete(share_path(roadmap), entity(bob))
    assert answer.status_code == 403
    assert answer.json() == {
        "detail": "Only an owner may give, change or take away ownership. An administrator transfers the library instead."
    }


def test_who_has_no_access_is_not_found_whether_they_exist_or_not(client_for, roadmap, dave, frank):
    client = client_for("bob")
    for uuid in (str(dave.pk), str(frank.pk), NOBODY):
        answer = client.delete(share_path(roadmap), {**USER_NOBODY, "share_with_uuid": uuid})
        assert (answer.status_code, answer.json()) == (404, not_shared_with(uuid))


def test_who_is_shut_out_cannot_be_addressed(client_for, handbook):
    interns = handbook.shares.get(level=Level.NONE).team
    client = client_for("alice")
    answer = client.delete(share_path(handbook), entity(interns))
    assert (answer.status_code, answer.json()) == (404, not_shared_with(interns.pk))
    assert handbook.shares.filter(team=interns).exists()

    client.put(share_path(handbook), {"level": "Viewer", **entity(interns)})
    assert client.delete(share_path(handbook), entity(interns)).status_code == 200


def test_an_access_that_has_ended_cannot_be_addressed(client_for, roadmap, bob, carol):
    """R3"""
    soon = timezone.now() + timedelta(days=1)
    share_library(library=roadmap, principal=named("carol"), level=Level.EDITOR, expires_at=soon, actor=bob)
    roadmap.shares.filter(user=carol).update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client_for("bob").delete(share_path(roadmap), entity(carol))
    assert (answer.status_code, answer.json()) == (404, not_shared_with(carol.pk))


def test_everyone_cannot_be_addressed(client_for, press_kit):
    body = {"share_with_uuid": NOBODY, "share_with_type": "Everyone"}
    answer = client_for("alice").delete(share_path(press_kit), body)
    wrong = ("share_with_type", "Input should be 'User' or 'Workspace' or 'Org'.", "enum")
    assert (answer.status_code, answer.json()) == (422, invalid(wrong))
    assert press_kit.shares.filter(kind=Kind.EVERYONE).exists()


def test_an_inactive_user_s_access_can_be_deleted(client_for, roadmap, carol):
    User.objects.filter(pk=carol.pk).update(is_active=False)
    answer = client_for("bob").delete(share_path(roadmap), entity(carol))
    assert (answer.status_code, answer.json()) == (200, sharing(roadmap, carol, "Editor"))


def test_the_org_id_must_be_the_library_s(client_for, roadmap, carol, acme, globex):
    client = client_for("bob")
    answer = client.delete(share_path(roadmap), {**entity(carol), "org_id": str(globex.pk)})
    assert answer.status_code == 422
    assert answer.json() == invalid(("org_id", "This is not the library's organization.", "value_error"))
    assert client.delete(share_path(roadmap), {**entity(carol), "org_id": str(acme.pk)}).status_code == 200


@pytest.mark.parametrize("missing", ["share_with_uuid", "share_with_type"])
def test_a_required_field_that_is_missing_is_named(client_for, roadmap, missing):
    body = {key: value for key, value in USER_NOBODY.items() if key != missing}
    answer = client_for("bob").delete(share_path(roadmap), body)
    assert (answer.status_code, answer.json()) == (422, invalid((missing, REQUIRED, "missing")))


def test_without_a_body_every_required_field_is_named(client_for, roadmap):
    answer = client_for("bob").delete(share_path(roadmap))
    missing = ((field, REQUIRED, "missing") for field in ("share_with_uuid", "share_with_type"))
    assert (answer.status_code, answer.json()) == (422, invalid(*missing))


def test_everything_is_checked_in_order(client_for, roadmap, carol):
    """401, then scope 403, then 404, then the body, which says whose access it is, then 403 or 404."""
    path = share_path(roadmap)
    assert client_for(None).delete(path, {}).status_code == 401
    answer = client_for("erin", Scope.LIBRARY_READ).delete(path, {})
    assert (answer.status_code, answer.json()) == (403, {"detail": "The key lacks the scope library:write."})
    answer = client_for("erin").delete(path, {})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert client_for("carol").delete(path, {}).status_code == 422
    assert client_for("carol").delete(path, USER_NOBODY).status_code == 403
    assert client_for("bob").delete(path, USER_NOBODY).status_code == 404
    assert client_for("carol").delete(path, entity(carol)).status_code == 200


def test_a_stranger_s_404_is_that_of_a_library_that_does_not_exist(client_for, roadmap, carol):
    client = client_for("erin")
    for path in (share_path(roadmap), f"/v1/libraries/{NOBODY}/share"):
        answer = client.delete(path, entity(carol))
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
