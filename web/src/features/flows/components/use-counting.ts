import { useMemo, useState } from "react";
import { useCounts } from "../api/counts";
import {
  NOT_COUNTED,
  USUAL_PERIOD,
  comparisonOf,
  countedOf,
  periodOf,
  type Comparison,
  type Counted,
  type FlowCounts,
  type PeriodChoice,
} from "../model/counts";
import type { FlowDocument } from "../model/document";

/** What callers did in a version of the flow, beside what is drawn. */
export interface Counting {
  choice: PeriodChoice;
  choose: (choice: PeriodChoice) => void;
  counts: FlowCounts | undefined;
  comparison: Comparison | undefined;
  counted: Counted;
  failure: unknown;
  busy: boolean;
  refresh: () => void;
}

export function useCounting(
  flow: string,
  version: number | undefined,
  document: FlowDocument,
  shown: boolean,
): Counting {
  const [choice, choose] = useState(USUAL_PERIOD);
  const period = useMemo(() => periodOf(choice), [choice]);
  const { data, error, isFetching, refetch } = useCounts(
    flow,
    version,
    shown && version !== undefined ? period : undefined,
  );
  const counts = shown ? data : undefined;
  const counted = useMemo(
    () => (counts ? countedOf(document, counts) : NOT_COUNTED),
    [document, counts],
  );
  const comparison = useMemo(() => counts && comparisonOf(document, counts), [document, counts]);
  return {
    choice,
    choose,
    counts,
    comparison,
    counted,
    failure: error,
    busy: isFetching,
    refresh: () => void refetch(),
  };
}
