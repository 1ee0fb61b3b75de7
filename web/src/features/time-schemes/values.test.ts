import { expect, test } from "vitest";
import { placeOf, valuesOf } from "./values";

test("a new scheme begins with a week at the office", () => {
  const { name, hours, holidays, workdays } = valuesOf(undefined);
  expect(name).toBe("");
  expect(hours).toHaveLength(1);
  expect(hours[0]?.days).not.toContain("saturday");
  expect([holidays, workdays]).toEqual([[], []]);
});

test("a place of the server is a place of the form", () => {
  expect(placeOf("/holidays/2/to")).toEqual(["holidays", 2, "to"]);
  expect(placeOf("/name")).toEqual(["name"]);
});
