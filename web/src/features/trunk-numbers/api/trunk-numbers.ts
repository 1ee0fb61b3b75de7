import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, answered, client, type Shapes } from "../../../api/client";

export type TrunkNumber = Shapes["TrunkNumber"];
export type TrunkNumberRequest = Shapes["TrunkNumberRequest"];

const REFRESH_MS = 10_000;
/** Everything that shows numbers of ours, the filters of call records too, keeps them under this. */
const KEY = ["trunk-numbers"];

export const trunkNumbersQuery = queryOptions({
  queryKey: [...KEY, "page"],
  queryFn: () => answered(client.GET("/api/v1/trunk-numbers")),
  refetchInterval: REFRESH_MS,
});

export const trunksQuery = queryOptions({
  queryKey: ["trunk-choices"],
  queryFn: () => answered(client.GET("/api/v1/trunks")),
});

export const flowsQuery = queryOptions({
  queryKey: ["flow-choices"],
  queryFn: () => answered(client.GET("/api/v1/flows")),
});

export const queuesQuery = queryOptions({
  queryKey: ["queue-choices"],
  queryFn: () => answered(client.GET("/api/v1/queues")),
});

/** The version that a change replaces, as the server wants it named. */
function seen(number: TrunkNumber) {
  return { path: { id: number.id }, header: { "if-match": `"${String(number.version)}"` } };
}

/** Makes a number, or replaces the settings of the one that was seen. */
export function useSaveTrunkNumber(number: TrunkNumber | undefined) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: TrunkNumberRequest) =>
      number
        ? answered(client.PUT("/api/v1/trunk-numbers/{id}", { params: seen(number), body }))
        : answered(client.POST("/api/v1/trunk-numbers", { body })),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
}

/** Removes a number as it was seen. */
export function useDeleteTrunkNumber() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (number: TrunkNumber) =>
      accepted(client.DELETE("/api/v1/trunk-numbers/{id}", { params: seen(number) })),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
}
