"""manage.py createsuperuser: the first account of a service, and its event (R11)."""

import pytest
from django.core.management import CommandError

from libraries.models import Event, User


def test_it_makes_a_superuser_and_records_that(run, world, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery staple")
    run("createsuperuser", "--noinput", "--username", "root", "--email", "root@example.org")

    root = User.objects.get(username="root")
    assert (root.is_superuser, root.is_staff, root.email) == (True, True, "root@example.org")
    assert root.check_password("correct horse battery staple")
    event = Event.objects.get(action="user.created", principal="root")
    assert (event.actor, event.actor_id, event.via) == ("", None, "command")


def test_a_name_that_is_taken_is_refused_with_a_sentence(run, world):
    before = Event.objects.count()
    with pytest.raises(CommandError, match="That username is already taken"):
        run("createsuperuser", "--noinput", "--username", "admin", "--email", "admin@globex.example")
    assert Event.objects.count() == before
