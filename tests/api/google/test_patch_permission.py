"""PATCH /v1beta/{permission.name}"""

import pytest

from libraries.api.google import views
from libraries.api.google.permissions import permission_for
from libraries.models import Event, Library
from libraries.rules.levels import Level
from tests.api.google.bodies import (
    NO_LIBRARY,
    NO_PERMISSION,
    OWN_SHARE_FIXED,
    OWNERS_ONLY,
    error,
    info,
    invalid,
    level_of,
    name_of,
    nobody,
    not_allowed,
    unknown_name,
    violation,
)


@pytest.fixture
def path(roadmap):
    """Carol's permission on the roadmap: WRITER."""
    return f"/v1beta/{name_of(roadmap, 'carol')}"


def test_it_updates_the_role(client_for, roadmap, path):
    answer = client_for("bob").patch(f"{path}?updateMask=role", {"role": "READER"})

    assert answer.status_code == 200
    assert answer.json() == {
        "name": path.removeprefix("/v1beta/"),
        "granteeType": "USER",
        "emailAddress": "carol@acme.example",
        "role": "READER",
    }
    assert level_of(roadmap, "carol") == Level.READER


def test_it_records_one_event_and_none_where_nothing_changes(client_for, path):
    bob = client_for("bob")

    for _ in range(2):
        assert bob.patch(f"{path}?updateMask=role", {"role": "READER"}).status_code == 200

    events = Event.objects.filter(action="share.changed", principal="carol")
    assert [(event.via, event.from_level, event.to_level) for event in events] == [("google", 2, 1)]


def test_an_update_mask_is_required(client_for, roadmap, path):
    bob = client_for("bob")

    for query, why in (
        ("", "This field is required."),
        ("?updateMask=", "This field is required."),
        ("?updateMask=*", "“*” cannot be updated, only role."),
    ):
        answer = bob.patch(f"{path}{query}", {"role": "READER"})
        assert answer.status_code == 400
        assert answer.json() == invalid("updateMask", why)
    assert level_of(roadmap, "carol") == Level.EDITOR


@pytest.mark.parametrize("field", ["name", "granteeType", "grantee_type", "emailAddress", "email_address", "Role"])
def test_the_role_is_the_only_path_of_an_update_mask(client_for, roadmap, path, field):
    bob = client_for("bob")

    for mask in (field, f"role,{field}", f"{field},role"):
        answer = bob.patch(f"{path}?updateMask={mask}", {"role": "READER"})
        assert answer.status_code == 400
        assert answer.json() == invalid("updateMask", f"“{field}” cannot be updated, only role.")
    assert level_of(roadmap, "carol") == Level.EDITOR


@pytest.mark.parametrize(
    "query", ["updateMask=role", "update_mask=role", "updateMask=role,role", "updateMask=role%2Crole"]
)
def test_it_takes_masks_in_every_spelling(client_for, path, query):
    assert client_for("bob").patch(f"{path}?{query}", {"role": 3}).json()["role"] == "READER"


def test_the_grantee_is_immutable(client_for, roadmap, path):
    """What else of the permission the body holds, the vendor's client sends along: only what the mask names counts."""
    body = {
        "name": "corpora/x/permissions/y",
        "granteeType": "EVERYONE",
        "emailAddress": "dave@acme.example",
        "role": 3,
    }

    answer = client_for("bob").patch(f"{path}?updateMask=role", body)

    assert answer.json() == {
        "name": path.removeprefix("/v1beta/"),
        "granteeType": "USER",
        "emailAddress": "carol@acme.example",
        "role": "READER",
    }
    assert level_of(roadmap, "dave") is None


@pytest.mark.parametrize("body", [None, {}, {"role": None}, {"emailAddress": "carol@acme.example"}])
def test_the_role_is_required(client_for, path, body):
    answer = client_for("bob").patch(f"{path}?updateMask=role", body)

    assert answer.json() == invalid("role", "This field is required.")


def test_it_refuses_a_field_that_there_is_not(client_for, path):
    answer = client_for("bob").patch(
        f"{path}?updateMask=role", {"role": "READER", "expireTime": "2030-01-01T00:00:00Z"}
    )

    assert answer.json() == unknown_name("expireTime")


def test_it_echoes_the_spelling_of_the_request(client_for, roadmap):
    name = name_of(roadmap, "carol", collection="tunedModels")

    answer = client_for("bob").patch(f"/v1beta/{name}?updateMask=role&$alt=json;enum-encoding=int", {"role": 2})

    assert answer.json() == {"name": name, "granteeType": 1, "emailAddress": "carol@acme.example", "role": 2}


def test_owners_cannot_change_their_own_access(client_for, roadmap):
    path = f"/v1beta/{name_of(roadmap, 'bob')}?updateMask=role"

    refused = client_for("bob").patch(path, {"role": "READER"})
    assert refused.status_code == 403
    assert refused.json() == OWN_SHARE_FIXED

    assert client_for("bob").patch(path, {"role": "OWNER"}).json()["role"] == "OWNER"


def test_only_owners_make_and_unmake_owners(client_for, roadmap, path):
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)
    owner = f"/v1beta/{name_of(roadmap, 'bob')}"

    for refused in (
        client_for("carol").patch(f"{path}?updateMask=role", {"role": "OWNER"}),
        client_for("carol").patch(f"{owner}?updateMask=role", {"role": "READER"}),
        client_for("alice").patch(f"{owner}?updateMask=role", {"role": "READER"}),
    ):
        assert (refused.status_code, refused.json()) == (403, OWNERS_ONLY)

    assert client_for("bob").patch(f"{path}?updateMask=role", {"role": "OWNER"}).json()["role"] == "OWNER"


def test_only_users_own(client_for, handbook):
    path = f"/v1beta/{name_of(handbook, 'team:engineering')}?updateMask=role"

    answer = client_for("alice").patch(path, {"role": "OWNER"})

    sentence = "Only a user can be an owner."
    assert answer.json() == error(
        400, "INVALID_ARGUMENT", sentence, violation(sentence, "role"), info("ONLY_USERS_OWN")
    )


def test_a_grantee_who_is_outside_by_now_is_given_nothing_more(client_for, lab_notes, frank, globex):
    erin = client_for("erin")
    erin.put("/api/libraries/lab-notes/shares/frank", {"accessLevel": 1})
    path = f"/v1beta/{name_of(lab_notes, 'frank')}?updateMask=role"
    assert erin.patch(path, {"role": "WRITER"}).status_code == 200

    frank.groups.remove(globex.group)

    assert erin.patch(path, {"role": "OWNER"}).json() == nobody("frank")


def test_readers_and_writers_may_not_where_the_library_keeps_it_to_owners(client_for, handbook, roadmap, path):
    carol = client_for("carol")
    for name in (path, f"/v1beta/{name_of(roadmap, 'bob')}", "/v1beta/corpora/roadmap/permissions/nonsense"):
        refused = carol.patch(f"{name}?updateMask=role", {"role": "READER"})
        assert refused.status_code == 403
        assert refused.json() == not_allowed("share this library")

    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)
    assert carol.patch(f"{path}?updateMask=role", {"role": "READER"}).status_code == 200


def test_it_never_makes_a_permission(client_for, handbook):
    alice = client_for("alice")
    everyone = alice.post("/v1beta/corpora/handbook/permissions", {"granteeType": "EVERYONE", "role": "READER"}).json()
    path = f"/v1beta/{everyone['name']}"
    alice.delete(path)

    for name in (path, f"/v1beta/{name_of(handbook, 'team:interns')}", f"/v1beta/{name_of(handbook, 'org:acme')}"):
        answer = alice.patch(f"{name}?updateMask=role", {"role": "READER"})
        assert (answer.status_code, answer.json()) == (404, NO_PERMISSION)
    assert handbook.shares.count() == 4


def test_it_hides_a_library_that_the_caller_may_not_see(client_for, handbook):
    answer = client_for("dave").patch(f"/v1beta/{name_of(handbook, 'alice')}", {"nonsense": 1})

    assert (answer.status_code, answer.json()) == (404, NO_LIBRARY)


def give_anew(bob):
    bob.delete("/api/libraries/roadmap/shares/carol")
    bob.put("/api/libraries/roadmap/shares/carol", {"accessLevel": 2})


@pytest.mark.parametrize(
    ("happens", "level"),
    [
        (lambda bob: bob.delete("/api/libraries/roadmap/shares/carol"), None),
        (lambda bob: bob.put("/api/libraries/roadmap/shares/carol", {"accessLevel": 0}), Level.NONE),
        (give_anew, Level.EDITOR),
    ],
)
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_it_looks_again_under_the_lock(client_for, roadmap, path, monkeypatch, method, happens, level):
    """Gone, shut out or given anew since it was looked up, it is not the permission that the caller meant."""
    bob = client_for("bob")

    def find(*asked):
        share = permission_for(*asked)
        happens(bob)
        return share

    monkeypatch.setattr(views, "permission_for", find)
    body = {"role": "READER"} if method == "patch" else None
    answer = getattr(bob, method)(f"{path}?updateMask=role" if body else path, body)

    assert answer.status_code == 404
    assert level_of(roadmap, "carol") == level
