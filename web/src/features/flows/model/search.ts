import type { FlowDocument, Value } from "./document";

/** The nodes whose id or any of whose texts holds the words, in the order of their ids. */
export function found(document: FlowDocument, words: string): string[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") {
    return [];
  }
  return Object.entries(document.nodes)
    .filter(
      ([id, node]) => holds(id, wanted) || holds(node.kind, wanted) || within(node.fields, wanted),
    )
    .map(([id]) => id)
    .sort((one, other) => one.localeCompare(other));
}

function holds(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted);
}

function within(value: Value, wanted: string): boolean {
  if (typeof value === "string") {
    return holds(value, wanted);
  }
  return typeof value === "object" && value !== null
    ? Object.values(value).some((inner) => within(inner, wanted))
    : false;
}
