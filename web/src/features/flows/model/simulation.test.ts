import { expect, it } from "vitest";
import { emptyDocument, type FlowDocument } from "./document";
import {
  NEW_CALL,
  NO_QUEUE,
  askedBy,
  callOf,
  endingsOf,
  pressed,
  testOf,
  testsText,
  type Move,
  type Trace,
} from "./simulation";

const MOVES: Move[] = [
  pressed("1", false),
  { node: "sales", end: "no_agent" },
  pressed("2", true),
  { deed: "hang_up" },
];

const TRACE: Trace = {
  steps: [
    { node: "welcome", at_ms: 0, exit: "ok", keys: "", said: "hello", unreadable: [] },
    { node: "goodbye", at_ms: 1000, exit: null, keys: "", said: "", unreadable: [] },
  ],
  heard: ["welcome"],
  variables: {},
  end: "waiting",
  awaited: { what: "key", name: null },
  lasted_ms: 1000,
};

it("a call is what was done in it, in order, with how transfers end beside", () => {
  const call = callOf({ ...NEW_CALL, caller: "13800138000" }, MOVES);
  expect(call).toEqual({
    caller: "13800138000",
    away: { sales: "no_agent" },
    do: [{ press: "1" }, { interrupt: "2" }, "hang_up"],
  });
  expect(callOf(NEW_CALL, MOVES.slice(0, 1))).toEqual({ away: {}, do: [{ press: "1" }] });
});

it("variables begin with what is given, and with their own beginning otherwise", () => {
  const document = { ...emptyDocument("x", "en-US"), variables: { level: "gold", city: "" } };
  expect(askedBy(document).variables).toEqual({ level: "gold", city: "" });
  const { variables } = callOf({ ...NEW_CALL, variables: { level: "silver" } }, []);
  expect(variables).toEqual({ level: "silver" });
  expect(callOf(NEW_CALL, []).variables).toBeUndefined();
});

it("a time is sent as an instant, and left out where it is none", () => {
  const { at } = callOf({ ...NEW_CALL, at: "2026-11-23T10:00" }, []);
  expect(new Date(at ?? "").getTime()).toBe(new Date("2026-11-23T10:00").getTime());
  expect(callOf({ ...NEW_CALL, at: "tomorrow" }, []).at).toBeUndefined();
});

it("a transfer can end in the ways of whoever has the caller", () => {
  expect(endingsOf("queue")).toContain("full");
  expect(endingsOf("recorder")).toEqual(["recorded"]);
  expect(endingsOf("key")).toEqual([]);
});

it("a test expects what came of the call, and goes into a file as it is", () => {
  const test = testOf("greets", callOf(NEW_CALL, []), TRACE);
  expect(test.expect).toEqual({
    path: ["welcome", "goodbye"],
    heard: ["welcome"],
    end: "waiting",
  });
  expect(JSON.parse(testsText("x", [test]))).toEqual({ flow: "x.json", tests: [test] });
});

it("whom a flow asks is found in its nodes, and what they say goes with the call", () => {
  const node = (kind: string, fields: Record<string, string>) => ({
    kind,
    fields,
    position: { x: 0, y: 0 },
  });
  const document: FlowDocument = {
    ...emptyDocument("asks", "zh-CN"),
    nodes: {
      find: node("http", { url: "https://crm.example/" }),
      look: node("queue_state", { queue: "sales" }),
      again: node("queue_state", { queue: "sales" }),
    },
  };
  expect(askedBy(document)).toEqual({ systems: ["find"], queues: ["sales"], variables: {} });
  const answers = {
    find: { status: 404, json: '{"level":3}' },
    typing: { status: 200, json: '{"le' },
    silent: { status: 200, json: "" },
  };
  const queues = { sales: { ...NO_QUEUE, waiting: 4 } };
  const call = callOf({ ...NEW_CALL, answers, queues }, []);
  expect(call.answers).toEqual({ find: { status: 404, json: { level: 3 } } });
  expect(call.queues).toEqual(queues);
});
