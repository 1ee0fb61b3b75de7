import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, client } from "../../../api/client";
import { flowsQuery } from "./flows";

/** What nodes may name. */
export interface Names {
  queues: string[];
  schemes: string[];
  /** Flows that take calls. */
  flows: string[];
}

/** What there is that nodes of a flow may name. */
export function useNames(own: string): Names {
  const queues = useQuery({
    queryKey: ["queues"],
    queryFn: () => answered(client.GET("/api/v1/queues")),
  }).data?.items;
  const schemes = useQuery({
    queryKey: ["time-schemes"],
    queryFn: () => answered(client.GET("/api/v1/time-schemes")),
  }).data?.items;
  const flows = useQuery(flowsQuery).data?.items;
  return useMemo(() => {
    const others = flows?.filter(({ name, version }) => name !== own && version != null);
    const names = (things: { name: string }[] | undefined) => (things ?? []).map((it) => it.name);
    return { queues: names(queues), schemes: names(schemes), flows: names(others) };
  }, [queues, schemes, flows, own]);
}
