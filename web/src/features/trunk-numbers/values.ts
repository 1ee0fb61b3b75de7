import type { TrunkNumber, TrunkNumberRequest } from "./api/trunk-numbers";

/** The form of a number: one destination of each kind, and which of them is meant. */
export interface Values {
  number: string;
  trunk: string;
  to: "flow" | "queue";
  flow: string;
  queue: string;
  recorded: boolean;
}

export function valuesOf(number: TrunkNumber | undefined): Partial<Values> {
  if (!number) {
    return { to: "flow", recorded: false };
  }
  const { destination } = number;
  return {
    number: number.number,
    trunk: number.trunk.id,
    to: destination.to,
    ...(destination.to === "flow"
      ? { flow: destination.flow.id }
      : { queue: destination.queue.id }),
    recorded: number.recorded,
  };
}

export function requestOf(values: Values): TrunkNumberRequest {
  return {
    number: values.number,
    trunk: values.trunk,
    destination:
      values.to === "flow"
        ? { to: "flow", flow: values.flow }
        : { to: "queue", queue: values.queue },
    recorded: values.recorded,
  };
}

/** The field that a JSON pointer of the server names. */
export function fieldOf(pointer: string): string {
  return pointer.split("/").at(-1) ?? "number";
}
