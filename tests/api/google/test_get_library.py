"""GET /v1beta/corpora/{corpus} and /v1beta/tunedModels/{tunedModel}"""

import pytest

from tests.api.google.bodies import NO_LIBRARY, unknown_name


def moment(value):
    return value.isoformat().replace("+00:00", "Z")


def test_it_answers_the_library_as_a_corpus(client_for, handbook):
    answer = client_for("bob").get("/v1beta/corpora/handbook")

    assert answer.status_code == 200
    assert answer.json() == {
        "name": "corpora/handbook",
        "displayName": "Handbook",
        "createTime": moment(handbook.created_at),
        "updateTime": moment(handbook.updated_at),
    }


def test_it_answers_the_library_as_a_tuned_model(client_for, handbook):
    handbook.description = "How we work."
    handbook.save()
    bob = client_for("bob")

    assert bob.get("/v1beta/tunedModels/handbook").json() == {
        "name": "tunedModels/handbook",
        "displayName": "Handbook",
        "description": "How we work.",
        "state": "ACTIVE",
        "createTime": moment(handbook.created_at),
        "updateTime": moment(handbook.updated_at),
    }
    assert bob.get("/v1beta/tunedModels/handbook?%24alt=json%3Benum-encoding%3Dint").json()["state"] == 2


@pytest.mark.parametrize("collection", ["corpora", "tunedModels"])
def test_a_library_answers_to_all_of_its_names_and_shows_the_natural_id(client_for, handbook, collection):
    for identifier in (handbook.pk, str(handbook.pk).upper(), handbook.object_id):
        answer = client_for("bob").get(f"/v1beta/{collection}/{identifier}")
        assert answer.json()["name"] == f"{collection}/handbook"


@pytest.mark.parametrize("collection", ["corpora", "tunedModels"])
def test_it_hides_a_library_that_the_caller_may_not_see(client_for, handbook, collection):
    dave = client_for("dave")

    for identifier in ("handbook", handbook.pk, handbook.object_id, "nowhere", "%00", "%F0%9F%94%91", "-", "a" * 3000):
        answer = dave.get(f"/v1beta/{collection}/{identifier}?nonsense=1")
        assert (answer.status_code, answer.json()) == (404, NO_LIBRARY)


def test_it_refuses_what_there_is_not(client_for, handbook):
    bob = client_for("bob")

    assert bob.get("/v1beta/corpora/handbook?view=FULL").json() == unknown_name("view")
    assert bob.send("GET", "/v1beta/tunedModels/handbook", {"name": 1}).json() == unknown_name("name")
