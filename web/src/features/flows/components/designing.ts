import { createContext, use } from "react";
import type { SoundName } from "../api/named";
import type { FlowProblem } from "../model/problems";
import { NO_MARKS, type Marks } from "../model/simulation";

/** What the parts of the designer know of the flow besides the document. */
export interface Designing {
  readOnly: boolean;
  problems: ReadonlyMap<string, readonly FlowProblem[]>;
  /** What is read at each path of the document. */
  spoken: ReadonlyMap<string, string>;
  variables: readonly string[];
  queues: readonly string[];
  schemes: readonly string[];
  flows: readonly string[];
  clips: readonly string[];
  sounds: readonly SoundName[];
  /** What a simulated call leaves on the canvas. */
  marks: Marks;
}

export const DesigningContext = createContext<Designing>({
  readOnly: true,
  problems: new Map(),
  spoken: new Map(),
  variables: [],
  queues: [],
  schemes: [],
  flows: [],
  clips: [],
  sounds: [],
  marks: NO_MARKS,
});

export function useDesigning(): Designing {
  return use(DesigningContext);
}

/** Where a form stands: the node, and the place within its fields. */
export interface Place {
  node: string;
  path: readonly (string | number)[];
}

export function within(place: Place, part: string | number): Place {
  return { ...place, path: [...place.path, part] };
}

/** A place as the server writes it: `nodes.menu.items[2].text`. */
export function written({ node, path }: Place): string {
  return path.reduce<string>(
    (text, part) => text + (typeof part === "number" ? `[${String(part)}]` : `.${part}`),
    `nodes.${node}`,
  );
}
