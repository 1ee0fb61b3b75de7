import { describe, expect, it } from "vitest";
import { clock, clockOfMs, formatOf } from "./format";

describe("durations", () => {
  it("are shown as a clock shows them", () => {
    expect(clock(5)).toBe("0:05");
    expect(clock(754)).toBe("12:34");
    expect(clock(3723)).toBe("1:02:03");
    expect(clock(-1)).toBe("0:00");
  });

  it("in milliseconds are rounded once", () => {
    expect(clockOfMs(1_499)).toBe("0:01");
    expect(clockOfMs(59_500)).toBe("1:00");
  });
});

describe("instants", () => {
  it("are shown in the enterprise's zone and the reader's language", () => {
    const at = "2026-11-22T18:30:00.000Z";

    expect(formatOf("zh-CN", "Asia/Shanghai").instant(at)).toBe("2026年11月23日 02:30:00");
    expect(formatOf("en-US", "UTC").instant(at)).toBe("Nov 22, 2026, 18:30:00");
  });
});
