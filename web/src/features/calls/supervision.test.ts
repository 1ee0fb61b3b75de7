import { describe, expect, it } from "vitest";
import type { LiveCall } from "./api/calls";
import { ownPart, wishesFor } from "./supervision";

const ALL = ["monitor", "whisper", "barge", "take_over"];

function call(change: Partial<LiveCall>): LiveCall {
  return {
    id: "c",
    caller: "13800138000",
    called: "4008110511",
    trunk_number: "4008110511",
    started_at: "2026-11-22T18:30:00.000Z",
    stage: "talking",
    agent: { id: "1001" },
    supervisors: [],
    recording: false,
    recording_paused: false,
    ...change,
  };
}

describe("what a supervisor can ask for", () => {
  it("is every way to take part while an agent talks, whether they have a phone or not", () => {
    expect(wishesFor(call({}), "2001")).toEqual(ALL);
    expect(wishesFor(call({}), undefined)).toEqual(ALL);
  });

  it("is nothing in their own call, nor while nobody talks or no agent does", () => {
    expect(wishesFor(call({}), "1001")).toEqual([]);
    expect(wishesFor(call({ stage: "ringing" }), "2001")).toEqual([]);
    expect(wishesFor(call({ agent: null }), "2001")).toEqual([]);
  });

  it("is to stop, too, for those who take part or whose phone rings for it", () => {
    const part = { agent: { id: "2001" }, mode: "monitor", hears: false } as const;
    const rings = call({ stage: "ringing", supervisors: [part] });
    expect(ownPart(rings, "2001")).toBe(part);
    expect(wishesFor(rings, "2001")).toEqual([...ALL, "stop"]);
    expect(wishesFor(rings, "2002")).toEqual([]);
  });
});
