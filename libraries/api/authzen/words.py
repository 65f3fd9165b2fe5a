"""The specification's words for what the core knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from libraries.access.subjects import SubjectName
from libraries.rules.levels import Action, Kind

SUBJECTS = {"user": Kind.USER, "team": Kind.TEAM, "organization": Kind.ORGANIZATION}
RESOURCE = "library"
ACTIONS = {"read": Action.VIEW, "write": Action.CHANGE, "share": Action.SHARE, "delete": Action.DELETE}

Entity = Mapping[str, str]
"""A valid subject, action or resource."""


class UnknownWord(Exception):
    """There is no such type or action here: nothing is allowed and nothing is found. `str(error)` is a sentence."""

    def __init__(self, thing: str, word: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no {thing} “{word}”, only {', '.join(known)}.")


def kind_of(subject: Entity) -> Kind:
    """The kind of principal that its type names. Raises UnknownWord."""
    if subject["type"] not in SUBJECTS:
        raise UnknownWord("subject type", subject["type"], SUBJECTS)
    return SUBJECTS[subject["type"]]


def subject_named(subject: Entity) -> SubjectName:
    """Raises UnknownWord."""
    return SubjectName(kind_of(subject), subject["id"])


def action_named(action: Entity) -> Action:
    """Raises UnknownWord."""
    if action["name"] not in ACTIONS:
        raise UnknownWord("action", action["name"], ACTIONS)
    return ACTIONS[action["name"]]


def require_libraries(resource: Entity) -> None:
    """Raises UnknownWord for a resource of another type."""
    if resource["type"] != RESOURCE:
        raise UnknownWord("resource type", resource["type"], [RESOURCE])


def library_named(resource: Entity) -> str:
    """Raises UnknownWord."""
    require_libraries(resource)
    return resource["id"]
