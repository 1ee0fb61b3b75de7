import { useMemo, useState } from "react";
import { useSimulation } from "../api/simulation";
import type { FlowDocument } from "../model/document";
import { NO_MARKS, marksOf, type Marks } from "../model/marks";
import type { FlowProblem } from "../model/problems";
import {
  NEW_CALL,
  askedBy,
  callOf,
  type Asked,
  type CallStart,
  type Move,
  type PlayedCall,
  type Trace,
} from "../model/simulation";

const NO_PROBLEMS: FlowProblem[] = [];

/** A simulated call through what is drawn. */
export interface Trying {
  start: CallStart;
  setStart: (start: CallStart) => void;
  /** Whom the flow asks. */
  asked: Asked;
  /** The call with all that was done in it; none before it begins. */
  call: PlayedCall | undefined;
  trace: Trace | undefined;
  problems: readonly FlowProblem[];
  failure: unknown;
  busy: boolean;
  marks: Marks;
  begin: () => void;
  end: () => void;
  move: (move: Move) => void;
  /** Takes the last move back; none when there is nothing to take back. */
  back: (() => void) | undefined;
}

export function useTrying(flow: string, document: FlowDocument, shown: boolean): Trying {
  const [start, setStart] = useState(NEW_CALL);
  const [moves, setMoves] = useState<readonly Move[]>();
  const call = useMemo(() => moves && callOf(start, moves), [start, moves]);
  const simulation = useSimulation(flow, document, shown ? call : undefined);
  // What the call before came to says nothing of one that begins.
  const begins = moves?.length === 0 && simulation.isPlaceholderData;
  const answer = call && !begins ? simulation.data : undefined;
  const trace = answer?.trace ?? undefined;
  const asked = useMemo(() => askedBy(document), [document]);
  const marks = useMemo(
    () => (shown ? marksOf(document, trace?.steps ?? []) : NO_MARKS),
    [shown, document, trace],
  );
  return {
    start,
    setStart,
    asked,
    call,
    trace,
    problems: answer?.problems ?? NO_PROBLEMS,
    failure: simulation.error,
    busy: simulation.isFetching,
    marks,
    begin: () => {
      setMoves([]);
    },
    end: () => {
      setMoves(undefined);
    },
    move: (move) => {
      setMoves((before) => [...(before ?? []), move]);
    },
    back:
      moves && moves.length > 0
        ? () => {
            setMoves(moves.slice(0, -1));
          }
        : undefined,
  };
}
