"""/api/me"""

import pytest

from libraries.models import OPERATOR, Event, Library, Scope, User
from libraries.people.members import add_member, remove_member
from libraries.people.organizations import create_organization
from tests.api.hal.calls import snapshot
from tests.api.hal.documents import problem


def test_it_says_who_the_caller_is(client_for, acme, carol):
    answer = client_for("carol").get("/api/me")

    assert answer.status_code == 200
    teams = {team.slug: team for team in acme.teams.all()}
    assert answer.json() == {
        "_links": {
            "self": {"href": "/api/me"},
            "edit": {"href": "/api/me"},
            "inf:libraries": {"href": "/api/libraries"},
            "inf:organizations": {"href": "/api/organizations"},
            "inf:keys": {"href": "/api/keys"},
        },
        "username": "carol",
        "email": "carol@acme.example",
        "organizations": [
            {
                "_links": {"self": {"href": "/api/organizations/acme"}},
                "id": str(acme.pk),
                "slug": "acme",
                "name": "Acme",
                "principalId": "org:acme",
            }
        ],
        "defaultOrganization": None,
        "teams": [
            {
                "_links": {"self": {"href": "/api/organizations/acme/teams/data-science"}},
                "id": str(teams["data-science"].pk),
                "slug": "data-science",
                "name": "Data Science",
                "principalId": "team:data-science",
                "organization": "acme",
            },
            {
                "_links": {"self": {"href": "/api/organizations/acme/teams/engineering"}},
                "id": str(teams["engineering"].pk),
                "slug": "engineering",
                "name": "Engineering",
                "principalId": "team:engineering",
                "organization": "acme",
            },
        ],
        "key": {
            "_links": dict.fromkeys(["self", "inf:delete"], {"href": f"/api/keys/{carol.api_keys.get().pk}"}),
            "name": "test",
            "scopes": sorted(Scope),
        },
    }


def test_it_tells_the_scopes_of_the_key_that_was_used(client_for):
    body = client_for("carol", Scope.LIBRARY_READ).get("/api/me").json()
    assert (body["key"]["name"], body["key"]["scopes"]) == ("test", ["library:read"])


def test_a_key_that_manages_none_is_shown_how_to_end_itself_alone(client_for, carol):
    body = client_for("carol", Scope.LIBRARY_READ).get("/api/me").json()
    assert body["key"]["_links"] == {"inf:delete": {"href": f"/api/keys/{carol.api_keys.get().pk}"}}
    assert "inf:keys" not in body["_links"]


def test_it_works_for_who_is_in_nothing(client_for, admin_user):
    body = client_for("admin").get("/api/me").json()
    assert (body["organizations"], body["teams"]) == ([], [])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_is_neither_made_nor_taken_away(client_for, method):
    answer = client_for("alice").send(method, "/api/me", {})
    assert answer.status_code == 405
    assert answer.json() == problem(405, f'Method "{method}" not allowed.', "/api/me")


def test_it_costs_three_queries(client_for, django_assert_num_queries):
    client = client_for("carol")
    with django_assert_num_queries(3):
        assert client.get("/api/me").status_code == 200


class TestDefaultOrganization:
    """R15: where somebody who is in several works, in the dialects that cannot say so too."""

    @pytest.fixture(autouse=True)
    def in_two(self, bob, globex):
        add_member(organization=globex, user=bob, actor=OPERATOR)

    def test_it_is_chosen_and_given_up(self, client_for, bob):
        client = client_for("bob")
        for slug, before in (("globex", None), ("acme", "globex"), (None, "acme")):
            answer = client.patch("/api/me", {"defaultOrganization": slug})
            assert (answer.status_code, answer.json()["defaultOrganization"]) == (200, slug)
            assert answer.json() == client.get("/api/me").json()
            assert answer.headers["ETag"] == client.get("/api/me").headers["ETag"]
            event = Event.objects.latest("pk")
            assert (event.action, event.actor, event.principal, event.via) == ("user.changed", "bob", "bob", "hal")
            assert event.details == {"default_organization": [before, slug]}

    @pytest.mark.parametrize("body", [{}, {"defaultOrganization": "globex"}])
    def test_said_again_it_changes_nothing_r11(self, client_for, body):
        client = client_for("bob")
        client.patch("/api/me", {"defaultOrganization": "globex"})
        before = snapshot()
        assert client.patch("/api/me", body).json()["defaultOrganization"] == "globex"
        assert snapshot() == before

    @pytest.mark.parametrize("slug", ["initech", "nowhere", "Acme", "\x00"])
    def test_it_is_one_of_theirs_and_others_are_as_unknown_as_none(self, client_for, slug):
        create_organization(slug="initech", name="Initech", actor=OPERATOR)
        client = client_for("bob")
        before = snapshot()
        answer = client.patch("/api/me", {"defaultOrganization": slug})
        detail = f"You are not a member of an organization “{slug}”."
        errors = [{"pointer": "#/defaultOrganization", "detail": detail}]
        expected = problem(422, detail, "/api/me", code="unknown_organization", errors=errors)
        if slug == "\x00":
            assert answer.status_code == 422
        else:
            assert (answer.status_code, answer.json()) == (422, expected)
        assert snapshot() == before

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"defaultOrganization": 1}, "#/defaultOrganization"),
            ({"defaultOrganization": ""}, "#/defaultOrganization"),
            ({"defaultOrganization": "x" * 101}, "#/defaultOrganization"),
            ({"username": "x"}, "#/username"),
            ([], "#"),
        ],
    )
    def test_what_is_not_valid_is_named(self, client_for, body, pointer):
        answer = client_for("bob").patch("/api/me", body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_a_key_that_may_write_changes_it_and_no_other(self, client_for):
        body = {"defaultOrganization": "acme"}
        assert client_for("bob", Scope.LIBRARY_READ, Scope.ORGANIZATION_ADMIN).patch("/api/me", body).status_code == 403
        assert "edit" not in client_for("bob", Scope.LIBRARY_READ).get("/api/me").json()["_links"]
        assert client_for("bob", Scope.LIBRARY_WRITE).patch("/api/me", body).status_code == 200

    def test_a_condition_is_judged(self, client_for):
        client = client_for("bob")
        etag = client.get("/api/me").headers["ETag"]
        assert client.patch("/api/me", {"defaultOrganization": "acme"}, If_Match=etag).status_code == 200
        assert client.patch("/api/me", {"defaultOrganization": None}, If_Match=etag).status_code == 412
        assert client.patch("/api/me", {}, If_Match=etag).status_code == 412

    def test_every_dialect_makes_libraries_there(self, client_for):
        client = client_for("bob")
        makers = {
            "hal": ("/api/libraries", {"name": "By HAL"}),
            "mistral": ("/v1/libraries", {"name": "By Mistral"}),
            "google": ("/v1beta/corpora", {"displayName": "By Google"}),
        }
        statuses = {name: client.post(path, body).status_code for name, (path, body) in makers.items()}
        assert statuses == {"hal": 422, "mistral": 422, "google": 400}

        client.patch("/api/me", {"defaultOrganization": "globex"})
        for path, body in makers.values():
            assert client.post(path, body).status_code in (200, 201)
        made = Library.objects.filter(name__startswith="By ").values_list("organization__slug", flat=True)
        assert list(made) == ["globex"] * 3
        named = client.post("/api/libraries", {"name": "Elsewhere", "organization": "acme"})
        assert named.json()["organization"] == "acme"

    def test_leaving_it_clears_it(self, client_for, bob, globex, acme):
        client = client_for("bob")
        client.patch("/api/me", {"defaultOrganization": "globex"})
        remove_member(organization=globex, user=bob, actor=bob)
        assert User.objects.get(pk=bob.pk).default_organization is None
        assert client.get("/api/me").json()["defaultOrganization"] is None
        assert client.post("/api/libraries", {"name": "Mine"}).json()["organization"] == "acme"

    def test_leaving_another_keeps_it(self, client_for, bob, carol, globex, acme):
        client = client_for("bob")
        client.patch("/api/me", {"defaultOrganization": "globex"})
        remove_member(organization=acme, user=bob, successor=carol, actor=bob)
        assert client.get("/api/me").json()["defaultOrganization"] == "globex"
