"""The top-level blocks of a Markdown document, with their lines.

A real parser decides what is a heading, so that ``### Q1`` in a code block or a comment is none.
"""

from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

HEADING = "heading_open"
PARAGRAPH = "paragraph_open"
FENCE = "fence"
HTML = "html_block"
RULE = "hr"
LISTS = frozenset({"bullet_list_open", "ordered_list_open"})

_UNDERLINES = frozenset("-=")


@dataclass(slots=True)
class Block:
    """One block: its kind and its lines, 0-based, ``span[1]`` excluded.

    ``text`` is a heading's source, ``items`` the first lines of a list's direct items.
    """

    kind: str
    span: list[int]
    level: int = 0
    text: str = ""
    underlined: bool = False
    items: list[int] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.span[0]

    @property
    def end(self) -> int:
        return self.span[1]


class _Recorder:
    """A block rule that never matches: it notes what the other rules made and discards it.

    The parser's tokens cost about 2 kB a line; discarding them as they come keeps the memory
    of a large file in proportion to its text.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def __call__(self, state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
        self.note(state.tokens)
        return False

    def note(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.level == 0 and token.nesting >= 0 and token.map is not None:
                # The parser sets the end of a list when it has read it, in this very list.
                self.blocks.append(Block(token.type, token.map))
                if token.type == HEADING:
                    self.blocks[-1].level = int(token.tag[1])
                    self.blocks[-1].underlined = token.markup in _UNDERLINES
            elif token.level == 1 and token.map is not None:
                if token.type == "inline" and self.blocks[-1].kind == HEADING:
                    self.blocks[-1].text = token.content
                elif token.type == "list_item_open":
                    self.blocks[-1].items.append(token.map[0])
        tokens.clear()


def outline(lines: list[str]) -> list[Block]:
    """Top-level blocks in order. Linear in the length of the text; nesting is cut at 20."""
    recorder = _Recorder()
    markdown = MarkdownIt("commonmark").disable("reference")
    markdown.block.ruler.before("code", "recorder", recorder)
    tokens: list[Token] = []
    markdown.block.parse("\n".join(lines), markdown, {}, tokens)
    recorder.note(tokens)
    return recorder.blocks


def unclosed(block: Block, lines: list[str]) -> str:
    """The problem code of a last block that is never closed and so swallows the rest, or ''."""
    if block.end < len(lines):
        return ""
    if block.kind == FENCE:
        opening, closing = lines[block.start].strip(), lines[block.end - 1].strip()
        mark = opening[: len(opening) - len(opening.lstrip(opening[0]))]
        closed = block.end - 1 > block.start and closing.startswith(mark)
        return "" if closed and set(closing) == {mark[0]} else "unclosed_code"
    if block.kind == HTML and lines[block.start].lstrip().startswith("<!--"):
        closed = any("-->" in line for line in lines[block.start : block.end])
        return "" if closed else "unclosed_comment"
    return ""
