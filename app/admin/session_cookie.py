"""The pages' cookie: `__Host-` and Secure when the public URL is https, a plain one otherwise.

It carries the CSRF token, flash messages and the sign-in token; the sign-in itself is kept by the server.
"""

from __future__ import annotations

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

SECURE_NAME = "__Host-waymark"
PLAIN_NAME = "waymark"
# Kept in the session so that a cookie set over plain http never counts once the public URL is https.
PLAIN_MARK = "_plain"

# The machines' doors: no cookie is read or set there.
MACHINE_PREFIXES = ("/hacp", "/oauth", "/xapi", "/launch", "/metrics", "/livez", "/readyz", "/api")


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie under a name that follows the public URL."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(MACHINE_PREFIXES):
            return self.session_class()
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        for name in (SECURE_NAME, PLAIN_NAME):
            text = request.cookies.get(name)
            if text:
                try:
                    return self.session_class(serializer.loads(text))
                except BadSignature:
                    continue
        return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        from app.admin.frame import is_https

        if request.path.startswith(MACHINE_PREFIXES):
            return  # Flask-Login looks into the session after every request, theirs too
        if not session.accessed and not session.modified:
            return
        is_secure = is_https()
        name = SECURE_NAME if is_secure else PLAIN_NAME
        response.vary.add("Cookie")
        if not session:
            if session.modified:
                response.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="Lax")
            return
        if not session.modified:
            return
        session[PLAIN_MARK] = not is_secure
        serializer = self.get_signing_serializer(app)
        assert serializer is not None
        text = serializer.dumps(dict(session))
        response.set_cookie(name, text, path="/", secure=is_secure, httponly=True, samesite="Lax")
