import { useQuery } from "@tanstack/react-query";
import { Button, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { useFormat } from "../../../locales/format";
import { callRecordsQuery, type CallRecord } from "../api/call-records";
import type { Search } from "../search";
import { CallRecordDrawer } from "./call-record-drawer";
import { CallRecordFilters } from "./call-record-filters";
import { CallRecordTable } from "./call-record-table";

const NONE: CallRecord[] = [];

interface Props {
  search: Search;
  onSearch: (search: Search) => void;
}

export function CallRecordsPage({ search, onSearch }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [cursors, setCursors] = useState<string[]>([]);
  const query = useQuery(callRecordsQuery(search, cursors.at(-1)));
  const next = query.data?.next_cursor;
  const { record, ...filters } = search;
  const from = query.data?.period.from;
  const to = query.data?.period.to;
  return (
    <>
      <PageHead title={t("record.title")}>
        {from && to && (
          <span className="period">
            {t("record.period", {
              from: format.day(from),
              to: format.day(Date.parse(to) - 1),
            })}
          </span>
        )}
      </PageHead>
      <CallRecordFilters
        search={filters}
        busy={query.isFetching}
        onSearch={(wanted) => {
          setCursors([]);
          onSearch(wanted);
        }}
        onRefresh={() => void query.refetch()}
      />
      {query.error && <Failure failure={query.error} onRetry={() => void query.refetch()} />}
      <CallRecordTable
        records={query.data?.items ?? NONE}
        loading={query.isPending}
        onOpen={(id) => {
          onSearch({ ...filters, record: id });
        }}
      />
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
      <CallRecordDrawer
        id={record}
        onClose={() => {
          onSearch(filters);
        }}
      />
    </>
  );
}
