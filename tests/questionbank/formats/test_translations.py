"""Questions that a bank has in two languages."""

from questionbank.formats.reading import CHINESE, ENGLISH
from questionbank.formats.similarity import Pair
from questionbank.formats.translations import OTHER_LANGUAGE, SUREST, Numbered, across_languages

PAIRS = [
    ("How does a KV cache grow with the context?", "KV cache 如何随上下文增长？"),
    ("Why did RLHF give way to DPO?", "为什么 DPO 取代了 RLHF？"),
    ("Train 70B weights on 64 GPUs: what fits?", "64 张 GPU 上训练 70B 参数，显存如何分配？"),
    ("How do you lead a team through a crisis?", "如何带领团队度过危机？"),
]


def bank(pairs, *, files=("README_EN.md", "README.md")):
    english = [Numbered(f"en{at}", pair[0], ENGLISH, f"Q{at}", files[0]) for at, pair in enumerate(pairs, start=1)]
    chinese = [Numbered(f"zh{at}", pair[1], CHINESE, f"问题 {at}", files[1]) for at, pair in enumerate(pairs, start=1)]
    return english + chinese


def test_numbers_and_terms_make_pairs():
    found = across_languages(bank(PAIRS))

    assert {frozenset(pair[:2]) for pair in found} == {frozenset((f"en{at}", f"zh{at}")) for at in range(1, 5)}
    assert {pair.code for pair in found} == {OTHER_LANGUAGE}
    assert all(pair.similarity <= SUREST for pair in found)


def test_halves_of_one_file_are_compared():
    assert len(across_languages(bank(PAIRS, files=("bank.md", "bank.md")))) == 4


def test_other_questions_of_the_same_number_make_none():
    shifted = [(english, PAIRS[(at + 1) % len(PAIRS)][1]) for at, (english, _) in enumerate(PAIRS)]

    assert across_languages(bank(shifted)) == []


def test_files_of_other_names_make_none():
    assert across_languages(bank(PAIRS, files=("databases.md", "networks.md"))) == []


def test_questions_without_numbers_are_left_out():
    assert across_languages([question._replace(number="") for question in bank(PAIRS)]) == []


def test_pair_names_the_new_one_first():
    assert isinstance(across_languages(bank(PAIRS))[0], Pair)
