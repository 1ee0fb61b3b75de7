"""The two engines behind one call, with every raw rendering kept in a cache so that a build can be resumed."""

import hashlib
from pathlib import Path

import numpy as np

SAMPLE_RATE = 24_000


class Cache:
    """Raw renderings by the text, speed and engine that made them."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, engine: str, text: str, speed: float, render) -> np.ndarray:
        """The kept rendering, or a fresh one."""
        key = hashlib.sha256(f"{engine}\0{text}\0{speed:.3f}".encode()).hexdigest()[:32]
        path = self.folder / f"{key}.npy"
        if not path.exists():
            partial = path.with_suffix(".part.npy")
            np.save(partial, render().astype(np.float32))
            partial.rename(path)
        return np.load(path)


class Mandarin:
    """Kokoro-82M, voice zf_xiaoxiao."""

    def __init__(self, models: Path, cache: Cache):
        from kokoro import Kokoro

        self.engine = Kokoro(models, "zf_xiaoxiao")
        self.cache = cache

    def speak(self, text: str, speed: float) -> np.ndarray:
        """The text's sound at 24 kHz."""
        return self.cache.get("xiaoxiao", text, speed, lambda: self.engine.speak(text, speed))

    def speak_phonemes(self, phonemes: str, speed: float) -> np.ndarray:
        """The same for phonemes."""
        return self.cache.get("xiaoxiao/phonemes", phonemes, speed, lambda: self.engine.speak_phonemes(phonemes, speed))


class English:
    """hibari, voice heart. Its noise component is seeded, so that a build is repeatable."""

    def __init__(self, cache: Cache):
        from hibari import Hibari

        self.engine = Hibari(threads=1)
        self.cache = cache

    def speak(self, text: str, speed: float) -> np.ndarray:
        """The text's sound at 24 kHz."""
        return self.cache.get("heart", text, speed, lambda: self.engine(text, speed=speed, seed=0))

    def speak_phonemes(self, phonemes: str, speed: float) -> np.ndarray:
        """The same for phonemes."""
        return self.cache.get("heart/phonemes", phonemes, speed, lambda: self.engine.from_phonemes(phonemes, speed=speed, seed=0))
