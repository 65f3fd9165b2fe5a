"""manage.py unshare LIBRARY PRINCIPAL [--as USER]"""

import pytest

from libraries.access.check import can
from libraries.models import Event
from libraries.rules.levels import Action, Level
from tests.commands.conftest import ODD_TEXTS


def test_it_takes_the_share_away_and_says_so_r11(run, bob, handbook):
    assert run("unshare", "handbook", "team:engineering").out == (
        "team:engineering no longer has a share on handbook.\n"
    )
    assert not can(bob, handbook, Action.CHANGE)
    event = Event.objects.latest("pk")
    assert (event.action, event.via, event.from_level) == ("share.revoked", "command", Level.EDITOR)


def test_it_acts_as_whom_it_is_told_r7(run, carol, roadmap):
    run("unshare", "roadmap", "carol", "--as", "carol")
    assert Event.objects.latest("pk").actor == "carol"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("carol",), "This library is not shared with “carol”."),
        (("org:acme", "--as", "bob"), "You may not share this library. Ask an owner of it. (R4)"),
        (
            ("alice", "--as", "alice"),
            "Owners cannot change or remove their own access. Transfer the library instead. (R6)",
        ),
        (("org:acme", "--as", "dave"), "There is no such library. (R9)"),
    ],
)
def test_each_refusal_is_a_sentence_with_its_rule(refusal_of, handbook, arguments, sentence):
    assert refusal_of("unshare", "handbook", *arguments) == sentence
    assert handbook.shares.count() == 4


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_arguments_are_refused_one_by_one(refusal_of, handbook, odd):
    refusal_of("unshare", "--", odd, "org:acme")
    refusal_of("unshare", "--", "handbook", odd)
    assert handbook.shares.count() == 4
