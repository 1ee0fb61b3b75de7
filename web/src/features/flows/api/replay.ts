import { useMutation } from "@tanstack/react-query";
import { answered, client } from "../../../api/client";
import type { Period } from "../model/counts";
import { writeDocument, type FlowDocument } from "../model/document";

/** Plays real calls once more through a flow as it is drawn. */
export function useReplay(id: string) {
  return useMutation({
    mutationFn: ({ document, period }: { document: FlowDocument; period: Period }) =>
      answered(
        client.POST("/api/v1/flows/{id}/draft/replay", {
          params: { path: { id } },
          body: { document: writeDocument(document), ...period },
        }),
      ),
  });
}
