"""The vendor's enums, by name and number, and what each value stands for here."""

from enum import IntEnum

from libraries.rules.levels import Kind, Level


class GranteeType(IntEnum):
    """Whom a permission is for."""

    USER = 1
    GROUP = 2
    EVERYONE = 3


class Role(IntEnum):
    """What a permission gives."""

    OWNER = 1
    WRITER = 2
    READER = 3


class State(IntEnum):
    """How far a tuned model is."""

    ACTIVE = 2


KINDS = {GranteeType.USER: Kind.USER, GranteeType.GROUP: Kind.TEAM, GranteeType.EVERYONE: Kind.EVERYONE}
LEVELS = {Role.OWNER: Level.OWNER, Role.WRITER: Level.EDITOR, Role.READER: Level.READER}
