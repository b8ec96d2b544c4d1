"""Large banks as companies have them, for measuring and for comparing the engine with itself."""

from random import Random

from interviews.planning.assembly import AssemblyRequest, Item, Need, RoundSpec

COMPETENCIES = (
    "architecture",
    "coding",
    "communication",
    "data",
    "debugging",
    "delivery",
    "leadership",
    "operations",
    "product",
    "security",
    "systems",
    "testing",
)
ROLES, LEVELS, LANGUAGES = 6, 5, ("en", "en", "zh")
ROUNDS = (
    (50, 1, ("coding", "debugging", "testing")),
    (50, 2, ("coding", "systems", "data")),
    (45, 2, ("systems", "architecture", "operations", "security")),
    (40, 1, ("data", "product", "communication")),
    (35, 1, ("delivery", "leadership", "communication")),
    (45, 1, ("operations", "debugging", "delivery", "product")),
)
NEEDS = (
    ("coding", 3, 2),
    ("systems", 2, 2),
    ("data", 2, 2),
    ("debugging", 2, 1),
    ("communication", 2, 2),
    ("delivery", 2, 1),
    ("operations", 1, 1),
    ("leadership", 1, 1),
)


def company_request(questions: int, seed: int, *, dense: bool = False, **changes: object) -> AssemblyRequest:
    """A loop for one job: six rounds, and of the bank's questions those for its role, level and language.

    Three questions in ten are variants of another, and variants are enemies; one in fifty gives another one away.
    `dense` makes seven in ten variants, and one in five give another away.
    """
    random = Random(seed)
    fitting = [number for number in range(questions) if _fits(random)]
    items = [_item(random, f"Q{number:06}") for number in fitting]
    rounds = tuple(
        RoundSpec(
            f"R{n}", minutes + 5 * random.randint(-1, 1), seats, frozenset(assessed), random.choice([None, None, 4])
        )
        for n, (minutes, seats, assessed) in enumerate(ROUNDS, start=1)
    )
    values: dict[str, object] = {
        "items": tuple(_with_enemies(random, items, dense)),
        "rounds": rounds,
        "needs": tuple(Need(*need) for need in NEEDS),
        "difficulty": random.choice([2, 3, 4]),
        "difficulty_spread": 2,
        "seed": seed,
    }
    return AssemblyRequest(**(values | changes))  # type: ignore[arg-type]


def _fits(random: Random) -> bool:
    """About one question in sixteen is for the job's role, level and language."""
    role = random.randrange(ROLES) == 0
    lowest = random.randint(1, LEVELS)
    level = lowest <= 3 <= lowest + random.choice([0, 1, 1, 2])
    return (role and level and random.choice(LANGUAGES) == "en") or random.random() < 0.018


def _item(random: Random, item_id: str) -> Item:
    about = random.sample(COMPETENCIES, random.choice([1, 1, 2, 2, 3]))
    shares = {1: (100,), 2: random.choice([(70, 30), (60, 40), (80, 20)]), 3: (40, 35, 25)}[len(about)]
    return Item(
        item_id,
        minutes=random.choice([5, 8, 10, 10, 12, 15, 15, 20, 20, 25, 30]),
        difficulty=min(5, max(1, round(random.gauss(3, 1)))),
        weights=dict(zip(about, shares, strict=True)),
        exposure=min(12, int(random.expovariate(0.7))),
        resting_days=random.randint(1, 21) if random.random() < 0.06 else 0,
    )


def _with_enemies(random: Random, items: list[Item], dense: bool) -> list[Item]:
    """Variants are about the same, and often as long; they come in families of two to six."""
    made: list[Item] = []
    position = 0
    while position < len(items):
        first = items[position]
        is_family = random.random() < (0.4 if dense else 0.1)
        family = items[position : position + (random.randint(2, 6) if is_family else 1)]
        ids = frozenset(item.id for item in family)
        for item in family:
            minutes = first.minutes if random.random() < 0.7 else item.minutes
            enemies = ids - {item.id}
            if random.random() < (0.2 if dense else 0.02):
                enemies |= {random.choice(items).id}
            made.append(
                Item(item.id, minutes, item.difficulty, first.weights, item.exposure, item.resting_days, enemies)
            )
        position += len(family)
    return made
