// Settings, times and waits.

import assert from "node:assert/strict";
import { test } from "node:test";

import { countdown, duration, left, spokenLength } from "../../../firmware/server/page/format.js";
import { radius } from "../../../firmware/server/page/orb.js";
import { checked, defaults, fromAddress, load, save } from "../../../firmware/server/page/settings.js";
import { wait } from "../../../firmware/server/page/transport.js";

test("what was saved and is no longer valid is left out", () => {
  assert.deepEqual(checked({ mode: "shout", theme: "dark", evil: 1 }), { ...defaults(), theme: "dark" });
  assert.deepEqual(checked(null), defaults());
});

test("settings last, and a browser that forbids it does no harm", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  save(storage, { ...defaults(), mode: "push-to-talk" });
  assert.equal(load(storage).mode, "push-to-talk");
  const forbidden = () => {
    throw new Error("no");
  };
  const none = { getItem: forbidden, setItem: forbidden };
  assert.doesNotThrow(() => save(none, defaults()));
  assert.deepEqual(load(none), defaults());
  assert.deepEqual(load({ getItem: () => "{broken" }), defaults());
});

test("the address turns the page into a kiosk", () => {
  assert.equal(fromAddress("").kiosk, false);
  const kiosk = fromAddress("?kiosk&idle=20&title=Museum&mode=push-to-talk");
  assert.deepEqual(kiosk, { kiosk: true, idle: 20, name: "", title: "Museum", mode: "push-to-talk", transport: null });
  assert.equal(fromAddress("?transport=webrtc").transport, "webrtc");
  assert.equal(fromAddress("?transport=pigeon").transport, null);
  for (const idle of ["", "x", "0", "-3"]) assert.equal(fromAddress(`?kiosk&idle=${idle}`).idle, 60);
});

test("times", () => {
  assert.deepEqual([0, 65, 3_725, 90_000, -4].map(countdown), ["0:00", "1:05", "1:02:05", "1 d 1 h", "0:00"]);
  assert.equal(spokenLength(3_725), "1 hour 2 minutes");
  assert.equal(spokenLength(0), "now");
  assert.equal(duration(412.3) + duration(1_349), "412 ms1.3 s");
  assert.equal(left({ phase: "waits", left_s: 60 }, 10_000), 50);
  assert.equal(left({ phase: "paused", left_s: 60 }, 10_000), 60);
});

test("it tries again soon at first, then more seldom, never all at once", () => {
  assert.ok(wait(0, 0) >= 300 && wait(0, 1) <= 700);
  assert.ok(wait(50, 0) >= 6_000 && wait(50, 1) <= 10_000);
  assert.notEqual(wait(3, 0), wait(3, 1));
});

test("the outline is a circle in silence and stays within the canvas", () => {
  for (let angle = 0; angle < 6.3; angle += 0.1) {
    assert.ok(Math.abs(radius(angle, 0, 1, 0) - 1) < 0.02);
    for (const layer of [0, 1, 2]) {
      for (const time of [0, 1.7, 100]) assert.ok(radius(angle, layer, time, 1) < 1.35);
    }
  }
});
