// Shows /api/v1/openapi.json: operations by tag, their parameters, bodies and answers.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function operationsOf(document_) {
  return Object.entries(document_.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({
      path,
      method,
      id: `${method}${path}`.replace(/[^a-z0-9]+/gi, "-"),
      ...item[method],
    })),
  );
}

function nameOf(reference) {
  return reference.split("/").at(-1);
}

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  const parts = schema.oneOf ?? schema.anyOf;
  if (parts) return parts.map(typeOf).join(" | ");
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ");
  const types = [schema.type ?? "any"].flat();
  return types
    .map((type) => (type === "array" ? `${typeOf(schema.items)}[]` : type))
    .map((type) => (schema.format && type === "string" ? `${type} (${schema.format})` : type))
    .join(" | ");
}

function rows(pairs) {
  const body = pairs.map((cells) =>
    element("tr", {}, ...cells.map((cell) => element("td", {}, cell))),
  );
  return element("table", {}, ...body);
}

function code(text) {
  return element("code", {}, text);
}

function parametersOf(operation) {
  const list = operation.parameters ?? [];
  if (list.length === 0) return [];
  return [
    element("h4", {}, "Parameters"),
    rows(
      list.map((one) => [
        code(one.name),
        `${one.in}${one.required ? ", required" : ""}`,
        code(typeOf(one.schema)),
        one.description ?? "",
      ]),
    ),
  ];
}

function bodyOf(operation) {
  const content = operation.requestBody?.content ?? {};
  return Object.entries(content).flatMap(([kind, media]) => [
    element("h4", {}, "Body"),
    rows([[code(kind), code(typeOf(media.schema))]]),
  ]);
}

function answersOf(operation) {
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) => {
    const shapes = Object.entries(answer.content ?? {});
    const shape = shapes.map(([kind, media]) => `${typeOf(media.schema)} (${kind})`);
    return [code(status), code(shape.join(", ")), answer.description ?? ""];
  });
  return [element("h4", {}, "Answers"), rows(answers)];
}

function trial(operation) {
  if (operation.method !== "get" || operation.path.includes("{")) return [];
  const output = element("pre", { hidden: "", tabindex: "0" });
  const button = element("button", { type: "button" }, "Try it with this browser's session");
  button.addEventListener("click", async () => {
    const answer = await fetch(operation.path);
    const text = await answer.text();
    output.textContent = `${answer.status}\n${pretty(text)}`;
    output.hidden = false;
  });
  return [button, output];
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function sectionOf(operation) {
  return element(
    "section",
    { id: operation.id },
    element("h3", {}, element("span", { class: "method" }, operation.method), operation.path),
    element("p", {}, operation.summary ?? operation.description ?? ""),
    ...parametersOf(operation),
    ...bodyOf(operation),
    ...answersOf(operation),
    ...trial(operation),
  );
}

function schemaOf([name, schema]) {
  return element(
    "section",
    { id: `schema-${name}` },
    element("h3", {}, name),
    element("p", {}, schema.description ?? ""),
    element("pre", { tabindex: "0" }, JSON.stringify(schema, null, 2)),
  );
}

function show(document_) {
  const contents = document.getElementById("contents");
  const main = document.getElementById("operations");
  const operations = operationsOf(document_);
  document.getElementById("description").textContent = document_.info.description ?? "";
  main.replaceChildren();
  for (const tag of document_.tags ?? []) {
    const tagged = operations.filter((operation) => operation.tags?.includes(tag.name));
    contents.append(element("h2", {}, tag.description ?? tag.name));
    main.append(element("h2", {}, tag.description ?? tag.name));
    for (const operation of tagged) {
      const label = `${operation.method.toUpperCase()} ${operation.path}`;
      contents.append(element("a", { href: `#${operation.id}` }, label));
      main.append(sectionOf(operation));
    }
  }
  main.append(element("h2", {}, "Shapes"));
  main.append(...Object.entries(document_.components?.schemas ?? {}).map(schemaOf));
}

const answer = await fetch("/api/v1/openapi.json");
show(await answer.json());
