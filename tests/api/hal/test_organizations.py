"""/api/organizations, /api/organizations/{slug} and its libraries"""

import pytest

from libraries.models import OPERATOR, Event, Organization, Scope
from libraries.people.organizations import create_organization
from tests.api.hal.calls import ACME, snapshot
from tests.api.hal.documents import CURIES, moment, problem

PATH = "/api/organizations"


def document(organization, *, administered=False, edit=False):
    here = f"{PATH}/{organization.slug}"
    links = {"self": {"href": here}}
    links |= {f"inf:{name}": {"href": f"{here}/{name}"} for name in ("members", "teams", "libraries")}
    for_administrators = {"inf:service-accounts": {"href": f"{here}/service-accounts"}, "edit": {"href": here}}
    return {
        "_links": {**links, **for_administrators} if edit else links,
        "id": str(organization.pk),
        "slug": organization.slug,
        "name": organization.name,
        "principalId": f"org:{organization.slug}",
        "sharingScope": organization.sharing_scope,
        "administered": administered,
        "createdAt": moment(organization.created_at),
    }


def no_such_organization(path):
    return problem(404, "There is no such organization.", path, code="organization_not_found")


def only_administrators(path):
    detail = "Only administrators of “acme” may do that."
    return problem(403, detail, path, code="not_administrator", rule="R10")


class TestList:
    def test_it_lists_those_that_the_caller_is_in(self, client_for, acme, globex):
        assert client_for("alice").get(PATH).json() == {
            "_links": {"self": {"href": PATH}, "curies": CURIES},
            "_embedded": {"inf:organization": [document(acme, administered=True, edit=True)]},
            "start": 0,
            "count": 1,
        }
        for username, organization in (("bob", acme), ("frank", globex)):
            found = client_for(username).get(PATH).json()["_embedded"]["inf:organization"]
            assert found == [document(organization)]

    def test_superusers_see_all_of_them(self, client_for, acme, globex):
        found = client_for("admin").get(PATH).json()["_embedded"]["inf:organization"]
        assert found == [document(each, administered=True, edit=True) for each in (acme, globex)]

    @pytest.mark.parametrize(
        ("query", "found"), [("q=CM", ["acme"]), ("q=ob", ["globex"]), ("q=%25", []), ("q=", ["acme", "globex"])]
    )
    def test_it_filters(self, client_for, query, found):
        body = client_for("admin").get(f"{PATH}?{query}").json()
        assert [organization["slug"] for organization in body["_embedded"]["inf:organization"]] == found

    def test_a_key_without_the_scope_for_it_is_shown_no_way_to_change(self, client_for, acme):
        body = client_for("alice", Scope.LIBRARY_READ).get(ACME).json()
        assert body == document(acme, administered=True)


class TestGet:
    def test_it_shows_one_that_the_caller_is_in(self, client_for, acme):
        answer = client_for("carol").get(ACME)
        assert (answer.status_code, answer.json()) == (200, document(acme))

    @pytest.mark.parametrize("suffix", ["", "/members", "/members/bob", "/teams", "/teams/engineering", "/libraries"])
    @pytest.mark.parametrize("slug", ["acme", "nowhere", "ACME", "%00", "x" * 500])
    def test_one_of_others_is_as_unknown_as_none(self, client_for, slug, suffix):
        path = f"{PATH}/{slug}{suffix}"
        answer = client_for("frank").get(path)
        assert (answer.status_code, answer.json()) == (404, no_such_organization(path))

    def test_a_share_of_its_library_shows_nothing_of_the_organization(self, client_for):
        """Frank reads acme's press-kit, as everyone does."""
        assert client_for("frank").get("/api/libraries/press-kit").status_code == 200
        assert client_for("frank").get(ACME).status_code == 404


class TestCreate:
    def test_a_superuser_founds_one(self, client_for):
        answer = client_for("admin").post(
            PATH, {"slug": "initech", "name": " Initech ", "sharingScope": "anyone"}, X_Request_ID="founding"
        )
        made = Organization.objects.get(slug="initech")
        assert (answer.status_code, answer.headers["Location"]) == (201, f"{PATH}/initech")
        assert answer.json() == document(made, administered=True, edit=True)
        assert (made.name, made.sharing_scope) == ("Initech", "anyone")
        event = Event.objects.latest("pk")
        assert (event.action, event.actor, event.via, event.request_id) == (
            "organization.created",
            "admin",
            "hal",
            "founding",
        )

    @pytest.mark.parametrize("body", [{"slug": "initech", "name": "Initech"}, {"nonsense": 1}])
    def test_nobody_else_does(self, client_for, body):
        client = client_for("alice")
        before = snapshot()
        answer = client.post(PATH, body)
        expected = problem(403, "Only superusers may do that.", PATH, code="not_superuser")
        assert (answer.status_code, answer.json()) == (403, expected)
        assert snapshot() == before

    def test_a_slug_is_given_once(self, client_for):
        answer = client_for("admin").post(PATH, {"slug": "globex", "name": "Globex"})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"pointer": "#/slug", "detail": "“globex” is already taken."}]

    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            ({}, {"#/slug", "#/name"}),
            ({"slug": "a b", "name": "x"}, {"#/slug"}),
            ({"slug": "ä", "name": "x"}, {"#/slug"}),
            ({"slug": "x\n", "name": "x"}, {"#/slug"}),
            ({"slug": "x" * 101, "name": "x"}, {"#/slug"}),
            ({"slug": 5, "name": "x"}, {"#/slug"}),
            ({"slug": "x", "name": " "}, {"#/name"}),
            ({"slug": "x", "name": "x" * 201}, {"#/name"}),
            ({"slug": "x", "name": "x", "sharingScope": "nobody"}, {"#/sharingScope"}),
            ({"slug": "x", "name": "x", "members": []}, {"#/members"}),
        ],
    )
    def test_what_is_not_valid_is_named(self, client_for, body, pointers):
        answer = client_for("admin").post(PATH, body)
        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.json()["errors"]} == pointers


class TestPatch:
    @pytest.mark.parametrize("username", ["alice", "admin"])
    def test_an_administrator_changes_it_r10(self, client_for, acme, username):
        client = client_for(username)
        answer = client.patch(ACME, {"name": "ACME", "sharingScope": "organization", "outside": "keep"})
        acme.refresh_from_db()
        assert (answer.status_code, answer.json()) == (200, document(acme, administered=True, edit=True))
        assert (acme.name, acme.sharing_scope) == ("ACME", "organization")
        assert answer.headers["ETag"] == client.get(ACME).headers["ETag"]
        event = Event.objects.latest("pk")
        assert (event.action, event.actor) == ("organization.changed", username)
        before = snapshot()
        assert client.patch(ACME, {"name": "ACME"}).status_code == 200
        assert snapshot() == before

    def test_what_r8_says_then_holds_at_once(self, client_for):
        alice = client_for("alice")
        share = "/api/libraries/handbook/shares/erin"
        assert alice.put(share, {"accessLevel": 1}).status_code == 200
        alice.delete(share)
        alice.patch(ACME, {"sharingScope": "organization", "outside": "keep"})
        assert alice.put(share, {"accessLevel": 1}).status_code == 422

    def test_narrowing_says_what_becomes_of_shares_outside_r8(self, client_for):
        alice, frank = client_for("alice"), client_for("frank")
        before = snapshot()
        refused = alice.patch(ACME, {"sharingScope": "organization"})
        detail = "1 share reaches outside “acme”. Keep or revoke: say which."
        assert refused.status_code == 409
        assert refused.json() == problem(409, detail, ACME, code="outside_shares", rule="R8", outsideShares=1)
        assert snapshot() == before

        assert alice.patch(ACME, {"sharingScope": "organization", "outside": "keep"}).status_code == 200
        assert frank.get("/api/libraries/press-kit").status_code == 200
        assert alice.patch(ACME, {"sharingScope": "organization", "outside": "revoke"}).status_code == 200
        assert frank.get("/api/libraries/press-kit").status_code == 404

    def test_what_people_outside_alone_own_is_not_taken_from_them_r6(self, client_for):
        alice = client_for("alice")
        assert alice.put("/api/libraries/press-kit/owner", {"username": "erin"}).status_code == 200
        refused = alice.patch(ACME, {"sharingScope": "organization", "outside": "revoke"})
        detail = "Only people outside own press-kit. Transfer these to members first, or keep the shares."
        assert refused.status_code == 409
        assert refused.json() == problem(409, detail, ACME, code="outside_owners", rule="R6", libraries=["press-kit"])
        assert client_for("erin").get("/api/libraries/press-kit").status_code == 200

    @pytest.mark.parametrize("body", [{"name": "ACME"}, {"nonsense": 1}])
    def test_a_plain_member_does_not(self, client_for, body):
        client = client_for("bob")
        before = snapshot()
        answer = client.patch(ACME, body)
        assert (answer.status_code, answer.json()) == (403, only_administrators(ACME))
        assert snapshot() == before

    def test_to_others_there_is_none(self, client_for):
        answer = client_for("erin").patch(ACME, {"nonsense": 1})
        assert (answer.status_code, answer.json()) == (404, no_such_organization(ACME))

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"slug": "x"}, "#/slug"),
            ({"name": ""}, "#/name"),
            ({"sharingScope": None}, "#/sharingScope"),
            ([], "#"),
            ({"sharingScope": "organization", "outside": "all"}, "#/outside"),
            ({"outside": "revoke"}, "#/outside"),
            ({"sharingScope": "anyone", "outside": "revoke"}, "#/outside"),
        ],
    )
    def test_what_is_not_valid_is_named(self, client_for, body, pointer):
        answer = client_for("alice").patch(ACME, body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


class TestLibraries:
    def test_it_lists_those_that_the_caller_may_see(self, client_for):
        for username, found in {
            "alice": ["handbook", "press-kit", "roadmap"],
            "carol": ["handbook", "press-kit", "roadmap"],
            "dave": ["press-kit"],
        }.items():
            client = client_for(username)
            body = client.get(f"{ACME}/libraries").json()
            assert [library["naturalId"] for library in body["_embedded"]["inf:library"]] == found
            everywhere = client.get("/api/libraries?organization=acme").json()
            assert body["_embedded"] == everywhere["_embedded"]

    def test_it_lists_none_of_other_organizations(self, client_for):
        create_organization(slug="initech", name="Initech", actor=OPERATOR)
        body = client_for("admin").get(f"{PATH}/initech/libraries").json()
        assert body["_embedded"] == {"inf:library": []}

    @pytest.mark.parametrize(("query", "found"), [("q=road", ["roadmap"]), ("minLevel=3", ["handbook", "press-kit"])])
    def test_it_filters(self, client_for, query, found):
        body = client_for("alice").get(f"{ACME}/libraries?{query}").json()
        assert [library["naturalId"] for library in body["_embedded"]["inf:library"]] == found

    def test_it_has_no_filter_by_organization(self, client_for):
        assert client_for("alice").get(f"{ACME}/libraries?organization=acme").status_code == 422
