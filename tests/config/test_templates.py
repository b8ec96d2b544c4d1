"""Rules that hold for every template and style sheet of the site."""

import gzip
import re

import pytest
from django.conf import settings
from django.template.loader import get_template

TEMPLATES = settings.BASE_DIR / "templates"
CSS = settings.BASE_DIR / "static" / "css"
# The packet is paper: it has its own sheet and is never sent to a browser.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "packet" not in path.parts)
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (settings.BASE_DIR / "static" / "icons.svg").read_text()))


def _names(paths):
    return [str(path.relative_to(TEMPLATES)) for path in paths]


@pytest.mark.parametrize("name", _names(PAGES))
def test_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("path", PAGES, ids=_names(PAGES))
def test_template_obeys_the_content_security_policy(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)


@pytest.mark.parametrize("path", PAGES, ids=_names(PAGES))
def test_template_names_only_icons_of_the_sprite(path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r'components/icon\.html" with name="([^"]+)"', text)
    used += re.findall(r'components/(?:button|tag|empty_state)\.html" with[^%]*\bicon(?:_after)?="([^"]+)"', text)
    assert set(used) <= ICONS


@pytest.mark.parametrize("path", sorted((TEMPLATES / "components").glob("*.html")), ids=lambda path: path.name)
def test_part_declares_its_props_first(path):
    assert path.read_text(encoding="utf-8").startswith("{# Props: ")


@pytest.mark.parametrize(
    "path", sorted(path for path in CSS.glob("*.css") if path.name != "tokens.css"), ids=lambda path: path.name
)
def test_style_sheet_names_roles_and_no_colours(path):
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text(encoding="utf-8"))


def test_scoring_page_assets_leave_room_in_its_budget():
    """Style, scripts, icons and the Latin face of the scoring page; 100 kB with the page itself is the promise."""
    html = (TEMPLATES / "html.html").read_text() + (TEMPLATES / "focus.html").read_text()
    names = set(re.findall(r"static '([^']+)'", html)) | {"css/tables.css", "icons.svg"}
    sizes = {}
    for name in names:
        data = (settings.BASE_DIR / "static" / name).read_bytes()
        sizes[name] = len(data) if name.endswith("woff2") else len(gzip.compress(data, 9))
    assert sum(sizes.values()) <= 88_000, sizes
