"""Kazakh words in order and in search, the same in Python and in the database.

Neither the server's locale nor ICU is asked: `kazakh.sql` holds the same tables as SQL functions
`kk_order(text)` and `kk_fold(text)`, immutable, fit for stored generated columns and for indexes with
`COLLATE "C"`.  Change a table here and there together; the tests compare the two.
"""

import re
from pathlib import Path
from typing import Final
from unicodedata import normalize

SQL: Final = Path(__file__).with_suffix(".sql")
"""The two functions for the database; a migration runs this file's text."""

ALPHABET: Final = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_CAPITALS = ALPHABET.upper()

# Letters of neighbouring alphabets, and Latin ones typed in their place, stand where their nearest relative stands.
_STRANGERS, _RELATIVES = "ґєїўҳҗəɵҐЄЇЎҲҖƏƟ", "геіухжәөгеіухжәө"

_MARKED = {
    "a": "äáàâãåāÄÁÀÂÃÅĀ",
    "c": "çčćÇČĆ",
    "e": "éèêëēěÉÈÊËĒĚ",
    "g": "ğǵĞǴ",
    "i": "ıíìîïīİÍÌÎÏĪ",
    "n": "ñńŋÑŃŊ",
    "o": "öóòôõōøÖÓÒÔÕŌØ",
    "s": "şšśŞŠŚ",
    "u": "üúùûūůÜÚÙÛŪŮ",
    "y": "ýÿÝŸ",
    "z": "žźżŽŹŻ",
}

_LOOK_ALIKES = str.maketrans("ABCEHIKMOPTXYabcehikmoptxyəɵƏƟ", "АВСЕНІКМОРТХУаьсеһікмортхуәөӘӨ")

_SPACES = (
    "\t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003"
    "\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_HYPHENS = "-_‐‑‒–—―−"
_PUNCTUATION = ".,;:!?()[]{}/\\|*№#…·"
_QUOTES = "«»\"“”„‟‹›″'’‘‚‛`´ʼʹ′"
_INVISIBLE = "\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"

_FIRST_KEY = 0xE000  # private use: above every Latin and Cyrillic letter, so Kazakh letters follow Latin and digits
_SMALL_LATIN = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)} | {
    ord(marked): plain for plain, family in _MARKED.items() for marked in family
}
_PLACE = {letter: chr(_FIRST_KEY + place) for place, letter in enumerate(ALPHABET)}
_TO_KEY = (
    _SMALL_LATIN
    | {ord(letter): key for letter, key in _PLACE.items()}
    | {ord(capital): _PLACE[letter] for capital, letter in zip(_CAPITALS, ALPHABET, strict=True)}
    | {ord(stranger): _PLACE[letter] for stranger, letter in zip(_STRANGERS, _RELATIVES, strict=True)}
    | dict.fromkeys(map(ord, _SPACES + _HYPHENS), " ")
    | dict.fromkeys(map(ord, _QUOTES + _INVISIBLE))
)

_NEAREST = dict(zip("әғқңөұүһіёй", "агкноуухиеи", strict=True))
_TO_FOLDED = (
    _SMALL_LATIN
    | {ord(letter): _NEAREST.get(letter, letter) for letter in ALPHABET}
    | {ord(capital): _NEAREST.get(letter, letter) for capital, letter in zip(_CAPITALS, ALPHABET, strict=True)}
    | {ord(stranger): _NEAREST.get(letter, letter) for stranger, letter in zip(_STRANGERS, _RELATIVES, strict=True)}
)
_TO_CYRILLIC = _LOOK_ALIKES | {
    ord(marked): ord(letter) for plain, letter in zip("aceioy", "асеіоу", strict=True) for marked in _MARKED[plain]
}
_TO_WORDS = dict.fromkeys(map(ord, _SPACES + _HYPHENS + _PUNCTUATION), " ") | dict.fromkeys(
    map(ord, _QUOTES + _INVISIBLE)
)

_BLANKS = str.maketrans(dict.fromkeys(_SPACES, " ") | dict.fromkeys(_INVISIBLE))
_CYRILLIC = frozenset(ALPHABET + _CAPITALS + _STRANGERS)
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"[0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_NUMBER_WIDTH = 6


def order_key(text: str) -> str:
    """A key whose plain comparison is the order of the Kazakh alphabet.

    Case does not count; punctuation, digits and Latin come before Kazakh letters; «№ 2» comes before «№ 10»
    (numbers of up to six digits); quotes and apostrophes do not count; a hyphen counts as a space, and a space
    comes before every letter.  Texts that differ in nothing else get equal keys: add the primary key as the last
    column of a listing.
    """
    key = _plain(text).translate(_TO_KEY)
    key = _NUMBER.sub(lambda found: found.group().lstrip("0").rjust(_NUMBER_WIDTH, "0"), key)
    return " ".join(word for word in key.split(" ") if word)


def fold(text: str) -> str:
    """The text as search compares it: two spellings people take for one another fold to the same.

    Case, Kazakh letters and their Russian neighbours (ә/а, ғ/г, қ/к, ң/н, ө/о, ұ/ү/у, һ/х, і/и), ё/е, й/и (often
    typed without its breve, and written as two characters by some systems), marks over Latin letters, Latin letters
    that look Cyrillic inside a Cyrillic word, quotes, punctuation and the width of gaps make no difference.
    """
    words = _plain(text).translate(_TO_WORDS).split(" ")
    return " ".join(_in_cyrillic(word, _TO_CYRILLIC).translate(_TO_FOLDED) for word in words if word)


def tidy(text: str) -> str:
    """The text in composed letters, without invisible characters, every run of gaps one space, none at the ends."""
    return " ".join(normalize("NFC", text).translate(_BLANKS).split())


def repair(text: str) -> str:
    """The text with Latin look-alikes in Cyrillic words put right («Aсель» with a Latin A becomes «Асель»).

    A Latin h becomes һ and a Latin H becomes Н: that is what each looks like.  Words without a Cyrillic letter stay.
    """
    return _LETTERS.sub(lambda found: _in_cyrillic(found.group(), _LOOK_ALIKES), normalize("NFC", text))


def cyrillic(text: str) -> str:
    """The text with every Latin look-alike made Cyrillic, for short codes such as «7A» that have no other letter."""
    return text.translate(_LOOK_ALIKES)


def _plain(text: str) -> str:
    """No loose accents; й and ё, which some systems write as a letter and a mark, are one character each."""
    whole = text.replace("и\u0306", "й").replace("И\u0306", "Й").replace("е\u0308", "ё").replace("Е\u0308", "Ё")
    return _ACCENTS.sub("", whole)


def _in_cyrillic(word: str, look_alikes: dict[int, int]) -> str:
    return word.translate(look_alikes) if not _CYRILLIC.isdisjoint(word) else word
