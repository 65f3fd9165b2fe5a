"""The working group's certification scenario for decision points: Basic Core, Batch Core, Search Core and Discovery.

Its fixture, with libraries in the place of records: alice may read and write `record-1`, bob may read it alone. The
enforcement point asks with a key of nothing but `access:check`, for a service account that was given `check_access`.
Numbers are the scenario's own.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from libraries.library_lifecycle import create_library
from libraries.models import Scope
from libraries.people.administrators import set_check_access
from libraries.rules.levels import Level
from tests.clients import ApiClient
from tests.factories import give, make_user

ALICE, BOB = ({"type": "user", "id": name} for name in ("alice", "bob"))
READ, WRITE = {"name": "read"}, {"name": "write"}
RECORD_1, RECORD_2 = ({"type": "library", "id": name} for name in ("record-1", "record-2"))
CONTEXT = {"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
SUBJECT, RESOURCE, ACTION = (f"/access/v1/search/{entity}" for entity in ("subject", "resource", "action"))

PERMIT = {"subject": ALICE, "action": READ, "resource": RECORD_1}
DENY = {"subject": BOB, "action": WRITE, "resource": RECORD_1}
SEARCH_SUBJECT = {"subject": {"type": "user"}, "action": READ, "resource": RECORD_1}
SEARCH_RESOURCE = {"subject": ALICE, "action": READ, "resource": {"type": "library"}}
SEARCH_ACTION = {"subject": ALICE, "resource": RECORD_1}


@pytest.fixture
def enforcement_point(client_for, alice, acme) -> ApiClient:
    for number in (1, 2):
        create_library(name=f"Record {number}", natural_id=f"record-{number}", actor=alice)
    give(alice.shares.get(library__natural_id="record-1").library, "bob", Level.READER)
    make_user("gateway", member_of=acme)
    set_check_access(organization=acme, user=acme.group.user_set.get(username="gateway"), allowed=True, actor=alice)
    return client_for("gateway", Scope.ACCESS_CHECK)


@pytest.fixture
def post(enforcement_point):
    """The answer to a body, which must be a 200 in JSON."""

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = enforcement_point.post(path, body)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
        return answer.json()

    return post


class TestBasicCore:
    @pytest.mark.parametrize(
        ("request_body", "decision"),
        [
            (PERMIT, True),
            (DENY, False),
            ({**PERMIT, "action": WRITE}, True),
            ({**DENY, "action": READ}, True),
            ({**PERMIT, "context": CONTEXT}, True),
            ({**PERMIT, "subject": {**ALICE, "properties": {"department": "Sales", "role": "manager"}}}, True),
            ({**PERMIT, "action": {**READ, "properties": {"method": "GET"}}}, True),
            ({**PERMIT, "resource": {**RECORD_1, "properties": {"status": "active", "owner": "bob"}}}, True),
            ({**PERMIT, "foo": "bar", "futureField": {"nested": True}}, True),
        ],
        ids=["2.2.1", "2.2.2", "rule 2", "rule 3", "2.2.3", "2.2.8 subject", "2.2.8 action", "2.2.8 resource", "2.2.9"],
    )
    def test_2_2_requests_are_accepted_and_2_3_answered_in_form(self, post, request_body, decision):
        answer = post(EVALUATION, request_body)
        assert answer["decision"] is decision
        assert isinstance(answer.get("context", {}), dict)

    @pytest.mark.parametrize("field", ["subject", "action", "resource"])
    def test_2_4_1_a_missing_field_is_400(self, enforcement_point, field):
        body = {name: value for name, value in PERMIT.items() if name != field}
        assert enforcement_point.post(EVALUATION, body).status_code == 400

    @pytest.mark.parametrize(
        "change",
        [
            {"subject": {"id": "alice"}},
            {"subject": {"type": "user"}},
            {"action": {}},
            {"resource": {"id": "record-1"}},
            {"resource": {"type": "library"}},
        ],
    )
    def test_2_4_2_a_missing_part_of_a_field_is_400(self, enforcement_point, change):
        assert enforcement_point.post(EVALUATION, {**PERMIT, **change}).status_code == 400

    def test_2_4_3_another_content_type_is_400(self, enforcement_point):
        assert enforcement_point.post(EVALUATION, PERMIT, content_type="text/plain").status_code == 400

    @pytest.mark.parametrize("body", [b'{"subject": ', b""], ids=["2.4.4", "2.4.5"])
    def test_malformed_json_and_no_body_at_all_are_400(self, enforcement_point, body):
        assert enforcement_point.post(EVALUATION, body).status_code == 400

    @pytest.mark.parametrize("change", [{"subject": "alice"}, {"action": {"name": 123}}])
    def test_2_4_6_a_field_of_another_type_is_400(self, enforcement_point, change):
        assert enforcement_point.post(EVALUATION, {**PERMIT, **change}).status_code == 400

    def test_2_5_1_the_request_id_is_echoed(self, enforcement_point):
        answer = enforcement_point.post(EVALUATION, PERMIT, X_Request_ID="bfe9eb29-ab87-4ca3-be83-a1d5d8305716")
        assert answer.headers["X-Request-ID"] == "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"

    def test_2_5_2_none_is_needed(self, post):
        assert post(EVALUATION, PERMIT)["decision"]

    def test_2_6_the_same_request_gets_the_same_decision(self, post):
        assert {post(EVALUATION, PERMIT)["decision"] for _ in range(5)} == {True}
        assert {post(EVALUATION, DENY)["decision"] for _ in range(5)} == {False}


class TestBatchCore:
    def decisions(self, post: Any, body: dict[str, Any]) -> list[bool]:
        answer = post(EVALUATIONS, body)
        assert set(answer) == {"evaluations"}  # 3.3.4
        return [evaluation["decision"] for evaluation in answer["evaluations"]]

    def test_3_2_1_an_array_is_answered_by_one_of_the_same_length(self, post):
        body = {"subject": ALICE, "action": READ, "evaluations": [{"resource": RECORD_1}, {"resource": RECORD_2}]}
        assert self.decisions(post, body) == [True, True]

    def test_3_2_2_in_the_order_of_the_request(self, post):
        body = {"subject": BOB, "resource": RECORD_1, "evaluations": [{"action": READ}, {"action": WRITE}]}
        assert self.decisions(post, body) == [True, False]

    def test_3_2_5_without_defaults(self, post):
        assert self.decisions(post, {"evaluations": [PERMIT, DENY]}) == [True, False]

    def test_3_2_6_the_context_may_be_a_default_too(self, post):
        items = [{"resource": RECORD_1}, {"resource": RECORD_2, "context": {"source": "batch-override"}}]
        body = {"subject": ALICE, "action": READ, "context": CONTEXT, "evaluations": items}
        assert self.decisions(post, body) == [True, True]

    def test_3_2_7_an_entity_that_an_item_gives_replaces_the_default_whole(self, post):
        items = [{"resource": {"id": "record-1"}}, {"resource": RECORD_1}]
        body = {"subject": ALICE, "action": WRITE, "resource": RECORD_2, "evaluations": items}
        assert self.decisions(post, body) == [False, True]

    def test_3_4_1_an_item_that_is_not_valid_is_a_denial_of_its_own(self, post):
        body = {"subject": ALICE, "action": READ, "evaluations": [{"resource": RECORD_1}, {}]}
        assert self.decisions(post, body) == [True, False]

    @pytest.mark.parametrize("items", [{}, {"evaluations": []}], ids=["3.4.2", "3.4.3"])
    def test_without_items_it_is_one_evaluation(self, post, items):
        assert post(EVALUATIONS, {**PERMIT, **items})["decision"] is True


class TestSearchCore:
    def test_4_2_1_subjects(self, post):
        results = post(SUBJECT, SEARCH_SUBJECT)["results"]
        assert {result["type"] for result in results} == {"user"}
        assert ALICE in results and BOB in results

    def test_4_3_1_resources(self, post):
        results = post(RESOURCE, SEARCH_RESOURCE)["results"]
        assert {result["type"] for result in results} == {"library"}
        assert RECORD_1 in results

    def test_4_4_1_actions(self, post):
        results = post(ACTION, SEARCH_ACTION)["results"]
        assert READ in results and WRITE in results

    @pytest.mark.parametrize(
        ("path", "body"), [(SUBJECT, SEARCH_SUBJECT), (RESOURCE, SEARCH_RESOURCE), (ACTION, SEARCH_ACTION)]
    )
    def test_4_2_2_and_4_4_2_a_context_is_accepted(self, post, path, body):
        assert post(path, {**body, "context": CONTEXT}) == post(path, body)

    def test_4_2_3_and_4_3_2_an_id_of_what_is_searched_changes_nothing(self, post):
        assert post(SUBJECT, {**SEARCH_SUBJECT, "subject": BOB}) == post(SUBJECT, SEARCH_SUBJECT)
        assert post(RESOURCE, {**SEARCH_RESOURCE, "resource": RECORD_2}) == post(RESOURCE, SEARCH_RESOURCE)

    @pytest.mark.parametrize(
        ("path", "body"), [(SUBJECT, SEARCH_SUBJECT), (RESOURCE, SEARCH_RESOURCE), (ACTION, SEARCH_ACTION)]
    )
    def test_4_5_pages_lead_to_the_end(self, post, path, body):
        """The token alone is enough for the next page: its limit need not be repeated."""
        whole, found = post(path, body)["results"], []
        page = post(path, {**body, "page": {"limit": 1}})
        found += page["results"]
        assert len(page["results"]) == page["page"]["count"] == 1
        page = post(path, {**body, "page": {"token": page["page"]["next_token"]}})
        found += page["results"]
        assert page["page"]["next_token"] == ""
        assert found == whole

    def test_4_6_1_an_unknown_subject_finds_nothing(self, post):
        nobody = {"type": "user", "id": "nonexistent-user"}
        assert post(ACTION, {**SEARCH_ACTION, "subject": nobody}) == {"results": []}
        assert post(RESOURCE, {**SEARCH_RESOURCE, "subject": nobody}) == {"results": []}

    def test_4_6_2_an_unknown_type_finds_nothing(self, post):
        assert post(SUBJECT, {**SEARCH_SUBJECT, "subject": {"type": "spaceship"}}) == {"results": []}
        assert post(RESOURCE, {**SEARCH_RESOURCE, "resource": {"type": "spaceship"}}) == {"results": []}

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            (SUBJECT, {"subject": {"type": "user"}, "resource": RECORD_1}),
            (RESOURCE, {"action": READ, "resource": {"type": "library"}}),
            (ACTION, {"subject": ALICE}),
            (SUBJECT, {**SEARCH_SUBJECT, "resource": {"type": "library"}}),
            (RESOURCE, {**SEARCH_RESOURCE, "subject": {"type": "user"}}),
        ],
    )
    def test_4_7_what_is_missing_is_400(self, enforcement_point, path, body):
        assert enforcement_point.post(path, body).status_code == 400

    def test_whatever_is_found_is_permitted(self, post):
        """The specification: results that are fed into an evaluation must be decided for."""
        for resource in post(RESOURCE, SEARCH_RESOURCE)["results"]:
            assert post(EVALUATION, {"subject": ALICE, "action": READ, "resource": resource})["decision"]
        for subject in post(SUBJECT, SEARCH_SUBJECT)["results"]:
            assert post(EVALUATION, {"subject": subject, "action": READ, "resource": RECORD_1})["decision"]
        for action in post(ACTION, SEARCH_ACTION)["results"]:
            assert post(EVALUATION, {"subject": ALICE, "action": action, "resource": RECORD_1})["decision"]


class TestDiscovery:
    def test_6_the_metadata_name_the_decision_point_and_its_endpoints_by_https(self, settings, client_for):
        settings.PUBLIC_URL = "https://pdp.example.com"
        answer = client_for(None).get("/.well-known/authzen-configuration")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
        metadata = json.loads(answer.content)
        assert metadata.pop("policy_decision_point") == "https://pdp.example.com"
        assert set(metadata) == {
            "access_evaluation_endpoint",
            "access_evaluations_endpoint",
            "search_subject_endpoint",
            "search_resource_endpoint",
            "search_action_endpoint",
        }
        for url in metadata.values():
            parts = urlsplit(url)
            assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "pdp.example.com", "", "")
