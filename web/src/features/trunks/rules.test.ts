import { describe, expect, it } from "vitest";
import { apply, rewrite } from "./rules";

describe("a number rule", () => {
  it("replaces a prefix", () => {
    const rule = { prefix: "+86", strip: 3, prepend: "0" };
    expect(apply(rule, "+861062345678")).toBe("01062345678");
    expect(apply(rule, "01062345678")).toBeUndefined();
  });

  it("matches within its lengths only", () => {
    const rule = { prefix: "1", min_length: 11, max_length: 11, strip: 0, prepend: "+86" };
    expect(apply(rule, "13800138000")).toBe("+8613800138000");
    expect(apply(rule, "10086")).toBeUndefined();
  });

  it("does not match where it would leave no number", () => {
    expect(apply({ prefix: "110", strip: 3 }, "110")).toBeUndefined();
    expect(apply({ prefix: "1", strip: 9 }, "110")).toBeUndefined();
    expect(apply({ prepend: " " }, "110")).toBeUndefined();
  });
});

describe("a list of rules", () => {
  it("applies the first that matches", () => {
    const rules = [{ prefix: "9" }, { prefix: "00", strip: 2, prepend: "+" }, { prefix: "0" }];
    expect(rewrite(rules, "0049301234")).toEqual({ number: "+49301234", rule: 1 });
    expect(rewrite(rules, "10086")).toEqual({ number: "10086", rule: undefined });
  });
});
