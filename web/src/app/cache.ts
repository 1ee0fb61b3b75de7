import { QueryCache, QueryClient } from "@tanstack/react-query";
import { RequestFailed } from "../api/client";
import { meQuery } from "../api/me";

const RETRIES = 2;

/** What the server said. A 401 means that nobody is signed in, which the routes react to. */
export const cache: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (failure) => {
      if (failure instanceof RequestFailed && failure.status === 401) {
        cache.setQueryData(meQuery.queryKey, null);
      }
    },
  }),
  defaultOptions: {
    queries: {
      retry: (count, failure) =>
        count < RETRIES && !(failure instanceof RequestFailed && failure.status < 500),
      staleTime: 1_000,
    },
  },
});
