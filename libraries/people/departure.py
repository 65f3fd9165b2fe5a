"""What leaving an organization takes from a member, told before it happens (R12)."""

from __future__ import annotations

from dataclasses import dataclass

from libraries.errors import LastAdministrator, LastOwner, NotMember, ServiceAccountFixed
from libraries.models import ADMINISTER, Actor, ApiKey, Library, Organization, Share, Team, User
from libraries.people.administrators import powers_of, require_administrator
from libraries.people.in_charge import would_leave_nobody_in_charge
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
    last_administrator: whether other members would be left with nobody in charge (R14).
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
    last_administrator: bool

    def require_successor(self, successor: User | None) -> None:
        """Raises LastOwner where one is needed, and UnknownPrincipal for one who is not another active member."""
        if successor:
            _require_active_member(successor, self.organization, apart_from=self.user)
        elif self.owned_alone:
            raise LastOwner(self.user.username, [library.natural_id for library in self.owned_alone])

    def require_somebody_in_charge(self) -> None:
        """Raises LastAdministrator."""
        if self.last_administrator:
            raise LastAdministrator(self.user.username, self.organization.slug)


def require_right_to_remove(organization: Organization, user: User, actor: Actor) -> None:
    """Anyone may leave (R15), a service account apart (R13), which acts for its organization.

    Others are for administrators to remove. Raises NotAdministrator.
    """
    themselves = User.objects.filter(pk=user.pk, is_active=True, service_of=None)
    if not (user.pk == actor.pk and actor.is_active and themselves.exists()):
        require_administrator(actor, organization)


def may_leave(member: User, organization: Organization, *, administers: bool) -> bool:
    """Whether the member could leave of their own accord by now, with a successor where R12 asks for one (R14, R15).

    administers: whether they have R10's power over the organization; without it this makes no query.
    """
    if member.service_of_id or not member.is_active:
        return False
    return not (administers and would_leave_nobody_in_charge(member, organization))


def preview_departure(*, organization: Organization, user: User, actor: Actor) -> Departure:
    """What remove_member would do, for who may do it. Raises NotAdministrator, NotMember, ServiceAccountFixed."""
    require_right_to_remove(organization, user, actor)
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
    powers = list(powers_of(user, organization).order_by("pk").values_list("permission__codename", flat=True))
    return Departure(
        organization,
        user,
        owned_alone=_owned_alone(user, organization),
        shares=list(shares.select_related("library__organization").order_by("library_id")),
        teams=list(teams.order_by("slug")),
        powers=powers,
        keys=[key for key in ending if not key.user.service_of_id],
        program_keys=[key for key in programs if key.user.service_of_id == organization.pk],
        keys_elsewhere=sum(key.user.service_of_id != organization.pk for key in programs),
        ending=ending,
        last_administrator=ADMINISTER in powers and would_leave_nobody_in_charge(user, organization),
    )


def _require_active_member(user: User, organization: Organization, *, apart_from: User) -> None:
    members = User.objects.filter(is_active=True, groups=organization.group_id)
    if user == apart_from or not members.contains(user):
        raise no_successor(user.username)


def _owned_alone(user: User, organization: Organization) -> list[Library]:
    owners = Share.objects.filter(level=Level.OWNER)
    mine = organization.libraries.filter(pk__in=owners.filter(user=user).values("library"))
    return list(mine.exclude(pk__in=owners.exclude(user=user).values("library")).select_related("organization"))
