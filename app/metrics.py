"""The Prometheus metrics, and plain functions that count; labels never hold ids, names or addresses."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.registry import REGISTRY

from app.version import VERSION

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Fine where requests are expected (some milliseconds), coarse up to the 8 s that a write may wait.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 8.0)

_requests = Counter("waymark_http_requests", "HTTP requests answered", ["method", "endpoint", "code"])
_durations = Histogram(
    "waymark_http_request_duration_seconds", "Time to answer", ["method", "endpoint"], buckets=_BUCKETS
)
_hacp = Counter("waymark_hacp_requests", "HACP messages by command and error code", ["command", "error"])
_tokens = Counter("waymark_oauth_token_requests", "Token requests by result", ["result"])
_statements = Counter("waymark_xapi_statements", "Statements received by result", ["result"])
_jobs = Counter("waymark_job_runs", "Runs of background jobs by result", ["job", "result"])
_deliveries = Counter("waymark_deliveries", "Tries to pass something on, by result", ["kind", "result"])
_build = Gauge(
    "waymark_build_info", "Always 1; the label is the version", ["version"], multiprocess_mode="max"
)
_build.labels(VERSION).set(1)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(method: str, endpoint: str | None, code: int, seconds: float) -> None:
    """Count one answered HTTP request; unmatched paths share the endpoint `none`."""
    # A client may invent methods; each would be a time series of its own.
    known = method if method in _METHODS else "other"
    total, duration = _series(known, endpoint or "none", str(code))
    total.inc()
    duration.observe(seconds)


@lru_cache(maxsize=4096)
def _series(method: str, endpoint: str, code: str) -> tuple[Counter, Histogram]:
    """Look the series up once: the client's own look-up takes a lock, and this runs for every request."""
    return _requests.labels(method, endpoint, code), _durations.labels(method, endpoint)


def count_hacp(command: str, error: str) -> None:
    """Count one HACP answer; `command` is one of ours or `unknown`, never what a client typed."""
    _hacp.labels(command, error).inc()


def count_token(result: str) -> None:
    """Count one answer of the token endpoint: `issued`, or OAuth's error code."""
    _tokens.labels(result).inc()


def count_statements(result: str, number: int = 1) -> None:
    """Count statements: `stored`, `repeated`, `parked` or `refused`."""
    _statements.labels(result).inc(number)


def count_job(job: str, result: str) -> None:
    """Count one run of a background job: `done` or `failed`."""
    _jobs.labels(job, result).inc()


def count_delivery(kind: str, result: str) -> None:
    """Count one try to pass something on: `delivered`, `retry`, `dead` or `gone`."""
    _deliveries.labels(kind, result).inc()


def render() -> bytes:
    """Return all metrics in Prometheus' text form, those of sibling processes included."""
    if not _is_multiprocess():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry)


def _is_multiprocess() -> bool:
    """True under gunicorn, whose configuration names a directory that its processes share."""
    return values.ValueClass is not values.MutexValue
