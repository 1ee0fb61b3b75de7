import { expect, it } from "vitest";
import { emptyDocument, type FlowDocument } from "./document";
import { marksOf } from "./marks";

const STEPS = [{ node: "welcome", exit: "ok" }, { node: "goodbye" }] as const;

it("the node that waits is lit, and edges are marked by the exits that were taken", () => {
  const document = emptyDocument("x", "en-US");
  const marks = marksOf(document, STEPS);
  expect(marks.at).toBe("goodbye");
  expect([...marks.passed]).toEqual(["welcome", "goodbye"]);
  expect([...marks.taken]).toEqual(document.edges);
  expect(marksOf(document, []).at).toBeUndefined();
});

it("an exit without an edge of its own was left by the default", () => {
  const document: FlowDocument = {
    ...emptyDocument("x", "en-US"),
    edges: [
      { from: "welcome", exit: "timeout", to: "goodbye" },
      { from: "welcome", exit: "default", to: "goodbye" },
    ],
  };
  expect([...marksOf(document, STEPS).taken]).toEqual([document.edges[1]]);
});

it("within another flow the node that led there is lit", () => {
  const [welcome, goodbye] = STEPS;
  const inside = { node: "welcome/ask", exit: "ok" };
  const document = emptyDocument("x", "en-US");
  expect(marksOf(document, [welcome, inside]).at).toBe("welcome");
  expect([...marksOf(document, [welcome, inside, goodbye]).taken]).toEqual(document.edges);
});
