"""Markdown to HTML that is safe to show, for pages and the PDF."""

import html
import re
import secrets
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from questionbank.formats.maths import formula_svg

HIGHEST_HEADING = 4

_CACHED_CHARACTERS = 20_000
_FORMULA_CHARACTERS = 2_000
_FORMULA_LINES = 60
_DEEPEST_LEVEL = 40  # of the parser: twenty lists, each with its item
_ROOM = 300_000  # for drawings in one text, in characters; formulas after them show their source
_COST_OF_READING = 20  # a character of a formula, in characters of its drawing
_FORMULA_ENDS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}
_LINK = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")

_TAGS = {"p", "br", "hr", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote", "a"}
_TAGS |= {"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


def markdown_to_html(text: str) -> str:
    """Render Markdown; safe to mark as such. Pictures become links; formulas are drawn, or show their source.

    Time is linear in the text. Raw HTML is shown as text.
    """
    return _rendered_once(text) if len(text) <= _CACHED_CHARACTERS else _rendered(text)


def _rendered(text: str) -> str:
    # Drawings come in after the cleaning, which lets no picture pass. Nobody can write their place: it is drawn by lot.
    env: dict[str, Any] = {"lot": secrets.token_hex(8), "drawings": [], "room": _ROOM}
    cleaned = nh3.clean(
        _MARKDOWN.render(text, env),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    return re.sub(env["lot"] + r"-(\d+)-", lambda found: env["drawings"][int(found[1])], cleaned)


_rendered_once = lru_cache(maxsize=256)(_rendered)


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Show what is nested deeper than anyone reads as source; the parser would drop it."""
    if silent or state.level < _DEEPEST_LEVEL:
        return False
    line = start
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
    state.line = line
    token = state.push("code_block", "code", 0)
    token.content = state.getLines(start, line, state.blkIndent, True)
    token.map = [start, line]
    return True


def _formula(state: StateInline, silent: bool) -> bool:
    """A formula in a line, into which Markdown does not read."""
    start = state.pos
    mark = state.src[start : start + 2]
    if mark not in _FORMULA_ENDS:
        mark = mark[:1]
    closing = _FORMULA_ENDS.get(mark)
    if closing is None:
        return False
    inner = start + len(mark)
    end = state.src.find(closing, inner, min(state.posMax, inner + _FORMULA_CHARACTERS))
    if end <= inner or (mark == "$" and not _is_dollar_formula(state.src, inner, end)):
        return False
    state.pos = end + len(closing)
    if not silent:
        token = state.push("formula_inline", "", 0)
        token.content, token.markup = state.src[start : state.pos], mark
    return True


def _is_dollar_formula(source: str, inner: int, end: int) -> bool:
    """Tell ``$x$`` from prices: no space inside the dollars and no figure after them."""
    spaced = source[inner].isspace() or source[end - 1].isspace()
    return not spaced and not source[end + 1 : end + 2].isdigit() and "\n" not in source[inner:end]


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula on lines of its own, ``$$`` or ``\\[`` first."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    closing = _FORMULA_ENDS.get(first[:2])
    if closing is None or closing == "\\)":
        return False
    for line in range(start, min(end, start + _FORMULA_LINES)):
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        text = state.src[state.bMarks[line] : state.eMarks[line]].strip()
        if (text if line > start else text[2:]).endswith(closing):
            if not silent:
                state.line = line + 1
                token = state.push("formula_block", "", 0)
                token.content = state.getLines(start, line + 1, state.blkIndent, True)
                token.map, token.markup, token.block = [start, line + 1], first[:2], True
            return True
    return False


def _show_formula(
    renderer: RendererProtocol, tokens: Sequence[Token], place: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    token = tokens[place]
    source, mark = token.content.strip(), token.markup
    drawing = None
    if env["room"] > 0:
        drawing = formula_svg(source[len(mark) : -len(_FORMULA_ENDS[mark])].strip(), block=mark in ("$$", "\\["))
        env["room"] -= len(drawing or "") + _COST_OF_READING * len(source)
    if drawing is None:
        code = f"<code>{html.escape(token.content)}</code>"
        return f"<pre>{code}</pre>\n" if token.block else code
    env["drawings"].append(drawing)
    found = f"{env['lot']}-{len(env['drawings']) - 1}-"
    return f"<p>{found}</p>\n" if token.block else found


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Emphasis in which a CJK character is a border of words: ``**注意：**这里`` is bold.

    CommonMark wants a space there, which Chinese does not write.
    """
    start = state.pos
    if not emphasis.tokenize(state, silent):
        return False
    before, after = state.src[max(start - 1, 0) : start], state.src[state.pos : state.pos + 1]
    if state.src[start] == "*" and before.strip() and after.strip():
        opens, closes = bool(_CJK.match(before)), bool(_CJK.match(after))
        for delimiter in state.delimiters[start - state.pos :]:
            delimiter.open = delimiter.open or opens
            delimiter.close = delimiter.close or closes
    return True


def _tame(state: StateCore) -> None:
    """Sink headings below the page's own, and turn pictures, which would be fetched, to links."""
    levels = [int(token.tag[1]) for token in state.tokens if token.type == "heading_open"]
    shift = HIGHEST_HEADING - min(levels, default=HIGHEST_HEADING)
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"
        elif token.children and any(child.type == "image" for child in token.children):
            token.children = _without_pictures(token.children)


def _without_pictures(tokens: list[Token]) -> list[Token]:
    kept: list[Token] = []
    in_link = False
    for token in tokens:
        if token.type != "image":
            in_link = (in_link or token.type == "link_open") and token.type != "link_close"
            kept.append(token)
            continue
        source = str(token.attrs.get("src", ""))
        text = Token("text", "", 0, content=token.content or source)
        if in_link:
            kept.append(text)
        else:
            opening = Token("link_open", "a", 1, attrs={"href": source})
            kept += [opening, text, Token("link_close", "a", -1)]
    return kept


def _parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST_LEVEL + 10, "xhtmlOut": False})
    markdown.enable(["table", "strikethrough"])
    markdown.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    markdown.block.ruler.before("table", "too_deep", _too_deep)
    markdown.inline.ruler.before("escape", "formula", _formula)
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.block.ruler.before(
        "fence", "formula", _formula_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.core.ruler.push("tame", _tame)
    markdown.add_render_rule("formula_inline", _show_formula)
    markdown.add_render_rule("formula_block", _show_formula)
    return markdown


_MARKDOWN = _parser()
