import { describe, expect, it } from "vitest";
import { kindOf } from "./kinds";
import { turnedTo, wayOf } from "./values";

describe("a value that is given in one of several ways", () => {
  const ways = kindOf("set")?.ways ?? [];

  it("is in the way whose field is there, else in the first", () => {
    expect(wayOf({ variable: "a", expression: "b" }, ways)?.name).toBe("expression");
    expect(wayOf({ variable: "a", value: "" }, ways)?.name).toBe("text");
    expect(wayOf({ variable: "a" }, ways)?.name).toBe("text");
  });

  it("has the fields of one way alone once it is turned to it", () => {
    const text = { variable: "a", value: "b" };
    const turned = turnedTo(text, ways, "expression");
    expect(turned).toEqual({ variable: "a", expression: "caller" });
    expect(turnedTo(turned, ways, "text")).toEqual({ variable: "a", value: "" });
  });
});
