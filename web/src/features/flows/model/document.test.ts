import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { emptyDocument, readDocument, writeDocument } from "./document";
import { exitsOf } from "./exits";
import { KINDS } from "./kinds";
import { edgesOf, nodesOf } from "./graph";

const SPACED = {
  name: "spaces",
  language: "zh-CN",
  start: "say",
  nodes: {
    say: {
      kind: "play",
      items: [
        { say: "digits", text: "  12 3045　 67\t" },
        { say: "number", text: "${a} ${b}" },
      ],
      position: { x: -17, y: 1234 },
    },
    bye: { kind: "hangup", items: [], position: { x: 0, y: 0 } },
    odd: { kind: "of_a_newer_server", depth: { within: [1, null] } },
  },
  edges: [{ from: "say", exit: "ok", to: "bye" }],
};

describe("a flow file", () => {
  it("is written as it was read, with its spaces, its places and what is not known", () => {
    const document = readDocument(structuredClone(SPACED));
    expect(document && writeDocument(document)).toEqual(SPACED);
  });

  it("may be wrong in its parts, and is none without nodes", () => {
    expect(readDocument({ nodes: { a: 7 }, edges: ["x"] })).toMatchObject({
      nodes: { a: { kind: "", fields: {} } },
      edges: [{ from: "", exit: "", to: "" }],
    });
    expect(readDocument({ name: "x" })).toBeUndefined();
    expect(readDocument("flow")).toBeUndefined();
  });

  it("begins with a welcome and a goodbye", () => {
    const { nodes, edges, start } = emptyDocument("new", "en-US");
    expect(Object.keys(nodes)).toEqual([start, "goodbye"]);
    expect(edges).toHaveLength(1);
  });
});

describe("the graph of a flow", () => {
  it("has the places and wires of the document", () => {
    const document = emptyDocument("new", "en-US");
    expect(nodesOf(document, []).map(({ id, position }) => [id, position])).toEqual([
      ["welcome", { x: 0, y: 0 }],
      ["goodbye", { x: 320, y: 0 }],
    ]);
    expect(edgesOf(document, [])).toMatchObject([
      { source: "welcome", sourceHandle: "ok", target: "goodbye" },
    ]);
  });

  it("keeps the objects of nodes and edges that did not change", () => {
    const document = emptyDocument("new", "en-US");
    const nodes = nodesOf(document, []);
    const edges = edgesOf(document, []);
    const moved = { ...document.nodes, goodbye: { kind: "hangup", fields: {} } };
    const again = nodesOf({ ...document, nodes: moved }, nodes);
    expect(again[0]).toBe(nodes[0]);
    expect(again[1]).not.toBe(nodes[1]);
    expect(edgesOf(document, edges)[0]).toBe(edges[0]);
  });
});

describe("the kinds of node", () => {
  it("are those that the documentation names", () => {
    const table = readFileSync("../docs/flows.md", "utf8").split("## Nodes")[1]?.split("\n\n- ")[0];
    const documented = [...(table ?? "").matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, kind]) => kind);
    expect(documented.length).toBeGreaterThan(10);
    expect(Object.keys(KINDS).sort()).toEqual(documented.sort());
  });

  it("have the fields that the documentation names", () => {
    const documentation = readFileSync("../docs/flows.md", "utf8");
    for (const [kind, { fields }] of Object.entries(KINDS)) {
      const row = documentation.split("\n").find((line) => line.startsWith(`| \`${kind}\` |`));
      for (const { name } of fields) {
        expect(row, `${kind}.${name}`).toContain(`\`${name}\``);
      }
    }
  });

  it("have exits by their fields", () => {
    const node = (kind: string, fields = {}) => ({ kind, fields });
    expect(exitsOf(node("menu", { keys: ["1", "#"] }))).toEqual(["1", "#", "timeout", "invalid"]);
    expect(exitsOf(node("branch", { cases: [{ exit: "vip" }, { exit: "" }] }))).toEqual([
      "vip",
      "otherwise",
    ]);
    expect(exitsOf(node("hangup"))).toEqual([]);
    expect(exitsOf(node("unheard_of"))).toEqual([]);
  });
});
