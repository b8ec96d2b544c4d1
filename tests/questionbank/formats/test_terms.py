"""Words of texts and of queries: whatever stands in a text finds it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionbank.formats.terms import MOST_TERMS, Term, fold, marked, number_terms, read_query, terms_of

# Machines that do other things too take long to make up examples.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

LETTERS = st.text(st.sampled_from("abcdefgstxyzéß123"), min_size=1, max_size=9)
HAN = st.text(st.sampled_from("缓存一致性训练数据模型"), min_size=1, max_size=8)
WORDS = st.lists(st.one_of(LETTERS, HAN), min_size=1, max_size=8)


def finds(query, *texts):
    """Whether a text has all that the query asks for, as the databases look for it."""
    stored = terms_of(texts)
    terms = read_query(query)
    return bool(terms) and all(any(term.accepts(word) for word in stored) for term in terms)


@unhurried
@given(WORDS, st.data())
def test_every_word_of_a_text_finds_it(words, data):
    word = data.draw(st.sampled_from(words))
    assert finds(word, " ".join(words))
    assert finds(f'"{word}"', " ".join(words))


@unhurried
@given(HAN, st.data())
def test_every_part_of_chinese_text_finds_it(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    assert finds(text[start : data.draw(st.integers(start + 1, len(text)))], text)


@unhurried
@given(WORDS)
def test_whole_text_as_a_phrase_finds_it(words):
    text = " ".join(words)[:180]
    assert finds(f'"{text}"', text)


@unhurried
@given(st.lists(LETTERS, max_size=4), st.text(st.sampled_from("abcdefgstxyzéß"), min_size=3, max_size=9), st.data())
def test_begun_word_finds_it(words, last, data):
    begun = last[: data.draw(st.integers(3, len(last)))]
    assert finds(" ".join([*words, begun]), " ".join([*words, last]))


@unhurried
@given(st.text(max_size=300))
def test_any_query_is_read_and_its_terms_need_no_escaping(text):
    terms = read_query(text)
    assert len(terms) <= MOST_TERMS
    for term in terms:
        for word in (*term.words, term.prefix):
            assert not set(word) & set("\"'\\ \0:*()&|!<>{}^,-")


@unhurried
@given(st.text(max_size=300))
def test_any_text_has_terms_without_spaces_or_quotes(text):
    for term in terms_of([text]):
        assert term
        assert not set(term) & set("\"'\\ \0:*()&|!<>{}^,-\n\t")


@unhurried
@given(st.text(max_size=200), st.text(max_size=40))
def test_marking_keeps_the_text(text, query):
    assert "".join(piece for piece, _hit in marked(text, read_query(query))) == text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("caches", "one cache"),
        ("cache", "caches"),
        ("process", "two processes"),
        ("processes", "a process"),
        ("queries", "this query"),
        ("branch", "branches"),
        ("sizes", "size"),
        ("serie", "a series"),
        ("c++", "Modern C++20 or C++"),
        ("c#", "C# and F#"),
        ("kv-cache", "the KV cache"),
        ("kv cache", "the KV-cache"),
        ("kv-ca", "the KV-cache"),
        ("ｃａｃｈｅ", "cache"),
        ("STRASSE", "Straße"),
        ("node.js", "Node.js 22"),
        ("don't", "do not, or don't"),
        ("３", "3 shards"),
        ('"exactly once', "deliver exactly once"),
    ],
)
def test_forms_of_one_word_find_each_other(query, text):
    assert finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("c++", "plain C"),
        ("status", "statu"),
        ("存缓", "缓存"),
        ('"cache line"', "line of a cache"),
        ("kv-cache", "cache of kv"),
        ("23", "1234"),
        ('"cac"', "cache"),
    ],
)
def test_other_words_do_not(query, text):
    assert not finds(query, text)


def test_words_that_are_everywhere_are_left_out_of_a_question_but_found_alone():
    assert read_query("what is a cache") == read_query("cache")
    assert finds("what", "what is it")
    assert finds("what is the", "what is the")


@pytest.mark.parametrize("query", ["12", "0012", "Q-12", "q-0012", "Q.12"])
def test_number_is_found_as_people_write_it(query):
    assert all(any(term.accepts(word) for word in number_terms(12)) for term in read_query(query))


def test_nothing_is_asked_by_signs_alone():
    assert read_query("") == read_query("…!") == ()


def test_marks_what_was_asked_for():
    assert marked("A KV-cache, 缓存一致", read_query("kv-cache 缓存")) == [
        ("A ", False),
        ("KV", True),
        ("-", False),
        ("cache", True),
        (", ", False),
        ("缓存", True),
        ("一致", False),
    ]
    assert marked("Caching", read_query("cachi")) == [("Caching", True)]
    assert fold("ＡＢ") == "ab"
    assert Term(("a",)).accepts("a")
