// Uploads a sound in Chromium, listens to it, and draws a flow that plays it. Needs a running demo server.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { browse, needed, refuseBarriers, shot } from "./browser.mjs";

const url = needed("TRUNKLINE_URL").replace(/\/$/, "");
const password = needed("TRUNKLINE_PASSWORD");
const email = needed("TRUNKLINE_EMAIL");
const RATE = 16_000;

/** A WAV file of a tone; silent where its loudness is nought. */
function tone(hertz, seconds, loudness) {
  const samples = RATE * seconds;
  const file = Buffer.alloc(44 + samples * 2);
  file.write("RIFF\0\0\0\0WAVEfmt ", 0, "latin1");
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at += 1) {
    const sample = Math.sin((2 * Math.PI * hertz * at) / RATE) * loudness;
    file.writeInt16LE(Math.round(sample), 44 + at * 2);
  }
  return file;
}

function wav(name, buffer) {
  return { name, mimeType: "audio/wav", buffer };
}

async function signIn(page) {
  await page.goto(`${url}/sounds`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Sounds" }).waitFor();
}

async function choose(page, button, file) {
  const choosing = page.waitForEvent("filechooser");
  await button.click();
  await (await choosing).setFiles(file);
}

/** A silent file is refused; one that is dropped onto the page is named, kept and heard. */
async function keep(page) {
  const upload = page.getByRole("button", { name: "Upload", exact: true });
  await choose(page, upload, wav("silence.wav", tone(440, 1, 0)));
  const form = page.getByRole("dialog", { name: "New sound" });
  await form.getByRole("button", { name: "Upload" }).click();
  await form.getByText("The sound is silent all through.").waitFor();
  await refuseBarriers(page, "the form of a sound");
  await form.getByRole("button", { name: "Cancel" }).click();
  await form.waitFor({ state: "detached" });

  const bytes = [...tone(1_000, 3, 12_000)];
  const dataTransfer = await page.evaluateHandle((content) => {
    const dropped = new globalThis.DataTransfer();
    dropped.items.add(new File([new Uint8Array(content)], "spring.wav", { type: "audio/wav" }));
    return dropped;
  }, bytes);
  await page
    .getByRole("button", { name: /Drop a WAV or MP3 file here/ })
    .dispatchEvent("drop", { dataTransfer });
  assert.equal(await form.getByLabel("Name").inputValue(), "spring");
  await form.getByLabel("Name").fill("spring offer");
  await form.getByRole("button", { name: "Upload" }).click();
  await form.waitFor({ state: "detached" });
  await page.getByRole("cell", { name: "0:03" }).waitFor();
  await page.getByRole("button", { name: "Listen to spring offer" }).click();
  await page.getByText("0:00 / 0:03").waitFor();
  await shot(page, "sounds");
  await refuseBarriers(page, "the list of sounds");
}

/** The sound is chosen for a node, where it can be heard. */
async function draw(page) {
  await page.goto(`${url}/flows`);
  await page.getByRole("button", { name: "New flow" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("offers");
  await dialog.getByRole("button", { name: "Create" }).click();
  await page.getByTestId("step-welcome").click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  await settings.getByRole("button", { name: "Add: What is said" }).click();
  await page.getByRole("menuitem", { name: "Sound", exact: true }).click();
  await settings.getByRole("combobox", { name: "Sound" }).click();
  const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await options.getByTitle("spring offer", { exact: true }).click();
  await settings.getByText("0:00 / 0:03").waitFor();
  await shot(page, "flows-sound");
  await refuseBarriers(page, "a node that plays a sound");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
}

/** A sound that a draft plays stays, and can be replaced. */
async function replace(page) {
  await page.goto(`${url}/sounds`);
  await page.getByRole("cell", { name: "offers" }).waitFor();
  await page.getByRole("button", { name: "Delete spring offer" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Flows still play it: offers").waitFor();
  const button = page.getByRole("button", { name: "Replace spring offer" });
  await choose(page, button, wav("other.wav", tone(700, 2, 12_000)));
  await page.getByText("spring offer is replaced from the next call on.").waitFor();
  await page.getByRole("cell", { name: "0:02" }).waitFor();
}

await browse(async (page) => {
  await signIn(page);
  await keep(page);
  await draw(page);
  await replace(page);
});
console.log("Sound kept, heard, drawn and replaced.");
