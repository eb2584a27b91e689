// The idle screen of a kiosk: the time, and how to begin. It also forgets what was said.

import { countdown, left } from "./format.js";
import { element, put } from "./view.js";

const id = (name) => document.getElementById(name);

export class Idle {
  /**
   * Without `after` (in s) nothing is done. `onIdle` is called when nothing has happened for so
   * long, `onWake` when somebody touches the idle screen.
   */
  constructor({ after, onIdle, onWake }) {
    Object.assign(this, { after, onIdle, onWake, phrase: "", list: [], seen: 0 });
    this.since = performance.now();
    for (const name of ["pointerdown", "keydown"]) {
      document.addEventListener(name, () => this.#touched(), { passive: true });
    }
  }

  /** Something happens: the idle screen goes away. */
  active() {
    this.since = performance.now();
    id("idle").hidden = true;
  }

  #touched() {
    const wasIdle = !id("idle").hidden;
    this.active();
    if (wasIdle) this.onWake();
  }

  /** Names the wake phrase. */
  invite(phrase) {
    this.phrase = phrase;
  }

  /** Shows the next timers. */
  coming(list) {
    this.list = list.filter(({ phase, left_s: seconds }) => phase !== "paused" && seconds < 86_400);
    this.seen = performance.now();
  }

  /** Called each second. */
  tick() {
    if (!this.after) return;
    const now = performance.now();
    const isIdle = now - this.since >= this.after * 1000;
    const screen = id("idle");
    if (isIdle && screen.hidden) {
      this.onIdle();
      screen.hidden = false;
    }
    if (screen.hidden) return;
    const time = new Date();
    put(id("clock"), time.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }));
    put(id("date"), time.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" }));
    put(id("invitation"), this.phrase ? `Say “${this.phrase}”, or touch the screen` : "Speak, or touch the screen");
    id("idle-coming").replaceChildren(
      ...this.list.slice(0, 3).map((coming) => {
        const seconds = left(coming, now - this.seen);
        return element("li", {}, `${coming.label} · ${countdown(seconds)}`);
      }),
    );
  }
}
