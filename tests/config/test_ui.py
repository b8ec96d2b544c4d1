"""The tags and filters of the part templates."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from config.templatetags import ui


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anna Keller", "AK"),
        ("Tomás  Ribeiro da Silva", "TS"),
        ("Cher", "C"),
        ("Jean-Luc", "JL"),
        ("张伟", "张"),
        ("欧阳娜娜", "欧阳"),
        ("", "?"),
        (None, "?"),
        ("42 !", "?"),
    ],
)
def test_initials_follow_the_script_of_the_name(name, letters):
    assert ui.initials(name) == letters


@pytest.mark.parametrize(
    ("value", "css"),
    [
        (1, "level-1"),
        (Decimal("3.5"), "level-35"),
        (3.88, "level-4"),
        (Decimal("3.25"), "level-35"),
        (Decimal("3.24"), "level-3"),
        (0.2, "level-1"),
        (9, "level-5"),
        (None, "level-none"),
    ],
)
def test_level_class_takes_the_nearest_half_inside_the_scale(value, css):
    assert ui.level_class(value) == css


def test_level_text_prints_what_was_given_and_no_more():
    assert [ui.level_text(value) for value in (4, Decimal("3.50"), 2.666, 5.0, None)] == ["4", "3.5", "2.67", "5", "0"]


def test_person_tint_is_stable_and_spreads_over_all_tints():
    tints = {ui.person_tint(number) for number in range(200)}
    assert tints == {f"person-tint-{number}" for number in range(6)}
    assert ui.person_tint("0192-anna") == ui.person_tint("0192-anna")


def test_percent_of_stays_inside_the_bar_in_every_language():
    with translation.override("zh-hans"):
        assert ui.percent_of(50, 60) == "83.33%"
    assert ui.percent_of(90, 60) == "100.00%"
    assert ui.percent_of(1, 0) == "0.00%"


def test_page_url_keeps_the_filters_even_inside_an_isolated_part():
    request = RequestFactory().get("/questions/", {"q": "缓存", "page": "2"})
    page = Paginator(range(100), 10).page(2)
    part = Template('{% include "components/pagination.html" with page=page only %}')
    html = part.render(RequestContext(request, {"page": page}))
    assert 'href="?q=%E7%BC%93%E5%AD%98&amp;page=3"' in html
    assert "11–20" in html


def test_field_part_ties_label_help_and_error_to_the_control():
    class MinutesForm(forms.Form):
        minutes = forms.IntegerField(max_value=60, help_text="Of the round.")

    form = MinutesForm({"minutes": "200"})
    html = Template('{% include "components/field.html" with field=form.minutes only %}').render(
        Context({"form": form})
    )
    assert '<label class="field-label" for="id_minutes">' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_minutes_helptext id_minutes_error"' in html
    assert 'id="id_minutes_helptext"' in html
    assert 'id="id_minutes_error"' in html


def test_since_says_just_now_instead_of_no_minutes():
    now = timezone.now()

    assert ui.since(now - timedelta(seconds=20)) == "just now"
    assert ui.since(now - timedelta(hours=2, minutes=5)).replace("\xa0", " ") == "2 hours, 5 minutes"
