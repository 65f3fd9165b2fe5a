"""Protobuf's JSON mapping: what its parser takes, what it refuses, and how it writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

UNKNOWN_NAME = "unknown_name"


def snake_case(name: str) -> str:
    """`granteeType` to `grantee_type`."""
    return re.sub(r"(?=[A-Z])", "_", name).lower()


class Message(serializers.Serializer):
    """A message. Names are taken in camelCase and snake_case, null is as good as left out, unknown names are refused.

    Read-only fields are the ones that the vendor calls output only: taken and ignored.
    Written, it leaves out what is not set. `context["enums_as_numbers"]` says how to write enums.
    """

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(self._by_field(data) if isinstance(data, Mapping) else data)

    def _by_field(self, data: Mapping[str, Any]) -> dict[str, Any]:
        spellings = {spelling: name for name in map(str, self.fields) for spelling in (name, snake_case(name))}
        if unknown := [name for name in data if name not in spellings]:
            raise serializers.ValidationError({name: [_unknown(name)] for name in unknown})
        fields = [spellings[name] for name in data]
        if twice := {name for name in fields if fields.count(name) > 1}:
            raise serializers.ValidationError({name: ["Given twice, in two spellings."] for name in sorted(twice)})
        return {spellings[name]: value for name, value in data.items() if value is not None}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {name: value for name, value in super().to_representation(instance).items() if value not in (None, "")}


def _unknown(name: str) -> ErrorDetail:
    return ErrorDetail(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.', code=UNKNOWN_NAME)


class Empty(Message):
    """A body or a query in which there is nothing."""


class EnumField(serializers.Field):
    """An enum, taken as a name or a number.

    meanings: each member to what it stands for, which is the value of the field; members without one are refused, as
    is the vendor's UNSPECIFIED.
    """

    default_error_messages = {"invalid": "Must be one of {members}."}

    def __init__(self, meanings: Mapping[Any, Any], **options: Any) -> None:
        super().__init__(**options)
        self.meanings = meanings
        self.members = {meaning: member for member, meaning in meanings.items()}

    def to_internal_value(self, data: Any) -> Any:
        for member, meaning in self.meanings.items():
            if data == member.name or (type(data) is int and data == member):
                return meaning
        self.fail("invalid", members=", ".join(f"{member.name} ({member})" for member in self.meanings))

    def to_representation(self, value: Any) -> str | int:
        member: IntEnum = self.members[value]
        return member.value if self.context["enums_as_numbers"] else member.name


@extend_schema_field({"type": "string", "description": "A comma-separated list of names of fields."})
class FieldMaskField(serializers.Field):
    """A field mask, in camelCase or snake_case, which may name only `paths`; the value is the set of them."""

    default_error_messages = {"path": "“{path}” cannot be updated, only {paths}."}

    def __init__(self, *paths: str, **options: Any) -> None:
        super().__init__(**options)
        self.paths = {spelling: path for path in paths for spelling in (path, snake_case(path))}

    def to_internal_value(self, data: str) -> frozenset[str]:
        if not data:
            self.fail("required")
        return frozenset(map(self._path, data.split(",")))

    def _path(self, path: str) -> str:
        if path not in self.paths:
            self.fail("path", path=path, paths=", ".join(sorted(set(self.paths.values()))))
        return self.paths[path]

    def to_representation(self, value: Any) -> Any:
        """Masks are never answered."""
        raise NotImplementedError
