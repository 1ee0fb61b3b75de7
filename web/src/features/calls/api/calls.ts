import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, answered, client, type Shapes } from "../../../api/client";

export type LiveCall = Shapes["LiveCall"];

const REFRESH_MS = 1_000;

export const callsQuery = queryOptions({
  queryKey: ["calls"],
  queryFn: () => answered(client.GET("/api/v1/calls")),
  refetchInterval: REFRESH_MS,
});

export function usePauseRecording() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, recording_paused }: LiveCall) => {
      const params = { params: { path: { id } } };
      return accepted(
        recording_paused
          ? client.POST("/api/v1/calls/{id}/recording/resume", params)
          : client.POST("/api/v1/calls/{id}/recording/pause", params),
      );
    },
    onSettled: () => cache.invalidateQueries(callsQuery),
  });
}

export function useHangUp() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      accepted(client.POST("/api/v1/calls/{id}/hangup", { params: { path: { id } } })),
    onSettled: () => cache.invalidateQueries(callsQuery),
  });
}
