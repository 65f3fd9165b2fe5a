"""GET /api/"""

from libraries.models import Scope
from tests.api.hal.documents import CURIES, problem


def test_it_names_everything_there_is(client_for):
    answer = client_for("frank").get("/api/")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    assert answer.json() == {
        "_links": {
            "self": {"href": "/api/"},
            "inf:me": {"href": "/api/me"},
            "inf:keys": {"href": "/api/keys{?q,start,count}", "templated": True},
            "inf:libraries": {"href": "/api/libraries{?q,organization,minLevel,start,count}", "templated": True},
            "inf:library": {"href": "/api/libraries/{id}", "templated": True},
            "inf:shares": {"href": "/api/libraries/{id}/shares{?kind,accessLevel,q,start,count}", "templated": True},
            "inf:share": {"href": "/api/libraries/{id}/shares/{principalId}", "templated": True},
            "inf:owner": {"href": "/api/libraries/{id}/owner", "templated": True},
            "inf:access": {"href": "/api/libraries/{id}/access{?q,start,count}", "templated": True},
            "inf:organizations": {"href": "/api/organizations{?q,start,count}", "templated": True},
            "inf:organization": {"href": "/api/organizations/{slug}", "templated": True},
            "inf:members": {"href": "/api/organizations/{slug}/members{?q,start,count}", "templated": True},
            "inf:teams": {"href": "/api/organizations/{slug}/teams{?q,start,count}", "templated": True},
            "inf:team": {"href": "/api/organizations/{slug}/teams/{team}", "templated": True},
            "inf:service-accounts": {
                "href": "/api/organizations/{slug}/service-accounts{?q,start,count}",
                "templated": True,
            },
            "inf:service-account": {"href": "/api/organizations/{slug}/service-accounts/{name}", "templated": True},
            "inf:events": {
                "href": "/api/events{?action,actor,principal,organization,library,since,until,count}",
                "templated": True,
            },
            "describedby": {"href": "/api/schema/"},
            "help": {"href": "/api/docs/"},
            "curies": CURIES,
        }
    }


def test_keys_are_linked_for_a_key_that_manages_them(client_for):
    for scope, linked in ((Scope.KEY_MANAGE, True), (Scope.LIBRARY_WRITE, False)):
        client = client_for("frank", Scope.LIBRARY_READ, scope)
        assert ("inf:keys" in client.get("/api/").json()["_links"]) == linked
        assert (client.get("/api/keys").status_code == 200) == linked


def test_it_only_reads(client_for):
    answer = client_for("alice").post("/api/", {})
    assert answer.status_code == 405
    assert answer.json() == problem(405, 'Method "POST" not allowed.', "/api/")
