"""/admin/explain/: a person, a library, the verdict and the shares behind it."""

import pytest

from libraries.library_lifecycle import create_library
from libraries.models import Event, SharingScope
from libraries.rules.levels import Level
from tests.factories import give, in_days, let_time_pass

EXPLAIN = "/admin/explain/"


def asked(console, person, library):
    return console.client.get(EXPLAIN, {"person": person, "library": library})


def chain(response):
    return [(reason.share.principal_name, told) for reason, told in response.context["reasons"]]


def test_it_tells_the_verdict_and_every_share_behind_it(console, dave, handbook):
    give(handbook, "dave", Level.READER, expires_at=in_days(1))
    let_time_pass(days=2)

    response = asked(console, "dave", "handbook")

    assert response.context["explanation"].verdict == "dave has no access to handbook: shut out by team:interns."
    assert chain(response) == [
        ("dave", "Over: it counts for nothing"),
        ("team:interns", "Shuts out of every share that is as broad or broader"),
        ("org:acme", "Taken away by a shut-out that is as narrow or narrower"),
    ]
    assert not any(may for _, may in response.context["actions"])


def test_it_tells_what_may_be_done(console, bob, handbook):
    response = asked(console, "bob", "handbook")

    assert chain(response) == [
        ("team:engineering", "Counts: it is the highest that reaches them"),
        ("org:acme", "Changes nothing: another one is higher"),
    ]
    assert [words for words, may in response.context["actions"] if may] == [
        "See this library",
        "See whom this library is shared with",
        "Change this library",
    ]


def test_any_name_will_do(console, dave, handbook):
    for person in ("dave", " dave ", "DAVE@acme.example", str(dave.pk)):
        for library in ("handbook", str(handbook.pk), handbook.object_id):
            assert asked(console, person, library).context["explanation"].user == dave, (person, library)


@pytest.mark.parametrize(
    ("person", "library", "refusals"),
    [
        ("nobody", "handbook", {"person": "No user “nobody” is known to you."}),
        ("dave", "nothing", {"library": "There is no library “nothing” that you may see."}),
        ("", "handbook", {"person": "Name a person."}),
        ("dave", "", {"library": "Name a library."}),
        ("\ud800".encode("utf-8", "surrogatepass"), "handbook", {"person": "No user “"}),
        ("x" * 300, "handbook", {"person": "Ensure this value has at most 254 characters"}),
    ],
)
def test_who_or_what_is_not_there_is_told_beside_the_field(console, person, library, refusals):
    response = asked(console, person, library)

    assert response.status_code == 200
    told = response.context["form"].errors
    assert set(told) == set(refusals)
    for field, sentence in refusals.items():
        assert told[field][0].startswith(sentence)
    assert response.context["explanation"] is None


def test_it_starts_with_the_rules_and_no_complaint(console):
    response = console.get(EXPLAIN)

    assert not response.context["form"].errors
    assert b"How shares add up" in response.content


def test_who_is_reached_by_nothing_is_told_so_in_words(console, frank, handbook):
    assert b"No share of handbook reaches frank" in asked(console, "frank", "handbook").content


def test_an_administrator_asks_about_their_own_libraries_and_whom_those_reach_r10(
    console_of, alice, handbook, lab_notes, acme
):
    console = console_of(alice)

    assert asked(console, "dave", "handbook").context["explanation"]
    assert asked(console, "alice", "lab-notes").context["form"].errors == {
        "library": ["There is no library “lab-notes” that you may see. Choose one of the suggestions."]
    }
    acme.sharing_scope = SharingScope.ORGANIZATION
    acme.save()
    assert "person" in asked(console, "erin", "handbook").context["form"].errors
    assert "person" in asked(console, "nobody", "handbook").context["form"].errors


def test_it_records_nothing(console, bob, handbook):
    before = Event.objects.count()
    asked(console, "bob", "handbook")
    assert Event.objects.count() == before


def test_a_name_of_several_is_refused_to_who_is_shown_them_and_no_other_r16(console, console_of, alice, erin, handbook):
    create_library(name="Handbook", natural_id="handbook", actor=erin)
    told = "“handbook” is the name of several libraries: say acme.handbook or globex.handbook."
    assert asked(console, "dave", "handbook").context["form"].errors == {"library": [told]}
    for who, name in ((console, "acme.handbook"), (console_of(alice), "handbook")):
        assert asked(who, "dave", name).context["explanation"].library == handbook
