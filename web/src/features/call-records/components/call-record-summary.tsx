import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { clockOfMs, useFormat } from "../../../locales/format";
import { agentName } from "../agent-name";
import { ratingText } from "../rating-text";
import type { CallRecordDetail } from "../api/call-records";

export function CallRecordSummary({ record }: { record: CallRecordDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const none = t("common.none");
  const column = (name: string) => t(`record.columns.${name}`);
  const detail = (name: string) => t(`record.detail.${name}`);
  const instant = (at: string | null | undefined) => (at ? format.instant(at) : none);
  const span = (ms: number | null | undefined) => (ms == null ? none : clockOfMs(ms));
  const finding = (found: CallRecordDetail["early_finding"]) =>
    found ? t(`record.findings.${found}`) : none;
  const { ending } = record;
  const unrated = record.surveyed ? detail("unrated") : none;
  const rating = record.rating ? ratingText(t, record.rating) : unrated;
  const pairs: [string, string][] = [
    [column("caller"), record.caller],
    [column("called"), record.called],
    [column("startedAt"), instant(record.started_at)],
    [detail("answeredAt"), instant(record.answered_at)],
    [detail("endedAt"), instant(record.ended_at)],
    [column("duration"), span(record.duration_ms)],
    [column("talk"), span(record.talk_ms)],
    [column("wait"), span(record.queue_ms)],
    [column("ring"), span(record.ring_ms)],
    [detail("transfers"), format.number(record.transfers)],
    [detail("consults"), format.number(record.consults)],
    [detail("conferences"), format.number(record.conferences)],
    [detail("rating"), rating],
    [detail("flow"), record.flow?.name ?? none],
    [column("queue"), record.queue?.name ?? none],
    [column("agent"), agentName(record) ?? none],
    [column("answerMode"), record.answer_mode ? t(`agent.modes.${record.answer_mode}`) : none],
    [column("ended"), ending ? t(`record.endedBy.${ending.by}`) : detail("inProgress")],
    [detail("reason"), ending ? t(`record.reasons.${ending.reason}`) : none],
    [detail("stage"), ending ? t(`call.stages.${ending.stage}`) : none],
    [detail("earlyFinding"), finding(record.early_finding)],
    [detail("answeredBy"), finding(record.answered_by)],
    [detail("sipCode"), ending?.sip_code == null ? none : String(ending.sip_code)],
    [column("callType"), t(`record.types.${record.call_type}`)],
  ];
  return (
    <Descriptions
      size="small"
      column={2}
      bordered
      items={[
        ...pairs.map(([label, children]) => ({ key: label, label, children })),
        { key: "id", label: detail("id"), children: record.id, span: 2 },
        { key: "sip", label: detail("sipCallId"), children: record.sip_call_id, span: 2 },
      ]}
    />
  );
}
