// A server that only shows the page and plays a script of events: for states that are hard to bring
// about with real models, and for pictures. What the real server does is tested with the real one.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { WebSocketServer } from "ws";

const PAGE = new URL("../../firmware/server/page/", import.meta.url);
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};
/** As in firmware/server/src/page.rs. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const OVERVIEW = {
  coming: [
    { skill: "timers", id: 1, label: "pasta timer", board: "page", at: null, left_s: 245, phase: "waits" },
    { skill: "reminders", id: 1, label: "call the doctor", board: "page", at: null, left_s: 8_100, phase: "waits" },
  ],
  lists: [{ name: "shopping", items: ["milk", "eggs", "brown bread"] }],
  devices: [
    { name: "Living Room Lamp", kind: "light", area: "Living Room", shown: "on", state: { on: true } },
    { name: "Kitchen Light", kind: "light", area: "Kitchen", shown: "off", state: { on: false } },
    { name: "Thermostat", kind: "climate", area: null, shown: "21 °C", state: { target: 21 } },
    { name: "Front Door", kind: "lock", area: "Hall", shown: "locked", state: { locked: true } },
  ],
};

/**
 * Starts it. `talk(socket)` is called for each connection, unless it is `busy`; `overview` is what the
 * cards show.
 */
export async function serve({ talk = () => {}, overview = OVERVIEW, busy = () => false } = {}) {
  const edits = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/api/overview") {
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify(overview));
    }
    if (pathname === "/api/conversation") {
      response.statusCode = busy() ? 503 : 426;
      return response.end();
    }
    if (request.method === "PUT" || request.method === "DELETE") {
      let body = "";
      for await (const piece of request) body += piece;
      edits.push([request.method, pathname, body && JSON.parse(body)]);
      response.statusCode = 204;
      return response.end();
    }
    try {
      const name = pathname === "/" ? "index.html" : pathname.slice(1);
      const body = await readFile(new URL(name, PAGE));
      response.setHeader("content-type", TYPES[extname(name)] ?? "text/plain");
      response.setHeader("content-security-policy", CSP);
      return response.end(body);
    } catch {
      response.statusCode = 404;
      return response.end();
    }
  });
  const sockets = new WebSocketServer({ server, verifyClient: (_, answer) => answer(!busy(), 503) });
  sockets.on("connection", (socket) => {
    socket.tell = (message) => socket.send(JSON.stringify(message));
    socket.on("error", () => {});
    talk(socket);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  return {
    address: `http://127.0.0.1:${port}/`,
    edits,
    sockets: () => [...sockets.clients],
    end: () => {
      if (!server.listening) return undefined;
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

const TURNS = [
  ["What is the weather like on the moon?", "There is none: the moon has almost no air, so no wind, clouds or rain."],
  ["Turn on the living room lamp.", "The Living Room Lamp is on."],
];

const record = (turn, transcript, heard) => ({
  event: "turn",
  turn,
  ending: "complete",
  transcript,
  heard,
  reply: heard,
  timings_ms: { stt: 142, llm_first_token: 96, llm_first_clause: 205, tts_first_sound: 38, first_sound: 385, voice_to_voice: 561 },
});

/** What the server says to bring the page into a state. */
export const SCRIPTS = {
  welcome: [{ event: "state", state: "listening" }],
  asleep: [{ event: "state", state: "asleep" }],
  listening: [...TURNS.map((turn, n) => record(n + 1, ...turn)), { event: "state", state: "listening" }],
  hearing: [
    record(1, ...TURNS[1]),
    { event: "state", state: "hearing" },
    { event: "partial", utterance: 0, text: "How long does it take to " },
    { event: "segment", turn: 2, text: "boil an egg" },
  ],
  thinking: [
    record(1, ...TURNS[1]),
    { event: "state", state: "thinking" },
    { event: "transcript", turn: 2, transcript: { text: "How long does it take to boil an egg?" } },
  ],
  speaking: [
    record(1, ...TURNS[1]),
    { event: "state", state: "speaking" },
    { event: "transcript", turn: 2, transcript: { text: "How long does it take to boil an egg?" } },
    { event: "token", turn: 2, text: "A soft egg takes about six minutes, a hard one about ten. Begin to count when the water boils." },
    { event: "speaking", turn: 2, text: "A soft egg takes about six minutes," },
  ],
  paused: [{ event: "state", state: "paused" }, { event: "speaking", turn: 2, text: "A soft egg takes" }],
  trouble: [
    ...TURNS.map((turn, n) => record(n + 1, ...turn)),
    { event: "state", state: "listening" },
    { event: "trouble", message: "Home Assistant cannot be reached: connection refused. Check its address in the settings." },
  ],
};

/** A `talk` that plays a script. */
export const script = (name, hello = {}) => (socket) => {
  socket.tell({ event: "hello", version: 1, board: "page", phrases: ["Alexa"], ...hello });
  socket.tell({ event: "sound", muted: false, volume: 1 });
  for (const event of SCRIPTS[name]) socket.tell(event);
};
