import { Badge, Empty, Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { isSupervisor, useMe } from "../../../api/me";
import { Elapsed } from "../../../components/elapsed";
import { useFormat } from "../../../locales/format";
import type { LiveCall } from "../api/calls";
import { HangUpButton } from "./hang-up-button";
import { RecordingSwitch } from "./recording-switch";
import { SupervisionButtons } from "./supervision-buttons";

const COLOURS: Record<LiveCall["stage"], string> = {
  pre_ivr: "gray",
  ivr: "blue",
  queue: "orange",
  ringing: "gold",
  talking: "green",
  voicemail: "purple",
  survey: "cyan",
};

interface Props {
  calls: LiveCall[];
  loading: boolean;
}

export function CallTable({ calls, loading }: Props) {
  const columns = useColumns();
  const { t } = useTranslation();
  return (
    <Table<LiveCall>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={calls}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("call.none")} /> }}
    />
  );
}

function useColumns(): TableColumnsType<LiveCall> {
  const { t } = useTranslation();
  const format = useFormat();
  const supervises = isSupervisor(useMe());
  const none = t("common.none");
  const supervision = {
    title: t("supervision.title"),
    render: (_: unknown, call: LiveCall) => <SupervisionButtons call={call} />,
  };
  return [
    {
      title: t("call.stage"),
      dataIndex: "stage",
      render: (stage: LiveCall["stage"]) => (
        <Badge color={COLOURS[stage]} text={t(`call.stages.${stage}`)} />
      ),
    },
    { title: t("call.caller"), dataIndex: "caller", className: "figure" },
    { title: t("call.trunkNumber"), dataIndex: "trunk_number", className: "figure" },
    { title: t("call.queue"), render: (_, call) => call.queue?.name ?? none },
    { title: t("call.agent"), render: (_, call) => call.agent?.name ?? none },
    { title: t("call.startedAt"), render: (_, call) => format.time(call.started_at) },
    { title: t("call.duration"), render: (_, call) => <Elapsed since={call.started_at} /> },
    {
      title: t("call.recording"),
      render: (_, call) => (call.recording ? <RecordingSwitch call={call} /> : none),
    },
    ...(supervises ? [supervision] : []),
    {
      title: t("common.actions"),
      align: "right",
      render: (_, call) => <HangUpButton call={call} />,
    },
  ];
}
