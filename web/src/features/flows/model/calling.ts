import type { Shapes } from "../../../api/client";
import type { Step } from "./marks";

type CallEvent = Shapes["CallRecordEvent"];

/** Where a call has been, by what happened in it. */
export function stepsOf(events: readonly CallEvent[]): Step[] {
  const steps: Step[] = [];
  for (const event of events) {
    if (event.kind === "node_entered") {
      steps.push({ node: event.node });
    } else if (event.kind === "node_left") {
      const left = steps.findLast(({ node, exit }) => node === event.node && exit === undefined);
      if (left) {
        left.exit = event.exit;
      }
    }
  }
  return steps;
}

/** Whether the call is over. */
export function isOver(events: readonly CallEvent[]): boolean {
  return events.some(({ kind }) => kind === "ended");
}
