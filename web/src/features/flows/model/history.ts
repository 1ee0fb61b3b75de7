/** What was, what is and what was undone. */
export interface History<T> {
  past: T[];
  present: T;
  future: T[];
  /** What the latest change was; changes of the same name are undone together. */
  change: string | undefined;
}

/** Steps that can be undone. */
export const STEPS = 200;

export function historyOf<T>(present: T): History<T> {
  return { past: [], present, future: [], change: undefined };
}

export function changed<T>(history: History<T>, present: T, change?: string): History<T> {
  if (present === history.present) {
    return history;
  }
  if (change !== undefined && change === history.change) {
    return { ...history, present, future: [] };
  }
  return {
    past: [...history.past, history.present].slice(-STEPS),
    present,
    future: [],
    change,
  };
}

/** Lets the next change be a step of its own. */
export function settled<T>(history: History<T>): History<T> {
  return history.change === undefined ? history : { ...history, change: undefined };
}

export function undone<T>(history: History<T>): History<T> {
  const present = history.past.at(-1);
  return present === undefined
    ? history
    : {
        past: history.past.slice(0, -1),
        present,
        future: [history.present, ...history.future],
        change: undefined,
      };
}

export function redone<T>(history: History<T>): History<T> {
  const [present, ...future] = history.future;
  return present === undefined
    ? history
    : { past: [...history.past, history.present], present, future, change: undefined };
}
