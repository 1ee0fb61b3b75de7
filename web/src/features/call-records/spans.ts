import type { CallRecordEvent } from "./api/call-records";

/** When that ended which an event begins; none for what does not last. */
export function endOf(event: CallRecordEvent, events: readonly CallRecordEvent[]) {
  const later = events.slice(events.indexOf(event) + 1);
  return later.find((next) => ends(next, event))?.at;
}

function ends(next: CallRecordEvent, event: CallRecordEvent): boolean {
  switch (event.kind) {
    case "supervision_started":
    case "supervision_changed":
      return next.kind === "supervision_changed" || next.kind === "supervision_ended"
        ? next.supervisor.id === event.supervisor.id
        : next.kind === "ended";
    case "conference_begun":
      return next.kind === "conference_left" || next.kind === "ended";
    default:
      return false;
  }
}
