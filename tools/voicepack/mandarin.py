"""What the Mandarin pack holds: unit clips, each a run of the speech planner's unit words."""

from dataclasses import dataclass

DIGITS = "零一二三四五六七八九幺"
# Slower, the model puts a syllable of its own before a short text.
SPEED = 1.0
# The stop consonant of 八 marks where the wanted syllable ends.
CARRIER = "{}，八。"
# The judge understood these better when they were said as a sentence that ends.
ENDED = set("一一 一二 三三 三幺 二六 五一 五二 八二 八八 六七 六幺 四五 四幺 零幺 十 百".split())

# Unit word -> the ASCII part of a clip's name.
NAMES = {
    **{digit: str(value) for value, digit in enumerate(DIGITS[:10])},
    "幺": "yao", "两": "liang", "十": "shi", "百": "bai", "千": "qian", "万": "wan", "亿": "yi4",
    "点": "dian", "负": "fu", "加": "jia", "百分之": "baifenzhi", "转": "zhuan",
    "星号": "xinghao", "井号": "jinghao", "斜杠": "xiegang", "下划线": "xiahuaxian", "艾特": "aite",
    "元": "yuan", "角": "jiao", "分": "fen", "美元": "meiyuan", "美分": "meifen", "港元": "gangyuan",
    "欧元": "ouyuan", "英镑": "yingbang", "年": "nian", "月": "yue", "日": "ri", "号": "hao", "秒": "miao", "整": "zheng",
    "凌晨": "lingchen", "上午": "shangwu", "中午": "zhongwu", "下午": "xiawu", "晚上": "wanshang",
    **{f"星期{day}": f"xingqi{index}" for index, day in enumerate("日一二三四五六")},
}

# Prefixes of mobile and service numbers, whose automatic grouping leaves three digits together.
THREE_DIGIT_HEADS = ["幺三", "幺五", "幺七", "幺八", "幺九"]
THREE_DIGIT_GROUPS = ["四零零", "八零零", "零幺零", "九五五", *(f"零二{d}" for d in "零幺二三四五七八九")]


@dataclass(frozen=True)
class Unit:
    """One clip: its unit words, and whether it must be cut from a carrier because it is too short to be said alone."""

    words: tuple[str, ...]
    carried: bool = False

    @property
    def name(self) -> str:
        return "u_" + "_".join(NAMES[word] for word in self.words)

    @property
    def spoken(self) -> str:
        text = "".join(self.words)
        return f"{text}。" if text in ENDED else text


def singles() -> list[Unit]:
    """Every unit word by itself."""
    return [Unit((word,), carried=len(word) == 1 and word not in ENDED) for word in NAMES]


def digit_groups() -> list[Unit]:
    """All digit pairs, and the three-digit groups that telephone numbers begin with."""
    pairs = [Unit((a, b)) for a in DIGITS for b in DIGITS]
    heads = [Unit(tuple(head + last)) for head in THREE_DIGIT_HEADS for last in DIGITS if last != "一"]
    return pairs + heads + [Unit(tuple(group)) for group in THREE_DIGIT_GROUPS]


def number_groups() -> list[Unit]:
    """The parts of number values, so that a value is joined from whole words and hardly from syllables."""
    values = DIGITS[1:10]
    tens = [Unit((a, "十", b)) for a in values for b in values] + [Unit(("十", b)) for b in values]
    tens += [Unit((a, "十")) for a in values] + [Unit(("十", scale)) for scale in "万亿"]
    scaled = [Unit((a, scale)) for scale in "百千万亿" for a in [*values, "两"] if (a, scale) not in {("二", "万"), ("二", "亿")}]
    decimals = [Unit(("点", digit)) for digit in DIGITS[:10]]
    return tens + scaled + decimals


def amount_groups() -> list[Unit]:
    """A digit with the word it counts, for money and time."""
    values = [*DIGITS[1:10], "两"]
    money = [Unit((value, unit)) for unit in "元角分" for value in values]
    hours = [Unit((value, "点")) for value in ["零", *values]]
    months = [Unit((value, "月")) for value in DIGITS[1:10]] + [Unit(("十", "月"))]
    return money + hours + months


def units() -> list[Unit]:
    """All unit clips, the indispensable ones at the front."""
    return singles() + digit_groups() + number_groups() + amount_groups()
