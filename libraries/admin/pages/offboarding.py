"""Letting a member go: a page that tells what leaving takes (R12), then does it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from libraries.admin.forms.fields import SuggestingInput
from libraries.admin.forms.refusals import sentence
from libraries.admin.rows.visible import person_named, visible_rows
from libraries.console import actor_of, site
from libraries.errors import LastAdministrator, SharingError
from libraries.models import Organization, User
from libraries.people.departure import Departure, preview_departure
from libraries.people.members import remove_member


class SuccessorForm(forms.Form):
    """Who becomes the owner of what the leaver owns alone; asked for only where there is such a library."""

    successor = forms.CharField(
        max_length=254,
        widget=SuggestingInput(),
        help_text="A member who becomes the owner of the libraries that nobody else owns.",
        error_messages={"required": "Name a successor, or transfer these libraries first."},
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["successor"].widget.attrs["data-suggestions"] = reverse("admin:suggest_people")

    def clean_successor(self) -> User | None:
        if not self.cleaned_data["successor"]:
            return None
        if found := person_named(self.request, self.cleaned_data["successor"]):
            return found
        raise forms.ValidationError(f"There is no person “{self.cleaned_data['successor']}” that you may see.")


@site.page("offboard/<uuid:organization>/<uuid:person>/", name="offboard")
def offboard(request: HttpRequest, organization: UUID, person: UUID) -> HttpResponse:
    """On GET what would go; on POST it goes, in one transaction."""
    home = get_object_or_404(visible_rows(request, Organization), pk=organization)
    leaver = get_object_or_404(visible_rows(request, User), pk=person)
    departure = _departure(home, leaver, request)
    form = SuccessorForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and _offboard(departure, form, request):
        messages.success(request, f"{leaver} is no longer in {home}.")
        return HttpResponseRedirect(reverse("admin:libraries_organization_change", args=[home.pk]))
    context = {
        **site.each_context(request),
        "title": f"Offboard {leaver} from {home}?",
        "departure": departure,
        "form": form,
    }
    return TemplateResponse(request, "admin/offboard.html", context)


def _departure(organization: Organization, person: User, request: HttpRequest) -> Departure:
    """Raises Http404 for who is no member, which a second click on the button makes of somebody."""
    try:
        return preview_departure(organization=organization, user=person, actor=actor_of(request))
    except SharingError as error:
        raise Http404 from error


def _offboard(departure: Departure, form: SuccessorForm, request: HttpRequest) -> bool:
    """Whether the member has gone; if not, the form says why."""
    form.fields["successor"].required = bool(departure.owned_alone)
    if not form.is_valid():
        return False
    try:
        remove_member(
            organization=departure.organization,
            user=departure.user,
            successor=form.cleaned_data["successor"],
            actor=actor_of(request),
        )
    except SharingError as error:
        form.add_error(None if isinstance(error, LastAdministrator) else "successor", sentence(error))
        return False
    return True
