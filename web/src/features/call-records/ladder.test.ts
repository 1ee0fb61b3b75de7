import { describe, expect, it } from "vitest";
import { partiesOf, titleOf, type LadderMessage } from "./ladder";

function message(leg: number, remote: string, line: string): LadderMessage {
  return {
    at: "2026-01-01T00:00:00.000Z",
    direction: "received",
    first_line: line,
    leg,
    local: "192.0.2.1:5060",
    remote,
    text: line,
    transport: "udp",
  };
}

describe("a ladder", () => {
  it("has the customer to the left and every other leg to the right", () => {
    const parties = partiesOf([
      message(0, "a", "INVITE sip:x SIP/2.0"),
      message(1, "b", "INVITE sip:x SIP/2.0"),
      message(0, "a", "SIP/2.0 200 OK"),
      message(2, "c", "INVITE sip:x SIP/2.0"),
    ]);
    expect(parties.left.map(({ remote }) => remote)).toEqual(["a"]);
    expect(parties.right.map(({ remote }) => remote)).toEqual(["b", "c"]);
  });

  it("names requests by their method and answers by their status", () => {
    expect(titleOf(message(0, "a", "INVITE sip:x SIP/2.0"))).toBe("INVITE");
    expect(titleOf(message(0, "a", "SIP/2.0 486 Busy Here"))).toBe("486 Busy Here");
  });
});
