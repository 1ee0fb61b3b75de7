import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, answered, client, type Shapes } from "../../../api/client";

export type Agent = Shapes["Agent"];
export type WantedStatus = Shapes["WantedStatus"];
export type AnswerMode = Shapes["AnswerMode"];

// With the 200 ms of the live view, a phone that drops is shown within a second.
const REFRESH_MS = 750;

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: () => answered(client.GET("/api/v1/agents")),
  refetchInterval: REFRESH_MS,
});

/** What can be asked of an agent's state. */
export type Change =
  | { kind: "sign-in"; answerMode: AnswerMode }
  | { kind: "status"; status: WantedStatus; break?: number }
  | { kind: "end-wrap-up" }
  | { kind: "sign-out" };

function changeOwn(change: Change): Promise<void> {
  switch (change.kind) {
    case "sign-in":
      return accepted(
        client.POST("/api/v1/agents/me/sign-in", { body: { answer_mode: change.answerMode } }),
      );
    case "status":
      return accepted(client.POST("/api/v1/agents/me/status", { body: statusBody(change) }));
    case "end-wrap-up":
      return accepted(client.POST("/api/v1/agents/me/end-wrap-up"));
    case "sign-out":
      return accepted(client.POST("/api/v1/agents/me/sign-out"));
  }
}

function changeOther(id: string, change: Change): Promise<void> {
  const params = { path: { id } };
  switch (change.kind) {
    case "sign-in": {
      const body = { answer_mode: change.answerMode };
      return accepted(client.POST("/api/v1/agents/{id}/sign-in", { params, body }));
    }
    case "status": {
      const body = statusBody(change);
      return accepted(client.POST("/api/v1/agents/{id}/status", { params, body }));
    }
    case "end-wrap-up":
      return accepted(client.POST("/api/v1/agents/{id}/end-wrap-up", { params }));
    case "sign-out":
      return accepted(client.POST("/api/v1/agents/{id}/sign-out", { params }));
  }
}

function statusBody(change: { status: WantedStatus; break?: number }) {
  return change.break === undefined
    ? { status: change.status }
    : { status: change.status, break: change.break };
}

/** Changes the state of the signed-in agent, or of another one. */
export function useChange(whose: "own" | { id: string }) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) =>
      whose === "own" ? changeOwn(change) : changeOther(whose.id, change),
    onSettled: () => cache.invalidateQueries(agentsQuery),
  });
}
