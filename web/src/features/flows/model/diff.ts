import type { FlowDocument, FlowEdge, FlowNode, Value } from "./document";

export interface Difference {
  what: "node" | "edge" | "flow";
  how: "added" | "removed" | "changed";
  /** The node's id, the wire, or the setting of the flow. */
  name: string;
  /** The fields that changed. */
  fields: { name: string; before: string; after: string }[];
}

function shown(value: Value | undefined): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}

function changes(before: Record<string, Value>, after: Record<string, Value>) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => shown(before[name]) !== shown(after[name]))
    .map((name) => ({ name, before: shown(before[name]), after: shown(after[name]) }));
}

function compared<T>(
  what: Difference["what"],
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  fieldsOf: (one: T) => Record<string, Value>,
): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): Difference[] => {
    const [old, now] = [before.get(name), after.get(name)];
    const fields = changes(old ? fieldsOf(old) : {}, now ? fieldsOf(now) : {});
    if (!old) {
      return [{ what, how: "added", name, fields: [] }];
    }
    if (!now) {
      return [{ what, how: "removed", name, fields: [] }];
    }
    return fields.length > 0 ? [{ what, how: "changed", name, fields }] : [];
  });
}

function wires(document: FlowDocument): Map<string, FlowEdge> {
  return new Map(document.edges.map((edge) => [`${edge.from} · ${edge.exit}`, edge]));
}

function settings(document: FlowDocument): Record<string, Value> {
  const { name, language, start, variables, speech } = document;
  return { name, language, start, variables: { ...variables }, speech };
}

/** What is done otherwise after than before; places on the canvas and the order do not count. */
export function differences(before: FlowDocument, after: FlowDocument): Difference[] {
  const whole = changes(settings(before), settings(after));
  const nodes = (document: FlowDocument) => new Map(Object.entries(document.nodes));
  return [
    ...whole.map((field): Difference => ({
      what: "flow",
      how: "changed",
      name: field.name,
      fields: [field],
    })),
    ...compared("node", nodes(before), nodes(after), ({ kind, fields }: FlowNode) => ({
      kind,
      ...fields,
    })),
    ...compared("edge", wires(before), wires(after), ({ to }: FlowEdge) => ({ to })),
  ];
}
