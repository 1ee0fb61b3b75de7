"""Speaks Mandarin with Kokoro-82M (int8 ONNX) on one thread; the model and the voice come from package registries."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from misaki import zh
from pypinyin import load_phrases_dict, load_single_dict

SAMPLE_RATE = 24_000
STYLES = 510

load_single_dict({ord("幺"): "yāo"})
load_phrases_dict({"斜杠": [["xié"], ["gàng"]]})


class Kokoro:
    """One voice of the model."""

    def __init__(self, models: Path, voice: str):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(models / "kokoro.onnx"), options)
        self.vocabulary = json.loads((models / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        self.styles = np.fromfile(models / f"{voice}.bin", np.float32).reshape(STYLES, 1, 256)
        self.phonemes = zh.ZHG2P()

    def speak(self, text: str, speed: float) -> np.ndarray:
        """The text's sound, float samples at 24 kHz."""
        phonemes, _ = self.phonemes(text)
        return self.speak_phonemes(phonemes, speed)

    def speak_phonemes(self, phonemes: str, speed: float) -> np.ndarray:
        """The same for phonemes in the model's own alphabet."""
        unknown = {p for p in phonemes if p not in self.vocabulary}
        if unknown:
            raise ValueError(f"phonemes {unknown} of {phonemes!r} are not in the model's alphabet")
        tokens = [self.vocabulary[p] for p in phonemes]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": self.styles[len(tokens)],
            "speed": np.array([speed], np.float32),
        }
        return self.session.run(None, inputs)[0]
