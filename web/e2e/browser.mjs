// A Chromium for stories about the console: what it is started with, what it must not complain of,
// pictures, and what keeps people from using a page.

import axe from "axe-core";
import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];
/** Flags of a Chromium that gives pages a microphone of its own, and speaks with this machine. */
export const MICROPHONE = [
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--allow-loopback-in-peer-connection",
];
export const PATIENCE_MS = 20_000;

const here = path.dirname(fileURLToPath(import.meta.url));
const shots = process.env.TRUNKLINE_SHOTS ?? path.join(here, "..", "..", "target", "e2e");

export function needed(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

export async function shot(page, name) {
  await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

export async function refuseBarriers(page, where) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() =>
    globalThis.axe.run(globalThis.document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    }),
  );
  const barriers = found.violations.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target).join("; ")})`,
  );
  assert.deepEqual(barriers, [], `accessibility of ${where}`);
  const cut = await page.locator(".shell-menu .ant-menu-item").evaluateAll((items) => {
    const line = globalThis.document.querySelector(".shell-header")?.getBoundingClientRect();
    return items
      .filter((item) => {
        const { top, bottom, left, right } = item.getBoundingClientRect();
        return top < line.top || bottom > line.bottom || left < line.left || right > line.right;
      })
      .map((item) => item.textContent);
  });
  assert.deepEqual(cut, [], `the menu stays in its line at ${where}`);
}

/** Opens a page of the console as the person whom the environment names. */
export async function signIn(page, path) {
  await page.goto(`${needed("TRUNKLINE_URL").replace(/\/$/, "")}${path}`);
  await page.getByLabel("E-mail address").fill(needed("TRUNKLINE_EMAIL"));
  await page.getByLabel("Password", { exact: true }).fill(needed("TRUNKLINE_PASSWORD"));
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Opens the demo flow in the designer. */
export async function openDemo(page) {
  await signIn(page, "/flows");
  await page.getByRole("button", { name: "Open demo" }).click();
  await page.getByTestId("step-welcome").waitFor();
}

/** Tells a story in a Chromium of its own, whose console stays quiet; gives what the story gives. */
export async function browse(story, flags = []) {
  const folder = await mkdtemp(path.join(tmpdir(), "trunkline-console-"));
  await mkdir(shots, { recursive: true });
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...FLAGS, ...flags],
    headless: true,
    viewport: { width: 1366, height: 768 },
    locale: "en-US",
    reducedMotion: "reduce",
  });
  browser.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      const expected = /status of (401|409|412|422)/.test(message.text());
      if (message.type() === "error" && !expected) {
        complaints.push(message.text());
      }
    });
    try {
      const told = await story(page);
      assert.deepEqual(complaints, [], "the browser's console stays quiet");
      return told;
    } catch (failure) {
      await shot(page, "failure");
      throw failure;
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}
