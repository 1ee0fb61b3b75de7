import { describe, expect, it } from "vitest";
import type { TrunkNumber } from "./api/trunk-numbers";
import { fieldOf, requestOf, valuesOf, type Values } from "./values";

const QUEUE: TrunkNumber = {
  id: "1",
  number: "4008110511",
  trunk: { id: "2", name: "local" },
  destination: { to: "queue", queue: { id: "3", name: "sales" } },
  recorded: true,
  version: 4,
};

describe("the form of a number", () => {
  it("gives back the number it was made of", () => {
    const values = valuesOf(QUEUE);
    const whole: Values = {
      number: "",
      trunk: "",
      to: "flow",
      flow: "",
      queue: "",
      recorded: false,
      ...values,
    };
    expect(requestOf(whole)).toEqual({
      number: "4008110511",
      trunk: "2",
      destination: { to: "queue", queue: "3" },
      recorded: true,
    });
  });

  it("sends the destination that is chosen only", () => {
    const values: Values = {
      number: "1",
      trunk: "2",
      to: "flow",
      flow: "5",
      queue: "3",
      recorded: false,
    };
    expect(requestOf(values).destination).toEqual({ to: "flow", flow: "5" });
  });

  it("finds the field that the server complains about", () => {
    expect(fieldOf("/number")).toBe("number");
    expect(fieldOf("/destination/flow")).toBe("flow");
  });
});
