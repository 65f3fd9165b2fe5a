"""What leaving an organization takes from a member, told before it happens (R12)."""

from __future__ import annotations

from dataclasses import dataclass

from libraries.errors import LastOwner, NotMember, ServiceAccountFixed
from libraries.models import Actor, ApiKey, Library, Organization, Share, Team, User
from libraries.people.administrators import powers_of, require_administrator
from libraries.people.key_endings import keys_ending_with, keys_made_for_programs
from libraries.people.queries import is_member, no_successor
from libraries.rules.levels import Level


@dataclass(frozen=True)
class Departure:
    """What goes, and what stays, when a member leaves an organization (R12).

    owned_alone: libraries of it that need a successor. shares: every share of theirs on its libraries.
    powers: codenames. keys: their live API keys, which end, unless they leave of their own accord. program_keys: those
    that they made for the organization's service accounts, and what these and theirs made for those: these end, too
    (R13). keys_elsewhere: how many keys of other organizations' service accounts end with them.
    """

    organization: Organization
    user: User
    owned_alone: list[Library]
    shares: list[Share]
    teams: list[Team]
    powers: list[str]
    keys: list[ApiKey]
    program_keys: list[ApiKey]
    keys_elsewhere: int
    ending: list[ApiKey]

    def require_successor(self, successor: User | None) -> None:
        """Raises LastOwner where one is needed, and UnknownPrincipal for one who is not another active member."""
        if successor:
            _require_active_member(successor, self.organization, apart_from=self.user)
        elif self.owned_alone:
            raise LastOwner(self.user.username, [library.natural_id for library in self.owned_alone])


def preview_departure(*, organization: Organization, user: User, actor: Actor) -> Departure:
    """What remove_member would do, for who may do it. Raises NotAdministrator, NotMember, ServiceAccountFixed."""
    require_administrator(actor, organization)
    refuse_to_part(user)
    return departure_of(organization, user, by_themselves=user.pk == actor.pk)


def refuse_to_part(user: User) -> None:
    """A service account is deleted, and does not leave (R13). Raises ServiceAccountFixed."""
    if user.service_of_id:
        raise ServiceAccountFixed(user.username, "stays in its organization until it is deleted")


def departure_of(organization: Organization, user: User, *, by_themselves: bool = False) -> Departure:
    """by_themselves: whoever leaves so keeps their own keys, in which nobody else has a say. Raises NotMember."""
    if not is_member(user, organization):
        raise NotMember(user.username, organization.slug)
    return what_goes(organization, user, by_themselves=by_themselves)


def what_goes(organization: Organization, user: User, *, by_themselves: bool = False) -> Departure:
    """The same, for whom the organization has in any way."""
    shares = user.shares.with_principals().filter(library__organization=organization)
    teams = organization.teams.filter(group__in=user.groups.all())
    ending = (keys_made_for_programs if by_themselves else keys_ending_with)(user, at=organization)
    programs = [key for key in ending if key.user.service_of_id]
    powers = powers_of(user, organization).order_by("pk").values_list("permission__codename", flat=True)
    return Departure(
        organization,
        user,
        owned_alone=_owned_alone(user, organization),
        shares=list(shares.select_related("library__organization").order_by("library_id")),
        teams=list(teams.order_by("slug")),
        powers=list(powers),
        keys=[key for key in ending if not key.user.service_of_id],
        program_keys=[key for key in programs if key.user.service_of_id == organization.pk],
        keys_elsewhere=sum(key.user.service_of_id != organization.pk for key in programs),
        ending=ending,
    )


def _require_active_member(user: User, organization: Organization, *, apart_from: User) -> None:
    members = User.objects.filter(is_active=True, groups=organization.group_id)
    if user == apart_from or not members.contains(user):
        raise no_successor(user.username)


def _owned_alone(user: User, organization: Organization) -> list[Library]:
    owners = Share.objects.filter(level=Level.OWNER)
    mine = organization.libraries.filter(pk__in=owners.filter(user=user).values("library"))
    return list(mine.exclude(pk__in=owners.exclude(user=user).values("library")).select_related("organization"))
