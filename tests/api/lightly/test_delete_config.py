"""DELETE /v1/datasets/{datasetId}/collaboration/access/{accessConfigId}: “Delete shared access config by id.”"""

from datetime import timedelta

import pytest
from django.utils import timezone

from libraries.api.lightly.configs import config_id
from libraries.models import Library, User
from libraries.rules.levels import Level
from tests.api.lightly.calls import NOWHERE, config_path, configs_path, events, levels, share

READER, EDITOR, OWNER, NONE = Level.READER, Level.EDITOR, Level.OWNER, Level.NONE


def test_deletion_successful_is_200_with_an_empty_body(client_for, roadmap):
    """“200 | Deletion successful | body was not defined”"""
    client = client_for("bob")
    id = client.get(configs_path(roadmap)).json()[0]["id"]

    answer = client.delete(config_path(roadmap, id))

    assert (answer.status_code, answer.content) == (200, b"")
    assert "Content-Type" not in answer.headers
    assert [config["accessType"] for config in client.get(configs_path(roadmap)).json()] == ["READ"]


@pytest.mark.parametrize(
    ("access_type", "level", "rest"), [("WRITE", EDITOR, {"frank": READER}), ("READ", READER, {"frank": EDITOR})]
)
def test_it_revokes_the_users_teams_and_organizations_of_that_config_and_nothing_else(
    client_for, press_kit, access_type, level, rest
):
    for principal in ("bob", "team:engineering", "org:globex"):
        share(press_kit, principal, level)
    for principal, other in [("carol", NONE), ("team:interns", NONE), ("dave", OWNER), *rest.items()]:
        share(press_kit, principal, other)

    answer = client_for("alice").delete(config_path(press_kit, config_id(press_kit, access_type)))

    assert answer.status_code == 200
    assert levels(press_kit) == {
        "alice": OWNER,
        "dave": OWNER,
        "everyone": READER,
        "carol": NONE,
        "team:interns": NONE,
        **rest,
    }


def test_it_revokes_also_what_the_client_cannot_see(client_for, handbook):
    share(handbook, "org:globex", EDITOR)
    User.objects.filter(username="carol").update(email="")
    share(handbook, "carol", EDITOR)
    client, strict = client_for("alice"), {"User-Agent": "Lightly/1.5.22"}
    config = client.get(configs_path(handbook), **strict).json()[0]
    assert (config["users"], "organizations" in config) == ([], False)

    client.delete(config_path(handbook, config["id"]), **strict)
    client.delete(config_path(handbook, config_id(handbook, "READ")), **strict)

    assert levels(handbook) == {"alice": OWNER, "team:interns": NONE}


def test_r11_each_revoked_share_is_one_event(client_for, roadmap):
    share(roadmap, "dave", EDITOR)
    recorded = len(events(roadmap))

    client_for("alice").delete(config_path(roadmap, config_id(roadmap, "WRITE")), X_Request_ID="r4")

    new = events(roadmap)[recorded:]
    assert sorted((event.action, event.principal, event.from_level, event.to_level) for event in new) == [
        ("share.revoked", "carol", EDITOR, None),
        ("share.revoked", "dave", EDITOR, None),
    ]
    assert {(event.actor, event.via, event.request_id) for event in new} == {("alice", "lightly", "r4")}


def test_a_config_that_is_not_there_is_404(client_for, roadmap, handbook, press_kit, carol):
    client = client_for("alice")
    over = timezone.now() - timedelta(seconds=1)
    roadmap.shares.filter(user=carol).update(expires_at=over)

    for library, id in [
        (roadmap, NOWHERE),
        (roadmap, "no-id"),
        (roadmap, config_id(roadmap, "OWNER")),
        (roadmap, config_id(handbook, "READ")),  # another library's
        (roadmap, config_id(roadmap, "WRITE")),  # only a share that is over
        (press_kit, config_id(press_kit, "READ")),  # only everyone
    ]:
        before = levels(library)
        answer = client.delete(config_path(library, id), X_Request_ID="r5")
        assert answer.status_code == 404
        assert answer.json() == {
            "code": "ACCESS_CONTROL_UNKNOWN",
            "error": "This dataset has no such access config.",
            "requestId": "r5",
        }
        assert levels(library) == before


def test_a_second_deletion_is_404(client_for, roadmap):
    client = client_for("bob")

    statuses = [client.delete(config_path(roadmap, config_id(roadmap, "WRITE"))).status_code for _ in range(2)]

    assert statuses == [200, 404]


def test_only_who_shares_deletes(client_for, handbook):
    path = config_path(handbook, config_id(handbook, "READ"))
    for username, status in [("bob", 403), ("dave", 404), ("erin", 404), ("alice", 200)]:
        assert client_for(username).delete(path).status_code == status, username


def test_an_editor_who_shares_may_delete_the_config_that_lets_them(client_for, roadmap):
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)
    share(roadmap, "dave", EDITOR)
    share(roadmap, "org:acme", EDITOR)

    answer = client_for("carol").delete(config_path(roadmap, config_id(roadmap, "WRITE")))

    assert answer.status_code == 200
    assert levels(roadmap) == {"bob": OWNER, "team:data-science": READER}


def test_a_body_that_the_client_sends_along_is_ignored(client_for, roadmap):
    """1.3.3 sends `{}` with every DELETE."""
    for body, access_type in [({}, "WRITE"), (b"{", "READ")]:
        path = config_path(roadmap, config_id(roadmap, access_type))
        assert client_for("bob").delete(path, body).status_code == 200
