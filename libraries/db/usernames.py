"""What an account can be called: one script, and no `@`."""

import re
import unicodedata

USERNAME_SIGNS = "._+-"
SCRIPTS = frozenset(
    # fmt: off
    (
        "ARABIC",
        "ARMENIAN",
        "BENGALI",
        "BOPOMOFO",
        "CJK",
        "CYRILLIC",
        "DEVANAGARI",
        "ETHIOPIC",
        "GEORGIAN",
        "GREEK",
        "GUJARATI",
        "GURMUKHI",
        "HANGUL",
        "HEBREW",
        "HIRAGANA",
        "KANNADA",
        "KATAKANA",
        "KHMER",
        "LAO",
        "LATIN",
        "MALAYALAM",
        "MYANMAR",
        "ORIYA",
        "SINHALA",
        "TAMIL",
        "TELUGU",
        "THAANA",
        "THAI",
        "TIBETAN",
    )
    # fmt: on
)
"""Those that Unicode recommends for identifiers (UAX 31), as the names of their characters begin; CJK is Han."""
USUAL_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""How Japanese, Chinese and Korean are written: what Unicode's “highly restrictive” level admits (UTS 39)."""


def username_fault(name: str) -> str:
    """Why no account is called `name` from here on; nothing where one can be.

    A name has one script, so that none looks like another by a letter of elsewhere: `alice` with a Cyrillic `а` is
    refused. Look-alikes within one script (`l` and `I`, `rn` and `m`), and names that are in another script as a whole
    (`аасе`, all of it Cyrillic), are not told apart. It never holds `@`, so it reads like nobody's e-mail.
    """
    if name in (".", ".."):
        return "“.” and “..” are no usernames: an address cannot hold them."
    if unicodedata.normalize("NFKC", name) != name:
        return "A username has no characters that only look different from others, such as full-width letters."
    if not name or not all(character.isalnum() or character in USERNAME_SIGNS for character in name):
        return "A username has letters, digits, and the characters . _ + - alone."
    if not _are_of_one_script({_script_of(character) for character in name if not _is_in_all_scripts(character)}):
        return "The letters of a username are all of one script: some of these only look like others."
    if len({ord(each) - unicodedata.digit(each) for each in name if each.isdecimal()}) > 1:
        return "The digits of a username are all of one kind."
    return ""


def _is_in_all_scripts(character: str) -> bool:
    return character in USERNAME_SIGNS or character in "0123456789"


def _script_of(character: str) -> str:
    """The word by which the names of a script's letters and digits begin."""
    word = re.split("[ -]", unicodedata.name(character, "").removeprefix("EXTENDED "))[0]
    return "CJK" if word == "IDEOGRAPHIC" else word


def _are_of_one_script(scripts: set[str]) -> bool:
    alone = len(scripts) <= 1 and scripts <= SCRIPTS
    return alone or any(scripts <= together for together in USUAL_TOGETHER)
