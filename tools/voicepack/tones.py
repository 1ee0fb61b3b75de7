"""The two clips without speech: the beep before a message, and the music of the waiting line."""

import numpy as np

from audio import CEILING, FADE, RATE

BAR_SECONDS = 2.5
# Frequencies are MIDI notes: bass, then the chord, one bar each. The last bar leads back to the first.
BARS = [
    (36, (64, 67, 71, 74)), (45, (60, 64, 67, 71)), (41, (60, 64, 67, 69)), (43, (59, 62, 65, 69)),
    (36, (64, 67, 71, 74)), (40, (59, 62, 67, 71)), (38, (60, 65, 69, 72)), (43, (59, 65, 69, 74)),
]
MELODY = [76, 79, 74, 71, 72, 76, 71, 67, 69, 72, 76, 77, 74, 71, 69, 67]


def beep() -> np.ndarray:
    """1 kHz for 400 ms at -15 dBFS."""
    time = np.arange(RATE * 400 // 1000) / RATE
    tone = np.sin(2 * np.pi * 1000 * time) * 10 ** (-15 / 20) * np.sqrt(2)
    ramp = np.linspace(0, 1, FADE)
    tone[:FADE] *= ramp
    tone[-FADE:] *= ramp[::-1]
    return tone


def note(midi: int, seconds: float, decay: float, harmonics: tuple[float, ...]) -> np.ndarray:
    """A struck note: a few harmonics that fade, the high ones sooner, none above the telephone band."""
    frequency = 440 * 2 ** ((midi - 69) / 12)
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros_like(time)
    for number, strength in enumerate(harmonics, start=1):
        if frequency * number < 3_300:
            sound += strength * np.sin(2 * np.pi * frequency * number * time) * np.exp(-time * decay * number**0.7)
    attack = np.minimum(1, time / 0.012)
    release = np.minimum(1, (seconds - time) / 0.08)
    return sound * attack * release


def hold_music() -> np.ndarray:
    """Eight bars, 20 s. What rings past the end is added at the beginning, so the loop has no seam."""
    total = round(len(BARS) * BAR_SECONDS * RATE)
    loop = np.zeros(total)

    def place(start: float, sound: np.ndarray, strength: float) -> None:
        where = (round(start * RATE) + np.arange(len(sound))) % total
        np.add.at(loop, where, strength * sound)

    beat = BAR_SECONDS / 4
    for index, (bass, chord) in enumerate(BARS):
        start = index * BAR_SECONDS
        place(start, note(bass + 12, 2.4, 0.9, (1, 0.6, 0.35, 0.2)), 0.5)
        place(start + 2.5 * beat, note(bass + 19, 1.4, 1.6, (1, 0.5, 0.25)), 0.25)
        for voice in chord:
            place(start, note(voice, 2.7, 0.7, (1, 0.12)), 0.16)
        for eighth in range(8):
            voice = chord[(0, 1, 2, 3, 2, 1, 2, 3)[eighth]]
            place(start + eighth * beat / 2, note(voice, 1.6, 2.6, (1, 0.35, 0.12)), 0.22)
        place(start, note(MELODY[2 * index], 2.0, 1.5, (1, 0.3, 0.1)), 0.42)
        place(start + 2.5 * beat, note(MELODY[2 * index + 1], 1.6, 1.8, (1, 0.3, 0.1)), 0.36)
    loop *= 10 ** (-22 / 20) / np.sqrt((loop**2).mean())
    return CEILING * np.tanh(loop / CEILING)
