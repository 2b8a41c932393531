"""What an LMS's reply to PutParam or ExitAU means for a delivery."""

from __future__ import annotations

from app.delivery.verdicts import DELIVERED, Fate, Verdict, judge_status
from app.hacp.upstream_wire import NoAnswer, parse_answer
from app.words import worded

SESSION_LOST = "lms_session"


def judge(status: int, headers: dict[str, str], body: bytes) -> Verdict:
    """Return what became of it; HTTP 200 with an error, a web page or a sign-in form is a failure."""
    try:
        answer = parse_answer(body, status=status)
    except NoAnswer as error:
        if status >= 300:
            return judge_status(status, headers, "")
        return Verdict(Fate.RETRY, error.code, error.sentence)
    if answer.is_success:
        return DELIVERED
    said = f": {answer.text}" if answer.text else ""
    if answer.has_lost_session:
        reason = worded(
            "the LMS knows the session no longer (error=3%(said)s); it is told at the learner's next launch",
            said=said,
        )
        return Verdict(Fate.DEAD, SESSION_LOST, reason)
    return Verdict(
        Fate.RETRY,
        f"hacp_{answer.code}",
        worded("the LMS answered error=%(code)s%(said)s", code=answer.code, said=said),
    )
