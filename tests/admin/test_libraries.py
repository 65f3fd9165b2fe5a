"""/admin/libraries/library/: the list, the page with its shares edited in place, transfer and deletion."""

import pytest
from django.contrib.admin.models import LogEntry

from libraries.models import Event, Library, LibraryGroupObjectPermission, Share
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import transfer_library
from tests.admin.pages import CHANGED, HANDBOOK, SHARE_EVENT, errors, library_page, messages, recorded, row_errors
from tests.factories import levels

LIST = "/admin/libraries/library/"
ADD = f"{LIST}add/"


def test_a_library_that_changed_meanwhile_is_not_overwritten(console, handbook, alice):
    opened = console.open(library_page(handbook))
    transfer_library(library=handbook, to=named("bob"), actor=alice)

    response = console.send(library_page(handbook), {**opened, "name": "Manual"})

    assert errors(response) == {"__all__": [CHANGED]}
    handbook.refresh_from_db()
    assert handbook.name == "Handbook"
    assert levels(handbook)["bob"] == "OWNER"


def test_the_library_itself_is_changed_by_its_verb(console, handbook):
    console.save(library_page(handbook), name="Manual", emoji="📕", description="How we work", editors_can_share="on")

    handbook.refresh_from_db()
    assert (handbook.name, handbook.emoji, handbook.description) == ("Manual", "📕", "How we work")
    assert handbook.editors_can_share
    event = Event.objects.get(via="admin")
    assert (event.action, event.library) == ("library.changed", "handbook")
    assert event.details == {
        "name": ["Handbook", "Manual"],
        "emoji": ["", "📕"],
        "description": ["", "How we work"],
        "editors_can_share": [False, True],
    }


def test_its_ids_and_organization_stay_what_they_are(console, handbook, globex):
    form = {
        **console.open(library_page(handbook)),
        "natural_id": "other",
        "organization": str(globex.pk),
        "object_id": "f" * 24,
    }

    console.send(library_page(handbook), form)

    before = (handbook.natural_id, handbook.organization_id, handbook.object_id)
    handbook.refresh_from_db()
    assert (handbook.natural_id, handbook.organization_id, handbook.object_id) == before


def test_another_owner_means_a_transfer(console, handbook, carol):
    console.save(library_page(handbook), owner=str(carol.pk))

    assert levels(handbook) == {**HANDBOOK, "alice": "EDITOR", "carol": "OWNER"}
    assert recorded(*SHARE_EVENT) == [
        ("share.changed", "admin", "alice", 3, 2),
        ("share.created", "admin", "carol", None, 3),
        ("library.transferred", "admin", "carol", None, 3),
    ]

    console.save(library_page(handbook), owner=str(carol.pk))
    assert len(recorded(*SHARE_EVENT)) == 3


def test_a_transfer_out_of_the_organization_is_refused_beside_the_owner(console, lab_notes, alice, frank):
    refused = console.save(library_page(lab_notes), owner=str(alice.pk), name="Diary", shares__1__DELETE="on")

    assert errors(refused) == {
        "owner": [
            "No user, team or organization “alice” can be given access to this library. Check the name. People from other organizations can be added only where the library's organization shares with anyone. (R8)"
        ]
    }
    assert levels(lab_notes) == {"erin": "OWNER", "team:research": "READER"}
    lab_notes.refresh_from_db()
    assert lab_notes.name == "Lab Notes"

    console.save(library_page(lab_notes), owner=str(frank.pk))

    assert levels(lab_notes) == {"erin": "EDITOR", "frank": "OWNER", "team:research": "READER"}


def test_a_library_of_an_inactive_owner_is_edited_and_not_handed_to_another_inactive_one(console, handbook, alice, bob):
    type(alice).objects.filter(pk__in=[alice.pk, bob.pk]).update(is_active=False)

    refused = console.save(library_page(handbook), owner=str(bob.pk))
    assert errors(refused) == {
        "owner": [
            "No user, team or organization “bob” can be given access to this library. Check the name. People from other organizations can be added only where the library's organization shares with anyone. (R8)"
        ]
    }

    console.save(library_page(handbook), name="Manual", shares__2__level=1)

    handbook.refresh_from_db()
    assert handbook.name == "Manual"
    assert levels(handbook) == {**HANDBOOK, "team:engineering": "READER"}


def test_a_library_is_made_for_its_owner_with_its_first_shares(console, bob, acme):
    response = console.save(
        ADD,
        name="Field Notes",
        organization=str(acme.pk),
        owner=str(bob.pk),
        shares__0__principal="team:engineering",
        shares__0__level=2,
    )

    assert response.status_code == 302
    library = Library.objects.get(natural_id="field-notes")
    assert levels(library) == {"bob": "OWNER", "team:engineering": "EDITOR"}
    assert library.share_count == 2
    assert [(action, principal) for action, _, principal, *_ in recorded(*SHARE_EVENT)] == [
        ("library.created", ""),
        ("share.created", "bob"),
        ("share.created", "team:engineering"),
    ]
    assert LogEntry.objects.get().object_id == str(library.pk)


def test_a_library_without_a_fitting_owner_is_refused(console, acme, erin, bob):
    nobody = console.save(ADD, name="Field Notes", organization=str(acme.pk))
    outsider = console.save(ADD, name="Field Notes", organization=str(acme.pk), owner=str(erin.pk))

    assert errors(nobody) == {"owner": ["This field is required."]}
    assert errors(outsider) == {
        "owner": ["erin is not a member of “acme”. Add them first, on the organization's page."]
    }
    assert not Library.objects.filter(name="Field Notes").exists()

    console.save(ADD, name="Field Notes", organization=str(acme.pk), owner=str(bob.pk))
    assert Library.objects.filter(name="Field Notes").exists()


def test_a_library_whose_shares_are_refused_is_not_made(console, acme, bob):
    response = console.save(
        ADD, name="Field Notes", organization=str(acme.pk), owner=str(bob.pk), shares__0__principal="nobody"
    )

    assert row_errors(response)["nobody"] == {
        "principal": [
            "No user, team or organization “nobody” can be given access to this library. Check the name. People from other organizations can be added only where the library's organization shares with anyone. (R8)"
        ]
    }
    assert not Library.objects.filter(name="Field Notes").exists()
    assert recorded(*SHARE_EVENT) == []


@pytest.mark.parametrize(
    ("natural_id", "told"),
    [
        ("Upper", "Lower-case letters, digits and hyphens, with no hyphen at either end, and nothing like a UUID."),
        ("-x", "Lower-case letters, digits and hyphens, with no hyphen at either end, and nothing like a UUID."),
        ("f" * 24, "Lower-case letters, digits and hyphens, with no hyphen at either end, and nothing like a UUID."),
    ],
)
def test_a_natural_id_that_cannot_be_is_refused(console, acme, bob, natural_id, told):
    response = console.save(
        ADD, name="Field Notes", natural_id=natural_id, organization=str(acme.pk), owner=str(bob.pk)
    )

    assert errors(response) == {"natural_id": [told]}


def test_one_that_is_taken_in_the_organization_is_refused_and_elsewhere_it_is_free_r16(
    console, acme, globex, erin, bob
):
    form = {"name": "Field Notes", "natural_id": "handbook"}
    refused = console.save(ADD, **form, organization=str(acme.pk), owner=str(bob.pk))
    assert errors(refused) == {"__all__": ["Library with this Natural id and Organization already exists."]}
    console.save(ADD, **form, organization=str(globex.pk), owner=str(erin.pk))
    assert Library.objects.filter(natural_id="handbook", organization=globex).exists()


def test_a_library_is_deleted_with_its_shares(console, handbook):
    confirmation = console.get(f"{LIST}{handbook.pk}/delete/")
    assert b"Handbook (handbook), with 4 shares" in confirmation.content

    console.send(f"{LIST}{handbook.pk}/delete/", {"post": "yes"})

    assert not Library.objects.filter(pk=handbook.pk).exists()
    assert not Share.objects.filter(library=handbook.pk).exists()
    assert not LibraryGroupObjectPermission.objects.filter(content_object=handbook.pk).exists()
    assert recorded(*SHARE_EVENT) == [("library.deleted", "admin", "", None, None)]


def test_many_are_deleted_together(console, handbook, roadmap):
    done = console.choose(LIST, "delete_selected", handbook, roadmap, post="yes")

    assert messages(done) == ["Successfully deleted 2 libraries."]
    assert set(Library.objects.values_list("natural_id", flat=True)) == {"press-kit", "lab-notes"}
    assert [action for action, *_ in recorded(*SHARE_EVENT)] == ["library.deleted", "library.deleted"]


def test_any_name_of_a_library_finds_it(console, handbook):
    for term in (str(handbook.pk), handbook.pk.hex, handbook.object_id, "handb", "Hand"):
        found = console.get(f"{LIST}?q={term}").context["cl"].queryset
        assert list(found) == [handbook], term
    assert not console.get(f"{LIST}?q={'f' * 24}").context["cl"].queryset


def test_its_history_tells_what_was_done(console, handbook):
    console.save(
        library_page(handbook), name="Manual", shares__1__level=2, shares__3__DELETE="on", shares__4__principal="bob"
    )

    told = LogEntry.objects.get().get_change_message()
    assert "Changed Name." in told
    assert "Added share “bob: READER”." in told
    assert "Changed level for share “org:acme: EDITOR”." in told
    assert "Deleted share “team:interns: NONE”." in told


def test_a_page_shows_the_first_shares_and_the_way_to_the_rest(console, handbook, make_users):
    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=1) for user in make_users(120))
    Library.objects.filter(pk=handbook.pk).update(share_count=124)

    response = console.get(library_page(handbook))

    assert response.context["inline_admin_formsets"][0].formset.initial_form_count() == 100
    assert b"124 shares</a> (the oldest 100 stand below)" in response.content

    console.save(library_page(handbook), shares__100__principal="bob", shares__100__level=2)
    assert handbook.shares.get(user__username="bob").level == Level.EDITOR


def test_libraries_that_nobody_looks_after_are_found(console, handbook, roadmap, bob):
    type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    handbook.shares.filter(level=Level.OWNER).delete()

    def found(concern):
        return {library.natural_id for library in console.get(f"{LIST}?concern={concern}").context["cl"].result_list}

    assert found("ownerless") == {"handbook", "roadmap"}
    assert found("everyone") == {"press-kit"}
    assert found("nonsense") == {"handbook", "roadmap", "press-kit", "lab-notes"}
