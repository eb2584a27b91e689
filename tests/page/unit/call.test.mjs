// When a page calls, and how loud a call is.

import assert from "node:assert/strict";
import { test } from "node:test";

import { calls, level } from "../../../firmware/server/page/call.js";
import { linkAfter } from "../../../firmware/server/page/transport.js";

test("a page calls from other machines, and where it is asked to", () => {
  const canCall = true;
  for (const hostname of ["localhost", "127.0.0.1", "[::1]"]) {
    assert.equal(calls({ hostname, canCall, wanted: null }), false);
    assert.equal(calls({ hostname, canCall, wanted: "webrtc" }), true);
  }
  assert.equal(calls({ hostname: "sayso.local", canCall, wanted: null }), true);
  assert.equal(calls({ hostname: "192.168.1.20", canCall, wanted: "websocket" }), false);
  assert.equal(calls({ hostname: "sayso.local", canCall: false, wanted: "webrtc" }), false);
});

test("the level is that of the samples", () => {
  assert.equal(level(new Float32Array(100)), -90);
  assert.ok(Math.abs(level(new Float32Array(100).fill(0.1)) + 20) < 0.01);
});

test("a refusal says what to do", () => {
  assert.deepEqual([401, 429, 503, 500, 404].map(linkAfter), ["refused", "busy", "busy", "lost", "lost"]);
});
