// A conversation with the real server, in a real browser: node talk.mjs ADDRESS SCENARIO SOUND.wav OUT.wav
//
// Prints one JSON object with what the page showed. OUT.wav gets what the page played.

import { writeFileSync } from "node:fs";

import { start } from "./browser.mjs";

const [address, scenario, recording, output] = process.argv.slice(2);
const PATIENCE = 180_000;

/** Keeps what is played, in the page, and lets the recording begin when `globalThis.speak` is called. */
const keep = () => {
  globalThis.played = [];
  const gate = new Promise((done) => {
    globalThis.speak = done;
  });
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    await gate;
    return open(wanted);
  };
  const { connect } = AudioNode.prototype;
  // What a call brings is played without the Web Audio API.
  const Connection = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Connection {
    constructor(...parts) {
      super(...parts);
      this.addEventListener("track", ({ track }) => {
        const context = new AudioContext({ sampleRate: 24_000 });
        globalThis.rate = 24_000;
        const recorder = context.createScriptProcessor(4_096, 1, 1);
        recorder.onaudioprocess = ({ inputBuffer }) => {
          globalThis.played.push(...inputBuffer.getChannelData(0));
        };
        connect.call(context.createMediaStreamSource(new MediaStream([track])), recorder);
        connect.call(recorder, context.destination);
      });
      globalThis.calls = (globalThis.calls ?? 0) + 1;
    }
  };
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const recorder = this.context.createScriptProcessor(4_096, 1, 1);
      globalThis.rate = this.context.sampleRate;
      recorder.onaudioprocess = ({ inputBuffer }) => {
        globalThis.played.push(...inputBuffer.getChannelData(0));
      };
      connect.call(this, recorder);
      connect.call(recorder, target);
    }
    return connect.call(this, target, ...rest);
  };
};

async function visit(browser) {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(keep);
  await page.goto(address);
  return page;
}

const shown = (page) =>
  page.evaluate(() => ({
    exchanges: [...document.querySelectorAll(".exchange")].map((exchange) => ({
      you: exchange.querySelector(".you")?.textContent ?? "",
      sayso: exchange.querySelector(".sayso")?.lastChild.textContent ?? "",
    })),
    face: document.getElementById("app").dataset.face,
    label: document.getElementById("label").textContent,
  }));

// A page behind another one draws nothing, so it is asked at intervals.
const exchanges = (page, count) =>
  page.waitForFunction((count) => document.querySelectorAll(".exchange").length >= count, { timeout: PATIENCE, polling: 100 }, count);
const face = (page, wanted) =>
  page.waitForFunction((wanted) => wanted.includes(document.getElementById("app").dataset.face), { timeout: PATIENCE, polling: 100 }, wanted);

/** Writes mono 16-bit sound. */
function wav(path, rate, samples) {
  const data = Buffer.alloc(44 + 2 * samples.length);
  data.write("RIFF", 0);
  data.writeUInt32LE(36 + 2 * samples.length, 4);
  data.write("WAVEfmt ", 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(2 * rate, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write("data", 36);
  data.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, n) => data.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), 44 + 2 * n));
  writeFileSync(path, data);
}

const { browser, end } = await start({ recording });
try {
  const page = await visit(browser);
  const result = {};
  if (scenario === "two") {
    const other = await visit(browser);
    await page.type("#question", "What is two plus three?\n");
    await other.type("#question", "What is ten minus one?\n");
    await exchanges(page, 1);
    await exchanges(other, 1);
    result.other = await shown(other);
  } else {
    await page.click("#orb");
    if (scenario === "interrupt") {
      await page.type("#question", "Tell me a long story about a lighthouse and the sea.\n");
      await face(page, ["speaking"]);
    }
    await page.evaluate(() => globalThis.speak());
    await exchanges(page, scenario === "interrupt" ? 2 : 1);
    await face(page, ["listening", "asleep"]);
  }
  Object.assign(result, await shown(page));
  result.calls = await page.evaluate(() => globalThis.calls ?? 0);
  const { rate, played } = await page.evaluate(() => ({ rate: globalThis.rate, played: globalThis.played }));
  wav(output, rate, played);
  console.log(JSON.stringify(result));
} finally {
  await end();
}
