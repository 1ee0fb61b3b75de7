import { text } from "./fields";
import type { Kind } from "./kinds";

/** Taken when the other side hangs up first; without an edge the call is over then. */
const TALKED = ["talked"];

/** The kinds that connect callers with people, and with bots. */
export const CONNECTING: Record<string, Kind> = {
  queue: {
    group: "connect",
    fields: [
      { name: "queue", shape: { type: "queue" } },
      { name: "priority", shape: { type: "number", min: 0, max: 9 }, standard: 0 },
    ],
    exits: () => ["no_agent", "timeout", "full", "error"],
    mayLeaveBy: TALKED,
    fresh: { queue: "" },
  },
  agent: {
    group: "connect",
    fields: [text("extension", 64)],
    exits: () => ["no_agent", "busy", "no_answer", "error"],
    mayLeaveBy: TALKED,
    fresh: { extension: "" },
  },
  number: {
    group: "connect",
    fields: [text("number", 64), { name: "recorded", shape: { type: "switch" }, standard: false }],
    exits: () => ["busy", "no_answer", "refused", "error"],
    mayLeaveBy: TALKED,
    fresh: { number: "" },
  },
  stream: {
    group: "connect",
    fields: [
      text("url"),
      {
        name: "protocol",
        shape: { type: "choice", options: ["twilio", "jambonz", "audiosocket"] },
        standard: "twilio",
      },
      { name: "parameters", shape: { type: "table", max: 64 }, standard: {} },
      {
        name: "max_seconds",
        shape: { type: "number", min: 1, max: 14_400, unit: "s" },
        standard: 1_800,
      },
      { name: "handoff_variable", shape: { type: "assigned" }, standard: "handoff" },
    ],
    exits: () => ["done", "transfer", "timeout", "error"],
    fresh: { url: "" },
  },
};
