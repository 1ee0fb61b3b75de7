"""Asks Whisper what a listener understands of random digit strings: `python judge.py FOLDER MODEL [--strings N]`.

Clips are joined as the server joins them (greedy, longest first, 250 ms between groups) after their G.711 coding.
English is compared word by digit, Mandarin in toneless pinyin, because the judge writes homophones.
"""

import argparse
import random
import re
import tomllib
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from pypinyin import lazy_pinyin
from scipy import signal

import audio

GROUP_PAUSE = np.zeros(audio.RATE // 4)
SEED = 20_241_105
WORDS = {
    "en-US": "zero one two three four five six seven eight nine".split(),
    "zh-CN": list("零一二三四五六七八九"),
}
GROUPS = {"pairs": [4, 4], "odd": [3, 3, 3], "phone": [3, 4, 4], "singles": [1] * 6}


def clips(folder: Path) -> dict[tuple[str, ...], np.ndarray]:
    """Unit words -> sound."""
    manifest = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    found = {}
    for clip in manifest["clip"]:
        if not clip.get("phrase"):
            data = (folder / clip["file"]).read_bytes()[audio.HEADER_BYTES :]
            found[tuple(clip["text"].split(" "))] = audio.linear(data)
    return found


def join(units: dict, words: list[str]) -> np.ndarray:
    """The longest clip that fits, again and again."""
    parts = []
    while words:
        size = next(n for n in (4, 3, 2, 1) if tuple(words[:n]) in units)
        parts.append(units[tuple(words[:size])])
        words = words[size:]
    return np.concatenate(parts)


def digits(text: str, locale: str) -> str:
    """The digits that the judge wrote, whatever it wrote them with."""
    if locale == "en-US":
        for value, word in enumerate(WORDS[locale]):
            text = re.sub(rf"\b{word}\b", str(value), text.lower())
        return re.sub(r"\D", "", re.sub(r"\boh\b", "0", text))
    sounds = {"ling": 0, "yi": 1, "yao": 1, "er": 2, "san": 3, "si": 4, "wu": 5, "liu": 6, "qi": 7, "ba": 8, "jiu": 9}
    text = text.replace("L", "1")
    tokens = re.findall(r"\d|[a-z]+", " ".join(lazy_pinyin(text)).lower())
    return "".join(token if token.isdigit() else str(sounds.get(token, "")) for part in tokens for token in (part if part.isdigit() else [part]))


def distance(a: str, b: str) -> int:
    """Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--strings", type=int, default=6)
    parser.add_argument("--only", choices=GROUPS, action="append")
    arguments = parser.parse_args()
    locale = arguments.folder.parent.name
    units = clips(arguments.folder)
    model = WhisperModel(str(arguments.model), device="cpu", compute_type="int8", cpu_threads=1)
    for kind in arguments.only or GROUPS:
        chance = random.Random(SEED)
        wrong = total = 0
        for _ in range(arguments.strings):
            sound, said = [GROUP_PAUSE], ""
            for size in GROUPS[kind]:
                values = [chance.randrange(10) for _ in range(size)]
                names = [WORDS[locale][value] for value in values]
                if locale == "zh-CN" and kind == "phone":
                    names = ["幺" if name == "一" else name for name in names]
                said += "".join(map(str, values))
                sound += [join(units, names), GROUP_PAUSE]
            wide = signal.resample_poly(np.concatenate(sound), 2, 1).astype(np.float32)
            segments, _ = model.transcribe(
                wide, language=locale[:2], beam_size=3, temperature=0, condition_on_previous_text=False, without_timestamps=True
            )
            written = "".join(segment.text for segment in segments)
            heard = digits(written, locale)
            wrong += min(len(said), distance(said, heard))
            total += len(said)
            print(f"{kind}: said {said}, heard {heard} ({written.strip()})", flush=True)
        print(f"{kind}: {100 - 100 * wrong / total:.1f} % of {total} digits", flush=True)


if __name__ == "__main__":
    main()
