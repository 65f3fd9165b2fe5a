"""manage.py create_api_key USER [--name --scope --expires --json]"""

import pytest

from libraries.models import ApiKey, Event, Scope
from libraries.people.keys import find_api_key
from tests.commands.conftest import ODD_TEXTS


def test_it_prints_a_key_that_opens_and_nothing_else_on_its_output(run, alice):
    said = run("create_api_key", "alice")

    key = find_api_key(said.out.strip())
    assert key
    assert (key.user, key.scopes, key.name, key.expires_at) == (alice, ["library:read"], "command line", None)
    assert said.err == "Keep it safe: it is not shown again. Scopes: library:read.\n"


def test_it_gives_the_scopes_name_and_end_that_are_asked_for(run):
    options = [f"--scope={scope}" for scope in (Scope.LIBRARY_WRITE, Scope.LIBRARY_READ)]
    said = run("create_api_key", "alice", "--name", "ci", "--expires", "2130-01-31", *options, "--json")
    key = find_api_key(said.document["key"])
    assert key
    assert said.document == {
        "id": str(key.pk),
        "key": said.document["key"],
        "scopes": ["library:read", "library:write"],
        "expiresAt": "2130-01-31 23:59:59+00:00",
    }


def test_it_is_recorded_without_the_secret_r11(run):
    secret = run("create_api_key", "alice", "--name", "ci").out.strip()
    event = Event.objects.latest("pk")
    assert (event.action, event.principal, event.via, event.details) == (
        "key.created",
        "alice",
        "command",
        {"key": "ci", "madeForThemBy": "the operator"},
    )
    assert secret not in str(Event.objects.filter(pk=event.pk).values().get())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody",), "There is no user “nobody”."),
        (("alice", "--expires", "2001-01-01"), "The expiry date is in the past. (R3)"),
        (("alice", "--expires", "soon"), "'soon' is not a date"),
        (("alice", "--scope", "everything"), "invalid choice: 'everything'"),
        (("alice", "--name", ""), "A key's name must have 1 to 100 characters."),
        (("alice", "--name", "x" * 101), "A key's name must have 1 to 100 characters."),
        (("alice", "--name", "a\x00b"), "The name contains characters that cannot be stored"),
        (("alice", "--name", "\udcff"), "The name contains characters that cannot be stored"),
    ],
)
def test_each_refusal_is_a_sentence_and_makes_no_key(refusal_of, arguments, words):
    assert words in refusal_of("create_api_key", *arguments)
    assert not ApiKey.objects.exclude(name="demo").exists()


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_arguments_are_refused_one_by_one(refusal_of, odd):
    refusal_of("create_api_key", "--", odd)
    refusal_of("create_api_key", f"--scope={odd}", "alice")
    refusal_of("create_api_key", f"--expires={odd}", "alice")
