// Telephones made with JsSIP, each a tab of one Chromium on the console's own origin. Every line of
// the standard input is an order in JSON, every line of the standard output is what happened, after
// the telephone's name.
//
//   TRUNKLINE_URL       where the console is; the telephones go to /ws/sip there
//
//   {"phone": "a", "do": "open", "user": "1001", "password": "…", "expires": 60}
//   {"phone": "a", "do": "register" | "unregister" | "answer" | "hangup" | "close"}
//   {"phone": "a", "do": "refuse", "status": 486}
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
];

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
    say(`call ${originator}`);
    if (originator === "remote") {
      say(`offered ${/m=audio.*/.exec(request.body ?? "")?.[0]}`);
    }
    made.on("confirmed", () => say("confirmed"));
    made.on("ended", (event) => say(`ended: ${cause(event)}`));
    made.on("failed", (event) => say(`failed: ${event.originator} ${cause(event)}`));
    made.on("peerconnection:setremotedescriptionfailed", (error) => say(`unusable: ${error}`));
  });
  const media = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };
  const heard = {
    succeeded: ({ response }) => say(`answered ${response.status_code}`),
    failed: (event) => say(`not answered: ${cause(event)}`),
  };
  globalThis.orders = {
    register: () => agent.register(),
    unregister: () => agent.unregister(),
    answer: () => session.answer(media),
    hangup: () => session.terminate(),
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
