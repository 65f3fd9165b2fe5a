"""May they? Asked by other programs: about many at once, about others, and with the reason.

Everybody may ask about themselves. About others may ask who holds `check_access` on the library's organization (R10).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from libraries.access.compiled import POWERS_TO_ASK, find_for_decision, find_user
from libraries.access.named import NamedLibrary, find_named_libraries
from libraries.access.pairs import Pair, Powers, access_of_each, powers_among
from libraries.access.subjects import SubjectName, find_subjects
from libraries.access.verdict import share_name, verdict
from libraries.db.text import is_storable
from libraries.errors import LibraryNotFound, MayNotAsk
from libraries.models import (
    Library,
    Organization,
    OrganizationUserObjectPermission,
    User,
)
from libraries.principals import Principal
from libraries.rules.conditions import SharedGrant
from libraries.rules.levels import Access, Action, Kind, Level


class Question(NamedTuple):
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
    powers = OrganizationUserObjectPermission.objects.to(*POWERS_TO_ASK).filter(user=asker)
    return Organization.objects.filter(pk__in=powers.values("content_object"))


def decide(questions: Sequence[Question], *, asker: User) -> list[Decision | MayNotAsk]:
    """The decision on each question, in their order; MayNotAsk in the place of one that the asker may not put.

    A constant number of queries; two at most for one about a user. What does not exist, or the asker may not see, is
    decided against.
    """
    if len(questions) == 1 and questions[0].subject.kind == Kind.USER:
        return [_decide_one(questions[0], asker)]
    case = _Case(questions, asker)
    return [case.decision(question) for question in questions]


def _decide_one(question: Question, asker: User) -> Decision | MayNotAsk:
    text = question.subject.text
    user = asker if text == asker.username else find_user(text) if text and is_storable(text) else None
    library, may_ask_about_others = find_for_decision(user, question.library, asker)
    if not (may_ask_about_others or user == asker):
        return MayNotAsk()
    return _decision(question, library, library.access if library else Access(), is_open=may_ask_about_others)


def _decision(question: Question, library: Library | NamedLibrary | None, access: Access, *, is_open: bool) -> Decision:
    """is_open: whether the asker may know of the library without being let in by `access`."""
    if library is None or not (is_open or Action.VIEW in access.actions):
        return Decision(False, str(LibraryNotFound()))
    deciding = _deciding(access)
    names = [share_name(grant, grant.principal) for grant in deciding]
    reason = verdict(question.subject.text, library, access, decided_by=names)
    shares = tuple(DecidingShare(grant.principal, access.level) for grant in deciding)
    return Decision(question.action in access.actions, reason, shares)


class _Case:
    """Everything that the questions are about, found at once."""

    def __init__(self, questions: Sequence[Question], asker: User) -> None:
        self.asker = asker
        self.libraries = find_named_libraries({question.library for question in questions})
        self.subjects = find_subjects({question.subject for question in questions})
        users = {asker.pk, *(each.instance.pk for each in self.subjects.values() if isinstance(each.instance, User))}
        organizations = {library.organization_id for library in self.libraries.values()}
        powers = powers_among(users, organizations)
        self.open = {each for each in organizations if self._is_open(each, powers)}
        self.own = {name for name, subject in self.subjects.items() if self._is_asker(subject)}
        pairs = self._pairs({(question.subject, question.library) for question in questions})
        self.access = dict(zip(pairs, access_of_each(list(pairs.values()), powers), strict=True))

    def _is_open(self, organization: UUID, powers: Powers) -> bool:
        """As `checkable_organizations` tells it."""
        return self.asker.is_superuser or any((self.asker.pk, organization, each) in powers for each in POWERS_TO_ASK)

    def _is_asker(self, subject: Principal) -> bool:
        return subject.kind == Kind.USER and subject.instance == self.asker

    def _pairs(self, asked: Collection[tuple[SubjectName, str]]) -> dict[tuple[SubjectName, str], Pair]:
        """By their names, those of which both are there and the asker may ask about them."""
        return {
            (name, identifier): (self.subjects[name], library)
            for name, identifier in asked
            if (library := self.libraries.get(identifier)) and name in self.subjects
            if name in self.own or library.organization_id in self.open
        }

    def decision(self, question: Question) -> Decision | MayNotAsk:
        library = self.libraries.get(question.library)
        is_open = library.organization_id in self.open if library else self.asker.is_superuser
        if not (is_open or question.subject in self.own):
            return MayNotAsk()
        access = self.access.get((question.subject, question.library)) or Access()
        return _decision(question, library, access, is_open=is_open)


def _deciding(access: Access) -> list[SharedGrant]:
    """The grants that decided, one for each share: it may have several."""
    return list({grant.share: grant for grant in access.deciding if isinstance(grant, SharedGrant)}.values())
