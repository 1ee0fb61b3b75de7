import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answered, client, type Shapes } from "../../../api/client";
import { flowsQuery } from "./flows";

/** A sound, as far as a node names it. */
export type SoundName = Pick<Shapes["Sound"], "id" | "name" | "version">;

/** An engine that speaks texts. */
export type SpeechEngine = Shapes["SpeechEngine"];

/** What nodes may name. */
export interface Names {
  queues: string[];
  schemes: string[];
  sounds: readonly SoundName[];
  engines: readonly SpeechEngine[];
  /** Flows that take calls. */
  flows: string[];
}

const NO_SOUNDS: SoundName[] = [];
const NO_ENGINES: SpeechEngine[] = [];

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
  const engines = useQuery({
    queryKey: ["speech-engines"],
    queryFn: () => answered(client.GET("/api/v1/speech-engines")),
  }).data?.items;
  const flows = useQuery(flowsQuery).data?.items;
  return useMemo(() => {
    const others = flows?.filter(({ name, version }) => name !== own && version != null);
    const names = (things: { name: string }[] | undefined) => (things ?? []).map((it) => it.name);
    return {
      queues: names(queues),
      schemes: names(schemes),
      sounds: sounds ?? NO_SOUNDS,
      engines: engines ?? NO_ENGINES,
      flows: names(others),
    };
  }, [queues, schemes, sounds, engines, flows, own]);
}
