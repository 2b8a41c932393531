"""A list of learners taken in: new, changed, the same, refused; those seen in messages are found in it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.learners.erased import digest_name, put_on_list
from app.learners.listing import list_learners
from app.learners.service import add_learner, get_learner, resolve_identity
from app.learners.sheet import read_sheet
from app.learners.values import IdentityKind, Name
from app.progress.learner_import import Outcome, Plan, apply_lines, in_batches, plan_lines


def take_in(session: Session, text: str, *, is_dry: bool = False) -> Outcome:
    sheet = read_sheet(text.encode())
    outcome, taken = Outcome.of(sheet), dict[str, int]()
    for lines in in_batches(sheet.lines):
        plan: Plan = (
            plan_lines(session, lines, taken=taken)
            if is_dry
            else apply_lines(session, lines, by="Ben", taken=taken)
        )
        outcome.add(plan)
    return outcome


def counts(outcome: Outcome) -> tuple[int, ...]:
    return tuple(outcome.counts().values())


def test_a_list_is_taken_in_once_and_the_second_time_changes_nothing(session: Session) -> None:
    ana_and_cora = '4711,Ana@x.org,"Diaz, Ana",Sales,Ben\n12,,Cora,,\n'
    text = f"id,email,name,group,manager\n{ana_and_cora},bad,,,\n,new@x.org,,,\n"
    assert counts(take_in(session, text, is_dry=True)) == (2, 0, 0, 2)
    assert list_learners(session) == []
    assert counts(take_in(session, text)) == (2, 0, 0, 2)
    assert counts(take_in(session, text)) == (0, 0, 2, 2)
    ana = list_learners(session, text="ana@")[0]
    assert (ana.name, ana.group, ana.manager, ana.is_provisional) == ("Diaz, Ana", "Sales", "Ben", False)
    assert set(ana.identities) == {("user_id", "4711"), ("email", "ana@x.org")}
    assert [each.name for each in list_learners(session, group="Sales")] == ["Diaz, Ana"]
    changed = take_in(session, "email,group\nana@x.org,Support\n")
    assert changed.examples[0].changes == ("group Sales → Support",)
    assert get_learner(session, ana.id).group == "Support"


def test_who_was_seen_in_messages_is_found_and_completed(session: Session) -> None:
    by_mail = resolve_identity(session, kind=IdentityKind.EMAIL, value="ana@x.org").learner_id
    by_id = resolve_identity(session, kind=IdentityKind.USER_ID, value="AB-1").learner_id
    outcome = take_in(session, 'id,email,name\nab-1,ana@x.org,"Diaz, Ana"\n')
    assert counts(outcome) == (0, 1, 0, 0)
    [ana] = list_learners(session)
    assert (ana.name, ana.is_provisional) == ("Diaz, Ana", False)
    assert {get_learner(session, each).id for each in (by_mail, by_id)} == {ana.id}


def test_two_known_learners_are_never_joined_by_a_line(session: Session) -> None:
    add_learner(session, name="Diaz, Ana", email="ana@x.org")
    add_learner(session, name="Smith, Cora", user_id="12")
    outcome = take_in(session, "id,email,name\n12,ana@x.org,Ana\n,c@x.org,Cora\n12,d@x.org,Dora\n")
    assert "Diaz, Ana and Smith, Cora" in outcome.errors[0].message
    assert [each.name for each in list_learners(session)] == ["Cora", "Diaz, Ana", "Smith, Cora"]


def test_two_lines_about_one_learner_are_told(session: Session) -> None:
    add_learner(session, name="Diaz, Ana", email="ana@x.org", user_id="12")
    outcome = take_in(session, "id,email,name\n12,,Ana\n,ana@x.org,Anna\n")
    assert [(each.number, each.message) for each in outcome.errors] == [
        (3, "line 2 speaks of the same learner")
    ]


def test_who_was_erased_does_not_come_back_with_a_list(session: Session) -> None:
    name = Name(IdentityKind.EMAIL, "", "ana@x.org")
    put_on_list(session, [digest_name(session, name)], clock.now())
    outcome = take_in(session, "email,name\nana@x.org,Ana\nc@x.org,Cora\n")
    assert counts(outcome) == (1, 0, 0, 1)
    assert "was erased" in outcome.errors[0].message
