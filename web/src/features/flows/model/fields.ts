import { LANGUAGES, type Fields, type Value } from "./document";

/** How a field is edited. */
export type Shape =
  | { type: "text"; max: number }
  | { type: "name" }
  | { type: "number"; min: number; max: number; unit?: "ms" | "s" | "%" }
  | { type: "switch" }
  | { type: "choice"; options: readonly string[] }
  | { type: "items" }
  | { type: "clip" }
  | { type: "sound" }
  | { type: "engine" }
  | { type: "engineVoice" }
  | { type: "spoken"; max: number }
  | { type: "keys" }
  | { type: "key" }
  | { type: "variable" }
  | { type: "assigned" }
  | { type: "queue" }
  | { type: "scheme" }
  | { type: "flow" }
  /** Names and texts; whether the names are variables that the node sets. */
  | { type: "table"; max: number; assigns?: boolean }
  /** Keys with a score each. */
  | { type: "scores" }
  | { type: "names"; max: number }
  | { type: "list"; max: number; fields: Field[]; ways?: Way[]; fresh: Fields }
  | { type: "part"; fields: Field[] }
  | { type: "condition" };

export interface Field {
  name: string;
  /** The name under which it is shown, where another kind means something else by the same. */
  label?: string;
  shape: Shape;
  /** What the server takes where the field is left out; without it the field is required. */
  standard?: Value;
}

/** One of several sets of fields, of which a node or an entry has exactly one. */
export interface Way {
  name: "comparison" | "expression" | "text";
  fields: Field[];
  fresh: Fields;
}

/** The longest expression, in bytes, which are characters where it is not within quotes. */
export const EXPRESSION_BYTES = 512;

/** The longest wait, in milliseconds. */
export const WAIT_MS = 120_000;

/** The rules by which a text is read aloud. */
export const READINGS = ["digits", "number", "phone", "money", "date", "time"] as const;

const OPTION_FIELDS: Field[] = [
  { name: "yao", shape: { type: "switch" }, standard: null },
  { name: "liang", shape: { type: "switch" }, standard: true },
  { name: "oh", shape: { type: "switch" }, standard: false },
  { name: "doubles", shape: { type: "switch" }, standard: false },
  { name: "clock", shape: { type: "choice", options: ["12h", "24h"] }, standard: "12h" },
  { name: "home", shape: { type: "text", max: 4 }, standard: null },
  {
    name: "group_pause_ms",
    shape: { type: "number", min: 0, max: 10_000, unit: "ms" },
    standard: 250,
  },
];
const ITEM_LANGUAGE: Field = {
  name: "language",
  shape: { type: "choice", options: LANGUAGES },
  standard: null,
};

/** The kinds of item that a node says, and what a new one holds. */
export const ITEM_KINDS: Record<
  "clip" | "sound" | "say" | "tts" | "pause_ms",
  { fields: Field[]; fresh: Fields }
> = {
  clip: {
    fields: [{ name: "clip", shape: { type: "clip" } }, ITEM_LANGUAGE],
    fresh: { clip: "welcome" },
  },
  sound: {
    fields: [{ name: "sound", shape: { type: "sound" } }],
    fresh: { sound: "" },
  },
  say: {
    fields: [
      { name: "say", shape: { type: "choice", options: READINGS } },
      { name: "text", shape: { type: "spoken", max: 1_024 } },
      ITEM_LANGUAGE,
      { name: "options", shape: { type: "part", fields: OPTION_FIELDS }, standard: {} },
    ],
    fresh: { say: "digits", text: "12 34" },
  },
  tts: {
    fields: [
      { name: "tts", shape: { type: "text", max: 1_024 } },
      { name: "engine", shape: { type: "engine" }, standard: null },
      { name: "voice", shape: { type: "engineVoice" }, standard: null },
      {
        name: "speed_percent",
        shape: { type: "number", min: 50, max: 200, unit: "%" },
        standard: 100,
      },
      { name: "cache", shape: { type: "switch" }, standard: true },
      ITEM_LANGUAGE,
    ],
    fresh: { tts: "" },
  },
  pause_ms: {
    fields: [{ name: "pause_ms", shape: { type: "number", min: 0, max: WAIT_MS, unit: "ms" } }],
    fresh: { pause_ms: 500 },
  },
};

export function wait(name: string, standard: number): Field {
  return { name, shape: { type: "number", min: 1, max: WAIT_MS, unit: "ms" }, standard };
}

export function text(name: string, max = 1_024): Field {
  return { name, shape: { type: "text", max } };
}

export function expression(name: string, fresh: string): Way {
  const field: Field = { name, shape: { type: "text", max: EXPRESSION_BYTES } };
  return { name: "expression", fields: [field], fresh: { [name]: fresh } };
}
