import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, answered, client, type Shapes } from "../../../api/client";

export type Trunk = Shapes["Trunk"];
export type TrunkSettings = Shapes["TrunkSettings"];
export type TrunkStatus = Shapes["TrunkStatus"];
export type Stranger = Shapes["Stranger"];

const REFRESH_MS = 1_000;

export const trunksQuery = queryOptions({
  queryKey: ["trunks"],
  queryFn: () => answered(client.GET("/api/v1/trunks")),
  refetchInterval: REFRESH_MS,
});

/** Who called and belongs to no trunk; for administrators. */
export function strangersQuery(wanted: boolean) {
  return queryOptions({
    queryKey: ["strangers"],
    queryFn: () => answered(client.GET("/api/v1/strangers")),
    refetchInterval: REFRESH_MS,
    enabled: wanted,
  });
}

/** The version that a change replaces, as the server wants it named. */
function seen(trunk: Trunk) {
  return { path: { id: trunk.id }, header: { "if-match": `"${String(trunk.version)}"` } };
}

/** Makes a trunk, or replaces the settings of the one that was seen. */
export function useSaveTrunk(trunk: Trunk | undefined) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: TrunkSettings) =>
      trunk
        ? answered(client.PUT("/api/v1/trunks/{id}", { params: seen(trunk), body }))
        : answered(client.POST("/api/v1/trunks", { body })),
    onSettled: () => cache.invalidateQueries(trunksQuery),
  });
}

/** Removes a trunk as it was seen. */
export function useDeleteTrunk() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (trunk: Trunk) =>
      accepted(client.DELETE("/api/v1/trunks/{id}", { params: seen(trunk) })),
    onSettled: () => cache.invalidateQueries(trunksQuery),
  });
}
