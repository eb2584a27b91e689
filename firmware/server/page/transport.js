// How sound and events travel between the page and the server.
//
// A transport has `open()`, `close()`, `send(operation)`, `sendSound(pcm)`, `played(place, stops)`, and
// calls `onLink(link)`, `onHello(hello)`, `onEvent(event)`, `onSound(at, pcm)`, `onStop(at, fade)`. The
// page knows no more of it, so that another one (WebRTC) can take this one's place.

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

/** Sound and events over one WebSocket: docs/api.md specifies it. */
export class SocketTransport {
  /** `api` knows the server; `name` is that of this board; the rates are in Hz. */
  constructor({ api, name, hears, plays, ...calls }) {
    Object.assign(this, { api, name, hears, plays, ...calls });
    this.socket = null;
    this.greeted = false;
    this.tries = 0;
    this.timer = 0;
    this.early = [];
    /** The place of the next sample that arrives. */
    this.at = 0;
    addEventListener("online", () => this.timer && this.#again(0));
  }

  /** Connects, and connects again whenever the connection is lost. */
  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.socket) return;
    if (this.tries === 0) this.onLink("connecting");
    const address = this.#address();
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, ["sayso"]);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#take(JSON.parse(data));
      else this.#sound(data);
    };
    socket.onclose = () => this.#closed(socket);
    this.socket = socket;
    this.greeted = false;
    this.at = 0;
  }

  #address() {
    const address = this.api.address("api/conversation");
    if (this.name) address.searchParams.set("name", this.name);
    address.searchParams.set("hears", this.hears);
    address.searchParams.set("plays", this.plays);
    return address;
  }

  #take(event) {
    switch (event.event) {
      case "hello":
        this.tries = 0;
        this.greeted = true;
        this.onHello(event);
        this.onLink("open");
        for (const operation of this.early.splice(0)) this.send(operation);
        break;
      case "stop_sound":
        this.at = event.at;
        this.onStop(event.at, event.fade);
        break;
      default:
        this.onEvent(event);
    }
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
    this.onLink(link);
    if (link !== "refused") this.#again(wait(this.tries++));
  }

  /** Why there is no connection. A browser does not say what the server answered. */
  async #why() {
    try {
      const { status } = await fetch(this.#address());
      return { 401: "refused", 429: "busy", 503: "busy" }[status] ?? "lost";
    } catch {
      return "lost";
    }
  }

  #again(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), after);
  }

  get #isOpen() {
    return this.greeted && this.socket?.readyState === WebSocket.OPEN;
  }

  /** Sends an operation; if the connection is not there yet, as soon as it is. */
  send(operation) {
    if (this.#isOpen) this.socket.send(JSON.stringify(operation));
    else if (this.early.length < EARLY) this.early.push(operation);
  }

  /** Sends 16-bit samples of the microphone. */
  sendSound(pcm) {
    if (this.#isOpen && this.socket.bufferedAmount < WAITING) this.socket.send(pcm);
  }

  /** Reports the place that is heard now, and the stops that were carried out. */
  played(place, stops) {
    if (this.#isOpen) this.socket.send(JSON.stringify({ op: "played", samples: place, stops }));
  }

  /** Ends for good. */
  close() {
    clearTimeout(this.timer);
    this.timer = 0;
    const { socket } = this;
    this.socket = null;
    socket?.close(1000);
  }
}
