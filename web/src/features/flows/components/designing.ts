import { createContext, use } from "react";
import type { SoundName, SpeechEngine } from "../api/named";
import type { Fields } from "../model/document";
import type { FlowProblem } from "../model/problems";
import { NOT_COUNTED, type Counted } from "../model/counts";
import { NO_MARKS, type Marks } from "../model/marks";

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
  engines: readonly SpeechEngine[];
  /** Who speaks in the flow where an item does not say it. */
  speakers: Speakers;
  /** What a simulated call leaves on the canvas. */
  marks: Marks;
  /** What callers did on the days that are looked at. */
  counted: Counted;
}

export interface Speakers {
  language: string;
  speech: Fields;
  variables: Readonly<Record<string, string>>;
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
  engines: [],
  speakers: { language: "", speech: {}, variables: {} },
  marks: NO_MARKS,
  counted: NOT_COUNTED,
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
