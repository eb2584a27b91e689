// The loudspeaker's places, stops and fades.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Ear, Player } from "../../../firmware/server/page/player.js";

const ones = (n) => new Int16Array(n).fill(16_384);
const play = (player, n) => {
  const output = new Float32Array(n);
  player.play(output);
  return [...output];
};

test("sound is played in order, and silence after it", () => {
  const player = new Player();
  player.add(0, Int16Array.from([0, 16_384]));
  player.add(2, Int16Array.from([-16_384]));
  assert.deepEqual(play(player, 5), [0, 0.5, -0.5, 0, 0]);
  assert.deepEqual([player.place, player.waiting, player.silent], [3, 0, 2]);
  player.add(3, ones(1));
  assert.deepEqual(play(player, 1), [0.5]);
  assert.deepEqual([player.place, player.silent], [4, 0]);
});

test("a stop ahead fades out at its place and drops the rest", () => {
  const player = new Player();
  player.add(0, ones(10));
  play(player, 2);
  player.stop(6, 2);
  player.add(6, ones(2));
  assert.deepEqual([player.waiting, player.stops], [6, 0]);
  assert.deepEqual(play(player, 7), [0.5, 0.5, 0.25, 0, 0.5, 0.5, 0]);
  assert.deepEqual([player.place, player.stops], [8, 1]);
});

test("a stop behind fades out now, and the next sound has its place", () => {
  const player = new Player();
  player.add(0, ones(10));
  play(player, 6);
  player.stop(4, 2);
  assert.equal(player.stops, 0);
  assert.deepEqual(play(player, 4), [0.25, 0, 0, 0]);
  assert.deepEqual([player.place, player.stops, player.waiting], [4, 1, 0]);
  player.add(4, ones(1));
  assert.deepEqual(play(player, 2), [0.5, 0]);
  assert.equal(player.place, 5);
});

test("a stop without waiting sound is carried out at once", () => {
  const player = new Player();
  player.stop(7, 100);
  assert.deepEqual([player.place, player.stops], [7, 1]);
  player.add(7, ones(3));
  player.stop(7, 0);
  assert.deepEqual([player.place, player.stops, player.waiting], [7, 2, 0]);
  assert.deepEqual(play(player, 2), [0, 0]);
});

test("pieces of any size give the same sound, places and counts", () => {
  const script = (size) => {
    const player = new Player();
    const output = [];
    for (let at = 0; at < 1_000; at += size) {
      player.add(at, ones(Math.min(size, 1_000 - at)));
    }
    output.push(...play(player, 300));
    player.stop(400, 50);
    player.add(400, ones(100));
    output.push(...play(player, 300));
    return [output, player.place, player.stops, player.waiting];
  };
  const whole = script(1_000);
  for (const size of [1, 7, 128, 480]) assert.deepEqual(script(size), whole);
  assert.deepEqual(whole.slice(1), [500, 1, 0]);
});

test("what is heard lags by the delay of the device, and catches up in silence", () => {
  const ear = new Ear();
  const hears = (place, silent, more = {}) => ear.hears({ place, silent, stops: 0, base: 0, ...more }, 300);
  assert.equal(hears(100, 0), 0);
  assert.equal(hears(1_000, 0), 700);
  assert.equal(hears(1_000, 200), 900);
  assert.equal(hears(1_000, 5_000), 1_000);
  // Sound after a gap: nothing of it is heard yet.
  assert.equal(hears(1_100, 0), 1_000);
  assert.equal(hears(1_500, 0), 1_200);
  // A stop takes it back, but not before its place.
  assert.equal(hears(1_000, 0, { stops: 1, base: 1_000 }), 1_000);
  assert.equal(hears(1_400, 0, { stops: 1, base: 1_000 }), 1_100);
});
