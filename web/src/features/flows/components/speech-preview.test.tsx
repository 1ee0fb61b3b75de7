import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { App } from "antd";
import i18next from "i18next";
import { beforeAll, expect, it, vi } from "vitest";
import { startTranslation } from "../../../locales/translation";
import type { Fields } from "../model/document";
import { NOT_COUNTED } from "../model/counts";
import { NO_MARKS } from "../model/marks";
import { DesigningContext, type Designing } from "./designing";
import { SpeechPreview } from "./speech-preview";

const DESIGNING: Designing = {
  readOnly: false,
  problems: new Map(),
  spoken: new Map(),
  variables: [],
  queues: [],
  schemes: [],
  flows: [],
  clips: [],
  sounds: [],
  engines: [],
  speakers: { language: "en-US", speech: {}, variables: {} },
  marks: NO_MARKS,
  counted: NOT_COUNTED,
};

function Preview({ item }: { item: Fields }) {
  return (
    <QueryClientProvider client={new QueryClient()}>
      <App>
        <DesigningContext value={DESIGNING}>
          <SpeechPreview item={item} />
        </DesigningContext>
      </App>
    </QueryClientProvider>
  );
}

beforeAll(async () => {
  await startTranslation();
  await i18next.changeLanguage("en");
});

it("nothing can be heard of a text that nobody speaks", () => {
  render(<Preview item={{ tts: "" }} />);
  expect(screen.getByRole("button", { name: "Listen" })).toHaveProperty("disabled", true);
});

it("why an engine does not speak is told", async () => {
  const problem = { code: "speech_failed", detail: "it is away", errors: [], status: 502 };
  vi.spyOn(globalThis, "fetch").mockResolvedValue(
    new Response(JSON.stringify(problem), {
      status: 502,
      headers: { "content-type": "application/problem+json" },
    }),
  );
  render(<Preview item={{ tts: "hello", engine: "studio" }} />);
  fireEvent.click(screen.getByRole("button", { name: "Listen" }));
  await waitFor(() => screen.getByText("it is away"));
});
