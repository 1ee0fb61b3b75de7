import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, answered, client, type Shapes } from "../../../api/client";

export type LiveCall = Shapes["LiveCall"];

export type SupervisionMode = Shapes["SupervisionMode"];

/** What a supervisor asks for: a way to take part, or to leave. */
export type Wish = SupervisionMode | "stop";

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

export function useSupervise() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, wish }: { id: string; wish: Wish }) => accepted(ask(id, wish)),
    onSettled: () => cache.invalidateQueries(callsQuery),
  });
}

function ask(id: string, wish: Wish) {
  const params = { params: { path: { id } } };
  switch (wish) {
    case "monitor":
      return client.POST("/api/v1/calls/{id}/monitor", params);
    case "whisper":
      return client.POST("/api/v1/calls/{id}/whisper", params);
    case "barge":
      return client.POST("/api/v1/calls/{id}/barge", params);
    case "take_over":
      return client.POST("/api/v1/calls/{id}/takeover", params);
    case "stop":
      return client.DELETE("/api/v1/calls/{id}/monitor", params);
  }
}
