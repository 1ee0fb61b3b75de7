import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, client, type Shapes } from "../../../api/client";
import { meQuery } from "../../../api/me";

export function useSignIn() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Shapes["Credentials"]) =>
      answered(client.POST("/api/v1/sessions", { body: credentials })),
    onSuccess: async () => {
      cache.clear();
      await cache.fetchQuery(meQuery);
    },
  });
}
