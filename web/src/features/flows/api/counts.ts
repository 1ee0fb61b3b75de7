import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answered, client } from "../../../api/client";
import type { Period } from "../model/counts";

/** What callers did in one version on some days; the live version if none is named. */
export function useCounts(id: string, version: number | undefined, period: Period | undefined) {
  return useQuery({
    queryKey: ["flow-counts", id, version, period],
    queryFn: () =>
      answered(
        client.GET("/api/v1/flows/{id}/counts", {
          params: {
            path: { id },
            query: { ...(version !== undefined && { version }), ...period },
          },
        }),
      ),
    enabled: period !== undefined,
    placeholderData: keepPreviousData,
    retry: 1,
  });
}
