// How sound and events travel between the page and the server.
//
// A transport has `open()`, `close()`, `send(operation)`, `sendSound(pcm)`, `played(place, stops)`,
// `listen(track)`, and calls `onLink(link)`, `onHello(hello)`, `onEvent(event)`. The page knows no more
// of it. One that `carriesSound` takes the track of the microphone and plays by itself; another gets
// samples, and calls `onSound(at, pcm)` and `onStop(at, fade)`.

/** The first wait before it tries again, in ms; each further one is twice as long. */
const FIRST = 500;
/** The longest wait. */
const LONGEST = 8_000;
/** Bytes that may wait to be sent. Beyond it, sound is dropped: the connection is too slow. */
const WAITING = 64_000;
/** Operations that may wait for a connection. */
const EARLY = 8;

/** The wait before the try number `tries`, in ms, varied so that many pages do not come at once. */
export const wait = (tries, random = Math.random()) =>
  Math.min(LONGEST, FIRST * 2 ** Math.min(tries, 10)) * (0.75 + 0.5 * random);

/** What a status of the server means for the link. */
export const linkAfter = (status) => ({ 401: "refused", 429: "busy", 503: "busy" })[status] ?? "lost";

/** Connects, and connects again whenever the connection is lost. */
export class Transport {
  /** `api` knows the server; `name` is that of this board. */
  constructor({ api, name, ...calls }) {
    Object.assign(this, { api, name, ...calls });
    this.carriesSound = false;
    this.greeted = false;
    this.tries = 0;
    this.timer = 0;
    this.early = [];
    addEventListener("online", () => this.timer && this.#again(0));
  }

  /** Connects, unless it is connected. */
  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.isThere) return;
    if (this.tries === 0) this.onLink("connecting");
    this.greeted = false;
    this.connect();
  }

  /** The address of a conversation. */
  address() {
    const address = this.api.address("api/conversation");
    if (this.name) address.searchParams.set("name", this.name);
    return address;
  }

  /** Takes an event of the server. */
  take(event) {
    if (event.event !== "hello") return this.onEvent(event);
    this.tries = 0;
    this.greeted = true;
    this.onHello(event);
    this.onLink("open");
    for (const operation of this.early.splice(0)) this.send(operation);
  }

  /** The connection is lost, or could not be made. */
  lost(link) {
    this.onLink(link);
    if (link !== "refused") this.#again(wait(this.tries++));
  }

  #again(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), after);
  }

  /** Sends an operation; if the connection is not there yet, as soon as it is. */
  send(operation) {
    if (this.greeted && this.isOpen) this.sendText(JSON.stringify(operation));
    else if (this.early.length < EARLY) this.early.push(operation);
  }

  /** Ends for good. */
  close() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.end();
  }

  sendSound() {}

  played() {}

  listen() {}
}

/** Sound and events over one WebSocket: docs/api.md specifies it. */
export class SocketTransport extends Transport {
  /** Besides what each transport has, the rates in Hz. */
  constructor(parts) {
    super(parts);
    this.socket = null;
    /** The place of the next sample that arrives. */
    this.at = 0;
  }

  get isThere() {
    return this.socket !== null;
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  address() {
    const address = super.address();
    address.searchParams.set("hears", this.hears);
    address.searchParams.set("plays", this.plays);
    return address;
  }

  connect() {
    const address = this.address();
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, ["sayso"]);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.take(JSON.parse(data));
      else this.#sound(data);
    };
    socket.onclose = () => this.#closed(socket);
    this.socket = socket;
    this.at = 0;
  }

  take(event) {
    if (event.event !== "stop_sound") return super.take(event);
    this.at = event.at;
    this.onStop(event.at, event.fade);
  }

  #sound(data) {
    this.onSound(this.at, data);
    this.at += data.byteLength / 2;
  }

  async #closed(socket) {
    if (this.socket !== socket) return;
    const link = this.greeted ? "lost" : await this.#why();
    if (this.socket !== socket) return;
    this.socket = null;
    this.lost(link);
  }

  /** Why there is no connection. A browser does not say what the server answered. */
  async #why() {
    try {
      const { status } = await fetch(this.address());
      return linkAfter(status);
    } catch {
      return "lost";
    }
  }

  sendText(text) {
    this.socket.send(text);
  }

  /** Sends 16-bit samples of the microphone. */
  sendSound(pcm) {
    const isReady = this.greeted && this.isOpen;
    if (isReady && this.socket.bufferedAmount < WAITING) this.socket.send(pcm);
  }

  /** Reports the place that is heard now, and the stops that were carried out. */
  played(place, stops) {
    if (this.greeted && this.isOpen) this.sendText(JSON.stringify({ op: "played", samples: place, stops }));
  }

  end() {
    const { socket } = this;
    this.socket = null;
    socket?.close(1000);
  }
}
