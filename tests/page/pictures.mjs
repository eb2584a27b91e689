// Pictures of the page in its states, to look at: node pictures.mjs FOLDER [STATE…]

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { start } from "./browser.mjs";
import { SCRIPTS, script, serve } from "./fake.mjs";

const SIZES = {
  phone: { width: 390, height: 844, deviceScaleFactor: 2 },
  tablet: { width: 820, height: 1180 },
  kiosk: { width: 1920, height: 1080 },
};

const [folder = ".", ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const { browser, end } = await start();
for (const name of [...Object.keys(SCRIPTS), "error", "settings", "idle"]) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const talk = script(SCRIPTS[name] ? name : "listening");
  const server = await serve({ talk, busy: () => name === "error" });
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const theme of ["light", "dark"]) {
      if (name === "idle" && size !== "kiosk") continue;
      const page = await browser.newPage();
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      page.on("pageerror", (error) => console.error(`${name}: ${error}`));
      page.on("console", (message) => {
        if (message.type() === "error") console.error(`${name}: ${message.text()}`);
      });
      await page.goto(server.address + (size === "kiosk" ? `?kiosk&idle=${name === "idle" ? 5 : 600}` : ""));
      if (size !== "kiosk") await page.click("#orb");
      if (name === "settings") await page.click("#open-settings").catch(() => page.evaluate(() => document.getElementById("open-settings").click()));
      await new Promise((done) => setTimeout(done, name === "idle" ? 7_000 : 1_200));
      await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`) });
      await page.close();
    }
  }
  await server.end();
}
await end();
