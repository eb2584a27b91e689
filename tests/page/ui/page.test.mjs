// The page in a real browser, with a server that plays scripts: states that are hard to bring about
// with real models.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, test } from "node:test";

import { program, start } from "../browser.mjs";
import { SCRIPTS, script, serve as fake } from "../fake.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = {
  phone: { width: 390, height: 844 },
  kiosk: { width: 1920, height: 1080 },
};
/** How long something may take before the test gives up, in ms. */
const PATIENCE = 60_000;

const face = (page, wanted) =>
  page.waitForFunction((wanted) => document.getElementById("app").dataset.face === wanted, { timeout: PATIENCE }, wanted);
const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const waitFor = (page, selector, wanted) =>
  page.waitForFunction(
    (selector, wanted) => document.querySelector(selector)?.textContent.includes(wanted),
    { timeout: PATIENCE },
    selector,
    wanted,
  );

/** Waits until `look` returns something. */
async function until(look) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = look();
    if (found) return found;
    assert.ok(Date.now() < end, `${look} never came true`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** A server that keeps what it is told: texts in `said`, the number of bytes of sound in `heard`. */
const listening = (name, kept = { said: [], heard: 0 }) => {
  const talk = (socket) => {
    kept.socket = socket;
    socket.on("message", (data, isBinary) => {
      if (isBinary) kept.heard += data.length;
      else kept.said.push(JSON.parse(data));
    });
    script(name)(socket);
  };
  return { talk, kept };
};
const ops = ({ said }, op) => said.filter((message) => message.op === op);

describe("the page", { skip: program ? false : "there is no Chromium" }, () => {
  let chromium;
  before(async () => {
    chromium = await start();
  });
  after(() => chromium.end());
  // Whatever a test has left open.
  const rests = [];
  afterEach(async () => {
    for (const rest of rests.splice(0).reverse()) await rest();
  });
  const serve = async (options) => {
    const server = await fake(options);
    rests.push(() => server.end());
    return server;
  };

  /** Opens the page, and fails if anything is logged as an error. */
  async function open(server, { size = "phone", query = "", theme = "light", less = false } = {}) {
    const page = await chromium.browser.newPage();
    page.faults = [];
    rests.push(() => page.isClosed() || page.close());
    page.on("pageerror", (error) => page.faults.push(String(error)));
    page.on("console", (message) => {
      const isNetwork = /Failed to load resource|WebSocket connection/.test(message.text());
      if (message.type() === "error" && !isNetwork) page.faults.push(message.text());
    });
    await page.setViewport(SIZES[size]);
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: theme },
      { name: "prefers-reduced-motion", value: less ? "reduce" : "no-preference" },
    ]);
    await page.goto(server.address + query);
    return page;
  }

  async function close(page) {
    const { faults } = page;
    await page.close();
    assert.deepEqual(faults, []);
  }

  for (const size of Object.keys(SIZES)) {
    for (const theme of ["light", "dark"]) {
      test(`axe finds nothing against WCAG 2.2 AA: ${size}, ${theme}`, async () => {
        for (const name of [...Object.keys(SCRIPTS), "busy", "idle", "settings", "stages"]) {
          const server = await serve({
            talk: script(SCRIPTS[name] ? name : "listening"),
            busy: () => name === "busy",
          });
          const idle = name === "idle" && size === "kiosk";
          const page = await open(server, { size, theme, query: size === "kiosk" ? `?kiosk&idle=${idle ? 5 : 600}` : "" });
          await page.setBypassCSP(true);
          await page.reload();
          if (size !== "kiosk") await page.click("#orb");
          if (name === "busy") await face(page, "error");
          else await page.waitForFunction(() => !["off", "wait"].includes(document.getElementById("app").dataset.face), { timeout: PATIENCE });
          if (name !== "busy") await page.waitForSelector(".card", { timeout: PATIENCE });
          if (idle) await page.waitForSelector("#idle:not([hidden])", { timeout: PATIENCE });
          if (name === "settings") await page.evaluate(() => document.getElementById("open-settings").click());
          if (name === "stages") {
            await page.evaluate(() => {
              const field = document.querySelector("select[name=stages]");
              field.value = "show";
              field.dispatchEvent(new Event("change", { bubbles: true }));
              document.querySelector("details.stages").open = true;
            });
          }
          await page.evaluate(AXE);
          const { violations } = await page.evaluate(() =>
            globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
          );
          const found = violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)}`);
          assert.deepEqual(found, []);
          await close(page);
          await server.end();
        }
      });
    }
  }

  test("the microphone is heard, at the rate that was promised", async () => {
    const { talk, kept } = listening("listening");
    const server = await serve({ talk });
    const page = await open(server);
    await page.click("#orb");
    await face(page, "listening");
    await until(() => kept.heard > 32_000);
    assert.ok(ops(kept, "microphone").at(-1).on);
    // A second of sound takes a second.
    const [since, before] = [Date.now(), kept.heard];
    await new Promise((done) => setTimeout(done, 3_000));
    const rate = (kept.heard - before) / 2 / ((Date.now() - since) / 1000);
    assert.ok(rate > 12_000 && rate < 20_000, `${rate} Hz`);
    await close(page);
  });

  test("what was played is counted, and a stop takes back the rest", async () => {
    const { talk, kept } = listening("speaking");
    const server = await serve({ talk });
    const page = await open(server);
    await page.click("#orb");
    await face(page, "speaking");
    await until(() => ops(kept, "microphone").some(({ on }) => on));
    const second = Buffer.alloc(48_000, 1);
    kept.socket.send(second);
    await until(() => ops(kept, "played").some(({ samples }) => samples === 24_000));
    // Two seconds more, of which half a second is let through.
    kept.socket.send(second);
    kept.socket.send(second);
    await until(() => ops(kept, "played").some(({ samples }) => samples > 28_000));
    kept.socket.tell({ event: "stop_sound", at: 36_000, fade: 480 });
    await until(() => ops(kept, "played").some(({ samples, stops }) => samples === 36_000 && stops === 1));
    const places = ops(kept, "played").map(({ samples }) => samples);
    assert.deepEqual(places, [...places].sort((a, b) => a - b), "it never goes back");
    assert.equal(Math.max(...places), 36_000);
    // The next sound begins there.
    kept.socket.send(Buffer.alloc(4_800));
    await until(() => ops(kept, "played").some(({ samples }) => samples === 38_400));
    await close(page);
  });

  test("a tap or Escape ends what is said", async () => {
    const { talk, kept } = listening("speaking");
    const server = await serve({ talk });
    const page = await open(server);
    await page.click("#orb");
    await face(page, "speaking");
    assert.equal(await text(page, "#spoken"), "A soft egg takes about six minutes,");
    assert.match(await text(page, "#to-come"), /^a hard one about ten/);
    await page.click("#orb");
    await until(() => ops(kept, "stop").length === 1);
    await page.keyboard.press("Escape");
    await until(() => ops(kept, "stop").length === 2);
    await close(page);
  });

  test("without a microphone it says why, and a typed question works", async () => {
    const denied = await start({ denied: true });
    rests.push(() => denied.end());
    const { talk, kept } = listening("listening");
    const server = await serve({ talk });
    const page = await denied.browser.newPage();
    await page.goto(server.address);
    await page.click("#orb");
    await face(page, "error");
    assert.equal(await text(page, "#label"), "No microphone");
    assert.match(await text(page, "#hint"), /settings of your browser/);
    await until(() => ops(kept, "microphone").some(({ on }) => !on));
    assert.equal(kept.heard, 0);
    await page.type("#question", "What time is it?\n");
    await until(() => ops(kept, "ask").length === 1);
    assert.deepEqual(ops(kept, "ask"), [{ op: "ask", text: "What time is it?" }]);
    kept.socket.tell({ event: "state", state: "speaking" });
    await face(page, "speaking");
  });

  test("when the server is gone it says so, and goes on when it is back", async () => {
    const { talk, kept } = listening("listening");
    let isBusy = false;
    const server = await serve({ talk, busy: () => isBusy });
    const page = await open(server);
    await page.click("#orb");
    await face(page, "listening");
    isBusy = true;
    server.sockets().forEach((socket) => socket.terminate());
    await face(page, "error");
    await waitFor(page, "#label", "Busy");
    assert.match(await text(page, "#log"), /There is none/, "what was said stays");
    isBusy = false;
    kept.heard = 0;
    await face(page, "listening");
    await until(() => kept.heard > 3_200);
    await close(page);
  });

  test("push-to-talk sends silence until it is held", async () => {
    const { talk, kept } = listening("welcome");
    const server = await serve({ talk });
    let loud = 0;
    const page = await open(server, { query: "?mode=push-to-talk" });
    await page.click("#orb");
    await face(page, "asleep");
    await until(() => kept.heard > 6_400);
    kept.socket.on("message", (data, isBinary) => {
      if (isBinary && data.some((byte) => byte !== 0)) loud += 1;
    });
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(loud, 0);
    await page.focus("#orb");
    await page.keyboard.down(" ");
    await face(page, "listening");
    await until(() => ops(kept, "listen").length === 1 && loud > 5);
    await page.keyboard.up(" ");
    await face(page, "asleep");
    await new Promise((done) => setTimeout(done, 1_000));
    loud = 0;
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(loud, 0);
    const orb = await page.$eval("#orb", (element) => {
      const { x, y } = element.getBoundingClientRect();
      return { x: x + 50, y: y + 50 };
    });
    await page.mouse.move(orb.x, orb.y);
    await page.mouse.down();
    await until(() => ops(kept, "listen").length === 2 && loud > 5);
    await page.mouse.up();
    await face(page, "asleep");
    await close(page);
  });

  test("a muted page sends nothing", async () => {
    const { talk, kept } = listening("listening");
    const server = await serve({ talk });
    const page = await open(server);
    await page.click("#orb");
    await until(() => kept.heard > 3_200);
    await page.click("#mute");
    await face(page, "muted");
    await until(() => ops(kept, "mute").length === 1);
    await new Promise((done) => setTimeout(done, 300));
    const { heard } = kept;
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(kept.heard, heard);
    await page.click("#orb");
    await until(() => ops(kept, "unmute").length === 1 && kept.heard > heard);
    await close(page);
  });

  test("a kiosk begins by itself, and forgets when nobody is there", async () => {
    const { talk, kept } = listening("listening");
    const server = await serve({ talk });
    const page = await open(server, { size: "kiosk", query: "?kiosk&idle=5" });
    await waitFor(page, "#log", "There is none");
    await page.waitForSelector("#idle:not([hidden])", { timeout: PATIENCE });
    assert.equal(await text(page, "#log"), "");
    await waitFor(page, "#invitation", "Say “Alexa”");
    await waitFor(page, "#idle-coming", "pasta timer");
    // Speech brings it back.
    kept.socket.tell({ event: "state", state: "hearing" });
    await page.waitForSelector("#idle[hidden]", { timeout: PATIENCE });
    await close(page);
  });

  test("timers and lists can be changed", async () => {
    const server = await serve({ talk: script("listening") });
    const page = await open(server, { size: "kiosk" });
    await page.click("#orb");
    await page.waitForSelector(".card", { timeout: PATIENCE });
    const before = await text(page, ".card .big");
    await page.waitForFunction((before) => document.querySelector(".card .big").textContent !== before, { timeout: PATIENCE }, before);
    await page.click("[aria-label='Remove pasta timer']");
    await page.click("[aria-label='Take eggs off the list']");
    await until(() => server.edits.length === 2);
    assert.deepEqual(server.edits, [
      ["DELETE", "/api/timers/timers/1", ""],
      ["PUT", "/api/lists/shopping", { items: ["milk", "brown bread"] }],
    ]);
    await close(page);
  });

  test("nothing moves if the system asks for that", async () => {
    const server = await serve({ talk: script("speaking") });
    const picture = (page) => page.$eval("#canvas", (canvas) => canvas.toDataURL());
    for (const less of [true, false]) {
      const page = await open(server, { less });
      await page.click("#orb");
      await face(page, "speaking");
      await new Promise((done) => setTimeout(done, 500));
      const first = await picture(page);
      await new Promise((done) => setTimeout(done, 500));
      assert.equal((await picture(page)) === first, less);
      await close(page);
    }
    await server.end();
  });

  test("settings last, and the keyboard reaches everything", async () => {
    const server = await serve({ talk: script("listening") });
    const page = await open(server);
    const reached = new Set();
    for (let n = 0; n < 14; n += 1) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.className));
    }
    for (const name of ["skip", "mute", "open-settings", "orb", "suggestion", "question"]) {
      assert.ok(reached.has(name), `${name} is not among ${[...reached]}`);
    }
    await page.click("#open-settings");
    await page.select("select[name=theme]", "dark");
    await page.click("input[value=push-to-talk]");
    await page.keyboard.press("Escape");
    await page.reload();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.equal(await page.$eval("input[value=push-to-talk]", (field) => field.checked), true);
    await page.evaluate(() => localStorage.clear());
    await close(page);
  });

  test("the page is there without the server, once it was loaded", async () => {
    const server = await serve({ talk: script("listening") });
    const page = await open(server);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await server.end();
    await page.reload();
    assert.equal(await text(page, "#title"), "Sayso");
    await page.click("#orb");
    await waitFor(page, "#label", "No connection");
    page.faults = [];
    await page.close();
  });
});
