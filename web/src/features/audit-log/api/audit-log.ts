import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered, client, type Shapes } from "../../../api/client";

export type AuditEntry = Shapes["AuditEntry"];
export type AuditChange = Shapes["AuditChange"];

const PAGE_SIZE = 20;
const REFRESH_MS = 10_000;

/** The page of the log that begins at a cursor; its newest lines without one. */
export function auditLogQuery(cursor: string | undefined) {
  const query = { limit: PAGE_SIZE, ...(cursor && { cursor }) };
  return queryOptions({
    queryKey: ["audit-log", query],
    queryFn: () => answered(client.GET("/api/v1/audit-log", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: cursor ? false : REFRESH_MS,
  });
}
