import { useQuery } from "@tanstack/react-query";
import { Skeleton, Timeline } from "antd";
import { Failure } from "../../../components/failure";
import { clock, useFormat } from "../../../locales/format";
import {
  callRecordEventsQuery,
  type CallRecordDetail,
  type CallRecordEvent,
} from "../api/call-records";
import { endOf } from "../spans";
import { useEventText } from "./event-text";

const COLOURS: Partial<Record<CallRecordEvent["kind"], string>> = {
  arrived: "blue",
  answered: "blue",
  bridged: "green",
  offered: "gold",
  supervision_started: "purple",
  supervision_changed: "purple",
  supervision_ended: "purple",
  conference_begun: "green",
  recording_started: "red",
  recording_ended: "red",
  ended: "gray",
};

export function CallRecordTimeline({ record }: { record: CallRecordDetail }) {
  const format = useFormat();
  const textOf = useEventText();
  const { data, error, refetch } = useQuery(callRecordEventsQuery(record.id));
  if (error) {
    return <Failure failure={error} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton active />;
  }
  const begun = Date.parse(record.started_at);
  const after = (at: string) => clock((Date.parse(at) - begun) / 1_000);
  const span = (event: CallRecordEvent) => {
    const end = endOf(event, data.items);
    return `+${after(event.at)}${end ? `–${after(end)}` : ""}`;
  };
  return (
    <Timeline
      items={data.items.map((event) => ({
        key: event.id,
        color: COLOURS[event.kind] ?? "gray",
        content: (
          <div className="event">
            <span>{textOf(event)}</span>
            <time className="figure" dateTime={event.at} title={format.instant(event.at)}>
              {span(event)}
            </time>
          </div>
        ),
      }))}
    />
  );
}
