"""Calls of the API that meet: one outcome, and never an error of the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from libraries.models import OPERATOR, Event, Library, Share
from libraries.people.members import add_member, remove_member
from libraries.rules.levels import Level
from libraries.sharing import grants
from tests.at_once import at_once
from tests.clients import ApiClient
from tests.factories import give

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def statuses(calls: Sequence[Callable[[], Any]]) -> Counter[int]:
    return Counter(answer.status_code for answer in at_once(calls))


def put(client: ApiClient, path: str, level: Level) -> Callable[[], object]:
    return partial(client.put, path, {"accessLevel": level})


def assert_all_is_well() -> None:
    assert list(grants.discrepancies()) == []
    for library in Library.objects.all():
        assert library.shares.filter(level=Level.OWNER).exists()
        assert library.share_count == library.shares.count()


def test_twenty_puts_of_one_principal_make_one_share(client_for, handbook):
    client = client_for("alice")
    path = "/api/libraries/handbook/shares/erin"

    assert statuses([put(client, path, Level.READER)] * 20) == {200: 20}

    assert Share.objects.filter(library=handbook, user__username="erin").count() == 1
    assert Event.objects.filter(action="share.created", library="handbook", principal="erin").count() == 1
    assert_all_is_well()


def test_twenty_puts_of_different_levels_leave_one_of_them(client_for, handbook):
    client = client_for("alice")
    path = "/api/libraries/handbook/shares/erin"
    levels = [Level.NONE, Level.READER, Level.EDITOR, Level.OWNER] * 5

    assert statuses([put(client, path, level) for level in levels]) == {200: 20}
    assert Share.objects.filter(library=handbook, user__username="erin").count() == 1
    assert_all_is_well()


def test_only_one_of_twenty_makes_it_where_each_wants_to_be_the_first(client_for, handbook):
    client = client_for("alice")
    call = partial(client.put, "/api/libraries/handbook/shares/erin", {"accessLevel": 1}, If_None_Match="*")
    assert statuses([call] * 20) == {200: 1, 412: 19}


def test_two_owners_who_lower_each_other_leave_one_r6(client_for, bob, carol, roadmap):
    clients = {name: client_for(name) for name in ("bob", "carol")}
    for _ in range(ROUNDS):
        (owner,) = roadmap.shares.filter(level=Level.OWNER).values_list("user__username", flat=True)
        give(roadmap, "carol" if owner == "bob" else "bob", Level.OWNER)

        answered = statuses(
            [
                put(clients["bob"], "/api/libraries/roadmap/shares/carol", Level.EDITOR),
                put(clients["carol"], "/api/libraries/roadmap/shares/bob", Level.EDITOR),
            ]
        )

        assert answered == {200: 1, 403: 1}
        assert roadmap.shares.filter(level=Level.OWNER).count() == 1


def test_two_owners_who_remove_each_other_leave_one_r6(client_for, bob, carol, roadmap):
    clients = {name: client_for(name) for name in ("bob", "carol")}
    for _ in range(ROUNDS):
        (owner,) = roadmap.shares.filter(level=Level.OWNER).values_list("user__username", flat=True)
        give(roadmap, "carol" if owner == "bob" else "bob", Level.OWNER)

        answered = statuses(
            [
                partial(clients["bob"].delete, "/api/libraries/roadmap/shares/carol"),
                partial(clients["carol"].delete, "/api/libraries/roadmap/shares/bob"),
            ]
        )

        assert answered[204] == 1
        assert set(answered) <= {204, 403, 404}
        assert roadmap.shares.filter(level=Level.OWNER).count() == 1


def test_deletes_of_one_share_end_it_once(client_for, handbook):
    call = partial(client_for("alice").delete, "/api/libraries/handbook/shares/org%3Aacme")
    assert statuses([call] * 10) == {204: 1, 404: 9}
    assert Event.objects.filter(action="share.revoked", principal="org:acme").count() == 1
    assert_all_is_well()


def test_puts_to_a_library_that_is_being_deleted_find_it_or_not(client_for, handbook):
    client = client_for("alice")
    calls: list[Callable[[], object]] = [partial(client.delete, "/api/libraries/handbook")]
    calls += [put(client, f"/api/libraries/handbook/shares/{name}", Level.READER) for name in ("erin", "frank")] * 4

    answered = statuses(calls)

    assert answered[204] == 1
    assert set(answered) <= {200, 204, 404}
    assert not Library.objects.filter(natural_id="handbook").exists()
    assert_all_is_well()


def test_a_put_for_one_who_leaves_leaves_no_share_behind_r8_r12(client_for, frank, globex, lab_notes):
    client = client_for("erin")
    for _ in range(ROUNDS):
        add_member(organization=globex, user=frank, actor=OPERATOR)
        answer, _ = at_once(
            [
                put(client, "/api/libraries/lab-notes/shares/frank", Level.READER),
                partial(remove_member, organization=globex, user=frank, actor=OPERATOR),
            ]
        )
        assert answer.status_code in (200, 422)
        assert not Share.objects.filter(user=frank).exists()


def test_libraries_of_one_name_get_natural_ids_of_their_own(client_for, world):
    call = partial(client_for("bob").post, "/api/libraries", {"name": "Same"})
    assert statuses([call] * 8) == {201: 8}
    assert Library.objects.filter(name="Same").count() == 8


def test_one_natural_id_is_given_once(client_for, world):
    call = partial(client_for("bob").post, "/api/libraries", {"name": "Same", "naturalId": "same"})
    assert statuses([call] * 8) == {201: 1, 422: 7}
    assert_all_is_well()


def test_puts_of_one_team_make_it_once(client_for, world):
    call = partial(client_for("alice").put, "/api/organizations/acme/teams/legal", {"name": "Legal"})
    assert statuses([call] * 8) == {201: 1, 200: 7}
    assert Event.objects.filter(action="team.created", principal="team:legal").count() == 1


def test_puts_of_one_member_add_them_once(client_for, world):
    call = partial(client_for("admin").put, "/api/organizations/acme/members/erin", {"administrator": True})
    assert statuses([call] * 8) == {200: 8}
    for action in ("member.added", "administrator.added"):
        assert Event.objects.filter(action=action, organization="acme", principal="erin").count() == 1


def test_a_transfer_only_from_what_was_seen_goes_to_one_alone(client_for, roadmap):
    client = client_for("alice")
    etag = client.get("/api/libraries/roadmap/owner").headers["ETag"]
    calls: list[Callable[[], object]] = [
        partial(client.put, "/api/libraries/roadmap/owner", {"username": name}, If_Match=etag)
        for name in ("alice", "carol", "dave") * 2
    ]
    assert statuses(calls) == {200: 1, 412: 5}
    assert_all_is_well()
