import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import i18next from "i18next";
import type { ReactNode } from "react";
import { beforeAll, describe, expect, it } from "vitest";
import { startTranslation } from "../../../locales/translation";
import type { CallRecordEvent } from "../api/call-records";
import { useEventText } from "./event-text";

const stamp = { id: "01890000-0000-7000-8000-000000000000", at: "2026-11-22T18:30:00.000Z" };
const sales = { id: "q", name: "sales" };
const agent = { id: "a", name: "Li Lei" };

const EVENTS: [CallRecordEvent, string][] = [
  [{ ...stamp, kind: "queued", queue: sales }, "Waiting in sales"],
  [{ ...stamp, kind: "dequeued", queue: sales, exit: "abandoned" }, "Left sales: gave up"],
  [
    { ...stamp, kind: "node_left", node: "menu", exit: "1", keys: "1" },
    "Left the step menu by 1, keys 1",
  ],
  [{ ...stamp, kind: "bridged", agent }, "Talking to Li Lei"],
  [
    { ...stamp, kind: "consulted", agent, to: "1002", call: stamp.id },
    "Li Lei calls 1002 meanwhile",
  ],
  [{ ...stamp, kind: "bridged" }, "Talking to an outside number"],
  [
    { ...stamp, kind: "ended", by: "customer", reason: "hung_up", stage: "talking" },
    "Ended by Customer: Hung up",
  ],
];

function wrapper({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>;
}

describe("the text of an event", () => {
  beforeAll(async () => {
    await startTranslation();
  });

  it("is a sentence with names in place of ids", async () => {
    await i18next.changeLanguage("en");
    const { result } = renderHook(() => useEventText(), { wrapper });

    for (const [event, text] of EVENTS) {
      expect(result.current(event)).toBe(text);
    }
  });

  it("is in the reader's language", async () => {
    await i18next.changeLanguage("zh");
    const { result } = renderHook(() => useEventText(), { wrapper });

    expect(result.current({ ...stamp, kind: "bridged", agent })).toBe("与 Li Lei 通话");
  });
});
