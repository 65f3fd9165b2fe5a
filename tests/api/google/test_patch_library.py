"""PATCH /v1beta/corpora/{corpus} and /v1beta/tunedModels/{tunedModel}"""

import pytest

from libraries.models import Event, Library
from tests.api.google.bodies import NO_LIBRARY, invalid, not_allowed, unknown_name

PATH = "/v1beta/corpora/roadmap"


@pytest.mark.parametrize("collection", ["corpora", "tunedModels"])
def test_it_updates_the_display_name(client_for, roadmap, collection):
    path = f"/v1beta/{collection}/roadmap"

    answer = client_for("carol").patch(f"{path}?updateMask=displayName", {"displayName": "The Way"})

    assert answer.status_code == 200
    assert answer.json() == client_for("bob").get(path).json()
    assert answer.json()["displayName"] == "The Way"
    assert Event.objects.filter(action="library.changed", via="google").count() == 1


@pytest.mark.parametrize("query", ["updateMask=displayName", "update_mask=display_name", "updateMask=display_name"])
def test_it_takes_masks_and_names_in_every_spelling(client_for, roadmap, query):
    assert client_for("bob").patch(f"{PATH}?{query}", {"display_name": "The Way"}).json()["displayName"] == "The Way"


def test_an_update_mask_is_required_and_the_display_name_its_only_path(client_for, roadmap):
    bob, body = client_for("bob"), {"displayName": "The Way"}

    assert bob.patch(PATH, body).json() == invalid("updateMask", "This field is required.")
    for path in ("name", "description", "*", "createTime"):
        answer = bob.patch(f"{PATH}?updateMask={path}", body)
        assert answer.json() == invalid("updateMask", f"“{path}” cannot be updated, only displayName.")
    assert Library.objects.get(pk=roadmap.pk).name == "Roadmap"


def test_only_the_masked_field_counts(client_for, roadmap):
    """The vendor's client sends a tuned model back as it got it."""
    bob = client_for("bob")
    before = bob.get("/v1beta/tunedModels/roadmap?$alt=json;enum-encoding=int").json()
    body = {**before, "displayName": "The Way", "description": "Another", "createTime": "2020-01-01T00:00:00Z"}

    after = bob.patch("/v1beta/tunedModels/roadmap?updateMask=displayName&$alt=json;enum-encoding=int", body).json()

    assert after == {**before, "displayName": "The Way", "updateTime": after["updateTime"]}
    assert after["updateTime"] > before["updateTime"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (None, "This field is required."),
        ({}, "This field is required."),
        ({"displayName": ""}, "This field may not be blank."),
        ({"displayName": "  "}, "This field may not be blank."),
        ({"displayName": 7}, "Not a valid string."),
        ({"displayName": "n" * 201}, "Ensure this field has no more than 200 characters."),
    ],
)
def test_it_refuses_a_display_name_that_is_none(client_for, roadmap, body, why):
    assert client_for("bob").patch(f"{PATH}?updateMask=displayName", body).json() == invalid("displayName", why)


def test_it_refuses_a_field_that_there_is_not(client_for, roadmap):
    answer = client_for("bob").patch(f"{PATH}?updateMask=displayName", {"displayName": "x", "emoji": "x"})

    assert answer.json() == unknown_name("emoji")


def test_readers_and_administrators_may_not(client_for, roadmap):
    client_for("bob").put("/api/libraries/roadmap/shares/erin", {"accessLevel": 1})

    for username in ("erin", "alice"):
        answer = client_for(username).patch(PATH, {"nonsense": 1})
        assert answer.status_code == 403
        assert answer.json() == not_allowed("change this library")


def test_it_hides_a_library_that_the_caller_may_not_see(client_for, roadmap):
    answer = client_for("dave").patch(PATH, {"nonsense": 1})

    assert (answer.status_code, answer.json()) == (404, NO_LIBRARY)
