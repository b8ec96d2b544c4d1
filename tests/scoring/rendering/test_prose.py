"""Free text: its language, its marks, its cuts."""

import pytest

from scoring.rendering.prose import closed_up, kept_together, language_of, paragraphs, prose, shortened


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Numbers first.", "en"),
        ("先给数字，再给观点。", "zh-Hans"),
        ("对140个产品的 batch serving 成本没有估算", "zh-Hans"),
        ("The candidate wrote 张伟 on the board and went on in English.", "en"),
        ("3 × 4 = 12", "en"),
        ("", "en"),
    ],
)
def test_language_follows_the_letters(text, language):
    assert language_of(text) == language


def test_paragraphs_keep_their_own_language():
    assert [part.lang for part in paragraphs("One.\n\n第二段。\nThree.\n\n")] == ["en", "zh-Hans", "en"]


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("好。”完", '好<span class="half">。</span>”完'),
        ("说：“好", '说<span class="half">：</span>“好'),
        ("“好”", '<span class="half">“</span>好”'),
        ("（“好”）", '<span class="half">（</span><span class="half">“</span>好<span class="half">”</span>）'),
        ("好，好", "好，好"),
    ],
)
def test_neighbouring_marks_share_their_blank(text, closed):
    assert closed_up(text) == closed


def test_prose_escapes_before_it_marks():
    assert prose("<b>好</b>。”").html == '&lt;b&gt;好&lt;/b&gt;<span class="half">。</span>”'


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("short", 10, "short"),
        ("one two three four", 12, "one two…"),
        ("学习能力强，独立诊断不足", 12, "学习能力强…"),
        ("Donaudampfschifffahrt", 8, "Donaudam…"),
    ],
)
def test_shortened_cuts_at_a_word_and_says_so(text, most, short):
    assert shortened(text, most) == short


def test_last_words_of_a_prompt_stay_together():
    assert kept_together("<p>Choose the number of groups.</p>") == "<p>Choose the number\u00a0of\u00a0groups.</p>"
    assert kept_together("<p>Of <b>groups</b>.</p>") == "<p>Of <b>groups</b>.</p>"
