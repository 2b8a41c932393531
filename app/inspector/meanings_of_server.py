"""What findings mean that are of no protocol: hosts, silence, deliveries, the server itself. Sans-I/O."""

from __future__ import annotations

from app.inspector.meanings import Meaning, Place, Seen, Who
from app.words import worded

CONNECTION: dict[str, Meaning] = {
    "N1": Meaning(
        worded("Never heard of"),
        worded("The integration is enabled, and nothing has ever come from it."),
        Who.LINKEDIN_ADMIN,
        (
            worded(
                "In LinkedIn, see that the integration is enabled and that every value is the one of the "
                "integration’s page."
            ),
            worded(
                "From a network outside of yours, check that the public URL answers; a firewall may keep "
                "LinkedIn out."
            ),
            worded("Press “Send test” on the integration’s page: when that arrives, this side is in order."),
        ),
        Place.INTEGRATIONS,
        seen=Seen.ON_LOOKING,
    ),
    "N2": Meaning(
        worded("Gone quiet"),
        worded("Nothing has come for more than four times the longest usual gap."),
        Who.LINKEDIN_ADMIN,
        (
            worded(
                "In LinkedIn, see whether the integration is still enabled, and whether its secret was "
                "renewed."
            ),
            worded("Look in the Inspector for refused messages since then: they name the reason."),
            worded("If nobody learns just now, such as in the holidays, nothing needs changing."),
        ),
        Place.INTEGRATIONS,
        seen=Seen.ON_LOOKING,
    ),
    "H1": Meaning(
        worded("Host name on no list"),
        worded(
            "The request named a host that no integration lists. Add it to the integration's host names, "
            "or correct the host name registered at the content's side."
        ),
        Who.ENGINEER,
        (
            worded("If the name is one of yours: on the integration’s page, press Register beside it."),
            worded(
                "If not: in LinkedIn, Configure AICC, replace it by the host name of the integration’s page."
            ),
        ),
        Place.INTEGRATIONS,
        "RFC 9110 §15.5.20: 421 Misdirected Request",
    ),
    "H2": Meaning(
        worded("Another integration’s host name"),
        worded("The request named a host that belongs to another integration."),
        Who.ENGINEER,
        (worded("Give each integration’s content the host name that stands on its own page."),),
        Place.INTEGRATIONS,
    ),
    "I1": Meaning(
        worded("The integration is disabled"),
        worded("The integration is disabled, so its messages are refused. Enable it to receive again."),
        Who.ADMIN,
        (worded("On the integration’s page, press Enable."),),
        Place.INTEGRATIONS,
    ),
}

DELIVERY: dict[str, Meaning] = {
    "D1": Meaning(
        worded("Not put into the outbox"),
        worded(
            "The message was kept, but what it changed could not be put into the outbox: nobody hears of it."
        ),
        Who.OPERATOR,
        (
            worded("The server’s log names the error under the request id."),
            worded("Afterwards send what was missed: Deliveries › Replay, since the moment of the message."),
        ),
        Place.DELIVERIES,
    ),
    "D2": Meaning(
        worded("The receiver takes nothing"),
        worded(
            "A destination answers with an error or cannot be reached; its results wait and are tried again."
        ),
        Who.OPERATOR,
        (
            worded(
                "The destination’s page shows the last answer: put right there what it complains of, such "
                "as an address or a secret."
            ),
            worded("Then press “Send test”; what waits is sent by itself."),
        ),
        Place.DESTINATIONS,
        seen=Seen.ON_LOOKING,
    ),
    "D3": Meaning(
        worded("The destination is switched off"),
        worded(
            "A destination is disabled: it failed for too long or said that it wants no more. Results are "
            "kept."
        ),
        Who.ADMIN,
        (worded("On the destination’s page, put right what it complained of, and press Enable."),),
        Place.DESTINATIONS,
        "Standard Webhooks: 410 Gone disables an endpoint",
        Seen.ON_LOOKING,
    ),
    "D4": Meaning(
        worded("The address may not be called"),
        worded(
            "A destination’s address is in a private network or not https, and such addresses are not called."
        ),
        Who.OPERATOR,
        (
            worded(
                "Add its network to WAYMARK_OUTBOUND_ALLOW, such as 10.20.0.0/16, or give it an https "
                "address."
            ),
        ),
        Place.DESTINATIONS,
        seen=Seen.ON_LOOKING,
    ),
    "D5": Meaning(
        worded("No secure connection to the receiver"),
        worded("A destination’s certificate is not valid, so nothing is sent there."),
        Who.OPERATOR,
        (
            worded(
                "Let the receiver renew its certificate, with the whole chain, for the name in its address."
            ),
        ),
        Place.DESTINATIONS,
        seen=Seen.ON_LOOKING,
    ),
}

SERVER: dict[str, Meaning] = {
    "S1": Meaning(
        worded("Public URL and reality differ"),
        worded(
            "The server is asked under another address than its public URL says, or its proxy does not "
            "tell how it was asked. Links and values to paste are built from the public URL."
        ),
        Who.OPERATOR,
        (
            worded(
                "Set the public URL to the address by which people reach the server: Settings, or "
                "WAYMARK_PUBLIC_URL."
            ),
            worded(
                "In the proxy pass on Host and X-Forwarded-Proto, and name its address in "
                "WAYMARK_TRUSTED_PROXIES; contrib/nginx.conf is a sample."
            ),
        ),
        Place.SETTINGS,
        seen=Seen.ON_LOOKING,
    ),
    "S2": Meaning(
        worded("A clock is wrong"),
        worded("Something is dated in the future, so a clock is wrong: here or at the sender."),
        Who.OPERATOR,
        (
            worded("Set the clock of this server by NTP: timedatectl set-ntp true"),
            worded("If this one is right, tell the sender. What it dates in the future is kept as sent."),
        ),
        Place.SYSTEM,
        seen=Seen.ON_LOOKING,
    ),
    "S3": Meaning(
        worded("Certificate or address of the public URL"),
        worded("The public URL cannot be reached, or its certificate is not valid."),
        Who.OPERATOR,
        (
            worded("Renew the certificate in the proxy, with the whole chain and for the public host name."),
            worded("Then run: flask --app wsgi doctor --reach"),
        ),
        Place.SYSTEM,
        seen=Seen.ON_LOOKING,
    ),
    "S4": Meaning(
        worded("No room, or work that piles up"),
        worded("The disk is nearly full, or work waits that nobody does."),
        Who.OPERATOR,
        (
            worded(
                "Free space in the data directory, or lower WAYMARK_EXCHANGE_MAX_MB and "
                "WAYMARK_EXCHANGE_DAYS."
            ),
            worded("See that the worker runs: it empties the outbox and does the background jobs."),
        ),
        Place.SYSTEM,
        seen=Seen.ON_LOOKING,
    ),
    "S5": Meaning(
        worded("The database is not in order"),
        worded("The database does not answer, is not as new as the code, or may lose what it said it kept."),
        Who.OPERATOR,
        (
            worded(
                "Check WAYMARK_DATABASE_URL and that the database runs; then: flask --app wsgi db upgrade"
            ),
            worded("On PostgreSQL, leave synchronous_commit and fsync on."),
        ),
        Place.SYSTEM,
        seen=Seen.ON_LOOKING,
    ),
}
