"""A library, its shares, their teams and organizations, and the people in them, as a picture drawn on the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, When
from django.db.models.functions import Now

from libraries.access.known import is_known
from libraries.models import Actor, Library, Share, User
from libraries.rules.levels import Kind, Level

ALL_NAMED = 14
"""Up to so many shares each has a row; of more, those of one kind and level share one."""
MAX_ALIKE = 3
"""Of so few alike, each keeps its row still."""
NAMES = 4
"""How many members a team's row names."""

ROW, BOX = 52, 40
LIBRARY_X, LIBRARY_WIDTH = 0, 150
CHIP_X, CHIP_WIDTH = 210, 76
GROUP_X, GROUP_WIDTH = 340, 190
PEOPLE_X, PEOPLE_WIDTH = 590, 210
WIDTH = PEOPLE_X + PEOPLE_WIDTH
LETTER = 7.2
"""About how wide a letter is, to tell what fits a box."""


@dataclass(frozen=True)
class Branch:
    """One row of the picture: a share, or all of one kind and level.

    group: the team, organization or everyone between the share and its people; empty where it is for people directly.
    """

    level: Level
    over: bool
    group: str
    people: str

    @property
    def state(self) -> str:
        """The word for its colour."""
        return "over" if self.over else self.level.name.lower()

    @property
    def chip(self) -> str:
        return "Over" if self.over else "Shut out" if self.level == Level.NONE else self.level.label


@dataclass(frozen=True)
class PictureRow:
    """A branch, and where it stands."""

    branch: Branch
    y: int

    @property
    def middle(self) -> int:
        return self.y + BOX // 2

    @property
    def group(self) -> str:
        return _fitting(self.branch.group, GROUP_WIDTH)

    @property
    def people(self) -> str:
        return _fitting(self.branch.people, PEOPLE_WIDTH)


@dataclass(frozen=True)
class Picture:
    """Everything that `admin/picture.html` draws."""

    name: str
    branches: tuple[Branch, ...]

    width = WIDTH
    box = BOX
    library_width = LIBRARY_WIDTH
    chip_x, chip_width = CHIP_X, CHIP_WIDTH
    group_x, group_width = GROUP_X, GROUP_WIDTH
    people_x, people_width = PEOPLE_X, PEOPLE_WIDTH

    @property
    def height(self) -> int:
        return max(len(self.branches), 1) * ROW - (ROW - BOX) + 2

    @property
    def middle(self) -> int:
        return self.height // 2

    @property
    def title(self) -> str:
        return _fitting(self.name, LIBRARY_WIDTH)

    @property
    def rows(self) -> list[PictureRow]:
        return [PictureRow(branch, number * ROW + 1) for number, branch in enumerate(self.branches)]

    @property
    def summary(self) -> str:
        """The picture in words, row by row."""
        return f"{self.name}: " + "; ".join(_told(branch) for branch in self.branches) + "."


def _told(branch: Branch) -> str:
    return f"{branch.chip}, {', '.join(filter(None, [branch.group, branch.people]))}"


def _fitting(text: str, width: int) -> str:
    most = int((width - 20) / LETTER)
    return text if len(text) <= most else text[: most - 1] + "…"


def picture_of(library: Library, viewer: Actor) -> Picture:
    """The picture of the library's shares, in at most five queries however many they are.

    It names the members of a group where they are few and the viewer may know of all of them (R9).
    """
    over = Case(When(expires_at__lte=Now(), then=True), default=False, output_field=BooleanField())
    all_shares: Any = library.shares.all()
    shares = all_shares.annotate(is_expired=over)
    counts = {
        (row["kind"], row["level"], row["is_expired"]): row["count"]
        for row in shares.order_by().values("kind", "level", "is_expired").annotate(count=Count("pk"))
    }
    all_named = sum(counts.values()) <= ALL_NAMED
    grouped = {alike: count for alike, count in counts.items() if not all_named and count > MAX_ALIKE}
    named = list(_named(shares, counts.keys() - grouped.keys()))
    members = _members(named, is_known(viewer, library))
    branches = [*(_branch(share, members) for share in named), *(_together(*item) for item in grouped.items())]
    return Picture(str(library), tuple(branch for _, branch in sorted(branches, key=lambda pair: pair[0])))


Alike = tuple[int, int, bool]
Placed = tuple[tuple[bool, bool, int, int, str], Branch]
"""A branch, and what it is sorted by: owners first, shut-outs after what gives, what is over last."""


def _named(shares: Any, alike: Iterable[Alike]) -> QuerySet[Share]:
    wanted = Q(pk__in=())
    for kind, level, is_expired in alike:
        wanted |= Q(kind=kind, level=level, is_expired=is_expired)
    return shares.with_principals().filter(wanted).order_by("kind", "id")


def _branch(share: Share, members: Mapping[int | None, str]) -> Placed:
    people = members[_group_of(share)] if share.kind != Kind.USER else share.principal_name
    group = "" if share.kind == Kind.USER else share.principal_name
    return _placed(share.kind, Branch(Level(share.level), share.is_expired, group, people))


def _together(alike: Alike, count: int) -> Placed:
    kind, level, is_expired = alike
    group = "" if kind == Kind.USER else f"{count} {Kind(kind).label.lower()}s"
    people = f"{count} people" if kind == Kind.USER else "their members"
    return _placed(kind, Branch(Level(level), is_expired, group, people))


def _placed(kind: int, branch: Branch) -> Placed:
    return (branch.over, branch.level == Level.NONE, -branch.level, kind, branch.group or branch.people), branch


def _group_of(share: Share) -> int | None:
    """The Django group of a share's team or organization; None for everyone."""
    principal = share.team or share.organization
    return principal.group_id if principal else None


def _members(shares: Iterable[Share], known: Q) -> dict[int | None, str]:
    """The active people in each of the shares' groups: their names where they are few and known, else how many."""
    groups = {_group_of(share) for share in shares if share.kind != Kind.USER}
    told: dict[int | None, str] = dict.fromkeys(groups, "nobody")
    there = User.groups.through.objects.filter(group__in=groups - {None}, user__is_active=True)
    counts = dict(there.order_by().values_list("group").annotate(Count("user")))
    told |= {group: _number(count) for group, count in counts.items()}
    few = there.filter(group__in=[group for group, count in counts.items() if count <= NAMES])
    named = _names(few.filter(user__in=User.objects.filter(known)).values_list("group", "user__username"))
    told |= {group: ", ".join(sorted(names)) for group, names in named.items() if len(names) == counts[group]}
    if None in groups:
        told[None] = _number(User.objects.filter(is_active=True).count())
    return told


def _names(members: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for group, username in members:
        names.setdefault(group, []).append(username)
    return names


def _number(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"
