import type { Shapes } from "../../api/client";

export type Rule = Shapes["NumberRule"];

const ALLOWED = /^[0-9A-Za-z+*#._-]{1,64}$/;

/** What a rule makes of a number, as the server applies it; nothing where it does not match. */
export function apply(rule: Partial<Rule> | undefined, number: string): string | undefined {
  const { prefix = "", min_length, max_length, strip = 0, prepend = "" } = rule ?? {};
  const short = min_length != null && number.length < min_length;
  const long = max_length != null && number.length > max_length;
  if (short || long || !number.startsWith(prefix) || number.length < strip) {
    return undefined;
  }
  const written = prepend + number.slice(strip);
  return ALLOWED.test(written) ? written : undefined;
}

/** What the first rule that matches makes of a number, and which one it is. */
export function rewrite(
  rules: readonly (Partial<Rule> | undefined)[],
  number: string,
): { number: string; rule: number | undefined } {
  for (const [at, rule] of rules.entries()) {
    const written = apply(rule, number);
    if (written !== undefined) {
      return { number: written, rule: at };
    }
  }
  return { number, rule: undefined };
}
