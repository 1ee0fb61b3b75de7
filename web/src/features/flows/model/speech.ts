import { isFields, type Fields } from "./document";
import { asFields, asText } from "./values";

interface Voices {
  voices: readonly { name: string }[];
}

/** The names of all voices, each once. */
export function voicesOf(engines: readonly Voices[]): string[] {
  return [...new Set(engines.flatMap(({ voices }) => voices.map(({ name }) => name)))];
}

/** A text as an engine is asked to speak it for whoever writes it. */
export interface Preview {
  engine: string;
  text: string;
  language: string;
  voice?: string;
  speed_percent?: number;
}

interface Flow {
  language: string;
  speech: Fields;
  variables: Readonly<Record<string, string>>;
}

/** The longest text that is spoken for whoever writes it. */
const LONGEST = 300;

/** The text with the values that the flow's variables begin with, where they have any. */
function filled(text: string, variables: Flow["variables"]): string {
  return text.replace(/(\$?)\$\{([^}:]*)(?::[^}]*)?\}/g, (whole, escape: string, name: string) =>
    escape === "" ? (variables[name] ?? "") : whole.slice(1),
  );
}

/** What is asked for to hear an item; nothing where nobody speaks it, or nothing is spoken. */
export function previewOf(item: Fields, flow: Flow): Preview | undefined {
  const language = asText(item.language) || flow.language;
  const spoken = flow.speech[language] ?? (language === "en-GB" ? flow.speech["en-US"] : undefined);
  const own = isFields(spoken) ? asFields(spoken) : {};
  const engine = asText(item.engine) || asText(own.engine);
  const text = filled(asText(item.tts), flow.variables).slice(0, LONGEST);
  if (engine === "" || !/[\p{L}\p{N}]/u.test(text)) {
    return undefined;
  }
  // A voice belongs to its engine.
  const speaker = asText(own.engine) === engine ? own : {};
  const voice = asText(item.voice) || asText(speaker.voice);
  const speed = item.speed_percent ?? speaker.speed_percent;
  return {
    engine,
    text,
    language,
    ...(voice !== "" && { voice }),
    ...(typeof speed === "number" && { speed_percent: speed }),
  };
}

/** The speakers with one of a language changed; without an engine there is none. */
export function withSpeaker(speech: Fields, language: string, changed: Fields): Fields {
  const { [language]: old, ...others } = speech;
  const before = asFields(old);
  const now = Object.fromEntries(
    Object.entries({ ...before, ...changed }).filter(([, value]) => value !== ""),
  );
  if (asText(now.engine) !== asText(before.engine)) {
    delete now.voice;
  }
  return asText(now.engine) === "" ? others : { ...others, [language]: now };
}
