"""What the core refuses. Each error has a `code` and data; statuses and wire words belong to the dialects."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from libraries.rules.levels import Action, Level


class SharingError(Exception):
    """A refusal by the core. `str(error)` is a sentence for the person who asked."""

    code: ClassVar[str] = "refused"
    rule: ClassVar[str] = ""


class LibraryNotFound(SharingError):
    """There is no such library, or the caller may not see it: nobody can tell which (R9)."""

    code = "library_not_found"
    rule = "R9"

    def __init__(self) -> None:
        super().__init__("There is no such library.")


class ShareNotFound(SharingError):
    """The library has no share for the principal, or none of that id where no principal is given."""

    code = "share_not_found"

    def __init__(self, principal: str = "") -> None:
        super().__init__(f"This library is not shared with “{principal}”." if principal else "There is no such share.")
        self.principal = principal


class OrganizationNotFound(SharingError):
    """There is no such organization, or the caller is not in it: nobody can tell which."""

    code = "organization_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such organization.")


class TeamNotFound(SharingError):
    """There is no such team, or the caller may not see it: nobody can tell which."""

    code = "team_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such team.")


class PersonNotFound(SharingError):
    """Nobody has that name, or somebody of whom the caller may not know: nobody can tell which."""

    code = "person_not_found"

    def __init__(self, username: str) -> None:
        super().__init__(f"“{username}” is nobody whom this library could reach.")
        self.username = username


class UnknownPrincipal(SharingError):
    """No such principal, or one that R8 keeps out: the answer is the same, so that nothing leaks."""

    code = "unknown_principal"
    rule = "R8"

    def __init__(self, principal: str) -> None:
        super().__init__(f"“{principal}” is nobody that this library can be shared with.")
        self.principal = principal


class UnknownUser(SharingError):
    """No such account, or one that cannot join: the answer is the same, so that nothing leaks."""

    code = "unknown_user"

    def __init__(self, username: str) -> None:
        super().__init__(f"“{username}” is nobody who could join.")
        self.username = username


class UnknownOrganization(SharingError):
    """No such organization, or one that the caller is not in."""

    code = "unknown_organization"

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"“{slug}” is not an organization of yours."
            if slug
            else "Name the organization: you are not in exactly one."
        )
        self.slug = slug


class ActionNotAllowed(SharingError):
    """The caller sees the library but may not do this to it (R4, R10)."""

    code = "action_not_allowed"
    rule = "R4"
    WORDS: ClassVar[dict[Action, str]] = {
        Action.VIEW: "see this library",
        Action.VIEW_SHARES: "see whom this library is shared with",
        Action.VIEW_EVENTS: "see what happened to this library",
        Action.CHANGE: "change this library",
        Action.SHARE: "share this library",
        Action.DELETE: "delete this library",
        Action.TRANSFER: "transfer this library or change its sharing settings",
    }

    def __init__(self, action: Action) -> None:
        super().__init__(f"You may not {self.WORDS[action]}. Ask an owner of it.")
        self.action = action


class OthersAccess(SharingError):
    """Only owners and administrators are told how others come by their access."""

    code = "others_access"

    def __init__(self) -> None:
        super().__init__("Why others have access is for owners and administrators to ask.")


class NotAdministrator(SharingError):
    """The caller does not administer the organization, or none where no slug is given (R10)."""

    code = "not_administrator"
    rule = "R10"

    def __init__(self, slug: str = "") -> None:
        organization = f"“{slug}”" if slug else "an organization"
        super().__init__(f"Only administrators of {organization} may do that.")
        self.slug = slug


class MayNotAsk(SharingError):
    """The caller asks about others' access where they hold no power to: whether there is such a library stays hidden."""

    code = "may_not_ask"
    rule = "R10"

    def __init__(self) -> None:
        super().__init__(
            "About others you may ask only where you hold “check_access” on the library's organization,"
            " as its administrators do."
        )


class NotSuperuser(SharingError):
    """Only superusers run the accounts of the whole service."""

    code = "not_superuser"

    def __init__(self) -> None:
        super().__init__("Only superusers may do that.")


class KeyOfAnother(SharingError):
    """The key would be, or is, somebody's whose keys the caller has no say about (R10)."""

    code = "key_of_another"
    rule = "R10"

    def __init__(self, username: str) -> None:
        super().__init__(
            f"“{username}” is neither you nor a service account of yours: a member without a password, of no other"
            " organization. Let them make it themselves, or ask a superuser."
        )
        self.username = username


class LevelAboveOwn(SharingError):
    """The level given, or the level of the share that would change, is above the caller's own (R5)."""

    code = "level_above_own"
    rule = "R5"

    def __init__(self, level: Level, ceiling: Level) -> None:
        super().__init__(
            "Only an owner may give, change or take away ownership. An administrator transfers the library instead."
            if level == Level.OWNER
            else f"{level.name} is above your own level, {ceiling.name}: you cannot give it, change it or take it away."
        )
        self.level = level
        self.ceiling = ceiling


class OwnShareFixed(SharingError):
    """Owners cannot change or remove their own access (R6)."""

    code = "own_share_fixed"
    rule = "R6"

    def __init__(self) -> None:
        super().__init__("Owners cannot change or remove their own access. Transfer the library instead.")


class OnlyUsersOwn(SharingError):
    """A team, an organization or everyone cannot be an owner."""

    code = "only_users_own"

    def __init__(self) -> None:
        super().__init__("Only a user can be an owner.")


class ScopeNotHeld(SharingError):
    """A key gives no scope that it lacks, and does not end a key that has one."""

    code = "scope_not_held"

    def __init__(self, scope: str) -> None:
        super().__init__(f"The key lacks the scope {scope}: it neither gives it, nor ends a key that has it.")
        self.scope = scope


class KeyNotFound(SharingError):
    """The caller has no such key, or it has ended."""

    code = "key_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such key.")


class ExpiryRefused(SharingError):
    """The end named is in the past, beyond the sharer's (or the asking key's) own, or on an OWNER share (R3)."""

    code = "expiry_refused"
    rule = "R3"

    def __init__(self, reason: str, latest: datetime | None = None) -> None:
        super().__init__(reason)
        self.latest = latest


class InvalidText(SharingError):
    """A text that cannot be kept: too long, or with characters that no database stores."""

    code = "invalid_text"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class NamedTwice(SharingError):
    """One call names the same principal a second time: what it wants for it cannot be told."""

    code = "named_twice"

    def __init__(self, principal: str) -> None:
        super().__init__(f"“{principal}” is named before.")
        self.principal = principal


class SharesRefused(SharingError):
    """Some of many shares are refused, so none has changed. `refusals`: by place, from 0, what is wrong with each."""

    code = "shares_refused"

    def __init__(self, refusals: Mapping[int, SharingError], number: int) -> None:
        super().__init__(f"Nothing has changed: {len(refusals)} of {number} are refused.")
        self.refusals = dict(refusals)


class NameTaken(SharingError):
    """The identifier wanted is somebody else's."""

    code = "name_taken"

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"“{value}” is taken.")
        self.field = field
        self.value = value


class NotMember(SharingError):
    """The user is not in the organization or the team."""

    code = "not_member"

    def __init__(self, username: str, group: str) -> None:
        super().__init__(f"{username} is not a member of “{group}”.")
        self.username = username
        self.group = group


class LastOwner(SharingError):
    """A member is the only owner of libraries, so they cannot leave the organization yet (R12)."""

    code = "last_owner"
    rule = "R12"

    def __init__(self, username: str, libraries: list[str]) -> None:
        super().__init__(
            f"{username} is the only owner of {', '.join(libraries)}. Name a successor, or transfer these first."
        )
        self.username = username
        self.libraries = libraries


class AccountInUse(SharingError):
    """An account that still holds shares cannot be deleted."""

    code = "account_in_use"

    def __init__(self, username: str, libraries: list[str]) -> None:
        super().__init__(
            f"{username} still has shares on {_some(libraries)}. Revoke these first, or deactivate the account instead."
        )
        self.username = username
        self.libraries = libraries


class OrganizationInUse(SharingError):
    """An organization that has libraries, or that others are shared with, cannot be deleted."""

    code = "organization_in_use"

    def __init__(self, slug: str, libraries: list[str]) -> None:
        super().__init__(f"“{slug}” still has a part in {_some(libraries)}. Delete or unshare these first.")
        self.slug = slug
        self.libraries = libraries


def _some(names: list[str], most: int = 10) -> str:
    """The names as a list in a sentence, cut where it would be no sentence any more."""
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])
