import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { App } from "antd";
import i18next from "i18next";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startTranslation } from "../../../locales/translation";
import { emptyDocument } from "../model/document";
import { SimulatePanel } from "./simulate-panel";
import { useTrying } from "./use-trying";

const DOCUMENT = emptyDocument("x", "en-US");

function Panel() {
  return <SimulatePanel flow="f" trying={useTrying("f", DOCUMENT, true)} />;
}

/** A server that waits for a key until two were pressed; gives what it was asked. */
function serve(): unknown[] {
  const asked: unknown[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (request) => {
    const body: unknown = request instanceof Request ? await request.json() : undefined;
    const deeds = typeof body === "object" && body !== null && "do" in body ? body.do : [];
    asked.push(deeds);
    const over = Array.isArray(deeds) && deeds.length > 1;
    const trace = {
      steps: [{ node: "welcome", at_ms: 0, exit: null, keys: "", said: "hi", unreadable: [] }],
      heard: [],
      variables: { caller: "" },
      end: over ? "hung_up" : "waiting",
      awaited: { what: over ? "over" : "key", name: null },
      lasted_ms: 0,
    };
    return new Response(JSON.stringify({ problems: [], trace }), {
      headers: { "content-type": "application/json" },
    });
  });
  return asked;
}

beforeAll(async () => {
  await startTranslation();
});

beforeEach(async () => {
  await i18next.changeLanguage("en");
});

it("plays all that was done anew for each key, and one less after a step back", async () => {
  const asked = serve();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <App>
        <Panel />
      </App>
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByRole("button", { name: "Start the call" }));
  await screen.findByText("Waits for a key");
  fireEvent.keyDown(screen.getByRole("group", { name: "Telephone keys" }), { key: "1" });
  await waitFor(() => {
    expect(asked).toEqual([[], [{ press: "1" }]]);
  });
  fireEvent.click(screen.getByRole("button", { name: "Key #" }));
  await screen.findByText("The call is over");
  expect(asked.at(-1)).toEqual([{ press: "1" }, { press: "#" }]);
  const key = screen.getByRole("button", { name: "Key 5" });
  expect(key.hasAttribute("disabled")).toBe(true);

  fireEvent.click(screen.getByRole("button", { name: "Step back" }));
  await screen.findByText("Waits for a key");
  expect(asked.at(-1)).toEqual([{ press: "1" }]);
});
