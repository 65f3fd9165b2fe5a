"""manage.py purge_expired [--dry-run --json]"""

import pytest

from libraries.access.check import can
from libraries.errors import NotSuperuser
from libraries.expiry import purge_expired
from libraries.models import OPERATOR, Event, Library, Share
from libraries.rules.levels import Action, Level
from libraries.sharing import grants
from tests.api.hal.calls import snapshot
from tests.factories import give, in_days, let_time_pass


@pytest.fixture
def over(handbook, roadmap):
    """Two shares that are over, on two libraries; one that ends later."""
    give(handbook, "erin", Level.EDITOR, expires_at=in_days(1))
    give(handbook, "frank", Level.READER, expires_at=in_days(9))
    give(roadmap, "org:acme", Level.NONE, expires_at=in_days(1))
    let_time_pass(days=2)


def test_it_removes_what_is_over_and_nothing_else_r3(run, handbook, roadmap, over):
    count = Share.objects.count()

    assert run("purge_expired").out == "2 expired shares removed.\n"

    assert Share.objects.count() == count - 2
    assert handbook.shares.filter(user__username="frank").exists()
    for library in (handbook, roadmap):
        assert Library.objects.get(pk=library.pk).share_count == library.shares.count()
    assert list(grants.discrepancies()) == []
    assert run("purge_expired").out == "No expired shares removed.\n"


def test_each_is_an_event_r11(run, over):
    before = Event.objects.count()
    run("purge_expired")
    events = Event.objects.order_by("pk")[before:]
    told = [(event.action, event.library, event.principal, event.from_level, event.to_level) for event in events]
    assert sorted(told) == [
        ("share.expired", "handbook", "erin", Level.EDITOR, None),
        ("share.expired", "roadmap", "org:acme", Level.NONE, None),
    ]
    assert {(event.actor, event.via) for event in events} == {("", "command")}


def test_it_changes_nobodys_access_r3(run, erin, carol, handbook, roadmap, over):
    def access():
        return [can(user, library, Action.VIEW) for user in (erin, carol) for library in (handbook, roadmap)]

    before = access()
    assert before == [False, False, True, True]
    run("purge_expired")
    assert access() == before


def test_a_dry_run_names_them_and_removes_nothing(run, over):
    before = snapshot()
    said = run("purge_expired", "--dry-run")
    assert {line.split(", until")[0] for line in said.out.splitlines()} == {
        "  handbook: erin: EDITOR",
        "  roadmap: org:acme: NONE",
        "2 expired shares would be removed.",
    }
    assert snapshot() == before


def test_it_prints_json_for_programs(run, over):
    assert run("purge_expired", "--dry-run", "--json").document == {"dryRun": True, "shares": 2}
    assert run("purge_expired", "--json").document == {"dryRun": False, "shares": 2}


def test_one_share_is_one_share(run, handbook):
    give(handbook, "erin", Level.READER, expires_at=in_days(1))
    let_time_pass(days=1)
    assert run("purge_expired").out == "1 expired share removed.\n"


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_batches_miss_nothing_and_take_nothing_twice(run, handbook, roadmap, press_kit, monkeypatch, batch):
    monkeypatch.setattr("libraries.expiry.BATCH", batch)
    for library in (handbook, roadmap, press_kit):
        for name in ("erin", "frank", "dave"):
            give(library, name, Level.READER, expires_at=in_days(1))
    let_time_pass(days=1)
    assert run("purge_expired", "--dry-run", "--json").document["shares"] == 9
    assert run("purge_expired", "--json").document["shares"] == 9
    assert Event.objects.filter(action="share.expired").count() == 9


def test_what_is_given_again_meanwhile_stays(handbook, erin, over, monkeypatch):
    """Between finding a share and locking its library somebody may give it anew."""
    purge = "libraries.expiry._purge"
    from libraries import expiry

    real = expiry._purge

    def give_first(*arguments):
        give(handbook, "erin", Level.READER, expires_at=None)
        return real(*arguments)

    monkeypatch.setattr(purge, give_first)
    assert purge_expired(actor=OPERATOR) == 1
    assert can(erin, handbook, Action.VIEW)


def test_only_superusers_may(alice, admin_user, over):
    with pytest.raises(NotSuperuser):
        purge_expired(actor=alice)
    admin_user.is_active = False
    with pytest.raises(NotSuperuser):
        purge_expired(actor=admin_user)
    admin_user.is_active = True
    assert purge_expired(actor=admin_user) == 2
