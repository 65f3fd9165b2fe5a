"""Names in every dialect (R16): which library each means, what is refused, and what answers call libraries."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Scope
from libraries.people.administrators import set_check_access
from libraries.people.members import add_member
from libraries.rules.levels import Level
from tests.api.hal.documents import problem
from tests.factories import give

HAL, MISTRAL = "/api/libraries/{}", "/v1/libraries/{}"
GOOGLE, TUNED_MODEL = "/v1beta/corpora/{}", "/v1beta/tunedModels/{}"
LIGHTLY = "/v1/datasets/{}/collaboration/access"
PATHS = [HAL, f"{HAL}/shares", MISTRAL, f"{MISTRAL}/share", LIGHTLY, GOOGLE, f"{GOOGLE}/permissions", TUNED_MODEL]
TOLD = "“handbook” is the name of several libraries: say acme.handbook or globex.handbook."


@pytest.fixture
def other(globex, erin):
    """globex's own handbook, which erin alone sees."""
    return create_library(name="Their Handbook", natural_id="handbook", actor=erin)


@pytest.fixture
def both(carol, globex, handbook, other):
    """carol sees both, and is in both organizations."""
    add_member(organization=globex, user=carol, actor=OPERATOR)
    give(handbook, "carol", Level.EDITOR)
    give(other, "carol", Level.EDITOR)
    return handbook, other


def evaluated(client: Any, subject: str, name: str, path: str = "evaluation") -> Any:
    entities = {
        "subject": {"type": "user", "id": subject},
        "action": {"name": "read"},
        "resource": {"type": "library", "id": name},
    }
    answer = client.post(f"/access/v1/{path}", entities)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("path", PATHS)
def test_the_name_with_its_organization_is_right_everywhere(client_for, both, path):
    client = client_for("carol")
    for name in ("acme.handbook", "globex.handbook"):
        assert client.get(path.format(name)).status_code == 200
    for name in ("acme.nothing", "nothing.handbook", "globex.roadmap"):
        assert client.get(path.format(name)).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_what_one_may_not_see_changes_nothing(client_for, erin, handbook, path):
    """Status, body and number of queries: whether there is another of that name, and under that name of its own."""

    def asked(username: str, name: str) -> tuple[int, bytes, int]:
        client = client_for(username)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path.format(name))
        return answer.status_code, answer.content.replace(name.encode(), b"NAME"), len(queries)

    names = [("alice", "handbook"), ("frank", "handbook"), ("frank", "globex.handbook"), ("frank", "nothing")]
    before = [asked(*each) for each in names]
    create_library(name="x", natural_id="handbook", actor=erin)
    without_request_id = [_without_request_id(asked(*each)) for each in names]
    assert without_request_id == [_without_request_id(each) for each in before]
    assert len({each[0] for each in without_request_id[1:]}) == 1
    assert len({each[2] for each in without_request_id[1:]}) == 1


def _without_request_id(answer: tuple[int, bytes, int]) -> tuple[int, bytes, int]:
    status, content, queries = answer
    return status, content.split(b'"requestId"')[0], queries


class TestTwoThatAreSeenEqually:
    def test_hal(self, client_for, both):
        path = HAL.format("handbook")
        answer = client_for("carol").get(path)
        assert answer.status_code == 409
        named = ["acme.handbook", "globex.handbook"]
        assert answer.json() == problem(409, TOLD, path, code="ambiguous_name", rule="R16", libraries=named)

    def test_mistral(self, client_for, both):
        for send in (client_for("carol").get, client_for("carol").delete):
            answer = send(MISTRAL.format("handbook"))
            assert (answer.status_code, answer.json()) == (409, {"detail": TOLD})

    def test_lightly(self, client_for, both):
        answer = client_for("carol").get(LIGHTLY.format("handbook"))
        request_id = answer.headers["X-Request-ID"]
        assert answer.status_code == 400
        assert answer.json() == {"code": "BAD_REQUEST", "error": TOLD, "requestId": request_id}

    def test_google(self, client_for, both):
        answer = client_for("carol").get(GOOGLE.format("handbook"))
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["code"], error["message"], error["status"]) == (400, TOLD, "FAILED_PRECONDITION")
        assert error["details"][0]["reason"] == "AMBIGUOUS_NAME"
        assert error["details"][0]["metadata"] == {"rule": "R16"}

    def test_authzen(self, client_for, both):
        client = client_for("carol")
        undecided = {"decision": False, "context": {"error": {"status": 400, "message": TOLD}}}
        assert evaluated(client, "carol", "handbook") == (200, undecided)
        assert evaluated(client, "carol", "handbook", "search/action") == (400, TOLD)
        items = [{"resource": {"type": "library", "id": name}} for name in ("handbook", "acme.handbook")]
        entities = {"subject": {"type": "user", "id": "carol"}, "action": {"name": "read"}}
        many = client.post("/access/v1/evaluations", {**entities, "evaluations": items}).json()["evaluations"]
        assert (many[0], many[1]["decision"]) == (undecided, True)

    def test_a_scope_that_is_lacking_goes_first(self, client_for, both):
        for path in PATHS:
            assert client_for("carol", Scope.ACCESS_CHECK).get(path.format("handbook")).status_code == 403

    def test_a_default_organization_decides_in_each(self, client_for, carol, globex, both):
        carol.default_organization = globex
        carol.save()
        client = client_for("carol")
        assert client.get(HAL.format("handbook")).json()["id"] == str(both[1].pk)
        assert client.get(MISTRAL.format("handbook")).json()["id"] == str(both[1].pk)
        assert client.get(GOOGLE.format("handbook")).json()["displayName"] == "Their Handbook"
        configs = client.get(LIGHTLY.format("handbook")).json()
        assert configs == client.get(LIGHTLY.format(both[1].object_id)).json() != []
        assert evaluated(client, "carol", "handbook")[1]["decision"]


class TestWhatAnswersCallThem:
    def test_google(self, client_for, both, erin):
        names = [corpus["name"] for corpus in client_for("carol").get("/v1beta/corpora").json()["corpora"]]
        assert {"corpora/acme.handbook", "corpora/globex.handbook", "corpora/roadmap"} <= set(names)
        for name in names:
            assert client_for("carol").get(f"/v1beta/{name}").json()["name"] == name
        others = client_for("erin").get("/v1beta/corpora").json()["corpora"]
        assert [corpus["name"] for corpus in others] == ["corpora/press-kit", "corpora/lab-notes", "corpora/handbook"]
        permissions = client_for("erin").get("/v1beta/corpora/globex.handbook/permissions").json()["permissions"]
        assert {each["name"].partition("/permissions/")[0] for each in permissions} == {"corpora/handbook"}

    def test_authzen(self, client_for, alice, frank, globex, both):
        search = {"action": {"name": "read"}, "resource": {"type": "library"}}

        def found(asker: str, subject: str) -> list[str]:
            body: Any = {**search, "subject": {"type": "user", "id": subject}, "page": {"limit": 1}}
            names: list[str] = []
            while True:
                answer = client_for(asker).post("/access/v1/search/resource", body).json()
                names += [result["id"] for result in answer["results"]]
                body["page"]["token"] = answer.get("page", {}).get("next_token", "")
                if not body["page"]["token"]:
                    return names

        assert found("carol", "carol") == ["acme.handbook", "globex.handbook", "press-kit", "roadmap"]
        assert found("alice", "carol") == ["handbook", "press-kit", "roadmap"]
        add_member(organization=globex, user=alice, actor=OPERATOR)
        set_check_access(organization=globex, user=alice, allowed=True, actor=OPERATOR)
        assert found("alice", "carol") == ["acme.handbook", "globex.handbook", "press-kit", "roadmap"]
        for name in found("alice", "carol"):
            assert evaluated(client_for("alice"), "carol", name)[1]["decision"]

    def test_links_of_the_native_api_lead_back(self, client_for, both):
        client = client_for("carol")
        for library in both:
            document = client.get(HAL.format(library.pk)).json()
            assert document["_links"]["self"]["href"] == HAL.format(library.qualified_name)
            shares = client.get(document["_links"]["inf:shares"]["href"]).json()
            assert shares["_links"]["self"]["href"] == f"{HAL.format(library.qualified_name)}/shares"
            for share in shares["_embedded"]["inf:share"]:
                assert client.get(share["_links"]["self"]["href"]).json()["libraryId"] == str(library.pk)
        listed = client.get("/api/libraries?q=handbook").json()["_embedded"]["inf:library"]
        assert [client.get(each["_links"]["self"]["href"]).json()["id"] for each in listed] == [
            each["id"] for each in listed
        ]
        assert client_for("alice").get(HAL.format("handbook")).json()["_links"]["self"]["href"] == HAL.format(
            "handbook"
        )

    @pytest.mark.parametrize("namesakes", [1, 5])
    def test_that_costs_no_more_queries(self, client_for, carol, both, namesakes):
        for number in range(namesakes):
            for slug in ("acme", "globex"):
                create_library(name="More", natural_id=f"more-{number}", organization=slug, actor=carol)
        client = client_for("carol")
        costs = []
        for path in ("/api/libraries", "/v1beta/corpora"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            costs.append(len(queries))
        assert costs == [3, 3]


class TestTeamEMails:
    def test_each_organization_has_its_own_r16(self, client_for, engineering, handbook, other):
        taken = {"name": "Science", "email": engineering.email.upper()}
        answer = client_for("erin").put("/api/organizations/globex/teams/science", taken)
        assert answer.status_code == 201
        for caller, name, team in (("alice", "acme.handbook", "engineering"), ("erin", "handbook", "science")):
            path = f"{GOOGLE.format(name)}/permissions"
            body = {"granteeType": "GROUP", "emailAddress": engineering.email, "role": "READER"}
            client_for(caller).post(path, body)
            shares = client_for(caller).get(f"{HAL.format(name)}/shares?kind=team").json()["_embedded"]["inf:share"]
            assert f"team:{team}" in {share["principalId"] for share in shares}
        refused = client_for("alice").put("/api/organizations/acme/teams/other", taken)
        assert refused.status_code == 422
