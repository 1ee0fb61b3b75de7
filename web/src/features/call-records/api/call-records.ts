import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answered, client, type Shapes } from "../../../api/client";
import type { Search } from "../search";

export type CallRecord = Shapes["CallRecord"];
export type CallRecordDetail = Shapes["CallRecordDetail"];
export type CallRecordEvent = Shapes["CallRecordEvent"];

const PAGE_SIZE = 20;
const REFRESH_MS = 10_000;

export function callRecordsQuery(search: Search, cursor: string | undefined) {
  const { range, caller, called, trunk_number, call_type } = search;
  const query = {
    range,
    limit: PAGE_SIZE,
    ...(caller && { caller }),
    ...(called && { called }),
    ...(trunk_number && { trunk_number }),
    ...(call_type && { call_type }),
    ...(cursor && { cursor }),
  };
  return queryOptions({
    queryKey: ["call-records", query],
    queryFn: () => answered(client.GET("/api/v1/call-records", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: cursor ? false : REFRESH_MS,
  });
}

export function callRecordQuery(id: string) {
  return queryOptions({
    queryKey: ["call-record", id],
    queryFn: () => answered(client.GET("/api/v1/call-records/{id}", { params: { path: { id } } })),
  });
}

export function callRecordEventsQuery(id: string) {
  return queryOptions({
    queryKey: ["call-record", id, "events"],
    queryFn: () =>
      answered(client.GET("/api/v1/call-records/{id}/events", { params: { path: { id } } })),
  });
}

/** Asked for once: each look stands in the audit log. */
export function ladderQuery(id: string) {
  return queryOptions({
    queryKey: ["call-record", id, "sip"],
    queryFn: () => answered(client.GET("/api/v1/calls/{id}/sip", { params: { path: { id } } })),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

export function ladderAddress(id: string): string {
  return `/api/v1/calls/${id}/sip.pcap`;
}

export function trunkNumbersQuery() {
  return queryOptions({
    queryKey: ["trunk-numbers"],
    queryFn: () => answered(client.GET("/api/v1/trunk-numbers")),
    staleTime: 60_000,
  });
}

export function recordingAddress(id: string): string {
  return `/api/v1/call-records/${id}/recording`;
}
