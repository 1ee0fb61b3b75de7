import { expect, it } from "vitest";
import { previewOf, voicesOf, withSpeaker } from "./speech";

const FLOW = {
  language: "zh-CN",
  speech: { "zh-CN": { engine: "studio", voice: "mei", speed_percent: 90 } },
  variables: { name: "王女士" },
};

it("an item is heard as the flow's speaker speaks it, but for what it says itself", () => {
  expect(previewOf({ tts: "您好" }, FLOW)).toEqual({
    engine: "studio",
    text: "您好",
    language: "zh-CN",
    voice: "mei",
    speed_percent: 90,
  });
  expect(previewOf({ tts: "hi", engine: "flite", language: "en-US" }, FLOW)).toEqual({
    engine: "flite",
    text: "hi",
    language: "en-US",
  });
  expect(previewOf({ tts: "hi", language: "en-US" }, FLOW)).toBeUndefined();
});

it("variables are heard with the values that they begin with", () => {
  const text = (tts: string) => previewOf({ tts }, FLOW)?.text;
  expect(text("您好，${name}")).toBe("您好，王女士");
  expect(text("余额${sum:money}。$${name}")).toBe("余额。${name}");
  expect(text("${sum}，。")).toBeUndefined();
});

it("a speaker keeps no voice of another engine, and is none without an engine", () => {
  const flite = withSpeaker(FLOW.speech, "zh-CN", { engine: "flite" });
  expect(flite).toEqual({ "zh-CN": { engine: "flite", speed_percent: 90 } });
  expect(withSpeaker(flite, "zh-CN", { engine: "" })).toEqual({});
  expect(withSpeaker({}, "en-US", { engine: "flite" })).toEqual({ "en-US": { engine: "flite" } });
});

it("each voice is offered once", () => {
  const voices = [{ name: "mei" }, { name: "any" }];
  expect(voicesOf([{ voices }, { voices: [{ name: "any" }] }])).toEqual(["mei", "any"]);
});
