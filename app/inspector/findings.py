"""Findings: a stable code, a plain sentence, and who can fix it. Sans-I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen in one exchange; `detail` names it exactly and holds no secret."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    sentence: str
    who: str


_LINKEDIN_ADMIN = "LinkedIn Learning admin"
_LMS_ADMIN = "whoever runs the LMS"
_ENGINEER = "whoever set up the integration"
_OPERATOR = "whoever runs this server"

# The documentation of the codes is this table.
EXPLANATIONS: dict[str, Explanation] = {
    "A2": Explanation(
        "The AICC session is unknown, expired or closed: an old bookmark, or a launch from another server.",
        _ENGINEER,
    ),
    "A5": Explanation("The status and the percentage disagree; the rules of progress decided.", "nobody"),
    "A7": Explanation(
        "The AICC data could not be read in full; what was readable was used.", "the content's vendor"
    ),
    "A9": Explanation("The AICC session was closed when more data came; it is parked, not lost.", "nobody"),
    "A10": Explanation(
        "The AU password is missing or not the one of the course. Enter the same one here and there.",
        _ENGINEER,
    ),
    "A11": Explanation(
        "The content spoke before its GetParam, and this integration is strict about the order; the data is "
        "parked.",
        "the content's vendor",
    ),
    "D1": Explanation(
        "The message was kept, but what it changed could not be put into the outbox: nobody hears of it.",
        _OPERATOR,
    ),
    "H1": Explanation(
        "The request named a host that no integration lists. Add it to the integration's host names, "
        "or correct the host name registered at the content's side.",
        _ENGINEER,
    ),
    "H2": Explanation("The request named a host that belongs to another integration.", _ENGINEER),
    "I1": Explanation(
        "The integration is disabled, so its messages are refused. Enable it to receive again.", "admin"
    ),
    "L1": Explanation(
        "An LMS that is not registered tried to open a course. If it is one of yours, add its name to the "
        "integration's LMS hosts.",
        _ENGINEER,
    ),
    "L2": Explanation(
        "The LMS gave an address of its own (AICC_URL) that may not be called. An LMS in your own network is "
        "let through by WAYMARK_OUTBOUND_ALLOW.",
        _OPERATOR,
    ),
    "L3": Explanation("The LMS that opened the course could not be reached.", _LMS_ADMIN),
    "L4": Explanation(
        "The LMS answered with something that is no AICC reply, such as its sign-in page. Its AICC address "
        "(AICC_URL) must not ask for a sign-in.",
        _LMS_ADMIN,
    ),
    "L5": Explanation(
        "The LMS refused the session that it had opened itself: it had ended, or the launch was used again.",
        _LMS_ADMIN,
    ),
    "L6": Explanation("The LMS opened a course without saying for whom (student_id).", _LMS_ADMIN),
    "L7": Explanation(
        "A course was opened in a circle: its address leads to another Waymark, and from there back here. "
        "Give one of them the address of the content itself.",
        _ENGINEER,
    ),
    "L8": Explanation(
        "An LMS opened a course that is not here, or that has no launch URL. Export the course anew, or "
        "give it its launch URL.",
        _ENGINEER,
    ),
    "M1": Explanation(
        "The learner was not known; a provisional learner keeps the record until matched.", "admin"
    ),
    "M3": Explanation(
        "The course was not known; a stub keeps the record until the course is added.", "admin"
    ),
    "M4": Explanation(
        "Learners are named another way than this integration's User Type says. Make LinkedIn's User Type "
        "and the "
        "integration's the same.",
        _LINKEDIN_ADMIN,
    ),
    "P9": Explanation(
        "The message was kept but could not be turned into progress; it waits to be replayed.", _OPERATOR
    ),
    "S5": Explanation(
        "The database could not take the message, and the sender was told to come again.", _OPERATOR
    ),
    "X1": Explanation(
        "The client id is unknown or the secret is wrong. Make a second secret here and paste it there.",
        _LINKEDIN_ADMIN,
    ),
    "X2": Explanation("The token request has a wrong field.", _LINKEDIN_ADMIN),
    "X3": Explanation(
        "The access token is unknown or has expired; the sender must ask for a new one.", _ENGINEER
    ),
    "X4": Explanation("The statement breaks a rule of xAPI and was refused.", "the content's vendor"),
    "X5": Explanation("The same statement came again; nothing was counted twice.", "nobody"),
    "X6": Explanation(
        "A statement came under a known id with other content; the first one counts, the second is parked.",
        "the content's vendor",
    ),
    "X7": Explanation("The credential's scope does not allow this request.", _ENGINEER),
}


def describe(code: str) -> Explanation:
    """Return the sentence of a code; an unknown code is an error of ours and says so."""
    return EXPLANATIONS[code]
