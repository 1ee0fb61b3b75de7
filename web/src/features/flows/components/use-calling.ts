import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { callEventsQuery, useCallTicket, type CallEvent } from "../api/calling";
import { callWith, openMicrophone, type Silence, type Telephone } from "../api/telephone";
import { isOver, stepsOf } from "../model/calling";
import type { FlowDocument } from "../model/document";
import { NO_MARKS, marksOf, type Marks, type Step } from "../model/marks";

/** How far a call is. */
export type CallStage = "idle" | "calling" | "talking" | "over";

/** A real call of what is drawn, from this page. */
export interface Calling {
  stage: CallStage;
  steps: readonly Step[];
  /** How it ended, as its record says. */
  ended: Extract<CallEvent, { kind: "ended" }> | undefined;
  /** Why there was no call: no microphone, or what the server, or the line, said. */
  silence: Silence | undefined;
  failure: unknown;
  cause: string | undefined;
  marks: Marks;
  begin: (caller: string, called: string) => void;
  press: (key: string) => void;
  hangUp: () => void;
}

const NO_EVENTS: readonly CallEvent[] = [];

export function useCalling(flow: string, document: FlowDocument, shown: boolean): Calling {
  const ticket = useCallTicket(flow);
  const [stage, setStage] = useState<CallStage>("idle");
  const [answered, setAnswered] = useState<string>();
  const [silence, setSilence] = useState<Silence>();
  const [failure, setFailure] = useState<unknown>();
  const [cause, setCause] = useState<string>();
  const telephone = useRef<Telephone>(undefined);
  const events = useQuery(callEventsQuery(answered)).data?.items ?? NO_EVENTS;
  const steps = useMemo(() => stepsOf(events), [events]);
  const marks = useMemo(() => {
    const walked = shown ? marksOf(document, steps) : NO_MARKS;
    return isOver(events) ? { ...walked, at: undefined } : walked;
  }, [shown, document, steps, events]);
  const attempt = useRef<AbortController>(undefined);
  const leave = useCallback(() => {
    attempt.current?.abort();
    telephone.current?.hangUp();
    telephone.current = undefined;
  }, []);
  useEffect(() => leave, [leave]);
  const call = async (caller: string, called: string, { signal }: AbortController) => {
    const microphone = await openMicrophone();
    if (typeof microphone === "string") {
      if (signal.aborted) {
        return;
      }
      setSilence(microphone);
      setStage("idle");
      return;
    }
    try {
      signal.throwIfAborted();
      const made = await ticket.mutateAsync({ document, caller, called });
      signal.throwIfAborted();
      const dialled = await callWith(made, microphone, {
        onAnswered: () => {
          setAnswered(made.call);
          setStage("talking");
        },
        onOver: (farewell) => {
          setCause(farewell.cause);
          setStage("over");
        },
      });
      if (signal.aborted) {
        dialled.hangUp();
        return;
      }
      telephone.current = dialled;
    } catch (refused) {
      for (const track of microphone.getTracks()) {
        track.stop();
      }
      if (!signal.aborted) {
        setFailure(refused);
        setStage("idle");
      }
    }
  };
  const ended = events.find((event) => event.kind === "ended");
  return {
    stage,
    steps,
    ended,
    silence,
    failure,
    cause,
    marks,
    begin: (caller, called) => {
      leave();
      setStage("calling");
      setAnswered(undefined);
      setSilence(undefined);
      setFailure(undefined);
      setCause(undefined);
      attempt.current = new AbortController();
      void call(caller, called, attempt.current);
    },
    press: useCallback((key) => telephone.current?.press(key), []),
    hangUp: useCallback(() => {
      leave();
      setStage("over");
    }, [leave]),
  };
}
