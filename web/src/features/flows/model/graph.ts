import type { Edge, Node } from "@xyflow/react";
import { DEFAULT_EXIT, type FlowDocument, type FlowEdge, type FlowNode } from "./document";
import { shownExits, wiredExits, type Exit } from "./exits";
import { sizeOf } from "./layout";

export type StepNode = Node<{ step: FlowNode; exits: Exit[]; start: boolean }, "step">;
export type StepEdge = Edge<{ wire: FlowEdge }>;

/** The nodes on the canvas; those that did not change stay the objects that they were. */
export function nodesOf(document: FlowDocument, before: readonly StepNode[]): StepNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const wired = wiredExits(document);
  return Object.entries(document.nodes).map(([id, step]): StepNode => {
    const exits = shownExits(step, wired.get(id) ?? new Set());
    const data = { step, exits, start: document.start === id };
    const position = step.position ?? { x: 0, y: 0 };
    const old = known.get(id);
    if (!old) {
      const { width, height } = sizeOf(step);
      return { id, type: "step", position, data, initialWidth: width, initialHeight: height };
    }
    const sameData =
      old.data.step === step &&
      old.data.start === data.start &&
      JSON.stringify(old.data.exits) === JSON.stringify(exits);
    const samePlace = old.position.x === position.x && old.position.y === position.y;
    if (sameData && samePlace) {
      return old;
    }
    return {
      ...old,
      data: sameData ? old.data : data,
      position: samePlace ? old.position : position,
    };
  });
}

/** The edges on the canvas, in the document's order; two edges of one exit are told apart. */
export function edgesOf(document: FlowDocument, before: readonly StepEdge[]): StepEdge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const seen = new Map<string, number>();
  return document.edges.map((wire): StepEdge => {
    const name = JSON.stringify([wire.from, wire.exit, wire.to]);
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    const id = count === 0 ? name : `${name} ${String(count)}`;
    const old = known.get(id);
    if (old) {
      return old.data?.wire === wire ? old : { ...old, data: { wire } };
    }
    return {
      id,
      source: wire.from,
      target: wire.to,
      sourceHandle: wire.exit,
      data: { wire },
      className: wire.exit === DEFAULT_EXIT ? "flow-edge-default" : "flow-edge",
    };
  });
}
