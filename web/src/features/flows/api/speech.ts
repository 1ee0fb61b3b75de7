import { useMutation } from "@tanstack/react-query";
import { answered, client } from "../../../api/client";
import type { Preview } from "../model/speech";

/** Has an engine speak a text; gives the address of the audio in this page. */
export function useListen() {
  return useMutation({
    mutationFn: async ({ engine, ...body }: Preview) => {
      const audio: unknown = await answered(
        client.POST("/api/v1/speech-engines/{name}/listen", {
          params: { path: { name: engine } },
          body,
          parseAs: "blob",
        }),
      );
      if (!(audio instanceof Blob)) {
        throw new TypeError("the answer is no audio");
      }
      return URL.createObjectURL(audio);
    },
  });
}
