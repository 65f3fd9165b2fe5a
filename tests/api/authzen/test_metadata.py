"""GET /.well-known/authzen-configuration"""

from __future__ import annotations

import pytest

METADATA = "/.well-known/authzen-configuration"
ENDPOINTS = {
    "access_evaluation_endpoint": "/access/v1/evaluation",
    "access_evaluations_endpoint": "/access/v1/evaluations",
    "search_subject_endpoint": "/access/v1/search/subject",
    "search_resource_endpoint": "/access/v1/search/resource",
    "search_action_endpoint": "/access/v1/search/action",
}


def expected(base: str) -> dict[str, str]:
    return {"policy_decision_point": base, **{name: base + path for name, path in ENDPOINTS.items()}}


def test_it_says_where_everything_is_without_a_key(client_for, settings):
    settings.PUBLIC_URL = "https://sharing.example.org"
    answer = client_for(None).get(METADATA)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == expected("https://sharing.example.org")


def test_without_a_public_url_it_goes_by_the_request(client_for, settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "", ["pdp.example.org"]
    answer = client_for(None).get(METADATA, Host="pdp.example.org:8443")
    assert answer.json() == expected("http://pdp.example.org:8443")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_endpoint_that_it_names_is_there(client_for, settings, endpoint):
    settings.PUBLIC_URL = ""
    path = client_for(None).get(METADATA).json()[endpoint].removeprefix("http://testserver")
    assert client_for("alice").post(path, {}).status_code == 400


def test_it_is_only_read(client_for):
    answer = client_for("alice").post(METADATA, {})
    assert (answer.status_code, answer.json()) == (405, 'Method "POST" not allowed.')
