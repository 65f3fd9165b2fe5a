"""GET /v1beta/{parent}/permissions/{permission}"""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.google.bodies import NO_LIBRARY, NO_PERMISSION, name_of, not_allowed, unknown_name


def test_it_answers_the_permission_of_that_name(client_for, handbook):
    alice = client_for("alice")

    for principal, kind, email, role in (
        ("alice", "USER", "alice@acme.example", "OWNER"),
        ("team:engineering", "GROUP", "engineering@acme.example", "WRITER"),
    ):
        name = name_of(handbook, principal)
        answer = alice.get(f"/v1beta/{name}")
        assert answer.status_code == 200
        assert answer.json() == {"name": name, "granteeType": kind, "emailAddress": email, "role": role}


def test_it_echoes_the_spelling_of_the_request(client_for, press_kit):
    name = name_of(press_kit, "everyone", collection="tunedModels")

    answer = client_for("alice").get(f"/v1beta/{name}?$alt=json;enum-encoding=int")

    assert answer.json() == {"name": name, "granteeType": 3, "role": 3}


def test_the_name_stays_the_same_as_the_role_changes(client_for, press_kit):
    alice = client_for("alice")
    name = name_of(press_kit, "everyone")

    alice.put("/api/libraries/press-kit/shares/everyone", {"accessLevel": 2})

    assert alice.get(f"/v1beta/{name}").json() == {"name": name, "granteeType": "EVERYONE", "role": "WRITER"}


def test_a_name_is_looked_up_within_its_library(client_for, handbook, press_kit):
    alice = client_for("alice")
    identifier = name_of(press_kit, "everyone").rpartition("/")[2]

    assert alice.get(f"/v1beta/corpora/press-kit/permissions/{identifier}").status_code == 200
    answer = alice.get(f"/v1beta/corpora/handbook/permissions/{identifier}")
    assert (answer.status_code, answer.json()) == (404, NO_PERMISSION)


def test_what_has_no_word_here_cannot_be_addressed(client_for, handbook, roadmap):
    """Organizations, the shut out, teams without an e-mail."""
    for username, library, principal in (
        ("alice", handbook, "org:acme"),
        ("alice", handbook, "team:interns"),
        ("bob", roadmap, "team:data-science"),
    ):
        answer = client_for(username).get(f"/v1beta/{name_of(library, principal)}")
        assert (answer.status_code, answer.json()) == (404, NO_PERMISSION)


def test_a_share_that_is_over_cannot_be_addressed(client_for, roadmap, carol):
    bob, name = client_for("bob"), name_of(roadmap, "carol")
    assert bob.get(f"/v1beta/{name}").status_code == 200

    roadmap.shares.filter(user=carol).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert bob.get(f"/v1beta/{name}").json() == NO_PERMISSION


@pytest.mark.parametrize("identifier", ["0" * 32, "nonsense", "A" * 32, "%00", "%F0%9F%94%91", "1" * 5000])
def test_a_name_that_there_is_not_is_404(client_for, handbook, identifier):
    answer = client_for("alice").get(f"/v1beta/corpora/handbook/permissions/{identifier}")

    assert (answer.status_code, answer.json()) == (404, NO_PERMISSION)


def test_the_uuid_of_the_share_with_hyphens_is_no_name(client_for, handbook):
    share = handbook.shares.first()

    assert client_for("alice").get(f"/v1beta/corpora/handbook/permissions/{share.pk}").status_code == 404


def test_who_has_access_by_everyone_alone_may_not_see_it(client_for, press_kit):
    for name in (name_of(press_kit, "alice"), "corpora/press-kit/permissions/nonsense"):
        answer = client_for("erin").get(f"/v1beta/{name}")
        assert answer.status_code == 403
        assert answer.json() == not_allowed("see whom this library is shared with")
    assert client_for("alice").get(f"/v1beta/{name_of(press_kit, 'alice')}").status_code == 200


def test_it_hides_a_library_that_the_caller_may_not_see(client_for, handbook):
    name = name_of(handbook, "alice")

    assert client_for("bob").get(f"/v1beta/{name}").status_code == 200
    for path in (name, "corpora/nowhere/permissions/nonsense"):
        answer = client_for("dave").get(f"/v1beta/{path}")
        assert (answer.status_code, answer.json()) == (404, NO_LIBRARY)


def test_the_request_body_must_be_empty(client_for, handbook):
    path = f"/v1beta/{name_of(handbook, 'alice')}"

    assert client_for("alice").send("GET", path, {"name": "mine"}).json() == unknown_name("name")
