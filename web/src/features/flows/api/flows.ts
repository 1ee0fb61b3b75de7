import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { RequestFailed, answered, client, type Shapes } from "../../../api/client";
import type { Fields } from "../model/document";
import type { FlowProblem } from "../model/problems";

export type Flow = Shapes["Flow"];
export type FlowDetail = Shapes["FlowDetail"];
export type FlowVersion = Shapes["FlowVersion"];

export const flowsQuery = queryOptions({
  queryKey: ["flows"],
  queryFn: () => answered(client.GET("/api/v1/flows")),
});

/** A flow as it is when it is opened; what others save meanwhile shows when it is saved. */
export function flowQuery(id: string) {
  return queryOptions({
    queryKey: ["flows", id],
    queryFn: () => answered(client.GET("/api/v1/flows/{id}", { params: { path: { id } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
}

export function versionsQuery(id: string) {
  return queryOptions({
    queryKey: ["flow-versions", id],
    queryFn: () =>
      answered(client.GET("/api/v1/flows/{id}/versions", { params: { path: { id } } })),
  });
}

export function versionQuery(id: string, version: number) {
  const params = { path: { id, version } };
  return queryOptions({
    queryKey: ["flow-versions", id, version],
    queryFn: () => answered(client.GET("/api/v1/flows/{id}/versions/{version}", { params })),
  });
}

export function checkFlow(document: Fields): Promise<Shapes["FlowCheck"]> {
  return answered(client.POST("/api/v1/flows/check", { body: { document } }));
}

export function useCreateFlow() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (document: Fields) =>
      answered(client.POST("/api/v1/flows", { body: { document } })),
    onSettled: () => cache.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true }),
  });
}

/** Saves a draft over the one that was seen, and reads what others made of it. */
export function useSaveDraft(id: string) {
  const cache = useQueryClient();
  const { mutateAsync, isPending } = useMutation({
    mutationFn: ({ document, seen }: { document: Fields; seen: number }) =>
      answered(
        client.PUT("/api/v1/flows/{id}/draft", {
          params: { path: { id }, header: { "if-match": `"${String(seen)}"` } },
          body: { document },
        }),
      ),
    onSuccess: (saved) => {
      cache.setQueryData(flowQuery(id).queryKey, saved);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true }),
  });
  return {
    busy: isPending,
    saveDraft: (document: Fields, seen: number) => mutateAsync({ document, seen }),
    freshDraft: () => answered(client.GET("/api/v1/flows/{id}", { params: { path: { id } } })),
  };
}

/** What is live is read anew; what is drawn stays. */
function useGoneLive(id: string) {
  const cache = useQueryClient();
  return async ({ version }: Shapes["LiveVersion"]) => {
    cache.setQueryData(
      flowQuery(id).queryKey,
      (detail) => detail && { ...detail, flow: { ...detail.flow, version } },
    );
    await cache.invalidateQueries({ queryKey: ["flow-versions", id] });
    await cache.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true });
  };
}

/** Lets callers enter the draft that was saved as this one. */
export function usePublish(id: string) {
  return useMutation({
    mutationFn: (seen: number) =>
      answered(
        client.POST("/api/v1/flows/{id}/publish", {
          params: { path: { id }, header: { "if-match": `"${String(seen)}"` } },
        }),
      ),
    onSuccess: useGoneLive(id),
  });
}

/** Lets callers enter an older version again. */
export function useRollback(id: string) {
  return useMutation({
    mutationFn: (version: number) =>
      answered(
        client.POST("/api/v1/flows/{id}/versions/{version}/publish", {
          params: { path: { id, version } },
        }),
      ),
    onSuccess: useGoneLive(id),
  });
}

/** Whether the server refused to publish because required tests fail. */
export function testsFailed(failure: unknown): boolean {
  return failure instanceof RequestFailed && failure.problem?.code === "tests_failed";
}

/** The problems for which the server refused to publish. */
export function refusalOf(failure: unknown): FlowProblem[] {
  const errors = failure instanceof RequestFailed ? (failure.problem?.errors ?? []) : [];
  return errors.map(({ pointer, detail }) => ({
    path: pointer,
    message: pointer === "" || testsFailed(failure) ? detail : `${pointer}: ${detail}`,
    code: "",
    node: null,
  }));
}
