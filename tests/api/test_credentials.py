"""Where a dialect's clients may put the key, and what an address that holds one does to the answer."""

import pytest
from django.test import RequestFactory
from rest_framework.response import Response

from libraries.api.authentication import KeyAuthentication
from libraries.api.views import DialectViewSet, UnknownPathMixin


class VendorAuthentication(KeyAuthentication):
    header_names = ("x-vendor-key",)
    query_parameters = ("key",)


class VendorViewSet(DialectViewSet):
    dialect = "vendor"
    statuses = {}
    authentication_classes = [VendorAuthentication]

    def retrieve(self, request):
        return Response({"user": request.user.username})

    def error_response(self, failure):
        return Response({"detail": failure.detail}, status=failure.status)


class UnknownPath(UnknownPathMixin, VendorViewSet):
    pass


def ask(query="", view=VendorViewSet, action="retrieve", **headers):
    request = RequestFactory().get(f"/vendor{query}", headers={k.replace("_", "-"): v for k, v in headers.items()})
    return view.as_view({"get": action})(request)


def test_it_takes_the_key_from_each_place(key_for):
    key = key_for("bob")

    for answer in (
        ask(Authorization=f"Bearer {key}"),
        ask(Authorization=f"bearer  {key} "),
        ask(x_vendor_key=key),
        ask(f"?key={key}"),
        ask(f"?key={key}&key="),
        ask(f"?key={key}&key={key}", Authorization=f"Bearer {key}", x_vendor_key=key),
    ):
        assert (answer.status_code, answer.data) == (200, {"user": "bob"})


def test_it_refuses_two_different_credentials(key_for):
    good, other = key_for("bob"), key_for("bob")

    for answer in (
        ask(Authorization=f"Bearer {good}", x_vendor_key=other),
        ask(f"?key={good}", x_vendor_key=other),
        ask(f"?key={good}&key={other}"),
    ):
        assert answer.status_code == 401
        assert answer.data == {"detail": "The request carries two different credentials."}
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sharing"'


@pytest.mark.parametrize("key", ["", "nonsense", "shr_" + "0" * 46, "%00", "%ff", "%F0%9F%94%91"])
def test_it_refuses_what_is_no_key(db, key):
    assert ask(f"?key={key}").status_code == 401


def test_it_takes_no_key_from_a_place_that_the_dialect_does_not_name(key_for):
    assert ask(f"?token={key_for('bob')}").status_code == 401
    assert ask(x_goog_api_key=key_for("bob")).status_code == 401


def test_an_answer_to_an_address_with_a_key_is_never_stored(key_for):
    key = key_for("bob")

    assert ask(Authorization=f"Bearer {key}").headers["Cache-Control"] == "private, no-cache"
    assert ask(x_vendor_key=key).headers["Cache-Control"] == "private, no-cache"
    for answer in (
        ask(f"?key={key}"),
        ask(f"?k%65y={key}"),
        ask("?key=wrong"),
        ask(f"?key={key}", view=UnknownPath, action="unknown"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_answer_depends_on_every_header_that_may_hold_the_key(key_for):
    assert ask(x_vendor_key=key_for("bob")).headers["Vary"] == "Authorization, x-vendor-key"
