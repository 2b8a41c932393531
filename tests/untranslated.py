"""Find what a template says that no catalogue could hold: `python -m tests.untranslated FILE …` lists it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).resolve().parent.parent / "app" / "admin" / "templates"
# Names, which are the same in every language, and what people type.
NAMES = {"Waymark", "AICC", "xAPI", "HACP", "API", "CSV", "JSON", "XLSX", "LinkedIn", "Learning"}
NAMES |= {"LRS", "LMS", "URL", "ID", "UUID", "OpenID", "AU", "HTTP", "curl", "OAuth", "UTC", "ms"}
NAMES |= {"Authorization", "Bearer", "Enter", "GetParam", "PutParam", "ExitAU"}
NAMES |= {"kB", "MB", "SubStatement", "StatementRef", "completed", "Client", "Secret"}
_SAID = {"_", "gettext", "ngettext", "worded", "worded_many", "N_"}
_VERBATIM = re.compile(r"<(code|kbd|samp|pre|style|script)\b.*?</\1>", re.S)
_SPOKEN_ATTRIBUTE = re.compile(
    r"\b(?:aria-label|title|placeholder|alt|data-(?:busy|say-[a-z-]+))=\"([^\"]*)\""
)
_ENTITY = re.compile(r"&[a-z#0-9]+;")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Filters and calls whose text arguments are no words for people.
_NO_WORDS = {"url_for", "icon", "asset", "may", "selectattr", "rejectattr", "map", "format", "replace"}
_NO_WORDS |= {"sort", "groupby", "attr", "batch", "join", "default", "tojson", "split", "startswith"}
_NO_WORDS |= {"endswith", "get", "strftime", "attributes"}
# What stands on LinkedIn's own screens, which are shown in English.
_NO_WORDS |= {"menu_path", "linkedin_value"}


def list_untranslated(path: Path) -> list[str]:
    """List `line: text` of each text outside of the catalogue, in the markup and in the expressions."""
    source = path.read_text()
    return sorted({*_in_markup(source), *_in_expressions(source)}, key=lambda each: int(each.split(":")[0]))


def _in_markup(source: str) -> Iterator[str]:
    """Yield texts between tags and in attributes that are read out."""
    plain = re.sub(r"{#.*?#}", _blank, source, flags=re.S)
    plain = re.sub(r"{% block width %}.*?{% endblock %}", _blank, plain)
    plain = re.sub(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", _blank, plain, flags=re.S)
    plain = re.sub(r"{{.*?}}", _mark, re.sub(r"{%.*?%}", _blank, plain, flags=re.S), flags=re.S)
    plain = _VERBATIM.sub(_blank, plain)
    for found in _SPOKEN_ATTRIBUTE.finditer(plain):
        if _is_said(found[1]):
            yield f"{_line(plain, found.start())}: {found[1].strip()}"
    bare = re.sub(r"<[^>]*>", _blank, plain, flags=re.S)
    for number, line in enumerate(bare.splitlines(), 1):
        for part in re.split(r"\s{3,}|\x00", line):
            if _is_said(part) and not part.startswith("#"):
                yield f"{number}: {part.strip()}"


def _in_expressions(source: str) -> Iterator[str]:
    """Yield texts in expressions that look like sentences or names: a capital or a blank in them."""
    tree = _environment().parse(source)
    said = {id(each) for each in _inside_calls(tree, _SAID | _NO_WORDS)}
    for each in tree.find_all(nodes.Const):
        text = each.value
        if isinstance(text, str) and id(each) not in said and _looks_spoken(text):
            yield f"{each.lineno}: {text.strip()!r}"


def _inside_calls(tree: nodes.Template, names: set[str]) -> Iterator[nodes.Const]:
    for call in tree.find_all((nodes.Call, nodes.Filter, nodes.Test)):
        name = call.name if isinstance(call, nodes.Filter | nodes.Test) else _called(call.node)
        if name in names:
            given = [*(call.args or []), *(kwarg.value for kwarg in call.kwargs or [])]
            for one in given:
                yield from ([one] if isinstance(one, nodes.Const) else [])
                yield from one.find_all(nodes.Const)


def _called(node: nodes.Expr) -> str:
    return node.name if isinstance(node, nodes.Name) else node.attr if isinstance(node, nodes.Getattr) else ""


def _looks_spoken(text: str) -> bool:
    if "<" in text or re.match(r"[./?#&]|[a-z]+[:/.]", text.strip()):
        return False
    is_sentence = (
        " " in text.strip()
        and bool(re.search(r"[A-Za-z]{3}.* [A-Za-z]{2}", text))
        and not re.search(r"\bbtn\b|-", text)
    )
    return _is_said(text) and (is_sentence or bool(re.match(r"\s*[A-Z][a-z]{2}", text)))


def _is_said(text: str) -> bool:
    return any(word not in NAMES for word in _WORD.findall(_ENTITY.sub(" ", text)))


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _mark(found: re.Match[str]) -> str:
    return "\x00" + "\n" * found[0].count("\n")


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


@cache
def _environment() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)


if __name__ == "__main__":
    for name in sys.argv[1:] or map(str, sorted(TEMPLATES.rglob("*.html"))):
        for line in list_untranslated(Path(name)):
            print(f"{name}:{line}")
