"""Which library a name means (R16).

A natural id is unique within its organization alone. Of the libraries that go by one, those that somebody may not know
of play no part; of the others, that of their default organization is meant, else that of another of theirs, else that
of any other. Two that are equally near are refused. In SQL that is told by `meant_by`, in Python by `one_meant`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import reduce
from operator import attrgetter, or_
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from libraries.db.expressions import AreAmong, IsAnyOf
from libraries.errors import AmbiguousName, LibraryNotFound, SharingError
from libraries.identifiers import Lookup, lookup_for
from libraries.models import (
    ADMINISTER,
    CHECK_ACCESS,
    OPERATOR,
    Actor,
    Library,
    LibraryQuerySet,
    OrganizationUserObjectPermission,
    User,
)
from libraries.models.libraries import allowed_to
from libraries.rules.levels import Action

POWERS_TO_ASK = (ADMINISTER, CHECK_ACCESS)
"""What lets somebody ask about others in an organization (R10)."""

NOWHERE = UUID(int=0)
"""No organization's key."""

DEFAULT, OWN, ELSEWHERE = range(3)
"""How near a library's organization is to somebody: the nearest first."""


class Known(Enum):
    """Of which libraries somebody knows, and which a name can therefore mean."""

    SEEN = auto()
    """Those that they may see (R9)."""
    OPEN = auto()
    """Those of the organizations where they may ask about others (R10)."""
    SEEN_OR_OPEN = auto()


Named = TypeVar("Named", bound=Any)
"""A library with what `Library` says of its names, and its `standing`."""


def home_of(user: Actor) -> UUID:
    """The key of the user's default organization (R15), or NOWHERE."""
    return (user.default_organization_id if isinstance(user, User) else None) or NOWHERE


def may_ask_in_its_organization(asker: Actor) -> Exists:
    """Whether the asker, who is no superuser, may ask about others in the library's organization (R10)."""
    powers = OrganizationUserObjectPermission.objects.to(*POWERS_TO_ASK)
    return Exists(powers.filter(content_object=OuterRef("organization"), user=asker.pk))


def with_names_for(libraries: LibraryQuerySet, user: Actor, known: Known = Known.SEEN) -> Any:
    """Each library with the shortest name by which the user finds it, as `library.short_name`, in the same query."""
    condition = _known(user, known)
    return with_namesakes(libraries, Library.objects.all() if condition is None else Library.objects.filter(condition))


def with_namesakes(libraries: Any, known: QuerySet[Library]) -> Any:
    """The same for whoever knows of all those libraries."""
    return libraries.select_related("organization").annotate(has_namesake=Exists(_namesakes(known)))


def meant_by(libraries: LibraryQuerySet, user: Actor, known: Known) -> Any:
    """Those of the libraries of one natural id that the user may mean by it, nearest first, each with its `standing`.

    What nobody else's library is called is among them, whether or not they know of it: nothing is looked up in vain.
    """
    condition = _nameable(user, known)
    named: Any = libraries if condition is None else libraries.filter(condition)
    return named.annotate(standing=_standing(user)).order_by("standing", "organization__slug")


def one_meant(identifier: str, libraries: Sequence[Named]) -> Named | None:
    """The first of the libraries that could be meant, which come nearest first. Raises AmbiguousName."""
    if len(libraries) > 1 and libraries[0].standing == libraries[1].standing:
        raise AmbiguousName(identifier, [library.qualified_name for library in libraries[:2]])
    return libraries[0] if libraries else None


def answering_to(
    libraries: LibraryQuerySet, lookups: Collection[Lookup], user: Actor, known: Known | None = Known.SEEN
) -> LibraryQuerySet:
    """Those of the libraries that any of the identifiers could mean, in no order.

    known: None where whoever asks knows of all of `libraries`.
    """
    values: dict[str, set[Any]] = defaultdict(set)
    for lookup in lookups:
        values[_shape(lookup)].add((lookup.slug, lookup.value) if lookup.slug else (lookup.value,))
    condition = _nameable(user, known) if known else None
    named = [_is_named(shape, rows, condition) for shape, rows in values.items()]
    return (libraries.filter(reduce(or_, named)) if named else libraries.none()).order_by()


def candidates_among(
    libraries: LibraryQuerySet, lookups: Collection[Lookup], user: Actor, known: Known | None = Known.SEEN
) -> Any:
    """The same, each with its `standing`, and in `nameable` whether its natural id alone could mean it.

    That need not be so: a UUID, say, finds a library of which the user may not know.
    """
    found: Any = answering_to(libraries, lookups, user, known)
    if not any(lookup.is_bare for lookup in lookups):
        return found.annotate(standing=Value(ELSEWHERE, IntegerField()), nameable=Value(False, BooleanField()))
    condition = _nameable(user, known) if known else None
    if condition is None or all(lookup.is_bare for lookup in lookups):
        return found.annotate(standing=_standing(user), nameable=Value(True, BooleanField()))
    return found.annotate(standing=_standing(user), nameable=ExpressionWrapper(condition, BooleanField()))


def _is_named(shape: str, rows: Collection[tuple[Any, ...]], condition: Q | None) -> Q:
    if shape == "qualified":
        named = Library.objects.filter(AreAmong(F("organization__slug"), F("natural_id"), rows=rows))
        return Q(IsAnyOf(F("pk"), named.order_by().values("pk")))
    named_so = Q(AreAmong(F(shape), rows=rows))
    return named_so if condition is None or shape != "natural_id" else named_so & condition


class Candidates(Generic[Named]):
    """Libraries that some identifiers could mean, and which of them each does.

    lookups: by identifier. libraries: from `candidates_among`.
    """

    def __init__(self, lookups: Mapping[str, Lookup], libraries: Iterable[Named]) -> None:
        self._lookups = lookups
        self.libraries = list(libraries)
        shapes = {_shape(lookup) for lookup in lookups.values()}
        self._by_lookup: dict[Lookup, list[Named]] = defaultdict(list)
        for library in self.libraries:
            for shape in shapes:
                if shape != "natural_id" or library.nameable:
                    self._by_lookup[_LOOKUPS[shape](library)].append(library)

    def meant(self, identifier: str, *, among: Callable[[Named], bool] | None = None) -> Named | None:
        """The library that the identifier means, if any; of a natural id's, only those `among`. Raises AmbiguousName."""
        lookup = self._lookups[identifier]
        found = self._by_lookup.get(lookup, [])
        if among and lookup.is_bare:
            found = [library for library in found if among(library)]
        return one_meant(identifier, sorted(found, key=_NEAREST_FIRST) if len(found) > 1 else found)


_NEAREST_FIRST = attrgetter("standing", "organization.slug")


class Meant(Generic[Named]):
    """What identifiers mean to somebody: a library each, if any."""

    def __init__(self, candidates: Candidates[Named], identifiers: Iterable[str]) -> None:
        self.libraries: dict[str, Named] = {}
        self.ambiguous: dict[str, AmbiguousName] = {}
        for identifier in identifiers:
            try:
                if library := candidates.meant(identifier):
                    self.libraries[identifier] = library
            except AmbiguousName as refusal:
                self.ambiguous[identifier] = refusal

    def keep(self, wanted: Callable[[Named], bool]) -> Meant[Named]:
        """The same without libraries that are not wanted."""
        self.libraries = {name: library for name, library in self.libraries.items() if wanted(library)}
        return self

    def one(self, identifier: str) -> Named | None:
        """Raises AmbiguousName."""
        if identifier in self.ambiguous:
            raise self.ambiguous[identifier]
        return self.libraries.get(identifier)

    def refusal(self, identifier: str) -> SharingError:
        """Why it means none of the libraries."""
        return self.ambiguous.get(identifier) or LibraryNotFound()


def find_meant(
    identifiers: Collection[str], *, libraries: LibraryQuerySet, user: Actor, known: Known | None = Known.SEEN
) -> Meant[Any]:
    """What each identifier means to the user, of the libraries. One query. `known`: as in `answering_to`."""
    lookups = {identifier: lookup_for(identifier) for identifier in identifiers}
    found = candidates_among(libraries.select_related("organization"), lookups.values(), user, known)
    return Meant(Candidates(lookups, found), identifiers)


def _shape(lookup: Lookup) -> str:
    return "qualified" if lookup.slug else lookup.column


_LOOKUPS: dict[str, Callable[[Any], Lookup]] = {
    "pk": lambda library: Lookup("pk", library.pk),
    "object_id": lambda library: Lookup("object_id", library.object_id),
    "natural_id": lambda library: Lookup("natural_id", library.natural_id),
    "qualified": lambda library: Lookup("natural_id", library.natural_id, library.organization.slug),
}


def _namesakes(libraries: QuerySet[Library]) -> QuerySet[Library]:
    """Those of the libraries that have the same natural id, in another organization."""
    elsewhere = ~Q(organization=OuterRef("organization"))
    return libraries.filter(elsewhere, natural_id=OuterRef("natural_id")).order_by()


def _nameable(user: Actor, known: Known) -> Q | None:
    """Whether a library's natural id could mean it; None: always. That of one library alone needs no second look."""
    condition = _known(user, known)
    return None if condition is None else Q(~Exists(_namesakes(Library.objects.all()))) | condition


def _known(user: Actor, known: Known) -> Q | None:
    """Whether the user knows of a library; None: of all."""
    if not user.is_active:
        return Q(pk__in=[])
    if user.is_superuser:
        return None
    conditions = []
    if known != Known.SEEN:
        conditions.append(Q(may_ask_in_its_organization(user)))
    if known != Known.OPEN:
        conditions.append(allowed_to(user, Action.VIEW, walking=True))
    return reduce(or_, conditions)


def _standing(user: Actor) -> Any:
    if user is OPERATOR:
        return Value(ELSEWHERE, IntegerField())
    in_it = User.groups.through.objects.filter(user=user.pk, group=OuterRef("organization__group"))
    at_home = When(Q(organization=home_of(user)), then=Value(DEFAULT))
    own = Case(at_home, default=Value(OWN), output_field=IntegerField())
    return Case(When(Exists(in_it), then=own), default=Value(ELSEWHERE), output_field=IntegerField())
