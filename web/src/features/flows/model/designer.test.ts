import { describe, expect, it } from "vitest";
import { designed, designerOf, selectedIds, type Act } from "./designer";
import { emptyDocument } from "./document";
import { wire } from "./edit";

function after(...acts: Act[]) {
  return acts.reduce(designed, designerOf(emptyDocument("f", "en-US")));
}

function drag(x: number, y: number, dragging: boolean): Act {
  const change = { id: "welcome", type: "position", position: { x, y }, dragging } as const;
  return { act: "nodes", changes: [change] };
}

describe("the designer", () => {
  it("moves a node in one step, to a whole place, once it is let go", () => {
    const held = after(drag(10.2, 3.7, true));
    expect(held.history.present.nodes.welcome?.position).toEqual({ x: 0, y: 0 });
    expect(held.nodes[0]?.position).toEqual({ x: 10.2, y: 3.7 });
    const moved = designed(designed(held, drag(12.6, 4.2, true)), drag(12.6, 4.2, false));
    expect(moved.history.present.nodes.welcome?.position).toEqual({ x: 13, y: 4 });
    expect(moved.nodes[0]?.position).toEqual({ x: 13, y: 4 });
    expect(designed(moved, { act: "undo" }).nodes[0]?.position).toEqual({ x: 0, y: 0 });
  });

  it("does not take a click for a move", () => {
    expect(after(drag(0, 0, false)).history.past).toEqual([]);
  });

  it("removes what is selected, nodes and edges, and brings it back", () => {
    const gone = after({ act: "select", ids: ["goodbye"] }, { act: "remove" });
    expect(gone.nodes.map(({ id }) => id)).toEqual(["welcome"]);
    expect(gone.edges).toEqual([]);
    const back = designed(gone, { act: "undo" });
    expect(back.edges).toHaveLength(1);
    const chosen = designed(back, {
      act: "edges",
      changes: [{ id: back.edges[0]?.id ?? "", type: "select", selected: true }],
    });
    const cut = designed(chosen, { act: "remove" });
    expect(cut.nodes).toHaveLength(2);
    expect(cut.history.present.edges).toEqual([]);
  });

  it("selects what was added", () => {
    const document = wire(emptyDocument("f", "en-US"), "welcome", "error", "goodbye");
    const added = after({ act: "edit", document, select: ["goodbye"] });
    expect(selectedIds(added)).toEqual(["goodbye"]);
    expect(added.edges).toHaveLength(2);
  });
});
