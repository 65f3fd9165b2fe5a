"""/admin/libraries/library/: the list, the page with its shares edited in place, transfer and deletion."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry

from libraries.access import can
from libraries.levels import Action, Level
from libraries.models import Event, Library, LibraryGroupObjectPermission, Share
from libraries.principals import named
from libraries.sharing import share_library, transfer_library
from tests.admin.pages import errors, messages, row_errors

LIST = "/admin/libraries/library/"
ADD = f"{LIST}add/"
R5 = "Only an owner may give, change or take away ownership. An administrator transfers the library instead. (R5)"
R6 = "Owners cannot change or remove their own access. Transfer the library instead. (R6)"
CHANGED = "Somebody changed this after you opened the page. Open it again, and decide anew."


def page(library):
    return f"{LIST}{library.pk}/change/"


def levels(library):
    return {share.principal_name: Level(share.level).name for share in library.shares.with_principals()}


def events():
    """What was recorded as done in the console, oldest first."""
    recorded = Event.objects.filter(via="admin").order_by("id")
    return list(recorded.values_list("action", "actor", "principal", "from_level", "to_level"))


BEFORE = {"alice": "OWNER", "org:acme": "READER", "team:engineering": "EDITOR", "team:interns": "NONE"}


def test_a_share_is_added_changed_and_removed_in_place(console, handbook, dave):
    assert not can(dave, handbook, Action.VIEW)

    console.save(page(handbook), shares__4__principal="dave", shares__4__level=2, shares__4__note="for the audit")

    assert levels(handbook) == {**BEFORE, "dave": "EDITOR"}
    assert can(dave, handbook, Action.CHANGE)

    console.save(page(handbook), shares__4__level=1, shares__4__expires_at="2100-01-31T12:00:00")

    share = handbook.shares.get(user=dave)
    assert (share.level, share.expires_at) == (Level.READER, datetime(2100, 1, 31, 12, tzinfo=UTC))
    assert share.note == "for the audit"
    assert not can(dave, handbook, Action.CHANGE)

    response = console.save(page(handbook), shares__4__DELETE="on")

    assert response.status_code == 302
    assert levels(handbook) == BEFORE
    assert not can(dave, handbook, Action.VIEW)
    assert events() == [
        ("share.created", "admin", "dave", None, 2),
        ("share.changed", "admin", "dave", 2, 1),
        ("share.revoked", "admin", "dave", 1, None),
    ]
    handbook.refresh_from_db()
    assert (handbook.share_count, handbook.revision) == (4, 4 + 3)


def test_every_event_of_one_save_names_its_request(console, handbook):
    response = console.save(page(handbook), name="Manual", shares__1__level=2, shares__3__DELETE="on")

    named_by = Event.objects.filter(via="admin").values_list("action", "request_id")
    assert sorted(named_by) == [
        (action, response.headers["X-Request-ID"]) for action in ("library.changed", "share.changed", "share.revoked")
    ]


def test_a_page_saved_as_it_stands_changes_nothing(console, handbook):
    share_library(
        library=handbook,
        principal=named("bob"),
        level=Level.READER,
        expires_at=datetime(2100, 1, 1, 1, 2, 3, 456, tzinfo=UTC),
        actor=handbook.shares.get(level=Level.OWNER).user,
    )
    before = list(Share.objects.values())

    assert console.save(page(handbook)).status_code == 302

    assert list(Share.objects.values()) == before
    assert events() == []


@pytest.mark.parametrize("principal", ["everyone", "team:data-science", "org:globex", "erin"])
def test_every_kind_of_principal_is_written_as_everywhere(console, handbook, principal):
    console.save(page(handbook), shares__4__principal=f" {principal} ", shares__4__level=1)

    assert levels(handbook) == {**BEFORE, principal: "READER"}


def test_unknown_principals_are_refused_in_their_row_and_nothing_else_is_saved(console, handbook, lab_notes):
    row = {"shares-TOTAL_FORMS": 6, "shares-5-principal": "bob", "shares-5-level": 1}

    response = console.save(page(handbook), shares__4__principal="nobody", name="Manual", **row)

    assert row_errors(response) == {
        "nobody": {
            "principal": [
                "“nobody” is nobody that this library can be shared with. Check the name; somebody from elsewhere needs an organization that shares with anyone. (R8)"
            ]
        }
    }
    assert levels(handbook) == BEFORE
    handbook.refresh_from_db()
    assert handbook.name == "Handbook"

    outsider = console.save(page(lab_notes), shares__2__principal="alice")

    assert row_errors(outsider) == {
        "alice": {
            "principal": [
                "“alice” is nobody that this library can be shared with. Check the name; somebody from elsewhere needs an organization that shares with anyone. (R8)"
            ]
        }
    }
    assert events() == []
    assert not LogEntry.objects.exists()


def test_not_even_a_superuser_gives_or_takes_ownership_by_a_share(console, handbook):
    response = console.save(
        page(handbook), shares__0__DELETE="on", shares__1__level=3, shares__4__principal="bob", shares__4__level=3
    )

    assert row_errors(response) == {
        "alice": {"level": [R5]},
        "org:acme": {"level": [R5]},
        "bob": {"level": [R5]},
    }
    assert R5.encode() in response.content
    assert levels(handbook) == BEFORE

    console.save(page(handbook), shares__4__principal="bob", shares__4__level=2)

    assert levels(handbook) == {**BEFORE, "bob": "EDITOR"}


def test_an_owner_is_refused_their_own_share_beside_its_row(console, handbook, alice):
    transfer_library(library=handbook, to=named("admin"), actor=alice)
    mine = next(row for row in range(5) if console.open(page(handbook))[f"shares-{row}-level"] == ["3"])

    lowered = console.save(page(handbook), **{f"shares-{mine}-level": 2})
    removed = console.save(page(handbook), **{f"shares-{mine}-DELETE": "on"})

    assert row_errors(lowered) == row_errors(removed) == {"admin": {"__all__": [R6]}}
    assert levels(handbook)["admin"] == "OWNER"

    console.save(page(handbook), shares__1__level=2)

    assert levels(handbook)["org:acme"] == "EDITOR"


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        (
            {"shares__1__expires_at": "2001-01-01T00:00:00"},
            {"org:acme": {"expires_at": ["That moment is in the past. Name another moment, or leave it empty. (R3)"]}},
        ),
        (
            {"shares__0__expires_at": "2100-01-01T00:00:00"},
            {"alice": {"level": [R5]}},
        ),
        (
            {"shares__1__expires_at": "soon"},
            {"org:acme": {"expires_at": ["Enter a valid date/time."]}},
        ),
        (
            {"shares__1__level": 7},
            {"org:acme": {"level": ["Select a valid choice. 7 is not one of the available choices."]}},
        ),
        (
            {"shares__1__note": "x" * 501},
            {"org:acme": {"note": ["Ensure this value has at most 500 characters (it has 501)."]}},
        ),
        (
            {"shares__1__note": "\x00"},
            {"org:acme": {"note": ["Null characters are not allowed."]}},
        ),
        (
            {"shares__4__principal": "team:engineering"},
            {"team:engineering": {"principal": ["This one has a share already. Change that one instead."]}},
        ),
        (
            {"shares__4__note": "for whom?"},
            {"": {"principal": ["This field is required."]}},
        ),
    ],
)
def test_what_cannot_be_is_told_in_its_row(console, handbook, values, refusal):
    response = console.save(page(handbook), **values)

    assert response.status_code == 200
    assert row_errors(response) == refusal
    assert levels(handbook) == BEFORE
    assert events() == []


def test_a_removed_principal_can_be_added_in_the_same_save(console, handbook):
    console.save(page(handbook), shares__2__DELETE="on", shares__4__principal="team:engineering", shares__4__level=1)

    assert levels(handbook) == {**BEFORE, "team:engineering": "READER"}


def test_a_share_that_changed_meanwhile_is_not_overwritten(console, handbook, alice):
    opened = console.open(page(handbook))
    share_library(library=handbook, principal=named("org:acme"), level=Level.EDITOR, actor=alice)

    response = console.send(page(handbook), {**opened, "shares-2-level": "1"})

    assert row_errors(response) == {"org:acme": {"__all__": [CHANGED]}}
    assert levels(handbook) == {**BEFORE, "org:acme": "EDITOR"}


def test_a_share_that_went_meanwhile_is_not_made_again(console, handbook):
    opened = console.open(page(handbook))
    handbook.shares.get(team__slug="interns").delete()

    response = console.send(page(handbook), {**opened, "shares-3-level": "1"})

    assert row_errors(response) == {None: {"__all__": [CHANGED]}}
    assert "team:interns" not in levels(handbook)


def test_a_share_given_meanwhile_stands_in_nobodys_way(console, handbook, alice):
    opened = console.open(page(handbook))
    share_library(library=handbook, principal=named("bob"), level=Level.READER, actor=alice)

    console.send(page(handbook), {**opened, "shares-1-level": "2"})

    assert levels(handbook) == {**BEFORE, "bob": "READER", "org:acme": "EDITOR"}


def test_a_library_that_changed_meanwhile_is_not_overwritten(console, handbook, alice):
    opened = console.open(page(handbook))
    transfer_library(library=handbook, to=named("bob"), actor=alice)

    response = console.send(page(handbook), {**opened, "name": "Manual"})

    assert errors(response) == {"__all__": [CHANGED]}
    handbook.refresh_from_db()
    assert handbook.name == "Handbook"
    assert levels(handbook)["bob"] == "OWNER"


def test_rows_of_another_library_are_not_touched(console, handbook, roadmap):
    theirs = roadmap.shares.get(user__username="carol")

    response = console.save(page(handbook), shares__1__id=str(theirs.pk), shares__1__level=1)

    assert response.status_code == 200
    assert levels(roadmap) == {"bob": "OWNER", "carol": "EDITOR", "team:data-science": "READER"}
    assert levels(handbook) == BEFORE


def test_the_library_itself_is_changed_by_its_verb(console, handbook):
    console.save(page(handbook), name="Manual", emoji="📕", description="How we work", editors_can_share="on")

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
        **console.open(page(handbook)),
        "natural_id": "other",
        "organization": str(globex.pk),
        "object_id": "f" * 24,
    }

    console.send(page(handbook), form)

    before = (handbook.natural_id, handbook.organization_id, handbook.object_id)
    handbook.refresh_from_db()
    assert (handbook.natural_id, handbook.organization_id, handbook.object_id) == before


def test_another_owner_means_a_transfer(console, handbook, carol):
    console.save(page(handbook), owner=str(carol.pk))

    assert levels(handbook) == {**BEFORE, "alice": "EDITOR", "carol": "OWNER"}
    assert events() == [
        ("share.changed", "admin", "alice", 3, 2),
        ("share.created", "admin", "carol", None, 3),
        ("library.transferred", "admin", "carol", None, 3),
    ]

    console.save(page(handbook), owner=str(carol.pk))
    assert len(events()) == 3


def test_a_transfer_out_of_the_organization_is_refused_beside_the_owner(console, lab_notes, alice, frank):
    refused = console.save(page(lab_notes), owner=str(alice.pk), name="Diary", shares__1__DELETE="on")

    assert errors(refused) == {
        "owner": [
            "“alice” is nobody that this library can be shared with. Check the name; somebody from elsewhere needs an organization that shares with anyone. (R8)"
        ]
    }
    assert levels(lab_notes) == {"erin": "OWNER", "team:research": "READER"}
    lab_notes.refresh_from_db()
    assert lab_notes.name == "Lab Notes"

    console.save(page(lab_notes), owner=str(frank.pk))

    assert levels(lab_notes) == {"erin": "EDITOR", "frank": "OWNER", "team:research": "READER"}


def test_a_library_of_an_inactive_owner_is_edited_and_not_handed_to_another_inactive_one(console, handbook, alice, bob):
    type(alice).objects.filter(pk__in=[alice.pk, bob.pk]).update(is_active=False)

    refused = console.save(page(handbook), owner=str(bob.pk))
    assert errors(refused) == {
        "owner": [
            "“bob” is nobody that this library can be shared with. Check the name; somebody from elsewhere needs an organization that shares with anyone. (R8)"
        ]
    }

    console.save(page(handbook), name="Manual", shares__2__level=1)

    handbook.refresh_from_db()
    assert handbook.name == "Manual"
    assert levels(handbook) == {**BEFORE, "team:engineering": "READER"}


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
    assert [(action, principal) for action, _, principal, *_ in events()] == [
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
        "owner": ["erin is not a member of “acme”. Take them in first, on the organization's page."]
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
            "“nobody” is nobody that this library can be shared with. Check the name; somebody from elsewhere needs an organization that shares with anyone. (R8)"
        ]
    }
    assert not Library.objects.filter(name="Field Notes").exists()
    assert events() == []


@pytest.mark.parametrize(
    ("natural_id", "told"),
    [
        ("handbook", "Library with this Natural id already exists."),
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


def test_a_library_is_deleted_with_its_shares(console, handbook):
    confirmation = console.get(f"{LIST}{handbook.pk}/delete/")
    assert b"Handbook (handbook), with 4 shares" in confirmation.content

    console.send(f"{LIST}{handbook.pk}/delete/", {"post": "yes"})

    assert not Library.objects.filter(pk=handbook.pk).exists()
    assert not Share.objects.filter(library=handbook.pk).exists()
    assert not LibraryGroupObjectPermission.objects.filter(content_object=handbook.pk).exists()
    assert events() == [("library.deleted", "admin", "", None, None)]


def test_many_are_deleted_together(console, handbook, roadmap):
    done = console.choose(LIST, "delete_selected", handbook, roadmap, post="yes")

    assert messages(done) == ["Successfully deleted 2 libraries."]
    assert set(Library.objects.values_list("natural_id", flat=True)) == {"press-kit", "lab-notes"}
    assert [action for action, *_ in events()] == ["library.deleted", "library.deleted"]


def test_any_name_of_a_library_finds_it(console, handbook):
    for term in (str(handbook.pk), handbook.pk.hex, handbook.object_id, "handb", "Hand"):
        found = console.get(f"{LIST}?q={term}").context["cl"].queryset
        assert list(found) == [handbook], term
    assert not console.get(f"{LIST}?q={'f' * 24}").context["cl"].queryset


def test_its_history_tells_what_was_done(console, handbook):
    console.save(page(handbook), name="Manual", shares__1__level=2, shares__3__DELETE="on", shares__4__principal="bob")

    told = LogEntry.objects.get().get_change_message()
    assert "Changed Name." in told
    assert "Added share “bob: READER”." in told
    assert "Changed level for share “org:acme: EDITOR”." in told
    assert "Deleted share “team:interns: NONE”." in told


def test_a_page_shows_the_first_shares_and_the_way_to_the_rest(console, handbook, make_users):
    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=1) for user in make_users(120))
    Library.objects.filter(pk=handbook.pk).update(share_count=124)

    response = console.get(page(handbook))

    assert response.context["inline_admin_formsets"][0].formset.initial_form_count() == 100
    assert b"124 shares</a> (the oldest 100 stand below)" in response.content

    console.save(page(handbook), shares__100__principal="bob", shares__100__level=2)
    assert handbook.shares.get(user__username="bob").level == Level.EDITOR
