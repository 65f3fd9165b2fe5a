"""GET /v1/datasets/{datasetId}/collaboration/access: “Get shared access configs by datasetId.”"""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from libraries.models import Share, User
from libraries.rules.levels import Level
from tests.api.lightly.calls import NOWHERE, configs_path, levels, share


def test_get_successful_is_200_and_the_list_with_write_first(client_for, handbook, alice, acme, engineering):
    """“200 | Get successful | [SharedAccessConfigData]”"""
    Share.objects.filter(team=engineering).update(
        created_at=datetime(2026, 1, 2, 3, 4, 5, 678999, UTC), updated_at=datetime(2026, 1, 3, tzinfo=UTC)
    )
    Share.objects.filter(organization=acme).update(
        created_at=datetime(2026, 2, 1, tzinfo=UTC), updated_at=datetime(2026, 2, 2, tzinfo=UTC)
    )

    answer = client_for("alice").get(configs_path(handbook))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert body == [
        {
            "id": body[0]["id"],
            "owner": str(alice.pk),
            "accessType": "WRITE",
            "users": [],
            "organizations": [],
            "teams": [str(engineering.pk)],
            "createdAt": 1767323045678,
            "lastModifiedAt": 1767398400000,
        },
        {
            "id": body[1]["id"],
            "owner": str(alice.pk),
            "accessType": "READ",
            "users": [],
            "organizations": [str(acme.pk)],
            "teams": [],
            "createdAt": 1769904000000,
            "lastModifiedAt": 1769990400000,
        },
    ]


def test_the_times_are_those_of_the_oldest_share_and_of_the_latest_change(client_for, roadmap, carol):
    share(roadmap, "dave", Level.EDITOR)
    roadmap.shares.filter(user=carol).update(
        created_at=datetime(2026, 1, 1, tzinfo=UTC), updated_at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    roadmap.shares.filter(user__username="dave").update(
        created_at=datetime(2026, 1, 3, tzinfo=UTC), updated_at=datetime(2026, 1, 4, tzinfo=UTC)
    )

    write = client_for("bob").get(configs_path(roadmap)).json()[0]

    assert (write["createdAt"], write["lastModifiedAt"]) == (1767225600000, 1767484800000)


def test_ids_are_24_hex_digits_stable_and_another_for_each_access_type_and_library(client_for, handbook, roadmap):
    client = client_for("alice")
    first = [config["id"] for config in client.get(configs_path(handbook)).json()]
    client.post(configs_path(handbook), {"accessType": "WRITE", "users": ["carol@acme.example"], "teams": []})
    again = [config["id"] for config in client.get(configs_path(handbook)).json()]
    other = [config["id"] for config in client.get(configs_path(roadmap)).json()]

    assert again == first
    assert len({*first, *other}) == 4
    assert all(len(id) == 24 and set(id) <= set("0123456789abcdef") for id in [*first, *other])


def test_users_are_emails_oldest_share_first(client_for, roadmap):
    share(roadmap, "frank", Level.EDITOR)
    share(roadmap, "dave", Level.EDITOR)

    write = client_for("bob").get(configs_path(roadmap)).json()[0]

    assert write["users"] == ["carol@acme.example", "frank@globex.example", "dave@acme.example"]


def test_a_config_that_nobody_is_in_is_not_listed(client_for, press_kit, lab_notes):
    share(lab_notes, "frank", Level.READER)

    assert client_for("alice").get(configs_path(press_kit)).json() == []
    assert [config["accessType"] for config in client_for("erin").get(configs_path(lab_notes)).json()] == ["READ"]


def test_who_is_shut_out_and_everyone_are_never_shown(client_for, press_kit, handbook):
    share(press_kit, "team:interns", Level.NONE)
    share(press_kit, "bob", Level.NONE)
    share(press_kit, "org:globex", Level.NONE)

    assert set(levels(press_kit)) == {"alice", "everyone", "team:interns", "bob", "org:globex"}
    assert client_for("alice").get(configs_path(press_kit)).json() == []


def test_of_several_owners_the_one_with_the_oldest_share_is_shown_and_none_is_a_member(
    client_for, roadmap, alice, bob, dave
):
    share(roadmap, "dave", Level.OWNER)

    for config in client_for("dave").get(configs_path(roadmap)).json():
        assert config["owner"] == str(bob.pk)
        assert not {"bob@acme.example", "dave@acme.example"} & set(config["users"])


def test_a_share_that_is_over_is_not_shown(client_for, roadmap, carol):
    tomorrow = timezone.now() + timedelta(days=1)
    share(roadmap, "carol", Level.EDITOR, expires_at=tomorrow)
    assert client_for("bob").get(configs_path(roadmap)).json()[0]["users"] == ["carol@acme.example"]

    roadmap.shares.filter(user=carol).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert [config["accessType"] for config in client_for("bob").get(configs_path(roadmap)).json()] == ["READ"]


def test_who_has_no_email_cannot_be_shown(client_for, roadmap):
    User.objects.filter(username="carol").update(email="")

    assert client_for("bob").get(configs_path(roadmap)).json()[0]["users"] == []


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_the_library_answers_to_each_of_its_names(client_for, handbook, name):
    client = client_for("alice")

    answer = client.get(configs_path(str(getattr(handbook, name))))

    assert answer.status_code == 200
    assert answer.json() == client.get(configs_path(handbook)).json()


def test_only_who_may_see_the_share_list_reads_it(client_for, handbook, press_kit):
    for library, username, status in [
        (handbook, "alice", 200),
        (handbook, "bob", 200),  # edits
        (handbook, "carol", 200),
        (handbook, "dave", 404),  # shut out
        (handbook, "erin", 404),
        (press_kit, "erin", 403),  # sees it as everyone does, so not its share list (R9)
        (press_kit, "alice", 200),
    ]:
        assert client_for(username).get(configs_path(library)).status_code == status, (library, username)


def test_what_one_may_not_see_looks_like_what_does_not_exist(client_for, handbook):
    client = client_for("erin")

    hidden, missing = (
        client.get(configs_path(identifier), X_Request_ID="same") for identifier in (handbook.object_id, NOWHERE)
    )

    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert missing.json() == {"code": "DATASET_UNKNOWN", "error": "There is no such library.", "requestId": "same"}


def test_it_costs_the_same_at_3_and_at_300_shares(client_for, roadmap, django_assert_num_queries):
    client = client_for("bob")
    assert len(levels(roadmap)) == 3
    with django_assert_num_queries(3):
        client.get(configs_path(roadmap))

    users = User.objects.bulk_create(User(username=f"u{n}", email=f"u{n}@acme.example") for n in range(297))
    Share.objects.bulk_create(
        Share(library=roadmap, kind=0, user=user, level=1 + n % 2) for n, user in enumerate(users)
    )

    with django_assert_num_queries(3):
        assert [len(config["users"]) for config in client.get(configs_path(roadmap)).json()] == [149, 149]
