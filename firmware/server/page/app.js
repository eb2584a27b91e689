// Puts the page together: what happens, in which order. What is decided is in state.js.

import { Api } from "./api.js";
import { CallTransport, calls } from "./call.js";
import { Cards } from "./cards.js";
import { Idle } from "./idle.js";
import { loudness } from "./format.js";
import { Orb } from "./orb.js";
import { fromAddress, load, save } from "./settings.js";
import { SettingsDialog } from "./settings-dialog.js";
import { Loudspeaker, Microphone } from "./sound.js";
import * as model from "./state.js";
import { SocketTransport } from "./transport.js";
import { put, render, renderLog, renderNotices, renderWelcome } from "./view.js";

/** The rate of the microphone's sound for the server, in Hz. */
const HEARS = 16_000;
/** The rate at which the page plays: that of the standard voice, in Hz. */
const PLAYS = 24_000;
/** The time between two looks at timers, lists and devices, in ms. */
const LOOK = 5_000;
/** How long the microphone stays open after push-to-talk, so that no last syllable is lost. */
const TAIL = 250;

const EXAMPLES = [
  "What time is it?",
  "Set a timer for five minutes.",
  "Add milk to my shopping list.",
  "Turn on the living room lamp.",
  "What can you do?",
];

const id = (name) => document.getElementById(name);

class App {
  constructor() {
    this.address = fromAddress(location.search);
    this.settings = load(localStorage);
    if (this.address.mode) this.settings.mode = this.address.mode;
    this.state = model.initial();
    this.phrase = "";
    this.orb = new Orb(id("canvas"));
    this.api = new Api({ onRefused: () => this.#linked("refused") });
    this.cards = new Cards(id("cards"), {
      onCancel: ({ skill, id }) => this.#edit(this.api.remove(`api/timers/${skill}/${id}`)),
      onList: ({ name, items }) => {
        const path = `api/lists/${encodeURIComponent(name)}`;
        this.#edit(items.length > 0 ? this.api.put(path, { items }) : this.api.remove(path));
      },
    });
    this.microphone = new Microphone({
      rate: HEARS,
      onState: (microphone) => this.#microphone(microphone),
      onSound: (pcm, dbfs) => this.#heard(pcm, dbfs),
    });
    this.loudspeaker = new Loudspeaker({ onPlayed: (played) => this.#played(played) });
    const { hostname } = location;
    const canCall = Boolean(globalThis.RTCPeerConnection);
    const isCall = calls({ wanted: this.address.transport, hostname, canCall });
    this.transport = isCall ? this.#callTransport() : this.#socketTransport();
    this.idle = new Idle({
      after: this.address.kiosk ? this.address.idle : 0,
      onIdle: () => this.#become(model.forgotten(this.state)),
      onWake: () => this.begin(),
    });
    this.dialog = new SettingsDialog({
      settings: this.settings,
      onChange: (settings) => this.#settings(settings),
      onVolume: (volume) => this.transport.send({ op: "volume", volume }),
    });
    this.#apply();
    this.#controls();
    renderWelcome(EXAMPLES, (text) => this.ask(text));
    this.#show();
    setInterval(() => this.#tick(), 1_000);
    setInterval(() => this.#look(), LOOK);
    // A kiosk begins by itself; its browser is set up to allow that.
    if (this.address.kiosk) this.begin();
  }

  #linkCalls() {
    return {
      api: this.api,
      name: this.address.name,
      onLink: (link) => this.#linked(link),
      onHello: (hello) => this.#hello(hello),
      onEvent: (event) => this.#event(event),
    };
  }

  #socketTransport() {
    return new SocketTransport({
      ...this.#linkCalls(),
      hears: HEARS,
      plays: PLAYS,
      onSound: (at, pcm) => this.loudspeaker.play(at, pcm),
      onStop: (at, fade) => this.loudspeaker.stop(at, fade),
    });
  }

  #callTransport() {
    return new CallTransport({
      ...this.#linkCalls(),
      onLevel: (dbfs) => this.#sounds(dbfs),
      onUnavailable: async () => {
        const { early } = this.transport;
        this.transport.close();
        this.transport = this.#socketTransport();
        this.transport.early = early;
        await this.loudspeaker.begin(PLAYS);
        this.transport.open();
      },
    });
  }

  /** Connects and sounds, if the browser lets it. */
  async #connect() {
    const isFirst = this.state.link === "idle";
    if (this.transport.carriesSound) this.transport.resume();
    else if (isFirst) await this.loudspeaker.begin(PLAYS);
    else await this.loudspeaker.resume();
    if (isFirst) this.transport.open();
  }

  /** Begins to listen and to speak. Called by a tap or a key press. */
  async begin() {
    await this.#connect();
    if (this.state.microphone !== "on") await this.microphone.begin();
    this.microphone.open(this.settings.mode === "hands-free" || this.state.held);
    this.#stayAwake();
  }

  /** Asks a typed question. */
  async ask(text) {
    await this.#connect();
    this.transport.send({ op: "ask", text });
  }

  #become(state) {
    const before = this.state;
    this.state = state;
    this.#show();
    if (state.exchanges !== before.exchanges || state.turns !== before.turns) {
      const words = document.querySelector(".words");
      renderLog(state, this.settings.stages === "show");
      words.scrollTop = words.scrollHeight;
      if (state.exchanges.length > before.exchanges.length) this.#look();
    }
    if (state.notices !== before.notices) {
      renderNotices(state, (number) => this.#become(model.dismissed(this.state, number)));
    }
    if (!model.isQuiet(state) || state.link !== "open") this.idle.active();
  }

  #show() {
    const { mode } = this.settings;
    const face = model.face(this.state, { mode, phrase: this.phrase });
    render(this.state, face);
    this.orb.show(face.face);
    put(id("status"), `${face.label}. ${face.hint}`);
    const { partial, spoken, written } = this.state;
    if (partial || spoken || written) {
      const words = document.querySelector(".words");
      words.scrollTop = words.scrollHeight;
    }
  }

  #event(event) {
    switch (event.event) {
      case "level":
      case "goodbye":
        return;
      case "answer":
        if (!event.ok) this.#become(model.notice(this.state, "wrong", model.clean(event.error)));
        return;
      case "sound":
        this.#sound(event);
        return;
      case "woken":
        this.idle.active();
    }
    this.#become(model.after(this.state, event));
  }

  #hello(hello) {
    this.phrase = hello.phrases?.[0] ?? "";
    this.idle.invite(this.phrase);
  }

  /** The mute and the volume of this board. */
  #sound({ muted = false, volume = 1 }) {
    this.dialog.volume(volume);
    this.#become({ ...this.state, muted });
    this.#listens();
  }

  #linked(link) {
    // A new connection counts its sound from the beginning.
    const isOver = link !== "open" && this.state.link === "open";
    if (isOver && !this.transport.carriesSound) this.loudspeaker.begin(PLAYS);
    this.#become(model.linked(this.state, link));
    if (link !== "open") return;
    this.#listens();
    this.#look();
  }

  #microphone(microphone) {
    this.#become({ ...this.state, microphone });
    this.#listens();
  }

  /** Tells the server whether sound comes, so that it does not wait for any. */
  #listens() {
    const { link, microphone, muted } = this.state;
    const on = microphone === "on" && !muted;
    this.transport.listen(on ? this.microphone.track : null);
    if (link === "open") this.transport.send({ op: "microphone", on });
  }

  #heard(pcm, dbfs) {
    if (this.state.muted) return;
    this.transport.sendSound(pcm);
    if (["listening", "hearing", "paused"].includes(this.state.turn)) this.orb.level(loudness(dbfs));
  }

  #played({ place, stops, dbfs }) {
    this.transport.played(place, stops);
    this.#sounds(dbfs);
  }

  #sounds(dbfs) {
    if (this.state.turn === "speaking") this.orb.level(loudness(dbfs));
  }

  #tapped() {
    this.idle.active();
    switch (model.tap(this.state, this.settings)) {
      case "begin":
      case "microphone":
        return this.begin();
      case "connect":
        return this.transport.open();
      case "sign-in":
        // The browser asks for the token.
        return location.reload();
      case "stop":
        return this.transport.send({ op: "stop" });
      case "unmute":
        return this.#mute(false);
      case "listen":
        return this.transport.send({ op: "listen" });
      default:
        return undefined;
    }
  }

  #hold(held) {
    if (this.settings.mode !== "push-to-talk" || held === this.state.held) return;
    this.idle.active();
    this.#become({ ...this.state, held });
    clearTimeout(this.tail);
    if (held) {
      this.microphone.open(true);
      this.transport.send({ op: "listen" });
    } else {
      this.tail = setTimeout(() => this.microphone.open(false), TAIL);
    }
  }

  #mute(muted) {
    this.transport.send({ op: muted ? "mute" : "unmute" });
    this.#become({ ...this.state, muted });
    this.#listens();
  }

  #controls() {
    const orb = id("orb");
    let isHeld = false;
    const isReady = () => this.state.link === "open" && this.state.microphone === "on";
    orb.addEventListener("pointerdown", (event) => {
      if (this.settings.mode !== "push-to-talk" || !isReady()) return;
      if (model.tap(this.state, this.settings) !== "none") return;
      isHeld = true;
      orb.setPointerCapture(event.pointerId);
      this.#hold(true);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      orb.addEventListener(name, () => this.#hold(false));
    }
    orb.addEventListener("click", () => {
      if (!isHeld) this.#tapped();
      isHeld = false;
    });
    orb.addEventListener("contextmenu", (event) => event.preventDefault());
    const isTyping = ({ target }) =>
      target !== orb && target.closest("input, select, textarea, button, a, summary, dialog");
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !id("settings").open) this.transport.send({ op: "stop" });
      if (event.key !== " " || isTyping(event)) return;
      event.preventDefault();
      if (event.repeat) return;
      const holds = this.settings.mode === "push-to-talk" && isReady();
      if (holds && model.tap(this.state, this.settings) === "none") this.#hold(true);
      else this.#tapped();
    });
    document.addEventListener("keyup", (event) => {
      if (event.key !== " " || isTyping(event)) return;
      event.preventDefault();
      this.#hold(false);
    });
    globalThis.addEventListener("blur", () => this.#hold(false));
    id("mute").addEventListener("click", () => this.#mute(!this.state.muted));
    id("open-settings").addEventListener("click", () => this.dialog.open());
    id("ask").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = id("question").value.trim();
      if (!text) return;
      id("question").value = "";
      this.ask(text);
    });
  }

  #settings(settings) {
    this.settings = settings;
    save(localStorage, settings);
    this.#apply();
    this.microphone.open(settings.mode === "hands-free");
    renderLog(this.state, settings.stages === "show");
    this.#show();
  }

  #apply() {
    const root = document.documentElement;
    const { theme, motion } = this.settings;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    root.dataset.motion = motion;
    if (this.address.kiosk) root.dataset.kiosk = "";
    if (this.address.title) put(id("title"), this.address.title);
    const less = matchMedia("(prefers-reduced-motion: reduce)");
    less.onchange = () => this.#apply();
    matchMedia("(prefers-color-scheme: dark)").onchange = () => this.orb.draw();
    this.orb.still(motion === "less" || less.matches);
  }

  /** Shows what has come of a change. */
  async #edit(change) {
    await change;
    this.#look();
  }

  /** Looks at timers, lists and devices. */
  async #look() {
    if (this.state.link !== "open" || document.hidden) return;
    const overview = await this.api.get("api/overview");
    if (!overview) return;
    this.cards.show(overview, performance.now());
    this.idle.coming(overview.coming);
  }

  #tick() {
    if (this.cards.overview) this.cards.tick(performance.now());
    this.idle.tick();
  }

  /** Keeps a kiosk's screen on. */
  async #stayAwake() {
    if (!this.address.kiosk || !navigator.wakeLock) return;
    try {
      await navigator.wakeLock.request("screen");
    } catch {
      // The system decides.
    }
  }
}

if ("serviceWorker" in navigator && isSecureContext) {
  navigator.serviceWorker.register("sw.js").catch(() => {});
}
new App();
