"""The list of questions in the browser: facets, pages, hints, saved searches."""

import pytest
from django.http import QueryDict

from accounts.choices import Role
from questionbank.models import QuestionVersion, SavedSearch, Tag
from questionbank.selectors import lists
from questionbank.services import search as services
from tests.factories import CategoryFactory, UserFactory, VersionFactory, publish
from tests.questionbank.contents import author
from tests.questionbank.pages import said, titles, url, with_role

pytestmark = pytest.mark.django_db

LIST = "/questions/"
# Session, person, roles; facets (two), names, words (two), leaks; rows (three); saved searches.
LIST_QUERIES = 13


def counts(response, name):
    group = next(group for group in response.context["listing"].groups if group.name == name)
    return {value.word: value.count for value in group.values}


def test_facets_of_one_kind_widen_and_of_two_kinds_narrow(sign_in):
    one, two = CategoryFactory(), CategoryFactory()
    first = publish(VersionFactory(question__category=one, difficulty=1))
    second = VersionFactory(question__category=two, difficulty=2)
    VersionFactory(difficulty=2)
    client = sign_in(with_role(Role.RECRUITER))

    both = client.get(LIST, {"category": [one.slug, two.slug]})
    narrow = client.get(LIST, {"category": [one.slug, two.slug], "state": "draft"})

    assert titles(both) == [first.texts.get().title, second.texts.get().title]
    assert counts(both, "category")[one.slug] == 1
    assert counts(both, "state") == {"draft": 1, "published": 1, "waiting": 1}
    assert counts(both, "difficulty") == {"1": 1, "2": 1}
    assert titles(narrow) == [second.texts.get().title]
    assert counts(narrow, "category") == {one.slug: 0, two.slug: 1} | {
        word: 1 for word in counts(narrow, "category") if word not in {one.slug, two.slug}
    }


def test_pages_follow_the_last_row_while_others_write(sign_in):
    for _ in range(30):
        VersionFactory()
    client = sign_in(with_role(Role.RECRUITER))
    seen = []
    query = {"sort": "difficulty"}
    for _ in range(10):
        page = client.get(LIST, query)
        seen += titles(page)
        VersionFactory(difficulty=1)
        if not page.context["page"].after:
            break
        query = {"sort": "difficulty", "after": page.context["page"].after}
    assert len(seen) == len(set(seen))
    assert len(seen) == 30
    back = client.get(LIST, {"sort": "difficulty", "before": page.context["page"].before})
    assert back.context["page"].rows[-1].text.title != seen[-1]


@pytest.mark.parametrize("cursor", ["x", "9" * 40, "-1", "", "9" * 17])
def test_odd_places_answer(cursor, sign_in):
    VersionFactory()
    client = sign_in(with_role(Role.RECRUITER))
    assert client.get(LIST, {"after": cursor}).status_code == 200
    assert client.get(LIST, {"before": cursor}).status_code == 200


def test_words_are_marked_in_titles_or_in_an_excerpt(sign_in):
    title, answer = VersionFactory(), VersionFactory()
    title.texts.update(title="A <b>cache</b>")
    answer.texts.update(reference_answer="It is **slow** without a cache " + "and so on " * 40)
    services.index_questions([title.question_id, answer.question_id])

    text = sign_in(with_role(Role.RECRUITER)).get(LIST, {"text": "cache"}).content.decode()

    assert "A &lt;b&gt;<mark>cache</mark>&lt;/b&gt;" in text
    assert "It is slow without a <mark>cache</mark> and so on" in text


def test_nothing_found_says_what_to_leave_out(sign_in):
    version = publish(VersionFactory())
    client = sign_in(with_role(Role.RECRUITER))

    page = client.get(LIST, {"state": "draft", "category": version.question.category.slug})

    hints = [(hint.facet, hint.count, hint.without) for hint in page.context["listing"].hints]
    assert hints == [("State", 1, f"?category={version.question.category.slug}")]
    assert titles(client.get(LIST + hints[0][2])) == [version.texts.get().title]


def test_chips_take_one_filter_away(sign_in):
    version = VersionFactory()
    version.question.tags.add(Tag.objects.create(slug="a&b", name="A & B"))
    services.index_questions([version.question_id])

    page = sign_in(with_role(Role.RECRUITER)).get(LIST, {"text": "title", "tag": "a&b", "after": "0"})

    assert [(chip.facet, chip.label, chip.without) for chip in page.context["listing"].chips] == [
        ("Words", "title", "?tag=a%26b"),
        ("Tag", "A & B", "?text=title"),
    ]


@pytest.mark.parametrize("packed", [True, False])
def test_queries_are_the_same_at_any_size(packed, sign_in, django_assert_num_queries):
    client = sign_in(author())
    spent = []
    for size in (1, 3, 30):
        while QuestionVersion.objects.count() < size:
            VersionFactory()
        if packed:
            services.pack_blocks({0}, least=1)
        query = {"text": "title", "state": "waiting"}
        client.get(LIST, query)  # reads blocks that have changed
        with django_assert_num_queries(LIST_QUERIES) as captured:
            client.get(LIST, query)
        spent.append(len(captured))
    assert spent == [LIST_QUERIES] * 3


def test_who_may_not_read_finds_nothing():
    VersionFactory()
    stranger = UserFactory(roles=[Role.INTERVIEWER])
    listing = lists.question_list(user=stranger, query=QueryDict("text=title"))
    assert (listing.page.total, listing.page.rows) == (0, [])
    assert all(not group.values for group in listing.groups)


# Saved searches -----------------------------------------------------------------------------------------


def test_searches_are_kept_renamed_and_deleted(sign_in):
    person = with_role(Role.RECRUITER)
    client = sign_in(person)

    saved = client.post(url("search-save"), {"name": " Drafts ", "query": "state=draft&after=9&odd=1"})
    search = SavedSearch.objects.get()
    again = client.post(url("search-save"), {"name": "Drafts", "query": "state=draft"})
    renamed = client.post(url("search-rename", search.pk), {"name": "My drafts"})

    assert saved.url == LIST + "?state=draft"
    assert (search.user, search.name, search.query) == (person, "Drafts", "state=draft")
    assert said(again)[-1] == "You have a saved search of that name already."
    assert renamed.status_code == 302
    assert SavedSearch.objects.get().name == "My drafts"
    assert "My drafts" in client.get(LIST).content.decode()
    client.post(url("search-delete", search.pk))
    assert not SavedSearch.objects.exists()


def test_searches_are_ones_own(sign_in):
    owner = with_role(Role.RECRUITER)
    sign_in(owner).post(url("search-save"), {"name": "Mine", "query": "state=draft"})
    search = SavedSearch.objects.get()
    client = sign_in(author())

    assert "Mine" not in client.get(LIST).content.decode()
    assert client.post(url("search-rename", search.pk), {"name": "Theirs"}).status_code == 404
    assert client.post(url("search-delete", search.pk)).status_code == 404
    assert SavedSearch.objects.get().name == "Mine"


def test_search_needs_a_name_and_a_reader(sign_in):
    response = sign_in(author()).post(url("search-save"), {"name": " ", "query": "x"})
    assert said(response) == ["Give the search a name of at most 80 characters."]
    empty = sign_in(author()).post(url("search-save"), {"name": "All", "query": "odd=1"})
    assert said(empty)[-1] == "Search for something, or filter, before you save it."
    assert sign_in(with_role(Role.INTERVIEWER)).post(url("search-save"), {"name": "A"}).status_code == 403
    assert not SavedSearch.objects.exists()
