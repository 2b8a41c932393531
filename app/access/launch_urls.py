"""The address that a launch opens: the content's own, with AICC's parameters (CMI001 v4.0 §6.3). Sans-I/O."""

from __future__ import annotations

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")
_CONTROLS = re.compile(r"[\x00-\x20\x7f]+")


def build_content_url(launch_url: str, *, session_id: str, aicc_url: str, web_launch: str = "") -> str:
    """Return `launch_url` with AICC_SID and AICC_URL, then the unit's own Web_Launch parameters.

    Existing parameters stay as they are and a fragment stays last. The names are upper case, which every
    known client reads; both values are percent-encoded whole.
    """
    address, hash_mark, fragment = _clean(launch_url).partition("#")
    parameters = f"AICC_SID={quote(session_id, safe='')}&AICC_URL={quote(aicc_url, safe='')}"
    extra = _clean(web_launch).lstrip("?&")
    if extra:
        parameters += f"&{extra}"
    return f"{address}{_joint(address)}{parameters}{hash_mark}{fragment}"


def join_parameters(own: str, extras: str) -> str:
    """Return a unit's own Web_Launch and what an LMS added to our address, none of it twice.

    >>> join_parameters("?acct=77", "acct=77&u=1")
    'acct=77&u=1'
    """
    pieces = [piece for text in (own, extras) for piece in text.strip().lstrip("?&").split("&") if piece]
    return "&".join(dict.fromkeys(pieces))


def _joint(address: str) -> str:
    if "?" not in address:
        return "?"
    return "" if address.endswith(("?", "&")) else "&"


def _clean(text: str) -> str:
    """Drop line breaks and outer blanks, and encode what may not stand in an address."""
    text = _CONTROLS.sub(lambda found: "" if found.group() != " " else " ", text.strip())
    return _UNSAFE.sub(lambda found: quote(found.group(), safe="", errors="replace"), text)
