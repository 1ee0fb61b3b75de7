import { describe, expect, it } from "vitest";
import { copied, pasted } from "./clipboard";
import { emptyDocument, type FlowDocument } from "./document";
import { addNode, move, remove, rename, setField, wire } from "./edit";
import { shownExits, wiredExits } from "./exits";
import { merged } from "./merge";

function menu(): FlowDocument {
  const { document, id } = addNode(emptyDocument("m", "en-US"), "menu", { x: 10.4, y: -0.2 });
  return wire(wire(wire(document, "welcome", "ok", id), id, "1", "goodbye"), id, "default", id);
}

describe("wiring", () => {
  it("gives an exit one edge", () => {
    const document = wire(menu(), "menu", "1", "welcome");
    expect(document.edges.filter(({ exit }) => exit === "1")).toEqual([
      { from: "menu", exit: "1", to: "welcome" },
    ]);
    expect(wire(document, "menu", "1", undefined).edges).toHaveLength(2);
  });

  it("shows what the default stands for, and edges astray", () => {
    const astray = wire(menu(), "menu", "9", "goodbye");
    const node = astray.nodes.menu;
    const exits = node ? shownExits(node, wiredExits(astray).get("menu") ?? new Set()) : [];
    expect(exits.map(({ name, wired, known }) => [name, wired, known])).toEqual([
      ["1", "own", true],
      ["2", "default", true],
      ["timeout", "default", true],
      ["invalid", "default", true],
      ["error", "open", true],
      ["default", "own", true],
      ["9", "own", false],
    ]);
  });
});

describe("changing nodes", () => {
  it("names a node anew everywhere, and not as another", () => {
    const document = rename(menu(), "menu", "main");
    expect(document?.edges).toEqual([
      { from: "welcome", exit: "ok", to: "main" },
      { from: "main", exit: "1", to: "goodbye" },
      { from: "main", exit: "default", to: "main" },
    ]);
    expect(rename(menu(), "welcome", "hello")?.start).toBe("hello");
    expect(rename(menu(), "menu", "goodbye")).toBeUndefined();
    expect(rename(menu(), "menu", "")).toBeUndefined();
  });

  it("rounds places once and keeps whole ones", () => {
    expect(menu().nodes.menu?.position).toEqual({ x: 10, y: 0 });
    const moved = move(menu(), new Map([["menu", { x: -317, y: 4096 }]]));
    expect(moved.nodes.menu?.position).toEqual({ x: -317, y: 4096 });
    expect(moved.nodes.welcome).toEqual(menu().nodes.welcome);
  });

  it("takes away a node with its edges", () => {
    const document = remove(menu(), new Set(["menu"]));
    expect(Object.keys(document.nodes)).toEqual(["welcome", "goodbye"]);
    expect(document.edges).toEqual([]);
  });

  it("takes away the edge of an exit that is gone", () => {
    expect(setField(menu(), "menu", "keys", ["2"]).edges.map(({ exit }) => exit)).toEqual([
      "ok",
      "default",
    ]);
  });

  it("lets the edge of an exit follow its name", () => {
    const { document } = addNode(menu(), "branch", { x: 0, y: 0 });
    const wired = wire(document, "branch", "yes", "goodbye");
    const renamed = setField(wired, "branch", "cases", [{ exit: "vip", variable: "caller" }]);
    expect(renamed.edges.at(-1)).toEqual({ from: "branch", exit: "vip", to: "goodbye" });
  });
});

describe("copies", () => {
  it("stand beside what was copied, under free ids and with the edges between them", () => {
    const document = menu();
    const pasting = pasted(document, copied(document, new Set(["menu", "goodbye"])));
    expect(pasting?.ids).toEqual(["goodbye_2", "menu_2"]);
    expect(pasting?.document.edges.slice(3)).toEqual([
      { from: "menu_2", exit: "1", to: "goodbye_2" },
      { from: "menu_2", exit: "default", to: "menu_2" },
    ]);
    const twice = pasting && pasted(pasting.document, copied(document, new Set(["menu"])));
    expect(twice?.ids).toEqual(["menu_3"]);
  });

  it("keep every space of a text", () => {
    const text = " 12　3\u00a0 ";
    const document = setField(menu(), "welcome", "items", [{ say: "digits", text }]);
    const pasting = pasted(document, copied(document, new Set(["welcome"])));
    expect(pasting?.document.nodes.welcome_2?.fields).toEqual({ items: [{ say: "digits", text }] });
  });

  it("are not made of other texts", () => {
    expect(pasted(menu(), "hello")).toBeUndefined();
    expect(pasted(menu(), '{"nodes":{}}')).toBeUndefined();
  });
});

describe("the work of two editors", () => {
  it("is put together node by node, the later saved winning", () => {
    const base = menu();
    const mine = setField(move(base, new Map([["menu", { x: 5, y: 5 }]])), "menu", "retries", 3);
    const theirs = wire(
      remove(setField(base, "welcome", "interruptible", false), new Set(["goodbye"])),
      "menu",
      "2",
      "welcome",
    );
    const both = merged(base, mine, theirs);
    expect(both.nodes.menu).toEqual(mine.nodes.menu);
    expect(both.nodes.welcome).toEqual(theirs.nodes.welcome);
    expect(Object.keys(both.nodes)).not.toContain("goodbye");
    expect(both.edges.map(({ from, exit }) => [from, exit])).toEqual([
      ["welcome", "ok"],
      ["menu", "default"],
      ["menu", "2"],
    ]);
  });
});
