import type { RTCSession } from "jssip/lib/RTCSession";
import type { CallTicket } from "./calling";

/** Why there is no microphone. */
export type Silence = "insecure" | "refused" | "missing";

/** How a call ended that the server said nothing about, or that it ended. */
export interface Farewell {
  /** In the words of the protocol; nothing where somebody hung up. */
  cause: string | undefined;
}

/** A telephone in this page, for one call. */
export interface Telephone {
  press: (key: string) => void;
  hangUp: () => void;
}

interface Hearing {
  /** Answered, and sound has its way: keys that are pressed before would be sent to nobody. */
  onAnswered: () => void;
  onOver: (farewell: Farewell) => void;
}

/** The microphone, or why there is none. */
export async function openMicrophone(): Promise<MediaStream | Silence> {
  // Browsers hide it from pages that came over a line that others can read.
  if (!globalThis.isSecureContext) {
    return "insecure";
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true, video: false });
  } catch (refused) {
    const denied = refused instanceof DOMException && refused.name === "NotAllowedError";
    return denied ? "refused" : "missing";
  }
}

/** Makes the call of a ticket; the microphone is closed with it. */
export async function callWith(
  ticket: CallTicket,
  microphone: MediaStream,
  { onAnswered, onOver }: Hearing,
): Promise<Telephone> {
  const { default: JsSIP } = await import("jssip");
  const { protocol, host } = globalThis.location;
  const scheme = protocol === "https:" ? "wss:" : "ws:";
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(`${scheme}//${host}/ws/sip`)],
    uri: ticket.from,
    authorization_user: ticket.user,
    password: ticket.password,
    register: false,
    session_timers: false,
  });
  const speaker = new Audio();
  let session: RTCSession | undefined;
  let over = false;
  const end = (farewell: Farewell) => {
    if (over) {
      return;
    }
    over = true;
    speaker.srcObject = null;
    for (const track of microphone.getTracks()) {
      track.stop();
    }
    agent.stop();
    onOver(farewell);
  };
  const call = () => {
    session = agent.call(ticket.address, {
      mediaStream: microphone,
      pcConfig: { iceServers: [] },
    });
    const { connection } = session;
    let confirmed = false;
    let answered = false;
    const look = () => {
      if (confirmed && !answered && connection.connectionState === "connected") {
        answered = true;
        onAnswered();
      }
    };
    connection.addEventListener("connectionstatechange", look);
    connection.addEventListener("track", ({ track }) => {
      speaker.srcObject = new MediaStream([track]);
      void speaker.play();
    });
    session.on("confirmed", () => {
      confirmed = true;
      look();
    });
    session.on("ended", () => {
      end({ cause: undefined });
    });
    session.on("failed", ({ cause }) => {
      end({ cause });
    });
  };
  agent.on("connected", () => {
    if (!session && !over) {
      call();
    }
  });
  agent.on("disconnected", () => {
    end({ cause: "disconnected" });
  });
  agent.start();
  return {
    press: (key) => {
      session?.sendDTMF(key, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 });
    },
    hangUp: () => {
      if (session && !session.isEnded()) {
        session.terminate();
      }
      end({ cause: undefined });
    },
  };
}
