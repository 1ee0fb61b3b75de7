import { describe, expect, it } from "vitest";
import { readSearch } from "./search";

describe("the address of the call records page", () => {
  it("keeps what it knows and leaves out the rest", () => {
    expect(
      readSearch({ range: "last30", caller: 13800138000, call_type: "fax", colour: "red" }),
    ).toEqual({ range: "last30", caller: "13800138000" });
  });

  it("shows the last seven days where it says nothing", () => {
    expect(readSearch({})).toEqual({ range: "last7" });
    expect(readSearch({ range: "for ever", caller: " " })).toEqual({ range: "last7" });
  });
});
