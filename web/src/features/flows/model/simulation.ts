import type { Shapes } from "../../../api/client";
import type { FlowDocument } from "./document";

export type Deed = Shapes["FlowTestDeed"];
export type Ending = Shapes["FlowTestReturn"];
export type Trace = Shapes["SimulationTrace"];
export type FlowTest = Shapes["FlowTest"];
type Awaits = Shapes["SimulationAwaited"]["what"];

/** Who calls whom, and when: empty where it does not matter. */
export interface CallStart {
  caller: string;
  called: string;
  /** As a field for date and time gives it, in local time. */
  at: string;
  /** What other systems answer, by node. */
  answers: Record<string, Said>;
  /** How queues are, by name. */
  queues: Record<string, QueueNow>;
  /** What variables begin with in this call, where it is something else than in the flow. */
  variables: Record<string, string>;
}

/** What another system answers: JSON as it is typed, and nothing where the text is empty. */
export interface Said {
  status: number;
  json: string;
}

export interface QueueNow {
  waiting: number;
  longest_wait: number;
  agents: number;
  free: number;
}

/** Whom the nodes of a flow ask. */
export interface Asked {
  /** The nodes that ask another system. */
  systems: readonly string[];
  /** The queues that are looked at. */
  queues: readonly string[];
  /** The variables that the flow declares, with what they begin with. */
  variables: Readonly<Record<string, string>>;
}

export const NOTHING_SAID: Said = { status: 200, json: "" };
export const NO_QUEUE: QueueNow = { waiting: 0, longest_wait: 0, agents: 0, free: 0 };

/** What was done in a simulation: by the caller, or by those to whom the caller was handed over. */
export type Move = { deed: Deed } | { node: string; end: Ending };

/** A call as the server plays it and as a test keeps it. */
export interface PlayedCall {
  caller?: string;
  called?: string;
  at?: string;
  answers?: Record<string, { status: number; json: unknown }>;
  queues?: Record<string, QueueNow>;
  variables?: Record<string, string>;
  away: Record<string, Ending>;
  do: Deed[];
}

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
export const NEW_CALL: CallStart = {
  caller: "",
  called: "",
  at: "",
  answers: {},
  queues: {},
  variables: {},
};

/** What a key does, whether or not the caller waits until everything is said. */
export function pressed(key: string, interrupts: boolean): Move {
  return { deed: interrupts ? { interrupt: key } : { press: key } };
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function askedBy(document: FlowDocument): Asked {
  const nodes = Object.entries(document.nodes);
  const queues = nodes.flatMap(([, { kind, fields }]) =>
    kind === "queue_state" && typeof fields.queue === "string" ? [fields.queue] : [],
  );
  return {
    systems: nodes.flatMap(([id, { kind }]) => (kind === "http" ? [id] : [])),
    queues: [...new Set(queues)],
    variables: document.variables,
  };
}

function saidOf(answers: CallStart["answers"]): Record<string, { status: number; json: unknown }> {
  const said = Object.entries(answers).filter(([, { json }]) => isJson(json));
  return Object.fromEntries(
    said.map(([node, { status, json }]) => {
      const read: unknown = JSON.parse(json);
      return [node, { status, json: read }];
    }),
  );
}

export function callOf(start: CallStart, moves: readonly Move[]): PlayedCall {
  const { caller, called, at, queues, variables } = start;
  const began = new Date(at);
  const answers = saidOf(start.answers);
  return {
    ...(caller !== "" && { caller }),
    ...(called !== "" && { called }),
    ...(at !== "" && !Number.isNaN(began.getTime()) && { at: began.toISOString() }),
    ...(Object.keys(answers).length > 0 && { answers }),
    ...(Object.keys(queues).length > 0 && { queues }),
    ...(Object.keys(variables).length > 0 && { variables }),
    away: Object.fromEntries(
      moves.flatMap((move) => ("node" in move ? [[move.node, move.end]] : [])),
    ),
    do: moves.flatMap((move) => ("deed" in move ? [move.deed] : [])),
  };
}

/** The ways in which it can end where a caller was handed over. */
export function endingsOf(awaits: Awaits): readonly Ending[] {
  switch (awaits) {
    case "queue":
      return ["completed", "talked", "no_agent", "timeout", "full", "unavailable"];
    case "agent":
      return ["completed", "talked", "no_agent", "busy", "no_answer", "refused", "unavailable"];
    case "number":
      return ["completed", "talked", "busy", "no_answer", "refused", "unavailable"];
    case "recorder":
      return ["recorded"];
    case "bot":
      return ["completed", "handed_over", "failed"];
    case "key":
    case "over":
    case "speech":
      return [];
  }
}

/** The call as a test that expects what came of it. */
export function testOf(name: string, call: PlayedCall, trace: Trace): FlowTest {
  return {
    ...call,
    name,
    expect: {
      path: trace.steps.map(({ node }) => node),
      heard: trace.heard,
      ...(trace.end != null && { end: trace.end }),
    },
  };
}

/** A file that `trunkline flow test` runs, beside the flow's own. */
export function testsText(flow: string, tests: readonly FlowTest[]): string {
  return JSON.stringify({ flow: `${flow || "flow"}.json`, tests }, null, 2);
}
