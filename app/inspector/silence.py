"""Whether an integration is heard of as usual: never yet, gone quiet, or refused since its secret changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.access.integrations import Integration, Kind
from app.inspector.checking import Check, State, say_span
from app.models.records import Exchange, FindingRow
from app.words import worded

# Silence of less than a day is a night; with fewer gaps than FEW_GAPS nobody knows what is usual.
LEAST_SILENCE = timedelta(days=1)
QUIET_AFTER = timedelta(days=7)
TIMES_USUAL = 4
_LOOKED_AT = 300
_FEW_GAPS = 5
_BURST = timedelta(minutes=1)


def check_integration(session: Session, integration: Integration) -> Iterator[Check]:
    """Judge whether it is heard of as usual, and whether its credentials are the ones that are used."""
    yield _judge_traffic(session, integration, clock.now())
    if integration.is_enabled and integration.kind is not Kind.AICC:
        yield from _judge_credentials(session, integration)


def find_usual_gap(moments: Sequence[datetime]) -> timedelta | None:
    """Return the gap that nine of ten pauses between messages keep within; None where too few are known.

    `moments` begin with the newest. Messages of one burst are no pause.
    """
    gaps = sorted(newer - older for newer, older in pairwise(moments))
    pauses = [gap for gap in gaps if gap > _BURST]
    return pauses[len(pauses) * 9 // 10] if len(pauses) >= _FEW_GAPS else None


def _judge_traffic(session: Session, integration: Integration, now: datetime) -> Check:
    name = worded("integration %(name)s", name=integration.name)
    if not integration.is_enabled:
        fix = worded("Press Enable on its page to receive again.")
        detail = worded("disabled: its messages are refused")
        return _check(integration, name, State.WARN, detail, fix, "I1")
    moments = session.scalars(_heard(integration).limit(_LOOKED_AT)).all()
    has_reported = integration.first_statement_at or integration.first_putparam_at
    if not moments and not has_reported:
        fix = worded("Finish the checklist on its page; nothing has come from it yet.")
        return _check(integration, name, State.WARN, worded("never heard of"), fix, "N1")
    usual = find_usual_gap(moments)
    alarm = QUIET_AFTER if usual is None else max(LEAST_SILENCE, usual * TIMES_USUAL)
    if not moments or now - moments[0] > alarm:
        fix = worded(
            "See whether it is still enabled at the content's side, and whether its secret was changed."
        )
        return _check(integration, name, State.WARN, _say_quiet(moments, usual), fix, "N2")
    if integration.kind is not Kind.AICC and integration.first_token_at and not has_reported:
        fix = worded("Tokens are asked for, but no report came: compare the Tracking URL.")
        return _check(integration, name, State.WARN, worded("only token requests so far"), fix, "N1")
    last = worded("last heard %(moment)s", moment=clock.format_rfc3339(moments[0]))
    return _check(integration, name, State.OK, last)


def _say_quiet(moments: Sequence[datetime], usual: timedelta | None) -> str:
    if not moments:
        return worded("quiet: no message for a long time")
    last = clock.format_rfc3339(moments[0])
    if usual is None:
        return worded("quiet: no message since %(moment)s", moment=last)
    span = say_span(usual.total_seconds())
    return worded("quiet: no message since %(moment)s; the usual gap is %(span)s", moment=last, span=span)


def _heard(integration: Integration) -> Select[datetime]:
    """Ask when it was heard, newest first; that somebody opened a launch link is not its own doing."""
    return (
        select(Exchange.received_at)
        .where(Exchange.integration_id == integration.id, Exchange.is_demo.is_(False))
        .where(Exchange.face != "launch")
        .order_by(Exchange.received_at.desc())
    )


def _judge_credentials(session: Session, integration: Integration) -> Iterator[Check]:
    row = Exchange
    mine = (row.integration_id == integration.id, row.is_demo.is_(False))
    good = select(row.received_at).where(*mine, row.credential_id.is_not(None), row.status < 400)
    used = session.scalar(good.order_by(row.received_at.desc()).limit(1))
    refused = session.scalar(
        select(func.max(FindingRow.at)).where(
            FindingRow.code == "X1", FindingRow.integration_id == integration.id
        )
    )
    name = worded("credentials of %(name)s", name=integration.name)
    if refused is not None and (used is None or refused > used):
        last = clock.format_rfc3339(refused)
        detail = (
            worded("last used %(used)s, refused %(refused)s", used=clock.format_rfc3339(used), refused=last)
            if used
            else worded("never used, refused %(refused)s", refused=last)
        )
        fix = worded("Press “Make a second secret” on its page and paste it in LinkedIn, Configure xAPI.")
        yield _check(integration, name, State.WARN, detail, fix, "X1")
    elif used is not None:
        detail = worded("last used %(moment)s", moment=clock.format_rfc3339(used))
        yield _check(integration, name, State.OK, detail)


def _check(
    integration: Integration, name: str, state: State, detail: str, fix: str = "", code: str = ""
) -> Check:
    return Check(name, state, detail, fix, code, integration.id)
