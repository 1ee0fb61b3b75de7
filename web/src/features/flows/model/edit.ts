import type { Fields, FlowDocument, FlowEdge, FlowNode, Position, Value } from "./document";
import { kindOf } from "./kinds";

/** An id that no node has: the word itself, or with the least number that is free. */
export function freeId(document: FlowDocument, word: string): string {
  const stem = word.replace(/_\d+$/, "");
  if (!Object.hasOwn(document.nodes, word)) {
    return word;
  }
  for (let number = 2; ; number += 1) {
    const id = `${stem}_${String(number)}`;
    if (!Object.hasOwn(document.nodes, id)) {
      return id;
    }
  }
}

export function rounded({ x, y }: Position): Position {
  // Adding nothing turns the negative zero into zero, which a file would not tell apart.
  return { x: Math.round(x) + 0, y: Math.round(y) + 0 };
}

/** A new node of a kind at a place; it is the start where there is none. */
export function addNode(
  document: FlowDocument,
  kind: string,
  position: Position,
): { document: FlowDocument; id: string } {
  const id = freeId(document, kind);
  const fresh = kindOf(kind)?.fresh ?? {};
  const node: FlowNode = { kind, position: rounded(position), fields: structuredClone(fresh) };
  const start = Object.keys(document.nodes).length === 0 ? id : document.start;
  return { id, document: { ...document, start, nodes: { ...document.nodes, [id]: node } } };
}

/** Without these nodes and every edge at them, and without these edges. */
export function remove(
  document: FlowDocument,
  ids: ReadonlySet<string>,
  edges: ReadonlySet<FlowEdge> = new Set(),
): FlowDocument {
  return {
    ...document,
    nodes: Object.fromEntries(Object.entries(document.nodes).filter(([id]) => !ids.has(id))),
    edges: document.edges.filter(
      (edge) => !edges.has(edge) && !ids.has(edge.from) && !ids.has(edge.to),
    ),
  };
}

/** Lets an exit lead to a node, and nowhere else; without a node it leads nowhere. */
export function wire(
  document: FlowDocument,
  from: string,
  exit: string,
  to: string | undefined,
): FlowDocument {
  const same = (edge: FlowEdge) => edge.from === from && edge.exit === exit;
  const at = document.edges.findIndex(same);
  const others = document.edges.filter((edge) => !same(edge));
  if (to !== undefined) {
    others.splice(at < 0 ? others.length : at, 0, { from, exit, to });
  }
  return { ...document, edges: others };
}

/** Gives a node another id, everywhere; nothing where the id is taken or empty. */
export function rename(document: FlowDocument, from: string, to: string): FlowDocument | undefined {
  if (to === "" || Object.hasOwn(document.nodes, to) || !Object.hasOwn(document.nodes, from)) {
    return undefined;
  }
  const named = (id: string) => (id === from ? to : id);
  return {
    ...document,
    start: named(document.start),
    nodes: Object.fromEntries(
      Object.entries(document.nodes).map(([id, node]) => [named(id), node]),
    ),
    edges: document.edges.map((edge) => ({
      ...edge,
      from: named(edge.from),
      to: named(edge.to),
    })),
  };
}

/** Moves nodes to whole places. */
export function move(document: FlowDocument, places: ReadonlyMap<string, Position>): FlowDocument {
  const nodes = { ...document.nodes };
  for (const [id, place] of places) {
    const node = nodes[id];
    if (node) {
      nodes[id] = { ...node, position: rounded(place) };
    }
  }
  return { ...document, nodes };
}

/** The fields with one of them changed; without a value it is left out. */
export function withField(fields: Fields, name: string, value: Value | undefined): Fields {
  if (value === undefined) {
    return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
  }
  return Object.hasOwn(fields, name)
    ? Object.fromEntries(
        Object.entries(fields).map(([key, old]) => [key, key === name ? value : old]),
      )
    : { ...fields, [name]: value };
}

/** Changes a field of a node; the edge of an exit that is renamed by it follows. */
export function setField(
  document: FlowDocument,
  id: string,
  name: string,
  value: Value | undefined,
): FlowDocument {
  const node = document.nodes[id];
  return node ? setFields(document, id, withField(node.fields, name, value)) : document;
}

/** Gives a node other fields; the edge of an exit that is renamed by it follows. */
export function setFields(document: FlowDocument, id: string, fields: Fields): FlowDocument {
  const node = document.nodes[id];
  if (!node) {
    return document;
  }
  const changed = { ...node, fields };
  return {
    ...document,
    nodes: { ...document.nodes, [id]: changed },
    edges: followExits(document.edges, id, node, changed),
  };
}

function followExits(edges: FlowEdge[], id: string, old: FlowNode, now: FlowNode): FlowEdge[] {
  const before = kindOf(old.kind)?.exits(old.fields) ?? [];
  const after = kindOf(now.kind)?.exits(now.fields) ?? [];
  const gone = before.filter((exit) => !after.includes(exit));
  const come = after.filter((exit) => !before.includes(exit));
  const [left] = gone;
  const [entered] = come;
  if (
    before.length === after.length &&
    left !== undefined &&
    gone.length === 1 &&
    entered !== undefined
  ) {
    return edges.map((edge) =>
      edge.from === id && edge.exit === left ? { ...edge, exit: entered } : edge,
    );
  }
  return edges.filter((edge) => edge.from !== id || !gone.includes(edge.exit));
}
