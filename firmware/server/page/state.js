// What the page knows, and how events change it. Pure: no document, no sound, no network, no clock.

/** Exchanges that are kept. */
const KEPT = 50;
/** Notices that are kept. */
const NOTICES = 5;
/** Turns whose stage times are kept. */
const TURNS = 10;

/**
 * The page before anything has happened.
 *
 * - `link`: "idle" (nobody has begun), "connecting", "open", "lost" (tried again), "refused" (a
 *   token is needed), "busy" (too many conversations).
 * - `microphone`: "off", "asking", "on", "denied", "absent", "insecure", "failed".
 * - `turn`: whose turn it is, as the server says: "asleep", "listening", "hearing", "thinking",
 *   "speaking", "paused".
 */
export const initial = () => ({
  link: "idle",
  microphone: "off",
  turn: "listening",
  muted: false,
  held: false,
  soFar: "",
  partial: "",
  written: "",
  spoken: "",
  exchanges: [],
  notices: [],
  turns: [],
  music: null,
  overview: { coming: [], lists: [], devices: [] },
});

const last = (list, item, most) => [...list, item].slice(-most);

/** A text without control characters and those that turn the direction of writing. */
export const clean = (text) =>
  String(text ?? "").replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ");

/** The page after an event of the server. Unknown events change nothing. */
export function after(state, event) {
  switch (event?.event) {
    case "state":
      return { ...state, turn: event.state };
    case "partial": {
      const soFar = state.soFar + clean(event.text);
      return { ...state, soFar, partial: soFar };
    }
    case "segment":
      return { ...state, partial: state.partial + clean(event.text) };
    case "transcript":
      return { ...state, partial: clean(event.transcript?.text).trim() };
    case "token":
      return { ...state, written: state.written + clean(event.text) };
    case "speaking":
      return { ...state, spoken: `${state.spoken} ${clean(event.text).trim()}`.trim() };
    case "turn":
      return ended(state, event);
    case "changed":
      return notice(state, "info", `${clean(event.name)}: ${clean(event.state)}`);
    case "music": {
      const playing = { title: clean(event.title), artist: clean(event.artist), paused: event.music === "paused" };
      return { ...state, music: event.music === "stopped" ? null : playing };
    }
    case "trouble":
    case "device_lost":
      return notice(state, "wrong", clean(event.message));
    case "device_back":
      return notice(state, "info", clean(event.message));
    default:
      return state;
  }
}

/** A turn is over. A dropped guess leaves only the part of the transcript that was certain. */
function ended(state, record) {
  const quiet = { ...state, written: "", spoken: "" };
  if (record.ending === "dropped") return { ...quiet, partial: state.soFar };
  const exchange = {
    turn: record.turn,
    you: clean(record.transcript).trim(),
    sayso: clean(record.heard).trim(),
    cut: record.ending === "interrupted",
    stopped: record.ending === "stopped",
    skill: record.skill ?? "",
  };
  const next = { ...quiet, soFar: "", partial: "" };
  if (exchange.you || exchange.sayso) {
    next.exchanges = last(state.exchanges, exchange, KEPT);
  }
  const times = stages(record.timings_ms);
  if (times && !exchange.stopped) {
    next.turns = last(state.turns, { turn: record.turn, ...times }, TURNS);
  }
  return next;
}

/** The stages of a turn in ms, each from the one before; `null` if there are no times. */
export function stages(times) {
  if (!times || !(times.first_sound > 0)) return null;
  const clause = Math.max(0, times.llm_first_clause - times.llm_first_token);
  return {
    stages: [
      { name: "transcript", ms: times.stt },
      { name: "first word", ms: times.llm_first_token },
      { name: "first clause", ms: clause },
      { name: "first sound", ms: times.tts_first_sound },
    ],
    voiceToVoice: times.voice_to_voice ?? null,
  };
}

/** The page with one more notice. */
export function notice(state, kind, text) {
  if (!text) return state;
  const number = (state.notices.at(-1)?.number ?? 0) + 1;
  return { ...state, notices: last(state.notices, { number, kind, text }, NOTICES) };
}

/** The page without a notice. */
export const dismissed = (state, number) => ({
  ...state,
  notices: state.notices.filter((notice) => notice.number !== number),
});

/** The page without what was said: for the next visitor of a kiosk. */
export const forgotten = (state) => ({
  ...state,
  exchanges: [],
  notices: [],
  turns: [],
  soFar: "",
  partial: "",
  written: "",
  spoken: "",
});

/** The connection has become `link`: what was under way is over. */
export function linked(state, link) {
  if (link === state.link) return state;
  if (link === "open") return { ...state, link, turn: "listening" };
  return { ...state, link, soFar: "", partial: "", written: "", spoken: "", music: null };
}

/** The part of the reply that is written and not yet heard. */
export function toCome({ written, spoken }) {
  let heard = spoken.replace(/\s/gu, "").length;
  let at = 0;
  while (at < written.length) {
    if (!/\s/u.test(written[at])) {
      if (heard === 0) break;
      heard -= 1;
    }
    at += 1;
  }
  return written.slice(at);
}

/**
 * What is shown large: a `face` for the animation, a `label` of a few words, and a `hint` of what
 * the user can do. `mode` is "hands-free" or "push-to-talk", `phrase` the wake phrase if any.
 */
export function face(state, { mode = "hands-free", phrase = "" } = {}) {
  const links = {
    idle: ["off", "Not started", "Tap to talk."],
    connecting: ["wait", "Connecting", ""],
    lost: ["error", "No connection", "The assistant cannot be reached. Trying again."],
    refused: ["error", "Sign in needed", "Tap to enter the token of this assistant."],
    busy: ["error", "Busy", "Others are talking with it. Trying again soon."],
  };
  if (state.link !== "open") return named(links[state.link] ?? links.lost);
  const microphones = {
    asking: ["wait", "Allow the microphone", "Your browser asks for it."],
    denied: ["error", "No microphone", "Allow it in the settings of your browser, or type below."],
    absent: ["error", "No microphone", "Connect one, or type below."],
    insecure: ["error", "No microphone", "Browsers allow it only over https or on this machine."],
    failed: ["error", "No microphone", "It does not work. Reload the page, or type below."],
  };
  const speaking = ["speaking", "paused", "thinking"].includes(state.turn);
  if (!speaking && microphones[state.microphone]) return named(microphones[state.microphone]);
  if (state.muted && !speaking) return named(["muted", "Muted", "Tap to unmute."]);
  const held = mode === "push-to-talk";
  switch (state.turn) {
    case "asleep":
      return named([
        "asleep",
        "Asleep",
        held ? "Hold to talk." : phrase ? `Say “${phrase}”, or tap.` : "Tap to talk.",
      ]);
    case "listening":
      if (held && !state.held) return named(["asleep", "Ready", "Hold to talk."]);
      return named(["listening", "Listening", held ? "Release when you have finished." : "Ask me something."]);
    case "hearing":
      return named(["hearing", "Listening", held ? "Release when you have finished." : ""]);
    case "thinking":
      return named(["thinking", "Thinking", "Tap to stop."]);
    case "speaking":
      return named(["speaking", "Speaking", held ? "Tap to stop." : "Speak, or tap, to interrupt."]);
    case "paused":
      return named(["paused", "Go on", "I am listening."]);
    default:
      return named(["wait", "One moment", ""]);
  }
}

const named = ([face, label, hint]) => ({ face, label, hint });

/** What a tap on the animation asks for. */
export function tap(state, { mode = "hands-free" } = {}) {
  if (state.link === "idle") return "begin";
  if (state.link === "refused") return "sign-in";
  if (state.link !== "open") return "connect";
  if (["speaking", "paused", "thinking"].includes(state.turn)) return "stop";
  if (["denied", "absent", "failed", "off"].includes(state.microphone)) return "microphone";
  if (state.muted) return "unmute";
  if (mode === "push-to-talk") return "none";
  return state.turn === "hearing" ? "none" : "listen";
}

/** Whether nothing is happening, so that a kiosk may show its idle screen. */
export const isQuiet = (state) =>
  ["asleep", "listening"].includes(state.turn) && !state.partial && !state.spoken && !state.written;
