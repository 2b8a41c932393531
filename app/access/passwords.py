"""What a new password must be: long, not a well-known one, not made of one's own name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.words import worded

MIN_LENGTH = 12
MAX_LENGTH = 256

# What people type when asked for twelve characters. Compared without case, digits' look-alikes and tail.
_COMMON = frozenset(
    (
        "password",
        "passwordpassword",
        "passphrase",
        "mypassword",
        "newpassword",
        "thepassword",
        "yourpassword",
        "administrator",
        "adminadmin",
        "adminadminadmin",
        "adminpassword",
        "rootroot",
        "letmein",
        "letmeinletmein",
        "letmeinplease",
        "welcome",
        "welcomewelcome",
        "welcomeback",
        "changeme",
        "changemenow",
        "changemeplease",
        "changemechangeme",
        "pleasechange",
        "pleasechangeme",
        "qwertyuiop",
        "qwertyuiopas",
        "qwertyuiopasdf",
        "qwertyqwerty",
        "qwertyqwertyqwerty",
        "qwerty",
        "qazwsxedc",
        "qazwsxedcrfv",
        "zxcvbnm",
        "asdfghjkl",
        "asdfghjklzxcvbnm",
        "iloveyou",
        "iloveyouiloveyou",
        "iloveyousomuch",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
        "batman",
        "trustno",
        "trustnoone",
        "monkey",
        "dragon",
        "master",
        "shadow",
        "michael",
        "jennifer",
        "jordan",
        "starwars",
        "computer",
        "internet",
        "secret",
        "secretsecret",
        "topsecret",
        "supersecret",
        "linkedin",
        "linkedinlearning",
        "linkedinlinkedin",
        "learning",
        "learninglearning",
        "waymark",
        "waymarkwaymark",
        "waymarkadmin",
        "waymarkpassword",
        "company",
        "companypassword",
        "correcthorsebatterystaple",
        "correcthorsebattery",
        "summer",
        "winter",
        "spring",
        "autumn",
        "monday",
        "january",
        "testtest",
        "testtesttest",
        "testpassword",
        "test",
        "testing",
        "testingtesting",
        "abcdefghijkl",
        "abcdefghijklmnop",
        "abcdefgh",
        "abcabcabcabc",
        "nothing",
        "whatever",
    )
)
_LOOK_ALIKES = str.maketrans("0134578@$!", "oieastbasi")
_SEQUENCES = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "09876543210987654321",
)


class BadPassword(ValueError):
    """The password is too easy to guess; the message says why and is fit to show."""


def check_new_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Raise BadPassword unless the password will do; `about` holds the person's own name and address."""
    if len(password) < MIN_LENGTH:
        raise BadPassword(worded("Use at least %(n)s characters; a few words in a row do well", n=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        raise BadPassword(worded("Use at most %(n)s characters", n=MAX_LENGTH))
    folded = password.casefold()
    if len(set(folded)) < 5 or any(folded in sequence for sequence in _SEQUENCES):
        raise BadPassword(worded("This repeats a few keys and is quickly guessed; choose other words"))
    if not _COMMON.isdisjoint(_cores(folded)):
        raise BadPassword(worded("This is one of the passwords tried first; choose other words"))
    if _left_over(folded, about) < MIN_LENGTH // 2:
        raise BadPassword(worded("This is made of your own name or address; choose other words"))


def _cores(text: str) -> set[str]:
    """Drop what is added to reach a length: digits and signs at both ends, separators, look-alikes."""
    bare = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", text)
    return {re.sub(r"[\W_]", "", each) for each in (bare, bare.translate(_LOOK_ALIKES))}


def _left_over(folded: str, about: Iterable[str]) -> int:
    for text in about:
        for word in re.split(r"\W+", text.casefold()):
            if len(word) >= 3:
                folded = folded.replace(word, "")
    return len(folded)
