// What events make of the page.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as model from "../../../firmware/server/page/state.js";

const open = () => ({ ...model.initial(), link: "open", microphone: "on" });
const run = (events, state = open()) => events.reduce(model.after, state);
const turn = (more) => ({
  event: "turn",
  turn: 1,
  ending: "complete",
  transcript: "What time is it?",
  heard: " It is 11:20 AM. ",
  timings_ms: { stt: 100, llm_first_token: 50, llm_first_clause: 150, tts_first_sound: 60, first_sound: 310, voice_to_voice: 480 },
  ...more,
});

test("a question and its answer become an exchange with stage times", () => {
  const during = run([
    { event: "state", state: "hearing" },
    { event: "partial", text: "What time " },
    { event: "segment", turn: 1, text: "is it?" },
    { event: "state", state: "speaking" },
    { event: "token", turn: 1, text: "It is 11:20 AM. And it is Monday." },
    { event: "speaking", turn: 1, text: "It is 11:20 AM. " },
  ]);
  assert.equal(during.partial, "What time is it?");
  assert.equal(during.spoken, "It is 11:20 AM.");
  assert.equal(model.toCome(during), "And it is Monday.");
  const over = model.after(during, turn());
  assert.deepEqual(over.exchanges, [
    { turn: 1, you: "What time is it?", sayso: "It is 11:20 AM.", cut: false, stopped: false, skill: "" },
  ]);
  assert.equal(over.partial + over.spoken + over.written, "");
  assert.deepEqual(over.turns[0].stages.map(({ ms }) => ms), [100, 50, 100, 60]);
  assert.equal(over.turns[0].voiceToVoice, 480);
});

test("a dropped guess leaves the certain part of the transcript and no exchange", () => {
  const guessed = run([
    { event: "partial", text: "turn on " },
    { event: "segment", text: "the lamp" },
    { event: "token", text: "Which" },
    turn({ ending: "dropped" }),
  ]);
  assert.equal(guessed.partial, "turn on ");
  assert.equal(guessed.written, "");
  assert.deepEqual(guessed.exchanges, []);
  const again = run([{ event: "transcript", transcript: { text: " turn on the lamp in the hall " } }], guessed);
  assert.equal(again.partial, "turn on the lamp in the hall");
});

test("an interrupted turn is marked, a stopped one has no answer and no times", () => {
  const state = run([turn({ ending: "interrupted" }), turn({ turn: 2, ending: "stopped", heard: "It" })]);
  assert.deepEqual(state.exchanges.map(({ cut, stopped }) => [cut, stopped]), [[true, false], [false, true]]);
  assert.equal(state.turns.length, 1);
});

test("lists do not grow for ever", () => {
  const events = Array.from({ length: 500 }, (_, n) => [turn({ turn: n }), { event: "trouble", message: `m${n}` }]);
  const state = run(events.flat());
  assert.ok(state.exchanges.length <= 50 && state.notices.length <= 5 && state.turns.length <= 10);
  assert.equal(state.exchanges.at(-1).turn, 499);
  assert.equal(new Set(state.notices.map(({ number }) => number)).size, state.notices.length);
});

test("unknown and malformed events change nothing", () => {
  const state = open();
  for (const event of [null, undefined, 7, {}, { event: "dance" }, { event: "level", dbfs: -20 }]) {
    assert.equal(model.after(state, event), state);
  }
  assert.doesNotThrow(() => run([{ event: "partial" }, { event: "transcript" }, { event: "turn" }]));
});

test("control characters and turned text never reach the page", () => {
  const evil = "a\u0000b\u001b[31mc\u202ed";
  const state = run([{ event: "partial", text: evil }, { event: "trouble", message: evil }, turn({ transcript: evil, heard: evil })]);
  const all = JSON.stringify(state.exchanges) + state.notices.map(({ text }) => text);
  assert.doesNotMatch(all, /[\u0000-\u0009\u001b\u202e]|\\u001b/u);
});

test("a lost connection ends what was under way but keeps what was said", () => {
  const state = model.linked(run([turn(), { event: "partial", text: "and" }, { event: "token", text: "x" }]), "lost");
  assert.equal(state.partial + state.written, "");
  assert.equal(state.exchanges.length, 1);
  assert.equal(model.face(state).face, "error");
  assert.equal(model.forgotten(state).exchanges.length, 0);
});

test("the face says what is happening and what to do", () => {
  const faces = (more, settings) => {
    const { face, label, hint } = model.face({ ...open(), ...more }, settings);
    assert.ok(label, JSON.stringify(more));
    return [face, hint];
  };
  assert.deepEqual(faces({ turn: "asleep" }, { phrase: "Alexa" }), ["asleep", "Say “Alexa”, or tap."]);
  assert.equal(faces({ turn: "listening" })[0], "listening");
  assert.deepEqual(faces({ turn: "listening" }, { mode: "push-to-talk" }), ["asleep", "Hold to talk."]);
  assert.equal(faces({ turn: "listening", held: true }, { mode: "push-to-talk" })[0], "listening");
  for (const turn of ["hearing", "thinking", "speaking", "paused"]) assert.equal(faces({ turn })[0], turn);
  assert.equal(faces({ muted: true })[0], "muted");
  // What is said to a typed question is still shown.
  assert.equal(faces({ microphone: "denied", turn: "speaking" })[0], "speaking");
  for (const microphone of ["denied", "absent", "insecure", "failed"]) {
    assert.equal(faces({ microphone })[0], "error");
  }
  for (const link of ["lost", "refused", "busy", "something new"]) assert.equal(faces({ link })[0], "error");
});

test("a tap does what the face promises", () => {
  const tap = (more, settings) => model.tap({ ...open(), ...more }, settings);
  assert.equal(tap({ link: "idle" }), "begin");
  assert.equal(tap({ link: "lost" }), "connect");
  assert.equal(tap({ link: "refused" }), "sign-in");
  for (const turn of ["speaking", "paused", "thinking"]) assert.equal(tap({ turn, muted: true }), "stop");
  assert.equal(tap({ muted: true }), "unmute");
  assert.equal(tap({ microphone: "denied" }), "microphone");
  assert.equal(tap({ turn: "asleep" }), "listen");
  assert.equal(tap({ turn: "hearing" }), "none");
  assert.equal(tap({ turn: "listening" }, { mode: "push-to-talk" }), "none");
});

test("a kiosk is idle only when nothing happens", () => {
  assert.equal(model.isQuiet(open()), true);
  assert.equal(model.isQuiet({ ...open(), turn: "speaking" }), false);
  assert.equal(model.isQuiet({ ...open(), partial: "what" }), false);
});
