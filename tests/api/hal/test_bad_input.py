"""What comes from outside is refused with a clear problem document: nothing changes, and nothing is ever a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.http import UnreadablePostError

from libraries.db.text import SEARCH_LENGTH
from tests.api.hal.calls import ACME, HANDBOOK, SHARES, snapshot
from tests.api.hal.documents import problem

PUT = ("PUT", f"{SHARES}/bob")
POST = ("POST", "/api/libraries")
PATCH = ("PATCH", HANDBOOK)
WRITES = {"put share": PUT, "create library": POST, "patch library": PATCH}

LEVEL = "Must be one of 0 (NONE), 1 (READER), 2 (EDITOR), 3 (OWNER)."
INTEGER = "A valid integer is required."
STRING = "Not a valid string."
BOOLEAN = "Must be a valid boolean."
UNSTORABLE = "Contains NUL or half of a surrogate pair."
UNKNOWN = "There is no such field."
ANOTHER = "It is another one here. Send it as it is, or leave it out."
REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
MOMENT = "Write it as RFC 3339 has it: 2030-01-31T12:00:00Z."
NATURAL_ID = "Must be at most 40 of a-z, 0-9 and inner hyphens, and neither a UUID nor 24 hex digits."

INVALID: list[tuple[tuple[str, str], Any, dict[str, str]]] = [
    # A level is one of four integers, and nothing that looks like one.
    (PUT, {}, {"#/accessLevel": REQUIRED}),
    (PUT, {"accessLevel": 4}, {"#/accessLevel": LEVEL}),
    (PUT, {"accessLevel": -1}, {"#/accessLevel": LEVEL}),
    (PUT, {"accessLevel": 10**4000}, {"#/accessLevel": LEVEL}),
    (PUT, {"accessLevel": True}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": False}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": 1.0}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": "1"}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": "READ"}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": ""}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": [1]}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": {"level": 1}}, {"#/accessLevel": INTEGER}),
    (PUT, {"accessLevel": None}, {"#/accessLevel": NULL}),
    # Unknown keys, each by name.
    (PUT, {"accessLevel": 1, "level": 1}, {"#/level": UNKNOWN}),
    (PUT, {"accesslevel": 1}, {"#/accesslevel": UNKNOWN, "#/accessLevel": REQUIRED}),
    (PUT, {"accessLevel": 1, "": 1, "a.b": 1, "a/b~": 1}, {"#/": UNKNOWN, "#/a.b": UNKNOWN, "#/a~1b~0": UNKNOWN}),
    (PUT, {"accessLevel": 1, "principalId": "carol"}, {"#/principalId": ANOTHER}),
    (PUT, {"accessLevel": 9, "x": 1}, {"#/x": UNKNOWN, "#/accessLevel": LEVEL}),
    # When a share ends.
    (PUT, {"accessLevel": 1, "expiresAt": "tomorrow"}, {"#/expiresAt": MOMENT}),
    (PUT, {"accessLevel": 1, "expiresAt": ""}, {"#/expiresAt": MOMENT}),
    (PUT, {"accessLevel": 1, "expiresAt": 1893456000}, {"#/expiresAt": MOMENT}),
    (PUT, {"accessLevel": 1, "expiresAt": True}, {"#/expiresAt": MOMENT}),
    (PUT, {"accessLevel": 1, "expiresAt": ["2090-01-01T00:00:00Z"]}, {"#/expiresAt": MOMENT}),
    *(
        (PUT, {"accessLevel": 1, "expiresAt": text}, {"#/expiresAt": MOMENT})
        for text in (
            "2090-W01-1T12:00:00Z",
            "20900101T120000Z",
            "2090-001T12:00:00Z",
            "２０９０-01-01T12:00:00Z",
            "2090-01-01T12:00:00Z\n",
            " 2090-01-01T12:00:00Z",
            "2090-01-01T12:00Z",
            "2090-01-01T12:00:00,5Z",
            "2090-01-01T12:00:00+0100",
            "2090-01-01T12:00:00+01:00:30",
        )
    ),
    (PUT, {"accessLevel": 1, "expiresAt": "2090-02-30T00:00:00Z"}, {"#/expiresAt": MOMENT}),
    (PUT, {"accessLevel": 1, "expiresAt": "10000-01-01T00:00:00Z"}, {"#/expiresAt": MOMENT}),
    (
        PUT,
        {"accessLevel": 1, "expiresAt": "9999-12-31T23:59:59-01:00"},
        {"#/expiresAt": "Datetime value out of range."},
    ),
    (
        PUT,
        {"accessLevel": 1, "expiresAt": "2090-01-01T00:00:00"},
        {"#/expiresAt": "Include the time zone, as in 2030-01-31T12:00:00Z."},
    ),
    (
        PUT,
        {"accessLevel": 1, "expiresAt": "2090-01-01"},
        {"#/expiresAt": MOMENT},
    ),
    (PUT, {"accessLevel": 1, "expiresAt": "0001-01-01T00:00:00Z"}, {"#/expiresAt": "The expiry date is in the past."}),
    # Notes.
    (PUT, {"accessLevel": 1, "note": None}, {"#/note": NULL}),
    (PUT, {"accessLevel": 1, "note": 5}, {"#/note": STRING}),
    (PUT, {"accessLevel": 1, "note": True}, {"#/note": STRING}),
    (PUT, {"accessLevel": 1, "note": {"text": "x"}}, {"#/note": STRING}),
    (PUT, {"accessLevel": 1, "note": "x" * 501}, {"#/note": "Ensure this field has no more than 500 characters."}),
    (PUT, {"accessLevel": 1, "note": "a\x00b"}, {"#/note": UNSTORABLE}),
    (PUT, {"accessLevel": 1, "note": "\ud83d"}, {"#/note": UNSTORABLE}),
    (PUT, {"accessLevel": 1, "note": "\ude00\ud83d"}, {"#/note": UNSTORABLE}),
    (PUT, {"accessLevel": 1, "a.b": [{"c": ["\x00"]}]}, {"#/a.b/0/c/0": UNSTORABLE}),
    (PUT, {"accessLevel": 1, "note\x00": "x"}, {"#": UNSTORABLE}),
    (PUT, {"accessLevel": 1, "\ud800": "x"}, {"#": UNSTORABLE}),
    # Libraries.
    (POST, {}, {"#/name": REQUIRED}),
    (POST, {"name": ""}, {"#/name": BLANK}),
    (POST, {"name": " \t\n"}, {"#/name": BLANK}),
    (POST, {"name": None}, {"#/name": NULL}),
    (POST, {"name": 5}, {"#/name": STRING}),
    (POST, {"name": "x" * 201}, {"#/name": "Ensure this field has no more than 200 characters."}),
    (POST, {"name": "x" + " " * 200}, {"#/name": "Ensure this field has no more than 200 characters."}),
    (POST, {"name": "a\x00b"}, {"#/name": UNSTORABLE}),
    (POST, {"name": "\udfff"}, {"#/name": UNSTORABLE}),
    (POST, {"name": "x", "naturalId": ""}, {"#/naturalId": BLANK}),
    (POST, {"name": "x", "naturalId": "Atlas"}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "-atlas"}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "atlas-"}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "at/las"}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "atlas\n"}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "a" * 24}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "9a8b7c6d-1234-1234-1234-123456789abc"}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "9a8b7c6d123412341234123456789abc"}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "naturalId": "x" * 41}, {"#/naturalId": NATURAL_ID}),
    (POST, {"name": "x", "organization": ""}, {"#/organization": BLANK}),
    (POST, {"name": "x", "organization": ["acme"]}, {"#/organization": STRING}),
    (POST, {"name": "x", "emoji": "x" * 17}, {"#/emoji": "Ensure this field has no more than 16 characters."}),
    (POST, {"name": "x", "editorsCanShare": 1}, {"#/editorsCanShare": BOOLEAN}),
    (POST, {"name": "x", "editorsCanShare": "true"}, {"#/editorsCanShare": BOOLEAN}),
    (POST, {"name": "x", "editorsCanShare": None}, {"#/editorsCanShare": NULL}),
    (POST, {"name": "x", "description": 5}, {"#/description": STRING}),
    (PATCH, {"description": "x" * 10_001}, {"#/description": "Ensure this field has no more than 10000 characters."}),
    (PATCH, {"name": ""}, {"#/name": BLANK}),
    (PATCH, {"name": None}, {"#/name": NULL}),
    (PATCH, {"editorsCanShare": "yes"}, {"#/editorsCanShare": BOOLEAN}),
    (PATCH, {"_link": {}}, {"#/_link": UNKNOWN}),
]

NO_OBJECT = {
    "list": b"[]",
    "list of bodies": b'[{"accessLevel": 1}]',
    "string": b'"accessLevel"',
    "number": b"1",
    "fraction": b"1.5",
    "true": b"true",
}

MALFORMED = {
    "cut short": (b'{"accessLevel": 1', None),
    "not JSON": (b"accessLevel=1", None),
    "nothing but space": (b"  ", None),
    "a comma too many": (b'{"accessLevel": 1,}', None),
    "single quotes": (b"{'accessLevel': 1}", None),
    "two documents": (b'{"accessLevel": 1}{"accessLevel": 3}', None),
    "a raw NUL": (b'{"note": "\x00"}', None),
    "a raw line break": (b'{"note": "\n"}', None),
    "a bad escape": (b'{"note": "\\x41"}', None),
    "a bad \\u escape": (b'{"note": "\\u12"}', None),
    "NaN": (b'{"accessLevel": NaN}', "The body is not JSON: NaN is not a JSON number."),
    "Infinity": (b'{"accessLevel": -Infinity}', "The body is not JSON: -Infinity is not a JSON number."),
    "1e999": (b'{"accessLevel": 1e999}', "The body holds a number that is out of range: 1e999."),
    "-1e999": (b'{"accessLevel": -1e999}', "The body holds a number that is out of range: -1e999."),
    "too many digits": (b'{"accessLevel": ' + b"1" * 5000 + b"}", "The body holds a number of too many digits."),
    "a key twice": (
        b'{"accessLevel": 1, "accessLevel": 3}',
        'The body is ambiguous: one of its objects has the key "accessLevel" twice.',
    ),
    "a key twice, escaped": (
        b'{"note": "a", "not\\u0065": "b"}',
        'The body is ambiguous: one of its objects has the key "note" twice.',
    ),
    "half a character twice": (
        b'{"\\ud800": 1, "\\ud800": 1}',
        'The body is ambiguous: one of its objects has the key "\\ud800" twice.',
    ),
    "nested too deeply": (b"[" * 100_000, "The body is nested too deeply."),
    "objects nested too deeply": (b'{"a":' * 100_000, "The body is nested too deeply."),
    "Latin-1": ('{"note": "é"}'.encode("latin-1"), "The body is not UTF-8."),
    "UTF-16": ('{"note": "x"}'.encode("utf-16"), "The body is not UTF-8."),
    "a raw surrogate": (b'{"note": "\xed\xa0\x80"}', "The body is not UTF-8."),
    "an overlong slash": (b'{"note": "\xc0\xaf"}', "The body is not UTF-8."),
}


@pytest.fixture
def alice_calls(client_for):
    return client_for("alice")


@pytest.mark.parametrize(
    ("call", "body", "errors"), INVALID, ids=[f"{call[0]} {json.dumps(body)[:60]}" for call, body, _ in INVALID]
)
def test_an_invalid_body_is_answered_with_what_is_wrong_with_it(alice_calls, call, body, errors):
    before = snapshot()
    answer = alice_calls.send(*call, body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert {error["pointer"]: error["detail"] for error in document["errors"]} == errors
    more = {name: document[name] for name in ("code", "rule", "errors") if name in document}
    assert document == problem(422, document["detail"], call[1], **more)
    assert snapshot() == before


@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT)
def test_a_body_is_an_object(alice_calls, call, body):
    before = snapshot()
    answer = alice_calls.send(*call, body)
    errors = [{"pointer": "#", "detail": "Must be a JSON object."}]
    assert (answer.status_code, answer.json()) == (
        422,
        problem(422, "The request is not valid.", call[1], errors=errors),
    )
    assert snapshot() == before


@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
def test_null_is_no_body(alice_calls, call):
    answer = alice_calls.send(*call, b"null")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "#", "detail": "No data provided"}]


@pytest.mark.parametrize("content_type", ["application/json", "", "text/plain"])
def test_no_body_lacks_what_is_required(alice_calls, content_type):
    for call, field in ((PUT, "accessLevel"), (POST, "name")):
        answer = alice_calls.send(*call, content_type=content_type)
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"pointer": f"#/{field}", "detail": REQUIRED}]


@pytest.mark.parametrize(("body", "detail"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_is_a_bad_request(alice_calls, body, detail):
    """Of one call: all have the same parser (tests/api/test_structure.py)."""
    before = snapshot()
    answer = alice_calls.send(*PUT, body)
    assert answer.status_code == 400
    document = answer.json()
    assert document == problem(400, detail or document["detail"], PUT[1])
    assert document["detail"].startswith("The body ")
    assert snapshot() == before


def test_no_depth_is_too_much_for_one_check_alone(alice_calls):
    """The escape makes the check for NUL walk the same depth, with its own bookkeeping."""
    for depth in range(700, 1000, 7):
        body = b'{"accessLevel": ' + b"[" * depth + b'"\\u0000"' + b"]" * depth + b"}"
        assert alice_calls.send(*PUT, body).status_code in (400, 422), depth


@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
def test_a_body_that_is_too_long_is_refused_unread(alice_calls, call):
    before = snapshot()
    for body in (b" " * 10_000_000, b'{"name": "' + b"x" * settings.MAX_BODY_BYTES + b'"}'):
        answer = alice_calls.send(*call, body)
        detail = f"The body is longer than {settings.MAX_BODY_BYTES} bytes."
        assert (answer.status_code, answer.json()) == (413, problem(413, detail, call[1]))
    assert snapshot() == before


def test_a_body_as_long_as_it_may_be_is_read(alice_calls):
    body = b'{"accessLevel": 1}'
    assert alice_calls.send(*PUT, body + b" " * (settings.MAX_BODY_BYTES - len(body))).status_code == 200


def test_a_body_that_breaks_off_is_a_bad_request(alice_calls, monkeypatch):
    def broken(*arguments: Any) -> bytes:
        raise UnreadablePostError("connection reset by peer")

    monkeypatch.setattr("django.core.handlers.wsgi.WSGIRequest.read", broken)
    answer = alice_calls.send(*PUT, {"accessLevel": 1})
    assert (answer.status_code, answer.json()) == (400, problem(400, "The body did not arrive whole.", PUT[1]))


def test_what_is_no_mistake_is_taken(alice_calls):
    for body in (
        b'\xef\xbb\xbf{"accessLevel": 1}',
        b'\r\n {"accessLevel" : 1}\t',
        b'{"access\\u004cevel": 1, "note": "\\ud83d\\ude00"}',
        '{"accessLevel": 1, "note": "žluťoučký 𝕜ůň \u2028"}'.encode(),
        b'{"accessLevel": 1, "expiresAt": null, "note": ""}',
        b'{"accessLevel": 1, "expiresAt": "2090-01-01T00:00:00.123456+05:30"}',
    ):
        answer = alice_calls.send(*PUT, body)
        assert answer.status_code == 200, answer.content


PATHS = {
    "NUL": "/api/libraries/%00",
    "NUL within": "/api/libraries/hand%00book",
    "line break": "/api/libraries/handbook%0A",
    "no UTF-8": "/api/libraries/%FF%FE",
    "half a character": "/api/libraries/%ED%A0%80",
    "an emoji": "/api/libraries/%F0%9F%92%A5",
    "a space": "/api/libraries/a%20b",
    "upper case": "/api/libraries/HANDBOOK",
    "digits of another script": "/api/libraries/%D9%A1",
    "very long": "/api/libraries/" + "x" * 8000,
    "a template": "/api/libraries/{id}",
    "nearly a UUID": "/api/libraries/01a1fd64-ded9-712e-b56b-fd65126a426",
    "a UUID in braces": "/api/libraries/%7B01a1fd64-ded9-712e-b56b-fd65126a4261%7D",
    "upper-case object id": "/api/libraries/" + "A" * 24,
    "SQL": "/api/libraries/'%20OR%201=1--",
    "dots": "/api/libraries/...",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("rest", ["", "/shares", "/shares/alice"])
def test_an_odd_library_id_is_a_library_that_is_not_there(alice_calls, path, rest):
    answer = alice_calls.get(path + rest)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no such library."
    assert answer.json()["instance"].isascii()


PRINCIPALS = {
    "NUL": "%00",
    "no UTF-8": "%FF%FE",
    "half a character": "%ED%A0%80",
    "an emoji": "%F0%9F%92%A5",
    "a space": "%20",
    "line break": "bob%0A",
    "a prefix alone": "team:",
    "two prefixes": "team:team:engineering",
    "upper-case prefix": "TEAM:engineering",
    "upper-case everyone": "Everyone",
    "very long": "x" * 8000,
    "a long team": "team:" + "x" * 8000,
    "a user's id": "01a1fd64-ded9-712e-b56b-fd65126a4261",
    "an e-mail": "bob@acme.example",
    "dots": "...",
    "a wildcard": "%25",
}


@pytest.mark.parametrize("principal", PRINCIPALS.values(), ids=PRINCIPALS)
def test_an_odd_principal_is_nobody(alice_calls, principal):
    before = snapshot()
    path = f"{SHARES}/{principal}"
    assert alice_calls.get(path).status_code == 404
    assert alice_calls.delete(path).status_code == 404
    refused = alice_calls.put(path, {"accessLevel": 1})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/principalId"]
    assert snapshot() == before


@pytest.mark.parametrize("path", ["/api/libraries", SHARES])
@pytest.mark.parametrize("query", ["q=%FF", "q=%ED%A0%80", "%FF=1", "q=\xff", "start=%C3"])
def test_a_query_that_is_no_text_is_a_bad_request(alice_calls, path, query):
    answer = alice_calls.client.generic("GET", path, headers=alice_calls.headers, QUERY_STRING=query)
    assert (answer.status_code, answer.json()) == (400, problem(400, "The query is not UTF-8.", path))


@pytest.mark.parametrize(
    "path",
    [
        "/api/libraries",
        SHARES,
        f"{HANDBOOK}/access",
        "/api/keys",
        f"{ACME}/members",
        f"{ACME}/teams",
        f"{ACME}/teams/engineering/members",
        f"{ACME}/service-accounts",
        "/api/organizations",
    ],
)
@pytest.mark.parametrize("text", ["a" * 60_000, "a" * (SEARCH_LENGTH + 1)])
def test_a_text_to_look_for_that_is_longer_than_any_name_is_not_looked_for(alice_calls, path, text):
    """SQLite refuses long patterns, which would pass for an outage."""
    assert alice_calls.get(f"{path}?q={text}").status_code == 422
    assert alice_calls.get(f"{path}?q={text[:SEARCH_LENGTH]}").status_code == 200


@pytest.mark.parametrize("path", ["/api/", "/api/me", "/api/libraries", HANDBOOK, SHARES, f"{SHARES}/alice"])
def test_a_query_of_too_many_parameters_is_a_bad_request(alice_calls, path):
    answer = alice_calls.get(path + "?" + "&".join(f"p{n}" for n in range(2000)))
    assert (answer.status_code, answer.json()) == (400, problem(400, "The request cannot be read.", path))


def test_a_parameter_names_no_format(alice_calls):
    """The framework would take `?format=` for content negotiation, and answer 404."""
    assert alice_calls.get("/api/me?format=xml").status_code == 200
    assert alice_calls.get("/api/libraries?format=xml").status_code == 422


@pytest.mark.parametrize(
    "header", ["Accept", "Content_Type", "If_Match", "If_None_Match", "X_Request_ID", "Authorization", "Range", "Host"]
)
def test_an_odd_header_breaks_nothing(client_for, header):
    client = client_for("alice")
    for value in ("\xff\xfe", "\x00", '"', ",,,", "W/", "x" * 100_000, "%s%n", "*/*;q=x;;=", "bytes=0-"):
        for method, path, body in (("GET", SHARES, None), ("PUT", f"{SHARES}/bob", {"accessLevel": 1})):
            answer = client.send(method, path, body, **{header: value})
            assert answer.status_code in (200, 304, 400, 401, 406, 412, 415), value[:20]
