"""What is saved in the console is saved again, whole, where the database ended it in favour of another's change."""

from __future__ import annotations

from libraries.admin.pages.share_files import UploadForm
from libraries.db.retries import TRIES
from libraries.models import Event
from tests.admin.pages import library_page
from tests.admin.test_share_import import shown, table, upload
from tests.giving_way import gives_way


def test_a_save_that_gave_way_is_saved_again_and_recorded_once(console, handbook, monkeypatch):
    gives_way(monkeypatch, "libraries.library_lifecycle.record_of_library", 1)
    console.save(library_page(handbook), name="Manual")
    handbook.refresh_from_db()
    assert handbook.name == "Manual"
    assert Event.objects.filter(via="admin").count() == 1


def test_one_that_gives_way_each_time_changes_nothing(console, handbook, monkeypatch):
    gives_way(monkeypatch, "libraries.library_lifecycle.record_of_library", TRIES)
    answer = console.save(library_page(handbook), name="Manual")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    handbook.refresh_from_db()
    assert handbook.name == "Handbook"
    assert not Event.objects.filter(via="admin").exists()


def test_a_file_is_read_from_its_beginning(console, handbook, monkeypatch):
    file = table("handbook,bob,EDITOR,,for the audit")
    expected = shown(upload(console, file))

    def reads(form: UploadForm) -> object:
        form.cleaned_data["import_file"].read()
        return form.cleaned_data["import_file"]

    with monkeypatch.context() as patch:
        patch.setattr(UploadForm, "clean_import_file", reads)
        gives_way(patch, "libraries.admin.pages.share_files.UploadForm.clean_import_file", 1)
        assert shown(upload(console, file)) == expected
