"""What findings mean that come of xAPI (X), and of who and what was spoken of (M, P). Sans-I/O."""

from __future__ import annotations

from app.inspector.meanings import Meaning, Place, Seen, Who
from app.words import worded

XAPI: dict[str, Meaning] = {
    "X1": Meaning(
        worded("Unknown client, or wrong secret"),
        worded(
            "The client id is unknown or the secret is wrong. Make a second secret here and paste it there."
        ),
        Who.LINKEDIN_ADMIN,
        (
            worded("On the integration’s page, compare the client ID with the one that was sent."),
            worded("Make a second secret there: the first goes on working for 7 days."),
            worded("Paste it in LinkedIn, Configure xAPI, Client Secret, and choose Enable."),
        ),
        Place.INTEGRATIONS,
        "RFC 6749 §5.2: invalid_client",
    ),
    "X2": Meaning(
        worded("Token request with a wrong field"),
        worded("The token request has a wrong field."),
        Who.LINKEDIN_ADMIN,
        (
            worded(
                "The field is named in the finding: grant_type must be client_credentials, the scope one "
                "that this server gives, the content type application/x-www-form-urlencoded."
            ),
            worded("In LinkedIn, compare the Auth URL and enter the values of the integration’s page again."),
        ),
        Place.INTEGRATIONS,
        "RFC 6749 §4.4.2 and §5.2",
    ),
    "X3": Meaning(
        worded("Access token unknown or expired"),
        worded("The access token is unknown or has expired; the sender must ask for a new one."),
        Who.ENGINEER,
        (
            worded("A sender that asks for a new token by itself needs nothing changed."),
            worded(
                "If it stays: the token may be another server’s. Compare Auth URL and Tracking URL, which "
                "must be of the same server."
            ),
        ),
        Place.INTEGRATIONS,
        "RFC 6750 §3.1: invalid_token",
    ),
    "X4": Meaning(
        worded("Statement breaks a rule"),
        worded("The statement breaks a rule of xAPI and was refused."),
        Who.VENDOR,
        (
            worded(
                "The finding names the place in the statement and the rule. Send the vendor the evidence "
                "of the message from the Inspector."
            ),
        ),
        Place.INSPECTOR,
        "xAPI 1.0.3 Part 2 §2.2 to §2.4",
    ),
    "X5": Meaning(
        worded("The same statement again"),
        worded("The same statement came again; nothing was counted twice."),
        Who.NOBODY,
        (worded("Nothing needs changing: a sender that got no answer sends again."),),
        Place.INSPECTOR,
        "xAPI 1.0.3 Part 3 §2.1.2",
    ),
    "X6": Meaning(
        worded("Known id, other content"),
        worded(
            "A statement came under a known id with other content; the first one counts, the second is "
            "parked."
        ),
        Who.VENDOR,
        (
            worded(
                "Ask the vendor to give each statement an id of its own. The second one’s text is in the "
                "Inspector."
            ),
        ),
        Place.INSPECTOR,
        "xAPI 1.0.3 Part 3 §2.1.1: 409 Conflict",
    ),
    "X7": Meaning(
        worded("The scope does not reach that far"),
        worded("The credential's scope does not allow this request."),
        Who.ENGINEER,
        (
            worded(
                "Let the sender ask for a token with the scope it needs, such as xapi:write for statements."
            ),
        ),
        Place.INTEGRATIONS,
        "RFC 6750 §3.1: insufficient_scope",
    ),
}

PEOPLE: dict[str, Meaning] = {
    "A5": Meaning(
        worded("Status and percentage disagree"),
        worded(
            "The message says completed below 100 %, or 100 % and not completed. A rule settles it: "
            "completed and passed count as 100 %, and a course is complete only when a message says so."
        ),
        Who.NOBODY,
        (
            worded("Nothing needs changing: Why? on the learner’s row shows which message set what."),
            worded(
                "If a learner at 100 % stays in progress, ask them to open the course once more and close it."
            ),
            worded("If it is complete by other proof, set the row by hand: Why? › Decide by hand."),
        ),
        Place.PROGRESS,
    ),
    "M1": Meaning(
        worded("Learner not known"),
        worded("The learner was not known; a provisional learner keeps the record until matched."),
        Who.ADMIN,
        (
            worded(
                "Under Learners, Unmatched, assign what was reported to the right person, or make a new "
                "learner."
            ),
        ),
        Place.UNMATCHED,
    ),
    "M2": Meaning(
        worded("May be one of several people"),
        worded(
            "Somebody whom only messages know may be one of several learners alike, so nobody was chosen."
        ),
        Who.ADMIN,
        (
            worded("Under Learners, Unmatched, compare the suggestions and assign the right one."),
            worded("If the two learners are one person, merge them."),
        ),
        Place.UNMATCHED,
        seen=Seen.ON_LOOKING,
    ),
    "M3": Meaning(
        worded("Course not known"),
        worded("The course was not known; a stub keeps the record until the course is added."),
        Who.ADMIN,
        (
            worded(
                "On the stub’s page, enter the title and the launch URL, or import the course’s AICC package."
            ),
            worded("If the course is here under another identifier, add this one to it."),
        ),
        Place.COURSES,
    ),
    "M4": Meaning(
        worded("Learners named another way"),
        worded(
            "Learners are named another way than this integration's User Type says. Make LinkedIn's User "
            "Type and the integration's the same."
        ),
        Who.LINKEDIN_ADMIN,
        (
            worded("In LinkedIn, Configure xAPI, choose the User Type that the integration’s page shows."),
            worded("Or, if LinkedIn’s is the right one, change it here: Integrations › Edit."),
        ),
        Place.INTEGRATIONS,
        "xAPI 1.0.3 Part 2 §2.4.2.3: inverse functional identifiers",
    ),
    "M8": Meaning(
        worded("Somebody who was erased"),
        worded(
            "It spoke of somebody whose data was erased here. A statement was kept without them and moved no "
            "progress, a launch was refused. To know the person again, run `learner readmit`."
        ),
        Who.ADMIN,
        (worded("If the person is back, run: flask --app wsgi learner readmit"),),
    ),
    "P1": Meaning(
        worded("Completed before"),
        worded(
            "The course was opened by somebody who has completed it. A completion is reported once, so "
            "taking it again may send nothing; the row stays complete."
        ),
        Who.NOBODY,
        (
            worded("Nothing needs changing if the learner only looks something up."),
            worded(
                "For a retake or a yearly recertification, begin a new attempt first: Progress, Why? › "
                "Decide by hand."
            ),
        ),
        Place.PROGRESS,
    ),
    "P9": Meaning(
        worded("Kept, but not turned into progress"),
        worded("The message was kept but could not be turned into progress; it waits to be replayed."),
        Who.OPERATOR,
        (
            worded(
                "The server’s log names the error under the request id. Report it, with the evidence of the "
                "message."
            ),
            worded("After an upgrade that mends it, run: flask --app wsgi progress rebuild"),
        ),
        Place.INSPECTOR,
    ),
}
