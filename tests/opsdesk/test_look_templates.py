"""House rules of templates and style sheets, as tests."""

import re
from pathlib import Path

import pytest

from opsdesk import assets
from users.directory import classes

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = ROOT / "opsdesk" / "static"
CSS = (STATIC / "opsdesk.css").read_text(encoding="utf-8")


# Inline styles, handlers and scripts, and addresses elsewhere.
FOREIGN = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|hx-on|<script(?![^>]*\ssrc=)|<style|https?://(?!www\.w3\.org)"""
)


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """The text of every template by its name."""
    return {str(path.relative_to(ROOT / "templates")): path.read_text(encoding="utf-8") for path in TEMPLATES}


def test_templates_hold_nothing_inline_and_nothing_from_elsewhere(sources: dict[str, str]) -> None:
    assert {name: found.group() for name, text in sources.items() if (found := FOREIGN.search(text))} == {}


def test_a_template_says_what_it_is_before_anything_else(sources: dict[str, str]) -> None:
    silent = {name for name, text in sources.items() if "{#" not in text[:400] and "{% comment %}" not in text[:400]}
    assert {name for name in silent if sources[name].count("\n") >= 12} == set()


def test_every_icon_named_is_in_the_sprite(sources: dict[str, str]) -> None:
    known = set(assets.icon_names())
    named = {name: set(re.findall(r"{% icon \"([\w-]+)\"", text)) - known for name, text in sources.items()}
    assert {name: unknown for name, unknown in named.items() if unknown} == {}


def test_the_icons_of_the_rail_are_in_the_sprite() -> None:
    source = (ROOT / "opsdesk" / "navigation.py").read_text(encoding="utf-8")
    named = set(re.findall(r'Entry\("\w+", N_\("[^"]+"\), "([\w-]+)"', source))
    assert len(named) > 20
    assert named <= set(assets.icon_names())


@pytest.mark.parametrize("feature", ["color-mix", ":has(", "oklch", ":where(", "@layer", "linear-gradient(to"])
def test_the_style_sheet_uses_nothing_that_old_phones_lack(feature: str) -> None:
    assert feature not in CSS


def test_the_style_sheets_stay_small() -> None:
    assert len(CSS.encode()) < 36_000
    assert len((STATIC / "phone.css").read_bytes()) < 6_000


def test_every_class_has_its_glyph_and_its_colour_in_both_themes() -> None:
    glyphs = (STATIC / "glyphs.svg").read_text(encoding="utf-8")
    for code in classes.WORDS:
        assert f'id="{code}"' in glyphs
        assert f".c-{code} {{" in CSS
        assert CSS.count(f"--{code}:") == 2


def tokens(theme: str) -> dict[str, str]:
    opening = ":root, [data-bs-theme=light] {" if theme == "light" else "[data-bs-theme=dark] {"
    block = CSS.split(opening, 1)[1].split("}", 1)[0]
    return {key: long(value) for key, value in re.findall(r"--([\w-]+):(#[0-9A-F]{3,6})\b", block)}


def long(colour: str) -> str:
    return "#" + "".join(sign * 2 for sign in colour[1:]) if len(colour) == 4 else colour


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2: (lighter + 0.05) / (darker + 0.05) of relative luminances."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [(text, ground) for text in ("ink", "ink-2", "ink-3") for ground in ("ground", "rail", "sunk", "hover", "selected")]
    + [(text, "ground") for text in ("accent", "bad", "warn", "ok")]
    + [("accent", "selected"), ("on-accent", "accent"), ("on-accent", "accent-hover")]
    + [("on-heat-low", f"heat-{step}") for step in range(1, 6)]
    + [("on-heat-high", f"heat-{step}") for step in range(6, 9)],
)
def test_text_can_be_read_on_its_ground(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shape", ["control", *classes.WORDS])
def test_shapes_can_be_told_from_the_ground(theme: str, shape: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[shape], colours["ground"]) >= 3
