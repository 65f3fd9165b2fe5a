"""A share that is over is given again with an end, or with the word that it has none: never by a level alone (R3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from libraries.errors import SharesRefused
from libraries.models import Share
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.bulk import Item, share_many
from libraries.sharing.rules import KEEP, Wanted
from libraries.sharing.share import share_library
from tests.api.hal.calls import SHARES

DETAIL = "The share has expired: say when it ends from now on, or that it has no end."
LATER = timezone.now() + timedelta(days=30)
LEVELS = [Level.NONE, Level.READER, Level.EDITOR]


@pytest.fixture
def over(handbook, carol, alice) -> Share:
    """carol's share at READER, which has ended."""
    share, _ = share_library(library=handbook, principal=named("carol"), level=Level.READER, note="audit", actor=alice)
    Share.objects.filter(pk=share.pk).update(expires_at=timezone.now() - timedelta(days=1))
    share.refresh_from_db()
    return share


def standing(share: Share) -> Any:
    return Share.objects.filter(library=share.library_id, user=share.user_id).values_list(
        "pk", "level", "expires_at", "note"
    )


@pytest.mark.parametrize("level", LEVELS)
def test_in_the_native_api_a_level_alone_is_refused(client_for, over, level):
    alice, path = client_for("alice"), f"{SHARES}/carol"
    refused = alice.put(path, {"accessLevel": level, "note": "again"})
    assert (refused.status_code, refused.json()["code"]) == (422, "expiry_refused")
    assert refused.json()["errors"] == [{"pointer": "#/expiresAt", "detail": DETAIL}]
    assert standing(over).get() == (over.pk, Level.READER, over.expires_at, "audit")
    many = {"shares": [{"principalId": "carol", "accessLevel": level}]}
    assert alice.post(SHARES, many).status_code == 422
    for end in ("2090-01-01T00:00:00Z", None):
        assert alice.put(path, {"accessLevel": level, "expiresAt": end}).json()["expiresAt"] == end


@pytest.mark.parametrize("level", LEVELS)
def test_among_many_it_is_refused_and_with_an_end_it_is_not(handbook, alice, over, level):
    with pytest.raises(SharesRefused) as refused:
        share_many(library=handbook, items=[Item(named("carol"), Wanted(level))], actor=alice)
    assert [str(each) for each in refused.value.refusals.values()] == [DETAIL]
    share_many(library=handbook, items=[Item(named("carol"), Wanted(level, LATER, KEEP))], actor=alice)
    assert standing(over).get() == (over.pk, level, LATER, "audit")


def test_ownership_has_no_end_to_say(handbook, alice, over):
    share, _ = share_library(library=handbook, principal=named("carol"), level=Level.OWNER, actor=alice)
    assert (share.pk, share.expires_at) == (over.pk, None)


def test_the_command_asks_for_an_end_or_none(over):
    with pytest.raises(CommandError) as refused:
        call_command("share", "handbook", "carol", "READER", "--as", "alice")
    assert str(refused.value) == f"{DETAIL} (R3)"
    call_command("share", "handbook", "carol", "READER", "--expires", "none", "--as", "alice", verbosity=0)
    assert standing(over).get() == (over.pk, Level.READER, None, "audit")


@pytest.mark.parametrize(
    ("columns", "written", "changed"),
    [
        ("library,principal,level", "handbook,carol,READER", False),
        ("library,principal,level,expires_at", "handbook,carol,READER,", True),
    ],
)
def test_a_file_without_the_column_is_refused_and_an_empty_end_is_none(tmp_path, over, columns, written, changed):
    path = tmp_path / "shares.csv"
    path.write_text(f"{columns}\n{written}\n")
    if changed:
        call_command("import_shares", str(path), "--as", "alice")
        assert standing(over).get()[1:3] == (Level.READER, None)
    else:
        with pytest.raises(CommandError):
            call_command("import_shares", str(path), "--as", "alice")
        assert standing(over).get() == (over.pk, Level.READER, over.expires_at, "audit")


class TestWhereEndsHaveNoWord:
    """There it is not there, and sharing makes a new one, as it would for anybody."""

    def mistral(self, client: Any, over: Share) -> Any:
        body = {"level": "Editor", "share_with_type": "User", "share_with_uuid": str(over.user_id)}
        return client.put("/v1/libraries/handbook/share", body)

    def lightly(self, client: Any, over: Share) -> Any:
        body = {"accessType": "WRITE", "users": ["carol@acme.example"]}
        return client.post("/v1/datasets/handbook/collaboration/access", body)

    def google(self, client: Any, over: Share) -> Any:
        return client.post(
            "/v1beta/corpora/handbook/permissions", {"emailAddress": "carol@acme.example", "role": "WRITER"}
        )

    @pytest.mark.parametrize("dialect", ["mistral", "lightly", "google"])
    def test_it_makes_a_new_one(self, client_for, new_events, over, dialect):
        alice = client_for("alice")
        before = len(new_events())
        answer = getattr(self, dialect)(alice, over)
        assert answer.status_code in (200, 201)
        share, level, expires_at, note = standing(over).get()
        assert (share != over.pk, level, expires_at, note) == (True, Level.EDITOR, None, "")
        carols = [event for event in new_events()[before:] if event[1] == "carol"]
        assert carols == [("share.expired", "carol", 1, None), ("share.created", "carol", None, 2)]
        call_command("verify_grants")

    @pytest.mark.parametrize("dialect", ["mistral", "lightly", "google"])
    def test_one_who_could_not_be_shared_with_is_refused_and_nothing_is_cleared_away(
        self, client_for, carol, over, dialect
    ):
        """R8"""
        alice = client_for("alice")
        carol.is_active = False
        carol.save()
        assert getattr(self, dialect)(alice, over).status_code in (400, 422)
        assert standing(over).get()[0] == over.pk
