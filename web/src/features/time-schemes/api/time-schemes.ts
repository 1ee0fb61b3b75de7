import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, answered, client, type Shapes } from "../../../api/client";

export type TimeScheme = Shapes["TimeScheme"];
export type TimeSchemeRequest = Shapes["TimeSchemeRequest"];

const KEY = ["time-schemes"];

export const timeSchemesQuery = queryOptions({
  queryKey: KEY,
  queryFn: () => answered(client.GET("/api/v1/time-schemes")),
});

/** The version that a change replaces, as the server wants it named. */
function seen(scheme: TimeScheme) {
  return { path: { id: scheme.id }, header: { "if-match": `"${String(scheme.version)}"` } };
}

/** Makes a scheme, or replaces the one that was seen. */
export function useSaveTimeScheme(scheme: TimeScheme | undefined) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: TimeSchemeRequest) =>
      scheme
        ? answered(client.PUT("/api/v1/time-schemes/{id}", { params: seen(scheme), body }))
        : answered(client.POST("/api/v1/time-schemes", { body })),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
}

/** Removes a scheme as it was seen. */
export function useDeleteTimeScheme() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (scheme: TimeScheme) =>
      accepted(client.DELETE("/api/v1/time-schemes/{id}", { params: seen(scheme) })),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
}
