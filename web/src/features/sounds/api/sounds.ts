import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, answered, client, RequestFailed, type Shapes } from "../../../api/client";
import { LONGEST_FILE, kindOf } from "../values";

export type Sound = Shapes["Sound"];

const KEY = ["sounds"];

export const soundsQuery = queryOptions({
  queryKey: KEY,
  queryFn: () => answered(client.GET("/api/v1/sounds")),
});

/** Where a sound can be heard. */
export function audioAddress({ id }: Sound): string {
  return `/api/v1/sounds/${id}/audio`;
}

/** The version that a change replaces, as the server wants it named. */
function seen(sound: Sound) {
  return { path: { id: sound.id }, header: { "if-match": `"${String(sound.version)}"` } };
}

/** The file itself as the body of a request. */
function bodyOf(file: File) {
  if (file.size > LONGEST_FILE) {
    // The server would answer before it has read the whole, which browsers take for a lost connection.
    throw new RequestFailed(413, {
      code: "body_too_large",
      detail: "",
      errors: [],
      request_id: "",
      status: 413,
      title: "",
      type: "",
    });
  }
  return { body: [], bodySerializer: () => file, headers: { "content-type": kindOf(file.name) } };
}

/** Makes a sound of a file. */
export function useCreateSound() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, file }: { name: string; file: File }) =>
      answered(client.POST("/api/v1/sounds", { params: { query: { name } }, ...bodyOf(file) })),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
}

/** Gives a sound other audio, from the state that was seen. */
export function useReplaceSound() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ sound, file }: { sound: Sound; file: File }) =>
      answered(client.PUT("/api/v1/sounds/{id}/audio", { params: seen(sound), ...bodyOf(file) })),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
}

/** Removes a sound as it was seen. */
export function useDeleteSound() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (sound: Sound) =>
      accepted(client.DELETE("/api/v1/sounds/{id}", { params: seen(sound) })),
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
}
