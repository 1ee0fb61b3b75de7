"""Builds what callers hear: `python build.py music`, `python build.py en|zh --cache DIR [--models DIR]`."""

import argparse
import tomllib
from pathlib import Path

import numpy as np

import audio
import english
import mandarin
import tones
from engines import Cache, English, Mandarin
from pack import Pack, Source

HERE = Path(__file__).parent
TEN_SECONDS = 10 * audio.RATE
ENGLISH_UNIT_SPEED = 0.95

XIAOXIAO = Source("zh-CN", "xiaoxiao", "Kokoro-82M (int8 ONNX), voice zf_xiaoxiao; letters: hibari-tts 0.2.1, voice heart", "1.0", "Apache-2.0")
HIBARI = Source("en-US", "hibari", "hibari-tts, voice heart", "0.2.1", "Apache-2.0")


def finish(raw: np.ndarray) -> np.ndarray:
    """A whole rendering made ready for the pack."""
    return audio.level(audio.trim(audio.telephone(raw)))


def first_syllable(raw: np.ndarray) -> np.ndarray:
    """What stands before the closure of a carrier sentence."""
    return audio.level(audio.before_closure(audio.telephone(raw)))


def ten_seconds(speak, text: str) -> np.ndarray:
    """The announcement at the speed that fills ten seconds all but half a second, padded to exactly 80,000 samples."""
    speed = 1.0
    for _ in range(4):
        sound = finish(speak(text, speed))
        if 9.3 <= len(sound) / audio.RATE <= 9.9:
            return np.pad(sound, (0, TEN_SECONDS - len(sound)))
        speed = round(speed * len(sound) / audio.RATE / 9.6, 3)
    raise ValueError(f"no speed makes the text ten seconds long, at {speed} it lasts {len(sound)} samples")


def add_phrases(pack: Pack, speak, language: str, speed: float) -> None:
    """The system phrases and the two clips without speech."""
    for phrase in tomllib.loads((HERE / "phrases.toml").read_text(encoding="utf-8"))["phrase"]:
        if pack.keep(phrase["name"]):
            continue
        text = phrase[language]
        if phrase["name"] == "ten_seconds":
            sound = ten_seconds(speak, text)
        else:
            sound = finish(speak(text, speed))
        pack.phrase(phrase["name"], text, sound)
    if not pack.keep("beep"):
        pack.phrase("beep", "(1000 Hz, 400 ms)", tones.beep())
    if not pack.keep("hold_music"):
        pack.phrase("hold_music", "(music, 20 s, loops)", tones.hold_music())


def english_letter(engine: English, letter: str) -> np.ndarray:
    """A letter's name. Both packs use it: the Mandarin voice's letters were not understood."""
    return finish(engine.speak_phonemes(f"{english.LETTER_PHONEMES[letter]}.", ENGLISH_UNIT_SPEED))


def build_english(out: Path, cache: Cache, adding: bool) -> None:
    """en-US, voice hibari."""
    engine = English(cache)
    pack = Pack(out / "en-US" / "hibari", HIBARI, adding)
    add_phrases(pack, engine.speak, "en", 1.0)
    for word in english.words():
        name = "u_" + word.lower().replace("'", "")
        if pack.keep(name):
            continue
        phonemes = english.PHONEMES.get(word)
        raw = engine.speak_phonemes(f"{phonemes}.", ENGLISH_UNIT_SPEED) if phonemes else engine.speak(f"{word}.", ENGLISH_UNIT_SPEED)
        pack.unit(name, word, finish(raw))
    for letter in english.LETTERS:
        if pack.keep(f"letter_{letter.lower()}"):
            pack.keep(f"u_{letter.lower()}")
            continue
        sound = english_letter(engine, letter)
        pack.unit(f"letter_{letter.lower()}", f"letter:{letter}", sound)
        if letter.lower() in english.MERIDIEM:
            pack.unit(f"u_{letter.lower()}", letter.lower(), sound)
    pack.close()


def mandarin_unit(engine: Mandarin, unit: mandarin.Unit) -> np.ndarray:
    """A unit said alone, or cut from the beginning of a carrier."""
    if unit.carried:
        return first_syllable(engine.speak(mandarin.CARRIER.format(unit.spoken), mandarin.SPEED))
    return finish(engine.speak(unit.spoken, mandarin.SPEED))


def build_mandarin(out: Path, cache: Cache, models: Path, adding: bool) -> None:
    """zh-CN, voice xiaoxiao."""
    engine = Mandarin(models, cache)
    pack = Pack(out / "zh-CN" / "xiaoxiao", XIAOXIAO, adding)
    add_phrases(pack, engine.speak, "zh", mandarin.SPEED)
    for unit in mandarin.units():
        if not pack.keep(unit.name):
            pack.unit(unit.name, " ".join(unit.words), mandarin_unit(engine, unit))
    letters = English(cache)
    for letter in english.LETTERS:
        if not pack.keep(f"letter_{letter.lower()}"):
            pack.unit(f"letter_{letter.lower()}", f"letter:{letter}", english_letter(letters, letter))
    pack.close()


def build_music(out: Path) -> None:
    """The music of the waiting line by itself, for callers of every language."""
    folder = out / "music"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hold.wav").write_bytes(audio.wav(tones.hold_music()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["music", "en", "zh"])
    parser.add_argument("--adding", action="store_true", help="render only what the pack does not have yet")
    parser.add_argument("--out", type=Path, default=HERE / "../../prompts")
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--models", type=Path, default=HERE / "models")
    arguments = parser.parse_args()
    if arguments.what == "music":
        build_music(arguments.out)
    elif arguments.what == "en":
        build_english(arguments.out, Cache(arguments.cache), arguments.adding)
    else:
        build_mandarin(arguments.out, Cache(arguments.cache), arguments.models, arguments.adding)


if __name__ == "__main__":
    main()
