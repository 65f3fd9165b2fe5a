"""May they? Asked by other programs: about many at once, about others, and with the reason.

Everybody may ask about themselves. About others may ask who holds `check_access` on the library's organization (R10).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from libraries.access.check import find_libraries
from libraries.access.pairs import Pair, SharedGrant, access_of_pairs
from libraries.access.subjects import SubjectName, find_subjects
from libraries.access.verdict import share_name, verdict
from libraries.errors import LibraryNotFound, MayNotAsk
from libraries.models import (
    ADMINISTER,
    CHECK_ACCESS,
    Library,
    Organization,
    OrganizationUserObjectPermission,
    Share,
    User,
)
from libraries.principals import Principal
from libraries.rules.levels import Access, Action, Kind, Level


@dataclass(frozen=True)
class Question:
    """May this subject do that to this library? Both as the caller names them."""

    subject: SubjectName
    action: Action
    library: str


@dataclass(frozen=True)
class DecidingShare:
    """Whose share decided, and the level that it had."""

    principal: str
    level: Level


@dataclass(frozen=True)
class Decision:
    """The answer, why in one sentence, and the shares that decided."""

    allowed: bool
    reason: str
    shares: tuple[DecidingShare, ...] = ()


def checkable_organizations(asker: User) -> QuerySet[Organization]:
    """The organizations about whose libraries the asker may ask what others may do (R10)."""
    if asker.is_superuser:
        return Organization.objects.all()
    powers = OrganizationUserObjectPermission.objects.to(ADMINISTER, CHECK_ACCESS).filter(user=asker)
    return Organization.objects.filter(pk__in=powers.values("content_object"))


def decide(questions: Sequence[Question], *, asker: User) -> list[Decision | MayNotAsk]:
    """The decision on each question, in their order; MayNotAsk in the place of one that the asker may not put.

    A constant number of queries. What does not exist, or the asker may not see, is decided against.
    """
    case = _Case(questions, asker)
    return [case.decision(question) for question in questions]


class _Case:
    """Everything that the questions are about, found at once."""

    def __init__(self, questions: Sequence[Question], asker: User) -> None:
        self.asker = asker
        self.libraries = find_libraries({question.library for question in questions})
        self.subjects = find_subjects({question.subject for question in questions})
        organizations = {library.organization_id for library in self.libraries.values()}
        self.open = set(checkable_organizations(asker).filter(pk__in=organizations).values_list("pk", flat=True))
        self.access = access_of_pairs({pair for question in questions for pair in self._pairs(question)})
        self.shares = _shares_behind(self.access.values())

    def _pairs(self, question: Question) -> list[Pair]:
        """The pair of the question, where both are there and the asker may ask about them."""
        subject, library = self.subjects.get(question.subject), self.libraries.get(question.library)
        may_ask = self._is_asker(subject) or self._is_open(library)
        return [(subject, library)] if subject and library and may_ask else []

    def _is_asker(self, subject: Principal | None) -> bool:
        return subject is not None and subject.kind == Kind.USER and subject.instance == self.asker

    def _is_open(self, library: Library | None) -> bool:
        return self.asker.is_superuser or (library is not None and library.organization_id in self.open)

    def decision(self, question: Question) -> Decision | MayNotAsk:
        subject, library = self.subjects.get(question.subject), self.libraries.get(question.library)
        if not (self._is_open(library) or self._is_asker(subject)):
            return MayNotAsk()
        access = self.access[subject, library] if subject and library else Access()
        is_hidden = Action.VIEW not in access.actions and not self._is_open(library)
        if library is None or is_hidden:
            return Decision(False, str(LibraryNotFound()))
        # One of them may be revoked by now.
        deciding = [self.shares[key] for key in _keys_of_deciding(access) if key in self.shares]
        names = [share_name(share, share.principal_name) for share in deciding]
        reason = verdict(question.subject.text, library, access, decided_by=names)
        shares = tuple(DecidingShare(share.principal_name, access.level) for share in deciding)
        return Decision(question.action in access.actions, reason, shares)


def _keys_of_deciding(access: Access) -> list[UUID]:
    """Each share once: it may have several grants."""
    return list(dict.fromkeys(grant.share for grant in access.deciding if isinstance(grant, SharedGrant)))


def _shares_behind(accesses: Iterable[Access]) -> dict[UUID, Share]:
    """The shares that decided, by their keys, with their principals."""
    keys = {key for access in accesses for key in _keys_of_deciding(access)}
    return {share.pk: share for share in Share.objects.with_principals().filter(pk__in=keys).order_by()}
