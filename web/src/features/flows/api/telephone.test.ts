import { beforeEach, expect, it, vi } from "vitest";
import { callWith } from "./telephone";

type Hear = (event?: { cause: string }) => void;

/** What a page of the library does, as far as a call needs it. */
const library = vi.hoisted(() => ({
  agent: new Map<string, Hear>(),
  session: new Map<string, Hear>(),
  connection: Object.assign(new EventTarget(), { connectionState: "new" }),
  call: vi.fn(),
  stop: vi.fn(),
}));
vi.mock("jssip", () => {
  const session = {
    connection: library.connection,
    on: (event: string, hear: Hear) => library.session.set(event, hear),
    isEnded: () => false,
    terminate: vi.fn(),
  };
  class UA {
    on(event: string, hear: Hear) {
      library.agent.set(event, hear);
    }
    start() {
      // Tests say when it is connected.
    }
    stop = library.stop;
    call(target: string) {
      library.call(target);
      return session;
    }
  }
  const WebSocketInterface = vi.fn();
  return { default: { UA, WebSocketInterface, C: { DTMF_TRANSPORT: { RFC2833: "RFC2833" } } } };
});

class Microphone extends MediaStream {
  override getTracks() {
    return [];
  }
}
const TICKET = {
  call: "c",
  address: "sip:draft@trunkline",
  from: "sip:trial-1@trunkline",
  user: "trial-1",
  password: "secret",
  until: "2026-11-24T10:00:00Z",
};
const onAnswered = vi.fn();
const onOver = vi.fn();
const dial = () => callWith(TICKET, new Microphone(), { onAnswered, onOver });

function connect(state: string) {
  library.connection.connectionState = state;
  library.connection.dispatchEvent(new Event("connectionstatechange"));
}

beforeEach(() => {
  vi.clearAllMocks();
  library.connection.connectionState = "new";
});

it("a call is answered once its sound has a way too, so that no key gets lost", async () => {
  await dial();
  library.agent.get("connected")?.();
  library.session.get("confirmed")?.();
  expect(onAnswered).not.toHaveBeenCalled();
  connect("connecting");
  expect(onAnswered).not.toHaveBeenCalled();
  connect("connected");
  expect(onAnswered).toHaveBeenCalledOnce();
  connect("disconnected");
  connect("connected");
  expect(onAnswered).toHaveBeenCalledOnce();
  library.session.get("ended")?.();
  expect(onOver).toHaveBeenCalledWith({ cause: undefined });
});

it("who hangs up before the socket is open makes no call", async () => {
  const telephone = await dial();
  telephone.hangUp();
  library.agent.get("connected")?.();
  expect(library.call).not.toHaveBeenCalled();
  expect(onOver).toHaveBeenCalledOnce();
});
