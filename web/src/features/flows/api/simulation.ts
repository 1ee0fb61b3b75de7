import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { answered, client } from "../../../api/client";
import { writeDocument, type FlowDocument } from "../model/document";
import type { PlayedCall } from "../model/simulation";
import { useRested } from "./checks";

/** What comes of a call in a flow as it is drawn; all that was done is played anew each time. */
export function useSimulation(flow: string, drawn: FlowDocument, call: PlayedCall | undefined) {
  const document = useRested(drawn);
  return useQuery({
    queryKey: ["flow-simulation", flow, document, call],
    queryFn: () =>
      answered(
        client.POST("/api/v1/flows/{id}/draft/simulate", {
          params: { path: { id: flow } },
          body: { ...call, document: writeDocument(document) },
        }),
      ),
    enabled: call !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
    retry: 1,
  });
}
