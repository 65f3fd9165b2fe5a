"""Who is asked for a key, and which keys open what."""

import pytest
from django.utils import timezone

from libraries.models import ApiKey, Scope
from tests.api.hal.calls import CALLS, READING, SAMPLE, snapshot
from tests.api.hal.documents import problem
from tests.clients import ApiClient

UNKNOWN = "The key is unknown, expired or revoked."
FORM = "The Authorization header must read: Bearer KEY."
GARBAGE = {
    "another scheme": ("Basic YWxpY2U6c2VjcmV0", FORM),
    "no scheme": ("shr_" + "x" * 46, FORM),
    "nothing behind the scheme": ("Bearer", UNKNOWN),
    "two schemes": ("Bearer Bearer shr_" + "x" * 46, UNKNOWN),
    "a wrong checksum": ("Bearer shr_" + "x" * 46, UNKNOWN),
    "bytes that are no text": ("Bearer \xff\xfe", UNKNOWN),
    "text of another script": ("Bearer ключ", UNKNOWN),
    "very long": ("Bearer " + "x" * 100_000, UNKNOWN),
    "NUL": ("Bearer \x00", UNKNOWN),
}
TWICE_SCOPED = {name: call for name, call in CALLS.items() if call.also}


@pytest.fixture(params=list(SAMPLE.values()), ids=list(SAMPLE))
def call(request):
    return request.param


def ask(call, authorization):
    client = ApiClient(None)
    client.headers = {"Authorization": authorization}
    return client.send(call.method, call.path, call.body)


def assert_unauthorized(answer, call, detail):
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sharing"'
    assert answer.json() == problem(401, detail, call.path)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_it_wants_a_key(client_for, world, call):
    before = snapshot()
    answer = client_for(None).send(call.method, call.path, call.body)
    assert_unauthorized(answer, call, "Authentication credentials were not provided.")
    assert snapshot() == before


@pytest.mark.parametrize(("authorization", "detail"), GARBAGE.values(), ids=GARBAGE)
def test_it_refuses_what_cannot_be_a_key_without_asking_the_database(
    world, call, authorization, detail, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = ask(call, authorization)
    assert_unauthorized(answer, call, detail)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now()),
        lambda key: ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now()),
        lambda key: key.user.__class__.objects.filter(pk=key.user.pk).update(is_active=False),
        lambda key: key.delete(),
    ],
    ids=["revoked", "expired", "owner inactive", "deleted"],
)
def test_a_key_stops_working_at_once(key_for, call, spoil):
    authorization = f"Bearer {key_for('alice')}"
    works = ask(READING["getMe"], authorization)
    assert works.status_code == 200
    spoil(ApiKey.objects.select_related("user").latest("created_at"))
    before = snapshot()
    assert_unauthorized(ask(call, authorization), call, UNKNOWN)
    assert snapshot() == before


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER  {}", " Bearer {} "])
def test_the_scheme_is_taken_however_it_is_written(key_for, form):
    answer = ask(READING["getMe"], form.format(key_for("alice")))
    assert answer.json()["username"] == "alice"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_takes_the_scope_for_it_and_no_other(client_for, call):
    lacking = client_for(call.caller, *[scope for scope in Scope if scope != call.needed_scope])
    given = (
        {Scope.LIBRARY_READ} if call.needed_scope == Scope.KEY_MANAGE else set()
    )  # what the other key of the call has
    having = client_for(call.caller, *given, *filter(None, [call.needed_scope, call.also]))
    before = snapshot()
    refused = lacking.send(call.method, call.path, call.body)
    assert refused.status_code == 403
    assert refused.json() == problem(403, f"The key lacks the scope {call.needed_scope}.", call.path)
    assert snapshot() == before
    assert having.send(call.method, call.path, call.body).status_code == call.status


@pytest.mark.parametrize("call", TWICE_SCOPED.values(), ids=TWICE_SCOPED)
def test_some_take_two_scopes(client_for, call):
    lacking = client_for(call.caller, *[scope for scope in Scope if scope != call.also])
    before = snapshot()
    refused = lacking.send(call.method, call.path, call.body)
    assert refused.status_code == 403
    assert refused.json() == problem(403, f"The key lacks the scope {call.also}.", call.path)
    assert snapshot() == before


def test_the_scope_is_looked_at_before_the_library(client_for):
    """So a key that cannot write learns nothing about what is there."""
    reader = client_for("frank", Scope.LIBRARY_READ)
    for library in ("handbook", "no-such-library"):
        path = f"/api/libraries/{library}/shares/alice"
        answer = reader.put(path, {"accessLevel": 1})
        assert answer.json() == problem(403, "The key lacks the scope library:write.", path)


def test_a_session_of_the_console_opens_nothing(client, admin_user):
    client.force_login(admin_user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/me").status_code == 401
