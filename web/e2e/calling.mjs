// Calls a changed draft of the demo flow from the designer in Chromium with a made-up microphone: hears it, presses
// keys, sees the node lit, leaves a message and hangs up; then is hung up by the flow. Needs a running demo server.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { MICROPHONE, browse, openDemo, refuseBarriers, shot } from "./browser.mjs";

const FLOW = `
name: demo
language: en-US
start: ask
nodes:
  ask: { kind: menu, items: [{ clip: ten_seconds }], keys: ["1", "2"] }
  message: { kind: voicemail, items: [{ clip: beep }], max_seconds: 20 }
  bye: { kind: hangup, items: [{ clip: goodbye }] }
edges:
  - { from: ask, exit: "1", to: message }
  - { from: ask, exit: "2", to: bye }
  - { from: ask, exit: default, to: bye }
  - { from: message, exit: ok, to: bye }
`;

async function open(page) {
  await openDemo(page);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import" }).click();
  const file = { name: "f.yaml", mimeType: "application/yaml", buffer: Buffer.from(FLOW) };
  await (await chooser).setFiles(file);
  await page.getByTestId("step-message").waitFor();
  await page.getByRole("region", { name: "Problems" }).getByText("No problems").waitFor();
}

/** Listens in the page to what its speaker plays. */
async function eavesdrop(page) {
  await page.addInitScript(() => {
    const speakers = [];
    const play = globalThis.HTMLMediaElement.prototype.play;
    globalThis.HTMLMediaElement.prototype.play = function heard() {
      speakers.push(this);
      return play.call(this);
    };
    // How loud it is, from 0 to 1, as the loudest of some moments.
    globalThis.loudness = async () => {
      const stream = speakers.at(-1)?.srcObject;
      if (!stream) {
        return 0;
      }
      const sound = new globalThis.AudioContext();
      const analyser = new globalThis.AnalyserNode(sound, { fftSize: 2048 });
      sound.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let loudest = 0;
      for (let turn = 0; turn < 20; turn += 1) {
        await new Promise((resolve) => globalThis.setTimeout(resolve, 50));
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
      }
      await sound.close();
      return loudest;
    };
  });
}

async function lit(page, id) {
  await page.locator(`.flow-step-lit[data-testid="step-${id}"]`).waitFor();
}

async function hears(page) {
  await page.waitForFunction(async () => (await globalThis.loudness()) > 0.02);
}

/** The caller hears the menu, presses a key, leaves a message and hangs up. */
async function leaveMessage(page) {
  await page.getByRole("button", { name: "Call", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Call" });
  await panel.getByLabel("Caller").fill("13800138000");
  await panel.getByRole("button", { name: "Call now" }).click();
  await lit(page, "ask");
  await panel.getByText("In the flow").waitFor();
  await hears(page);
  await shot(page, "calling");
  await refuseBarriers(page, "a call of a draft");
  await panel.getByRole("button", { name: "Key 1" }).focus();
  await page.keyboard.press("1");
  await lit(page, "message");
  assert.equal(await page.locator(".flow-edge-taken").count(), 1);
  // So long is the message.
  await page.waitForTimeout(3_000);
  await panel.getByRole("button", { name: "Hang up" }).click();
  await panel.getByText("The call is over: Hung up").waitFor();
  assert.equal(await page.locator(".flow-step-lit").count(), 0);
}

/** The flow ends the call. */
async function hearOut(page) {
  const panel = page.getByRole("complementary", { name: "Call" });
  await panel.getByRole("button", { name: "Call now" }).click();
  await lit(page, "ask");
  await panel.getByRole("button", { name: "Key 2" }).click();
  await panel.getByText("The call is over: The flow ended").waitFor();
  await shot(page, "calling-over");
  await refuseBarriers(page, "a call of a draft that is over");
}

/** A flow with problems is not called. */
async function beBroken(page) {
  await page.getByTestId("step-bye").click();
  await page.keyboard.press("Delete");
  const panel = page.getByRole("complementary", { name: "Call" });
  await panel.getByText("Solve the problems first").waitFor();
  assert.ok(await panel.getByRole("button", { name: "Call now" }).isDisabled());
}

await browse(async (page) => {
  await eavesdrop(page);
  await open(page);
  await leaveMessage(page);
  await hearOut(page);
  await beBroken(page);
}, MICROPHONE);
console.log("calls of drafts work");
