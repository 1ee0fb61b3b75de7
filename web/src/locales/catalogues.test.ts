import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import en from "./en.json";
import zh from "./zh.json";
import { preferredLanguage } from "./translation";

interface Catalogue {
  [key: string]: string | Catalogue;
}

const english: Catalogue = en;
const chinese: Catalogue = zh;

function keysOf(catalogue: Catalogue, path = ""): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === "string" ? [path + key] : keysOf(value, `${path}${key}.`),
  );
}

function textsOf(catalogue: Catalogue): Map<string, string> {
  return new Map(
    keysOf(catalogue).map((path) => {
      const text = path
        .split(".")
        .reduce<string | Catalogue | undefined>(
          (at, key) => (typeof at === "object" ? at[key] : undefined),
          catalogue,
        );
      return [path, typeof text === "string" ? text : ""];
    }),
  );
}

function placeholdersOf(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();
}

describe("the catalogues", () => {
  it("have the same keys", () => {
    expect(keysOf(chinese).sort()).toEqual(keysOf(english).sort());
  });

  it("have no empty text and the same placeholders", () => {
    const translated = textsOf(chinese);
    for (const [key, text] of textsOf(english)) {
      expect(text, key).not.toBe("");
      expect(translated.get(key), key).not.toBe("");
      expect(placeholdersOf(translated.get(key)), key).toEqual(placeholdersOf(text));
    }
  });

  it("have a word for every word of the API", () => {
    const specification: {
      components: { schemas: Record<string, { enum?: string[]; oneOf?: { enum?: string[] }[] }> };
    } = JSON.parse(readFileSync("../api/openapi.json", "utf8"));
    const keys = new Set(keysOf(english));
    for (const [shape, path] of [
      ["CallType", "record.types"],
      ["EndedBy", "record.endedBy"],
      ["EndReason", "record.reasons"],
      ["EndStage", "call.stages"],
      ["QueueExit", "record.exits"],
      ["OfferOutcome", "record.outcomes"],
      ["QuickRange", "record.ranges"],
      ["AnswerMode", "agent.modes"],
      ["Status", "agent.statuses"],
      ["Work", "agent.works"],
      ["Role", "role"],
      ["TrunkTransport", "trunk.transports"],
      ["FromNumber", "trunk.from"],
      ["Codec", "trunk.codecs"],
      ["DtmfMode", "trunk.dtmf"],
      ["SdpFixup", "trunk.fixups"],
      ["SrtpPolicy", "trunk.srtp"],
      ["WhenUnavailable", "trunk.whenUnavailable"],
      ["DialRule", "trunk.verdicts"],
      ["AuditAction", "audit.actions"],
      ["EarlyMedia", "trunk.earlyMedia"],
      ["Finding", "record.findings"],
      ["SupervisionMode", "record.supervision"],
      ["SupervisionEnd", "record.supervisionEnds"],
      ["ConferenceSide", "record.sides"],
      ["FlowTestReturn", "flow.simulation.ends"],
      ["SimulationAwaits", "flow.simulation.awaits"],
      ["FlowReplayReason", "flow.replay.reasons"],
    ] as const) {
      const schema = specification.components.schemas[shape];
      const words = schema?.enum ?? schema?.oneOf?.flatMap((one) => one.enum ?? []) ?? [];
      expect(words.length, shape).toBeGreaterThan(0);
      for (const word of words) {
        expect(keys, `${shape} ${word}`).toContain(`${path}.${word}`);
      }
    }
  });
});

describe("the first language", () => {
  it("is the first that the browser asks for and we have", () => {
    expect(preferredLanguage(["fr-FR", "zh-Hant-TW", "en"])).toBe("zh");
    expect(preferredLanguage(["en-GB", "zh"])).toBe("en");
    expect(preferredLanguage(["fr"])).toBe("en");
  });
});
