import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { writeDocument, type FlowDocument } from "../model/document";
import type { FlowProblem } from "../model/problems";
import { checkFlow } from "./flows";

const REST_MS = 400;

/** The value once it has rested for a while. */
export function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested(value);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  return rested;
}

export interface Checked {
  problems: readonly FlowProblem[];
  spoken: ReadonlyMap<string, string>;
  clips: readonly string[];
  checking: boolean;
  failed: boolean;
}

const NO_PROBLEMS: FlowProblem[] = [];
const NO_CLIPS: string[] = [];
const NOTHING: ReadonlyMap<string, string> = new Map();

/** What the server says of a flow as it is drawn, whether it is saved or not. */
export function useChecked(flow: string, document: FlowDocument): Checked {
  const rested = useRested(document);
  const { data, isFetching, isError } = useQuery({
    queryKey: ["flow-check", flow, rested],
    queryFn: () => checkFlow(writeDocument(rested)),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
    retry: 1,
  });
  const spoken = useMemo(
    () => (data ? new Map(data.spoken.map(({ path, text }) => [path, text])) : NOTHING),
    [data],
  );
  return {
    problems: data?.problems ?? NO_PROBLEMS,
    spoken,
    clips: data?.clips ?? NO_CLIPS,
    checking: isFetching || rested !== document,
    failed: isError,
  };
}
