"""A pytest plugin (`-p`) that imports one module from another source: MUTANT names its file and the source, by `:`."""

from __future__ import annotations

import os
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

_file, _, _source = os.environ["MUTANT"].partition(":")
_get_code = SourceFileLoader.get_code


def _get_code_or_mutant(self: SourceFileLoader, fullname: str) -> CodeType | None:
    if self.path == _file:
        return compile(Path(_source).read_text(), _file, "exec", dont_inherit=True)
    return _get_code(self, fullname)


SourceFileLoader.get_code = _get_code_or_mutant  # type: ignore[assignment, method-assign]
