import { DEFAULT_EXIT, ERROR_EXIT, type FlowDocument, type FlowNode } from "./document";
import { kindOf } from "./kinds";

export interface Exit {
  name: string;
  /** What becomes of callers who leave here: an edge of its own, the default's, or nothing. */
  wired: "own" | "default" | "open";
  /** Whether the node has such an exit, or only an edge for it. */
  known: boolean;
}

/** The exits that must lead somewhere, as its fields name them. */
export function exitsOf(node: FlowNode): string[] {
  const named = kindOf(node.kind)?.exits(node.fields) ?? [];
  return [...new Set(named)].filter((name) => name !== "");
}

/** Every exit that a node shows: its own, those it may do without, `error` and `default` where it may have them, and edges astray. */
export function shownExits(node: FlowNode, wired: ReadonlySet<string>): Exit[] {
  const own = exitsOf(node);
  const free = kindOf(node.kind)?.mayLeaveBy ?? [];
  const optional = own.length === 0 ? [] : [...free, ERROR_EXIT, DEFAULT_EXIT];
  const byDefault = wired.has(DEFAULT_EXIT);
  const known = [...own, ...optional.filter((name) => !own.includes(name))];
  const astray = [...wired].filter((name) => !known.includes(name));
  return [
    ...known.map((name): Exit => {
      const otherwise = byDefault && own.includes(name) ? "default" : "open";
      return { name, wired: wired.has(name) ? "own" : otherwise, known: true };
    }),
    ...astray.map((name): Exit => ({ name, wired: "own", known: kindOf(node.kind) === undefined })),
  ];
}

/** The exits that have an edge, by node. */
export function wiredExits(document: FlowDocument): Map<string, Set<string>> {
  const wired = new Map<string, Set<string>>();
  for (const { from, exit } of document.edges) {
    wired.set(from, (wired.get(from) ?? new Set()).add(exit));
  }
  return wired;
}

/** Whether callers may leave by an exit without an edge of any kind, which stops publishing. */
export function mustBeWired(node: FlowNode, exit: Exit): boolean {
  return exit.wired === "open" && exitsOf(node).includes(exit.name);
}
