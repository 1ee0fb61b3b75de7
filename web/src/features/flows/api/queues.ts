import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, client } from "../../../api/client";

/** The queues that nodes may name. */
export function useQueueNames(): string[] {
  const { data } = useQuery({
    queryKey: ["queues"],
    queryFn: () => answered(client.GET("/api/v1/queues")),
  });
  return useMemo(() => (data?.items ?? []).map(({ name }) => name), [data]);
}
