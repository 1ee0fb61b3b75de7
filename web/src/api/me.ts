import { queryOptions, useQuery } from "@tanstack/react-query";
import { RequestFailed, answered, client, type Shapes } from "./client";

export type Me = Shapes["Me"];

/** Who is signed in; none if nobody is. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    try {
      return await answered(client.GET("/api/v1/me"));
    } catch (failure) {
      if (failure instanceof RequestFailed && failure.status === 401) {
        return null;
      }
      throw failure;
    }
  },
  staleTime: 60_000,
});

export function useMe(): Me | null {
  return useQuery(meQuery).data ?? null;
}

/** Whether somebody sees and steers the calls and agents of everybody. */
export function isSupervisor(me: Me | null): boolean {
  return me !== null && me.user.role !== "agent";
}
