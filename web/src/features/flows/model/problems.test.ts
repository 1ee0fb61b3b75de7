import { expect, it } from "vitest";
import { emptyDocument } from "./document";
import { setField } from "./edit";
import { fieldOf, problemsAt } from "./problems";
import { found } from "./search";

const problem = (node: string | null, path: string) => ({ node, path, code: "x", message: "x" });

it("a problem names the field that it is about, whatever the node is called", () => {
  expect(fieldOf(problem("a.b[1]", "nodes.a.b[1].items[2].text"))).toEqual(["items", 2, "text"]);
  expect(fieldOf(problem("a", "nodes.a"))).toEqual([]);
  expect(fieldOf(problem(null, "name"))).toEqual([]);
  expect(fieldOf(problem("a", "edges[3].to"))).toEqual([]);
});

it("a field shows its problems and those within it", () => {
  const problems = [problem("a", "nodes.a.items[2].text"), problem("a", "nodes.a.keys")];
  expect(problemsAt(problems, ["items"])).toEqual([problems[0]]);
  expect(problemsAt(problems, ["items", 1])).toEqual([]);
  expect(problemsAt(problems, ["items", 2, "text"])).toEqual([problems[0]]);
});

it("nodes are found by their ids and by what they say", () => {
  const document = setField(emptyDocument("f", "en-US"), "goodbye", "items", [
    { say: "digits", text: "Call 400 811" },
  ]);
  expect(found(document, "400 8")).toEqual(["goodbye"]);
  expect(found(document, "WEL")).toEqual(["welcome"]);
  expect(found(document, "  ")).toEqual([]);
});
