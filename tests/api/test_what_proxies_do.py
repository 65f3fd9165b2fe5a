"""What happens to calls on their way here: compressed, renamed, stripped of their body, with altered ETags."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.api.hal.calls import SHARES
from tests.api.mistral.bodies import entity, share_path, sharing
from tests.api.test_error_shapes import DIALECTS

AUTHZEN = "/access/v1/evaluation"
HOST = (
    "The service does not go by the name in the request's Host header. Whoever runs it adds the name to ALLOWED_HOSTS."
)
ENCODED = "Send the body as it is, without Content-Encoding."


@pytest.mark.parametrize("name", DIALECTS)
def test_an_encoded_body_is_415(client_for, handbook, name):
    dialect = DIALECTS[name]
    method, path, body = dialect.change
    packed = gzip.compress(json.dumps(body).encode())
    alice, path = client_for("alice"), path.format(handbook.object_id)
    for encoding in ("gzip", "br", "identity, gzip"):
        answer = alice.send(method, path, packed, Content_Encoding=encoding)
        assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
        assert dialect.shape(answer.json(), 415)
        assert ENCODED in answer.content.decode()
    assert alice.send(method, path, body, Content_Encoding="identity").status_code != 415


@pytest.mark.parametrize("name", DIALECTS)
def test_a_wrong_host_is_refused_in_the_dialects_own_shape(client_for, handbook, settings, name):
    settings.ALLOWED_HOSTS = ["sharing.example.org"]
    dialect = DIALECTS[name]
    method, path, body = dialect.change
    alice = client_for("alice")
    for target in (path.format(handbook.object_id), dialect.unknown_path):
        answer = alice.send(method, target, body, Host="evil.example", X_Request_ID="asked-here")
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (400, "asked-here")
        assert dialect.shape(answer.json(), 400)
        assert HOST in answer.content.decode()
        assert "evil.example" not in answer.content.decode()
    right = alice.send(method, dialect.unknown_path, body, Host="sharing.example.org")
    assert right.status_code == 404


def test_a_browser_by_a_wrong_name_still_gets_a_page(client, settings):
    settings.ALLOWED_HOSTS = ["sharing.example.org"]
    answer = client.get("/admin/login/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.parametrize("altered", ['W/"{}"', '"{}-gzip"', 'W/"{}-br"', '"other", W/"{}"'])
def test_an_etag_that_a_proxy_altered_is_told_apart(client_for, altered):
    alice, path = client_for("alice"), f"{SHARES}/org:acme"
    ours = alice.get(path).headers["ETag"].strip('"')
    refused = alice.put(path, {"accessLevel": 2}, If_Match=altered.format(ours))
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert "a proxy altered it" in refused.json()["detail"]
    other = alice.put(path, {"accessLevel": 2}, If_Match=altered.format("0" * 32))
    assert (other.status_code, "proxy" in other.json()["detail"]) == (412, False)
    assert alice.get(path, If_None_Match=altered.format(ours)).status_code == 304
    assert alice.put(path, {"accessLevel": 2}, If_Match=f'"{ours}"').status_code == 200


class TestADeleteWithoutItsBody:
    def test_the_query_names_the_same(self, client_for, roadmap, carol):
        bob = client_for("bob")
        query = "&".join(f"{name}={value}" for name, value in entity(carol).items())
        answer = bob.delete(f"{share_path(roadmap)}?{query}")
        assert (answer.status_code, answer.json()) == (200, sharing(roadmap, carol, "Editor"))

    def test_the_body_wins(self, client_for, roadmap, carol, bob):
        query = "&".join(f"{name}={value}" for name, value in entity(bob).items())
        answer = client_for("bob").delete(f"{share_path(roadmap)}?{query}", entity(carol))
        assert (answer.status_code, answer.json()) == (200, sharing(roadmap, carol, "Editor"))

    @pytest.mark.parametrize("query", ["", "?share_with_uuid=%00&share_with_type=User", "?share_with_uuid=x"])
    def test_what_is_not_valid_is_refused(self, client_for, roadmap, query):
        answer = client_for("bob").delete(f"{share_path(roadmap)}{query}")
        assert answer.status_code == 422
