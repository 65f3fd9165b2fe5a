"""DELETE /v1beta/{parent}/permissions/{permission}"""

from libraries.models import Event, Library
from tests.api.google.bodies import (
    NO_LIBRARY,
    NO_PERMISSION,
    OWN_SHARE_FIXED,
    OWNERS_ONLY,
    level_of,
    name_of,
    not_allowed,
    unknown_name,
)


def test_it_takes_the_access_away_at_once(client_for, press_kit):
    path = f"/v1beta/{name_of(press_kit, 'everyone')}"
    assert client_for("erin").get("/v1beta/corpora/press-kit").status_code == 200

    answer = client_for("alice").delete(path)

    assert (answer.status_code, answer.json()) == (200, {})
    assert client_for("erin").get("/v1beta/corpora/press-kit").status_code == 404
    assert Event.objects.filter(action="share.revoked", principal="everyone", via="google").count() == 1


def test_it_takes_either_spelling(client_for, press_kit):
    answer = client_for("alice").delete(f"/v1beta/{name_of(press_kit, 'everyone', collection='tunedModels')}")

    assert (answer.status_code, answer.json()) == (200, {})


def test_a_second_time_there_is_none(client_for, press_kit):
    alice, path = client_for("alice"), f"/v1beta/{name_of(press_kit, 'everyone')}"
    alice.delete(path)

    answer = alice.delete(path)

    assert (answer.status_code, answer.json()) == (404, NO_PERMISSION)


def test_the_name_of_a_permission_that_is_gone_never_names_the_next_one(client_for, press_kit):
    alice, name = client_for("alice"), name_of(press_kit, "everyone")
    alice.delete(f"/v1beta/{name}")

    again = alice.post("/v1beta/corpora/press-kit/permissions", {"granteeType": "EVERYONE", "role": "READER"}).json()

    assert again["name"] != name
    assert alice.delete(f"/v1beta/{name}").status_code == 404
    assert level_of(press_kit, "everyone") is not None


def test_anyone_may_delete_their_own(client_for, roadmap):
    name = name_of(roadmap, "carol")

    answer = client_for("carol").delete(f"/v1beta/{name}")

    assert (answer.status_code, answer.json()) == (200, {})
    assert level_of(roadmap, "carol") is None


def test_owners_cannot_delete_their_own(client_for, roadmap):
    answer = client_for("bob").delete(f"/v1beta/{name_of(roadmap, 'bob')}")

    assert answer.status_code == 403
    assert answer.json() == OWN_SHARE_FIXED
    assert level_of(roadmap, "bob") is not None


def test_only_owners_delete_an_owners(client_for, roadmap):
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)

    for username in ("carol", "alice"):
        answer = client_for(username).delete(f"/v1beta/{name_of(roadmap, 'bob')}")
        assert (answer.status_code, answer.json()) == (403, OWNERS_ONLY)


def test_who_may_not_share_learns_nothing_of_others(client_for, roadmap, press_kit):
    """The same refusal for a permission that there is and for one that there is not."""
    for username, library, principal in (("carol", roadmap, "bob"), ("erin", press_kit, "alice")):
        client = client_for(username)
        for name in (name_of(library, principal), f"corpora/{library.natural_id}/permissions/{'0' * 32}"):
            answer = client.delete(f"/v1beta/{name}")
            assert (answer.status_code, answer.json()) == (403, not_allowed("share this library"))
            assert client.delete(f"/v1beta/{name}?nonsense=1").json() == unknown_name("nonsense")


def test_what_has_no_word_here_cannot_be_deleted(client_for, handbook):
    for principal in ("org:acme", "team:interns"):
        answer = client_for("alice").delete(f"/v1beta/{name_of(handbook, principal)}")
        assert (answer.status_code, answer.json()) == (404, NO_PERMISSION)
    assert handbook.shares.count() == 4


def test_it_hides_a_library_that_the_caller_may_not_see(client_for, handbook):
    answer = client_for("dave").delete(f"/v1beta/{name_of(handbook, 'team:engineering')}")

    assert (answer.status_code, answer.json()) == (404, NO_LIBRARY)
    assert level_of(handbook, "team:engineering") is not None


def test_the_request_body_must_be_empty(client_for, press_kit):
    alice, path = client_for("alice"), f"/v1beta/{name_of(press_kit, 'everyone')}"

    assert alice.delete(path, {"role": "READER"}).json() == unknown_name("role")
    assert alice.delete(path, {}).status_code == 200
