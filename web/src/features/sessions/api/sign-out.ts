import { useMutation, useQueryClient } from "@tanstack/react-query";
import { accepted, client } from "../../../api/client";

export function useSignOut() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => accepted(client.DELETE("/api/v1/sessions/current")),
    onSettled: () => {
      cache.clear();
    },
  });
}
