"""Principals that a file names by their e-mail address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import F

from libraries.db.expressions import AreAmong
from libraries.models import User
from libraries.principals import PrincipalReference
from libraries.rules.levels import Kind
from libraries.share_files.columns import Line


def with_emails(lines: Sequence[Line]) -> Sequence[Line]:
    """The same lines, with references by e-mail where they name one: `alice@acme.example`, `team:sales@acme.example`.

    A username may look like an address and goes first, so that what is exported comes back to the same user. A team's
    slug cannot. At most one query.
    """
    addressed = {line.item.principal for line in lines if "@" in line.item.principal.text}
    if not addressed:
        return lines
    names = {each.value for each in addressed if each.kind == Kind.USER and each.can_exist}
    usernames = _usernames_among(names)
    by_email = {each: _by_email(each) for each in addressed if _is_address(each, usernames)}
    return [_for(line, by_email.get(line.item.principal)) for line in lines]


def _usernames_among(names: set[str]) -> set[str]:
    if not names:
        return set()
    users = User.objects.filter(AreAmong(F("username"), rows=[(name,) for name in names]))
    return set(users.values_list("username", flat=True))


def _is_address(reference: PrincipalReference, usernames: set[str]) -> bool:
    return reference.kind == Kind.TEAM or (reference.kind == Kind.USER and reference.value not in usernames)


def _by_email(reference: PrincipalReference) -> PrincipalReference:
    return replace(reference, field="email__lower", value=reference.value.lower())


def _for(line: Line, principal: PrincipalReference | None) -> Line:
    return line._replace(item=line.item._replace(principal=principal)) if principal else line
