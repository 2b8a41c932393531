"""Whom somebody seen may be: ranked, with the reason, and never guessed between two."""

from __future__ import annotations

import pytest

from app.learners.matching import choose, digest_of, suggest
from app.learners.values import Learner, name_key, stem_of


def person(name: str, *identities: tuple[str, str], known: bool = True) -> Learner:
    return Learner(name.casefold(), name, identities, is_provisional=not known, is_demo=False)


ANA = person("Diaz, Ana", ("email", "ana.diaz@example.com"), ("user_id", "AD-4711"))
CORA = person("Smith, Cora", ("email", "cora@example.com"))


@pytest.mark.parametrize(
    ("name", "identity", "least", "words"),
    [
        ("x", ("account", "Ana.Diaz@example.com"), 97, "same e-mail address"),
        ("x", ("mbox_sha1sum", digest_of("ana.diaz@example.com")), 97, "digest"),
        ("x", ("account", "AD-4711"), 92, "from another source"),
        ("x", ("aicc_student_id", "ad-4711"), 90, "apart from capital letters"),
        ("x", ("user_id", "ana.diaz"), 80, "before the @"),
        ("Ána DIAZ", ("user_id", "77"), 78, "same name"),
        ("77", ("account", "diaz.ana2"), 76, "spells this name"),
        ("x", ("email", "ana.diaz@old.example"), 76, "spells this name"),
        ("Anna Diaz", ("user_id", "77"), 50, "similar name"),
    ],
)
def test_what_they_have_in_common_is_named(
    name: str, identity: tuple[str, str], least: int, words: str
) -> None:
    [found] = suggest(person(name, identity, known=False), [CORA, ANA])
    assert found.learner is ANA
    assert (found.percent >= least, words in found.reason) == (True, True), found


def test_who_has_nothing_in_common_is_not_suggested() -> None:
    assert suggest(person("Moor, Ben", ("user_id", "77"), known=False), [ANA, CORA]) == ()
    # One word alone, such as a first name, tells nobody apart.
    assert suggest(person("Ana", ("user_id", "77"), known=False), [person("Ana")]) == ()


def test_two_who_fit_as_well_are_never_chosen_between() -> None:
    stranger = person("Ana Diaz", ("user_id", "77"), known=False)
    twin = person("Díaz, Ana", ("user_id", "AD-9"))
    assert choose(suggest(stranger, [ANA])) is not None
    assert len(suggest(stranger, [ANA, twin])) == 2
    assert choose(suggest(stranger, [ANA, twin])) is None
    assert choose(suggest(person("Anna Diaz", ("user_id", "7"), known=False), [ANA])) is None
    assert choose(()) is None


def test_names_and_values_are_compared_in_one_form() -> None:
    assert name_key("Díaz, Ana") == name_key("ANA  DIAZ") == "ana diaz"
    assert name_key("山田, 太郎") == name_key("太郎 山田")
    assert name_key("?!") == "?!"
    assert (stem_of("ana@x.org"), stem_of("4711"), stem_of("@x")) == ("ana", "4711", "@x")
