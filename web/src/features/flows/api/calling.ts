import { queryOptions, useMutation } from "@tanstack/react-query";
import { answered, client, type Shapes } from "../../../api/client";
import { writeDocument, type FlowDocument } from "../model/document";

export type CallTicket = Shapes["FlowCall"];
export type CallEvent = Shapes["CallRecordEvent"];

/** How often the call is asked for where it is. */
const LOOK_MS = 400;

/** Lets a flow be called once as it is drawn. */
export function useCallTicket(flow: string) {
  return useMutation({
    mutationFn: (wish: { document: FlowDocument; caller: string; called: string }) =>
      answered(
        client.POST("/api/v1/flows/{id}/draft/calls", {
          params: { path: { id: flow } },
          body: {
            document: writeDocument(wish.document),
            caller: wish.caller,
            called: wish.called,
          },
        }),
      ),
  });
}

/** What happens in a call, up to its end. */
export function callEventsQuery(call: string | undefined) {
  return queryOptions({
    queryKey: ["flow-call", call],
    queryFn: () =>
      answered(
        client.GET("/api/v1/call-records/{id}/events", { params: { path: { id: call ?? "" } } }),
      ),
    enabled: call !== undefined,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ kind }) => kind === "ended") ? false : LOOK_MS,
    retry: false,
    gcTime: 0,
  });
}
