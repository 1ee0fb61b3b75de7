import { LANGUAGES, type Fields, type Value } from "./document";
import { expression, text, wait, type Field, type Way } from "./fields";
import { ASKING } from "./kinds-asking";
import { CONNECTING } from "./kinds-connecting";

export type Group = "speech" | "input" | "logic" | "connect" | "end";
export const GROUPS: Group[] = ["speech", "input", "logic", "connect", "end"];

export interface Kind {
  group: Group;
  fields: Field[];
  /** More fields, of one of these sets. */
  ways?: Way[];
  /** Variables that it sets without a field for them. */
  assigns?: string[];
  exits: (fields: Fields) => string[];
  /** Exits that may be left without an edge. */
  mayLeaveBy?: string[];
  /** What a new node holds besides what may be left out. */
  fresh: Fields;
}

const CASE: Fields = { exit: "yes", variable: "caller", when: { starts_with: "1" } };
const ITEMS: Field = { name: "items", shape: { type: "items" } };
const INTERRUPTIBLE: Field = { name: "interruptible", shape: { type: "switch" }, standard: true };
const RETRIES: Field = {
  name: "retries",
  shape: { type: "number", min: 0, max: 9 },
  standard: 2,
};

function otherItems(name: string): Field {
  return { name, shape: { type: "items" }, standard: [] };
}

function always(...exits: string[]): () => string[] {
  return () => exits;
}

/** The texts that a list of a node's fields holds, such as its keys. */
function namesIn(value: Value | undefined, field?: string): string[] {
  return (Array.isArray(value) ? value : []).flatMap((entry) => {
    const name =
      field !== undefined && typeof entry === "object" && entry !== null && !Array.isArray(entry)
        ? entry[field]
        : entry;
    return typeof name === "string" ? [name] : [];
  });
}

/** Every kind of node that the designer has a form for. */
export const KINDS: Record<string, Kind> = {
  play: {
    group: "speech",
    fields: [ITEMS, INTERRUPTIBLE],
    exits: always("ok"),
    fresh: { items: [] },
  },
  language: {
    group: "speech",
    fields: [{ name: "language", shape: { type: "choice", options: LANGUAGES } }],
    exits: always("ok"),
    fresh: { language: "en-US" },
  },
  menu: {
    group: "input",
    fields: [
      ITEMS,
      { name: "keys", shape: { type: "keys" } },
      wait("timeout_ms", 5_000),
      RETRIES,
      otherItems("invalid_items"),
      otherItems("timeout_items"),
      INTERRUPTIBLE,
    ],
    exits: (fields) => [...namesIn(fields.keys), "timeout", "invalid"],
    fresh: { items: [], keys: ["1", "2"] },
  },
  collect: {
    group: "input",
    fields: [
      ITEMS,
      { name: "variable", shape: { type: "assigned" } },
      { name: "min_length", shape: { type: "number", min: 0, max: 64 }, standard: 1 },
      { name: "max_length", shape: { type: "number", min: 1, max: 64 }, standard: 32 },
      { name: "terminator", shape: { type: "key" }, standard: "#" },
      wait("first_timeout_ms", 8_000),
      wait("inter_digit_timeout_ms", 4_000),
      RETRIES,
      { name: "sensitive", shape: { type: "switch" }, standard: false },
      otherItems("invalid_items"),
      otherItems("timeout_items"),
      INTERRUPTIBLE,
    ],
    exits: always("ok", "timeout", "invalid"),
    fresh: { items: [], variable: "digits" },
  },
  survey: {
    group: "input",
    fields: [
      ITEMS,
      {
        name: "scale",
        shape: { type: "choice", options: ["stars", "points"] },
        standard: "stars",
      },
      { name: "scores", shape: { type: "scores" } },
      { name: "variable", shape: { type: "assigned" }, standard: "rating" },
      wait("timeout_ms", 5_000),
      RETRIES,
      otherItems("invalid_items"),
      otherItems("timeout_items"),
      INTERRUPTIBLE,
    ],
    exits: always("ok", "timeout", "invalid"),
    fresh: {
      items: [{ clip: "rate_service" }],
      scores: { "1": 5, "2": 4, "3": 3, "4": 2, "5": 1 },
    },
  },
  voicemail: {
    group: "input",
    fields: [
      ITEMS,
      {
        name: "max_seconds",
        shape: { type: "number", min: 1, max: 1_800, unit: "s" },
        standard: 120,
      },
      { name: "end_keys", shape: { type: "text", max: 16 }, standard: "#" },
    ],
    exits: always("ok"),
    fresh: { items: [{ clip: "leave_message" }, { clip: "beep" }] },
  },
  set: {
    group: "logic",
    fields: [{ name: "variable", shape: { type: "assigned" } }],
    ways: [
      { name: "text", fields: [text("value")], fresh: { value: "" } },
      expression("expression", "caller"),
    ],
    exits: always("ok"),
    fresh: { variable: "value", value: "" },
  },
  branch: {
    group: "logic",
    fields: [
      {
        name: "cases",
        shape: {
          type: "list",
          max: 64,
          fresh: CASE,
          fields: [{ name: "exit", shape: { type: "name" } }],
          ways: [
            {
              name: "comparison",
              fields: [
                { name: "variable", shape: { type: "variable" } },
                { name: "when", shape: { type: "condition" } },
              ],
              fresh: { variable: "caller", when: { starts_with: "1" } },
            },
            expression("if", "caller.startsWith('1')"),
          ],
        },
      },
    ],
    exits: (fields) => [...namesIn(fields.cases, "exit"), "otherwise"],
    fresh: { cases: [CASE] },
  },
  ...ASKING,
  ...CONNECTING,
  hangup: {
    group: "end",
    fields: [otherItems("items")],
    exits: always(),
    fresh: { items: [{ clip: "goodbye" }] },
  },
};

/** What is known of a kind; nothing of one that a newer server has. */
export function kindOf(kind: string): Kind | undefined {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
}
