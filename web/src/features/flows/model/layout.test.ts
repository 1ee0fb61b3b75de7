import { describe, expect, it } from "vitest";
import type { FlowDocument } from "./document";
import { freePlace, overlap, placed, sizeOf, type Box } from "./layout";

function chain(length: number, position?: (at: number) => { x: number; y: number }): FlowDocument {
  const id = (at: number) => `n${String(at)}`;
  const steps = Array.from({ length }, (_, at) => at);
  return {
    name: "chain",
    language: "en-US",
    variables: {},
    speech: {},
    start: id(0),
    nodes: Object.fromEntries(
      steps.map((at) => [
        id(at),
        {
          kind: at % 3 ? "play" : "queue",
          fields: {},
          ...(position && { position: position(at) }),
        },
      ]),
    ),
    edges: steps.slice(1).map((at) => ({ from: id(Math.floor(at / 3)), exit: "ok", to: id(at) })),
  };
}

function boxes(document: FlowDocument): Box[] {
  return Object.values(document.nodes).map((node) => ({
    ...(node.position ?? { x: NaN, y: NaN }),
    ...sizeOf(node),
  }));
}

function crowded(document: FlowDocument): boolean {
  const all = boxes(document);
  return all.some((box, at) => all.slice(at + 1).some((other) => overlap(box, other)));
}

describe("auto-layout", () => {
  it("gives every node a whole place of its own", () => {
    const document = placed(chain(60));
    expect(crowded(document)).toBe(false);
    for (const { x, y } of boxes(document)) {
      expect(Number.isInteger(x) && Number.isInteger(y)).toBe(true);
    }
  });

  it("leaves nodes with a place where they are and puts the others where nothing stands", () => {
    const document = chain(12, (at) => ({ x: at * 300 + 7, y: -13 }));
    const bare = { kind: "play", fields: {} };
    const some = placed({
      ...document,
      nodes: { ...document.nodes, n5: bare, n6: { kind: "menu", fields: { keys: ["1"] } } },
    });
    expect(crowded(some)).toBe(false);
    for (const [id, node] of Object.entries(document.nodes)) {
      if (id !== "n5" && id !== "n6") {
        expect(some.nodes[id]).toBe(node);
      }
    }
  });

  it("changes nothing where every node has a place", () => {
    const document = chain(3, (at) => ({ x: at, y: at }));
    expect(placed(document)).toBe(document);
  });
});

it("a free place is the wanted one where nothing stands", () => {
  const box = { x: 3, y: 4, width: 10, height: 10 };
  expect(freePlace(box, [])).toEqual(box);
  expect(overlap(freePlace(box, [box], 0), box)).toBe(false);
});
