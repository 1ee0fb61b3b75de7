import { describe, expect, it } from "vitest";
import { comparisonOf, countedOf, meanOf, periodOf, type FlowCounts } from "./counts";
import { readDocument, type FlowDocument } from "./document";

function drawn(): FlowDocument {
  const document = readDocument({
    name: "demo",
    language: "zh-CN",
    start: "ask",
    nodes: {
      ask: { kind: "menu", items: [], keys: ["1", "2"] },
      order: { kind: "subflow", flow: "order" },
      bye: { kind: "hangup", items: [] },
    },
    edges: [
      { from: "ask", exit: "1", to: "order" },
      { from: "ask", exit: "default", to: "bye" },
      { from: "order", exit: "default", to: "bye" },
    ],
  });
  if (!document) {
    throw new Error("the document can be read");
  }
  return document;
}

const NONE = { hung_up: 0, answered: 0, cut_off: 0, still_there: 0, spent_ms: 0 };

function counts(nodes: Record<string, Record<string, number>>): FlowCounts {
  return {
    version: 1,
    days: { from: "", to: "", time_zone: "UTC", begins_at: "", ends_at: "" },
    nodes: Object.entries(nodes).map(([node, exits]) => ({
      ...NONE,
      node,
      entered: Object.values(exits).reduce((sum, callers) => sum + callers, 0),
      exits: Object.entries(exits).map(([exit, callers]) => ({ exit, callers, spent_ms: 0 })),
    })),
  };
}

describe("counts on the canvas", () => {
  it("stand on the edge of the exit, and on that of all others where it has none", () => {
    const document = drawn();

    const { edges } = countedOf(document, counts({ ask: { "1": 4, "2": 2, timeout: 3 } }));

    expect(document.edges.map((edge) => edges.get(edge))).toEqual([4, 5, undefined]);
  });

  it("lose nobody: what is not drawn any more is listed", () => {
    const told = counts({
      ask: { "1": 1, "3": 7 },
      order: { ok: 1 },
      "order/say": { ok: 1 },
      "gone/say": { ok: 1 },
      gone: { ok: 9 },
      bye: { hang_up: 1 },
    });

    const found = comparisonOf(drawn(), told);

    expect(found.drawn.map(({ node }) => node)).toEqual(["ask", "order", "bye"]);
    expect(found.within.map(({ node }) => node)).toEqual(["order/say"]);
    expect(found.lost.map(({ node }) => node)).toEqual(["gone", "gone/say"]);
    expect(found.lostExits).toEqual([{ node: "ask", exit: "3", callers: 7 }]);
  });

  it("know the mean time of those who are not there any more", () => {
    const [node] = counts({ ask: { ok: 4 } }).nodes;

    expect(node && meanOf({ ...node, entered: 5, still_there: 1, spent_ms: 8_000 })).toBe(2_000);
    expect(node && meanOf({ ...node, entered: 1, still_there: 1 })).toBeUndefined();
  });
});

describe("a period", () => {
  it("is asked for once it is complete", () => {
    expect(periodOf({ kind: "last30", from: "", to: "" })).toEqual({ range: "last30" });
    const own = { kind: "custom", from: "2026-11-01", to: "2026-11-02" } as const;
    expect(periodOf(own)).toEqual({ from: "2026-11-01", to: "2026-11-02" });
    expect(periodOf({ ...own, to: "" })).toBeUndefined();
    expect(periodOf({ ...own, to: "2026-10-31" })).toBeUndefined();
  });
});
