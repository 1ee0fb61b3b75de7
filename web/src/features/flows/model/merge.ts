import type { FlowDocument, FlowEdge } from "./document";

/** Takes what one editor changed since `base` and leaves the rest as the other saved it; node by node. */
export function merged(base: FlowDocument, mine: FlowDocument, theirs: FlowDocument): FlowDocument {
  const pick = <T>(old: T, own: T, other: T) => (same(own, old) ? other : own);
  const nodes = recordOf(base.nodes, mine.nodes, theirs.nodes);
  const wires = recordOf(wiresOf(base), wiresOf(mine), wiresOf(theirs));
  return {
    name: pick(base.name, mine.name, theirs.name),
    language: pick(base.language, mine.language, theirs.language),
    variables: recordOf(base.variables, mine.variables, theirs.variables),
    speech: recordOf(base.speech, mine.speech, theirs.speech),
    start: pick(base.start, mine.start, theirs.start),
    nodes,
    edges: Object.values(wires).filter(
      ({ from, to }) => Object.hasOwn(nodes, from) && Object.hasOwn(nodes, to),
    ),
  };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function wiresOf(document: FlowDocument): Record<string, FlowEdge> {
  return Object.fromEntries(
    document.edges.map((edge) => [JSON.stringify([edge.from, edge.exit]), edge]),
  );
}

function recordOf<T>(
  base: Record<string, T>,
  mine: Record<string, T>,
  theirs: Record<string, T>,
): Record<string, T> {
  const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const chosen = same(mine[key], base[key]) ? theirs[key] : mine[key];
      return chosen === undefined ? [] : [[key, chosen]];
    }),
  );
}
