"""Measurements of the whole, each a program of its own: see README.md."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharing_project.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()
