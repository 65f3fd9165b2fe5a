"""manage.py create_service_account ORGANIZATION NAME [--display-name --json]"""

import pytest

from libraries.models import Event, User
from libraries.people.keys import find_api_key
from libraries.people.queries import is_member
from tests.api.hal.calls import snapshot
from tests.commands.conftest import ODD_TEXTS


def test_it_makes_one_for_which_a_key_can_be_made(run, acme):
    said = run("create_service_account", "acme", "robot", "--display-name", "The robot")

    robot = User.objects.get(username="acme.robot")
    assert said.out == "acme.robot is a service account of acme.\n"
    assert said.err == "Make a key for it: create_api_key acme.robot --scope library:read\n"
    assert (robot.service_of, robot.first_name, robot.has_usable_password()) == (acme, "The robot", False)
    assert is_member(robot, acme)
    event = Event.objects.latest("position")
    assert (event.action, event.principal, event.actor, event.via) == (
        "service_account.created",
        "acme.robot",
        "",
        "command",
    )

    key = find_api_key(run("create_api_key", "acme.robot", "--scope", "library:read").out.strip())
    assert key
    assert key.user == robot
    assert Event.objects.latest("position").organization == "acme"


def test_it_prints_json_for_programs(run):
    document = run("create_service_account", "acme", "robot", "--json").document
    assert document == {
        "id": str(User.objects.get(username="acme.robot").pk),
        "username": "acme.robot",
        "organization": "acme",
        "name": "robot",
        "displayName": "robot",
    }


def test_it_is_refused_twice(run, refusal_of):
    run("create_service_account", "acme", "robot")
    before = snapshot()
    assert refusal_of("create_service_account", "acme", "robot") == "“robot” is already taken."
    assert refusal_of("create_service_account", "nowhere", "robot") == "There is no organization “nowhere”."
    assert snapshot() == before


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_arguments_are_refused_one_by_one(run, refusal_of, odd):
    refusal_of("create_service_account", "--", odd, "robot")
    refusal_of("create_service_account", "--", "acme", odd)
