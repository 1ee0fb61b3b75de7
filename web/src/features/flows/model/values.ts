import { isFields, type Fields, type FlowDocument, type Value } from "./document";
import type { Field, Way } from "./fields";
import { kindOf } from "./kinds";

export function asText(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

export function asList(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

export function asFields(value: Value | undefined): Fields {
  return isFields(value) ? value : {};
}

/** The set of fields that there is; the first where there is none. */
export function wayOf(values: Fields, ways: readonly Way[]): Way | undefined {
  return (
    ways.find(({ fields }) => fields.some(({ name }) => Object.hasOwn(values, name))) ?? ways[0]
  );
}

/** The values with the fields of one set in place of those of the others. */
export function turnedTo(values: Fields, ways: readonly Way[], name: string): Fields {
  const ruled = new Set(ways.flatMap(({ fields }) => fields.map((field) => field.name)));
  const rest = Object.entries(values).filter(([field]) => !ruled.has(field));
  return { ...Object.fromEntries(rest), ...ways.find((way) => way.name === name)?.fresh };
}

/** The list with one entry replaced, or without it. */
export function replaced(list: readonly Value[], at: number, value: Value | undefined): Value[] {
  return list.flatMap((old, index) =>
    index === at ? (value === undefined ? [] : [value]) : [old],
  );
}

/** The list with an entry one place up or down. */
export function shifted(list: readonly Value[], at: number, by: 1 | -1): Value[] {
  const moved = [...list];
  const [entry] = moved.splice(at, 1);
  if (entry !== undefined) {
    moved.splice(at + by, 0, entry);
  }
  return moved;
}

/** What every call has, and a flow does not set. */
export const CALL_VARIABLES = ["caller", "called", "trunk_number", "language"];
/** The time when a node is entered, where the enterprise is. */
const TIME_VARIABLES = ["now.date", "now.time", "now.weekday"];

function assignedIn(fields: readonly Field[], values: Fields): string[] {
  return fields.flatMap(({ name, shape, standard }) => {
    const value = values[name] ?? standard;
    switch (shape.type) {
      case "assigned":
        return [asText(value)];
      case "table":
        return shape.assigns ? Object.keys(asFields(value)) : [];
      case "list":
        return asList(value).flatMap((entry) => assignedIn(shape.fields, asFields(entry)));
      default:
        return [];
    }
  });
}

/** The names that a text of the flow may use. */
export function variablesOf(document: FlowDocument): string[] {
  const assigned = Object.values(document.nodes).flatMap(({ kind, fields }) => [
    ...(kindOf(kind)?.assigns ?? []),
    ...assignedIn(kindOf(kind)?.fields ?? [], fields),
  ]);
  const declared = Object.keys(document.variables);
  return [...new Set([...CALL_VARIABLES, ...TIME_VARIABLES, ...declared, ...assigned])].filter(
    (name) => name !== "",
  );
}

const TESTS = [
  "equals",
  "not_equals",
  "starts_with",
  "digits",
  "greater",
  "less",
  "empty",
] as const;
export const CONDITIONS: readonly string[] = TESTS;

/** The name of a comparison, and what is compared with. */
export function conditionOf(value: Value | undefined): { test: string; with: Value } {
  if (typeof value === "string") {
    return { test: value, with: "" };
  }
  const [test = "equals", other = ""] = Object.entries(asFields(value))[0] ?? [];
  return { test, with: other };
}

/** A comparison as the flow file has it; what is compared with stays if it fits. */
export function conditionFrom(test: string, other: Value): Value {
  if (test === "empty") {
    return "empty";
  }
  if (test === "digits") {
    const { min, max } = asFields(other);
    return { digits: { min: min ?? 1, max: max ?? 11 } };
  }
  return { [test]: asText(other) };
}
