// The microphone: samples at the server's rate, in blocks of 20 ms. Runs in the audio thread.

import { Resampler, toPcm } from "./resample.js";

class Capture extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate } }) {
    super();
    this.resampler = new Resampler(sampleRate, rate);
    this.block = new Float32Array(rate / 50);
    this.filled = 0;
    // Push-to-talk sends silence while nobody holds the button, so that the clock goes on.
    this.open = true;
    this.port.onmessage = ({ data }) => {
      this.open = data.open;
    };
  }

  process([[input]]) {
    if (!input) return true;
    for (const sample of this.resampler.push(input)) {
      this.block[this.filled] = this.open ? sample : 0;
      this.filled += 1;
      if (this.filled === this.block.length) this.#send();
    }
    return true;
  }

  #send() {
    let sum = 0;
    for (const sample of this.block) sum += sample * sample;
    const dbfs = Math.max(-90, 10 * Math.log10(sum / this.block.length + 1e-12));
    const pcm = toPcm(this.block).buffer;
    this.port.postMessage({ pcm, dbfs }, [pcm]);
    this.filled = 0;
  }
}

registerProcessor("capture", Capture);
