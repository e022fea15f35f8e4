"""Every ink can be read on every ground, in the light and in the dark (WCAG 2.2, 1.4.3: 4.5 to 1)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

STYLES = Path(settings.BASE_DIR) / "static" / "css"
INKS = ("ink", "ink-2", "accent", "info", "success", "warning", "danger", "quiet")
GROUNDS = ("surface", "surface-2", *(f"{tone}-soft" for tone in INKS[2:]))
THEMES = {
    "site, light": ("app.css", r'\n\[data-bs-theme="light"\] \{\n  color-scheme[^}]*\}', "gb"),
    "site, dark": ("app.css", r'\n\[data-bs-theme="dark"\] \{\n  color-scheme[^}]*\}', "gb"),
    "dashboard, light": ("dashboard.css", r"\n\.pl \{[^}]*\}", "pl"),
    "dashboard, dark": ("dashboard.css", r"\n\.dark \.pl \{[^}]*\}", "pl"),
}


def luminance(colour: str) -> float:
    """Of a #rgb or #rrggbb, by WCAG's own formula."""
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_ink_is_read_on_every_ground(theme: str) -> None:
    sheet, block, prefix = THEMES[theme]
    [variables] = re.findall(block, (STYLES / sheet).read_text())
    colours = dict(re.findall(rf"--{prefix}-([\w-]+): #(\w+)", variables))
    poor = {
        f"{ink} on {ground}": round(ratio, 2)
        for ink in INKS
        for ground in GROUNDS
        if (ratio := contrast(colours[ink], colours[ground])) < 4.5
    }
    assert poor == {}
