"""May they? Asked by other programs: about many at once, about others, and with the reason.

Everybody may ask about themselves. About others may ask who holds `check_access` on the library's organization (R10).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from libraries.access.compiled import find_for_decision, find_user
from libraries.access.known import known_of_each
from libraries.access.named import NamedLibrary, find_named_libraries
from libraries.access.names import POWERS_TO_ASK, Candidates, Known
from libraries.access.pairs import Pair, Powers, access_of_each, powers_among
from libraries.access.subjects import SubjectName, find_subjects
from libraries.access.verdict import share_name, verdict, verdict_on_inactive
from libraries.errors import AmbiguousName, LibraryNotFound, MayNotAsk
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


Undecided = MayNotAsk | AmbiguousName
"""Why there is no decision."""


def decide(questions: Sequence[Question], *, asker: User) -> list[Decision | Undecided]:
    """The decision on each question, in their order; MayNotAsk in the place of one that the asker may not put.

    A natural id means a library that the asker may see, or may ask about, where they ask about themselves; about others,
    one that they may ask about. In the place of a question that names two equally there is AmbiguousName (R16).

    A constant number of queries; two at most for one about a user. What does not exist, or the asker may not see, is
    decided against.
    """
    if len(questions) == 1 and questions[0].subject.kind == Kind.USER:
        return [_decide_one(questions[0], asker)]
    case = _Case(questions, asker)
    return [case.decision(question) for question in questions]


def _decide_one(question: Question, asker: User) -> Decision | Undecided:
    text = question.subject.text
    user = asker if text == asker.username else find_user(text)
    try:
        library, may_ask_about_others = find_for_decision(user, question.library, asker)
    except AmbiguousName as refusal:
        return refusal
    if not (may_ask_about_others or user == asker):
        return MayNotAsk()
    inactive = user is not None and library is not None and _known_inactive(asker, [(user, library)])(user, library)
    access = library.access if library else Access()
    return _decision(question, library, access, is_open=may_ask_about_others, inactive=inactive)


def _known_inactive(asker: User, pairs: Collection[tuple[User, Library | NamedLibrary]]) -> Callable[[Any, Any], bool]:
    """Whether a user is inactive and the asker may know of them when they ask about the library (R9).

    No query, or two where somebody is inactive.
    """
    concerned = [(user.pk, library.pk) for user, library in pairs if not user.is_active]
    if not concerned:
        return lambda user, library: False
    is_known = known_of_each(asker, {user for user, _ in concerned}, {library for _, library in concerned})
    return lambda user, library: not user.is_active and is_known(user.pk, library.pk)


def _decision(
    question: Question, library: Library | NamedLibrary | None, access: Access, *, is_open: bool, inactive: bool
) -> Decision:
    """is_open: whether the asker may know of the library without being let in by `access`.

    inactive: whether the subject is an account that is, and of which the asker may know.
    """
    if library is None or not (is_open or Action.VIEW in access.actions):
        return Decision(False, str(LibraryNotFound()))
    if inactive:
        return Decision(False, verdict_on_inactive(question.subject.text))
    deciding = _deciding(access)
    names = [share_name(grant, grant.principal) for grant in deciding]
    reason = verdict(question.subject.text, library, access, decided_by=names)
    shares = tuple(DecidingShare(grant.principal, access.level) for grant in deciding)
    return Decision(question.action in access.actions, reason, shares)


class _Case:
    """Everything that the questions are about, found at once."""

    def __init__(self, questions: Sequence[Question], asker: User) -> None:
        self.asker = asker
        self.subjects = find_subjects({question.subject for question in questions})
        self.own = {name for name, subject in self.subjects.items() if self._is_asker(subject)}
        candidates = self._candidates(questions)
        users = {asker.pk, *(each.instance.pk for each in self.subjects.values() if isinstance(each.instance, User))}
        organizations = {library.organization_id for library in candidates.libraries}
        powers = powers_among(users, organizations)
        self.open = {each for each in organizations if self._is_open(each, powers)}
        self.meant = self._meant(candidates, questions)
        pairs = self._pairs(set(questions))
        people = [(subject.instance, each) for subject, each in pairs.values() if isinstance(subject.instance, User)]
        self.known_inactive = _known_inactive(asker, people)
        self.access = dict(zip(pairs, access_of_each(list(pairs.values()), powers), strict=True))

    def _candidates(self, questions: Sequence[Question]) -> Candidates[NamedLibrary]:
        known = Known.SEEN_OR_OPEN if any(question.subject in self.own for question in questions) else Known.OPEN
        return find_named_libraries({question.library for question in questions}, user=self.asker, known=known)

    def _meant(
        self, candidates: Candidates[NamedLibrary], questions: Sequence[Question]
    ) -> dict[tuple[str, bool], NamedLibrary | AmbiguousName | None]:
        """By identifier, and whether the question is about the asker: what it means in questions about them, or others."""
        meant: dict[tuple[str, bool], NamedLibrary | AmbiguousName | None] = {}
        for name in {self._name(question) for question in questions}:
            identifier, about_asker = name
            among = None if about_asker else self._is_in_the_open
            try:
                meant[name] = candidates.meant(identifier, among=among)
            except AmbiguousName as refusal:
                meant[name] = refusal
        return meant

    def _name(self, question: Question) -> tuple[str, bool]:
        return question.library, question.subject in self.own

    def _is_in_the_open(self, library: NamedLibrary) -> bool:
        return library.organization_id in self.open

    def _is_open(self, organization: UUID, powers: Powers) -> bool:
        """As `checkable_organizations` tells it."""
        return self.asker.is_superuser or any((self.asker.pk, organization, each) in powers for each in POWERS_TO_ASK)

    def _is_asker(self, subject: Principal) -> bool:
        return subject.kind == Kind.USER and subject.instance == self.asker

    def _pairs(self, asked: Collection[Question]) -> dict[tuple[SubjectName, str], Pair]:
        """By their names, those of which both are there and the asker may ask about them."""
        return {
            (question.subject, question.library): (self.subjects[question.subject], library)
            for question in asked
            if isinstance(library := self.meant[self._name(question)], NamedLibrary)
            if question.subject in self.subjects
            if question.subject in self.own or library.organization_id in self.open
        }

    def decision(self, question: Question) -> Decision | Undecided:
        library = self.meant[self._name(question)]
        if isinstance(library, AmbiguousName):
            return library
        is_open = library.organization_id in self.open if library else self.asker.is_superuser
        if not (is_open or question.subject in self.own):
            return MayNotAsk()
        access = self.access.get((question.subject, question.library)) or Access()
        subject = self.subjects.get(question.subject)
        inactive = library is not None and subject is not None and self._is_inactive(subject, library)
        return _decision(question, library, access, is_open=is_open, inactive=inactive)

    def _is_inactive(self, subject: Principal, library: NamedLibrary) -> bool:
        return isinstance(subject.instance, User) and self.known_inactive(subject.instance, library)


def _deciding(access: Access) -> list[SharedGrant]:
    """The grants that decided, one for each share: it may have several."""
    return list({grant.share: grant for grant in access.deciding if isinstance(grant, SharedGrant)}.values())
