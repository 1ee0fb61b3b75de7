import { expect, it } from "vitest";
import { differences } from "./diff";
import { emptyDocument } from "./document";
import { addNode, move, setField, wire } from "./edit";

it("two flows that differ in places only do the same", () => {
  const flow = emptyDocument("f", "en-US");
  const moved = move(flow, new Map([["welcome", { x: 900, y: -3 }]]));
  expect(differences(flow, { ...moved, edges: [...moved.edges].reverse() })).toEqual([]);
});

it("nodes, wires and settings that were added, removed and changed are told", () => {
  const before = emptyDocument("f", "en-US");
  const text = [{ say: "digits", text: "1 2" }];
  const grown = addNode(setField(before, "welcome", "items", text), "play", { x: 0, y: 0 });
  const after = wire(wire(grown.document, "welcome", "ok", "play"), "play", "ok", "goodbye");
  const told = differences(before, { ...after, language: "en-GB" });
  expect(told.map(({ what, how, name }) => [what, how, name])).toEqual([
    ["flow", "changed", "language"],
    ["node", "added", "play"],
    ["node", "changed", "welcome"],
    ["edge", "added", "play · ok"],
    ["edge", "changed", "welcome · ok"],
  ]);
  expect(told[2]?.fields).toEqual([
    { name: "items", before: '[{"clip":"welcome"}]', after: '[{"say":"digits","text":"1 2"}]' },
  ]);
  expect(differences(after, before).map(({ how }) => how)).toContain("removed");
});
