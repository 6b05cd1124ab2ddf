"""Every message that the project shows, found in its code and templates without gettext on the machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.template.base import Lexer, TokenType
from django.utils.text import smart_split

ROOT = Path(__file__).parents[2]
PACKAGES = ("opsdesk", "communities", "users", "coupons", "campaigns")
ONE = {"_", "gettext", "gettext_lazy", "gettext_noop", "N_"}
MANY = {"ngettext", "ngettext_lazy"}
_IN_TEMPLATE = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")

Message = str | tuple[str, str]


def in_code() -> Iterator[tuple[Message, str]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts and not path.name.startswith("lookbook"):
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    yield from ((message, str(path.relative_to(ROOT))) for message in _of_call(node))


def _of_call(node: ast.AST) -> Iterator[Message]:
    if not isinstance(node, ast.Call):
        return
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if name in ONE and texts:
        yield texts[0]
    elif name in MANY and len(texts) >= 2:
        yield texts[0], texts[1]


def in_templates() -> Iterator[tuple[Message, str]]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if "lookbook" not in path.name:
            source = path.read_text(encoding="utf-8")
            for message in _of_template(source):
                yield message, str(path.relative_to(ROOT))


def _of_template(source: str) -> Iterator[Message]:
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            yield from (_plain(text) for text in _IN_TEMPLATE.findall(token.contents))
        if token.token_type != TokenType.BLOCK:
            continue
        words = list(smart_split(token.contents))
        if words[0] in ("translate", "trans") and words[1][0] in "\"'":
            yield _plain(words[1])
        elif words[0] in ("blocktranslate", "blocktrans"):
            yield _block(tokens, trimmed="trimmed" in words)


def _block(tokens: Iterator, *, trimmed: bool) -> Message:
    parts, text = [], ""
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents.strip() == "plural":
            parts, text = [text], ""
        elif token.token_type == TokenType.BLOCK:
            break
        elif token.token_type == TokenType.VAR:
            text += f"%({token.contents.strip()})s"
        else:
            text += token.contents.replace("%", "%%")
    parts.append(text)
    if trimmed:
        parts = [re.sub(r"\s*\n\s*", " ", part.strip()) for part in parts]
    return parts[0] if len(parts) == 1 else (parts[0], parts[1])


def _plain(quoted: str) -> str:
    """A text in a template; Django doubles its percent signs before it looks it up."""
    return str(ast.literal_eval(quoted)).replace("%", "%%")
