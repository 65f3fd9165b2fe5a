"""manage.py transfer_library LIBRARY USER [--as USER]"""

import pytest

from libraries.models import Event
from libraries.rules.levels import Level
from tests.commands.conftest import ODD_TEXTS
from tests.factories import give, level_of


def test_it_makes_the_new_owner_and_every_other_an_editor_r10_r11(run, alice, erin, handbook):
    give(handbook, "bob", Level.OWNER)
    assert run("transfer_library", "handbook", "erin").out == "erin owns handbook.\n"
    assert level_of(erin, handbook) == Level.OWNER
    assert handbook.shares.filter(level=Level.OWNER).count() == 1
    event = Event.objects.latest("pk")
    assert (event.action, event.via, event.actor) == ("library.transferred", "command", "")


def test_as_an_owner_it_leaves_the_other_owners_r6(run, handbook):
    give(handbook, "bob", Level.OWNER)
    run("transfer_library", "handbook", "erin", "--as", "alice")
    owners = handbook.shares.filter(level=Level.OWNER).values_list("user__username", flat=True)
    assert sorted(owners) == ["bob", "erin"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nobody",), "No user, team or organization “nobody” can be given access to this library. (R8)"),
        (("team:engineering",), "Only a user can be an owner."),
        (("everyone",), "Only a user can be an owner."),
        (
            ("bob", "--as", "bob"),
            "You may not transfer this library or change its sharing settings. Ask an owner of it. (R4)",
        ),
        (("bob", "--as", "dave"), "There is no such library. (R9)"),
    ],
)
def test_each_refusal_is_a_sentence_with_its_rule(refusal_of, alice, handbook, arguments, sentence):
    assert refusal_of("transfer_library", "handbook", *arguments) == sentence
    assert level_of(alice, handbook) == Level.OWNER


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_arguments_are_refused_one_by_one(refusal_of, odd):
    refusal_of("transfer_library", "--", odd, "erin")
    refusal_of("transfer_library", "--", "handbook", odd)
