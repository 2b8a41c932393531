"""What findings mean that come of xAPI (X), and of who and what was spoken of (M, P). Sans-I/O."""

from __future__ import annotations

from app.inspector.meanings import Meaning, Place, Seen, Who

XAPI: dict[str, Meaning] = {
    "X1": Meaning(
        "Unknown client, or wrong secret",
        "The client id is unknown or the secret is wrong. Make a second secret here and paste it there.",
        Who.LINKEDIN_ADMIN,
        (
            "On the integration’s page, compare the client ID with the one that was sent.",
            "Make a second secret there: the first goes on working for 7 days.",
            "Paste it in LinkedIn, Configure xAPI, Client Secret, and choose Enable.",
        ),
        Place.INTEGRATIONS,
        "RFC 6749 §5.2: invalid_client",
    ),
    "X2": Meaning(
        "Token request with a wrong field",
        "The token request has a wrong field.",
        Who.LINKEDIN_ADMIN,
        (
            "The field is named in the finding: grant_type must be client_credentials, the scope one that "
            "this server gives, the content type application/x-www-form-urlencoded.",
            "In LinkedIn, compare the Auth URL and enter the values of the integration’s page again.",
        ),
        Place.INTEGRATIONS,
        "RFC 6749 §4.4.2 and §5.2",
    ),
    "X3": Meaning(
        "Access token unknown or expired",
        "The access token is unknown or has expired; the sender must ask for a new one.",
        Who.ENGINEER,
        (
            "A sender that asks for a new token by itself needs nothing changed.",
            "If it stays: the token may be another server’s. Compare Auth URL and Tracking URL, which must "
            "be of the same server.",
        ),
        Place.INTEGRATIONS,
        "RFC 6750 §3.1: invalid_token",
    ),
    "X4": Meaning(
        "Statement breaks a rule",
        "The statement breaks a rule of xAPI and was refused.",
        Who.VENDOR,
        (
            "The finding names the place in the statement and the rule. Send the vendor the evidence of the "
            "message from the Inspector.",
        ),
        Place.INSPECTOR,
        "xAPI 1.0.3 Part 2 §2.2 to §2.4",
    ),
    "X5": Meaning(
        "The same statement again",
        "The same statement came again; nothing was counted twice.",
        Who.NOBODY,
        ("Nothing needs changing: a sender that got no answer sends again.",),
        Place.INSPECTOR,
        "xAPI 1.0.3 Part 3 §2.1.2",
    ),
    "X6": Meaning(
        "Known id, other content",
        "A statement came under a known id with other content; the first one counts, the second is parked.",
        Who.VENDOR,
        (
            "Ask the vendor to give each statement an id of its own. The second one’s text is in the "
            "Inspector.",
        ),
        Place.INSPECTOR,
        "xAPI 1.0.3 Part 3 §2.1.1: 409 Conflict",
    ),
    "X7": Meaning(
        "The scope does not reach that far",
        "The credential's scope does not allow this request.",
        Who.ENGINEER,
        ("Let the sender ask for a token with the scope it needs, such as xapi:write for statements.",),
        Place.INTEGRATIONS,
        "RFC 6750 §3.1: insufficient_scope",
    ),
}

PEOPLE: dict[str, Meaning] = {
    "A5": Meaning(
        "Status and percentage disagree",
        "The message says completed below 100 %, or 100 % and not completed. A rule settles it: completed "
        "and passed count as 100 %, and a course is complete only when a message says so.",
        Who.NOBODY,
        (
            "Nothing needs changing: Why? on the learner’s row shows which message set what.",
            "If a learner at 100 % stays in progress, ask them to open the course once more and close it.",
            "If it is complete by other proof, set the row by hand: Why? › Decide by hand.",
        ),
        Place.PROGRESS,
    ),
    "M1": Meaning(
        "Learner not known",
        "The learner was not known; a provisional learner keeps the record until matched.",
        Who.ADMIN,
        ("Under Learners, Unmatched, assign what was reported to the right person, or make a new learner.",),
        Place.UNMATCHED,
    ),
    "M2": Meaning(
        "May be one of several people",
        "Somebody whom only messages know may be one of several learners alike, so nobody was chosen.",
        Who.ADMIN,
        (
            "Under Learners, Unmatched, compare the suggestions and assign the right one.",
            "If the two learners are one person, merge them.",
        ),
        Place.UNMATCHED,
        seen=Seen.ON_LOOKING,
    ),
    "M3": Meaning(
        "Course not known",
        "The course was not known; a stub keeps the record until the course is added.",
        Who.ADMIN,
        (
            "On the stub’s page, enter the title and the launch URL, or import the course’s AICC package.",
            "If the course is here under another identifier, add this one to it.",
        ),
        Place.COURSES,
    ),
    "M4": Meaning(
        "Learners named another way",
        "Learners are named another way than this integration's User Type says. Make LinkedIn's User Type "
        "and the integration's the same.",
        Who.LINKEDIN_ADMIN,
        (
            "In LinkedIn, Configure xAPI, choose the User Type that the integration’s page shows.",
            "Or, if LinkedIn’s is the right one, change it here: Integrations › Edit.",
        ),
        Place.INTEGRATIONS,
        "xAPI 1.0.3 Part 2 §2.4.2.3: inverse functional identifiers",
    ),
    "M8": Meaning(
        "Somebody who was erased",
        "It spoke of somebody whose data was erased here. A statement was kept without them and moved no "
        "progress, a launch was refused. To know the person again, run `learner readmit`.",
        Who.ADMIN,
        ("If the person is back, run: flask --app wsgi learner readmit",),
    ),
    "P1": Meaning(
        "Completed before",
        "The course was opened by somebody who has completed it. A completion is reported once, so taking it "
        "again may send nothing; the row stays complete.",
        Who.NOBODY,
        (
            "Nothing needs changing if the learner only looks something up.",
            "For a retake or a yearly recertification, begin a new attempt first: Progress, Why? › Decide by "
            "hand.",
        ),
        Place.PROGRESS,
    ),
    "P9": Meaning(
        "Kept, but not turned into progress",
        "The message was kept but could not be turned into progress; it waits to be replayed.",
        Who.OPERATOR,
        (
            "The server’s log names the error under the request id. Report it, with the evidence of the "
            "message.",
            "After an upgrade that mends it, run: flask --app wsgi progress rebuild",
        ),
        Place.INSPECTOR,
    ),
}
