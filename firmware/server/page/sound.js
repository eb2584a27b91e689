// Microphone and loudspeaker of the browser.

import { Ear } from "./player.js";

const here = (name) => new URL(name, import.meta.url);

/** Why a microphone cannot be used: one of the words of `microphone` in state.js. */
function reason(error) {
  if (!globalThis.isSecureContext) return "insecure";
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "absent";
    default:
      return "failed";
  }
}

/** The microphone, with the browser's echo cancellation. */
export class Microphone {
  /**
   * `onState` gets "asking", "on", or why it is not; `onSound` gets blocks of 20 ms as an
   * ArrayBuffer of 16-bit samples at `rate` Hz, and their level in dBFS.
   */
  constructor({ rate, onState, onSound }) {
    Object.assign(this, { rate, onState, onSound, stream: null, context: null, node: null });
    this.isOpen = true;
  }

  /** Asks for the microphone and begins. */
  async begin() {
    if (this.context) return;
    this.onState("asking");
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "SecurityError");
      const audio = {
        channelCount: 1,
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      };
      this.stream = await navigator.mediaDevices.getUserMedia({ audio });
      this.context = new AudioContext();
      await this.context.audioWorklet.addModule(here("capture.worklet.js"));
      this.node = new AudioWorkletNode(this.context, "capture", {
        numberOfOutputs: 0,
        channelCount: 1,
        channelCountMode: "explicit",
        processorOptions: { rate: this.rate },
      });
      this.node.port.onmessage = ({ data }) => this.onSound(data.pcm, data.dbfs);
      this.open(this.isOpen);
      this.context.createMediaStreamSource(this.stream).connect(this.node);
      for (const track of this.stream.getTracks()) {
        track.onended = () => this.#lost("absent");
      }
      await this.context.resume();
      this.onState("on");
    } catch (error) {
      this.#lost(reason(error));
    }
  }

  /** Whether sound is passed on; silence otherwise. */
  open(isOpen) {
    this.isOpen = isOpen;
    if (this.track) this.track.enabled = isOpen;
    this.node?.port.postMessage({ open: isOpen });
  }

  /** Its track, or `null`. */
  get track() {
    return this.stream?.getAudioTracks()[0] ?? null;
  }

  /** Gives the microphone back. */
  end() {
    this.#lost("off");
  }

  #lost(why) {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.context?.close().catch(() => {});
    this.stream = this.context = this.node = null;
    this.onState(why);
  }
}

/** The loudspeaker. */
export class Loudspeaker {
  /**
   * `onPlayed` gets the place that is heard now, the stops that were carried out, and the level in
   * dBFS; about 50 times a second.
   */
  constructor({ onPlayed }) {
    Object.assign(this, { onPlayed, context: null, node: null, early: [] });
  }

  /**
   * Begins, for sound of `rate` Hz whose first sample has the place 0. Most browsers let it sound
   * only after a tap or a key press.
   */
  async begin(rate) {
    await this.end();
    const context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    this.context = context;
    await context.audioWorklet.addModule(here("playback.worklet.js"));
    // It may have been begun again meanwhile.
    if (this.context !== context) return;
    this.node = new AudioWorkletNode(context, "playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    const ear = new Ear();
    this.node.port.onmessage = ({ data }) => {
      // What has left the worklet is heard later, by the delay of the device.
      const delay = Math.round((context.outputLatency || context.baseLatency || 0) * rate);
      this.onPlayed({ place: ear.hears(data, delay), stops: data.stops, dbfs: data.dbfs });
    };
    this.node.connect(context.destination);
    for (const message of this.early.splice(0)) this.node.port.postMessage(message);
    await this.resume();
  }

  /** Sounds from now on, if the browser lets it. */
  async resume() {
    // Without a tap it may stay suspended for ever.
    await Promise.race([this.context?.resume(), new Promise((done) => setTimeout(done, 300))]);
  }

  /** Whether the browser lets it sound. */
  get isRunning() {
    return this.context?.state === "running";
  }

  /** Plays 16-bit samples, the first of which has the place `at`. @param {ArrayBuffer} pcm */
  play(at, pcm) {
    this.#tell({ at, pcm });
  }

  /** Stops at a place: see `Player.stop`. */
  stop(at, fade) {
    this.#tell({ at, fade });
  }

  #tell(message) {
    if (this.node) this.node.port.postMessage(message);
    else this.early.push(message);
  }

  /** Ends. */
  async end() {
    const { context } = this;
    this.context = this.node = null;
    this.early = [];
    await context?.close().catch(() => {});
  }
}
