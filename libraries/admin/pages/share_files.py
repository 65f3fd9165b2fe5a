"""The list's import and export pages: the upload, the preview, the file that is sent back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm
from import_export.tmp_storages import BaseStorage

from libraries.admin.pages.share_formats import CSV, JSONLines
from libraries.admin.pages.share_import import ShareResource
from libraries.models import Share
from libraries.share_files.columns import FileRefused

EXPORTED = 50_000
"""How many shares one file holds; it is put together in memory."""
HELP = (
    "The columns library, principal, level, expires_at and note; the last two may lack. CSV with commas, semicolons or "
    "tabs, or JSON Lines; UTF-8, or UTF-16 with its mark. An empty level takes the share away, a date without a time "
    "means the end of that day in UTC, and a principal may go by e-mail."
)
KEPT_FOR = 3600
"""Seconds in which a previewed import can be confirmed."""


class SignedUpload(BaseStorage):
    """The uploaded file on its way from the preview to the confirmation, in the form: no server keeps it meanwhile.

    Signed, so that nothing is unpacked that was not packed here. Raises signing.BadSignature.
    """

    salt = "libraries.admin.pages.share_files"

    def save(self, data: bytes) -> None:
        self.name = signing.dumps(data.decode("latin-1"), salt=self.salt, compress=True)

    def read(self) -> bytes:
        data: str = signing.loads(self.name, salt=self.salt, max_age=KEPT_FOR)
        return data.encode("latin-1")

    def remove(self) -> None:
        """Nothing is kept."""


class UploadForm(ImportForm):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["import_file"].help_text = HELP

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > settings.MAX_IMPORT_BYTES:
            raise forms.ValidationError(
                f"The file has more than {settings.MAX_IMPORT_BYTES:,} bytes. Split it into several."
            )
        return file


class ShareFiles(ImportExportMixin):
    """Import and export for the list of shares, by the same verbs and with the same scope as its pages."""

    resource_classes = [ShareResource]
    formats = [CSV, JSONLines]
    import_form_class = UploadForm
    export_form_class = ExportForm
    import_template_name = "admin/libraries/share/import.html"
    tmp_storage_class = SignedUpload
    skip_admin_log = True  # each change is an event

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_resource_kwargs(self, request: HttpRequest, *arguments: Any, **options: Any) -> dict[str, Any]:
        return {"request": request}

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if isinstance(e, FileRefused):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)

    def process_import(self, request: HttpRequest, **options: Any) -> HttpResponse:
        try:
            return super().process_import(request, **options)
        except (signing.BadSignature, ValueError, IndexError):
            return self._start_over(request, "The preview is too old, or not from here. Upload the file again.")

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            told = f"Nothing was imported: {len(result.invalid_rows)} rows are refused since the preview."
            return self._start_over(request, f"{told} Upload the file again to see why.")
        return super().process_result(result, request)

    def _start_over(self, request: HttpRequest, told: str) -> HttpResponse:
        self.message_user(request, told, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:libraries_share_import"))

    def export_action(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and self._chosen(request)[EXPORTED : EXPORTED + 1].exists():
            told = f"A file holds {EXPORTED:,} shares at most. Narrow the list by its filters, and export it in parts."
            self.message_user(request, told, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().export_action(request)

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: QuerySet[Share], **options: Any) -> Any:
        """The writer of the commands writes it. Raises PermissionDenied."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        return file_format.file_of(queryset)

    def _chosen(self, request: HttpRequest) -> QuerySet[Share]:
        return self.get_export_queryset(request)

    def get_valid_export_item_pks(self, request: HttpRequest) -> list[Any]:
        """Nobody names rows to export one by one."""
        return []
