import type { FlowNode, Value } from "./document";
import { asFields, asList, asText } from "./values";

const MOST = 80;

function said(item: Value): string {
  const { clip, sound, text, tts } = asFields(item);
  return asText(clip) || asText(sound) || asText(text) || asText(tts);
}

/** What a node does in a line: what it says, or the texts of its fields. */
export function summaryOf({ fields }: FlowNode): string {
  const items = asList(fields.items).map(said);
  const texts = Object.values(fields).map((value) => asText(value));
  const words = [...items, ...texts].filter((text) => text.trim() !== "");
  return words.join(" · ").slice(0, MOST);
}
