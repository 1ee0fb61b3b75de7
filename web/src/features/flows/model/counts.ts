import type { Shapes } from "../../../api/client";
import { DEFAULT_EXIT, ERROR_EXIT, type FlowDocument, type FlowEdge } from "./document";
import { exitsOf } from "./exits";

export type FlowCounts = Shapes["FlowCounts"];
export type NodeCounts = Shapes["FlowNodeCounts"];

export const QUICK_PERIODS = ["today", "yesterday", "last7", "last30"] as const;
export type QuickPeriod = (typeof QUICK_PERIODS)[number];

/** Days that are counted: a quick range, or the first and the last day. */
export type Period = { range: QuickPeriod } | { from: string; to: string };

/** What is chosen in the form: a quick range, or days of one's own, empty until they are given. */
export interface PeriodChoice {
  kind: QuickPeriod | "custom";
  from: string;
  to: string;
}

export const USUAL_PERIOD: PeriodChoice = { kind: "last7", from: "", to: "" };

/** The period of a choice; none while it is not complete. */
export function periodOf({ kind, from, to }: PeriodChoice): Period | undefined {
  if (kind !== "custom") {
    return { range: kind };
  }
  return from === "" || to === "" || to < from ? undefined : { from, to };
}

/** What the canvas shows of the counts. */
export interface Counted {
  edges: ReadonlyMap<FlowEdge, number>;
  nodes: ReadonlyMap<string, NodeCounts>;
}

export const NOT_COUNTED: Counted = { edges: new Map(), nodes: new Map() };

/** An exit by which callers left and that what is drawn does not have. */
export interface LostExit {
  node: string;
  exit: string;
  callers: number;
}

/** Counts beside what is drawn. */
export interface Comparison {
  /** Nodes that are drawn. */
  drawn: NodeCounts[];
  /** Nodes of flows that are entered from here. */
  within: NodeCounts[];
  /** Nodes that are not drawn. */
  lost: NodeCounts[];
  /** Exits of drawn nodes that have no edge. */
  lostExits: LostExit[];
}

/** The edge by which callers left who left by an exit. */
function edgeOf(document: FlowDocument, id: string, exit: string): FlowEdge | undefined {
  const edge = (name: string) => document.edges.find((one) => one.from === id && one.exit === name);
  const node = document.nodes[id];
  if (!node || !exitsOf(node).includes(exit)) {
    return edge(exit);
  }
  return edge(exit) ?? edge(DEFAULT_EXIT) ?? edge(ERROR_EXIT);
}

/** Whether an exit leads nowhere because the flow is over there, or goes on in another for good. */
function isEnd(document: FlowDocument, id: string, exit: string): boolean {
  const node = document.nodes[id];
  const ends = node !== undefined && exitsOf(node).length === 0;
  return ends || exit === "hang_up" || (node?.kind === "subflow" && exit === "left");
}

export function countedOf(document: FlowDocument, counts: FlowCounts | undefined): Counted {
  const edges = new Map<FlowEdge, number>();
  const nodes = new Map<string, NodeCounts>();
  for (const node of counts?.nodes ?? []) {
    nodes.set(node.node, node);
    for (const { exit, callers } of node.exits) {
      const edge = edgeOf(document, node.node, exit);
      if (edge) {
        edges.set(edge, (edges.get(edge) ?? 0) + callers);
      }
    }
  }
  return { edges, nodes };
}

/** The counts in their parts, the node that most entered at the head. */
export function comparisonOf(document: FlowDocument, counts: FlowCounts): Comparison {
  const comparison: Comparison = { drawn: [], within: [], lost: [], lostExits: [] };
  const nodes = [...counts.nodes].sort((one, other) => other.entered - one.entered);
  for (const node of nodes) {
    const [outer = "", ...inner] = node.node.split("/");
    if (!(outer in document.nodes)) {
      comparison.lost.push(node);
    } else if (inner.length > 0) {
      comparison.within.push(node);
    } else {
      comparison.drawn.push(node);
      comparison.lostExits.push(
        ...node.exits
          .filter(({ exit }) => !edgeOf(document, outer, exit) && !isEnd(document, outer, exit))
          .map(({ exit, callers }) => ({ node: outer, exit, callers })),
      );
    }
  }
  return comparison;
}

/** How long callers stayed in a node on average, in milliseconds; none where nobody has left it. */
export function meanOf(node: NodeCounts): number | undefined {
  const gone = node.entered - node.still_there;
  return gone > 0 ? node.spent_ms / gone : undefined;
}
