"""The API's pages for people: what each address does, and what each problem means."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from app.access.api_tokens import SCOPES
from app.admin.frame import render
from app.api.door import guard_request, organisation
from app.api.manual import read_chapters
from app.api.openapi import make_document
from app.api.problems import KINDS, Problem
from app.api.replies import problem_reply
from app.api.routes import list_routes

blueprint = Blueprint("api_pages", __name__, template_folder="templates")
blueprint.before_request(guard_request)
blueprint.register_error_handler(Problem, problem_reply)


@blueprint.get("/api/docs", provide_automatic_options=False)
def docs() -> Response:
    """Show all operations; needs no token, as the document needs none."""
    document = make_document(list_routes(), organisation().public_url)
    return render("api_docs.html", chapters=read_chapters(document), document=document, scopes=SCOPES)


@blueprint.get("/api/problems", provide_automatic_options=False)
def problems() -> Response:
    """Explain every type of problem."""
    return render("api_problems.html", kinds=sorted(KINDS, key=lambda kind: kind.status))
