"""/api/organizations/{slug}/teams, /api/organizations/{slug}/teams/{team} and its members"""

from typing import Any

import pytest

from libraries.models import Event, Share, Team
from libraries.people.queries import is_member
from tests.api.hal.calls import ACME, ENGINEERING, snapshot
from tests.api.hal.documents import CURIES, moment, problem

TEAMS = f"{ACME}/teams"
TEAM_MEMBERS = f"{ENGINEERING}/members"


def document(team, *, edit=True):
    here = {"href": f"{TEAMS}/{team.slug}"}
    links = {"self": here, "inf:organization": {"href": ACME}, "inf:team-members": {"href": f"{here['href']}/members"}}
    return {
        "_links": {**links, "edit": here, "inf:delete": here} if edit else links,
        "id": str(team.pk),
        "slug": team.slug,
        "name": team.name,
        "email": team.email,
        "organization": "acme",
        "principalId": f"team:{team.slug}",
        "createdAt": moment(team.created_at),
    }


def member(username, *, edit=True):
    here = {"href": f"{TEAM_MEMBERS}/{username}"}
    links = {"self": here, "edit": here, "inf:delete": here} if edit else {"self": here}
    return {"_links": links, "username": username, "active": True, "serviceAccount": False}


def only_administrators(path):
    detail = "Only administrators of “acme” may do that."
    return problem(403, detail, path, code="not_administrator", rule="R10")


def no_such_team(path):
    return problem(404, "There is no such team.", path, code="team_not_found")


@pytest.fixture
def teams(acme):
    return {team.slug: team for team in acme.teams.all()}


class TestList:
    def test_an_administrator_sees_all_of_them(self, client_for, teams):
        assert client_for("alice").get(TEAMS).json() == {
            "_links": {"self": {"href": TEAMS}, "curies": CURIES},
            "_embedded": {"inf:team": [document(teams[slug]) for slug in sorted(teams)]},
            "start": 0,
            "count": 3,
        }

    @pytest.mark.parametrize(
        ("username", "slugs"), [("bob", ["engineering"]), ("carol", ["data-science", "engineering"])]
    )
    def test_others_see_those_that_they_are_in(self, client_for, teams, username, slugs):
        found = client_for(username).get(TEAMS).json()["_embedded"]["inf:team"]
        assert found == [document(teams[slug], edit=False) for slug in slugs]

    @pytest.mark.parametrize(("query", "found"), [("q=eng", ["engineering"]), ("q=TERN", ["interns"]), ("q=_", [])])
    def test_it_filters(self, client_for, query, found):
        body = client_for("alice").get(f"{TEAMS}?{query}").json()
        assert [team["slug"] for team in body["_embedded"]["inf:team"]] == found


class TestGet:
    def test_it_shows_one_that_the_caller_is_in(self, client_for, engineering):
        assert client_for("bob").get(ENGINEERING).json() == document(engineering, edit=False)

    @pytest.mark.parametrize("suffix", ["", "/members", "/members/dave"])
    @pytest.mark.parametrize("slug", ["interns", "research", "nothing", "%00"])
    def test_one_of_others_is_as_unknown_as_none(self, client_for, slug, suffix):
        path = f"{TEAMS}/{slug}{suffix}"
        answer = client_for("bob").get(path)
        assert (answer.status_code, answer.json()) == (404, no_such_team(path))


class TestPut:
    def test_it_makes_a_team(self, client_for, acme):
        client = client_for("alice")
        answer = client.put(f"{TEAMS}/legal", {"name": " Legal ", "email": "legal@acme.example"})
        team = acme.teams.get(slug="legal")
        assert (answer.status_code, answer.headers["Location"]) == (201, f"{TEAMS}/legal")
        assert answer.json() == document(team)
        assert (team.name, team.email) == ("Legal", "legal@acme.example")
        event = Event.objects.latest("pk")
        assert (event.action, event.principal, event.actor, event.via) == ("team.created", "team:legal", "alice", "hal")
        again = client.put(f"{TEAMS}/legal", {"name": "Legal"})
        assert (again.status_code, again.json()) == (200, document(team))
        assert "Location" not in again.headers

    def test_it_changes_one_that_is_there(self, client_for, engineering):
        client = client_for("alice")
        answer = client.put(ENGINEERING, {"name": "Engineers"})
        engineering.refresh_from_db()
        assert (answer.status_code, answer.json()) == (200, document(engineering))
        assert (engineering.name, engineering.email) == ("Engineers", "engineering@acme.example")
        before = snapshot()
        client.put(ENGINEERING, {"name": "Engineers", "email": "engineering@acme.example"})
        assert snapshot() == before

    def test_a_slug_is_free_in_another_organization(self, client_for, globex):
        assert client_for("erin").put("/api/organizations/globex/teams/engineering", {"name": "X"}).status_code == 201
        assert Team.objects.filter(slug="engineering").count() == 2

    @pytest.mark.parametrize("path", [ENGINEERING, f"{TEAMS}/legal"])
    def test_an_email_is_one_teams_alone(self, client_for, path):
        Team.objects.filter(slug="interns").update(email="interns@acme.example")
        client = client_for("alice")
        before = snapshot()
        answer = client.put(path, {"name": "x", "email": "INTERNS@acme.example"})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"pointer": "#/email", "detail": "“INTERNS@acme.example” is already taken."}]
        assert snapshot() == before

    @pytest.mark.parametrize(
        ("slug", "body", "pointers"),
        [
            ("legal", {}, {"#/name"}),
            ("legal", {"name": ""}, {"#/name"}),
            ("legal", {"name": "x" * 201}, {"#/name"}),
            ("legal", {"name": "x", "email": "nonsense"}, {"#/email"}),
            ("legal", {"name": "x", "email": 5}, {"#/email"}),
            ("legal", {"name": "x", "email": None}, {"#/email"}),
            ("legal", {"name": "x", "email": "a" * 250 + "@b.example"}, {"#/email"}),
            ("legal", {"name": "x", "slug": "law"}, {"#/slug"}),
            ("a%20b", {"name": "x"}, {"#/slug"}),
            ("%00", {"name": "x"}, {"#/slug"}),
            ("%C3%A4", {"name": "x"}, {"#/slug"}),
            ("x" * 101, {"name": "x"}, {"#/slug"}),
        ],
    )
    def test_what_is_not_valid_is_named(self, client_for, slug, body, pointers):
        client = client_for("alice")
        before = snapshot()
        answer = client.put(f"{TEAMS}/{slug}", body)
        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.json()["errors"]} == pointers
        assert snapshot() == before

    def test_one_is_made_only_if_there_is_none(self, client_for):
        client = client_for("alice")
        assert client.put(f"{TEAMS}/legal", {"name": "x"}, If_Match="*").status_code == 412
        assert client.put(f"{TEAMS}/legal", {"name": "x"}, If_None_Match="*").status_code == 201
        assert client.put(f"{TEAMS}/legal", {"name": "y"}, If_None_Match="*").status_code == 412


class TestDelete:
    def test_it_dissolves_the_team_with_its_shares(self, client_for, handbook):
        client = client_for("alice")
        answer = client.delete(ENGINEERING)
        assert (answer.status_code, answer.content) == (204, b"")
        assert not Share.objects.filter(library=handbook, kind=1, level=2).exists()
        assert client.delete(ENGINEERING).json() == no_such_team(ENGINEERING)
        assert Event.objects.latest("pk").action == "team.deleted"


class TestMembers:
    @pytest.mark.parametrize(("username", "edit"), [("alice", True), ("bob", False)])
    def test_who_may_see_the_team_sees_them(self, client_for, username, edit):
        client = client_for(username)
        assert client.get(TEAM_MEMBERS).json() == {
            "_links": {"self": {"href": TEAM_MEMBERS}, "curies": CURIES},
            "_embedded": {"inf:member": [member("bob", edit=edit), member("carol", edit=edit)]},
            "start": 0,
            "count": 2,
        }
        assert client.get(f"{TEAM_MEMBERS}/carol").json() == member("carol", edit=edit)

    def test_an_administrator_adds_and_removes(self, client_for, dave, engineering):
        client = client_for("alice")
        path = f"{TEAM_MEMBERS}/dave"
        bodies: list[Any] = [None, {}]
        for body in bodies:
            answer = client.put(path, body)
            assert (answer.status_code, answer.json()) == (200, member("dave"))
        assert is_member(dave, engineering)
        assert Event.objects.filter(action="team.member_added", principal="dave", via="hal").count() == 1
        assert client.delete(path).status_code == 204
        assert not is_member(dave, engineering)
        detail = "dave is not a member of “engineering”."
        assert client.delete(path).json() == problem(404, detail, path, code="not_member")

    @pytest.mark.parametrize("username", ["erin", "nobody", "%00"])
    def test_an_account_of_others_is_as_unknown_as_none(self, client_for, username):
        path = f"{TEAM_MEMBERS}/{username}"
        client = client_for("alice")
        before = snapshot()
        answer = client.put(path, {})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_user")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["#/username"]
        for method in ("GET", "DELETE"):
            answer = client.send(method, path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_member")
        assert snapshot() == before

    def test_what_is_not_valid_is_named(self, client_for):
        answer = client_for("alice").put(f"{TEAM_MEMBERS}/dave", {"administrator": True})
        assert answer.json()["errors"] == [{"pointer": "#/administrator", "detail": "There is no such field."}]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("path", [ENGINEERING, f"{TEAMS}/interns", f"{TEAMS}/new", f"{TEAM_MEMBERS}/bob"])
def test_a_plain_member_changes_nothing_and_learns_nothing(client_for, method, path):
    client = client_for("bob")
    before = snapshot()
    for body in ({"name": "x"}, {"nonsense": 1}):
        answer = client.send(method, path, body)
        assert (answer.status_code, answer.json()) == (403, only_administrators(path))
    assert snapshot() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("path", [ENGINEERING, f"{TEAM_MEMBERS}/bob"])
def test_to_others_there_is_no_such_organization(client_for, method, path):
    answer = client_for("erin").send(method, path, {})
    expected = problem(404, "There is no such organization.", path, code="organization_not_found")
    assert (answer.status_code, answer.json()) == (404, expected)
