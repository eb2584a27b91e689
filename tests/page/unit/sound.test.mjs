// The microphone's resampler, and levels.

import assert from "node:assert/strict";
import { test } from "node:test";

import { level, loudness } from "../../../firmware/server/page/format.js";
import { Resampler, toPcm } from "../../../firmware/server/page/resample.js";

const sine = (hz, rate, seconds) =>
  Float32Array.from({ length: rate * seconds }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hz * n) / rate));

function resampled(input, from, to, size) {
  const resampler = new Resampler(from, to);
  const output = [];
  for (let at = 0; at < input.length; at += size) output.push(...resampler.push(input.subarray(at, at + size)));
  return output;
}

test("blocks of any length give the same samples", () => {
  const input = sine(440, 44_100, 0.2);
  const whole = resampled(input, 44_100, 16_000, input.length);
  for (const size of [1, 128, 1_000]) assert.deepEqual(resampled(input, 44_100, 16_000, size), whole);
});

for (const rate of [8_000, 16_000, 44_100, 48_000, 96_000]) {
  test(`from ${rate} Hz the length and a tone stay, and no tone folds back`, () => {
    const seconds = 1;
    const output = resampled(sine(1_000, rate, seconds), rate, 16_000, 128);
    assert.ok(Math.abs(output.length - 16_000 * seconds) < 80, `${output.length}`);
    const steady = output.slice(1_000, -1_000);
    assert.ok(Math.abs(level(steady) - level(sine(1_000, 16_000, 1))) < 0.1);
    // A least-squares fit of the tone leaves almost nothing.
    let [a, b] = [0, 0];
    steady.forEach((x, n) => {
      a += x * Math.sin((2 * Math.PI * 1_000 * n) / 16_000);
      b += x * Math.cos((2 * Math.PI * 1_000 * n) / 16_000);
    });
    [a, b] = [(2 * a) / steady.length, (2 * b) / steady.length];
    const rest = steady.map((x, n) => {
      const angle = (2 * Math.PI * 1_000 * n) / 16_000;
      return x - a * Math.sin(angle) - b * Math.cos(angle);
    });
    assert.ok(level(rest) < level(steady) - 50, `${level(rest)} dB`);
    if (rate > 24_000) {
      const above = resampled(sine(11_000, rate, seconds), rate, 16_000, 128).slice(1_000, -1_000);
      assert.ok(level(above) < -55, `${level(above)} dB`);
    }
  });
}

test("samples outside the range are held at its ends", () => {
  assert.deepEqual([...toPcm(Float32Array.from([0, 0.5, 1, 2, -1, -3]))], [0, 16_384, 32_767, 32_767, -32_768, -32_768]);
});

test("levels", () => {
  assert.ok(level(new Float32Array(100)) <= -90);
  assert.ok(Math.abs(level(sine(500, 16_000, 1)) + 9.03) < 0.05);
  assert.deepEqual([-100, -60, -35, -10, 0].map(loudness), [0, 0, 0.5, 1, 1]);
});
