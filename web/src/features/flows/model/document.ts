/** A value of a flow file. */
export type Value = string | number | boolean | null | Value[] | { [field: string]: Value };
export type Fields = Record<string, Value>;

export interface Position {
  x: number;
  y: number;
}

/** One step of a flow: its kind, its place on the canvas and the fields of its kind. */
export interface FlowNode {
  kind: string;
  position?: Position;
  fields: Fields;
}

export interface FlowEdge {
  from: string;
  exit: string;
  to: string;
}

/** A flow as the server keeps it. Texts stay as they were typed, white space included. */
export interface FlowDocument {
  name: string;
  language: string;
  variables: Record<string, string>;
  /** Which engine speaks which language where an item does not say it. */
  speech: Fields;
  start: string;
  nodes: Record<string, FlowNode>;
  edges: FlowEdge[];
}

/** The exit of an edge that stands for every exit without an edge of its own. */
export const DEFAULT_EXIT = "default";
export const ERROR_EXIT = "error";
export const LANGUAGES = ["zh-CN", "en-US", "en-GB"] as const;
export const NAME_CHARS = 64;
export const TEXT_CHARS = 1_024;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isValue(value: unknown): value is Value {
  if (Array.isArray(value)) {
    return value.every(isValue);
  }
  return isRecord(value)
    ? Object.values(value).every(isValue)
    : value === null || ["string", "number", "boolean"].includes(typeof value);
}

export function isFields(value: unknown): value is Fields {
  return isRecord(value) && isValue(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function positionOf(value: unknown): Position | undefined {
  return isRecord(value) && typeof value.x === "number" && typeof value.y === "number"
    ? { x: value.x, y: value.y }
    : undefined;
}

function nodeOf(value: unknown): FlowNode {
  const { kind, position, ...fields } = isFields(value) ? value : {};
  const place = positionOf(position);
  return { kind: textOf(kind), fields, ...(place && { position: place }) };
}

function edgeOf(value: unknown): FlowEdge {
  const { from, exit, to } = isRecord(value) ? value : {};
  return { from: textOf(from), exit: textOf(exit), to: textOf(to) };
}

/** The flow in a file's values; none if they are no flow at all. Problems within are the server's to tell. */
export function readDocument(value: unknown): FlowDocument | undefined {
  if (!isRecord(value) || !isRecord(value.nodes)) {
    return undefined;
  }
  const { name, language, variables, speech, start, nodes, edges } = value;
  return {
    name: textOf(name),
    language: textOf(language) || LANGUAGES[0],
    variables: Object.fromEntries(
      Object.entries(isRecord(variables) ? variables : {}).map(([key, text]) => [
        key,
        textOf(text),
      ]),
    ),
    speech: isFields(speech) ? speech : {},
    start: textOf(start),
    nodes: Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, nodeOf(node)])),
    edges: Array.isArray(edges) ? edges.map(edgeOf) : [],
  };
}

/** The values that the server and a file hold. */
export function writeDocument(document: FlowDocument): Fields {
  const { name, language, variables, speech, start, nodes, edges } = document;
  return {
    name,
    language,
    ...(Object.keys(variables).length > 0 && { variables: { ...variables } }),
    ...(Object.keys(speech).length > 0 && { speech }),
    start,
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, { kind, position, fields }]) => [
        id,
        { kind, ...fields, ...(position && { position: { ...position } }) },
      ]),
    ),
    edges: edges.map(({ from, exit, to }) => ({ from, exit, to })),
  };
}

/** The smallest flow that can be published. */
export function emptyDocument(name: string, language: string): FlowDocument {
  return {
    name,
    language,
    variables: {},
    speech: {},
    start: "welcome",
    nodes: {
      welcome: {
        kind: "play",
        position: { x: 0, y: 0 },
        fields: { items: [{ clip: "welcome" }] },
      },
      goodbye: {
        kind: "hangup",
        position: { x: 320, y: 0 },
        fields: { items: [{ clip: "goodbye" }] },
      },
    },
    edges: [{ from: "welcome", exit: "ok", to: "goodbye" }],
  };
}
