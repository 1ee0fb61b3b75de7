import { DEFAULT_EXIT, ERROR_EXIT, type FlowDocument, type FlowEdge } from "./document";

/** A node that a caller was in, and how they left it. */
export interface Step {
  node: string;
  exit?: string | null;
}

/** What a call leaves on the canvas. */
export interface Marks {
  at: string | undefined;
  passed: ReadonlySet<string>;
  taken: ReadonlySet<FlowEdge>;
}

export const NO_MARKS: Marks = { at: undefined, passed: new Set(), taken: new Set() };

/** The edge by which an exit is left; `default` and `error` stand for exits without one of their own. */
function edgeBetween(document: FlowDocument, from: string, exit: string, to: string) {
  const edges = document.edges.filter((edge) => edge.from === from && edge.to === to);
  return [exit, DEFAULT_EXIT, ERROR_EXIT]
    .map((name) => edges.find((edge) => edge.exit === name))
    .find((edge) => edge !== undefined);
}

/** The node of this flow in which another flow's node was come to: `ask` of `ask/order`. */
function outer(node: string): string {
  return node.split("/")[0] ?? node;
}

export function marksOf(document: FlowDocument, all: readonly Step[]): Marks {
  const steps = all.filter(({ node }) => outer(node) === node);
  const taken = steps.flatMap(({ node, exit }, at) => {
    const next = steps[at + 1];
    const edge = next && exit != null ? edgeBetween(document, node, exit, next.node) : undefined;
    return edge ? [edge] : [];
  });
  return {
    at: steps.at(-1)?.node,
    passed: new Set(steps.map(({ node }) => node)),
    taken: new Set(taken),
  };
}
