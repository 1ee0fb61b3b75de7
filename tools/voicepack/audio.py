"""From an engine's 24 kHz floats to the pack's sound: 8 kHz, trimmed, levelled, G.711 mu-law in a WAV file."""

import struct

import numpy as np
from scipy import ndimage, signal

RATE = 8_000
LEVEL = 10 ** (-20 / 20)
CEILING = 10 ** (-3 / 20)
EDGE = RATE * 20 // 1000
FADE = RATE * 4 // 1000
WINDOW = RATE * 10 // 1000


def telephone(sound: np.ndarray) -> np.ndarray:
    """Resamples 24 kHz to 8 kHz and takes away what lies below speech."""
    narrow = signal.resample_poly(sound.astype(np.float64), 1, 3)
    return signal.sosfilt(signal.butter(2, 80, "highpass", fs=RATE, output="sos"), narrow)


def loudness(sound: np.ndarray) -> np.ndarray:
    """The level of every 10 ms, in decibels below the loudest."""
    count = max(1, len(sound) // WINDOW)
    frames = np.resize(sound, count * WINDOW).reshape(count, WINDOW)
    power = np.sqrt((frames**2).mean(axis=1)) + 1e-9
    return 20 * np.log10(power / power.max())


def trim(sound: np.ndarray, floor: float = -38) -> np.ndarray:
    """Leaves 20 ms before the first and after the last sound, faded at both ends."""
    heard = np.flatnonzero(loudness(sound) > floor)
    start = max(0, heard[0] * WINDOW - EDGE)
    end = min(len(sound), (heard[-1] + 1) * WINDOW + EDGE)
    cut = sound[start:end].copy()
    ramp = np.linspace(0, 1, FADE)
    cut[:FADE] *= ramp
    cut[-FADE:] *= ramp[::-1]
    return cut


def level(sound: np.ndarray) -> np.ndarray:
    """Brings the sounding parts to -20 dBFS RMS, with peaks rounded down to -3 dBFS by a smooth gain."""
    for _ in range(4):
        heard = np.repeat(loudness(sound) > -30, WINDOW)[: len(sound)]
        heard = np.pad(heard, (0, len(sound) - len(heard)))
        sound = sound * (LEVEL / np.sqrt((sound[heard] ** 2).mean()))
        envelope = ndimage.maximum_filter1d(np.abs(sound), 2 * FADE + 1)
        gain = np.minimum(1, 0.98 * CEILING / np.maximum(envelope, 1e-9))
        sound = sound * ndimage.uniform_filter1d(gain, FADE)
    return np.clip(sound, -CEILING, CEILING)


def before_closure(sound: np.ndarray) -> np.ndarray:
    """The part of a carrier sentence that stands before the stop consonant in its middle."""
    sound = trim(sound)
    levels = loudness(sound)
    start, end = round(len(levels) * 0.33), round(len(levels) * 0.62)
    closure = start + int(levels[start:end].argmin())
    if levels[closure] > -20:
        raise ValueError("the carrier has no closure in its middle")
    return trim(sound[: closure * WINDOW])


def mulaw(sound: np.ndarray) -> bytes:
    """G.711 mu-law (ITU-T G.711, table 2)."""
    pcm = np.clip(np.round(sound * 32_767), -32_635, 32_635).astype(np.int32)
    magnitude = np.abs(pcm) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(pcm < 0, 0x80, 0)
    return (~(sign | exponent << 4 | mantissa) & 0xFF).astype(np.uint8).tobytes()


def linear(data: bytes) -> np.ndarray:
    """The inverse of `mulaw`, for judging what a listener gets."""
    code = ~np.frombuffer(data, np.uint8).astype(np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 132) << (code >> 4 & 0x07)) - 132
    return np.where(code & 0x80, -magnitude, magnitude) / 32_768


def wav(sound: np.ndarray) -> bytes:
    """A mono WAV file, format 7, with the fact chunk that a non-PCM format asks for; an even number of samples."""
    data = mulaw(np.pad(sound, (0, len(sound) % 2)))
    chunks = b"fmt " + struct.pack("<IHHIIHHH", 18, 7, 1, RATE, RATE, 1, 8, 0)
    chunks += b"fact" + struct.pack("<II", 4, len(data))
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


HEADER_BYTES = 58
