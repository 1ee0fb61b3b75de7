import { AudioOutlined } from "@ant-design/icons";
import { Button, Empty, Table, Tag, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { clockOfMs, useFormat } from "../../../locales/format";
import { agentName } from "../agent-name";
import type { CallRecord } from "../api/call-records";

interface Props {
  records: CallRecord[];
  loading: boolean;
  onOpen: (id: string) => void;
}

export function CallRecordTable({ records, loading, onOpen }: Props) {
  const { t } = useTranslation();
  const columns = useColumns(onOpen);
  return (
    <Table<CallRecord>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={records}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("record.none")} /> }}
      rowClassName="clickable"
      onRow={(record) => ({
        onClick: () => {
          onOpen(record.id);
        },
      })}
    />
  );
}

function useColumns(onOpen: (id: string) => void): TableColumnsType<CallRecord> {
  const { t } = useTranslation();
  const format = useFormat();
  const none = t("common.none");
  const title = (name: string) => t(`record.columns.${name}`);
  return [
    {
      title: title("startedAt"),
      render: (_, record) => {
        const at = format.instant(record.started_at);
        return (
          <Button
            type="link"
            className="cell-link"
            aria-label={t("record.open", { caller: record.caller, at })}
            onClick={(event) => {
              event.stopPropagation();
              onOpen(record.id);
            }}
          >
            {at}
          </Button>
        );
      },
    },
    {
      title: title("callType"),
      render: (_, record) => <Tag>{t(`record.types.${record.call_type}`)}</Tag>,
    },
    { title: title("caller"), dataIndex: "caller", className: "figure" },
    { title: title("trunkNumber"), dataIndex: "trunk_number", className: "figure" },
    { title: title("queue"), render: (_, record) => record.queue?.name ?? none },
    { title: title("agent"), render: (_, record) => agentName(record) ?? none },
    {
      title: title("duration"),
      align: "right",
      className: "figure",
      render: (_, { duration_ms }) => (duration_ms == null ? none : clockOfMs(duration_ms)),
    },
    {
      title: title("talk"),
      align: "right",
      className: "figure",
      render: (_, record) => (record.talk_ms > 0 ? clockOfMs(record.talk_ms) : none),
    },
    {
      title: title("ended"),
      render: (_, { ending }) => (ending ? t(`record.endedBy.${ending.by}`) : none),
    },
    {
      title: title("recording"),
      align: "center",
      render: (_, record) =>
        record.recording ? <AudioOutlined aria-label={t("common.yes")} role="img" /> : none,
    },
  ];
}
