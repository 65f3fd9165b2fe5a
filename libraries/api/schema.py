"""What drf-spectacular needs to be told."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema


class KeyScheme(OpenApiAuthenticationExtension):
    """Every place where a dialect takes the key, each enough by itself."""

    target_class = "libraries.api.authentication.KeyAuthentication"
    match_subclasses = True

    @property
    def name(self) -> list[str]:  # type: ignore[override]
        return list(self._schemes())

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self._schemes()]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return list(self._schemes().values())

    def _schemes(self) -> dict[str, dict[str, str]]:
        """`key` for the native API, `googleKey`, `googleKey.x-goog-api-key` and so on for a dialect's own."""
        way_in: Any = self.target
        name = type(way_in).__name__.removesuffix("Authentication")
        name = name[0].lower() + name[1:]
        schemes = {name: {"type": "http", "scheme": "bearer", "description": "An API key."}}
        for place, names in (("header", way_in.header_names), ("query", way_in.query_parameters)):
            schemes |= {f"{name}.{given}": {"type": "apiKey", "in": place, "name": given} for given in names}
        return schemes


class DialectSchema(AutoSchema):
    """Every operation has a summary, by default the first line of its description, and says who may call it."""

    def get_summary(self) -> str | None:
        first, *_ = self.get_description().splitlines() or [""]
        return first.removesuffix(".") or None

    def get_operation(self, *arguments: Any, **more: Any) -> Any:
        operation = super().get_operation(*arguments, **more)
        if operation is not None:
            operation.setdefault("security", [])  # which says that no credential is asked for
            for parameter in operation.get("parameters", ()):
                _may_be_empty(parameter)
        return operation


def _may_be_empty(parameter: dict[str, Any]) -> None:
    """An empty query value is as good as an absent one (`DialectViewSet.query`), unless there must be one."""
    if parameter["in"] == "query" and not parameter.get("required"):
        parameter["allowEmptyValue"] = True


class _BodyOnDelete(DialectSchema):
    def _get_request_body(self, direction: Any = "request") -> Any:
        method, self.method = self.method, "POST"
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = method


def body_on_delete(view_method: Any) -> Any:
    """Below `extend_schema`: the request body is described although the method is DELETE, which as a rule has none."""
    view_method.kwargs = {"schema": _BodyOnDelete}
    return view_method


class ClosedObject(OpenApiSerializerExtension):
    target_class = "libraries.api.fields.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


RATE_LIMIT = "draft-ietf-httpapi-ratelimit-headers-10"
LIMIT_HEADERS = {
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."},
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": f"The limit; {RATE_LIMIT}."},
    "RateLimit": {"schema": {"type": "string"}, "description": f"What is left of it, and for how long; {RATE_LIMIT}."},
}


def with_too_many_calls(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Wherever a credential is asked for, too many wrong ones are 429, in the shape of a 401."""
    for operations in result["paths"].values():
        for operation in operations.values():
            if refused := operation["responses"].get("401"):
                answer = {"description": "Too many calls, or too many wrong credentials from this address."}
                headers = refused.get("headers", {}) | LIMIT_HEADERS
                headers.pop("WWW-Authenticate", None)
                operation["responses"]["429"] = {**refused, **answer, "headers": headers}
    return result


OF_ANY_CALL = {
    "406": "The caller does not accept JSON.",
    "413": "The body is too long.",
    "503": "The database cannot be reached.",
}
"""What every call may end in, in the shape of a 401; of a 406 where no credential is asked for."""
OF_THE_SERVER = {
    "408": "The body did not arrive in time.",
    "414": "The address is longer than 65,534 bytes. Without a body, by the web server.",
    "431": "More than 100 headers, or more than about 400 KB of them. Without a body, by the web server.",
}
"""What is refused before any dialect sees it."""
NO_HTTP = (
    " Where the request is not HTTP, or for a host that is not served, the web server says so, in no dialect's shape."
)
PLAIN = {"text/plain": {"schema": {"type": "string"}}}


def with_what_any_call_may_meet(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Each call's answers with those that are the same for all: of its dialect, and of the web server; in order."""
    for operations in result["paths"].values():
        for operation in operations.values():
            _add_to(operation)
    return result


def _add_to(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    content = (responses.get("401") or responses["406"])["content"]
    for status, text in {**OF_ANY_CALL, "400": "The request cannot be read."}.items():
        responses.setdefault(status, {"content": content, "description": text})
    unread = responses["400"]
    responses["400"] = {**unread, "description": unread["description"] + NO_HTTP}
    responses |= {status: {"description": text} for status, text in OF_THE_SERVER.items()}
    responses["408"]["content"] = PLAIN
    operation["responses"] = dict(sorted(responses.items()))


TAGS = {
    "Start": "Where a caller starts.",
    "Libraries": "What is shared.",
    "Sharing": "Whom a library is shared with.",
    "Access": "What all shares add up to.",
    "Events": "What happened.",
    "Keys": "The caller's API keys.",
    "Organizations": "Who belongs together, and what their administrators may change.",
    "Teams": "Teams and their members.",
    "Service accounts": "Programs' accounts.",
    "authzen": "AuthZEN's Authorization API.",
    "google": "Permissions as Google's generative language API has them.",
    "lightly": "Collaboration as Lightly's API has it.",
    "mistral": "Libraries and their accesses as Mistral's API has them.",
}


def with_tags(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What each tag that is used is about."""
    used = [tag for operations in result["paths"].values() for each in operations.values() for tag in each["tags"]]
    result["tags"] = [{"name": tag, "description": TAGS[tag]} for tag in dict.fromkeys(used)]
    return result
