"""POST /v1beta/{name}:transferOwnership"""

import pytest

from libraries.models import Event
from tests.api.google.bodies import NO_LIBRARY, invalid, nobody, not_allowed, unknown_name
from tests.factories import levels

PATH = "/v1beta/tunedModels/roadmap:transferOwnership"


@pytest.mark.parametrize("collection", ["tunedModels", "corpora"])
def test_the_old_owner_becomes_a_writer(client_for, roadmap, collection):
    answer = client_for("bob").post(
        f"/v1beta/{collection}/roadmap:transferOwnership", {"emailAddress": "dave@acme.example"}
    )

    assert (answer.status_code, answer.json()) == (200, {})
    assert levels(roadmap) == {
        "bob": "EDITOR",
        "carol": "EDITOR",
        "team:data-science": "READER",
        "dave": "OWNER",
    }
    assert Event.objects.filter(action="library.transferred", via="google", principal="dave").count() == 1


def test_it_takes_what_the_vendors_messages_hold_and_no_more(client_for, roadmap):
    bob = client_for("bob")

    assert bob.post(PATH, {"emailAddress": "carol@acme.example", "role": 1}).json() == unknown_name("role")
    body = {"name": "tunedModels/roadmap", "email_address": "Carol@acme.example"}
    assert bob.post(f"{PATH}?$alt=json;enum-encoding=int", body).json() == {}
    assert levels(roadmap)["carol"] == "OWNER"


@pytest.mark.parametrize("body", [None, {}, {"emailAddress": None}])
def test_an_email_is_required(client_for, roadmap, body):
    assert client_for("bob").post(PATH, body).json() == invalid("emailAddress", "This field is required.")


def test_an_empty_email_is_nobodys(client_for, roadmap, dave):
    dave.email = ""
    dave.save()

    answer = client_for("bob").post(PATH, {"emailAddress": ""})

    assert answer.json() == invalid("emailAddress", "This field may not be blank.")
    assert levels(roadmap)["bob"] == "OWNER"


def test_an_unknown_user_a_group_and_one_from_outside_get_the_same_answer(client_for, lab_notes):
    for email in ("nobody@nowhere.example", "engineering@acme.example", "alice@acme.example"):
        answer = client_for("erin").post("/v1beta/tunedModels/lab-notes:transferOwnership", {"emailAddress": email})
        assert answer.status_code == 400
        assert answer.json() == nobody(email)
    assert levels(lab_notes)["erin"] == "OWNER"


def test_only_owners_and_administrators_transfer(client_for, roadmap):
    body = {"emailAddress": "carol@acme.example"}

    refused = client_for("carol").post(PATH, body)
    assert refused.status_code == 403
    assert refused.json() == not_allowed("transfer this library or change its sharing settings")
    assert client_for("dave").post(PATH, {"nonsense": 1}).json() == NO_LIBRARY

    assert client_for("alice").post(PATH, body).json() == {}
    assert levels(roadmap)["carol"] == "OWNER"


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_nothing_but_post_will_do(client_for, roadmap, method):
    assert getattr(client_for("bob"), method)(PATH).status_code == 405


def test_there_is_no_other_verb(client_for, roadmap):
    assert client_for("bob").post("/v1beta/corpora/roadmap:query", {}).status_code == 404
