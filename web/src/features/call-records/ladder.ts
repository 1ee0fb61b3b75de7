import type { Shapes } from "../../api/client";

export type LadderMessage = Shapes["LadderMessage"];

/** A party of a ladder: one leg of the call at one address. */
export interface Party {
  leg: number;
  remote: string;
}

/** The parties in the order in which they appear: customers to the left of us, others right. */
export function partiesOf(messages: readonly LadderMessage[]): { left: Party[]; right: Party[] } {
  const known = new Map<string, Party>();
  for (const { leg, remote } of messages) {
    const key = keyOf({ leg, remote });
    if (!known.has(key)) {
      known.set(key, { leg, remote });
    }
  }
  const parties = [...known.values()];
  return {
    left: parties.filter(({ leg }) => leg === 0).reverse(),
    right: parties.filter(({ leg }) => leg !== 0),
  };
}

export function keyOf({ leg, remote }: Party): string {
  return `${String(leg)} ${remote}`;
}

/** A message in one line: `INVITE`, `200 OK`. */
export function titleOf(message: LadderMessage): string {
  const { first_line: line } = message;
  return line.startsWith("SIP/2.0 ") ? line.slice(8) : (line.split(" ")[0] ?? line);
}
