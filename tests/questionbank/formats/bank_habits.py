"""Question banks in many habits, made up by chance, with what a person would read in them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

ENGLISH = "en"
CHINESE = "zh"

TITLES = {
    ENGLISH: [
        "What is the difference between a process and a thread?",
        "How does garbage collection find live objects?",
        "Why is a hash table resized before it is full?",
        "Explain the CAP theorem with an example of your own",
        "Describe how TLS resumes a session",
        "When would you choose a column store over a row store?",
        "Compare optimistic and pessimistic locking",
        "What happens when a DNS record expires?",
        "Implement an LRU cache with constant-time operations",
        "How do you test code that depends on time?",
        "Which isolation level prevents lost updates?",
        "Can a deadlock involve a single thread?",
        "Design a notification service for ten million users",
        "What does `volatile` guarantee, and what not?",
        "Is a service mesh worth its cost?",
        "Name three ways to make a build reproducible",
        "Walk me through the life of an HTTP request",
        "How would you migrate a table of 2 TB without downtime?",
        "What's wrong with `SELECT *` in production code?",
        "Tell me about a time you disagreed with a review",
        "Why do floats fail to represent 0.1?",
        "Define eventual consistency",
        "What are the trade-offs of microservices?",
        "How is `async` different from threads in Python?",
        "Should a library log or raise?",
        "Given two sorted arrays, how would you find the median?",
        "Do indexes always make reads faster?",
        "Where would you put a cache in this system, and why?",
        "Who should own an on-call rotation?",
        "Discuss the limits of code coverage as a measure of quality",
    ],
    CHINESE: [
        "进程和线程有什么区别？",
        "垃圾回收如何判断对象是否存活？",
        "为什么哈希表要在装满之前扩容？",
        "请解释 CAP 定理，并举一个例子",
        "简述 TLS 会话恢复的过程",
        "什么情况下会选择列式存储？",
        "比较乐观锁与悲观锁",
        "DNS 记录过期后会发生什么？",
        "实现一个 O(1) 的 LRU 缓存",
        "如何测试依赖时间的代码？",
        "哪种隔离级别可以避免丢失更新？",
        "谈谈你对微服务的理解",
        "设计一个支持千万用户的消息推送系统",
        "`volatile` 能保证什么，不能保证什么？",
        "说说 HTTP 请求的完整生命周期",
        "如何在不停机的情况下迁移 2 TB 的表？",
        "生产环境中使用 `SELECT *` 有哪些问题？",
        "浮点数为什么不能精确表示 0.1？",
        "什么是最终一致性？",
        "Python 的协程和线程有何不同？",
        "给定两个有序数组，如何找到中位数？",
        "索引一定会让查询变快吗？",
        "缓存应该放在哪一层？为什么？",
        "你如何看待代码覆盖率这个指标？",
        "Redis 的持久化方式有哪些？",
        "TCP 为什么需要三次握手？",
        "Explain 的执行计划怎么看？",
        "怎样定位内存泄漏？",
        "如何保证消息不被重复消费？",
        "描述一次你处理线上故障的经历",
    ],
}
CATEGORIES = {
    ENGLISH: ["Operating systems", "Databases", "Networking", "Design", "Python", "Testing & quality", "C++"],
    CHINESE: ["操作系统", "数据库", "计算机网络", "系统设计", "Python 基础", "测试与质量", "消息队列"],
}
PROSE = {
    ENGLISH: [
        "It depends on what you measure.",
        "The short version: memory is shared, and so are its troubles.",
        "Most systems settle for less than the strongest guarantee.",
        "A good answer names the cost as well.",
        "In practice one looks at the numbers first.",
        "Both work; they fail in different ways.",
    ],
    CHINESE: [
        "要看衡量的是什么。",
        "简单来说，内存是共享的，麻烦也是共享的。",
        "多数系统并不需要最强的保证。",
        "好的回答还会说明代价。",
        "实践中应先看数据。",
        "两者都可行，只是失败的方式不同。",
    ],
}
EXTRAS = {
    ENGLISH: [
        "- cheap to create\n- shares memory\n  - which needs locks",
        "1. read\n2. merge\n3. write",
        "```python\n# 1. What is this?\nx = [1, 2]\n```",
        "| option | cost |\n|---|---|\n| a | low |\n| b | high |",
        "**Advantages**:\n- simple\n- fast",
        "> Remember that a measurement is one day's truth.",
        "**Note:** this changed in later versions.",
        "The formula is $a_1 + b_1$.",
    ],
    CHINESE: [
        "- 创建开销小\n- 共享内存\n  - 因此需要锁",
        "1. 读取\n2. 合并\n3. 写回",
        "```python\n# 1. 这是什么？\nx = [1, 2]\n```",
        "| 方案 | 成本 |\n|---|---|\n| 甲 | 低 |\n| 乙 | 高 |",
        "**优点**：\n- 简单\n- 快",
        "> 一次测量只说明那一天的情况。",
        "**注意：** 新版本中有变化。",
        "公式为 $a_1 + b_1$。",
    ],
}
LEVELS = {ENGLISH: {2: "Easy", 3: "Medium", 4: "Hard"}, CHINESE: {2: "简单", 3: "中等", 4: "困难"}}
TAGS = {ENGLISH: ["memory", "locks", "http", "sql", "design"], CHINESE: ["内存", "锁", "网络", "索引", "设计"]}
OPTIONS = {ENGLISH: ["Always", "Never", "Only on Sundays"], CHINESE: ["总是", "从不", "只在周日"]}


@dataclass
class Asked:
    """A question as a person reads it in the bank."""

    title: str
    answer: str
    category: str
    number: int
    difficulty: int | None = None
    tags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        return self.title.replace("`", "")


@dataclass
class Bank:
    """A made-up bank: its text, what is asked in it, and how it is made."""

    text: str
    asked: list[Asked]
    habit: str
    language: str
    decorations: list[str] = field(default_factory=list)
    data: bytes = b""


Habit = Callable[[random.Random, str, Asked], str]
HABITS: dict[str, Habit] = {}
# What a habit says beside title and answer, and whether its questions stand below headings of categories.
SAYS: dict[str, frozenset[str]] = {}
TRAITS = {"difficulty", "tags", "options", "short", "unanswered", "flat", "no_numbers_in_answer"}


def habit(*says: str) -> Callable[[Habit], Habit]:
    def add(function: Habit) -> Habit:
        HABITS[function.__name__] = function
        SAYS[function.__name__] = frozenset(says)
        return function

    return add


def indented(text: str, by: int) -> str:
    return "\n".join(" " * by + line if line else line for line in text.split("\n"))


def word(language: str, english: str, chinese: str) -> str:
    return english if language == ENGLISH else chinese


@habit()
def heading_q_number(rng, lang, q):
    label = word(lang, rng.choice(["**Answer**:", "**Reference answer:**", "**Answer**"]), "**参考答案**：")
    return f"### Q{q.number}: {q.title}\n\n{label}\n\n{q.answer}\n"


@habit()
def heading_question_word(rng, lang, q):
    head = word(lang, f"Question {q.number}.", f"问题{q.number}：")
    return f"## {head} {q.title}\n\n{q.answer}\n"


@habit()
def heading_numbered(rng, lang, q):
    return f"### {q.number}. {q.title}\n\n{q.answer}\n"


@habit()
def heading_plain(rng, lang, q):
    return f"### {q.title}\n\n{q.answer}\n"


@habit()
def heading_with_answer_heading(rng, lang, q):
    return f"### {q.title}\n\n#### {word(lang, 'Answer', '答案')}\n\n{q.answer}\n"


@habit()
def heading_with_folded_answer(rng, lang, q):
    summary = word(lang, rng.choice(["Answer", "Show answer", "Click to reveal the solution"]), "点击查看答案")
    return f"### {q.title}\n\n<details>\n<summary>{summary}</summary>\n\n{q.answer}\n\n</details>\n"


@habit("difficulty")
def heading_with_words_of_difficulty(rng, lang, q):
    level = LEVELS[lang][q.difficulty]
    return f"### {q.number}. {q.title} {word(lang, f'({level})', f'【{level}】')}\n\n{q.answer}\n"


@habit("difficulty", "tags")
def heading_with_facts(rng, lang, q):
    facts = word(
        lang,
        f"**Difficulty:** {LEVELS[lang][q.difficulty]} | **Tags:** {', '.join(q.tags)}",
        f"**难度**：{'⭐' * q.difficulty}\n**标签**：{'、'.join(q.tags)}",
    )
    return f"### Q{q.number}. {q.title}\n\n{facts}\n\n{word(lang, '**Answer:**', '**答案：**')} {q.answer}\n"


@habit("difficulty", "tags")
def heading_with_comments(rng, lang, q):
    level = {2: "easy", 3: "medium", 4: "hard"}[q.difficulty]
    return f"### {q.title}\n<!-- difficulty: {level} -->\n<!-- tags: {', '.join(q.tags)} -->\n\n{q.answer}\n"


@habit("difficulty")
def heading_with_dot(rng, lang, q):
    return f"### {({2: '🟢', 3: '🟡', 4: '🔴'})[q.difficulty]} {q.title}\n\n{q.answer}\n"


@habit("flat")
def setext(rng, lang, q):
    return f"Q{q.number}: {q.title}\n{'-' * 20}\n\n{q.answer}\n"


@habit("no_numbers_in_answer")
def ordered_list(rng, lang, q):
    return f"{q.number}. {q.title}\n\n{indented(q.answer, len(str(q.number)) + 2)}\n"


@habit()
def ordered_list_of_headings(rng, lang, q):
    return f"{q.number}. ### {q.title}\n\n{indented(q.answer, 4)}\n"


@habit("no_numbers_in_answer")
def ordered_bold(rng, lang, q):
    return f"{q.number}. **{q.title}**\n\n{indented(q.answer, len(str(q.number)) + 2)}\n"


@habit("short")
def ordered_without_indent(rng, lang, q):
    return f"{q.number}. **{q.title}**\n\n{q.answer}\n"


@habit()
def bullets(rng, lang, q):
    return f"- {q.title}\n\n{indented(q.answer, 2)}\n"


@habit("unanswered")
def bullets_without_answers(rng, lang, q):
    return f"* {q.title}"


@habit("unanswered")
def ordered_without_answers(rng, lang, q):
    return f"{q.number}. {q.title}"


@habit("short")
def bullets_with_labels(rng, lang, q):
    return f"- **{word(lang, 'Q', '问')}:** {q.title}\n  - **{word(lang, 'A', '答')}:** {q.answer}\n"


@habit()
def folded_questions(rng, lang, q):
    return f"<details>\n<summary>{rng.choice(['', '<b>'])}{q.title}</summary>\n\n{q.answer}\n\n</details>\n".replace(
        "<b>" + q.title, f"<b>{q.title}</b>"
    )


@habit()
def label_pairs_bold(rng, lang, q):
    ask, answer = word(lang, "**Q:**", "**题目**："), word(lang, "**A:**", "**参考答案**：")
    return f"{ask} {q.title}\n\n{answer} {q.answer}\n"


@habit("short")
def label_pairs_plain(rng, lang, q):
    ask, answer = word(lang, "Q:", "问："), word(lang, "A:", "答：")
    return f"{ask} {q.title}\n{answer} {q.answer}\n"


@habit()
def label_brackets(rng, lang, q):
    return f"{word(lang, '[Question]', '【题目】')} {q.title}\n\n{word(lang, '[Answer]', '【答案】')} {q.answer}\n"


@habit()
def paragraph_q_number(rng, lang, q):
    return f"{word(lang, f'Q{q.number}.', f'第{q.number}题：')} {q.title}\n\n{q.answer}\n"


@habit()
def paragraph_bold_number(rng, lang, q):
    return f"**{q.number}. {q.title}**\n\n{q.answer}\n"


@habit()
def paragraph_bold(rng, lang, q):
    return f"**{q.title}**\n\n{q.answer}\n"


@habit("short")
def paragraph_chinese_number(rng, lang, q):
    return f"{q.number}、{q.title}\n\n{q.answer}\n"


@habit("options")
def choices_with_label(rng, lang, q):
    options = "\n".join(f"- {sign}. {text}" for sign, text in zip("ABC", q.options, strict=True))
    return f"### Q{q.number}. {q.title}\n\n{options}\n\n{word(lang, '**Answer:** B', '**答案：** B')}\n"


@habit("options")
def choices_with_tasks(rng, lang, q):
    options = "\n".join(f"- [{'x' if at == 1 else ' '}] {text}" for at, text in enumerate(q.options))
    return f"#### {q.title}\n\n{options}\n"


@habit("options")
def choices_with_tick(rng, lang, q):
    options = "\n".join(f"{s}. {t}{' ✅' if s == 'B' else ''}  " for s, t in zip("ABC", q.options, strict=True))
    return f"### {q.number}. {q.title}\n\n{options}\n"


@habit("short")
def quoted(rng, lang, q):
    return f"> **{q.number}. {q.title}**\n\n{q.answer}\n"


@habit("difficulty")
def badges(rng, lang, q):
    level = {2: "easy", 3: "medium", 4: "hard"}[q.difficulty]
    badge = f"![{level}](https://img.shields.io/badge/difficulty-{level}-blue)"
    return f"### {q.title}\n\n{badge}\n\n{q.answer}\n"


@habit("tags")
def hashtags(rng, lang, q):
    return f"### {q.number}. {q.title}\n\n{' '.join('#' + tag for tag in q.tags)}\n\n{q.answer}\n"


def question(rng: random.Random, habit_name: str, language: str, title: str, category: str, number: int) -> Asked:
    says = SAYS[habit_name]
    parts = [rng.choice(PROSE[language])]
    if "short" not in says:
        parts += rng.sample(EXTRAS[language], rng.randint(0, 2))
        if "no_numbers_in_answer" in says:
            parts = [part for part in parts if not part.startswith("1.")]
        parts += rng.sample(PROSE[language], rng.randint(0, 1))
    asked = Asked(title, "\n\n".join(parts), category, number)
    if "difficulty" in says:
        asked.difficulty = rng.choice([2, 3, 4])
    if "tags" in says:
        asked.tags = tuple(rng.sample(TAGS[language], rng.randint(1, 3)))
    if "options" in says:
        asked.options = tuple(OPTIONS[language])
        asked.answer = {"choices_with_label": "B", "choices_with_tasks": asked.options[1]}.get(
            habit_name, f"B. {asked.options[1]}"
        )
    if "unanswered" in says:
        asked.answer = ""
    return asked


DECORATIONS = ["title", "badges", "prose", "contents", "back_to_top", "rules", "licence", "contributing", "legend"]


def make_bank(habit_name: str, language: str, seed: int) -> Bank:
    """A bank of one habit, decorated by chance."""
    rng = random.Random(f"{habit_name} {language} {seed}")
    says = SAYS[habit_name]
    count = rng.randint(4, 14)
    titles = rng.sample(TITLES[language], count)
    names = [""] if "flat" in says else rng.sample(CATEGORIES[language], rng.randint(1, 4))
    if rng.random() < 0.15:
        names = [""]
    chosen = [decoration for decoration in DECORATIONS if rng.random() < 0.4]
    if names != [""] and habit_name != "heading_question_word" and "title" not in chosen:
        chosen.insert(0, "title")
    asked = [
        question(rng, habit_name, language, title, names[at * len(names) // count], at + 1)
        for at, title in enumerate(titles)
    ]
    level = "#" if habit_name == "heading_question_word" and len(set(names)) > 1 else "##"
    if level == "#" and "title" in chosen:
        chosen.remove("title")
    if habit_name == "heading_question_word" and level == "##":
        for each in asked:
            each.category = ""
        names = [""]
    bank = Bank("", asked, habit_name, language, chosen)
    bank.text = "\n".join([*_head(rng, bank, names), *_body(rng, bank, level), *_foot(bank)])
    bank.data = encoded(rng, bank)
    return bank


def _head(rng: random.Random, bank: Bank, names: list[str]) -> list[str]:
    lang, lines = bank.language, []
    if "title" in bank.decorations:
        lines += [f"# {word(lang, 'Backend interview questions', '后端面试题集')}", ""]
    if "badges" in bank.decorations:
        lines += ["[![build](https://example.org/b.svg)](https://example.org) ![PRs](https://example.org/p.svg)", ""]
    if "prose" in bank.decorations:
        lines += [word(lang, "We collected what we ask. Send us yours!", "这里收集了我们常问的题目，欢迎补充！"), ""]
    if "legend" in bank.decorations:
        lines += [word(lang, "🟢 easy · 🟡 medium · 🔴 hard", "图例：🟢 简单 🟡 中等 🔴 困难"), ""]
    if "contents" in bank.decorations and "title" in bank.decorations:
        lines += [f"## {word(lang, 'Table of Contents', '目录')}", ""]
        for name in names:
            lines += [f"- [{name}](#{name})"] if name else []
            for q in bank.asked:
                if q.category == name and rng.random() < 0.8:
                    lines.append(f"{'  ' if name else ''}- [{q.title}](#{q.number})")
        lines.append("")
    return lines


def _body(rng: random.Random, bank: Bank, level: str) -> list[str]:
    lines: list[str] = []
    category = ""
    for q in bank.asked:
        if q.category != category:
            category = q.category
            lines += ["", f"{level} {category}", ""]
        lines.append(HABITS[bank.habit](rng, bank.language, q))
        tight = "unanswered" in SAYS[bank.habit]
        if "back_to_top" in bank.decorations and not tight:
            lines += [word(bank.language, "**[⬆ Back to Top](#contents)**", "[返回目录](#目录)"), ""]
        if "rules" in bank.decorations and not tight:
            lines += ["---", ""]
    return lines


def _foot(bank: Bank) -> list[str]:
    lines: list[str] = []
    lang = bank.language
    level = "##"
    if "contributing" in bank.decorations:
        lines += ["", f"{level} {word(lang, 'Contributing', '贡献指南')}", ""]
        lines += [word(lang, "1. Fork it\n2. Ask: is the answer right?", "1. 先 fork\n2. 想一想：答案对吗？"), ""]
    if "licence" in bank.decorations:
        lines += ["", f"{level} {word(lang, 'License', '许可证')}", "", "MIT", ""]
    return lines


def encoded(rng: random.Random, bank: Bank) -> bytes:
    text = bank.text
    if rng.random() < 0.2:
        bank.decorations.append("crlf")
        text = text.replace("\n", "\r\n")
    kinds = ["utf-8", "utf-8", "utf-8-sig", "utf-16"]
    if bank.language == CHINESE and all(sign not in text for sign in "⬆🟢🟡🔴⭐✅"):
        kinds.append("gb18030")
    kind = rng.choice(kinds)
    bank.decorations.append(kind)
    return text.encode(kind)
