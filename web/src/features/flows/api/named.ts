import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, client, type Shapes } from "../../../api/client";
import { flowsQuery } from "./flows";

/** A sound, as far as a node names it. */
export type SoundName = Pick<Shapes["Sound"], "id" | "name" | "version">;

/** What nodes may name. */
export interface Names {
  queues: string[];
  schemes: string[];
  sounds: readonly SoundName[];
  /** Flows that take calls. */
  flows: string[];
}

const NO_SOUNDS: SoundName[] = [];

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
  const sounds = useQuery({
    queryKey: ["sounds"],
    queryFn: () => answered(client.GET("/api/v1/sounds")),
  }).data?.items;
  const flows = useQuery(flowsQuery).data?.items;
  return useMemo(() => {
    const others = flows?.filter(({ name, version }) => name !== own && version != null);
    const names = (things: { name: string }[] | undefined) => (things ?? []).map((it) => it.name);
    return {
      queues: names(queues),
      schemes: names(schemes),
      sounds: sounds ?? NO_SOUNDS,
      flows: names(others),
    };
  }, [queues, schemes, sounds, flows, own]);
}
