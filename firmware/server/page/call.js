// Sound and events over WebRTC: sound as Opus, which survives a bad network, and events on a data
// channel.

import { Transport, linkAfter } from "./transport.js";

/** How long the connection may take to come about, in ms. Then another transport is used. */
const COMING = 6_000;
/** The time between two looks at the level of what is played, in ms. */
const LOOK = 50;

/**
 * Whether a page should call. On the same machine, sound needs no compression, and browsers do not use
 * the address of the machine itself for calls. `wanted` is what the address of the page says, if
 * anything.
 */
export function calls({ wanted, hostname, canCall }) {
  if (!canCall || wanted === "websocket") return false;
  return wanted === "webrtc" || !/^(localhost|127\.|\[::1\])/u.test(hostname);
}

/** The level of samples in dBFS, at least -90. Pure. */
export function level(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.max(-90, 10 * Math.log10(sum / samples.length + 1e-12));
}

/** A call. */
export class CallTransport extends Transport {
  /**
   * Besides what each transport has: `onLevel(dbfs)` while something is played, and
   * `onUnavailable()` if no call can be made, so that another transport is to be used.
   */
  constructor(parts) {
    super(parts);
    this.carriesSound = true;
    this.connection = null;
    this.channel = null;
    this.track = null;
    this.hasConnected = false;
    this.audio = new Audio();
    this.audio.autoplay = true;
  }

  get isThere() {
    return this.connection !== null;
  }

  get isOpen() {
    return this.channel?.readyState === "open";
  }

  async connect() {
    const connection = new RTCPeerConnection();
    this.connection = connection;
    this.channel = connection.createDataChannel("sayso");
    this.channel.onmessage = ({ data }) => this.take(JSON.parse(data));
    this.channel.onclose = () => this.#ended(connection);
    this.sender = connection.addTransceiver("audio", { direction: "sendrecv" }).sender;
    if (this.track) this.sender.replaceTrack(this.track);
    connection.ontrack = ({ track }) => this.#play(track);
    connection.onconnectionstatechange = () => {
      if (["failed", "closed"].includes(connection.connectionState)) this.#ended(connection);
    };
    this.patience = setTimeout(() => this.greeted || this.#ended(connection), COMING);
    try {
      await connection.setLocalDescription();
      // The server sees from where it is reached, so it needs no addresses of this browser.
      const answer = await fetch(this.address(), {
        method: "POST",
        headers: { "content-type": "application/sdp" },
        body: connection.localDescription.sdp,
      });
      if (this.connection !== connection) return;
      if (!answer.ok) return this.#ended(connection, linkAfter(answer.status));
      await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    } catch {
      this.#ended(connection);
    }
  }

  take(event) {
    if (event.event === "hello") this.hasConnected = true;
    super.take(event);
  }

  #ended(connection, link = "lost") {
    if (this.connection !== connection) return;
    this.end();
    // Where the first call is not answered, none will be: a proxy or a firewall lets no call pass.
    if (link === "lost" && !this.hasConnected) return this.onUnavailable();
    this.lost(link);
  }

  #play(track) {
    const stream = new MediaStream([track]);
    this.audio.srcObject = stream;
    this.resume();
    const context = new AudioContext();
    const meter = context.createAnalyser();
    meter.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    this.meter = context;
    this.looking = setInterval(() => {
      meter.getFloatTimeDomainData(samples);
      this.onLevel(level(samples));
    }, LOOK);
  }

  /** Sounds from now on, if the browser lets it: most need a tap. */
  resume() {
    this.audio.play().catch(() => {});
    this.meter?.resume().catch(() => {});
  }

  /** The microphone is this track; `null` if it is off. */
  listen(track) {
    if (this.track === track) return;
    this.track = track;
    this.sender?.replaceTrack(track).catch(() => {});
  }

  sendText(text) {
    this.channel.send(text);
  }

  end() {
    const { connection } = this;
    this.connection = this.channel = this.sender = null;
    clearTimeout(this.patience);
    clearInterval(this.looking);
    this.meter?.close().catch(() => {});
    this.meter = null;
    this.audio.srcObject = null;
    connection?.close();
  }
}
