// Timers, lists and devices as cards.

import { countdown, left, spokenLength } from "./format.js";
import { element, put, symbolButton } from "./view.js";

const CROSS = "M6 6l12 12M18 6 6 18";
/** Devices that are shown; the others are found by asking. */
const DEVICES = 8;
/** What is coming within this time is shown, in s. */
const SOON = 86_400;

/** The cards of an overview. */
export class Cards {
  /**
   * `onCancel` gets a timer that is to be removed, `onList` a list with the items that are left.
   * @param {HTMLElement} place
   */
  constructor(place, { onCancel, onList }) {
    Object.assign(this, { place, onCancel, onList, overview: null, since: 0, counts: [] });
  }

  /** Shows an overview. `now` is a time in ms, as for `tick`. */
  show(overview, now) {
    const same = JSON.stringify(shape(overview)) === JSON.stringify(shape(this.overview));
    this.overview = overview;
    this.since = now;
    if (!same) this.#build();
    this.tick(now);
  }

  /** Counts down. */
  tick(now) {
    for (const { number, said, index } of this.counts) {
      const coming = this.overview.coming[index];
      if (!coming) continue;
      const seconds = left(coming, now - this.since);
      const text = coming.phase === "rings" ? "now" : countdown(seconds);
      put(number, coming.phase === "paused" ? `${text} ⏸` : text);
      // Not each second, or a screen reader would read nothing else.
      if (Math.ceil(seconds) % 30 === 0 || !said.textContent) put(said, `${spokenLength(seconds)} left`);
    }
  }

  #build() {
    const { coming, lists, devices } = this.overview;
    this.counts = [];
    const cards = [];
    coming.forEach((one, index) => {
      if (one.left_s <= SOON) cards.push(this.#coming(one, index));
    });
    for (const list of lists) cards.push(this.#list(list));
    const known = devices.filter((device) => device.state);
    if (known.length > 0) cards.push(this.#devices(known));
    this.place.replaceChildren(...cards);
  }

  #coming(one, index) {
    const number = element("p", { class: "big", "aria-hidden": "true" });
    const said = element("p", { class: "only-heard" });
    this.counts.push({ number, said, index });
    return element(
      "section",
      { class: `card ${one.phase}`, "aria-label": one.label },
      element(
        "div",
        { class: "head" },
        element("h2", {}, one.label),
        symbolButton(`Remove ${one.label}`, CROSS, "round remove", () => this.onCancel(one)),
      ),
      number,
      said,
    );
  }

  #list({ name, items }) {
    const rest = (item) => items.filter((other) => other !== item);
    return element(
      "section",
      { class: "card", "aria-label": `${name} list` },
      element("h2", {}, `${name} list`),
      element(
        "ul",
        {},
        ...items.map((item) => {
          const done = () => this.onList({ name, items: rest(item) });
          const button = element(
            "button",
            { type: "button", class: "item", "aria-label": `Take ${item} off the list`, onclick: done },
            item,
          );
          return element("li", {}, button);
        }),
      ),
    );
  }

  #devices(devices) {
    const more = devices.length - DEVICES;
    // What is on comes first.
    const sorted = [...devices].sort((a, b) => Number(isOn(b)) - Number(isOn(a)));
    return element(
      "section",
      { class: "card" },
      element("h2", {}, "Devices"),
      element(
        "ul",
        // On a small screen it is scrolled, and it has no buttons that could be reached.
        { tabindex: "0", "aria-label": "Devices" },
        ...sorted
          .slice(0, DEVICES)
          .map((device) =>
            element(
              "li",
              {},
              element("span", { class: "lit", "data-on": String(isOn(device)) }, device.name),
              element("span", { class: "state" }, device.shown),
            ),
          ),
        more > 0 ? element("li", { class: "state" }, `and ${more} more`) : null,
      ),
    );
  }
}

const isOn = ({ state }) => state?.on === true;

/** What is built anew when it changes; the rest is only counted down. */
const shape = (overview) =>
  overview && {
    ...overview,
    coming: overview.coming.map(({ skill, id, label, phase, left_s }) => [skill, id, label, phase, left_s <= SOON]),
  };
