"""The dialect in OpenAPI, under the names that the vendor's reference uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from libraries.api.google.parameters import Parameters, UpdateLibraryParameters

View = TypeVar("View", bound=type)

METHODS = {
    "create": "create",
    "list": "list",
    "retrieve": "get",
    "partial_update": "patch",
    "destroy": "delete",
    "transfer_ownership": "transferOwnership",
}
"""Our names of actions to the vendor's of methods."""


NOTHING = OpenApiTypes.OBJECT
"""`{}`"""


class LeavingOutWhatIsEmpty(OpenApiSerializerExtension):
    """A text that may be empty is not promised: a message leaves it out then."""

    target_class = "libraries.api.google.messages.Message"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        fields: Any = getattr(self.target, "child", self.target).fields
        promised = [name for name in schema.get("required", ()) if not getattr(fields[name], "allow_blank", False)]
        return {**schema, "required": promised} if promised else {k: v for k, v in schema.items() if k != "required"}


class Status(serializers.Serializer):
    """What went wrong: google.rpc.Status."""

    code = serializers.IntegerField(help_text="The HTTP status.")
    message = serializers.CharField()
    status = serializers.CharField(help_text="The name of a google.rpc.Code.")
    details = serializers.ListField(child=serializers.DictField(), help_text="google.rpc.BadRequest, ErrorInfo.")


class StatusResponse(serializers.Serializer):
    """Every refusal."""

    error = Status()


def call(
    answer: Any, *, takes: Any = None, parameters: Any = Parameters, conflicts: bool = False
) -> Callable[..., Any]:
    """One call: what it answers, the body and the query that it takes, and whether it may be too late."""
    further = [*([409] if conflicts else []), *([415] if takes else [])]
    refusals = dict.fromkeys([400, 401, 403, 404, *further], StatusResponse)
    return extend_schema(request=takes, responses={200: answer, **refusals}, parameters=[parameters], tags=["google"])


def methods_of(resource: str, **calls: Any) -> Callable[[View], View]:
    """Gives each action of a view the vendor's name, say `corpora.permissions.list`.

    calls: the calls of those actions that the view inherits without one.
    """

    def decorate(view: View) -> View:
        actions = [action for action in METHODS if hasattr(view, action)]
        names = {action: extend_schema(operation_id=f"{resource}.{METHODS[action]}") for action in actions}
        return extend_schema_view(**calls)(extend_schema_view(**names)(view))

    return decorate


def calls_on(message: Any) -> dict[str, Any]:
    """The calls that read and update a message of that kind."""
    update = call(message, takes=message, parameters=UpdateLibraryParameters)
    return {"retrieve": call(message), "partial_update": update}
