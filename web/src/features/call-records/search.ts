export const RANGES = [
  "today",
  "yesterday",
  "this_week",
  "this_month",
  "last_week",
  "last_month",
  "last7",
  "last30",
  "past7",
  "past30",
] as const;
export type Range = (typeof RANGES)[number];

export const CALL_TYPES = ["inbound", "outbound", "click_to_dial", "internal", "trial"] as const;
export type CallType = (typeof CALL_TYPES)[number];

/** What is looked for; it lives in the address of the page. */
export interface Search {
  range: Range;
  caller?: string;
  called?: string;
  trunk_number?: string;
  call_type?: CallType;
  /** The record whose details are open. */
  record?: string;
}

export const EVERYTHING: Search = { range: "last7" };

function oneOf<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}

/** A number in an address may look like a JSON number to the router. */
function text(value: unknown): string | undefined {
  const written = typeof value === "number" ? String(value) : value;
  return typeof written === "string" && written.trim() !== "" ? written.trim() : undefined;
}

/** Reads the address; whatever it does not know is left out. */
export function readSearch(raw: Record<string, unknown>): Search {
  const caller = text(raw.caller);
  const called = text(raw.called);
  const trunkNumber = text(raw.trunk_number);
  const callType = oneOf(CALL_TYPES, raw.call_type);
  const record = text(raw.record);
  return {
    range: oneOf(RANGES, raw.range) ?? EVERYTHING.range,
    ...(caller && { caller }),
    ...(called && { called }),
    ...(trunkNumber && { trunk_number: trunkNumber }),
    ...(callType && { call_type: callType }),
    ...(record && { record }),
  };
}
