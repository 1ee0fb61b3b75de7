import { Graph, layout } from "@dagrejs/dagre";
import type { FlowDocument, FlowNode, Position } from "./document";
import { move } from "./edit";
import { exitsOf } from "./exits";

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Position, Size {}

export const NODE_WIDTH = 220;
const HEAD = 62;
const ROW = 24;
const GAP = 32;
/** The step by which a node gives way to those that are there. */
const STEP = 24;

/** The room that a node takes on the canvas, with an edge for `error` and `default` each. */
export function sizeOf(node: FlowNode): Size {
  const own = exitsOf(node);
  const rows = own.length === 0 ? 0 : own.length + (own.includes("error") ? 1 : 2);
  return { width: NODE_WIDTH, height: HEAD + rows * ROW };
}

export function overlap(one: Box, other: Box, gap = 0): boolean {
  return (
    one.x < other.x + other.width + gap &&
    other.x < one.x + one.width + gap &&
    one.y < other.y + other.height + gap &&
    other.y < one.y + one.height + gap
  );
}

/** The place itself, or the next one below where nothing stands. */
export function freePlace(wanted: Box, taken: readonly Box[], gap = GAP): Box {
  let box = wanted;
  while (taken.some((other) => overlap(box, other, gap))) {
    box = { ...box, y: box.y + STEP };
  }
  return box;
}

/** Where each node stands if callers go from left to right. */
export function arranged(document: FlowDocument): Map<string, Position> {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 40, ranksep: 110 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, node] of Object.entries(document.nodes)) {
    graph.setNode(id, { ...sizeOf(node) });
  }
  for (const { from, exit, to } of document.edges) {
    if (graph.hasNode(from) && graph.hasNode(to)) {
      graph.setEdge(from, to, {}, exit);
    }
  }
  layout(graph);
  const places = Object.entries(document.nodes).map(([id, node]): [string, Position] => {
    const { x = 0, y = 0 } = graph.node(id);
    const { width, height } = sizeOf(node);
    return [id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }];
  });
  return new Map(places);
}

/** Gives a place to every node that has none; the others stay where they are. */
export function placed(document: FlowDocument): FlowDocument {
  const nodes = Object.entries(document.nodes);
  const missing = nodes.filter(([, node]) => !node.position);
  if (missing.length === 0) {
    return document;
  }
  const places = arranged(document);
  if (missing.length === nodes.length) {
    return move(document, places);
  }
  const boxes = nodes.flatMap(([, node]) =>
    node.position ? [{ ...node.position, ...sizeOf(node) }] : [],
  );
  const found = new Map<string, Position>();
  for (const [id, node] of missing) {
    const before = document.edges.find((edge) => edge.to === id && edge.from !== id)?.from;
    const near =
      before === undefined ? undefined : (document.nodes[before]?.position ?? found.get(before));
    const wanted = near ? { x: near.x + NODE_WIDTH + 100, y: near.y } : places.get(id);
    const box = freePlace({ x: 0, y: 0, ...wanted, ...sizeOf(node) }, boxes);
    boxes.push(box);
    found.set(id, { x: box.x, y: box.y });
  }
  return move(document, found);
}
