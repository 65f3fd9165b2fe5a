"""What the core refuses. Each error has a `code` and data; statuses and wire words belong to the dialects.

The first paragraph of a docstring, `title` and `what_to_do` are read by people too: on the page at /problems/CODE.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from libraries.rules.levels import Action, Level


class SharingError(Exception):
    """A refusal by the core. `str(error)` is a sentence for the person who asked.

    rule: the number of the rule that refuses, where one does. title: the refusal in a few words, the same each time.
    what_to_do: what helps whoever meets it.
    """

    code: ClassVar[str] = "refused"
    rule: ClassVar[str] = ""
    title: ClassVar[str] = ""
    what_to_do: ClassVar[str] = ""
    says_what_to_do = False
    """Whether the sentence itself does."""


class LibraryNotFound(SharingError):
    """There is no such library, or the caller may not see it: the answer does not tell which (R9)."""

    code = "library_not_found"
    rule = "R9"
    title = "Library not found"
    what_to_do = "Check the id. If it is right, ask an owner of the library to share it with you."

    def __init__(self) -> None:
        super().__init__("There is no such library.")


class AmbiguousName(SharingError):
    """Libraries of several organizations go by this name, and the caller knows of them equally (R16).

    `libraries`: two of them, under names that are theirs alone.
    """

    code = "ambiguous_name"
    rule = "R16"
    title = "Name of several libraries"
    what_to_do = "Put the organization's slug and a dot before the name, as in “acme.handbook”, or give the UUID."

    def __init__(self, name: str, libraries: Sequence[str]) -> None:
        super().__init__(f"“{name}” is the name of several libraries: say {' or '.join(libraries)}.")
        self.name = name
        self.libraries = list(libraries)


class ShareNotFound(SharingError):
    """The library has no share for the principal, or none of that id."""

    code = "share_not_found"
    title = "Share not found"
    what_to_do = "List the library's shares to see whom it is shared with."

    def __init__(self, principal: str = "") -> None:
        super().__init__(f"This library is not shared with “{principal}”." if principal else "There is no such share.")
        self.principal = principal


class OrganizationNotFound(SharingError):
    """There is no such organization, or the caller is not in it: the answer does not tell which."""

    code = "organization_not_found"
    title = "Organization not found"
    what_to_do = "Check the slug. If it is right, ask an administrator of the organization to add you."

    def __init__(self) -> None:
        super().__init__("There is no such organization.")


class TeamNotFound(SharingError):
    """There is no such team, or the caller may not see it: the answer does not tell which."""

    code = "team_not_found"
    title = "Team not found"
    what_to_do = "Check the slug. Members see their own teams; administrators of the organization see all of them."

    def __init__(self) -> None:
        super().__init__("There is no such team.")


class PersonNotFound(SharingError):
    """Nobody has that name, or somebody whom the caller may not know of: the answer does not tell which."""

    code = "person_not_found"
    title = "Person not found"
    what_to_do = (
        "Check the username. You may ask about those who are in an organization with you, and whom a share of the "
        "library names: the list of its access names them."
    )

    def __init__(self, username: str) -> None:
        super().__init__(f"No user “{username}” is known to you.")
        self.username = username


class UnknownPrincipal(SharingError):
    """There is no such principal, or R8 keeps it out: the answer does not tell which, so that nothing leaks."""

    code = "unknown_principal"
    rule = "R8"
    title = "Unknown principal"
    what_to_do = (
        "Check the name. To share outside the library's organization, ask an administrator to set its sharing "
        "scope to “anyone”. An account must be active."
    )

    def __init__(self, principal: str, sentence: str = "") -> None:
        """sentence: in place of the usual one, for who is not to be shared with, but to take over, say."""
        super().__init__(
            sentence or f"No user, team or organization “{principal}” can be given access to this library."
        )
        self.says_what_to_do = bool(sentence)
        self.principal = principal


class UnknownUser(SharingError):
    """There is no such account, or it cannot join: the answer does not tell which, so that nothing leaks."""

    code = "unknown_user"
    title = "Unknown user"
    what_to_do = (
        "Check the username. The account must exist and be active; for a team, it must be a member of the "
        "organization first."
    )

    def __init__(self, username: str) -> None:
        super().__init__(f"No user “{username}” can be added.")
        self.username = username


class UnknownOrganization(SharingError):
    """There is no such organization, the caller is not in it, or they have to say which of several they mean."""

    code = "unknown_organization"
    title = "Unknown organization"
    what_to_do = (
        "Name an organization that you are a member of, by its slug. Where a call has no place for it, choose your "
        "default organization first: PATCH /api/me."
    )

    def __init__(self, slug: str = "", *, among_several: bool = False) -> None:
        """among_several: none is named, and the caller is a member of several."""
        if slug:
            sentence = f"You are not a member of an organization “{slug}”."
        elif among_several:
            sentence = "Specify the organization, or choose a default one: you are a member of several."
        else:
            sentence = "You are not a member of any organization."
        super().__init__(sentence)
        self.slug = slug


class ActionNotAllowed(SharingError):
    """The caller sees the library but may not do this to it (R4, R10)."""

    code = "action_not_allowed"
    rule = "R4"
    title = "Action not allowed"
    what_to_do = "Ask an owner of the library to do it for you, or to give you a higher level."
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
    title = "Access of others is not shown"
    what_to_do = "Ask about your own access, or let an owner or administrator ask about others'."

    def __init__(self) -> None:
        super().__init__(
            "Only owners of the library and administrators of its organization may see how others have access."
        )


class NotAdministrator(SharingError):
    """The caller does not administer the organization, or none where no slug is given (R10)."""

    code = "not_administrator"
    rule = "R10"
    title = "Administrators only"
    what_to_do = "Ask an administrator of the organization to do it, or to make you one."

    def __init__(self, slug: str = "") -> None:
        organization = f"“{slug}”" if slug else "an organization"
        super().__init__(f"Only administrators of {organization} may do that.")
        self.slug = slug


class ConsentNeeded(SharingError):
    """Nobody is taken into an organization without their consent: only a superuser adds somebody by hand (R15).

    The answer is the same whoever is named, so that it teaches nobody who has an account.
    """

    code = "consent_needed"
    rule = "R15"
    title = "Consent needed"
    what_to_do = "Ask a superuser, who runs this service, to add them."

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"Nobody is taken into “{slug}” without their consent. Ask a superuser to add who is not a member yet."
        )
        self.slug = slug


class MayNotAsk(SharingError):
    """The caller asks about others' access without the power to: whether there is such a library stays hidden."""

    code = "may_not_ask"
    rule = "R10"
    title = "Access of others may not be checked"
    what_to_do = "Ask an administrator of the organization for the permission “check_access”."

    def __init__(self) -> None:
        super().__init__(
            "To ask about others, you need the permission “check_access” on the library's organization, or to be one of"
            " its administrators."
        )


class NotSuperuser(SharingError):
    """Only superusers run the accounts of the whole service."""

    code = "not_superuser"
    title = "Superusers only"
    what_to_do = "Ask whoever runs this service."

    def __init__(self) -> None:
        super().__init__("Only superusers may do that.")


class KeyOfAnother(SharingError):
    """The key is, or would be, somebody's whose keys the caller does not manage (R13)."""

    code = "key_of_another"
    rule = "R13"
    title = "API key of another user"
    what_to_do = "Let them create or revoke the key themselves, or ask a superuser."

    def __init__(self, username: str) -> None:
        super().__init__(
            f"You cannot manage the API keys of “{username}”: only your own, and those of the service accounts of an"
            " organization that you administer. Let them do it themselves, or ask a superuser."
        )
        self.username = username


class ServiceAccountFixed(SharingError):
    """A service account is a program's: what makes it one of its organization's cannot be changed (R13)."""

    code = "service_account_fixed"
    rule = "R13"
    title = "Service account stays what it is"
    what_to_do = (
        "Make another service account where one is needed, in its own organization. Rename, disable or delete this one "
        "among the service accounts of its organization."
    )

    def __init__(self, username: str, how: str) -> None:
        """how: what it is, so that it cannot be what was wanted."""
        super().__init__(f"“{username}” is a service account: it {how}.")
        self.username = username


class ServiceAccountNotFound(SharingError):
    """The organization has no service account of that name."""

    code = "service_account_not_found"
    title = "Service account not found"
    what_to_do = "List the service accounts of the organization to see their names."

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no service account “{name}”.")
        self.name = name


class CredentialEnded(SharingError):
    """The key was revoked or has expired, or its account was deactivated, while the request was being carried out."""

    code = "credential_ended"
    title = "Credential ended meanwhile"
    what_to_do = "Use a key that is still good; nothing was changed."

    def __init__(self) -> None:
        super().__init__("Your key or your account was ended while this was being done, so nothing was changed.")


class PowerLost(SharingError):
    """The caller was made less than a superuser while the request was being carried out."""

    code = "power_lost"
    title = "Power lost meanwhile"
    what_to_do = "Nothing was changed. Send it again where you may do it without that power, or ask a superuser."

    def __init__(self) -> None:
        super().__init__("You were a superuser when you asked and are none any more, so nothing was changed.")


class LevelAboveOwn(SharingError):
    """The level given, or the level of the share that would change, is above the caller's own (R5)."""

    code = "level_above_own"
    rule = "R5"
    title = "Level above your own"
    what_to_do = "Choose a level up to your own, or ask an owner. Administrators can transfer the library instead."

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
    title = "Own ownership is fixed"
    what_to_do = "Transfer the library to somebody else; then you can change or give up your own access."

    def __init__(self) -> None:
        super().__init__("Owners cannot change or remove their own access. Transfer the library instead.")


class OnlyUsersOwn(SharingError):
    """A team, an organization or everyone cannot be an owner."""

    code = "only_users_own"
    title = "Only users can be owners"
    what_to_do = "Make a user the owner, or choose EDITOR or less."

    def __init__(self) -> None:
        super().__init__("Only a user can be an owner.")


class ScopeNotHeld(SharingError):
    """A key cannot give a scope that it lacks, nor revoke a key that has one; managing keys at all takes key:manage."""

    code = "scope_not_held"
    title = "Scope not held"
    what_to_do = "Use a key that has the scope."

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"This key lacks the scope {scope}: it can neither give it to another key nor revoke a key that has it."
        )
        self.scope = scope


class KeyNotFound(SharingError):
    """The caller has no such key, or it is no longer valid."""

    code = "key_not_found"
    title = "API key not found"
    what_to_do = "List your keys to see which are valid."

    def __init__(self) -> None:
        super().__init__("There is no such key.")


class ExpiryRefused(SharingError):
    """The expiry date is in the past, after the sharer's (or the asking key's) own, on an OWNER share, or missing (R3)."""

    code = "expiry_refused"
    rule = "R3"
    title = "Expiry date refused"
    what_to_do = "Choose a date in the future, and not after the end of your own access, or say that there is no end. Leave it out for an owner."

    def __init__(self, reason: str, latest: datetime | None = None) -> None:
        super().__init__(reason)
        self.latest = latest


class InvalidText(SharingError):
    """The text cannot be stored: it is too long, or has characters that no database stores."""

    code = "invalid_text"
    title = "Invalid text"
    what_to_do = "Shorten the text, or remove the characters that the detail names."

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class NamedTwice(SharingError):
    """One call names the same principal a second time, so it is not clear what it wants."""

    code = "named_twice"
    title = "Listed twice"
    what_to_do = "List each principal once."

    def __init__(self, principal: str) -> None:
        super().__init__(f"“{principal}” is listed more than once.")
        self.principal = principal


class SharesRefused(SharingError):
    """Some of many shares are refused, so none has changed.

    `refusals`: by place, from 0, what is wrong with each.
    """

    code = "shares_refused"
    title = "Shares refused"
    what_to_do = "Correct or leave out the shares that `errors` lists, and those like them, and send all of them again."

    def __init__(self, refusals: Mapping[int, SharingError], number: int) -> None:
        super().__init__(f"Nothing was changed: {len(refusals)} of {number} shares were refused.")
        self.refusals = dict(refusals)


class NameTaken(SharingError):
    """The identifier wanted belongs to something else already."""

    code = "name_taken"
    title = "Name already taken"
    what_to_do = "Choose another one."

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"“{value}” is already taken.")
        self.field = field
        self.value = value


class NotMember(SharingError):
    """The user is not in the organization or the team."""

    code = "not_member"
    title = "Not a member"
    what_to_do = "Check the username. List the members to see who is one."

    def __init__(self, username: str, group: str) -> None:
        super().__init__(f"{username} is not a member of “{group}”.")
        self.username = username
        self.group = group


class LastOwner(SharingError):
    """A member is the only owner of libraries, so they cannot leave the organization yet (R12)."""

    code = "last_owner"
    rule = "R12"
    title = "Last owner"
    what_to_do = "Name a successor, or transfer the libraries that `libraries` lists first."

    def __init__(self, username: str, libraries: list[str]) -> None:
        super().__init__(
            f"{username} is the only owner of {', '.join(libraries)}. Name a successor, or transfer these first."
        )
        self.username = username
        self.libraries = libraries


class LastAdministrator(SharingError):
    """Without this one, an organization with members would be left without an active administrator (R14)."""

    code = "last_administrator"
    rule = "R14"
    title = "Last administrator"
    what_to_do = "Make another member of the organization an administrator first."

    def __init__(self, username: str, slug: str) -> None:
        super().__init__(
            f"{username} is the only active administrator of “{slug}”. Make another member an administrator first."
        )
        self.username = username
        self.slug = slug


class LastSuperuser(SharingError):
    """Without this one, the service would be left without an active superuser (R14)."""

    code = "last_superuser"
    rule = "R14"
    title = "Last superuser"
    what_to_do = "Make somebody else a superuser first."

    def __init__(self, username: str) -> None:
        super().__init__(f"{username} is the only active superuser. Make somebody else a superuser first.")
        self.username = username


class AccountInUse(SharingError):
    """An account that still holds shares cannot be deleted."""

    code = "account_in_use"
    title = "Account in use"
    what_to_do = "Revoke the account's shares first, or deactivate the account instead."

    def __init__(self, username: str, libraries: list[str]) -> None:
        super().__init__(
            f"{username} still has shares on {_some(libraries)}. Revoke these first, or deactivate the account instead."
        )
        self.username = username
        self.libraries = libraries


class OrganizationInUse(SharingError):
    """An organization that has libraries, or that others are shared with, cannot be deleted."""

    code = "organization_in_use"
    title = "Organization in use"
    what_to_do = "Delete the organization's libraries, and revoke its shares of others, first."

    def __init__(self, slug: str, libraries: list[str]) -> None:
        super().__init__(
            f"“{slug}” still owns or has access to {_some(libraries)}. Delete these libraries, or stop sharing them with it, first."
        )
        self.slug = slug
        self.libraries = libraries


class OutsideShares(SharingError):
    """Libraries are shared outside the organization, and nobody said what becomes of that as its scope is narrowed (R8).

    `number`: how many such shares give something: to users who are not members, to other organizations, to everyone.
    """

    code = "outside_shares"
    rule = "R8"
    title = "Shared outside"
    what_to_do = (
        "Say what becomes of them: `outside` “keep” leaves them as they are, and they go on counting; “revoke” takes "
        "all of them away."
    )

    def __init__(self, slug: str, number: int) -> None:
        shares = "1 share reaches" if number == 1 else f"{number} shares reach"
        super().__init__(f"{shares} outside “{slug}”. Keep or revoke: say which.")
        self.slug = slug
        self.number = number


class OutsideOwners(SharingError):
    """Only people outside the organization own some of its libraries, so their shares cannot be taken away (R6)."""

    code = "outside_owners"
    rule = "R6"
    title = "Owned outside"
    what_to_do = "Transfer the libraries that `libraries` lists to members first, or keep the shares."

    def __init__(self, libraries: list[str], number: int) -> None:
        """libraries: some of them. number: how many there are."""
        more = [f"{number - len(libraries)} more"] if number > len(libraries) else []
        super().__init__(
            f"Only people outside own {', '.join([*libraries, *more])}. Transfer these to members first, or keep the shares."
        )
        self.libraries = libraries
        self.number = number


def _some(names: list[str], most: int = 10) -> str:
    """The names as a list in a sentence, cut where it would be no sentence any more."""
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])
