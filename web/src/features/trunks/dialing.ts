import type { Shapes } from "../../api/client";

export type DialRules = Shapes["DialRules"];

export const DIAL_LISTS = ["allowed_prefixes", "denied_prefixes", "short_numbers"] as const;

/** Numbers of so few digits are dialled only if they are named in full. */
const SHORT_DIGITS = 3;

/** Rules that allow nothing. */
export const NOTHING: DialRules = {
  allowed_prefixes: [],
  denied_prefixes: [],
  short_numbers: [],
};

/** What a new trunk begins with: every number at home, none abroad. */
export const DOMESTIC: DialRules = {
  allowed_prefixes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  denied_prefixes: ["1259", "160", "168", "179"],
  short_numbers: ["110", "119", "120", "122"],
};

export type Verdict = "allowed" | "abroad" | "denied" | "not_allowed" | "short_number";

function international(number: string): string {
  return number.startsWith("00") ? `+${number.slice(2)}` : number;
}

/** Whether a number may be dialled, as the server judges it, and the rule that says so. */
export function judge(rules: DialRules, number: string): { verdict: Verdict; prefix?: string } {
  if (number.length <= SHORT_DIGITS) {
    const named = rules.short_numbers.includes(number);
    return { verdict: named ? "allowed" : "short_number" };
  }
  const dialed = international(number);
  const longest = (prefixes: string[]) =>
    prefixes
      .filter((prefix) => dialed.startsWith(international(prefix)))
      .sort((a, b) => international(b).length - international(a).length)[0];
  const denied = longest(rules.denied_prefixes);
  if (denied !== undefined) {
    return { verdict: "denied", prefix: denied };
  }
  const allowed = longest(rules.allowed_prefixes);
  if (allowed !== undefined) {
    return { verdict: "allowed", prefix: allowed };
  }
  return { verdict: dialed.startsWith("+") ? "abroad" : "not_allowed" };
}
