"""What anybody may know of this store: the versions it speaks (xAPI 1.0.3 Part 3 §2.8)."""

from __future__ import annotations

import orjson

from app.xapi.alternate import Pairs
from app.xapi.call import Reply, Resource
from app.xapi.parameters import PARAMETERS, check_names
from app.xapi.versions import Version, find_version

_BODY = orjson.dumps({"version": [version.value for version in Version]})


def tell_about(parameters: Pairs, version_header: str | None) -> Reply:
    """Answer anybody, whatever version they ask for; raises BadRequest for a parameter."""
    check_names(parameters, PARAMETERS[Resource.ABOUT]["GET"])
    return Reply(200, _BODY, find_version(version_header) or Version.V1)
