"""A pack on disk: the clips' files and `pack.toml`."""

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import audio


@dataclass(frozen=True)
class Source:
    """Who speaks, by which engine, under which licence."""

    locale: str
    voice: str
    engine: str
    version: str
    licence: str


@dataclass
class Pack:
    """A pack that is being written; of one that is only added to, the clips of before stay as they are."""

    folder: Path
    source: Source
    adding: bool = False
    entries: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.adding:
            _, *entries = (self.folder / "pack.toml").read_text(encoding="utf-8").rstrip("\n").split("\n\n")
            self.kept = {tomllib.loads(entry)["clip"][0]["name"]: entry for entry in entries}
            return
        for old in self.folder.glob("*.wav"):
            old.unlink()

    def keep(self, name: str) -> bool:
        """Takes a clip over that is there already; whether there is one."""
        entry = self.kept.get(name)
        if entry is None:
            return False
        self.entries.append(entry)
        return True

    def unit(self, name: str, words: str, sound: np.ndarray) -> None:
        """A clip that the planner's unit words find."""
        self.add(name, words, sound, phrase=False)

    def phrase(self, name: str, text: str, sound: np.ndarray) -> None:
        """A clip that is addressed by its name; the text is for people."""
        self.add(name, text, sound, phrase=True)

    def add(self, name: str, text: str, sound: np.ndarray, phrase: bool) -> None:
        data = audio.wav(sound)
        file = f"{name}.wav"
        (self.folder / file).write_bytes(data)
        lines = ["[[clip]]", f'name = "{name}"', f"text = {json.dumps(text, ensure_ascii=False)}"]
        if phrase:
            lines.append("phrase = true")
        lines += [f'file = "{file}"', f'sha256 = "{hashlib.sha256(data).hexdigest()}"']
        self.entries.append("\n".join(lines))

    def close(self) -> None:
        """Writes the manifest."""
        source = self.source
        head = [
            f'locale = "{source.locale}"',
            f'voice = "{source.voice}"',
            f'engine = "{source.engine}"',
            f'version = "{source.version}"',
            f'licence = "{source.licence}"',
            f"sample_rate = {audio.RATE}",
        ]
        text = "\n\n".join(["\n".join(head), *self.entries]) + "\n"
        (self.folder / "pack.toml").write_text(text, encoding="utf-8")
