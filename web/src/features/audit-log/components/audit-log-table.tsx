import { Link } from "@tanstack/react-router";
import { Empty, Table, Tag, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../locales/format";
import type { AuditChange, AuditEntry } from "../api/audit-log";

interface Props {
  lines: AuditEntry[];
  loading: boolean;
}

/** What was not done, or done by the server against somebody. */
const WARNINGS: readonly AuditEntry["action"][] = [
  "dial_forbidden",
  "source_barred",
  "supervision_refused",
];

/** What was done to a call, whose record says more. */
const OF_CALLS: readonly AuditEntry["action"][] = [
  "call_supervised",
  "supervision_refused",
  "ladder_shown",
  "ladder_exported",
];

export function AuditLogTable({ lines, loading }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: TableColumnsType<AuditEntry> = [
    {
      title: t("audit.at"),
      className: "figure",
      render: (_, { at }) => format.instant(at),
    },
    { title: t("audit.user"), render: (_, { user }) => user?.name ?? t("audit.server") },
    {
      title: t("audit.action"),
      render: (_, { action }) => (
        <Tag {...(WARNINGS.includes(action) && { color: "error" })}>
          {t(`audit.actions.${action}`)}
        </Tag>
      ),
    },
    {
      title: t("audit.subject"),
      className: "figure",
      render: (_, { action, subject }) =>
        OF_CALLS.includes(action) ? <CallLink call={subject} /> : subject,
    },
    {
      title: t("audit.changes"),
      align: "right",
      className: "figure",
      render: (_, { changes }) => changes.length || t("common.none"),
    },
  ];
  return (
    <Table<AuditEntry>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={lines}
      loading={loading}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty description={t("audit.none")} /> }}
      expandable={{
        rowExpandable: ({ changes }) => changes.length > 0,
        expandedRowRender: ({ changes }) => <Changes changes={changes} />,
      }}
    />
  );
}

function CallLink({ call }: { call: string }) {
  return (
    <Link to="/call-records" search={{ range: "last7", record: call }}>
      {call}
    </Link>
  );
}

/** What a line of the log changed, setting by setting. */
function Changes({ changes }: { changes: AuditChange[] }) {
  const { t } = useTranslation();
  const none = t("common.none");
  return (
    <dl className="audit-changes">
      {changes.map(({ field, before, after, before_name, after_name }) => (
        <div key={field}>
          <dt>{field}</dt>
          <dd>
            {before != null && <del title={before}>{before_name ?? before}</del>}{" "}
            {after == null ? (
              none
            ) : (
              <ins title={after}>
                {field === "call" ? <CallLink call={after} /> : (after_name ?? after)}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
