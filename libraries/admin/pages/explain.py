"""The Explain page: one person, one library, the verdict, and every share behind it. It changes nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse_lazy

from libraries.access.check import get_library_for
from libraries.access.explain import Effect, Explanation, Reason, get_explanation_for
from libraries.admin.forms.fields import SuggestingInput
from libraries.admin.rows.visible import library_named, person_named
from libraries.console import actor_of, site
from libraries.errors import ActionNotAllowed, AmbiguousName, SharingError
from libraries.identifiers import NATURAL_ID_LENGTH, SLUG_LENGTH
from libraries.models import Library
from libraries.rules.levels import Action

EFFECTS = {
    Effect.COUNTS: "Counts: it is the highest that reaches them",
    Effect.BELOW: "Changes nothing: another one is higher",
    Effect.SHUT_OUT: "Taken away by a shut-out that is as narrow or narrower",
    Effect.SHUTS_OUT: "Shuts out of every share that is as broad or broader",
    Effect.EXPIRED: "Over: it counts for nothing",
    Effect.INACTIVE: "Changes nothing: the account is inactive",
}
"""What a share did, in words."""


def told(reason: Reason) -> str:
    return EFFECTS[reason.effect]


class ExplainForm(forms.Form):
    """Whom and what the page is about; the names as people write them, so that an address can be written by hand."""

    person = forms.CharField(
        max_length=254,
        widget=SuggestingInput(reverse_lazy("admin:suggest_people")),
        help_text="A username or an e-mail address.",
        error_messages={"required": "Name a person."},
    )
    library = forms.CharField(
        max_length=SLUG_LENGTH + 1 + NATURAL_ID_LENGTH,
        widget=SuggestingInput(reverse_lazy("admin:suggest_libraries")),
        help_text="Any of a library's ids, such as “handbook”.",
        error_messages={"required": "Name a library."},
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_library(self) -> Library:
        """The library with the asker's access; what one may not see does not exist (R9)."""
        name = self.cleaned_data["library"]
        try:
            found = library_named(self.request, name)
        except AmbiguousName as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if found:
            return get_library_for(actor_of(self.request), str(found.pk), Action.VIEW)
        raise forms.ValidationError(f"There is no library “{name}” that you may see. Choose one of the suggestions.")

    def clean(self) -> dict[str, Any]:
        """The explanation, if the asker may have it: the core says of whom."""
        cleaned = super().clean() or {}
        if {"person", "library"} <= cleaned.keys():
            known = person_named(self.request, cleaned["person"])
            username = known.username if known else cleaned["person"]
            try:
                cleaned["explanation"] = get_explanation_for(actor_of(self.request), cleaned["library"], username)
            except SharingError as error:
                self.add_error("person", f"{error} Choose one of the suggestions.")
        return cleaned


@site.page("explain/", name="explain")
def explain_page(request: HttpRequest) -> HttpResponse:
    """`?person=dave&library=handbook`; without both, only the form."""
    asked = request.GET if request.GET.keys() & ExplainForm.base_fields.keys() else None
    form = ExplainForm(asked, request=request)
    explanation = form.cleaned_data["explanation"] if form.is_valid() else None
    context = {
        **site.each_context(request),
        "title": "Explain",
        "form": form,
        "explanation": explanation,
        "reasons": [(reason, told(reason)) for reason in explanation.reasons] if explanation else (),
        "actions": _actions(explanation) if explanation else (),
    }
    return TemplateResponse(request, "admin/explain.html", context)


def _actions(explanation: Explanation) -> list[tuple[str, bool]]:
    """Each action in words, and whether the person may do it."""
    return [
        (ActionNotAllowed.WORDS[action].capitalize(), action in explanation.access.actions)
        for action in (Action.VIEW, Action.VIEW_SHARES, Action.CHANGE, Action.SHARE, Action.TRANSFER, Action.DELETE)
    ]
