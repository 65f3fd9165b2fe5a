"""Every kind of event is told as a sentence."""

import pytest

from libraries.admin.panels.timeline import SENTENCES, lines
from libraries.events.record import EventAction
from libraries.models import Event


def told(action, **columns):
    line = lines([Event(action=action, actor="alice", via="hal", **columns)])[0]
    return f"{line.actor} {line.before}{line.library}{line.after}"


def test_there_is_a_sentence_for_each():
    assert set(SENTENCES) == set(EventAction)


@pytest.mark.parametrize("action", [*EventAction, "something.new"])
def test_none_breaks_on_an_event_that_says_little(action):
    assert told(action).startswith("alice ")


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (
            {"action": "share.created", "to_level": 2},
            "alice shared handbook with bob as EDITOR",
        ),
        (
            {"action": "share.created", "to_level": 0},
            "alice shut bob out of handbook",
        ),
        (
            {"action": "share.changed", "from_level": 2, "to_level": 1},
            "alice changed bob from EDITOR to READER on handbook",
        ),
        (
            {"action": "share.changed", "from_level": 1, "to_level": 1, "details": {"expiresAt": [], "note": []}},
            "alice changed the end and the note of bob's share of handbook",
        ),
        (
            {"action": "share.revoked", "from_level": 1},
            "alice stopped sharing handbook with bob, which gave READER",
        ),
        (
            {"action": "share.revoked", "from_level": 0},
            "alice ended the shut-out of bob from handbook",
        ),
        (
            {"action": "library.changed", "details": {"name": [], "editors_can_share": []}},
            "alice changed the name and whether editors share of handbook",
        ),
        (
            {"action": "library.transferred"},
            "alice transferred handbook to bob",
        ),
        (
            {"action": "team.member_added", "details": {"team": "engineering"}},
            "alice took bob into team engineering",
        ),
        (
            {"action": "key.revoked", "details": {"key": "laptop"}},
            "alice revoked the key “laptop” of bob",
        ),
    ],
)
def test_it_reads_as_people_talk(columns, sentence):
    assert told(library="handbook", principal="bob", **columns) == sentence


def test_who_has_no_name_is_the_operator_and_what_is_gone_is_no_link():
    line = lines([Event(action="library.deleted", library="handbook")])[0]
    assert (line.actor, line.library, line.library_id) == ("the operator", "handbook", None)
