"""Every route of every dialect has the shared machinery in place: the way in, the scopes, the parser, the errors.

So what the machinery does is tested by a few calls of each dialect, and not by every call over again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path, resolve
from rest_framework.response import Response
from rest_framework.views import APIView

from libraries.api.authentication import HasScope, KeyAuthentication
from libraries.api.authzen.views import AuthzenViewSet
from libraries.api.google.views import GoogleViewSet
from libraries.api.hal.views.base import HalViewSet
from libraries.api.lightly.views import LightlyViewSet
from libraries.api.mistral.views import MistralViewSet
from libraries.api.parsers import StrictJSONParser
from libraries.api.views import Anyone, DialectViewSet, UnknownPathMixin
from tests.api.hal.calls import CALLS

BASES: dict[str, type[DialectViewSet]] = {
    base.dialect: base for base in (HalViewSet, MistralViewSet, LightlyViewSet, GoogleViewSet, AuthzenViewSet)
}
OPEN = {"hal:schema", "hal:docs", "authzen:metadata"}
"""What asks for no key, beside the answers to unknown paths."""
OTHER_MEDIA = {"hal:schema", "hal:docs"}
"""What answers something else than its dialect's documents."""
SHARED_BY_ALL = (
    *("as_view", "dispatch", "initialize_request", "perform_authentication", "check_permissions", "check_throttles"),
    *("permission_denied", "get_authenticators", "get_permissions", "get_parsers", "get_exception_handler"),
    *("handle_exception", "raise_uncaught_exception", "http_method_not_allowed", "http_method_names", "_answer"),
    *("_keep_private", "body", "query", "caller", "key", "authentication_classes", "permission_classes", "options"),
)
SHARED_BY_A_DIALECT = ("dialect", "statuses", "error_response", "authentication_classes", "parser_classes")
MEDIA = ("renderer_classes", "content_negotiation_class", "get_renderers", "perform_content_negotiation")


@dataclass(frozen=True)
class Route:
    """One line of a table of urls: its name with the dialect's before it, the pattern, and the view."""

    name: str
    pattern: str
    view: Any

    @property
    def cls(self) -> Any:
        return getattr(self.view, "cls", None)


def routes_of(patterns: Sequence[Any], app: str = "", before: str = "") -> Iterator[Route]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes_of(pattern.url_patterns, pattern.app_name or app, here)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{app}:{pattern.name}", here, pattern.callback)


ROUTES = list(routes_of(get_resolver().url_patterns))
OF_DIALECTS = [route for route in ROUTES if route.name.partition(":")[0] in BASES]
EACH = pytest.mark.parametrize("route", OF_DIALECTS, ids=lambda route: f"{route.name} {route.pattern}")


def faults_of(route: Route) -> list[str]:
    """What the route has otherwise than the others of its dialect."""
    if not (isinstance(route.cls, type) and issubclass(route.cls, DialectViewSet)):
        return ["is no view of a dialect"]
    base = BASES[route.name.partition(":")[0]]
    if not issubclass(route.cls, base):
        return ["is a view of another dialect"]
    return [*_faults_of_inheritance(route, base), *_faults_of_actions(route)]


def inherits(cls: Any, name: str, base: Any) -> bool:
    """Whether the class has what its base has, methods of the class included."""
    own, inherited = (getattr(each, name) for each in (cls, base))
    return getattr(own, "__func__", own) == getattr(inherited, "__func__", inherited)


def _faults_of_inheritance(route: Route, base: type[DialectViewSet]) -> Iterator[str]:
    is_unknown_path = issubclass(route.cls, UnknownPathMixin)
    own = {"initial"} if is_unknown_path else set()
    if is_unknown_path or route.name in OPEN:
        own |= {"permission_classes"}
        if route.cls.permission_classes != [Anyone]:
            yield "permission_classes"
    if route.name in OPEN:
        own |= {"authentication_classes"}
    shared = {*SHARED_BY_ALL, *SHARED_BY_A_DIALECT, "initial"}
    shared |= set() if route.name in OTHER_MEDIA else set(MEDIA)
    yield from (name for name in sorted(shared - own) if not inherits(route.cls, name, base))


def _faults_of_actions(route: Route) -> Iterator[str]:
    """What a line of the table, or a decorator of a method, would put in the place of the class's."""
    yield from (f"{name} of the route" for name in route.view.initkwargs)
    for method, action in route.view.actions.items():
        handler = getattr(route.cls, action)
        yield from (f"{name} of {method}" for name in getattr(handler, "kwargs", {}) if name.endswith("_classes"))


@EACH
def test_a_route_has_all_that_its_dialect_shares(route: Route) -> None:
    assert faults_of(route) == []


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_a_dialect_has_the_one_order_of_checks(base: type[DialectViewSet]) -> None:
    """It says where its clients put the key, how it speaks and how it puts its errors; nothing else."""
    own = {"authentication_classes"}
    assert [name for name in SHARED_BY_ALL if name not in own and not inherits(base, name, DialectViewSet)] == []
    assert base.initial is DialectViewSet.initial
    assert base.permission_classes == [HasScope]
    [way_in] = base.authentication_classes
    assert (way_in.authenticate, way_in.authenticate_header) == (
        KeyAuthentication.authenticate,
        KeyAuthentication.authenticate_header,
    )
    assert {parser.parse for parser in base.parser_classes} == {StrictJSONParser.parse}


def test_every_view_of_the_api_is_a_route_of_a_dialect() -> None:
    """One that is mounted elsewhere would be tested by nothing here."""
    assert set(BASES) == {route.name.partition(":")[0] for route in OF_DIALECTS}
    others = [route for route in ROUTES if route not in OF_DIALECTS and route.pattern != "api"]  # the root, again
    assert [route for route in others if isinstance(route.cls, type) and issubclass(route.cls, APIView)] == []
    assert {route.pattern for route in others if not route.name.startswith("admin:")} <= {
        "",
        "healthz",
        "readyz",
        "metrics",
        "problems/",
        "problems/<slug:name>",
    }


def test_what_asks_for_no_key_is_there() -> None:
    assert {route.name for route in OF_DIALECTS} >= OPEN


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_the_native_api_asks_for_its_scope(name: str) -> None:
    call = CALLS[name]
    view: Any = resolve(call.path).func
    assert (view.cls.write_scope if call.writes else view.cls.read_scope) == call.needed_scope
    assert view.cls.further_scope == call.also


class Odd(HalViewSet):
    """A view that goes wrong in one way: `view_with(name=value)`."""

    def list(self, request: Any) -> Response:
        return Response({})


def view_with(base: Any = Odd, **own: Any) -> Any:
    own_class: Any = type("Own", (base,), own)
    return own_class.as_view({"get": "list"})


def a_handler(self: Any, *arguments: Any) -> HttpResponse:
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (view_with(authentication_classes=[]), "authentication_classes"),
        (view_with(permission_classes=[Anyone]), "permission_classes"),
        (view_with(permission_classes=[]), "permission_classes"),
        (view_with(parser_classes=[]), "parser_classes"),
        (view_with(renderer_classes=[]), "renderer_classes"),
        (view_with(statuses={}), "statuses"),
        (view_with(get_exception_handler=a_handler), "get_exception_handler"),
        (view_with(handle_exception=a_handler), "handle_exception"),
        (view_with(error_response=a_handler), "error_response"),
        (view_with(dispatch=a_handler), "dispatch"),
        (view_with(initial=a_handler), "initial"),
        (view_with(check_permissions=a_handler), "check_permissions"),
        (view_with(http_method_names=["get", "options"]), "http_method_names"),
        (view_with(MistralViewSet, list=a_handler), "is a view of another dialect"),
        (APIView.as_view(), "is no view of a dialect"),
        (a_handler, "is no view of a dialect"),
        (Odd.as_view({"get": "list"}, permission_classes=[Anyone]), "permission_classes of the route"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_view_that_leaves_something_out_is_found(view: Any, fault: str) -> None:
    [route] = routes_of([path("odd", view, name="odd")], "hal")
    assert fault in faults_of(route)
