import { describe, expect, it } from "vitest";
import { kindOf, nameOf } from "./values";

describe("a sound file", () => {
  it("names the sound without its ending", () => {
    expect(nameOf("春季优惠 v2.final.wav")).toBe("春季优惠 v2.final");
    expect(nameOf("greeting")).toBe("greeting");
    expect(nameOf(`${"长".repeat(70)}.mp3`)).toBe("长".repeat(64));
  });

  it("is announced by its ending", () => {
    expect(kindOf("a.MP3")).toBe("audio/mpeg");
    expect(kindOf("a.mp3.wav")).toBe("audio/wav");
    expect(kindOf("a")).toBe("audio/wav");
  });
});
