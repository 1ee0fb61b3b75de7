// @vitest-environment node
import { readFileSync } from "node:fs";
import openapi, { COMMENT_HEADER, astToString } from "openapi-typescript";
import { expect, it } from "vitest";

it("the committed types are those of the committed specification", async () => {
  const specification = readFileSync("../api/openapi.json", "utf8");
  const types = COMMENT_HEADER + astToString(await openapi(specification));

  expect(
    readFileSync("src/api/schema.ts", "utf8") === types,
    "src/api/schema.ts is stale: npm run schema",
  ).toBe(true);
});
