import { useTranslation } from "react-i18next";
import { clockOfMs } from "../../../locales/format";
import type { CallRecordEvent } from "../api/call-records";
import { ratingText } from "../rating-text";

/** One sentence for one thing that happened to a call. */
export function useEventText(): (event: CallRecordEvent) => string {
  const { t } = useTranslation();
  const say = (key: string, values: Record<string, unknown> = {}) =>
    t(`record.event.${key}`, values);
  const named = (thing: { id: string; name?: string | null }) => thing.name ?? thing.id;
  return (event) => {
    switch (event.kind) {
      case "arrived":
        return say("arrived", { caller: event.caller, called: event.called });
      case "flow_entered":
        return event.version === 0
          ? say("draft_entered", { flow: named(event.flow) })
          : say("flow_entered", { flow: named(event.flow), version: event.version });
      case "node_entered":
        return say("node_entered", { node: event.node });
      case "node_left":
        return say(event.keys ? "node_left_keys" : "node_left", {
          node: event.node,
          exit: event.exit,
          keys: event.keys,
        });
      case "unreadable":
        return say("unreadable", { node: event.node, reason: event.reason });
      case "queued":
        return say("queued", { queue: named(event.queue) });
      case "dequeued":
        return say("dequeued", {
          queue: named(event.queue),
          exit: t(`record.exits.${event.exit}`),
        });
      case "offered":
        return say("offered", { agent: named(event.agent) });
      case "offer_ended":
        return say("offer_ended", {
          agent: named(event.agent),
          outcome: t(`record.outcomes.${event.outcome}`),
        });
      case "dialed":
        return say("dialed", { number: event.number });
      case "dial_forbidden":
        return say("dial_forbidden", {
          number: event.number,
          verdict: t(`trunk.verdicts.${event.rule}`, { prefix: event.prefix ?? "" }),
        });
      case "dial_failed":
        return say(event.redirected_to ? "dial_redirected" : "dial_failed", {
          number: event.number,
          reason: t(`record.reasons.${event.reason}`),
          to: event.redirected_to,
        });
      case "bridged":
      case "unbridged":
        return event.agent
          ? say(event.kind, { agent: named(event.agent) })
          : say(`${event.kind}_outside`);
      case "rated":
        return say("rated", { node: event.node, rating: ratingText(t, event.rating) });
      case "survey_offered":
        return say("survey_offered", { node: event.node });
      case "transferred":
        return say(event.status < 300 ? event.kind : "transfer_failed", {
          agent: named(event.agent),
          to: event.to,
          status: event.status,
        });
      case "hold_changed":
        return say(event.held ? "held" : "resumed_talk");
      case "recording_ended":
        return say("recording_ended", { duration: clockOfMs(event.duration_ms) });
      case "recording_paused":
      case "recording_resumed":
        return event.by ? say(event.kind, { by: named(event.by) }) : say(`${event.kind}_by_flow`);
      case "recording_compressed":
        return say("recording_compressed", { size: Math.ceil(event.size_bytes / 1024) });
      case "recording_moved":
        return say("recording_moved", { bucket: event.bucket });
      case "found":
        return say(event.customer ? "found_customer" : "found_other", {
          finding: t(`record.findings.${event.finding}`),
        });
      case "supervision_started":
      case "supervision_changed":
        return say(event.kind, {
          supervisor: named(event.supervisor),
          mode: t(`record.supervision.${event.mode}`),
        });
      case "supervision_ended":
        return say(event.kind, {
          supervisor: named(event.supervisor),
          end: t(`record.supervisionEnds.${event.end}`),
        });
      case "consulted":
        return say(event.kind, { agent: named(event.agent), to: event.to });
      case "conference_begun":
        return say(event.kind, {
          agent: named(event.agent),
          guest: event.guest ? named(event.guest) : event.number,
        });
      case "conference_left":
        return say(event.kind, { side: t(`record.sides.${event.side}`) });
      case "leg_quality":
        return say(event.customer ? "leg_quality_customer" : "leg_quality_agent", {
          lost: event.lost,
          all: event.received + event.lost,
          jitter: event.jitter_ms,
          mos: event.mos == null ? "–" : event.mos.toFixed(1),
          trip: event.round_trip_ms ?? "–",
        });
      case "ended":
        return say("ended", {
          by: t(`record.endedBy.${event.by}`),
          reason: t(`record.reasons.${event.reason}`),
        });
      case "answered":
      case "recording_started":
      case "voicemail_started":
      case "resumed":
        return say(event.kind);
    }
  };
}
