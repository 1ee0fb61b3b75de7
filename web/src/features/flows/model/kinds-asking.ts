import type { Kind } from "./kinds";
import type { Value } from "./document";
import { text, type Field } from "./fields";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function table(name: string): Field {
  return { name, shape: { type: "table", max: 64 }, standard: {} };
}

function texts(value: Value | undefined): string[] {
  return (Array.isArray(value) ? value : []).filter((entry) => typeof entry === "string");
}

/** The kinds that ask somebody else: another system, a queue, the calendar, another flow. */
export const ASKING: Record<string, Kind> = {
  schedule: {
    group: "logic",
    fields: [{ name: "scheme", shape: { type: "scheme" } }],
    exits: () => ["open", "closed", "holiday"],
    fresh: { scheme: "" },
  },
  http: {
    group: "logic",
    fields: [
      {
        name: "method",
        shape: { type: "choice", options: METHODS },
        standard: "GET",
      },
      { ...text("url"), label: "address" },
      table("headers"),
      table("json"),
      {
        name: "take",
        shape: {
          type: "list",
          max: 64,
          fresh: { pointer: "/", variable: "answer" },
          fields: [
            text("pointer"),
            { name: "variable", shape: { type: "assigned" } },
            { name: "sensitive", label: "secret", shape: { type: "switch" }, standard: false },
          ],
        },
        standard: [],
      },
      {
        name: "timeout_ms",
        label: "attempt_ms",
        shape: { type: "number", min: 1, max: 30_000, unit: "ms" },
        standard: 5_000,
      },
      { name: "retries", shape: { type: "number", min: 0, max: 3 }, standard: 0 },
      { name: "status_variable", shape: { type: "assigned" }, standard: "http.status" },
    ],
    exits: () => ["ok", "failed", "timeout", "error"],
    fresh: { url: "https://" },
  },
  queue_state: {
    group: "logic",
    fields: [{ name: "queue", shape: { type: "queue" } }],
    assigns: ["queue.waiting", "queue.longest_wait", "queue.agents", "queue.free"],
    exits: () => ["ok", "error"],
    fresh: { queue: "" },
  },
  subflow: {
    group: "logic",
    fields: [
      { name: "flow", shape: { type: "flow" } },
      table("inputs"),
      { name: "outputs", shape: { type: "table", max: 64, assigns: true }, standard: {} },
      { name: "results", shape: { type: "names", max: 64 }, standard: [] },
      { name: "returns", shape: { type: "switch" }, standard: true },
    ],
    exits: ({ results, returns }) =>
      returns === false ? ["error"] : ["ok", ...texts(results), "error"],
    fresh: { flow: "" },
  },
  return: {
    group: "end",
    fields: [{ name: "result", shape: { type: "name" }, standard: "ok" }],
    exits: () => [],
    fresh: {},
  },
};
