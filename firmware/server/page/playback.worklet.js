// The loudspeaker: plays what the server sends, and counts what was played. Runs in the audio
// thread, at the rate of the server's voice.

import { Player } from "./player.js";

/** Samples between two reports: 20 ms at 24 kHz. */
const REPORT = 480;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.player = new Player();
    this.since = 0;
    this.sum = 0;
    this.port.onmessage = ({ data }) => {
      if (data.pcm) this.player.add(data.at, new Int16Array(data.pcm));
      else this.player.stop(data.at, data.fade);
    };
  }

  process(_inputs, [[output]]) {
    this.player.play(output);
    for (const sample of output) this.sum += sample * sample;
    this.since += output.length;
    if (this.since >= REPORT) this.#report();
    return true;
  }

  #report() {
    const dbfs = Math.max(-90, 10 * Math.log10(this.sum / this.since + 1e-12));
    const { place, stops, base, silent } = this.player;
    this.port.postMessage({ place, stops, base, silent, dbfs });
    this.since = 0;
    this.sum = 0;
  }
}

registerProcessor("playback", Playback);
