"""POST /v1beta/corpora"""

import pytest

from libraries.models import Event, Library
from tests.api.google.bodies import error, info, invalid, unknown_name

PATH = "/v1beta/corpora"


def test_it_makes_a_library_that_the_caller_owns(client_for):
    answer = client_for("carol").post(PATH, {"displayName": "Field Notes"})

    assert answer.status_code == 200
    library = Library.objects.get(natural_id="field-notes")
    assert answer.json() == {
        "name": "corpora/field-notes",
        "displayName": "Field Notes",
        "createTime": library.created_at.isoformat().replace("+00:00", "Z"),
        "updateTime": library.updated_at.isoformat().replace("+00:00", "Z"),
    }
    assert library.organization.slug == "acme"
    assert [(share.principal_name, share.level) for share in library.shares.all()] == [("carol", 3)]
    assert Event.objects.filter(action="library.created", library="field-notes", via="google").count() == 1


def test_its_writers_share_it(client_for, carol):
    carol_client, dave = client_for("carol"), client_for("dave")
    carol_client.post(PATH, {"displayName": "Field Notes"})
    permissions = "/v1beta/corpora/field-notes/permissions"
    reader = {"granteeType": "EVERYONE", "role": "READER"}
    assert dave.post(permissions, reader).status_code == 404

    carol_client.post(permissions, {"granteeType": "USER", "emailAddress": "dave@acme.example", "role": "WRITER"})

    assert dave.post(permissions, reader).status_code == 200


def test_it_takes_a_name_and_refuses_one_that_is_taken(client_for, handbook):
    carol = client_for("carol")

    made = carol.post(PATH, {"name": "corpora/notes-2", "display_name": "Notes", "createTime": "2020-01-01T00:00:00Z"})
    assert (made.json()["name"], made.json()["displayName"]) == ("corpora/notes-2", "Notes")
    assert not made.json()["createTime"].startswith("2020")

    taken = carol.post(PATH, {"name": "corpora/handbook"})
    assert taken.status_code == 409
    assert taken.json() == error(409, "ALREADY_EXISTS", "“handbook” is already taken.", info("NAME_TAKEN"))


@pytest.mark.parametrize(
    ("body", "name", "display_name"),
    [
        ({"name": "corpora/notes"}, "corpora/notes", "notes"),
        ({"name": "", "displayName": "My Notes"}, "corpora/my-notes", "My Notes"),
        ({"name": None, "displayName": " Handbuch\u00dc "}, "corpora/handbuchu", "Handbuch\u00dc"),
        ({}, "corpora/corpus", "Corpus"),
        (None, "corpora/corpus", "Corpus"),
    ],
)
def test_both_names_are_optional(client_for, body, name, display_name):
    made = client_for("carol").post(PATH, body).json()

    assert (made["name"], made["displayName"]) == (name, display_name)


def test_a_name_made_from_the_display_name_is_unique(client_for, handbook):
    carol = client_for("carol")

    names = {carol.post(PATH, {"displayName": "Handbook"}).json()["name"] for _ in range(3)}

    assert len(names) == 3
    assert all(name.startswith("corpora/handbook-") for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "notes",
        "corpora/",
        "tunedModels/notes",
        "corpora/-notes",
        "corpora/notes-",
        "corpora/Notes",
        "corpora/a_b",
        "corpora/" + "n" * 41,
        "corpora/" + "0" * 24,
        "corpora/01890a5d-ac96-774b-bcce-b302099a8057",
        "corpora/corpora/notes",
    ],
)
def test_a_name_is_40_lower_case_letters_digits_or_inner_dashes(client_for, name):
    answer = client_for("carol").post(PATH, {"name": name})

    assert answer.status_code == 400
    assert answer.json() == invalid(
        "name",
        "Must be corpora/ and at most 40 of a-z, 0-9 and inner hyphens; not a UUID, nor 24 hex digits.",
    )


@pytest.mark.parametrize(
    ("value", "why"),
    [(1, "Not a valid string."), ("n" * 201, "Ensure this field has no more than 200 characters.")],
)
def test_it_refuses_a_display_name_that_is_none(client_for, value, why):
    assert client_for("carol").post(PATH, {"displayName": value}).json() == invalid("displayName", why)


def test_it_refuses_a_field_that_there_is_not(client_for):
    assert client_for("carol").post(PATH, {"organization": "acme"}).json() == unknown_name("organization")


def test_who_is_in_no_single_organization_is_told_so(client_for, carol, acme, globex):
    in_none, in_several = (
        "You are not a member of any",
        "Specify the organization, or choose a default one: you are a member of several.",
    )
    for groups, sentence in (([], f"{in_none} organization."), ([acme.group, globex.group], in_several)):
        carol.groups.set(groups)
        answer = client_for("carol").post(PATH, {"displayName": "Notes"})
        assert answer.status_code == 400
        assert answer.json() == error(
            400,
            "FAILED_PRECONDITION",
            sentence,
            info("UNKNOWN_ORGANIZATION"),
        )
