"""Formulas are drawn, or show their source; nothing of them acts."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questionbank.formats.maths import MOST_CHARACTERS, formula_svg
from questionbank.formats.rendering import markdown_to_html

# Nothing but these, with numbers in them, stands in a drawing beside its label.
DRAWING = re.compile(
    r'<svg class="formula" role="img" aria-label="[^"<>]*" width="[\d.]+em" height="[\d.]+em"'
    r' viewBox="-?\d+ -?\d+ \d+ \d+" fill="currentColor">'
    r'(<path( fill="none" stroke="currentColor" stroke-width="\d+")? d="[MLHVQCZhvz0-9 \-]+"/>)+</svg>'
)

WRITTEN = [
    r"\frac{1}{\sqrt{d_k}} Q K^T",
    r"\mathrm{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V",
    r"\mathcal{L}=-\sum_{i=1}^n \log p(x_i\mid x_{<i})",
    r"\begin{pmatrix}a&b\\c&d\end{pmatrix}",
    r"\begin{cases}1&x>0\\0&x\le0\end{cases}",
    r"\hat{y} \approx \underbrace{a+b}_{c}",
    r"\boxed{y}+\cancel{x}",
    r"\mathbb{E}_{x\sim p}[\nabla_\theta]",
    r"2 \times 32 \times 8{,}192 \text{ bytes} = 512\,\text{KiB}",
    "O(n \\log n)",
]
HOSTILE = [
    r"\href{javascript:alert(1)}{x}",
    r"\newcommand{\a}{xx}\newcommand{\b}{\a\a}\b",
    r"\def\a{\a\a}\a",
    r"\style{background:url(//evil.example)}{x}",
    r"\class{toasts}{x}",
    r"\includegraphics{http://evil.example/x.png}",
    r"\hspace{99999em}x",
    r"\rule{1em}{99999em}",
    r"\colorbox{red}{x}",
    r"\enclose{circle}{x}",
    r"x\tag{1}",
    "{" * 100 + "x" + "}" * 100,
    r"\left(" * 60 + "x" + r"\right)" * 60,
    r"\sqrt" * 90 + "x",
    r"\frac" * 90 + "x",
    "x" + "^x" * 200,
    "x" * MOST_CHARACTERS,
    "x" * (MOST_CHARACTERS + 1),
]
UNREADABLE = [r"\frac{a", "}{", r"\unknowncommand{x}", r"\text{注意力}", "x&y", "x\0y", "", " ", "^"]

PIECES = [*"abx12+-=^_{}\\&<>\"' ()[]|~#%$中", r"\frac", r"\left", r"\right", r"\sum", r"\text", r"\begin{matrix}"]


@pytest.mark.parametrize("source", WRITTEN)
@pytest.mark.parametrize("block", [False, True])
def test_what_people_write_is_drawn(source, block):
    assert DRAWING.fullmatch(formula_svg(source, block=block))


@pytest.mark.parametrize("source", HOSTILE + UNREADABLE)
def test_what_cannot_or_must_not_be_drawn_is_left_to_its_source(source):
    before = time.process_time()

    assert formula_svg(source) is None
    assert time.process_time() - before < 2


def test_the_label_is_the_source_and_cannot_break_out():
    drawing = formula_svg('x < 1 \\text{ " onload="alert(1)}\n > y')

    assert DRAWING.fullmatch(drawing)
    assert 'aria-label="x &lt; 1 \\text{ &quot; onload=&quot;alert(1)} &gt; y"' in drawing


def test_words_of_a_formula_are_shapes_and_never_markup():
    drawing = formula_svg("x<script>alert(1)</script>")

    assert DRAWING.fullmatch(drawing)


@pytest.mark.parametrize(("opening", "closing"), [("$", "$"), ("$$", "$$"), (r"\(", r"\)"), (r"\[", r"\]")])
def test_every_kind_of_mark_is_drawn_in_a_line(opening, closing):
    html = markdown_to_html(f"Before {opening}x_1 * y_1{closing} after.")

    assert re.fullmatch(r"<p>Before <svg.*</svg> after\.</p>\n", html)
    assert 'aria-label="x_1 * y_1"' in html


@pytest.mark.parametrize("text", ["$$\nx = 1\n$$", "\\[ x = 1 \\]", "- point\n\n  $$\n  x = 1\n  $$"])
def test_formulas_on_their_own_lines_are_drawn(text):
    assert re.search(r'<p><svg class="formula" role="img" aria-label="x = 1".*</svg></p>', markdown_to_html(text))


def test_what_cannot_be_read_shows_its_source_as_code():
    assert markdown_to_html(r"See $\frac{a$ & \(<b>&\).") == (
        r"<p>See <code>$\frac{a$</code> &amp; <code>\(&lt;b&gt;&amp;\)</code>.</p>" + "\n"
    )
    assert markdown_to_html("$$\n\\text{注意力}\n$$") == "<pre><code>$$\n\\text{注意力}\n$$</code></pre>\n"


def test_nobody_can_write_a_drawing_or_its_place():
    svg = '<svg onload="alert(1)"><path d="M0 0"/></svg>'

    html = markdown_to_html(f"{svg} $x$ 0123456789abcdef-0- [a](http://b.example 'deadbeef-0-')")

    assert html.count("<svg") == 1
    assert "&lt;svg onload=" in html
    assert "0123456789abcdef-0-" in html


def test_a_text_full_of_formulas_has_an_end():
    before = time.process_time()
    html = markdown_to_html(" ".join(f"$x_{{{n}}}$" for n in range(12_000)))

    assert 100 < html.count("<svg") < 2_000
    assert html.count("<svg") + html.count("<code>") == 12_000
    assert len(html) < 900_000
    assert time.process_time() - before < 20


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_whatever_is_written_is_a_safe_drawing_or_nothing(pieces):
    drawing = formula_svg("".join(pieces))

    assert drawing is None or DRAWING.fullmatch(drawing)


def test_the_packet_draws_what_the_page_draws():
    pypdfium2 = pytest.importorskip("pypdfium2")
    weasyprint = pytest.importorskip("weasyprint")
    sheet = "@page { size: 60mm 20mm; margin: 4mm } svg { display: block } svg.formula { display: inline }"
    drawn = markdown_to_html(r"$\frac{QK^\top}{\sqrt{d_k}}$")

    pdf = weasyprint.HTML(string=drawn).write_pdf(stylesheets=[weasyprint.CSS(string=sheet)])

    page = pypdfium2.PdfDocument(pdf)[0]
    assert page.get_textpage().get_text_range() == ""
    dark = sum(page.render(scale=2, grayscale=True).to_numpy().ravel() < 100)
    assert dark > 100
