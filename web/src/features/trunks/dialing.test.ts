import { describe, expect, it } from "vitest";
import { DOMESTIC, NOTHING, judge } from "./dialing";

describe("dial rules", () => {
  it("dial nothing where nothing is named", () => {
    expect(judge(NOTHING, "13800138000").verdict).toBe("not_allowed");
    expect(judge(NOTHING, "110").verdict).toBe("short_number");
  });

  it("open no number abroad with a prefix at home", () => {
    expect(judge(DOMESTIC, "01012345678").verdict).toBe("allowed");
    expect(judge(DOMESTIC, "00447700900000").verdict).toBe("abroad");
    expect(judge(DOMESTIC, "+447700900000").verdict).toBe("abroad");
    expect(judge({ ...NOTHING, allowed_prefixes: ["+44"] }, "00447700900000")).toEqual({
      verdict: "allowed",
      prefix: "+44",
    });
  });

  it("deny by the longest prefix, whatever allows the number", () => {
    const rules = { ...DOMESTIC, denied_prefixes: ["16", "1681"] };
    expect(judge(rules, "16812345")).toEqual({ verdict: "denied", prefix: "1681" });
    expect(judge(DOMESTIC, "120").verdict).toBe("allowed");
  });
});
