import { useQuery } from "@tanstack/react-query";
import { Button, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { useFormat } from "../../../locales/format";
import { auditLogQuery, type AuditEntry } from "../api/audit-log";
import { AuditLogTable } from "./audit-log-table";

const NONE: AuditEntry[] = [];

export function AuditLogPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const [cursors, setCursors] = useState<string[]>([]);
  const { data, error, isPending, isFetching, refetch } = useQuery(auditLogQuery(cursors.at(-1)));
  const next = data?.next_cursor;
  return (
    <>
      <PageHead title={t("audit.title")}>
        <Button loading={isFetching} onClick={() => void refetch()}>
          {t("common.refresh")}
        </Button>
      </PageHead>
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <AuditLogTable lines={data?.items ?? NONE} loading={isPending} />
      <Space className="paging">
        <Button
          disabled={cursors.length === 0}
          onClick={() => {
            setCursors(cursors.slice(0, -1));
          }}
        >
          {t("record.previous")}
        </Button>
        <span>{t("record.page", { page: format.number(cursors.length + 1) })}</span>
        <Button
          disabled={!next}
          onClick={() => {
            setCursors(next ? [...cursors, next] : cursors);
          }}
        >
          {t("record.next")}
        </Button>
      </Space>
    </>
  );
}
