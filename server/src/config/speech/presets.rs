//! What engines have in common with their kind: the programs of Debian, and the two kinds of requests.

/// What holds where the configuration says nothing else.
pub(super) struct Preset {
    name: &'static str,
    /// The program with its arguments.
    pub(super) command: &'static str,
    /// The path of requests, behind `/v1`.
    pub(super) path: &'static str,
    pub(super) headers: &'static str,
    pub(super) body: &'static str,
    pub(super) voices: &'static str,
    /// Samples a second of audio without a header.
    pub(super) raw_rate: u32,
}

const NOTHING: Preset = Preset {
    name: "",
    command: "",
    path: "",
    headers: "",
    body: "",
    voices: "",
    raw_rate: 8_000,
};

/// Any program.
pub(super) const PROGRAM: Preset = NOTHING;

/// Any request.
pub(super) const TEMPLATE: Preset = Preset {
    headers: "Content-Type: application/json\nAuthorization: Bearer {key}",
    ..NOTHING
};

/// What OpenAI, LocalAI, Kokoro-FastAPI and others understand.
pub(super) const OPENAI: Preset = Preset {
    path: "/audio/speech",
    headers: "Content-Type: application/json\nAuthorization: Bearer {key}",
    body: r#"{"model":"{model}","input":"{text}","voice":"{voice}","response_format":"{format}","speed":{speed}}"#,
    raw_rate: 24_000,
    ..NOTHING
};

const PROGRAMS: [Preset; 4] = [
    Preset {
        name: "espeak-ng",
        command: "espeak-ng -v {voice} -s {wpm} -f {text_file} -w {out}",
        voices: "en-us en-US, en-gb en-GB",
        ..NOTHING
    },
    Preset {
        name: "flite",
        command: "flite -voice {voice} --setf duration_stretch={stretch} -f {text_file} -o {out}",
        voices: "slt en-US, kal en-US, awb en-US, rms en-US",
        ..NOTHING
    },
    Preset {
        name: "pico2wave",
        command: "pico2wave -l {voice} -w {out}",
        voices: "en-US en-US, en-GB en-GB",
        ..NOTHING
    },
    Preset {
        name: "piper",
        command: "piper --model {voice} --length_scale {stretch} --output_file {out}",
        ..NOTHING
    },
];

/// A program by its name.
pub(super) fn find(name: &str) -> Option<&'static Preset> {
    PROGRAMS.iter().find(|preset| preset.name == name)
}

/// The names of the programs.
pub(super) fn names() -> String {
    PROGRAMS.map(|preset| preset.name).join(", ")
}
