"""Before an organization's sharing scope is narrowed, a page tells what reaches outside, and asks what becomes of it."""

from libraries.access.check import can
from libraries.admin.panels.timeline import lines
from libraries.models import Event
from libraries.rules.levels import Action, Level
from tests.admin.pages import errors, form_in, messages
from tests.factories import give_as, levels


def page(organization):
    return f"/admin/libraries/organization/{organization.pk}/change/"


def told(response):
    return [(share.library.natural_id, share.principal_name, level.name) for share, level in response.context["shares"]]


def test_it_tells_what_reaches_outside_and_saves_nothing_until_decided(console_of, alice, acme, press_kit, frank):
    console = console_of(alice)
    before = Event.objects.count()

    asked = console.try_to_save(page(acme), sharing_scope="organization", name="ACME")

    assert asked.status_code == 200
    assert told(asked) == [("press-kit", "everyone", "READER")]
    assert "1 share reaches people who are not" in " ".join(asked.content.decode().split())
    acme.refresh_from_db()
    assert (acme.name, acme.sharing_scope) == ("Acme", "anyone")
    assert can(frank, press_kit, Action.VIEW)
    assert Event.objects.count() == before

    saved = console.send(page(acme), {**form_in(asked), "outside": "revoke"})

    assert saved.status_code == 302
    acme.refresh_from_db()
    assert (acme.name, acme.sharing_scope) == ("ACME", "organization")
    assert not can(frank, press_kit, Action.VIEW)


def test_kept_they_stay_and_their_number_is_told(console, acme, press_kit):
    asked = console.try_to_save(page(acme), sharing_scope="organization")
    saved = console.client.post(page(acme), {**form_in(asked), "outside": "keep"}, follow=True)

    assert "Shares that still reach outside and go on counting: 1." in messages(saved)
    assert levels(press_kit) == {"alice": "OWNER", "everyone": "READER"}
    acme.refresh_from_db()
    assert acme.sharing_scope == "organization"


def test_a_decision_is_for_what_was_shown_and_for_nothing_given_since(console, acme, alice, handbook, press_kit):
    asked = console.try_to_save(page(acme), sharing_scope="organization")
    give_as(alice, handbook, "erin", Level.EDITOR)

    again = console.send(page(acme), {**form_in(asked), "outside": "revoke"})

    assert told(again) == [("handbook", "erin", "EDITOR"), ("press-kit", "everyone", "READER")]
    assert levels(press_kit) == {"alice": "OWNER", "everyone": "READER"}
    assert console.send(page(acme), {**form_in(again), "outside": "revoke"}).status_code == 302
    assert levels(press_kit) == {"alice": "OWNER"}


def test_what_a_stranger_alone_owns_is_refused_beside_the_form(console, acme, press_kit, erin):
    press_kit.shares.filter(user__username="alice").update(user=erin)
    asked = console.try_to_save(page(acme), sharing_scope="organization")

    refused = console.send(page(acme), {**form_in(asked), "outside": "revoke"})

    assert errors(refused) == {
        "__all__": ["Only people outside own press-kit. Transfer these to members first, or keep the shares. (R6)"]
    }


def test_the_timeline_tells_of_it(console, acme, press_kit):
    asked = console.try_to_save(page(acme), sharing_scope="organization")
    console.send(page(acme), {**form_in(asked), "outside": "revoke"})

    told_since = [entry.before for entry in lines(Event.objects.filter(via="admin").order_by("-position"))]
    fields = told_since[0].removeprefix("changed ").removesuffix(" of acme").split(" and ")
    assert set(fields) == {"whom it may share with", "what is shared outside"}
