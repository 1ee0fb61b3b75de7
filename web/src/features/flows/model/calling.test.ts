import { describe, expect, it } from "vitest";
import type { Shapes } from "../../../api/client";
import { isOver, stepsOf } from "./calling";

const fact = { id: "00000000-0000-7000-8000-000000000000", at: "2026-11-24T09:00:00Z" };
const entered = (node: string) => ({ kind: "node_entered", ...fact, node }) as const;
const left = (node: string, exit: string) =>
  ({ kind: "node_left", ...fact, node, exit, keys: "" }) as const;

describe("the steps of a call", () => {
  it("are the nodes that it entered, with the exits by which it left them", () => {
    const events: Shapes["CallRecordEvent"][] = [
      entered("ask"),
      entered("ask/order"),
      left("ask/order", "ok"),
      left("ask", "error"),
      entered("ask"),
    ];
    expect(stepsOf(events)).toEqual([
      { node: "ask", exit: "error" },
      { node: "ask/order", exit: "ok" },
      { node: "ask" },
    ]);
    expect(isOver(events)).toBe(false);
  });
});
