import {
  isRecord,
  readDocument,
  writeDocument,
  type FlowDocument,
  type FlowEdge,
  type FlowNode,
} from "./document";
import { freeId, rounded } from "./edit";
import { freePlace, sizeOf, type Box } from "./layout";

const MARK = "trunkline_nodes";
const OFFSET = 40;

/** Nodes and the edges between them as a text for the clipboard. */
export function copied(document: FlowDocument, ids: ReadonlySet<string>): string {
  const nodes = Object.fromEntries(Object.entries(document.nodes).filter(([id]) => ids.has(id)));
  const edges = document.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
  const piece = writeDocument({ ...document, variables: {}, speech: {}, start: "", nodes, edges });
  return JSON.stringify({ [MARK]: 1, nodes: piece.nodes ?? {}, edges: piece.edges ?? [] });
}

/** What a text of the clipboard holds, if it came from a flow. */
function pieceOf(text: string): FlowDocument | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && value[MARK] === 1 ? readDocument(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Puts copied nodes beside what is there under free ids; nothing if the text holds no nodes. */
export function pasted(
  document: FlowDocument,
  text: string,
): { document: FlowDocument; ids: string[] } | undefined {
  const piece = pieceOf(text);
  if (!piece || Object.keys(piece.nodes).length === 0) {
    return undefined;
  }
  const names = new Map<string, string>();
  let grown = document;
  const boxes: Box[] = Object.values(document.nodes).flatMap((node) =>
    node.position ? [{ ...node.position, ...sizeOf(node) }] : [],
  );
  for (const [old, node] of Object.entries(piece.nodes)) {
    const id = freeId(grown, old);
    names.set(old, id);
    const { x, y } = node.position ?? { x: 0, y: 0 };
    const wanted = rounded({ x: x + OFFSET, y: y + OFFSET });
    const box = freePlace({ ...wanted, ...sizeOf(node) }, boxes, 0);
    boxes.push(box);
    const placed: FlowNode = { ...node, position: { x: box.x, y: box.y } };
    grown = { ...grown, nodes: { ...grown.nodes, [id]: placed } };
  }
  const edges = piece.edges.flatMap(({ from, exit, to }): FlowEdge[] => {
    const [begin, end] = [names.get(from), names.get(to)];
    return begin === undefined || end === undefined ? [] : [{ from: begin, exit, to: end }];
  });
  return {
    document: { ...grown, edges: [...grown.edges, ...edges] },
    ids: [...names.values()],
  };
}
