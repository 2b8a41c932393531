"""Statements and their parts; every call gives new ids, so that cases do not see each other's data."""

from __future__ import annotations

import copy
import hashlib
import itertools
import uuid
from typing import Any

Json = dict[str, Any]

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
_RUN = uuid.uuid4().hex[:8]
_numbers = itertools.count(1)


def new_uuid() -> str:
    return str(uuid.uuid4())


def new_name() -> str:
    """Return a word that no other case uses."""
    return f"{_RUN}-{next(_numbers)}"


def new_iri(kind: str = "things") -> str:
    return f"https://conformance.example/{kind}/{new_name()}"


def new_agent(**more: Any) -> Json:
    return {"objectType": "Agent", "mbox": f"mailto:{new_name()}@conformance.example", **more}


def new_account(**more: Any) -> Json:
    account = {"homePage": "https://conformance.example", "name": new_name()}
    return {"objectType": "Agent", "account": account, **more}


def new_group(*members: Json, **more: Any) -> Json:
    """Return an identified group."""
    group = {"objectType": "Group", "mbox": f"mailto:{new_name()}@conformance.example", **more}
    return {**group, "member": list(members)} if members else group


def new_activity(**definition: Any) -> Json:
    activity: Json = {"objectType": "Activity", "id": new_iri("activities")}
    return {**activity, "definition": definition} if definition else activity


def new_verb(**display: str) -> Json:
    verb: Json = {"id": new_iri("verbs")}
    return {**verb, "display": display} if display else verb


def statement(**more: Any) -> Json:
    """Return a statement of a new actor, verb, activity and id; members that are None are left out."""
    built = {"id": new_uuid(), "actor": new_agent(), "verb": new_verb(), "object": new_activity(), **more}
    return {name: value for name, value in built.items() if value is not None}


def substatement(**more: Any) -> Json:
    return {"objectType": "SubStatement", **statement(id=None), **more}


def reference(statement_id: str) -> Json:
    return {"objectType": "StatementRef", "id": statement_id}


def voiding(statement_id: str, **more: Any) -> Json:
    return statement(verb={"id": VOIDED}, object=reference(statement_id), **more)


def attachment(data: bytes = b"data", **more: Any) -> Json:
    """Describe an attachment; members that are None are left out."""
    built = {
        "usageType": "https://conformance.example/usage",
        "display": {"en": "An attachment"},
        "contentType": "text/plain",
        "length": len(data),
        "sha2": hashlib.sha256(data).hexdigest(),
        **more,
    }
    return {name: value for name, value in built.items() if value is not None}


def changed(value: Any, path: str, new: Any) -> Any:
    """Return a copy with the member at a/b/0/c set, made where it is missing; `...` takes it out."""
    copied = copy.deepcopy(value)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    holder = copied
    for step in steps:
        holder = holder[step] if isinstance(holder, list) else holder.setdefault(step, {})
    if new is ...:
        del holder[last]
    else:
        holder[last] = new
    return copied
