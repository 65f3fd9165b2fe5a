"""POST /v1beta/{parent}/permissions"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from libraries.models import Event, Library, Share
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import share_library
from tests.api.google.bodies import (
    NO_LIBRARY,
    OWNERS_ONLY,
    already_shared,
    error,
    info,
    invalid,
    level_of,
    name_of,
    nobody,
    not_allowed,
    unknown_name,
    violation,
)

PATH = "/v1beta/corpora/handbook/permissions"


def test_it_makes_the_permission_that_it_answers(client_for, handbook):
    answer = client_for("alice").post(
        PATH, {"granteeType": "USER", "emailAddress": "erin@globex.example", "role": "READER"}
    )

    assert answer.status_code == 200
    assert answer.json() == {
        "name": name_of(handbook, "erin"),
        "granteeType": "USER",
        "emailAddress": "erin@globex.example",
        "role": "READER",
    }
    assert level_of(handbook, "erin") == Level.READER
    assert client_for("erin").get("/v1beta/corpora/handbook").status_code == 200
    assert Event.objects.filter(action="share.created", principal="erin", via="google").count() == 1


def test_it_echoes_the_spelling_of_the_request(client_for, handbook):
    answer = client_for("alice").post(
        "/v1beta/tunedModels/handbook/permissions",
        {"granteeType": "USER", "emailAddress": "erin@globex.example", "role": "READER"},
    )

    assert answer.json()["name"] == name_of(handbook, "erin", collection="tunedModels")


def test_it_generates_a_name_of_lower_case_letters_and_digits(client_for, handbook):
    answer = client_for("alice").post(
        PATH, {"name": "corpora/handbook/permissions/mine", "granteeType": "EVERYONE", "role": "READER"}
    )

    identifier = answer.json()["name"].removeprefix("corpora/handbook/permissions/")
    assert identifier != "mine"
    assert identifier.isascii() and identifier.isalnum() and identifier == identifier.lower()


def test_everyone_has_no_email(client_for, handbook):
    client = client_for("alice")

    refused = client.post(PATH, {"granteeType": "EVERYONE", "emailAddress": "erin@globex.example", "role": "READER"})
    assert refused.status_code == 400
    assert refused.json() == invalid("emailAddress", "EVERYONE has no e-mail address.")

    made = client.post(PATH, {"granteeType": "EVERYONE", "role": "READER"})
    assert made.json() == {"name": name_of(handbook, "everyone"), "granteeType": "EVERYONE", "role": "READER"}


def test_a_group_is_a_team_by_its_email_in_any_case(client_for, roadmap):
    answer = client_for("bob").post(
        "/v1beta/corpora/roadmap/permissions",
        {"granteeType": "GROUP", "emailAddress": "Engineering@ACME.example", "role": "READER"},
    )

    assert answer.json() == {
        "name": name_of(roadmap, "team:engineering"),
        "granteeType": "GROUP",
        "emailAddress": "engineering@acme.example",
        "role": "READER",
    }


@pytest.mark.parametrize("kind", ["USER", "GROUP"])
@pytest.mark.parametrize("email", [{}, {"emailAddress": ""}, {"emailAddress": None}])
def test_a_user_or_group_must_come_with_an_email(client_for, handbook, kind, email):
    answer = client_for("alice").post(PATH, {"granteeType": kind, "role": "READER", **email})

    assert answer.status_code == 400
    assert answer.json() == invalid("emailAddress", "USER and GROUP are named by their e-mail address.")


def test_an_email_without_a_type_is_a_users_as_the_vendors_client_has_it(client_for, handbook):
    client = client_for("alice")

    assert client.post(PATH, {"emailAddress": "erin@globex.example", "role": "READER"}).json() == {
        "name": name_of(handbook, "erin"),
        "granteeType": "USER",
        "emailAddress": "erin@globex.example",
        "role": "READER",
    }
    assert client.post(PATH, {"role": "READER"}).json() == invalid("granteeType", "This field is required.")


@pytest.mark.parametrize("body", [{}, {"role": "ROLE_UNSPECIFIED"}, {"role": 0}, {"role": "reader"}, {"role": 4}])
def test_a_role_is_required(client_for, handbook, body):
    answer = client_for("alice").post(PATH, {"granteeType": "EVERYONE", **body})

    assert answer.status_code == 400
    why = "Must be one of OWNER (1), WRITER (2), READER (3)." if body else "This field is required."
    assert answer.json() == invalid("role", why)


@pytest.mark.parametrize("kind", ["GRANTEE_TYPE_UNSPECIFIED", 0, 7, "TEAM", True, 1.0, [], {}])
def test_a_grantee_type_is_one_of_three(client_for, handbook, kind):
    answer = client_for("alice").post(
        PATH, {"granteeType": kind, "emailAddress": "erin@globex.example", "role": "READER"}
    )

    assert answer.status_code == 400
    assert answer.json() == invalid("granteeType", "Must be one of USER (1), GROUP (2), EVERYONE (3).")


def test_it_takes_enums_as_numbers_and_names_in_snake_case(client_for, handbook):
    answer = client_for("alice").post(PATH, {"grantee_type": 1, "email_address": "erin@globex.example", "role": 2})

    assert answer.json() == {
        "name": name_of(handbook, "erin"),
        "granteeType": "USER",
        "emailAddress": "erin@globex.example",
        "role": "WRITER",
    }


@pytest.mark.parametrize("query", ["%24alt=json%3Benum-encoding%3Dint", "$alt=json;enum-encoding=int"])
def test_it_answers_enums_as_numbers_where_asked_to(client_for, handbook, query):
    answer = client_for("alice").post(f"{PATH}?{query}", {"granteeType": "EVERYONE", "role": "WRITER"})

    assert answer.json() == {"name": name_of(handbook, "everyone"), "granteeType": 3, "role": 2}


def test_a_second_permission_for_a_grantee_is_409(client_for, handbook, dave):
    alice = client_for("alice")
    share_library(library=handbook, principal=named("dave"), level=Level.NONE, actor=handbook.shares.get(level=3).user)

    for body, who in (
        ({"granteeType": "USER", "emailAddress": "alice@acme.example"}, "alice@acme.example"),
        ({"granteeType": "USER", "emailAddress": "Dave@acme.example"}, "Dave@acme.example"),
        ({"granteeType": "GROUP", "emailAddress": "engineering@acme.example"}, "engineering@acme.example"),
    ):
        answer = alice.post(PATH, {**body, "role": "READER"})
        assert answer.status_code == 409
        assert answer.json() == already_shared(who)

    assert alice.post(PATH, {"granteeType": "EVERYONE", "role": "READER"}).status_code == 200
    assert alice.post(PATH, {"granteeType": "EVERYONE", "role": "WRITER"}).json() == already_shared("everyone")
    assert level_of(handbook, "dave") == Level.NONE
    assert level_of(handbook, "everyone") == Level.READER


def test_a_share_that_is_over_stands_in_nobodys_way(client_for, handbook, erin):
    alice = client_for("alice")
    body = {"granteeType": "USER", "emailAddress": erin.email, "role": "WRITER"}
    alice.put("/api/libraries/handbook/shares/erin", {"accessLevel": 1})
    share = handbook.shares.filter(user=erin)
    share.update(expires_at=timezone.now() + timedelta(hours=1))
    assert alice.post(PATH, body).status_code == 409

    share.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert alice.post(PATH, body).json()["role"] == "WRITER"
    assert (share.get().level, share.get().expires_at) == (Level.EDITOR, None)


def test_an_unknown_grantee_and_one_from_outside_get_the_same_answer(client_for, lab_notes):
    erin = client_for("erin")

    for email in ("nobody@nowhere.example", "alice@acme.example", "\U0001f511", "a" * 254):
        answer = erin.post(
            "/v1beta/corpora/lab-notes/permissions", {"granteeType": "USER", "emailAddress": email, "role": "READER"}
        )
        assert answer.status_code == 400
        assert answer.json() == nobody(email)
    assert not lab_notes.shares.filter(user__username="alice").exists()


def test_a_team_without_an_email_cannot_be_addressed(client_for, handbook):
    alice = client_for("alice")

    for email in ("data-science", "team:data-science"):
        answer = alice.post(PATH, {"granteeType": "GROUP", "emailAddress": email, "role": "READER"})
        assert answer.json() == nobody(email)


def test_a_user_is_no_group_and_a_group_no_user(client_for, roadmap):
    bob = client_for("bob")

    for kind, email in (("GROUP", "alice@acme.example"), ("USER", "engineering@acme.example")):
        answer = bob.post(
            "/v1beta/corpora/roadmap/permissions", {"granteeType": kind, "emailAddress": email, "role": "READER"}
        )
        assert answer.json() == nobody(email)


def test_everyone_is_refused_where_the_organization_keeps_to_itself(client_for, lab_notes):
    answer = client_for("erin").post(
        "/v1beta/corpora/lab-notes/permissions", {"granteeType": "EVERYONE", "role": "READER"}
    )

    sentence = "No user, team or organization “everyone” can be given access to this library."
    assert answer.status_code == 400
    assert answer.json() == error(
        400, "INVALID_ARGUMENT", sentence, violation(sentence, "granteeType"), info("UNKNOWN_PRINCIPAL", "R8")
    )


def test_only_owners_make_owners(client_for, roadmap):
    body = {"granteeType": "USER", "emailAddress": "dave@acme.example", "role": "OWNER"}
    Library.objects.filter(pk=roadmap.pk).update(editors_can_share=True)

    refused = client_for("carol").post("/v1beta/corpora/roadmap/permissions", body)
    assert refused.status_code == 403
    assert refused.json() == OWNERS_ONLY

    assert client_for("bob").post("/v1beta/corpora/roadmap/permissions", body).json()["role"] == "OWNER"


def test_only_users_own(client_for, roadmap):
    answer = client_for("bob").post(
        "/v1beta/corpora/roadmap/permissions",
        {"granteeType": "GROUP", "emailAddress": "engineering@acme.example", "role": "OWNER"},
    )

    sentence = "Only a user can be an owner."
    assert answer.status_code == 400
    assert answer.json() == error(
        400, "INVALID_ARGUMENT", sentence, violation(sentence, "role"), info("ONLY_USERS_OWN")
    )


def test_writers_share_where_the_library_lets_them(client_for, handbook):
    body = {"granteeType": "USER", "emailAddress": "erin@globex.example", "role": "WRITER"}

    refused = client_for("bob").post(PATH, body)
    assert refused.status_code == 403
    assert refused.json() == not_allowed("share this library")

    Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)
    assert client_for("bob").post(PATH, body).json()["role"] == "WRITER"


def test_it_refuses_before_it_looks_at_the_body(client_for, handbook):
    for body in ({"role": "NONSENSE"}, b"{", {"granteeType": "USER", "emailAddress": "nobody@x", "role": "READER"}):
        assert client_for("bob").post(PATH, body).json() == not_allowed("share this library")
        assert client_for("dave").post(PATH, body).json() == NO_LIBRARY
        assert client_for("alice").post(PATH, body).status_code == 400


@pytest.mark.parametrize("name", ["grantee", "granteetype", "GranteeType", "permission", "accessLevel", "", "a.b"])
def test_it_refuses_a_field_that_there_is_not(client_for, handbook, name):
    answer = client_for("alice").post(PATH, {"granteeType": "EVERYONE", "role": "READER", name: None})

    assert answer.status_code == 400
    assert answer.json() == unknown_name(name)


def test_of_very_many_unknown_fields_it_tells_a_few(client_for, handbook):
    answer = client_for("alice").post(PATH, {f"field{number}": number for number in range(50_000)})

    assert answer.status_code == 400
    assert len(answer.json()["error"]["details"][0]["fieldViolations"]) == 20


def test_it_refuses_a_parameter_that_there_is_not(client_for, handbook):
    answer = client_for("alice").post(f"{PATH}?updateMask=role", {"granteeType": "EVERYONE", "role": "READER"})

    assert answer.json() == unknown_name("updateMask")


def test_it_refuses_one_field_in_two_spellings(client_for, handbook):
    answer = client_for("alice").post(PATH, {"granteeType": "EVERYONE", "grantee_type": "USER", "role": "READER"})

    assert answer.json() == invalid("granteeType", "Given twice, in two spellings.")


@pytest.mark.parametrize("email", [1, True, ["erin@globex.example"], {"a": 1}, "a" * 255, "\x00", "\ud800"])
def test_it_refuses_an_email_that_is_none(client_for, handbook, email):
    before = Share.objects.count()

    answer = client_for("alice").post(PATH, {"granteeType": "USER", "emailAddress": email, "role": "READER"})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["fieldViolations"][0]["field"] == "emailAddress"
    assert Share.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_makes_the_permission(client_for, handbook):
    """The check for a second one is made under the lock."""
    body = {"granteeType": "USER", "emailAddress": "erin@globex.example", "role": "READER"}

    def create(client):
        try:
            return client.post(PATH, body).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        statuses = list(pool.map(create, [client_for("alice") for _ in range(8)]))

    assert sorted(statuses) == [200] + [409] * 7
    assert handbook.shares.filter(user__username="erin").count() == 1
