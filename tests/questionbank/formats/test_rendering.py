import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionbank.formats.rendering import markdown_to_html

TAG = re.compile(r"<(/?)([a-zA-Z0-9]+)((?:\s[^<>]*)?)>")
ALLOWED = set(
    "p br hr h4 h5 h6 strong em s code pre blockquote ul ol li a table thead tbody tr th td".split()  # noqa: SIM905 -- reads better
)
LINK = re.compile(
    r' href="(?:https?://|mailto:)[^"\s]*"(?: title="[^"]*")? rel="noopener noreferrer nofollow"', re.IGNORECASE
)

# A drawing of a formula: shapes made of numbers, and a label.
DRAWING = re.compile(
    r'<svg class="formula" role="img" aria-label="([^"<>]*)" width="[\d.]+em" height="[\d.]+em" viewBox="[-\d ]+"'
    r' fill="currentColor">'
    r'(?:<path(?: fill="none" stroke="currentColor" stroke-width="\d+")? d="[A-Za-z\d -]+"/>)+</svg>'
)


def labels(rendered: str) -> str:
    """Drawings as their labels, in brackets."""
    return DRAWING.sub(r"⟦\1⟧", rendered)


def assert_safe(rendered: str) -> None:
    """Nothing but allowed tags, with no attribute but a list's start and a safe link's; and drawings."""
    rendered = labels(rendered)
    rest = TAG.sub("", rendered)
    assert "<" not in rest
    for _, name, attributes in TAG.findall(rendered):
        assert name in ALLOWED
        if attributes:
            assert LINK.fullmatch(attributes) if name == "a" else re.fullmatch(r' start="\d+"', attributes)


def text_of(rendered: str) -> str:
    return html.unescape(TAG.sub("", labels(rendered)))


@pytest.mark.parametrize(
    ("markdown", "rendered"),
    [
        ("**a** *b* `c` ~~d~~", "<p><strong>a</strong> <em>b</em> <code>c</code> <s>d</s></p>\n"),
        ("# a\n\n## b\n\n###### c", "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n"),
        ("### a\n\n#### b", "<h4>a</h4>\n<h5>b</h5>\n"),
        ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>\n'),
        ("```python\na < b\n```", "<pre><code>a &lt; b\n</code></pre>\n"),
        ("**注意：**这里", "<p><strong>注意：</strong>这里</p>\n"),
        ("这是**“重点”**。", "<p>这是<strong>“重点”</strong>。</p>\n"),
        ("[a](https://e.org)", '<p><a href="https://e.org" rel="noopener noreferrer nofollow">a</a></p>\n'),
        (
            "![a chart](https://e.org/p.png)",
            '<p><a href="https://e.org/p.png" rel="noopener noreferrer nofollow">a chart</a></p>\n',
        ),
        (
            "[![a](https://e.org/p.png)](https://f.org)",
            '<p><a href="https://f.org" rel="noopener noreferrer nofollow">a</a></p>\n',
        ),
        ("", ""),
    ],
)
def test_markdown_becomes_plain_safe_html(markdown, rendered):
    assert markdown_to_html(markdown) == rendered


def test_table_is_a_table():
    rendered = markdown_to_html("| 方法 | 开销 |\n|:---|---:|\n| LoRA | 低 |")

    assert re.sub(r"\s", "", rendered) == (
        "<table><thead><tr><th>方法</th><th>开销</th></tr></thead><tbody><tr><td>LoRA</td><td>低</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("markdown", "rendered"),
    [
        ("so $a_1 * b_1$ is", "<p>so ⟦a_1 * b_1⟧ is</p>\n"),
        (r"so \(a_1 < b_1\) is", "<p>so ⟦a_1 &lt; b_1⟧ is</p>\n"),
        ("so $$x$$ is", "<p>so ⟦x⟧ is</p>\n"),
        ("so:\n$$\na_1\n= \\\\ *b*\n$$\nend", "<p>so:</p>\n<p>⟦a_1 = \\\\ *b*⟧</p>\n<p>end</p>\n"),
        ("\\[\nx\n\\]", "<p>⟦x⟧</p>\n"),
        ("from $5 to $10", "<p>from $5 to $10</p>\n"),
        ("$$\nnever closed", "<p>$$\nnever closed</p>\n"),
    ],
)
def test_formulas_are_drawn(markdown, rendered):
    assert labels(markdown_to_html(markdown)) == rendered


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)' style='position:fixed' onclick=x>a</a>",
    "<iframe src=//e.org></iframe><style>*{}</style><base href=//e.org>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#115;cript:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](vbscript:x)",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](file:///etc/passwd)",
    "[a](//e.org/x)",
    "[a](/logout)",
    "[a](?delete=1)",
    "<javascript:alert(1)>",
    "![](https://e.org/track.gif?u=1)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    '[a](https://e.org "\\" onmouseover=\\"alert(1)")',
    '![a" onerror="alert(1)](https://e.org)',
    "[a][b]\n\n[b]: javascript:alert(1)",
    "![a][b]\n\n[b]: https://e.org/i.png",
    '```"onmouseover="alert(1)\nx\n```',
    "```\nnever closed <script>",
    "`<script>`",
    "$<script>alert(1)</script>$",
    "$$\n<img src=x onerror=alert(1)>\n$$",
    "| <b onclick=x> | a |\n|-|-|\n| <script> | `|` |",
    "# <script>",
    "<!-- a --><![CDATA[<script>]]><?php ?>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e\u0000<scr\u0000ipt>",
]


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_markdown_is_harmless(markdown):
    rendered = markdown_to_html(markdown)

    assert_safe(rendered)
    assert text_of(rendered).strip()


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "\n", "\n\n", "- ", "> ", "  ", "*", "**", "`", "$", "[", "](", ")", "|", "#"]),
        max_size=12,
    )
)
def test_any_mixture_is_harmless(pieces):
    assert_safe(markdown_to_html("".join(pieces)))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_rendered(text):
    assert_safe(markdown_to_html(text))


@pytest.mark.parametrize("mark", ["> ", "- ", "1. "])
def test_deep_nesting_loses_no_word(mark):
    rendered = markdown_to_html(mark * 5000 + "innermost")

    assert_safe(rendered)
    assert "innermost" in rendered
    assert sum(1 for closing, *_ in TAG.findall(rendered) if not closing) < 100


def test_thousand_levels_of_list_lose_no_item():
    rendered = markdown_to_html("\n".join("  " * depth + f"- item{depth}" for depth in range(1000)))

    assert re.findall(r"item\d+", rendered) == [f"item{depth}" for depth in range(1000)]


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "![",
        "*a_",
        "`",
        "[a](",
        "<",
        "&",
        "\\[\n",
        "\\(",
        "$a",
        "$$\n",
        "**注：**",
        "~~a",
        "[a]: b\n",
        "```\n",
        "a|b\n-|-\n",
    ],
)
def test_hostile_repetition_costs_linear_time(piece):
    def cost(length: int) -> float:
        started = time.process_time()
        assert_safe(markdown_to_html((piece * length)[:length]))
        return time.process_time() - started

    assert cost(40_000) < 0.5 + 2.5 * 4 * cost(10_000)


def test_wide_table_does_not_explode():
    markdown = "|a" * 5000 + "\n" + "|-" * 5000 + "\n" + "x\n" * 5000

    assert len(markdown_to_html(markdown)) < 5_000_000
