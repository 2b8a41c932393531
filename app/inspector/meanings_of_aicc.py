"""What findings mean that come of AICC: of its messages (A), and of launches by an LMS (L). Sans-I/O."""

from __future__ import annotations

from app.inspector.meanings import Meaning, Place, Seen, Who
from app.words import worded

_ERRORS = "AICC CMI001 v4.0 §6.4.3"

AICC: dict[str, Meaning] = {
    "A1": Meaning(
        worded("Opened, but the course never called"),
        worded(
            "A course was opened by a launch link, and in five minutes its content did not call this server."
        ),
        Who.LINKEDIN_ADMIN,
        (
            worded(
                "In LinkedIn Learning, Integrate › Configure AICC, compare the host name with the one on the "
                "integration’s page: it must be the same, without https://, and Enable AICC must be on."
            ),
            worded(
                "Ask the learner whether the browser blocked a pop-up or asked them to sign in to "
                "LinkedIn, and whether they have a licence."
            ),
            worded("Open it in a browser on a computer: LinkedIn’s phone app does not report over AICC."),
            worded(
                "From a network outside of yours, check that the AICC_URL answers: content behind a firewall "
                "cannot reach it."
            ),
        ),
        Place.SESSIONS,
        "AICC CMI001 v4.0 §6.4: the content begins with GetParam",
        Seen.ON_LOOKING,
    ),
    "A2": Meaning(
        worded("AICC session unknown or expired"),
        worded(
            "The AICC session is unknown, expired or closed: an old bookmark, or a launch from another "
            "server."
        ),
        Who.ENGINEER,
        (
            worded("Ask the learner to open the course by its link again instead of a bookmark."),
            worded("If the sessions expire while people still learn, raise WAYMARK_SESSION_IDLE_HOURS."),
            worded("If two servers are in use, see to it that launch links and AICC_URL name the same one."),
        ),
        Place.SESSIONS,
        f"{_ERRORS}: error 3, Invalid Session ID",
    ),
    "A3": Meaning(
        worded("Asked, but nothing reported"),
        worded(
            "The content asked where the learner left off and reported nothing: they left early, or went "
            "on to another course, and only the one that was launched reports."
        ),
        Who.LEARNER,
        (
            worded(
                "Ask the learner to stay in the course that the link opens: each other course needs a link "
                "of its own."
            ),
            worded("To hear of every course wherever it is opened, connect xAPI beside AICC."),
        ),
        Place.SESSIONS,
        seen=Seen.ON_LOOKING,
    ),
    "A4": Meaning(
        worded("Left without saying goodbye"),
        worded(
            "The session ended without ExitAU: the window was closed. What was reported until then is kept."
        ),
        Who.NOBODY,
        (worded("Nothing needs changing: the next launch goes on where this one stopped."),),
        Place.SESSIONS,
        "AICC CMI001 v4.0 §6.6: ExitAU ends a session",
        Seen.ON_LOOKING,
    ),
    "A6": Meaning(
        worded("One session, two networks"),
        worded(
            "Messages of one session came from two networks: a link that was passed on, or a learner on the "
            "move."
        ),
        Who.ADMIN,
        (
            worded(
                "Ask the learner whether they changed from one network to another, such as from office to "
                "phone."
            ),
            worded(
                "If links are passed on, let the integration’s links be used once: Integrations › Edit › "
                "Launch links."
            ),
        ),
        Place.SESSIONS,
        seen=Seen.ON_LOOKING,
    ),
    "A7": Meaning(
        worded("Parts that could not be read"),
        worded(
            "Some of the data is in no form that AICC knows. It is kept as it came; the rest took effect."
        ),
        Who.VENDOR,
        (
            worded(
                "Send the content’s vendor the evidence of this message, which names the line: its page in "
                "the Inspector, Evidence."
            ),
            worded("Nothing is lost: the session’s page shows what was kept."),
        ),
        Place.INSPECTOR,
        "AICC CMI001 v4.0 §6.4.2: groups of keyword = value",
    ),
    "A8": Meaning(
        worded("Addresses are handed out as http"),
        worded(
            "The AICC_URL that content is given begins with http://, and LinkedIn Learning reports to https "
            "only."
        ),
        Who.OPERATOR,
        (
            worded("Set the public URL to the address with https://: Settings, or WAYMARK_PUBLIC_URL."),
            worded("Put a proxy with a certificate in front; contrib/nginx.conf is a sample."),
        ),
        Place.SETTINGS,
        seen=Seen.ON_LOOKING,
    ),
    "A9": Meaning(
        worded("Data after the session was closed"),
        worded("The AICC session was closed when more data came; it is parked, not lost."),
        Who.NOBODY,
        (
            worded(
                "Nothing needs changing for one message. If it comes again and again, choose the lenient "
                "order of messages for this integration."
            ),
        ),
        Place.INTEGRATIONS,
        "AICC CMI001 v4.0 §6.6: nothing comes after ExitAU",
    ),
    "A10": Meaning(
        worded("AU password missing or wrong"),
        worded("The AU password is missing or not the one of the course. Enter the same one here and there."),
        Who.ENGINEER,
        (
            worded(
                "On the course’s page, under the unit that is launched, enter the AU password that the "
                "content sends; or take it out on both sides."
            ),
        ),
        Place.COURSES,
        f"{_ERRORS}: error 2, Invalid AU-password",
    ),
    "A11": Meaning(
        worded("Spoke before GetParam"),
        worded(
            "The content spoke before its GetParam, and this integration is strict about the order; the "
            "data is parked."
        ),
        Who.VENDOR,
        (
            worded(
                "Ask the vendor to send GetParam first, or choose the lenient order of messages: "
                "Integrations › Edit."
            ),
        ),
        Place.INTEGRATIONS,
        "AICC CMI001 v4.0 §6.4: the content begins with GetParam",
    ),
}

LMS: dict[str, Meaning] = {
    "L1": Meaning(
        worded("An LMS that is not registered"),
        worded(
            "An LMS that is not registered tried to open a course. If it is one of yours, add its name to "
            "the integration's LMS hosts."
        ),
        Who.ENGINEER,
        (
            worded(
                "On the integration’s page, press “Register this LMS” beside the name of the one you know."
            ),
        ),
        Place.INTEGRATIONS,
    ),
    "L2": Meaning(
        worded("The LMS’s address may not be called"),
        worded(
            "The LMS gave an address of its own (AICC_URL) that may not be called. An LMS in your own "
            "network is let through by WAYMARK_OUTBOUND_ALLOW."
        ),
        Who.OPERATOR,
        (
            worded(
                "Add the LMS’s network to WAYMARK_OUTBOUND_ALLOW, such as 10.20.0.0/16, and restart the "
                "server."
            ),
        ),
        Place.SYSTEM,
    ),
    "L3": Meaning(
        worded("The LMS cannot be reached"),
        worded("The LMS that opened the course could not be reached."),
        Who.LMS_ADMIN,
        (
            worded(
                "See whether the LMS is up, and whether this server may reach it: firewall, name, "
                "certificate."
            ),
            worded("Results wait in the outbox and are sent when it answers again."),
        ),
        Place.DELIVERIES,
    ),
    "L4": Meaning(
        worded("The LMS’s reply is no AICC"),
        worded(
            "The LMS answered with something that is no AICC reply, such as its sign-in page. Its AICC "
            "address (AICC_URL) must not ask for a sign-in."
        ),
        Who.LMS_ADMIN,
        (
            worded(
                "In the LMS, let its AICC address be called without a sign-in; HACP has neither cookie nor "
                "login."
            ),
        ),
        Place.INSPECTOR,
        f"{_ERRORS}: a reply begins with error=",
    ),
    "L5": Meaning(
        worded("The LMS refused its own session"),
        worded(
            "The LMS refused the session that it had opened itself: it had ended, or the launch was used "
            "again."
        ),
        Who.LMS_ADMIN,
        (
            worded(
                "Open the course from the LMS again. If it stays, look at how long the LMS keeps its "
                "sessions."
            ),
        ),
        Place.SESSIONS,
        f"{_ERRORS}: error 3, Invalid Session ID",
    ),
    "L6": Meaning(
        worded("A launch for nobody"),
        worded("The LMS opened a course without saying for whom (student_id)."),
        Who.LMS_ADMIN,
        (worded("In the LMS, let GetParam answer Student_ID in its group [Core]."),),
        Place.INSPECTOR,
        "AICC CMI001 v4.0 §6.5: Student_ID is mandatory",
    ),
    "L7": Meaning(
        worded("A circle of servers"),
        worded(
            "A course was opened in a circle: its address leads to another Waymark, and from there back "
            "here. Give one of them the address of the content itself."
        ),
        Who.ENGINEER,
        (worded("On the course’s page of one of the servers, enter the launch URL of the content itself."),),
        Place.COURSES,
    ),
    "L8": Meaning(
        worded("A course that cannot be opened"),
        worded(
            "An LMS opened a course that is not here, or that has no launch URL. Export the course anew, or "
            "give it its launch URL."
        ),
        Who.ENGINEER,
        (
            worded("On the course’s page, enter its launch URL."),
            worded("If the course was deleted here, export the package anew and import that in the LMS."),
        ),
        Place.COURSES,
    ),
}
