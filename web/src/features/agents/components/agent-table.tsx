import { Empty, Table, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Elapsed } from "../../../components/elapsed";
import type { Agent } from "../api/agents";
import { PhoneBadge, StatusBadge, WorkBadge } from "./agent-state";
import { StateControls } from "./state-controls";

interface Props {
  agents: Agent[];
  loading: boolean;
  /** Whose states the reader may change. */
  steerable: "all" | "none";
}

export function AgentTable({ agents, loading, steerable }: Props) {
  const { t } = useTranslation();
  const none = t("common.none");
  const columns: TableColumnsType<Agent> = [
    { title: t("agent.extension"), dataIndex: "extension", className: "figure" },
    { title: t("agent.name"), dataIndex: "name" },
    { title: t("agent.status"), render: (_, agent) => <StatusBadge agent={agent} /> },
    { title: t("agent.work"), render: (_, agent) => <WorkBadge agent={agent} /> },
    {
      title: t("agent.since"),
      render: (_, { since, work }) =>
        since && work !== "offline" ? <Elapsed since={since} /> : none,
    },
    { title: t("agent.phone"), render: (_, agent) => <PhoneBadge agent={agent} /> },
    {
      title: t("agent.answerMode"),
      render: (_, { answer_mode }) => (answer_mode ? t(`agent.modes.${answer_mode}`) : none),
    },
  ];
  if (steerable === "all") {
    columns.push({
      title: t("common.actions"),
      align: "right",
      render: (_, agent) => <StateControls agent={agent} whose={{ id: agent.id }} />,
    });
  }
  return (
    <Table<Agent>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={agents}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("agent.none")} /> }}
    />
  );
}
