import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeDocument } from "./document";
import { readFlowFile } from "./file";

const SHIPPED = "../ivr/flows";

async function flowIn(text: string) {
  const read = await readFlowFile(text);
  return read !== undefined && "document" in read ? read.document : undefined;
}

describe("a flow file", () => {
  it.each(readdirSync(SHIPPED))("of the shipped ones is read: %s", async (name) => {
    const document = await flowIn(readFileSync(`${SHIPPED}/${name}`, "utf8"));
    expect(document?.name).toBe(name.replace(".yaml", ""));
    expect(Object.keys(document?.nodes ?? {}).length).toBeGreaterThan(0);
    const again = document && JSON.stringify(writeDocument(document));
    expect(await flowIn(again ?? "")).toEqual(document);
  });

  it("keeps white space as it is typed", async () => {
    const text = `name: f
language: zh-CN
start: a
nodes:
  a: { kind: play, items: [{ say: digits, text: " 12\u3000 34 " }] }
edges: []
`;
    const document = await flowIn(text);
    expect(document?.nodes.a?.fields.items).toEqual([{ say: "digits", text: " 12\u3000 34 " }]);
  });

  it("that cannot be read says in which line", async () => {
    expect(await readFlowFile("name: f\nnodes: [\n  a: }\n")).toMatchObject({ line: 3 });
  });

  it("of aliases is not unfolded", async () => {
    const bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    expect(await readFlowFile(bomb)).toMatchObject({ reason: expect.stringMatching(/alias/i) });
  });

  it("that holds something else is no flow", async () => {
    expect(await readFlowFile("just a text")).toBeUndefined();
    expect(await readFlowFile("")).toBeUndefined();
  });
});
