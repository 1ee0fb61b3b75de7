// Telephones made with JsSIP, each a tab of one Chromium on the console's own origin. Every line of
// the standard input is an order in JSON, every line of the standard output is what happened, after
// the telephone's name.
//
//   TRUNKLINE_URL       where the console is; the telephones go to /ws/sip there
//   TRUNKLINE_TONE      a WAV file that every telephone speaks; without it, Chromium's own beeps
//
//   {"phone": "a", "do": "open", "user": "1001", "password": "…", "expires": 60}
//   {"phone": "a", "do": "register" | "unregister" | "answer" | "hangup" | "hold" | "resume" | "close"}
//   {"phone": "a", "do": "listen", "hz": 440}
//   {"phone": "a", "do": "press", "keys": "1"}
//   {"phone": "a", "do": "refuse", "status": 486}
//   {"phone": "a", "do": "count"}
//   {"phone": "a", "do": "call" | "options", "target": "1002"}
//   {"phone": "a", "do": "message", "target": "1002", "text": "…"}

import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { build } from "vite";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--ignore-certificate-errors",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--allow-loopback-in-peer-connection",
  "--autoplay-policy=no-user-gesture-required",
];

if (process.env.TRUNKLINE_TONE) {
  FLAGS.push(`--use-file-for-fake-audio-capture=${process.env.TRUNKLINE_TONE}`);
}

assert.ok(process.env.TRUNKLINE_URL, "TRUNKLINE_URL is not set");
const url = new URL(process.env.TRUNKLINE_URL);

// The package has no file that a page could load.
async function bundled() {
  const made = await build({
    configFile: false,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      lib: {
        entry: createRequire(import.meta.url).resolve("jssip"),
        formats: ["iife"],
        name: "JsSIP",
      },
    },
  });
  const [{ output }] = [made].flat();
  return `${output[0].code}\nglobalThis.JsSIP = JsSIP.default ?? JsSIP;`;
}

// Runs in the page.
function install({ user, password, expires, domain, socket }) {
  const { JsSIP, say } = globalThis;
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(socket)],
    uri: `sip:${user}@${domain}`,
    password,
    register: false,
    register_expires: expires,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 2,
  });
  const sessions = [];
  let session;
  const cause = ({ response, cause, message }) => {
    const heard = response ?? (message?.status_code ? message : undefined);
    const warning = heard?.getHeader?.("Warning");
    return [cause, heard?.status_code, warning].filter(Boolean).join(" ");
  };
  agent.on("connected", () => say("connected"));
  agent.on("disconnected", () => say("disconnected"));
  agent.on("registered", ({ response }) =>
    say(`registered ${response.getHeader("Contact")} via ${response.getHeader("CSeq")}`),
  );
  agent.on("unregistered", () => say("unregistered"));
  agent.on("registrationFailed", (event) => say(`registration failed: ${cause(event)}`));
  agent.on("newMessage", ({ originator, request }) => {
    if (originator === "remote") {
      say(`message: ${request.body}`);
    }
  });
  agent.on("newRTCSession", ({ session: made, originator, request }) => {
    session = made;
    sessions.push(made);
    say(`call ${originator}`);
    if (originator === "remote") {
      say(`offered ${/m=audio.*/.exec(request.body ?? "")?.[0]}`);
    }
    made.on("confirmed", () => say("confirmed"));
    // Our own holds count once the other side has agreed: JsSIP refuses a change before that.
    made.on("hold", ({ originator }) => originator === "remote" && say("held: remote"));
    made.on("unhold", ({ originator }) => originator === "remote" && say("resumed: remote"));
    made.on("ended", (event) => say(`ended: ${cause(event)}`));
    made.on("failed", (event) => say(`failed: ${event.originator} ${cause(event)}`));
    made.on("peerconnection:setremotedescriptionfailed", (error) => say(`unusable: ${error}`));
  });
  // What improves speech takes a steady tone for noise.
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const media = { mediaConstraints: { audio, video: false }, pcConfig: { iceServers: [] } };
  let ear;
  const hearing = () => {
    if (ear?.session !== session) {
      const [{ track }] = session.connection.getReceivers();
      const stream = new MediaStream([track]);
      // A stream of a peer flows only into what plays it.
      const speaker = Object.assign(new Audio(), { srcObject: stream, muted: true });
      speaker.play();
      const sound = new AudioContext();
      const analyser = new AnalyserNode(sound, { fftSize: 8192, smoothingTimeConstant: 0 });
      sound.createMediaStreamSource(stream).connect(analyser);
      ear = { session, analyser, speaker, step: sound.sampleRate / analyser.fftSize };
    }
    const levels = new Float32Array(ear.analyser.frequencyBinCount);
    ear.analyser.getFloatFrequencyData(levels);
    const loudest = levels.reduce((best, level, at) => (level > levels[best] ? at : best), 0);
    return levels[loudest] > -60 ? loudest * ear.step : 0;
  };
  // Says so as soon as a tone and nothing louder has been heard for two seconds.
  const listen = ({ hz }) => {
    let heard = 0;
    const watch = setInterval(() => {
      heard = Math.abs(hearing() - hz) < 20 ? heard + 1 : 0;
      if (heard === 20) {
        clearInterval(watch);
        say(`hears ${hz}`);
      }
    }, 100);
  };
  const heard = {
    succeeded: ({ response }) => say(`answered ${response.status_code}`),
    failed: (event) => say(`not answered: ${cause(event)}`),
  };
  globalThis.orders = {
    register: () => agent.register(),
    unregister: () => agent.unregister(),
    answer: () => session.answer(media),
    hangup: () => session.terminate(),
    hold: () => session.hold({}, () => say("held: local")),
    resume: () => session.unhold({}, () => say("resumed: local")),
    press: ({ keys }) => session.sendDTMF(keys, { transportType: "RFC2833" }),
    listen,
    count: () => say(`in ${sessions.filter((it) => !it.isEnded()).length} calls`),
    refuse: ({ status }) => session.terminate({ status_code: status }),
    call: ({ target }) => agent.call(target, media),
    options: ({ target }) => agent.sendOptions(target, null, { eventHandlers: heard }),
    message: ({ target, text }) => agent.sendMessage(target, text, { eventHandlers: heard }),
  };
  agent.start();
}

async function open(context, script, { phone, user, password, expires = 60 }) {
  const say = (text) => console.log(`${phone} ${text}`);
  const page = await context.newPage();
  page.on("pageerror", (error) => say(`fault: ${error}`));
  await page.exposeFunction("say", say);
  await page.goto(url.href);
  await page.evaluate(script);
  const scheme = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = `${scheme}//${url.host}/ws/sip`;
  await page.evaluate(install, { user, password, expires, domain: url.hostname, socket });
  return page;
}

const script = await bundled();
const folder = await mkdtemp(path.join(tmpdir(), "trunkline-telephone-"));
const context = await chromium.launchPersistentContext(folder, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: FLAGS,
  headless: true,
  ignoreHTTPSErrors: true,
});
const pages = new Map();
try {
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    const page = pages.get(order.phone);
    if (order.do === "open") {
      pages.set(order.phone, await open(context, script, order));
    } else if (order.do === "close") {
      pages.delete(order.phone);
      await page.close();
    } else {
      await page.evaluate((order) => {
        globalThis.orders[order.do](order);
      }, order);
    }
  }
} finally {
  await context.close();
  await rm(folder, { recursive: true, force: true });
}
