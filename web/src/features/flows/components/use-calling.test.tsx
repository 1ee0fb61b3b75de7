import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { callWith, openMicrophone } from "../api/telephone";
import { emptyDocument } from "../model/document";
import { useCalling } from "./use-calling";

const { asked } = vi.hoisted(() => ({ asked: vi.fn() }));
vi.mock("../api/telephone", () => ({ openMicrophone: vi.fn(), callWith: vi.fn() }));
vi.mock("../api/calling", () => ({
  useCallTicket: () => ({ mutateAsync: asked }),
  callEventsQuery: () => ({ queryKey: ["none"], queryFn: vi.fn(), enabled: false }),
}));

const closed = vi.fn();
class Microphone extends MediaStream {
  override getTracks() {
    closed();
    return [];
  }
}
const microphone = new Microphone();

/** A promise, and what keeps it. */
function later<T>() {
  let keep: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { promise, keep };
}

function calling() {
  const cache = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={cache}>{children}</QueryClientProvider>
  );
  return renderHook(() => useCalling("f", emptyDocument("x", "en-US"), true), { wrapper });
}

beforeEach(() => {
  vi.clearAllMocks();
  asked.mockResolvedValue({ call: "c" });
});

it("who hangs up before the browser has given the microphone makes no call", async () => {
  const given = later<MediaStream>();
  vi.mocked(openMicrophone).mockReturnValue(given.promise);
  const { result } = calling();
  act(() => {
    result.current.begin("", "");
  });
  act(() => {
    result.current.hangUp();
  });
  expect(result.current.stage).toBe("over");
  await act(async () => {
    given.keep(microphone);
    await given.promise;
  });
  expect(closed).toHaveBeenCalledOnce();
  expect(asked).not.toHaveBeenCalled();
  expect(result.current.stage).toBe("over");
});

it("who leaves the page while it dials is not on the telephone any more", async () => {
  const made = later<{ press: () => void; hangUp: () => void }>();
  const hangUp = vi.fn();
  vi.mocked(openMicrophone).mockResolvedValue(microphone);
  vi.mocked(callWith).mockReturnValue(made.promise);
  const { result, unmount } = calling();
  act(() => {
    result.current.begin("", "");
  });
  await vi.waitFor(() => {
    expect(callWith).toHaveBeenCalledOnce();
  });
  unmount();
  made.keep({ press: vi.fn(), hangUp });
  await vi.waitFor(() => {
    expect(hangUp).toHaveBeenCalledOnce();
  });
});
