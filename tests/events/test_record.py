"""R11: every change is an event, and no event ever changes."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from libraries.events.record import recorded_via
from libraries.models import OPERATOR, Event
from libraries.models.events import AppendOnly
from libraries.people.members import remove_member
from libraries.rules.levels import Level
from tests.factories import give, give_as, in_days


def test_it_says_who_what_from_to_by_which_way_and_when_r11(alice, acme, handbook):
    before = timezone.now()
    with recorded_via("mistral", "request-7"):
        give_as(alice, handbook, "org:acme", Level.EDITOR)

    event = Event.objects.latest("pk")
    assert before <= event.at <= timezone.now()
    assert Event.objects.filter(pk=event.pk).values().get() == {
        "id": event.pk,
        "position": event.position,
        "at": event.at,
        "action": "share.changed",
        "actor": "alice",
        "actor_id": alice.pk,
        "via": "mistral",
        "request_id": "request-7",
        "key_id": None,
        "address": None,
        "organization": "acme",
        "organization_id": acme.pk,
        "library": "handbook",
        "library_id": handbook.pk,
        "principal": "org:acme",
        "from_level": Level.READER,
        "to_level": Level.EDITOR,
        "details": {},
    }


def test_it_says_what_else_of_a_share_changed_r11(handbook):
    end = in_days(1)
    give(handbook, "erin", Level.READER, expires_at=end, note="trial")
    assert Event.objects.latest("pk").details == {"expiresAt": [None, end.isoformat()], "note": ["", "trial"]}
    give(handbook, "erin", Level.READER, expires_at=None)
    assert Event.objects.latest("pk").details == {"expiresAt": [end.isoformat(), None]}


def test_the_way_in_ends_with_its_block_even_on_an_error_r11(alice, handbook):
    with pytest.raises(RuntimeError), recorded_via("hal", "1"):
        raise RuntimeError
    give_as(alice, handbook, "erin", Level.READER)
    event = Event.objects.latest("pk")
    assert (event.via, event.request_id) == ("code", "")


def test_the_operator_is_nobody_by_name_r11(handbook):
    with recorded_via("command"):
        give_as(OPERATOR, handbook, "erin", Level.READER)
    event = Event.objects.latest("pk")
    assert (event.actor, event.actor_id, event.via) == ("", None, "command")


def test_it_outlives_what_it_tells_of_r11(carol, acme, roadmap):
    remove_member(organization=acme, user=carol, actor=OPERATOR)
    carol.delete()
    assert Event.objects.filter(action="share.revoked", principal="carol", library="roadmap").exists()


class TestAppendOnly:
    @pytest.fixture
    def event(self, world):
        return Event.objects.latest("pk")

    @pytest.mark.parametrize("options", [{}, {"force_update": True}, {"update_fields": ["actor"]}])
    def test_one_is_never_saved_again_r11(self, event, options):
        event.actor = "mallory"
        with pytest.raises(AppendOnly):
            event.save(**options)
        assert Event.objects.get(pk=event.pk).actor != "mallory"

    def test_nor_overwritten_by_a_new_one_of_the_same_key_r11(self, event):
        with pytest.raises(AppendOnly):
            Event(pk=event.pk, action="x", via="x", actor="mallory").save(force_update=True)
        assert Event.objects.get(pk=event.pk).actor != "mallory"

    def test_nor_changed_or_deleted_by_any_other_way_r11(self, event):
        everything = Event.objects.all()
        for change in (
            lambda: event.delete(),
            lambda: everything.delete(),
            lambda: everything.update(actor="mallory"),
            lambda: everything.filter(pk=event.pk).delete(),
            lambda: Event.objects.bulk_update([event], ["actor"]),
            lambda: Event.objects.update_or_create({"actor": "mallory"}, pk=event.pk),
        ):
            with pytest.raises(AppendOnly), transaction.atomic():
                change()
        assert Event.objects.filter(pk=event.pk).exclude(actor="mallory").exists()
