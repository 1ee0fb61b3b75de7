import { readDocument, type FlowDocument } from "./document";

/** The longest flow file, in bytes, as the server takes it. */
export const FILE_BYTES = 2 * 1024 * 1024;

/** What a file holds, or where it cannot be read. */
export type FileContent = { document: FlowDocument } | { line: number; reason: string } | undefined;

/** The flow that a file's text holds, in YAML or JSON, which is YAML too; nothing where it is no flow. */
export async function readFlowFile(text: string): Promise<FileContent> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = parsed.errors;
  if (error) {
    return { line: lines.linePos(error.pos[0]).line, reason: error.message };
  }
  let values: unknown;
  try {
    // A file without aliases cannot be small and yet hold a world.
    values = parsed.toJS({ maxAliasCount: 0 });
  } catch (refused) {
    return { line: 1, reason: refused instanceof Error ? refused.message : String(refused) };
  }
  const document = readDocument(values);
  return document && { document };
}
