"""What the core refuses becomes an error of the form that asked.

A save runs the verbs for real, inside the transaction that Django puts around it. If they refuse anything, `Refused`
rolls all of it back, and the same form is shown again with each refusal beside the field and in the row it is about.
So whether a rule is broken is asked once, under the core's own locks: nothing can change between asking and saving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.db import transaction
from django.http import HttpRequest

from libraries import errors
from libraries.admin.rows.scope import scoped
from libraries.errors import SharingError

REMEDIES: dict[type[SharingError], str] = {
    errors.LibraryNotFound: "Check its natural id.",
    errors.ShareNotFound: "It may have been deleted in the meantime: reload the list.",
    errors.UnknownPrincipal: "Check the name. People from other organizations can be added only where the library's organization shares with anyone.",
    errors.UnknownOrganization: "Choose an organization that you are a member of.",
    errors.NotAdministrator: "Ask one of them.",
    errors.NotSuperuser: "Ask one of them.",
    errors.CredentialEnded: "Ask a superuser.",
    errors.PowerLost: "Ask one who is.",
    errors.MayNotAsk: "Ask an administrator of its organization.",
    errors.OnlyUsersOwn: "Choose another level, or a user.",
    errors.ExpiryRefused: "Enter another date, or leave it empty.",
    errors.NameTaken: "Choose another.",
    errors.PersonNotFound: "Check the name.",
    errors.UnknownUser: "Check the name, and that the account is active.",
    errors.OrganizationNotFound: "It may have been deleted in the meantime: reload the list.",
    errors.TeamNotFound: "It may have been deleted in the meantime: reload the list.",
    errors.KeyNotFound: "It may have expired or been revoked in the meantime: reload the list.",
    errors.ScopeNotHeld: "Use a key that has it.",
    errors.OthersAccess: "Ask an owner of it.",
    errors.NotMember: "Add them first, on the organization's page.",
    errors.ServiceAccountNotFound: "It may have been deleted in the meantime: reload the list.",
    errors.NamedTwice: "Leave one of them out.",
}
"""What to do instead, for the errors whose own sentence does not say so."""


def sentence(error: SharingError) -> str:
    """What the core says, what to do instead, and the rule that it goes by."""
    remedy = "" if error.says_what_to_do else REMEDIES.get(type(error), "")
    return " ".join(filter(None, [str(error), remedy, f"({error.rule})" if error.rule else ""]))


class ChangedMeanwhile(SharingError):
    """Somebody changed it after the form was opened."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__("Somebody else changed this after you opened the page. Reload the page before you change it.")


class Refusal(NamedTuple):
    """One refusal: the prefix of the form, the field (None for the whole form) and the sentence."""

    prefix: str | None
    field: str | None
    sentence: str


class Refused(Exception):
    """Something in a save was refused, so none of it may be kept."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(refusal.sentence for refusal in refusals))
        self.refusals = tuple(refusals)


_shown: ContextVar[tuple[Refusal, ...]] = ContextVar("shown", default=())


@contextmanager
def showing(refused: Refused) -> Iterator[None]:
    """The forms that are validated inside are invalid, with these refusals as their errors."""
    token = _shown.set(refused.refusals)
    try:
        yield
    finally:
        _shown.reset(token)


def raise_what_was_refused(forms: Iterable[VerbForm]) -> None:
    refusals = [refusal for form in forms for refusal in form.refusals]
    if refusals:
        raise Refused(refusals)


class VerbForm(forms.ModelForm):
    """A form whose values go to the core's verbs.

    fields_of: the field that an error of the core is about; one that is not named is about the whole form.
    request: who asks; its fields offer and take nothing but rows that the console shows them.
    """

    fields_of: ClassVar[dict[type[SharingError], str]] = {}
    request: HttpRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusals: list[Refusal] = []
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.queryset = scoped(field.queryset, self.request)

    @contextmanager
    def refusing(self, field: str | None = None, *, only: type[SharingError] = SharingError) -> Iterator[None]:
        """What the core refuses inside is kept as an error of `field`, if the error does not name one itself.

        only: errors of another kind are not about the field.
        """
        try:
            with transaction.atomic():
                yield
        except SharingError as error:
            named = self.fields_of.get(type(error)) or getattr(error, "field", None)
            about = field if isinstance(error, only) else None
            self.refusals.append(Refusal(self.prefix, named or about, sentence(error)))

    def changes(self, *fields: str) -> dict[str, Any]:
        """Those of the fields that the user changed, with their new values."""
        return {field: self.cleaned_data[field] for field in fields if field in self.changed_data}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for refusal in _shown.get():
            if refusal.prefix == self.prefix:
                self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)
        return cleaned


class VerbFormSet(forms.BaseInlineFormSet):
    """Rows of VerbForms."""

    def clean(self) -> None:
        """An error of its own, since Django overlooks errors in rows that are marked to be deleted."""
        prefixes = {form.prefix for form in self.forms}
        if any(refusal.prefix in prefixes for refusal in _shown.get()):
            raise forms.ValidationError("Nothing was saved. Each row that was refused says why.")


class StaleCheckedForm(VerbForm):
    """A form that knows which version its user saw, so that nobody overwrites what they never looked at."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["version"] = self.version_of(self.instance)

    def version_of(self, instance: Any) -> str:
        """A text that is another one after each change of what the form shows."""
        raise NotImplementedError

    def refuse_stale(self, now: Any) -> None:
        """A precondition for the verbs, which call it with the locked object as it stands. Raises ChangedMeanwhile."""
        if now is None or self.version_of(now) != self.cleaned_data["version"]:
            raise ChangedMeanwhile
