"""Django's commands: `manage.py` in a checkout, `sharing-manage` where the package is installed."""

import os
import sys

from sharing_project.private_files import create_private_files


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharing_project.settings")
    # A command's standard output belongs to its answer, which a program may be reading.
    os.environ.setdefault("LOG_STREAM", "stderr")
    create_private_files()
    from django.core.management import execute_from_command_line

    from libraries.management.output import tell_crash

    sys.excepthook = tell_crash
    execute_from_command_line(sys.argv)
