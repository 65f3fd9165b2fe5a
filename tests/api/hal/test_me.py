"""GET /api/me"""

import pytest

from libraries.models import Scope
from tests.api.hal.documents import problem


def test_it_says_who_the_caller_is(client_for, acme, carol):
    answer = client_for("carol").get("/api/me")

    assert answer.status_code == 200
    teams = {team.slug: team for team in acme.teams.all()}
    assert answer.json() == {
        "_links": {
            "self": {"href": "/api/me"},
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


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_only_reads(client_for, method):
    answer = client_for("alice").send(method, "/api/me", {})
    assert answer.status_code == 405
    assert answer.json() == problem(405, f'Method "{method}" not allowed.', "/api/me")


def test_it_costs_three_queries(client_for, django_assert_num_queries):
    client = client_for("carol")
    with django_assert_num_queries(3):
        assert client.get("/api/me").status_code == 200
