import {
  applyEdgeChanges,
  applyNodeChanges,
  type EdgeChange,
  type NodeChange,
} from "@xyflow/react";
import type { FlowDocument, Position } from "./document";
import { move, remove } from "./edit";
import { edgesOf, nodesOf, type StepEdge, type StepNode } from "./graph";
import { changed, historyOf, redone, settled, undone, type History } from "./history";

/** A flow under work: what was done to it, and what the canvas shows of it. */
export interface Designer {
  history: History<FlowDocument>;
  nodes: StepNode[];
  edges: StepEdge[];
}

export type Act =
  | { act: "open"; document: FlowDocument }
  | { act: "edit"; document: FlowDocument; change?: string; select?: readonly string[] }
  | { act: "select"; ids: readonly string[] }
  | { act: "nodes"; changes: NodeChange<StepNode>[] }
  | { act: "edges"; changes: EdgeChange<StepEdge>[] }
  | { act: "remove" | "settle" | "undo" | "redo" };

export function designerOf(document: FlowDocument): Designer {
  return {
    history: historyOf(document),
    nodes: nodesOf(document, []),
    edges: edgesOf(document, []),
  };
}

export function selectedIds(designer: Designer): string[] {
  return designer.nodes.filter((node) => node.selected).map((node) => node.id);
}

function selected<T extends { id: string; selected?: boolean }>(all: T[], ids: Set<string>): T[] {
  return all.map((one) =>
    Boolean(one.selected) === ids.has(one.id) ? one : { ...one, selected: ids.has(one.id) },
  );
}

/** Shows what the history holds. */
function shown(designer: Designer, history: History<FlowDocument>): Designer {
  return {
    history,
    nodes: nodesOf(history.present, designer.nodes),
    edges: edgesOf(history.present, designer.edges),
  };
}

/** A node dragged to its end has moved; while it is dragged only the canvas knows. */
function dragged(designer: Designer, changes: NodeChange<StepNode>[]): Designer {
  const nodes = applyNodeChanges(changes, designer.nodes);
  const places = new Map<string, Position>();
  for (const change of changes) {
    if (change.type === "position" && !change.dragging && change.position) {
      places.set(change.id, change.position);
    }
  }
  const { history } = designer;
  const document = move(history.present, places);
  const moved = [...places.keys()].filter((id) => {
    const [old, now] = [history.present.nodes[id], document.nodes[id]];
    return old?.position?.x !== now?.position?.x || old?.position?.y !== now?.position?.y;
  });
  if (moved.length === 0) {
    return { ...designer, nodes };
  }
  const change = `move ${moved.sort().join(" ")}`;
  return shown({ ...designer, nodes }, changed(history, document, change));
}

export function designed(designer: Designer, action: Act): Designer {
  const { history } = designer;
  switch (action.act) {
    case "open":
      return shown(designer, historyOf(action.document));
    case "edit": {
      const now = shown(designer, changed(history, action.document, action.change));
      return action.select ? designed(now, { act: "select", ids: action.select }) : now;
    }
    case "select":
      return {
        ...designer,
        nodes: selected(designer.nodes, new Set(action.ids)),
        edges: selected(designer.edges, new Set()),
      };
    case "nodes":
      return dragged(designer, action.changes);
    case "edges":
      return { ...designer, edges: applyEdgeChanges(action.changes, designer.edges) };
    case "remove": {
      const wires = designer.edges.flatMap(({ selected, data }) =>
        selected && data ? [data.wire] : [],
      );
      const ids = selectedIds(designer);
      return ids.length + wires.length === 0
        ? designer
        : shown(designer, changed(history, remove(history.present, new Set(ids), new Set(wires))));
    }
    case "settle":
      return { ...designer, history: settled(history) };
    case "undo":
      return shown(designer, undone(history));
    case "redo":
      return shown(designer, redone(history));
  }
}
