"""The one normal form of what identifies: usernames, e-mail addresses, skus and names.

Each kind has a clean form, which is stored and shown, and a key. Texts with one key mean the same, in
whatever case, width or composition they are typed. Keys are computed here alone and kept in columns of their
own (`apps/core/database/key_columns.py`), so that look-up, uniqueness and counting agree on every database.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

import idna

MAX_LOCAL_LENGTH, MAX_ADDRESS_LENGTH = 64, 254  # characters: RFC 5321, 4.5.3.1
MAX_KEY_LENGTH = 255  # characters; an index holds no text of any length

# What no reader sees: Default_Ignorable_Code_Point of Unicode 17, control characters, interlinear annotation.
# NUL stays: it is refused, not mended.
_UNSEEN = (
    "\u0001-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e"
    "\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
# The same, but between visible characters they choose how these look: joiners, variation selectors, flags.
_SHAPING = "\u034f\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef"
_unseen, _invisible = re.compile(f"[{_UNSEEN}]"), re.compile(f"[{_UNSEEN}{_SHAPING}]")
_JOINERS = "\u200c\u200d"
# Texts that need no more than a look: a large table has millions of them. Nothing of the first
# kind is invisible, or composed otherwise than NFC; of the second, NFKC_Casefold changes but the case.
_is_clean = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2015\u2018-\u201e\u2026\u2032-\u2034]*"
).fullmatch
_has_plain_letters = re.compile("[ -~\u0400-\u0482\u048a-\u052f]*").fullmatch
_BLANKS = str.maketrans({"\N{BRAILLE PATTERN BLANK}": " "})  # the one space that is none for Unicode
# Dash_Punctuation of Unicode 17 that folding leaves, and what looks like it: a minus, a bullet, a modifier.
# By code points, as above: the categories of each Python are those of another Unicode.
_dash = re.compile(
    "[\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
    "\u301c\u3030\u30a0\U00010d6e\U00010ead]"
)

# Folded characters, by the Latin letter that they look like in small or capital: confusables.txt of Unicode
# (UTS 39), without what is rare. `I`, `l` and `1` are one.
_LOOKS = {
    ord(twin): look[0]
    for look in (
        *("aɑαа", "bƅβвь", "cᴄс", "dԁ", "eεе", "fϝꞙ", "gɡԍ", "hηнһ", "jϳј", "kκк", "l1iıɩɪιіӏ", "mμм", "nν"),
        *("o0οσоᴏ", "pρр", "qԛ", "rʀг", "sƽѕꜱ", "tτт", "uʋυᴜ", "vѵᴠ", "wѡԝᴡ", "xχх", "yʏγуү", "zζᴢ"),
    )
    for twin in look
}
_ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE"}  # which share looks

_AT = re.compile("[@＠﹫]")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_TOP_LEVEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]+")
# No mail crosses the internet to these: RFC 6761, 6762, 7686 and 8375, ICANN's `.internal`, and what routers
# call a home network. `.example` and `.test` stay for documents and tests.
_LOCAL_NAMES = {"arpa", "home", "internal", "invalid", "lan", "local", "localdomain", "localhost", "onion"}


@dataclass(frozen=True)
class IdentifierKind:
    """A kind of identifier: how it is stored, and what it is known by. Applied again, both change nothing."""

    clean: Callable[[str], str]
    key: Callable[[str], str]


def is_blank(text: str) -> bool:
    """Tell whether nothing of the text can be seen."""
    return not _in_one_line(without_invisible(text))


def clean_name(text: str) -> str:
    """Return a name as it is shown: in one line, without invisible characters, composed (NFC).

    Joiners and the like stay inside of it: without them some scripts, and emoji, look otherwise.
    """
    if _is_clean(text):
        return " ".join(text.split())
    shown = _in_one_line(unicodedata.normalize("NFC", _unseen.sub("", text))).strip(f"{_JOINERS} ")
    return "" if is_blank(shown) else shown


def clean_code(text: str) -> str:
    """Return what people copy rather than read, such as a sku: as a name, without any invisible character."""
    if _is_clean(text):
        return " ".join(text.split())
    return _in_one_line(unicodedata.normalize("NFC", without_invisible(text)))


def clean_capitals(text: str) -> str:
    """Return a text that people type in any case and that is kept in capitals, such as a coupon's code."""
    return unicodedata.normalize("NFC", text.strip().upper())


def clean_username(text: str) -> str:
    """Return a username as Django stores it, in compatible characters (NFKC), without invisible ones."""
    return _in_one_line(unicodedata.normalize("NFKC", without_invisible(text)))


def clean_email(text: str) -> str:
    """Return an address as mail is sent to it: the local part in ASCII, the domain in IDNA and lower case.

    Raises ValueError for what is no mailbox of the internet, local names and quoted local parts among it.
    """
    local, _at, domain = _AT.sub("@", text.strip()).rpartition("@")
    local = unicodedata.normalize("NFKC", without_invisible(local))
    address = f"{local}@{_mail_domain(domain)}"
    if not _LOCAL.fullmatch(local) or len(local) > MAX_LOCAL_LENGTH or len(address) > MAX_ADDRESS_LENGTH:
        raise ValueError("no mailbox")
    return address


def mailbox_of(text: str) -> str:
    """Return the address in its clean form; what is no mailbox stays as it is."""
    try:
        return clean_email(text)
    except ValueError:
        return text.strip()


def as_stored(text: str) -> str:
    """Return what people look for as it would be stored: a whole address as mail is sent to it."""
    return mailbox_of(clean_name(text))


def without_invisible(text: str) -> str:
    """Return the text without the characters that no reader sees."""
    return _invisible.sub("", text)


def with_hyphens(text: str) -> str:
    """Return the text, which is decomposed, with a hyphen in place of every dash."""
    return _dash.sub("-", text)


def name_key(text: str) -> str:
    """Return what the text has in common with all that look alike: no case, no width, nothing invisible."""
    if _has_plain_letters(text):
        return _bounded(" ".join(text.casefold().split()))
    # NFKC_Casefold of Unicode, as D146 has it: a folded character can come apart again.
    decomposed = unicodedata.normalize("NFKD", without_invisible(text)).casefold()
    once_more = unicodedata.normalize("NFKD", decomposed).casefold()
    return _bounded(_in_one_line(unicodedata.normalize("NFKC", once_more)))


def look_of(text: str) -> str:
    """Return what the text has in common with all that look like it: Latin words, parted by hyphens."""
    return "-".join(re.findall(r"[^\W_]+", name_key(text).translate(_LOOKS)))


def mixes_alphabets(text: str) -> bool:
    """Tell whether a word of the text has letters of more than one alphabet, of those that share looks."""
    words = re.findall(r"[^\W\d_]+", text)
    return any(len({_alphabet(letter) for letter in word} & _ALPHABETS) > 1 for word in words)


def email_key(text: str) -> str:
    """Return what all spellings of one mailbox have in common."""
    return _bounded(mailbox_of(text).lower())


def username_key(text: str) -> str:
    """Return what all spellings of a username have in common. An address has the key of its mailbox."""
    name, key = clean_username(text), name_key(text)
    if "@" in key:
        for spelling in (name, key):  # what is no mailbox can be folded to one
            with suppress(ValueError):
                return clean_email(spelling).lower()
    return key


def code_key(text: str) -> str:
    """Return what all spellings of a sku have in common; a spreadsheet makes other dashes of its hyphens."""
    return with_hyphens(name_key(text))


USERNAME = IdentifierKind(clean_username, username_key)
EMAIL = IdentifierKind(mailbox_of, email_key)
CODE = IdentifierKind(clean_code, code_key)
NAME = IdentifierKind(clean_name, name_key)
CAPITALS = IdentifierKind(clean_capitals, clean_capitals)


def _in_one_line(text: str) -> str:
    return " ".join(text.translate(_BLANKS).split())


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _mail_domain(text: str) -> str:
    domain = idna.encode(text.removesuffix("."), uts46=True, std3_rules=True).decode("ascii")
    parent, _dot, top = domain.rpartition(".")
    if not (parent and _TOP_LEVEL.fullmatch(top)) or top in _LOCAL_NAMES:
        raise ValueError("no domain of the internet")
    return domain


def _bounded(key: str) -> str:
    # Some characters fold to eighteen others. What is longer than an index can hold is known by its digest.
    return key if len(key) <= MAX_KEY_LENGTH else sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
