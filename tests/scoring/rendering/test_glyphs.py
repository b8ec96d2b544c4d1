"""No character is printed as an empty box, and every Chinese one has its own shape."""

import io
from datetime import UTC

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw, ImageFont

from scoring.rendering.glyphs import FONT_FOLDER, missing_characters, printable, printable_values
from tests.scoring.packet_sample import packet_sample, with_candidate
from tests.scoring.rendering.conftest import MADE, page_texts

# Common, rare (names), traditional, punctuation; strokes few and many.
SAMPLE = "张伟评分一龘國際臺灣鑫淼喆堃昱翀，。「》永鬱龟龜薛"
CELL = 60


@pytest.mark.parametrize(
    "family", [("SourceSans3-Regular", "SourceSans3-SemiBold"), ("NotoSansSC-Regular", "NotoSansSC-Bold")]
)
def test_both_weights_of_a_family_hold_the_same_characters(family):
    points = []
    for name in family:
        with TTFont(FONT_FOLDER / f"{name}.ttf", lazy=True) as font:
            points.append(set(font.getBestCmap()))

    assert points[0] == points[1]


@pytest.mark.parametrize("name", ["SourceSans3", "NotoSansSC"])
def test_fonts_come_with_their_licence(name):
    assert "SIL Open Font License, Version 1.1" in (FONT_FOLDER / f"LICENSE-{name}.txt").read_text(encoding="utf-8")


def test_missing_characters_names_exactly_those_no_font_draws():
    assert missing_characters("Zoë 张伟 𠮷 😀\n‘quoted’ – 3 × 4") == {"𠮷", "😀"}


def test_printable_composes_and_drops_what_only_steers():
    assert printable("e\u0301\u202e 张\ufe0f伟\u200d") == "é 张伟"
    assert printable("a𠮷b") == "a〓b"


def test_printable_values_reaches_texts_in_mappings_and_lists():
    values, missing = printable_values({"a": ["𠮷", ("x",)], "b": 3}, UTC)

    assert values == {"a": ("〓", ("x",)), "b": 3}
    assert missing == {"𠮷"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_packet_draws_no_empty_box(drawn, language):
    packet = drawn(packet_sample(language=language, rounds=2, questions_a_round=2))  # a box would be a warning

    text = "".join(page_texts(packet.pdf))

    assert len(text) > 4_000
    assert missing_characters(text) == set()


def test_empty_box_is_a_warning(renderer):
    packet = renderer.render("<html lang=en><title>t</title><p>a 𠮷", identifier="ab", made_at=MADE)

    assert ".notdef glyph" in packet.warnings[0]


def test_packet_says_which_characters_it_could_not_draw(drawn):
    document = with_candidate(packet_sample(rounds=1, questions_a_round=1), "𠮷野 Taro")

    texts = page_texts(drawn(document).pdf)

    assert "〓野 Taro" in texts[0]
    assert "U+20BB7" in texts[-1]


def _cell_html(weight: int) -> str:
    cells = "".join(f'<span class="c">{character}</span>' for character in SAMPLE)
    style = (
        "@page { size: 420pt 300pt; margin: 0; @top-left { content: none } @top-right { content: none }"
        " @bottom-left { content: none } @bottom-right { content: none } }"
        f" .c {{ display: block; float: left; width: {CELL}pt; height: {CELL}pt; line-height: {CELL}pt;"
        f" font-size: 40pt; font-weight: {weight} }}"
    )
    return f'<html lang="zh-Hans"><head><title>t</title><style>{style}</style></head><body>{cells}</body></html>'


def _shape(picture: Image.Image) -> Image.Image:
    """The ink alone, at one size."""
    ink = picture.convert("L").point(lambda value: 255 - value)
    box = ink.getbbox()
    assert box is not None, "nothing was drawn"
    return ink.crop(box).resize((40, 40), Image.Resampling.BOX)


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Share of ink that does not fall together."""
    away = ImageChops.difference(one, other).convert("L")
    return sum(away.tobytes()) / (sum(one.tobytes()) + sum(other.tobytes()))


@pytest.mark.parametrize(("weight", "face"), [(400, "NotoSansSC-Regular.ttf"), (700, "NotoSansSC-Bold.ttf")])
def test_chinese_looks_as_the_font_file_itself_draws_it(renderer, weight, face):
    packet = renderer.render(_cell_html(weight), identifier="ab", made_at=MADE)
    document = pypdfium2.PdfDocument(io.BytesIO(packet.pdf))
    page = document[0].render(scale=4).to_pil()
    document.close()
    font = ImageFont.truetype(FONT_FOLDER / face, 160)
    printed, known = [], []
    for place, character in enumerate(SAMPLE):
        left, top = place % 7 * CELL * 4, place // 7 * CELL * 4
        printed.append(_shape(page.crop((left, top, left + CELL * 4, top + CELL * 4))))
        plain = Image.new("L", (320, 320), 255)
        ImageDraw.Draw(plain).text((60, 40), character, font=font, fill=0)
        known.append(_shape(plain))

    same = [_difference(one, other) for one, other in zip(printed, known, strict=True)]
    others = [_difference(known[i], known[j]) for i in range(len(known)) for j in range(i)]

    assert max(same) < 0.12, dict(zip(SAMPLE, same, strict=True))
    assert min(others) > max(same)
