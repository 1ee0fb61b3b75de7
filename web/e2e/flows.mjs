// Draws a flow in Chromium: places, wires, spaces, problems, undo, publishing, versions, a second
// editor; and publishes another version of `echo-digits`. Needs a running demo server.
//
//   TRUNKLINE_URL       where the console is
//   TRUNKLINE_PASSWORD  the password of the account
//   TRUNKLINE_EMAIL     the account of an administrator
//   TRUNKLINE_SHOTS     where pictures go; ../target/e2e when not given

import { strict as assert } from "node:assert";
import { browse, needed, refuseBarriers, shot } from "./browser.mjs";

/** Half-width and full-width spaces, doubled and at both ends. */
const SPACED = " 12  30　45 ";

const url = needed("TRUNKLINE_URL").replace(/\/$/, "");
const password = needed("TRUNKLINE_PASSWORD");
const email = needed("TRUNKLINE_EMAIL");

function step(page, id) {
  return page.getByTestId(`step-${id}`);
}

/** Where each node stands on the canvas, as it is drawn. */
function drawn(page) {
  return page.locator(".react-flow__node").evaluateAll((nodes) =>
    Object.fromEntries(
      nodes.map((node) => {
        const { e: x, f: y } = new globalThis.DOMMatrix(
          globalThis.getComputedStyle(node).transform,
        );
        return [node.dataset.id, { x, y }];
      }),
    ),
  );
}

function get(page, address) {
  return page.evaluate(async (from) => (await fetch(from)).json(), `/api/v1/flows/${address}`);
}

/** Where each node stands as it is stored. */
async function stored(page, address) {
  const { document } = await get(page, address);
  return Object.fromEntries(
    Object.entries(document.nodes).map(([id, { position }]) => [id, position]),
  );
}

async function save(page) {
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
}

/** Publishes what is drawn. */
async function publish(page, version) {
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Publish" }).click();
  await page.getByText(`Version ${version} is live`, { exact: true }).first().waitFor();
}

async function drag(page, from, by) {
  const box = await from.boundingBox();
  const [x, y] = [box.x + 40, box.y + 24];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by.x / 2, y + by.y / 2);
  await page.mouse.move(x + by.x, y + by.y);
  await page.mouse.up();
}

/** Drags from an exit of one node to the entry of another. */
async function wire(page, [from, exit], to) {
  const source = step(page, from).locator(`.source[data-handleid="${exit}"]`);
  await source.dragTo(step(page, to).locator(".target"));
}

async function signIn(page) {
  await page.goto(`${url}/flows`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "IVR flows" }).waitFor();
  await page.getByRole("button", { name: "Open demo" }).waitFor();
  await shot(page, "flows-list");
  await refuseBarriers(page, "the list of flows");
}

/** Makes a flow and opens it; its id. */
async function make(page, name) {
  await page.getByRole("button", { name: "New flow" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Name").fill(name);
  await form.getByRole("button", { name: "Create" }).click();
  await step(page, "welcome").waitFor();
  return page.url().split("/").at(-1);
}

/** Nodes come by drag and by click, are wired by dragging, renamed, moved. */
async function draw(page) {
  const palette = page.getByRole("navigation", { name: "Nodes to add" });
  await palette
    .getByRole("button", { name: "Collect digits" })
    .dragTo(page.locator(".flow-canvas"), { targetPosition: { x: 300, y: 420 } });
  const settings = page.getByRole("complementary", { name: "Settings" });
  await settings.getByLabel("Id of the node").fill("ask");
  await settings.getByLabel("Id of the node").press("Enter");
  await step(page, "ask").waitFor();
  // The list of problems takes room of the canvas; what is fitted before it comes would be covered.
  const problems = page.getByRole("region", { name: "Problems" });
  await problems.getByText("leads nowhere").first().waitFor();
  await page.getByRole("button", { name: "Arrange" }).click();
  await page.getByRole("button", { name: "Fit to view" }).click();
  await wire(page, ["welcome", "ok"], "ask");
  await wire(page, ["ask", "default"], "goodbye");
  const { edges } = await page.evaluate(() => ({
    edges: globalThis.document.querySelectorAll(".react-flow__edge").length,
  }));
  assert.ok(edges >= 2, `${edges} wires`);
}

/** A text keeps its spaces and is shown as it will be read. */
async function speak(page) {
  await step(page, "welcome").click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  await settings.getByRole("button", { name: "Add: What is said" }).click();
  await page.getByRole("menuitem", { name: "Text", exact: true }).click();
  const said = settings.getByRole("region", { name: "Text 2" });
  await said.getByRole("textbox", { name: "Text" }).fill(SPACED);
  await said.getByText("one two ▏ three zero ▏ four five").waitFor();
  await shot(page, "flows-read-as");
}

/** A value is reckoned, and what can be right for no caller is refused while it is typed. */
async function reckon(page) {
  await page.getByRole("navigation").getByRole("button", { name: "Set variable" }).click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  await settings.getByRole("combobox", { name: "How it is given" }).click();
  const options = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await options.getByTitle("An expression", { exact: true }).click();
  const expression = settings.getByRole("textbox", { name: "Expression" });
  await expression.fill("caller > 1");
  const problems = page.getByRole("region", { name: "Problems" });
  await problems.getByText('">" does not take a text and a whole number').waitFor();
  await shot(page, "flows-expression");
  await expression.fill("int(caller) > 1 ? 'x' : 'y'");
  await problems.getByText('">" does not take a text and a whole number').waitFor({
    state: "hidden",
  });
  await settings.blur();
  await step(page, "set").click();
  await page.keyboard.press("Delete");
  await step(page, "set").waitFor({ state: "detached" });
}

/** What is wrong is listed at once, each with its node, and a click leads there. */
async function mend(page) {
  await step(page, "ask").click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  const variable = settings.getByRole("textbox", { name: "Variable" });
  await variable.fill("caller");
  await variable.press("Enter");
  const problems = page.getByRole("region", { name: "Problems" });
  const problem = problems.getByRole("button", { name: /^ask / }).first();
  await problem.waitFor();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Publish" }).click();
  const refusal = page.getByRole("dialog").filter({ hasText: "cannot be published yet" });
  await refusal.getByText("ask").first().waitFor();
  await shot(page, "flows-refused");
  await refusal.getByRole("button", { name: "OK" }).click();
  await page.locator(".flow-canvas .react-flow__pane").click({ position: { x: 20, y: 20 } });
  await problem.click();
  await variable.waitFor();
  await variable.fill("digits");
  await variable.press("Enter");
  await problems.getByText("No problems").waitFor();
}

/** Undo, redo, copy and paste by keys. */
async function retract(page) {
  const count = () => page.locator(".react-flow__node").count();
  const before = await count();
  await step(page, "goodbye").click();
  await page.keyboard.press("Control+d");
  await page.waitForFunction(
    (more) => globalThis.document.querySelectorAll(".react-flow__node").length === more,
    before + 1,
  );
  await page.keyboard.press("Delete");
  await page.keyboard.press("Control+z");
  assert.equal(await count(), before + 1, "undone");
  await page.keyboard.press("Control+z");
  assert.equal(await count(), before, "undone twice");
  await page.keyboard.press("Control+Shift+z");
  assert.equal(await count(), before + 1, "done again");
  await page.keyboard.press("Control+z");
}

/** Places are the same to the pixel after saving, publishing, roll-back and every reload. */
async function keepPlaces(page, id) {
  await drag(page, step(page, "ask"), { x: 37, y: 91 });
  await save(page);
  const first = await drawn(page);
  await page.reload();
  await step(page, "ask").waitFor();
  assert.deepEqual(await drawn(page), first, "after saving and a reload");
  assert.deepEqual(await stored(page, id), first, "as they are stored");

  await publish(page, 1);
  await page.reload();
  await step(page, "ask").waitFor();
  assert.deepEqual(await drawn(page), first, "after publishing and a reload");
  await shot(page, "flows-published");
  await refuseBarriers(page, "the designer");

  await drag(page, step(page, "goodbye"), { x: -53, y: 64 });
  await step(page, "ask").click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  await settings.getByRole("spinbutton", { name: "Most digits" }).fill("7");
  await save(page);
  const second = await drawn(page);
  assert.notDeepEqual(second, first);
  await publish(page, 2);
  assert.deepEqual(await stored(page, `${id}/versions/1`), first, "an old version stays");

  await page.getByRole("button", { name: "Versions" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Compare version 1 with the draft" }).click();
  const comparison = drawer.getByRole("region", { name: "From version 1 to the draft" });
  await comparison.getByText("max_length").waitFor();
  assert.equal(await comparison.getByRole("listitem").count(), 1, "places do not count");
  await shot(page, "flows-compared");
  await drawer.getByRole("button", { name: "Make version 1 live again" }).click();
  await page.getByRole("tooltip").getByRole("button", { name: "Make live again" }).click();
  await page.getByText("Version 3 is live", { exact: true }).first().waitFor();
  await drawer.getByRole("button", { name: "Open version 3" }).click();
  await page.getByText("Version 3, read only").waitFor();
  await step(page, "ask").waitFor();
  assert.deepEqual(await drawn(page), first, "after the roll-back");
  assert.deepEqual(await stored(page, `${id}/versions/3`), first, "as the roll-back stored them");
  const { document } = await get(page, `${id}/versions/3`);
  assert.equal(document.nodes.welcome.items[1].text, SPACED, "every space is kept");
  await page.goto(`${url}/flows/${id}`);
  await step(page, "ask").waitFor();
  assert.deepEqual(await drawn(page), second, "the draft stays as it was drawn");
}

/** Whoever is late is told who was quicker, and loses nothing. */
async function meet(page, other, id) {
  await other.goto(`${url}/flows/${id}`);
  await step(other, "ask").waitFor();
  await drag(page, step(page, "ask"), { x: 20, y: 0 });
  await save(page);
  await drag(other, step(other, "goodbye"), { x: 0, y: 30 });
  await other.getByRole("button", { name: "Save draft" }).click();
  const dialog = other.getByRole("dialog");
  await dialog.getByText("Somebody else saved this draft").waitFor();
  await dialog.getByText(/^admin saved it /).waitFor();
  await shot(other, "flows-conflict");
  await dialog.getByRole("button", { name: "Keep both; my nodes win" }).click();
  await other.getByText("Saved", { exact: true }).waitFor();
}

/** Publishes a change of the flow that a number leads to. */
async function change(page) {
  await page.goto(`${url}/flows`);
  await page.getByRole("button", { name: "Open echo-digits" }).click();
  await page.locator(".react-flow__node").first().waitFor();
  await page.getByRole("navigation").getByRole("button", { name: "Hang up" }).click();
  const settings = page.getByRole("complementary", { name: "Settings" });
  await settings.getByRole("button", { name: "Make it the start" }).click();
  const nodes = page.locator(".react-flow__node");
  for (let left = await nodes.count(); left > 1; left -= 1) {
    await nodes.first().click();
    await page.keyboard.press("Delete");
  }
  await page.getByRole("region", { name: "Problems" }).getByText("No problems").waitFor();
  await save(page);
  await publish(page, 2);
  await shot(page, "flows-changed");
}

await browse(async (page) => {
  await signIn(page);
  const id = await make(page, "drawn by hand");
  await draw(page);
  await speak(page);
  await reckon(page);
  await mend(page);
  await retract(page);
  await keepPlaces(page, id);
  await meet(page, await page.context().newPage(), id);
  await change(page);
});
console.log("the designer works");
