// A Chromium for the tests.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser, or `undefined` if there is none. */
export const program = process.env.CHROMIUM ?? PROGRAMS.find((path) => existsSync(path));

/**
 * Starts it, with a recording as the microphone (played once) if one is named, and without any
 * permission to use a microphone if `denied`.
 */
export async function start({ recording, denied = false, gesture = false } = {}) {
  const data = mkdtempSync(join(tmpdir(), "sayso-chromium-"));
  const microphone = recording
    ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${recording}%noloop`]
    : ["--use-fake-device-for-media-stream"];
  const browser = await puppeteer.launch({
    executablePath: program,
    headless: true,
    userDataDir: data,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Calls within this machine.
      "--allow-loopback-in-peer-connection",
      ...(denied ? ["--deny-permission-prompts"] : ["--use-fake-ui-for-media-stream"]),
      ...(gesture ? [] : ["--autoplay-policy=no-user-gesture-required"]),
      ...microphone,
    ],
  });
  const end = async () => {
    await browser.close();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, end };
}
