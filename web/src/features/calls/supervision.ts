import type { LiveCall, Wish } from "./api/calls";

/** How somebody takes part in a call, or lets their phone ring for it. */
export function ownPart(call: LiveCall, agent: string | undefined) {
  return call.supervisors.find((one) => one.agent.id === agent);
}

/** What somebody can ask for in a call's state. */
export function wishesFor(call: LiveCall, agent: string | undefined): Wish[] {
  if (ownPart(call, agent)) {
    return ["monitor", "whisper", "barge", "take_over", "stop"];
  }
  const theirs = call.agent && call.agent.id !== agent;
  return call.stage === "talking" && theirs ? ["monitor", "whisper", "barge", "take_over"] : [];
}
