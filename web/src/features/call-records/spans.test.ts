import { describe, expect, it } from "vitest";
import type { CallRecordEvent } from "./api/call-records";
import { endOf } from "./spans";

const one = { id: "2001", name: "2001" };
const other = { id: "2002", name: "2002" };

function at(second: number) {
  return { id: String(second), at: `2026-11-22T18:30:0${String(second)}.000Z` };
}

const LISTENED: CallRecordEvent[] = [
  { ...at(0), kind: "supervision_started", supervisor: one, by: one, mode: "monitor" },
  { ...at(1), kind: "supervision_started", supervisor: other, by: other, mode: "barge" },
  { ...at(2), kind: "supervision_changed", supervisor: one, mode: "whisper" },
  { ...at(3), kind: "supervision_ended", supervisor: one, end: "stopped" },
  { ...at(4), kind: "ended", by: "customer", reason: "hung_up", stage: "talking" },
];

function endsAt(index: number, events: CallRecordEvent[]) {
  const event = events[index];
  return event && endOf(event, events);
}

describe("a span of a call", () => {
  it("of supervision lasts until the same supervisor changes, leaves, or the call ends", () => {
    expect(endsAt(0, LISTENED)).toBe(at(2).at);
    expect(endsAt(1, LISTENED)).toBe(at(4).at);
    expect(endsAt(2, LISTENED)).toBe(at(3).at);
    expect(endsAt(3, LISTENED)).toBeUndefined();
    expect(endsAt(1, LISTENED.slice(0, 4))).toBeUndefined();
  });

  it("of a conference lasts until one of three leaves", () => {
    const events: CallRecordEvent[] = [
      { ...at(0), kind: "conference_begun", agent: one, guest: other },
      { ...at(1), kind: "hold_changed", held: true, by_customer: false },
      { ...at(2), kind: "conference_left", side: "agent" },
    ];
    expect(endsAt(0, events)).toBe(at(2).at);
    expect(endsAt(1, events)).toBeUndefined();
  });
});
