"""How well banks of many habits are read: recall and precision of questions, and what is read of each."""

import pytest

from questionbank.formats.markdown import read_markdown_bank
from questionbank.formats.reading import ReadQuestion
from tests.questionbank.formats.bank_habits import CHINESE, ENGLISH, HABITS, Asked, make_bank

LEAST = 0.98
SEEDS = range(5)


def is_right(read: ReadQuestion, asked: Asked) -> bool:
    """Whether everything that a person sees of a question has been read, and nothing else."""
    return (
        read.reference_answer == asked.answer
        and read.category == asked.category
        and read.difficulty == asked.difficulty
        and set(read.tags) == set(asked.tags)
        and all(option in read.prompt for option in asked.options)
        and "✅" not in read.prompt
        and "[x]" not in read.prompt
    )


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
@pytest.mark.parametrize("habit", HABITS)
def test_banks_of_a_habit_are_read_nearly_without_error(habit, language):
    asked_in_all = found_in_all = hits = right = 0
    for seed in SEEDS:
        bank = make_bank(habit, language, seed)
        asked = {each.plain: each for each in bank.asked}
        found = read_markdown_bank(bank.data).questions
        hit = [question for question in found if question.title in asked]
        asked_in_all += len(asked)
        found_in_all += len(found)
        hits += len(hit)
        right += sum(is_right(question, asked[question.title]) for question in hit)

    assert hits >= LEAST * asked_in_all
    assert hits >= LEAST * found_in_all
    assert right >= LEAST * asked_in_all


def test_habits_are_many():
    assert len(HABITS) >= 25
